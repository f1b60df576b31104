"""What every kind of case tries in its random histories of the rules of its life: transfers, corrections, access."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from domain.case import Case
from domain.case_actions import CaseAction
from domain.sealed import Secret
from domain.values import PolicyRef

Decision = Callable[[Any], object]
LIFECYCLE = frozenset(
    {
        CaseAction.TRANSFER_CASE,
        CaseAction.REQUEST_CORRECTION,
        CaseAction.APPROVE_CORRECTION,
        CaseAction.REJECT_CORRECTION,
        CaseAction.GRANT_ACCESS,
        CaseAction.END_ACCESS,
        CaseAction.REVIEW_EMERGENCY_ACCESS,
        CaseAction.PLACE_HOLD,
        CaseAction.LIFT_HOLD,
        CaseAction.CLASSIFY_FOR_RETENTION,
        CaseAction.REVIEW_RETENTION,
    }
)
_WHY = Secret("It reads otherwise in the letter.")


def lifecycle(action: CaseAction, case: Case, fresh: UUID, today: date) -> list[Decision]:
    """Inputs with which the action succeeds if the state of the case allows it at all; `fresh` names a new part."""
    match action:
        case CaseAction.TRANSFER_CASE:
            return [_transferred("900006", today), _transferred("900007", today)]
        case CaseAction.REQUEST_CORRECTION:
            return [lambda one: one.request_correction(correction_id=fresh, text=_WHY, today=today)]
        case CaseAction.APPROVE_CORRECTION:
            return [_approved(correction_id, today) for correction_id in (*case.corrections, fresh)]
        case CaseAction.GRANT_ACCESS:
            # No command of the catalogue opens a case in an emergency: it comes about beside the grants here.
            return [_granted(fresh, today), _opened(fresh, today)]
        case CaseAction.END_ACCESS:
            return [_ended(grant_id) for grant_id in (*case.access_grants, fresh)]
        case CaseAction.REVIEW_EMERGENCY_ACCESS:
            return [_reviewed(grant_id, today) for grant_id in (*case.access_grants, fresh)]
        case CaseAction.PLACE_HOLD:
            return [_held(fresh, today)]
        case CaseAction.LIFT_HOLD:
            return [_lifted(hold_id) for hold_id in (*case.legal_holds, fresh)]
        case CaseAction.CLASSIFY_FOR_RETENTION:
            return [_classified(("NEGLIGENCE",), today), _classified((), today)]
        case CaseAction.REVIEW_RETENTION:
            return [_kept(today)]
        case _:
            return [_rejected(correction_id, today) for correction_id in (*case.corrections, fresh)]


def _held(hold_id: UUID, today: date) -> Decision:
    review = today + timedelta(days=90)
    return lambda one: one.place_hold(
        hold_id=hold_id, authority="LITIGATION", review_on=review, reason=_WHY, today=today
    )


def _lifted(hold_id: UUID) -> Decision:
    return lambda one: one.lift_hold(hold_id=hold_id, reason=_WHY)


def _classified(classes: tuple[str, ...], today: date) -> Decision:
    return lambda one: one.classify_for_retention(classes=classes, reason=_WHY, today=today)


def _kept(today: date) -> Decision:
    """Keeping is possible whatever the table says; what of disposing depends on more than the case."""
    return lambda one: one.review_retention(
        choice="KEEP",
        keep_until=today + timedelta(days=1),
        notes=_WHY,
        table=PolicyRef("invented", "1", "ab" * 32),
        due=None,
        is_held=False,
        has_open_link=False,
        today=today,
    )


def _transferred(urn: str, today: date) -> Decision:
    return lambda one: one.transfer(school_urn=urn, transferred_on=today, reason=_WHY, today=today)


def _approved(correction_id: UUID, today: date) -> Decision:
    return lambda one: one.approve_correction(correction_id=correction_id, today=today)


def _rejected(correction_id: UUID, today: date) -> Decision:
    return lambda one: one.reject_correction(correction_id=correction_id, reason=_WHY, today=today)


def _granted(grant_id: UUID, today: date) -> Decision:
    person = uuid5(grant_id, "witness")
    return lambda one: one.grant_access(
        grant_id=grant_id, person=person, role="WITNESS", reason=_WHY, now=_midday(today)
    )


def _opened(grant_id: UUID, today: date) -> Decision:
    opener, alerted = uuid5(grant_id, "opener"), (uuid5(grant_id, "alerted"),)
    return lambda one: one.open_in_emergency(
        grant_id=grant_id,
        person=opener,
        role_held="hr",
        minutes=30,
        alerted=alerted,
        reason=_WHY,
        now=_midday(today),
    )


def _ended(grant_id: UUID) -> Decision:
    return lambda one: one.end_access(grant_id=grant_id, reason=_WHY)


def _reviewed(grant_id: UUID, today: date) -> Decision:
    return lambda one: one.review_emergency_access(grant_id=grant_id, was_justified=True, now=_midday(today))


def _midday(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
