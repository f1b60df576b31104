"""The safeguarding track of a staff breach: disclosure, harm threshold, bodies outside; nothing here is ever refused.

No state of the case and no policy stands in the way of protecting a child; only input that says nothing is refused.
"""
# ruff: noqa: ARG002 - a change names every field of its event, also those that the present state does not keep

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from domain.aggregate import event
from domain.checks import present, require_codes, require_not_future, require_order, require_text
from domain.refusals import IdentityTaken, Refused
from domain.sealed import Sealed
from domain.staff_breach_conduct import SAFEGUARDING_TYPES
from domain.staff_breach_records import (
    BodyContact,
    DecisionNotToRefer,
    Disclosure,
    ReportingRestriction,
    ThresholdAssessment,
)
from domain.staff_breach_refusals import CriteriaMismatch, UnknownBodyContact
from domain.staff_breach_tracks import CRIMINAL, SAFEGUARDING, BreachTracks
from domain.vocabulary import require_code

MET = "MET"
CHILD = "CHILD"
# A referral to these says why (Safeguarding Vulnerable Groups Act 2006, s. 35; Education Act 2002, s. 141D).
_WITH_REASONS = frozenset({"DBS", "TRA"})


class BreachSafeguarding(BreachTracks):
    """The part of a staff breach that protects children."""

    def _begin_safeguarding(self) -> None:
        self.disclosures: dict[UUID, Disclosure] = {}
        self._is_flagged = False
        self.threshold_assessments: tuple[ThresholdAssessment, ...] = ()
        self.body_contacts: dict[UUID, BodyContact] = {}
        self.decisions_not_to_refer: tuple[DecisionNotToRefer, ...] = ()
        self.reporting_restriction: ReportingRestriction | None = None

    # --- decisions

    def record_disclosure(
        self,
        *,
        disclosure_id: UUID,
        source: str,
        received_on: date,
        words: Sealed,
        today: date,
        received_by: UUID | None = None,
        disclosed_by: UUID | None = None,
        policy_reference: Sealed | None = None,
    ) -> None:
        """Record what somebody disclosed (Westacre L79-81); a child's words route the case to safeguarding (L87)."""
        if disclosure_id in self.disclosures:
            raise IdentityTaken("disclosure_id")
        require_code("disclosure_sources", source, "source", received_on)
        require_not_future(today, received_on=received_on)
        require_text("words", words)
        self._disclosure_recorded(
            disclosure_id=disclosure_id,
            source=source,
            received_on=received_on,
            received_by=received_by,
            disclosed_by=disclosed_by,
            words=words,
            policy_reference=present(policy_reference),
        )

    def flag_for_safeguarding(self, *, flagged_on: date, today: date, notes: Sealed | None = None) -> None:
        """Say that the matter concerns the safety of a child (Sharp Lane L88)."""
        require_not_future(today, flagged_on=flagged_on)
        if not self._is_flagged:
            self._flagged(flagged_on=flagged_on, notes=present(notes))

    def assess_harm_threshold(
        self,
        *,
        level: str,
        assessed_on: date,
        today: date,
        criteria: tuple[str, ...] = (),
        assessed_by: UUID | None = None,
        notes: Sealed | None = None,
    ) -> None:
        """Say whether the harm threshold may be met (Keeping children safe in education, part 4); the last holds."""
        require_code("threshold_levels", level, "level", assessed_on)
        require_codes("harm_criteria", criteria, "criteria", assessed_on)
        require_not_future(today, assessed_on=assessed_on)
        if bool(criteria) != (level == MET):
            raise CriteriaMismatch("criteria")
        self.require_impartial(assessed_by)
        self._threshold_assessed(
            level=level,
            criteria=tuple(criteria),
            assessed_on=assessed_on,
            assessed_by=assessed_by,
            notes=present(notes),
        )

    def contact_body(
        self,
        *,
        contact_id: UUID,
        body: str,
        contacted_on: date,
        today: date,
        contacted_by: UUID | None = None,
        body_name: Sealed | None = None,
        reference: Sealed | None = None,
        reasons: Sealed | None = None,
    ) -> None:
        """Record that the police, the LADO or another body was contacted or told (Westacre L83-85, Park Hall L68)."""
        if contact_id in self.body_contacts:
            raise IdentityTaken("contact_id")
        require_code("breach_bodies", body, "body", contacted_on)
        require_not_future(today, contacted_on=contacted_on)
        if body in _WITH_REASONS:
            require_text("reasons", reasons)
        self._body_contacted(
            contact_id=contact_id,
            body=body,
            contacted_on=contacted_on,
            contacted_by=contacted_by,
            body_name=present(body_name),
            reference=present(reference),
            reasons=present(reasons),
        )

    def record_body_advice(
        self,
        *,
        contact_id: UUID,
        advised_on: date,
        advice: Sealed,
        today: date,
        suspension: str | None = None,
    ) -> None:
        """Record what a body advised, as the LADO does on suspension (Westacre L85)."""
        contact = self.body_contacts.get(contact_id)
        if contact is None:
            raise UnknownBodyContact("contact_id")
        if suspension is not None:
            require_code("suspension_advice", suspension, "suspension", advised_on)
        require_not_future(today, advised_on=advised_on)
        require_order(contact.contacted_on, advised_on, "advised_on")
        require_text("advice", advice)
        self._body_advised(contact_id=contact_id, advised_on=advised_on, suspension=suspension, advice=advice)

    def decide_not_to_refer(
        self, *, body: str, decided_on: date, reasons: Sealed, today: date, decided_by: UUID | None = None
    ) -> None:
        """Record that the matter is not referred to a body, and why (Westacre L83: schools may refer)."""
        require_code("breach_bodies", body, "body", decided_on)
        require_not_future(today, decided_on=decided_on)
        require_text("reasons", reasons)
        self.require_impartial(decided_by)
        self._decided_not_to_refer(body=body, decided_on=decided_on, decided_by=decided_by, reasons=reasons)

    def set_reporting_restriction(
        self, *, applies: bool, from_on: date, today: date, notes: Sealed | None = None
    ) -> None:
        """Say whether the law forbids naming the teacher (Education Act 2002, s. 141F)."""
        require_not_future(today, from_on=from_on)
        self._reporting_restricted(applies=applies, from_on=from_on, notes=present(notes))

    # --- guards

    def bars_body_advice(self) -> type[Refused] | None:
        """Why there is no body that could have advised."""
        return None if self.body_contacts else UnknownBodyContact

    # --- changes

    @event("DisclosureRecorded", topic="staff_breach.disclosure_recorded.v1")
    def _disclosure_recorded(
        self,
        disclosure_id: UUID,
        source: str,
        received_on: date,
        received_by: UUID | None,
        disclosed_by: UUID | None,
        words: Sealed,
        policy_reference: Sealed | None,
    ) -> None:
        """Somebody disclosed something."""
        self.disclosures[disclosure_id] = Disclosure(
            disclosure_id, source, received_on, received_by, disclosed_by, words, policy_reference
        )
        if source == CHILD:
            self._start(SAFEGUARDING)

    @event("Flagged", topic="staff_breach.flagged_for_safeguarding.v1")
    def _flagged(self, flagged_on: date, notes: Sealed | None) -> None:
        """It was said that the matter concerns the safety of a child."""
        self._is_flagged = True
        self._start(SAFEGUARDING)

    @event("ThresholdAssessed", topic="staff_breach.harm_threshold_assessed.v1")
    def _threshold_assessed(
        self,
        level: str,
        criteria: tuple[str, ...],
        assessed_on: date,
        assessed_by: UUID | None,
        notes: Sealed | None,
    ) -> None:
        """It was said whether the harm threshold may be met."""
        assessment = ThresholdAssessment(level, criteria, assessed_on, assessed_by, notes)
        self.threshold_assessments = (*self.threshold_assessments, assessment)
        if level == MET:
            self._start(SAFEGUARDING)

    @event("BodyContacted", topic="staff_breach.body_contacted.v1")
    def _body_contacted(
        self,
        contact_id: UUID,
        body: str,
        contacted_on: date,
        contacted_by: UUID | None,
        body_name: Sealed | None,
        reference: Sealed | None,
        reasons: Sealed | None,
    ) -> None:
        """A body outside was contacted, or the matter referred to it."""
        self.body_contacts[contact_id] = BodyContact(
            contact_id, body, contacted_on, contacted_by, body_name, reference, reasons
        )
        if body in ("LADO", "CHILDRENS_SERVICES"):
            self._start(SAFEGUARDING)
        if body == "POLICE":
            self._start(CRIMINAL)

    @event("BodyAdvised", topic="staff_breach.body_advised.v1")
    def _body_advised(self, contact_id: UUID, advised_on: date, suspension: str | None, advice: Sealed) -> None:
        """A body outside advised the school."""
        self.body_contacts[contact_id] = replace(
            self.body_contacts[contact_id], advised_on=advised_on, suspension=suspension, advice=advice
        )

    @event("DecidedNotToRefer", topic="staff_breach.decided_not_to_refer.v1")
    def _decided_not_to_refer(self, body: str, decided_on: date, decided_by: UUID | None, reasons: Sealed) -> None:
        """It was decided not to refer the matter to a body."""
        decision = DecisionNotToRefer(body, decided_on, decided_by, reasons)
        self.decisions_not_to_refer = (*self.decisions_not_to_refer, decision)

    @event("ReportingRestricted", topic="staff_breach.reporting_restriction_set.v1")
    def _reporting_restricted(self, applies: bool, from_on: date, notes: Sealed | None) -> None:
        """It was said whether the law forbids naming the teacher."""
        self.reporting_restriction = ReportingRestriction(applies, from_on, notes)

    # --- questions

    @property
    def is_safeguarding_concern(self) -> bool:
        """Whether it is more than a plain breach: flagged, told by a child, above the threshold, or by its type."""
        types = self.details.breach_types if self.details else ()
        intake = self.details.intake if self.details else None
        return (
            self._is_flagged
            or intake == "PUPIL_DISCLOSURE"
            or any(one.source == CHILD for one in self.disclosures.values())
            or bool(self.threshold_assessments and self.threshold_assessments[-1].level == MET)
            or not SAFEGUARDING_TYPES.isdisjoint(types)
        )

    def has_considered(self, body: str) -> bool:
        """Whether a body was contacted, or it was decided not to."""
        contacted = {one.body for one in self.body_contacts.values()}
        return body in contacted | {one.body for one in self.decisions_not_to_refer}
