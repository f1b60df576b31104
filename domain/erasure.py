"""The erasing of what was sealed: asked for by one person, approved by another, carried out step by step and for good.

Each erasure is a stream of its own. It says what was asked and by which authority, who approved it, and of every key
that it was destroyed: that event is what a verifier goes by. What a count, a rule or a duty needs is clear and stays.
"""
# ruff: noqa: ARG002 - a change names every field of its event, also those that the present state does not keep

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.aggregate import Opening, Recordable, event
from domain.checks import require_not_future, require_order
from domain.refusals import RefusalCode, Refused
from domain.vocabulary import require_code


class ErasureScope(StrEnum):
    """What an erasure covers."""

    PART = "PART"
    PERSON = "PERSON"
    CASE = "CASE"
    SCHOOL = "SCHOOL"
    TRUST = "TRUST"


class ErasureState(StrEnum):
    """How far an erasure has come."""

    REQUESTED = "REQUESTED"
    REJECTED = "REJECTED"
    # Approved, and being carried out: what was begun is always brought to its end.
    APPROVED = "APPROVED"
    COMPLETED = "COMPLETED"


class ScopeIncomplete(Refused):
    """This scope needs what it names: a part of a version of a case, a person, a case, or a school."""


class SecondPersonNeeded(Refused):
    """Another person has to approve this erasure."""

    code = RefusalCode.CONFLICT_OF_INTEREST


class ErasureDecided(Refused):
    """This erasure has been decided already."""

    code = RefusalCode.ILLEGAL_STATE


class OwnErasure(Refused):
    """Nobody decides on the erasing of what concerns themselves."""

    code = RefusalCode.CONFLICT_OF_INTEREST


class ErasureOnHold(Refused):
    """Something that this erasure covers is held: nothing of it is erased until every hold on it is lifted."""

    code = RefusalCode.ON_HOLD


class KeptLonger(Refused):
    """Something that this erasure covers is to be kept longer, by the retention table in force."""

    code = RefusalCode.RETENTION


class NothingToErase(Refused):
    """There is nothing to erase there, or no longer."""

    code = RefusalCode.ILLEGAL_STATE


@dataclass(frozen=True, slots=True)
class ErasureOf:
    """What an erasure covers: a part of a version of a case, a person, a case, a school by URN, or all of the trust.

    Raises ScopeIncomplete for a scope that lacks what it names or names more, UnknownCode for an unknown scope.
    """

    scope: str
    case_id: UUID | None = None
    of_version: int | None = None
    part: str | None = None
    person: UUID | None = None
    school_urn: str | None = None

    def require_whole(self) -> None:
        """Refuse a scope that lacks what it names, or names more. Raises ScopeIncomplete or UnknownCode."""
        require_code("erasure_scopes", self.scope, "scope")
        names = ("case_id", "of_version", "part", "person", "school_urn")
        given = {name for name in names if getattr(self, name) is not None}
        if given != _NAMES[ErasureScope(self.scope)]:
            raise ScopeIncomplete(*sorted(given ^ _NAMES[ErasureScope(self.scope)]))


# What each scope names.
_NAMES: Mapping[ErasureScope, frozenset[str]] = {
    ErasureScope.PART: frozenset({"case_id", "of_version", "part"}),
    ErasureScope.PERSON: frozenset({"person"}),
    ErasureScope.CASE: frozenset({"case_id"}),
    ErasureScope.SCHOOL: frozenset({"school_urn"}),
    ErasureScope.TRUST: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Redaction:
    """A single text: a part of a version of a case."""

    case_id: UUID
    of_version: int
    part: str


@dataclass(frozen=True, slots=True)
class Extent:
    """How much an erasure covers or covered: cases, keys, the texts and files that are sealed, people forgotten."""

    cases: int
    keys: int
    texts: int
    files: int
    people: int


class Erasure(Recordable):
    """One erasure, from the request on."""

    TOPIC = "erasure.v1"

    class Requested(Opening, Recordable.Event):
        """Somebody asked for an erasure; why in words stands sealed beside the authority.

        `extent` is what it covered then, `redactions` the single texts that go besides, which speak of others too.
        """

        TOPIC = "erasure.requested.v1"

        what: ErasureOf
        authority: str
        requested_on: date
        requested_by: UUID
        extent: Extent
        redactions: tuple[Redaction, ...]

    @event(Requested)
    def __init__(
        self,
        what: ErasureOf,
        authority: str,
        requested_on: date,
        requested_by: UUID,
        extent: Extent,
        redactions: tuple[Redaction, ...],
    ) -> None:
        self.what = what
        self.authority = authority
        self.requested_on = requested_on
        self.requested_by = requested_by
        self.extent = extent
        self.redactions = redactions
        self.state = ErasureState.REQUESTED
        self.decided_by: UUID | None = None
        self.decided_on: date | None = None
        # Every key that an event says was destroyed, in that order.
        self.destroyed: dict[UUID, None] = {}
        self.done: Extent | None = None
        self.completed_on: date | None = None
        self.in_backups_until: date | None = None

    # --- decisions

    @classmethod
    def request(
        cls,
        *,
        id: UUID,  # noqa: A002 - as the library names it
        what: ErasureOf,
        authority: str,
        requested_on: date,
        requested_by: UUID,
        extent: Extent,
        redactions: tuple[Redaction, ...] = (),
    ) -> Erasure:
        """Ask for an erasure. Raises NothingToErase, OwnErasure, ScopeIncomplete or UnknownCode."""
        require_code("erasure_authorities", authority, "authority", requested_on)
        what.require_whole()
        if what.person == requested_by:
            raise OwnErasure("person")
        if not (extent.keys or extent.texts or extent.files or extent.people):
            raise NothingToErase("scope")
        return cls._create(
            cls.Requested,
            id=id,
            what=what,
            authority=authority,
            requested_on=requested_on,
            requested_by=requested_by,
            extent=extent,
            redactions=redactions,
        )

    def approve(self, *, by: UUID, on: date, today: date) -> None:
        """Approve it; who asked for it does not, nor whom it concerns."""
        self._require_undecided(on, today)
        if by == self.requested_by:
            raise SecondPersonNeeded
        if by == self.what.person:
            raise OwnErasure
        self._approved(approved_by=by, approved_on=on)

    def reject(self, *, by: UUID, on: date, today: date) -> None:
        """Say that nothing is erased; the reason stands sealed beside it. Who asked for it may withdraw it so."""
        self._require_undecided(on, today)
        self._rejected(rejected_by=by, rejected_on=on)

    def note_destruction(self, *, key: UUID, of_stream: UUID, of_person: UUID | None = None) -> None:
        """Record that a key is destroyed, before it is; once only."""
        self._require_approved()
        if key not in self.destroyed:
            self._key_destroyed(key=key, of_stream=of_stream, of_person=of_person)

    def complete(self, *, completed_on: date, in_backups_until: date, done: Extent) -> None:
        """Record that every step was carried out, and the day from which no backup holds any of it."""
        self._require_approved()
        self._completed(completed_on=completed_on, in_backups_until=in_backups_until, done=done)

    @property
    def single_texts(self) -> tuple[Redaction, ...]:
        """The texts that go by themselves, not with their keys."""
        what = self.what
        if what.case_id is None or what.of_version is None or what.part is None:
            return self.redactions
        return tuple(dict.fromkeys((*self.redactions, Redaction(what.case_id, what.of_version, what.part))))

    def _require_undecided(self, on: date, today: date) -> None:
        if self.state is not ErasureState.REQUESTED:
            raise ErasureDecided
        require_not_future(today, on=on)
        require_order(self.requested_on, on, "on")

    def _require_approved(self) -> None:
        if self.state is not ErasureState.APPROVED:
            raise ErasureDecided

    # --- changes

    @event("Approved", topic="erasure.approved.v1")
    def _approved(self, approved_by: UUID, approved_on: date) -> None:
        """A second person approved the erasure; from here on it is carried out."""
        self.state = ErasureState.APPROVED
        self.decided_by, self.decided_on = approved_by, approved_on

    @event("Rejected", topic="erasure.rejected.v1")
    def _rejected(self, rejected_by: UUID, rejected_on: date) -> None:
        """Nothing is erased."""
        self.state = ErasureState.REJECTED
        self.decided_by, self.decided_on = rejected_by, rejected_on

    @event("KeyDestroyed", topic="erasure.key_destroyed.v1")
    def _key_destroyed(self, key: UUID, of_stream: UUID, of_person: UUID | None) -> None:
        """The key under which texts of a case, or of a person in it, were sealed is destroyed for good."""
        self.destroyed[key] = None

    @event("Completed", topic="erasure.completed.v1")
    def _completed(self, completed_on: date, in_backups_until: date, done: Extent) -> None:
        """Every step was carried out: keys, texts, files, and what the registry knew."""
        self.state = ErasureState.COMPLETED
        self.done = done
        self.completed_on = completed_on
        self.in_backups_until = in_backups_until
