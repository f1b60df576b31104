"""The log of reads as it is stored: positions, chain and tree hold whoever writes at once, and tampering is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import RawCursor

from ledger.checkpoint import CheckpointError, CheckpointSigner, VerifierKey
from ledger.database import Database
from ledger.entry import EntryError
from ledger.read_log import (
    APPEND,
    FIRST_PREVIOUS,
    OPEN,
    NewRead,
    ReadCheckpoint,
    append_parameters,
    first_fault,
    log_head,
    read_header,
    read_leaf,
    read_origin,
    sign_reads,
    stored_reads,
    verify_reads,
)
from ledger.tree import CompactRange, root
from tests.support.postgres import DatabaseUrls

AT = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)


def append(connection: psycopg.Connection, trust_id: UUID, *reads: NewRead) -> Any:
    cursor = RawCursor(connection)
    row = cursor.execute(APPEND, append_parameters(trust_id, reads)).fetchone()
    assert row is not None
    return row[0]


def opened(database: Database, trust_id: UUID) -> None:
    with database.trust(trust_id).connection() as connection:
        RawCursor(connection).execute(OPEN, [trust_id])


def fault(database: Database, trust_id: UUID, *known: ReadCheckpoint) -> tuple[int, str] | None:
    with database.trust(trust_id).connection() as connection:
        head = log_head(connection, trust_id)
        return first_fault(stored_reads(connection, trust_id), head, {one.size: one for one in known})


def filled(database: Database, trust_id: UUID, number: int) -> ReadCheckpoint:
    """A log with so many more entries, and its checkpoint."""
    opened(database, trust_id)
    with database.trust(trust_id).connection() as connection:
        for one in range(number):
            append(connection, trust_id, NewRead(uuid4(), b"body %d" % one, [str(uuid4())]))
        reads = list(stored_reads(connection, trust_id))
    leaves = [read.leaf for read in reads]
    return ReadCheckpoint(read_origin(trust_id), len(reads), root(leaves), reads[-1].recorded_at)


def test_an_entry_has_the_next_position_and_the_leaf_of_its_content_and_of_the_entry_before(
    database: Database, trust_id: UUID
) -> None:
    opened(database, trust_id)
    actor, case = uuid4(), uuid4()
    with database.trust(trust_id).connection() as connection:
        before = append(connection, trust_id, NewRead(actor, b"one", [str(case)]))
        last = append(
            connection, trust_id, NewRead(actor, b"two", []), NewRead(actor, b"three", [str(case), str(uuid4())])
        )

        reads = list(stored_reads(connection, trust_id))
        found = connection.execute(
            "SELECT position FROM read_of_case WHERE case_id = %s ORDER BY position", (case,)
        ).fetchall()

    previous = [FIRST_PREVIOUS, *(read.leaf for read in reads)]
    assert (before, last) == (1, 3)
    assert [(read.position, read.actor_id, read.body) for read in reads] == [
        (1, actor, b"one"),
        (2, actor, b"two"),
        (3, actor, b"three"),
    ]
    assert [read.leaf for read in reads] == [
        read_leaf(read.position, read.recorded_at, before, read.body)
        for before, read in zip(previous[:-1], reads, strict=True)
    ]
    assert found == [(1,), (3,)]


def test_nothing_is_appended_where_there_is_no_log_or_another_trusts(database: Database, trust_id: UUID) -> None:
    opened(database, trust_id)

    with database.trust(uuid4()).connection() as connection:
        assert append(connection, trust_id, NewRead(uuid4(), b"body", [])) is None
    with database.trust(trust_id).connection() as connection:
        assert list(stored_reads(connection, trust_id)) == []


def test_writers_at_once_make_one_chain_without_a_gap(database: Database, trust_id: UUID) -> None:
    opened(database, trust_id)

    def write(writer: int) -> None:
        with database.trust(trust_id).connection() as connection:
            for number in range(40):
                reads = [
                    NewRead(uuid4(), b"%d %d %d" % (writer, number, one), [str(uuid4())]) for one in range(number % 4)
                ]
                if reads:
                    append(connection, trust_id, *reads)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))

    with database.trust(trust_id).connection() as connection:
        assert log_head(connection, trust_id).position == 8 * 10 * (1 + 2 + 3)
    assert fault(database, trust_id) is None


@contextmanager
def superuser(urls: DatabaseUrls) -> Iterator[psycopg.Connection]:
    """Somebody who may do everything, and switches off what stands in the way."""
    with psycopg.connect(urls.admin_main, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        yield admin


Tampering = Callable[[psycopg.Connection, UUID], None]


def alters(admin: psycopg.Connection, trust_id: UUID) -> None:
    admin.execute("UPDATE read_entry SET body = 'other' WHERE trust_id = %s AND position = 4", (trust_id,))


def alters_the_instant(admin: psycopg.Connection, trust_id: UUID) -> None:
    admin.execute(
        "UPDATE read_entry SET recorded_at = recorded_at + interval '1 microsecond'"
        " WHERE trust_id = %s AND position = 4",
        (trust_id,),
    )


def deletes(admin: psycopg.Connection, trust_id: UUID) -> None:
    admin.execute("DELETE FROM read_entry WHERE trust_id = %s AND position = 4", (trust_id,))


def deletes_and_closes_the_gap(admin: psycopg.Connection, trust_id: UUID) -> None:
    deletes(admin, trust_id)
    for position in range(5, 9):
        admin.execute(
            "UPDATE read_entry SET position = position - 1 WHERE trust_id = %s AND position = %s", (trust_id, position)
        )
    admin.execute("UPDATE read_head SET position = position - 1 WHERE trust_id = %s", (trust_id,))


def swaps(admin: psycopg.Connection, trust_id: UUID) -> None:
    for old, new in ((4, 100), (5, 4), (100, 5)):
        admin.execute("UPDATE read_entry SET position = %s WHERE trust_id = %s AND position = %s", (new, trust_id, old))


def cuts_off_the_end(admin: psycopg.Connection, trust_id: UUID) -> None:
    admin.execute("DELETE FROM read_entry WHERE trust_id = %s AND position >= 4", (trust_id,))


def cuts_off_the_end_and_the_head(admin: psycopg.Connection, trust_id: UUID) -> None:
    cuts_off_the_end(admin, trust_id)
    admin.execute(
        "UPDATE read_head SET (position, recorded_at, leaf) ="
        " (SELECT position, recorded_at, leaf FROM read_entry e WHERE e.trust_id = read_head.trust_id"
        " ORDER BY position DESC LIMIT 1) WHERE trust_id = %s",
        (trust_id,),
    )


def writes_all_anew(admin: psycopg.Connection, trust_id: UUID) -> None:
    """Somebody else stands in the fourth entry, and every hash after it is made again."""
    alters(admin, trust_id)
    rows = admin.execute(
        "SELECT position, recorded_at, body FROM read_entry WHERE trust_id = %s ORDER BY position", (trust_id,)
    ).fetchall()
    leaf = FIRST_PREVIOUS
    for position, recorded_at, body in rows:
        leaf = read_leaf(position, recorded_at, leaf, body)
        admin.execute(
            "UPDATE read_entry SET leaf = %s WHERE trust_id = %s AND position = %s", (leaf, trust_id, position)
        )
    admin.execute("UPDATE read_head SET leaf = %s WHERE trust_id = %s", (leaf, trust_id))


@pytest.mark.parametrize(
    ("tampering", "named"),
    [
        (alters, 4),
        (alters_the_instant, 4),
        (deletes, 4),
        (deletes_and_closes_the_gap, 4),
        (swaps, 4),
        (cuts_off_the_end, 4),
        # Hashes that agree with each other are given the lie by a checkpoint alone.
        (cuts_off_the_end_and_the_head, 4),
        (writes_all_anew, 4),
    ],
    ids=lambda one: getattr(one, "__name__", str(one)),
)
def test_what_a_superuser_does_is_found_at_its_position(
    database: Database, database_urls: DatabaseUrls, trust_id: UUID, tampering: Tampering, named: int
) -> None:
    earlier = filled(database, trust_id, 3)
    kept = filled(database, trust_id, 5)
    assert fault(database, trust_id, earlier, kept) is None

    with superuser(database_urls) as admin:
        tampering(admin, trust_id)

    found = fault(database, trust_id, earlier, kept)
    assert found is not None
    assert found[0] == named


def test_the_application_changes_and_removes_no_entry(database: Database, trust_id: UUID) -> None:
    filled(database, trust_id, 2)
    with database.trust(trust_id).connection() as connection:
        for statement in (
            b"UPDATE read_entry SET body = 'x'",
            b"DELETE FROM read_entry",
            b"TRUNCATE read_entry",
            b"DELETE FROM read_of_case",
            b"DELETE FROM read_head",
            b"UPDATE read_checkpoint SET note = 'x'",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_nobody_changes_an_entry_by_mistake(database: Database, database_urls: DatabaseUrls, trust_id: UUID) -> None:
    filled(database, trust_id, 2)
    with psycopg.connect(database_urls.admin_main, autocommit=True) as admin:
        for table in (b"read_entry", b"read_of_case", b"read_checkpoint"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                admin.execute(b"TRUNCATE " + table)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            admin.execute("UPDATE read_entry SET body = 'x'")


# --- Headers and notes


def test_a_header_tells_position_instant_and_the_leaf_before() -> None:
    zone = timezone(timedelta(hours=1))

    assert read_header(7, AT.astimezone(zone), bytes(range(32))) == (
        b"caseledger-read/1 7 2026-09-14T08:30:00.000000Z "
        b"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
    )


@pytest.mark.parametrize(("position", "previous"), [(0, bytes(32)), (2**53 + 1, bytes(32)), (1, bytes(31))])
def test_a_header_that_no_log_has_is_refused(position: int, previous: bytes) -> None:
    with pytest.raises(EntryError):
        read_header(position, AT, previous)


TRUST = UUID("0b7e6f0e-7a08-4c39-9f3c-6f8f3f1f2a10")
SIGNER = CheckpointSigner(read_origin(TRUST), Ed25519PrivateKey.from_private_bytes(bytes(32)))
CHECKPOINT = ReadCheckpoint(read_origin(TRUST), 3, bytes(range(32)), AT)


def test_a_note_that_the_trust_signed_says_what_it_was_signed_for() -> None:
    assert verify_reads(sign_reads(CHECKPOINT, SIGNER), SIGNER.verifier_key) == CHECKPOINT


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n3\n", "\n4\n"),
        ("\n3\n", "\n03\n"),
        ("caseledger-reads/", "caseledger/"),
        ("time ", "at "),
        ("time 2026", "time 26"),
        ("AAECAw", "AAECAx"),
        ("\n\n", "\nmore\n\n"),
        ("— caseledger-reads", "— somebody"),
    ],
)
def test_a_note_that_says_something_else_is_refused(old: str, new: str) -> None:
    note = sign_reads(CHECKPOINT, SIGNER)
    assert old in note

    with pytest.raises(CheckpointError):
        verify_reads(note.replace(old, new), SIGNER.verifier_key)


def test_a_note_of_the_ledger_is_none_of_its_reads() -> None:
    key = VerifierKey(f"caseledger/{TRUST}", SIGNER.verifier_key.public)

    with pytest.raises(CheckpointError):
        verify_reads(sign_reads(CHECKPOINT, SIGNER), key)
    with pytest.raises(CheckpointError):
        sign_reads(replace(CHECKPOINT, origin=read_origin(uuid4())), SIGNER)


# --- Going on with a tree


@pytest.mark.parametrize("size", range(18))
def test_a_tree_goes_on_from_its_edge(size: int) -> None:
    leaves = [bytes([one]) * 32 for one in range(20)]
    begun = CompactRange()
    for leaf in leaves[:size]:
        begun.append(leaf)

    resumed = CompactRange(size, begun.edge)
    for leaf in leaves[size:]:
        resumed.append(leaf)

    assert (resumed.size, resumed.root()) == (20, root(leaves))


def test_an_edge_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="edge"):
        CompactRange(3, [bytes(32)])
