"""The investigation of a staff breach: who investigates, who was heard, what was found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from domain.aggregate import event
from domain.checks import present, refuse, require_not_future, require_order
from domain.policy import PolicyPack
from domain.refusals import IdentityTaken, Refused
from domain.sealed import Sealed
from domain.staff_breach_records import BreachFinding, BreachInvestigation, Interview
from domain.staff_breach_refusals import (
    NotGrossMisconduct,
    SamePersonTwice,
    UnknownBreachInvestigation,
    WitnessDecides,
)
from domain.staff_breach_suspension import BreachSuspension
from domain.staff_breach_tracks import DISCIPLINARY
from domain.vocabulary import require_code


class BreachInquiry(BreachSuspension):
    """The part of a staff breach that finds out; it waits where a body told the school to wait."""

    def _begin_inquiry(self) -> None:
        self.investigations: dict[UUID, BreachInvestigation] = {}
        self.interviews: tuple[Interview, ...] = ()
        self.findings: tuple[BreachFinding, ...] = ()

    # --- decisions

    def open_investigation(
        self,
        *,
        investigation_id: UUID,
        investigator: UUID,
        started_on: date,
        today: date,
        notes: Sealed | None = None,
        policy: PolicyPack | None = None,
        override: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Open an investigation (Sharp Lane L125); the investigator neither decides nor is the subject."""
        refuse(self.bars_disciplinary_step())
        self.require_impartial(by)
        if investigation_id in self.investigations:
            raise IdentityTaken("investigation_id")
        require_not_future(today, started_on=started_on)
        self._require_other_person(investigator, "investigator", self.deciders | self.appeal_officers)
        self.require_step("OPEN_BREACH_INVESTIGATION", policy, override)
        self._investigation_opened(
            investigation_id=investigation_id, investigator=investigator, started_on=started_on, notes=present(notes)
        )

    def record_interview(
        self,
        *,
        investigation_id: UUID,
        side: str,
        held_on: date,
        today: date,
        person: UUID | None = None,
        accompanied: bool | None = None,
        notes: Sealed | None = None,
    ) -> None:
        """Record that somebody was heard in an investigation."""
        refuse(self.bars_disciplinary_step())
        investigation = self._under_way(investigation_id)
        require_code("account_sides", side, "side", held_on)
        require_not_future(today, held_on=held_on)
        require_order(investigation.started_on, held_on, "held_on")
        if person is not None and person in self.investigators | self.deciders | self.finders | self.appeal_officers:
            raise WitnessDecides("person")
        self._interview_held(
            investigation_id=investigation_id,
            side=side,
            person=person,
            held_on=held_on,
            accompanied=accompanied,
            notes=present(notes),
        )

    def complete_investigation(
        self, *, investigation_id: UUID, completed_on: date, today: date, report: Sealed | None = None
    ) -> None:
        """Record that an investigation is complete; what is found of it is recorded apart."""
        refuse(self.bars_disciplinary_step())
        investigation = self._under_way(investigation_id)
        require_not_future(today, completed_on=completed_on)
        require_order(investigation.started_on, completed_on, "completed_on")
        self._investigation_completed(
            investigation_id=investigation_id, completed_on=completed_on, report=present(report)
        )

    def record_finding(
        self,
        *,
        finding: str,
        gross_misconduct: bool,
        found_on: date,
        found_by: UUID,
        today: date,
        reasons: Sealed | None = None,
        policy: PolicyPack | None = None,
        override: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Record what was found, and whether it is gross misconduct (Rivington L80); the last finding holds."""
        refuse(self.bars_disciplinary_step())
        self.require_impartial(by)
        self._require_other_person(found_by, "found_by", self.appeal_officers)
        require_code("findings", finding, "finding", found_on)
        if gross_misconduct and finding != "SUBSTANTIATED":
            raise NotGrossMisconduct("gross_misconduct")
        require_not_future(today, found_on=found_on)
        require_order(self.opened_on, found_on, "found_on")
        self.require_step("RECORD_BREACH_FINDING", policy, override)
        self._found(
            finding=finding,
            gross_misconduct=gross_misconduct,
            found_on=found_on,
            found_by=found_by,
            reasons=present(reasons),
        )

    def _under_way(self, investigation_id: UUID) -> BreachInvestigation:
        investigation = self.investigations.get(investigation_id)
        if investigation is None or investigation.completed_on is not None:
            raise UnknownBreachInvestigation("investigation_id")
        return investigation

    def _require_other_person(self, person: UUID, field: str, taken: frozenset[UUID]) -> None:
        """Investigator, decider and appeal officer are different people (Acas Code of Practice 1), none the subject."""
        self.require_impartial(person)
        if person in taken:
            raise SamePersonTwice(field)
        if person in self.witnesses:
            raise WitnessDecides(field)

    # --- guards

    def bars_investigating(self) -> type[Refused] | None:
        """Why no investigation is under way."""
        open_one = any(one.completed_on is None for one in self.investigations.values())
        return self.bars_disciplinary_step() or (None if open_one else UnknownBreachInvestigation)

    # --- changes

    @event("InvestigationOpened", topic="staff_breach.investigation_opened.v1")
    def _investigation_opened(
        self, investigation_id: UUID, investigator: UUID, started_on: date, notes: Sealed | None
    ) -> None:
        """An investigation was opened."""
        self.investigations[investigation_id] = BreachInvestigation(
            investigation_id, investigator, started_on, None, notes, None
        )
        self._start(DISCIPLINARY)

    @event("InterviewHeld", topic="staff_breach.interview_held.v1")
    def _interview_held(
        self,
        investigation_id: UUID,
        side: str,
        person: UUID | None,
        held_on: date,
        accompanied: bool | None,
        notes: Sealed | None,
    ) -> None:
        """Somebody was heard."""
        self.interviews = (*self.interviews, Interview(investigation_id, side, person, held_on, accompanied, notes))

    @event("InvestigationCompleted", topic="staff_breach.investigation_completed.v1")
    def _investigation_completed(self, investigation_id: UUID, completed_on: date, report: Sealed | None) -> None:
        """An investigation was completed."""
        self.investigations[investigation_id] = replace(
            self.investigations[investigation_id], completed_on=completed_on, report=report
        )

    @event("Found", topic="staff_breach.finding_recorded.v1")
    def _found(
        self, finding: str, gross_misconduct: bool, found_on: date, found_by: UUID, reasons: Sealed | None
    ) -> None:
        """A finding was recorded."""
        self.findings = (*self.findings, BreachFinding(finding, gross_misconduct, found_on, found_by, reasons))

    # --- questions

    @property
    def investigators(self) -> frozenset[UUID]:
        """Those who investigate or did."""
        return frozenset(one.investigator for one in self.investigations.values())

    @property
    def witnesses(self) -> frozenset[UUID]:
        """Those who were heard in an investigation."""
        return frozenset(one.person for one in self.interviews if one.person is not None)

    @property
    def finders(self) -> frozenset[UUID]:
        """Those who found what is recorded as a finding; an investigator may."""
        return frozenset(one.found_by for one in self.findings)

    @property
    def deciders(self) -> frozenset[UUID]:
        """Those who chaired a hearing or decided a sanction."""
        return frozenset()

    @property
    def appeal_officers(self) -> frozenset[UUID]:
        """Those who decided an appeal."""
        return frozenset()

    @property
    def finding(self) -> BreachFinding | None:
        """The finding that holds."""
        return self.findings[-1] if self.findings else None

    @property
    def is_gross_misconduct(self) -> bool:
        """Whether the finding that holds is one of gross misconduct."""
        return self.finding is not None and self.finding.gross_misconduct
