"""From a valid question to its plan: made once for each shape of a question, and kept while there is room.

A plan depends on the document, on what its directives decide, on the shape of its arguments and on the kind of reader;
values are parameters.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

import psycopg
from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode
from graphql.execution.values import VariableValues

from domain.access import Visibility
from domain.refusals import Refused
from projections.plan.commands import write_recorded
from projections.plan.introspection import answers_about_schema
from projections.plan.roots import READS
from projections.plan.selections import Path, RefusedAt, Selected, Selections, deciding_variables, select
from projections.plan.writer import Arguments, Bound, Row, Writer
from projections.visible import Reading

__all__ = ["Plan", "Plans", "Question", "parameters_of_reader"]

# What plans may take in memory, and what one is taken to need beside its text.
_CACHE_BYTES = 16_000_000
_PLAN_BYTES = 2_000
_DOCUMENTS = 500
_PARAMETER = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Plan:
    """One statement, how its parameters are made of the arguments of a request, and the statements for folded cases."""

    statement: bytes
    bound: Sequence[Bound]
    states: Sequence[Plan]
    # The parameters that the statement binds, by name, in the order of their numbers.
    needs: Sequence[str]

    @property
    def reads_first(self) -> bool:
        """Whether parameters depend on what is read before, in the same snapshot."""
        return any(one.reading_binder is not None for one in self.bound)

    def check(self, arguments: Sequence[Arguments | None]) -> None:
        """Refuse arguments that no parameters can be made of, as far as nothing has to be read. Raises RefusedAt."""
        for one in self.bound:
            given = arguments[one.place]
            if one.binder is not None and given is not None:
                try:
                    one.binder(given)
                except Refused as error:
                    raise RefusedAt(one.place, error) from None
        for state in self.states:
            state.check(arguments)

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return len(self.statement) + _PLAN_BYTES + sum(state.size for state in self.states)

    def parameters(
        self,
        arguments: Sequence[Arguments | None],
        connection: psycopg.Connection[Any] | None,
        reading: Reading,
    ) -> dict[str, Any]:
        """The parameters that the arguments of a request become; only one that reads first needs the connection.

        Raises RefusedAt.
        """
        parameters: dict[str, Any] = {}
        for one in self.bound:
            given = arguments[one.place]
            assert given is not None
            try:
                if one.binder is not None:
                    made = one.binder(given)
                else:
                    assert one.reading_binder is not None
                    assert connection is not None
                    made = one.reading_binder(given, connection, reading)
            except Refused as error:
                raise RefusedAt(one.place, error) from None
            for name, value in made.items():
                parameters[one.prefix + name] = value
        return parameters


class RoleAction(NamedTuple):
    """An action that a role may take on a kind of case, and its bit in what such a case offers.

    `rungs` are those to which such a case may be routed without the action being lost, joined by commas; `of_target`
    says whether the target of an allegation may take it, `is_later` that its bit is in the second word.
    """

    kind: str
    action: str
    bit: int
    rungs: str
    of_target: bool
    is_later: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A valid query of one reader, or what somebody wants to be told of the commands that they give.

    `key` stands for its document, `actions` are those that the role may take, `now` is the moment at which it is asked,
    and `made` makes those parameters that are not in the database, by name, where a statement binds them.
    """

    key: Hashable
    document: DocumentNode
    operation: OperationDefinitionNode
    variables: VariableValues
    visibility: Visibility
    role: str
    actions: Sequence[RoleAction]
    now: datetime
    made: Mapping[str, Callable[[], Any]] = field(default_factory=dict)


class Plans:
    """The plans of one schema, the least recently used forgotten; for any number of threads."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._lock = threading.Lock()
        self._deciding: OrderedDict[Hashable, tuple[str, ...]] = OrderedDict()
        self._selections: OrderedDict[Hashable, Selections] = OrderedDict()
        self._plans: OrderedDict[Hashable, Plan] = OrderedDict()
        self._bytes = 0

    def selections(self, question: Question) -> Selections:
        """What a question selects."""
        document = _document_of(question)
        with self._lock:
            deciding = self._deciding.get(document)
        if deciding is None:
            deciding = deciding_variables(question.document)
        decided = {name: question.variables.coerced.get(name) for name in deciding}
        key = (document, tuple(decided.values()))
        with self._lock:
            _keep(self._deciding, document, deciding)
            known = self._selections.get(key)
        if known is None:
            known = select(self.schema, question.document, question.operation, decided)
        with self._lock:
            _keep(self._selections, key, known)
        return known

    def known_selections(self, question: Question) -> Selections | None:
        """The same, if it was worked out before."""
        document = _document_of(question)
        with self._lock:
            deciding = self._deciding.get(document)
            if deciding is None:
                return None
            decided = tuple([question.variables.coerced.get(name) for name in deciding])
            known = self._selections.get((document, decided))
            if known is not None:
                self._deciding.move_to_end(document)
                self._selections.move_to_end((document, decided))
            return known

    def about_schema(self, question: Question, selections: Selections) -> Mapping[str, str]:
        """The JSON of what a question asks about the schema itself, by its key."""
        if not selections.about_schema:
            return {}
        return answers_about_schema(
            self.schema, question.document, question.operation, question.variables, selections.about_schema
        )

    def plan(
        self,
        question: Question,
        selections: Selections,
        arguments: Sequence[Arguments | None],
        nulled: frozenset[Path],
        command: Selected | None = None,
    ) -> Plan:
        """The plan for a query with these arguments, null at `nulled`, or for the answer to one of several commands.

        Raises NotPlanned and RefusedAt.
        """
        key = _key_of_plan(question, selections, arguments, nulled, command)
        known = self._known(key)
        if known is not None:
            return known
        writer = Writer(question.visibility, READS, arguments, nulled)
        if command is None:
            writer.statement = f"SELECT {writer.members('Query', READS['Query'], selections.root, Row(''))}"
        else:
            write_recorded(writer, command.of("Recorded"))
        plan = _finished(writer)
        with self._lock:
            before = self._plans.pop(key, None)
            self._plans[key] = plan
            self._bytes += plan.size - (0 if before is None else before.size)
            while self._bytes > _CACHE_BYTES:
                _, forgotten = self._plans.popitem(last=False)
                self._bytes -= forgotten.size
        return plan

    def known_plan(
        self, question: Question, selections: Selections, arguments: Sequence[Arguments | None]
    ) -> Plan | None:
        """The plan for a query of which nothing is refused, if it was made before."""
        return self._known(_key_of_plan(question, selections, arguments, frozenset(), None))

    def _known(self, key: Hashable) -> Plan | None:
        with self._lock:
            known = self._plans.get(key)
            if known is not None:
                self._plans.move_to_end(key)
            return known


def _document_of(question: Question) -> Hashable:
    return question.key, question.operation.name.value if question.operation.name else None


def _key_of_plan(
    question: Question,
    selections: Selections,
    arguments: Sequence[Arguments | None],
    nulled: frozenset[Path],
    command: Selected | None,
) -> Hashable:
    # What is the same in every request needs no key.
    shapes = tuple(
        [None if one.is_constant else _shape(given) for given, one in zip(arguments, selections.given, strict=True)]
    )
    # The selections stand in the key themselves: another document may come to lie where a forgotten one lay.
    path = None if command is None else command.path
    return _Same(selections), path, _shape_of_reader(question.visibility), shapes, nulled


def _keep(known: OrderedDict[Hashable, Any], key: Hashable, value: Any) -> None:
    """Keep what belongs to a document, and forget that of the one not asked for longest."""
    known[key] = value
    known.move_to_end(key)
    if len(known) > _DOCUMENTS:
        known.popitem(last=False)


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """Stands for an object by its identity, and keeps it."""

    held: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.held is other.held

    def __hash__(self) -> int:
        return id(self.held)


def parameters_of_reader(question: Question) -> dict[str, Any]:
    """The parameters that say who reads."""
    return {
        **Reading(question.visibility).parameters,
        "role": question.role,
        "now": question.now,
        "action_kinds": [one.kind for one in question.actions],
        "actions": [one.action for one in question.actions],
        "action_bits": [one.bit for one in question.actions],
        "action_rungs": [one.rungs for one in question.actions],
        "target_actions": [one.of_target for one in question.actions],
        "later_actions": [one.is_later for one in question.actions],
    }


def _finished(writer: Writer) -> Plan:
    # Names become numbers once, here: the driver would look for them in every request.
    written = writer.reading.statement(writer.statement)
    needs = list(dict.fromkeys(_PARAMETER.findall(written)))
    number = {name: f"${place}" for place, name in enumerate(needs, start=1)}
    statement = _PARAMETER.sub(lambda found: number[found[1]], written).replace("%%", "%")
    return Plan(statement.encode(), writer.bound, [_finished(state) for state in writer.states], needs)


def _shape_of_reader(visibility: Visibility) -> Hashable:
    """All of a reader that is written into a statement: not who it is, nor which schools."""
    return (
        visibility.schools is None,
        visibility.kinds,
        visibility.own_kinds,
        visibility.cases is None,
        visibility.lists_cases,
        visibility.opens,
        visibility.counts_everything,
        visibility.sees_figures,
        visibility.sees_proofs,
    )


def _shape(value: Any) -> Hashable:
    """All of an argument that may be written into a statement.

    That is: which values are given, those of enumerations, how many entries a page has, and of a day whether a month
    begins or ends with it.
    """
    if isinstance(value, dict):
        return tuple([(name, member if name == "first" else _shape(member)) for name, member in value.items()])
    if isinstance(value, list):
        return tuple(map(_shape, value)) if value and isinstance(value[0], Enum) else ("list", bool(value))
    if type(value) is date:
        return ("day", value.day == 1, (value + timedelta(days=1)).day == 1 if value < date.max else False)
    return value if value is None or isinstance(value, bool | Enum) else "given"
