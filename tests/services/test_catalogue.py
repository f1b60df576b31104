"""Commands, decisions, offered actions and the access table speak of the same things."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any, get_args, get_type_hints

import pytest

from domain.access import Role, may
from domain.case_actions import CaseAction
from domain.complaint import Complaint
from domain.incident import Incident
from domain.permissions import APART
from domain.role_commands import EVERY, GRANT_EXAMINATION, OUTSIDE, RESERVED, ROLE_COMMANDS
from domain.routing import STAYS_OPEN
from domain.staff_breach import StaffBreach
from services.catalogue import COMMANDS
from services.commands import CaseCommand, Command, Described, OpeningCommand
from services.conversion_commands import ConvertToComplaint
from services.decisions import CaseDecision, parameters
from services.evidence import StoreFile

# What a decision is given by the context, or by a command that says so in a `decide` of its own.
GIVEN = {"today", "now", "by", "policy", "override", "original", "former", "origins", "involved"}
GIVEN |= {"table", "due", "is_held", "has_open_link"}
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


KINDS = ("INCIDENT", "COMPLAINT", "STAFF_BREACH")
EVERYWHERE = {"ImportLog", "ChangePerson"}


def kinds_of(command: type[Command]) -> set[str]:
    """The kinds of case that a command is given on; OUTSIDE for one that opens a case."""
    if issubclass(command, OpeningCommand):
        return {OUTSIDE}
    assert issubclass(command, CaseDecision)
    if command.case_kind is not None:
        return {command.case_kind}
    return {kind for kind, aggregate in _AGGREGATES.items() if hasattr(aggregate, command.decision)}


def test_the_access_table_names_every_role_and_only_commands_that_there_are_for_the_kind() -> None:
    known = {kind: {name for name, command in COMMANDS.items() if kind in kinds_of(command)} for kind in KINDS}
    # Those that have an address of their own are named, too.
    known = {kind: names | set(APART) for kind, names in known.items()}
    assert {StoreFile.__name__} == set(APART)
    known[OUTSIDE] = EVERYWHERE | {name for name, command in COMMANDS.items() if OUTSIDE in kinds_of(command)}
    assert {Role(role) for role in ROLE_COMMANDS} == set(Role)
    named = {
        (role, kind, name)
        for role, by_kind in ROLE_COMMANDS.items()
        for kind, names in by_kind.items()
        for name in names or ()
    }
    assert {each for each in named if each[2] not in known[each[1]]} == set()
    assert set(COMMANDS) >= STAYS_OPEN
    assert set(COMMANDS) >= set(RESERVED) - {GRANT_EXAMINATION}
    assert {Role(role) for by_kind in RESERVED.values() for roles in by_kind.values() for role in roles} < set(Role)


ALL_MAY = {Role.TRUST_LEAD, Role.HEADTEACHER, Role.SYSTEM}
# Who lets auditors open texts, and judges an emergency: two that not even a headteacher gives.
OVERSEE = {Role.TRUST_LEAD, Role.DPO, Role.SYSTEM}
# Roles that are given in one case, whatever it is about.
IN_THE_CASE = {Role.WITNESS, Role.EMERGENCY}
# Who may give a few commands that stand for the others of their sort, by the kind of the case.
WHO = {
    ("ReportIncident", OUTSIDE): ALL_MAY | {Role.COORDINATOR, Role.STAFF, Role.MIS, Role.DSL},
    ("ReceiveComplaint", OUTSIDE): ALL_MAY | {Role.COORDINATOR, Role.DSL, Role.CHAIR, Role.CLERK},
    ("ReportStaffBreach", OUTSIDE): ALL_MAY | {Role.COORDINATOR, Role.DSL, Role.CHAIR, Role.HR},
    ("ImportLog", OUTSIDE): ALL_MAY | {Role.COORDINATOR},
    ("ChangePerson", OUTSIDE): ALL_MAY | {Role.COORDINATOR},
    ("AddAddendum", "INCIDENT"): ALL_MAY
    | {Role.ALTERNATE, Role.COORDINATOR, Role.DSL, Role.EQUALITIES, Role.CHAIR, Role.GOVERNOR}
    | {Role.INVESTIGATOR, Role.STAFF}
    | IN_THE_CASE,
    ("AddAddendum", "COMPLAINT"): ALL_MAY
    | {Role.ALTERNATE, Role.COORDINATOR, Role.DSL, Role.CHAIR, Role.GOVERNOR, Role.CLERK}
    | {Role.INVESTIGATOR, Role.PANEL}
    | IN_THE_CASE,
    ("AddAddendum", "STAFF_BREACH"): ALL_MAY
    | {Role.ALTERNATE, Role.COORDINATOR, Role.DSL, Role.CHAIR, Role.GOVERNOR, Role.HR, Role.INVESTIGATOR}
    | IN_THE_CASE,
    ("CloseIncident", "INCIDENT"): ALL_MAY | {Role.ALTERNATE, Role.COORDINATOR},
    ("HoldMeeting", "INCIDENT"): ALL_MAY | {Role.ALTERNATE, Role.COORDINATOR, Role.DSL, Role.CHAIR},
    ("SupportTarget", "INCIDENT"): ALL_MAY
    | {Role.ALTERNATE, Role.COORDINATOR, Role.DSL, Role.EQUALITIES, Role.CHAIR, Role.INVESTIGATOR, Role.EMERGENCY},
    ("MarkNotReportable", "INCIDENT"): ALL_MAY | {Role.ALTERNATE, Role.COORDINATOR},
    ("CloseComplaint", "COMPLAINT"): ALL_MAY | {Role.ALTERNATE, Role.COORDINATOR, Role.CHAIR},
    ("AppointPanel", "COMPLAINT"): ALL_MAY | {Role.ALTERNATE, Role.COORDINATOR, Role.CHAIR, Role.CLERK},
    ("HoldHearing", "COMPLAINT"): ALL_MAY | {Role.ALTERNATE, Role.COORDINATOR, Role.CHAIR, Role.CLERK, Role.PANEL},
    ("DecideHead", "COMPLAINT"): ALL_MAY | {Role.ALTERNATE, Role.COORDINATOR, Role.CHAIR, Role.PANEL},
    ("CloseStaffBreach", "STAFF_BREACH"): ALL_MAY | {Role.ALTERNATE, Role.CHAIR, Role.HR},
    ("ImposeSanction", "STAFF_BREACH"): ALL_MAY | {Role.ALTERNATE, Role.CHAIR, Role.HR},
    ("RecordInterview", "STAFF_BREACH"): ALL_MAY | {Role.ALTERNATE, Role.CHAIR, Role.HR, Role.INVESTIGATOR},
    ("ContactBody", "STAFF_BREACH"): ALL_MAY
    | {Role.ALTERNATE, Role.CHAIR, Role.HR, Role.INVESTIGATOR, Role.COORDINATOR, Role.DSL, Role.EMERGENCY},
    ("DecideNotToRefer", "STAFF_BREACH"): ALL_MAY | {Role.ALTERNATE, Role.CHAIR, Role.HR, Role.COORDINATOR, Role.DSL},
    ("GrantAccess", "INCIDENT"): ALL_MAY | {Role.ALTERNATE},
    ("GrantAccess", "COMPLAINT"): ALL_MAY | {Role.ALTERNATE, Role.CHAIR},
    ("GrantAccess", "STAFF_BREACH"): ALL_MAY | {Role.ALTERNATE, Role.CHAIR, Role.HR},
    ("EndAccess", "INCIDENT"): ALL_MAY | {Role.ALTERNATE, Role.DPO},
    ("EndAccess", "COMPLAINT"): ALL_MAY | {Role.ALTERNATE, Role.CHAIR, Role.DPO},
    ("EndAccess", "STAFF_BREACH"): ALL_MAY | {Role.ALTERNATE, Role.CHAIR, Role.HR, Role.DPO},
    **{("ReviewEmergencyAccess", kind): OVERSEE | {Role.ALTERNATE} for kind in KINDS},
    **{(GRANT_EXAMINATION, kind): OVERSEE for kind in KINDS},
    **{
        (name, kind): OVERSEE | {Role.ALTERNATE}
        for name in ("ClassifyForRetention", "ReviewRetention")
        for kind in KINDS
    },
    **{(name, kind): OVERSEE | {Role.ALTERNATE} for name in ("PlaceHold", "LiftHold") for kind in KINDS[:2]},
    **{(name, "STAFF_BREACH"): OVERSEE | {Role.ALTERNATE, Role.HR} for name in ("PlaceHold", "LiftHold")},
}


@pytest.mark.parametrize(("command", "kind"), WHO)
def test_who_may_do_what(command: str, kind: str) -> None:
    assert {role for role in Role if may(role, command, None if kind == OUTSIDE else kind)} == WHO[command, kind]


OF_OVERSEERS = {"ReviewEmergencyAccess", "PlaceHold", "LiftHold", "ClassifyForRetention", "ReviewRetention"}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_trust_lead_and_the_head_run_any_case_and_those_who_look_on_do_nothing(command: str) -> None:
    for kind in kinds_of(COMMANDS[command]):
        on = None if kind == OUTSIDE else kind
        assert {role for role in Role if may(role, command, on)} >= (OVERSEE if command in OF_OVERSEERS else ALL_MAY)
        for role in (Role.ADMIN, Role.DASHBOARD, Role.AUDITOR, Role.EXAMINER):
            assert not may(role, command, on)
        assert may(Role.DPO, command, on) == (command in {*OF_OVERSEERS, "EndAccess"})


def test_every_stands_for_what_is_to_come_too() -> None:
    assert ROLE_COMMANDS["headteacher"] == dict.fromkeys((*KINDS, OUTSIDE), EVERY)
    assert may(Role.HEADTEACHER, "SomethingNew", "INCIDENT")
    assert not may(Role.DSL, "SomethingNew", "INCIDENT")
