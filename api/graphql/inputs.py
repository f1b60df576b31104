"""Input types made from the dataclasses of commands, so that a command is written once and the API cannot lag behind.

Each field's words come from the `Described` in its annotation. Identifiers are `ID`, coded values strings, several
values a list; a dataclass within a command becomes an input type of its own.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import strawberry

from domain.checks import InvalidIdentifier
from domain.complaint_parts import PanelMember
from domain.items import Classification
from domain.naming import camel
from services.commands import Described

__all__ = ["InputField", "describe_fields", "input_class", "read_input"]

_PLAIN: Mapping[type, Any] = {UUID: strawberry.ID, str: str, int: int, bool: bool, date: date, datetime: datetime}
# The domain's own values know nothing of the API, so what their fields are stands here.
_VALUE_WORDS = {
    (Classification, "nature"): "What it is: a code of the list natures.",
    (Classification, "target"): "About whom: a code of the list targets.",
    (PanelMember, "person"): "The person.",
    (PanelMember, "independent"): "Whether the person is independent of the management and running of the school.",
    (Classification, "aspect"): "For the school as target, which side of it: a code of the list school_aspects.",
}
_SEVERAL = (tuple, list, frozenset)


@dataclasses.dataclass(frozen=True, slots=True)
class InputField:
    """One field of a command or of a value within one."""

    name: str
    annotation: Any
    description: str
    required: bool


def describe_fields(source: type[Any]) -> tuple[InputField, ...]:
    """Return the fields of a dataclass, with their words. Raise `TypeError` naming a field that has none."""
    hints = get_type_hints(source, include_extras=True)
    found = []
    for field in dataclasses.fields(source):
        annotation = hints[field.name]
        words = [m.text for m in getattr(annotation, "__metadata__", ()) if isinstance(m, Described)]
        words += [text for (kind, name), text in _VALUE_WORDS.items() if (kind, name) == (source, field.name)]
        if not words:
            raise TypeError(f"{source.__name__}.{field.name} has no description")
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        found.append(InputField(field.name, annotation, words[0], required))
    return tuple(found)


def input_class(source: type[Any], known: dict[type[Any], type[Any]]) -> type[Any]:
    """Return the input type of a dataclass; `known` holds those made before, and is added to."""
    if source not in known:
        annotations: dict[str, Any] = {}
        members: dict[str, Any] = {"__annotations__": annotations, "__module__": __name__}
        for field in describe_fields(source):
            annotation = _input_annotation(field.annotation, known)
            if field.required:
                members[field.name] = strawberry.field(description=field.description)
            else:
                annotation = annotation if _is_optional(annotation) else annotation | None
                members[field.name] = strawberry.field(description=field.description, default=None)
            annotations[field.name] = annotation
        name = f"{source.__name__}Input"
        words = " ".join((source.__doc__ or "").split())
        known[source] = strawberry.input(type(name, (), members), name=name, description=words)
    return known[source]


def read_input(source: type[Any], given: Mapping[str, Any]) -> Any:
    """Return the dataclass that a coerced input object stands for.

    Raise `InvalidIdentifier` naming the field at fault.
    """
    values = {}
    for field in describe_fields(source):
        value = given.get(camel(field.name))
        if value is not None:
            values[field.name] = _reader(field.annotation)(value, camel(field.name))
        elif field.required:
            values[field.name] = None
    return source(**values)


def _input_annotation(annotation: Any, known: dict[type[Any], type[Any]]) -> Any:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _input_annotation(arguments[0], known)
    if origin in (Union, types.UnionType):
        return _input_annotation(_only_member(annotation), known) | None
    if origin in _SEVERAL:
        return list[_input_annotation(arguments[0], known)]  # type: ignore[misc]  # an annotation made at run time
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return str
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        return input_class(annotation, known)
    raise TypeError(f"{annotation} has no form in the API")


def _reader(annotation: Any) -> Callable[[Any, str], Any]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _reader(arguments[0])
    if origin in (Union, types.UnionType):
        return _reader(_only_member(annotation))
    if origin in _SEVERAL:
        inner = _reader(arguments[0])
        return lambda values, field: origin(inner(value, field) for value in values)
    if annotation is UUID:
        return _identifier
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        return lambda value, _field: read_input(annotation, value)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return lambda value, field: _member(annotation, value, field)
    return lambda value, _field: value


def _identifier(value: Any, field: str) -> UUID:
    try:
        identifier = UUID(str(value))
    except ValueError:
        raise InvalidIdentifier(field) from None
    if str(identifier) != str(value):
        # One identifier has one spelling; another would be another input to the same command.
        raise InvalidIdentifier(field)
    return identifier


def _member(enum: type[Enum], value: Any, field: str) -> Enum:
    try:
        return enum(value)
    except ValueError:
        raise InvalidIdentifier(field) from None


def _is_optional(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType) and type(None) in get_args(annotation)


def _only_member(annotation: Any) -> Any:
    members = [member for member in get_args(annotation) if member is not type(None)]
    if len(members) != 1:
        raise TypeError(f"{annotation} has no form in the API")
    return members[0]
