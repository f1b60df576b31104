"""What is left to do on a case, by its state and the policy pinned to it."""

from __future__ import annotations

import pytest

from domain.duties import Duty, DutyCode, duties
from domain.staff_breach import StaffBreach
from tests.domain.incidents import (
    AWARE,
    POLICY,
    TODAY,
    WHY,
    classified,
    day,
    investigated,
    item,
    marked,
    named,
    reported,
    with_item,
)
from tests.domain.packs import pack_with

SILENT = pack_with("")
TELL_THE_HEAD = pack_with('reporting = { to_headteacher = { text = "The head hears of all.", source = "L151" } }')
INVESTIGATE = pack_with(
    'closing = { investigation_before_closing = ["ALLEGATION"], text = "Allegations are looked into.", source = "L36" }'
)


def test_a_case_in_order_leaves_nothing_to_do() -> None:
    assert duties(with_item(), SILENT) == ()


def test_that_no_policy_was_in_force_is_for_somebody_to_put_right() -> None:
    incident = reported(policy=None)
    assert duties(incident) == (Duty(DutyCode.NO_POLICY_IN_FORCE),)


@pytest.mark.ruling(48)
def test_an_item_without_classification_waits_to_be_classified_and_an_excluded_one_does_not() -> None:
    incident = reported()
    first, second, third = (item(incident, name) for name in ("first", "second", "third"))
    incident.classify_item(item_id=first, classifications=classified("OTHER:SCHOOL"))
    incident.exclude_item(item_id=third, mark="DUPLICATE", reason=WHY)

    assert duties(incident, SILENT) == (Duty(DutyCode.CLASSIFY_ITEM, item_id=second),)


@pytest.mark.obligation("S2-066")
def test_an_incident_waits_to_be_reported_to_the_headteacher_where_the_policy_asks_for_it() -> None:
    incident = with_item()
    assert duties(incident, TELL_THE_HEAD) == (
        Duty("REPORT_TO_HEADTEACHER", clause="Made Up, Online safety (1), L151", wording="The head hears of all."),
    )

    incident.report_to_headteacher(reported_on=day(1), today=TODAY)

    assert duties(incident, TELL_THE_HEAD) == ()


@pytest.mark.obligation("S2-066")
def test_a_closed_incident_still_waits_to_be_reported_to_the_headteacher() -> None:
    incident = with_item()
    incident.close_as_logged(outcome="NO_FURTHER_ACTION", closed_on=day(1), today=TODAY)
    assert [duty.code for duty in duties(incident, TELL_THE_HEAD)] == ["REPORT_TO_HEADTEACHER"]


@pytest.mark.obligation("S0-011")
def test_an_allegation_waits_to_be_investigated_where_the_policy_asks_for_it() -> None:
    allegation = with_item("ALLEGATION:STAFF")
    assert duties(allegation, INVESTIGATE) == (
        Duty(
            "INVESTIGATE_ALLEGATION",
            clause="Made Up, Online safety (1), L36",
            wording="Allegations are looked into.",
            before_closing=True,
        ),
    )
    assert duties(allegation, SILENT) == duties(investigated(), INVESTIGATE) == duties(with_item(), INVESTIGATE) == ()


def test_a_closing_taken_over_from_a_log_leaves_no_investigation_to_be_made() -> None:
    incident = with_item("ALLEGATION:STAFF")
    incident.close_as_logged(outcome=None, closed_on=day(1), today=TODAY)
    assert duties(incident, INVESTIGATE) == ()


def test_a_marked_case_owes_nothing_until_the_mark_is_removed() -> None:
    incident = marked(with_item(""))
    assert duties(incident, TELL_THE_HEAD) == ()
    incident.unmark(reason=WHY)
    assert [duty.code for duty in duties(incident, TELL_THE_HEAD)] == [
        DutyCode.CLASSIFY_ITEM,
        "REPORT_TO_HEADTEACHER",
    ]


@pytest.mark.ruling(9)
def test_a_breach_that_is_a_post_waits_to_be_recorded_as_an_incident() -> None:
    breach = StaffBreach.report(
        case_id=named("breach"),
        reference="SBR-2026-000001",
        school_urn="900003",
        reported_on=AWARE,
        source="OBSERVED",
        concerns_post=True,
        policy=POLICY,
        today=TODAY,
    )
    assert duties(breach, SILENT) == (Duty(DutyCode.RECORD_POST_AS_INCIDENT),)

    breach.link(other=named("incident"), kind="AROSE_FROM")

    assert duties(breach, SILENT) == ()
