"""What a valid operation may cost to answer, worked out before anything of it is compiled or executed.

`COSTS` gives the price of each kind of field, and the registry of fields says which kind each is. What is inside a
connection or a report is taken as often as there can be rows. The measure of a fragment is worked out once, as a sum
plus a multiple of the size of whatever encloses it, so that measuring takes time in proportion to the document,
whatever its sizes and however often its fragments are used.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from graphql import (
    SKIP,
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    get_argument_values,
    get_named_type,
    is_composite_type,
    visit,
)
from graphql.execution.values import VariableValues

from api.graphql.limits import COST, INTROSPECTION, TOO_LARGE, Limits, QueryTooLarge, fragments_of
from projections.plan.fields import FIELDS, FieldKind
from projections.plan.parts import PARTS

__all__ = ["COSTS", "Cost", "MonitoringCells", "cost_of", "variables_of_cost"]

# How many cells a report can have, by its arguments: named as in the schema, their values coerced.
MonitoringCells = Callable[[Mapping[str, Any]], int]

COSTS: Mapping[FieldKind, int] = {
    FieldKind.COLUMN: 0,
    FieldKind.JOIN: 1,
    FieldKind.HOLE: 5,
    FieldKind.COMMAND: 10,
}

# What a list without paging is taken to hold, such as the schools of a trust or the links of a case.
_ASSUMED_LIST = 10
# The same for what a case's own document lists: there are many such lists, and most are short or empty.
_ASSUMED_PARTS = 3
# Arguments that say which rows are told, not how many; each of them may be null.
_OF_NO_COST = frozenset({"after", "by", "filter", "id", "reference", "types"})
_CONNECTION_PARTS = frozenset({"nodes", "edges"})


@dataclass(frozen=True)
class Cost:
    """What one operation may cost, what it may cost at most, and how many objects its answer can hold."""

    requested: int
    limit: int
    nodes: int

    @cached_property
    def encoded(self) -> bytes:
        """What stands in `extensions`, as JSON."""
        told = {"requested": self.requested, "limit": self.limit, "nodes": self.nodes}
        return json.dumps({"cost": told}, separators=(",", ":")).encode()


def cost_of(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: VariableValues,
    cells: MonitoringCells,
    limits: Limits,
) -> Cost:
    """Return the cost of a valid operation. Raise `QueryTooLarge` if it has too many nodes or costs too much.

    A connection holds `first` of its objects, a monitoring report as many cells as `cells` says of its arguments, and
    a list of what a case is made of is taken to hold three, and any other ten.
    """
    root = schema.get_root_type(operation.operation)
    assert root is not None
    measured = _Measures(schema, document, variables, cells, limits).below(operation.selection_set, root).at(1)
    if measured.nodes > limits.nodes:
        raise QueryTooLarge("nodes", measured.nodes, limits.nodes, operation)
    if measured.cost > limits.cost:
        raise QueryTooLarge(COST, measured.cost, limits.cost, operation)
    return Cost(measured.cost, limits.cost, measured.nodes)


def variables_of_cost(document: DocumentNode) -> tuple[str, ...]:
    """Return the variables on whose values the cost of an operation may depend, by name."""
    found: set[str] = set()

    class Arguments(Visitor):
        def enter_argument(self, node: ArgumentNode, *_rest: Any) -> Any:
            return SKIP if node.name.value in _OF_NO_COST else None

        def enter_variable(self, node: VariableNode, *_rest: Any) -> None:
            found.add(node.name.value)

        def enter_variable_definition(self, *_node: Any) -> Any:
            return SKIP

    visit(document, Arguments())
    return tuple(sorted(found))


class _Sum(NamedTuple):
    """Objects and cost of a part: those that are there once, and those for each row of the enclosing connection."""

    nodes: int = 0
    cost: int = 0
    row_nodes: int = 0
    row_cost: int = 0

    def plus(self, other: _Sum) -> _Sum:
        return _Sum(
            self.nodes + other.nodes,
            self.cost + other.cost,
            self.row_nodes + other.row_nodes,
            self.row_cost + other.row_cost,
        )

    def at(self, rows: int) -> _Sum:
        """Return the sum for a connection of so many rows."""
        return _Sum(self.nodes + rows * self.row_nodes, self.cost + rows * self.row_cost)


class _Measures:
    """Measures selection sets of one operation; a fragment once."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        variables: VariableValues,
        cells: MonitoringCells,
        limits: Limits,
    ) -> None:
        self._schema = schema
        self._fragments: Mapping[str, FragmentDefinitionNode] = fragments_of(document)
        self._variables = variables
        self._cells = cells
        self._limits = limits
        self._known: dict[str, _Sum] = {}

    def below(self, selections: SelectionSetNode | None, parent: Any) -> _Sum:
        total = _Sum()
        for selection in selections.selections if selections else ():
            if isinstance(selection, FieldNode):
                total = total.plus(self._field(selection, parent))
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                inner = self._schema.get_type(condition.name.value) if condition else parent
                total = total.plus(self.below(selection.selection_set, inner))
            elif isinstance(selection, FragmentSpreadNode):
                total = total.plus(self._fragment(selection.name.value))
        return total

    def _fragment(self, name: str) -> _Sum:
        if name not in self._known:
            fragment = self._fragments[name]
            parent = self._schema.get_type(fragment.type_condition.name.value)
            self._known[name] = self.below(fragment.selection_set, parent)
        return self._known[name]

    def _field(self, node: FieldNode, parent: Any) -> _Sum:
        name = node.name.value
        field: GraphQLField | None = getattr(parent, "fields", {}).get(name)
        if field is None or name in INTROSPECTION:
            return _Sum()
        inner = get_named_type(field.type)
        if not is_composite_type(inner):
            return _Sum(cost=COSTS[_declared(parent, name, FieldKind.COLUMN)])
        arguments = get_argument_values(field, node, self._variables)
        own = _Sum(1, COSTS[self._kind(parent, name, arguments)])
        below = self.below(node.selection_set, inner)
        if _is_row_of_connection(parent, name):
            each = own.plus(below.at(1))
            return _Sum(row_nodes=each.nodes, row_cost=each.cost)
        if "first" in arguments:
            return own.plus(below.at(self._first(node, arguments)))
        if name == "monitoring":
            return own.plus(below.at(self._cells(arguments)))
        each = own.plus(below.at(1))
        times = (_ASSUMED_PARTS if inner.name in PARTS else _ASSUMED_LIST) if _is_list(field.type) else 1
        return _Sum(times * each.nodes, times * each.cost)

    def _kind(self, parent: Any, name: str, arguments: Mapping[str, Any]) -> FieldKind:
        if parent is self._schema.mutation_type:
            return FieldKind.COMMAND
        if arguments.get("asOf") is not None:
            return FieldKind.HOLE
        return _declared(parent, name, FieldKind.JOIN)

    def _first(self, node: FieldNode, arguments: Mapping[str, Any]) -> int:
        first = int(arguments["first"] or 0)
        if 1 <= first <= self._limits.first:
            return first
        sentence = f"The argument first is a number from 1 to {self._limits.first}."
        if first < 1:
            raise GraphQLError(sentence, nodes=node, extensions={"code": "INVALID_INPUT"})
        extensions = {"code": TOO_LARGE, "measured": first, "allowed": self._limits.first}
        raise GraphQLError(sentence, nodes=node, extensions=extensions)


def _declared(parent: Any, name: str, otherwise: FieldKind) -> FieldKind:
    """The kind of a field; `otherwise` for one that nobody has declared, which only another schema than ours has."""
    declared = FIELDS.get(parent.name, {}).get(name)
    return otherwise if declared is None else declared.kind


def _is_row_of_connection(parent: Any, name: str) -> bool:
    """Whether a field stands once for each row: its size is that of the enclosing connection or report."""
    if name == "cells":
        return True
    return isinstance(parent, GraphQLObjectType) and name in _CONNECTION_PARTS and parent.name.endswith("Connection")


def _is_list(kind: Any) -> bool:
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    return isinstance(kind, GraphQLList)
