"""The ways in which a field is read: a column, a member of a document, an object or a list of them, a hole."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Callable

from projections.plan.selections import Selected
from projections.plan.text import NULL, array_of, bare, empty_if_null, literal, quoted, string
from projections.plan.writer import Read, Row, Writer, hole, keys_of

__all__ = [
    "column",
    "constant",
    "each_object",
    "json_member",
    "json_object",
    "json_objects",
    "number",
    "person",
    "persons",
    "sealed",
    "text_hole",
    "words",
]


def words(name: str) -> Read:
    """A column of text of any content."""
    return lambda _writer, _selected, row: string(f"{row.alias}.{name}")


def column(name: str) -> Read:
    """A column of ids, dates or codes of ours, which need no escaping."""
    return lambda _writer, _selected, row: quoted(f"{row.alias}.{name}")


def number(name: str) -> Read:
    """A column of numbers or truth values."""
    return lambda _writer, _selected, row: bare(f"{row.alias}.{name}")


def constant(json: Callable[[Writer], str]) -> Read:
    """What is the same in every row, and known of the reader beforehand: JSON text."""
    return lambda writer, _selected, _row: literal(json(writer))


def json_member(name: str, *, is_list: bool = False) -> Read:
    """A member of a document's part that is shown as it stands; a list that is not there is empty."""
    show = empty_if_null if is_list else _as_it_stands
    return lambda _writer, _selected, row: show(f"{row.value}->'{name}'")


def json_object(name: str, type_name: str) -> Read:
    """An object within the part, or null."""

    def read(writer: Writer, selected: Selected, row: Row) -> str:
        value = f"({row.value}->'{name}')"
        shown = writer.object(type_name, selected, Row(row.alias, row.case_id, value))
        return f"CASE WHEN jsonb_typeof({value}) = 'object' THEN {shown} ELSE {NULL} END"

    return read


def json_objects(name: str, type_name: str, *, wrap: str | None = None) -> Read:
    """A list of objects within the part; `wrap` names the one member that stands for each of its elements."""

    def read(writer: Writer, selected: Selected, row: Row) -> str:
        alias = writer.alias("e")
        value = f"{alias}.value" if wrap is None else f"jsonb_build_object('{wrap}', {alias}.value)"
        return each_object(writer, selected, row, name, type_name, alias, value)

    return read


def each_object(
    writer: Writer,
    selected: Selected,
    row: Row,
    name: str,
    type_name: str,
    alias: str,
    value: str,
    wanted: str | None = None,
) -> str:
    """The objects of a list within the part: `value` is what each is read from, where it is called `alias`.

    `wanted` is a condition that each has to meet.
    """
    shown = writer.object(type_name, selected, Row(alias, row.case_id, value, row.is_recorded))
    return array_of(_each(alias, shown, row, name, wanted))


def person(id_of: Callable[[Row], str]) -> Read:
    """A person by id (text or uuid), with today's name for a reader who may know it; null where there is no id."""

    def read(writer: Writer, selected: Selected, row: Row) -> str:
        alias, expression = writer.alias("p"), id_of(row)
        shown = writer.object("Person", selected, Row(alias))
        return f"coalesce((SELECT {shown} FROM {writer.reading.person(f'({expression})::uuid')} AS {alias}), {NULL})"

    return read


def persons(name: str) -> Read:
    """A list of persons whose ids are a member of the part."""

    def read(writer: Writer, selected: Selected, row: Row) -> str:
        alias = writer.alias("e")
        shown = person(lambda one: f"{one.value} #>> '{{}}'")(writer, selected, Row(alias, value=f"{alias}.value"))
        return array_of(_each(alias, shown, row, name))

    return read


def text_hole(name: str) -> Read:
    """A sealed text of the case, which is opened afterwards: a member of the part says where it lies, or is null."""

    def read(writer: Writer, selected: Selected, row: Row) -> str:
        value = f"({row.value}->'{name}')"
        shown = sealed(writer, selected, row.case_id, f"({value}->>'version')", f"({value}->>'part')")
        return f"CASE WHEN jsonb_typeof({value}) = 'object' THEN {shown} ELSE {NULL} END"

    return read


def sealed(writer: Writer, selected: Selected, case_id: str, version: str, part: str) -> str:
    """A sealed text by its place, each given as an expression of text or of what can be made text."""
    members = selected.of("SealedText")
    if not writer.visibility.opens_sealed:
        shown = {"state": '"WITHHELD"', "text": "null", "__typename": '"SealedText"'}
        return literal("{" + ",".join(f'"{one.key}":{shown[one.name]}' for one in members) + "}")
    return hole("sealed", case_id, version, part, keys_of(members))


def _as_it_stands(expression: str) -> str:
    return f"coalesce(({expression})::text, {NULL})"


def _each(alias: str, shown: str, row: Row, name: str, wanted: str | None = None) -> str:
    where = "" if wanted is None else f" WHERE {wanted}"
    return (
        f"(SELECT string_agg({shown}, ',' ORDER BY {alias}.place) FROM jsonb_array_elements("
        f"coalesce({row.value}->'{name}', '[]')) WITH ORDINALITY AS {alias} (value, place){where})"
    )
