"""Documents that ask for everything of a case of whatever kind, made from the live schema."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type, is_leaf_type

from api.graphql.schema import build_schema

SCHEMA = build_schema()._schema
KINDS = ("Incident", "Complaint", "StaffBreach")
_NAMED = "{ __typename id reference kind status }"
_HISTORY = "history(first: 100) { totalCount pageInfo { hasNextPage endCursor } nodes"


def whole_cases(head: str, within: str = _NAMED) -> str:
    """Every field of all three kinds, spelled out for each: its parts, its links, a page of its history.

    `head` is the field that gives the case, `within` what is asked of a case that it names.
    """
    return f"{{ {head} {{ {_kinds(within)} }} }}"


def cases_within_cases(levels: int) -> str:
    """The same without history, of a case, of the one that it is a copy of, and so on."""
    fragments = [f"fragment F{level} on Case {{ ...E duplicateOf {{ ...F{level + 1} }} }}" for level in range(levels)]
    everything = f"fragment E on Case {{ {_kinds(None)} }} fragment F{levels} on Case {{ ...E }}"
    return f'{{ case(reference: "INC-2025-000001") {{ ...F0 }} }} {" ".join(fragments)} {everything}'


def _kinds(within: str | None) -> str:
    return " ".join(f"... on {kind} {_members(SCHEMA.type_map[kind], within)}" for kind in KINDS)


def _members(kind: Any, within: str | None, left_out: Collection[str] = ()) -> str:
    assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
    found = ["__typename"]
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        if name in left_out:
            continue
        if is_leaf_type(inner):
            found.append(name)
        elif inner.name == "Case":
            found += [] if within is None else [f"{name} {within}"]
        elif name in ("history", "latestEvent"):
            event = _members(SCHEMA.type_map["CaseEvent"], within, ("caseAfter",))
            found += [] if within is None else [f"{_HISTORY} {event} }}" if name == "history" else f"{name} {event}"]
        elif name == "custody" and inner.name.endswith("Connection"):
            # Its events stand in the history, where everything is asked of them.
            found.append("custody(first: 5) { totalCount nodes { id type } }")
        else:
            found.append(f"{name} {_members(inner, within)}")
    return f"{{ {' '.join(found)} }}"
