"""What waits for somebody is found by whoever has to see to it, as a list of cases."""

from __future__ import annotations

from typing import Any

import pytest

import policies
from domain.access import Role
from domain.incident import Incident
from domain.registers import SchoolRegister
from projections.engine import Projector
from tests.projections.examples import SEPTEMBER, TODAY, add_item, complaint, incident, school
from tests.projections.readers import reader
from tests.projections.recording import Recording, named
from tests.support.asking import ask

CASES = """
query ($filter: CaseFilter) {
  cases(filter: $filter, orderBy: REFERENCE) { nodes { reference outstanding { code clause } } }
}
"""
QUEUE = "INFORM_EQUALITIES_MANAGER"


def under(register: SchoolRegister, name: str, text: str, **given: Any) -> Incident:
    """An incident with one item, pinned to the policy that the school has adopted."""
    case = Incident.report(
        case_id=named(name),
        reference=f"INC-2026-{name}",
        school_urn=register.urn,
        opened_on=SEPTEMBER,
        today=TODAY,
        policy=register.adoptions[-1].policy,
    )
    add_item(case, f"{name} 1", text, **given)
    return case


def found(recording: Recording, role: Role, **asked: Any) -> list[dict[str, Any]]:
    """The cases of a list at the first school, for somebody in a role there."""
    Projector(recording.database).catch_up(recording.trust_id)
    who = reader(recording.trust_id, role, "900001")
    nodes: list[dict[str, Any]] = ask(recording.trust, who, CASES, filter=asked)["cases"]["nodes"]
    return nodes


@pytest.mark.obligation("S2-018", "S2-019")
def test_incidents_of_prejudice_and_those_that_breach_the_policy_stand_in_one_queue_until_they_are_told_of(
    recording: Recording,
) -> None:
    # given
    register = school(recording.trust_id)
    register.adopt_pack(content=policies.content("libra"), adopted_on=SEPTEMBER)
    prejudice = under(register, "A", "PREJUDICED_COMMENT:PUPIL", characteristics=("DISABILITY",))
    breaching, harmless = under(register, "B", "OTHER:COMMUNITY"), under(register, "C", "OTHER:COMMUNITY")
    breaching.assess_conduct(assessment="UNACCEPTABLE", assessed_on=SEPTEMBER, today=TODAY)
    harmless.assess_conduct(assessment="ACCEPTABLE", assessed_on=SEPTEMBER, today=TODAY)
    told = under(register, "D", "RACIST_COMMENT:PUPIL")
    told.inform_person(role="EQUALITIES_MANAGER", informed_on=SEPTEMBER, today=TODAY)
    recording.record(register, prejudice, breaching, harmless, told)

    # when
    queue = found(recording, Role.COORDINATOR, outstanding=[QUEUE])

    # then
    assert [case["reference"] for case in queue] == ["INC-2026-A", "INC-2026-B"]
    assert [[duty["clause"][-3:] for duty in case["outstanding"] if duty["code"] == QUEUE] for case in queue] == [
        ["L73"],
        ["L73"],
    ]


@pytest.mark.obligation("S2-025")
def test_a_head_sees_every_open_incident_of_the_school_whoever_reported_or_runs_it_and_none_of_another(
    recording: Recording,
) -> None:
    # given
    fresh, run_by_another, closed = incident("A"), incident("B", "ALLEGATION:STAFF"), incident("C", "OTHER:SCHOOL")
    run_by_another.assign(owner=named("coordinator"))
    closed.close(outcome="NO_FURTHER_ACTION", closed_on=TODAY, today=TODAY)
    recording.record(school(recording.trust_id), school(recording.trust_id, "900002"))
    recording.record(fresh, run_by_another, closed, incident("D", "OTHER:SCHOOL", urn="900002"), complaint("E", "BOTH"))

    # when
    seen = found(recording, Role.HEADTEACHER, kinds=["INCIDENT"], statuses=["OPEN"])

    # then
    assert [case["reference"] for case in seen] == ["INC-2026-A", "INC-2026-B"]
