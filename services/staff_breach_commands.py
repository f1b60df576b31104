"""The commands of a staff breach: reported, what was done, how the person was answered, closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

from domain.aggregate import Recordable
from domain.staff_breach import StaffBreach
from services.commands import Deciding, Described, OpeningCommand, decided
from services.decisions import CaseDecision, OverrideReason

Notes = Annotated[str | None, Described("What there is to say about it; stored sealed.")]
Reasons = Annotated[str, Described("Why; stored sealed.")]
DecidedBy = Annotated[UUID | None, Described("The person who decided; not the one the breach is about.")]


@dataclass(frozen=True, kw_only=True)
class ReportStaffBreach(OpeningCommand):
    """Report a breach of the staff code of conduct."""

    reference_kind: ClassVar[str] = "SBR"

    school_urn: Annotated[str, Described("The school where it was done or noticed, by URN.")]
    reported_on: Annotated[date, Described("The day the school became aware; it decides the policy and the period.")]
    source: Annotated[str, Described("How it came to notice: a code of breach_sources; only what is alleged counts.")]
    subject: Annotated[UUID | None, Described("The person it is about, who does not see the case.")] = None
    concerns_post: Annotated[bool, Described("Whether what was done is a post, to be recorded as an incident too.")] = (
        False
    )
    school_reference: Annotated[str | None, Described("The school's own reference, if it has one.")] = None
    summary: Annotated[str | None, Described("What happened, in short; stored sealed.")] = None

    def check(self, context: Deciding) -> None:
        """The school is in the caller's sight and was a member of the trust on that day."""
        context.school(self.school_urn, "school_urn", min(self.reported_on, context.today))

    def open(self, case_id: UUID, reference: str, context: Deciding) -> Sequence[Recordable]:
        """A breach held to the policy in force on the day of awareness."""
        school = context.school(self.school_urn, "school_urn", min(self.reported_on, context.today))
        return [
            StaffBreach.report(
                case_id=case_id,
                reference=reference,
                school_urn=self.school_urn,
                reported_on=self.reported_on,
                source=self.source,
                today=context.today,
                subject=self.subject,
                concerns_post=self.concerns_post,
                school_reference=self.school_reference,
                policy=school.policy_on(self.reported_on),
                reported_by=context.caller.person_id,
                summary=decided(self.summary),
            )
        ]


@dataclass(frozen=True, kw_only=True)
class BreachDecision(CaseDecision):
    """A command on a staff breach."""

    case_kind: ClassVar[str | None] = "STAFF_BREACH"


@dataclass(frozen=True, kw_only=True)
class NameBreachSubject(BreachDecision):
    """Say whom the breach is about, who does not see the case from then on."""

    decision: ClassVar[str] = "name_subject"

    subject: Annotated[UUID, Described("The person the breach is about.")]


@dataclass(frozen=True, kw_only=True)
class NoteBreachDetails(BreachDecision):
    """Say what was done and in which circumstances; what was said before is replaced."""

    decision: ClassVar[str] = "note_details"

    intake: Annotated[
        str | None, Described("By which road it came in: a code of breach_intakes; it counts nothing.")
    ] = None
    breach_types: Annotated[tuple[str, ...], Described("What was done: codes of the list breach_types.")] = ()
    clauses: Annotated[
        tuple[str, ...], Described("The clauses of the staff code it breaks, by their ids in the policy of the case.")
    ] = ()
    subject_role: Annotated[str | None, Described("The person's role: a code of the list breach_subject_roles.")] = None
    targets: Annotated[tuple[str, ...], Described("Whom it was about: codes of the list targets.")] = ()
    channel: Annotated[str | None, Described("By which channel: a code of the list breach_channels.")] = None
    on_duty: Annotated[str | None, Described("On duty or off: a code of the list breach_duty_states.")] = None
    capacity: Annotated[str | None, Described("In which capacity: a code of the list capacities.")] = None
    direction: Annotated[
        str | None, Described("Of a friend request, whether it was made or accepted: a code of contact_directions.")
    ] = None
    under18_at_contact: Annotated[
        str | None, Described("Whether the young person was under 18 then: a code of yes_no_unknown.")
    ] = None
    contact_details: Annotated[
        tuple[str, ...], Described("The contact details that were given: codes of contact_detail_kinds.")
    ] = ()
    responded: Annotated[bool | None, Described("Whether the person answered contact by a child.")] = None
    child_informed: Annotated[
        bool | None, Described("Whether the child was told that such contact is not acceptable.")
    ] = None
    intent: Annotated[str | None, Described("Deliberate or inadvertent: a code of the list breach_intents.")] = None
    published_by_third_party: Annotated[
        bool | None, Described("Whether somebody else published it without the person's consent or knowledge.")
    ] = None
    complaint_valid: Annotated[bool | None, Described("Whether a complaint that it led to was valid.")] = None
    device: Annotated[str | None, Described("With which device: a code of the list devices.")] = None
    school_equipment: Annotated[bool | None, Described("Whether equipment of the school was used.")] = None
    other_policy: Annotated[str | None, Described("Which other policy was broken; stored sealed.")] = None
    search_purpose: Annotated[str | None, Described("To what end somebody was looked up; stored sealed.")] = None


@dataclass(frozen=True, kw_only=True)
class NoteEmployment(BreachDecision):
    """Say at which schools the person works."""

    decision: ClassVar[str] = "note_employment"

    schools: Annotated[tuple[str, ...], Described("The schools, by URN.")]
    is_central: Annotated[bool, Described("Whether the person is employed centrally.")]

    def decide(self, case: Any, context: Deciding) -> None:
        """Each school is one of the trust's that the caller sees."""
        for urn in self.schools:
            context.school(urn, "schools", case.opened_on)
        case.note_employment(schools=self.schools, is_central=self.is_central)


@dataclass(frozen=True, kw_only=True)
class ConsultException(BreachDecision):
    """Record that a permission, a family link or another exception was looked up, and whether there is one."""

    decision: ClassVar[str] = "consult_exception"

    exception: Annotated[str, Described("What was looked up: a code of the list breach_exceptions.")]
    found: Annotated[bool, Described("Whether there is one.")]
    consulted_on: Annotated[date, Described("The day it was looked up.")]
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class RecordManagerReport(BreachDecision):
    """Record that the person told a manager; it is never refused."""

    decision: ClassVar[str] = "record_manager_report"

    reported_on: Annotated[date, Described("The day it was told.")]
    manager: Annotated[UUID | None, Described("The manager.")] = None
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class InformAboutBreach(BreachDecision):
    """Record that somebody in a role was told of the breach; it is never refused."""

    decision: ClassVar[str] = "inform_about_breach"

    role: Annotated[str, Described("Who was told: a code of the list informed_roles.")]
    informed_on: Annotated[date, Described("The day it was told.")]
    person: Annotated[UUID | None, Described("The person who was told.")] = None
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class GiveBreachAdvice(BreachDecision):
    """Record advice to the person whom the breach is about."""

    decision: ClassVar[str] = "give_advice"
    new_id: ClassVar[str | None] = "advice_id"

    kind: Annotated[str, Described("On what: a code of the list breach_advice_kinds.")]
    given_on: Annotated[date, Described("The day of the advice.")]
    given_by: Annotated[UUID | None, Described("The person who advised.")] = None
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class RecordLaterContact(BreachDecision):
    """Record that contact went on after advice against it."""

    decision: ClassVar[str] = "record_later_contact"

    advice_id: Annotated[UUID, Described("The advice, by its id.")]
    contact_on: Annotated[date, Described("The day of the contact.")]
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class AskOfPerson(BreachDecision):
    """Record that the person was asked to delete material or to leave the premises."""

    decision: ClassVar[str] = "ask_of_person"
    new_id: ClassVar[str | None] = "request_id"

    request: Annotated[str, Described("What was asked: a code of the list breach_requests.")]
    requested_on: Annotated[date, Described("The day it was asked.")]
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class RecordCompliance(BreachDecision):
    """Record whether the person did what was asked."""

    decision: ClassVar[str] = "record_compliance"

    request_id: Annotated[UUID, Described("The request, by its id.")]
    done: Annotated[bool, Described("Whether it was done.")]
    answered_on: Annotated[date, Described("The day this became known.")]


@dataclass(frozen=True, kw_only=True)
class DecideNoAction(BreachDecision):
    """Decide to do nothing about the breach, and say why."""

    decision: ClassVar[str] = "decide_no_action"

    decided_on: Annotated[date, Described("The day of the decision.")]
    reasons: Reasons
    decided_by: DecidedBy = None


@dataclass(frozen=True, kw_only=True)
class SetTrackState(BreachDecision):
    """Say where one of the three tracks stands."""

    decision: ClassVar[str] = "set_track_state"

    track: Annotated[str, Described("Which: a code of the list breach_tracks.")]
    state: Annotated[str, Described("Where it stands: a code of the list track_states.")]
    set_on: Annotated[date, Described("The day from which it stands there.")]
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class CloseStaffBreach(BreachDecision):
    """Close the breach with its outcome, once there is an action or a reasoned decision to take none."""

    decision: ClassVar[str] = "close"

    outcome: Annotated[str, Described("What came of it: a code of the list breach_outcomes.")]
    closed_on: Annotated[date, Described("The day it was closed.")]
    notes: Notes = None
    override: OverrideReason = None


@dataclass(frozen=True, kw_only=True)
class ReopenStaffBreach(BreachDecision):
    """Open a closed breach again."""

    decision: ClassVar[str] = "reopen"
    needs_reason: ClassVar[bool] = True

    reopened_on: Annotated[date, Described("The day it was opened again.")]
