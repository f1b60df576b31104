"""The commands that say what the school did about an incident: evidence, removals, meetings, people told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from services.commands import Described
from services.decisions import CaseDecision, OverrideReason
from services.incident_commands import DiscoveredOn, Handle, IncidentDecision, ItemId, Narrative, Notes, PostedOn, Url

Person = Annotated[UUID | None, Described("The person concerned, where the school knows the person.")]
_UNDER_PERSON = {"notes": "person"}


@dataclass(frozen=True, kw_only=True)
class NoteEvidence(IncidentDecision):
    """Note a piece of evidence: what it is, the hash of a file, and who keeps it where."""

    decision: ClassVar[str] = "note_evidence"
    new_id: ClassVar[str | None] = "evidence_id"

    kind: Annotated[str, Described("What it is: a code of the list evidence_kinds.")]
    item_id: Annotated[UUID | None, Described("The item it shows, if one.")] = None
    sha256: Annotated[str | None, Described("The SHA-256 of the file, in 64 lower-case hex digits.")] = None
    collected_by: Annotated[UUID | None, Described("The person who collected it.")] = None
    collected_on: Annotated[date | None, Described("The day it was collected.")] = None
    description: Annotated[str | None, Described("What it shows; stored sealed.")] = None
    custody: Annotated[str | None, Described("Who keeps it and where; stored sealed.")] = None


@dataclass(frozen=True, kw_only=True)
class ReportToHeadteacher(IncidentDecision):
    """Record that the headteacher was told."""

    decision: ClassVar[str] = "report_to_headteacher"

    reported_on: Annotated[date, Described("The day the headteacher was told.")]
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class RequestRemoval(IncidentDecision):
    """Record that somebody was asked to take a post down."""

    decision: ClassVar[str] = "request_removal"
    sealed_under: ClassVar[dict[str, str]] = _UNDER_PERSON

    item_id: ItemId
    requested_on: Annotated[date, Described("The day of the request.")]
    asked_by: Annotated[str | None, Described("Who asks for the school: a code of the list removal_askers.")] = None
    person: Person = None
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class ConfirmRemoval(IncidentDecision):
    """Record that somebody checked that the post is gone."""

    decision: ClassVar[str] = "confirm_removal"

    item_id: ItemId
    checked_on: Annotated[date, Described("The day somebody looked.")]
    checked_by: Annotated[UUID | None, Described("The person who looked.")] = None


@dataclass(frozen=True, kw_only=True)
class RefuseRemoval(IncidentDecision):
    """Record that the request to take the post down was refused."""

    decision: ClassVar[str] = "refuse_removal"
    sealed_under: ClassVar[dict[str, str]] = _UNDER_PERSON

    item_id: ItemId
    refused_on: Annotated[date, Described("The day of the refusal.")]
    person: Person = None
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class RecordRepost(IncidentDecision):
    """Record that a removed post was put up again: a new item that carries the original's classification."""

    decision: ClassVar[str] = "record_repost"
    new_id: ClassVar[str | None] = "item_id"

    repost_of: Annotated[UUID, Described("The item that had been removed.")]
    discovered_on: DiscoveredOn
    posted_on: PostedOn = None
    platform: Annotated[str | None, Described("Where, if elsewhere than before: a code of the list platforms.")] = None
    url: Url = None
    handle: Handle = None
    narrative: Narrative = None


@dataclass(frozen=True, kw_only=True)
class ReportToPlatform(IncidentDecision):
    """Record a report by the network's own route for abuse."""

    decision: ClassVar[str] = "report_to_platform"
    new_id: ClassVar[str | None] = "report_id"

    item_id: ItemId
    network: Annotated[str, Described("The network: a code of the list platforms.")]
    reported_on: Annotated[date, Described("The day of the report.")]
    reference: Annotated[str | None, Described("The network's own reference; stored sealed.")] = None


@dataclass(frozen=True, kw_only=True)
class RecordPlatformAnswer(IncidentDecision):
    """Record what the network answered to a report, or that it did not."""

    decision: ClassVar[str] = "record_platform_answer"

    report_id: Annotated[UUID, Described("The report, by its id.")]
    result: Annotated[str, Described("The answer: a code of the list platform_results.")]
    answered_on: Annotated[date, Described("The day of the answer.")]
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class HoldMeeting(IncidentDecision):
    """Record a meeting that was offered, also one to which nobody came."""

    decision: ClassVar[str] = "hold_meeting"

    mode: Annotated[str, Described("By telephone, in person or online: a code of the list meeting_modes.")]
    held_on: Annotated[date, Described("The day of the meeting.")]
    attended: Annotated[bool, Described("Whether those asked came.")]
    outcome: Annotated[str | None, Described("What came of it: a code of the list meeting_outcomes.")] = None
    roles: Annotated[tuple[str, ...], Described("Who met, by role: codes of the list meeting_roles.")] = ()
    attendees: Annotated[tuple[UUID, ...], Described("The persons who met.")] = ()
    purposes: Annotated[
        tuple[str, ...], Described("What the meeting was to discuss: codes of the list meeting_purposes.")
    ] = ()
    cause: Annotated[str | None, Described("The reason given for the post; stored sealed.")] = None
    way_forward: Annotated[str | None, Described("What was agreed; stored sealed.")] = None
    notes: Notes = None
    override: OverrideReason = None


@dataclass(frozen=True, kw_only=True)
class RecordImpact(IncidentDecision):
    """Record harm to one target, and whether the matter had been raised with the school before."""

    decision: ClassVar[str] = "record_impact"
    sealed_under: ClassVar[dict[str, str]] = _UNDER_PERSON

    target: Annotated[str, Described("Whom it harms: a code of the list targets.")]
    impact: Annotated[str, Described("In what way: a code of the list impacts.")]
    noted_on: Annotated[date, Described("The day it was noted.")]
    person: Person = None
    raised_before: Annotated[bool | None, Described("Whether it had been raised with the school before.")] = None
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class RecordInvestigation(IncidentDecision):
    """Record that the school investigates."""

    decision: ClassVar[str] = "record_investigation"
    new_id: ClassVar[str | None] = "investigation_id"

    started_on: Annotated[date, Described("The day it began.")]
    investigator: Annotated[UUID | None, Described("The person who investigates.")] = None
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class CompleteInvestigation(IncidentDecision):
    """Record what an investigation found."""

    decision: ClassVar[str] = "complete_investigation"

    investigation_id: Annotated[UUID, Described("The investigation, by its id.")]
    completed_on: Annotated[date, Described("The day it was completed.")]
    finding: Annotated[str, Described("The finding: a code of the list findings.")]
    report: Annotated[str | None, Described("The report in words; stored sealed.")] = None


@dataclass(frozen=True, kw_only=True)
class CommunicateOutcome(IncidentDecision):
    """Record that somebody was told the outcome, once every investigation is complete."""

    decision: ClassVar[str] = "communicate_outcome"

    recipient_role: Annotated[str, Described("Who was told, by role: a code of the list account_sides.")]
    communicated_on: Annotated[date, Described("The day of the message.")]
    recipient: Annotated[UUID | None, Described("The person who was told.")] = None
    notes: Notes = None
    override: OverrideReason = None


@dataclass(frozen=True, kw_only=True)
class RecordAccount(CaseDecision):
    """Record what one side says happened."""

    decision: ClassVar[str] = "record_account"
    sealed_under: ClassVar[dict[str, str]] = {"text": "person"}

    side: Annotated[str, Described("Whose account: a code of the list account_sides.")]
    given_on: Annotated[date, Described("The day it was given.")]
    text: Annotated[str, Described("The account; stored sealed.")]
    person: Person = None


@dataclass(frozen=True, kw_only=True)
class DirectToChannel(IncidentDecision):
    """Record that the poster was told which private channel would have been right."""

    decision: ClassVar[str] = "direct_to_channel"
    sealed_under: ClassVar[dict[str, str]] = _UNDER_PERSON

    channel: Annotated[str, Described("The channel: a code of the list channels.")]
    directed_on: Annotated[date, Described("The day of the advice.")]
    person: Person = None
    notes: Notes = None


@dataclass(frozen=True, kw_only=True)
class AdviseParent(IncidentDecision):
    """Record that a parent of the pupil who posted was advised."""

    decision: ClassVar[str] = "advise_parent"

    item_id: ItemId
    advised_on: Annotated[date, Described("The day of the advice.")]
    parent: Annotated[UUID | None, Described("The parent who was advised.")] = None
    notes: Notes = None
