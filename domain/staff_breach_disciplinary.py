"""The disciplinary procedure of a staff breach: referral, hearing, sanction, appeal; only after a finding."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from domain.aggregate import event
from domain.checks import present, refuse, require_not_future, require_order
from domain.policy import PolicyPack
from domain.refusals import IdentityTaken, MalformedValue, Refused
from domain.sealed import Sealed
from domain.staff_breach_investigation import BreachInquiry
from domain.staff_breach_records import (
    DISMISSALS,
    NO_SANCTIONS,
    WARNINGS,
    Appeal,
    DisciplinaryReferral,
    Hearing,
    Sanction,
)
from domain.staff_breach_refusals import (
    AppealPending,
    BreachNotSubstantiated,
    FindingMissing,
    NotAWarning,
    NotReferredToDisciplinary,
    UnknownAppeal,
    UnknownSanction,
)
from domain.staff_breach_tracks import DISCIPLINARY
from domain.vocabulary import require_code

# The step at which a policy may ask for more than for any other sanction (Rivington L80).
DISMISS = "DISMISS"


class BreachDisciplinary(BreachInquiry):
    """The part of a staff breach that the disciplinary procedure decides."""

    def _begin_disciplinary(self) -> None:
        self.disciplinary_referral: DisciplinaryReferral | None = None
        self.disciplinary_hearings: tuple[Hearing, ...] = ()
        self.sanctions: dict[UUID, Sanction] = {}
        self.appeals: dict[UUID, Appeal] = {}

    # --- decisions

    def refer_to_disciplinary(
        self,
        *,
        referred_on: date,
        today: date,
        referred_by: UUID | None = None,
        notes: Sealed | None = None,
        policy: PolicyPack | None = None,
        override: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Refer the matter to the disciplinary procedure, once there is a finding (Sharp Lane L125, Park Hall L68)."""
        refuse(self.bars_after_finding())
        self.require_impartial(by)
        self.require_impartial(referred_by)
        require_not_future(today, referred_on=referred_on)
        self._require_after_finding(referred_on, "referred_on")
        self.require_step("REFER_TO_DISCIPLINARY", policy, override)
        self._referred_to_disciplinary(referred_on=referred_on, referred_by=referred_by, notes=present(notes))

    def hold_hearing(
        self,
        *,
        held_on: date,
        attended: bool,
        today: date,
        chaired_by: UUID | None = None,
        accompanied: bool | None = None,
        notes: Sealed | None = None,
        policy: PolicyPack | None = None,
        override: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Record a disciplinary hearing, which follows the referral."""
        refuse(self.bars_hearing())
        self.require_impartial(by)
        if chaired_by is not None:
            self._require_other_person(chaired_by, "chaired_by", self.investigators | self.appeal_officers)
        require_not_future(today, held_on=held_on)
        assert self.disciplinary_referral is not None
        require_order(self.disciplinary_referral.referred_on, held_on, "held_on")
        self.require_step("HOLD_DISCIPLINARY_HEARING", policy, override)
        self._hearing_held(
            held_on=held_on,
            chaired_by=chaired_by,
            attended=attended,
            accompanied=accompanied,
            notes=present(notes),
        )

    def impose_sanction(
        self,
        *,
        sanction_id: UUID,
        sanction: str,
        decided_on: date,
        decided_by: UUID,
        today: date,
        spent_on: date | None = None,
        reasons: Sealed | None = None,
        policy: PolicyPack | None = None,
        override: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Record the sanction, up to dismissal (Westacre L57); there is none without a finding.

        Whoever was not found to have done it is advised at most.
        """
        refuse(self.bars_after_finding())
        self.require_impartial(by)
        if sanction_id in self.sanctions:
            raise IdentityTaken("sanction_id")
        require_code("sanctions", sanction, "sanction", decided_on)
        require_not_future(today, decided_on=decided_on)
        self._require_after_finding(decided_on, "decided_on")
        assert self.finding is not None  # as guarded above
        if sanction not in NO_SANCTIONS and self.finding.finding != "SUBSTANTIATED":
            raise BreachNotSubstantiated("sanction")
        self._require_warning(sanction, spent_on, decided_on)
        self._require_other_person(decided_by, "decided_by", self.investigators | self.appeal_officers)
        self.require_step("IMPOSE_SANCTION", policy, override)
        if sanction in DISMISSALS:
            self.require_step(DISMISS, policy, override)
        self._sanction_imposed(
            sanction_id=sanction_id,
            sanction=sanction,
            decided_on=decided_on,
            decided_by=decided_by,
            spent_on=spent_on,
            reasons=present(reasons),
        )

    def lodge_appeal(
        self, *, appeal_id: UUID, sanction_id: UUID, lodged_on: date, today: date, grounds: Sealed | None = None
    ) -> None:
        """Record that the person appealed against a sanction; possible on a closed case too."""
        refuse(self.bars_late_disciplinary_step())
        sanction = self.sanctions.get(sanction_id)
        if sanction is None or sanction.set_aside:
            raise UnknownSanction("sanction_id")
        refuse(AppealPending if self._is_appealed(sanction_id) else None, "sanction_id")
        if appeal_id in self.appeals:
            raise IdentityTaken("appeal_id")
        require_not_future(today, lodged_on=lodged_on)
        require_order(sanction.decided_on, lodged_on, "lodged_on")
        self._appeal_lodged(appeal_id=appeal_id, sanction_id=sanction_id, lodged_on=lodged_on, grounds=present(grounds))

    def decide_appeal(
        self,
        *,
        appeal_id: UUID,
        result: str,
        decided_on: date,
        officer: UUID,
        today: date,
        varied_to: str | None = None,
        spent_on: date | None = None,
        reasons: Sealed | None = None,
        policy: PolicyPack | None = None,
        override: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Decide an appeal; whoever decided the sanction or investigated does not (Acas Code of Practice 1).

        `varied_to` is the sanction that takes the place of a varied one, `spent_on` when it becomes spent.
        """
        refuse(self.bars_late_disciplinary_step())
        self.require_impartial(by)
        appeal = self.appeals.get(appeal_id)
        if appeal is None or appeal.result is not None:
            raise UnknownAppeal("appeal_id")
        require_code("appeal_results", result, "result", decided_on)
        require_not_future(today, decided_on=decided_on)
        require_order(appeal.lodged_on, decided_on, "decided_on")
        if (varied_to is not None) != (result == "VARIED"):
            raise MalformedValue("varied_to")
        if varied_to is not None:
            require_code("sanctions", varied_to, "varied_to", decided_on)
        self._require_warning(varied_to, spent_on, decided_on)
        self._require_other_person(officer, "officer", self.investigators | self.finders | self.deciders)
        if varied_to in DISMISSALS:
            self.require_step(DISMISS, policy, override)
        self._appeal_decided(
            appeal_id=appeal_id,
            result=result,
            decided_on=decided_on,
            officer=officer,
            varied_to=varied_to,
            spent_on=spent_on,
            reasons=present(reasons),
        )

    def _require_after_finding(self, day: date, field: str) -> None:
        assert self.finding is not None
        require_order(self.finding.found_on, day, field)

    @staticmethod
    def _require_warning(sanction: str | None, spent_on: date | None, decided_on: date) -> None:
        """Only a warning becomes spent, on a day after it was given."""
        if spent_on is not None and sanction not in WARNINGS:
            raise NotAWarning("spent_on")
        require_order(decided_on, spent_on, "spent_on")

    # --- guards

    def bars_after_finding(self) -> type[Refused] | None:
        """Why a step cannot be taken that follows a finding."""
        return self.bars_disciplinary_step() or (None if self.findings else FindingMissing)

    def bars_hearing(self) -> type[Refused] | None:
        """Why no hearing can be held."""
        return self.bars_after_finding() or (None if self.disciplinary_referral else NotReferredToDisciplinary)

    def bars_appeal(self) -> type[Refused] | None:
        """Why no appeal can be lodged."""
        open_one = any(not one.set_aside and not self._is_appealed(one.sanction_id) for one in self.sanctions.values())
        return self.bars_late_disciplinary_step() or (None if open_one else UnknownSanction)

    def bars_deciding_appeal(self) -> type[Refused] | None:
        """Why no appeal waits to be decided."""
        waits = any(one.result is None for one in self.appeals.values())
        return self.bars_late_disciplinary_step() or (None if waits else UnknownAppeal)

    def _is_appealed(self, sanction_id: UUID) -> bool:
        return any(one.sanction_id == sanction_id and one.result is None for one in self.appeals.values())

    # --- changes

    @event("ReferredToDisciplinary", topic="staff_breach.referred_to_disciplinary.v1")
    def _referred_to_disciplinary(self, referred_on: date, referred_by: UUID | None, notes: Sealed | None) -> None:
        """The matter was referred to the disciplinary procedure."""
        self.disciplinary_referral = DisciplinaryReferral(referred_on, referred_by, notes)
        self._start(DISCIPLINARY)

    @event("HearingHeld", topic="staff_breach.hearing_held.v1")
    def _hearing_held(
        self,
        held_on: date,
        chaired_by: UUID | None,
        attended: bool,
        accompanied: bool | None,
        notes: Sealed | None,
    ) -> None:
        """A disciplinary hearing was held."""
        self.disciplinary_hearings = (
            *self.disciplinary_hearings,
            Hearing(held_on, chaired_by, attended, accompanied, notes),
        )

    @event("SanctionImposed", topic="staff_breach.sanction_imposed.v1")
    def _sanction_imposed(
        self,
        sanction_id: UUID,
        sanction: str,
        decided_on: date,
        decided_by: UUID,
        spent_on: date | None,
        reasons: Sealed | None,
    ) -> None:
        """A sanction was decided."""
        self.sanctions[sanction_id] = Sanction(sanction_id, sanction, decided_on, decided_by, spent_on, reasons)

    @event("AppealLodged", topic="staff_breach.appeal_lodged.v1")
    def _appeal_lodged(self, appeal_id: UUID, sanction_id: UUID, lodged_on: date, grounds: Sealed | None) -> None:
        """The person appealed."""
        self.appeals[appeal_id] = Appeal(appeal_id, sanction_id, lodged_on, None, None, None, grounds, None)

    @event("AppealDecided", topic="staff_breach.appeal_decided.v1")
    def _appeal_decided(
        self,
        appeal_id: UUID,
        result: str,
        decided_on: date,
        officer: UUID,
        varied_to: str | None,
        spent_on: date | None,
        reasons: Sealed | None,
    ) -> None:
        """An appeal was decided."""
        appeal = replace(
            self.appeals[appeal_id], result=result, decided_on=decided_on, officer=officer, reasons=reasons
        )
        self.appeals[appeal_id] = appeal
        sanction = self.sanctions[appeal.sanction_id]
        if result == "UPHELD":
            sanction = replace(sanction, set_aside=True)
        elif varied_to is not None:
            sanction = replace(sanction, sanction=varied_to, spent_on=spent_on)
        self.sanctions[appeal.sanction_id] = sanction

    # --- questions

    @property
    def deciders(self) -> frozenset[UUID]:
        """Those who chaired a hearing or decided a sanction."""
        chaired = frozenset(one.chaired_by for one in self.disciplinary_hearings if one.chaired_by is not None)
        return chaired | {one.decided_by for one in self.sanctions.values()}

    @property
    def appeal_officers(self) -> frozenset[UUID]:
        """Those who decided an appeal."""
        return frozenset(one.officer for one in self.appeals.values() if one.officer is not None)

    @property
    def is_dismissed(self) -> bool:
        """Whether a dismissal is in force."""
        return any(one.is_dismissal for one in self.sanctions.values())

    def live_warnings(self, on: date) -> tuple[Sanction, ...]:
        """The warnings that are not yet spent on a day."""
        return tuple(one for one in self.sanctions.values() if one.is_live_warning(on))
