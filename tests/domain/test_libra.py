"""What Libra's policy asks of incidents, as its pack says it."""

from __future__ import annotations

from typing import Any

import pytest

from domain.access import Role, may
from domain.duties import DutyCode, duties
from domain.incident import Incident
from domain.refusals import DutiesOutstanding
from domain.values import CaseStatus
from domain.vocabulary import CODE_LISTS
from tests.domain.countable_cases import figures, numbered
from tests.domain.incidents import TODAY, WHY, day, item, named, reported, with_item
from tests.domain.packs import owed, shipped
from tests.domain.recorded import recorded
from tests.support.scenario import Given

LIBRA = shipped("libra")
ITEM = named("item")
# The school and everybody connected with it.
EVERY_TARGET = [code.code for code in CODE_LISTS["targets"]]
# The eight that the policy names, gender and gender identity as the law calls them (L276).
STRANDS = [
    *("AGE", "DISABILITY", "SEX", "GENDER_REASSIGNMENT"),
    *("PREGNANCY_MATERNITY", "RACE", "RELIGION_BELIEF", "SEXUAL_ORIENTATION"),
]


def closing(incident: Incident) -> None:
    incident.close(outcome="NO_FURTHER_ACTION", closed_on=day(9), today=TODAY, policy=LIBRA)


@pytest.mark.obligation("S2-005")
@pytest.mark.parametrize("target", EVERY_TARGET)
def test_a_derogatory_comment_on_the_school_or_on_anyone_connected_is_recorded_and_to_be_removed(target: str) -> None:
    incident = with_item(f"NEGATIVE_COMMENT:{target}", poster_role="PARENT")

    assert [one.target for one in recorded(incident).items[ITEM].classifications] == [target]
    assert owed(incident, LIBRA)["REQUEST_REMOVAL"].clause == LIBRA.clause("L122")


@pytest.mark.obligation("S2-007")
@pytest.mark.parametrize("aspect", [code.code for code in CODE_LISTS["school_aspects"]])
def test_an_allegation_may_be_against_any_aspect_of_the_school(aspect: str) -> None:
    incident = reported()
    item(incident)
    [whole] = with_item("ALLEGATION:SCHOOL").items[ITEM].classifications
    incident.classify_item(item_id=ITEM, classifications=(type(whole)("ALLEGATION", "SCHOOL", aspect),))

    assert [one.aspect for one in recorded(incident).items[ITEM].classifications] == [aspect]


@pytest.mark.obligation("S2-007", "S2-080")
@pytest.mark.parametrize("poster", ["PARENT", "CARER"])
@pytest.mark.parametrize("target", ["SCHOOL", "STAFF", "PUPIL", "PARENT", "GOVERNOR", "TRUST", "COMMUNITY"])
def test_a_parents_allegation_against_whomever_is_met_with_evidence_a_meeting_and_a_request(
    target: str, poster: str
) -> None:
    incident = with_item(f"ALLEGATION:{target}", poster_role=poster)

    kept = recorded(incident).items[ITEM]
    assert (kept.poster_role, [(one.nature, one.target) for one in kept.classifications]) == (
        poster,
        [("ALLEGATION", target)],
    )
    assert {"GATHER_EVIDENCE", "MEET_POSTER", "REQUEST_REMOVAL"} <= owed(incident, LIBRA).keys()


def test_what_is_owed_in_any_case_is_not_owed_once_more_for_a_step_before_it() -> None:
    incident = with_item("ALLEGATION:STAFF", poster_role="PARENT")

    told: dict[str, Any] = {"mode": "IN_PERSON", "attended": True, "outcome": "RESOLVED"}
    incident.hold_meeting(held_on=day(1), today=TODAY, policy=LIBRA, **told)

    assert [duty.clause for duty in duties(incident, LIBRA) if duty.code == "GATHER_EVIDENCE"] == [LIBRA.clause("L120")]


@pytest.mark.obligation("S2-008")
@pytest.mark.parametrize("poster", ["PUPIL", "PARENT", "CARER"])
def test_abuse_of_staff_is_not_set_aside_before_it_was_assessed(poster: str) -> None:
    incident = with_item("NEGATIVE_COMMENT:STAFF", poster_role=poster)
    incident.support_target(target="STAFF", kind="REASSURANCE", supported_on=day(1), today=TODAY)
    incident.note_evidence(evidence_id=named("evidence"), kind="SCREENSHOT", today=TODAY)
    assert owed(incident, LIBRA)["ASSESS_REPORT"].clause == LIBRA.clause("L40")
    assert Given(incident).refuses(closing, DutiesOutstanding).needs == ("ASSESS_REPORT",)

    incident.assess_conduct(assessment="ACCEPTABLE", assessed_on=day(2), today=TODAY)

    closing(incident)
    assert incident.status is CaseStatus.CLOSED


@pytest.mark.obligation("S2-019")
@pytest.mark.parametrize(
    ("text", "assessment", "expected"),
    [
        ("NEGATIVE_COMMENT:PUPIL", "UNACCEPTABLE", "that breach the policy"),
        ("NEGATIVE_COMMENT:PUPIL", "ILLEGAL", "that breach the policy"),
        ("RACIST_COMMENT:PUPIL", "UNACCEPTABLE", "of prejudice"),  # once, not twice
        ("RACIST_COMMENT:PUPIL", None, "of prejudice"),
        ("NEGATIVE_COMMENT:PUPIL", "ACCEPTABLE", None),
        ("NEGATIVE_COMMENT:PUPIL", None, None),
    ],
)
def test_incidents_of_prejudice_and_those_that_breach_the_policy_wait_for_the_equalities_manager_alike(
    text: str, assessment: str | None, expected: str | None
) -> None:
    incident = with_item(text)
    if assessment is not None:
        incident.assess_conduct(assessment=assessment, assessed_on=day(1), today=TODAY)

    waiting = [duty for duty in duties(incident, LIBRA) if duty.code == "INFORM_EQUALITIES_MANAGER"]

    assert [(duty.clause, duty.before_closing) for duty in waiting] == (
        [(LIBRA.clause("L73"), True)] if expected else []
    )
    assert all(expected is not None and expected in (duty.wording or "") for duty in waiting)
    incident.inform_person(role="EQUALITIES_MANAGER", informed_on=day(2), today=TODAY)
    assert "INFORM_EQUALITIES_MANAGER" not in owed(incident, LIBRA)


@pytest.mark.obligation("S2-053")
def test_legal_advice_follows_the_record_that_it_went_on() -> None:
    early, late = with_item(), with_item()

    early.take_legal_advice(advised_on=day(3), today=TODAY, policy=LIBRA)
    assert owed(early, LIBRA)["RECORD_CONTINUATION"].clause == LIBRA.clause("L127")
    early.record_continuation(continued_on=day(2), today=TODAY)
    assert not {"RECORD_CONTINUATION", "TAKE_LEGAL_ADVICE"} & owed(early, LIBRA).keys()

    assert "TAKE_LEGAL_ADVICE" not in owed(late, LIBRA)
    late.record_continuation(continued_on=day(2), today=TODAY)
    assert owed(late, LIBRA)["TAKE_LEGAL_ADVICE"].clause == LIBRA.clause("L127")
    Given(late).when(lambda one: one.take_legal_advice(advised_on=day(3), advice=WHY, today=TODAY, policy=LIBRA)).then(
        ("incident.legal_advice_taken.v1", {"advised_on": day(3), "advice": WHY})
    )
    assert not {"RECORD_CONTINUATION", "TAKE_LEGAL_ADVICE"} & owed(late, LIBRA).keys()


@pytest.mark.parametrize(
    ("source", "reporter"),
    [
        pytest.param("STAFF_REPORT", "STAFF", marks=pytest.mark.obligation("S2-074")),
        pytest.param("PUPIL_REPORT", "PUPIL", marks=pytest.mark.obligation("S2-085")),
    ],
)
def test_unsuitable_material_is_reported_to_the_coordinator(source: str, reporter: str) -> None:
    incident = with_item("UNSUITABLE_MATERIAL:PUPIL", platform="WEBSITE", poster_role="UNKNOWN")
    assert owed(incident, LIBRA)["INFORM_COORDINATOR"].clause == LIBRA.clause("L170, L202")

    incident.note_intake(
        source=source, reporter_role=reporter, received_by="COORDINATOR", received_on=day(0), today=TODAY
    )

    intake = recorded(incident).intake
    assert intake is not None
    assert (intake.source, intake.reporter_role, intake.received_by) == (source, reporter, "COORDINATOR")
    assert "INFORM_COORDINATOR" not in owed(incident, LIBRA)


@pytest.mark.obligation("S2-076")
@pytest.mark.ruling(48)
def test_staff_report_any_concern_without_saying_what_it_is() -> None:
    incident = reported(reported_by=named("teacher"))
    item(incident, poster_role="UNKNOWN", platform="UNKNOWN")

    kept = recorded(incident)

    assert may(Role.STAFF, "ReportIncident")
    assert may(Role.STAFF, "RecordItem", "INCIDENT")
    assert (kept.items[ITEM].classifications, figures(kept)) == ((), {})
    assert owed(kept, LIBRA)["CLASSIFY_ITEM"].item_id == ITEM
    assert DutyCode.CLASSIFY_ITEM not in owed(with_item("OTHER:COMMUNITY"), LIBRA)


@pytest.mark.obligation("S2-084")
def test_a_pupil_reports_an_offensive_e_mail() -> None:
    incident = with_item("NEGATIVE_COMMENT:PUPIL", platform="EMAIL", poster_role="UNKNOWN")

    Given(incident).when(
        lambda one: one.note_intake(source="PUPIL_REPORT", reporter_role="PUPIL", received_on=day(0), today=TODAY)
    ).then(
        (
            "incident.intake_noted.v1",
            {
                "source": "PUPIL_REPORT",
                "reporter_role": "PUPIL",
                "reporter_is_target": False,
                "received_on": day(0),
            },
        )
    )
    assert recorded(incident).items[ITEM].platform == "EMAIL"


@pytest.mark.obligation("S2-087")
@pytest.mark.parametrize(
    ("text", "counts"),
    [("UNAUTHORISED_IMAGE:PUPIL", {}), ("CYBERBULLYING:PUPIL", {}), ("UNAUTHORISED_IMAGE:STAFF", numbered(11))],
)
def test_images_and_cyber_bullying_by_pupils_are_recorded_and_only_images_of_staff_are_counted(
    text: str, counts: dict[str, int]
) -> None:
    kept = recorded(with_item(text, poster_role="PUPIL"))

    assert kept.items[ITEM].has_nature(text.split(":")[0])
    assert figures(kept) == counts


@pytest.mark.obligation("S2-092")
@pytest.mark.parametrize("told", ["afterwards", "on receipt"])
def test_who_came_upon_an_inappropriate_site_by_accident_tells_the_ict_coordinator(told: str) -> None:
    incident = with_item("UNSUITABLE_MATERIAL:COMMUNITY", platform="WEBSITE", poster_role="UNKNOWN")
    incident.tag_item(item_id=ITEM, accidental=True, content_kinds=("VIOLENT",))
    assert recorded(incident).item_tags[ITEM].accidental is True
    assert owed(incident, LIBRA)["INFORM_ICT_COORDINATOR"].clause == LIBRA.clause("L245")

    if told == "afterwards":
        incident.inform_person(role="ICT_COORDINATOR", informed_on=day(1), today=TODAY)
    else:
        intake: dict[str, Any] = {"source": "STAFF_REPORT", "received_on": day(0), "today": TODAY}
        incident.note_intake(received_by="ICT_COORDINATOR", **intake)

    assert "INFORM_ICT_COORDINATOR" not in owed(incident, LIBRA)


@pytest.mark.obligation("S2-098")
@pytest.mark.parametrize("strand", STRANDS)
def test_each_of_the_eight_strands_tags_an_incident_of_prejudice(strand: str) -> None:
    tagged = with_item("PREJUDICED_COMMENT:COMMUNITY", characteristics=(strand,))

    assert recorded(tagged).items[ITEM].characteristics == (strand,)
    assert "INFORM_EQUALITIES_MANAGER" in owed(tagged, LIBRA)
