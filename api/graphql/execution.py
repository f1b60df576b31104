"""From the text of a document to its answer: read, measure, validate, coerce, execute, and mask what went wrong.

A document that passed is remembered with its rules already checked, so that a dashboard's query is validated once.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    Visitor,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
    visit,
)
from graphql.execution.values import VariableValues, get_variable_values
from graphql.validation import ValuesOfCorrectTypeRule
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document
from strawberry.types import ExecutionContext

from api.graphql.faults import QuietValues, document_error, field_error, invalid, syntax_error, variable_errors
from api.graphql.limits import Limits, MonitoringCells, check_nodes, check_shape

__all__ = ["Answer", "Executor", "Prepared", "QuietSchema"]

_RULES = tuple(QuietValues if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules)
_REMEMBERED_DOCUMENTS = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one request. `refused_before_execution`: nothing was executed, so there is no `data` member."""

    data: Mapping[str, Any] | None
    errors: tuple[GraphQLError, ...]
    refused_before_execution: bool

    def as_json(self) -> dict[str, Any]:
        """Return the members that GraphQL prescribes."""
        content: dict[str, Any] = {}
        if self.errors:
            content["errors"] = [error.formatted for error in self.errors]
        if not self.refused_before_execution:
            content["data"] = self.data
        return content


class QuietSchema(strawberry.Schema):
    """A schema that logs no error itself: `faults.field_error` logs what is unexpected, without its message."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing: the message of an error may hold a submitted value."""


class Prepared(SchemaExtension):
    """Hands Strawberry the document that was already read and validated."""

    def on_operation(self) -> Iterator[None]:
        """Set the document before Strawberry would read it again."""
        context = self.execution_context
        document = getattr(context.context, "document", None)
        if document is not None:
            context.graphql_document = document
            context.pre_execution_errors = []
        yield


class Executor:
    """Answers requests on one schema within limits; `cells` sizes a monitoring report by its arguments."""

    def __init__(self, schema: QuietSchema, limits: Limits, cells: MonitoringCells) -> None:
        self.schema = schema
        self._cells = cells
        self._core = schema._schema
        self._limits = limits
        self._known: OrderedDict[bytes, DocumentNode] = OrderedDict()
        self._lock = threading.Lock()

    async def answer(
        self,
        query: str,
        *,
        variables: Mapping[str, Any],
        operation_name: str | None,
        mutations: bool,
        context: Callable[[DocumentNode], Any],
    ) -> Answer:
        """Answer one request; `mutations` is false for GET. Raise `MutationByGet` when one comes that way all the same.

        `context` makes the value that resolvers receive.
        """
        try:
            document = self._document(query)
            operation = self._operation(document, operation_name)
            if operation.operation is not OperationType.QUERY and not mutations:
                raise MutationByGet
            values = self._variables(operation, variables)
            check_nodes(self._core, document, operation, values, self._cells, self._limits)
        except Refusals as refusals:
            return Answer(None, refusals.errors, refused_before_execution=True)
        except GraphQLError as error:
            return Answer(None, (document_error(error),), refused_before_execution=True)
        result = await self.schema.execute(
            query,
            variable_values=dict(variables),
            context_value=context(document),
            operation_name=operation_name,
        )
        errors = tuple(field_error(error) for error in result.errors or ())
        return Answer(result.data, errors, refused_before_execution=False)

    def _document(self, query: str) -> DocumentNode:
        key = hashlib.sha256(query.encode()).digest()
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        try:
            document = parse(query, max_tokens=self._limits.tokens)
        except GraphQLError as error:
            raise Refusals(syntax_error(error, self._limits.tokens)) from None
        except RecursionError:
            raise Refusals(invalid("The document is nested too deeply.", code="QUERY_TOO_LARGE")) from None
        check_shape(document, self._limits)
        if not _storable(document):
            raise Refusals(invalid("A text holds a NUL character or half of a surrogate pair, which cannot be stored."))
        errors = validate(self._core, document, _RULES, max_errors=20, hide_suggestions=True) or validate_document(
            self._core, document, ()
        )
        if errors:
            raise Refusals(*(document_error(error) for error in errors))
        with self._lock:
            self._known[key] = document
            while len(self._known) > _REMEMBERED_DOCUMENTS:
                self._known.popitem(last=False)
        return document

    def _operation(self, document: DocumentNode, name: str | None) -> OperationDefinitionNode:
        operation = get_operation_ast(document, name)
        if operation is None:
            raise Refusals(
                invalid("The operation is not in the document, or has to be named because there are several.")
            )
        return operation

    def _variables(self, operation: OperationDefinitionNode, given: Mapping[str, Any]) -> VariableValues:
        values = get_variable_values(
            self._core, operation.variable_definitions or (), dict(given), max_errors=20, hide_suggestions=True
        )
        if isinstance(values, list):
            raise Refusals(*variable_errors(values))
        return values


class _Texts(Visitor):
    """Looks for literals that no database can store."""

    storable = True

    def enter_string_value(self, node: StringValueNode, *_rest: Any) -> None:
        if any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in node.value):
            self.storable = False


def _storable(document: DocumentNode) -> bool:
    texts = _Texts()
    visit(document, texts)
    return texts.storable


class Refusals(Exception):
    """What is wrong with a request, before anything of it is executed."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__()
        self.errors = errors


class MutationByGet(Exception):
    """A GET request may only read."""
