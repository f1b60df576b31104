"""The commands of a staff breach that protect children, suspend, investigate, find, sanction and hear appeals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from services.commands import Described
from services.decisions import OverrideReason
from services.staff_breach_commands import BreachDecision, DecidedBy, Notes, Reasons

Body = Annotated[str, Described("Which body: a code of the list breach_bodies.")]
InvestigationId = Annotated[UUID, Described("The investigation, by its id.")]
SuspensionId = Annotated[UUID, Described("The suspension, by its id.")]
OptionalReasons = Annotated[str | None, Described("Why; stored sealed.")]
Accompanied = Annotated[bool | None, Described("Whether the person heard was accompanied, if known.")]


@dataclass(frozen=True, kw_only=True)
class RecordDisclosure(BreachDecision):
    """Record what somebody disclosed and who took it in; it is never refused."""

    decision: ClassVar[str] = "record_disclosure"
    new_id: ClassVar[str | None] = "disclosure_id"
    sealed_under: ClassVar[dict[str, str]] = {"words": "disclosed_by"}

    source: Annotated[str, Described("Who disclosed it: a code of disclosure_sources; a child's is for safeguarding.")]
    received_on: Annotated[date, Described("The day it was received.")]
    words: Annotated[str, Described("What was disclosed, in words; stored sealed.")]
    received_by: Annotated[UUID | None, Described("The person who received it.")] = None
    disclosed_by: Annotated[UUID | None, Described("The person who disclosed it, where known.")] = None
    policy_reference: Annotated[
        str | None, Described("The part of the safeguarding policy it is recorded under; stored sealed.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class FlagForSafeguarding(BreachDecision):
    """Say that the matter concerns the safety of a child; it is never refused."""

    decision: ClassVar[str] = "flag_for_safeguarding"

    flagged_on: Annotated[date, Described("The day it was said.")]
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class AssessHarmThreshold(BreachDecision):
    """Say whether the harm threshold may be met; the last assessment holds."""

    decision: ClassVar[str] = "assess_harm_threshold"

    level: Annotated[str, Described("The assessment: a code of the list threshold_levels.")]
    assessed_on: Annotated[date, Described("The day of the assessment.")]
    criteria: Annotated[tuple[str, ...], Described("The criteria that may be met: codes of harm_criteria.")] = ()
    assessed_by: Annotated[UUID | None, Described("The person who assessed it.")] = None
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class ContactBody(BreachDecision):
    """Record that the police, the LADO or another body was contacted or told; it is never refused."""

    decision: ClassVar[str] = "contact_body"
    new_id: ClassVar[str | None] = "contact_id"

    body: Body
    contacted_on: Annotated[date, Described("The day of the contact.")]
    contacted_by: Annotated[UUID | None, Described("The person who made the contact.")] = None
    body_name: Annotated[str | None, Described("Its name, where the code does not say; stored sealed.")] = None
    reference: Annotated[str | None, Described("The other side's reference; stored sealed.")] = None
    reasons: Annotated[str | None, Described("On what it rests; needed for the DBS and the TRA. Stored sealed.")] = None


@dataclass(frozen=True, kw_only=True)
class RecordBodyAdvice(BreachDecision):
    """Record what a body advised, as the LADO does on suspension."""

    decision: ClassVar[str] = "record_body_advice"

    contact_id: Annotated[UUID, Described("The contact, by its id.")]
    advised_on: Annotated[date, Described("The day of the advice.")]
    advice: Annotated[str, Described("The advice in words; stored sealed.")]
    suspension: Annotated[str | None, Described("What it says of suspension: a code of suspension_advice.")] = None


@dataclass(frozen=True, kw_only=True)
class DecideNotToRefer(BreachDecision):
    """Record that the matter is not referred to a body, and why."""

    decision: ClassVar[str] = "decide_not_to_refer"

    body: Body
    decided_on: Annotated[date, Described("The day of the decision.")]
    reasons: Reasons
    decided_by: DecidedBy = None


@dataclass(frozen=True, kw_only=True)
class SetReportingRestriction(BreachDecision):
    """Say whether the law forbids naming the teacher."""

    decision: ClassVar[str] = "set_reporting_restriction"

    applies: Annotated[bool, Described("Whether it applies.")]
    from_on: Annotated[date, Described("The day from which it does or does not.")]
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class HoldDisciplinaryTrack(BreachDecision):
    """Record that a body told the school to wait with the disciplinary track."""

    decision: ClassVar[str] = "hold_disciplinary_track"
    new_id: ClassVar[str | None] = "hold_id"

    body: Body
    from_on: Annotated[date, Described("The day from which the school waits.")]
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class LiftDisciplinaryHold(BreachDecision):
    """Record that the school need not wait any longer."""

    decision: ClassVar[str] = "lift_disciplinary_hold"

    hold_id: Annotated[UUID, Described("The hold, by its id.")]
    lifted_on: Annotated[date, Described("The day it was lifted.")]
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class DecideOnSuspension(BreachDecision):
    """Decide whether to suspend the person during the investigation; it is no finding."""

    decision: ClassVar[str] = "decide_on_suspension"
    new_id: ClassVar[str | None] = "suspension_id"

    suspended: Annotated[bool, Described("Whether the person is suspended.")]
    decided_on: Annotated[date, Described("The day of the decision.")]
    decided_by: Annotated[UUID, Described("The person who decided; not the one the breach is about.")]
    reasons: Reasons
    alternatives: Annotated[
        tuple[str, ...], Described("What was considered instead: codes of suspension_alternatives.")
    ] = ()
    override: OverrideReason = None


@dataclass(frozen=True, kw_only=True)
class ConfirmSuspension(BreachDecision):
    """Record that the suspension was confirmed in writing."""

    decision: ClassVar[str] = "confirm_suspension"

    suspension_id: SuspensionId
    confirmed_on: Annotated[date, Described("The day of the letter.")]
    contact_person: Annotated[UUID | None, Described("Whom the person may turn to meanwhile.")] = None
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class EndSuspension(BreachDecision):
    """Record that the suspension ended."""

    decision: ClassVar[str] = "end_suspension"

    suspension_id: SuspensionId
    ended_on: Annotated[date, Described("The day it ended.")]
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class OpenBreachInvestigation(BreachDecision):
    """Open an investigation of the breach."""

    decision: ClassVar[str] = "open_investigation"
    new_id: ClassVar[str | None] = "investigation_id"

    investigator: Annotated[UUID, Described("The person who investigates; neither subject nor decider.")]
    started_on: Annotated[date, Described("The day it began.")]
    notes: Notes = None
    override: OverrideReason = None


@dataclass(frozen=True, kw_only=True)
class RecordInterview(BreachDecision):
    """Record that somebody was heard in an investigation of the breach."""

    decision: ClassVar[str] = "record_interview"
    sealed_under: ClassVar[dict[str, str]] = {"notes": "person"}

    investigation_id: InvestigationId
    side: Annotated[str, Described("Whose side: a code of the list account_sides.")]
    held_on: Annotated[date, Described("The day of the interview.")]
    person: Annotated[UUID | None, Described("The person who was heard.")] = None
    accompanied: Accompanied = None
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class CompleteBreachInvestigation(BreachDecision):
    """Record that an investigation of the breach is complete."""

    decision: ClassVar[str] = "complete_investigation"

    investigation_id: InvestigationId
    completed_on: Annotated[date, Described("The day it was complete.")]
    report: Annotated[str | None, Described("The report in words; stored sealed.")] = None


@dataclass(frozen=True, kw_only=True)
class RecordBreachFinding(BreachDecision):
    """Record what was found, and whether it is gross misconduct; the last finding holds."""

    decision: ClassVar[str] = "record_finding"

    finding: Annotated[str, Described("The finding: a code of the list findings.")]
    gross_misconduct: Annotated[bool, Described("Whether gross misconduct was found.")]
    found_on: Annotated[date, Described("The day of the finding.")]
    found_by: Annotated[UUID, Described("The person who found it; not the one the breach is about.")]
    reasons: OptionalReasons = None
    override: OverrideReason = None


@dataclass(frozen=True, kw_only=True)
class ReferToDisciplinary(BreachDecision):
    """Refer the matter to the disciplinary procedure, once there is a finding."""

    decision: ClassVar[str] = "refer_to_disciplinary"

    referred_on: Annotated[date, Described("The day of the referral.")]
    referred_by: Annotated[UUID | None, Described("The person who referred it.")] = None
    notes: Notes = None
    override: OverrideReason = None


@dataclass(frozen=True, kw_only=True)
class HoldDisciplinaryHearing(BreachDecision):
    """Record a disciplinary hearing."""

    decision: ClassVar[str] = "hold_hearing"

    held_on: Annotated[date, Described("The day of the hearing.")]
    attended: Annotated[bool, Described("Whether the person came.")]
    chaired_by: Annotated[UUID | None, Described("The person who chaired it; not an investigator.")] = None
    accompanied: Accompanied = None
    notes: Notes = None
    override: OverrideReason = None


@dataclass(frozen=True, kw_only=True)
class ImposeSanction(BreachDecision):
    """Record the sanction that was decided, once there is a finding."""

    decision: ClassVar[str] = "impose_sanction"
    new_id: ClassVar[str | None] = "sanction_id"

    sanction: Annotated[str, Described("The sanction: a code of the list sanctions.")]
    decided_on: Annotated[date, Described("The day of the decision.")]
    decided_by: Annotated[UUID, Described("The person who decided; neither subject nor investigator.")]
    spent_on: Annotated[date | None, Described("Of a warning, the day on which it becomes spent.")] = None
    reasons: OptionalReasons = None
    override: OverrideReason = None


@dataclass(frozen=True, kw_only=True)
class LodgeAppeal(BreachDecision):
    """Record that the person appealed against a sanction."""

    decision: ClassVar[str] = "lodge_appeal"
    new_id: ClassVar[str | None] = "appeal_id"

    sanction_id: Annotated[UUID, Described("The sanction, by its id.")]
    lodged_on: Annotated[date, Described("The day of the appeal.")]
    grounds: Annotated[str | None, Described("On which grounds; stored sealed.")] = None


@dataclass(frozen=True, kw_only=True)
class DecideAppeal(BreachDecision):
    """Decide an appeal, by somebody who neither decided the sanction nor investigated."""

    decision: ClassVar[str] = "decide_appeal"

    appeal_id: Annotated[UUID, Described("The appeal, by its id.")]
    result: Annotated[str, Described("The result: a code of the list appeal_results.")]
    decided_on: Annotated[date, Described("The day of the decision.")]
    officer: Annotated[UUID, Described("The person who decided the appeal.")]
    varied_to: Annotated[
        str | None, Described("Where it was varied, the sanction in its place: a code of sanctions.")
    ] = None
    spent_on: Annotated[date | None, Described("Of a warning in its place, the day on which it becomes spent.")] = None
    reasons: OptionalReasons = None
    override: OverrideReason = None
