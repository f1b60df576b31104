"""An allegation investigated, and its outcome told once the investigation is complete and not before."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import policies
from domain.policy import parse_pack
from domain.refusals import (
    CaseClosed,
    CaseMarked,
    DatesOutOfOrder,
    FutureDate,
    IdentityTaken,
    InvestigationFinished,
    InvestigationIncomplete,
    PrerequisiteMissing,
    UnknownCode,
    UnknownInvestigation,
)
from domain.sealed import Secret
from domain.steps import Investigation
from tests.domain.incidents import (
    TODAY,
    closed,
    day,
    investigated,
    marked,
    named,
    with_item,
)
from tests.support.scenario import Given

ITEM = named("item")
TOMORROW = date(2026, 10, 31)


@pytest.mark.obligation("S0-011")
def test_an_investigation_is_recorded_and_comes_to_a_finding() -> None:
    incident = with_item("ALLEGATION:STAFF")
    Given(incident).when(
        lambda one: one.record_investigation(
            investigation_id=named("investigation"), started_on=day(1), investigator=named("head"), today=TODAY
        ),
        lambda one: one.complete_investigation(
            investigation_id=named("investigation"),
            completed_on=day(8),
            finding="UNFOUNDED",
            report=Secret("nothing"),
            today=TODAY,
        ),
    ).then(
        (
            "incident.investigation_recorded.v1",
            {"investigation_id": named("investigation"), "started_on": day(1), "investigator": named("head")},
        ),
        (
            "incident.investigation_completed.v1",
            {
                "investigation_id": named("investigation"),
                "completed_on": day(8),
                "finding": "UNFOUNDED",
                "report": Secret("nothing"),
            },
        ),
    )
    assert incident.investigations[named("investigation")] == Investigation(
        named("investigation"), day(1), named("head"), day(8), "UNFOUNDED", None, Secret("nothing")
    )


def test_an_investigation_begins_once_and_ends_once_on_days_that_can_be() -> None:
    incident = with_item("ALLEGATION:STAFF")
    start: dict[str, Any] = {"investigation_id": named("investigation"), "started_on": day(1), "today": TODAY}
    end: dict[str, Any] = {
        "investigation_id": named("investigation"),
        "completed_on": day(8),
        "finding": "FALSE",
        "today": TODAY,
    }
    given = Given(incident)
    given.refuses(lambda one: one.record_investigation(**{**start, "started_on": TOMORROW}), FutureDate, "started_on")
    given.refuses(lambda one: one.complete_investigation(**end), UnknownInvestigation, "investigation_id")
    incident.record_investigation(**start)
    given = Given(incident)
    given.refuses(lambda one: one.record_investigation(**start), IdentityTaken, "investigation_id")
    given.refuses(lambda one: one.complete_investigation(**{**end, "finding": "GUILTY"}), UnknownCode, "finding")
    given.refuses(
        lambda one: one.complete_investigation(**{**end, "completed_on": day(0)}), DatesOutOfOrder, "completed_on"
    )
    given.refuses(
        lambda one: one.complete_investigation(**{**end, "completed_on": TOMORROW}), FutureDate, "completed_on"
    )
    incident.complete_investigation(**end)
    Given(incident).refuses(lambda one: one.complete_investigation(**end), InvestigationFinished, "investigation_id")


@pytest.mark.obligation("S0-012")
def test_the_outcome_is_told_once_the_investigation_is_complete_and_not_before() -> None:
    told: dict[str, Any] = {"recipient_role": "TARGET", "recipient": named("teacher"), "communicated_on": day(9)}
    incident = with_item("ALLEGATION:STAFF")
    after = {"policy": parse_pack(policies.content("sharp-lane"))}
    refusal = Given(incident).refuses(
        lambda one: one.communicate_outcome(today=TODAY, **told, **after), PrerequisiteMissing
    )
    assert refusal.clause == "Sharp Lane, Social networking: parents and staff (2020-11-2), L36"
    incident.record_investigation(investigation_id=named("investigation"), started_on=day(1), today=TODAY)
    Given(incident).refuses(lambda one: one.communicate_outcome(today=TODAY, **told), InvestigationIncomplete)
    incident.complete_investigation(
        investigation_id=named("investigation"), completed_on=day(8), finding="FALSE", today=TODAY
    )
    Given(incident).refuses(
        lambda one: one.communicate_outcome(today=TODAY, **{**told, "communicated_on": day(7)}),
        DatesOutOfOrder,
        "communicated_on",
    )
    Given(incident).when(lambda one: one.communicate_outcome(today=TODAY, **told, **after)).then(
        ("incident.outcome_communicated.v1", told)
    )


def test_at_sharp_lane_the_outcome_of_what_is_no_allegation_is_told_without_an_investigation() -> None:
    rude, accused = with_item("NEGATIVE_COMMENT:STAFF"), with_item("ALLEGATION:STAFF")
    told: dict[str, Any] = {"recipient_role": "TARGET", "communicated_on": day(9), "today": TODAY}
    sharp_lane = parse_pack(policies.content("sharp-lane"))
    rude.communicate_outcome(**told, policy=sharp_lane)
    Given(accused).refuses(lambda one: one.communicate_outcome(**told, policy=sharp_lane), PrerequisiteMissing)


def test_where_the_policy_is_silent_an_outcome_is_told_without_an_investigation() -> None:
    with_item("ALLEGATION:STAFF").communicate_outcome(recipient_role="TARGET", communicated_on=day(9), today=TODAY)


def test_every_investigation_must_be_complete_before_the_outcome_is_told_even_on_a_closed_case() -> None:
    incident = investigated()
    incident.record_investigation(investigation_id=named("second"), started_on=day(2), today=TODAY)
    closed(incident)
    told: dict[str, Any] = {"recipient_role": "TARGET", "communicated_on": day(9), "today": TODAY}
    Given(incident).refuses(lambda one: one.communicate_outcome(**told), InvestigationIncomplete)
    first = closed(investigated())
    given = Given(first)
    given.refuses(
        lambda one: one.communicate_outcome(**{**told, "recipient_role": "AUNT"}), UnknownCode, "recipient_role"
    )
    given.refuses(
        lambda one: one.communicate_outcome(**{**told, "communicated_on": TOMORROW}), FutureDate, "communicated_on"
    )
    first.communicate_outcome(**told)
    assert [notice.recipient_role for notice in first.outcome_notices] == ["TARGET"]


def test_an_investigation_does_not_go_on_when_the_case_is_closed() -> None:
    incident = with_item()
    incident.record_investigation(investigation_id=named("investigation"), started_on=day(1), today=TODAY)
    Given(closed(incident)).refuses(
        lambda one: one.complete_investigation(
            investigation_id=named("investigation"), completed_on=day(11), finding="FALSE", today=TODAY
        ),
        CaseClosed,
    )


def test_nobody_is_told_the_outcome_of_a_marked_case() -> None:
    Given(marked(investigated())).refuses(
        lambda one: one.communicate_outcome(recipient_role="TARGET", communicated_on=day(9), today=TODAY), CaseMarked
    )
