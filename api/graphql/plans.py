"""What answers the schema: queries and commands by their plans, which are made once and kept."""

from __future__ import annotations

from graphql import GraphQLSchema
from graphql.execution.values import VariableValues

from api.graphql.answers import answer_query
from api.graphql.commands import carry_out
from api.graphql.context import Context
from api.graphql.documents import PreparedOperation
from api.graphql.execution import Answer
from projections.plan.plans import Plans

__all__ = ["PlannedAnswers"]


class PlannedAnswers:
    """Answers every operation of one schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._plans = Plans(schema)

    async def run(self, prepared: PreparedOperation, variables: VariableValues, context: Context) -> Answer:
        """Answer a query, or carry out commands. Raises what is a fault of the whole answer."""
        answering = answer_query if prepared.is_query else carry_out
        return await answering(self._plans, prepared, variables, context)
