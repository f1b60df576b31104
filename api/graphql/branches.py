"""How many branches a statement for a document has: each case is written once for every kind of case that it can be.

A case within a case within a case is one row or none, and costs next to nothing to read. But each is written within
each branch of the one around it, so that nine of them make a statement which PostgreSQL takes seconds to plan.
"""

from __future__ import annotations

from collections.abc import Mapping

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
    """Check a valid document. Raise `QueryTooLarge` for an operation that has too many branches."""
    measures = _Branches(schema, fragments_of(document))
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            root = schema.get_root_type(definition.operation)
            assert root is not None
            measured = measures.below(definition.selection_set, root)
            if measured > limits.branches:
                raise QueryTooLarge("branches", measured, limits.branches, definition)


class _Branches:
    """Counts the branches below a selection set of an object; once for each set and kind of object."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._schema = schema
        self._fragments = fragments
        self._known: dict[tuple[int, str], int] = {}

    def below(self, selections: SelectionSetNode, parent: GraphQLObjectType) -> int:
        place = (id(selections), parent.name)
        if place not in self._known:
            self._known[place] = sum(self._selection(selection, parent) for selection in selections.selections)
        return self._known[place]

    def _selection(self, selection: SelectionNode, parent: GraphQLObjectType) -> int:
        if isinstance(selection, FieldNode):
            return self._field(selection, parent)
        if isinstance(selection, FragmentSpreadNode):
            fragment = self._fragments[selection.name.value]
            return self._narrowed(fragment.type_condition, fragment.selection_set, parent)
        assert isinstance(selection, InlineFragmentNode)
        return self._narrowed(selection.type_condition, selection.selection_set, parent)

    def _narrowed(
        self, condition: NamedTypeNode | None, selections: SelectionSetNode, parent: GraphQLObjectType
    ) -> int:
        wanted = self._schema.get_type(condition.name.value) if condition else parent
        fits = wanted is parent or (is_abstract_type(wanted) and self._schema.is_sub_type(wanted, parent))
        return self.below(selections, parent) if fits else 0

    def _field(self, node: FieldNode, parent: GraphQLObjectType) -> int:
        field = parent.fields.get(node.name.value)
        if field is None or node.selection_set is None:
            return 0
        inner = get_named_type(field.type)
        if is_abstract_type(inner):
            kinds = self._schema.get_possible_types(inner)
            return sum(1 + self.below(node.selection_set, kind) for kind in kinds)
        return self.below(node.selection_set, inner) if is_object_type(inner) else 0
