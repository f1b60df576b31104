"""From a valid query to its answer: the plan is made once for each shape of a question, and executed as one statement.

A plan depends on the document, on what its directives decide, on the shape of its arguments and on the kind of reader;
values are parameters. What only Python can make comes back as holes, each with its place in the text.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec
from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode
from graphql.execution.values import VariableValues

from domain.access import Visibility
from ledger.database import TrustDatabase
from projections.plan.roots import READS
from projections.plan.selections import Selections, deciding_variables, select
from projections.plan.writer import Arguments, Binder, NotPlanned, Row, Writer

__all__ = ["Hole", "NotPlanned", "Plan", "Plans", "Question", "TextWithHoles"]

# What plans may take in memory, and what one is taken to need beside its text.
_CACHE_BYTES = 16_000_000
_PLAN_BYTES = 2_000


@dataclass(frozen=True, slots=True)
class Hole:
    """A sealed text within an answer: where it lies, and under which keys its members are shown."""

    case_id: UUID
    version: int
    part: str
    members: tuple[tuple[str, str], ...]

    def filled(self, state: str, text: str | None) -> str:
        """The JSON of the text, once it is known how far the reader may open it."""
        known = {"state": state, "text": text, "__typename": "SealedText"}
        return msgspec.json.encode({key: known[name] for key, name in self.members}).decode()


@dataclass(frozen=True, slots=True)
class TextWithHoles:
    """JSON of which some values are still to be made: between any two pieces stands one hole."""

    pieces: Sequence[str]
    holes: Sequence[Hole]

    def filled(self, values: Iterable[str]) -> str:
        """The whole text, with the JSON of each hole in order."""
        whole = [self.pieces[0]]
        for value, piece in zip(values, self.pieces[1:], strict=True):
            whole += (value, piece)
        return "".join(whole)


@dataclass(frozen=True, slots=True)
class Plan:
    """One statement, and how its parameters are made of the arguments of a request."""

    statement: bytes
    binders: Sequence[tuple[int, str, Binder]]

    def parameters(self, arguments: Sequence[Arguments]) -> dict[str, Any]:
        """The parameters that the arguments of a request become; raises what a cursor or an id that is none raises."""
        return {
            f"{prefix}{name}": value
            for place, prefix, binder in self.binders
            for name, value in binder(arguments[place]).items()
        }


@dataclass(frozen=True, slots=True)
class Question:
    """A valid query of one reader: `key` stands for its document, `actions` are those that the role may take."""

    key: Hashable
    document: DocumentNode
    operation: OperationDefinitionNode
    variables: VariableValues
    visibility: Visibility
    role: str
    actions: Mapping[str, int]


class Plans:
    """The plans of one schema, the least recently used forgotten; for any number of threads."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._lock = threading.Lock()
        self._selections: OrderedDict[Hashable, Selections] = OrderedDict()
        self._plans: OrderedDict[Hashable, Plan] = OrderedDict()
        self._bytes = 0

    def at_least(self, question: Question) -> tuple[int, str] | None:
        """The position that the figures have to include first, if any is asked for, and the key of who asks for it.

        Raises NotPlanned, and GraphQLError for an argument that does not fit.
        """
        selections = self._selected(question)
        arguments = selections.arguments(question.variables)
        asked = [(arguments[one.arguments], one.key) for one in selections.root if one.arguments is not None]
        return max(((given["atLeast"], key) for given, key in asked if given.get("atLeast") is not None), default=None)

    def answer(self, trust: TrustDatabase, question: Question) -> TextWithHoles:
        """Answer a question by one statement.

        Raises NotPlanned for one that selects what has no declaration, and whatever an argument that does not fit
        raises when it is bound.
        """
        selections = self._selected(question)
        arguments = selections.arguments(question.variables)
        plan = self._plan(question, selections, arguments)
        marker = secrets.token_hex(16)
        with trust.connection() as connection:
            row = connection.execute(
                plan.statement,
                {
                    **_reader(question),
                    **plan.parameters(arguments),
                    "marker": marker,
                },
                prepare=True,
            ).fetchone()
        assert row is not None
        return _with_holes(row[0], marker)

    def _selected(self, question: Question) -> Selections:
        decided = {name: question.variables.coerced.get(name) for name in deciding_variables(question.document)}
        name = question.operation.name.value if question.operation.name else None
        key = (question.key, name, tuple(decided.values()))
        with self._lock:
            known = self._selections.get(key)
        if known is None:
            known = select(self._schema, question.document, question.operation, decided)
            with self._lock:
                self._selections[key] = known
                if len(self._selections) > 500:
                    self._selections.popitem(last=False)
        return known

    def _plan(self, question: Question, selections: Selections, arguments: Sequence[Arguments]) -> Plan:
        key = (id(selections), _shape_of_reader(question.visibility), tuple(_shape(one) for one in arguments))
        with self._lock:
            known = self._plans.get(key)
            if known is not None:
                self._plans.move_to_end(key)
                return known
        writer = Writer(question.visibility, READS, arguments)
        shown = writer.members("Query", READS["Query"], selections.root, Row(""))
        plan = Plan(f"SELECT {shown}".encode(), writer.binders)
        with self._lock:
            self._plans[key] = plan
            self._bytes += len(plan.statement) + _PLAN_BYTES
            while self._bytes > _CACHE_BYTES:
                _, forgotten = self._plans.popitem(last=False)
                self._bytes -= len(forgotten.statement) + _PLAN_BYTES
        return plan


def _reader(question: Question) -> dict[str, Any]:
    """The parameters that say who reads."""
    visibility = question.visibility
    return {
        "trust": visibility.trust_id,
        "person": visibility.person_id,
        "seen_schools": None if visibility.schools is None else list(visibility.schools),
        "seen_kinds": list(visibility.kinds),
        "role": question.role,
        "actions": list(question.actions),
        "action_bits": list(question.actions.values()),
    }


def _shape_of_reader(visibility: Visibility) -> Hashable:
    """All of a reader that is written into a statement: not who it is, nor which schools."""
    return (
        visibility.schools is None,
        visibility.kinds,
        visibility.lists_cases,
        visibility.opens_sealed,
        visibility.own_only,
        visibility.counts_everything,
    )


def _shape(value: Any) -> Hashable:
    """All of an argument that may be written into a statement: which values are given, and those of enumerations."""
    if isinstance(value, dict):
        return tuple((name, _shape(member)) for name, member in value.items())
    if isinstance(value, list):
        return tuple(_shape(one) for one in value) if value and isinstance(value[0], Enum) else "list"
    return value if value is None or isinstance(value, bool | Enum) else "given"


def _with_holes(text: str, marker: str) -> TextWithHoles:
    pieces = text.split(marker)
    return TextWithHoles(pieces[0::2], [_hole(place) for place in pieces[1::2]])


def _hole(place: str) -> Hole:
    case_id, version, part, members = place.split(" ")
    pairs = [member.split("=") for member in members.split(",")]
    return Hole(UUID(case_id), int(version), part, tuple((key, name) for key, name in pairs))
