"""What of a case decides how long it is kept: the classes of record it belongs to, and the days periods run from.

Classes follow from what was recorded, unless somebody classified the case for its keeping, with a reason: then that
stands. Negligence, sexual abuse of a child and the child-protection file follow from nothing here, and are only said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from domain.case import Case
from domain.incident import Incident
from domain.incident_facts import is_prejudiced
from domain.people_of_case import people_of
from domain.retention import Measured
from domain.retention_parts import TrustHold
from domain.routing import CHILD_PROTECTION
from domain.values import CaseKind

__all__ = ["aware_days", "covers", "derived_classes", "measured", "schools_of"]

_BULLYING = frozenset({"CYBERBULLYING", "HARASSMENT"})
_PROTECTS_CHILDREN = frozenset({"LADO", "CHILDRENS_SERVICES"})
_NOT_PROVEN = frozenset({"MALICIOUS", "FALSE", "UNSUBSTANTIATED", "UNFOUNDED"})
_WARNINGS = {"FIRST_WRITTEN_WARNING": "FIRST_WARNING", "FINAL_WRITTEN_WARNING": "FINAL_WARNING"}


def measured(case: Case) -> Measured:
    """Say what the keeping of a case follows from; of a copy this is asked of its original."""
    has_ended = case.is_closed or case.mark is not None
    subject = getattr(case, "subject", None)
    return Measured(
        kind=case.kind,
        outcome=case.outcome,
        classes=derived_classes(case) if case.retention_classes is None else frozenset(case.retention_classes),
        opened_on=case.opened_on,
        has_ended=has_ended,
        ended_on=case.closed_on if case.is_closed else case.marked_on,
        sanctioned_on=_sanctioned_on(case),
        subject=subject,
    )


def covers(hold: TrustHold, case: Case) -> bool:
    """Whether a hold of the trust that runs holds a case: every limit that it names is met."""
    first, last = hold.aware_from or date.min, hold.aware_to or date.max
    return (
        not hold.is_lifted
        and (not hold.schools or not schools_of(case).isdisjoint(hold.schools))
        and (not hold.kinds or case.kind in hold.kinds)
        and (not hold.persons or not {person for person, _ in people_of(case)}.isdisjoint(hold.persons))
        and any(first <= day <= last for day in aware_days(case))
    )


def schools_of(case: Case) -> frozenset[str]:
    """Every school at which the case is or was: what is looked for at one is not out of reach for having moved."""
    return frozenset({case.school_urn, case.opened_at, *(move.from_school for move in case.transfers)})


def aware_days(case: Case) -> frozenset[date]:
    """The days on which the school became aware of the case, and of each thing in it."""
    found = {item.discovered_on for item in case.items.values()} if isinstance(case, Incident) else set[date]()
    return frozenset(found | {case.opened_on})


def derived_classes(case: Case) -> frozenset[str]:
    """The classes that follow from what was recorded: codes of the list `retention_classes`."""
    return frozenset(_DERIVED[case.kind](case))


def _of_incident(case: Any) -> Iterator[str]:
    if any(map(is_prejudiced, case.counting_items)):
        yield "PREJUDICE"
    if any(one.nature in _BULLYING for item in case.counting_items for one in item.classifications):
        yield "BULLYING"
    if any(one.body in _PROTECTS_CHILDREN or "SAFEGUARDING" in one.grounds for one in case.referrals.values()):
        yield "SAFEGUARDING"


def _of_complaint(case: Any) -> Iterator[str]:
    routes = {routing.route for routing in case.routings} | {head.route for head in case.heads.values()}
    if CHILD_PROTECTION in routes or any(one.body in _PROTECTS_CHILDREN for one in case.referrals.values()):
        yield "SAFEGUARDING"


def _of_breach(case: Any) -> Iterator[str]:
    """What may meet the harm threshold is an allegation until it was assessed that it does not."""
    level = case.threshold_assessments[-1].level if case.threshold_assessments else None
    if case.is_safeguarding_concern:
        yield "SAFEGUARDING"
    if level == "MET" or (level is None and case.is_safeguarding_concern):
        yield "STAFF_ALLEGATION"
    if level == "LOW_LEVEL":
        yield "LOW_LEVEL_CONCERN"
    for sanction in case.sanctions.values():
        if sanction.sanction in _WARNINGS and not sanction.set_aside:
            yield _WARNINGS[sanction.sanction]
    if case.outcome == "NO_CASE" or (case.finding is not None and case.finding.finding in _NOT_PROVEN):
        yield "NOT_PROVEN"


_DERIVED: Mapping[CaseKind, Callable[[Any], Iterator[str]]] = {
    CaseKind.INCIDENT: _of_incident,
    CaseKind.COMPLAINT: _of_complaint,
    CaseKind.STAFF_BREACH: _of_breach,
}


def _sanctioned_on(case: Case) -> date | None:
    sanctions = getattr(case, "sanctions", {}).values()
    return max((one.decided_on for one in sanctions if not one.set_aside), default=None)
