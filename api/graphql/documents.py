"""Documents, from their text to what can be executed: read, measured and validated once, and then remembered."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    ObjectFieldNode,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
    visit,
)
from graphql.validation import ValuesOfCorrectTypeRule
from strawberry.schema.schema import validate_document

from api.graphql.branches import check_branches
from api.graphql.cost import variables_of_cost
from api.graphql.faults import QuietValues, document_error, invalid, syntax_error, too_deep
from api.graphql.limits import INTROSPECTION, Limits, check_shape
from api.strict_json import is_storable

__all__ = ["Documents", "PreparedDocument", "PreparedOperation", "Refusals"]

_RULES = tuple(QuietValues if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules)
_REMEMBERED = 500
_SCHEMA_FIELDS = frozenset(f"Query.{name}" for name in INTROSPECTION)


class Refusals(Exception):
    """What is wrong with a request, before anything of it is executed."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__()
        self.errors = errors


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """A valid document. `digest` is the SHA-256 of its text in hexadecimal; `fields` are all it reads, `Type.field`."""

    digest: str
    document: DocumentNode = field(repr=False)
    fields: frozenset[str]
    # The variables that the cost depends on, and the costs that were worked out already, by their values.
    costs_by: tuple[str, ...] = ()
    costs: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def reads_schema(self) -> bool:
        """Whether it asks about the schema itself."""
        return not self.fields.isdisjoint(_SCHEMA_FIELDS)

    @property
    def reads_schema_alone(self) -> bool:
        """Whether it asks about the schema itself and about nothing else."""
        return self.reads_schema and all(
            field in _SCHEMA_FIELDS or field.startswith("__") or field.endswith(".__typename") for field in self.fields
        )

    def operation(self, name: str | None) -> PreparedOperation:
        """Return the operation of this name, or the only one. Raise `Refusals`."""
        found = get_operation_ast(self.document, name)
        if found is None:
            raise Refusals(
                invalid("The operation is not in the document, or has to be named because there are several.")
            )
        return PreparedOperation(self, found)


@dataclass(frozen=True, slots=True)
class PreparedOperation:
    """One operation of a valid document."""

    document: PreparedDocument
    node: OperationDefinitionNode = field(repr=False)

    @property
    def name(self) -> str | None:
        """What it is called, if anything."""
        return self.node.name.value if self.node.name else None

    @property
    def is_query(self) -> bool:
        """Whether it only reads."""
        return self.node.operation is OperationType.QUERY


class Documents:
    """Prepares documents of one schema within limits; those used last are remembered."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits
        self._known: OrderedDict[str, PreparedDocument] = OrderedDict()
        self._lock = threading.Lock()

    def prepare(self, text: str) -> PreparedDocument:
        """Return the document with this text. Raise `Refusals` naming what is wrong with it."""
        digest = hashlib.sha256(text.encode()).hexdigest()
        with self._lock:
            known = self._known.get(digest)
            if known is not None:
                self._known.move_to_end(digest)
                return known
        try:
            prepared = self._read(digest, text)
        except RecursionError:
            # The parser and some rules of validation follow nesting and chains of fragments by calling themselves.
            raise Refusals(too_deep()) from None
        with self._lock:
            self._known[digest] = prepared
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return prepared

    def _read(self, digest: str, text: str) -> PreparedDocument:
        try:
            document = parse(text, max_tokens=self._limits.tokens)
        except GraphQLError as error:
            raise Refusals(syntax_error(error, self._limits.tokens)) from None
        try:
            check_shape(document, self._limits)
        except GraphQLError as error:
            raise Refusals(error) from None
        if not _literals_storable(document):
            raise Refusals(invalid("A text holds a NUL character or half of a surrogate pair, which cannot be stored."))
        errors = validate(self._schema, document, _RULES, max_errors=20, hide_suggestions=True) or validate_document(
            self._schema, document, ()
        )
        if errors:
            raise Refusals(*(document_error(error) for error in errors))
        try:
            check_branches(self._schema, document, self._limits)
        except GraphQLError as error:
            raise Refusals(error) from None
        types = TypeInfo(self._schema)
        fields = _Fields(types)
        visit(document, TypeInfoVisitor(types, fields))
        return PreparedDocument(digest, document, frozenset(fields.found), variables_of_cost(document))


class _Fields(Visitor):
    """Collects every field that a document reads or gives, by the type that it is of."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.found: set[str] = set()

    def enter_field(self, node: FieldNode, *_rest: Any) -> None:
        parent = self._types.get_parent_type()
        if parent is not None:
            self.found.add(f"{parent.name}.{node.name.value}")

    def enter_object_field(self, node: ObjectFieldNode, *_rest: Any) -> None:
        given = self._types.get_parent_input_type()
        if given is not None:
            self.found.add(f"{get_named_type(given).name}.{node.name.value}")


class _Literals(Visitor):
    """Looks for literals that no database can store."""

    storable = True

    def enter_string_value(self, node: StringValueNode, *_rest: Any) -> None:
        self.storable = self.storable and is_storable(node.value)


def _literals_storable(document: DocumentNode) -> bool:
    literals = _Literals()
    visit(document, literals)
    return literals.storable
