"""Cases folded from their events: as they stood at a position, and after any of their versions."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

import psycopg

from domain.access import Visibility
from domain.case import Case
from domain.case_document import CaseDocument, case_document
from domain.offered import Blocked, blocked
from domain.policy import PolicyPack
from domain.registers import SchoolRegister, school_register_id
from domain.values import CaseKind
from ledger.database import TrustDatabase
from ledger.reading import StoredRow, read_streams
from projections.snapshot import snapshot
from projections.states import event_of
from projections.visible import Reading

Shown = TypeVar("Shown")
# What is made of a case and the policy pinned to it.
Show = Callable[[Case, PolicyPack | None], Shown]


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
    return _after(trust, visibility, wanted, recorded, case_document)


def blocked_after(
    trust: TrustDatabase,
    visibility: Visibility,
    wanted: Mapping[UUID, Iterable[int]],
    *,
    recorded: UUID | None = None,
) -> dict[tuple[UUID, int], tuple[CaseKind, tuple[Blocked, ...]]]:
    """The kind of such cases, what they did not offer then, and why; the same as `documents_after` otherwise."""
    return _after(trust, visibility, wanted, recorded, lambda case, pack: (case.kind, blocked(case, pack)))


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
        openable = _openable(connection, reading, versions.keys() - {recorded})
        rows = read_streams(connection, trust.trust_id, [*openable, *(versions.keys() & {recorded})])
        return _folded(connection, reading, rows, lambda row: row.version in versions[row.stream_id], show)


def documents_at(
    trust: TrustDatabase, visibility: Visibility, case_ids: Sequence[UUID], position: int | None
) -> dict[UUID, CaseDocument]:
    """Cases as they stood at a position (None: now).

    One that had not begun, or that the reader may not open now, is left out.
    """
    with snapshot(trust) as connection:
        reading = Reading(visibility)
        rows = read_streams(connection, trust.trust_id, _openable(connection, reading, case_ids), up_to=position)
        last = {row.stream_id: row.version for row in rows}
        found = _folded(connection, reading, rows, lambda row: row.version == last[row.stream_id], case_document)
    return {case_id: document for (case_id, _), document in found.items()}


def _openable(connection: psycopg.Connection[Any], reading: Reading, case_ids: Iterable[UUID]) -> list[UUID]:
    rows = connection.execute(
        f"SELECT case_id FROM {reading.cases()} AS open WHERE case_id = ANY(%(ids)s)".encode(),
        {**reading.parameters, "ids": list(case_ids)},
    )
    return [case_id for (case_id,) in rows]


def _folded(
    connection: psycopg.Connection[Any],
    reading: Reading,
    rows: Iterable[StoredRow],
    is_wanted: Callable[[StoredRow], bool],
    show: Show[Shown],
) -> dict[tuple[UUID, int], Shown]:
    packs = _Packs(connection, reading)
    states: dict[UUID, Case] = {}
    shown: dict[tuple[UUID, int], Shown] = {}
    for row in rows:
        case: Case = event_of(row).mutate(states.get(row.stream_id))
        states[row.stream_id] = case
        if is_wanted(row):
            shown[row.stream_id, row.version] = show(case, packs.of(case))
    return shown


class _Packs:
    """The packs that cases are pinned to, read from the registers of the schools that adopted them."""

    def __init__(self, connection: psycopg.Connection[Any], reading: Reading) -> None:
        self._connection = connection
        self._reading = reading
        self._known: dict[str, PolicyPack | None] = {}

    def of(self, case: Case) -> PolicyPack | None:
        """The pack of a case; None where there is none."""
        if case.policy is None:
            return None
        sha256 = case.policy.sha256
        if sha256 not in self._known:
            # The read tables may not have the adoption yet; nearly always it is that of the case's own school.
            self._known[sha256] = self._adopted(case.school_urn, sha256) or self._read(sha256)
        return self._known[sha256]

    def _read(self, sha256: str) -> PolicyPack | None:
        reading = self._reading
        adopter = self._connection.execute(
            f"SELECT urn FROM {reading.adoptions()} AS adopted WHERE sha256 = %(sha256)s ORDER BY urn LIMIT 1".encode(),
            {**reading.parameters, "sha256": sha256},
        ).fetchone()
        return None if adopter is None else self._adopted(adopter[0], sha256)

    def _adopted(self, urn: str, sha256: str) -> PolicyPack | None:
        trust_id = self._reading.trust_id
        register: SchoolRegister | None = None
        for row in read_streams(self._connection, trust_id, [school_register_id(trust_id, urn)]):
            register = event_of(row).mutate(register)
        adoptions = () if register is None else register.adoptions
        return next((adoption.pack for adoption in adoptions if adoption.policy.sha256 == sha256), None)
