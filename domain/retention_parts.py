"""What a case and a trust keep about holding and reviewing records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.sealed import Sealed
from domain.values import PolicyRef

# Codes of the list `retention_decisions`.
KEEP, DISPOSE, ARCHIVE = "KEEP", "DISPOSE", "ARCHIVE"


@dataclass(frozen=True, slots=True)
class LegalHold:
    """That the record of one case is held, by which authority and why; `review_on` is when to ask whether still."""

    hold_id: UUID
    placed_on: date
    authority: str
    review_on: date
    reason: Sealed
    is_lifted: bool = False
    lifted_because: Sealed | None = None


@dataclass(frozen=True, slots=True)
class RetentionInput:
    """What a day followed from: a code of the list `retention_inputs`, and the day unless it is a person's own."""

    input: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class RetentionReview:
    """What was decided about a record when its time was looked at, by which table, and what it followed from then.

    `due_on` and `rule` are those of the rule that kept it longest, None where that could not be told; the day is also
    left out where it follows from a day in the life of a person. `is_over`: the case was opened again since.
    """

    decision: str
    keep_until: date | None
    table: PolicyRef
    rule: str | None
    due_on: date | None
    inputs: tuple[RetentionInput, ...]
    decided_on: date
    notes: Sealed | None
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class TrustHold:
    """That every record within a scope is held, those to come included; every limit that is given must be met.

    `persons` are people who stand in a case in whatever part, `aware_from` and `aware_to` days on which the school
    became aware of it, both included.
    """

    hold_id: UUID
    placed_on: date
    schools: tuple[str, ...]
    kinds: tuple[str, ...]
    persons: tuple[UUID, ...]
    aware_from: date | None
    aware_to: date | None
    authority: str
    review_on: date
    reason: Sealed
    is_lifted: bool = False
    lifted_because: Sealed | None = None
