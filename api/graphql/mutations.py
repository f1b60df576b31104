"""One mutation for each command, made from the command's own class."""

from __future__ import annotations

from typing import Any

import strawberry

from api.graphql.context import Info
from api.graphql.inputs import input_class, read_input
from api.graphql.results import CommandResult, Recorded, Refused, command_result, refusal
from domain.checks import InvalidIdentifier
from services.catalogue import COMMANDS
from services.commands import Command, run

__all__ = ["mutation_type"]


def mutation_type() -> type[Any]:
    """Return the type `Mutation`: `reportIncident(input: ReportIncidentInput!): CommandResult!`, and so on."""
    known: dict[type[Any], type[Any]] = {}
    fields: dict[str, Any] = {}
    for command_class in COMMANDS.values():
        name = command_class.__name__[0].lower() + command_class.__name__[1:]
        resolver = _resolver(command_class, input_class(command_class, known))
        words = " ".join((command_class.__doc__ or "").split())
        fields[name] = strawberry.mutation(resolver=resolver, name=name, description=words)
    members = {**fields, "__annotations__": {}, "__module__": __name__}
    description = "Commands. Each is carried out once for its `commandId`, however often it is sent."
    return strawberry.type(type("Mutation", (), members), description=description)


def _resolver(command_class: type[Command], input_type: type[Any]) -> Any:
    async def carry_out(info: Info, input: Any) -> Recorded | Refused:  # noqa: A002 - the contract's name
        try:
            command = read_input(command_class, input)
        except InvalidIdentifier as refused:
            return refusal(refused)
        outcome = await info.context.write(run, info.context.commands, info.context.caller, command)
        return await command_result(info, outcome)

    carry_out.__annotations__ = {"info": Info, "input": input_type, "return": CommandResult}
    return carry_out
