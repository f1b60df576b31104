"""From the JSON of a case document to the types of the API: by name, with dates, people and sealed texts.

A document shows a sealed text as `{version, part}` and everything else as plain JSON. Each API type names the members
it takes as its own fields; `source` in a field's metadata names a member that is called otherwise.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import strawberry

from api.graphql.people import Person
from api.graphql.texts import SealedText
from services.sealed_texts import SealedPlace

__all__ = ["shown", "shown_list", "shown_members"]

T = TypeVar("T")
Reader = Callable[[UUID, Any], Any]


def shown(kind: type[T], case_id: UUID, values: Mapping[str, Any]) -> T:
    """Return an object of an API type from a record of the document of a case."""
    return kind(**shown_members(kind, case_id, values))


def shown_members(
    kind: type[Any], case_id: UUID, values: Mapping[str, Any], without: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return the fields of an API type read from a record, but for those named in `without`."""
    plan = _plan(kind)  # type: ignore[arg-type]  # classes are hashable; mypy asks it of their instances
    return {name: read(case_id, values.get(source)) for name, source, read in plan if name not in without}


def shown_list(kind: type[T], case_id: UUID, records: list[Mapping[str, Any]] | None) -> list[T]:
    """Return the objects of an API type from a list of records; a member that the document does not have is empty."""
    return [shown(kind, case_id, record) for record in records or ()]


@cache
def _plan(kind: type[Any]) -> tuple[tuple[str, str, Reader], ...]:
    hints = get_type_hints(kind)
    return tuple(
        (field.name, field.metadata.get("source", field.name), _reader(hints[field.name]))
        for field in dataclasses.fields(kind)
        if field.init
    )


def _reader(annotation: Any) -> Reader:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        [member] = [member for member in arguments if member is not type(None)]
        read = _reader(member)
        return lambda case_id, value: None if value is None else read(case_id, value)
    if origin is list:
        read_one = _reader(arguments[0])
        return lambda case_id, values: [read_one(case_id, value) for value in values or ()]
    if annotation is date:
        return lambda _case_id, value: date.fromisoformat(value)
    if annotation is SealedText:
        return lambda case_id, value: SealedText(place=SealedPlace(case_id, value["version"], value["part"]))
    if annotation is Person:
        return lambda _case_id, value: Person(id=strawberry.ID(value))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return lambda _case_id, value: annotation(value)
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        return lambda case_id, value: shown(annotation, case_id, value)
    return lambda _case_id, value: value
