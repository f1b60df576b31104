"""What the register of a case's school says of the case: the policy pack that it is pinned to, and the calendars."""

from __future__ import annotations

from collections.abc import Sequence

from domain.calendars import CalendarSet
from domain.case import Case
from domain.policy import PolicyPack, parse_pack
from domain.registers import SchoolRegister, school_register_id
from services.store import TrustLedger

__all__ = ["calendars_of", "pack_of"]


def calendars_of(ledger: TrustLedger, case: Case) -> Sequence[CalendarSet]:
    """The calendars that the case's school has set, in order."""
    register = ledger.load(school_register_id(ledger.trust_id, case.school_urn))
    return register.calendars_set if isinstance(register, SchoolRegister) else ()


def pack_of(ledger: TrustLedger, case: Case) -> PolicyPack | None:
    """The pack that a case is pinned to, wherever the case is now."""
    if case.policy is None:
        return None
    # A case that was recorded at the wrong school keeps the pack of the school where it was opened.
    for urn in dict.fromkeys((case.school_urn, case.opened_at)):
        register = ledger.load(school_register_id(ledger.trust_id, urn))
        if isinstance(register, SchoolRegister):
            for adoption in register.adoptions:
                if adoption.policy == case.policy:
                    return parse_pack(adoption.content)
    return None
