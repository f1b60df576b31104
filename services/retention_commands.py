"""Commands on the keeping of a case: held and let go, classified, and what becomes of it when its time is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

from domain.retention_parts import DISPOSE
from services import retention
from services.command_refusals import NotAllowed
from services.commands import Deciding, Described
from services.decisions import CaseDecision


@dataclass(frozen=True, kw_only=True)
class PlaceHold(CaseDecision):
    """Hold the record of the case: nothing of it is disposed of until the hold is lifted."""

    decision: ClassVar[str] = "place_hold"
    new_id: ClassVar[str | None] = "hold_id"
    needs_reason: ClassVar[bool] = True

    authority: Annotated[str, Described("By which authority: a code of the list hold_grounds.")]
    review_on: Annotated[date, Described("The day on which it is asked whether the record still has to be held.")]


@dataclass(frozen=True, kw_only=True)
class LiftHold(CaseDecision):
    """Lift a hold on the record of the case."""

    decision: ClassVar[str] = "lift_hold"
    needs_reason: ClassVar[bool] = True

    hold_id: Annotated[UUID, Described("The hold, by its id.")]


@dataclass(frozen=True, kw_only=True)
class ClassifyForRetention(CaseDecision):
    """Say which classes of record the case belongs to, in place of those that follow from what was recorded."""

    decision: ClassVar[str] = "classify_for_retention"
    needs_reason: ClassVar[bool] = True

    classes: Annotated[
        tuple[str, ...], Described("All classes that it belongs to: codes of the list retention_classes; may be none.")
    ]


@dataclass(frozen=True, kw_only=True)
class ReviewRetention(CaseDecision):
    """Decide what becomes of the record; nothing is disposed of before its day, nor while anything holds it."""

    decision: ClassVar[str] = "review_retention"

    choice: Annotated[str, Described("What is decided: a code of the list retention_decisions.")]
    keep_until: Annotated[date | None, Described("Until when the record is kept, for KEEP.")] = None
    notes: Annotated[
        str | None, Described("What there is to say about it; needed for KEEP, to say why. Stored sealed.")
    ] = None

    def decide(self, case: Any, context: Deciding) -> None:
        """By the table in force, and everything that holds the record.

        Where only cases hold it that the caller may not know of, it is refused without a reason: NotAllowed.
        """
        ledger = context.services.ledger
        found = retention.keeping(ledger, case, context.today)
        told = [other for other in found.open_links if not context.hides(other)]
        arguments = self.arguments(case, context) | {
            "table": retention.table_on(ledger, context.today).policy,
            "due": found.due,
            "is_held": found.on_own_hold or bool(found.trust_holds),
            "has_open_link": bool(told),
        }
        if self.choice == DISPOSE and found.open_links and not told:
            # What else stands in the way is said first.
            case.require_disposable(found.due, context.today, is_held=bool(arguments["is_held"]), has_open_link=False)
            raise NotAllowed
        case.review_retention(**arguments)
