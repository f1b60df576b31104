"""What the core projection keeps of a case or a register: one function for each table, the same for every event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from domain.calendars import CalendarSet
from domain.case import Case
from domain.case_deadlines import deadlines
from domain.case_document import case_json
from domain.complaint import Complaint
from domain.counting import Contribution, MonitoringCount
from domain.duties import duties
from domain.incident import Incident
from domain.monitoring_counts import DEFINITIONS
from domain.people_of_case import people_of
from domain.policy import PolicyPack
from domain.registers import SchoolRegister, TrustRegister
from domain.retention_facts import measured, schools_of
from domain.staff_breach import StaffBreach
from projections.changes import CaseRows, Fact, Row
from projections.retention_facts import trust_facts

# The numbers of the counts in Libra's list, by which they are stored.
COUNT_NUMBERS: dict[MonitoringCount, int] = {definition.count: definition.number for definition in DEFINITIONS}


# What counting reads of a case, for each kind: the members of the protocols in domain.countable. Items and heads stand
# apart as `pieces`, and `arose_from` is worked out from the links, which are read instead.
_ALL_KINDS = ("school_urn", "mark", "duplicate_of")
READ_BY_COUNTING: dict[str, tuple[str, ...]] = {
    "INCIDENT": _ALL_KINDS,
    "COMPLAINT": (*_ALL_KINDS, "received_on"),
    "STAFF_BREACH": (*_ALL_KINDS, "source", "reported_on", "recorded_on", "counted_at"),
}
PIECES_READ_BY_COUNTING = {"INCIDENT": "items", "COMPLAINT": "heads", "STAFF_BREACH": "links"}
_FOOTPRINTS = {
    kind: (attrgetter(*members), attrgetter(PIECES_READ_BY_COUNTING[kind]))
    for kind, members in READ_BY_COUNTING.items()
}


def footprint(case: Case) -> tuple[Any, ...]:
    """Everything of a case that its own contributions and those of cases arisen from it can depend on.

    While it is equal, no contribution has changed: most events leave it alone, and comparing it is cheap, as items and
    heads that have not changed are the same objects.
    """
    members, pieces = _FOOTPRINTS[case.kind]
    return members(case), tuple(case.links), tuple(pieces(case).values())


def contribution_fact(case_id: UUID, contribution: Contribution) -> Fact:
    """A contribution as a row of its table."""
    return Fact(
        (case_id, contribution.item_id, COUNT_NUMBERS[contribution.count]),
        (
            contribution.discovered_on,
            contribution.posted_on,
            contribution.recorded_on,
            contribution.school_urn,
            contribution.source.value,
            contribution.platform,
            contribution.poster_role,
            contribution.excluded_by,
        ),
    )


class _Piece(NamedTuple):
    """An item, head or breach as the rows know it."""

    item_id: UUID
    platform: str | None
    poster_role: str | None
    discovered_on: date
    posted_on: date | None
    recorded_on: date
    classifications: list[str]
    mark: str | None


def case_rows(
    case: Case,
    pack: PolicyPack | None,
    calendars: Sequence[CalendarSet],
    adds: Iterable[Contribution],
    depends: Iterable[UUID],
    position: int,
) -> CaseRows:
    """The rows of a case by table, those with none left out.

    `pack` is the policy pinned to the case, `calendars` are those that its school set so far; `position` is that of the
    event that changed its rows last.
    """
    due = deadlines(case, pack, calendars)
    owed = duties(case, pack, due)
    pieces = list(_PIECES[case.kind](case))
    rows: CaseRows = {
        "case_file": [
            (
                case.id,
                case.kind.value,
                case.reference,
                case.school_reference,
                case.school_urn,
                case.status.value,
                case.opened_on,
                case.closed_on,
                case.outcome,
                case.owner,
                case.duplicate_of,
                sorted({piece.discovered_on for piece in pieces} or {case.opened_on}),
                sorted({each for piece in pieces for each in piece.classifications}),
                sorted({COUNT_NUMBERS[each.count] for each in adds if each.excluded_by is None}),
                list(dict.fromkeys(duty.code for duty in owed)),
                sorted(case.open_to),
                sorted(case.barred),
            )
        ],
        "case_document": [(case.id, case.version, position, case_json(case, pack, owed, due).decode())],
        "case_retention": [_retention(case)],
    }
    if pieces:
        rows["case_item"] = [(case.id, piece.item_id, ordinal, *piece[1:]) for ordinal, piece in enumerate(pieces, 1)]
    if people := dict.fromkeys(people_of(case)):
        rows["case_person"] = [(case.id, person, role) for person, role in people]
    if case.barred:
        rows["case_barred"] = [(case.id, person) for person in sorted(case.barred)]
    if case.links:
        rows["case_link"] = [(case.id, other, kind) for other, kind in case.links]
    if depends:
        rows["case_dependency"] = [(case.id, other) for other in sorted(depends)]
    if owed:
        rows["duty"] = [
            (case.id, ordinal, duty.code, duty.item_id, duty.clause) for ordinal, duty in enumerate(owed, 1)
        ]
    if due:
        rows["deadline"] = [
            (case.id, ordinal, one.code, one.standing.value, one.due_on, one.ends) for ordinal, one in enumerate(due, 1)
        ]
    return rows


def _retention(case: Case) -> Row:
    """What the keeping of a case follows from, as its table has it."""
    known, decision = measured(case), case.retention_decision
    return (
        case.id,
        known.opened_on,
        known.has_ended,
        known.ended_on,
        known.outcome,
        sorted(known.classes),
        known.sanctioned_on,
        known.subject,
        sorted(schools_of(case)),
        case.is_on_legal_hold,
        None if decision is None else decision.decision,
        None if decision is None else decision.keep_until,
        case.is_erased_whole,
    )


def _items(case: Incident) -> Iterator[_Piece]:
    for item in case.items.values():
        yield _Piece(
            item.item_id,
            item.platform,
            item.poster_role,
            item.discovered_on,
            item.posted_on,
            item.recorded_on,
            [f"{given.nature}:{given.target}" for given in item.classifications],
            item.mark and item.mark.value,
        )


def _heads(complaint: Complaint) -> Iterator[_Piece]:
    for head in complaint.heads.values():
        yield _Piece(head.head_id, None, None, complaint.received_on, None, head.recorded_on, [], None)


def _breach(breach: StaffBreach) -> Iterator[_Piece]:
    yield _Piece(breach.id, None, None, breach.reported_on, None, breach.recorded_on, [], None)


_PIECES: dict[str, Callable[[Any], Iterator[_Piece]]] = {
    "INCIDENT": _items,
    "COMPLAINT": _heads,
    "STAFF_BREACH": _breach,
}


def register_facts(register: Any) -> frozenset[tuple[str, Fact]]:
    """What a register says, as rows of the temporal tables by table name."""
    if isinstance(register, SchoolRegister):
        return frozenset(_school_facts(register))
    return frozenset(trust_facts(register)) if isinstance(register, TrustRegister) else frozenset()


def _school_facts(register: SchoolRegister) -> Iterator[tuple[str, Fact]]:
    urn = register.urn
    for membership in register.memberships:
        yield "school", Fact((urn, membership.joined_on), (register.name, membership.left_on))
    for year, calendar in register.calendars.items():
        yield "school_calendar", Fact((urn, year), (msgspec.json.encode(calendar).decode(),))
    for adoption in register.adoptions:
        policy = adoption.policy
        yield (
            "school_policy",
            Fact((urn, adoption.adopted_on, policy.pack_id, policy.version), (policy.sha256,)),
        )
