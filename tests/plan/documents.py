"""Random valid documents over the whole schema, that ask about what there is.

The library hypothesis-graphql, by which `test_foreign_documents` makes others, knows neither fragment spreads,
directives nor variables, which is where a compiler goes wrong; so these are made here, from the published schema.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from hypothesis import strategies as st

from tests.plan.agreement import PLACEHOLDER
from tests.plan.oracle.answers import is_valid, sdl_schema

Json = dict[str, Any]
_KINDS = ("Incident", "Complaint", "StaffBreach")
ORDERS = ("OPENED_NEWEST", "OPENED_OLDEST", "UPDATED_NEWEST", "REFERENCE")
# How often each question is asked, and how deep an answer is asked for.
_QUESTIONS = {"cases": 5, "case": 5, "monitoring": 6, "restatements": 2, "codes": 1, "ledger": 1, "viewer": 1}
_QUESTIONS |= {"trust": 1, "schools": 1, "staffPattern": 2, "readLog": 1}
_DEPTH = 9
# Members that lead to much, and are asked for more often than their sisters.
_OFTEN = {"items": 8, "history": 2, "contributions": 2, "evidence": 2, "platformReports": 2, "meetings": 2}
_DIMENSIONS = ("COUNT", "SCHOOL", "SOURCE", "MONTH", "TERM", "ACADEMIC_YEAR", "PLATFORM", "POSTER_ROLE")


class Document(NamedTuple):
    """A document with its variables; cursors in both are placeholders."""

    query: str
    variables: Json


class Enumerated(str):
    """A value that stands in a document without quotes."""

    __slots__ = ()


@dataclass(frozen=True)
class Pool:
    """What there is to ask about."""

    ids: Sequence[str]
    # Every case at the position of each of its events.
    moments: Sequence[tuple[str, int]]
    references: Sequence[str]
    school_references: Sequence[str]
    urns: Sequence[str]
    persons: Sequence[str]
    dates: Sequence[str]
    instants: Sequence[str]
    position: int
    types: Sequence[str]
    codes: Mapping[str, Sequence[str]]
    # The numbers of known cursors by their list.
    cursors: Mapping[str, Sequence[int]]


def adds_up_twice(group_by: Sequence[str]) -> bool:
    """Whether figures add up in more than one direction: `test_once_found` says why none of those are hidden."""
    return len(set(group_by) - {"COUNT"}) > 1


@dataclass
class _Writer:
    """One document as it comes about."""

    draw: st.DrawFn
    pool: Pool
    schema: GraphQLSchema
    variables: Json = field(default_factory=dict)
    declared: list[str] = field(default_factory=list)
    fragments: list[tuple[str, str, str]] = field(default_factory=list)
    arguments: dict[tuple[str, str], str] = field(default_factory=dict)
    aliases: int = 0
    left: int = 50
    goes_on: str = ""

    def chance(self, percent: int) -> bool:
        return self.draw(st.integers(0, 99)) >= 100 - percent

    def one(self, values: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(values))

    def document(self) -> Document:
        roots = [name for name, weight in _QUESTIONS.items() for _ in range(weight)]
        query = self.schema.query_type
        assert query is not None
        asked = [self.asked(query, self.one(roots), 1) for _ in range(self.draw(st.integers(1, 2)))]
        head = f"query Asked({', '.join(self.declared)})" if self.declared else self.one(("query", "query Asked", ""))
        parts = [f"{head} {{ {' '.join(asked)} }}", *(text for _, _, text in self.fragments)]
        if self.chance(30):
            parts.reverse()
        return Document("\n".join(parts), self.variables)

    # --- selections

    def selection(self, kind: Any, depth: int) -> str:
        """The members of a type, in braces."""
        members = self.members(kind, depth)
        return "{ " + " ".join(members) + " }"

    def members(self, kind: Any, depth: int) -> list[str]:
        leaves = [name for name, one in kind.fields.items() if is_leaf_type(get_named_type(one.type))]
        others = [name for name in kind.fields if name not in leaves]
        chosen = self.draw(st.lists(st.sampled_from(leaves), max_size=6, unique=True)) if leaves else []
        if chosen and self.chance(15):
            chosen.append(self.one(chosen))
        found = [self.asked(kind, name, depth) for name in chosen]
        if others and depth < _DEPTH and self.left > 0:
            most = 3 if depth < 4 else 2
            weighed = [name for name in others for _ in range(_OFTEN.get(name, 1))]
            chosen = self.draw(st.lists(st.sampled_from(weighed), min_size=1, max_size=most, unique=True))
            found += [self.asked(kind, name, depth) for name in chosen]
        if isinstance(kind, GraphQLInterfaceType):
            kinds = self.draw(st.lists(st.sampled_from(_KINDS), max_size=2, unique=True))
            if "Incident" not in kinds and self.left > 0 and self.chance(40):
                kinds.append("Incident")
            found += [self.fragment(self.schema.type_map[name], depth) for name in kinds]
        if depth < _DEPTH and self.left > 0 and self.chance(15):
            found.append(self.fragment(kind, depth))
        if not found or self.chance(15):
            found.append(f"{self.alias(20)}__typename{self.directives()}")
        return self.draw(st.permutations(found)) if len(found) > 1 else found

    def asked(self, kind: Any, name: str, depth: int) -> str:
        """One field, perhaps twice: the two answers are then one."""
        self.left -= 1
        given: GraphQLField = kind.fields[name]
        inner = get_named_type(given.type)
        head = self.head(kind, name, given)
        if is_leaf_type(inner):
            return f"{head}{self.directives()}"
        found = f"{head}{self.directives()} {self.selection(inner, depth + 1)}"
        if self.left > 0 and self.chance(12):
            found += f" {head} {self.selection(inner, depth + 1)}"
        return found

    def head(self, kind: Any, name: str, given: GraphQLField) -> str:
        """A field with its arguments; under one response key they are always the same."""
        if not given.args:
            return self.alias(8) + name
        family = "Case" if kind.name in _KINDS else kind.name
        if (family, name) not in self.arguments:
            self.arguments[family, name] = self.given(family, name, given.args)
        elif alias := self.alias(70):
            return f"{alias}{name}{self.given(family, name, given.args)}"
        return name + self.arguments[family, name]

    def alias(self, percent: int) -> str:
        if self.aliases >= 12 or not self.chance(percent):
            return ""
        self.aliases += 1
        return f"a{self.aliases}: "

    def fragment(self, kind: Any, depth: int) -> str:
        """Some members of a type by way of a fragment, named or not."""
        known = [name for name, on, _ in self.fragments if on == kind.name]
        if known and self.chance(40):
            return f"...{self.one(known)}{self.directives()}"
        if self.chance(50):
            condition = f" on {kind.name}"
            if isinstance(kind, GraphQLObjectType) and kind.name in _KINDS and self.chance(10):
                return f"... on Case{self.directives()} {{ ...{condition} {self.selection(kind, depth)} }}"
            return f"...{condition}{self.directives()} {self.selection(kind, depth)}"
        members = self.selection(kind, depth)
        name = f"F{len(self.fragments) + 1}"
        self.fragments.append((name, kind.name, f"fragment {name} on {kind.name} {members}"))
        return f"...{name}{self.directives()}"

    def directives(self) -> str:
        if not self.chance(8):
            return ""
        given = [f" @{self.one(('include', 'skip'))}(if: {self.condition()})"]
        if self.chance(20):
            other = "skip" if "@include" in given[0] else "include"
            given.append(f" @{other}(if: {self.condition()})")
        return "".join(given)

    def condition(self) -> str:
        value = self.chance(50)
        return self.variable("Boolean!", value) if self.chance(50) else json.dumps(value)

    # --- arguments

    def given(self, family: str, name: str, arguments: Mapping[str, GraphQLArgument]) -> str:
        """The arguments of a field: all that it needs and some of the others."""
        found = []
        skipped = set()
        values: Json = {}
        # Which list it is that an `after` goes on in.
        self.goes_on = {"cases": "pattern cases" if family == "StaffPattern" else "cell cases"}.get(name, name)
        if name == "case":
            # Either of the two; both, or neither, is refused.
            skipped = {self.one(("id", "reference"))} if not self.chance(4) else set()
        # The order first: a cursor is one of a list in an order.
        for argument in sorted(arguments, key=lambda each: each != "orderBy"):
            its = arguments[argument]
            needed = is_non_null_type(its.type) and its.default is None
            if argument in skipped:
                continue
            likely = {
                "after": 25,
                "asOf": 35,
                "first": 75,
                "suppressBelow": 20,
                "groupBy": 90,
                "types": 25,
                "by": 25,
                "atLeast": 5,
            }
            if name == "case" and argument in ("id", "reference"):
                likely[argument] = 100
            if argument == "orderBy":
                self.goes_on = "OPENED_NEWEST"
            if needed or argument in ("from", "to", "between") or self.chance(likely.get(argument, 50)):
                value = self.value(argument, its.type)
                if argument == "orderBy":
                    self.goes_on = str(value)
                if argument == "suppressBelow" and adds_up_twice(values.get("groupBy", ())):
                    continue
                values[argument] = value
                found.append(f"{argument}: {self.argument(its, value)}")
        return f"({', '.join(found)})" if found else ""

    def argument(self, its: GraphQLArgument, value: Any) -> str:
        if self.chance(35):
            return self.variable(str(its.type), value)
        return self.literal(value, its.type)

    def variable(self, kind: str, value: Any) -> str:
        """A variable with this value, or with a default of it."""
        name = f"v{len(self.declared) + 1}"
        if self.chance(20) and not isinstance(value, dict):
            self.declared.append(f"${name}: {kind} = {self.literal(value)}")
            if self.chance(30) and value is not None:
                self.variables[name] = value
        else:
            self.declared.append(f"${name}: {kind}")
            self.variables[name] = value
        return f"${name}"

    def literal(self, value: Any, kind: Any = None) -> str:
        if isinstance(value, Enumerated):
            return str(value)
        if isinstance(value, dict):
            named: Any = get_named_type(kind)
            members = []
            for name, one in value.items():
                its: GraphQLInputField = named.fields[name]
                # In a @oneOf a variable must never be null.
                inner = self.variable(str(its.type), one) if self.chance(20) and not named.is_one_of else None
                members.append(f"{name}: {inner or self.literal(one, its.type)}")
            return "{ " + ", ".join(members) + " }"
        if isinstance(value, list):
            return "[" + ", ".join(self.literal(one, kind) for one in value) + "]"
        if isinstance(value, str) and value.isalnum() and self.chance(10):
            return f'"""{value}"""'
        return json.dumps(value, ensure_ascii=self.chance(50))

    def value(self, name: str, kind: Any) -> Any:
        """A value for an argument or a member of an input, likely one that means something."""
        if is_non_null_type(kind):
            return self.value_of(name, kind.of_type)
        if name not in ("from", "to", "between") and self.chance(4):
            return self.nothing(name, kind)
        if is_list_type(kind):
            return self.several(name, kind)
        if isinstance(kind, GraphQLInputObjectType):
            return self.members_of(kind)
        if isinstance(kind, GraphQLEnumType):
            return Enumerated(self.one(list(kind.values)))
        return self.scalar(name, kind.name)

    def nothing(self, name: str, kind: Any) -> Any:
        """A null where the argument may be null."""
        nullable = {
            "after",
            "filter",
            "asOf",
            "and",
            "schools",
            "sources",
            "types",
            "by",
            "lists",
            "suppressBelow",
            "atLeast",
        }
        for filter_of in ("CaseFilter", "DeadlineFilter", "DutyFilter"):
            nullable |= set(getattr(self.schema.type_map[filter_of], "fields", ()))
        return None if name in nullable else self.value_of(name, kind)

    def value_of(self, name: str, kind: Any) -> Any:
        if is_list_type(kind):
            return self.several(name, kind)
        if isinstance(kind, GraphQLEnumType):
            return Enumerated(self.one(list(kind.values)))
        return self.members_of(kind) if isinstance(kind, GraphQLInputObjectType) else self.scalar(name, kind.name)

    def several(self, name: str, kind: Any) -> list[Any]:
        if name == "groupBy":
            # Mostly what can be answered: at most one period, each once.
            wanted = self.draw(st.lists(st.sampled_from(_DIMENSIONS), min_size=1, max_size=3, unique=True))
            periods = [one for one in wanted if one in ("MONTH", "TERM", "ACADEMIC_YEAR")]
            if len(periods) > 1 and not self.chance(5):
                wanted = [one for one in wanted if one not in periods[1:]]
            return [Enumerated(one) for one in wanted]
        inner = get_named_type(kind)
        count = self.draw(st.sampled_from((0, 1, 1, 2, 2, 3)))
        return [self.value_of(name, inner) for _ in range(count)]

    def members_of(self, kind: GraphQLInputObjectType) -> Json:
        names = sorted(kind.fields)
        if kind.is_one_of:
            name = self.one(names)
            return {name: self.scalar(name, get_named_type(kind.fields[name].type).name)}
        chosen = self.draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
        return {name: self.value(name, kind.fields[name].type) for name in chosen}

    def scalar(self, name: str, kind: str) -> Any:
        pool = self.pool
        match name, kind:
            case "first", _:
                return self.one((1, 2, 3, 4, 7, 20))
            case "suppressBelow", _:
                return self.one((1, 2, 3, 5, 100, 0))
            case ("position" | "updatedAfterPosition" | "size", _) | ("from" | "to", "Int"):
                return self.one((0, pool.position, pool.position + 5, *range(1, pool.position), -1))
            case "after", _:
                # Now and then a cursor of some other list, but not within a list: see `test_once_found`.
                other = self.goes_on in ORDERS and self.chance(10)
                # A file's custody goes on from a place in the history.
                own = "history" if self.goes_on == "custody" else self.goes_on
                known = pool.cursors[self.one(sorted(pool.cursors)) if other else own]
                return PLACEHOLDER.format(self.one(known))
            case "atLeast", _:
                return self.one((0, pool.position))
            case "from" | "to", "DateTime":
                return self.one(pool.instants)
            case "from", _:
                return self.one((pool.dates[0], pool.dates[0], *pool.dates[: len(pool.dates) // 2]))
            case "to", _:
                return self.one((pool.dates[-1], pool.dates[-1], *pool.dates[len(pool.dates) // 2 :]))
            case _, "Boolean":
                return self.chance(50)
            case _, "Date":
                return self.one(pool.dates)
            case _, "DateTime":
                return self.one(pool.instants)
            case _:
                return self.one(self.known(name))

    def known(self, name: str) -> Sequence[Any]:
        pool = self.pool
        known = {
            "id": pool.ids,
            "reference": pool.references,
            "schoolReference": pool.school_references,
            "schools": pool.urns,
            "owner": pool.persons,
            "person": pool.persons,
            "case": pool.ids,
            "types": pool.types,
            "lists": list(pool.codes),
            "outstanding": pool.codes["duties"],
            "codes": [*pool.codes["duties"], *pool.codes["deadlines"]],
        }
        return known.get(name) or pool.codes[name]


@st.composite
def _written(draw: st.DrawFn, pool: Pool) -> Document:
    return _Writer(draw, pool, sdl_schema()).document()


def documents(pool: Pool) -> st.SearchStrategy[Document]:
    """Valid documents about what is in the pool; a few ask for more than the product's limits allow."""
    return _written(pool).filter(lambda document: is_valid(document.query))
