"""What is left to do on a case: a pure function of its state and of the policy pinned to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.case import Case
from domain.incident import Incident
from domain.policy import PolicyPack
from domain.staff_breach import StaffBreach


class DutyCode(StrEnum):
    """The things that may be outstanding, in the order in which they are listed."""

    NO_POLICY_IN_FORCE = "NO_POLICY_IN_FORCE"
    CLASSIFY_ITEM = "CLASSIFY_ITEM"
    REPORT_TO_HEADTEACHER = "REPORT_TO_HEADTEACHER"
    INVESTIGATE_ALLEGATION = "INVESTIGATE_ALLEGATION"
    RECORD_POST_AS_INCIDENT = "RECORD_POST_AS_INCIDENT"


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that is outstanding: on which item, if on one, and the clause that asks for it, if a policy does."""

    code: DutyCode
    clause: str | None = None
    item_id: UUID | None = None


def duties(case: Case, pack: PolicyPack | None = None) -> tuple[Duty, ...]:
    """List what is outstanding on a case; one that is marked owes nothing.

    `pack` is the policy pinned to the case. That none was in force on the day the school became aware is itself
    something for the administrator to put right.
    """
    return () if case.mark else tuple(_outstanding(case, pack))


def _outstanding(case: Case, pack: PolicyPack | None) -> Iterator[Duty]:
    if case.policy is None:
        yield Duty(DutyCode.NO_POLICY_IN_FORCE)
    if isinstance(case, Incident):
        yield from _of_incident(case, pack)
    # A breach counts as an allegation at most; the post itself counts only as an item of an incident.
    if isinstance(case, StaffBreach) and case.lacks_incident:
        yield Duty(DutyCode.RECORD_POST_AS_INCIDENT)


def _of_incident(incident: Incident, pack: PolicyPack | None) -> Iterator[Duty]:
    for item in incident.counting_items:
        if not item.is_classified:
            yield Duty(DutyCode.CLASSIFY_ITEM, item_id=item.item_id)
    if pack is None:
        return
    telling = pack.reporting.to_headteacher
    if telling is not None and incident.reported_to_headteacher_on is None:
        yield Duty(DutyCode.REPORT_TO_HEADTEACHER, clause=pack.clause(telling.source))
    closing = pack.closing_rules
    # A closing taken over from a school's log is not measured by rules that the log did not know.
    if closing is not None and incident.awaits_investigation(closing) and not incident.closed_as_logged:
        yield Duty(DutyCode.INVESTIGATE_ALLEGATION, clause=closing.clause)
