"""What the school makes of an incident: how it came to know, what the items are beside the counts, what it decides."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from domain.aggregate import event
from domain.checks import present, refuse, require_codes, require_not_future, require_order, require_text
from domain.incident_referrals import IncidentReferrals
from domain.measures import ConductAssessment, Decision, DefamationAssessment, Intake, ItemTags
from domain.policy import PolicyPack
from domain.refusals import ActionListed, AlreadyConverted, IdentityTaken, Refused
from domain.sealed import Sealed
from domain.vocabulary import require_code


class IncidentAssessments(IncidentReferrals):
    """The part of an incident that says what the school makes of it."""

    def _begin_assessments(self) -> None:
        self.intake: Intake | None = None
        self.item_tags: dict[UUID, ItemTags] = {}
        self.conduct_assessments: tuple[ConductAssessment, ...] = ()
        self.defamation_assessments: tuple[DefamationAssessment, ...] = ()
        self.decisions: dict[UUID, Decision] = {}
        self.converted_to: UUID | None = None
        self.converted_on: date | None = None

    # --- decisions

    def note_intake(
        self,
        *,
        source: str,
        received_on: date,
        today: date,
        reporter_role: str | None = None,
        received_by: str | None = None,
        reporter_is_target: bool = False,
    ) -> None:
        """Say how the school came to know, from whom by role and who took it in (Libra L40, L166, L170, L174, L202)."""
        require_code("discovery_sources", source, "source", received_on)
        if reporter_role is not None:
            require_code("poster_roles", reporter_role, "reporter_role", received_on)
        if received_by is not None:
            require_code("intake_receivers", received_by, "received_by", received_on)
        require_not_future(today, received_on=received_on)
        intake = Intake(source, reporter_role, received_by, reporter_is_target, received_on)
        if intake != self.intake:
            self._intake_noted(
                source=source,
                reporter_role=reporter_role,
                received_by=received_by,
                reporter_is_target=reporter_is_target,
                received_on=received_on,
            )

    def tag_item(
        self,
        *,
        item_id: UUID,
        legal_bases: tuple[str, ...] = (),
        content_kinds: tuple[str, ...] = (),
        account: str | None = None,
        capacity: str | None = None,
        device: str | None = None,
        private_space: bool | None = None,
        in_working_day: bool | None = None,
        teacher_directed: bool | None = None,
        accidental: bool | None = None,
    ) -> None:
        """Say of an item what counts nothing and matters all the same; what was said before is replaced.

        Sources: Westacre L23, L29, L31, L37, L75; Libra L203-207, L234-247; Park Hall L41-45, L72.
        """
        item = self.item(item_id)
        refuse(self.bars_item_change(item), "item_id")
        require_codes("legal_bases", legal_bases, "legal_bases")
        require_codes("content_kinds", content_kinds, "content_kinds")
        for name, code, field in (
            ("account_kinds", account, "account"),
            ("capacities", capacity, "capacity"),
            ("devices", device, "device"),
        ):
            if code is not None:
                require_code(name, code, field)
        tags = ItemTags(
            item_id,
            legal_bases,
            content_kinds,
            account,
            capacity,
            device,
            private_space,
            in_working_day,
            teacher_directed,
            accidental,
        )
        if tags != self.item_tags.get(item_id):
            self._item_tagged(tags=tags)

    def assess_conduct(
        self,
        *,
        assessment: str,
        assessed_on: date,
        today: date,
        assessed_by: UUID | None = None,
        notes: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Say what the school makes of the conduct (Libra L40, Park Hall L68)."""
        refuse(self.bars_step())
        self.require_impartial(by)
        self.require_impartial(assessed_by)
        require_code("conduct_assessments", assessment, "assessment", assessed_on)
        require_not_future(today, assessed_on=assessed_on)
        self._conduct_assessed(
            assessment=assessment, assessed_on=assessed_on, assessed_by=assessed_by, notes=present(notes)
        )

    def assess_defamation(
        self,
        *,
        item_id: UUID,
        tests: tuple[str, ...],
        assessed_on: date,
        today: date,
        serious_harm: bool | None = None,
        notes: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Say which tests of a defamatory statement an item meets (Park Hall L73-76); none is an answer too."""
        refuse(self.bars_step())
        self.require_impartial(by)
        self.item(item_id)
        require_codes("defamation_tests", tests, "tests", assessed_on)
        require_not_future(today, assessed_on=assessed_on)
        self._defamation_assessed(
            item_id=item_id, tests=tests, serious_harm=serious_harm, assessed_on=assessed_on, notes=present(notes)
        )

    def decide_on_action(
        self,
        *,
        decision_id: UUID,
        action: str,
        taken: bool,
        decided_on: date,
        today: date,
        options: tuple[str, ...] = (),
        decided_by: UUID | None = None,
        reasons: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Record what was decided of an action that the school considered (Sharp Lane L60-67); not taking it needs why.

        `options` are the other actions that were considered.
        """
        refuse(self.bars_step())
        self.require_impartial(by)
        self.require_impartial(decided_by)
        if decision_id in self.decisions:
            raise IdentityTaken("decision_id")
        require_code("considered_actions", action, "action", decided_on)
        require_codes("considered_actions", options, "options", decided_on)
        if action in options:
            raise ActionListed("options")
        require_not_future(today, decided_on=decided_on)
        if not taken:
            require_text("reasons", reasons)
        self._action_decided(
            decision_id=decision_id,
            action=action,
            options=options,
            taken=taken,
            decided_on=decided_on,
            decided_by=decided_by,
            reasons=present(reasons),
        )

    def convert_to_complaint(
        self,
        *,
        complaint: UUID,
        converted_on: date,
        today: date,
        policy: PolicyPack | None = None,
        override: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Say that the matter goes on as a complaint (Libra L102, L185; Park Hall L70), which is linked to this one."""
        refuse(self.bars_converting())
        self.require_impartial(by)
        require_not_future(today, converted_on=converted_on)
        require_order(self.opened_on, converted_on, "converted_on")
        self.require_step("CONVERT_TO_COMPLAINT", policy, override)
        self._converted(complaint=complaint, converted_on=converted_on)

    # --- guards

    def bars_converting(self) -> type[Refused] | None:
        """Why the incident cannot go on as a complaint: it does already, or it is done."""
        return self.bars_step() or (AlreadyConverted if self.converted_to else None)

    # --- changes

    @event("Converted", topic="incident.converted.v1")
    def _converted(self, complaint: UUID, converted_on: date) -> None:
        """The matter went on as a complaint."""
        self.converted_to = complaint
        self.converted_on = converted_on

    @event("IntakeNoted", topic="incident.intake_noted.v1")
    def _intake_noted(
        self,
        source: str,
        reporter_role: str | None,
        received_by: str | None,
        reporter_is_target: bool,
        received_on: date,
    ) -> None:
        """It was said how the school came to know."""
        self.intake = Intake(source, reporter_role, received_by, reporter_is_target, received_on)

    @event("ItemTagged", topic="incident.item_tagged.v1")
    def _item_tagged(self, tags: ItemTags) -> None:
        """It was said of an item what counts nothing and matters all the same."""
        self.item_tags[tags.item_id] = tags

    @event("ConductAssessed", topic="incident.conduct_assessed.v1")
    def _conduct_assessed(
        self, assessment: str, assessed_on: date, assessed_by: UUID | None, notes: Sealed | None
    ) -> None:
        """The school said what it makes of the conduct."""
        assessed = ConductAssessment(assessment, assessed_on, assessed_by, notes)
        self.conduct_assessments = (*self.conduct_assessments, assessed)

    @event("DefamationAssessed", topic="incident.defamation_assessed.v1")
    def _defamation_assessed(
        self,
        item_id: UUID,
        tests: tuple[str, ...],
        serious_harm: bool | None,
        assessed_on: date,
        notes: Sealed | None,
    ) -> None:
        """It was said which tests of a defamatory statement an item meets."""
        assessed = DefamationAssessment(item_id, tests, serious_harm, assessed_on, notes)
        self.defamation_assessments = (*self.defamation_assessments, assessed)

    @event("ActionDecided", topic="incident.action_decided.v1")
    def _action_decided(
        self,
        decision_id: UUID,
        action: str,
        options: tuple[str, ...],
        taken: bool,
        decided_on: date,
        decided_by: UUID | None,
        reasons: Sealed | None,
    ) -> None:
        """It was decided about an action that the school considered."""
        self.decisions[decision_id] = Decision(decision_id, action, options, taken, decided_on, decided_by, reasons)
