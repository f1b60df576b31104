"""The log of reads: what stands in an entry, writing one, checkpoints, and the check that nothing was tampered with.

Every answer that tells anything of a case is recorded here before it leaves (design D16). An entry holds ids and codes
and nothing that a case says, nor what was searched for. docs/formats.md, section 13, is the specification.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import psycopg
from psycopg import RawCursor

from domain.ledger_register import FIRST
from ledger import canonical
from ledger.checkpoint import CheckpointError, CheckpointSigner, VerifierKey
from ledger.fast_canonical import encode_fast
from ledger.read_log import (
    APPEND,
    OPEN,
    LogHead,
    NewRead,
    ReadCheckpoint,
    StoredRead,
    append_parameters,
    first_fault,
    log_head,
    read_origin,
    sign_reads,
    stored_reads,
    verify_reads,
)
from ledger.tree import CompactRange
from services.checkpoint_signers import ledger_register, own_keys, private_key
from services.scope import Caller
from services.store import TrustLedger

__all__ = [
    "CHECKPOINT_EVERY",
    "LogFault",
    "NotRecorded",
    "ReadEntry",
    "ReadWay",
    "append_read",
    "audit_reads",
    "make_read_checkpoint",
    "new_read",
    "read_signer",
]

FORMAT = 1
# After how many entries a checkpoint is signed; the work for one grows with the entries since the last.
CHECKPOINT_EVERY = 1_000


class NotRecorded(RuntimeError):
    """What was read could not be recorded, so it is not given."""


class ReadWay(StrEnum):
    """What was answered: a question, a command, or the wish for a bundle."""

    QUERY = "query"
    COMMAND = "command"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """One answer.

    Cases are named by their ids as these are written. `opened` are those asked for by themselves, `listed` those that
    stood in lists, `histories` those whose events were shown, `parts` the sealed parts that were opened: (case,
    version, part). `asked` are the questions by name that look through cases or the log, `document` and `variables`
    stand for what was asked and say nothing of it.
    """

    caller: Caller
    way: ReadWay
    given: str
    opened: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()
    histories: frozenset[str] = frozenset()
    parts: frozenset[tuple[str, int, str]] = frozenset()
    asked: frozenset[str] = frozenset()
    document: str | None = None
    operation: str | None = None
    variables: str | None = None

    @property
    def cases(self) -> list[str]:
        """Every case of which the answer told anything, in order of their ids."""
        return sorted(self.opened | self.listed | self.histories | {case_id for case_id, _, _ in self.parts})


def new_read(entry: ReadEntry) -> NewRead:
    """The entry on its way into the log, its body written as canonical JSON."""
    caller, cases = entry.caller, entry.cases
    members: dict[str, Any] = {
        "actor": str(caller.person_id),
        "actor_role": caller.role.value,
        "cases": cases,
        "format": FORMAT,
        "given": entry.given,
        "trust": str(caller.trust_id),
        "way": entry.way.value,
    }
    optional = {
        "asked": sorted(entry.asked),
        "client": caller.client,
        "document": entry.document,
        "histories": sorted(entry.histories),
        "on_behalf_of": None if caller.on_behalf_of is None else str(caller.on_behalf_of),
        "opened": sorted(entry.opened),
        "operation": entry.operation,
        "parts": [list(part) for part in sorted(entry.parts)],
        "purpose": caller.purpose,
        "role_case": None if caller.case_id is None else str(caller.case_id),
        "school": caller.school_urn,
        "variables": entry.variables,
    }
    members.update((name, value) for name, value in optional.items() if value)
    return NewRead(caller.person_id, encode_fast(members), cases)


def append_read(ledger: TrustLedger, entry: ReadEntry) -> int:
    """Record one read and return its position. Raises NotRecorded."""
    try:
        with ledger.trust.connection() as connection:
            return _append(connection, ledger.trust_id, new_read(entry))
    except (psycopg.Error, OSError) as error:
        raise NotRecorded from error


def _append(connection: psycopg.Connection[Any], trust_id: UUID, read: NewRead) -> int:
    cursor = RawCursor(connection)
    for _ in range(2):
        row = cursor.execute(APPEND, append_parameters(trust_id, [read])).fetchone()
        if row is not None and row[0] is not None:
            position: int = row[0]
            return position
        cursor.execute(OPEN, [trust_id])
    raise NotRecorded


def read_signer(ledger: TrustLedger) -> CheckpointSigner:
    """The trust's signer under the name of its log of reads: the same key as for its ledger's checkpoints."""
    register = ledger_register(ledger)
    number, epoch = (FIRST, FIRST) if register is None else (register.key_number, register.epoch)
    return CheckpointSigner(read_origin(ledger.trust_id, epoch), private_key(ledger, number))


def make_read_checkpoint(ledger: TrustLedger) -> str | None:
    """Sign the log of reads as it stands, keep the note and return it; None before the first entry.

    It goes on from the last checkpoint, so that only the entries since then are read.
    """
    with ledger.trust.connection() as connection:
        row = connection.execute(
            "SELECT size, note, edge FROM read_checkpoint WHERE trust_id = %s ORDER BY size DESC LIMIT 1",
            (ledger.trust_id,),
        ).fetchone()
        note: str | None
        size, note, edge = row or (0, None, b"")
        tree = CompactRange(size, [edge[at : at + 32] for at in range(0, len(edge), 32)])
        last = None
        for last in stored_reads(connection, ledger.trust_id, after=size):
            tree.append(last.leaf)
        if last is None:
            return note
        signer = read_signer(ledger)
        origin = signer.verifier_key.name
        note = sign_reads(ReadCheckpoint(origin, tree.size, tree.root(), last.recorded_at), signer)
        # The same size always gives the same note, so whoever came first has written what we would.
        connection.execute(
            "INSERT INTO read_checkpoint (trust_id, size, note, edge) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (ledger.trust_id, tree.size, note, b"".join(tree.edge)),
        )
    return note


@dataclass(frozen=True, slots=True)
class LogFault:
    """The first position of a log of reads that is wrong, and what is wrong with it."""

    position: int
    rule: str


def audit_reads(ledger: TrustLedger, kept: Iterable[str] = ()) -> LogFault | None:
    """Recompute a trust's log of reads from its first entry; return what is wrong first, None where all holds.

    `kept` are notes of checkpoints that were kept outside the database, which stand beside those in it. Raises
    CheckpointError for one of them that is not the trust's.
    """
    keys = own_keys(ledger, ledger_register(ledger))
    known = {one.size: one for one in (_verify_own(note, keys) for note in kept)}
    with ledger.trust.transaction() as connection:
        # One moment for all: others go on reading meanwhile.
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for size, note in connection.execute(
            "SELECT size, note FROM read_checkpoint WHERE trust_id = %s ORDER BY size", (ledger.trust_id,)
        ).fetchall():
            try:
                stored = _verify_own(note, keys)
            except CheckpointError:
                return LogFault(size, "has a checkpoint that the trust did not sign")
            if stored.size != size or known.setdefault(size, stored) != stored:
                return LogFault(size, "has a checkpoint that says something else than one that was kept")
        head = log_head(connection, ledger.trust_id)
        found = first_fault(stored_reads(connection, ledger.trust_id), head, known)
        return LogFault(*found) if found is not None else _first_false_index(connection, ledger.trust_id, head)


def _verify_own(note: str, keys: Sequence[bytes]) -> ReadCheckpoint:
    """What a note says that one of these public keys has signed. Raises CheckpointError."""
    name = note.partition("\n")[0]
    for public in keys[:-1]:
        with suppress(CheckpointError):
            return verify_reads(note, VerifierKey(name, public))
    return verify_reads(note, VerifierKey(name, keys[-1]))


def _first_false_index(connection: psycopg.Connection[Any], trust_id: UUID, head: LogHead) -> LogFault | None:
    """The first entry that would not be found by what its body says, or found by what it does not say."""
    found: dict[int, set[UUID]] = {}
    for position, case_id in connection.execute(
        "SELECT position, case_id FROM read_of_case WHERE trust_id = %s", (trust_id,)
    ):
        found.setdefault(position, set()).add(case_id)
    for read in stored_reads(connection, trust_id):
        fault = _false_index(read, trust_id, found.pop(read.position, set()))
        if fault is not None:
            return LogFault(read.position, fault)
    return None if not found else LogFault(min(found), f"is beyond the end of the log at {head.position}")


def _false_index(read: StoredRead, trust_id: UUID, cases: set[UUID]) -> str | None:
    body: Mapping[str, Any] = canonical.decode(read.body)  # type: ignore[assignment]  # `body_of` wrote an object
    if body["trust"] != str(trust_id):
        return "is of another trust"
    if body["actor"] != str(read.actor_id):
        return "is filed under somebody else"
    return None if sorted(map(str, cases)) == body["cases"] else "is filed under other cases than it tells of"
