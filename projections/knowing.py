"""Who knew of cases by events of theirs, as far as the reader may know it: each case is read once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from domain.access import Visibility, resource_of
from domain.case import Case
from domain.knowing import Happened, Knew, Knowledge, Seen
from domain.permissions import CaseReading, decide
from domain.veil import NAMING, named_in
from ledger import canonical
from ledger.database import TrustDatabase
from ledger.entry import decode_body
from ledger.read_log import reads_of_cases
from ledger.reading import StoredRow, read_streams
from projections.past_cases import openable
from projections.snapshot import snapshot
from projections.states import event_of
from projections.visible import Reading

__all__ = ["known_by"]


def known_by(
    trust: TrustDatabase,
    visibility: Visibility,
    wanted: Mapping[UUID, Iterable[int]],
    *,
    recorded: UUID | None = None,
) -> dict[tuple[UUID, int], list[Knew]]:
    """All who knew of a case by each of these versions of it, by id and version.

    Who read it is told to those who may see readers, and to others what the events say. What the reader may not open
    now is left out; `recorded` is a case that a command of this reader was carried out on.
    """
    reading = Reading(visibility)
    with snapshot(trust) as connection:
        open_now, hidden = openable(connection, reading, wanted.keys() - {recorded})
        streams: dict[UUID, list[StoredRow]] = {}
        for row in read_streams(connection, trust.trust_id, [*open_now, *(wanted.keys() & {recorded})]):
            streams.setdefault(row.stream_id, []).append(row)
        told = [case_id for case_id, rows in streams.items() if _sees_readers(visibility, rows)]
        reads = reads_of_cases(connection, trust.trust_id, told) if told else {}
    found: dict[tuple[UUID, int], list[Knew]] = {}
    for case_id, rows in streams.items():
        entries: list[tuple[Any, Any]] = [(entry, canonical.decode(entry.body)) for entry in reads.get(case_id, ())]
        seen = [Seen.told(entry.position, entry.recorded_at, body, case_id) for entry, body in entries]
        knowledge = Knowledge(_told(rows, hidden), seen)
        versions = frozenset(wanted[case_id])
        for row in rows:
            if row.version in versions:
                knowledge.until(row.recorded_at)
                found[case_id, row.version] = knowledge.known
    return found


def _sees_readers(visibility: Visibility, rows: Iterable[StoredRow]) -> bool:
    """Whether the reader may know who reads a case, as it stands now."""
    case: Case | None = None
    for row in rows:
        case = event_of(row).mutate(case)
    assert case is not None
    return decide(visibility.role, CaseReading.SEE_READERS, resource_of(visibility, case)).allowed


def _told(rows: Iterable[StoredRow], hidden: frozenset[UUID]) -> list[Happened]:
    """The events of a case that the reader is told of."""
    found = []
    for row in rows:
        body = decode_body(row.body)
        if row.type not in NAMING or named_in(row.type, body.data) not in hidden:
            found.append(
                Happened(
                    row.position, row.recorded_at, row.type, body.actor, body.actor_role, body.on_behalf_of, body.data
                )
            )
    return found
