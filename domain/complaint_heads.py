"""What a complaint is about, what became of each head of it, and who was heard."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from domain.aggregate import UNRECORDED, event
from domain.checks import (
    present,
    refuse,
    require_codes,
    require_distinct,
    require_not_future,
    require_order,
    require_text,
)
from domain.complaint_parts import Head, HeadReceived, PartyMeeting, Routing
from domain.complaint_refusals import DeciderIsComplainant, UnknownHead
from domain.refusals import DeciderIsSubject, IdentityTaken, LinkedToItself
from domain.routed_case import RoutedCase
from domain.sealed import Sealed
from domain.steps import Account
from domain.values import london_date
from domain.vocabulary import require_code

# The procedure that goes before every other, whatever state the complaint is in (design D14).
_CHILD_PROTECTION = "CHILD_PROTECTION"
_FOUND = frozenset({"UPHELD", "PARTIALLY_UPHELD"})


class ComplaintHeads(RoutedCase):
    """The part of a complaint that says what it is about."""

    received_on: date
    complainant: UUID | None

    def _begin_heads(self, heads: tuple[HeadReceived, ...], recorded_at: datetime) -> None:
        self.heads = {head.head_id: _recorded(head, recorded_at) for head in heads}
        self.accounts: tuple[Account, ...] = ()
        self.party_meetings: tuple[PartyMeeting, ...] = ()
        self.routings: tuple[Routing, ...] = ()

    # --- decisions

    def add_head(self, *, head: HeadReceived) -> None:
        """Add another thing that the complaint turns out to be about."""
        refuse(self.bars_step())
        if head.head_id in self.heads:
            raise IdentityTaken("head_id")
        require_distinct(head.about, "about")
        self._head_added(head=head)

    def name_subject(self, *, head_id: UUID, person: UUID) -> None:
        """Say whom a head is about, once it is known: from that moment the person does not see the case."""
        if person not in self._head(head_id).about:
            self._subject_named(head_id=head_id, person=person)

    def decide_head(
        self,
        *,
        head_id: UUID,
        outcome: str,
        decided_on: date,
        today: date,
        decided_by: UUID | None = None,
        reasons: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Say what came of one head; a later decision takes the place of an earlier one."""
        refuse(self.bars_step())
        self._head(head_id)
        require_code("head_outcomes", outcome, "outcome", decided_on)
        require_not_future(today, decided_on=decided_on)
        require_order(self.received_on, decided_on, "decided_on")
        self.require_impartial(by)
        self._require_impartial("decided_by", decided_by)
        self._head_decided(
            head_id=head_id, outcome=outcome, decided_on=decided_on, decided_by=decided_by, reasons=present(reasons)
        )

    def route_to_procedure(
        self,
        *,
        route: str,
        routed_on: date,
        today: date,
        head_id: UUID | None = None,
        other: UUID | None = None,
        notes: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Say which other procedure the complaint, or one head of it, belongs to; child protection is never refused.

        `other` is the case there, if there is one: the complaint is linked to it.
        """
        if route != _CHILD_PROTECTION:
            refuse(self.bars_step())
            self.require_impartial(by)
        require_code("complaint_routes", route, "route", routed_on)
        if head_id is not None:
            self._head(head_id)
        if other == self.id:
            raise LinkedToItself("other")
        require_not_future(today, routed_on=routed_on)
        require_order(self.received_on, routed_on, "routed_on")
        self._routed(route=route, head_id=head_id, other=other, routed_on=routed_on, notes=present(notes))

    def record_account(
        self, *, side: str, given_on: date, text: Sealed, today: date, person: UUID | None = None
    ) -> None:
        """Record what one side says happened, so that all concerned are heard (Sharp Lane L43)."""
        refuse(self.bars_step())
        require_code("account_sides", side, "side", given_on)
        require_not_future(today, given_on=given_on)
        require_text("text", text)
        self._require_off_panel("person", person)
        self._account_recorded(side=side, person=person, given_on=given_on, text=text)

    def meet_parties(
        self,
        *,
        mode: str,
        held_on: date,
        today: date,
        roles: tuple[str, ...] = (),
        attendees: tuple[UUID, ...] = (),
        notes: Sealed | None = None,
    ) -> None:
        """Record a meeting with the parties before the panel."""
        refuse(self.bars_step())
        require_code("meeting_modes", mode, "mode", held_on)
        require_codes("meeting_roles", roles, "roles", held_on)
        require_distinct(attendees, "attendees")
        require_not_future(today, held_on=held_on)
        for person in attendees:
            self._require_off_panel("attendees", person)
        self._parties_met(mode=mode, held_on=held_on, roles=roles, attendees=attendees, notes=present(notes))

    def require_impartial(self, by: UUID | None) -> None:
        """Refuse a decision by somebody complained about, or by who complains."""
        self._require_impartial("", by)

    def _require_impartial(self, field: str, person: UUID | None) -> None:
        fields = (field,) if field else ()
        if person is not None and person in self.subjects:
            raise DeciderIsSubject(*fields)
        if person is not None and person == self.complainant:
            raise DeciderIsComplainant(*fields)

    def _require_off_panel(self, field: str, person: UUID | None) -> None:
        """Refuse to involve in the matter somebody who sits on its panel."""

    def _head(self, head_id: UUID) -> Head:
        head = self.heads.get(head_id)
        if head is None:
            raise UnknownHead("head_id")
        return head

    # --- changes

    @event("HeadAdded", topic="complaint.head_added.v1")
    def _head_added(self, head: HeadReceived, timestamp: datetime = UNRECORDED) -> None:
        """The complaint turned out to be about one thing more."""
        self.heads[head.head_id] = _recorded(head, timestamp)

    @event("SubjectNamed", topic="complaint.subject_named.v1")
    def _subject_named(self, head_id: UUID, person: UUID) -> None:
        """It became known whom a head is about."""
        head = self.heads[head_id]
        self.heads[head_id] = replace(head, about=(*head.about, person))

    @event("HeadDecided", topic="complaint.head_decided.v1")
    def _head_decided(
        self, head_id: UUID, outcome: str, decided_on: date, decided_by: UUID | None, reasons: Sealed | None
    ) -> None:
        """It was decided what came of one head."""
        self.heads[head_id] = replace(
            self.heads[head_id], outcome=outcome, decided_on=decided_on, decided_by=decided_by, reasons=reasons
        )

    @event("Routed", topic="complaint.routed.v1")
    def _routed(
        self, route: str, head_id: UUID | None, other: UUID | None, routed_on: date, notes: Sealed | None
    ) -> None:
        """The complaint, or one head of it, was found to belong to another procedure."""
        self.routings = (*self.routings, Routing(route, head_id, other, routed_on, notes))
        if head_id is not None:
            self.heads[head_id] = replace(self.heads[head_id], route=route)
        if other is not None:
            self.links.setdefault((other, "RELATED"), None)

    @event("AccountRecorded", topic="complaint.account_recorded.v1")
    def _account_recorded(self, side: str, person: UUID | None, given_on: date, text: Sealed) -> None:
        """One side said what happened."""
        self.accounts = (*self.accounts, Account(side, person, given_on, text))

    @event("PartiesMet", topic="complaint.parties_met.v1")
    def _parties_met(
        self, mode: str, held_on: date, roles: tuple[str, ...], attendees: tuple[UUID, ...], notes: Sealed | None
    ) -> None:
        """The school met the parties."""
        self.party_meetings = (*self.party_meetings, PartyMeeting(mode, held_on, roles, attendees, notes))

    # --- questions

    def _count_at(self, school_urn: str) -> None:
        self.heads = {
            head_id: head if head.counted_at else replace(head, counted_at=school_urn)
            for head_id, head in self.heads.items()
        }

    @property
    def countable_ids(self) -> Collection[UUID]:
        """The heads: each is counted by itself."""
        return self.heads.keys()

    @property
    def subjects(self) -> frozenset[UUID]:
        """The persons complained about."""
        return frozenset(person for head in self.heads.values() for person in head.about)

    @property
    def has_open_heads(self) -> bool:
        """Whether a head is neither decided nor routed."""
        return any(head.is_open for head in self.heads.values())

    @property
    def outcome_of_heads(self) -> str | None:
        """What the decided heads come to together; None while none is decided."""
        outcomes = [head.outcome for head in self.heads.values() if head.outcome is not None]
        if not outcomes:
            return None
        if not self.is_found_valid:
            return "NOT_UPHELD"
        return "UPHELD" if set(outcomes) == {"UPHELD"} else "PARTIALLY_UPHELD"

    @property
    def is_found_valid(self) -> bool:
        """Whether a head was found justified, if only in part."""
        return any(head.outcome in _FOUND for head in self.heads.values())

    @property
    def is_out_of_scope(self) -> bool:
        """Whether the whole of it belongs to another procedure."""
        return any(routing.head_id is None for routing in self.routings)


def _recorded(head: HeadReceived, recorded_at: datetime) -> Head:
    return Head(head.head_id, head.about_school, head.about_staff, head.about, london_date(recorded_at))
