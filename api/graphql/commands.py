"""Commands: carried out one after another, each answered from what the ledger recorded."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from graphql import GraphQLError
from graphql.execution.values import VariableValues

from api.graphql.answers import Opened, error_of, question_of, text_of
from api.graphql.context import Context
from api.graphql.documents import PreparedOperation
from api.graphql.execution import Answer
from api.graphql.faults import field_error
from api.graphql.inputs import read_input
from api.graphql.mutations import MUTATIONS
from api.refusals import told
from domain.case_document import case_document
from domain.checks import InvalidIdentifier
from domain.refusals import RefusalCode, Refused
from projections.plan.answering import PlannedCommands, planned_commands
from projections.plan.commands import RecordedCase
from projections.plan.plans import Plans
from projections.plan.selections import TYPE_NAME, Selected
from projections.plan.told import NOTHING
from services.clock import london_date
from services.commands import Deciding, Recorded, Refusal
from services.running_commands import run

__all__ = ["carry_out"]


async def carry_out(plans: Plans, prepared: PreparedOperation, variables: VariableValues, context: Context) -> Answer:
    """Carry out the commands of a mutation in order.

    None is carried out when what is asked about one of them cannot be answered whatever it records. The first that
    fails ends it; its error tells as `recorded` what stands in the ledger all the same: positions by response key.
    """
    trust = context.commands.ledger.trust
    planned = await context.read(planned_commands, plans, trust, question_of(prepared, variables, context))
    errors = tuple(map(error_of, planned.faults))
    if planned.plans is None:
        return Answer(None, errors, refused_before_execution=False, told=NOTHING)
    members: list[str] = []
    told_of = NOTHING
    recorded: dict[str, int] = {}
    for place, command in enumerate(planned.commands):
        try:
            answered = await _carried_out(planned, place, context, recorded)
        except Exception as error:  # noqa: BLE001 - masked and logged, as any error of a field is
            node = planned.place_of(place).node
            fault = field_error(GraphQLError("", nodes=node, path=[command.key], original_error=error))
            if recorded:
                fault.extensions = {**(fault.extensions or {}), "recorded": recorded}
            return Answer(None, (*errors, fault), refused_before_execution=False, told=NOTHING)
        members.append(f'"{command.key}":{answered.text}')
        told_of |= answered.told
    return Answer(f"{{{','.join(members)}}}".encode(), errors, refused_before_execution=False, told=told_of)


async def _carried_out(planned: PlannedCommands, place: int, context: Context, recorded: dict[str, int]) -> Opened:
    """Carry out one command; return its answer, and put down in `recorded` what stands in the ledger."""
    command = planned.commands[place]
    if command.name == TYPE_NAME:
        return Opened('"Mutation"', NOTHING)
    try:
        asked = read_input(MUTATIONS[command.name], planned.given(place)["input"])
    except InvalidIdentifier as refused:
        return Opened(_refused(command.of("Refused"), refused), NOTHING)
    begun = time.monotonic()
    outcome = await context.write(run, context.commands, context.caller, asked)
    if isinstance(outcome, Refusal):
        if outcome.code is RefusalCode.NOT_FOUND:
            await context.even_out(begun)
        return Opened(_refused(command.of("Refused"), outcome), NOTHING)
    if outcome.last_position is not None:
        recorded[command.key] = outcome.last_position
    return await context.read(_recorded, planned, place, context, outcome)


def _recorded(planned: PlannedCommands, place: int, context: Context, outcome: Recorded) -> Opened:
    services = context.commands
    position = outcome.last_position
    if position is None:
        position = services.ledger.head()[0]
    deciding = Deciding(services, context.caller, london_date(services.now()))
    case = outcome.case
    recorded = RecordedCase(
        case_document(case, deciding.pack_of(case), deciding.calendars_of(case)),
        position,
        outcome.first_position,
        outcome.last_position,
        outcome.replayed,
    )
    answered = text_of(services.ledger, context.visibility, planned.answer(services.ledger.trust, place, recorded))
    assert answered is not None
    return answered


def _refused(members: Sequence[Selected], refused: Refusal | Refused) -> str:
    message, fields = told(refused.message, refused.fields)
    known: Mapping[str, Any] = {
        "code": refused.code.value,
        "message": message,
        "clause": refused.clause,
        "fields": fields,
        TYPE_NAME: "Refused",
    }
    return msgspec.json.encode({one.key: known[one.name] for one in members}).decode()
