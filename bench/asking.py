"""Asking for monitoring reports as the API answers them: the plan of a GraphQL document, which is one statement.

To be imported where it is used: the processes that benchmarks start would take their time over it too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import get_operation_ast, parse
from graphql.execution.values import VariableValues, get_variable_values

from api.graphql.schema import build_schema
from ledger.database import TrustDatabase
from projections.plan.answering import answer
from projections.plan.plans import Plans, Question
from services.clock import now
from services.scope import Caller

_SCHEMA = build_schema()._schema
_PLANS = Plans(_SCHEMA)
_REPORT = """
query ($from: Date!, $to: Date!, $groupBy: [MonitoringDimension!]!, $dateBasis: DateBasis! = DISCOVERED, $asOf: AsOf) {
  monitoring(from: $from, to: $to, groupBy: $groupBy, dateBasis: $dateBasis, asOf: $asOf) {
    position recordedThrough scope excluded { mark value }
    cells { count school { urn } period value withheld partial coverage suppressed }
  }
}
"""


def report(trust: TrustDatabase, caller: Caller, variables: dict[str, Any]) -> Callable[[], str]:
    """What answers the question for a report, again each time that it is called: JSON text."""
    document = parse(_REPORT)
    operation = get_operation_ast(document)
    assert operation is not None
    values = get_variable_values(_SCHEMA, operation.variable_definitions or (), variables)
    assert isinstance(values, VariableValues), values
    question = Question(_REPORT, document, operation, values, caller.visibility, caller.role.value, [], now())

    def text() -> str:
        found = answer(_PLANS, trust, question)
        if found.faults:
            raise RuntimeError(f"the report is refused: {found.faults}")
        return found.filled(())

    return text
