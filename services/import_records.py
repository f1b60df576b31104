"""What is remembered of imports: which run brought which row of which case, and a keyed hash of what the row said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from ledger.database import TrustDatabase


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """A row brought by an import: the `ordinal`-th of its case, and the fingerprint of what it said."""

    case_id: UUID
    ordinal: int
    line: int
    fingerprint: bytes


def begin_run(trust: TrustDatabase, run_id: UUID, *, actor_id: UUID, file_sha256: str, row_count: int) -> None:
    """Remember that an import has begun."""
    with trust.connection() as connection:
        connection.execute(
            "INSERT INTO import_run (trust_id, run_id, actor_id, file_sha256, row_count, started_at)"
            " VALUES (%s, %s, %s, %s, %s, clock_timestamp())",
            (trust.trust_id, run_id, actor_id, file_sha256, row_count),
        )


def finish_run(trust: TrustDatabase, run_id: UUID, *, case_count: int, item_count: int, bad_count: int) -> None:
    """Remember that an import came to its end and what it brought."""
    with trust.connection() as connection:
        connection.execute(
            "UPDATE import_run SET finished_at = clock_timestamp(), case_count = %s, item_count = %s, bad_count = %s"
            " WHERE trust_id = %s AND run_id = %s",
            (case_count, item_count, bad_count, trust.trust_id, run_id),
        )


def add_rows(connection: psycopg.Connection[Any], trust_id: UUID, run_id: UUID, rows: Sequence[ImportedRow]) -> None:
    """Remember rows, in one statement; what is remembered already stays."""
    connection.execute(
        "INSERT INTO import_row (trust_id, run_id, case_id, ordinal, line, fingerprint)"
        " SELECT %s, %s, * FROM unnest(%b::uuid[], %b::int[], %b::int[], %b::bytea[]) ON CONFLICT DO NOTHING",
        (
            trust_id,
            run_id,
            [row.case_id for row in rows],
            [row.ordinal for row in rows],
            [row.line for row in rows],
            [row.fingerprint for row in rows],
        ),
    )


def fingerprints(trust: TrustDatabase, case_ids: Collection[UUID]) -> dict[UUID, dict[int, bytes]]:
    """The fingerprints of the rows brought before, by case and ordinal, in one statement."""
    with trust.connection() as connection:
        rows = connection.execute(
            "SELECT case_id, ordinal, fingerprint FROM import_row WHERE trust_id = %s AND case_id = ANY(%s)",
            (trust.trust_id, list(case_ids)),
            binary=True,
        ).fetchall()
    found: dict[UUID, dict[int, bytes]] = {}
    for case_id, ordinal, fingerprint in rows:
        found.setdefault(case_id, {})[ordinal] = fingerprint
    return found
