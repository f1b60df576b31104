"""From a document to its answer: prepare, coerce, measure, execute, and mask what went wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol
from uuid import UUID

import strawberry
from graphql import DocumentNode, GraphQLError
from graphql.execution.values import VariableValues, get_variable_values
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext

from api.availability import passing_fault
from api.graphql.cost import Cost, MonitoringCells, cost_of
from api.graphql.documents import Documents, PreparedDocument, PreparedOperation, Refusals
from api.graphql.faults import document_error, field_error, too_deep, variable_errors
from api.graphql.limits import Limits

__all__ = ["Answer", "Executor", "Measured", "MutationByGet", "Plans", "Prepared", "QuietSchema"]

# Of how many values of its variables the costs of a document are remembered.
_COSTS_OF_A_DOCUMENT = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one request. `refused_before_execution`: nothing was executed, so there is no `data` member.

    `data` is a mapping, or its finished JSON text in UTF-8, which goes out as it is. `cases` are those of which the
    answer tells anything, where whoever answered kept count of them; None where nobody did.
    """

    data: Mapping[str, Any] | bytes | None
    errors: tuple[GraphQLError, ...]
    refused_before_execution: bool
    cost: Cost | None = None
    cases: frozenset[UUID] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it was executed without any error."""
        return self.data is not None and not self.errors and not self.refused_before_execution

    def encoded(self) -> bytes:
        """Return the answer as JSON in UTF-8."""
        members = []
        if self.errors:
            members.append(b'"errors":' + _json([error.formatted for error in self.errors]))
        if not self.refused_before_execution:
            members.append(b'"data":' + (self.data if isinstance(self.data, bytes) else _json(self.data)))
        if self.cost is not None:
            members.append(b'"extensions":' + _json({"cost": self.cost.as_json()}))
        return b"{" + b",".join(members) + b"}"

    def as_json(self) -> dict[str, Any]:
        """Return the members that GraphQL prescribes."""
        content: dict[str, Any] = json.loads(self.encoded())
        return content


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


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


@dataclass(frozen=True, slots=True)
class Measured:
    """An operation that may be executed: its variables fit, and it is within the limits."""

    operation: PreparedOperation
    variables: Mapping[str, Any] = field(repr=False)
    coerced: VariableValues = field(repr=False)
    cost: Cost


class Plans(Protocol):
    """Answers queries by plans of its own, such as one SQL statement for each."""

    async def run(self, prepared: PreparedOperation, variables: VariableValues, context: Any) -> Answer | None:
        """Answer a query within limits, its variables coerced; None hands it to the resolvers.

        Errors of fields stand in the answer, masked; an exception is a fault of the whole answer.
        """


class MutationByGet(Exception):
    """A GET request may only read."""


class Executor:
    """Answers requests on one schema within limits.

    `cells` sizes a monitoring report by its arguments and by how many `schools` the reader sees. `plans` is asked first
    for every query.
    """

    def __init__(
        self, schema: QuietSchema, limits: Limits, cells: Callable[..., int], plans: Plans | None = None
    ) -> None:
        self.schema = schema
        self._cells = cells
        self._core = schema._schema
        self._limits = limits
        self._plans = plans
        self._documents = Documents(self._core, limits)

    def prepare(self, text: str) -> PreparedDocument:
        """Return the document with this text. Raise `Refusals` naming what is wrong with it."""
        return self._documents.prepare(text)

    async def answer(
        self,
        query: str | PreparedDocument,
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
            document = self.prepare(query) if isinstance(query, str) else query
            operation = document.operation(operation_name)
            if not operation.is_query and not mutations:
                raise MutationByGet
            measured = self.measure(operation, variables)
        except Refusals as refusals:
            return Answer(None, refusals.errors, refused_before_execution=True)
        return await self.execute(measured, context(document.document))

    def measure(
        self, operation: PreparedOperation, variables: Mapping[str, Any], schools: int | None = None
    ) -> Measured:
        """Return what can be executed, at its cost; `schools` is how many the reader sees, None for all.

        Raise `Refusals`.
        """
        coerced = self._variables(operation, variables)
        return Measured(operation, variables, coerced, self._cost(operation, coerced, schools))

    async def execute(self, measured: Measured, made: Any) -> Answer:
        """Answer an operation; `made` is the value that resolvers receive."""
        operation, cost = measured.operation, measured.cost
        document = operation.document
        if self._plans is not None and operation.is_query:
            try:
                planned = await self._plans.run(operation, measured.coerced, made)
            except Exception as error:  # noqa: BLE001 - masked and logged, as an error of a resolver is
                fault = field_error(GraphQLError("", original_error=error))
                planned = Answer(None, (fault,), refused_before_execution=False)
            if planned is not None:
                return replace(planned, cost=cost)
        result = await self.schema.execute(
            document.text,
            variable_values=dict(measured.variables),
            context_value=made,
            operation_name=operation.name,
        )
        if operation.is_query:
            for found in result.errors or ():
                if passing_fault(found.original_error) is not None:
                    # Half an answer would look like a whole one.
                    return Answer(None, (field_error(found),), refused_before_execution=False, cost=cost)
        errors = tuple(field_error(error) for error in result.errors or ())
        return Answer(result.data, errors, refused_before_execution=False, cost=cost)

    def _variables(self, operation: PreparedOperation, given: Mapping[str, Any]) -> VariableValues:
        definitions = operation.node.variable_definitions or ()
        values = get_variable_values(self._core, definitions, dict(given), max_errors=20, hide_suggestions=True)
        if isinstance(values, list):
            raise Refusals(*variable_errors(values))
        return values

    def _cost(self, operation: PreparedOperation, values: VariableValues, schools: int | None) -> Cost:
        """Return the cost, worked out once for the values that it depends on."""
        document = operation.document
        told = [(name, values.coerced[name]) for name in document.costs_by if name in values.coerced]
        key = (operation.name, schools, repr(told))
        known: Cost | None = document.costs.get(key)
        if known is None:
            known = self._worked_out(operation, values, partial(self._cells, schools=schools))
            if len(document.costs) >= _COSTS_OF_A_DOCUMENT:
                document.costs.clear()
            document.costs[key] = known
        return known

    def _worked_out(self, operation: PreparedOperation, values: VariableValues, cells: MonitoringCells) -> Cost:
        try:
            return cost_of(self._core, operation.document.document, operation.node, values, cells, self._limits)
        except GraphQLError as error:
            # An error with a code is one of ours; any other may repeat a value.
            raise Refusals(error if error.extensions else document_error(error)) from None
        except RecursionError:
            raise Refusals(too_deep()) from None
