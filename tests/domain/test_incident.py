"""An incident from its report to its closing: who runs it, who decides it, at which school it is."""

from __future__ import annotations

import inspect
from datetime import date

import pytest

from domain.incident import Incident
from domain.refusals import (
    AlreadyImported,
    CaseClosed,
    CaseNotClosed,
    DatesOutOfOrder,
    DeciderIsSubject,
    DutiesOutstanding,
    EmptyText,
    FutureDate,
    MalformedValue,
    RefusalCode,
    Refused,
    UnknownCode,
)
from domain.sealed import Secret
from domain.values import CaseKind, CaseStatus, Imported
from tests.domain.incidents import (
    AWARE,
    INVESTIGATED,
    POLICY,
    TODAY,
    WHY,
    closed,
    day,
    investigated,
    item,
    marked,
    named,
    reported,
    with_item,
)
from tests.support.scenario import Given, decided

# --- reported


def test_a_report_opens_an_incident_under_the_policy_in_force_that_day() -> None:
    incident = reported(school_reference="12", reported_by=named("teacher"), summary=Secret("a post"))

    assert decided(incident) == [
        (
            "incident.reported.v1",
            {
                "reference": "INC-2026-000001",
                "school_reference": "12",
                "school_urn": "900003",
                "opened_on": AWARE,
                "policy": POLICY,
                "reported_by": named("teacher"),
                "summary": Secret("a post"),
            },
        )
    ]
    assert (incident.kind, incident.status, incident.readers) == (
        CaseKind.INCIDENT,
        CaseStatus.OPEN,
        frozenset({named("teacher")}),
    )


def test_an_incident_reported_on_a_day_to_come_is_refused() -> None:
    with pytest.raises(FutureDate) as refusal:
        reported(opened_on=date(2026, 10, 31))
    assert refusal.value.fields == ("opened_on",)


@pytest.mark.parametrize("field", ["reference", "school_urn", "school_reference"])
@pytest.mark.parametrize("value", ["", " 12", "1\n2"], ids=["empty", "padded", "two lines"])
def test_a_reference_is_a_printable_word(field: str, value: str) -> None:
    with pytest.raises(MalformedValue) as refusal:
        reported(**{field: value})
    assert refusal.value.fields == (field,)


# --- where an imported case came from


def test_an_imported_case_says_from_which_lines_of_which_file() -> None:
    Given(reported()).when(lambda one: one.note_import(file_sha256="0f" * 32, lines=(2, 7))).then(
        ("incident.imported.v1", {"file_sha256": "0f" * 32, "lines": (2, 7)})
    )


def test_a_case_is_imported_once_from_a_file_with_a_digest() -> None:
    incident = reported()
    Given(incident).refuses(
        lambda one: one.note_import(file_sha256="0F" * 32, lines=(2,)), MalformedValue, "file_sha256"
    )
    incident.note_import(file_sha256="0f" * 32, lines=(2,))
    Given(incident).refuses(lambda one: one.note_import(file_sha256="0f" * 32, lines=(2,)), AlreadyImported)
    assert incident.imported == Imported("0f" * 32, (2,))


def test_a_closing_taken_over_from_a_log_skips_the_rules_and_says_so() -> None:
    incident = with_item("ALLEGATION:STAFF")
    Given(incident).when(
        lambda one: one.close_as_logged(outcome="NO_FURTHER_ACTION", closed_on=None, today=TODAY)
    ).then(("incident.closed.v1", {"outcome": "NO_FURTHER_ACTION", "as_logged": True}))
    assert (incident.status, incident.closed_as_logged) == (CaseStatus.CLOSED, True)


def test_a_closing_is_taken_over_from_a_log_once() -> None:
    Given(closed()).refuses(
        lambda one: one.close_as_logged(outcome="NO_FURTHER_ACTION", closed_on=day(10), today=TODAY), CaseClosed
    )


def test_a_closing_taken_over_from_a_log_knows_its_codes_and_no_future() -> None:
    incident = with_item()
    Given(incident).refuses(
        lambda one: one.close_as_logged(outcome="SOLVED", closed_on=None, today=TODAY), UnknownCode, "outcome"
    )
    Given(incident).refuses(
        lambda one: one.close_as_logged(outcome=None, closed_on=date(2027, 1, 1), today=TODAY), FutureDate, "closed_on"
    )


def test_the_log_is_the_reason_for_the_mark_of_an_imported_case_only() -> None:
    incident = with_item()
    Given(incident).refuses(lambda one: one.mark_not_reportable(reason=None), EmptyText, "reason")
    incident.note_import(file_sha256="0f" * 32, lines=(2,))
    Given(incident).when(lambda one: one.mark_not_reportable(reason=None)).then(
        ("incident.marked_not_reportable.v1", {})
    )


# --- assigned


@pytest.mark.obligation("S2-060")
def test_the_coordinator_can_be_given_an_incident() -> None:
    incident = with_item()
    Given(incident).when(
        lambda one: one.assign(owner=named("coordinator")),
        lambda one: one.assign(owner=named("coordinator")),
    ).then(("incident.assigned.v1", {"owner": named("coordinator")}))
    assert (incident.owner, incident.readers) == (named("coordinator"), frozenset({named("coordinator")}))


# --- closed and reopened


def test_closing_records_the_outcome_and_the_day() -> None:
    incident = with_item()
    Given(incident).when(
        lambda one: one.close(outcome="POST_REMOVED", closed_on=day(10), today=TODAY, notes=Secret("gone"))
    ).then(
        (
            "incident.closed.v1",
            {"outcome": "POST_REMOVED", "closed_on": day(10), "as_logged": False, "notes": Secret("gone")},
        )
    )
    assert (incident.status, incident.closed_on, incident.outcome) == (CaseStatus.CLOSED, day(10), "POST_REMOVED")


def test_closing_is_refused_with_an_unknown_outcome_in_the_future_or_before_the_opening() -> None:
    given = Given(with_item())
    given.refuses(lambda one: one.close(outcome="post_removed", closed_on=day(10), today=TODAY), UnknownCode, "outcome")
    given.refuses(
        lambda one: one.close(outcome="POST_REMOVED", closed_on=date(2026, 10, 31), today=TODAY),
        FutureDate,
        "closed_on",
    )
    given.refuses(
        lambda one: one.close(outcome="POST_REMOVED", closed_on=day(-1), today=TODAY), DatesOutOfOrder, "closed_on"
    )


@pytest.mark.obligation("S0-011")
def test_an_allegation_is_not_closed_without_a_record_of_an_investigation_where_the_policy_says_so() -> None:
    incident = with_item("ALLEGATION:STAFF")

    refusal = Given(incident).refuses(
        lambda one: one.close(outcome="NO_FURTHER_ACTION", closed_on=day(10), today=TODAY, policy=INVESTIGATED),
        DutiesOutstanding,
    )

    assert (refusal.code, refusal.clause) == (RefusalCode.DUTIES_OUTSTANDING, "Made Up, Online safety (1), L36")
    assert refusal.message.endswith("(needs: INVESTIGATE_ALLEGATION)")


@pytest.mark.obligation("S0-011")
@pytest.mark.parametrize(
    ("case", "incident"),
    [
        ("an allegation that was investigated", investigated()),
        ("no allegation", with_item("NEGATIVE_COMMENT:STAFF")),
        ("an excluded allegation", with_item("ALLEGATION:STAFF")),
    ],
)
def test_the_rule_for_closing_allegations_lets_everything_else_be_closed(case: str, incident: Incident) -> None:
    if case == "an excluded allegation":
        incident.exclude_item(item_id=named("item"), mark="RECORDED_IN_ERROR", reason=WHY)

    incident.close(outcome="NO_FURTHER_ACTION", closed_on=day(10), today=TODAY, policy=INVESTIGATED)

    assert incident.status is CaseStatus.CLOSED


def test_no_policy_forbids_nothing() -> None:
    assert closed(with_item("ALLEGATION:STAFF")).status is CaseStatus.CLOSED


def test_a_closed_incident_is_carried_on_only_after_reopening() -> None:
    incident = closed()
    given = Given(incident)
    given.refuses(lambda one: one.close(outcome="POST_REMOVED", closed_on=day(11), today=TODAY), CaseClosed)
    given.refuses(lambda one: one.assign(owner=named("coordinator")), CaseClosed)
    given.refuses(lambda one: item(one, "another"), CaseClosed)

    given.when(lambda one: one.reopen(reopened_on=day(12), reason=WHY, today=TODAY)).then(
        ("incident.reopened.v1", {"reopened_on": day(12), "reason": WHY})
    )

    assert (incident.status, incident.outcome, incident.closed_on) == (CaseStatus.OPEN, None, None)
    item(incident, "another")


def test_reopening_needs_a_closed_case_a_reason_and_a_day_after_the_closing() -> None:
    Given(with_item()).refuses(lambda one: one.reopen(reopened_on=day(1), reason=WHY, today=TODAY), CaseNotClosed)
    given = Given(closed())
    given.refuses(lambda one: one.reopen(reopened_on=day(11), reason=Secret(" "), today=TODAY), EmptyText, "reason")
    given.refuses(lambda one: one.reopen(reopened_on=day(9), reason=WHY, today=TODAY), DatesOutOfOrder, "reopened_on")
    given.refuses(
        lambda one: one.reopen(reopened_on=date(2026, 10, 31), reason=WHY, today=TODAY), FutureDate, "reopened_on"
    )


# --- addendum


@pytest.mark.obligation("S2-065")
@pytest.mark.parametrize("incident", [with_item(), closed(), marked()], ids=["open", "closed", "marked"])
def test_an_addendum_is_possible_at_any_time_and_leaves_what_was_recorded(incident: Incident) -> None:
    before = decided(incident)

    incident.add_addendum(text=Secret("She rang back."))

    assert decided(incident) == [*before, ("incident.addendum_recorded.v1", {"text": Secret("She rang back.")})]
    Given(incident).refuses(lambda one: one.add_addendum(text=Secret("")), EmptyText, "text")


# --- the corrected school


def test_a_case_recorded_at_the_wrong_school_is_corrected_with_a_reason() -> None:
    incident = with_item()
    Given(incident).when(
        lambda one: one.correct_school(school_urn="900005", reason=WHY),
        lambda one: one.correct_school(school_urn="900005", reason=WHY),
    ).then(("incident.school_corrected.v1", {"school_urn": "900005", "reason": WHY}))
    assert incident.school_urn == "900005"
    Given(incident).refuses(lambda one: one.correct_school(school_urn="900001", reason=Secret("")), EmptyText, "reason")


# --- who decides


@pytest.mark.obligation("S0-015")
@pytest.mark.parametrize(
    "decide",
    [
        lambda one, by: one.close(outcome="NO_FURTHER_ACTION", closed_on=day(9), today=TODAY, by=by),
        lambda one, by: one.mark_not_reportable(reason=WHY, by=by),
        lambda one, by: one.mark_recorded_in_error(reason=WHY, by=by),
        lambda one, by: one.mark_duplicate(original=reported(case_id=named("other")), reason=WHY, by=by),
        lambda one, by: one.correct_school(school_urn="900005", reason=WHY, by=by),
        lambda one, by: one.exclude_item(item_id=named("item"), mark="RECORDED_IN_ERROR", reason=WHY, by=by),
        lambda one, by: one.reclassify_item(item_id=named("item"), classifications=(), reason=WHY, by=by),
        lambda one, by: one.correct_item(item_id=named("item"), reason=WHY, today=TODAY, by=by),
        lambda one, by: one.record_investigation(
            investigation_id=named("investigation"), started_on=day(1), today=TODAY, investigator=by
        ),
    ],
    ids=[
        "close",
        "not reportable",
        "in error",
        "duplicate",
        "school",
        "exclude",
        "reclassify",
        "correct",
        "investigate",
    ],
)
def test_the_person_an_allegation_is_about_does_not_decide_the_case(decide: object) -> None:
    assert callable(decide)
    incident = with_item("ALLEGATION:STAFF", about=(named("teacher"),))

    refusal = Given(incident).refuses(lambda one: decide(one, named("teacher")), DeciderIsSubject)

    assert refusal.code is RefusalCode.CONFLICT_OF_INTEREST


@pytest.mark.obligation("S0-015")
def test_the_person_an_allegation_is_about_does_not_end_what_others_began() -> None:
    teacher = named("teacher")
    incident = with_item("ALLEGATION:STAFF", about=(teacher,))
    item(incident, "excluded")
    incident.exclude_item(item_id=named("excluded"), mark="DUPLICATE", reason=WHY)
    incident.record_investigation(investigation_id=named("investigation"), started_on=day(1), today=TODAY)
    given = Given(incident)
    given.refuses(
        lambda one: one.complete_investigation(
            investigation_id=named("investigation"), completed_on=day(2), finding="FALSE", today=TODAY, by=teacher
        ),
        DeciderIsSubject,
    )
    given.refuses(lambda one: one.restore_item(item_id=named("excluded"), reason=WHY, by=teacher), DeciderIsSubject)
    Given(closed(incident)).refuses(
        lambda one: one.reopen(reopened_on=day(12), reason=WHY, today=TODAY, by=teacher), DeciderIsSubject
    )


def test_whom_a_comment_names_is_no_subject_without_an_allegation() -> None:
    incident = with_item("NEGATIVE_COMMENT:STAFF", about=(named("teacher"),))

    incident.close(outcome="NO_FURTHER_ACTION", closed_on=day(9), today=TODAY, by=named("teacher"))

    assert incident.status is CaseStatus.CLOSED


# --- refusals


def _every(refusal: type[Refused]) -> list[type[Refused]]:
    return [refusal, *(deeper for sub in refusal.__subclasses__() for deeper in _every(sub))]


@pytest.mark.parametrize("refusal", _every(Refused))
def test_a_refusal_says_a_sentence_and_has_a_code_of_the_contract(refusal: type[Refused]) -> None:
    sentence = inspect.cleandoc(refusal.__doc__ or "")
    assert sentence == sentence.strip()
    assert sentence.split("\n\n")[0].endswith(".")
    assert refusal.code in RefusalCode
