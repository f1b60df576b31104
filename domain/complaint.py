"""Complaint: a concern brought to the school through its complaints procedure, from receipt to outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.aggregate import UNRECORDED, Opening, Recordable, event
from domain.case import Case
from domain.checks import present, refuse, require_distinct, require_not_future, require_text, require_word
from domain.refusals import IdentityTaken, RefusalCode, Refused
from domain.sealed import Sealed
from domain.steps import Account
from domain.values import CaseKind, PolicyRef, london_date
from domain.vocabulary import require_code


class HeadsMissing(Refused):
    """A complaint says what it is about: it has at least one head."""


class UnknownHead(Refused):
    """The complaint has no such head."""

    code = RefusalCode.NOT_FOUND


@dataclass(frozen=True, slots=True)
class HeadReceived:
    """One thing complained of, as it was received; `about` are the persons complained about, where they are known."""

    head_id: UUID
    about_school: bool
    about_staff: bool
    about: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """The present state of one head; `recorded_on` is the London date on which it was recorded."""

    head_id: UUID
    about_school: bool
    about_staff: bool
    about: tuple[UUID, ...]
    recorded_on: date


class Complaint(Case):
    """A complaint holds one or more heads and lives from its receipt to its outcome; it may be opened again."""

    TOPIC = "complaint.v1"

    class Received(Opening, Recordable.Event):
        """The school received a complaint: on which day, who received it, and how."""

        TOPIC = "complaint.received.v1"

        reference: str
        school_reference: str | None
        school_urn: str
        received_on: date
        received_by: str
        means: str
        complainant: UUID | None
        heads: tuple[HeadReceived, ...]
        policy: PolicyRef | None
        reported_by: UUID | None
        summary: Sealed | None

    @event(Received)
    def __init__(
        self,
        reference: str,
        school_reference: str | None,
        school_urn: str,
        received_on: date,
        received_by: str,
        means: str,
        complainant: UUID | None,
        heads: tuple[HeadReceived, ...],
        policy: PolicyRef | None,
        reported_by: UUID | None,
        summary: Sealed | None,
        timestamp: datetime = UNRECORDED,
    ) -> None:
        self._open(reference, school_reference, school_urn, received_on, policy, reported_by)
        self.received_on = received_on
        self.received_by = received_by
        self.means = means
        self.complainant = complainant
        self.heads = {head.head_id: _recorded(head, timestamp) for head in heads}
        self.accounts: tuple[Account, ...] = ()
        self.summary = summary

    # --- decisions

    @classmethod
    def receive(
        cls,
        *,
        case_id: UUID,
        reference: str,
        school_urn: str,
        received_on: date,
        received_by: str,
        means: str,
        heads: tuple[HeadReceived, ...],
        today: date,
        complainant: UUID | None = None,
        school_reference: str | None = None,
        policy: PolicyRef | None = None,
        reported_by: UUID | None = None,
        summary: Sealed | None = None,
    ) -> Complaint:
        """Take a complaint in, by whichever of the channels it came (Sharp Lane L43).

        `policy` is the pack in force on the day of receipt, `reported_by` the person who records it here.
        """
        require_word("reference", reference)
        require_word("school_urn", school_urn)
        if school_reference is not None:
            require_word("school_reference", school_reference)
        require_not_future(today, received_on=received_on)
        require_code("complaint_receivers", received_by, "received_by", received_on)
        require_code("complaint_means", means, "means", received_on)
        if not heads:
            raise HeadsMissing("heads")
        require_distinct([head.head_id for head in heads], "heads")
        for head in heads:
            require_distinct(head.about, "heads")
        return cls._create(
            cls.Received,
            id=case_id,
            reference=reference,
            school_reference=school_reference,
            school_urn=school_urn,
            received_on=received_on,
            received_by=received_by,
            means=means,
            complainant=complainant,
            heads=tuple(heads),
            policy=policy,
            reported_by=reported_by,
            summary=present(summary),
        )

    def add_head(self, *, head: HeadReceived) -> None:
        """Add another thing that the complaint turns out to be about."""
        refuse(self.bars_step())
        if head.head_id in self.heads:
            raise IdentityTaken("head_id")
        require_distinct(head.about, "about")
        self._head_added(head=head)

    def name_subject(self, *, head_id: UUID, person: UUID) -> None:
        """Say whom a head is about, once it is known: from that moment the person does not see the case."""
        head = self.heads.get(head_id)
        if head is None:
            raise UnknownHead("head_id")
        if person not in head.about:
            self._subject_named(head_id=head_id, person=person)

    def assign(self, *, owner: UUID) -> None:
        """Give the complaint to the person who runs it, who is none of those complained about."""
        self.require_impartial(owner)
        super().assign(owner=owner)

    def record_account(
        self, *, side: str, given_on: date, text: Sealed, today: date, person: UUID | None = None
    ) -> None:
        """Record what one side says happened, so that all concerned are heard (Sharp Lane L43)."""
        refuse(self.bars_step())
        require_code("account_sides", side, "side", given_on)
        require_not_future(today, given_on=given_on)
        require_text("text", text)
        self._account_recorded(side=side, person=person, given_on=given_on, text=text)

    # --- changes

    @event("HeadAdded", topic="complaint.head_added.v1")
    def _head_added(self, head: HeadReceived, timestamp: datetime = UNRECORDED) -> None:
        """The complaint turned out to be about one thing more."""
        self.heads[head.head_id] = _recorded(head, timestamp)

    @event("SubjectNamed", topic="complaint.subject_named.v1")
    def _subject_named(self, head_id: UUID, person: UUID) -> None:
        """It became known whom a head is about."""
        head = self.heads[head_id]
        self.heads[head_id] = Head(
            head.head_id, head.about_school, head.about_staff, (*head.about, person), head.recorded_on
        )

    @event("AccountRecorded", topic="complaint.account_recorded.v1")
    def _account_recorded(self, side: str, person: UUID | None, given_on: date, text: Sealed) -> None:
        """One side said what happened."""
        self.accounts = (*self.accounts, Account(side, person, given_on, text))

    # --- questions

    @property
    def kind(self) -> CaseKind:
        """Which of the three kinds the case is."""
        return CaseKind.COMPLAINT

    @property
    def outcome_list(self) -> str:
        """The code list of a complaint's outcomes."""
        return "complaint_outcomes"

    @property
    def subjects(self) -> frozenset[UUID]:
        """The persons complained about."""
        return frozenset(person for head in self.heads.values() for person in head.about)

    @property
    def readers(self) -> frozenset[UUID]:
        """The persons who see the case as their own; nobody who is barred, not even who reported or ran it."""
        return super().readers - self.barred

    @property
    def barred(self) -> frozenset[UUID]:
        """The persons complained about do not see the case by any road."""
        return self.subjects


def _recorded(head: HeadReceived, recorded_at: datetime) -> Head:
    return Head(head.head_id, head.about_school, head.about_staff, head.about, london_date(recorded_at))
