"""The history of cases: the events of those that the reader may open, and the case as it stood after any of them."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import psycopg

from domain.access import Visibility
from domain.case import Case
from domain.case_document import CaseDocument, case_document
from domain.policy import PolicyPack
from domain.registers import SchoolRegister, school_register_id
from domain.values import PolicyRef
from ledger.database import TrustDatabase
from ledger.reading import StoredRow, read_streams
from projections.pages import Page, cursor_of, page_of, place_of, require_page
from projections.snapshot import snapshot
from projections.states import event_of
from projections.visible import Reading

_COLUMNS = "position, recorded_at, stream_id, version, type, school_urn, command_id, ordinal, body, leaf"


def history(
    trust: TrustDatabase,
    visibility: Visibility,
    case_ids: Sequence[UUID],
    *,
    first: int = 100,
    after: str | None = None,
    types: Sequence[str] | None = None,
) -> dict[UUID, Page[StoredRow]]:
    """A page of the events of each case, in order of version, of some stored names or of all: one statement.

    A case that the reader may not open has an empty page, like one that is not there. Raises PageTooLarge and
    CursorMalformed.
    """
    require_page(first)
    version = 0 if after is None else place_of(after, int)[0]
    reading = Reading(visibility)
    found: dict[UUID, list[StoredRow]] = {case_id: [] for case_id in case_ids}
    with trust.connection() as connection, connection.cursor(binary=True) as cursor:
        cursor.execute(
            f"SELECT happened.* FROM unnest(%(ids)s::uuid[]) AS wanted (case_id) CROSS JOIN LATERAL ("
            f"SELECT {_COLUMNS} FROM {reading.events()} AS event"
            " WHERE stream_id = wanted.case_id AND version > %(after)s"
            f" AND {'true' if types is None else 'type = ANY(%(types)s)'} ORDER BY version LIMIT %(limit)s) AS happened"
            " ORDER BY happened.stream_id, happened.version".encode(),
            {
                **reading.parameters,
                "ids": list(found),
                "after": version,
                "types": None if types is None else list(types),
                "limit": first + 1,
            },
        )
        for columns in cursor:
            row = StoredRow(*columns)
            found[row.stream_id].append(row)
    return {case_id: page_of(rows, first, lambda row: cursor_of(row.version)) for case_id, rows in found.items()}


def count_events(
    trust: TrustDatabase, visibility: Visibility, case_ids: Sequence[UUID], *, types: Sequence[str] | None = None
) -> dict[UUID, int]:
    """How many events each case has, of some stored names or of all; 0 for a case that the reader may not open."""
    reading = Reading(visibility)
    with trust.connection() as connection:
        counted = connection.execute(
            f"SELECT stream_id, count(*) FROM {reading.events()} AS event WHERE stream_id = ANY(%(ids)s)"
            f" AND {'true' if types is None else 'type = ANY(%(types)s)'} GROUP BY stream_id".encode(),
            {**reading.parameters, "ids": list(case_ids), "types": None if types is None else list(types)},
        ).fetchall()
    return dict.fromkeys(case_ids, 0) | dict(counted)


def documents_after(
    trust: TrustDatabase, visibility: Visibility, wanted: Mapping[UUID, Iterable[int]]
) -> dict[tuple[UUID, int], CaseDocument]:
    """Cases as they stood after versions of theirs, by id and version; each stream is read and folded once.

    What the reader may not open now, and versions that are not there, are left out.
    """
    versions = {case_id: frozenset(of_case) for case_id, of_case in wanted.items()}
    with snapshot(trust) as connection:
        rows = read_streams(connection, trust.trust_id, _openable(connection, Reading(visibility), versions))
        return _documents(connection, Reading(visibility), rows, lambda row: row.version in versions[row.stream_id])


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
        found = _documents(connection, reading, rows, lambda row: row.version == last[row.stream_id])
    return {case_id: document for (case_id, _), document in found.items()}


def _openable(connection: psycopg.Connection[Any], reading: Reading, case_ids: Iterable[UUID]) -> list[UUID]:
    rows = connection.execute(
        f"SELECT case_id FROM {reading.cases()} AS open WHERE case_id = ANY(%(ids)s)".encode(),
        {**reading.parameters, "ids": list(case_ids)},
    )
    return [case_id for (case_id,) in rows]


def _documents(
    connection: psycopg.Connection[Any],
    reading: Reading,
    rows: Iterable[StoredRow],
    is_wanted: Callable[[StoredRow], bool],
) -> dict[tuple[UUID, int], CaseDocument]:
    packs = _Packs(connection, reading)
    states: dict[UUID, Case] = {}
    documents: dict[tuple[UUID, int], CaseDocument] = {}
    for row in rows:
        case: Case = event_of(row).mutate(states.get(row.stream_id))
        states[row.stream_id] = case
        if is_wanted(row):
            documents[row.stream_id, row.version] = case_document(case, packs.of(case.policy))
    return documents


class _Packs:
    """The packs that cases are pinned to, read from the registers of the schools that adopted them."""

    def __init__(self, connection: psycopg.Connection[Any], reading: Reading) -> None:
        self._connection = connection
        self._reading = reading
        self._known: dict[str, PolicyPack | None] = {}

    def of(self, policy: PolicyRef | None) -> PolicyPack | None:
        """The pack of a policy; None where there is none."""
        if policy is None:
            return None
        if policy.sha256 not in self._known:
            self._known[policy.sha256] = self._read(policy.sha256)
        return self._known[policy.sha256]

    def _read(self, sha256: str) -> PolicyPack | None:
        reading = self._reading
        adopter = self._connection.execute(
            f"SELECT urn FROM {reading.adoptions()} AS adopted WHERE sha256 = %(sha256)s ORDER BY urn LIMIT 1".encode(),
            {**reading.parameters, "sha256": sha256},
        ).fetchone()
        if adopter is None:
            return None
        register: SchoolRegister | None = None
        for row in read_streams(self._connection, reading.trust_id, [school_register_id(reading.trust_id, adopter[0])]):
            register = event_of(row).mutate(register)
        adoptions = () if register is None else register.adoptions
        return next((adoption.pack for adoption in adoptions if adoption.policy.sha256 == sha256), None)
