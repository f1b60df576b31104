"""Writing the one statement of a query: every object is text that its fields' declarations make of a row.

A declaration (`projections.plan.reads`) turns a selected field and the row it is read from into a piece of SQL. What
only Python can make is left open as a hole: its place is written between two markers that nobody can guess, and filled
in afterwards (`projections.plan.holes`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from domain.access import Visibility
from domain.refusals import Refused
from projections.plan.fields import FIELDS
from projections.plan.selections import SCHEMA, TYPE, TYPE_NAME, NotPlanned, Path, RefusedAt, Selected
from projections.plan.text import NULL, literal, object_of
from projections.plan.told import Way
from projections.visible import Reading

__all__ = [
    "MARKER",
    "OUTER",
    "Arguments",
    "Binder",
    "Bound",
    "NotPlanned",
    "Read",
    "Row",
    "Writer",
    "about_schema",
    "hole",
    "keys_of",
    "small_figure",
]

Arguments = dict[str, Any]
# The parameters that an argument's values become, given anew for each request. Raises Refused.
Binder = Callable[[Arguments], Mapping[str, Any]]
# The same for what depends on the registers of the schools, read at the moment of the answer.
ReadingBinder = Callable[[Arguments, psycopg.Connection[Any], Reading], Mapping[str, Any]]
# The parameter that holds the marker of a request.
MARKER = "%(marker)s"
# Another one, for what may have holes within.
OUTER = "%(outer)s"
_OF_HISTORIES = frozenset(("CaseEvent", "CaseEventEdge"))
# Where a case is asked for by itself: by the query of that name, and by the answer to a command.
_ONE_CASE = frozenset(("case", ""))


def hole(kind: str, *pieces: str) -> str:
    """A place for what Python makes: its kind, and pieces of SQL that say what belongs there, without spaces."""
    told = "".join(f" || ' ' || {piece}" for piece in pieces)
    return f"({MARKER} || '{kind}'{told} || {MARKER})"


def about_schema(key: str) -> str:
    """The name of the parameter for what is said of the schema under a key."""
    return f"schema_{key}"


def keys_of(members: Sequence[Selected]) -> str:
    """Which members of an object are shown under which keys, as a piece of a hole."""
    return "'" + ",".join(f"{one.key}={one.name}" for one in members) + "'"


def small_figure(place: str, value: str, key: Sequence[str], shown: str, hidden: str) -> str:
    """A cell of the report whose arguments are at a place, as it is and as it is when its figure is hidden.

    Python chooses, for it takes all cells together; `value` and the members of `key` are SQL that gives JSON.
    """
    keys = " || ',' || ".join(key)
    members = " || ',' || ".join((f"'{place}'", value, f"'[' || {keys} || ']'"))
    texts = f"to_json({shown})::text || ',' || to_json({hidden})::text"
    return f"({OUTER} || '[' || {members} || ',' || {texts} || ']' || {OUTER})"


@dataclass(frozen=True, slots=True)
class Row:
    """What a declaration reads from: a row of the statement, by alias, and the case that it belongs to, if to one.

    `value` is the JSON value (jsonb) that holds the members of a part of a document. `is_recorded`: the case is the one
    that a command was carried out on, which the read tables may not have yet.
    """

    alias: str
    case_id: str = ""
    value: str = ""
    is_recorded: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """Parameters made of the arguments at a place, with the prefix of their names; one of the two makes them."""

    place: int
    prefix: str
    binder: Binder | None
    reading_binder: ReadingBinder | None = None


Read = Callable[["Writer", Selected, Row], str]


@dataclass(slots=True)
class Writer:
    """One statement in the making, for one shape of arguments and one kind of reader.

    `nulled` are the paths of fields that are null whatever is there, because something below them was refused.
    `states` are statements of their own, for cases that Python folds: each shows one selection of a case.
    """

    visibility: Visibility
    reads: Mapping[str, Mapping[str, Read]]
    arguments: Sequence[Arguments | None]
    nulled: frozenset[Path] = frozenset()
    reading: Reading = field(init=False)
    bound: list[Bound] = field(default_factory=list)
    states: list[Writer] = field(default_factory=list)
    statement: str = ""
    # The field of the query at hand; that of the answer to a command where there is none.
    root: str = ""
    _aliases: int = 0
    # The cases, as expressions, whose object is being written and has its mark.
    _within: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reading = Reading(self.visibility)

    def alias(self, letter: str) -> str:
        """A name for a row that no other has."""
        self._aliases += 1
        return f"{letter}{self._aliases}"

    def object(self, type_name: str, selected: Selected, row: Row) -> str:
        """An object of one type, with what is selected of it."""
        return self.shown(type_name, self.reads.get(type_name, {}), selected, row)

    def shown(self, type_name: str, reads: Mapping[str, Read], selected: Selected, row: Row) -> str:
        """The same by declarations of its own, for a type that is read from more than one row."""
        return self.members(type_name, reads, selected.of(type_name), row)

    def members(
        self,
        type_name: str,
        reads: Mapping[str, Read],
        selected: Sequence[Selected],
        row: Row,
        *,
        shown_type: str | None = None,
    ) -> str:
        """An object with these members, in this order. Raises NotPlanned and RefusedAt.

        `shown_type` is the JSON of its `__typename` where that is not the type by whose declarations it is read. An
        object that is read from a case tells so by a mark, once for it and all objects within that are of that case.
        """
        if not row.case_id or row.case_id in self._within:
            return object_of(self._members(type_name, reads, selected, row, shown_type))
        self._within.append(row.case_id)
        try:
            written = object_of(self._members(type_name, reads, selected, row, shown_type))
        finally:
            self._within.pop()
        return f"({self.mark(row.case_id, type_name)} || {written})"

    def mark(self, case_id: str, type_name: str = "") -> str:
        """The mark of a case, an expression, for an object of a type: text that is taken out of the answer."""
        way = Way.OPENED if self.root in _ONE_CASE else Way.LISTED
        if type_name in _OF_HISTORIES:
            way = Way.HISTORY
        return f"({MARKER} || '{way.value} ' || {case_id} || {MARKER})"

    def _members(
        self,
        type_name: str,
        reads: Mapping[str, Read],
        selected: Sequence[Selected],
        row: Row,
        shown_type: str | None,
    ) -> list[tuple[str, str]]:
        members = []
        for one in selected:
            if one.name == TYPE_NAME:
                members.append((one.key, shown_type or literal(f'"{type_name}"')))
            elif one.name in (SCHEMA, TYPE):
                members.append((one.key, f"%({about_schema(one.key)})s::text"))
            elif one.name not in reads or one.name not in FIELDS.get(type_name, {}):
                raise NotPlanned(f"{type_name}.{one.name}")
            elif one.path in self.nulled:
                members.append((one.key, NULL))
            else:
                if type_name == "Query":
                    self.root = one.name
                members.append((one.key, self._read(reads[one.name], one, row)))
        return members

    def _read(self, read: Read, one: Selected, row: Row) -> str:
        try:
            return read(self, one, row)
        except Refused as error:
            assert one.arguments is not None
            raise RefusedAt(one.arguments, error) from None

    def given(self, selected: Selected) -> Arguments:
        """The arguments of a field, of this request; only their shape may be written into the statement."""
        if selected.arguments is None:
            return {}
        given = self.arguments[selected.arguments]
        assert given is not None
        return given

    def bind(self, selected: Selected, binder: Binder) -> str:
        """Have parameters made of a field's arguments for each request; returns what their names begin with."""
        return self._bind(selected, binder, None)

    def bind_reading(self, selected: Selected, binder: ReadingBinder) -> str:
        """The same for parameters that follow from what is read first, in the snapshot of the answer."""
        return self._bind(selected, None, binder)

    def _bind(self, selected: Selected, binder: Binder | None, reading_binder: ReadingBinder | None) -> str:
        assert selected.arguments is not None
        prefix = f"a{len(self.bound)}_"
        self.bound.append(Bound(selected.arguments, prefix, binder, reading_binder))
        return prefix

    def apart(self) -> tuple[int, Writer]:
        """A statement of its own for cases that Python folds, and its number."""
        writer = Writer(self.visibility, self.reads, self.arguments, self.nulled, root=self.root)
        self.states.append(writer)
        return len(self.states) - 1, writer
