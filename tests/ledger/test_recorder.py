"""The recorder keeps the library's contract, and its positions have no gap whatever happens around them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import IntegrityError, PersistenceError, StoredEvent
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)

from ledger.appending import NewEvent, NewPart, NewReceipt, append, read_receipt
from ledger.database import Database, TrustDatabase
from ledger.entry import leaf_hash
from ledger.reading import head, position_at, read_page, read_streams
from ledger.recorder import LedgerRecorder
from tests.support.ledgers import open_ledger


class _OverTheLedger:
    """Gives the library's test cases a recorder over a new trust each."""

    @pytest.fixture(autouse=True)
    def _use(self, database: Database) -> None:
        self._database = database

    def create_recorder(self) -> LedgerRecorder:
        return LedgerRecorder(open_ledger(self._database, uuid4()))


class TestTheLibrarysAggregateContract(_OverTheLedger, AggregateRecorderTestCase):
    def create_recorder(self) -> LedgerRecorder:
        class WithoutIds(LedgerRecorder):
            """The aggregate contract wants no ids, the application contract wants them; one recorder is both."""

            def insert_events(self, stored_events: Any, **kwargs: Any) -> None:
                super().insert_events(stored_events, **kwargs)

        return WithoutIds(open_ledger(self._database, uuid4()))


class TestTheLibrarysApplicationContract(_OverTheLedger, ApplicationRecorderTestCase[LedgerRecorder]):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestTheLibrarysNonInterleavingContract(_OverTheLedger, NonInterleavingNotificationIDsBaseCase):
    insert_num = 200


@pytest.fixture
def trust(database: Database) -> TrustDatabase:
    return open_ledger(database, uuid4())


def an_event(stream_id: UUID, version: int, command_id: UUID | None = None, ordinal: int = 0) -> NewEvent:
    body = f'{{"data":{{}},"sealed":[],"n":{version}}}'.encode()
    return NewEvent(stream_id, version, "incident.closed.v1", "900001", command_id or uuid4(), ordinal, body)


def test_the_leaf_made_by_the_server_is_the_leaf_of_the_format(trust: TrustDatabase) -> None:
    stream, command = uuid4(), uuid4()
    with trust.connection() as connection:
        append(connection, trust.trust_id, [an_event(stream, version, command, version) for version in (1, 2, 3)])
        rows = read_streams(connection, trust.trust_id, [stream])
    assert [row.leaf for row in rows] == [leaf_hash(row.position, row.recorded_at, row.body) for row in rows]
    assert rows[0].leaf == sha256(b"\x00" + _header(rows[0].position, rows[0].recorded_at) + rows[0].body).digest()


def _header(position: int, recorded_at: Any) -> bytes:
    return f"caseledger/1 {position} {recorded_at:%Y-%m-%dT%H:%M:%S.%fZ}\n".encode()


def test_an_instant_names_exactly_one_position(trust: TrustDatabase) -> None:
    with trust.connection() as connection:
        for _ in range(5):
            append(connection, trust.trust_id, [an_event(uuid4(), 1) for _ in range(20)])
        rows = read_page(connection, trust.trust_id, after=0, limit=1000)
        assert [row.position for row in rows] == list(range(1, 101))
        instants = [row.recorded_at for row in rows]
        assert instants == sorted(set(instants))
        assert [position_at(connection, trust.trust_id, instant) for instant in instants[::13]] == [
            row.position for row in rows[::13]
        ]
        assert position_at(connection, trust.trust_id, instants[0] - timedelta(microseconds=1)) == 0
        assert head(connection, trust.trust_id) == (100, instants[-1])


def test_writers_in_conflict_leave_no_gap_and_no_half_append(database: Database, trust: TrustDatabase) -> None:
    stream = uuid4()
    won = threading.Semaphore(0)

    def write(number: int) -> int:
        recorded = 0
        with trust.connection() as connection:
            for version in range(1, 26):
                events = [an_event(uuid4(), 1), an_event(stream, version), an_event(uuid4(), 1)]
                try:
                    append(connection, trust.trust_id, events)
                except IntegrityError:
                    continue
                recorded += len(events)
                won.release()
        return recorded

    with ThreadPoolExecutor(8) as pool:
        recorded = sum(pool.map(write, range(8)))
    with trust.connection() as connection:
        rows = read_page(connection, trust.trust_id, after=0, limit=10_000)
    assert [row.position for row in rows] == list(range(1, recorded + 1))
    assert [row.version for row in rows if row.stream_id == stream] == list(range(1, 26))
    assert recorded == 3 * 25


def test_a_command_is_received_once_with_its_events_and_parts(trust: TrustDatabase) -> None:
    stream, command, actor, key = uuid4(), uuid4(), uuid4(), uuid4()
    events = [an_event(stream, 1, command, 0), an_event(stream, 2, command, 1)]
    parts = [NewPart(stream, 1, "narrative", key, b"sealed")]
    receipt = NewReceipt(command, actor, b"m" * 32, stream)
    with trust.connection() as connection:
        append(connection, trust.trust_id, [an_event(uuid4(), 1)])
        append(connection, trust.trust_id, events, parts, [receipt])
        found = read_receipt(connection, trust.trust_id, command)
        assert found is not None
        assert (found.actor_id, found.input_mac, found.case_id) == (actor, b"m" * 32, stream)
        assert (found.first_position, found.last_position) == (2, 3)
        assert connection.execute("SELECT stream_id, version, part, key_id, blob FROM sealed_part").fetchall() == [
            (stream, 1, "narrative", key, b"sealed")
        ]
        with pytest.raises(IntegrityError):
            append(connection, trust.trust_id, [an_event(uuid4(), 1, command, 5)], (), [receipt])
        assert head(connection, trust.trust_id)[0] == 3


def test_an_append_that_writes_nothing_is_an_error(database: Database, trust: TrustDatabase) -> None:
    unopened = database.trust(uuid4())
    with unopened.connection() as connection, pytest.raises(PersistenceError, match="nothing was appended"):
        append(connection, unopened.trust_id, [an_event(uuid4(), 1)])
    with trust.connection() as connection, pytest.raises(PersistenceError):
        append(connection, unopened.trust_id, [an_event(uuid4(), 1)])


def test_the_same_ids_in_another_trust_are_other_events(database: Database) -> None:
    one, other = open_ledger(database, uuid4()), open_ledger(database, uuid4())
    event = an_event(uuid4(), 1)
    for trust in (one, other):
        with trust.connection() as connection:
            append(connection, trust.trust_id, [event])
            [row] = read_page(connection, trust.trust_id, after=0, limit=10)
            assert (row.position, row.stream_id) == (1, event.stream_id)


def test_a_subscription_gives_what_other_connections_append(trust: TrustDatabase) -> None:
    recorder = LedgerRecorder(trust)
    seen: list[int] = []
    with recorder.subscribe(gt=0) as subscription:
        with trust.connection() as connection:
            append(connection, trust.trust_id, [an_event(uuid4(), 1) for _ in range(3)])
        for notification in subscription:
            seen.append(notification.id)
            if notification.id == 3:
                recorder.insert_events([StoredEvent(uuid4(), 1, "topic", b"state")])
            if notification.id == 4:
                subscription.stop()
    assert seen == [1, 2, 3, 4]
