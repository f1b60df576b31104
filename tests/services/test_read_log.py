"""Entries of the log of reads: what a body holds, checkpoints that go on, and an audit that finds what was tampered."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.access import Role
from ledger import canonical
from ledger.checkpoint import CheckpointError
from ledger.database import Database
from ledger.key_store import KeyStore
from ledger.read_log import verify_reads
from services.read_log import (
    LogFault,
    NotRecorded,
    ReadEntry,
    ReadWay,
    append_read,
    audit_reads,
    make_read_checkpoint,
    new_read,
    read_signer,
)
from services.scope import Caller
from services.store import TrustLedger
from tests.support.postgres import DatabaseUrls


@pytest.fixture
def ledger(database: Database, keys: KeyStore, trust_id: UUID) -> TrustLedger:
    """A trust of which nothing was read."""
    return TrustLedger(database.trust(trust_id), keys)


def entry(trust_id: UUID, *cases: UUID, role: Role = Role.AUDITOR) -> ReadEntry:
    return ReadEntry(Caller(trust_id, uuid4(), role), ReadWay.QUERY, "executed", listed=frozenset(map(str, cases)))


def fill(ledger: TrustLedger, number: int) -> None:
    for _ in range(number):
        append_read(ledger, entry(ledger.trust_id, uuid4(), uuid4()))


def test_a_body_is_canonical_and_leaves_out_what_is_empty(trust_id: UUID) -> None:
    person, case = uuid4(), uuid4()
    caller = Caller(trust_id, person, Role.HEADTEACHER, "900001", client="clk_ü", purpose="AUDIT")

    read = new_read(ReadEntry(caller, ReadWay.COMMAND, "executed", opened=frozenset((str(case),))))

    assert (read.actor_id, read.cases) == (person, [str(case)])
    assert canonical.decode(read.body) == {
        "actor": str(person),
        "actor_role": "headteacher",
        "cases": [str(case)],
        "client": "clk_ü",
        "format": 1,
        "given": "executed",
        "opened": [str(case)],
        "purpose": "AUDIT",
        "school": "900001",
        "trust": str(trust_id),
        "way": "command",
    }


def test_the_first_read_opens_the_log_and_each_has_the_next_position(ledger: TrustLedger) -> None:
    assert [append_read(ledger, entry(ledger.trust_id)) for _ in range(3)] == [1, 2, 3]
    assert audit_reads(ledger) is None


def test_a_checkpoint_goes_on_from_the_last_and_says_what_one_over_all_would(ledger: TrustLedger) -> None:
    assert make_read_checkpoint(ledger) is None
    notes = []
    for number in (1, 2, 5, 8):
        fill(ledger, number)
        notes.append(make_read_checkpoint(ledger))

    key = read_signer(ledger).verifier_key
    assert [verify_reads(note or "", key).size for note in notes] == [1, 3, 8, 16]
    assert make_read_checkpoint(ledger) == notes[-1]
    # The audit recomputes the tree from its first leaf, and finds each root.
    assert audit_reads(ledger, [note for note in notes if note is not None]) is None


def _unfile(admin: psycopg.Connection, trust_id: UUID) -> None:
    admin.execute("DELETE FROM read_of_case WHERE trust_id = %s AND position = 3", (trust_id,))


def _file_elsewhere(admin: psycopg.Connection, trust_id: UUID) -> None:
    admin.execute("INSERT INTO read_of_case VALUES (%s, %s, 3)", (trust_id, uuid4()))


def _file_under_another(admin: psycopg.Connection, trust_id: UUID) -> None:
    admin.execute("UPDATE read_entry SET actor_id = %s WHERE trust_id = %s AND position = 3", (uuid4(), trust_id))


def _alter(admin: psycopg.Connection, trust_id: UUID) -> None:
    admin.execute("UPDATE read_entry SET body = body || ' '::bytea WHERE trust_id = %s AND position = 3", (trust_id,))


def _change_a_note(admin: psycopg.Connection, trust_id: UUID) -> None:
    admin.execute("UPDATE read_checkpoint SET note = replace(note, 'time', 'TIME') WHERE trust_id = %s", (trust_id,))


def _empty(admin: psycopg.Connection, trust_id: UUID) -> None:
    for table in (b"read_entry", b"read_of_case", b"read_checkpoint", b"read_head"):
        admin.execute(b"DELETE FROM " + table + b" WHERE trust_id = %s", (trust_id,))


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        (_unfile, LogFault(3, "is filed under other cases than it tells of")),
        (_file_elsewhere, LogFault(3, "is filed under other cases than it tells of")),
        (_file_under_another, LogFault(3, "is filed under somebody else")),
        (_alter, LogFault(3, "does not have the leaf of its content and of the entry before")),
        (_change_a_note, LogFault(4, "has a checkpoint that the trust did not sign")),
        # All of it is gone, and a note that was kept elsewhere says that there was something.
        (_empty, LogFault(1, "is missing")),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_what_was_tampered_with_is_found(
    ledger: TrustLedger,
    database_urls: DatabaseUrls,
    tampering: Callable[[psycopg.Connection, UUID], None],
    found: LogFault,
) -> None:
    fill(ledger, 4)
    kept = make_read_checkpoint(ledger)
    assert kept is not None
    fill(ledger, 2)

    with psycopg.connect(database_urls.admin_main, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        tampering(admin, ledger.trust_id)

    assert audit_reads(ledger, [kept]) == found


def test_a_note_of_another_trust_is_refused(ledger: TrustLedger, database: Database) -> None:
    other = TrustLedger(database.trust(uuid4()), ledger.keys)
    fill(other, 1)
    note = make_read_checkpoint(other)

    with pytest.raises(CheckpointError):
        audit_reads(ledger, [note or ""])


def test_what_cannot_be_written_is_said(ledger: TrustLedger, database_urls: DatabaseUrls) -> None:
    with psycopg.connect(database_urls.admin_main, autocommit=True) as admin:
        admin.execute("REVOKE INSERT ON read_entry FROM caseledger_app")
        try:
            with pytest.raises(NotRecorded):
                append_read(ledger, entry(ledger.trust_id))
        finally:
            admin.execute("GRANT INSERT ON read_entry TO caseledger_app")
