"""What every kind of case keeps beside its own record: transfers, corrections asked for, closings, who was let in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.sealed import Sealed

REQUESTED, APPROVED, REJECTED = "REQUESTED", "APPROVED", "REJECTED"
# Codes of the list `access_roles`.
INVESTIGATOR, PANEL, WITNESS = "INVESTIGATOR", "PANEL", "WITNESS"
EXAMINER, EMERGENCY = "EXAMINER", "EMERGENCY"


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


@dataclass(frozen=True, slots=True)
class AccessGrant:
    """That a person was let into this one case: since when and until when, in which role, why, and what became of it.

    `role` is a code of the list `access_roles`. Of an emergency there is also the role in which the person opened the
    case, who was alerted, and what the review found; whoever is alerted judges it.
    """

    grant_id: UUID
    person: UUID
    role: str
    since: datetime
    until: datetime | None
    reason: Sealed
    role_held: str | None = None
    alerted: tuple[UUID, ...] = ()
    ended_at: datetime | None = None
    end_reason: Sealed | None = None
    reviewed_at: datetime | None = None
    was_justified: bool | None = None
    notes: Sealed | None = None

    def runs(self, at: datetime) -> bool:
        """Whether it lets the person in at an instant; at `until` it does no longer."""
        return self.ended_at is None and (self.until is None or at < self.until)

    @property
    def awaits_review(self) -> bool:
        """Whether the case was opened in an emergency that nobody has judged yet."""
        return self.role == EMERGENCY and self.reviewed_at is None

    @property
    def looks_into(self) -> UUID | None:
        """The person, where this access means having to do with the matter: who did sits on no panel about it."""
        return self.person if self.role in (INVESTIGATOR, WITNESS) else None
