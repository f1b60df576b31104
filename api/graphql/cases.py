"""Cases: what all kinds share, and what each kind adds."""

# ruff: noqa: D101, D102 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from api.graphql.case_files import CaseFile
from api.graphql.case_parts import AccessGrant, Closure, Correction, Transfer
from api.graphql.complaint_parts import (
    Acknowledgement,
    ActionTaken,
    ClockPause,
    ComplaintStage,
    ConductStep,
    Enquiry,
    FindingsNotice,
    Head,
    Hearing,
    OutcomeTold,
    PanelMember,
    PartyMeeting,
    Routing,
    StageExtension,
    Withdrawal,
)
from api.graphql.connections import After, First
from api.graphql.deadlines import Deadline
from api.graphql.declared import AnsweredByPlan
from api.graphql.enums import ActorSort, CaseAction, CaseKind, CaseStatus, Mark, RefusalCode
from api.graphql.incident_measures import (
    ConductAssessment,
    Continuation,
    Decision,
    DefamationAssessment,
    Informing,
    Intake,
    ItemTags,
    LegalAction,
    LegalAdvice,
    LegalExplanation,
    ProviderContact,
    Referral,
    Refusal,
    Restriction,
    Support,
    WrittenWarning,
)
from api.graphql.incident_parts import (
    Account,
    Direction,
    Evidence,
    Impact,
    Investigation,
    Item,
    Meeting,
    OutcomeNotice,
    ParentAdvice,
    PlatformReport,
)
from api.graphql.people import Person
from api.graphql.readers import CaseReadConnection
from api.graphql.retention import LegalHold, Retention, RetentionReview
from api.graphql.routing import ROUTED_TO, ConflictRoute
from api.graphql.schools import PolicyVersion, School
from api.graphql.staff_breach_parts import (
    BodyContact,
    BreachAdvice,
    BreachDetails,
    BreachFinding,
    BreachInforming,
    BreachInvestigation,
    BreachRequest,
    BreachTrack,
    DecisionNotToRefer,
    DisciplinaryHearing,
    DisciplinaryHold,
    DisciplinaryReferral,
    Disclosure,
    Employment,
    ExceptionConsulted,
    Interview,
    LaterContact,
    ManagerReport,
    ReasonedNone,
    ReportingRestriction,
    Sanction,
    SanctionAppeal,
    SuspensionDecision,
    ThresholdAssessment,
)
from api.graphql.texts import SealedText

if TYPE_CHECKING:
    from api.graphql.history import CaseEvent, CaseEventConnection

__all__ = [
    "KINDS",
    "Addendum",
    "Case",
    "CaseLink",
    "Complaint",
    "Duty",
    "Head",
    "Imported",
    "Incident",
    "StaffBreach",
]


@strawberry.type(description="Something that is left to do on a case.")
class Duty:
    code: str = strawberry.field(description="What is to be done: a code of the list `duties`.")
    wording: str | None = strawberry.field(description="What the policy says, in our words, if one asks for it.")
    before_closing: bool = strawberry.field(description="Whether the case is not closed while this is owed.")
    clause: str | None = strawberry.field(
        description="The clause of the school's policy that asks for it, if one does."
    )
    item_id: strawberry.ID | None = strawberry.field(description="The item it concerns, if one.")


@strawberry.type(description="An action that is not open now, and why.")
class BlockedAction:
    action: CaseAction = strawberry.field(description="The action.")
    code: RefusalCode = strawberry.field(description="The kind of rule that stands in the way.")
    message: str = strawberry.field(description="The rule in words.")
    clause: str | None = strawberry.field(description="The clause of the school's policy that says so, if one does.")
    needs: list[str] = strawberry.field(description="What is missing: facts about the case, or codes of `duties`.")
    overridable: bool = strawberry.field(
        description="Whether a headteacher or the trust lead may set it aside with a reason."
    )


@strawberry.type(description="Something that the policy requires before a step and that was set aside, with a reason.")
class Override:
    step: str = strawberry.field(description="The step before which it is required.")
    requirement: str = strawberry.field(description="What was missing: a fact about the case, or a code of `duties`.")
    clause: str | None = strawberry.field(description="The clause of the policy that requires it.")
    reason: SealedText = strawberry.field(description="Why it was set aside.")


@strawberry.type(description="Where an imported case came from.")
class Imported:
    file_sha256: str = strawberry.field(description="The SHA-256 of the file, in hexadecimal.")
    lines: list[int] = strawberry.field(description="The lines of the file that made the case.")


@strawberry.type(description="Words added to a case; what is recorded is never rewritten.")
class Addendum:
    text: SealedText = strawberry.field(description="The words.")


@strawberry.type(description="A link to another case; one to a case that is about the reader is no link at all.")
class CaseLink:
    kind: str = strawberry.field(description="How the cases belong together: a code of the list `link_kinds`.")
    restricted: bool = strawberry.field(
        description="Whether the other case is out of the reader's sight; `case` is then null."
    )
    case: Case | None = strawberry.field(description="The other case, if the reader may see it.")


@strawberry.interface(description="A matter that a school deals with, from the day it became aware until it is closed.")
class Case:
    id: strawberry.ID = strawberry.field(description="The case's id.")
    reference: str = strawberry.field(description="Its reference, unique within the trust, such as INC-2026-000123.")
    school_reference: str | None = strawberry.field(description="The school's own reference, if it has one.")
    kind: CaseKind = strawberry.field(description="Which of the three kinds it is.")
    status: CaseStatus = strawberry.field(description="Where it is in its life.")
    opened_on: date = strawberry.field(description="The day the school became aware.")
    closed_on: date | None = strawberry.field(description="The day it was closed, while it is.")
    outcome: str | None = strawberry.field(description="What came of it, as a code of the list for its kind.")
    closed_as_logged: bool = strawberry.field(
        description="Whether its closing was taken over from a school's log, without the rules for closing."
    )
    mark: Mark | None = strawberry.field(description="Why it counts nothing, if it does not.")
    policy: PolicyVersion | None = strawberry.field(
        description="The policy it is held to: the one in force on the day the school became aware."
    )
    owner: Person | None = strawberry.field(description="Who runs it.")
    reported_by: Person | None = strawberry.field(description="Who reported it.")
    imported: Imported | None = strawberry.field(description="Where it came from, if it was imported.")
    version: int = strawberry.field(description="How many events it has; give it as `expectedVersion`.")
    outstanding: list[Duty] = strawberry.field(description="What is left to do.")
    overrides: list[Override] = strawberry.field(description="Requirements of the policy that were set aside.")
    deadlines: list[Deadline] = strawberry.field(description="What falls due on it; done is gone.")
    links: list[CaseLink] = strawberry.field(description="The cases it is linked to.")
    addenda: list[Addendum] = strawberry.field(description="Words that were added.")
    school: School = strawberry.field(description="The school it belongs to now.")
    transfers: list[Transfer] = strawberry.field(description="Its moves to other schools, with the pupil.")
    corrections: list[Correction] = strawberry.field(description="Requests to put the record right, and decisions.")
    closures: list[Closure] = strawberry.field(description="Each time it was closed, the last one included.")
    access_grants: list[AccessGrant] = strawberry.field(
        description="Who was let into this one case beside those who see it for their work, in the order of recording."
    )
    files: list[CaseFile] = strawberry.field(description="The files that were handed in, in the order of recording.")
    legal_holds: list[LegalHold] = strawberry.field(
        description="The holds on it alone, those that were lifted included."
    )
    retention_reviews: list[RetentionReview] = strawberry.field(
        description="What was decided about keeping it, in the order of recording."
    )
    retention: Retention | None = strawberry.field(
        description="How it is kept, as of today; null of a past moment and in the answer to a command."
    )
    duplicate_of: Case | None = strawberry.field(
        description="The case of which it is a copy, if it is marked so and the reader may see it."
    )
    allowed_actions: list[CaseAction] = strawberry.field(
        description="What state and policy allow now and the reader's role may do."
    )

    latest_event: Annotated[CaseEvent, strawberry.lazy("api.graphql.history")] = strawberry.field(
        description="What was recorded last: the event that made this `version` of the case."
    )

    blocked_actions: list[BlockedAction] = strawberry.field(
        description="What the reader's role may do and the case does not offer now, and why not."
    )

    @strawberry.field(description="Everything that happened, in order.")
    def history(
        self,
        first: First = 100,
        after: After = None,
        types: Annotated[
            list[str] | None,
            strawberry.argument(description="Only events of these types, such as `incident.closed.v1`."),
        ] = None,
        by: Annotated[
            ActorSort | None, strawberry.argument(description="Only events that a person, or a program, recorded.")
        ] = None,
    ) -> Annotated[CaseEventConnection, strawberry.lazy("api.graphql.history")]:
        raise AnsweredByPlan

    @strawberry.field(
        description="Who was told something of the case, the latest first; null for those who may not know it."
    )
    def readers(self, first: First = 50, after: After = None) -> CaseReadConnection | None:
        raise AnsweredByPlan


@strawberry.type(description="Something posted or done online about the school or its people.")
class Incident(Case):
    summary: SealedText | None = strawberry.field(description="What happened, in short.")
    items: list[Item] = strawberry.field(description="The posts, messages, images and acts it holds, in order.")
    evidence: list[Evidence] = strawberry.field(description="The evidence that was noted.")
    reported_to_headteacher_on: date | None = strawberry.field(description="The day the headteacher was told.")
    meetings: list[Meeting] = strawberry.field(description="The meetings that were offered.")
    impacts: list[Impact] = strawberry.field(description="The harm that was noted.")
    investigations: list[Investigation] = strawberry.field(description="The school's own investigations.")
    accounts: list[Account] = strawberry.field(description="What each side says happened.")
    outcome_notices: list[OutcomeNotice] = strawberry.field(description="Who was told the outcome.")
    directions: list[Direction] = strawberry.field(description="Who was shown the right private channel.")
    parent_advice: list[ParentAdvice] = strawberry.field(description="Which parents of pupils were advised.")
    platform_reports: list[PlatformReport] = strawberry.field(description="Reports to networks and their answers.")
    supports: list[Support] = strawberry.field(description="Who was supported, and how.")
    informed: list[Informing] = strawberry.field(description="Who was told of the matter.")
    legal_explanations: list[LegalExplanation] = strawberry.field(description="Who was told what the law may mean.")
    warnings: list[WrittenWarning] = strawberry.field(description="The warnings in writing.")
    refusals: list[Refusal] = strawberry.field(description="Refusals to comply.")
    continuations: list[Continuation] = strawberry.field(description="That it went on after the school had asked.")
    legal_advice: list[LegalAdvice] = strawberry.field(description="The legal advice that was taken.")
    legal_actions: list[LegalAction] = strawberry.field(description="The legal action that was taken.")
    restrictions: list[Restriction] = strawberry.field(description="Restrictions of access.")
    referrals: list[Referral] = strawberry.field(description="Reports to bodies outside, and their answers.")
    provider_contacts: list[ProviderContact] = strawberry.field(description="Contacts with providers.")
    intake: Intake | None = strawberry.field(description="How the school came to know, where somebody said.")
    item_tags: list[ItemTags] = strawberry.field(description="What else is said of its items.")
    conduct_assessments: list[ConductAssessment] = strawberry.field(description="What the school makes of the conduct.")
    defamation_assessments: list[DefamationAssessment] = strawberry.field(
        description="Which tests of a defamatory statement its items meet."
    )
    decisions: list[Decision] = strawberry.field(description="What was decided of actions that were considered.")
    converted_on: date | None = strawberry.field(description="The day on which the matter became a complaint.")
    converted_to: Case | None = strawberry.field(
        description="The complaint as which the matter goes on, if it does and the reader may see it."
    )


@strawberry.type(description="A matter in the complaints procedure.")
class Complaint(Case):
    summary: SealedText | None = strawberry.field(description="What is complained of, in short.")
    heads: list[Head] = strawberry.field(description="What is complained about, head by head.")
    received_on: date = strawberry.field(description="The day it was received.")
    received_by: str | None = strawberry.field(description="How it was received: a code of `complaint_receivers`.")
    means: str = strawberry.field(description="How it came: a code of the list `complaint_means`.")
    complainant: Person | None = strawberry.field(description="Who complains, where the school knows the person.")
    process: str = strawberry.field(description="By which process: a code of the list `complaint_process`.")
    acknowledgement: Acknowledgement | None = strawberry.field(description="That its receipt was acknowledged.")
    accounts: list[Account] = strawberry.field(description="What each side says happened.")
    stages: list[ComplaintStage] = strawberry.field(description="The stages that were begun, in order.")
    extensions: list[StageExtension] = strawberry.field(description="Stages that are answered later.")
    pauses: list[ClockPause] = strawberry.field(description="When its clock stood still.")
    party_meetings: list[PartyMeeting] = strawberry.field(description="Meetings with the parties.")
    panel: list[PanelMember] = strawberry.field(description="Who sits on its panel.")
    panel_appointed_on: date | None = strawberry.field(description="The day the panel was appointed.")
    hearings: list[Hearing] = strawberry.field(description="The hearings before the panel.")
    findings_notices: list[FindingsNotice] = strawberry.field(description="Who was given the panel's findings.")
    routings: list[Routing] = strawberry.field(description="Other procedures that it, or a head of it, belongs to.")
    withdrawal: Withdrawal | None = strawberry.field(description="That it is withdrawn.")
    conduct_steps: list[ConductStep] = strawberry.field(description="What was done about unreasonable conduct.")
    tags: list[str] = strawberry.field(description="What else is said of it: codes of the list `complaint_tags`.")
    actions_taken: list[ActionTaken] = strawberry.field(description="What the school did as a result.")
    referrals: list[Referral] = strawberry.field(description="Reports to bodies outside, and their answers.")
    enquiries: list[Enquiry] = strawberry.field(description="Steps taken about personal data.")
    outcomes_told: list[OutcomeTold] = strawberry.field(description="That the outcome about personal data was told.")
    routed_to: ConflictRoute | None = strawberry.field(description=ROUTED_TO)


@strawberry.type(description="A breach of the staff code of conduct.")
class StaffBreach(Case):
    source: str = strawberry.field(description="How it came to notice: a code of the list `breach_sources`.")
    reported_on: date = strawberry.field(description="The day it was reported.")
    concerns_post: bool = strawberry.field(
        description="Whether what was done is a post, to be recorded as an incident too."
    )
    is_safeguarding_concern: bool = strawberry.field(
        description="Whether a child's safety is concerned, so that it is more than a plain breach."
    )
    severity: str | None = strawberry.field(
        description="How it counts for the person's employment: a code of the list `breach_severities`. Until there is"
        " a finding it is what the school's policy says of a breach by itself; what was found last holds. Null where"
        " neither says, or where nothing was found."
    )
    severity_clause: str | None = strawberry.field(
        description="The clause of the school's policy that says so; null where a finding does, or nothing."
    )
    subject: Person | None = strawberry.field(description="The person it is about, once known.")
    summary: SealedText | None = strawberry.field(description="What happened, in short.")
    details: BreachDetails | None = strawberry.field(description="What was done, where somebody said.")
    employment: Employment | None = strawberry.field(description="Where the person works, where somebody said.")
    exceptions_consulted: list[ExceptionConsulted] = strawberry.field(description="The exceptions that were looked up.")
    manager_reports: list[ManagerReport] = strawberry.field(description="That the person told a manager.")
    informed: list[BreachInforming] = strawberry.field(description="Who was told of it.")
    advice: list[BreachAdvice] = strawberry.field(description="Advice to the person.")
    later_contacts: list[LaterContact] = strawberry.field(description="Contact that went on after advice against it.")
    requests: list[BreachRequest] = strawberry.field(description="What the person was asked to do.")
    reasoned_none: ReasonedNone | None = strawberry.field(description="The decision to do nothing, if there is one.")
    tracks: list[BreachTrack] = strawberry.field(description="Where the three tracks stand.")
    holds: list[DisciplinaryHold] = strawberry.field(description="Holds of the disciplinary track.")
    disclosures: list[Disclosure] = strawberry.field(description="What was disclosed.")
    threshold_assessments: list[ThresholdAssessment] = strawberry.field(
        description="Assessments of the harm threshold; the last one holds."
    )
    body_contacts: list[BodyContact] = strawberry.field(
        description="Contacts with bodies outside, and what they advised."
    )
    decisions_not_to_refer: list[DecisionNotToRefer] = strawberry.field(
        description="Decisions not to refer the matter."
    )
    reporting_restriction: ReportingRestriction | None = strawberry.field(
        description="Whether the law forbids naming the teacher, where somebody said."
    )
    suspensions: list[SuspensionDecision] = strawberry.field(description="Decisions on suspension.")
    investigations: list[BreachInvestigation] = strawberry.field(description="The investigations.")
    interviews: list[Interview] = strawberry.field(description="Who was heard.")
    findings: list[BreachFinding] = strawberry.field(description="The findings; the last one holds.")
    disciplinary_referral: DisciplinaryReferral | None = strawberry.field(
        description="The referral to the disciplinary procedure."
    )
    disciplinary_hearings: list[DisciplinaryHearing] = strawberry.field(description="The disciplinary hearings.")
    sanctions: list[Sanction] = strawberry.field(description="The sanctions.")
    appeals: list[SanctionAppeal] = strawberry.field(description="Appeals against sanctions.")
    counted_at: School | None = strawberry.field(
        description="The school at which it counts, where the case was transferred from there since."
    )
    routed_to: ConflictRoute | None = strawberry.field(description=ROUTED_TO)


KINDS = (Incident, Complaint, StaffBreach)
