"""Opening a case in an emergency: for whoever answers for children or staff and may not wait to be let in.

The person says why, for how long, and gets the role EMERGENCY in that one case. The event that lets them in names who
is alerted, so that there is no access without somebody who has to judge it, and nothing leaves before it is recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid5

from domain.access_refusals import NobodyToAlert
from domain.case import Case
from domain.permissions import Task
from domain.registers import TrustRegister, trust_register_id
from domain.roles import Role
from services.alerts import Alert, AlertSink, send
from services.command_refusals import NotAllowed, NotFound
from services.commands import Deciding, Described, Recorded, Refusal, Services, UnseenCaseCommand, decided
from services.running_commands import run
from services.scope import Caller
from services.store import TrustLedger

__all__ = ["OpenInEmergency", "Opened", "open_in_emergency", "to_alert"]

GRANT = "grant_id"


@dataclass(frozen=True, kw_only=True)
class OpenInEmergency(UnseenCaseCommand):
    """Open a case in an emergency, for some minutes."""

    needs_reason: ClassVar[bool] = True

    case_id: Annotated[UUID, Described("The case, by its id.")]
    minutes: Annotated[int, Described("For how long, 60 at most.")]

    def find(self, context: Deciding) -> Case:
        """A case of the trust that is not about the caller; of a school's roles, one of their own school."""
        caller = context.caller
        if not caller.decide(Task.OPEN_IN_EMERGENCY).allowed:
            raise NotAllowed
        case = context.services.ledger.load(self.case_id)
        if not isinstance(case, Case) or not is_in_reach(caller, case):
            raise NotFound("case_id")
        return case

    def decide(self, case: Any, context: Deciding) -> None:
        """Let the caller in, and name who is alerted."""
        ledger, caller = context.services.ledger, context.caller
        reason = decided(self.reason)
        assert reason is not None
        case.open_in_emergency(
            grant_id=uuid5(self.command_id, GRANT),
            person=caller.person_id,
            role_held=caller.role.value,
            minutes=self.minutes,
            alerted=to_alert(ledger, case, caller.person_id, context.today),
            reason=reason,
            now=context.services.now(),
        )


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that was opened in an emergency: by which grant, in which case, until when, and how many were alerted."""

    grant_id: UUID
    case_id: UUID
    until: datetime
    alerted: int
    replayed: bool


def open_in_emergency(
    services: Services,
    caller: Caller,
    *,
    command_id: UUID,
    case_id: UUID,
    reason: str,
    minutes: int,
    alerts: Sequence[AlertSink] = (),
) -> Opened | Refusal:
    """Open a case in an emergency, and send the alert to each of `alerts`.

    The same command id with the same input gives the first answer, and alerts nobody anew; a refusal records nothing.
    What bars the caller, or is out of reach even so, is answered like a case that is not there.
    """
    command = OpenInEmergency(command_id=command_id, case_id=case_id, reason=reason, minutes=minutes)
    result = run(services, caller, command)
    if isinstance(result, Refusal):
        return result
    assert isinstance(result, Recorded)
    grant = result.case.access_grants[uuid5(command_id, GRANT)]
    if not result.replayed:
        send(alerts, Alert.of(services.ledger.trust_id, result.case, grant))
    return Opened(grant.grant_id, result.case.id, grant.until, len(grant.alerted), result.replayed)


def is_in_reach(caller: Caller, case: Case) -> bool:
    """Whether somebody might open a case in an emergency: of the own school for a school's roles, never about them."""
    if caller.person_id in case.barred or caller.person_id in case.subjects:
        return False
    return caller.school_urn is None or case.school_urn == caller.school_urn


def to_alert(ledger: TrustLedger, case: Case, opener: UUID, on: date) -> tuple[UUID, ...]:
    """Who judges an emergency: the trust's data protection officers, else its trust leads, on a day.

    Never whoever opens the case, nor whom it is about. Raises NobodyToAlert.
    """
    register = ledger.load(trust_register_id(ledger.trust_id))
    for role in (Role.DPO, Role.TRUST_LEAD):
        holders = register.holders(role.value, on) if isinstance(register, TrustRegister) else ()
        found = dict.fromkeys(one for one in holders if one != opener and one not in case.barred | case.subjects)
        if found:
            return tuple(found)
    raise NobodyToAlert
