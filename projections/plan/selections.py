"""What a query selects, merged: for each object type the fields by response key, whatever fragments they came from.

Arguments stay unevaluated, so that one tree serves all requests for a document that include the same fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any, cast

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    Visitor,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
    visit,
)
from graphql.execution.values import VariableValues, get_argument_values

__all__ = [
    "SCHEMA",
    "TYPE",
    "TYPE_NAME",
    "FieldPlace",
    "NotPlanned",
    "Path",
    "RefusedAt",
    "Selected",
    "Selections",
    "deciding_variables",
    "select",
]

TYPE_NAME, SCHEMA, TYPE = "__typename", "__schema", "__type"
# Response keys from the root, without places in lists.
Path = tuple[str, ...]


class NotPlanned(Exception):
    """The query selects a field that has no declaration."""


class RefusedAt(Exception):
    """The field whose arguments stand at a place was refused."""

    def __init__(self, place: int, error: Exception) -> None:
        super().__init__(place)
        self.place = place
        self.error = error


@dataclass(frozen=True, slots=True)
class Selected:
    """One member of an answered object: its key, the field it shows, and what is selected below by object type.

    `arguments` is the place of the field's arguments among those of the whole query, None when it takes none. `path`
    are the response keys that lead here, without places in lists.
    """

    key: str
    name: str
    arguments: int | None
    below: Mapping[str, tuple[Selected, ...]]
    path: Path

    def of(self, type_name: str) -> tuple[Selected, ...]:
        """What is selected of an object of this type."""
        return self.below[type_name]


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """Where a field with arguments stands.

    `shown` is its path as far as it leads through no list, and `null_at` the path of the nearest field, itself
    included, that may be null, None when only the whole answer may.
    """

    node: FieldNode
    path: Path
    shown: Path
    null_at: Path | None


@dataclass(slots=True)
class Selections:
    """The merged selection of one query.

    `places` are those of all fields with arguments, and `about_schema` the fields by key that ask about the schema.
    """

    root: tuple[Selected, ...] = ()
    places: list[FieldPlace] = field(default_factory=list)
    # The arguments of each of them.
    given: list[GivenArguments] = field(default_factory=list)
    about_schema: dict[str, list[FieldNode]] = field(default_factory=dict)
    # Whether a field names a position that the figures have to include first.
    waits: bool = False

    def arguments(self, variables: VariableValues) -> list[dict[str, Any] | GraphQLError]:
        """The arguments of every field that takes any, by place, or the error of those that do not fit."""
        return [given.of(variables) for given in self.given]


@dataclass(frozen=True, slots=True)
class GivenArguments:
    """The arguments of one field.

    `constant` are those in which there is no variable, worked out once; None where they do not fit. `variables` are
    those that are a variable each; a document that hides one within a value has them worked out by each request.
    """

    definition: GraphQLField
    node: FieldNode
    constant: dict[str, Any] | None
    variables: Mapping[str, str]

    @classmethod
    def read(cls, definition: GraphQLField, node: FieldNode) -> GivenArguments:
        """Tell the arguments of a field apart."""
        varying = {one.name.value: one.value for one in node.arguments or () if _has_variable(one.value)}
        variables = {name: value.name.value for name, value in varying.items() if isinstance(value, VariableNode)}
        rest = replace(node, arguments=tuple(one for one in node.arguments or () if one.name.value not in varying))
        alone = copy(definition)
        alone.args = {name: one for name, one in definition.args.items() if name not in varying}
        constant = _arguments(alone, rest, VariableValues({}, {})) if len(variables) == len(varying) else None
        return cls(definition, node, constant if isinstance(constant, dict) else None, variables)

    @property
    def is_constant(self) -> bool:
        """Whether they are the same, and the same object, in every request."""
        return self.constant is not None and not self.variables

    def of(self, variables: VariableValues) -> dict[str, Any] | GraphQLError:
        """The arguments of a request, or the error of those that do not fit."""
        if self.constant is None:
            return _arguments(self.definition, self.node, variables)
        if not self.variables:
            return self.constant
        coerced = variables.coerced
        given = dict(self.constant)
        for name, variable in self.variables.items():
            value = coerced.get(variable)
            if value is None:
                # It may be left out, have a default, or be refused.
                return _arguments(self.definition, self.node, variables)
            given[name] = value
        return given


def _has_variable(value: ValueNode) -> bool:
    """Whether there is a variable in a value of a document."""
    match value:
        case VariableNode():
            return True
        case ListValueNode():
            return any(map(_has_variable, value.values))
        case ObjectValueNode():
            return any(_has_variable(member.value) for member in value.fields)
        case _:
            return False


def _arguments(definition: GraphQLField, node: FieldNode, variables: VariableValues) -> dict[str, Any] | GraphQLError:
    try:
        return get_argument_values(definition, node, variables)
    except GraphQLError as error:
        return error


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
    """Merge the selection of a valid query; `decided` are the values of its deciding variables."""
    found = Selections()
    root = schema.get_root_type(operation.operation)
    assert root is not None
    found.root = _Merging(schema, document, decided, found).below(root, [operation.selection_set], _Above())
    return found


@dataclass(frozen=True, slots=True)
class _Above:
    """What leads to a selection set: its path, that part of it before the first list, and what may be null."""

    path: Path = ()
    shown: Path = ()
    null_at: Path | None = None
    in_list: bool = False

    def to(self, key: str, kind: GraphQLOutputType) -> _Above:
        path = (*self.path, key)
        return _Above(
            path,
            self.shown if self.in_list else path,
            self.null_at if is_non_null_type(kind) else path,
            self.in_list or is_list_type(get_nullable_type(kind)),
        )


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

    def below(self, parent: GraphQLObjectType, sets: list[SelectionSetNode], above: _Above) -> tuple[Selected, ...]:
        by_key = self._by_key(parent, sets)
        return tuple(self._selected(parent, key, nodes, above) for key, nodes in by_key.items())

    def _below_each(
        self, possible: Sequence[GraphQLObjectType], sets: list[SelectionSetNode], here: _Above
    ) -> dict[str, tuple[Selected, ...]]:
        """What is selected of each type; the same object where the same fields are, as an interface declares them."""
        below: dict[str, tuple[Selected, ...]] = {}
        known: list[tuple[dict[str, list[FieldNode]], tuple[Selected, ...]]] = []
        for one in possible:
            by_key = self._by_key(one, sets)
            same = next((selected for nodes, selected in known if nodes == by_key), None)
            if same is None:
                same = tuple(self._selected(one, key, nodes, here) for key, nodes in by_key.items())
                known.append((by_key, same))
            below[one.name] = same
        return below

    def _by_key(self, parent: GraphQLObjectType, sets: list[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        by_key: dict[str, list[FieldNode]] = {}
        for selection_set in sets:
            self._collect(parent, selection_set, by_key, set())
        return by_key

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

    def _selected(self, parent: GraphQLObjectType, key: str, nodes: list[FieldNode], above: _Above) -> Selected:
        name = nodes[0].name.value
        if name == TYPE_NAME:
            return Selected(key, name, None, {}, (*above.path, key))
        if name in (SCHEMA, TYPE):
            self._found.about_schema[key] = nodes
            return Selected(key, name, None, {}, (*above.path, key))
        definition = parent.fields[name]
        here = above.to(key, definition.type)
        arguments = None
        if definition.args:
            # Fields that merge have the same arguments.
            arguments = len(self._found.places)
            self._found.places.append(FieldPlace(nodes[0], here.path, here.shown, here.null_at))
            self._found.given.append(GivenArguments.read(definition, nodes[0]))
            self._found.waits = self._found.waits or any(
                argument.name.value == "atLeast" for argument in nodes[0].arguments or ()
            )
        kind = get_named_type(definition.type)
        below: dict[str, tuple[Selected, ...]] = {}
        if is_composite_type(kind):
            sets = [node.selection_set for node in nodes if node.selection_set is not None]
            possible = self._schema.get_possible_types(kind) if is_abstract_type(kind) else [kind]
            below = self._below_each(cast("Sequence[GraphQLObjectType]", possible), sets, here)
        return Selected(key, name, arguments, below, here.path)
