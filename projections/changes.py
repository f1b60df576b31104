"""What a batch of events changes in the read tables, gathered in memory and written at once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from projections.tables import CASE_TABLES

Row = tuple[Any, ...]
# The rows of one case, by table.
CaseRows = dict[str, list[Row]]
Key = tuple[Hashable, ...]


CASE_TABLE_NAMES = tuple(table.name for table in CASE_TABLES)
# Short enough that what the events of one did is read through in no time.
_POSITIONS_OF_AN_EPOCH = 32_768
# How many of the shortest epochs a longer one has: so many that few of either make up any past, however long it is and
# in whatever order the days came; None is all of them.
SPANS: tuple[int | None, ...] = (1, 16, None)


def epoch_of(position: int, span: int = 0) -> int:
    """The epoch of a span that a position lies in, by which monthly figures are kept."""
    return longer(position // _POSITIONS_OF_AN_EPOCH, span)


def longer(epoch: int, span: int) -> int:
    """The epoch of a span that one of the shortest lies in."""
    length = SPANS[span]
    return 0 if length is None else epoch // length


def first_of_epoch(epoch: int) -> int:
    """The first position of one of the shortest epochs."""
    return epoch * _POSITIONS_OF_AN_EPOCH


class Fact(NamedTuple):
    """A row of a temporal table without its validity: `key` names it among those true at one moment, `rest` follows.

    Both are in the order of the table's columns: the key, then `valid_from` and `valid_to`, then the rest.
    """

    key: Key
    rest: Row


@dataclass(slots=True)
class TemporalChanges:
    """Rows of one temporal table that a batch opens and closes, each at the position of its event."""

    opened: dict[Key, tuple[int, Row]] = field(default_factory=dict)
    finished: list[Row] = field(default_factory=list)
    closed: list[tuple[Key, int]] = field(default_factory=list)

    def replace(self, before: Iterable[Fact], after: Iterable[Fact], position: int) -> None:
        """Close the facts that ended with the event at `position`, then open those that began with it."""
        for fact in before:
            if fact.key in self.opened:
                since, rest = self.opened.pop(fact.key)
                self.finished.append((*fact.key, since, position, *rest))
            else:
                self.closed.append((fact.key, position))
        for fact in after:
            self.opened[fact.key] = (position, fact.rest)

    def new_rows(self) -> list[Row]:
        """The rows to insert, in the order of the table's columns."""
        return [
            *self.finished,
            *((*key, since, None, *rest) for key, (since, rest) in self.opened.items()),
        ]


@dataclass(slots=True)
class Changes:
    """Everything a batch writes.

    `cases` are the rows of the tables that hold a case's present state, by table name; they replace what each table
    has of the cases that `replaced` names for it. `months` are differences to the monthly figures of the
    shortest epochs: of what counts, and of what a mark excludes.
    """

    replaced: dict[str, list[UUID]] = field(default_factory=dict)
    cases: dict[str, list[Row]] = field(default_factory=dict)
    temporal: dict[str, TemporalChanges] = field(default_factory=dict)
    months: dict[tuple[str, date, int, str, int], list[int]] = field(default_factory=dict)

    def put(self, case_id: UUID, before: CaseRows | None, after: CaseRows) -> None:
        """Replace the rows of a case in the tables in which they differ, in all when those before are not known.

        A case that is new had none before: an empty dict.
        """
        for table in CASE_TABLE_NAMES:
            rows = after.get(table)
            if before is not None:
                known = before.get(table)
                if known == rows:
                    continue
            if before is None or known:
                self.replaced.setdefault(table, []).append(case_id)
            if rows:
                self.cases.setdefault(table, []).extend(rows)

    def of(self, table: str) -> TemporalChanges:
        """The changes to one temporal table."""
        found = self.temporal.get(table)
        if found is None:
            found = self.temporal[table] = TemporalChanges()
        return found
