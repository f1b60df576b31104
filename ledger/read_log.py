"""The log of reads as it is stored: entries chained by their leaves, the tree over them, and its checkpoints.

Bodies are opaque bytes here; what they mean is in `services.read_log`. docs/formats.md, section 13, is the
specification.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from ledger.canonical import INTEGER_LIMIT
from ledger.checkpoint import (
    CheckpointError,
    CheckpointSigner,
    VerifierKey,
    check_signatures,
    origin,
    parse_origin,
    parse_root,
    parse_size,
    read_note,
)
from ledger.entry import EntryError, format_instant, parse_instant
from ledger.packing import COLUMN_TYPES, packed
from ledger.tree import CompactRange

__all__ = [
    "APPEND",
    "FIRST_PREVIOUS",
    "OPEN",
    "LogHead",
    "NewRead",
    "ReadCheckpoint",
    "StoredRead",
    "append_parameters",
    "first_fault",
    "log_head",
    "read_header",
    "read_leaf",
    "read_origin",
    "reads_of_cases",
    "sign_reads",
    "stored_reads",
    "verify_reads",
]

# The leaf that the first entry names as the one before it.
FIRST_PREVIOUS = bytes(32)
_ORIGIN_PREFIX = "caseledger-reads/"
_PAGE = 5_000

# The position of the last entry appended; null where the trust has no log yet, which OPEN makes.
APPEND = b"SELECT append_reads($1::uuid, $2::uuid[], $3::bytea[], $4::uuid[], $5::int[])"
OPEN = b"INSERT INTO read_head (trust_id) VALUES ($1::uuid) ON CONFLICT DO NOTHING RETURNING true"


class NewRead(NamedTuple):
    """A read on its way into the log: who read, the body, and the ids of the cases that it tells of, each once."""

    actor_id: UUID
    body: bytes
    cases: Sequence[str]


class StoredRead(NamedTuple):
    """An entry as it stands in the log; `body` and `leaf` are the exact bytes."""

    position: int
    recorded_at: datetime
    actor_id: UUID
    body: bytes
    leaf: bytes


class LogHead(NamedTuple):
    """How far a log goes; `leaf` is that of its last entry."""

    position: int
    recorded_at: datetime | None
    leaf: bytes


def append_parameters(trust_id: UUID, reads: Sequence[NewRead]) -> list[Any]:
    """What `APPEND` binds for some reads, one at least."""
    of_cases = [(case_id, place) for place, read in enumerate(reads, start=1) for case_id in read.cases]
    return [
        trust_id,
        packed(COLUMN_TYPES["uuid"], [read.actor_id for read in reads]),
        packed(COLUMN_TYPES["bytea"], [read.body for read in reads]),
        "{" + ",".join([case_id for case_id, _ in of_cases]) + "}",
        packed(COLUMN_TYPES["integer"], [place for _, place in of_cases]),
    ]


def read_header(position: int, recorded_at: datetime, previous: bytes) -> bytes:
    """Write what the log adds to a body: its place from 1, the instant, and the leaf before it (32 bytes)."""
    if type(position) is not int or not 1 <= position <= INTEGER_LIMIT:
        raise EntryError("position", "must be an integer from 1 to 2^53")
    if len(previous) != 32:
        raise EntryError("previous", "must be 32 bytes")
    return f"caseledger-read/1 {position} {format_instant(recorded_at)} {previous.hex()}\n".encode()


def read_leaf(position: int, recorded_at: datetime, previous: bytes, body: bytes) -> bytes:
    """Hash an entry into its leaf (32 bytes) of the tree of the trust's log of reads."""
    return sha256(b"\x00" + read_header(position, recorded_at, previous) + body).digest()


def log_head(connection: psycopg.Connection[Any], trust_id: UUID) -> LogHead:
    """How far a trust's log goes."""
    row = connection.execute(
        "SELECT position, recorded_at, leaf FROM read_head WHERE trust_id = %s", (trust_id,), binary=True
    ).fetchone()
    return LogHead(0, None, FIRST_PREVIOUS) if row is None else LogHead(*row)


def stored_reads(
    connection: psycopg.Connection[Any], trust_id: UUID, *, after: int = 0, up_to: int = INTEGER_LIMIT
) -> Iterator[StoredRead]:
    """The entries between two positions, in order, a page at a time."""
    while True:
        with connection.cursor(binary=True) as cursor:
            cursor.execute(
                "SELECT position, recorded_at, actor_id, body, leaf FROM read_entry"
                " WHERE trust_id = %s AND position > %s AND position <= %s ORDER BY position LIMIT %s",
                (trust_id, after, up_to, _PAGE),
            )
            page = [StoredRead._make(row) for row in cursor.fetchall()]
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1].position


def reads_of_cases(
    connection: psycopg.Connection[Any], trust_id: UUID, case_ids: Sequence[UUID], *, by: datetime | None = None
) -> dict[UUID, list[StoredRead]]:
    """The entries that tell of each of some cases, in order, recorded by an instant (None: all), in one statement."""
    found: dict[UUID, list[StoredRead]] = {case_id: [] for case_id in case_ids}
    with connection.cursor(binary=True) as cursor:
        cursor.execute(
            "SELECT case_id, position, recorded_at, actor_id, body, leaf FROM read_of_case JOIN read_entry"
            " USING (trust_id, position) WHERE trust_id = %s AND case_id = ANY(%s)"
            " AND recorded_at <= coalesce(%s, 'infinity'::timestamptz) ORDER BY position",
            (trust_id, list(found), by),
        )
        for case_id, *entry in cursor.fetchall():
            found[case_id].append(StoredRead._make(entry))
    return found


@dataclass(frozen=True, slots=True)
class ReadCheckpoint:
    """A log of reads at one size: `recorded_at` is that of its last entry; the root is 32 bytes."""

    origin: str
    size: int
    root: bytes
    recorded_at: datetime

    @property
    def text(self) -> str:
        """The signed text: four lines, each ended by a newline."""
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\ntime {format_instant(self.recorded_at)}\n"


def read_origin(trust: UUID, epoch: int = 1) -> str:
    """Name the log of reads of a trust in an epoch of its ledger, as the first line of its checkpoints does."""
    return origin(trust, epoch, _ORIGIN_PREFIX)


def sign_reads(checkpoint: ReadCheckpoint, signer: CheckpointSigner) -> str:
    """Make the signed note of a log. Raises CheckpointError for figures that no log has."""
    if signer.verifier_key.name != checkpoint.origin:
        raise CheckpointError("signer must bear the name of the origin it signs for")
    _parse_text(checkpoint.text)  # what no reader would take is not signed
    return f"{checkpoint.text}\n{signer.signature_line(checkpoint.text)}"


def verify_reads(note: str, key: VerifierKey) -> ReadCheckpoint:
    """Give the checkpoint of a note that this key has signed; CheckpointError when it has not, or wrongly."""
    text, signatures = read_note(note)
    checkpoint = _parse_text(text)
    if key.name != checkpoint.origin:
        raise CheckpointError("public key must bear the name of the checkpoint's origin")
    check_signatures(checkpoint.text, signatures, key)
    return checkpoint


def _parse_text(text: str) -> ReadCheckpoint:
    lines = text.split("\n")
    if len(lines) != 5 or lines[4] != "":
        raise CheckpointError("checkpoint of reads must have four lines: origin, size, root and time")
    parse_origin(lines[0], _ORIGIN_PREFIX)
    time = lines[3].removeprefix("time ")
    if time == lines[3]:
        raise CheckpointError('fourth line must be "time" and an instant')
    try:
        recorded_at = parse_instant(time)
    except EntryError as error:
        raise CheckpointError(f"time {error.rule}") from None
    return ReadCheckpoint(lines[0], parse_size(lines[1], "size"), parse_root(lines[2], "root"), recorded_at)


def first_fault(
    reads: Iterable[StoredRead], head: LogHead, known: Mapping[int, ReadCheckpoint]
) -> tuple[int, str] | None:
    """Recompute chain and tree; return the first position that is wrong and what is, or None where all holds.

    `known` are checkpoints by size whose signatures hold. Of a log that was rewritten with all its hashes, they say
    after which position: what is named then is the first that an earlier checkpoint does not cover.
    """
    tree = CompactRange()
    before, previous, covered = None, FIRST_PREVIOUS, 0
    for read in reads:
        position = tree.size + 1
        if read.position != position:
            return position, "is missing"
        if before is not None and read.recorded_at <= before:
            return position, "is not later than the entry before"
        if read_leaf(position, read.recorded_at, previous, read.body) != read.leaf:
            return position, "does not have the leaf of its content and of the entry before"
        tree.append(read.leaf)
        before, previous = read.recorded_at, read.leaf
        checkpoint = known.get(position)
        if checkpoint is not None:
            if (checkpoint.root, checkpoint.recorded_at) != (tree.root(), read.recorded_at):
                return covered + 1, f"or a later one, up to {position}, is not what the checkpoint of that size covers"
            covered = position
    last = max((head.position, *known), default=0)
    if tree.size < last:
        return tree.size + 1, "is missing"
    if (head.position, head.recorded_at, head.leaf) != (tree.size, before, previous):
        return tree.size, "is not where the head of the log stands"
    return None
