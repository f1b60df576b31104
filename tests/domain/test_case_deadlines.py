"""What falls due on a case: by its policy, its school's calendars, pauses and extensions, and by the law."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.calendars import CalendarSet, Days, SchoolCalendar, Term, TermName
from domain.case_deadlines import CaseDeadline, DeadlineState, deadlines
from domain.complaint import Complaint
from domain.duties import Duty, duties
from domain.policy import parse_pack
from domain.registers import SchoolRegister
from domain.sealed import Secret
from domain.staff_breach import StaffBreach
from tests.domain.breaches import suspended
from tests.domain.complaints import named, received, reported

STANDARD_TEXT = (Path(__file__).parents[2] / "policies" / "trust-standard.toml").read_text()
TRUST_STANDARD = parse_pack(STANDARD_TEXT)
AWARE = date(2026, 9, 14)  # a Monday
TODAY = date(2026, 11, 2)
BEFORE = datetime(2026, 8, 1, tzinfo=UTC)


def calendar(year: int = 2026, *holidays: Days) -> SchoolCalendar:
    return SchoolCalendar(
        academic_year=f"{year}-{year + 1 - 2000}",
        version=1,
        terms=(
            Term(TermName.AUTUMN, date(year, 9, 2), date(year, 12, 18)),
            Term(TermName.SPRING, date(year + 1, 1, 4), date(year + 1, 3, 25)),
            Term(TermName.SUMMER, date(year + 1, 4, 12), date(year + 1, 7, 21)),
        ),
        holidays=holidays,
    )


PLAIN = CalendarSet(BEFORE, calendar())


def due(case: Any, *calendars: CalendarSet) -> dict[str, CaseDeadline]:
    """What falls due on a case of the school that has no policy of its own, by code."""
    return {one.code: one for one in deadlines(case, TRUST_STANDARD, calendars)}


def at_formal(started_on: date = AWARE) -> Complaint:
    complaint = received(received_on=date(2026, 9, 7))
    complaint.acknowledge_complaint(acknowledged_on=date(2026, 9, 7), means="LETTER", today=TODAY)
    complaint.start_stage(stage="INFORMAL", started_on=date(2026, 9, 7), today=TODAY, policy=TRUST_STANDARD)
    complaint.respond_to_stage(resolved=False, in_writing=False, responded_on=started_on, today=TODAY)
    complaint.start_stage(stage="FORMAL", started_on=started_on, today=TODAY, policy=TRUST_STANDARD)
    return complaint


def extended(complaint: Complaint, until_on: date, extended_on: date) -> Complaint:
    complaint.extend_stage(
        until_on=until_on, extended_on=extended_on, complainant_told=True, reason=Secret("ill"), today=TODAY
    )
    return complaint


def answered_by(complaint: Complaint, *calendars: CalendarSet) -> date | None:
    return due(complaint, *calendars)["RESPOND_TO_COMPLAINT"].due_on


def test_a_deadline_runs_from_its_day_until_it_is_done() -> None:
    # given
    complaint = received(received_on=AWARE)

    # then
    assert deadlines(complaint, TRUST_STANDARD, [PLAIN]) == (
        CaseDeadline(
            "ACKNOWLEDGE_COMPLAINT",
            "Trust standard, Online conduct and complaints (2026-11), SI 2014/3283, Schedule, paragraph 33(c)",
            "A complaint is acknowledged within 5 school days: the trust's own figure, the law names none.",
            AWARE,
            date(2026, 9, 21),
            datetime(2026, 9, 21, 23, tzinfo=UTC),  # midnight in summer time
        ),
    )

    # when
    complaint.acknowledge_complaint(acknowledged_on=AWARE, means="LETTER", today=TODAY)

    # then
    assert deadlines(complaint, TRUST_STANDARD, [PLAIN]) == ()


def test_nothing_falls_due_on_a_case_that_is_marked_or_closed() -> None:
    marked = received(received_on=AWARE)
    marked.mark_recorded_in_error(reason=Secret("twice"))

    assert due(marked, PLAIN) == {}


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (datetime(2026, 9, 15, 22, 59, tzinfo=UTC), DeadlineState.RUNNING),
        (datetime(2026, 9, 15, 23, 0, tzinfo=UTC), DeadlineState.DUE_SOON),
        (datetime(2026, 9, 21, 22, 59, 59, tzinfo=UTC), DeadlineState.DUE_SOON),
        (datetime(2026, 9, 21, 23, 0, tzinfo=UTC), DeadlineState.OVERDUE),
    ],
)
def test_a_deadline_is_due_soon_five_days_before_and_overdue_from_the_midnight_after(
    at: datetime, state: DeadlineState
) -> None:
    assert due(received(received_on=AWARE), PLAIN)["ACKNOWLEDGE_COMPLAINT"].state(at) is state


# --- calendars


def test_without_a_calendar_it_names_the_missing_year_and_somebody_is_to_set_it() -> None:
    # given
    complaint = received(received_on=AWARE)

    # when
    waiting = deadlines(complaint, TRUST_STANDARD)

    # then
    assert [(one.due_on, one.missing_years, one.standing) for one in waiting] == [
        (None, ("2026-27",), DeadlineState.NOT_COMPUTABLE)
    ]
    wanted = Duty("SET_CALENDAR", wording="A deadline waits for the calendar of 2026-27.")
    assert wanted in duties(complaint, TRUST_STANDARD, waiting)
    assert wanted not in duties(complaint, TRUST_STANDARD, deadlines(complaint, TRUST_STANDARD, [PLAIN]))


def test_a_calendar_that_comes_late_is_used_even_if_the_day_has_passed_by_then() -> None:
    late = CalendarSet(datetime(2026, 10, 20, tzinfo=UTC), calendar())

    assert due(received(received_on=AWARE), late)["ACKNOWLEDGE_COMPLAINT"].due_on == date(2026, 9, 21)


def changed(on: datetime) -> CalendarSet:
    """A calendar of which a week in September turned out to be a holiday."""
    return CalendarSet(on, calendar(2026, Days(date(2026, 9, 21), date(2026, 9, 25))))


def test_another_calendar_moves_what_is_not_overdue_yet() -> None:
    last_moment = datetime(2026, 9, 21, 22, 59, 59, tzinfo=UTC)

    assert due(received(received_on=AWARE), PLAIN, changed(last_moment))["ACKNOWLEDGE_COMPLAINT"].due_on == date(
        2026, 9, 28
    )


def test_what_was_missed_is_not_moved_by_another_calendar_nor_by_the_ones_after_it() -> None:
    too_late = datetime(2026, 9, 21, 23, tzinfo=UTC)
    again = CalendarSet(datetime(2026, 10, 1, tzinfo=UTC), calendar(2026, Days(date(2026, 9, 15), date(2026, 9, 25))))

    assert due(received(received_on=AWARE), PLAIN, changed(too_late), again)["ACKNOWLEDGE_COMPLAINT"].due_on == date(
        2026, 9, 21
    )


def test_of_calendars_that_were_set_before_it_began_only_the_last_counts() -> None:
    first = CalendarSet(BEFORE, calendar(2026, Days(date(2026, 9, 14), date(2026, 9, 18))))
    second = CalendarSet(BEFORE + timedelta(days=1), calendar())

    assert due(received(received_on=AWARE), first, second)["ACKNOWLEDGE_COMPLAINT"].due_on == date(2026, 9, 21)


def test_a_register_remembers_every_calendar_that_was_set() -> None:
    # given
    register = SchoolRegister.join(trust_id=named("trust"), urn="900001", name="Alder", joined_on=date(2024, 9, 1))

    # when
    register.set_calendar(academic_year="2026-27", terms=calendar().terms)
    register.set_calendar(academic_year="2026-27", terms=calendar().terms)  # says nothing new
    register.set_calendar(academic_year="2026-27", terms=calendar().terms, closures=(Days(AWARE, AWARE),))

    # then
    assert [one.calendar.version for one in register.calendars_set] == [1, 2]
    assert register.calendars_set[-1].calendar == register.calendars["2026-27"]


# --- extensions and pauses


def test_an_extension_names_another_day_until_the_stage_is_answered() -> None:
    # given
    complaint = at_formal()
    assert answered_by(complaint, PLAIN) == date(2026, 10, 5)

    # when
    extended(complaint, until_on=date(2026, 10, 12), extended_on=date(2026, 10, 1))
    extended(complaint, until_on=date(2026, 10, 23), extended_on=date(2026, 10, 12))

    # then
    found = due(complaint, PLAIN)["RESPOND_TO_COMPLAINT"]
    assert (found.due_on, found.extended) == (date(2026, 10, 23), True)


@pytest.mark.parametrize("asked", [[date(2026, 10, 6)], [date(2026, 10, 1), date(2026, 10, 13)]])
def test_an_extension_agreed_after_the_day_has_passed_moves_nothing(asked: Sequence[date]) -> None:
    # given
    complaint = at_formal()

    # when
    for place, extended_on in enumerate(asked):
        extended(complaint, until_on=date(2026, 10, 12 + 8 * place), extended_on=extended_on)

    # then
    assert answered_by(complaint, PLAIN) == (date(2026, 10, 5) if len(asked) == 1 else date(2026, 10, 12))


def test_an_extension_of_one_stage_does_not_move_the_deadline_of_another() -> None:
    # given
    complaint = extended(at_formal(), until_on=date(2026, 10, 12), extended_on=date(2026, 10, 1))

    # when
    complaint.respond_to_stage(resolved=False, in_writing=True, responded_on=date(2026, 10, 2), today=TODAY)
    complaint.start_stage(stage="PANEL", started_on=date(2026, 10, 5), today=TODAY, policy=TRUST_STANDARD)

    # then
    panel = due(complaint, PLAIN)["CONVENE_PANEL"]
    assert (panel.due_on, panel.extended) == (date(2026, 11, 2), False)


def test_an_extended_day_needs_no_calendar() -> None:
    complaint = extended(at_formal(), until_on=date(2026, 10, 12), extended_on=date(2026, 10, 1))

    assert answered_by(complaint) == date(2026, 10, 12)


def test_the_clock_stands_still_from_the_day_of_the_pause_to_the_one_before_it_runs_again() -> None:
    # given
    complaint = at_formal()

    # when
    complaint.pause_clock(paused_on=date(2026, 9, 21), reason=Secret("police"), today=TODAY)

    # then
    found = due(complaint, PLAIN)["RESPOND_TO_COMPLAINT"]
    assert (found.due_on, found.paused_since, found.standing) == (None, date(2026, 9, 21), DeadlineState.PAUSED)

    # when
    complaint.resume_clock(resumed_on=date(2026, 9, 28), reason=Secret("they are done"), today=TODAY)

    # then
    assert answered_by(complaint, PLAIN) == date(2026, 10, 12)


def test_a_pause_that_ends_on_its_first_day_is_none() -> None:
    complaint = at_formal()
    complaint.pause_clock(paused_on=date(2026, 9, 21), reason=Secret("police"), today=TODAY)
    complaint.resume_clock(resumed_on=date(2026, 9, 21), reason=Secret("by mistake"), today=TODAY)

    assert answered_by(complaint, PLAIN) == date(2026, 10, 5)


# --- the law


def about_personal_data(received_on: date) -> Complaint:
    complaint = received(received_on=received_on)
    complaint.choose_process(process="DATA_PROTECTION")
    return complaint


def test_a_complaint_about_personal_data_is_acknowledged_within_thirty_days_whatever_the_policy_says() -> None:
    complaint = about_personal_data(date(2026, 10, 1))

    assert [(one.code, one.due_on, one.clause) for one in deadlines(complaint, None)] == [
        ("ACKNOWLEDGE_DATA_PROTECTION", date(2026, 10, 31), "Data (Use and Access) Act 2025, section 103")
    ]


def test_a_deadline_of_the_law_runs_from_the_day_the_law_came_into_force() -> None:
    assert deadlines(about_personal_data(date(2026, 6, 18)), None) == ()
    assert len(deadlines(about_personal_data(date(2026, 6, 19)), None)) == 1


def test_a_pack_with_a_deadline_of_the_same_code_is_followed_instead_of_the_law() -> None:
    found = due(about_personal_data(date(2026, 10, 1)), PLAIN)

    assert [found["ACKNOWLEDGE_DATA_PROTECTION"].clause] == [
        "Trust standard, Online conduct and complaints (2026-11), Data (Use and Access) Act 2025, section 103"
    ]


def assessed(breach: StaffBreach, level: str, on: date) -> StaffBreach:
    criteria = ("RISK_OF_HARM",) if level == "MET" else ()
    breach.assess_harm_threshold(level=level, criteria=criteria, assessed_on=on, today=TODAY)
    return breach


def test_the_lado_is_told_within_one_working_day_of_what_may_meet_the_threshold() -> None:
    # given
    friday = date(2026, 10, 9)
    breach = reported(reported_on=friday)
    assert deadlines(breach, None) == ()

    # when
    assessed(breach, "MET", date(2026, 10, 12))

    # then
    assert [(one.code, one.since, one.due_on) for one in deadlines(breach, None)] == [
        ("CONTACT_LADO", friday, date(2026, 10, 12))
    ]

    # when
    breach.contact_body(contact_id=named("contact"), body="LADO", contacted_on=date(2026, 10, 12), today=TODAY)

    # then
    assert deadlines(breach, None) == ()


def test_a_suspension_is_confirmed_in_writing_within_one_working_day() -> None:
    # given
    breach = reported(reported_on=date(2026, 9, 11))
    suspended(breach, decided_on=date(2026, 9, 18))  # a Friday

    # then
    assert [(one.code, one.due_on) for one in deadlines(breach, None)] == [("CONFIRM_SUSPENSION", date(2026, 9, 21))]

    # when
    breach.confirm_suspension(suspension_id=named("suspension"), confirmed_on=date(2026, 9, 18), today=TODAY)

    # then
    assert deadlines(breach, None) == ()


def test_a_concern_that_was_low_at_first_runs_from_the_day_on_which_it_was_assessed_as_more() -> None:
    breach = assessed(reported(reported_on=date(2026, 10, 9)), "LOW_LEVEL", date(2026, 10, 12))
    assessed(assessed(breach, "MET", date(2026, 10, 21)), "MET", date(2026, 10, 22))

    assert [(one.since, one.due_on) for one in deadlines(breach, None)] == [(date(2026, 10, 21), date(2026, 10, 22))]


@pytest.mark.parametrize(
    ("counted", "due_on"),
    [("", date(2026, 9, 24)), ("inset_days = true", date(2026, 9, 23)), ("closures = true", date(2026, 9, 22))],
)
def test_inset_days_and_closures_are_school_days_where_the_policy_says_so(counted: str, due_on: date) -> None:
    # given
    rules = f'{counted}\nsource = "L3"' if counted else ""
    pack = parse_pack(STANDARD_TEXT + (f"\n[school_days]\n{rules}\n" if counted else ""))
    closed = replace(
        calendar(), inset_days=(date(2026, 9, 15),), closures=(Days(date(2026, 9, 16), date(2026, 9, 17)),)
    )

    # when
    [found] = deadlines(received(received_on=AWARE), pack, [CalendarSet(BEFORE, closed)])

    # then
    assert found.due_on == due_on
