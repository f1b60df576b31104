"""What an event changed in a case: its documents before and after compared, member by member."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from domain.case_document import CaseDocument
from domain.naming import camel

__all__ = ["differences", "members"]

# What changes with every event, or says the same as another member.
_SEALED = {"version", "part"}
_NOT_CHANGES = frozenset(
    {"id", "version", "offered", "duties", "deadlines", "measured_at", "severity", "severity_clause"}
)


def differences(before: CaseDocument | None, after: CaseDocument) -> Iterator[tuple[str, Any, Any]]:
    """Give each member that differs between two documents of a case, with its values, in the order of the later one.

    Records in a list are told apart by their place, for none is ever taken out; sealed texts are shown by their place.
    """
    old, new = members(before), members(after)
    for field in (*new, *(field for field in old if field not in new)):
        if old.get(field) != new.get(field):
            yield field, old.get(field), new.get(field)


def members(document: CaseDocument | None) -> dict[str, Any]:
    """Every member of a document that says something, by its path, such as `items[1].platform`; {} before a case began.

    The differences between two documents are those between their members.
    """
    if document is None:
        return {}
    plain = json.loads(document.to_json())
    found: dict[str, Any] = {}
    for name, value in {**plain, **plain.pop("detail")}.items():
        if name not in _NOT_CHANGES and name != "detail":
            _flatten(found, camel(name), value)
    return found


def _flatten(found: dict[str, Any], path: str, value: Any) -> None:
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        for place, record in enumerate(value, start=1):
            for name, member in record.items():
                _flatten(found, f"{path}[{place}].{camel(name)}", member)
    elif isinstance(value, dict) and value.keys() != _SEALED:
        for name, member in value.items():
            _flatten(found, f"{path}.{camel(name)}", member)
    elif value not in (None, [], {}):
        found[path] = value
