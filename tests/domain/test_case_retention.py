"""What is decided about keeping a case: holds, classes, and what becomes of it when its time is over."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.case_deadlines import deadlines
from domain.refusals import DeciderIsSubject, EmptyText, IdentityTaken, Refused, UnknownCode
from domain.retention import PersonDates, RetentionDue, retention_of
from domain.retention_facts import derived_classes, measured
from domain.retention_parts import LegalHold, RetentionInput, RetentionReview
from domain.retention_refusals import (
    DueNotKnown,
    KeepingNotBegun,
    KeepUntilMissing,
    KeepUntilNotWanted,
    KeepUntilPassed,
    LegalHoldOver,
    LinkedCaseOpen,
    NotDueYet,
    OnHold,
    ReviewPassed,
    UnknownLegalHold,
)
from domain.sealed import SealedRef, Secret
from domain.staff_breach import StaffBreach
from domain.values import PolicyRef
from tests.domain import incidents
from tests.domain.breaches import advised, contacted, found, sanctioned, with_details
from tests.domain.complaints import TODAY, day, decided_on, named, received
from tests.domain.complaints import reported as breach
from tests.domain.kept import SHIPPED, table
from tests.domain.recorded import recorded

WHY = Secret("the solicitors wrote")
TABLE = PolicyRef("shipped", "2026-11", "ab" * 32)
REVIEW_ON = date(2027, 4, 1)
LATER = date(2040, 1, 1)


def closed(**given: Any) -> Any:
    complaint = decided_on(received(**given))
    complaint.close(outcome="NOT_UPHELD", closed_on=day(10), today=TODAY)
    return complaint


def hold(case: Any, name: str = "hold", **given: Any) -> Any:
    case.place_hold(
        **{
            "hold_id": named(name),
            "authority": "LITIGATION",
            "review_on": REVIEW_ON,
            "reason": WHY,
            "today": TODAY,
            **given,
        }
    )
    return case


def due_of(case: Any, today: date = LATER) -> RetentionDue | None:
    return retention_of(measured(case), SHIPPED, today)


def review(case: Any, choice: str = "DISPOSE", **given: Any) -> Any:
    today = given.get("today", LATER)
    case.review_retention(
        **{
            "choice": choice,
            "table": TABLE,
            "due": due_of(case, today),
            "is_held": False,
            "has_open_link": False,
            "today": today,
            **given,
        }
    )
    return case


# --- holds


def test_a_hold_is_placed_and_lifted_and_stands_in_the_record_for_ever() -> None:
    complaint = hold(received())
    complaint.lift_hold(hold_id=named("hold"), reason=WHY)

    assert recorded(complaint).legal_holds == {
        named("hold"): LegalHold(
            hold_id=named("hold"),
            placed_on=date(2026, 9, 14),
            authority="LITIGATION",
            review_on=REVIEW_ON,
            reason=SealedRef(2, "reason"),
            is_lifted=True,
            lifted_because=SealedRef(3, "reason"),
        )
    }
    assert not complaint.is_on_legal_hold


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"authority": "SOMEBODY"}, UnknownCode),
        ({"review_on": TODAY}, ReviewPassed),
        ({"reason": Secret(" ")}, EmptyText),
        ({"by": named("teacher")}, DeciderIsSubject),
    ],
)
def test_a_hold_that_says_too_little_is_refused(given: dict[str, Any], refused: type[Refused]) -> None:
    complaint = received()

    with pytest.raises(refused):
        hold(complaint, **given)

    assert complaint.legal_holds == {}


def test_a_hold_is_lifted_once_and_by_none_whom_the_case_is_about() -> None:
    complaint = hold(received())

    with pytest.raises(IdentityTaken):
        hold(complaint)
    with pytest.raises(UnknownLegalHold):
        complaint.lift_hold(hold_id=named("another"), reason=WHY)
    with pytest.raises(DeciderIsSubject):
        complaint.lift_hold(hold_id=named("hold"), reason=WHY, by=named("teacher"))
    complaint.lift_hold(hold_id=named("hold"), reason=WHY)
    with pytest.raises(LegalHoldOver):
        complaint.lift_hold(hold_id=named("hold"), reason=WHY)


def test_a_hold_falls_due_to_be_looked_at_again_whatever_became_of_the_case() -> None:
    complaint = hold(closed())

    [due] = deadlines(complaint, None, ())

    assert (due.code, due.due_on, due.ends) == ("REVIEW_HOLD", REVIEW_ON, datetime(2027, 4, 1, 23, tzinfo=UTC))
    complaint.lift_hold(hold_id=named("hold"), reason=WHY)
    assert deadlines(complaint, None, ()) == ()


# --- reviews


def test_a_case_is_disposed_of_once_its_day_has_come_and_the_decision_says_what_it_rests_on() -> None:
    complaint = review(closed(), today=date(2029, 9, 24), notes=WHY)

    assert recorded(complaint).retention_decision == RetentionReview(
        decision="DISPOSE",
        keep_until=None,
        table=TABLE,
        rule="COMPLAINT",
        due_on=date(2029, 9, 24),
        inputs=(RetentionInput("RESOLVED_ON", day(10)),),
        decided_on=date(2029, 9, 24),
        notes=SealedRef(4, "notes"),
    )


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"today": date(2029, 9, 23)}, NotDueYet),
        ({"is_held": True}, OnHold),
        ({"has_open_link": True}, LinkedCaseOpen),
        # A hold is what is said first.
        ({"is_held": True, "today": date(2029, 9, 23)}, OnHold),
        ({"choice": "SHRED"}, UnknownCode),
        ({"keep_until": date(2041, 1, 1)}, KeepUntilNotWanted),
        ({"by": named("teacher")}, DeciderIsSubject),
    ],
)
def test_a_case_that_is_still_needed_is_not_disposed_of(given: dict[str, Any], refused: type[Refused]) -> None:
    complaint = closed()

    with pytest.raises(refused):
        review(complaint, **given)

    assert complaint.retention_reviews == ()


def test_a_case_on_hold_is_not_disposed_of_until_the_last_hold_is_lifted() -> None:
    complaint = hold(hold(closed()), "another")
    complaint.lift_hold(hold_id=named("hold"), reason=WHY)

    with pytest.raises(OnHold):
        review(complaint)

    complaint.lift_hold(hold_id=named("another"), reason=WHY)
    assert review(complaint).retention_decision.decision == "DISPOSE"


def test_nothing_is_decided_about_an_open_case() -> None:
    for choice in ("KEEP", "DISPOSE", "ARCHIVE"):
        with pytest.raises(KeepingNotBegun):
            review(received(), choice)


def test_a_copy_of_an_open_case_is_not_disposed_of() -> None:
    copy = received()
    copy.mark_duplicate(original=received(case_id=named("original")), reason=WHY)

    with pytest.raises(KeepingNotBegun):
        review(copy, due=None)


def test_what_cannot_be_told_is_not_disposed_of_and_the_answer_names_what_is_missing() -> None:
    low = advised()
    low.assess_harm_threshold(level="LOW_LEVEL", criteria=(), assessed_on=day(1), today=TODAY)
    low.close(outcome="ADVICE_GIVEN", closed_on=day(3), today=TODAY)

    with pytest.raises(DueNotKnown) as caught:
        review(low)

    assert caught.value.needs == ("LEFT_ON",)


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({}, KeepUntilMissing),
        ({"keep_until": LATER}, KeepUntilPassed),
        ({"keep_until": date(2041, 1, 1)}, EmptyText),
        ({"keep_until": date(2041, 1, 1), "notes": Secret(" ")}, EmptyText),
    ],
)
def test_whoever_keeps_a_record_says_until_when_and_why(given: dict[str, Any], refused: type[Refused]) -> None:
    with pytest.raises(refused):
        review(closed(), "KEEP", **given)


def test_a_record_is_kept_longer_also_while_it_is_held_and_before_its_day() -> None:
    complaint = hold(closed())

    review(complaint, "KEEP", keep_until=date(2030, 1, 1), notes=WHY, today=date(2027, 1, 1), is_held=True)

    assert (complaint.retention_decision.decision, complaint.retention_decision.keep_until) == (
        "KEEP",
        date(2030, 1, 1),
    )


def test_a_decision_is_over_once_the_case_is_opened_again() -> None:
    complaint = review(closed())
    complaint.reopen(reopened_on=day(20), reason=WHY, today=TODAY)

    assert complaint.retention_decision is None
    assert [one.is_over for one in complaint.retention_reviews] == [True]
    assert measured(complaint).has_ended is False
    complaint.close(outcome="NOT_UPHELD", closed_on=day(30), today=TODAY)
    assert (measured(complaint).ended_on, complaint.retention_decision) == (day(30), None)


def test_a_persons_own_day_never_goes_into_the_record() -> None:
    accused = advised()
    accused.assess_harm_threshold(level="MET", criteria=("SUITABILITY",), assessed_on=day(1), today=TODAY)
    accused.close(outcome="ADVICE_GIVEN", closed_on=day(3), today=TODAY)
    due = retention_of(measured(accused), SHIPPED, LATER, PersonDates(pension_on=date(2039, 5, 5)))

    review(accused, due=due)

    [decided] = accused.retention_reviews
    assert (decided.rule, decided.due_on) == ("STAFF_ALLEGATION_PENSION_AGE", None)
    assert decided.inputs == (RetentionInput("ALLEGED_ON", day(0)), RetentionInput("PENSION_ON", None))


# --- what the keeping of a case follows from


def test_a_mark_ends_a_case_on_its_day_unless_it_was_closed_before() -> None:
    marked = received()
    marked.mark_not_reportable(reason=WHY)
    was_closed = closed()
    was_closed.mark_recorded_in_error(reason=WHY)

    found = [measured(recorded(case, datetime(2026, 11, 1, 23, 30, tzinfo=UTC))) for case in (marked, was_closed)]

    assert [(one.has_ended, one.ended_on) for one in found] == [(True, date(2026, 11, 1)), (True, day(10))]
    marked.unmark(reason=WHY)
    assert measured(marked).has_ended is False


def test_the_day_of_a_mark_is_a_day_in_london() -> None:
    marked = received()
    marked.mark_not_reportable(reason=WHY)

    late = recorded(marked, datetime(2026, 7, 1, 23, 30, tzinfo=UTC))

    assert measured(late).ended_on == date(2026, 7, 2)


def test_what_somebody_said_the_case_is_stands_in_place_of_what_follows() -> None:
    complaint = received()
    complaint.route_to_procedure(route="CHILD_PROTECTION", routed_on=day(1), today=TODAY)
    assert measured(complaint).classes == {"SAFEGUARDING"}

    complaint.classify_for_retention(classes=("SEXUAL_ABUSE", "NEGLIGENCE"), reason=WHY, today=TODAY)
    complaint.classify_for_retention(classes=("NEGLIGENCE", "SEXUAL_ABUSE"), reason=WHY, today=TODAY)

    assert measured(recorded(complaint)).classes == {"NEGLIGENCE", "SEXUAL_ABUSE"}
    assert [type(one).__name__ for one in complaint.pending_events].count("RetentionClassified") == 1
    complaint.classify_for_retention(classes=(), reason=WHY, today=TODAY)
    assert measured(complaint).classes == frozenset()


@pytest.mark.parametrize(
    ("classes", "reason", "refused"), [(("LATE",), WHY, UnknownCode), (("NEGLIGENCE",), Secret(""), EmptyText)]
)
def test_a_case_is_classified_by_codes_and_with_a_reason(
    classes: tuple[str, ...], reason: Secret, refused: type[Refused]
) -> None:
    with pytest.raises(refused):
        received().classify_for_retention(classes=classes, reason=reason, today=TODAY)


def with_level(level: str) -> StaffBreach:
    found = breach()
    criteria = ("SUITABILITY",) if level == "MET" else ()
    found.assess_harm_threshold(level=level, criteria=criteria, assessed_on=day(1), today=TODAY)
    return found


def found_to_be(finding: str, sanction: str | None = None) -> StaffBreach:
    case = breach()
    contacted(case)
    found(case, finding)
    if sanction is not None:
        case.refer_to_disciplinary(referred_on=day(4), today=TODAY)
        sanctioned(case, sanction, spent_on=date(2027, 6, 1) if "WARNING" in sanction else None)
    return case


@pytest.mark.parametrize(
    ("case", "classes"),
    [
        (breach(), set()),
        (with_details(breach_types=("GROOMING_RISK",)), {"SAFEGUARDING", "STAFF_ALLEGATION"}),
        (with_level("MET"), {"SAFEGUARDING", "STAFF_ALLEGATION"}),
        (with_level("LOW_LEVEL"), {"LOW_LEVEL_CONCERN"}),
        (with_level("NOT_MET"), set()),
        (found_to_be("UNFOUNDED"), {"NOT_PROVEN"}),
        (found_to_be("UNSUBSTANTIATED"), {"NOT_PROVEN"}),
        (found_to_be("SUBSTANTIATED"), set()),
        (found_to_be("SUBSTANTIATED", "FIRST_WRITTEN_WARNING"), {"FIRST_WARNING"}),
        (found_to_be("SUBSTANTIATED", "FINAL_WRITTEN_WARNING"), {"FINAL_WARNING"}),
    ],
    ids=lambda value: None if isinstance(value, set) else "",
)
def test_the_classes_of_a_breach_follow_from_what_was_recorded(case: StaffBreach, classes: set[str]) -> None:
    assert derived_classes(case) == classes


@pytest.mark.parametrize(
    ("classifications", "classes"),
    [
        ("NEGATIVE_COMMENT:STAFF", set()),
        ("RACIST_COMMENT:PUPIL", {"PREJUDICE"}),
        ("CYBERBULLYING:PUPIL", {"BULLYING"}),
        ("HARASSMENT:STAFF HOMOPHOBIC_COMMENT:STAFF", {"BULLYING", "PREJUDICE"}),
    ],
)
def test_the_classes_of_an_incident_follow_from_its_items(classifications: str, classes: set[str]) -> None:
    incident = incidents.reported()
    item = incidents.item(incident)
    given = incidents.classified(classifications)
    characteristics = ("RACE",) if "PREJUDICE" in classes else ()
    incident.classify_item(item_id=item, classifications=given, characteristics=characteristics)

    assert derived_classes(incident) == classes


def test_an_incident_told_to_those_who_protect_children_is_about_safeguarding() -> None:
    incident = incidents.reported()
    incident.refer_to_body(
        referral_id=named("referral"),
        body="CHILDRENS_SERVICES",
        grounds=(),
        referred_on=incidents.day(1),
        today=incidents.TODAY,
    )

    assert derived_classes(incident) == {"SAFEGUARDING"}


def test_a_table_of_a_trusts_own_moves_the_day_at_once() -> None:
    complaint = closed()
    own = table({"number": "1"})

    before, after = due_of(complaint), retention_of(measured(complaint), own, LATER)

    assert before is not None
    assert after is not None
    assert (before.on, after.on) == (date(2029, 9, 24), date(2027, 9, 24))
