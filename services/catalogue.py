"""Every command there is, by name; the API offers each as a mutation."""

from __future__ import annotations

from services import (
    case_access_commands,
    case_commands,
    complaint_commands,
    complaint_panel_commands,
    conversion_commands,
    incident_commands,
    incident_measure_commands,
    incident_step_commands,
    retention_commands,
    staff_breach_commands,
    staff_breach_procedure_commands,
)
from services.commands import CaseCommand, Command, OpeningCommand

_MODULES = (
    incident_commands,
    incident_step_commands,
    incident_measure_commands,
    complaint_commands,
    complaint_panel_commands,
    conversion_commands,
    staff_breach_commands,
    staff_breach_procedure_commands,
    case_commands,
    case_access_commands,
    retention_commands,
)


def _commands() -> dict[str, type[Command]]:
    bases = (CaseCommand, OpeningCommand)
    found = {
        member.__name__: member
        for module in _MODULES
        for member in vars(module).values()
        if isinstance(member, type)
        and issubclass(member, bases)
        and member.__module__ == module.__name__
        and not member.__abstractmethods__
        and (issubclass(member, OpeningCommand) or hasattr(member, "decision"))
    }
    return dict(sorted(found.items()))


COMMANDS = _commands()
