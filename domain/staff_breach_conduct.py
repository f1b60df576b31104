"""What was done, as a staff breach says it, and how the school answered the person: advice, requests, nothing."""

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
    require_text,
    require_word,
)
from domain.policy import PolicyPack
from domain.refusals import IdentityTaken, Refused
from domain.routed_case import RoutedCase
from domain.sealed import Sealed
from domain.staff_breach_records import (
    BreachAdvice,
    BreachDetails,
    BreachInforming,
    BreachRequest,
    Employment,
    ExceptionConsulted,
    LaterContact,
    ManagerReport,
    ReasonedNone,
)
from domain.staff_breach_refusals import (
    ClauseSparesAdults,
    NotAdvisedAgainstContact,
    UnknownAdvice,
    UnknownClause,
    UnknownRequest,
)
from domain.vocabulary import require_code

# Conduct that concerns the safety of children by what it is (Rivington L55, L72; Sharp Lane L88).
SAFEGUARDING_TYPES = frozenset({"GROOMING_RISK", "SUITABILITY"})
# Advice against contact, after which contact can have gone on.
CONTACT = "CONTACT"


class BreachConduct(RoutedCase):
    """The part of a staff breach that says what was done and how the person was answered."""

    def _begin_conduct(self) -> None:
        self.details: BreachDetails | None = None
        self.employment: Employment | None = None
        self.exceptions_consulted: tuple[ExceptionConsulted, ...] = ()
        self.manager_reports: tuple[ManagerReport, ...] = ()
        self.informed: tuple[BreachInforming, ...] = ()
        self.advice: dict[UUID, BreachAdvice] = {}
        self.later_contacts: tuple[LaterContact, ...] = ()
        self.requests: dict[UUID, BreachRequest] = {}
        self.reasoned_none: ReasonedNone | None = None

    # --- decisions

    def note_details(
        self,
        *,
        today: date,
        intake: str | None = None,
        breach_types: tuple[str, ...] = (),
        clauses: tuple[str, ...] = (),
        subject_role: str | None = None,
        targets: tuple[str, ...] = (),
        channel: str | None = None,
        on_duty: str | None = None,
        capacity: str | None = None,
        direction: str | None = None,
        under18_at_contact: str | None = None,
        contact_details: tuple[str, ...] = (),
        responded: bool | None = None,
        child_informed: bool | None = None,
        intent: str | None = None,
        published_by_third_party: bool | None = None,
        complaint_valid: bool | None = None,
        device: str | None = None,
        school_equipment: bool | None = None,
        other_policy: Sealed | None = None,
        search_purpose: Sealed | None = None,
        policy: PolicyPack | None = None,
    ) -> None:
        """Say what was done and in which circumstances; what was said before is replaced.

        `clauses` are those of the staff code in the policy that the case is held to; one that speaks of former pupils
        under 18 is not cited of a former pupil who was of age.
        """
        refuse(self.bars_step())
        for name, code, field in (
            ("breach_intakes", intake, "intake"),
            ("breach_subject_roles", subject_role, "subject_role"),
            ("breach_channels", channel, "channel"),
            ("breach_duty_states", on_duty, "on_duty"),
            ("capacities", capacity, "capacity"),
            ("contact_directions", direction, "direction"),
            ("yes_no_unknown", under18_at_contact, "under18_at_contact"),
            ("breach_intents", intent, "intent"),
            ("devices", device, "device"),
        ):
            if code is not None:
                require_code(name, code, field, today)
        require_codes("breach_types", breach_types, "breach_types", today)
        require_codes("targets", targets, "targets", today)
        require_codes("contact_detail_kinds", contact_details, "contact_details", today)
        require_distinct(clauses, "clauses")
        known = {clause.id: clause for clause in policy.staff.clauses} if policy else {}
        if not set(clauses) <= set(known):
            raise UnknownClause("clauses")
        for cited in clauses:
            if policy and known[cited].spares(breach_types, under18_at_contact):
                raise ClauseSparesAdults("clauses", "under18_at_contact", clause=policy.clause(known[cited].source))
        self._details_noted(
            intake=intake,
            breach_types=tuple(breach_types),
            clauses=tuple(clauses),
            subject_role=subject_role,
            targets=tuple(targets),
            channel=channel,
            on_duty=on_duty,
            capacity=capacity,
            direction=direction,
            under18_at_contact=under18_at_contact,
            contact_details=tuple(contact_details),
            responded=responded,
            child_informed=child_informed,
            intent=intent,
            published_by_third_party=published_by_third_party,
            complaint_valid=complaint_valid,
            device=device,
            school_equipment=school_equipment,
            other_policy=present(other_policy),
            search_purpose=present(search_purpose),
        )

    def note_employment(self, *, schools: tuple[str, ...], is_central: bool) -> None:
        """Say at which schools the person works (Rivington L30)."""
        refuse(self.bars_step())
        require_distinct(schools, "schools")
        for urn in schools:
            require_word("schools", urn)
        self._employment_noted(schools=tuple(schools), is_central=is_central)

    def consult_exception(
        self, *, exception: str, found: bool, consulted_on: date, today: date, notes: Sealed | None = None
    ) -> None:
        """Record that permissions, family links or another exception were looked up (Sharp Lane L101; Westacre L73)."""
        refuse(self.bars_step())
        require_code("breach_exceptions", exception, "exception", consulted_on)
        require_not_future(today, consulted_on=consulted_on)
        self._exception_consulted(exception=exception, found=found, consulted_on=consulted_on, notes=present(notes))

    def record_manager_report(
        self, *, reported_on: date, today: date, manager: UUID | None = None, notes: Sealed | None = None
    ) -> None:
        """Record that the person told a manager, as the policy asks (Rivington L72; Park Hall L50); never refused."""
        require_not_future(today, reported_on=reported_on)
        self._reported_to_manager(manager=manager, reported_on=reported_on, notes=present(notes))

    def inform_about_breach(
        self, *, role: str, informed_on: date, today: date, person: UUID | None = None, notes: Sealed | None = None
    ) -> None:
        """Record that somebody in a role was told (Westacre L75); never refused."""
        require_code("informed_roles", role, "role", informed_on)
        require_not_future(today, informed_on=informed_on)
        self._informed_about(role=role, person=person, informed_on=informed_on, notes=present(notes))

    def give_advice(
        self,
        *,
        advice_id: UUID,
        kind: str,
        given_on: date,
        today: date,
        given_by: UUID | None = None,
        notes: Sealed | None = None,
    ) -> None:
        """Record advice to the person, such as on contact that the policy does not allow (Rivington L46-60)."""
        refuse(self.bars_step())
        if advice_id in self.advice:
            raise IdentityTaken("advice_id")
        require_code("breach_advice_kinds", kind, "kind", given_on)
        require_not_future(today, given_on=given_on)
        self._advice_given(advice_id=advice_id, kind=kind, given_on=given_on, given_by=given_by, notes=present(notes))

    def record_later_contact(
        self, *, advice_id: UUID, contact_on: date, today: date, notes: Sealed | None = None
    ) -> None:
        """Record that contact went on after advice against it, linked to that advice (Rivington L60)."""
        refuse(self.bars_late_step())
        if advice_id not in self.advice:
            raise UnknownAdvice("advice_id")
        refuse(None if self.advice[advice_id].kind == CONTACT else NotAdvisedAgainstContact, "advice_id")
        require_not_future(today, contact_on=contact_on)
        require_order(self.advice[advice_id].given_on, contact_on, "contact_on")
        self._contact_went_on(advice_id=advice_id, contact_on=contact_on, notes=present(notes))

    def ask_of_person(
        self, *, request_id: UUID, request: str, requested_on: date, today: date, notes: Sealed | None = None
    ) -> None:
        """Record that the person was asked to delete material, or to leave the premises (Westacre L63)."""
        refuse(self.bars_step())
        if request_id in self.requests:
            raise IdentityTaken("request_id")
        require_code("breach_requests", request, "request", requested_on)
        require_not_future(today, requested_on=requested_on)
        self._asked_of_person(request_id=request_id, request=request, requested_on=requested_on, notes=present(notes))

    def record_compliance(self, *, request_id: UUID, done: bool, answered_on: date, today: date) -> None:
        """Record whether the person did what he or she was asked."""
        refuse(self.bars_late_step())
        request = self.requests.get(request_id)
        if request is None or request.done is not None:
            raise UnknownRequest("request_id")
        require_not_future(today, answered_on=answered_on)
        require_order(request.requested_on, answered_on, "answered_on")
        self._compliance_recorded(request_id=request_id, done=done, answered_on=answered_on)

    def decide_no_action(
        self, *, decided_on: date, reasons: Sealed, today: date, decided_by: UUID | None = None, by: UUID | None = None
    ) -> None:
        """Decide to do nothing, and say why (Park Hall L68)."""
        refuse(self.bars_step())
        self.require_impartial(by)
        self.require_impartial(decided_by)
        require_not_future(today, decided_on=decided_on)
        require_text("reasons", reasons)
        self._no_action_decided(decided_on=decided_on, decided_by=decided_by, reasons=reasons)

    # --- guards

    def bars_later_contact(self) -> type[Refused] | None:
        """Why there is no advice that contact could have gone on after."""
        advised = any(one.kind == CONTACT for one in self.advice.values())
        return self.bars_late_step() or (None if advised else UnknownAdvice)

    def bars_compliance(self) -> type[Refused] | None:
        """Why no request waits for an answer."""
        waits = any(one.done is None for one in self.requests.values())
        return self.bars_late_step() or (None if waits else UnknownRequest)

    # --- changes

    @event("DetailsNoted", topic="staff_breach.details_noted.v1")
    def _details_noted(
        self,
        intake: str | None,
        breach_types: tuple[str, ...],
        clauses: tuple[str, ...],
        subject_role: str | None,
        targets: tuple[str, ...],
        channel: str | None,
        on_duty: str | None,
        capacity: str | None,
        direction: str | None,
        under18_at_contact: str | None,
        contact_details: tuple[str, ...],
        responded: bool | None,
        child_informed: bool | None,
        intent: str | None,
        published_by_third_party: bool | None,
        complaint_valid: bool | None,
        device: str | None,
        school_equipment: bool | None,
        other_policy: Sealed | None,
        search_purpose: Sealed | None,
    ) -> None:
        """It was said what was done and in which circumstances."""
        self.details = BreachDetails(
            intake,
            breach_types,
            clauses,
            subject_role,
            targets,
            channel,
            on_duty,
            capacity,
            direction,
            under18_at_contact,
            contact_details,
            responded,
            child_informed,
            intent,
            published_by_third_party,
            complaint_valid,
            device,
            school_equipment,
            other_policy,
            search_purpose,
        )

    @event("EmploymentNoted", topic="staff_breach.employment_noted.v1")
    def _employment_noted(self, schools: tuple[str, ...], is_central: bool) -> None:
        """It was said where the person works."""
        self.employment = Employment(schools, is_central)

    @event("ExceptionConsulted", topic="staff_breach.exception_consulted.v1")
    def _exception_consulted(self, exception: str, found: bool, consulted_on: date, notes: Sealed | None) -> None:
        """An exception was looked up."""
        consulted = ExceptionConsulted(exception, found, consulted_on, notes)
        self.exceptions_consulted = (*self.exceptions_consulted, consulted)

    @event("ReportedToManager", topic="staff_breach.reported_to_manager.v1")
    def _reported_to_manager(self, manager: UUID | None, reported_on: date, notes: Sealed | None) -> None:
        """The person told a manager."""
        self.manager_reports = (*self.manager_reports, ManagerReport(manager, reported_on, notes))

    @event("InformedAbout", topic="staff_breach.person_informed.v1")
    def _informed_about(self, role: str, person: UUID | None, informed_on: date, notes: Sealed | None) -> None:
        """Somebody in a role was told."""
        self.informed = (*self.informed, BreachInforming(role, person, informed_on, notes))

    @event("AdviceGiven", topic="staff_breach.advice_given.v1")
    def _advice_given(
        self, advice_id: UUID, kind: str, given_on: date, given_by: UUID | None, notes: Sealed | None
    ) -> None:
        """The person was advised."""
        self.advice[advice_id] = BreachAdvice(advice_id, kind, given_on, given_by, notes)

    @event("ContactWentOn", topic="staff_breach.contact_went_on.v1")
    def _contact_went_on(self, advice_id: UUID, contact_on: date, notes: Sealed | None) -> None:
        """Contact went on after advice against it."""
        self.later_contacts = (*self.later_contacts, LaterContact(advice_id, contact_on, notes))

    @event("AskedOfPerson", topic="staff_breach.asked_of_person.v1")
    def _asked_of_person(self, request_id: UUID, request: str, requested_on: date, notes: Sealed | None) -> None:
        """The person was asked to delete material or to leave."""
        self.requests[request_id] = BreachRequest(request_id, request, requested_on, None, None, notes)

    @event("ComplianceRecorded", topic="staff_breach.compliance_recorded.v1")
    def _compliance_recorded(self, request_id: UUID, done: bool, answered_on: date) -> None:
        """It became known whether the person did what was asked."""
        self.requests[request_id] = replace(self.requests[request_id], done=done, answered_on=answered_on)

    @event("NoActionDecided", topic="staff_breach.no_action_decided.v1")
    def _no_action_decided(self, decided_on: date, decided_by: UUID | None, reasons: Sealed) -> None:
        """The school decided to do nothing."""
        self.reasoned_none = ReasonedNone(decided_on, decided_by, reasons)
