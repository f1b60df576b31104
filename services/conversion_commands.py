"""The command by which an incident goes on as a complaint: both histories say so, in one append (design D12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

from domain.aggregate import Recordable
from domain.case import AROSE_FROM
from domain.complaint import Complaint
from services.commands import Deciding, Described, decided, new_case_id
from services.complaint_commands import ComplaintHead, received_head
from services.decisions import OverrideReason
from services.incident_commands import IncidentDecision


@dataclass(frozen=True, kw_only=True)
class ConvertToComplaint(IncidentDecision):
    """Let the matter go on as a complaint, which is opened and linked to the incident it arose from."""

    decision: ClassVar[str] = "convert_to_complaint"

    converted_on: Annotated[date, Described("The day on which it became a complaint: that of its receipt.")]
    received_by: Annotated[str, Described("Who received it: a code of the list complaint_receivers.")]
    means: Annotated[str, Described("How it came: a code of the list complaint_means.")]
    heads: Annotated[tuple[ComplaintHead, ...], Described("What it is about, head by head; at least one.")]
    complainant: Annotated[UUID | None, Described("The person who complains, where the school knows the person.")] = (
        None
    )
    summary: Annotated[str | None, Described("What is complained of, in short; stored sealed.")] = None
    override: OverrideReason = None

    def decide(self, case: Any, context: Deciding) -> Sequence[Recordable]:
        """The complaint is held to the policy in force on the day of its receipt, and counts as what it arose from."""
        complaint_id = new_case_id(context.caller.trust_id, self.command_id)
        case.convert_to_complaint(
            complaint=complaint_id,
            converted_on=self.converted_on,
            today=context.today,
            policy=context.pack_of(case),
            override=self.set_aside(context),
            by=context.caller.person_id,
        )
        school = context.school(case.school_urn, "school_urn", min(self.converted_on, context.today))
        complaint = Complaint.receive(
            case_id=complaint_id,
            reference=context.reference("CMP"),
            school_urn=case.school_urn,
            received_on=self.converted_on,
            received_by=self.received_by,
            means=self.means,
            heads=tuple(received_head(head, self.command_id, place) for place, head in enumerate(self.heads)),
            today=context.today,
            complainant=self.complainant,
            policy=school.policy_on(self.converted_on),
            reported_by=context.caller.person_id,
            summary=decided(self.summary),
        )
        complaint.link(other=case.id, kind=AROSE_FROM, origins=context.origins(case.id))
        return [complaint]
