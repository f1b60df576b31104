"""How long a case is kept: every rule of the shipped table met and missed, edges of the calendar, what is not known."""

from __future__ import annotations

from datetime import date

import pytest

from domain.retention import Measured, PersonDates, RetentionDue, RetentionState, inputs_of, retention_of, state_of
from domain.retention_rules import RetentionAction
from domain.values import CaseKind
from tests.domain.kept import ENDED, OPENED, SHIPPED, TODAY, case, table

INCIDENT, COMPLAINT, BREACH = CaseKind
PENSION, LEFT = date(2051, 3, 1), date(2030, 8, 31)
KNOWN = PersonDates(pension_on=PENSION, left_on=LEFT)

# Of each rule of the shipped table: a case that meets it and its day, and cases that it leaves alone.
MET: dict[str, tuple[Measured, date | None]] = {
    "COMPLAINT": (case(), date(2029, 11, 20)),
    "COMPLAINT_NEGLIGENCE": (case(COMPLAINT, "NEGLIGENCE"), date(2041, 11, 20)),
    "COMPLAINT_SAFEGUARDING": (case(COMPLAINT, "SAFEGUARDING"), date(2041, 11, 20)),
    "SEXUAL_ABUSE": (case(INCIDENT, "SEXUAL_ABUSE"), date(2101, 11, 20)),
    "CHILD_PROTECTION_FILE": (case(COMPLAINT, "CHILD_PROTECTION_FILE"), None),
    "STAFF_ALLEGATION_TEN_YEARS": (case(BREACH, "STAFF_ALLEGATION"), date(2036, 10, 5)),
    "STAFF_ALLEGATION_PENSION_AGE": (case(BREACH, "STAFF_ALLEGATION"), PENSION),
    "LOW_LEVEL_CONCERN": (case(BREACH, "LOW_LEVEL_CONCERN"), LEFT),
    "FIRST_WARNING": (case(BREACH, "FIRST_WARNING", sanctioned_on=date(2026, 10, 30)), date(2027, 4, 30)),
    "SECOND_WARNING": (case(BREACH, "SECOND_WARNING", sanctioned_on=date(2026, 10, 30)), date(2027, 10, 30)),
    "FINAL_WARNING": (case(BREACH, "FINAL_WARNING", sanctioned_on=date(2026, 10, 30)), date(2028, 4, 30)),
    "NOT_PROVEN": (case(BREACH, "NOT_PROVEN"), ENDED),
    "INCIDENT_LOG": (case(INCIDENT), date(2033, 8, 31)),
}
MISSED: dict[str, tuple[Measured, ...]] = {
    "COMPLAINT": (case(INCIDENT), case(BREACH)),
    "COMPLAINT_NEGLIGENCE": (case(), case(INCIDENT, "NEGLIGENCE")),
    "COMPLAINT_SAFEGUARDING": (case(), case(INCIDENT, "SAFEGUARDING")),
    "SEXUAL_ABUSE": (case(), case(INCIDENT), case(BREACH, "SAFEGUARDING")),
    "CHILD_PROTECTION_FILE": (case(COMPLAINT, "SAFEGUARDING"),),
    "STAFF_ALLEGATION_TEN_YEARS": (
        case(BREACH),
        case(BREACH, "LOW_LEVEL_CONCERN"),
        case(COMPLAINT, "STAFF_ALLEGATION"),
    ),
    "STAFF_ALLEGATION_PENSION_AGE": (case(BREACH, "SAFEGUARDING"), case(INCIDENT, "STAFF_ALLEGATION")),
    "LOW_LEVEL_CONCERN": (case(BREACH), case(BREACH, "STAFF_ALLEGATION")),
    "FIRST_WARNING": (case(BREACH), case(BREACH, "FINAL_WARNING")),
    "SECOND_WARNING": (case(BREACH), case(BREACH, "FIRST_WARNING")),
    "FINAL_WARNING": (case(BREACH), case(BREACH, "FIRST_WARNING")),
    "NOT_PROVEN": (
        case(BREACH),
        case(BREACH, "NOT_PROVEN", "SAFEGUARDING"),
        case(BREACH, "NOT_PROVEN", "STAFF_ALLEGATION"),
        case(BREACH, "NOT_PROVEN", "LOW_LEVEL_CONCERN"),
    ),
    "INCIDENT_LOG": (case(), case(BREACH, "BULLYING")),
}


def days(measured: Measured, person: PersonDates = KNOWN, today: date = TODAY) -> dict[str, date | None]:
    due = retention_of(measured, SHIPPED, today, person)
    assert due is not None
    return {one.rule.id: one.on for one in due.applied}


def test_every_rule_of_the_shipped_table_has_cases_here() -> None:
    assert {rule.id for rule in SHIPPED.rules} == set(MET) == set(MISSED)


@pytest.mark.parametrize("rule", MET)
def test_a_rule_gives_the_cases_that_meet_it_their_day(rule: str) -> None:
    measured, on = MET[rule]

    assert days(measured)[rule] == on


@pytest.mark.parametrize("rule", MISSED)
def test_a_rule_leaves_alone_the_cases_that_miss_it(rule: str) -> None:
    assert [rule in days(measured) for measured in MISSED[rule]] == [False] * len(MISSED[rule])


@pytest.mark.parametrize(("pension", "on"), [(PENSION, PENSION), (date(2031, 3, 1), date(2036, 10, 5))])
def test_an_allegation_is_kept_to_pension_age_or_for_ten_years_whichever_is_longer(pension: date, on: date) -> None:
    due = retention_of(case(BREACH, "STAFF_ALLEGATION"), SHIPPED, TODAY, PersonDates(pension_on=pension))

    assert due is not None
    assert (due.on, due.missing, due.at_least) == (on, (), on)


def test_the_longest_rule_wins_and_every_other_is_told() -> None:
    due = retention_of(case(COMPLAINT, "SAFEGUARDING", "SEXUAL_ABUSE"), SHIPPED, TODAY)

    assert due is not None
    assert due.longest is not None
    assert (due.longest.rule.id, due.on) == ("SEXUAL_ABUSE", date(2101, 11, 20))
    assert {one.rule.id: one.on for one in due.applied} == {
        "COMPLAINT": date(2029, 11, 20),
        "COMPLAINT_SAFEGUARDING": date(2041, 11, 20),
        "SEXUAL_ABUSE": date(2101, 11, 20),
    }
    assert dict(inputs_of(due)) == {"RESOLVED_ON": ENDED}


def test_of_two_rules_as_long_the_more_careful_one_decides() -> None:
    tied = table({"id": '"GOES"', "action": '"DISPOSE"'}, {"id": '"STAYS"', "action": '"ARCHIVE"'})

    due = retention_of(case(), tied, TODAY)

    assert due is not None
    assert due.longest is not None
    assert due.longest.rule.action is RetentionAction.ARCHIVE


@pytest.mark.parametrize(
    ("ended", "number", "unit", "on"),
    [
        (date(2028, 2, 29), 3, "YEARS", date(2031, 2, 28)),
        (date(2028, 2, 29), 4, "YEARS", date(2032, 2, 29)),
        (date(2026, 8, 31), 6, "MONTHS", date(2027, 2, 28)),
        (date(2027, 8, 31), 6, "MONTHS", date(2028, 2, 29)),
        (date(2026, 12, 31), 1, "MONTHS", date(2027, 1, 31)),
        (date(2027, 3, 31), 18, "MONTHS", date(2028, 9, 30)),
        (date(2026, 11, 20), 0, "YEARS", date(2026, 11, 20)),
    ],
)
def test_a_period_ends_on_the_same_day_of_its_month_or_the_last_there_is(
    ended: date, number: int, unit: str, on: date
) -> None:
    due = retention_of(case(ended_on=ended), table({"number": str(number), "unit": f'"{unit}"'}), date(2040, 1, 1))

    assert due is not None
    assert due.on == on


@pytest.mark.parametrize(
    ("ended", "on"), [(date(2027, 8, 31), date(2033, 8, 31)), (date(2027, 9, 1), date(2034, 8, 31))]
)
def test_the_current_year_is_the_school_year(ended: date, on: date) -> None:
    assert days(case(INCIDENT, ended_on=ended), today=date(2040, 1, 1)) == {"INCIDENT_LOG": on}


def test_an_open_case_has_no_day() -> None:
    assert retention_of(case(has_ended=False, ended_on=None), SHIPPED, TODAY) is None


@pytest.mark.parametrize(
    ("measured", "missing", "at_least"),
    [
        # A day of closing that a log did not give: the case was not closed before the school knew of it.
        (case(ended_on=None), ("RESOLVED_ON",), date(2029, 10, 5)),
        (case(INCIDENT, ended_on=None), ("RESOLVED_ON",), date(2033, 8, 31)),
        # Who has not left, as far as is known, is there today.
        (case(BREACH, "LOW_LEVEL_CONCERN"), ("LEFT_ON",), TODAY),
        # Ten years are known to hold, whenever pension age is.
        (case(BREACH, "STAFF_ALLEGATION"), ("PENSION_ON",), date(2036, 10, 5)),
        # A child was at most as old as 18 when the school learnt of it.
        (case(COMPLAINT, "CHILD_PROTECTION_FILE"), ("BORN_ON",), date(2033, 10, 5)),
        (case(BREACH, "FIRST_WARNING"), ("SANCTIONED_ON",), date(2027, 4, 5)),
        # Nothing in the table is about a breach of no class.
        (case(BREACH), ("RULE",), None),
    ],
)
def test_what_is_not_known_is_named_and_never_guessed(
    measured: Measured, missing: tuple[str, ...], at_least: date | None
) -> None:
    due = retention_of(measured, SHIPPED, TODAY)

    assert due is not None
    assert (due.on, due.longest, due.missing, due.at_least) == (None, None, missing, at_least)


def test_a_rule_holds_from_the_day_it_takes_effect() -> None:
    later = table({}, {"id": '"LATER"', "number": "9", "effective_from": "2027-03-02"})

    before, after = (retention_of(case(), later, today) for today in (TODAY, date(2027, 3, 2)))

    assert before is not None
    assert after is not None
    assert (before.on, after.on) == (date(2029, 11, 20), date(2035, 11, 20))


def test_a_rule_may_ask_for_an_outcome() -> None:
    upheld = table({"outcomes": '["UPHELD", "PARTIALLY_UPHELD"]'})

    found = [retention_of(case(outcome=outcome), upheld, TODAY) for outcome in ("UPHELD", "NOT_UPHELD", None)]

    assert [due and due.on for due in found] == [date(2029, 11, 20), None, None]


DUE = retention_of(case(opened_on=OPENED), table({"number": "0"}), TODAY)
RUNNING = retention_of(case(), SHIPPED, TODAY)
UNKNOWN = retention_of(case(BREACH), SHIPPED, TODAY)


@pytest.mark.parametrize(
    ("due", "decision", "keep_until", "is_held", "state"),
    [
        (None, None, None, True, RetentionState.NOT_BEGUN),
        (RUNNING, None, None, False, RetentionState.RUNNING),
        (DUE, None, None, False, RetentionState.DUE),
        (UNKNOWN, None, None, False, RetentionState.NOT_COMPUTABLE),
        (DUE, None, None, True, RetentionState.ON_HOLD),
        (UNKNOWN, None, None, True, RetentionState.ON_HOLD),
        (DUE, "DISPOSE", None, False, RetentionState.DISPOSAL_DECIDED),
        # What was decided is not carried out while the record is held.
        (DUE, "DISPOSE", None, True, RetentionState.ON_HOLD),
        (DUE, "ARCHIVE", None, False, RetentionState.ARCHIVED),
        (DUE, "KEEP", date(2027, 3, 2), False, RetentionState.KEPT),
        (DUE, "KEEP", TODAY, False, RetentionState.DUE),
        (UNKNOWN, "KEEP", date(2027, 3, 2), False, RetentionState.KEPT),
    ],
)
def test_a_hold_comes_before_every_decision_and_a_decision_before_its_day(
    due: object, decision: str | None, keep_until: date | None, is_held: bool, state: RetentionState
) -> None:
    assert state_of(due, decision, keep_until, TODAY, is_held=is_held) is state  # type: ignore[arg-type]  # as given


@pytest.mark.parametrize("due", [None, RUNNING, DUE, UNKNOWN])
@pytest.mark.parametrize("decision", [None, "DISPOSE", "ARCHIVE"])
@pytest.mark.parametrize("is_held", [False, True])
def test_of_what_was_disposed_of_nothing_is_decided(
    due: RetentionDue | None, decision: str | None, is_held: bool
) -> None:
    assert state_of(due, decision, None, TODAY, is_held=is_held, is_disposed=True) is RetentionState.DISPOSED
