"""What falls due by law whatever a school's policy says, each from the day on which it came into force.

A pack that has a deadline of the same code is followed instead. None of the five schools' policies gives a number of
days for any step, so what stands here is all that most of their cases have.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.policy_rules import Clock, ClockUnit, DeadlineRule
from domain.values import CaseKind

__all__ = ["LAW_DEADLINES", "LawDeadline"]


@dataclass(frozen=True, slots=True)
class LawDeadline:
    """A deadline of the law: for what it runs from on or after `from_day`, and before `until_day` where it ended."""

    rule: DeadlineRule
    from_day: date
    until_day: date | None = None

    def applies(self, since: date) -> bool:
        """Whether it was the law on the day that the deadline runs from."""
        return self.from_day <= since and (self.until_day is None or since < self.until_day)


_ONE_WORKING_DAY = Clock(unit=ClockUnit.WORKING_DAY, amount=1)

LAW_DEADLINES: tuple[LawDeadline, ...] = (
    LawDeadline(
        DeadlineRule(
            kind=CaseKind.COMPLAINT,
            code="ACKNOWLEDGE_DATA_PROTECTION",
            since="RECEIVED",
            when=("PROCESS:DATA_PROTECTION",),
            until=("ACKNOWLEDGED",),
            clock=Clock(unit=ClockUnit.CALENDAR_DAY, amount=30),
            text="A complaint about personal data is acknowledged within 30 days.",
            source="LAW Data (Use and Access) Act 2025, section 103",
        ),
        date(2026, 6, 19),
    ),
    LawDeadline(
        DeadlineRule(
            kind=CaseKind.STAFF_BREACH,
            code="CONTACT_LADO",
            since="THRESHOLD_MET",
            until=("CONSIDERED:LADO",),
            clock=_ONE_WORKING_DAY,
            text="The LADO is told within one working day of an allegation that may meet the harm threshold.",
            source="LAW Working Together to Safeguard Children, and local procedures",
        ),
        date(2015, 3, 26),
    ),
    LawDeadline(
        DeadlineRule(
            kind=CaseKind.STAFF_BREACH,
            code="CONFIRM_SUSPENSION",
            since="SUSPENDED",
            until=("SUSPENSION_CONFIRMED",),
            clock=_ONE_WORKING_DAY,
            text="A suspension is confirmed in writing, with its reasons, within one working day.",
            source="LAW Keeping children safe in education, part 4",
        ),
        date(2015, 3, 26),
    ),
)
