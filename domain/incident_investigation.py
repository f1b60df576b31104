"""The investigation of an incident: begun, brought to a finding, and its outcome told to whom it concerns."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from domain.aggregate import event
from domain.checks import present, refuse, require_not_future, require_order
from domain.incident_removals import IncidentRemovals
from domain.policy import PolicyPack
from domain.refusals import IdentityTaken, InvestigationFinished, InvestigationIncomplete, Refused, UnknownInvestigation
from domain.sealed import Sealed
from domain.steps import Investigation, OutcomeNotice
from domain.vocabulary import require_code


class IncidentInvestigation(IncidentRemovals):
    """The part of an incident that says what was looked into, what was found, and who was told."""

    def _begin_investigation(self) -> None:
        self.investigations: dict[UUID, Investigation] = {}
        self.outcome_notices: tuple[OutcomeNotice, ...] = ()

    # --- decisions

    def record_investigation(
        self,
        *,
        investigation_id: UUID,
        started_on: date,
        today: date,
        investigator: UUID | None = None,
        notes: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Record that the school investigates; the investigator is not a person the allegation is about."""
        refuse(self.bars_step())
        self.require_impartial(by)
        self.require_impartial(investigator)
        if investigation_id in self.investigations:
            raise IdentityTaken("investigation_id")
        require_not_future(today, started_on=started_on)
        self._investigation_recorded(
            investigation_id=investigation_id, started_on=started_on, investigator=investigator, notes=present(notes)
        )

    def complete_investigation(
        self,
        *,
        investigation_id: UUID,
        completed_on: date,
        finding: str,
        today: date,
        report: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Record what the investigation found."""
        refuse(self.bars_step())
        investigation = self.investigations.get(investigation_id)
        if investigation is None:
            raise UnknownInvestigation("investigation_id")
        refuse(self.bars_completing(investigation), "investigation_id")
        self.require_impartial(by)
        require_code("findings", finding, "finding", completed_on)
        require_not_future(today, completed_on=completed_on)
        require_order(investigation.started_on, completed_on, "completed_on")
        self._investigation_completed(
            investigation_id=investigation_id, completed_on=completed_on, finding=finding, report=present(report)
        )

    def communicate_outcome(
        self,
        *,
        recipient_role: str,
        communicated_on: date,
        today: date,
        recipient: UUID | None = None,
        notes: Sealed | None = None,
        policy: PolicyPack | None = None,
        override: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Record that somebody was told the outcome, once every investigation that was begun is complete."""
        refuse(self.bars_communicating_outcome())
        self.require_impartial(by)
        require_code("account_sides", recipient_role, "recipient_role", communicated_on)
        require_not_future(today, communicated_on=communicated_on)
        for investigation in self.investigations.values():
            require_order(investigation.completed_on, communicated_on, "communicated_on")
        self.require_step("COMMUNICATE_OUTCOME", policy, override)
        self._outcome_communicated(
            recipient_role=recipient_role, recipient=recipient, communicated_on=communicated_on, notes=present(notes)
        )

    # --- guards

    def bars_completing(self, investigation: Investigation) -> type[Refused] | None:
        """Why an investigation cannot come to a finding."""
        return InvestigationFinished if investigation.is_complete else None

    def bars_communicating_outcome(self) -> type[Refused] | None:
        """Why nobody can be told the outcome yet: what was begun to be looked into is not complete."""
        complete = all(one.is_complete for one in self.investigations.values())
        return self.bars_late_step() or (None if complete else InvestigationIncomplete)

    # --- changes

    @event("InvestigationRecorded", topic="incident.investigation_recorded.v1")
    def _investigation_recorded(
        self, investigation_id: UUID, started_on: date, investigator: UUID | None, notes: Sealed | None
    ) -> None:
        """The school began to investigate."""
        self.investigations[investigation_id] = Investigation(
            investigation_id, started_on, investigator, completed_on=None, finding=None, notes=notes, report=None
        )

    @event("InvestigationCompleted", topic="incident.investigation_completed.v1")
    def _investigation_completed(
        self, investigation_id: UUID, completed_on: date, finding: str, report: Sealed | None
    ) -> None:
        """The investigation came to a finding."""
        self.investigations[investigation_id] = replace(
            self.investigations[investigation_id], completed_on=completed_on, finding=finding, report=report
        )

    @event("OutcomeCommunicated", topic="incident.outcome_communicated.v1")
    def _outcome_communicated(
        self, recipient_role: str, recipient: UUID | None, communicated_on: date, notes: Sealed | None
    ) -> None:
        """Somebody was told the outcome."""
        self.outcome_notices = (
            *self.outcome_notices,
            OutcomeNotice(recipient_role, recipient, communicated_on, notes),
        )
