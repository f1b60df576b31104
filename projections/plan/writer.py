"""Writing the one statement of a query: every object is text that its fields' declarations make of a row.

A declaration (`projections.plan.reads`) turns a selected field and the row it is read from into a piece of SQL. What
only Python can make is left open as a hole: its place is written between two markers that nobody can guess, and filled
in afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.access import Visibility
from projections.plan.selections import TYPE_NAME, NotPlanned, Selected
from projections.plan.text import literal, object_of
from projections.visible import Reading

__all__ = ["MARKER", "Arguments", "NotPlanned", "Read", "Row", "Writer"]

Arguments = dict[str, Any]
# The parameters that an argument's values become, given anew for each request.
Binder = Callable[[Arguments], Mapping[str, Any]]
# The parameter that holds the marker of a request.
MARKER = "%(marker)s"


@dataclass(frozen=True, slots=True)
class Row:
    """What a declaration reads from: a row of the statement, by alias, and the case that it belongs to, if to one.

    `value` is the JSON value (jsonb) that holds the members of a part of a document.
    """

    alias: str
    case_id: str = ""
    value: str = ""


Read = Callable[["Writer", Selected, Row], str]


@dataclass(slots=True)
class Writer:
    """One statement in the making, for one shape of arguments and one kind of reader."""

    visibility: Visibility
    reads: Mapping[str, Mapping[str, Read]]
    arguments: Sequence[Arguments]
    reading: Reading = field(init=False)
    binders: list[tuple[int, str, Binder]] = field(default_factory=list)
    _aliases: int = 0

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

    def members(self, type_name: str, reads: Mapping[str, Read], selected: Sequence[Selected], row: Row) -> str:
        """An object with these members, in this order. Raises NotPlanned."""
        members = []
        for one in selected:
            if one.name == TYPE_NAME:
                members.append((one.key, literal(f'"{type_name}"')))
            elif one.name in reads:
                members.append((one.key, reads[one.name](self, one, row)))
            else:
                raise NotPlanned(f"{type_name}.{one.name}")
        return object_of(members)

    def given(self, selected: Selected) -> Arguments:
        """The arguments of a field, of this request; only their shape may be written into the statement."""
        return {} if selected.arguments is None else self.arguments[selected.arguments]

    def bind(self, selected: Selected, binder: Binder) -> str:
        """Have parameters made of a field's arguments for each request; returns what their names begin with."""
        assert selected.arguments is not None
        prefix = f"a{len(self.binders)}_"
        self.binders.append((selected.arguments, prefix, binder))
        return prefix
