"""Answers by plan: a query is one SQL statement, and so is what each command of a mutation is answered."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from graphql import GraphQLError
from graphql.execution.values import VariableValues

from api.even_answers import tells_of_nothing
from api.graphql.context import Context
from api.graphql.documents import PreparedOperation
from api.graphql.enums import ACTION_COMMANDS
from api.graphql.execution import Answer
from api.graphql.faults import field_error
from domain.access import Role, Visibility
from domain.case_actions import CaseAction
from domain.offered import BITS, WORD
from domain.permissions import FORMS, Relation, Resource, decide
from domain.routing import LADDER
from domain.scopes import Scope
from domain.values import CaseKind
from projections.plan.answering import Fault, TextWithHoles, answer, waits_for
from projections.plan.holes import Piece
from projections.plan.plans import Plans, Question, RoleAction
from projections.plan.ready import Ready, ready
from projections.plan.told import NOTHING, Told, told_by
from projections.wait import ProjectionBehind
from services.checkpoint_signers import signer
from services.read_log import read_signer
from services.sealed_texts import SealedPlace, SealedState, open_texts
from services.store import TrustLedger

__all__ = ["Opened", "actions_of", "answer_query", "error_of", "question_of", "text_of"]


@dataclass(frozen=True, slots=True)
class Opened:
    """The whole text of an answer, and of what it tells."""

    text: str = field(repr=False)
    told: Told


async def answer_query(
    plans: Plans, prepared: PreparedOperation, variables: VariableValues, context: Context
) -> Answer:
    """Answer a query.

    Raises KeysUnavailableError when a text of the answer cannot be opened: half an answer would look like a whole one.
    """
    begun = time.monotonic()
    found = await _found(plans, prepared, variables, context)
    if found.data is not None and tells_of_nothing(found.data):
        await context.even_out(begun)
    return found


async def _found(plans: Plans, prepared: PreparedOperation, variables: VariableValues, context: Context) -> Answer:
    question = question_of(prepared, variables, context)
    found = await _at_once(plans, question, context)
    if found is not None:
        return Answer(found.text.encode(), (), refused_before_execution=False, told=found.told)
    refused = await _behind(plans, question, context)
    found, faults = await context.read(_answer, plans, question, context, refused)
    errors = tuple(map(error_of, faults))
    if found is None:
        return Answer(None, errors, refused_before_execution=False, told=NOTHING)
    return Answer(found.text.encode(), errors, refused_before_execution=False, told=found.told)


async def _at_once(plans: Plans, question: Question, context: Context) -> Opened | None:
    """Answer what was asked before without a thread, but for what Python makes; None where that does not answer it."""
    known = ready(plans, context.services.ledger.trust, question)
    if known is None:
        return None
    pieces = known.pieces(await context.rows(known.plan.statement, known.parameters))
    if pieces is None:
        return None
    whole = [piece for piece in pieces if isinstance(piece, str)]
    if len(whole) == len(pieces):
        return Opened("".join(whole), told_by(known.marks))
    return await context.read(_completed, known, pieces, context)


def _completed(known: Ready, pieces: list[Piece], context: Context) -> Opened | None:
    return text_of(context.services.ledger, context.visibility, known.completed(pieces))


async def _behind(plans: Plans, question: Question, context: Context) -> Mapping[int, Exception]:
    """Wait until the figures have come as far as fields ask; return the errors of those that waited in vain."""
    refused: dict[int, Exception] = {}
    for place, position in waits_for(plans, question).items():
        try:
            await context.wait_for(position)
        except ProjectionBehind as error:
            refused[place] = error
    return refused


def _answer(
    plans: Plans, question: Question, context: Context, refused: Mapping[int, Exception]
) -> tuple[Opened | None, tuple[Fault, ...]]:
    ledger = context.services.ledger
    found = answer(plans, ledger.trust, question, refused)
    return text_of(ledger, context.visibility, found), tuple(found.faults)


def question_of(prepared: PreparedOperation, variables: VariableValues, context: Context) -> Question:
    """Return what a caller asks, or wants to be told of their commands."""
    caller = context.caller
    return Question(
        key=prepared.document.digest,
        document=prepared.document.document,
        operation=prepared.node,
        variables=variables,
        visibility=context.visibility,
        role=caller.role.value,
        actions=actions_of(caller.role) if caller.scopes is None or Scope.CASES_WRITE in caller.scopes else (),
        now=context.services.now(),
        made={"public_key": partial(_public_key, context), "reads_key": partial(_reads_key, context)},
    )


def _public_key(context: Context) -> str:
    return signer(context.services.ledger).verifier_key.text


def _reads_key(context: Context) -> str:
    return read_signer(context.services.ledger).verifier_key.text


def text_of(ledger: TrustLedger, reader: Visibility, found: TextWithHoles) -> Opened | None:
    """Return the whole answer, its sealed texts opened together; None when there is none."""
    if found.pieces is None:
        return None
    places = [SealedPlace(hole.case_id, hole.version, hole.part) for hole in found.holes]
    opened = open_texts(ledger, reader, places) if places else {}
    texts = [opened[place] for place in places]
    filled = (hole.filled(text.state.value, text.text) for hole, text in zip(found.holes, texts, strict=True))
    parts = [
        (str(place.stream_id), place.version, place.part)
        for place, text in opened.items()
        if text.state is SealedState.OPEN
    ]
    return Opened(found.filled(filled), told_by(found.marks, parts))


def error_of(fault: Fault) -> GraphQLError:
    """Return the error of a field that was refused."""
    place, error = fault.place, fault.error
    if isinstance(error, GraphQLError):
        return field_error(GraphQLError(error.message, nodes=place.node, path=place.shown, extensions=error.extensions))
    return field_error(GraphQLError("", nodes=place.node, path=place.shown, original_error=error))


@cache
def actions_of(role: Role) -> Sequence[RoleAction]:
    """Return the actions that a role may take on cases that it has a task in."""
    return [
        RoleAction(
            kind.value,
            action.value,
            bit >> WORD or bit,
            _rungs(role, action, kind),
            of_target=_may(role, action, kind, is_target=True),
            is_later=bit >> WORD > 0,
        )
        for kind, bits in BITS.items()
        for action, bit in bits.items()
        if _may(role, action, kind)
    ]


def _rungs(role: Role, action: CaseAction, kind: CaseKind) -> str:
    return ",".join(rung for rung in LADDER if _may(role, action, kind, routed_to=rung))


def _may(role: Role, action: CaseAction, kind: CaseKind, **stands: Any) -> bool:
    """Whether the role may take the action in some form: a routed complaint can still go to child protection."""
    command = ACTION_COMMANDS[action]
    forms = FORMS.get(command, (command,))
    return any(decide(role, form, Resource(kind.value, Relation.NAMED, **stands)).allowed for form in forms)
