"""The small facts that all kinds of case are made of: marks, pinned policy, provenance, dates in London."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.aggregate import UNRECORDED
from domain.sealed import Sealed

LONDON = ZoneInfo("Europe/London")


class CaseKind(StrEnum):
    """The three kinds of case."""

    INCIDENT = "INCIDENT"
    COMPLAINT = "COMPLAINT"
    STAFF_BREACH = "STAFF_BREACH"


class CaseStatus(StrEnum):
    """What a list shows of a case's life: a mark hides whether it is open or closed."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"
    DUPLICATE = "DUPLICATE"
    NOT_REPORTABLE = "NOT_REPORTABLE"
    RECORDED_IN_ERROR = "RECORDED_IN_ERROR"


class Mark(StrEnum):
    """Why a case or an item counts nothing, from the moment it is marked and for its past too."""

    DUPLICATE = "DUPLICATE"
    NOT_REPORTABLE = "NOT_REPORTABLE"
    RECORDED_IN_ERROR = "RECORDED_IN_ERROR"


@dataclass(frozen=True, slots=True)
class PolicyRef:
    """The policy pack a case is held to: the one in force on the day the school became aware."""

    pack_id: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Override:
    """Something that a policy requires before a step and that was set aside, with the reason: a fact or a duty."""

    step: str
    requirement: str
    clause: str | None
    reason: Sealed


@dataclass(frozen=True, slots=True)
class Imported:
    """Where an imported case came from: the file by its hash, and the lines that made the case."""

    file_sha256: str
    lines: tuple[int, ...]


def london_date(instant: datetime) -> date:
    """Give the date in Europe/London of an instant; an event not yet recorded has the earliest date there is."""
    return date.min if instant == UNRECORDED else instant.astimezone(LONDON).date()
