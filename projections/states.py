"""The aggregates that the events fold into: kept while there is room, replayed from their streams when they are not."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import psycopg

from domain.case import Case
from domain.counting import Contribution
from domain.stored import decode
from ledger.reading import EventRow, StoredRow, clear_part, read_streams
from projections.changes import CaseRows, Fact


class Known:
    """One stream as folded so far, with what was worked out from it last.

    `state` is changed in place; `case` is the same when the stream is one of a case, else None. `changed_at` is the
    position of the event of the present batch that changed what is written of the case last, 0 for none. `written` are
    the rows that the read tables have of the case, None when it is not known which: then all of them are replaced.
    """

    __slots__ = ("adds", "case", "changed_at", "depends", "facts", "footprint", "state", "version", "written")

    def __init__(self, state: Any, version: int) -> None:
        self.state = state
        self.case: Case | None = state if isinstance(state, Case) else None
        self.version = version
        self.changed_at = 0
        self.footprint: tuple[Any, ...] = ()
        self.adds: frozenset[Contribution] = frozenset()
        self.depends: frozenset[UUID] = frozenset()
        self.facts: frozenset[tuple[str, Fact]] = frozenset()
        self.written: CaseRows | None = None


def event_of(row: EventRow | StoredRow) -> Any:
    """The domain event of a row; raises StoredEventError when the code cannot read it."""
    data, parts = clear_part(row.body)
    return decode(row.type, row.stream_id, row.version, row.recorded_at, data, parts)


class States:
    """The streams of one trust as they stand at one position: that of the generation they are folded for."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._known: OrderedDict[UUID, Known] = OrderedDict()
        self.position = 0

    def clear(self) -> None:
        """Forget everything: what is in memory may be ahead of, or behind, what is written."""
        self._known.clear()

    def get(self, stream_id: UUID) -> Known | None:
        """A stream that is in memory."""
        return self._known.get(stream_id)

    def use(self, stream_id: UUID) -> Known:
        """A stream that is in memory and is to stay there; raises KeyError when it is not."""
        self._known.move_to_end(stream_id)
        return self._known[stream_id]

    def known(self, stream_id: UUID) -> Known:
        """A stream that must be in memory; raises KeyError when it is not."""
        return self._known[stream_id]

    def put(self, stream_id: UUID, known: Known) -> None:
        """Take in a stream that begins with this batch."""
        self._known[stream_id] = known

    def trim(self) -> None:
        """Forget the streams not used for longest; not done within a batch, which needs all of its own."""
        while len(self._known) > self._capacity:
            self._known.popitem(last=False)

    def load(self, connection: psycopg.Connection[Any], trust_id: UUID, stream_ids: Iterable[UUID]) -> list[UUID]:
        """Replay the streams that are not in memory, up to the position; returns those that were replayed."""
        missing = [stream_id for stream_id in stream_ids if stream_id not in self._known]
        if not missing or self.position == 0:
            return []
        loaded: dict[UUID, Known] = {}
        for row in read_streams(connection, trust_id, missing, up_to=self.position):
            known = loaded.get(row.stream_id)
            if known is None:
                loaded[row.stream_id] = Known(event_of(row).mutate(None), row.version)
            else:
                event_of(row).mutate(known.state)
                known.version = row.version
        self._known |= loaded
        return list(loaded)
