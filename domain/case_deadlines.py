"""What falls due on a case, and when: a pure function of its state, its policy and its school's calendars.

A deadline runs from a dated fact while its `when` holds and until its `until` does; then it is gone. It follows the
calendars as the school sets them, and the extensions that the case records, until its day has passed: a deadline that
was missed does not move any more (design D13).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.calendars import Calendars, CalendarSet
from domain.deadlines import Deadline, Due, NotComputable, Paused, deadline, midnight
from domain.facts import DATED_FACTS, all_hold
from domain.law_deadlines import LAW_DEADLINES
from domain.policy_rules import ClockUnit, DeadlineRule, SchoolDays
from domain.values import LONDON

if TYPE_CHECKING:
    from domain.case import Case
    from domain.policy import PolicyPack

__all__ = ["DUE_SOON_DAYS", "CaseDeadline", "DeadlineState", "deadlines", "missing_years"]


# So many days before a deadline ends it is said to be due soon.
DUE_SOON_DAYS = 5


_HOLD_CLAUSE = "Hold on the record"
_HOLD_WORDING = "Whether the record still has to be held is looked at again."


class DeadlineState(StrEnum):
    """How a deadline stands at a moment."""

    OVERDUE = "OVERDUE"
    DUE_SOON = "DUE_SOON"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    NOT_COMPUTABLE = "NOT_COMPUTABLE"


@dataclass(frozen=True, slots=True)
class CaseDeadline:
    """One thing that falls due on a case: a code of the list `deadlines`.

    It has a day and the instant from which it is too late, or stands still since a day, or waits for calendars of
    academic years. `extended`: the day was agreed instead of the one that the clock gives.
    """

    code: str
    clause: str
    wording: str
    since: date
    due_on: date | None = None
    ends: datetime | None = None
    extended: bool = False
    paused_since: date | None = None
    missing_years: tuple[str, ...] = ()

    @property
    def standing(self) -> DeadlineState:
        """Whether it runs, whatever the time is: RUNNING, PAUSED or NOT_COMPUTABLE."""
        if self.due_on is not None:
            return DeadlineState.RUNNING
        return DeadlineState.PAUSED if self.paused_since else DeadlineState.NOT_COMPUTABLE

    def state(self, at: datetime) -> DeadlineState:
        """How it stands at an instant."""
        if self.due_on is None or self.ends is None:
            return self.standing
        if self.ends <= at:
            return DeadlineState.OVERDUE
        soon = self.due_on <= at.astimezone(LONDON).date() + timedelta(days=DUE_SOON_DAYS)
        return DeadlineState.DUE_SOON if soon else DeadlineState.RUNNING


def deadlines(case: Case, pack: PolicyPack | None, calendars: Sequence[CalendarSet] = ()) -> tuple[CaseDeadline, ...]:
    """List what falls due on a case, the pack's deadlines first; nothing does on one that is closed or marked.

    `calendars` are those that the case's school set so far, in the order in which it did.
    """
    running = () if case.mark or case.is_closed else tuple(_running(case, pack, calendars))
    return (*running, *_holds_to_review(case)) if case.legal_holds else running


def missing_years(due: Sequence[CaseDeadline]) -> tuple[str, ...]:
    """The academic years without which some of these deadlines cannot be computed."""
    return tuple(sorted({year for one in due for year in one.missing_years}))


def _holds_to_review(case: Case) -> Iterator[CaseDeadline]:
    """A hold is looked at again on its day, whatever became of the case."""
    for hold in case.legal_holds.values():
        if not hold.is_lifted:
            ends = midnight(hold.review_on + timedelta(days=1))
            yield CaseDeadline(
                "REVIEW_HOLD", _HOLD_CLAUSE, _HOLD_WORDING, hold.placed_on, due_on=hold.review_on, ends=ends
            )


def _running(case: Case, pack: PolicyPack | None, calendars: Sequence[CalendarSet]) -> Iterator[CaseDeadline]:
    ruled = set()
    for rule in pack.deadlines if pack else ():
        if pack is not None and rule.kind == case.kind:
            ruled.add(rule.code)
            if since := _runs_since(case, rule):
                yield _told(case, rule, since, calendars, pack.clause(rule.source), pack.school_days)
    for law in LAW_DEADLINES:
        rule = law.rule
        if rule.kind != case.kind or rule.code in ruled:
            continue
        if (since := _runs_since(case, rule)) and law.applies(since):
            yield _told(case, rule, since, calendars, rule.source.removeprefix("LAW "), None)


def _runs_since(case: Case, rule: DeadlineRule) -> date | None:
    since = DATED_FACTS[rule.kind][rule.since].day(case)
    return since if since and all_hold(case, rule.when) and not all_hold(case, rule.until) else None


def _told(
    case: Case,
    rule: DeadlineRule,
    since: date,
    calendars: Sequence[CalendarSet],
    clause: str,
    school_days: SchoolDays | None,
) -> CaseDeadline:
    stage = DATED_FACTS[rule.kind][rule.since].stage
    found, extended = _settled(case, rule, since, calendars, None, school_days), False
    for extension in case.extensions_of(stage(case) if stage else None):
        # What was agreed after the day had passed does not make it in time.
        if isinstance(found, Due) and found.on < extension.extended_on:
            break
        found, extended = _settled(case, rule, since, calendars, extension.until_on, school_days), True
    common = (rule.code, clause, rule.text, since)
    match found:
        case Due(on, ends):
            return CaseDeadline(*common, on, ends, extended)
        case Paused(day):
            return CaseDeadline(*common, extended=extended, paused_since=day)
        case NotComputable(years):
            return CaseDeadline(*common, missing_years=years)


def _settled(
    case: Case,
    rule: DeadlineRule,
    since: date,
    calendars: Sequence[CalendarSet],
    extended_to: date | None,
    school_days: SchoolDays | None,
) -> Deadline:
    """The deadline by the calendars that the school set, one after another, until it was missed."""

    def by(known: Calendars) -> Deadline:
        return deadline(
            since,
            rule.clock,
            known,
            pauses=case.clock_pauses,
            extended_to=extended_to,
            school_days=school_days,
        )

    if rule.clock.unit is not ClockUnit.SCHOOL_DAY or extended_to is not None:
        return by({})
    begins = midnight(since)
    known = {one.calendar.academic_year: one.calendar for one in calendars if one.set_at <= begins}
    found = by(known)
    for later in calendars:
        if later.set_at > begins:
            if isinstance(found, Due) and found.ends <= later.set_at:
                break
            known = {**known, later.calendar.academic_year: later.calendar}
            found = by(known)
    return found
