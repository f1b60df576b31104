"""Complaint: a concern brought to the school through its complaints procedure, from receipt to outcome."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from domain.aggregate import UNRECORDED, Opening, Recordable, event
from domain.checks import present, refuse, require_distinct, require_not_future, require_word
from domain.complaint_ending import ComplaintEnding
from domain.complaint_ladder import LAW_ON_ACTIONS
from domain.complaint_parts import Head, HeadReceived
from domain.complaint_refusals import (
    HeadsMissing,
    HeadsUndecided,
    OutcomeContradictsHeads,
    RouteMissing,
    UnknownHead,
    WithdrawalUnconfirmed,
)
from domain.complaint_stages import DATA_PROTECTION
from domain.duties import Duty, DutyCode
from domain.policy import PolicyPack
from domain.policy_rules import StageForm
from domain.sealed import Sealed
from domain.values import CaseKind, PolicyRef
from domain.vocabulary import require_code

__all__ = ["Complaint", "Head", "HeadReceived", "HeadsMissing", "UnknownHead"]

LAW_ON_DATA = "Data (Use and Access) Act 2025, section 103"

# The outcomes that say what was found.
_OF_HEADS = frozenset({"UPHELD", "PARTIALLY_UPHELD", "NOT_UPHELD"})


class Complaint(ComplaintEnding):
    """A complaint holds one or more heads and lives from its receipt to its outcome; it may be opened again."""

    TOPIC = "complaint.v1"

    class Received(Opening, Recordable.Event):
        """The school received a complaint: on which day, who received it, and how."""

        TOPIC = "complaint.received.v1"

        reference: str
        school_reference: str | None
        school_urn: str
        received_on: date
        received_by: str
        means: str
        complainant: UUID | None
        heads: tuple[HeadReceived, ...]
        policy: PolicyRef | None
        reported_by: UUID | None
        summary: Sealed | None

    @event(Received)
    def __init__(
        self,
        reference: str,
        school_reference: str | None,
        school_urn: str,
        received_on: date,
        received_by: str,
        means: str,
        complainant: UUID | None,
        heads: tuple[HeadReceived, ...],
        policy: PolicyRef | None,
        reported_by: UUID | None,
        summary: Sealed | None,
        timestamp: datetime = UNRECORDED,
    ) -> None:
        self._open(reference, school_reference, school_urn, received_on, policy, reported_by)
        self.received_on = received_on
        self.received_by = received_by
        self.means = means
        self.complainant = complainant
        self._begin_routing()
        self._begin_heads(heads, timestamp)
        self._begin_stages()
        self._begin_panel()
        self._begin_ending()
        self.summary = summary

    # --- decisions

    @classmethod
    def receive(
        cls,
        *,
        case_id: UUID,
        reference: str,
        school_urn: str,
        received_on: date,
        received_by: str,
        means: str,
        heads: tuple[HeadReceived, ...],
        today: date,
        complainant: UUID | None = None,
        school_reference: str | None = None,
        policy: PolicyRef | None = None,
        reported_by: UUID | None = None,
        summary: Sealed | None = None,
    ) -> Complaint:
        """Take a complaint in, by whichever of the channels it came (Sharp Lane L43).

        `policy` is the pack in force on the day of receipt, `reported_by` the person who records it here.
        """
        require_word("reference", reference)
        require_word("school_urn", school_urn)
        if school_reference is not None:
            require_word("school_reference", school_reference)
        require_not_future(today, received_on=received_on)
        require_code("complaint_receivers", received_by, "received_by", received_on)
        require_code("complaint_means", means, "means", received_on)
        if not heads:
            raise HeadsMissing("heads")
        require_distinct([head.head_id for head in heads], "heads")
        for head in heads:
            require_distinct(head.about, "heads")
        return cls._create(
            cls.Received,
            id=case_id,
            reference=reference,
            school_reference=school_reference,
            school_urn=school_urn,
            received_on=received_on,
            received_by=received_by,
            means=means,
            complainant=complainant,
            heads=tuple(heads),
            policy=policy,
            reported_by=reported_by,
            summary=present(summary),
        )

    def assign(self, *, owner: UUID, by: UUID | None = None) -> None:
        """Give the complaint to the person who runs it, who is on no panel of it either and does not complain."""
        self._require_off_panel("owner", owner)
        super().assign(owner=owner, by=by)

    def close(
        self,
        *,
        outcome: str,
        closed_on: date,
        today: date,
        policy: PolicyPack | None = None,
        override: Sealed | None = None,
        notes: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Close the complaint once each head is decided or routed, unless it was withdrawn or is out of scope.

        That it was upheld, in whole or in part, or not, is what its decided heads come to together.
        """
        refuse(self.bars_step())
        self._require_outcome(outcome, closed_on)
        if outcome == "WITHDRAWN":
            refuse(None if self.is_withdrawn else WithdrawalUnconfirmed, "outcome")
        elif outcome == "OUT_OF_SCOPE":
            refuse(None if self.is_out_of_scope else RouteMissing, "outcome")
        elif self.has_open_heads and (self.is_withdrawn or self.is_out_of_scope):
            # Otherwise that heads wait is owed, and can be set aside with a reason as all that is.
            raise HeadsUndecided("outcome")
        elif outcome in _OF_HEADS and self.outcome_of_heads not in (None, outcome):
            raise OutcomeContradictsHeads("outcome")
        super().close(
            outcome=outcome, closed_on=closed_on, today=today, policy=policy, override=override, notes=notes, by=by
        )

    # --- questions

    @property
    def kind(self) -> CaseKind:
        """Which of the three kinds the case is."""
        return CaseKind.COMPLAINT

    @property
    def outcome_list(self) -> str:
        """The code list of a complaint's outcomes."""
        return "complaint_outcomes"

    def own_duties(self) -> Iterator[Duty]:
        """What the law or the procedure itself asks for; a complaint that is closed owes none of that any more."""
        yield from super().own_duties()
        if self.is_closed:
            return
        yield from self.routing_duties()
        is_over = self.is_withdrawn or self.is_out_of_scope
        if self.withdrawal is not None and not self.is_withdrawn:
            yield Duty(DutyCode.CONFIRM_WITHDRAWAL)
        if self.has_open_heads and not is_over:
            yield Duty(DutyCode.DECIDE_HEADS, before_closing=True)
        if self.has_reached(StageForm.FORMAL, StageForm.PANEL) and not self.actions_taken:
            yield Duty(DutyCode.RECORD_ACTION_TAKEN, clause=LAW_ON_ACTIONS, before_closing=True)
        if self.process == DATA_PROTECTION and not is_over:
            if not self.outcomes_told:
                yield Duty(DutyCode.COMMUNICATE_OUTCOME, clause=LAW_ON_DATA, before_closing=True)
            elif not any(told.commissioner_named for told in self.outcomes_told):
                yield Duty(DutyCode.SIGNPOST_COMMISSIONER, clause=LAW_ON_DATA, before_closing=True)
        linked = {routing.head_id for routing in self.routings if routing.route == "STAFF_CONDUCT" and routing.other}
        for head in self.heads.values():
            if head.route == "STAFF_CONDUCT" and head.head_id not in linked:
                yield Duty(DutyCode.LINK_STAFF_CASE, item_id=head.head_id)
