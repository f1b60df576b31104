"""People who give commands over HTTP without pause, and keep a journal of what they were told."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from tests.e2e.demonstration import Demonstration

Json = dict[str, Any]

_PATIENCE_SECONDS = 120
_ANSWER = """
  __typename
  ... on Refused { code }
  ... on Recorded {
    position replayed events { position }
    case { id ... on Incident { items { id classifications { nature } } } }
  }
"""
_SCHOOLS = ("900001", "900002", "900003", "900004", "900005")
_CLASSIFICATIONS = (
    [{"nature": "ALLEGATION", "target": "STAFF"}],
    [{"nature": "ALLEGATION", "target": "PUPIL"}],
    [{"nature": "COMPLAINT", "target": "SCHOOL"}, {"nature": "NEGATIVE_COMMENT", "target": "STAFF"}],
    [{"nature": "RACIST_COMMENT", "target": "PUPIL"}, {"nature": "HOMOPHOBIC_COMMENT", "target": "PUPIL"}],
    [{"nature": "THREAT_OF_VIOLENCE", "target": "STAFF"}],
    [{"nature": "OTHER", "target": "COMMUNITY"}],
)


@dataclass(frozen=True)
class Acknowledged:
    """A command of which its giver was told that it is recorded; without events, that it changed nothing."""

    name: str
    command_id: UUID
    case_id: UUID
    position: int
    event_positions: tuple[int, ...]


@dataclass
class Journal:
    """What the writers were told; `troubles` are answers that nobody should ever get."""

    acknowledged: dict[UUID, Acknowledged] = field(default_factory=dict)
    refused: set[UUID] = field(default_factory=set)
    troubles: list[str] = field(default_factory=list)
    inputs: dict[UUID, tuple[str, Json]] = field(default_factory=dict)
    # How often a command had to be sent again, was then found to be recorded, and was repeated though acknowledged.
    sent_again: int = 0
    found_recorded: int = 0
    repeated: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Writer(threading.Thread):
    """One person: decides by a seed of their own, and asks again after silence, with the same command id."""

    def __init__(self, shown: Demonstration, journal: Journal, seed: str) -> None:
        super().__init__(name=f"writer {seed}")
        self._shown, self._journal = shown, journal
        self._random = random.Random(seed)
        self._stop_writing = threading.Event()
        self._items: dict[str, list[str]] = {}
        self._headers = {"Authorization": f"Bearer {shown.token()}"}

    def stop(self) -> None:
        """Stop as soon as the command at hand is answered."""
        self._stop_writing.set()

    def run(self) -> None:
        with httpx.Client(base_url=self._shown.address, headers=self._headers, timeout=30) as http:
            while not self._stop_writing.is_set():
                if self._random.random() < 0.1 and self._journal.acknowledged:
                    self._repeat(http)
                else:
                    name, content = self._next()
                    self._give(http, name, content)

    def _next(self) -> tuple[str, Json]:
        """The next command: its name and its input."""
        chosen = self._random
        command_id = str(UUID(int=chosen.getrandbits(128), version=4))
        chance = chosen.random()
        if not self._items or chance < 0.2:
            school = chosen.choice(_SCHOOLS)
            report = {"schoolUrn": school, "openedOn": "2026-03-02", "summary": "Somebody posted something."}
            return "reportIncident", {"commandId": command_id, **report}
        case_id = self._a_case()
        on_case = {"commandId": command_id, "caseId": case_id}
        if chance < 0.6:
            return "recordItem", on_case | {
                "platform": chosen.choice(("FACEBOOK", "TIKTOK")),
                "posterRole": chosen.choice(("PARENT", "PUPIL")),
                "discoveredOn": f"2026-03-{chosen.randint(2, 28):02}",
                "classifications": chosen.choice(_CLASSIFICATIONS),
                "narrative": "What it says.",
            }
        if chance < 0.8 and self._items[case_id]:
            return "reclassifyItem", on_case | {
                "itemId": chosen.choice(self._items[case_id]),
                "classifications": chosen.choice(_CLASSIFICATIONS),
                "reason": "It was read again.",
            }
        if chance < 0.87:
            return "markDuplicate", on_case | {"original": self._a_case(), "reason": "The same post."}
        return "addAddendum", on_case | {"text": f"Words of {command_id}."}

    def _a_case(self) -> str:
        """Mostly a case of one's own, sometimes one on which others write too."""
        others = [str(one.case_id) for one in list(self._journal.acknowledged.values())[-20:]]
        if others and self._random.random() < 0.3:
            case_id = self._random.choice(others)
            self._items.setdefault(case_id, [])
            return case_id
        return self._random.choice(list(self._items))

    def _give(self, http: httpx.Client, name: str, content: Json) -> None:
        command_id = UUID(content["commandId"])
        result, attempts = self._ask(http, name, content)
        with self._journal.lock:
            self._journal.sent_again += attempts > 1
            if result is None:
                self._journal.troubles.append(f"{name} {command_id} was never answered")
            elif result["__typename"] == "Refused":
                self._journal.refused.add(command_id)
            else:
                answered = told(name, command_id, result)
                self._journal.inputs[command_id] = (name, content)
                self._journal.acknowledged[command_id] = answered
                self._journal.found_recorded += result["replayed"]
                if result["replayed"] and attempts == 1:
                    self._journal.troubles.append(f"{name} {command_id} was new and is answered as a repetition")
                self._items[str(answered.case_id)] = [i["id"] for i in result["case"]["items"] if i["classifications"]]

    def _repeat(self, http: httpx.Client) -> None:
        """Give a command again that was acknowledged: the same answer, marked as a repetition."""
        with self._journal.lock:
            before = self._random.choice(list(self._journal.acknowledged.values()))
            if not before.event_positions:
                # What changed nothing left no receipt, and is decided anew.
                return
            name, content = self._journal.inputs[before.command_id]
        result, _ = self._ask(http, name, content)
        with self._journal.lock:
            self._journal.repeated += 1
            if result is None or result["__typename"] == "Refused" or not result["replayed"]:
                self._journal.troubles.append(f"{name} {before.command_id} is repeated, and answered as something else")
            elif told(name, before.command_id, result) != before:
                self._journal.troubles.append(f"{name} {before.command_id} is repeated, and told another position")

    def _ask(self, http: httpx.Client, name: str, content: Json) -> tuple[Json | None, int]:
        """The result of a command, asked for until there is one, and how often it was sent; None out of patience."""
        query = mutation(name)
        until = time.monotonic() + _PATIENCE_SECONDS
        attempts = 0
        while time.monotonic() < until:
            attempts += 1
            try:
                response = http.post("/graphql", json={"query": query, "variables": {"input": content}})
                answer = response.json()
            except (httpx.HTTPError, ValueError):
                answer = {}
            if "errors" not in answer and answer.get("data"):
                result: Json = answer["data"][name]
                # Nothing was decided: the keys are in a database that is away, or others were quicker three times.
                if result.get("code") not in ("KEYS_UNAVAILABLE", "VERSION_CONFLICT"):
                    return result, attempts
            time.sleep(0.02)
        return None, attempts


def mutation(name: str) -> str:
    """The document that gives a command, and asks for all that `told` reads."""
    kind = name[0].upper() + name[1:]
    return f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ {_ANSWER} }} }}"


def told(name: str, command_id: UUID, result: Json) -> Acknowledged:
    """What the answer to a command that was carried out says."""
    events = tuple(event["position"] for event in result["events"])
    return Acknowledged(name, command_id, UUID(result["case"]["id"]), result["position"], events)
