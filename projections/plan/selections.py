"""What a query selects, merged: for each object type the fields by response key, whatever fragments they came from.

Arguments stay unevaluated, so that one tree serves all requests for a document that include the same fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    visit,
)
from graphql.execution.values import VariableValues, get_argument_values

__all__ = ["NotPlanned", "Selected", "Selections", "deciding_variables", "select"]

TYPE_NAME = "__typename"


class NotPlanned(Exception):
    """The query selects a field that has no declaration."""


@dataclass(frozen=True, slots=True)
class Selected:
    """One member of an answered object: its key, the field it shows, and what is selected below by object type.

    `arguments` is the place of the field's arguments among those of the whole query, None when it takes none.
    """

    key: str
    name: str
    arguments: int | None
    below: Mapping[str, tuple[Selected, ...]]

    def of(self, type_name: str) -> tuple[Selected, ...]:
        """What is selected of an object of this type."""
        return self.below[type_name]


@dataclass(slots=True)
class Selections:
    """The merged selection of one query."""

    root: tuple[Selected, ...] = ()
    _fields: list[tuple[GraphQLField, FieldNode]] = field(default_factory=list)

    def arguments(self, variables: VariableValues) -> list[dict[str, Any]]:
        """The arguments of every field that takes any, by place; raises GraphQLError for one that does not fit."""
        return [get_argument_values(definition, node, variables) for definition, node in self._fields]


def deciding_variables(document: DocumentNode) -> tuple[str, ...]:
    """The names of the variables that decide by @skip and @include what is selected."""
    names: set[str] = set()

    class Directives(Visitor):
        def enter_directive(self, node: DirectiveNode, *_rest: Any) -> None:
            names.update(
                argument.value.name.value
                for argument in node.arguments or ()
                if isinstance(argument.value, VariableNode)
            )

    visit(document, Directives())
    return tuple(sorted(names))


def select(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    decided: Mapping[str, Any],
) -> Selections:
    """Merge the selection of a valid query; `decided` are the values of its deciding variables.

    Raises NotPlanned for a question about the schema itself.
    """
    found = Selections()
    root = schema.get_root_type(operation.operation)
    assert root is not None
    found.root = _Merging(schema, document, decided, found).below(root, [operation.selection_set])
    return found


class _Merging:
    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, decided: Mapping[str, Any], found: Selections
    ) -> None:
        self._schema = schema
        self._decided = decided
        self._found = found
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def below(self, parent: GraphQLObjectType, sets: list[SelectionSetNode]) -> tuple[Selected, ...]:
        by_key: dict[str, list[FieldNode]] = {}
        for selection_set in sets:
            self._collect(parent, selection_set, by_key, set())
        return tuple(self._selected(parent, key, nodes) for key, nodes in by_key.items())

    def _collect(
        self,
        parent: GraphQLObjectType,
        selection_set: SelectionSetNode,
        by_key: dict[str, list[FieldNode]],
        spread: set[str],
    ) -> None:
        for node in selection_set.selections:
            if not self._is_included(node.directives):
                continue
            if isinstance(node, FieldNode):
                by_key.setdefault((node.alias or node.name).value, []).append(node)
                continue
            fragment: InlineFragmentNode | FragmentDefinitionNode
            if isinstance(node, InlineFragmentNode):
                fragment = node
            elif node.name.value in spread:  # type: ignore[attr-defined] # a fragment spread is all that is left
                continue
            else:
                fragment = self._fragments[node.name.value]  # type: ignore[attr-defined] # as above
                spread.add(fragment.name.value)
            if self._applies(fragment, parent):
                self._collect(parent, fragment.selection_set, by_key, spread)

    def _is_included(self, directives: tuple[DirectiveNode, ...] | None) -> bool:
        for directive in directives or ():
            if directive.name.value not in ("skip", "include"):
                continue
            (condition,) = [argument.value for argument in directive.arguments or () if argument.name.value == "if"]
            if isinstance(condition, VariableNode):
                value = self._decided[condition.name.value]
            else:
                assert isinstance(condition, BooleanValueNode)
                value = condition.value
            if value is (directive.name.value == "skip"):
                return False
        return True

    def _applies(self, fragment: InlineFragmentNode | FragmentDefinitionNode, parent: GraphQLObjectType) -> bool:
        if fragment.type_condition is None:
            return True
        condition = self._schema.get_type(fragment.type_condition.name.value)
        if condition is parent:
            return True
        return is_abstract_type(condition) and self._schema.is_sub_type(condition, parent)

    def _selected(self, parent: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> Selected:
        name = nodes[0].name.value
        if name == TYPE_NAME:
            return Selected(key, name, None, {})
        if name.startswith("__"):
            raise NotPlanned(f"{parent.name}.{name}")
        definition = parent.fields[name]
        arguments = None
        if definition.args:
            # Fields that merge have the same arguments.
            arguments = len(self._found._fields)
            self._found._fields.append((definition, nodes[0]))
        kind = get_named_type(definition.type)
        below: dict[str, tuple[Selected, ...]] = {}
        if is_composite_type(kind):
            sets = [node.selection_set for node in nodes if node.selection_set is not None]
            possible = self._schema.get_possible_types(kind) if is_abstract_type(kind) else [kind]
            below = {one.name: self.below(cast("GraphQLObjectType", one), sets) for one in possible}
        return Selected(key, name, arguments, below)
