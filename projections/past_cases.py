"""Cases folded from their events: as they stood at a position, and after any of their versions."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import psycopg

from domain.access import Visibility
from domain.calendars import CalendarSet
from domain.case import Case
from domain.case_document import CaseDocument, case_document
from domain.offered import Blocked
from domain.policy import PolicyPack
from domain.registers import SchoolRegister, school_register_id
from domain.values import CaseKind
from domain.veil import blocked_without, document_without
from ledger.database import TrustDatabase
from ledger.reading import StoredRow, read_streams
from projections.snapshot import snapshot
from projections.states import event_of
from projections.visible import Reading

Shown = TypeVar("Shown")
# What is made of a case, the policy pinned to it, the calendars of its school, and the cases that the reader may not
# know of, as they stood at an instant.
Show = Callable[[Case, PolicyPack | None, Sequence[CalendarSet], datetime | None, frozenset[UUID]], Shown]


def documents_after(
    trust: TrustDatabase,
    visibility: Visibility,
    wanted: Mapping[UUID, Iterable[int]],
    *,
    recorded: UUID | None = None,
) -> dict[tuple[UUID, int], CaseDocument]:
    """Cases as they stood after versions of theirs, by id and version; each stream is read and folded once.

    What the reader may not open now, and versions that are not there, are left out; `recorded` is a case that a command
    of this reader was carried out on.
    """
    return _after(trust, visibility, wanted, recorded, _document)


def blocked_after(
    trust: TrustDatabase,
    visibility: Visibility,
    wanted: Mapping[UUID, Iterable[int]],
    *,
    recorded: UUID | None = None,
) -> dict[tuple[UUID, int], tuple[CaseKind, tuple[Blocked, ...]]]:
    """The kind of such cases, what they did not offer then, and why; the same as `documents_after` otherwise."""
    return _after(trust, visibility, wanted, recorded, _blocked)


def _document(
    case: Case,
    pack: PolicyPack | None,
    calendars: Sequence[CalendarSet],
    moment: datetime | None,
    hidden: frozenset[UUID],
) -> CaseDocument:
    document = case_document(case, pack, calendars, moment)
    return document_without(document, hidden) if hidden else document


def _blocked(
    case: Case,
    pack: PolicyPack | None,
    _calendars: Sequence[CalendarSet],
    _moment: datetime | None,
    hidden: frozenset[UUID],
) -> tuple[CaseKind, tuple[Blocked, ...]]:
    return case.kind, blocked_without(case, pack, hidden)


def _after(
    trust: TrustDatabase,
    visibility: Visibility,
    wanted: Mapping[UUID, Iterable[int]],
    recorded: UUID | None,
    show: Show[Shown],
) -> dict[tuple[UUID, int], Shown]:
    versions = {case_id: frozenset(of_case) for case_id, of_case in wanted.items()}
    reading = Reading(visibility)
    with snapshot(trust) as connection:
        open_now, hidden = openable(connection, reading, versions.keys() - {recorded})
        rows = read_streams(connection, trust.trust_id, [*open_now, *(versions.keys() & {recorded})])
        return _folded(
            connection,
            reading,
            rows,
            lambda row: row.version in versions[row.stream_id],
            show,
            lambda row: row.recorded_at,
            hidden,
        )


def documents_at(
    trust: TrustDatabase,
    visibility: Visibility,
    case_ids: Sequence[UUID],
    position: int | None,
    at: datetime | None = None,
) -> dict[UUID, CaseDocument]:
    """Cases as they stood at a position (None: now).

    `at` is the instant that was asked for, where one was; else it is that of the position. One that had not begun, or
    that the reader may not open now, is left out.
    """
    with snapshot(trust) as connection:
        reading = Reading(visibility)
        open_now, hidden = openable(connection, reading, case_ids)
        rows = read_streams(connection, trust.trust_id, open_now, up_to=position)
        last = {row.stream_id: row.version for row in rows}
        moment = None if position is None else at or _recorded_at(connection, reading, position)
        found = _folded(
            connection,
            reading,
            rows,
            lambda row: row.version == last[row.stream_id],
            _document,
            lambda _row: moment,
            hidden,
        )
    return {case_id: document for (case_id, _), document in found.items()}


def _recorded_at(connection: psycopg.Connection[Any], reading: Reading, position: int) -> datetime | None:
    row = connection.execute(
        reading.statement(
            f"SELECT recorded_at FROM {reading.instants()} AS known WHERE position = %(position)s"
        ).encode(),
        {**reading.parameters, "position": position},
    ).fetchone()
    return None if row is None else row[0]


def openable(
    connection: psycopg.Connection[Any], reading: Reading, case_ids: Iterable[UUID]
) -> tuple[list[UUID], frozenset[UUID]]:
    """Which of these cases the reader may open, and all those that the reader may not know of."""
    rows = connection.execute(
        reading.statement(
            f"SELECT case_id, false FROM {reading.cases()} AS open WHERE case_id = ANY(%(ids)s)"
            f" UNION SELECT case_id, true FROM {reading.hidden()} AS hidden"
        ).encode(),
        {**reading.parameters, "ids": list(case_ids)},
    ).fetchall()
    return [one for one, is_hidden in rows if not is_hidden], frozenset(one for one, is_hidden in rows if is_hidden)


def _folded(
    connection: psycopg.Connection[Any],
    reading: Reading,
    rows: Iterable[StoredRow],
    is_wanted: Callable[[StoredRow], bool],
    show: Show[Shown],
    moment_of: Callable[[StoredRow], datetime | None],
    hidden: frozenset[UUID],
) -> dict[tuple[UUID, int], Shown]:
    registers = _Registers(connection, reading)
    states: dict[UUID, Case] = {}
    shown: dict[tuple[UUID, int], Shown] = {}
    for row in rows:
        case: Case = event_of(row).mutate(states.get(row.stream_id))
        states[row.stream_id] = case
        if is_wanted(row):
            moment = moment_of(row)
            shown[row.stream_id, row.version] = show(
                case, registers.pack_of(case), registers.calendars_of(case, moment), moment, hidden
            )
    return shown


class _Registers:
    """What the registers of schools say of cases: the packs that they are pinned to, and the calendars."""

    def __init__(self, connection: psycopg.Connection[Any], reading: Reading) -> None:
        self._connection = connection
        self._reading = reading
        self._packs: dict[str, PolicyPack | None] = {}
        self._registers: dict[str, SchoolRegister | None] = {}

    def pack_of(self, case: Case) -> PolicyPack | None:
        """The pack of a case; None where there is none."""
        if case.policy is None:
            return None
        sha256 = case.policy.sha256
        if sha256 not in self._packs:
            # The read tables may not have the adoption yet; nearly always it is that of the case's own school.
            self._packs[sha256] = self._adopted(case.school_urn, sha256) or self._found(sha256)
        return self._packs[sha256]

    def calendars_of(self, case: Case, moment: datetime | None) -> Sequence[CalendarSet]:
        """The calendars that the case's school had set by an instant (None: by now)."""
        register = self._register(case.school_urn)
        found = () if register is None else register.calendars_set
        return found if moment is None else [one for one in found if one.set_at <= moment]

    def _found(self, sha256: str) -> PolicyPack | None:
        reading = self._reading
        adopter = self._connection.execute(
            reading.statement(
                f"SELECT urn FROM {reading.adoptions()} AS adopted WHERE sha256 = %(sha256)s ORDER BY urn LIMIT 1"
            ).encode(),
            {**reading.parameters, "sha256": sha256},
        ).fetchone()
        return None if adopter is None else self._adopted(adopter[0], sha256)

    def _adopted(self, urn: str, sha256: str) -> PolicyPack | None:
        register = self._register(urn)
        adoptions = () if register is None else register.adoptions
        return next((adoption.pack for adoption in adoptions if adoption.policy.sha256 == sha256), None)

    def _register(self, urn: str) -> SchoolRegister | None:
        if urn not in self._registers:
            trust_id = self._reading.trust_id
            register: SchoolRegister | None = None
            for row in read_streams(self._connection, trust_id, [school_register_id(trust_id, urn)]):
                register = event_of(row).mutate(register)
            self._registers[urn] = register
        return self._registers[urn]
