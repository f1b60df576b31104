"""Selecting everything of a type, and of cases within it what names them; and documents of it that can be asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type, is_leaf_type

from tests.plan.documents import Document
from tests.plan.oracle.answers import sdl_schema

NAMED = "{ __typename id reference status }"
# The same at more length: what is sealed, listed and named within a case that is within a case.
WITHIN = (
    "{ __typename id owner { id name } school { urn name } allowedActions outstanding { code } links { kind restricted"
    " case { id } } duplicateOf { id } addenda { text { state text } } ... on Incident { summary { state text }"
    " items { ordinal url { text } poster { name } about { id } } } ... on Complaint { heads { id aboutStaff } }"
    " ... on StaffBreach { source } }"
)
KINDS = ("Incident", "Complaint", "StaffBreach")


def everything(type_name: str, **given: str | None) -> str:
    """Every member of a type and of all within it, in braces; of cases within it only what names them.

    `given` are arguments by the field that they are for, or what is selected of it: a connection is left out without,
    and so is a field that is given as None.
    """
    return _members(sdl_schema().type_map[type_name], given)


@cache
def _fragment(name: str, kind: str) -> str:
    """Every member of a case of one kind; `Deep` has more of the cases that it names."""
    within = {"Whole": NAMED, "Deep": WITHIN}[name]
    members = everything(kind, case=within, duplicateOf=within)
    return f"fragment {name} on Case {{ __typename ... on {kind} {members} }}"


def documents(query: str) -> Iterator[Document]:
    """A document with the fragment that it spreads, once for each kind of case: all at once have too many tokens."""
    spread = [name for name in ("Whole", "Deep") if f"...{name}" in query]
    if not spread:
        yield Document(query, {})
    for name in spread:
        for kind in KINDS:
            yield Document(f"{query}\n{_fragment(name, kind)}", {})


def _members(kind: Any, given: Mapping[str, str | None]) -> str:
    assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
    found = ["__typename"]
    for name, member in kind.fields.items():
        inner = get_named_type(member.type)
        if name in given and given[name] is None:
            continue
        if is_leaf_type(inner):
            found.append(name)
        elif inner.name == "Case":
            found.append(f"{name} {given.get(name, NAMED)}")
        elif not inner.name.endswith("Connection"):
            found.append(f"{name} {_members(inner, given)}")
        elif name in given:
            found.append(f"{name}{given[name]} {_members(inner, given)}")
    return f"{{ {' '.join(found)} }}"


def aliased(fields: Iterable[str], at_most: int) -> Iterator[Document]:
    """Documents that ask for so many of these at once, each under a name of its own."""
    waiting = list(fields)
    for first in range(0, len(waiting), at_most):
        named = (f"a{place}: {field}" for place, field in enumerate(waiting[first : first + at_most]))
        yield from documents(f"{{ {' '.join(named)} }}")
