"""The whole ledger of a trust, read once and folded: what each case and each register said after each event."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from domain.calendars import CalendarSet
from domain.case import Case
from domain.case_document import case_document
from domain.offered import blocked
from domain.policy import PolicyPack
from domain.registers import SchoolRegister, TrustRegister
from domain.stored import decode
from ledger.database import TrustDatabase
from ledger.reading import clear_part, read_page
from tests.plan.oracle.counting import Contribution, contributions
from tests.plan.oracle.places import Places

Json = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """One event as it stands in the ledger; `body` is what was hashed, read as JSON."""

    position: int
    recorded_at: datetime
    stream: str
    version: int
    type: str
    body: Json
    leaf: str


@dataclass(frozen=True)
class School:
    """A school as its register had it; days in the trust are pairs of the first and the last one, if there is one."""

    urn: str
    name: str
    memberships: tuple[tuple[date, date | None], ...]
    # By academic year, the first days of the spring and of the summer term.
    terms: dict[str, tuple[date, date]] = field(default_factory=dict)


class Story:
    """Everything that the ledger of a trust says, by position."""

    def __init__(self, trust: TrustDatabase) -> None:
        self.events: list[Event] = []
        self.documents: dict[tuple[str, int], Json] = {}
        self.blocked: dict[tuple[str, int], list[Json]] = {}
        # Each case after each of its versions, with its pack.
        self.states: dict[tuple[str, int], tuple[Case, PolicyPack | None]] = {}
        self.of_case: dict[str, list[Event]] = {}
        # What counts after each position, and which rows opened and closed with it.
        self.counted: list[frozenset[Contribution]] = [frozenset()]
        # The position of the event that changed each case, or what it adds, last.
        self.changed_at: dict[str, int] = {}
        self._schools: list[tuple[int, dict[str, School]]] = [(0, {})]
        self._latest: dict[str, Json] = {}
        # How each case stood from which position on: an event of its own or another calendar of its school changes it.
        self._stood: dict[str, list[tuple[int, Json]]] = {}
        self._cases: dict[str, Case] = {}
        self._calendars: dict[str, Sequence[CalendarSet]] = {}
        self._packs: dict[str, PolicyPack] = {}
        self.register: TrustRegister | None = None
        self._adds: dict[str, frozenset[Contribution]] = {}
        self._places: dict[str, Places] = {}
        states: dict[UUID, Any] = {}
        with trust.connection() as connection:
            rows = read_page(connection, trust.trust_id, after=0, limit=100_000)
        for row in rows:
            payload, parts = clear_part(row.body)
            event = decode(row.type, row.stream_id, row.version, row.recorded_at, payload, parts)
            state = states[row.stream_id] = event.mutate(states.get(row.stream_id))
            self._take(row.position, row.recorded_at, str(row.stream_id), row.version, row.type, row.body, state)

    @property
    def position(self) -> int:
        """The position of the last event; 0 before the first."""
        return len(self.events)

    def recorded_at(self, position: int) -> datetime | None:
        """When the event at a position was recorded."""
        return self.events[position - 1].recorded_at if position else None

    def position_at(self, instant: datetime) -> int:
        """The last position recorded at or before an instant."""
        return bisect_right(self.events, instant, key=lambda event: event.recorded_at)

    def schools(self, position: int | None = None) -> dict[str, School]:
        """The schools as the registers had them at a position (None: now), in order of URN."""
        at = self.position if position is None else position
        return next(schools for since, schools in reversed(self._schools) if since <= at)

    def cases(self) -> dict[str, Json]:
        """The documents of all cases as they stand."""
        return self._latest

    def state(self, case_id: str) -> Case:
        """A case as it stands."""
        return self._cases[case_id]

    def case_at(self, case_id: str, position: int) -> Json | None:
        """A case as it stood at a position; None before its first event."""
        stood = [document for since, document in self._stood[case_id] if since <= position]
        return stood[-1] if stood else None

    def _take(
        self, position: int, recorded_at: datetime, stream: str, version: int, name: str, body: bytes, state: Any
    ) -> None:
        # The leaf is worked out as the formats say, not read from the table (design, section 5).
        instant = recorded_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        leaf = hashlib.sha256(b"\x00" + f"caseledger/1 {position} {instant}\n".encode() + body).hexdigest()
        event = Event(position, recorded_at, stream, version, name, json.loads(body), leaf)
        assert position == len(self.events) + 1
        self.events.append(event)
        if isinstance(state, TrustRegister):
            self.register = state
        if isinstance(state, SchoolRegister):
            self._schools.append((position, dict(sorted({**self.schools(), state.urn: _school(state)}.items()))))
            self._packs |= {adoption.policy.sha256: adoption.pack for adoption in state.adoptions}
            if self._calendars.get(state.urn, ()) != state.calendars_set:
                self._calendars[state.urn] = state.calendars_set
                self._calendar_set(position, state.urn)
        if isinstance(state, Case):
            pack = self._packs[state.policy.sha256] if state.policy else None
            document = self._document(state)
            self._cases[stream] = state
            self._stood.setdefault(stream, []).append((position, document))
            self.states[stream, version] = deepcopy(state), pack
            measured = {"measured_at": recorded_at.isoformat()}
            self.blocked[stream, version] = [
                {
                    "action": one.action.value,
                    "code": one.refusal.code.value,
                    "message": one.refusal.message,
                    "clause": one.refusal.clause,
                    "needs": list(one.refusal.needs),
                    "overridable": one.overridable,
                }
                for one in blocked(state, pack)
            ]
            self.documents[stream, version] = document | measured
            self._latest[stream] = document
            self.of_case.setdefault(stream, []).append(event)
            self.changed_at[stream] = position
            self._places.setdefault(stream, Places()).take(name, stream, event.body["data"])
            self._count(position)
        self.counted.append(frozenset().union(*self._adds.values()))

    def _document(self, case: Case) -> Json:
        pack = self._packs[case.policy.sha256] if case.policy else None
        document: Json = json.loads(case_document(case, pack, self._calendars.get(case.school_urn, ())).to_json())
        return document

    def _calendar_set(self, position: int, urn: str) -> None:
        """Work out again when what falls due at a school does."""
        for case_id, case in self._cases.items():
            document = self._document(case)
            if case.school_urn == urn and document["deadlines"] != self._latest[case_id]["deadlines"]:
                self._latest[case_id] = document
                self._stood[case_id].append((position, document))
                self.changed_at[case_id] = position

    def _count(self, position: int) -> None:
        """Count every case again: what one adds may hang on any other, and nothing here needs to be quick."""
        for case_id, document in self._latest.items():
            adds = frozenset(contributions(document, self._latest.get, self._places[case_id].now()))
            if adds != self._adds.get(case_id, frozenset()):
                self.changed_at[case_id] = position
            self._adds[case_id] = adds


def _school(register: SchoolRegister) -> School:
    return School(
        register.urn,
        register.name,
        tuple((one.joined_on, one.left_on) for one in register.memberships),
        {year: (calendar.terms[1].first, calendar.terms[2].first) for year, calendar in register.calendars.items()},
    )
