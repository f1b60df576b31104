"""Incident: something posted or done online about the school or its people, from the report to the closing."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from domain.aggregate import Opening, Recordable, event
from domain.checks import present, refuse, require_not_future, require_word
from domain.incident_steps import IncidentSteps
from domain.policy import ClosingRules
from domain.refusals import InvestigationMissing, Refused
from domain.sealed import Sealed
from domain.values import CaseKind, PolicyRef


class Incident(IncidentSteps):
    """An incident holds one or more items and lives from its report to its closing; it may be opened again."""

    TOPIC = "incident.v1"

    class Reported(Opening, Recordable.Event):
        """The school became aware of an incident."""

        TOPIC = "incident.reported.v1"

        reference: str
        school_reference: str | None
        school_urn: str
        opened_on: date
        policy: PolicyRef | None
        reported_by: UUID | None
        summary: Sealed | None

    @event(Reported)
    def __init__(
        self,
        reference: str,
        school_reference: str | None,
        school_urn: str,
        opened_on: date,
        policy: PolicyRef | None,
        reported_by: UUID | None,
        summary: Sealed | None,
    ) -> None:
        self._open(reference, school_reference, school_urn, opened_on, policy, reported_by)
        self._begin_items()
        self._begin_removals()
        self._begin_steps()
        self.summary = summary

    # --- decisions

    @classmethod
    def report(
        cls,
        *,
        case_id: UUID,
        reference: str,
        school_urn: str,
        opened_on: date,
        today: date,
        school_reference: str | None = None,
        policy: PolicyRef | None = None,
        reported_by: UUID | None = None,
        summary: Sealed | None = None,
    ) -> Incident:
        """Open an incident; `opened_on` is the day the school became aware, `policy` the pack in force on that day."""
        require_word("reference", reference)
        require_word("school_urn", school_urn)
        if school_reference is not None:
            require_word("school_reference", school_reference)
        require_not_future(today, opened_on=opened_on)
        return cls._create(
            cls.Reported,
            id=case_id,
            reference=reference,
            school_reference=school_reference,
            school_urn=school_urn,
            opened_on=opened_on,
            policy=policy,
            reported_by=reported_by,
            summary=present(summary),
        )

    def close(
        self,
        *,
        outcome: str,
        closed_on: date,
        today: date,
        closing: ClosingRules | None = None,
        notes: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Close the incident with an outcome; `closing` are the rules of the policy pinned to it, if it has any."""
        self._require_closing(outcome, closed_on, today, by)
        refuse(self.bars_closing(closing), clause=closing.clause if closing else None)
        self._closed(outcome=outcome, closed_on=closed_on, as_logged=False, notes=present(notes))

    # --- guards

    def bars_closing(self, closing: ClosingRules | None) -> type[Refused] | None:
        """Why the incident cannot be closed under these rules (Sharp Lane L36: allegations are investigated)."""
        return self.bars_step() or (InvestigationMissing if self.awaits_investigation(closing) else None)

    # --- questions

    def awaits_investigation(self, closing: ClosingRules | None) -> bool:
        """Whether the rules ask for an investigation of one of the items and none has been recorded."""
        if closing is None or self.investigations:
            return False
        return any(
            item.has_nature(nature) for item in self.counting_items for nature in closing.investigation_before_closing
        )

    @property
    def kind(self) -> CaseKind:
        """Which of the three kinds the case is."""
        return CaseKind.INCIDENT

    @property
    def outcome_list(self) -> str:
        """The code list of an incident's outcomes."""
        return "outcomes"
