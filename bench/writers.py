"""Writer processes that append at the same time, each in a trust of its own, one way of appending after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import StoredEvent

from bench.histories import context, open_cases
from bench.peers import insert_plainly, insert_unit_plainly, library_recorder
from bench.processes import apart
from domain.sealed import Secret
from ledger.appending import NewEvent, NewPart, NewReceipt, append
from ledger.database import Database
from ledger.key_store import KeyStore
from ledger.reading import read_streams
from services.registers import open_key_store
from services.store import TrustLedger, Work

# The ways of appending, in the words of the table.
SERVICES = "through the services"
UNIT = "the statement alone"
EVENT_ALONE = "the statement with an event alone"
PLAIN_EVENT = "unlocked insert of the event"
PLAIN_UNIT = "unlocked insert of event, part and receipt"
LIBRARY = "the library's recorder"
WAYS = (SERVICES, UNIT, EVENT_ALONE, PLAIN_EVENT, PLAIN_UNIT, LIBRARY)

_LONGEST_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Addresses:
    """What a writer needs to reach the databases."""

    main: str
    keys: str
    key_file: Path
    cases_at_hand: int


class Writers:
    """The processes, waiting for what to do."""

    def __init__(self, pipes: Sequence[Connection]) -> None:
        self._pipes = pipes

    def rate(self, way: str, seconds: float) -> float:
        """Let all append in one way for some seconds; returns appends per second of all together."""
        for pipe in self._pipes:
            pipe.send((way, seconds))
        for pipe in self._pipes:
            _answer(pipe)
        for pipe in self._pipes:
            pipe.send("now")
        counts: list[tuple[int, float]] = [_answer(pipe) for pipe in self._pipes]
        return sum(count / elapsed for count, elapsed in counts)


def _answer(pipe: Connection) -> Any:
    if not pipe.poll(_LONGEST_SECONDS):
        raise RuntimeError("a writer does not answer")
    return pipe.recv()


@contextmanager
def writers(addresses: Addresses, trusts: Sequence[UUID]) -> Iterator[Writers]:
    """Start a writer for each trust; they end with the block."""
    processes = apart()
    with ExitStack() as leaving:
        pipes = []
        for trust_id in trusts:
            ours, theirs = processes.Pipe()
            process = processes.Process(target=_write, args=(theirs, addresses, trust_id), daemon=True)
            process.start()
            theirs.close()
            leaving.callback(process.join)
            leaving.callback(ours.close)
            pipes.append(ours)
        for pipe in pipes:
            _answer(pipe)
        yield Writers(pipes)


def _write(pipe: Connection, addresses: Addresses, trust_id: UUID) -> None:
    main, keys = Database(addresses.main), Database(addresses.keys)
    with main.trust(trust_id).connection() as connection:
        writer = _Writer(addresses, main, open_key_store(keys, addresses.key_file), trust_id, connection)
        pipe.send("here")
        try:
            while True:
                way, seconds = pipe.recv()
                appends = writer.prepare(way)
                pipe.send("ready")
                pipe.recv()
                pipe.send(_repeat(appends, seconds))
        except EOFError:
            pass
    main.close()
    keys.close()


def _repeat(appends: Iterator[Callable[[], object]], seconds: float) -> tuple[int, float]:
    """Append until the time is over or there is nothing left to append; returns how many and how long it took."""
    count = 0
    begun = now = perf_counter()
    for one in appends:
        one()
        count += 1
        now = perf_counter()
        if now - begun > seconds:
            break
    return count, now - begun


class _Writer:
    def __init__(
        self,
        addresses: Addresses,
        main: Database,
        keys: KeyStore,
        trust_id: UUID,
        connection: psycopg.Connection[Any],
    ) -> None:
        self._addresses = addresses
        self._trust_id = trust_id
        self._connection = connection
        self._ledger = TrustLedger(main.trust(trust_id), keys)
        self._library = library_recorder(addresses.main)
        self._position = 0
        # A real event with a real part, whose bytes every other way appends under new ids.
        (case_id,) = open_cases(self._ledger, 1)
        self._row = read_streams(connection, trust_id, [case_id])[-1]
        part = connection.execute(
            "SELECT key_id, blob FROM sealed_part WHERE trust_id = %s AND stream_id = %s LIMIT 1", (trust_id, case_id)
        ).fetchone()
        assert part is not None
        self._key_id, self._blob = part

    def prepare(self, way: str) -> Iterator[Callable[[], object]]:
        """One append after another, each ready to be made."""
        if way == SERVICES:
            return iter(self._through_services())
        once: Callable[[], object] = {
            UNIT: self._append_unit,
            EVENT_ALONE: self._append_event,
            PLAIN_EVENT: self._insert_event,
            PLAIN_UNIT: self._insert_unit,
            LIBRARY: self._insert_with_library,
        }[way]
        return iter(lambda: once, None)

    def _through_services(self) -> list[Callable[[], object]]:
        ids = open_cases(self._ledger, self._addresses.cases_at_hand)
        return [partial(self._add_words, case) for case in self._ledger.load_many(ids).values()]

    def _add_words(self, case: Any) -> None:
        case.add_addendum(text=Secret("The parent rang the office about it."))
        self._ledger.append([Work(context(), (case,))])

    def _unit(self) -> tuple[NewEvent, NewPart, NewReceipt]:
        row, stream_id, command_id = self._row, uuid4(), uuid4()
        return (
            NewEvent(stream_id, 1, row.type, row.school_urn, command_id, 0, row.body),
            NewPart(stream_id, 1, "narrative", self._key_id, self._blob),
            NewReceipt(command_id, self._trust_id, bytes(32), stream_id),
        )

    def _append_unit(self) -> None:
        event, part, receipt = self._unit()
        append(self._connection, self._trust_id, [event], [part], [receipt])

    def _append_event(self) -> None:
        append(self._connection, self._trust_id, [self._unit()[0]])

    def _insert_event(self) -> None:
        self._position += 1
        now = datetime.now(UTC)
        insert_plainly(self._connection, self._trust_id, self._unit()[0], self._position, now, self._row.leaf)

    def _insert_unit(self) -> None:
        self._position += 1
        now = datetime.now(UTC)
        insert_unit_plainly(self._connection, self._trust_id, *self._unit(), self._position, now, self._row.leaf)

    def _insert_with_library(self) -> None:
        self._library.insert_events([StoredEvent(uuid4(), 1, self._row.type, self._row.body)])
