"""What the school does about those concerned: support, telling, warning, restricting access, the law."""
# ruff: noqa: ARG002 - a change names every field of its event, also those that the present state does not keep

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from domain.aggregate import event
from domain.checks import present, refuse, require_not_future, require_order
from domain.incident_steps import IncidentSteps
from domain.measures import (
    Continuation,
    Informing,
    LegalAction,
    LegalAdvice,
    LegalExplanation,
    Refusal,
    Restriction,
    Support,
    WrittenWarning,
)
from domain.policy import PolicyPack
from domain.refusals import IdentityTaken, Refused, RestrictionLifted, UnknownRestriction
from domain.sealed import Sealed
from domain.vocabulary import require_code


class IncidentMeasures(IncidentSteps):
    """The part of an incident that says what was done about people."""

    def _begin_measures(self) -> None:
        self.supports: tuple[Support, ...] = ()
        self.informed: tuple[Informing, ...] = ()
        self.legal_explanations: tuple[LegalExplanation, ...] = ()
        self.warnings: tuple[WrittenWarning, ...] = ()
        self.refusals: tuple[Refusal, ...] = ()
        self.continuations: tuple[Continuation, ...] = ()
        self.legal_advice: tuple[LegalAdvice, ...] = ()
        self.legal_actions: tuple[LegalAction, ...] = ()
        self.restrictions: dict[UUID, Restriction] = {}

    # --- decisions

    def support_target(
        self,
        *,
        target: str,
        kind: str,
        supported_on: date,
        today: date,
        person: UUID | None = None,
        supported_by: UUID | None = None,
        notes: Sealed | None = None,
    ) -> None:
        """Record that somebody targeted was supported (Libra L119, L167); no state of the case refuses it."""
        require_code("targets", target, "target", supported_on)
        require_code("support_kinds", kind, "kind", supported_on)
        require_not_future(today, supported_on=supported_on)
        self._target_supported(
            target=target,
            kind=kind,
            person=person,
            supported_by=supported_by,
            supported_on=supported_on,
            notes=present(notes),
        )

    def inform_person(
        self,
        *,
        role: str,
        informed_on: date,
        today: date,
        person: UUID | None = None,
        notes: Sealed | None = None,
    ) -> None:
        """Record that somebody in a role was told of the matter (Westacre L75, Libra L73, L245); never refused."""
        require_code("informed_roles", role, "role", informed_on)
        require_not_future(today, informed_on=informed_on)
        self._person_informed(role=role, person=person, informed_on=informed_on, notes=present(notes))

    def explain_legal_consequence(
        self,
        *,
        to_role: str,
        means: str,
        explained_on: date,
        today: date,
        person: UUID | None = None,
        notes: Sealed | None = None,
    ) -> None:
        """Record that somebody was told that posts could lead to legal action (Libra L124)."""
        refuse(self.bars_step())
        require_code("account_sides", to_role, "to_role", explained_on)
        require_code("explanation_means", means, "means", explained_on)
        require_not_future(today, explained_on=explained_on)
        self._legal_consequence_explained(
            to_role=to_role, means=means, person=person, explained_on=explained_on, notes=present(notes)
        )

    def send_warning(
        self,
        *,
        sent_on: date,
        asks_removal: bool,
        today: date,
        person: UUID | None = None,
        reference: Sealed | None = None,
        notes: Sealed | None = None,
        policy: PolicyPack | None = None,
        override: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Record a letter of warning (Sharp Lane L63)."""
        refuse(self.bars_step())
        self.require_impartial(by)
        require_not_future(today, sent_on=sent_on)
        self.require_step("SEND_WARNING", policy, override)
        self._warning_sent(
            person=person,
            sent_on=sent_on,
            asks_removal=asks_removal,
            reference=present(reference),
            notes=present(notes),
        )

    def record_refusal(
        self, *, refused_on: date, today: date, person: UUID | None = None, notes: Sealed | None = None
    ) -> None:
        """Record that somebody refused to comply (Sharp Lane L60)."""
        refuse(self.bars_step())
        require_not_future(today, refused_on=refused_on)
        self._refusal_recorded(person=person, refused_on=refused_on, notes=present(notes))

    def record_continuation(
        self,
        *,
        continued_on: date,
        today: date,
        person: UUID | None = None,
        item_id: UUID | None = None,
        notes: Sealed | None = None,
    ) -> None:
        """Record that it went on after the school had asked for it to stop (Sharp Lane L60, Libra L127)."""
        refuse(self.bars_step())
        if item_id is not None:
            self.item(item_id)
        require_not_future(today, continued_on=continued_on)
        self._continuation_recorded(person=person, item_id=item_id, continued_on=continued_on, notes=present(notes))

    def take_legal_advice(
        self,
        *,
        advised_on: date,
        today: date,
        adviser: Sealed | None = None,
        advice: Sealed | None = None,
        policy: PolicyPack | None = None,
        override: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Record legal advice (Sharp Lane L62, Libra L127)."""
        refuse(self.bars_step())
        self.require_impartial(by)
        require_not_future(today, advised_on=advised_on)
        self.require_step("TAKE_LEGAL_ADVICE", policy, override)
        self._legal_advice_taken(advised_on=advised_on, adviser=present(adviser), advice=present(advice))

    def take_legal_action(
        self,
        *,
        taken_on: date,
        today: date,
        person: UUID | None = None,
        notes: Sealed | None = None,
        policy: PolicyPack | None = None,
        override: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Record legal action against somebody (Sharp Lane L67)."""
        refuse(self.bars_step())
        self.require_impartial(by)
        require_not_future(today, taken_on=taken_on)
        self.require_step("TAKE_LEGAL_ACTION", policy, override)
        self._legal_action_taken(person=person, taken_on=taken_on, notes=present(notes))

    def restrict_access(
        self,
        *,
        restriction_id: UUID,
        scope: str,
        from_on: date,
        consulted: bool,
        today: date,
        person: UUID | None = None,
        until_on: date | None = None,
        review_on: date | None = None,
        notes: Sealed | None = None,
        policy: PolicyPack | None = None,
        override: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Record a restriction of access: to a forum, a site, the premises (Sharp Lane L65, Westacre L63)."""
        refuse(self.bars_step())
        self.require_impartial(by)
        if restriction_id in self.restrictions:
            raise IdentityTaken("restriction_id")
        require_code("restriction_scopes", scope, "scope", from_on)
        require_not_future(today, from_on=from_on)
        require_order(from_on, until_on, "until_on")
        require_order(from_on, review_on, "review_on")
        self.require_step("RESTRICT_ACCESS", policy, override)
        self._access_restricted(
            restriction_id=restriction_id,
            scope=scope,
            person=person,
            from_on=from_on,
            until_on=until_on,
            review_on=review_on,
            consulted=consulted,
            notes=present(notes),
        )

    def lift_restriction(
        self, *, restriction_id: UUID, lifted_on: date, today: date, notes: Sealed | None = None, by: UUID | None = None
    ) -> None:
        """Record that a restriction ended; possible on a closed case too, for it may outlast it."""
        refuse(self.bars_late_step())
        self.require_impartial(by)
        restriction = self.restrictions.get(restriction_id)
        if restriction is None:
            raise UnknownRestriction("restriction_id")
        refuse(RestrictionLifted if restriction.lifted_on else None, "restriction_id")
        require_not_future(today, lifted_on=lifted_on)
        require_order(restriction.from_on, lifted_on, "lifted_on")
        self._restriction_lifted(restriction_id=restriction_id, lifted_on=lifted_on, notes=present(notes))

    # --- guards

    def bars_lifting(self) -> type[Refused] | None:
        """Why no restriction can be lifted."""
        standing = any(one.lifted_on is None for one in self.restrictions.values())
        return self.bars_late_step() or (None if standing else UnknownRestriction)

    # --- changes

    @event("TargetSupported", topic="incident.target_supported.v1")
    def _target_supported(
        self,
        target: str,
        kind: str,
        person: UUID | None,
        supported_by: UUID | None,
        supported_on: date,
        notes: Sealed | None,
    ) -> None:
        """Somebody targeted was supported."""
        self.supports = (*self.supports, Support(target, kind, person, supported_by, supported_on, notes))

    @event("PersonInformed", topic="incident.person_informed.v1")
    def _person_informed(self, role: str, person: UUID | None, informed_on: date, notes: Sealed | None) -> None:
        """Somebody in a role was told of the matter."""
        self.informed = (*self.informed, Informing(role, person, informed_on, notes))

    @event("LegalConsequenceExplained", topic="incident.legal_consequence_explained.v1")
    def _legal_consequence_explained(
        self, to_role: str, means: str, person: UUID | None, explained_on: date, notes: Sealed | None
    ) -> None:
        """Somebody was told that posts could lead to legal action."""
        explained = LegalExplanation(to_role, means, person, explained_on, notes)
        self.legal_explanations = (*self.legal_explanations, explained)

    @event("WarningSent", topic="incident.warning_sent.v1")
    def _warning_sent(
        self,
        person: UUID | None,
        sent_on: date,
        asks_removal: bool,
        reference: Sealed | None,
        notes: Sealed | None,
    ) -> None:
        """A warning was sent in writing."""
        self.warnings = (*self.warnings, WrittenWarning(person, sent_on, asks_removal, reference, notes))

    @event("RefusalRecorded", topic="incident.refusal_recorded.v1")
    def _refusal_recorded(self, person: UUID | None, refused_on: date, notes: Sealed | None) -> None:
        """Somebody refused to comply with what the school asked."""
        self.refusals = (*self.refusals, Refusal(person, refused_on, notes))

    @event("ContinuationRecorded", topic="incident.continuation_recorded.v1")
    def _continuation_recorded(
        self, person: UUID | None, item_id: UUID | None, continued_on: date, notes: Sealed | None
    ) -> None:
        """It went on after the school had asked for it to stop."""
        self.continuations = (*self.continuations, Continuation(person, item_id, continued_on, notes))

    @event("LegalAdviceTaken", topic="incident.legal_advice_taken.v1")
    def _legal_advice_taken(self, advised_on: date, adviser: Sealed | None, advice: Sealed | None) -> None:
        """The school took legal advice."""
        self.legal_advice = (*self.legal_advice, LegalAdvice(advised_on, adviser, advice))

    @event("LegalActionTaken", topic="incident.legal_action_taken.v1")
    def _legal_action_taken(self, person: UUID | None, taken_on: date, notes: Sealed | None) -> None:
        """The school took legal action against somebody."""
        self.legal_actions = (*self.legal_actions, LegalAction(person, taken_on, notes))

    @event("AccessRestricted", topic="incident.access_restricted.v1")
    def _access_restricted(
        self,
        restriction_id: UUID,
        scope: str,
        person: UUID | None,
        from_on: date,
        until_on: date | None,
        review_on: date | None,
        consulted: bool,
        notes: Sealed | None,
    ) -> None:
        """Somebody's access was restricted."""
        self.restrictions[restriction_id] = Restriction(
            restriction_id, scope, person, from_on, until_on, review_on, consulted, None, notes
        )

    @event("RestrictionLifted", topic="incident.restriction_lifted.v1")
    def _restriction_lifted(self, restriction_id: UUID, lifted_on: date, notes: Sealed | None) -> None:
        """A restriction ended."""
        self.restrictions[restriction_id] = replace(self.restrictions[restriction_id], lifted_on=lifted_on)
