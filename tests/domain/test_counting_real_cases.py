"""What the real aggregates add to the counts, event by event: each decision, recorded and read back, moves them so."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.complaint import Complaint
from domain.countable import CountedBreach, CountedComplaint, CountedIncident
from domain.counting import Contribution, CountSource, MonitoringCount
from domain.incident import Incident
from domain.staff_breach import StaffBreach
from domain.values import Mark
from tests.domain import incidents
from tests.domain.complaints import WORDS, head, received, reported
from tests.domain.countable_cases import contributions_of, excluded, figures, numbered
from tests.domain.recorded import recorded

RECORDED = datetime(2026, 10, 6, 23, 30, tzinfo=UTC)  # the 7th in London


def step(name: str, **given: Any) -> tuple[str, dict[str, Any]]:
    return name, given


ITEM = incidents.named("item")


@pytest.mark.obligation("S2-029", "S2-035", "S2-041")
def test_each_decision_on_an_incident_moves_its_counts_so() -> None:
    incident = incidents.reported()
    original = incidents.reported(case_id=incidents.named("original"))
    incident.record_item(
        item_id=ITEM, platform="FACEBOOK", poster_role="UNKNOWN", discovered_on=incidents.AWARE, today=incidents.TODAY
    )
    steps: list[tuple[tuple[str, dict[str, Any]], dict[str, int]]] = [
        (
            step("classify_item", item_id=ITEM, classifications=incidents.classified("ALLEGATION:STAFF OTHER:SCHOOL")),
            numbered(1),
        ),
        (
            step(
                "reclassify_item",
                item_id=ITEM,
                classifications=incidents.classified("UNAUTHORISED_IMAGE:STAFF NEGATIVE_COMMENT:STAFF"),
                reason=WORDS,
            ),
            numbered(7),
        ),
        (step("identify_poster", item_id=ITEM, poster_role="PARENT"), numbered(7, 11)),
        (
            step("correct_item", item_id=ITEM, taker_role="FAMILY_MEMBER", reason=WORDS, today=incidents.TODAY),
            numbered(7),
        ),
        (step("exclude_item", item_id=ITEM, mark="RECORDED_IN_ERROR", reason=WORDS), {}),
        (step("restore_item", item_id=ITEM, reason=WORDS), numbered(7)),
        (step("mark_duplicate", original=original, reason=WORDS), {}),
        (step("unmark", original=original, reason=WORDS), numbered(7)),
        (step("mark_not_reportable", reason=WORDS), {}),
        (step("unmark", reason=WORDS), numbered(7)),
        (step("mark_recorded_in_error", reason=WORDS), {}),
        (step("unmark", reason=WORDS), numbered(7)),
        (step("correct_school", school_urn="900004", reason=WORDS), numbered(7)),
        (
            step("close", outcome="NO_FURTHER_ACTION", closed_on=incidents.day(3), today=incidents.TODAY),
            numbered(7),
        ),
        (step("reopen", reopened_on=incidents.day(4), reason=WORDS, today=incidents.TODAY), numbered(7)),
    ]

    for (name, given), expected in steps:
        getattr(incident, name)(**given)
        assert figures(recorded(incident, RECORDED)) == expected, name


def test_a_recorded_item_carries_its_three_dates_and_the_corrected_school() -> None:
    incident = incidents.with_item("COMPLAINT:STAFF", posted_on=incidents.day(-2), platform="TIKTOK")
    incident.correct_school(school_urn="900004", reason=WORDS)

    assert contributions_of(recorded(incident, RECORDED)) == {
        Contribution(
            item_id=ITEM,
            count=MonitoringCount.COMPLAINTS_ABOUT_STAFF,
            source=CountSource.ONLINE,
            school_urn="900004",
            discovered_on=incidents.AWARE,
            posted_on=incidents.day(-2),
            recorded_on=date(2026, 10, 7),
            platform="TIKTOK",
            poster_role="PARENT",
            excluded_by=None,
        )
    }


def conversion() -> tuple[Incident, Complaint, StaffBreach]:
    """An incident complaining of staff, the complaint and the breach that came of it, not linked yet."""
    return incidents.with_item("COMPLAINT:STAFF"), received(head(school=True, staff=True)), reported()


@pytest.mark.obligation("S2-029", "S2-031", "S2-032")
def test_links_and_marks_of_real_cases_withhold_and_give_back() -> None:
    incident, complaint, breach = conversion()

    def now() -> dict[str, int]:
        return figures(*(recorded(case, RECORDED) for case in (incident, complaint, breach)))

    assert now() == numbered(C1=1, C3=1, C4=2)

    complaint.link(other=incident.id, kind="AROSE_FROM")
    assert now() == numbered(1, 3, 4)

    breach.link(other=complaint.id, kind="AROSE_FROM")
    assert now() == numbered(3, 4)

    incident.mark_not_reportable(reason=WORDS)
    assert now() == numbered(3, 4)  # the complaint's own now

    complaint.mark_recorded_in_error(reason=WORDS)
    assert now() == numbered(1)  # nothing else has the allegation any more

    complaint.unmark(reason=WORDS)
    breach.unlink(other=complaint.id, kind="AROSE_FROM")
    assert now() == numbered(1, 3, 4)


def test_the_aggregates_offer_what_counting_reads() -> None:
    # the type checker sees to it: counting itself narrows a case by its kind alone
    incident: CountedIncident
    complaint: CountedComplaint
    breach: CountedBreach
    incident, complaint, breach = conversion()

    assert [case.kind for case in (incident, complaint, breach)] == ["INCIDENT", "COMPLAINT", "STAFF_BREACH"]


def test_links_of_another_kind_withhold_nothing() -> None:
    incident, complaint, breach = conversion()
    complaint.link(other=incident.id, kind="RELATED")
    breach.link(other=incident.id, kind="RELATED")

    assert figures(*(recorded(case) for case in (incident, complaint, breach))) == numbered(C1=1, C3=1, C4=2)


@pytest.mark.ruling(29, 30)
@pytest.mark.parametrize("outcome", ["UPHELD", "NOT_UPHELD", "WITHDRAWN", "OUT_OF_SCOPE", "RESOLVED_INFORMALLY"])
def test_rulings_29_and_30_no_outcome_of_a_complaint_takes_it_out(outcome: str) -> None:
    complaint = received(head(school=True))
    today = complaint.received_on
    found = outcome if outcome.endswith("UPHELD") else "NO_FINDING"
    complaint.decide_head(head_id=next(iter(complaint.heads)), outcome=found, decided_on=today, today=today)
    complaint.request_withdrawal(asked_on=today, today=today)
    complaint.confirm_withdrawal(confirmed_on=today, today=today)
    complaint.route_to_procedure(route="ADMISSIONS", routed_on=today, today=today)
    complaint.close(outcome=outcome, closed_on=today, today=today)

    assert figures(recorded(complaint)) == numbered(3)


@pytest.mark.parametrize("finding", ["MALICIOUS", "FALSE", "UNFOUNDED"])
@pytest.mark.obligation("S2-029")
def test_an_allegation_found_false_was_still_made(finding: str) -> None:
    incident = incidents.with_item("ALLEGATION:STAFF")
    incident.record_investigation(
        investigation_id=incidents.named("inquiry"), started_on=incidents.day(1), today=incidents.TODAY
    )
    incident.complete_investigation(
        investigation_id=incidents.named("inquiry"),
        completed_on=incidents.day(2),
        finding=finding,
        today=incidents.TODAY,
    )
    incident.close(outcome="NO_FURTHER_ACTION", closed_on=incidents.day(3), today=incidents.TODAY)

    assert figures(recorded(incident)) == numbered(1)


@pytest.mark.ruling(39)
def test_ruling_39_one_item_of_three_recorded_twice_is_excluded_by_its_own_mark() -> None:
    incident = incidents.reported()
    for name in ("one", "two", "two again"):
        incidents.item(incident, name, classifications=incidents.classified("NEGATIVE_COMMENT:PUPIL"))
    incident.exclude_item(item_id=incidents.named("two again"), mark="DUPLICATE", reason=WORDS)

    kept = recorded(incident)

    assert figures(kept) == numbered(C8=2)
    assert excluded(kept) == {("NEGATIVE_COMMENTS_ABOUT_PUPILS", Mark.DUPLICATE): 1}
