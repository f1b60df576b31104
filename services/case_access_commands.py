"""Commands on who is let into a single case: granted, ended, and the review of an emergency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from domain.access_refusals import NotAnAuditor
from domain.case_parts import EXAMINER, PANEL
from services.case_roles import is_auditor
from services.commands import Deciding, Described
from services.decisions import CaseDecision, involved_before


@dataclass(frozen=True, kw_only=True)
class GrantAccess(CaseDecision):
    """Let a person into this one case in a role; with EXAMINER an auditor opens its sealed texts for a while."""

    decision: ClassVar[str] = "grant_access"
    new_id: ClassVar[str | None] = "grant_id"
    needs_reason: ClassVar[bool] = True

    person: Annotated[UUID, Described("Whom to let in.")]
    role: Annotated[str, Described("As what: a code of the list access_roles other than EMERGENCY.")]
    until: Annotated[
        datetime | None,
        Described("The instant from which it lets in no longer; an examination needs one within 30 days."),
    ] = None

    def decide(self, case: Any, context: Deciding) -> None:
        """Examiners are auditors now, and nobody sits on a panel who had to do with what the complaint arose from."""
        services = context.services
        if self.role == EXAMINER and not is_auditor(services.ledger, self.person, services.now()):
            raise NotAnAuditor("person")
        involved = involved_before(case, context) if self.role == PANEL else frozenset[UUID]()
        case.grant_access(**self.arguments(case, context) | {"involved": involved})


@dataclass(frozen=True, kw_only=True)
class EndAccess(CaseDecision):
    """End somebody's access to this one case at once, granted or opened in an emergency."""

    decision: ClassVar[str] = "end_access"
    needs_reason: ClassVar[bool] = True

    grant_id: Annotated[UUID, Described("The access, by its id.")]


@dataclass(frozen=True, kw_only=True)
class ReviewEmergencyAccess(CaseDecision):
    """Judge whether it was right to open the case in an emergency; what is left of that access ends with it."""

    decision: ClassVar[str] = "review_emergency_access"

    grant_id: Annotated[UUID, Described("The access, by its id; the duty to review it names it as its itemId.")]
    was_justified: Annotated[bool, Described("Whether it was right.")]
    notes: Annotated[
        str | None, Described("What there is to say about it; needed where it was not right. Stored sealed.")
    ] = None
