"""From a document to its answer: prepare, coerce, measure, execute, and mask what went wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from graphql import GraphQLError, GraphQLSchema
from graphql.execution.values import VariableValues, get_variable_values

from api.graphql.cost import Cost, MonitoringCells, cost_of
from api.graphql.documents import Documents, PreparedDocument, PreparedOperation, Refusals
from api.graphql.faults import document_error, field_error, too_deep, variable_errors
from api.graphql.limits import Limits
from projections.plan.told import NOTHING, Told

__all__ = ["Answer", "Answers", "Executor", "Measured", "MutationByGet"]

# Of how many values of its variables the costs of a document are remembered.
_COSTS_OF_A_DOCUMENT = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one request. `refused_before_execution`: nothing was executed, so there is no `data` member.

    `data` is finished JSON text in UTF-8, which goes out as it is. `told` says of which cases the answer tells
    anything, where whoever answered kept count of them; None where nobody did.
    """

    data: bytes | None
    errors: tuple[GraphQLError, ...]
    refused_before_execution: bool
    cost: Cost | None = None
    told: Told | None = None

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
            members.append(b'"data":' + (b"null" if self.data is None else self.data))
        if self.cost is not None:
            members.append(b'"extensions":' + self.cost.encoded)
        return b"{" + b",".join(members) + b"}"


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Measured:
    """An operation that may be executed: its variables fit, and it is within the limits."""

    operation: PreparedOperation
    coerced: VariableValues = field(repr=False)
    cost: Cost


class Answers(Protocol):
    """Answers operations that were found good."""

    async def run(self, prepared: PreparedOperation, variables: VariableValues, context: Any) -> Answer:
        """Answer an operation within limits, its variables coerced.

        Errors of fields stand in the answer, masked; an exception is a fault of the whole answer.
        """


class MutationByGet(Exception):
    """A GET request may only read."""


class Executor:
    """Answers requests on one schema within limits.

    `cells` sizes a monitoring report by its arguments and by how many `schools` the reader sees.
    """

    def __init__(self, schema: GraphQLSchema, limits: Limits, cells: Callable[..., int], answers: Answers) -> None:
        self._schema = schema
        self._cells = cells
        self._limits = limits
        self._answers = answers
        self._documents = Documents(schema, limits)

    def prepare(self, text: str) -> PreparedDocument:
        """Return the document with this text. Raise `Refusals` naming what is wrong with it."""
        return self._documents.prepare(text)

    def measure(
        self, operation: PreparedOperation, variables: Mapping[str, Any], schools: int | None = None
    ) -> Measured:
        """Return what can be executed, at its cost; `schools` is how many the reader sees, None for all.

        Raise `Refusals`.
        """
        coerced = self._variables(operation, variables)
        return Measured(operation, coerced, self._cost(operation, coerced, schools))

    async def execute(self, measured: Measured, context: Any) -> Answer:
        """Answer an operation; `context` is handed on to whoever answers."""
        try:
            answer = await self._answers.run(measured.operation, measured.coerced, context)
        except Exception as error:  # noqa: BLE001 - masked and logged, as an error of a field is
            fault = field_error(GraphQLError("", original_error=error))
            answer = Answer(None, (fault,), refused_before_execution=False, told=NOTHING)
        return Answer(answer.data, answer.errors, answer.refused_before_execution, measured.cost, answer.told)

    def _variables(self, operation: PreparedOperation, given: Mapping[str, Any]) -> VariableValues:
        definitions = operation.node.variable_definitions or ()
        values = get_variable_values(self._schema, definitions, dict(given), max_errors=20, hide_suggestions=True)
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
            return cost_of(self._schema, operation.document.document, operation.node, values, cells, self._limits)
        except GraphQLError as error:
            # An error with a code is one of ours; any other may repeat a value.
            raise Refusals(error if error.extensions else document_error(error)) from None
        except RecursionError:
            raise Refusals(too_deep()) from None
