"""The server and the database killed while files come in: what was acknowledged is there whole, and once."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import uuid4

import httpx
import pytest

from tests.e2e.canary_planting import said
from tests.e2e.killing import Installation, Killed, filled_folder, installation

KILLS = (Killed.API, Killed.API, Killed.DATABASE, Killed.API)
LEAST_ACKNOWLEDGED = 6
CASES = '{ cases(first: 3, filter: {schools: ["900003"], kinds: [INCIDENT]}) { nodes { id } } }'
FILES = "query ($id: ID!) { case(id: $id) { files { id } } }"


@dataclass(frozen=True)
class Sent:
    """A file on its way: to which case, by which command, and its bytes."""

    case_id: str
    command_id: str
    content: bytes


@dataclass
class Carrier(threading.Thread):
    """Hands in one file after the other, and keeps at the last until it is answered."""

    installed: Installation
    case_id: str
    seed: str
    kept: dict[str, Sent] = field(default_factory=dict)
    tries: int = 0

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self._chance = random.Random(self.seed)
        self._stopped = threading.Event()

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        # A case takes forty files.
        while not self._stopped.is_set() and len(self.kept) < 35:
            words = f"{uuid4()} said so. ".encode()
            sent = Sent(self.case_id, str(uuid4()), words * self._chance.choice((20, 2_000, 60_000)))
            until = time.monotonic() + 120
            while (file_id := self._hand_in(sent)) is None:
                assert time.monotonic() < until, "files are no longer taken"
                time.sleep(0.05)
            self.kept[file_id] = sent
            time.sleep(0.1)

    def stop(self) -> None:
        self._stopped.set()

    def _hand_in(self, sent: Sent) -> str | None:
        """The file's id; None where there was no answer, or one that the server cannot keep it now."""
        shown = self.installed.shown
        words = json.dumps({"commandId": sent.command_id, "noIndecentImageOfChild": True})
        form: list[tuple[str, tuple[str | None, bytes | str, str]]] = [
            ("metadata", (None, words, "application/json")),
            ("file", ("account.txt", sent.content, "")),
        ]
        self.tries += 1
        try:
            answer = httpx.post(
                f"{shown.address}/v1/cases/{sent.case_id}/files",
                files=form,
                headers={"Authorization": f"Bearer {shown.token()}"},
                timeout=30,
            )
        except httpx.HTTPError:
            return None
        if answer.is_success:
            return str(answer.json()["fileId"])
        # While the database is away, and while it comes back.
        assert answer.status_code == 503, answer.text
        return None


@pytest.fixture(scope="module")
def killed() -> Iterator[tuple[Installation, dict[str, Sent]]]:
    """An installation that was killed again and again while files came in, and the files that it acknowledged."""
    with filled_folder() as pattern, installation(pattern) as installed:
        cases = [one["id"] for one in installed.shown.ask(CASES)["cases"]["nodes"]]
        carriers = [Carrier(installed, case_id, f"carrier {number}") for number, case_id in enumerate(cases)]
        for carrier in carriers:
            carrier.start()
        chance = random.Random("kills")
        for kill in KILLS:
            time.sleep(0.5 + chance.random())
            installed.kill(kill)
            installed.restart(kill)
        time.sleep(1)
        for carrier in carriers:
            carrier.stop()
        for carrier in carriers:
            carrier.join(timeout=150)
            assert not carrier.is_alive()
        kept = {file_id: sent for carrier in carriers for file_id, sent in carrier.kept.items()}
        assert sum(carrier.tries for carrier in carriers) > len(kept), "nothing was ever cut off"
        yield installed, kept


def get(installed: Installation, case_id: str, file_id: str) -> httpx.Response:
    shown = installed.shown
    token = {"Authorization": f"Bearer {shown.token()}"}
    return httpx.get(f"{shown.address}/v1/cases/{case_id}/files/{file_id}", headers=token, timeout=60)


def test_every_file_that_was_acknowledged_is_there_byte_for_byte_and_once(
    killed: tuple[Installation, dict[str, Sent]],
) -> None:
    installed, kept = killed
    assert len(kept) >= LEAST_ACKNOWLEDGED
    for file_id, sent in kept.items():
        answer = get(installed, sent.case_id, file_id)
        assert answer.status_code == 200
        assert sha256(answer.content).digest() == sha256(sent.content).digest()
    listed = [
        one["id"]
        for case_id in {sent.case_id for sent in kept.values()}
        for one in installed.shown.ask(FILES, id=case_id)["case"]["files"]
    ]
    # No other is named by a case either: what was not acknowledged was handed in again by the same command.
    assert sorted(listed) == sorted(kept)


def test_the_ledger_holds_and_what_nobody_keeps_is_told_from_what_is_kept(
    killed: tuple[Installation, dict[str, Sent]],
) -> None:
    installed, kept = killed
    checked = installed.shown.run("check", "--ledger")
    assert checked.returncode == 0, said(checked)
    swept = installed.shown.run("sweep-files")
    assert swept.returncode == 0, said(swept)
    file_id, sent = next(iter(kept.items()))
    assert get(installed, sent.case_id, file_id).status_code == 200
