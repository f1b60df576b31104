"""What the steps of a case leave behind: evidence, meetings, impacts, investigations, accounts, platform reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.sealed import Sealed


@dataclass(frozen=True, slots=True)
class Evidence:
    """A piece of evidence: what it is, who collected it and when; a file is known by its SHA-256 alone."""

    evidence_id: UUID
    kind: str
    item_id: UUID | None
    sha256: str | None
    collected_by: UUID | None
    collected_on: date | None
    description: Sealed | None
    custody: Sealed | None


# A helpline outside takes on what a network has not taken down 48 hours after it was told (Report Harmful Content). The
# hour of the report is not recorded, so it is surely so from the third day on.
HELPLINE_AFTER_DAYS = 3


@dataclass(frozen=True, slots=True)
class PlatformReport:
    """A report to a network about an item, and what the network answered."""

    report_id: UUID
    item_id: UUID
    network: str
    reported_on: date
    result: str | None
    answered_on: date | None
    reference: Sealed | None


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting that was offered: what for, how, with whom by role and person, whether they came, what came of it."""

    held_on: date
    mode: str
    attended: bool
    outcome: str | None
    roles: tuple[str, ...]
    attendees: tuple[UUID, ...]
    cause: Sealed | None
    way_forward: Sealed | None
    notes: Sealed | None
    purposes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Impact:
    """Harm to one target; `raised_before` says whether the matter had been raised with the school, if known."""

    target: str
    impact: str
    person: UUID | None
    noted_on: date
    raised_before: bool | None
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class Investigation:
    """The school's own investigation; it is complete once it has a finding."""

    investigation_id: UUID
    started_on: date
    investigator: UUID | None
    completed_on: date | None
    finding: str | None
    notes: Sealed | None
    report: Sealed | None

    @property
    def is_complete(self) -> bool:
        """Whether the investigation has come to a finding."""
        return self.completed_on is not None


@dataclass(frozen=True, slots=True)
class Account:
    """What one side says happened."""

    side: str
    person: UUID | None
    given_on: date
    text: Sealed


@dataclass(frozen=True, slots=True)
class OutcomeNotice:
    """That somebody was told the outcome, and when."""

    recipient_role: str
    recipient: UUID | None
    communicated_on: date
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class Direction:
    """That a poster was told which private channel would have been the right one."""

    channel: str
    person: UUID | None
    directed_on: date
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class ParentAdvice:
    """That a parent of a pupil who posted was advised."""

    item_id: UUID
    parent: UUID | None
    advised_on: date
    notes: Sealed | None
