"""How much one document may ask for, decided before anything is executed.

Every measure follows fragments to the end, and remembers each fragment's own measure, so that a document of fragments
within fragments costs no more to measure than to read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveNode,
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
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    get_argument_values,
    get_named_type,
    is_composite_type,
    visit,
)
from graphql.execution.values import VariableValues

__all__ = ["Limits", "MonitoringCells", "QueryTooLarge", "check_nodes", "check_shape"]

# Introspection nests its `ofType` deeper than any question about cases; graphql-core limits what it may repeat.
_INTROSPECTION = frozenset({"__schema", "__type"})
# What a list without paging is taken to hold, such as the items of an incident or its links.
_ASSUMED_LIST = 10
_CONNECTION_PARTS = frozenset({"nodes", "edges"})

MonitoringCells = Callable[[Mapping[str, Any]], int]


@dataclass(frozen=True, slots=True)
class Limits:
    """The greatest allowed value of each measure."""

    tokens: int = 2_000
    depth: int = 10
    aliases: int = 15
    directives: int = 10
    nodes: int = 20_000
    first: int = 100


class QueryTooLarge(GraphQLError):
    """The document asks for more than one answer may hold."""

    def __init__(self, measure: str, allowed: int, node: Node | None = None) -> None:
        super().__init__(
            f"The document has too many {measure}; at most {allowed} are allowed.",
            nodes=node,
            extensions={"code": "QUERY_TOO_LARGE"},
        )


def check_shape(document: DocumentNode, limits: Limits) -> None:
    """Check what needs no schema: depth, aliases and directives. Raise `QueryTooLarge` for the first exceeded."""
    measures = _Shape(_fragments(document))
    for definition in document.definitions:
        if not isinstance(definition, OperationDefinitionNode):
            continue
        depth, aliases = measures.of(definition.selection_set)
        if depth > limits.depth:
            raise QueryTooLarge("levels", limits.depth, definition)
        if aliases > limits.aliases:
            raise QueryTooLarge("aliases", limits.aliases, definition)
    visit(document, _Directives(limits.directives))


class _Directives(Visitor):
    """Counts the directives on each field, fragment and operation."""

    def __init__(self, allowed: int) -> None:
        super().__init__()
        self._allowed = allowed

    def enter(self, node: Node, *_rest: Any) -> None:
        directives: tuple[DirectiveNode, ...] = getattr(node, "directives", None) or ()
        if len(directives) > self._allowed:
            raise QueryTooLarge("directives on one field", self._allowed, node)


class _Shape:
    """Depth and number of aliases below a selection set."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, tuple[int, int]] = {}

    def of(self, selections: SelectionSetNode | None) -> tuple[int, int]:
        depth = aliases = 0
        for selection in selections.selections if selections else ():
            if isinstance(selection, FieldNode):
                below = (0, 0) if selection.name.value in _INTROSPECTION else self.of(selection.selection_set)
                found = (below[0] + 1, below[1] + (selection.alias is not None))
            elif isinstance(selection, InlineFragmentNode):
                found = self.of(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                found = self._fragment(selection.name.value)
            else:
                continue
            depth, aliases = max(depth, found[0]), aliases + found[1]
        return depth, aliases

    def _fragment(self, name: str) -> tuple[int, int]:
        if name not in self._known:
            # A fragment that contains itself is found here as empty, and refused by validation afterwards.
            self._known[name] = (0, 0)
            fragment = self._fragments.get(name)
            if fragment is not None:
                self._known[name] = self.of(fragment.selection_set)
        return self._known[name]


def check_nodes(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: VariableValues,
    cells: MonitoringCells,
    limits: Limits,
) -> None:
    """Check the most objects that the answer to a valid operation can hold. Raise `QueryTooLarge` if they are too many.

    A connection holds `first` of them, a monitoring report as many cells as `cells` says of its arguments, and any
    other list is taken to hold ten.
    """
    root = schema.get_root_type(operation.operation)
    assert root is not None
    nodes = _Nodes(schema, _fragments(document), variables, cells, limits).below(operation.selection_set, root, 1)
    if nodes > limits.nodes:
        raise QueryTooLarge("nodes", limits.nodes, operation)


class _Nodes:
    """Objects below a selection set; `size` is that of the enclosing connection or report."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: VariableValues,
        cells: MonitoringCells,
        limits: Limits,
    ) -> None:
        self._limits = limits
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._cells = cells
        self._known: dict[tuple[str, int], int] = {}

    def below(self, selections: SelectionSetNode | None, parent: Any, size: int) -> int:
        total = 0
        for selection in selections.selections if selections else ():
            if isinstance(selection, FieldNode):
                total += self._field(selection, parent, size)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                inner = self._schema.get_type(condition.name.value) if condition else parent
                total += self.below(selection.selection_set, inner, size)
            elif isinstance(selection, FragmentSpreadNode):
                total += self._fragment(selection.name.value, size)
        return total

    def _fragment(self, name: str, size: int) -> int:
        key = (name, size)
        if key not in self._known:
            fragment = self._fragments[name]
            parent = self._schema.get_type(fragment.type_condition.name.value)
            self._known[key] = self.below(fragment.selection_set, parent, size)
        return self._known[key]

    def _field(self, node: FieldNode, parent: Any, size: int) -> int:
        name = node.name.value
        field: GraphQLField | None = getattr(parent, "fields", {}).get(name)
        if field is None or name in _INTROSPECTION or not is_composite_type(get_named_type(field.type)):
            return 0
        arguments = get_argument_values(field, node, self._variables)
        if (
            isinstance(parent, GraphQLObjectType) and name in _CONNECTION_PARTS and parent.name.endswith("Connection")
        ) or name == "cells":
            times, inner_size = size, 1
        elif "first" in arguments:
            times, inner_size = 1, self._first(node, arguments)
        elif name == "monitoring":
            times, inner_size = 1, self._cells(arguments)
        else:
            times, inner_size = (_ASSUMED_LIST if _is_list(field.type) else 1), 1
        return times * (1 + self.below(node.selection_set, get_named_type(field.type), inner_size))

    def _first(self, node: FieldNode, arguments: Mapping[str, Any]) -> int:
        first = int(arguments["first"] or 0)
        if not 1 <= first <= self._limits.first:
            raise GraphQLError(
                f"The argument first is a number from 1 to {self._limits.first}.",
                nodes=node,
                extensions={"code": "QUERY_TOO_LARGE" if first > 0 else "INVALID_INPUT"},
            )
        return first


def _is_list(kind: Any) -> bool:
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    return isinstance(kind, GraphQLList)


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
