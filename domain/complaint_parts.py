"""What a complaint is made of: heads, stages with their answers, the panel, and what the school did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.sealed import Sealed


@dataclass(frozen=True, slots=True)
class HeadReceived:
    """One thing complained of, as it was received; `about` are the persons complained about, where they are known."""

    head_id: UUID
    about_school: bool
    about_staff: bool
    about: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """The present state of one head; `recorded_on` is the London date on which it was recorded.

    `counted_at` is the school at which it counts where the case was transferred from there since.
    """

    head_id: UUID
    about_school: bool
    about_staff: bool
    about: tuple[UUID, ...]
    recorded_on: date
    outcome: str | None = None
    decided_on: date | None = None
    decided_by: UUID | None = None
    reasons: Sealed | None = None
    # The other procedure that it was routed to, if it was.
    route: str | None = None
    counted_at: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the head still waits for an outcome, here or elsewhere."""
        return self.outcome is None and self.route is None


@dataclass(frozen=True, slots=True)
class Routing:
    """That the complaint, or one head of it, belongs to another procedure; `other` is the case there, if known."""

    route: str
    head_id: UUID | None
    other: UUID | None
    routed_on: date
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class PartyMeeting:
    """A meeting with the parties; whoever was there sits on no panel about it."""

    mode: str
    held_on: date
    roles: tuple[str, ...]
    attendees: tuple[UUID, ...]
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """That the complainant was told that the complaint had come."""

    acknowledged_on: date
    means: str
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage that was begun, and how it ended; `form` is INFORMAL, FORMAL or PANEL."""

    stage: str
    form: str
    started_on: date
    investigators: tuple[UUID, ...] = ()
    responded_on: date | None = None
    responded_by: UUID | None = None
    resolved: bool | None = None
    in_writing: bool | None = None
    escalated_on: date | None = None
    response: Sealed | None = None

    @property
    def is_open(self) -> bool:
        """Whether the stage waits for its answer."""
        return self.responded_on is None

    @property
    def is_unresolved(self) -> bool:
        """Whether it was answered and did not settle the matter, in the school's eyes or the complainant's."""
        return self.resolved is False or (self.resolved is True and self.escalated_on is not None)


@dataclass(frozen=True, slots=True)
class Extension:
    """That a stage is answered later than it should be: until when, and why."""

    stage: str
    extended_on: date
    until_on: date
    complainant_told: bool
    reason: Sealed


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which the clock of the complaint stands still."""

    paused_on: date
    resumed_on: date | None
    reason: Sealed
    resumed_because: Sealed | None


@dataclass(frozen=True, slots=True)
class PanelMember:
    """Somebody who sits on the panel; `independent` of the management and running of the school."""

    person: UUID
    independent: bool


@dataclass(frozen=True, slots=True)
class Hearing:
    """A hearing before the panel: whether the complainant came, and whether somebody came along."""

    held_on: date
    complainant_attended: bool
    accompanied: bool
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class FindingsNotice:
    """That one party was given the panel's findings and recommendations, in a wording of its own."""

    recipient_role: str
    recipient: UUID | None
    issued_on: date
    remedies: tuple[str, ...]
    findings: Sealed
    recommendations: Sealed | None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That the complainant wants to withdraw, and from which day that is confirmed in writing."""

    asked_on: date
    confirmed_on: date | None
    notes: Sealed | None
    reference: Sealed | None


@dataclass(frozen=True, slots=True)
class ConductStep:
    """What was done about unreasonable conduct in this matter; it says nothing of other matters of the person."""

    step: str
    taken_on: date
    review_on: date | None
    person: UUID | None
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class ActionTaken:
    """What the school did as a result, upheld or not; NONE is an answer too."""

    action: str
    taken_on: date
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class Enquiry:
    """A step taken to answer a complaint about personal data."""

    made_on: date
    complainant_told: bool
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class OutcomeTold:
    """That the complainant about personal data was told the outcome, and of the Information Commissioner."""

    told_on: date
    commissioner_named: bool
    notes: Sealed | None
