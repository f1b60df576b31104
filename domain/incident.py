"""Incident: something posted or done online about the school or its people, from the report to the closing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from domain.aggregate import Opening, Recordable, event
from domain.checks import present, require_not_future, require_word
from domain.duties import Duty, DutyCode
from domain.incident_assessments import IncidentAssessments
from domain.involvement import with_a_task
from domain.sealed import Sealed
from domain.values import CaseKind, PolicyRef


class Incident(IncidentAssessments):
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
        self._begin_joining()
        self._begin_removals()
        self._begin_investigation()
        self._begin_steps()
        self._begin_measures()
        self._begin_referrals()
        self._begin_assessments()
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

    # --- questions

    def own_duties(self) -> Iterator[Duty]:
        """Every item that counts is to be classified: only what is classified counts."""
        yield from super().own_duties()
        for item in self.counting_items:
            if not item.is_classified:
                yield Duty(DutyCode.CLASSIFY_ITEM, item_id=item.item_id)

    @property
    def readers(self) -> frozenset[UUID]:
        """The persons who see the case as their own, with whoever looks into it.

        The target of an allegation reads it, too, once supported and so told of it (design D15): nobody who is accused
        learns of it from a list.
        """
        supported = {support.person for support in self.supports if support.person is not None}
        return super().readers | with_a_task(self) | (supported & self.subjects)

    @property
    def kind(self) -> CaseKind:
        """Which of the three kinds the case is."""
        return CaseKind.INCIDENT

    @property
    def outcome_list(self) -> str:
        """The code list of an incident's outcomes."""
        return "outcomes"
