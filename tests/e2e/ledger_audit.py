"""What must be true of a ledger after any crash, checked on its rows and against what the writers were told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from domain.case import Case
from domain.counting import contributions
from domain.stored import decode
from ledger.appending import Receipt
from ledger.embedded import KEYS_DATABASE, MAIN_DATABASE, EmbeddedPostgres
from ledger.entry import Body, body_link, decode_body, leaf_hash
from ledger.reading import clear_part
from tests.e2e.command_writers import Acknowledged

# Said again as it was said before, these record nothing.
_MAY_CHANGE_NOTHING = ("markDuplicate", "reclassifyItem")

# Count, school and month.
Cell = tuple[str, str, str]


@dataclass(frozen=True)
class Event:
    """A row of the table of events."""

    position: int
    recorded_at: datetime
    stream_id: UUID
    version: int
    type: str
    command_id: UUID
    ordinal: int
    body: bytes
    leaf: bytes


@dataclass
class LedgerRows:
    """All that a trust's ledger holds, as the superuser reads it."""

    events: list[Event]
    head: int
    receipts: dict[UUID, Receipt]
    parts: dict[tuple[UUID, int, str], UUID]
    active_keys: set[UUID]

    @classmethod
    def read(cls, data_dir: Path) -> LedgerRows:
        with EmbeddedPostgres.attach(data_dir) as server:
            with psycopg.connect(server.admin_url(MAIN_DATABASE)) as main:
                # One snapshot of everything.
                main.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                events = main.execute(
                    "SELECT position, recorded_at, stream_id, version, type, command_id, ordinal, body, leaf"
                    " FROM event ORDER BY position"
                ).fetchall()
                [(head,)] = main.execute("SELECT position FROM ledger_head").fetchall()
                receipts = main.execute(
                    "SELECT command_id, actor_id, input_mac, case_id, first_position, last_position FROM command"
                ).fetchall()
                parts = main.execute("SELECT stream_id, version, part, key_id FROM sealed_part").fetchall()
            with psycopg.connect(server.admin_url(KEYS_DATABASE)) as keys:
                active = keys.execute("SELECT key_id FROM data_key WHERE state = 'ACTIVE'").fetchall()
        return cls(
            events=[Event(*row) for row in events],
            head=head,
            receipts={row[0]: Receipt(*row[1:]) for row in receipts},
            parts={(stream_id, version, part): key_id for stream_id, version, part, key_id in parts},
            active_keys={key_id for (key_id,) in active},
        )

    def figures(self) -> dict[Cell, int]:
        """The figures that are not zero, folded from the events alone."""
        states: dict[UUID, Any] = {}
        for row in self.events:
            payload, parts = clear_part(row.body)
            event = decode(row.type, row.stream_id, row.version, row.recorded_at, payload, parts)
            states[row.stream_id] = event.mutate(states.get(row.stream_id))
        cases = {stream_id: state for stream_id, state in states.items() if isinstance(state, Case)}
        return Counter(
            (one.count.value, one.school_urn, _month(one.discovered_on))
            for case in cases.values()
            for one in contributions(case, cases.get)
            if one.excluded_by is None
        )


def findings(rows: LedgerRows, acknowledged: Iterable[Acknowledged], refused: Iterable[UUID], since: int) -> list[str]:
    """What is wrong; `since` is the position at which the writers began."""
    told = {one.command_id: one for one in acknowledged}
    by_command: dict[UUID, list[Event]] = {}
    for event in rows.events:
        by_command.setdefault(event.command_id, []).append(event)
    recorded = {command_id for command_id, events in by_command.items() if events[0].position > since}
    return [
        *_order(rows),
        *_chains(rows),
        *_parts(rows),
        *_receipts(rows, by_command),
        *(finding for one in told.values() for finding in _as_told(one, by_command.get(one.command_id, []))),
        *(f"command {one} was refused and is recorded" for one in sorted(set(refused) & by_command.keys())),
        *(f"command {one} is recorded and nobody was told" for one in sorted(recorded - told.keys())),
    ]


def _order(rows: LedgerRows) -> Iterator[str]:
    positions = [event.position for event in rows.events]
    for expected, position in enumerate(positions, start=1):
        if position != expected:
            yield f"position {expected} is missing"
            break
    if rows.head != len(positions):
        yield f"the head is at {rows.head} and there are {len(positions)} events"
    for before, after in pairwise(rows.events):
        if after.recorded_at <= before.recorded_at:
            yield f"position {after.position} was recorded no later than the one before it"


def _chains(rows: LedgerRows) -> Iterator[str]:
    streams: dict[UUID, list[tuple[Event, Body]]] = {}
    for event in rows.events:
        if leaf_hash(event.position, event.recorded_at, event.body) != event.leaf:
            yield f"the leaf at position {event.position} is not that of its body"
        streams.setdefault(event.stream_id, []).append((event, decode_body(event.body)))
    for stream_id, stream in streams.items():
        if [event.version for event, _ in stream] != list(range(1, len(stream) + 1)):
            yield f"the versions of stream {stream_id} are not 1 to {len(stream)}"
        for (before, _), (after, body) in pairwise(stream):
            if body.prev != body_link(before.body):
                yield f"position {after.position} does not follow from position {before.position}"


def _parts(rows: LedgerRows) -> Iterator[str]:
    named = {
        (event.stream_id, event.version, entry.part): entry.key
        for event in rows.events
        for entry in decode_body(event.body).sealed
    }
    for place in named.keys() ^ rows.parts.keys():
        yield f"the sealed part {place[2]} of version {place[1]} of stream {place[0]} is missing or is nobody's"
    for place in named.keys() & rows.parts.keys():
        if named[place] != rows.parts[place] or named[place] not in rows.active_keys:
            yield f"the key of part {place[2]} of version {place[1]} of stream {place[0]} is missing or another"


def _receipts(rows: LedgerRows, by_command: dict[UUID, list[Event]]) -> Iterator[str]:
    for command_id in rows.receipts.keys() ^ by_command.keys():
        yield f"command {command_id} has a receipt without events, or events without a receipt"
    for command_id in rows.receipts.keys() & by_command.keys():
        receipt, events = rows.receipts[command_id], by_command[command_id]
        first, last = events[0].position, events[-1].position
        if (receipt.first_position, receipt.last_position) != (first, last):
            yield f"the receipt of command {command_id} names other positions than its events have"
        if [event.ordinal for event in events] != list(range(len(events))) or last - first != len(events) - 1:
            yield f"the events of command {command_id} do not stand side by side in their order"
        if receipt.case_id not in {event.stream_id for event in events}:
            yield f"the receipt of command {command_id} names another case"


def _as_told(told: Acknowledged, events: list[Event]) -> Iterator[str]:
    if not events:
        if told.event_positions or told.name not in _MAY_CHANGE_NOTHING:
            yield f"command {told.command_id} was acknowledged and is not recorded"
        return
    if events[-1].position != told.position:
        yield f"command {told.command_id} was acknowledged at another position"
    if tuple(event.position for event in events if event.stream_id == told.case_id) != told.event_positions:
        yield f"command {told.command_id} was acknowledged with other events of its case"


def _month(day: date) -> str:
    return f"{day.year:04}-{day.month:02}"
