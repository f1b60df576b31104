"""The rules of a policy pack as data: what a step needs first, what a case owes, what falls due when, and to whom."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Annotated

import msgspec

from domain.values import CaseKind

Text = Annotated[str, msgspec.Meta(pattern=r"^\S(.*\S)?$", max_length=500)]
# Lines of the school's policy, or the law where a pack rests on that alone.
Source = Annotated[str, msgspec.Meta(pattern=r"^(L\d+(-\d+)?(, L\d+(-\d+)?)*|LAW \S.{0,120})$")]
Code = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9_]{0,59}$")]
# A question about a case, as `domain.facts` reads it.
FactText = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a pack."""


class Strength(StrEnum):
    """How firmly a policy asks for something to come first (design D14)."""

    # The step is refused without it, unless a headteacher or the trust lead overrides that with a reason.
    REQUIRED = "REQUIRED"
    # The step is recorded, and a duty is left.
    EXPECTED = "EXPECTED"


class StepRule(Member, frozen=True, kw_only=True):
    """What has to be so before a step: `needs` are facts that must all hold.

    `duty` is what is left to do where an EXPECTED rule was not kept to.
    """

    kind: CaseKind
    step: Code
    needs: Annotated[tuple[FactText, ...], msgspec.Meta(min_length=1)]
    strength: Strength
    duty: Code | None = None
    text: Text
    source: Source


class DutyRule(Member, frozen=True, kw_only=True):
    """What a case owes: while all of `when` holds, until all of `until` does.

    `before_closing`: the case is not closed while it is owed.
    """

    kind: CaseKind
    code: Code
    when: tuple[FactText, ...] = ()
    until: Annotated[tuple[FactText, ...], msgspec.Meta(min_length=1)]
    before_closing: bool = False
    text: Text
    source: Source


class ClockUnit(StrEnum):
    """By what time is counted (design D13)."""

    SCHOOL_DAY = "SCHOOL_DAY"
    WORKING_DAY = "WORKING_DAY"
    CALENDAR_DAY = "CALENDAR_DAY"
    CALENDAR_MONTH = "CALENDAR_MONTH"
    HOUR = "HOUR"


class Clock(Member, frozen=True, kw_only=True):
    """A length of time."""

    unit: ClockUnit
    amount: Annotated[int, msgspec.Meta(ge=1, le=1000)]


class SchoolDays(Member, frozen=True, kw_only=True):
    """Which days without lessons are school days all the same for the policy's deadlines (design D13)."""

    inset_days: bool = False
    closures: bool = False
    source: Source


class DeadlineRule(Member, frozen=True, kw_only=True):
    """What falls due: so long after the dated fact `since`, while all of `when` holds, until all of `until` does."""

    kind: CaseKind
    code: Code
    since: Code
    when: tuple[FactText, ...] = ()
    until: Annotated[tuple[FactText, ...], msgspec.Meta(min_length=1)]
    clock: Clock
    text: Text
    source: Source


class StageForm(StrEnum):
    """The form of a stage of complaints: informal ones come first, then formal ones in writing, a panel last."""

    INFORMAL = "INFORMAL"
    FORMAL = "FORMAL"
    PANEL = "PANEL"


class ComplaintStage(Member, frozen=True, kw_only=True):
    """One stage of the complaints procedure; the stages stand in order. `handlers` are roles of `stage_handlers`."""

    code: Code
    form: StageForm
    heading: Text
    handlers: tuple[Code, ...] = ()
    source: Source


class Complaints(Member, frozen=True, kw_only=True):
    """What the policy says of complaints."""

    stages: tuple[ComplaintStage, ...] = ()


class ClauseStrength(StrEnum):
    """How firmly the staff code speaks."""

    FORBIDDEN = "FORBIDDEN"
    REQUIRED = "REQUIRED"
    DISCOURAGED = "DISCOURAGED"


class StaffClause(Member, frozen=True, kw_only=True):
    """One clause of the staff code: which kinds of breach it speaks of (`breach_types`), and how firmly.

    `under_18`: of contact with former pupils it forbids only that with those who were under 18 at the time.
    `excused_by` are exceptions of the list `breach_exceptions` that make the conduct no breach. `legal_bases` are the
    laws of that list that a breach of the clause concerns.
    """

    id: Code
    breach_types: Annotated[tuple[Code, ...], msgspec.Meta(min_length=1)]
    strength: ClauseStrength = ClauseStrength.FORBIDDEN
    under_18: bool = False
    excused_by: tuple[Code, ...] = ()
    legal_bases: tuple[Code, ...] = ()
    text: Text
    source: Source

    def spares(self, breach_types: Collection[str], under18: str | None) -> bool:
        """Whether of what was done it speaks of contact with a former pupil alone, who was of age.

        Who is still a pupil is one at any age (Westacre L49); a friend request says nothing of which it was.
        """
        if not self.under_18 or under18 != "NO":
            return False
        about_former = {"CONTACT_WITH_FORMER_PUPIL"}
        if "CONTACT_WITH_PUPIL" not in breach_types:
            about_former.add("FRIEND_REQUEST")
        spoken_of = set(self.breach_types).intersection(breach_types)
        return bool(spoken_of) and spoken_of <= about_former


class StaffCode(Member, frozen=True, kw_only=True):
    """The staff code of conduct: whom it binds (`breach_subject_roles`), its clauses, how a breach counts by itself.

    `default_severity` is a code of `breach_severities`; None leaves it to a finding.
    """

    subjects: tuple[Code, ...] = ()
    default_severity: Code | None = None
    severity_source: Source | None = None
    clauses: tuple[StaffClause, ...] = ()
