"""The commands of an incident about people, about who outside was told, and about what the school makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from services.commands import Described
from services.decisions import OverrideReason
from services.incident_commands import IncidentDecision, ItemId, Notes

Person = Annotated[UUID | None, Described("The person concerned, where the school knows the person.")]
Reference = Annotated[str | None, Described("The other side's reference; stored sealed.")]
Name = Annotated[str | None, Described("Its name, where the code does not say; stored sealed.")]
_UNDER_PERSON = {"notes": "person"}


@dataclass(frozen=True, kw_only=True)
class SupportTarget(IncidentDecision):
    """Record that somebody targeted was supported and reassured."""

    decision: ClassVar[str] = "support_target"
    sealed_under: ClassVar[dict[str, str]] = _UNDER_PERSON

    target: Annotated[str, Described("Who was supported: a code of the list targets.")]
    kind: Annotated[str, Described("In what way: a code of the list support_kinds.")]
    supported_on: Annotated[date, Described("The day of the support.")]
    person: Person = None
    supported_by: Annotated[UUID | None, Described("The person who gave the support.")] = None
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class InformPerson(IncidentDecision):
    """Record that somebody in a role was told of the matter."""

    decision: ClassVar[str] = "inform_person"

    role: Annotated[str, Described("Who was told: a code of the list informed_roles.")]
    informed_on: Annotated[date, Described("The day it was told.")]
    person: Person = None
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class ExplainLegalConsequence(IncidentDecision):
    """Record that somebody was told that posts, existing or further ones, could lead to legal action."""

    decision: ClassVar[str] = "explain_legal_consequence"
    sealed_under: ClassVar[dict[str, str]] = _UNDER_PERSON

    to_role: Annotated[str, Described("Who was told, by role: a code of the list account_sides.")]
    means: Annotated[str, Described("How: a code of the list explanation_means.")]
    explained_on: Annotated[date, Described("The day it was said.")]
    person: Person = None
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class SendWarning(IncidentDecision):
    """Record that the school's concerns and a warning were put in writing."""

    decision: ClassVar[str] = "send_warning"
    sealed_under: ClassVar[dict[str, str]] = _UNDER_PERSON

    sent_on: Annotated[date, Described("The day of the letter.")]
    asks_removal: Annotated[bool, Described("Whether it asks for the post to be taken down.")]
    person: Person = None
    reference: Annotated[str | None, Described("Which text was sent; stored sealed.")] = None
    notes: Notes = None
    override: OverrideReason = None


@dataclass(frozen=True, kw_only=True)
class RecordRefusal(IncidentDecision):
    """Record that somebody refused to comply with what the school asked."""

    decision: ClassVar[str] = "record_refusal"
    sealed_under: ClassVar[dict[str, str]] = _UNDER_PERSON

    refused_on: Annotated[date, Described("The day of the refusal.")]
    person: Person = None
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class RecordContinuation(IncidentDecision):
    """Record that it went on after the school had asked for it to stop."""

    decision: ClassVar[str] = "record_continuation"
    sealed_under: ClassVar[dict[str, str]] = _UNDER_PERSON

    continued_on: Annotated[date, Described("The day on which it went on.")]
    person: Person = None
    item_id: Annotated[UUID | None, Described("What was posted then, if it is recorded as an item.")] = None
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class TakeLegalAdvice(IncidentDecision):
    """Record legal advice that was taken."""

    decision: ClassVar[str] = "take_legal_advice"

    advised_on: Annotated[date, Described("The day of the advice.")]
    adviser: Annotated[str | None, Described("Who advised; stored sealed.")] = None
    advice: Annotated[str | None, Described("The advice in words; stored sealed.")] = None
    override: OverrideReason = None


@dataclass(frozen=True, kw_only=True)
class TakeLegalAction(IncidentDecision):
    """Record legal action that was taken against somebody."""

    decision: ClassVar[str] = "take_legal_action"
    sealed_under: ClassVar[dict[str, str]] = _UNDER_PERSON

    taken_on: Annotated[date, Described("The day of the action.")]
    person: Person = None
    notes: Notes = None
    override: OverrideReason = None


@dataclass(frozen=True, kw_only=True)
class RestrictAccess(IncidentDecision):
    """Record that somebody's access to a forum, a site or the premises is restricted."""

    decision: ClassVar[str] = "restrict_access"
    new_id: ClassVar[str | None] = "restriction_id"
    sealed_under: ClassVar[dict[str, str]] = _UNDER_PERSON

    scope: Annotated[str, Described("Access to what: a code of the list restriction_scopes.")]
    from_on: Annotated[date, Described("The first day.")]
    consulted: Annotated[bool, Described("Whether the person was heard beforehand.")]
    person: Person = None
    until_on: Annotated[date | None, Described("The last day, if one is set.")] = None
    review_on: Annotated[date | None, Described("The day on which it is looked at again.")] = None
    notes: Notes = None
    override: OverrideReason = None


@dataclass(frozen=True, kw_only=True)
class LiftRestriction(IncidentDecision):
    """Record that a restriction of access ended."""

    decision: ClassVar[str] = "lift_restriction"

    restriction_id: Annotated[UUID, Described("The restriction, by its id.")]
    lifted_on: Annotated[date, Described("The day it ended.")]
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class ReferToBody(IncidentDecision):
    """Record a report to the police or another body outside the school; it is never refused."""

    decision: ClassVar[str] = "refer_to_body"
    new_id: ClassVar[str | None] = "referral_id"

    body: Annotated[str, Described("To whom: a code of the list external_bodies.")]
    grounds: Annotated[tuple[str, ...], Described("On which grounds: codes of the list referral_grounds.")]
    referred_on: Annotated[date, Described("The day of the report.")]
    body_name: Name = None
    reference: Reference = None
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class RecordReferralAnswer(IncidentDecision):
    """Record what a body outside the school answered."""

    decision: ClassVar[str] = "record_referral_answer"

    referral_id: Annotated[UUID, Described("The report to the body, by its id.")]
    result: Annotated[str, Described("The answer: a code of the list referral_results.")]
    answered_on: Annotated[date, Described("The day of the answer.")]
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class ContactProvider(IncidentDecision):
    """Record that the provider of a site or of the internet access was contacted."""

    decision: ClassVar[str] = "contact_provider"
    new_id: ClassVar[str | None] = "contact_id"

    provider: Annotated[str, Described("Which kind of provider: a code of the list providers.")]
    contacted_on: Annotated[date, Described("The day of the contact.")]
    asks_removal: Annotated[bool, Described("Whether it was asked to take the content down.")]
    item_id: Annotated[UUID | None, Described("The item it is about, if one.")] = None
    provider_name: Name = None
    reference: Reference = None
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class RecordProviderAnswer(IncidentDecision):
    """Record what a provider answered, or that it did not."""

    decision: ClassVar[str] = "record_provider_answer"

    contact_id: Annotated[UUID, Described("The contact, by its id.")]
    result: Annotated[str, Described("The answer: a code of the list platform_results.")]
    answered_on: Annotated[date, Described("The day of the answer.")]
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class NoteIntake(IncidentDecision):
    """Say how the school came to know, from whom by role, and who took it in."""

    decision: ClassVar[str] = "note_intake"

    source: Annotated[str, Described("By which road: a code of the list discovery_sources.")]
    received_on: Annotated[date, Described("The day it was taken in.")]
    reporter_role: Annotated[str | None, Described("Who reported it, by role: a code of poster_roles.")] = None
    received_by: Annotated[str | None, Described("Who took it in: a code of the list intake_receivers.")] = None
    reporter_is_target: Annotated[bool, Described("Whether who reported it is whom it is about.")] = False


@dataclass(frozen=True, kw_only=True)
class TagItem(IncidentDecision):
    """Say of an item what counts nothing and matters all the same; what was said before is replaced."""

    decision: ClassVar[str] = "tag_item"

    item_id: ItemId
    legal_bases: Annotated[tuple[str, ...], Described("The laws concerned: codes of the list legal_bases.")] = ()
    content_kinds: Annotated[tuple[str, ...], Described("What it shows: codes of the list content_kinds.")] = ()
    account: Annotated[str | None, Described("Whose account: a code of the list account_kinds.")] = None
    capacity: Annotated[str | None, Described("In which capacity: a code of the list capacities.")] = None
    device: Annotated[str | None, Described("With which device: a code of the list devices.")] = None
    private_space: Annotated[bool | None, Described("Whether it was in a private space, which exempts nobody.")] = None
    in_working_day: Annotated[bool | None, Described("Whether it was done in the working or school day.")] = None
    teacher_directed: Annotated[bool | None, Described("Whether a teacher had directed the use.")] = None
    accidental: Annotated[bool | None, Described("Whether it was come across by accident.")] = None


@dataclass(frozen=True, kw_only=True)
class AssessConduct(IncidentDecision):
    """Say what the school makes of the conduct: acceptable, unacceptable or illegal."""

    decision: ClassVar[str] = "assess_conduct"

    assessment: Annotated[str, Described("What it is: a code of the list conduct_assessments.")]
    assessed_on: Annotated[date, Described("The day of the assessment.")]
    assessed_by: Annotated[UUID | None, Described("The person who assessed it.")] = None
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class AssessDefamation(IncidentDecision):
    """Say which tests of a defamatory statement an item meets."""

    decision: ClassVar[str] = "assess_defamation"

    item_id: ItemId
    tests: Annotated[tuple[str, ...], Described("Those it meets: codes of the list defamation_tests; none is one too.")]
    assessed_on: Annotated[date, Described("The day of the assessment.")]
    serious_harm: Annotated[bool | None, Described("Whether it caused or may cause serious harm, if known.")] = None
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class DecideOnAction(IncidentDecision):
    """Record what was decided of an action that the school considered, taken or not, and why."""

    decision: ClassVar[str] = "decide_on_action"
    new_id: ClassVar[str | None] = "decision_id"

    action: Annotated[str, Described("The action: a code of the list considered_actions.")]
    taken: Annotated[bool, Described("Whether it is taken.")]
    decided_on: Annotated[date, Described("The day of the decision.")]
    options: Annotated[tuple[str, ...], Described("What else was considered: codes of considered_actions.")] = ()
    decided_by: Annotated[UUID | None, Described("The person who decided.")] = None
    reasons: Annotated[str | None, Described("Why; needed where it is not taken. Stored sealed.")] = None
