"""How long a case is kept: a pure function of the case, of the table in force and of what is known of the person.

Every rule of the table that applies is worked out, and the longest wins. The rulings on what makes a case hard:

- While a case is open there is no day: its time has not begun. A case that was opened again is open; what was decided
  about keeping it before is over, and its time begins anew with the next closing.
- A mark (a copy, not reportable, recorded in error) ends a case as a closing does, for nobody can close it any more:
  its time runs from the day of the mark, or of the closing if it was closed before. A mark makes no record vanish.
- A copy is measured as its original, whose record it repeats, and so is never gone before it nor left behind.
- A case linked with one that is open, in either direction, is held: nothing of it is disposed of. Its day does not
  move.
- A day that is not known is never guessed. The rule is then not computable, the answer names what is missing and says
  until when the record is kept at least, and while one rule that applies is not computable the whole is not.
- Where no rule of the table applies, that is what is missing: a record without a rule is not disposed of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.deadlines import months_later
from domain.retention_rules import RetentionAction, RetentionRule, RetentionTable, Trigger
from domain.values import CaseKind

__all__ = [
    "INPUT_OF",
    "NO_DATES",
    "PERSONAL",
    "RULE_MISSING",
    "AppliedRule",
    "Measured",
    "PersonDates",
    "RetentionDue",
    "RetentionState",
    "inputs_of",
    "retention_of",
    "state_of",
]

# What each trigger asks for: codes of the list `retention_inputs`.
INPUT_OF: Mapping[Trigger, str] = {
    Trigger.RESOLVED: "RESOLVED_ON",
    Trigger.YEAR_RESOLVED: "RESOLVED_ON",
    Trigger.ALLEGED: "ALLEGED_ON",
    Trigger.SANCTIONED: "SANCTIONED_ON",
    Trigger.LEFT_EMPLOYMENT: "LEFT_ON",
    Trigger.PENSION_AGE: "PENSION_ON",
    Trigger.DATE_OF_BIRTH: "BORN_ON",
}
RULE_MISSING = "RULE"
# What is said of a person: never written into the ledger in clear.
PERSONAL = frozenset({"LEFT_ON", "PENSION_ON", "BORN_ON"})
# A child is younger than this when the school learns of something.
_CHILD_MONTHS = 18 * 12
# The last month of a school year.
_AUGUST = 8


class RetentionState(StrEnum):
    """How the keeping of a case stands on a day."""

    NOT_BEGUN = "NOT_BEGUN"
    RUNNING = "RUNNING"
    DUE = "DUE"
    KEPT = "KEPT"
    ON_HOLD = "ON_HOLD"
    NOT_COMPUTABLE = "NOT_COMPUTABLE"
    DISPOSAL_DECIDED = "DISPOSAL_DECIDED"
    ARCHIVED = "ARCHIVED"
    DISPOSED = "DISPOSED"


@dataclass(frozen=True, slots=True)
class PersonDates:
    """What the people registry knows of the person whom a case is about, as far as it decides how long it is kept."""

    pension_on: date | None = None
    left_on: date | None = None


NO_DATES = PersonDates()


@dataclass(frozen=True, slots=True)
class Measured:
    """What of a case its keeping follows from.

    `has_ended`: it was closed or marked, on the day `ended_on` if that is known. `classes` are codes of the list
    `retention_classes`, `subject` is the person whose employment counts.
    """

    kind: CaseKind
    outcome: str | None
    classes: frozenset[str]
    opened_on: date
    has_ended: bool
    ended_on: date | None
    sanctioned_on: date | None
    subject: UUID | None


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """One rule that applies to a case: the day up to which it keeps the record, or what is missing to tell.

    `at_least` is a day before which it is not over, also where its own day cannot be told. `input` is the code of what
    its day follows from, and `since` the day of that.
    """

    rule: RetentionRule
    input: str
    since: date | None
    on: date | None
    at_least: date | None


@dataclass(frozen=True, slots=True)
class RetentionDue:
    """How long a case is kept: `on` is the day from which it is to be looked at, by the rule that keeps it longest.

    Where that cannot be told, `missing` says what is not known, as codes of the list `retention_inputs`, and
    `at_least` until when it is kept whatever turns out.
    """

    applied: tuple[AppliedRule, ...]
    longest: AppliedRule | None
    missing: tuple[str, ...]
    at_least: date | None

    @property
    def on(self) -> date | None:
        """The day, where it can be told."""
        return self.longest.on if self.longest is not None else None


def retention_of(
    case: Measured, table: RetentionTable, today: date, person: PersonDates = NO_DATES
) -> RetentionDue | None:
    """Work out how long a case is kept by a table, with every rule that applies; None while it is open.

    `person` are the dates of the case's subject. A person who has not left by `today` leaves then at the earliest.
    """
    if not case.has_ended:
        return None
    applied = tuple(_applied(case, rule, today, person) for rule in table.rules if _applies(rule, case, today))
    missing = tuple(dict.fromkeys(one.input for one in applied if one.on is None))
    at_least = max((one.at_least for one in applied if one.at_least is not None), default=None)
    if not applied:
        missing = (RULE_MISSING,)
    longest = None if missing else max(applied, key=_length)
    return RetentionDue(applied, longest, missing, at_least)


_CAUTION = {action: -place for place, action in enumerate(RetentionAction)}


def _length(one: AppliedRule) -> tuple[date, int]:
    assert one.on is not None
    return one.on, _CAUTION[one.rule.action]


def _applies(rule: RetentionRule, case: Measured, today: date) -> bool:
    return (
        case.kind in rule.kinds
        and rule.effective_from <= today
        and (not rule.outcomes or case.outcome in rule.outcomes)
        and case.classes.issuperset(rule.needs)
        and case.classes.isdisjoint(rule.unless)
    )


def _applied(case: Measured, rule: RetentionRule, today: date, person: PersonDates) -> AppliedRule:
    given = INPUT_OF[rule.trigger]
    since = _input(given, case, person)
    if since is None:
        return AppliedRule(rule, given, None, None, _at_least(rule, case, today))
    on = months_later(_starts(rule, since), rule.months)
    return AppliedRule(rule, given, since, on, on)


def _input(given: str, case: Measured, person: PersonDates) -> date | None:
    return {
        "RESOLVED_ON": case.ended_on,
        "ALLEGED_ON": case.opened_on,
        "SANCTIONED_ON": case.sanctioned_on,
        "LEFT_ON": person.left_on,
        "PENSION_ON": person.pension_on,
    }.get(given)


def _starts(rule: RetentionRule, day: date) -> date:
    """The day from which the period of a rule runs."""
    if rule.trigger is not Trigger.YEAR_RESOLVED:
        return day
    return date(day.year + (day.month > _AUGUST), _AUGUST, 31)


def _at_least(rule: RetentionRule, case: Measured, today: date) -> date | None:
    """Until when a rule keeps a record whose trigger is not known; None where nothing can be said."""
    match rule.trigger:
        case Trigger.RESOLVED | Trigger.YEAR_RESOLVED | Trigger.SANCTIONED:
            return months_later(_starts(rule, case.opened_on), rule.months)
        case Trigger.LEFT_EMPLOYMENT:
            return months_later(today, rule.months)
        case Trigger.DATE_OF_BIRTH if rule.months >= _CHILD_MONTHS:
            return months_later(case.opened_on, rule.months - _CHILD_MONTHS)
        case _:
            return None


def state_of(
    due: RetentionDue | None,
    decision: str | None,
    keep_until: date | None,
    today: date,
    *,
    is_held: bool,
    is_disposed: bool = False,
) -> RetentionState:
    """How the keeping of a case stands: a hold comes before every decision, and a decision before its day.

    `decision` is the one that stands, with the day until which the record is kept if it says so: from that day on the
    record is to be looked at again. `is_disposed` says that the case was erased whole: there is nothing left to decide.
    """
    if is_disposed:
        return RetentionState.DISPOSED
    if due is None:
        return RetentionState.NOT_BEGUN
    if is_held:
        return RetentionState.ON_HOLD
    if decision in _DECIDED:
        return _DECIDED[decision]
    if keep_until is not None and keep_until > today:
        return RetentionState.KEPT
    if due.on is None:
        return RetentionState.NOT_COMPUTABLE
    return RetentionState.DUE if due.on <= today else RetentionState.RUNNING


_DECIDED = {"DISPOSE": RetentionState.DISPOSAL_DECIDED, "ARCHIVE": RetentionState.ARCHIVED}


def inputs_of(due: RetentionDue) -> Iterator[tuple[str, date | None]]:
    """What the days follow from, each once: its code and its day, None where it is not known."""
    seen = set()
    for one in due.applied:
        if one.input not in seen:
            seen.add(one.input)
            yield one.input, one.since
