"""How much one document may ask for by its shape alone: depth, aliases, directives and repetitions.

Checked before validation, because some of validation takes time that grows with the square of what is repeated. Every
measure follows fragments to the end, and remembers each fragment's own measure, so that a document of fragments within
fragments costs no more to measure than to read. What a valid document may cost to answer is in `cost.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    visit,
)

__all__ = ["INTROSPECTION", "TOO_LARGE", "Limits", "QueryTooLarge", "check_shape", "fragments_of", "refused_cost"]

TOO_LARGE = "QUERY_TOO_LARGE"
# Introspection nests its `ofType` deeper than any question about cases; graphql-core limits what it may repeat.
INTROSPECTION = frozenset({"__schema", "__type"})
COST = "points of cost"
# What a document costs that is refused before its cost is known: reading it is most of the work of a small question.
_UNMEASURED = 100
# Fragments within fragments multiply without end; nobody needs to know by how much a document is beyond this.
_MOST_TOLD = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """The greatest allowed value of each measure.

    `repetitions` is how often fields of one name with selections of their own may stand in a document, `fragments` how
    many have names: validation compares each with each. `branches` and `pieces` are counted by `branches.py`, `nodes`
    and `cost` by `cost.py`.

    A document that asks for every field of all three kinds of case at once, with its links and a page of its history,
    is to be answered; tokens, repetitions, pieces and cost leave it half as much again to grow (a test measures it).
    """

    tokens: int = 5_000
    depth: int = 10
    aliases: int = 15
    directives: int = 10
    repetitions: int = 75
    fragments: int = 150
    branches: int = 1_000
    pieces: int = 600
    nodes: int = 20_000
    first: int = 100
    cost: int = 100_000


class QueryTooLarge(GraphQLError):
    """The document asks for more than one answer may hold; both numbers stand in the extensions too."""

    def __init__(self, measure: str, measured: int, allowed: int, node: Node | None = None) -> None:
        measured = min(measured, _MOST_TOLD)
        self.measure = measure
        self.allowed = allowed
        super().__init__(
            f"The document has too many {measure}: {measured}; at most {allowed} are allowed.",
            nodes=node,
            extensions={"code": TOO_LARGE, "measured": measured, "allowed": allowed},
        )

    @property
    def is_dear(self) -> bool:
        """Whether it is the cost that is too great."""
        return self.measure == COST


def refused_cost(errors: Iterable[GraphQLError]) -> int:
    """Return what a refused document costs who sent it: as much as the dearest that is answered, if it cost more."""
    dear = [error.allowed for error in errors if isinstance(error, QueryTooLarge) and error.is_dear]
    return max(dear, default=_UNMEASURED)


def check_shape(document: DocumentNode, limits: Limits) -> None:
    """Check what needs no schema. Raise `QueryTooLarge` for the first measure that is exceeded."""
    fragments = fragments_of(document)
    if len(fragments) > limits.fragments:
        raise QueryTooLarge("fragments", len(fragments), limits.fragments)
    measures = _Shape(fragments)
    for definition in document.definitions:
        if not isinstance(definition, OperationDefinitionNode):
            continue
        depth, aliases = measures.of(definition.selection_set)
        if depth > limits.depth:
            raise QueryTooLarge("levels", depth, limits.depth, definition)
        if aliases > limits.aliases:
            raise QueryTooLarge("aliases", aliases, limits.aliases, definition)
    visit(document, _Repetitions(limits))


class _Repetitions(Visitor):
    """Counts the directives on each field, fragment and operation, and the fields of each name that have selections."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self._limits = limits
        self._fields: Counter[str] = Counter()

    def enter(self, node: Node, *_rest: Any) -> None:
        directives: tuple[DirectiveNode, ...] = getattr(node, "directives", None) or ()
        if len(directives) > self._limits.directives:
            raise QueryTooLarge("directives on one field", len(directives), self._limits.directives, node)
        if len({directive.name.value for directive in directives}) < len(directives):
            # None of ours may stand twice, and each that does would be an error of its own.
            raise GraphQLError(
                "A directive stands more than once in one place.", nodes=node, extensions={"code": "INVALID_INPUT"}
            )
        if isinstance(node, FieldNode) and node.selection_set is not None:
            name = node.name.value
            self._fields[name] += 1
            if self._fields[name] > self._limits.repetitions:
                raise QueryTooLarge("fields of one name", self._fields[name], self._limits.repetitions, node)


class _Shape:
    """Depth and number of aliases below a selection set."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, tuple[int, int]] = {}

    def of(self, selections: SelectionSetNode | None) -> tuple[int, int]:
        depth = aliases = 0
        for selection in selections.selections if selections else ():
            if isinstance(selection, FieldNode):
                below = self.of(selection.selection_set)
                levels = 0 if selection.name.value in INTROSPECTION else below[0]
                found = (levels + 1, below[1] + (selection.alias is not None))
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


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """Return the fragments of a document by name."""
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
