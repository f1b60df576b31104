"""Getting a post taken down: asked for, refused, checked, put up again, and reported to its network."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.incident import Incident
from domain.refusals import (
    AlreadyRemoved,
    CaseClosed,
    CaseMarked,
    DatesOutOfOrder,
    FutureDate,
    IdentityTaken,
    ItemExcluded,
    NotRemoved,
    Refused,
    RemovalNotRequested,
    UnknownCode,
    UnknownItem,
    UnknownPlatformReport,
)
from domain.sealed import Secret
from tests.domain.incidents import (
    TODAY,
    WHY,
    classified,
    closed,
    day,
    marked,
    named,
    removed,
    with_item,
)
from tests.support.scenario import Given

ITEM = named("item")
TOMORROW = date(2026, 10, 31)


# --- removal


@pytest.mark.obligation("S0-031", "S2-047", "S2-048")
def test_a_removal_is_asked_for_checked_and_until_then_unconfirmed() -> None:
    incident = with_item()
    Given(incident).when(
        lambda one: one.request_removal(item_id=ITEM, requested_on=day(1), person=named("parent"), today=TODAY),
        lambda one: one.request_removal(item_id=ITEM, requested_on=day(1), person=named("parent"), today=TODAY),
    ).then(
        ("incident.removal_requested.v1", {"item_id": ITEM, "requested_on": day(1), "person": named("parent")}),
    )
    assert [one.item_id for one in incident.unconfirmed_removals] == [ITEM]
    Given(incident).when(
        lambda one: one.confirm_removal(item_id=ITEM, checked_on=day(2), checked_by=named("coordinator"), today=TODAY)
    ).then(
        ("incident.removal_confirmed.v1", {"item_id": ITEM, "checked_on": day(2), "checked_by": named("coordinator")})
    )
    assert (incident.unconfirmed_removals, incident.items[ITEM].removal) == ((), "REMOVED")


@pytest.mark.obligation("S0-031")
def test_a_refused_removal_can_be_asked_for_again() -> None:
    incident = with_item()
    incident.request_removal(item_id=ITEM, requested_on=day(1), today=TODAY)
    Given(incident).when(
        lambda one: one.refuse_removal(item_id=ITEM, refused_on=day(2), notes=Secret("never"), today=TODAY),
        lambda one: one.request_removal(item_id=ITEM, requested_on=day(3), today=TODAY),
    ).then(
        ("incident.removal_refused.v1", {"item_id": ITEM, "refused_on": day(2), "notes": Secret("never")}),
        ("incident.removal_requested.v1", {"item_id": ITEM, "requested_on": day(3)}),
    )


def test_the_removal_of_a_post_is_checked_on_a_closed_case_too() -> None:
    incident = with_item()
    incident.request_removal(item_id=ITEM, requested_on=day(1), today=TODAY)
    closed(incident)
    Given(incident).refuses(
        lambda one: one.request_removal(item_id=ITEM, requested_on=day(12), today=TODAY), CaseClosed, "item_id"
    )
    incident.confirm_removal(item_id=ITEM, checked_on=day(12), today=TODAY)
    assert incident.items[ITEM].removal == "REMOVED"


def test_of_a_marked_case_no_removal_is_pursued() -> None:
    incident = with_item()
    incident.request_removal(item_id=ITEM, requested_on=day(1), today=TODAY)
    given = Given(marked(incident))
    given.refuses(lambda one: one.confirm_removal(item_id=ITEM, checked_on=day(2), today=TODAY), CaseMarked, "item_id")
    given.refuses(lambda one: one.refuse_removal(item_id=ITEM, refused_on=day(2), today=TODAY), CaseMarked, "item_id")


@pytest.mark.parametrize(
    ("end", "because"), [(closed, CaseClosed), (marked, CaseMarked)], ids=["a closed case", "a marked case"]
)
def test_a_post_put_up_again_is_no_matter_for(end: Any, because: type[Refused]) -> None:
    Given(end(removed())).refuses(
        lambda one: one.record_repost(item_id=named("again"), repost_of=ITEM, discovered_on=day(9), today=TODAY),
        because,
        "repost_of",
    )


def test_an_excluded_item_is_neither_pursued_nor_put_up_again() -> None:
    incident = removed()
    incident.exclude_item(item_id=ITEM, mark="DUPLICATE", reason=WHY)
    given = Given(incident)
    given.refuses(
        lambda one: one.record_repost(item_id=named("again"), repost_of=ITEM, discovered_on=day(9), today=TODAY),
        ItemExcluded,
        "repost_of",
    )
    given.refuses(lambda one: one.refuse_removal(item_id=ITEM, refused_on=day(4), today=TODAY), ItemExcluded, "item_id")


def test_what_is_gone_is_not_removed_again_and_what_nobody_asked_is_not_refused() -> None:
    given = Given(removed())
    given.refuses(
        lambda one: one.request_removal(item_id=ITEM, requested_on=day(4), today=TODAY), AlreadyRemoved, "item_id"
    )
    given.refuses(
        lambda one: one.confirm_removal(item_id=ITEM, checked_on=day(4), today=TODAY), AlreadyRemoved, "item_id"
    )
    Given(with_item()).refuses(
        lambda one: one.refuse_removal(item_id=ITEM, refused_on=day(4), today=TODAY), RemovalNotRequested, "item_id"
    )


@pytest.mark.parametrize(
    ("decide", "because", "field"),
    [
        (lambda one: one.request_removal(item_id=ITEM, requested_on=day(-1), today=TODAY), DatesOutOfOrder, 0),
        (lambda one: one.request_removal(item_id=ITEM, requested_on=TOMORROW, today=TODAY), FutureDate, 0),
        (lambda one: one.confirm_removal(item_id=ITEM, checked_on=day(0), today=TODAY), DatesOutOfOrder, 1),
        (lambda one: one.confirm_removal(item_id=ITEM, checked_on=TOMORROW, today=TODAY), FutureDate, 1),
        (lambda one: one.refuse_removal(item_id=ITEM, refused_on=day(0), today=TODAY), DatesOutOfOrder, 2),
        (lambda one: one.refuse_removal(item_id=ITEM, refused_on=TOMORROW, today=TODAY), FutureDate, 2),
    ],
    ids=["asked early", "asked late", "checked early", "checked late", "refused early", "refused late"],
)
def test_the_steps_of_a_removal_follow_one_another(decide: Any, because: type[Refused], field: int) -> None:
    incident = with_item()
    incident.request_removal(item_id=ITEM, requested_on=day(1), today=TODAY)
    Given(incident).refuses(decide, because, ("requested_on", "checked_on", "refused_on")[field])


def test_a_post_put_up_again_is_a_new_item_with_the_classification_of_the_original() -> None:
    incident = removed(with_item("RACIST_COMMENT:PUPIL", characteristics=("RACE",), about=(named("pupil"),)))
    Given(incident).when(
        lambda one: one.record_repost(
            item_id=named("again"), repost_of=ITEM, discovered_on=day(9), posted_on=day(8), today=TODAY
        )
    ).then(
        (
            "incident.item_reposted.v1",
            {
                "item_id": named("again"),
                "repost_of": ITEM,
                "platform": "FACEBOOK",
                "discovered_on": day(9),
                "posted_on": day(8),
                "classifications": classified("RACIST_COMMENT:PUPIL"),
                "characteristics": ("RACE",),
            },
        )
    )
    again = incident.items[named("again")]
    assert (again.ordinal, again.repost_of, again.removal, again.about) == (2, ITEM, None, (named("pupil"),))
    assert incident.items[ITEM].removal == "REMOVED"


@pytest.mark.parametrize(
    ("given", "because", "field"),
    [
        ({"item_id": ITEM}, IdentityTaken, "item_id"),
        ({"repost_of": named("nothing")}, UnknownItem, "repost_of"),
        ({"platform": "FRIENDSTER"}, UnknownCode, "platform"),
        ({"discovered_on": day(2)}, DatesOutOfOrder, "discovered_on"),
        ({"discovered_on": TOMORROW}, FutureDate, "discovered_on"),
    ],
)
def test_a_repost_that_cannot_be_is_refused(given: dict[str, Any], because: type[Refused], field: str) -> None:
    Given(removed()).refuses(
        lambda one: one.record_repost(
            **{"item_id": named("again"), "repost_of": ITEM, "discovered_on": day(9), "today": TODAY, **given}
        ),
        because,
        field,
    )


def test_only_what_was_removed_can_come_back() -> None:
    Given(with_item()).refuses(
        lambda one: one.record_repost(item_id=named("again"), repost_of=ITEM, discovered_on=day(9), today=TODAY),
        NotRemoved,
        "repost_of",
    )


# --- the platform


@pytest.mark.obligation("S0-030")
@pytest.mark.parametrize(
    "incident",
    [with_item("DEFAMATORY_STATEMENT:SCHOOL", poster_role="PUPIL"), closed(), marked()],
    ids=["open", "closed", "marked"],
)
def test_a_report_to_the_network_is_never_refused_and_keeps_date_reference_and_result(incident: Incident) -> None:
    report = named("report")
    Given(incident).when(
        lambda one: one.report_to_platform(
            report_id=report,
            item_id=ITEM,
            network="FACEBOOK",
            reported_on=day(1),
            reference=Secret("FB-1"),
            today=TODAY,
        ),
        lambda one: one.record_platform_answer(report_id=report, result="NO_ANSWER", answered_on=day(9), today=TODAY),
        lambda one: one.record_platform_answer(report_id=report, result="NO_ANSWER", answered_on=day(9), today=TODAY),
        lambda one: one.record_platform_answer(report_id=report, result="REMOVED", answered_on=day(10), today=TODAY),
    ).then(
        (
            "incident.platform_reported.v1",
            {
                "report_id": report,
                "item_id": ITEM,
                "network": "FACEBOOK",
                "reported_on": day(1),
                "reference": Secret("FB-1"),
            },
        ),
        ("incident.platform_answered.v1", {"report_id": report, "result": "NO_ANSWER", "answered_on": day(9)}),
        ("incident.platform_answered.v1", {"report_id": report, "result": "REMOVED", "answered_on": day(10)}),
    )
    assert incident.platform_reports[report].result == "REMOVED"


def test_reports_to_the_network_make_sense() -> None:
    incident = with_item()
    incident.report_to_platform(
        report_id=named("report"), item_id=ITEM, network="FACEBOOK", reported_on=day(2), today=TODAY
    )
    first = {"report_id": named("r2"), "item_id": ITEM, "network": "FACEBOOK", "reported_on": day(2), "today": TODAY}
    answer = {"report_id": named("report"), "result": "REMOVED", "answered_on": day(3), "today": TODAY}
    given = Given(incident)

    def report(**other: Any) -> Any:
        return lambda one: one.report_to_platform(**{**first, **other})

    def answered(**other: Any) -> Any:
        return lambda one: one.record_platform_answer(**{**answer, **other})

    given.refuses(report(report_id=named("report")), IdentityTaken, "report_id")
    given.refuses(report(network="FRIENDSTER"), UnknownCode, "network")
    given.refuses(report(reported_on=day(-1)), DatesOutOfOrder, "reported_on")
    given.refuses(report(reported_on=TOMORROW), FutureDate, "reported_on")
    given.refuses(answered(report_id=named("r2")), UnknownPlatformReport, "report_id")
    given.refuses(answered(result="MAYBE"), UnknownCode, "result")
    given.refuses(answered(answered_on=day(1)), DatesOutOfOrder, "answered_on")
    given.refuses(answered(answered_on=TOMORROW), FutureDate, "answered_on")
