"""One mutation for each command, made from the command's own class, and what each is answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Union

import strawberry

from api.graphql.cases import Case
from api.graphql.declared import AnsweredByPlan
from api.graphql.enums import RefusalCode
from api.graphql.history import CaseEvent
from api.graphql.inputs import input_class
from services.catalogue import COMMANDS
from services.commands import Command

__all__ = ["MUTATIONS", "mutation_type"]

# The commands by the names of their mutations.
MUTATIONS: Mapping[str, type[Command]] = {name[0].lower() + name[1:]: command for name, command in COMMANDS.items()}


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
    events: list[CaseEvent] = strawberry.field(
        description="The events that the command recorded on its case; none if nothing changed."
    )


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


def mutation_type() -> type[Any]:
    """Return the type `Mutation`: `reportIncident(input: ReportIncidentInput!): CommandResult!`, and so on."""
    known: dict[type[Any], type[Any]] = {}
    fields: dict[str, Any] = {}
    for name, command_class in MUTATIONS.items():
        words = " ".join((command_class.__doc__ or "").split())
        declared = _declared(input_class(command_class, known))
        fields[name] = strawberry.mutation(resolver=declared, name=name, description=words)
    members = {**fields, "__annotations__": {}, "__module__": __name__}
    description = "Commands. Each is carried out once for its `commandId`, however often it is sent."
    return strawberry.type(type("Mutation", (), members), description=description)


def _declared(input_type: type[Any]) -> Any:
    def declared(input: Any) -> Any:  # noqa: A002 - the contract's name
        raise AnsweredByPlan

    declared.__annotations__ = {"input": input_type, "return": CommandResult}
    return declared
