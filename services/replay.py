"""A case replayed: step by step what was recorded, what it changed, how the case stood then, and who knew by then.

A replay leaves the system, so that the rules for exports hold for it: `services.leaving` says what of a case leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.access import Visibility
from domain.actors import IMPORTING, ActorSort, sort_of
from domain.calendars import CalendarSet
from domain.case import Case
from domain.case_changes import differences, members
from domain.case_deadlines import CaseDeadline
from domain.case_document import CaseDocument, case_document
from domain.duties import Duty
from domain.export_rules import LawfulNotice
from domain.knowing import Happened, HowKnown, Knew, Knowledge, Seen
from domain.permissions import CaseReading, decide
from domain.policy import PolicyPack
from domain.reads import ReadKind
from domain.registers import SchoolRegister, TrustRegister, school_register_id, trust_register_id
from domain.stored import stored_name
from domain.values import PolicyRef
from domain.veil import NAMING, SPEAKS_ALSO, document_without
from ledger import canonical
from ledger.entry import REASON
from ledger.read_log import reads_of_cases
from ledger.reading import position_at, recorded_at
from services import people
from services.leaving import Leaving, Taken, case_to_take, taken
from services.people import KnownName, NameState
from services.pinned import calendars_of, pack_of
from services.sealed_texts import SealedPlace, SealedText
from services.sight import standing_to
from services.store import TrustLedger, event_of

__all__ = ["Change", "Knower", "Named", "Part", "Replay", "Step", "WithheldStep", "replay"]


@dataclass(frozen=True, slots=True)
class Named:
    """A person, with today's name as far as it may leave with the reader."""

    person_id: UUID
    name: KnownName


@dataclass(frozen=True, slots=True)
class Knower:
    """Somebody who knew: how, since when that is on record, and what was read (for READ)."""

    person: Named
    how: HowKnown
    since: datetime
    position: int
    what: tuple[ReadKind, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A sealed text by its name, as far as it leaves opened."""

    name: str
    text: SealedText


@dataclass(frozen=True, slots=True)
class Change:
    """One member of the case that an event changed, by its path; None where it said nothing."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Step:
    """One event, and the case after it.

    `says` is the event in a sentence, `told` its content in clear, `state` every member of the case afterwards that
    says something; a change applied to the state before gives the state after. `learnt` are those who came to know, or
    to know more, since the step shown before this one; `knew` all who knew by then, where that was asked for.
    """

    position: int
    version: int
    recorded_at: datetime
    type: str
    says: str
    actor: Named
    actor_role: str
    on_behalf_of: Named | None
    sort: ActorSort
    told: Mapping[str, Any]
    parts: tuple[Part, ...]
    changes: tuple[Change, ...]
    state: Mapping[str, Any]
    outstanding: tuple[Duty, ...]
    deadlines: tuple[CaseDeadline, ...]
    leaf: bytes
    learnt: tuple[Knower, ...] = ()
    knew: tuple[Knower, ...] = ()

    @property
    def reason(self) -> SealedText | None:
        """Why, in words, if somebody said."""
        return next((part.text for part in self.parts if part.name == REASON), None)


@dataclass(frozen=True, slots=True)
class WithheldStep:
    """An event that names a case which the reader may not know of: its place alone, and its leaf."""

    position: int
    version: int
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Replay:
    """The history of a case for one reader.

    `until` is the position that it stands at, and `at` the instant by which somebody knew, None for the present.
    `steps` are those that were asked for, `places` the version, position and leaf of every event until then, asked for
    or not. `learnt_since` are those who came to know after the last step. `people` are those whom the registry knows of
    all that the history names. `tells_readers`: who read the case is in it, for the reader may know; else who knew is
    told from the events alone.
    """

    trust_id: UUID
    trust_name: str
    case_id: UUID
    reference: str
    kind: str
    school_urn: str
    school_name: str
    until: int
    at: datetime | None
    places: tuple[tuple[int, int, bytes], ...]
    steps: tuple[Step | WithheldStep, ...]
    learnt_since: tuple[Knower, ...]
    people: Mapping[UUID, KnownName]
    tells_readers: bool
    notices: tuple[LawfulNotice, ...]
    opened: frozenset[SealedPlace]


def replay(
    ledger: TrustLedger,
    reader: Visibility,
    case_id: UUID,
    *,
    types: Iterable[str] | None = None,
    by: ActorSort | None = None,
    until: int | datetime | None = None,
    all_who_knew: bool = False,
) -> Replay:
    """Replay a case for a reader who may take it away, up to a position or an instant (None: now).

    `types` are stored names and `by` the sort of actor that steps are kept to; a withheld event is kept only where
    neither is given, for it is not told which it is of. `all_who_knew` has each step say all who knew by then.
    Raises as `case_to_take` and `taken` do.
    """
    case = case_to_take(ledger, reader, case_id)
    size, _ = ledger.head()
    last, at = _moment(ledger, until, size)
    found = taken(ledger, reader, case, size=size, until=last)
    told = [event for event in found.events if not _is_withheld(event, found.hidden)]
    sorts = _sorts(ledger, told)
    wanted = None if types is None else frozenset(types)
    shown = [
        event
        for event in found.events
        if (wanted is None or event.row.type in wanted)
        and (by is None or sorts.get(event.row.version) is by)
        and ((wanted is None and by is None) or event.row.version in sorts)
    ]
    tells_readers = decide(reader.role, CaseReading.SEE_READERS, standing_to(ledger, reader, case)).allowed
    happened = [_happened(event) for event in told]
    seen = _seen(ledger, case_id, at) if tells_readers else []
    knowledge, states = Knowledge(happened, seen), _states(ledger, found)
    everybody = {one.person_id for one in Knowledge(happened, seen).until(None)} | {event.actor for event in happened}
    everybody |= {one for state in states.values() for one in _ids_in(members(state.after))}
    named = _Named.of(ledger, reader, everybody, found.closed)
    steps: list[Step | WithheldStep] = []
    for event in shown:
        if event.row.version in sorts:
            learnt = named.knowers(knowledge.until(event.row.recorded_at))
            knew = named.knowers(knowledge.known) if all_who_knew else ()
            steps.append(_step(event, found, states, named, sorts[event.row.version], learnt, knew))
        else:
            steps.append(WithheldStep(event.row.position, event.row.version, event.row.leaf))
    trust_name, school_name = _names_of_places(ledger, case)
    return Replay(
        trust_id=ledger.trust_id,
        trust_name=trust_name,
        case_id=case_id,
        reference=case.reference,
        kind=case.kind.value,
        school_urn=case.school_urn,
        school_name=school_name,
        until=last,
        at=at,
        places=tuple((event.row.version, event.row.position, event.row.leaf) for event in found.events),
        steps=tuple(steps),
        learnt_since=named.knowers(knowledge.until(None)),
        people={one: name for one, name in named.names.items() if name.state in (NameState.OPEN, NameState.ERASED)},
        tells_readers=tells_readers,
        notices=tuple(found.notices),
        opened=found.opened
        & {SealedPlace(case_id, event.row.version, one.part) for event in shown for one in event.body.sealed},
    )


def _moment(ledger: TrustLedger, until: int | datetime | None, size: int) -> tuple[int, datetime | None]:
    """The last position of a replay, and the instant by which somebody knew; None for the present."""
    with ledger.trust.connection() as connection:
        if isinstance(until, datetime):
            return min(position_at(connection, ledger.trust_id, until), size), until
        if until is None or until >= size:
            return size, None
        # Before the first event there was nothing that anybody could have been told.
        return until, recorded_at(connection, ledger.trust_id, until) or datetime.min.replace(tzinfo=UTC)


def _is_withheld(event: Leaving, hidden: frozenset[UUID]) -> bool:
    return event.named in hidden and event.row.type in NAMING


def _sorts(ledger: TrustLedger, events: Sequence[Leaving]) -> dict[int, ActorSort]:
    """By whom each event was recorded, a person or a program, by its version."""
    programs = people.programs_among(ledger.trust, {event.body.actor for event in events})
    imports = _imports_among(ledger, {event.row.command_id for event in events})
    return {
        event.row.version: sort_of(
            event.body.actor_role,
            is_program=event.body.actor in programs,
            is_imported=event.row.command_id in imports,
        )
        for event in events
    }


def _imports_among(ledger: TrustLedger, commands: set[UUID]) -> frozenset[UUID]:
    """Which of some commands brought in what others had written elsewhere."""
    with ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT DISTINCT command_id FROM event WHERE trust_id = %s AND command_id = ANY(%s) AND type = ANY(%s)",
            (ledger.trust_id, list(commands), list(IMPORTING)),
            binary=True,
        ).fetchall()
    return frozenset(command_id for (command_id,) in rows)


def _happened(event: Leaving) -> Happened:
    row, body = event.row, event.body
    return Happened(row.position, row.recorded_at, row.type, body.actor, body.actor_role, body.on_behalf_of, body.data)


def _seen(ledger: TrustLedger, case_id: UUID, by: datetime | None) -> list[Seen]:
    """Who was told of the case by an answer of this program, by an instant."""
    with ledger.trust.connection() as connection:
        entries = reads_of_cases(connection, ledger.trust_id, [case_id], by=by)[case_id]
    bodies: list[Any] = [canonical.decode(entry.body) for entry in entries]
    return [
        Seen.told(entry.position, entry.recorded_at, body, case_id) for entry, body in zip(entries, bodies, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Named:
    """Everybody whom a replay names, by id."""

    names: Mapping[UUID, KnownName]

    @classmethod
    def of(cls, ledger: TrustLedger, reader: Visibility, wanted: set[UUID], closed: frozenset[UUID]) -> _Named:
        """Look everybody up at once; who may not be named outside is not."""
        known = people.names(ledger.trust, reader, wanted)
        return cls(known | dict.fromkeys(wanted & closed, KnownName(NameState.WITHHELD)))

    def person(self, person_id: UUID) -> Named:
        return Named(person_id, self.names[person_id])

    def knowers(self, knew: Iterable[Knew]) -> tuple[Knower, ...]:
        return tuple(Knower(self.person(one.person_id), one.how, one.since, one.position, one.what) for one in knew)


def _ids_in(value: Any) -> Iterator[UUID]:
    """Whatever is written as an id; which of them are persons the registry knows."""
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _ids_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from _ids_in(one)
    elif isinstance(value, str) and len(value) == len(str(UUID(int=0))):
        with suppress(ValueError):
            yield UUID(value)


@dataclass(frozen=True, slots=True)
class _State:
    """What an event is called, and the case before and after it, as the reader may know it."""

    says: str
    before: CaseDocument | None
    after: CaseDocument


def _states(ledger: TrustLedger, found: Taken) -> dict[int, _State]:
    """The case after each of its versions, by the calendars that were set by then."""
    packs: dict[tuple[PolicyRef | None, str], PolicyPack | None] = {}
    calendars: dict[str, Sequence[CalendarSet]] = {}
    states: dict[int, _State] = {}
    case: Case | None = None
    before: CaseDocument | None = None
    for event in found.events:
        happened = event_of(event.row)
        case = happened.mutate(case)
        assert case is not None
        pinned, at = (case.policy, case.school_urn), event.row.recorded_at
        if pinned not in packs:
            packs[pinned] = pack_of(ledger, case)
        if case.school_urn not in calendars:
            calendars[case.school_urn] = calendars_of(ledger, case)
        by_then = [one for one in calendars[case.school_urn] if one.set_at <= at]
        after = document_without(case_document(case, packs[pinned], by_then, at), found.hidden)
        states[event.row.version] = _State(stored_name(type(happened).TOPIC).description, before, after)
        before = after
    return states


def _step(
    event: Leaving,
    found: Taken,
    states: Mapping[int, _State],
    named: _Named,
    sort: ActorSort,
    learnt: tuple[Knower, ...],
    knew: tuple[Knower, ...],
) -> Step:
    row, body, state = event.row, event.body, states[event.row.version]
    told = dict(body.data)
    if event.named in found.hidden:
        # It says something of this case, too, and may say it without the other.
        told.pop(SPEAKS_ALSO[row.type], None)
    return Step(
        position=row.position,
        version=row.version,
        recorded_at=row.recorded_at,
        type=row.type,
        says=state.says,
        actor=named.person(body.actor),
        actor_role=body.actor_role,
        on_behalf_of=None if body.on_behalf_of is None else named.person(body.on_behalf_of),
        sort=sort,
        told=told,
        parts=tuple(
            Part(one.part, found.texts[SealedPlace(row.stream_id, row.version, one.part)]) for one in body.sealed
        ),
        changes=tuple(Change(*change) for change in differences(state.before, state.after)),
        state=members(state.after),
        outstanding=state.after.duties,
        deadlines=state.after.deadlines,
        leaf=row.leaf,
        learnt=learnt,
        knew=knew,
    )


def _names_of_places(ledger: TrustLedger, case: Case) -> tuple[str, str]:
    """What the trust and the case's school are called today."""
    trust = ledger.load(trust_register_id(ledger.trust_id))
    school = ledger.load(school_register_id(ledger.trust_id, case.school_urn))
    return (
        trust.name if isinstance(trust, TrustRegister) else "",
        school.name if isinstance(school, SchoolRegister) else "",
    )
