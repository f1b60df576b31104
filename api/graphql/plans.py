"""Queries answered by their plan: one SQL statement, and the sealed texts of the answer opened together."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from graphql import GraphQLError, GraphQLSchema
from graphql.execution.values import VariableValues

from api.graphql.context import Context
from api.graphql.documents import PreparedOperation
from api.graphql.enums import ACTION_COMMANDS
from api.graphql.execution import Answer
from api.graphql.faults import field_error
from domain.access import Role, may
from domain.offered import to_mask
from domain.refusals import Refused
from projections.plan.plans import NotPlanned, Plans, Question, TextWithHoles
from projections.wait import ProjectionBehind
from services.sealed_texts import SealedPlace, open_texts

__all__ = ["QueryPlans", "actions_of"]


class QueryPlans:
    """The plans of one schema, for the executor to ask first."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._plans = Plans(schema)

    async def run(self, prepared: PreparedOperation, variables: VariableValues, context: Context) -> Answer | None:
        """Answer a query; None for one that selects what has no plan yet, or whose arguments are refused.

        The resolvers then say which argument it is, and where. Raises KeysUnavailableError when a text of the answer
        cannot be opened: half an answer would look like a whole one.
        """
        caller = context.caller
        question = Question(
            key=prepared.document.digest,
            document=prepared.document.document,
            operation=prepared.node,
            variables=variables,
            visibility=context.visibility,
            role=caller.role.value,
            actions=actions_of(caller.role),
        )
        try:
            behind = await self._behind(context, question)
            if behind is not None:
                return behind
            text = await context.read(self._answer, context, question)
        except (NotPlanned, Refused, GraphQLError, ValueError):
            return None
        return Answer(text.encode(), (), refused_before_execution=False)

    async def _behind(self, context: Context, question: Question) -> Answer | None:
        """Wait until the figures have come far enough; the error at its field when they do not in time."""
        at_least = self._plans.at_least(question)
        if at_least is not None:
            position, key = at_least
            try:
                await context.wait_for(position)
            except ProjectionBehind as error:
                fault = field_error(GraphQLError("", path=[key], original_error=error))
                return Answer(None, (fault,), refused_before_execution=False)
        return None

    def _answer(self, context: Context, question: Question) -> str:
        ledger = context.services.ledger
        return _filled(context, self._plans.answer(ledger.trust, question))


def _filled(context: Context, answer: TextWithHoles) -> str:
    if not answer.holes:
        return answer.pieces[0]
    places = [SealedPlace(hole.case_id, hole.version, hole.part) for hole in answer.holes]
    opened = open_texts(context.services.ledger, context.visibility, places)
    texts = [opened[place] for place in places]
    return answer.filled(
        hole.filled(text.state.value, text.text) for hole, text in zip(answer.holes, texts, strict=True)
    )


@cache
def actions_of(role: Role) -> Mapping[str, int]:
    """The actions on a case that a role may take, each with its bit in what a case offers."""
    return {
        action.value: to_mask(frozenset({action})) for action, command in ACTION_COMMANDS.items() if may(role, command)
    }
