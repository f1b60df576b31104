"""What comes before a file of a case is made: whether the caller may take the case away, and the ledger as signed."""

from __future__ import annotations

from uuid import UUID

from api.rest.endpoints import Endpoints
from domain.permissions import CaseReading
from domain.scopes import within
from services.command_refusals import NotInScope
from services.commands import Services
from services.leaving import case_to_take
from services.scope import Caller

__all__ = ["before_taking"]


async def before_taking(endpoints: Endpoints, caller: Caller, case_id: UUID, *, is_signed: bool = True) -> None:
    """Refuse whoever may not take the case away; only then have the ledger signed, if the file says how it stands.

    Raises NotInScope, and as `case_to_take` and `Endpoints.signed` do.
    """
    await endpoints.read(_reach, caller, case_id)
    if is_signed:
        await endpoints.signed(caller)


def _reach(services: Services, caller: Caller, case_id: UUID) -> None:
    if not within(caller.scopes, CaseReading.EXPORT):
        raise NotInScope
    case_to_take(services.ledger, caller.visibility, case_id)
