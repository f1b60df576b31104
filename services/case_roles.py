"""Whether somebody who says to act in a role of one case may: by the case as it stands in the ledger now."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain.case import Case
from domain.case_roles import holds_role
from domain.registers import TrustRegister, trust_register_id
from domain.roles import Role
from domain.values import LONDON
from services.store import TrustLedger

__all__ = ["holds_in_case", "is_auditor"]


def holds_in_case(ledger: TrustLedger, case_id: UUID, person: UUID, role: Role, at: datetime) -> bool:
    """Whether a person may act in a role of a case at an instant; False where there is no such case.

    An examiner is an auditor who was granted more: whoever is no auditor any longer is no examiner either.
    """
    case = ledger.load(case_id)
    if not isinstance(case, Case) or not holds_role(case, person, role, at):
        return False
    return role is not Role.EXAMINER or is_auditor(ledger, person, at)


def is_auditor(ledger: TrustLedger, person: UUID, at: datetime) -> bool:
    """Whether a person holds the appointment of an auditor in the trust's register on the day of an instant."""
    register = ledger.load(trust_register_id(ledger.trust_id))
    on = at.astimezone(LONDON).date()
    return isinstance(register, TrustRegister) and person in register.holders(Role.AUDITOR.value, on)
