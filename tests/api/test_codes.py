"""Code lists by GraphQL: every list that the schema, the domain or a policy names is served, with its dates."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

from api.graphql.schema import build_schema
from domain.codes import Code
from domain.facts import FACTS
from domain.vocabulary import CODE_LISTS
from tests.api.client import Client

ROOT = Path(__file__).parents[2]
_SEVERAL = re.compile(r"\bof the lists ((?:`?[a-z_]+`?(?:, | and )?)+)")
_NAMED = re.compile(r"\b[Cc]odes? of (?:the )?(?:list )?`?([a-z][a-z_]*)`?")
# "A code of the list for its kind", which is one of three lists of outcomes; the code of conduct is none.
_WORDS = {"conduct", "for", "lists"}
# Decisions that know a day which is not the day of their code.
_OF_ANOTHER_DAY = {("incident_items.py", "record_item", "removal_states")}


def lists_in(text: str) -> set[str]:
    """The lists that a description names."""
    several = " ".join(_SEVERAL.findall(text)).replace(" and ", " ")
    return (set(_NAMED.findall(text)) - _WORDS) | set(re.findall(r"[a-z_]+", several))


def described() -> Iterator[tuple[str, str]]:
    """Every field, argument and input of the live schema with its description."""
    for kind in build_schema()._schema.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not kind.name.startswith("__"):
            for name, field in kind.fields.items():
                yield f"{kind.name}.{name}", field.description or ""
                yield from ((f"{kind.name}.{name}({one})", arg.description or "") for one, arg in field.args.items())
        elif isinstance(kind, GraphQLInputObjectType):
            yield from ((f"{kind.name}.{name}", member.description or "") for name, member in kind.fields.items())


def test_every_list_that_the_schema_names_is_there() -> None:
    named = {where: lists_in(text) for where, text in described()}

    assert {where: lists - CODE_LISTS.keys() for where, lists in named.items() if lists - CODE_LISTS.keys()} == {}
    assert sum(map(bool, named.values())) > 200


@pytest.mark.parametrize(
    ("text", "lists"),
    [
        ("A code of the list `natures`.", {"natures"}),
        ("By role: codes of the list meeting_roles.", {"meeting_roles"}),
        ("How it was received: a code of `complaint_receivers`.", {"complaint_receivers"}),
        ("Codes of the lists natures, targets and school_aspects.", {"natures", "targets", "school_aspects"}),
        ("What came of it, as a code of the list for its kind.", set()),
    ],
)
def test_a_list_is_found_however_it_is_named(text: str, lists: set[str]) -> None:
    assert lists_in(text) == lists


def test_every_list_that_a_policy_may_ask_about_is_there() -> None:
    asked = {fact.codes for facts in FACTS.values() for fact in facts.values() if fact.codes is not None}

    assert asked <= CODE_LISTS.keys()


def test_every_list_is_served_with_the_days_on_which_its_codes_are_in_use(
    demo: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    vine = Code("VINE", "Vine", "A service of short films.", date(2013, 1, 24), date(2017, 1, 17), 23)
    monkeypatch.setitem(CODE_LISTS, "platforms", (vine,))

    told = demo.ask("{ codes { name codes { code label definition activeFrom activeTo order } } }")["codes"]

    assert [one["name"] for one in told] == sorted(CODE_LISTS)
    [platforms] = [one["codes"] for one in told if one["name"] == "platforms"]
    assert platforms == [
        {
            "code": "VINE",
            "label": "Vine",
            "definition": "A service of short films.",
            "activeFrom": "2013-01-24",
            "activeTo": "2017-01-17",
            "order": 23,
        }
    ]


def test_every_decision_that_knows_the_day_refuses_a_code_that_was_not_in_use_on_it() -> None:
    undated = {
        (path.name, function.name, _list(call))
        for path in sorted((ROOT / "domain").glob("*.py"))
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef) and _knows_a_day(function)
        for call in ast.walk(function)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ("require_code", "require_codes")
        and len(call.args) < 4
    }

    assert undated == _OF_ANOTHER_DAY


def _knows_a_day(function: ast.FunctionDef) -> bool:
    given = (*function.args.args, *function.args.kwonlyargs)
    days = {one.arg for one in given if one.annotation and "date" in ast.unparse(one.annotation).split(" | ")}
    return bool(days - {"today"})


def _list(call: ast.Call) -> str:
    name = call.args[0]
    return str(name.value) if isinstance(name, ast.Constant) else ast.unparse(name)
