"""Who is let into a single case beside those who see it for their work: granted, ended, opened in an emergency, judged.

A grant is a part of the case's own history, and gives a role in this case alone. It never reaches past a bar: whom the
case is about is given nothing, and what somebody holds who is named afterwards is worth nothing from that moment
(design D15). An emergency follows the pattern of the NHS Summary Care Record: a reason, an end, an alert to named
persons, and a review that is owed until somebody else has judged it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast
from uuid import UUID

from domain.access_refusals import (
    AccessOver,
    EmergencyReviewed,
    EndMissing,
    EndPassed,
    EndTooFar,
    GrantedToOneself,
    GrantedToSubject,
    GrantRunning,
    NobodyToAlert,
    NoPanelOfThisKind,
    NotAnEmergency,
    ReviewedByOpener,
    TooLong,
    UnknownGrant,
)
from domain.aggregate import UNRECORDED, event
from domain.case_parts import EMERGENCY, EXAMINER, PANEL, WITNESS, AccessGrant
from domain.checks import present, require_distinct, require_text
from domain.complaint_refusals import PanelMemberInvolved
from domain.duties import Duty, DutyCode
from domain.impartial import Impartial
from domain.involvement import involved_in
from domain.refusals import IdentityTaken, MalformedValue, Refused, UnknownCode
from domain.sealed import Sealed
from domain.values import CaseKind
from domain.vocabulary import require_code

if TYPE_CHECKING:
    from domain.case import Case

__all__ = ["LONGEST_EMERGENCY", "LONGEST_EXAMINATION", "CaseAccess"]

# How long sealed texts are open to an auditor, and a case to whoever opened it in an emergency, at most.
LONGEST_EXAMINATION = timedelta(days=30)
LONGEST_EMERGENCY = timedelta(minutes=60)


class CaseAccess(Impartial):
    """The part of a case that says who was let in; possible whatever state the case is in."""

    def _begin_access(self) -> None:
        self.access_grants: dict[UUID, AccessGrant] = {}

    # --- decisions

    def grant_access(
        self,
        *,
        grant_id: UUID,
        person: UUID,
        role: str,
        reason: Sealed,
        now: datetime,
        until: datetime | None = None,
        involved: frozenset[UUID] = frozenset(),
        by: UUID | None = None,
    ) -> None:
        """Let a person into the case in a role, until an instant if one is given; an examination always has one.

        `involved` are those who had to do with the cases from which this one arose: they sit on no panel (design D15).
        """
        self._require_new(grant_id)
        self.require_impartial(by)
        require_code("access_roles", role, "role")
        if role == EMERGENCY:
            raise UnknownCode("role")
        if person == by:
            raise GrantedToOneself("person")
        self._require_grantable(person, role, involved, now)
        self._require_not_running(person, role, now)
        ends = _instant("until", until)
        if ends is not None and ends <= now:
            raise EndPassed("until")
        if role == EXAMINER:
            if ends is None:
                raise EndMissing("until")
            if ends > now + LONGEST_EXAMINATION:
                raise EndTooFar("until")
        require_text("reason", reason)
        self._access_granted(grant_id=grant_id, person=person, role=role, until=ends, reason=reason)

    def end_access(self, *, grant_id: UUID, reason: Sealed, by: UUID | None = None) -> None:
        """End somebody's access at once, however it came about."""
        grant = self._grant(grant_id)
        self.require_impartial(by)
        if grant.ended_at is not None:
            raise AccessOver("grant_id")
        require_text("reason", reason)
        self._access_ended(grant_id=grant_id, reason=reason)

    def open_in_emergency(
        self,
        *,
        grant_id: UUID,
        person: UUID,
        role_held: str,
        minutes: int,
        alerted: tuple[UUID, ...],
        reason: Sealed,
        now: datetime,
    ) -> None:
        """Let somebody in who says why it cannot wait, for so many minutes; the persons alerted judge it afterwards.

        `role_held` is the role in which the person opens the case, as tokens name it.
        """
        self._require_new(grant_id)
        require_text("reason", reason)
        if not 1 <= minutes <= LONGEST_EMERGENCY // timedelta(minutes=1):
            raise TooLong("minutes")
        if self._is_about(person):
            raise GrantedToSubject("person")
        self._require_not_running(person, EMERGENCY, now)
        require_distinct(alerted, "alerted")
        if not alerted or person in alerted or any(self._is_about(each) for each in alerted):
            raise NobodyToAlert
        until = now.astimezone(UTC) + timedelta(minutes=minutes)
        self._access_opened(
            grant_id=grant_id, person=person, role_held=role_held, until=until, alerted=alerted, reason=reason
        )

    def review_emergency_access(
        self, *, grant_id: UUID, was_justified: bool, now: datetime, notes: Sealed | None = None, by: UUID | None = None
    ) -> None:
        """Judge whether it was right to open the case in an emergency; what is left of that access ends with it."""
        grant = self._grant(grant_id)
        if grant.role != EMERGENCY:
            raise NotAnEmergency("grant_id")
        if not grant.awaits_review:
            raise EmergencyReviewed("grant_id")
        if by is not None and by == grant.person:
            raise ReviewedByOpener
        self.require_impartial(by)
        if not was_justified:
            require_text("notes", notes)
        if grant.runs(now):
            self._access_ended(grant_id=grant_id, reason=None)
        self._access_reviewed(grant_id=grant_id, was_justified=was_justified, notes=present(notes))

    def _grant(self, grant_id: UUID) -> AccessGrant:
        grant = self.access_grants.get(grant_id)
        if grant is None:
            raise UnknownGrant("grant_id")
        return grant

    def _require_new(self, grant_id: UUID) -> None:
        if grant_id in self.access_grants:
            raise IdentityTaken("grant_id")

    def _require_grantable(self, person: UUID, role: str, involved: frozenset[UUID], now: datetime) -> None:
        """Refuse whom the case is about, and to mix those who had to do with a matter and those who hear it."""
        if self._is_about(person):
            raise GrantedToSubject("person")
        if role == PANEL:
            if self.kind != CaseKind.COMPLAINT:
                raise NoPanelOfThisKind("role")
            if person in involved or person in involved_in(cast("Case", self)):
                raise PanelMemberInvolved("person")
        elif any(grant.role == PANEL and grant.runs(now) for grant in self._of(person)):
            raise PanelMemberInvolved("person")
        if role != WITNESS:
            # Who complains may say what happened, and looks into nothing.
            self.require_impartial(person)

    def _require_not_running(self, person: UUID, role: str, now: datetime) -> None:
        if any(grant.role == role and grant.runs(now) for grant in self._of(person)):
            raise GrantRunning("person")

    def _is_about(self, person: UUID) -> bool:
        return person in self.barred or person in self.subjects

    def _of(self, person: UUID) -> Iterator[AccessGrant]:
        return (grant for grant in self.access_grants.values() if grant.person == person)

    # --- guards

    def bars_ending_access(self) -> type[Refused] | None:
        """Why there is no access to end. What has run out can be ended too: the guard reads no clock."""
        if any(grant.ended_at is None for grant in self.access_grants.values()):
            return None
        return AccessOver if self.access_grants else UnknownGrant

    def bars_reviewing_emergency(self) -> type[Refused] | None:
        """Why there is nothing to review."""
        if any(grant.awaits_review for grant in self.access_grants.values()):
            return None
        emergencies = (grant for grant in self.access_grants.values() if grant.role == EMERGENCY)
        return EmergencyReviewed if any(emergencies) else UnknownGrant

    # --- changes

    @event("AccessGranted", topic="*.access_granted.v1")
    def _access_granted(
        self,
        grant_id: UUID,
        person: UUID,
        role: str,
        until: datetime | None,
        reason: Sealed,
        timestamp: datetime = UNRECORDED,
    ) -> None:
        """A person was let into the case in a role of this case alone."""
        self.access_grants[grant_id] = AccessGrant(grant_id, person, role, timestamp, until, reason)

    @event("AccessEnded", topic="*.access_ended.v1")
    def _access_ended(self, grant_id: UUID, reason: Sealed | None, timestamp: datetime = UNRECORDED) -> None:
        """Somebody's access to the case ended at once."""
        self.access_grants[grant_id] = replace(self.access_grants[grant_id], ended_at=timestamp, end_reason=reason)

    @event("AccessOpened", topic="*.access_opened.v1")
    def _access_opened(
        self,
        grant_id: UUID,
        person: UUID,
        role_held: str,
        until: datetime,
        alerted: tuple[UUID, ...],
        reason: Sealed,
        timestamp: datetime = UNRECORDED,
    ) -> None:
        """Somebody opened the case in an emergency, and named persons were alerted."""
        self.access_grants[grant_id] = AccessGrant(
            grant_id, person, EMERGENCY, timestamp, until, reason, role_held=role_held, alerted=alerted
        )

    @event("AccessReviewed", topic="*.access_reviewed.v1")
    def _access_reviewed(
        self, grant_id: UUID, was_justified: bool, notes: Sealed | None, timestamp: datetime = UNRECORDED
    ) -> None:
        """Somebody else judged whether it was right to open the case in an emergency."""
        self.access_grants[grant_id] = replace(
            self.access_grants[grant_id], reviewed_at=timestamp, was_justified=was_justified, notes=notes
        )

    # --- questions

    @property
    @abstractmethod
    def kind(self) -> CaseKind:
        """Which of the three kinds the case is."""

    @property
    @abstractmethod
    def barred(self) -> frozenset[UUID]:
        """The persons who do not see the case by any road."""

    def access_duties(self) -> Iterator[Duty]:
        """What is owed whatever became of the case: an emergency is judged. The duty names it in place of an item."""
        for grant in self.access_grants.values():
            if grant.awaits_review:
                yield Duty(DutyCode.REVIEW_EMERGENCY_ACCESS, item_id=grant.grant_id)


def _instant(field: str, given: datetime | None) -> datetime | None:
    """The instant in UTC; raises MalformedValue naming the field for one without a zone."""
    if given is None:
        return None
    if given.tzinfo is None:
        raise MalformedValue(field)
    return given.astimezone(UTC)
