"""The answer to every command: what was recorded, or why nothing was."""

# ruff: noqa: D101, D102 - the description of each type and field stands in the schema
from __future__ import annotations

from typing import Annotated, Union

import strawberry

from api.graphql.cases import Case, case_of
from api.graphql.context import Info
from api.graphql.enums import RefusalCode
from api.graphql.folds import document_of
from api.graphql.history import CaseEvent, events_between
from api.refusals import told
from domain.refusals import Refused as Rule
from services.commands import Recorded as RecordedCommand
from services.commands import Refusal

__all__ = ["CommandResult", "Recorded", "Refused", "command_result", "refusal"]


@strawberry.type(description="The command was carried out; its events are in the ledger.")
class Recorded:
    case: Case = strawberry.field(description="The case as it stands now.")
    position: int = strawberry.field(
        description="The position of the last event recorded; give it as `atLeast` to read what follows from it. "
        "If nothing changed, the position of the ledger."
    )
    replayed: bool = strawberry.field(
        description="Whether the same command had been carried out before, and this is its answer again."
    )
    first_position: strawberry.Private[int | None]
    last_position: strawberry.Private[int | None]

    @strawberry.field(description="The events that the command recorded on its case; none if nothing changed.")
    async def events(self, info: Info) -> list[CaseEvent]:
        if self.first_position is None or self.last_position is None:
            return []
        return await events_between(info, self.case.document.id, self.first_position, self.last_position)


@strawberry.type(description="The command was not carried out, and nothing was recorded.")
class Refused:
    code: RefusalCode = strawberry.field(description="The kind of rule that refused it.")
    message: str = strawberry.field(description="The rule in words.")
    clause: str | None = strawberry.field(description="The clause of the school's policy that says so, if one does.")
    fields: list[str] = strawberry.field(description="The inputs at fault, as the API names them.")


CommandResult = Annotated[
    Union[Recorded, Refused],  # noqa: UP007 - Strawberry reads the union's members at run time
    strawberry.union("CommandResult", description="What became of a command."),
]


async def command_result(info: Info, outcome: RecordedCommand | Refusal) -> Recorded | Refused:
    """Return the answer to a command that the services carried out or refused."""
    if isinstance(outcome, Refusal):
        return refusal(outcome)
    context = info.context
    position = outcome.last_position
    if position is None:
        position = (await context.read(context.commands.ledger.head))[0]
    document = await context.read(document_of, context.commands, context.caller, outcome.case)
    # An earlier mutation of the same request may have read what has changed now.
    context.histories.clear_all()
    context.cases.clear_all()
    return Recorded(
        case=case_of(document),
        position=position,
        replayed=outcome.replayed,
        first_position=outcome.first_position,
        last_position=outcome.last_position,
    )


def refusal(refused: Refusal | Rule) -> Refused:
    """Return a refusal, by the services or of an input that no command can be made of."""
    message, fields = told(refused.message, refused.fields)
    return Refused(code=refused.code, message=message, clause=refused.clause, fields=fields)
