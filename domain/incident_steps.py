"""The steps of an incident: evidence, telling the head, meetings, harm, accounts of both sides, advice to a parent."""
# ruff: noqa: ARG002 - a change names every field of its event, also those that the present state does not keep

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from domain.aggregate import event
from domain.checks import (
    present,
    refuse,
    require_codes,
    require_distinct,
    require_not_future,
    require_order,
    require_sha256,
    require_text,
)
from domain.file_refusals import ImageNeverKept, UnknownEvidence
from domain.incident_investigation import IncidentInvestigation
from domain.items import Item
from domain.measures import ItemTags
from domain.policy import PolicyPack
from domain.refusals import AlreadyReported, IdentityTaken, MeetingNotAttended, NeverKept, PosterNotPupil, Refused
from domain.sealed import Sealed
from domain.steps import Account, Direction, Evidence, Impact, Meeting, ParentAdvice
from domain.vocabulary import require_code
from domain.vocabulary_of_files import FileFamily, FileKind

DESCRIBED_ONLY = "DESCRIBED_ONLY"
_PICTURES = frozenset({FileFamily.IMAGE, FileFamily.VIDEO})
# What, about a pupil, may be shown in no picture that is kept.
_NEVER_SHOWN = frozenset({("SEXUAL_MATERIAL", "PUPIL"), ("ILLEGAL_MATERIAL", "PUPIL")})


class IncidentSteps(IncidentInvestigation):
    """The part of an incident that says what the school did."""

    item_tags: dict[UUID, ItemTags]

    def _begin_steps(self) -> None:
        self.evidence: dict[UUID, Evidence] = {}
        self.reported_to_headteacher_on: date | None = None
        self.meetings: tuple[Meeting, ...] = ()
        self.impacts: tuple[Impact, ...] = ()
        self.accounts: tuple[Account, ...] = ()
        self.directions: tuple[Direction, ...] = ()
        self.parent_advice: tuple[ParentAdvice, ...] = ()

    # --- decisions

    def note_evidence(
        self,
        *,
        evidence_id: UUID,
        kind: str,
        today: date,
        item_id: UUID | None = None,
        sha256: str | None = None,
        collected_by: UUID | None = None,
        collected_on: date | None = None,
        description: Sealed | None = None,
        custody: Sealed | None = None,
    ) -> None:
        """Note a piece of evidence: its kind, the SHA-256 of a file, who collected it when, and where it is kept."""
        refuse(self.bars_step())
        if item_id is not None:
            self.item(item_id)
        if evidence_id in self.evidence:
            raise IdentityTaken("evidence_id")
        require_code("evidence_kinds", kind, "kind", collected_on)
        require_sha256("sha256", sha256)
        self._require_keepable(item_id, kind, sha256)
        require_not_future(today, collected_on=collected_on)
        self._evidence_noted(
            evidence_id=evidence_id,
            kind=kind,
            item_id=item_id,
            sha256=sha256,
            collected_by=collected_by,
            collected_on=collected_on,
            description=present(description),
            custody=present(custody),
        )

    def _require_keepable(self, item_id: UUID | None, kind: str, sha256: str | None) -> None:
        """Sexual imagery of children is not to be stored by anybody (UKCIS, Sharing nudes and semi-nudes, 2024)."""
        tagged = [tags for tags in self.item_tags.values() if item_id in (None, tags.item_id)]
        must_not = any("CHILD_SEXUAL_IMAGERY" in tags.content_kinds for tags in tagged)
        if sha256 is not None and (must_not or kind == DESCRIBED_ONLY):
            raise NeverKept("sha256")
        if must_not and kind != DESCRIBED_ONLY:
            raise NeverKept("kind")

    def _require_evidence(self, evidence_id: UUID | None) -> None:
        if evidence_id is None:
            return
        if evidence_id not in self.evidence:
            raise UnknownEvidence("evidence_id")
        if self.evidence[evidence_id].kind == DESCRIBED_ONLY:
            raise NeverKept("evidence_id")

    def _require_keepable_file(self, kind: FileKind, evidence_id: UUID | None) -> None:
        """Sexual imagery of children is in no file: a picture of what may hold some is refused, whatever it shows."""
        item_id = None if evidence_id is None else self.evidence[evidence_id].item_id
        tagged = [tags for tags in self.item_tags.values() if item_id in (None, tags.item_id)]
        if any("CHILD_SEXUAL_IMAGERY" in tags.content_kinds for tags in tagged):
            raise ImageNeverKept("file")
        items = [one for one in self.items.values() if item_id in (None, one.item_id)]
        if kind.family in _PICTURES and any(_may_show_a_child(one) for one in items):
            raise ImageNeverKept("file")

    def report_to_headteacher(self, *, reported_on: date, today: date, notes: Sealed | None = None) -> None:
        """Record that the headteacher was told; possible on a closed incident too (Libra L151)."""
        refuse(self.bars_report_to_headteacher())
        require_not_future(today, reported_on=reported_on)
        self._reported_to_headteacher(reported_on=reported_on, notes=present(notes))

    def hold_meeting(
        self,
        *,
        mode: str,
        held_on: date,
        attended: bool,
        today: date,
        outcome: str | None = None,
        roles: tuple[str, ...] = (),
        attendees: tuple[UUID, ...] = (),
        purposes: tuple[str, ...] = (),
        cause: Sealed | None = None,
        way_forward: Sealed | None = None,
        notes: Sealed | None = None,
        policy: PolicyPack | None = None,
        override: Sealed | None = None,
    ) -> None:
        """Record a meeting that was offered, also one to which nobody came.

        `purposes` say what it was to discuss, such as what may follow (Sharp Lane L58). `cause` is the reason given
        for the post (Libra L121), `way_forward` what was agreed (Libra L126).
        """
        refuse(self.bars_step())
        require_code("meeting_modes", mode, "mode", held_on)
        require_not_future(today, held_on=held_on)
        require_order(self.opened_on, held_on, "held_on")
        if outcome is not None:
            require_code("meeting_outcomes", outcome, "outcome", held_on)
        require_codes("meeting_roles", roles, "roles", held_on)
        require_distinct(attendees, "attendees")
        require_codes("meeting_purposes", purposes, "purposes", held_on)
        if not attended and outcome == "RESOLVED":
            raise MeetingNotAttended("attended", "outcome")
        self.require_step("HOLD_CHAIR_MEETING" if "CHAIR" in roles else "HOLD_MEETING", policy, override)
        self._meeting_held(
            mode=mode,
            held_on=held_on,
            attended=attended,
            outcome=outcome,
            roles=roles,
            attendees=attendees,
            cause=present(cause),
            way_forward=present(way_forward),
            notes=present(notes),
        )
        if purposes:
            self._meeting_purposes_noted(purposes=purposes)

    def record_impact(
        self,
        *,
        target: str,
        impact: str,
        noted_on: date,
        today: date,
        person: UUID | None = None,
        raised_before: bool | None = None,
        notes: Sealed | None = None,
    ) -> None:
        """Record harm to one target, and whether the matter had already been raised with the school."""
        refuse(self.bars_step())
        require_code("targets", target, "target", noted_on)
        require_code("impacts", impact, "impact", noted_on)
        require_not_future(today, noted_on=noted_on)
        self._impact_recorded(
            target=target,
            impact=impact,
            person=person,
            noted_on=noted_on,
            raised_before=raised_before,
            notes=present(notes),
        )

    def record_account(
        self, *, side: str, given_on: date, text: Sealed, today: date, person: UUID | None = None
    ) -> None:
        """Record what one side says happened (Sharp Lane L43)."""
        refuse(self.bars_step())
        require_code("account_sides", side, "side", given_on)
        require_not_future(today, given_on=given_on)
        require_text("text", text)
        self._account_recorded(side=side, person=person, given_on=given_on, text=text)

    def direct_to_channel(
        self, *, channel: str, directed_on: date, today: date, person: UUID | None = None, notes: Sealed | None = None
    ) -> None:
        """Record that the poster was told which private channel would have been right (Sharp Lane L33-34)."""
        refuse(self.bars_step())
        require_code("channels", channel, "channel", directed_on)
        require_not_future(today, directed_on=directed_on)
        self._directed_to_channel(channel=channel, person=person, directed_on=directed_on, notes=present(notes))

    def advise_parent(
        self, *, item_id: UUID, advised_on: date, today: date, parent: UUID | None = None, notes: Sealed | None = None
    ) -> None:
        """Record that a parent of the pupil who posted was advised (Sharp Lane L54)."""
        item = self.item(item_id)
        refuse(self.bars_advising_parent(item), "item_id")
        require_not_future(today, advised_on=advised_on)
        self._parent_advised(item_id=item_id, parent=parent, advised_on=advised_on, notes=present(notes))

    # --- guards

    def bars_report_to_headteacher(self) -> type[Refused] | None:
        """Why the headteacher cannot be told now."""
        return self.bars_late_step() or (AlreadyReported if self.reported_to_headteacher_on else None)

    def bars_advising_parent(self, item: Item) -> type[Refused] | None:
        """Why no parent is advised about a post."""
        return (
            self.bars_step() or self.bars_item_change(item) or (None if item.poster_role == "PUPIL" else PosterNotPupil)
        )

    # --- changes

    @event("EvidenceNoted", topic="incident.evidence_noted.v1")
    def _evidence_noted(
        self,
        evidence_id: UUID,
        kind: str,
        item_id: UUID | None,
        sha256: str | None,
        collected_by: UUID | None,
        collected_on: date | None,
        description: Sealed | None,
        custody: Sealed | None,
    ) -> None:
        """A piece of evidence was noted."""
        self.evidence[evidence_id] = Evidence(
            evidence_id, kind, item_id, sha256, collected_by, collected_on, description, custody
        )

    @event("ReportedToHeadteacher", topic="incident.reported_to_headteacher.v1")
    def _reported_to_headteacher(self, reported_on: date, notes: Sealed | None) -> None:
        """The headteacher was told."""
        self.reported_to_headteacher_on = reported_on

    @event("MeetingHeld", topic="incident.meeting_held.v1")
    def _meeting_held(
        self,
        mode: str,
        held_on: date,
        attended: bool,
        outcome: str | None,
        roles: tuple[str, ...],
        attendees: tuple[UUID, ...],
        cause: Sealed | None,
        way_forward: Sealed | None,
        notes: Sealed | None,
    ) -> None:
        """A meeting was offered on that day, and those asked came or did not."""
        meeting = Meeting(held_on, mode, attended, outcome, roles, attendees, cause, way_forward, notes)
        self.meetings = (*self.meetings, meeting)

    @event("MeetingPurposesNoted", topic="incident.meeting_purposes_noted.v1")
    def _meeting_purposes_noted(self, purposes: tuple[str, ...]) -> None:
        """It was said what the meeting recorded last was to discuss."""
        self.meetings = (*self.meetings[:-1], replace(self.meetings[-1], purposes=purposes))

    @event("ImpactRecorded", topic="incident.impact_recorded.v1")
    def _impact_recorded(
        self,
        target: str,
        impact: str,
        person: UUID | None,
        noted_on: date,
        raised_before: bool | None,
        notes: Sealed | None,
    ) -> None:
        """Harm to one target was recorded."""
        self.impacts = (*self.impacts, Impact(target, impact, person, noted_on, raised_before, notes))

    @event("AccountRecorded", topic="incident.account_recorded.v1")
    def _account_recorded(self, side: str, person: UUID | None, given_on: date, text: Sealed) -> None:
        """One side said what happened."""
        self.accounts = (*self.accounts, Account(side, person, given_on, text))

    @event("DirectedToChannel", topic="incident.directed_to_channel.v1")
    def _directed_to_channel(self, channel: str, person: UUID | None, directed_on: date, notes: Sealed | None) -> None:
        """The poster was told which private channel would have been right."""
        self.directions = (*self.directions, Direction(channel, person, directed_on, notes))

    @event("ParentAdvised", topic="incident.parent_advised.v1")
    def _parent_advised(self, item_id: UUID, parent: UUID | None, advised_on: date, notes: Sealed | None) -> None:
        """A parent of the pupil who posted was advised."""
        self.parent_advice = (*self.parent_advice, ParentAdvice(item_id, parent, advised_on, notes))


def _may_show_a_child(item: Item) -> bool:
    """Whether a picture of an item may be sexual imagery of somebody under 18."""
    return any((one.nature, one.target) in _NEVER_SHOWN for one in item.classifications)
