"""Which bodies outside the school are told of a matter, with what grounds, and what they answer: police, DfE, agencies.

An incident and a complaint go outside in the same way; each stores it under its own names.
"""
# ruff: noqa: ARG002 - a change names every field of its event, also those that the present state does not keep

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from domain.aggregate import event
from domain.case import Case
from domain.checks import present, require_codes, require_not_future, require_order
from domain.measures import Referral
from domain.refusals import IdentityTaken, Refused, UnknownReferral
from domain.sealed import Sealed
from domain.vocabulary import require_code


class OutsideReferrals(Case):
    """The part of a case that goes to a body outside; nothing about the case's state refuses it (design D14)."""

    def _begin_outside_referrals(self) -> None:
        self.referrals: dict[UUID, Referral] = {}

    # --- decisions

    def refer_to_body(
        self,
        *,
        referral_id: UUID,
        body: str,
        grounds: tuple[str, ...],
        referred_on: date,
        today: date,
        body_name: Sealed | None = None,
        reference: Sealed | None = None,
        notes: Sealed | None = None,
    ) -> None:
        """Record that the matter went to a body outside, with its grounds (Sharp Lane L64, Park Hall L68, L72)."""
        if referral_id in self.referrals:
            raise IdentityTaken("referral_id")
        require_code("external_bodies", body, "body", referred_on)
        require_codes(self.grounds_list(body), grounds, "grounds", referred_on)
        require_not_future(today, referred_on=referred_on)
        self._referred(
            referral_id=referral_id,
            body=body,
            grounds=grounds,
            referred_on=referred_on,
            body_name=present(body_name),
            reference=present(reference),
            notes=present(notes),
        )

    def record_referral_answer(
        self, *, referral_id: UUID, result: str, answered_on: date, today: date, notes: Sealed | None = None
    ) -> None:
        """Record what a body answered; it may answer more than once."""
        referral = self.referrals.get(referral_id)
        if referral is None:
            raise UnknownReferral("referral_id")
        require_code("referral_results", result, "result", answered_on)
        require_not_future(today, answered_on=answered_on)
        require_order(referral.answered_on or referral.referred_on, answered_on, "answered_on")
        self._referral_answered(referral_id=referral_id, result=result, answered_on=answered_on, notes=present(notes))

    # --- guards

    def bars_referral_answer(self) -> type[Refused] | None:
        """Why no body can have answered."""
        return None if self.referrals else UnknownReferral

    # --- changes

    @event("Referred", topic="*.referred.v1")
    def _referred(
        self,
        referral_id: UUID,
        body: str,
        grounds: tuple[str, ...],
        referred_on: date,
        body_name: Sealed | None,
        reference: Sealed | None,
        notes: Sealed | None,
    ) -> None:
        """The matter went to a body outside the school."""
        self.referrals[referral_id] = Referral(
            referral_id, body, grounds, referred_on, None, None, body_name, reference, notes
        )

    @event("ReferralAnswered", topic="*.referral_answered.v1")
    def _referral_answered(self, referral_id: UUID, result: str, answered_on: date, notes: Sealed | None) -> None:
        """A body outside the school answered."""
        self.referrals[referral_id] = replace(self.referrals[referral_id], result=result, answered_on=answered_on)

    # --- questions

    def grounds_list(self, body: str) -> str:
        """The code list of the grounds on which a matter of this kind goes to a body."""
        return "referral_grounds"
