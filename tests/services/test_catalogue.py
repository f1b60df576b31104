"""Commands, decisions, offered actions and the access table speak of the same things."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any, get_args, get_type_hints

import pytest

from domain.access import _LIMITED, Role, may
from domain.complaint import Complaint
from domain.incident import Incident
from domain.offered import CaseAction
from domain.staff_breach import StaffBreach
from services.catalogue import COMMANDS
from services.commands import CaseCommand, Command, Described, OpeningCommand
from services.conversion_commands import ConvertToComplaint
from services.decisions import CaseDecision, parameters

# What a decision is given by the context, or by a command that says so in a `decide` of its own.
GIVEN = {"today", "by", "policy", "override", "original", "former", "origins", "involved"}
# What only the import of a school's own log says of an item.
LOGGED = {"logged_on", "line", "removal"}
COMMON = {field.name for base in (CaseCommand, OpeningCommand) for field in fields(base)}
DECISIONS = [command for command in COMMANDS.values() if issubclass(command, CaseDecision)]


_AGGREGATES: dict[str, type[Any]] = {"INCIDENT": Incident, "COMPLAINT": Complaint, "STAFF_BREACH": StaffBreach}


def _kind_of(command: type[CaseDecision]) -> str:
    """A kind that knows the decision of a command on cases of any kind."""
    return next(kind for kind, aggregate in _AGGREGATES.items() if hasattr(aggregate, command.decision))


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()


def test_every_action_that_a_case_offers_has_its_command_and_no_other() -> None:
    assert {snake(command.__name__) for command in DECISIONS} == {action.value for action in CaseAction}


@pytest.mark.parametrize("command", DECISIONS, ids=lambda command: command.__name__)
def test_a_command_gives_its_decision_every_argument_and_nothing_else(command: type[CaseDecision]) -> None:
    own = {field.name for field in fields(command)} - COMMON
    decision = getattr(_AGGREGATES[command.case_kind or _kind_of(command)], command.decision)
    overridable = "override" in {name for name, _ in parameters(decision)}
    assert ("override" in own) == overridable
    own -= {"override"}
    wanted = {name for name, _ in parameters(decision)} - GIVEN - {command.new_id}
    wanted -= LOGGED if command.__name__ == "RecordItem" else set()
    own |= {"reason"} if command.needs_reason else set()
    if command is ConvertToComplaint:
        # It gives the complaint that it opens its fields too.
        own, wanted = own & wanted, wanted - {"complaint"}
    assert own - {"original"} == wanted
    assert set(command.sealed_under) <= own
    assert set(command.sealed_under.values()) <= own | {"poster"}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=lambda command: command.__name__)
def test_every_field_of_a_command_is_described(command: type[Command]) -> None:
    hints = get_type_hints(command, include_extras=True)
    described = {
        field.name: [note for note in get_args(hints[field.name])[1:] if isinstance(note, Described)]
        for field in fields(command)
    }
    assert {name for name, notes in described.items() if len(notes) != 1} == set()
    assert command.__doc__
    assert command.__doc__.endswith(".")


def test_the_access_table_names_only_what_there_is() -> None:
    known = {*COMMANDS, "ImportLog"}
    assert {name for names in _LIMITED.values() for name in names} <= known


@pytest.mark.parametrize("command", COMMANDS)
def test_who_may_do_what(command: str) -> None:
    expected: dict[Role, Any] = dict.fromkeys(Role, False)
    expected |= dict.fromkeys((Role.TRUST_LEAD, Role.HEADTEACHER, Role.COORDINATOR, Role.SYSTEM), True)
    expected[Role.STAFF] = command in {
        "ReportIncident",
        "RecordItem",
        "NoteEvidence",
        "AddAddendum",
        "ReportToHeadteacher",
        "RequestCorrection",
    }
    expected[Role.MIS] = command == "ReportIncident"
    assert {role: may(role, command) for role in Role} == expected
