"""What every kind of case keeps beside its own record: transfers, requested corrections, and each closing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.sealed import Sealed

REQUESTED, APPROVED, REJECTED = "REQUESTED", "APPROVED", "REJECTED"


@dataclass(frozen=True, slots=True)
class Transfer:
    """That the case moved to another school of the trust with the pupil; what was counted stays where it was."""

    from_school: str
    to_school: str
    transferred_on: date
    reason: Sealed


@dataclass(frozen=True, slots=True)
class Correction:
    """That somebody asked for the record to be put right, and what was decided; both stand beside it for ever.

    `version` and `item_id` say of which event and of which part of the case the request speaks, if of one. `state` is a
    code of the list `correction_states`.
    """

    correction_id: UUID
    requested_on: date
    requested_by: UUID | None
    item_id: UUID | None
    version: int | None
    text: Sealed
    state: str = REQUESTED
    decided_on: date | None = None
    decided_by: UUID | None = None
    notes: Sealed | None = None
    reason: Sealed | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided yet."""
        return self.state == REQUESTED


@dataclass(frozen=True, slots=True)
class Closure:
    """One closing of the case; `reopened_on` and `reason` say that it was opened again, and why."""

    closed_on: date | None
    outcome: str | None
    as_logged: bool
    notes: Sealed | None
    reopened_on: date | None = None
    reason: Sealed | None = None
