"""Queries answered by their plan: one SQL statement, and the sealed texts of the answer opened together."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial

from graphql import GraphQLError, GraphQLSchema
from graphql.execution.values import VariableValues

from api.graphql.context import Context
from api.graphql.documents import PreparedOperation
from api.graphql.enums import ACTION_COMMANDS
from api.graphql.execution import Answer
from api.graphql.faults import field_error
from domain.access import Role, may
from domain.offered import to_mask
from projections.plan.answering import Fault, TextWithHoles, answer, waits_for
from projections.plan.plans import Plans, Question
from projections.wait import ProjectionBehind
from services.checkpoints import signer
from services.sealed_texts import SealedPlace, open_texts

__all__ = ["QueryPlans", "actions_of", "question_of"]


class QueryPlans:
    """The plans of one schema, by which the executor answers queries."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._plans = Plans(schema)

    async def run(self, prepared: PreparedOperation, variables: VariableValues, context: Context) -> Answer:
        """Answer a query.

        Raises KeysUnavailableError when a text of the answer cannot be opened: half an answer would look like a whole
        one.
        """
        question = question_of(prepared, variables, context)
        refused = await self._behind(context, question)
        text, faults = await context.read(self._answer, context, question, refused)
        errors = tuple(map(_error, faults))
        return Answer(None if text is None else text.encode(), errors, refused_before_execution=False)

    async def _behind(self, context: Context, question: Question) -> Mapping[int, Exception]:
        """Wait until the figures have come as far as fields ask; return the errors of those that waited in vain."""
        refused: dict[int, Exception] = {}
        for place, position in waits_for(self._plans, question).items():
            try:
                await context.wait_for(position)
            except ProjectionBehind as error:
                refused[place] = error
        return refused

    def _answer(
        self, context: Context, question: Question, refused: Mapping[int, Exception]
    ) -> tuple[str | None, tuple[Fault, ...]]:
        ledger = context.services.ledger
        found = answer(self._plans, ledger.trust, question, refused)
        return _filled(context, found), tuple(found.faults)


def question_of(prepared: PreparedOperation, variables: VariableValues, context: Context) -> Question:
    """Return what a caller asks."""
    caller = context.caller
    return Question(
        key=prepared.document.digest,
        document=prepared.document.document,
        operation=prepared.node,
        variables=variables,
        visibility=context.visibility,
        role=caller.role.value,
        actions=actions_of(caller.role),
        made={"public_key": partial(_public_key, context)},
    )


def _public_key(context: Context) -> str:
    return signer(context.services.ledger).verifier_key.text


def _filled(context: Context, found: TextWithHoles) -> str | None:
    if found.pieces is None:
        return None
    places = [SealedPlace(hole.case_id, hole.version, hole.part) for hole in found.holes]
    opened = open_texts(context.services.ledger, context.visibility, places) if places else {}
    texts = [opened[place] for place in places]
    return found.filled(hole.filled(text.state.value, text.text) for hole, text in zip(found.holes, texts, strict=True))


def _error(fault: Fault) -> GraphQLError:
    """Return the error of a field as resolvers would have raised it."""
    place, error = fault.place, fault.error
    if isinstance(error, GraphQLError):
        return field_error(GraphQLError(error.message, nodes=place.node, path=place.shown, extensions=error.extensions))
    return field_error(GraphQLError("", nodes=place.node, path=place.shown, original_error=error))


@cache
def actions_of(role: Role) -> Mapping[str, int]:
    """Return the actions on a case that a role may take, each with its bit in what a case offers."""
    return {
        action.value: to_mask(frozenset({action})) for action, command in ACTION_COMMANDS.items() if may(role, command)
    }
