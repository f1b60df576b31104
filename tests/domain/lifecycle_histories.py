"""What every kind of case tries in its random histories of the rules of its life: transfers and corrections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from domain.case import Case
from domain.offered import CaseAction
from domain.sealed import Secret

Decision = Callable[[Any], object]
LIFECYCLE = frozenset(
    {
        CaseAction.TRANSFER_CASE,
        CaseAction.REQUEST_CORRECTION,
        CaseAction.APPROVE_CORRECTION,
        CaseAction.REJECT_CORRECTION,
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
        case _:
            return [_rejected(correction_id, today) for correction_id in (*case.corrections, fresh)]


def _transferred(urn: str, today: date) -> Decision:
    return lambda one: one.transfer(school_urn=urn, transferred_on=today, reason=_WHY, today=today)


def _approved(correction_id: UUID, today: date) -> Decision:
    return lambda one: one.approve_correction(correction_id=correction_id, today=today)


def _rejected(correction_id: UUID, today: date) -> Decision:
    return lambda one: one.reject_correction(correction_id=correction_id, reason=_WHY, today=today)
