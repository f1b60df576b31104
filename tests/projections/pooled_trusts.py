"""Trusts that are alike in all but their ids, who may see what of them by a table of its own, and what is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any
from uuid import UUID, uuid4

from psycopg import RawCursor, sql

from domain.access import CASE_ROLES, SCHOOL_ROLES, Role, visibility
from domain.complaint import Complaint, HeadReceived
from domain.incident import Incident
from domain.staff_breach import StaffBreach
from ledger.database import Database
from ledger.read_log import APPEND, OPEN, NewRead, append_parameters
from projections.engine import Projector
from projections.visible import Reading
from services.people import Person, register
from tests.projections.examples import SEPTEMBER, TODAY, classified, school
from tests.projections.recording import Recording

URNS = ("900001", "900002", "900003")
# The same persons in every trust, so that a person alone never tells trusts apart.
REPORTER, SUBJECT, STRANGER = (UUID(int=number, version=4) for number in (0xA1, 0xA2, 0xA3))
ITEMS = 2


@dataclass(frozen=True)
class Known:
    """A case as the oracle knows it."""

    trust: UUID
    id: UUID
    urn: str
    kind: str
    named: frozenset[UUID]
    barred: frozenset[UUID]


@dataclass(frozen=True)
class Asker:
    """Who asks: of which trust, in which role, for which school or case."""

    trust: UUID
    person: UUID
    role: Role
    urn: str | None
    case: UUID | None

    def reading(self) -> Reading:
        return Reading(visibility(self.trust, self.person, self.role, self.urn, self.case))


# Written apart from domain.roles: the kinds that a role sees whole, and those where the case names the person.
INCIDENT, COMPLAINT, BREACH = "INCIDENT", "COMPLAINT", "STAFF_BREACH"
SEES: Mapping[str, tuple[str, str]] = {
    "trust-lead": ("ICB", ""),
    "auditor": ("ICB", ""),
    "dpo": ("ICB", ""),
    "system": ("ICB", ""),
    "headteacher": ("IC", "B"),
    "coordinator": ("IC", "B"),
    "dsl": ("IC", "B"),
    "chair": ("IC", "B"),
    "equalities": ("I", ""),
    "clerk": ("C", ""),
    "hr": ("B", ""),
    "staff": ("", "I"),
    "governor": ("", "ICB"),
    "alternate": ("", "ICB"),
    "investigator": ("ICB", ""),
    "witness": ("ICB", ""),
    "examiner": ("ICB", ""),
    "emergency": ("ICB", ""),
    "panel": ("C", ""),
    "mis": ("", ""),
    "admin": ("", ""),
    # Figures alone.
    "dashboard": ("", ""),
}
COUNT_ALL = ("trust-lead", "dashboard", "auditor", "system")


def may_see(asker: Asker, case: Known) -> bool:
    whole, named = SEES[asker.role.value]
    letter = "B" if case.kind == BREACH else case.kind[0]
    return (
        case.trust == asker.trust
        and asker.person not in case.barred
        and (asker.urn is None or asker.role not in SCHOOL_ROLES or asker.urn == case.urn)
        and (asker.case is None or asker.case == case.id)
        and (letter in whole or (letter in named and asker.person in case.named))
    )


@dataclass
class World:
    """The trusts, and every case that was ever recorded in them."""

    recordings: list[Recording]
    cases: dict[UUID, Known] = field(default_factory=dict)
    first: frozenset[UUID] = frozenset()
    readers: dict[UUID, UUID] = field(default_factory=dict)

    @classmethod
    def of(cls, database: Database, trusts: int) -> World:
        world = cls([Recording(database) for _ in range(trusts)])
        for recording in world.recordings:
            recording.record(*(school(recording.trust_id, urn) for urn in URNS))
            for urn in URNS:
                recording.record(
                    *(world._new(recording.trust_id, urn, kind) for kind in (INCIDENT, INCIDENT, COMPLAINT, BREACH))
                )
            world._people_and_reads(recording)
            world.project(recording)
        world.first = frozenset(world.cases)
        return world

    @property
    def trusts(self) -> list[UUID]:
        return [recording.trust_id for recording in self.recordings]

    def project(self, recording: Recording) -> None:
        Projector(recording.database).catch_up(recording.trust_id)

    def write(self, random: Random, recording: Recording) -> None:
        """Record one more case, and let the read models hear of it or not."""
        recording.record(
            self._new(recording.trust_id, random.choice(URNS), random.choice((INCIDENT, COMPLAINT, BREACH)))
        )
        if random.random() < 0.7:
            self.project(recording)

    def asker(self, random: Random) -> Asker:
        trust = random.choice(self.trusts)
        role = random.choice(list(Role))
        own = [case.id for case in list(self.cases.values()) if case.trust == trust]
        return Asker(
            trust,
            random.choice((REPORTER, SUBJECT, STRANGER)),
            role,
            random.choice(URNS) if role in SCHOOL_ROLES else None,
            random.choice(own) if role in CASE_ROLES else None,
        )

    def foreign_case(self, random: Random, asker: Asker) -> UUID:
        return random.choice([case.id for case in list(self.cases.values()) if case.trust != asker.trust])

    def _new(self, trust: UUID, urn: str, kind: str) -> Any:
        """A case; references, schools, days and persons are the same in every trust."""
        case_id, number = uuid4(), len([one for one in list(self.cases.values()) if one.trust == trust])
        named: frozenset[UUID] = frozenset()
        barred: frozenset[UUID] = frozenset()
        case: Any
        opened: dict[str, Any] = {"case_id": case_id, "school_urn": urn, "today": TODAY}
        if kind == INCIDENT:
            case = Incident.report(reference=f"INC-2026-{number}", opened_on=SEPTEMBER, reported_by=REPORTER, **opened)
            for _ in range(ITEMS):
                case.record_item(
                    item_id=uuid4(),
                    today=TODAY,
                    classifications=classified("ALLEGATION:STAFF"),
                    platform="FACEBOOK",
                    poster_role="PARENT",
                    discovered_on=SEPTEMBER,
                )
            named = frozenset({REPORTER})
        elif kind == COMPLAINT:
            head = HeadReceived(uuid4(), False, True, (SUBJECT,))
            case = Complaint.receive(
                reference=f"CMP-2026-{number}",
                received_on=date(2026, 9, 20),
                received_by="HEADTEACHER",
                means="EMAIL",
                heads=(head,),
                **opened,
            )
            barred = frozenset({SUBJECT})
        else:
            case = StaffBreach.report(
                reference=f"SBR-2026-{number}", reported_on=SEPTEMBER, source="ALLEGED", reported_by=REPORTER, **opened
            )
            case.name_subject(subject=SUBJECT)
            named, barred = frozenset({REPORTER}), frozenset({SUBJECT})
        self.cases[case_id] = Known(trust, case_id, urn, kind, named, barred)
        return case

    def _people_and_reads(self, recording: Recording) -> None:
        trust = recording.trust_id
        self.readers[trust] = uuid4()
        read = NewRead(
            self.readers[trust], b"{}", [str(case.id) for case in self.cases.values() if case.trust == trust]
        )
        with recording.trust.connection() as connection:
            register(
                connection, trust, [Person(person, "STAFF") for person in (REPORTER, SUBJECT, self.readers[trust])]
            )
            RawCursor(connection).execute(OPEN, [trust])
            RawCursor(connection).execute(APPEND, append_parameters(trust, [read]))


@dataclass(frozen=True)
class Verdict:
    """How many rows of an answer are foreign to who asked, and how many are missing."""

    foreign: int
    missing: int


@dataclass(frozen=True)
class Question:
    """A statement whose rows say of which trust they are; `bare` asks it without naming the trust at all."""

    name: str
    statement: Callable[[Reading], str]
    # What the oracle expects: rows that must be there, and rows that may.
    judge: Callable[[World, Asker, list[tuple[Any, ...]]], Verdict]


def _of_cases(world: World, asker: Asker, rows: Iterable[tuple[Any, ...]]) -> Verdict:
    """Rows of (trust, case)."""
    found = {(trust, case) for trust, case in rows}
    foreign = sum(
        trust != asker.trust or case not in world.cases or not may_see(asker, world.cases[case])
        for trust, case in found
    )
    expected = {(case.trust, case.id) for case in map(world.cases.__getitem__, world.first) if may_see(asker, case)}
    return Verdict(foreign, len(expected - found))


def _of_incidents(world: World, asker: Asker, rows: Iterable[tuple[Any, ...]]) -> Verdict:
    told = _of_cases(world, asker, rows)
    found = {case for _, case in rows}
    seen = {one for one in world.first if world.cases[one].kind == INCIDENT and may_see(asker, world.cases[one])}
    return Verdict(told.foreign, len(seen - found))


def _figures(world: World, asker: Asker, rows: Iterable[tuple[Any, ...]]) -> Verdict:
    """Rows of (trust, school, items)."""
    foreign = missing = 0
    counts_all = asker.role.value in COUNT_ALL
    told = {(trust, urn): number for trust, urn, number in rows}
    counted = [one for one in world.cases.values() if one.trust == asker.trust and (counts_all or may_see(asker, one))]
    for urn in URNS:
        here = [one for one in counted if one.urn == urn]
        incidents = [one for one in here if one.kind == INCIDENT]
        number = told.pop((asker.trust, urn), 0)
        # What complaints and breaches add is counted too, one for each at most.
        others = len(here) - len(incidents)
        foreign += number > ITEMS * len(incidents) + others
        missing += number < ITEMS * sum(one.id in world.first for one in incidents)
    return Verdict(foreign + len(told), missing)


def _single(world: World, asker: Asker, rows: list[tuple[Any, ...]]) -> Verdict:
    """What was asked for by the id of another trust's case: nothing may be there."""
    return Verdict(len(rows), 0)


def _schools(world: World, asker: Asker, rows: list[tuple[Any, ...]]) -> Verdict:
    expected = {(asker.trust, urn) for urn in URNS if asker.urn in (None, urn)}
    return Verdict(len(set(rows) - expected), len(expected - set(rows)))


def _reads(world: World, asker: Asker, rows: list[tuple[Any, ...]]) -> Verdict:
    expected = {(world.readers[asker.trust],)}
    return Verdict(len(set(rows) - expected), len(expected - set(rows)))


def _people(world: World, asker: Asker, rows: list[tuple[Any, ...]]) -> Verdict:
    expected = {(asker.trust, person) for person in (REPORTER, SUBJECT, world.readers[asker.trust])}
    return Verdict(len(set(rows) - expected), len(expected - set(rows)))


QUESTIONS: tuple[Question, ...] = (
    Question("list", lambda r: f"SELECT trust_id, case_id FROM {r.cases()} AS s", _of_cases),
    Question("documents", lambda r: f"SELECT trust_id, case_id FROM {r.documents()} AS s", _of_cases),
    Question(
        "case of another trust",
        lambda r: f"SELECT trust_id, case_id FROM {r.documents()} AS s WHERE case_id = %(asked)s",
        _single,
    ),
    Question(
        "history of another trust's case", lambda r: f"SELECT position FROM {r.events_of('%(asked)s')} AS s", _single
    ),
    Question(
        "history",
        lambda r: (
            f"SELECT DISTINCT told.trust_id, s.case_id FROM {r.cases()} AS s,"
            f" LATERAL {r.events_of('s.case_id')} AS told"
        ),
        _of_cases,
    ),
    Question("items", lambda r: f"SELECT trust_id, case_id FROM {r.of_cases('case_item')} AS s", _of_incidents),
    Question(
        "figures",
        lambda r: (
            "SELECT trust_id, school_urn, count(DISTINCT item_id)::int"
            f" FROM {r.contributions()} AS s GROUP BY trust_id, school_urn"
        ),
        _figures,
    ),
    Question("drill-down", lambda r: f"SELECT trust_id, case_id FROM {r.openable_contributions()} AS s", _of_incidents),
    Question("schools", lambda r: f"SELECT trust_id, urn FROM {r.schools()} AS s", _schools),
    Question("log of reads", lambda r: f"SELECT actor_id FROM {r.reads()} AS s", _reads),
    Question(
        "reads of another trust's case", lambda r: f"SELECT actor_id FROM {r.reads_of('%(asked)s')} AS s", _single
    ),
    Question("people", lambda r: "SELECT trust_id, person_id FROM person WHERE trust_id = %(trust)s", _people),
)


def bare(statement: str) -> str:
    """The statement with every mention of the trust taken out: what keeps rows apart is then the database alone."""
    return re.sub(r"(\w+\.)?trust_id = %\(trust\)s", "true", statement)


def numbered(statement: str, parameters: Mapping[str, Any]) -> tuple[bytes, list[Any]]:
    """The statement with numbers for names, as connections of the event loop take it."""
    names: list[str] = []

    def number(found: re.Match[str]) -> str:
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    text = re.sub(r"%\((\w+)\)s", number, statement)
    return text.encode(), [parameters[name] for name in names]


def as_text(statement: str) -> sql.SQL:
    return sql.SQL(statement)
