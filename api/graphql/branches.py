"""How large the statement for a document is: each case is written once for every kind of case that it can be.

A case within a case within a case is one row or none, and costs next to nothing to read. But each is written within
each branch of the one around it, so that nine of them make a statement which PostgreSQL takes seconds to plan. So do
three, if everything is asked of each: every object within a branch, such as a person or a list of items, is a piece of
the statement, which PostgreSQL plans by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_object_type,
)

from api.graphql.limits import Limits, QueryTooLarge, fragments_of

__all__ = ["check_branches"]


def check_branches(schema: GraphQLSchema, document: DocumentNode, limits: Limits) -> None:
    """Check a valid document. Raise `QueryTooLarge` for an operation that has too many branches or pieces."""
    measures = _Branches(schema, fragments_of(document))
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            root = schema.get_root_type(definition.operation)
            assert root is not None
            measured = measures.below(definition.selection_set, root)
            if measured.branches > limits.branches:
                raise QueryTooLarge("branches", measured.branches, limits.branches, definition)
            if measured.pieces > limits.pieces:
                raise QueryTooLarge("pieces", measured.pieces, limits.pieces, definition)


class _Size(NamedTuple):
    """Of a part of a statement: the kinds of case in it, and the objects of any type."""

    branches: int = 0
    pieces: int = 0

    def plus(self, other: _Size) -> _Size:
        return _Size(self.branches + other.branches, self.pieces + other.pieces)


_BRANCH, _PIECE = _Size(1, 1), _Size(0, 1)


class _Branches:
    """Measures what is below a selection set of an object; once for each set and kind of object."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._schema = schema
        self._fragments = fragments
        self._known: dict[tuple[int, str], _Size] = {}

    def below(self, selections: SelectionSetNode, parent: GraphQLObjectType) -> _Size:
        place = (id(selections), parent.name)
        if place not in self._known:
            total = _Size()
            for selection in selections.selections:
                total = total.plus(self._selection(selection, parent))
            self._known[place] = total
        return self._known[place]

    def _selection(self, selection: SelectionNode, parent: GraphQLObjectType) -> _Size:
        if isinstance(selection, FieldNode):
            return self._field(selection, parent)
        if isinstance(selection, FragmentSpreadNode):
            fragment = self._fragments[selection.name.value]
            return self._narrowed(fragment.type_condition, fragment.selection_set, parent)
        assert isinstance(selection, InlineFragmentNode)
        return self._narrowed(selection.type_condition, selection.selection_set, parent)

    def _narrowed(
        self, condition: NamedTypeNode | None, selections: SelectionSetNode, parent: GraphQLObjectType
    ) -> _Size:
        wanted = self._schema.get_type(condition.name.value) if condition else parent
        fits = wanted is parent or (is_abstract_type(wanted) and self._schema.is_sub_type(wanted, parent))
        return self.below(selections, parent) if fits else _Size()

    def _field(self, node: FieldNode, parent: GraphQLObjectType) -> _Size:
        field = parent.fields.get(node.name.value)
        if field is None or node.selection_set is None:
            return _Size()
        inner = get_named_type(field.type)
        if is_abstract_type(inner):
            total = _Size()
            for kind in self._schema.get_possible_types(inner):
                total = total.plus(_BRANCH).plus(self.below(node.selection_set, kind))
            return total
        return self.below(node.selection_set, inner).plus(_PIECE) if is_object_type(inner) else _Size()
