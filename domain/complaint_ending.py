"""How a complaint ends, and what comes of it: withdrawn, acted upon, referred; conduct, tags, personal data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from domain.aggregate import event
from domain.checks import present, refuse, require_codes, require_not_future, require_order
from domain.complaint_panel import ComplaintPanel
from domain.complaint_parts import ActionTaken, ConductStep, Enquiry, OutcomeTold, Withdrawal
from domain.complaint_refusals import (
    ActionRecorded,
    NotAboutPersonalData,
    ReviewMissing,
    WithdrawalAsked,
    WithdrawalNotAsked,
)
from domain.complaint_stages import DATA_PROTECTION
from domain.outside_referrals import OutsideReferrals
from domain.policy import PolicyPack
from domain.refusals import Refused
from domain.sealed import Sealed
from domain.vocabulary import require_code

_PLAN = "COMMUNICATION_PLAN"
_NONE = "NONE"


class ComplaintEnding(OutsideReferrals, ComplaintPanel):
    """The part of a complaint that says what came of it."""

    def _begin_ending(self) -> None:
        self.withdrawal: Withdrawal | None = None
        self.conduct_steps: tuple[ConductStep, ...] = ()
        self.tags: tuple[str, ...] = ()
        self.actions_taken: tuple[ActionTaken, ...] = ()
        self._begin_outside_referrals()

    # --- decisions

    def request_withdrawal(self, *, asked_on: date, today: date, notes: Sealed | None = None) -> None:
        """Record that the complainant wants to withdraw the complaint."""
        refuse(self.bars_asking_withdrawal())
        require_not_future(today, asked_on=asked_on)
        require_order(self.received_on, asked_on, "asked_on")
        self._withdrawal_requested(asked_on=asked_on, notes=present(notes))

    def confirm_withdrawal(self, *, confirmed_on: date, today: date, reference: Sealed | None = None) -> None:
        """Record that the withdrawal was confirmed in writing."""
        refuse(self.bars_confirming_withdrawal())
        assert self.withdrawal is not None
        require_not_future(today, confirmed_on=confirmed_on)
        require_order(self.withdrawal.asked_on, confirmed_on, "confirmed_on")
        self._withdrawal_confirmed(confirmed_on=confirmed_on, reference=present(reference))

    def manage_conduct(
        self,
        *,
        step: str,
        taken_on: date,
        today: date,
        review_on: date | None = None,
        person: UUID | None = None,
        notes: Sealed | None = None,
        policy: PolicyPack | None = None,
        override: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Record what is done about unreasonable conduct in this matter, never about the person in others."""
        refuse(self.bars_step())
        self.require_impartial(by)
        require_code("conduct_steps", step, "step", taken_on)
        require_not_future(today, taken_on=taken_on)
        require_order(taken_on, review_on, "review_on")
        if step == _PLAN and review_on is None:
            raise ReviewMissing("review_on")
        self.require_step(step, policy, override)
        self._conduct_managed(step=step, taken_on=taken_on, review_on=review_on, person=person, notes=present(notes))

    def tag_complaint(self, *, tags: tuple[str, ...]) -> None:
        """Say what else is to be said of the complaint; what was said before is replaced."""
        refuse(self.bars_late_step())
        require_codes("complaint_tags", tags, "tags")
        if tags != self.tags:
            self._tagged(tags=tags)

    def record_action_taken(
        self, *, action: str, taken_on: date, today: date, notes: Sealed | None = None, by: UUID | None = None
    ) -> None:
        """Record what the school did as a result, upheld or not, or that it did nothing (33(j)); also when closed."""
        refuse(self.bars_late_step())
        self.require_impartial(by)
        require_code("complaint_actions", action, "action", taken_on)
        require_not_future(today, taken_on=taken_on)
        require_order(self.received_on, taken_on, "taken_on")
        if action == _NONE and self.actions_taken:
            raise ActionRecorded("action")
        self._action_taken(action=action, taken_on=taken_on, notes=present(notes))

    def record_enquiry(
        self, *, made_on: date, complainant_told: bool, today: date, notes: Sealed | None = None
    ) -> None:
        """Record a step taken to answer a complaint about personal data."""
        refuse(self.bars_data_step())
        require_not_future(today, made_on=made_on)
        require_order(self.received_on, made_on, "made_on")
        self._enquiry_made(made_on=made_on, complainant_told=complainant_told, notes=present(notes))

    def tell_outcome(
        self,
        *,
        told_on: date,
        commissioner_named: bool,
        today: date,
        notes: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Record that the complainant about personal data was told the outcome, and of the Commissioner or not."""
        refuse(self.bars_data_step())
        self.require_impartial(by)
        require_not_future(today, told_on=told_on)
        require_order(self.received_on, told_on, "told_on")
        self._outcome_told(told_on=told_on, commissioner_named=commissioner_named, notes=present(notes))

    # --- guards

    def bars_asking_withdrawal(self) -> type[Refused] | None:
        """Why nobody can ask for the complaint to be withdrawn."""
        return self.bars_step() or (WithdrawalAsked if self.withdrawal else None)

    def bars_confirming_withdrawal(self) -> type[Refused] | None:
        """Why there is no withdrawal to confirm."""
        waits = self.withdrawal is not None and self.withdrawal.confirmed_on is None
        return self.bars_step() or (None if waits else WithdrawalNotAsked)

    def bars_data_step(self) -> type[Refused] | None:
        """Why the complaint is not dealt with as one about personal data."""
        return self.bars_step() or (None if self.process == DATA_PROTECTION else NotAboutPersonalData)

    # --- changes

    @event("WithdrawalRequested", topic="complaint.withdrawal_requested.v1")
    def _withdrawal_requested(self, asked_on: date, notes: Sealed | None) -> None:
        """The complainant asked for the complaint to be withdrawn."""
        self.withdrawal = Withdrawal(asked_on, None, notes, None)

    @event("WithdrawalConfirmed", topic="complaint.withdrawal_confirmed.v1")
    def _withdrawal_confirmed(self, confirmed_on: date, reference: Sealed | None) -> None:
        """The withdrawal was confirmed in writing."""
        if self.withdrawal is not None:
            self.withdrawal = replace(self.withdrawal, confirmed_on=confirmed_on, reference=reference)

    @event("ConductManaged", topic="complaint.conduct_managed.v1")
    def _conduct_managed(
        self, step: str, taken_on: date, review_on: date | None, person: UUID | None, notes: Sealed | None
    ) -> None:
        """Something was done about unreasonable conduct in the matter."""
        self.conduct_steps = (*self.conduct_steps, ConductStep(step, taken_on, review_on, person, notes))

    @event("Tagged", topic="complaint.tagged.v1")
    def _tagged(self, tags: tuple[str, ...]) -> None:
        """Something else was said of the complaint."""
        self.tags = tags

    @event("ActionTaken", topic="complaint.action_taken.v1")
    def _action_taken(self, action: str, taken_on: date, notes: Sealed | None) -> None:
        """The school acted upon the complaint, or said that it did not."""
        self.actions_taken = (*self.actions_taken, ActionTaken(action, taken_on, notes))

    @event("EnquiryMade", topic="complaint.enquiry_made.v1")
    def _enquiry_made(self, made_on: date, complainant_told: bool, notes: Sealed | None) -> None:
        """A step was taken to answer a complaint about personal data."""
        self.enquiries = (*self.enquiries, Enquiry(made_on, complainant_told, notes))

    @event("OutcomeTold", topic="complaint.outcome_told.v1")
    def _outcome_told(self, told_on: date, commissioner_named: bool, notes: Sealed | None) -> None:
        """The complainant about personal data was told the outcome."""
        self.outcomes_told = (*self.outcomes_told, OutcomeTold(told_on, commissioner_named, notes))

    # --- questions

    def grounds_list(self, body: str) -> str:
        """The DfE takes a complaint on grounds of its own."""
        return "dfe_grounds" if body == "DFE" else super().grounds_list(body)

    @property
    def is_withdrawn(self) -> bool:
        """Whether the complaint was withdrawn, confirmed in writing."""
        return self.withdrawal is not None and self.withdrawal.confirmed_on is not None
