"""What a trust decides about keeping records: the table it adopts, whether anything goes by itself, what it holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.aggregate import UNRECORDED, Recordable, declare_inherited, event
from domain.checks import require_distinct, require_order, require_text, require_word
from domain.policy import PolicyPackError, content_hash
from domain.refusals import IdentityTaken, UnknownCode
from domain.retention_parts import TrustHold
from domain.retention_refusals import (
    AdoptedTooEarly,
    ConfirmedByProposer,
    HoldOfEverything,
    LegalHoldOver,
    NothingToConfirm,
    ReviewPassed,
    TableUnusable,
    UnknownLegalHold,
)
from domain.retention_rules import Adopted, Disposal, parse_table, table_in_force
from domain.sealed import Sealed
from domain.values import CaseKind, PolicyRef, london_date
from domain.vocabulary import require_code

__all__ = ["TrustRetention"]


class TrustRetention(Recordable):
    """The part of a trust's register that says how long records are kept and which are held."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Declare the changes below as those of the trust's register."""
        declare_inherited(cls, "trust")
        super().__init_subclass__(**kwargs)

    def _begin_retention(self) -> None:
        self.retention_adoptions: tuple[Adopted, ...] = ()
        self.holds: dict[UUID, TrustHold] = {}

    # --- decisions

    def adopt_retention(self, *, content: str, adopted_on: date, disposal: str, by: UUID) -> None:
        """Adopt a retention table, given as its text: it is in force from `adopted_on` until a later one is.

        With `disposal` AUTOMATIC cases whose rule says DISPOSE need no decision of their own, once somebody else has
        confirmed that. The same table adopted again with the same disposal changes nothing.
        """
        try:
            table = parse_table(content)
        except PolicyPackError as error:
            raise TableUnusable(error.key, error.rule) from None
        if disposal not in set(Disposal):
            raise UnknownCode("disposal")
        if adopted_on < table.effective_from:
            raise AdoptedTooEarly("adopted_on")
        policy = PolicyRef(table.id, table.version, content_hash(content))
        former = table_in_force(self.retention_adoptions, adopted_on)
        if former is None or (former.policy, former.disposal) != (policy, disposal):
            self._retention_adopted(
                policy=policy, content=content, adopted_on=adopted_on, disposal=disposal, adopted_by=by
            )

    def confirm_automatic_disposal(self, *, on: date, by: UUID) -> None:
        """Confirm, as another person than who adopted it, that the table in force disposes without a person."""
        adopted = table_in_force(self.retention_adoptions, on)
        if adopted is None or adopted.disposal != Disposal.AUTOMATIC or adopted.confirmed_by is not None:
            raise NothingToConfirm
        if by == adopted.adopted_by:
            raise ConfirmedByProposer
        self._automatic_disposal_confirmed(policy=adopted.policy, adopted_on=adopted.adopted_on, confirmed_by=by)

    def place_hold(
        self,
        *,
        hold_id: UUID,
        authority: str,
        review_on: date,
        reason: Sealed,
        today: date,
        schools: tuple[str, ...] = (),
        kinds: tuple[str, ...] = (),
        persons: tuple[UUID, ...] = (),
        aware_from: date | None = None,
        aware_to: date | None = None,
    ) -> None:
        """Hold every record within a scope; where several limits are given, a record that meets all of them."""
        if hold_id in self.holds:
            raise IdentityTaken("hold_id")
        require_code("hold_grounds", authority, "authority", today)
        if not (schools or kinds or persons or aware_from or aware_to):
            raise HoldOfEverything("schools", "kinds", "persons", "aware_from", "aware_to")
        for urn in schools:
            require_word("schools", urn)
        if not set(kinds) <= set(CaseKind):
            raise UnknownCode("kinds")
        for field, given in (("schools", schools), ("kinds", kinds), ("persons", persons)):
            require_distinct(given, field)
        require_order(aware_from, aware_to, "aware_to")
        if review_on <= today:
            raise ReviewPassed("review_on")
        require_text("reason", reason)
        self._legal_hold_placed(
            hold_id=hold_id,
            schools=tuple(sorted(schools)),
            kinds=tuple(sorted(kinds)),
            persons=tuple(sorted(persons)),
            aware_from=aware_from,
            aware_to=aware_to,
            authority=authority,
            review_on=review_on,
            reason=reason,
        )

    def lift_hold(self, *, hold_id: UUID, reason: Sealed) -> None:
        """Lift a hold of the trust."""
        hold = self.holds.get(hold_id)
        if hold is None:
            raise UnknownLegalHold("hold_id")
        if hold.is_lifted:
            raise LegalHoldOver("hold_id")
        require_text("reason", reason)
        self._legal_hold_lifted(hold_id=hold_id, reason=reason)

    # --- changes

    @event("RetentionAdopted", topic="*.retention_adopted.v1")
    def _retention_adopted(
        self, policy: PolicyRef, content: str, adopted_on: date, disposal: str, adopted_by: UUID
    ) -> None:
        """The trust adopted a retention table, which is kept whole."""
        adopted = Adopted(policy, adopted_on, content, disposal, adopted_by)
        self.retention_adoptions = (*self.retention_adoptions, adopted)

    @event("AutomaticDisposalConfirmed", topic="*.automatic_disposal_confirmed.v1")
    def _automatic_disposal_confirmed(self, policy: PolicyRef, adopted_on: date, confirmed_by: UUID) -> None:
        """A second person confirmed that records are disposed of without a person deciding on each."""
        self.retention_adoptions = tuple(
            replace(one, confirmed_by=confirmed_by)
            if (one.policy, one.adopted_on, one.disposal) == (policy, adopted_on, Disposal.AUTOMATIC)
            else one
            for one in self.retention_adoptions
        )

    @event("TrustHoldPlaced", topic="*.hold_placed.v1")
    def _legal_hold_placed(
        self,
        hold_id: UUID,
        schools: tuple[str, ...],
        kinds: tuple[str, ...],
        persons: tuple[UUID, ...],
        aware_from: date | None,
        aware_to: date | None,
        authority: str,
        review_on: date,
        reason: Sealed,
        timestamp: datetime = UNRECORDED,
    ) -> None:
        """The trust held every record within a scope, those to come included."""
        self.holds[hold_id] = TrustHold(
            hold_id=hold_id,
            placed_on=london_date(timestamp),
            schools=schools,
            kinds=kinds,
            persons=persons,
            aware_from=aware_from,
            aware_to=aware_to,
            authority=authority,
            review_on=review_on,
            reason=reason,
        )

    @event("TrustHoldLifted", topic="*.hold_lifted.v1")
    def _legal_hold_lifted(self, hold_id: UUID, reason: Sealed) -> None:
        """The trust lifted a hold."""
        self.holds[hold_id] = replace(self.holds[hold_id], is_lifted=True, lifted_because=reason)
