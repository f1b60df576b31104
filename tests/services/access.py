"""A trust in which people are let into single cases: its overseers are appointed, and its clock can be set."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from domain.access import Role
from services.case_access_commands import GrantAccess
from services.case_commands import AddAddendum
from services.commands import Services
from services.emergency_access import open_in_emergency
from services.incident_commands import ReportIncident
from services.registers import appoint_in_trust
from services.running_commands import run
from services.scope import Caller, system_caller
from services.staff_breach_commands import ReportStaffBreach
from tests.support.ledgers import NOW, Trust

SCHOOL, OTHER = "900001", "900002"
ON = date(2026, 9, 10)
LATER = NOW + timedelta(hours=1)


@dataclass
class Overseen:
    """A trust with a data protection officer, an auditor and a trust lead; `at` is what its clock shows."""

    trust: Trust
    at: datetime = NOW
    sent: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.services = Services(self.trust.ledger, lambda: self.at)

    def appoint(self, *roles: Role) -> None:
        for role in roles:
            appoint_in_trust(
                self.trust.ledger,
                system_caller(self.trust.trust_id),
                role=role.value,
                person=self.caller(role).person_id,
                appointed_on=date(2024, 9, 1),
            )

    def caller(self, role: Role, urn: str | None = None, name: str = "") -> Caller:
        return self.trust.caller(role, urn, name)

    def inside(self, person: UUID, role: Role, case_id: UUID) -> Caller:
        """A person who acts in a role of one case."""
        return Caller(self.trust.trust_id, person, role, case_id=case_id)

    def incident(self, urn: str = SCHOOL, summary: str | None = None) -> UUID:
        asked = ReportIncident(command_id=uuid4(), school_urn=urn, opened_on=ON, summary=summary)
        return UUID(str(self.trust.do(asked, system_caller(self.trust.trust_id)).id))

    def breach(self, subject: UUID | None = None, urn: str = SCHOOL) -> UUID:
        asked = ReportStaffBreach(
            command_id=uuid4(), school_urn=urn, reported_on=ON, source="ALLEGED", subject=subject, summary="He wrote."
        )
        return UUID(str(self.trust.do(asked, system_caller(self.trust.trust_id)).id))

    def grant(self, case_id: UUID, person: UUID, role: str, by: Caller | None = None, **given: Any) -> UUID:
        """Let somebody in; the id of the grant."""
        asked = GrantAccess(command_id=uuid4(), case_id=case_id, person=person, role=role, reason="To look.", **given)
        self.trust.do(asked, by)
        return uuid5(asked.command_id, "grant_id")

    def open(self, case_id: UUID, by: Caller, **given: Any) -> Any:
        """Open a case in an emergency; the answer, whatever it is."""
        asked: dict[str, Any] = {"command_id": uuid4(), "reason": "A child is at risk.", "minutes": 60}
        return open_in_emergency(self.services, by, case_id=case_id, alerts=[self], **asked | given)

    def send(self, alert: Any) -> None:
        """Keep a notice: the port is the trust's own here."""
        self.sent.append(alert)

    def remark(self, case_id: UUID, by: Caller) -> Any:
        """Add words to a case; the answer, whatever it is."""
        return run(self.services, by, AddAddendum(command_id=uuid4(), case_id=case_id, text="Seen."))
