"""One golden payload per stored name: written once, when the name is new, and never edited afterwards.

`python -m tests.stored.golden_files` adds what is missing and touches nothing that is there.
"""

from __future__ import annotations

import dataclasses
import json
import types
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from domain.stored import StoredName, plain, stored_names
from domain.vocabulary import CODE_LISTS

GOLDEN = Path(__file__).parent / "golden"
CODES = Path(__file__).parent / "codes.json"
RECORDED_AT = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)
STREAM = UUID("5f0c7a56-6a3e-4f6a-9d3b-3b8f1d1c2a01")


def sample(hint: Any) -> Any:
    """A value of a field's type, the same each time."""
    if get_origin(hint) in (Union, types.UnionType):
        return sample(next(member for member in get_args(hint) if member is not type(None)))
    if get_origin(hint) in (tuple, list):
        return (sample(get_args(hint)[0]),)
    if get_origin(hint) is not None:
        raise AssertionError(f"no sample for {hint}")
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        return hint(**{field.name: sample(hints[field.name]) for field in dataclasses.fields(hint)})
    return {
        str: "TEXT",
        int: 7,
        bool: True,
        date: date(2026, 9, 14),
        datetime: datetime(2026, 9, 14, 9, 30, tzinfo=UTC),
        UUID: UUID("0b9f3e0e-8f5e-4d35-9a94-1d4d5b0c7e11"),
    }[hint]


def golden(entry: StoredName) -> dict[str, Any]:
    """The golden content of a stored name: every member present."""
    hints = get_type_hints(entry.event_class)
    return {
        "name": entry.name,
        "data": {field: plain(sample(hints[field])) for field in entry.clear},
        "parts": list(entry.sealed),
    }


def add_missing() -> list[str]:
    """Write the golden files of new stored names and the codes of new lists; returns what was added."""
    added = []
    for entry in stored_names().values():
        path = GOLDEN / f"{entry.name}.json"
        if not path.exists():
            path.write_text(json.dumps(golden(entry), indent=1, sort_keys=True) + "\n")
            added.append(entry.name)
    known: dict[str, list[str]] = json.loads(CODES.read_text()) if CODES.exists() else {}
    for name, codes in CODE_LISTS.items():
        kept = known.setdefault(name, [])
        kept += sorted({code.code for code in codes} - set(kept))
    CODES.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
    return added


if __name__ == "__main__":
    add_missing()
