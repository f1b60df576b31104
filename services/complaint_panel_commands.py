"""The commands of a complaint about its panel, what the school did, unreasonable conduct, and personal data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

from domain.complaint_parts import PanelMember
from services.commands import Deciding, Described
from services.complaint_commands import ComplaintDecision
from services.decisions import OverrideReason, involved_before
from services.incident_commands import Notes


@dataclass(frozen=True, kw_only=True)
class _PanelDecision(ComplaintDecision):
    """A command on who sits on the panel: also nobody involved in a case from which the complaint arose."""

    def arguments(self, case: Any, context: Deciding) -> dict[str, Any]:
        """Who had to do with those cases, beside what the command says."""
        return super().arguments(case, context) | {"involved": involved_before(case, context)}


@dataclass(frozen=True, kw_only=True)
class AppointPanel(_PanelDecision):
    """Appoint the panel: at least three people who had nothing to do with the matter, one of them independent."""

    decision: ClassVar[str] = "appoint_panel"

    members: Annotated[tuple[PanelMember, ...], Described("Those who sit on it.")]
    appointed_on: Annotated[date, Described("The day of the appointment.")]


@dataclass(frozen=True, kw_only=True)
class ReplacePanelMember(_PanelDecision):
    """Put another person in the place of a member of the panel."""

    decision: ClassVar[str] = "replace_panel_member"
    needs_reason: ClassVar[bool] = True

    leaving: Annotated[UUID, Described("The person who leaves the panel.")]
    member: Annotated[PanelMember, Described("Who takes the place.")]
    replaced_on: Annotated[date, Described("The day of the change.")]


@dataclass(frozen=True, kw_only=True)
class HoldHearing(ComplaintDecision):
    """Record that the panel heard the complaint."""

    decision: ClassVar[str] = "hold_hearing"

    held_on: Annotated[date, Described("The day of the hearing.")]
    complainant_attended: Annotated[bool, Described("Whether the complainant came.")]
    accompanied: Annotated[bool, Described("Whether somebody came along with the complainant.")]
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class IssueFindings(ComplaintDecision):
    """Record that one party was given the panel's findings and recommendations."""

    decision: ClassVar[str] = "issue_findings"
    sealed_under: ClassVar[dict[str, str]] = {"findings": "recipient", "recommendations": "recipient"}

    recipient_role: Annotated[str, Described("To whom: a code of the list findings_recipients.")]
    issued_on: Annotated[date, Described("The day they were given.")]
    findings: Annotated[str, Described("The findings in the wording for this party; stored sealed.")]
    recipient: Annotated[UUID | None, Described("The person to whom they were given.")] = None
    remedies: Annotated[tuple[str, ...], Described("What is recommended: codes of the list remedies.")] = ()
    recommendations: Annotated[str | None, Described("The recommendations in words; stored sealed.")] = None


@dataclass(frozen=True, kw_only=True)
class ManageConduct(ComplaintDecision):
    """Record what is done about unreasonable conduct in this matter; a new matter is looked at all the same."""

    decision: ClassVar[str] = "manage_conduct"
    sealed_under: ClassVar[dict[str, str]] = {"notes": "person"}

    step: Annotated[str, Described("What is done: a code of the list conduct_steps.")]
    taken_on: Annotated[date, Described("The day it was done.")]
    review_on: Annotated[date | None, Described("The day it is reviewed; a communication plan has one.")] = None
    person: Annotated[UUID | None, Described("The person concerned, where the school knows the person.")] = None
    notes: Notes = None
    override: OverrideReason = None


@dataclass(frozen=True, kw_only=True)
class TagComplaint(ComplaintDecision):
    """Say what else is to be said of the complaint; what was said before is replaced."""

    decision: ClassVar[str] = "tag_complaint"

    tags: Annotated[tuple[str, ...], Described("Codes of the list complaint_tags; none takes all away.")]


@dataclass(frozen=True, kw_only=True)
class RecordActionTaken(ComplaintDecision):
    """Record what the school did as a result, upheld or not, or that it did nothing."""

    decision: ClassVar[str] = "record_action_taken"

    action: Annotated[str, Described("What it did: a code of the list complaint_actions; NONE is one.")]
    taken_on: Annotated[date, Described("The day it was done.")]
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class RecordEnquiry(ComplaintDecision):
    """Record a step taken to answer a complaint about personal data."""

    decision: ClassVar[str] = "record_enquiry"

    made_on: Annotated[date, Described("The day of the step.")]
    complainant_told: Annotated[bool, Described("Whether the complainant was kept informed.")]
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class TellOutcome(ComplaintDecision):
    """Record that the complainant about personal data was told the outcome."""

    decision: ClassVar[str] = "tell_outcome"

    told_on: Annotated[date, Described("The day of the message.")]
    commissioner_named: Annotated[bool, Described("Whether it named the Information Commissioner.")]
    notes: Notes = None
