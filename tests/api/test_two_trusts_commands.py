"""Commands of a member of one trust on what is another's are refused as on what there never was, to the byte.

Every command is asked, on a case of the other trust and on an own case with all else of the other's.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull, get_named_type

from services.catalogue import COMMANDS
from tests.api.client import Client, Json
from tests.api.test_access import OPENING, an_input
from tests.api.test_fields import SCHEMA
from tests.api.two_trusts import GIVEN, ID, OF_A_ALONE, OF_NOBODY, SCHOOL, Harvest, mutation, told


def with_ids(kind: GraphQLInputObjectType, given: Json, choose: Callable[[str], str]) -> Json:
    """The input with an id in every field that takes one, also where none need be given."""
    filled = dict(given)
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        is_list = isinstance(field.type, GraphQLList) or (
            isinstance(field.type, GraphQLNonNull) and isinstance(field.type.of_type, GraphQLList)
        )
        if isinstance(inner, GraphQLInputObjectType):
            if isinstance(filled.get(name), dict):
                filled[name] = with_ids(inner, filled[name], choose)
        elif inner.name == "ID" and name != "schoolUrn" and not name.endswith("School"):
            filled[name] = [choose(name)] if is_list else choose(name)
    return filled


def kind_of(name: str) -> str:
    return str(getattr(COMMANDS[name], "case_kind", None) or "INCIDENT")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_on_what_is_anothers_is_refused_as_on_what_there_never_was(
    of_b: Client, of_a: Harvest, name: str
) -> None:
    kind = SCHEMA.type_map[f"{name}Input"]
    assert isinstance(kind, GraphQLInputObjectType)
    real = {"caseId": of_a.cases[kind_of(name)], "commandId": of_a.commands[0]}
    if name in OPENING:
        given = [an_input(name, **{**GIVEN[name], "schoolUrn": urn}) for urn in (OF_A_ALONE, OF_NOBODY)]
    else:
        given = [
            with_ids(kind, an_input(name), lambda field: real.get(field, of_a.person)),
            with_ids(kind, an_input(name), lambda _: str(uuid4())),
        ]

    for role in ("trust-lead", "auditor", f"headteacher:{SCHOOL}", "admin"):
        answers = [told(of_b.send(mutation(name), role, input=one)) for one in given]
        assert answers[0] == answers[1], (name, role)
        assert b'"__typename":"Refused"' in answers[0][1]


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - set(OPENING)))
def test_what_is_anothers_in_a_command_on_ones_own_case_is_nobodys(of_b: Client, of_a: Harvest, name: str) -> None:
    """A case to link to, an item, a person: each of A's is to B as one that never was."""
    kind = SCHEMA.type_map[f"{name}Input"]
    assert isinstance(kind, GraphQLInputObjectType)
    opening = {"INCIDENT": "ReportIncident", "COMPLAINT": "ReceiveComplaint", "STAFF_BREACH": "ReportStaffBreach"}
    opens = opening[kind_of(name)]
    answers, command_id = [], of_a.commands.pop()
    for is_real in (True, False):
        opened = of_b.command(opens[0].lower() + opens[1:], **an_input(opens, **GIVEN[opens]))
        case_id = opened["case"]["id"]

        def choose(field: str, *, is_real: bool = is_real, case_id: str = case_id) -> str:
            if field == "caseId":
                return case_id
            if not is_real:
                return str(uuid4())
            of_case = {"other", "original", "of", "to", "complaintId", "incidentId", "duplicateOf"}
            if field == "commandId":
                return command_id
            return of_a.cases[kind_of(name)] if field in of_case else of_a.person

        given = with_ids(kind, an_input(name), choose)
        answer = of_b.send(mutation(name), input=given)
        answers.append((answer.status_code, ID.sub("ID", answer.text)))

    assert answers[0] == answers[1]
    assert '"replayed":true' not in answers[0][1]
