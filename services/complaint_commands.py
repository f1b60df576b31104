"""The commands of a complaint from its receipt to its closing: heads, stages, answers, clock, withdrawal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid5

from domain.aggregate import Recordable
from domain.complaint import Complaint, HeadReceived
from services.commands import Deciding, Described, OpeningCommand, decided
from services.decisions import CaseDecision, OverrideReason
from services.incident_commands import Notes

HeadId = Annotated[UUID, Described("The head, by its id.")]


@dataclass(frozen=True, kw_only=True)
class ComplaintHead:
    """One thing complained of."""

    about_school: Annotated[bool, Described("Whether it is about the school.")]
    about_staff: Annotated[bool, Described("Whether it is about staff.")]
    about: Annotated[tuple[UUID, ...], Described("The persons complained about; they do not see the case.")] = ()


@dataclass(frozen=True, kw_only=True)
class ReceiveComplaint(OpeningCommand):
    """Take a complaint in: who received it and how, and each thing it is about."""

    reference_kind: ClassVar[str] = "CMP"

    school_urn: Annotated[str, Described("The school, by URN.")]
    received_on: Annotated[date, Described("The day of receipt; it decides the policy and the period.")]
    received_by: Annotated[str, Described("Who received it: a code of the list complaint_receivers.")]
    means: Annotated[str, Described("How it came: a code of the list complaint_means.")]
    heads: Annotated[tuple[ComplaintHead, ...], Described("What it is about, head by head; at least one.")]
    complainant: Annotated[UUID | None, Described("The person who complains, where the school knows the person.")] = (
        None
    )
    process: Annotated[str | None, Described("By which process: a code of complaint_process; SCHOOL if left out.")] = (
        None
    )
    school_reference: Annotated[str | None, Described("The school's own reference, if it has one.")] = None
    summary: Annotated[str | None, Described("What is complained of, in short; stored sealed.")] = None

    def check(self, context: Deciding) -> None:
        """The school is in the caller's sight and was a member of the trust on that day."""
        context.school(self.school_urn, "school_urn", min(self.received_on, context.today))

    def open(self, case_id: UUID, reference: str, context: Deciding) -> Sequence[Recordable]:
        """A complaint held to the policy in force on the day of receipt."""
        school = context.school(self.school_urn, "school_urn", min(self.received_on, context.today))
        complaint = Complaint.receive(
            case_id=case_id,
            reference=reference,
            school_urn=self.school_urn,
            received_on=self.received_on,
            received_by=self.received_by,
            means=self.means,
            heads=tuple(received_head(head, self.command_id, place) for place, head in enumerate(self.heads)),
            today=context.today,
            complainant=self.complainant,
            school_reference=self.school_reference,
            policy=school.policy_on(self.received_on),
            reported_by=context.caller.person_id,
            summary=decided(self.summary),
        )
        if self.process is not None:
            complaint.choose_process(process=self.process)
        return [complaint]


def received_head(head: ComplaintHead, command_id: UUID, place: int) -> HeadReceived:
    """A head as the complaint takes it; its id derives from the command's, so that a retry names the same one."""
    return HeadReceived(uuid5(command_id, f"head/{place}"), head.about_school, head.about_staff, head.about)


@dataclass(frozen=True, kw_only=True)
class ComplaintDecision(CaseDecision):
    """A command on a complaint."""

    case_kind: ClassVar[str | None] = "COMPLAINT"


@dataclass(frozen=True, kw_only=True)
class AddHead(ComplaintDecision):
    """Add another thing that the complaint turns out to be about."""

    decision: ClassVar[str] = "add_head"

    head: Annotated[ComplaintHead, Described("What it is about.")]

    def arguments(self, case: Any, context: Deciding) -> dict[str, Any]:
        """The head under an id of its own."""
        return super().arguments(case, context) | {"head": received_head(self.head, self.command_id, 0)}


@dataclass(frozen=True, kw_only=True)
class NameSubject(ComplaintDecision):
    """Say whom a head is about, once it is known; from then on the person does not see the case."""

    decision: ClassVar[str] = "name_subject"

    head_id: HeadId
    person: Annotated[UUID, Described("The person complained about.")]


@dataclass(frozen=True, kw_only=True)
class DecideHead(ComplaintDecision):
    """Say what came of one head; a later decision takes the place of an earlier one."""

    decision: ClassVar[str] = "decide_head"

    head_id: HeadId
    outcome: Annotated[str, Described("What came of it: a code of the list head_outcomes.")]
    decided_on: Annotated[date, Described("The day of the decision.")]
    decided_by: Annotated[UUID | None, Described("The person who decided.")] = None
    reasons: Annotated[str | None, Described("Why; stored sealed.")] = None


@dataclass(frozen=True, kw_only=True)
class RouteToProcedure(ComplaintDecision):
    """Say which other procedure the complaint, or one head of it, belongs to; child protection is never refused."""

    decision: ClassVar[str] = "route_to_procedure"

    route: Annotated[str, Described("The procedure: a code of the list complaint_routes.")]
    routed_on: Annotated[date, Described("The day the complainant was told.")]
    head_id: Annotated[UUID | None, Described("The head, if it is one; the whole complaint if left out.")] = None
    other: Annotated[UUID | None, Described("The case that deals with it, if there is one; it is linked.")] = None
    notes: Notes = None

    def decide(self, case: Any, context: Deciding) -> None:
        """A case that is named is one that the caller sees."""
        if self.other is not None and self.other != case.id:
            context.other(self.other, "other")
        super().decide(case, context)


@dataclass(frozen=True, kw_only=True)
class MeetParties(ComplaintDecision):
    """Record a meeting with the parties; whoever was there sits on no panel about the matter."""

    decision: ClassVar[str] = "meet_parties"

    mode: Annotated[str, Described("By telephone, in person or online: a code of the list meeting_modes.")]
    held_on: Annotated[date, Described("The day of the meeting.")]
    roles: Annotated[tuple[str, ...], Described("Who met, by role: codes of the list meeting_roles.")] = ()
    attendees: Annotated[tuple[UUID, ...], Described("The persons who met.")] = ()
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class ChooseProcess(ComplaintDecision):
    """Say by which process the complaint is dealt with, before any step of it is taken."""

    decision: ClassVar[str] = "choose_process"

    process: Annotated[str, Described("The process: a code of the list complaint_process.")]


@dataclass(frozen=True, kw_only=True)
class AcknowledgeComplaint(ComplaintDecision):
    """Record that the complainant was told that the complaint had come."""

    decision: ClassVar[str] = "acknowledge_complaint"

    acknowledged_on: Annotated[date, Described("The day of the message.")]
    means: Annotated[str, Described("How: a code of the list complaint_means.")]
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class StartStage(ComplaintDecision):
    """Begin a stage of the school's procedure, once the one before it was answered and left the matter unresolved."""

    decision: ClassVar[str] = "start_stage"

    stage: Annotated[str, Described("The stage: a code of the list complaint_stages that the policy has.")]
    started_on: Annotated[date, Described("The day it begins.")]
    override: OverrideReason = None


@dataclass(frozen=True, kw_only=True)
class AppointInvestigator(ComplaintDecision):
    """Say who looks into the matter in the stage that is open."""

    decision: ClassVar[str] = "appoint_investigator"

    investigator: Annotated[UUID, Described("The person who investigates.")]
    appointed_on: Annotated[date, Described("The day the person was asked.")]


@dataclass(frozen=True, kw_only=True)
class RespondToStage(ComplaintDecision):
    """Record the answer to the stage that is open; a formal stage and a panel answer in writing."""

    decision: ClassVar[str] = "respond_to_stage"

    resolved: Annotated[bool, Described("Whether it settled the matter.")]
    in_writing: Annotated[bool, Described("Whether it was given in writing.")]
    responded_on: Annotated[date, Described("The day of the answer.")]
    responded_by: Annotated[UUID | None, Described("The person who answered.")] = None
    response: Annotated[str | None, Described("The answer in words; stored sealed.")] = None


@dataclass(frozen=True, kw_only=True)
class ExtendStage(ComplaintDecision):
    """Say that the stage that is open is answered later: until when, and in the reason why."""

    decision: ClassVar[str] = "extend_stage"
    needs_reason: ClassVar[bool] = True

    until_on: Annotated[date, Described("The day by which it is answered now.")]
    extended_on: Annotated[date, Described("The day that was decided.")]
    complainant_told: Annotated[bool, Described("Whether the complainant was told.")]


@dataclass(frozen=True, kw_only=True)
class RequestEscalation(ComplaintDecision):
    """Record that the complainant asks for the next stage."""

    decision: ClassVar[str] = "request_escalation"

    requested_on: Annotated[date, Described("The day it was asked for.")]


@dataclass(frozen=True, kw_only=True)
class PauseClock(ComplaintDecision):
    """Let the clock of the complaint stand still, and say in the reason why."""

    decision: ClassVar[str] = "pause_clock"
    needs_reason: ClassVar[bool] = True

    paused_on: Annotated[date, Described("The day from which it stands still.")]


@dataclass(frozen=True, kw_only=True)
class ResumeClock(ComplaintDecision):
    """Let the clock of the complaint run again."""

    decision: ClassVar[str] = "resume_clock"
    needs_reason: ClassVar[bool] = True

    resumed_on: Annotated[date, Described("The day from which it runs.")]


@dataclass(frozen=True, kw_only=True)
class RequestWithdrawal(ComplaintDecision):
    """Record that the complainant wants to withdraw the complaint."""

    decision: ClassVar[str] = "request_withdrawal"

    asked_on: Annotated[date, Described("The day it was asked.")]
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class ConfirmWithdrawal(ComplaintDecision):
    """Record that the withdrawal was confirmed in writing."""

    decision: ClassVar[str] = "confirm_withdrawal"

    confirmed_on: Annotated[date, Described("The day of the confirmation.")]
    reference: Annotated[str | None, Described("Which letter or message it is; stored sealed.")] = None


@dataclass(frozen=True, kw_only=True)
class CloseComplaint(ComplaintDecision):
    """Close the complaint with its outcome, once each head is decided or routed; or as withdrawn or out of scope."""

    decision: ClassVar[str] = "close"

    outcome: Annotated[str, Described("What came of it: a code of the list complaint_outcomes.")]
    closed_on: Annotated[date, Described("The day it was closed.")]
    notes: Notes = None
    override: OverrideReason = None


@dataclass(frozen=True, kw_only=True)
class ReopenComplaint(ComplaintDecision):
    """Open a closed complaint again."""

    decision: ClassVar[str] = "reopen"
    needs_reason: ClassVar[bool] = True

    reopened_on: Annotated[date, Described("The day it was opened again.")]
