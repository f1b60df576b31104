"""StaffBreach: a breach of the staff code of conduct, from the report to its outcome."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime
from uuid import UUID

from domain.aggregate import UNRECORDED, Opening, Recordable, event
from domain.checks import present, refuse, require_not_future, require_word
from domain.duties import Duty, DutyCode
from domain.policy import PolicyPack
from domain.refusals import Refused
from domain.sealed import Sealed
from domain.staff_breach_disciplinary import BreachDisciplinary
from domain.staff_breach_refusals import ActionMissing, OutcomeNotReached, SubjectKnown
from domain.values import CaseKind, PolicyRef, london_date
from domain.vocabulary import require_code


class StaffBreach(BreachDisciplinary):
    """A breach by one person, who does not see the case from the moment he or she is named."""

    TOPIC = "staff_breach.v1"

    class Reported(Opening, Recordable.Event):
        """The school learnt of a breach: somebody alleged it, the school noticed it, or the person reported it.

        `concerns_post` says that what was done is a post, which is to be recorded as an incident too.
        """

        TOPIC = "staff_breach.reported.v1"

        reference: str
        school_reference: str | None
        school_urn: str
        reported_on: date
        source: str
        subject: UUID | None
        concerns_post: bool
        policy: PolicyRef | None
        reported_by: UUID | None
        summary: Sealed | None

    @event(Reported)
    def __init__(
        self,
        reference: str,
        school_reference: str | None,
        school_urn: str,
        reported_on: date,
        source: str,
        subject: UUID | None,
        concerns_post: bool,
        policy: PolicyRef | None,
        reported_by: UUID | None,
        summary: Sealed | None,
        timestamp: datetime = UNRECORDED,
    ) -> None:
        self._open(reference, school_reference, school_urn, reported_on, policy, reported_by)
        self._begin_routing()
        self._begin_conduct()
        self._begin_tracks()
        self._begin_safeguarding()
        self._begin_suspension()
        self._begin_inquiry()
        self._begin_disciplinary()
        self.reported_on = reported_on
        self.recorded_on = london_date(timestamp)
        self.source = source
        self.subject = subject
        self.concerns_post = concerns_post
        self.counted_at: str | None = None
        self.summary = summary

    # --- decisions

    @classmethod
    def report(
        cls,
        *,
        case_id: UUID,
        reference: str,
        school_urn: str,
        reported_on: date,
        source: str,
        today: date,
        subject: UUID | None = None,
        concerns_post: bool = False,
        school_reference: str | None = None,
        policy: PolicyRef | None = None,
        reported_by: UUID | None = None,
        summary: Sealed | None = None,
    ) -> StaffBreach:
        """Record a breach; `reported_on` is the day the school became aware, `policy` the pack in force on that day.

        `school_urn` is where it was done or noticed; for a person employed centrally it may be a unit of the trust.
        """
        require_word("reference", reference)
        require_word("school_urn", school_urn)
        if school_reference is not None:
            require_word("school_reference", school_reference)
        require_not_future(today, reported_on=reported_on)
        require_code("breach_sources", source, "source", reported_on)
        return cls._create(
            cls.Reported,
            id=case_id,
            reference=reference,
            school_reference=school_reference,
            school_urn=school_urn,
            reported_on=reported_on,
            source=source,
            subject=subject,
            concerns_post=concerns_post,
            policy=policy,
            reported_by=reported_by,
            summary=present(summary),
        )

    def name_subject(self, *, subject: UUID) -> None:
        """Say whom the breach is about, once it is known."""
        if self.subject is not None and self.subject != subject:
            raise SubjectKnown("subject")
        if self.subject is None:
            self._subject_named(subject=subject)

    def close(
        self,
        *,
        outcome: str,
        closed_on: date,
        today: date,
        policy: PolicyPack | None = None,
        override: Sealed | None = None,
        notes: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Close the case: it ends with an action or a reasoned decision to take none (Park Hall L68).

        An outcome of gross misconduct or dismissal is one that was found and decided.
        """
        refuse(self.bars_closing_breach())
        reached = {"GROSS_MISCONDUCT": self.is_gross_misconduct, "DISMISSAL": self.is_dismissed}
        if not reached.get(outcome, True):
            raise OutcomeNotReached("outcome")
        super().close(
            outcome=outcome, closed_on=closed_on, today=today, policy=policy, override=override, notes=notes, by=by
        )

    # --- guards

    def bars_naming_subject(self) -> type[Refused] | None:
        """Why nobody can be named: somebody is."""
        return SubjectKnown if self.subject is not None else None

    def bars_closing_breach(self) -> type[Refused] | None:
        """Why the case cannot be closed, whatever its policy asks."""
        return self.bars_step() or (None if self.has_action else ActionMissing)

    # --- changes

    @event("SubjectNamed", topic="staff_breach.subject_named.v1")
    def _subject_named(self, subject: UUID) -> None:
        """It became known whom the breach is about."""
        self.subject = subject

    # --- questions

    def _count_at(self, school_urn: str) -> None:
        self.counted_at = self.counted_at or school_urn

    @property
    def countable_ids(self) -> Collection[UUID]:
        """The breach itself, which counts once."""
        return (self.id,)

    def own_duties(self) -> Iterator[Duty]:
        """A breach counts as an allegation at most; the post itself counts only as an item of an incident."""
        yield from super().own_duties()
        if self.lacks_incident:
            yield Duty(DutyCode.RECORD_POST_AS_INCIDENT)
        yield from self.routing_duties()

    @property
    def has_action(self) -> bool:
        """Whether the school did something about the breach, or decided with reasons to do nothing."""
        return bool(
            self.reasoned_none
            or self.advice
            or self.requests
            or self.body_contacts
            or self.disciplinary_referral
            or self.sanctions
        )

    @property
    def kind(self) -> CaseKind:
        """Which of the three kinds the case is."""
        return CaseKind.STAFF_BREACH

    @property
    def outcome_list(self) -> str:
        """The code list of a breach's outcomes."""
        return "breach_outcomes"

    @property
    def subjects(self) -> frozenset[UUID]:
        """The person the breach is about."""
        return frozenset() if self.subject is None else frozenset({self.subject})

    @property
    def lacks_incident(self) -> bool:
        """Whether what was done is a post that this case does not yet arise from as an incident."""
        return self.concerns_post and not self.arose_from
