"""What every kind of case shares: links, assignment, the addendum, closing and reopening.

`Case` is abstract. A kind names itself by `TOPIC` and takes over each shared event under a stored name of its own, such
as `complaint.closed.v1`: a `*` in a topic stands for the kind.
"""
# ruff: noqa: ARG002 - a change names every field of its event, also those that the present state does not keep

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from datetime import date
from uuid import UUID

from domain.aggregate import declare_inherited, event
from domain.case_access import CaseAccess
from domain.case_corrections import CaseCorrections
from domain.case_erasure import CaseErasures
from domain.case_files import CaseFiles
from domain.case_marks import CaseMarks
from domain.case_parts import Closure
from domain.checks import present, refuse, require_not_future, require_order, require_sha256, require_text
from domain.duties import bars_closing
from domain.policy import PolicyPack
from domain.refusals import (
    AlreadyImported,
    CaseClosed,
    CaseMarked,
    CaseNotClosed,
    DutiesOutstanding,
    LinkCircular,
    LinkedToItself,
    NotLinked,
    Refused,
)
from domain.sealed import Sealed
from domain.values import CaseStatus, Imported, PolicyRef
from domain.vocabulary import require_code

AROSE_FROM = "AROSE_FROM"
CLOSE = "CLOSE"


class Case(CaseCorrections, CaseAccess, CaseFiles, CaseErasures, CaseMarks):
    """A matter that a school deals with, from the day it became aware until it is closed."""

    def __init_subclass__(cls) -> None:
        """Declare the events of the classes a kind is built on as the kind's own.

        The library ties an event to the class whose body declares it, and a stored name to one event class; so each
        kind declares the inherited changes again, under its own names.
        """
        kind = str(vars(cls).get("TOPIC", "")).removesuffix(".v1")
        if kind:
            declare_inherited(cls, kind)
        super().__init_subclass__()

    def _open(
        self,
        reference: str,
        school_reference: str | None,
        school_urn: str,
        opened_on: date,
        policy: PolicyRef | None,
        reported_by: UUID | None,
    ) -> None:
        self.reference = reference
        self.school_reference = school_reference
        self._begin_at(school_urn)
        self.opened_on = opened_on
        self.policy = policy
        self.reported_by = reported_by
        self.owner: UUID | None = None
        self.links: dict[tuple[UUID, str], None] = {}  # in the order they were made
        self.is_closed = False
        self.closed_on: date | None = None
        self.outcome: str | None = None
        self.closed_as_logged = False
        self.closures: tuple[Closure, ...] = ()
        self.imported: Imported | None = None
        self.addenda: tuple[Sealed, ...] = ()
        self._begin_marks()
        self._begin_corrections()
        self._begin_access()
        self._begin_files()
        self._begin_erasures()
        self._begin_retention()
        self._begin_requirements()

    # --- decisions

    def note_import(self, *, file_sha256: str, lines: tuple[int, ...]) -> None:
        """Say from which file, by its SHA-256, and from which lines of it the case was imported."""
        refuse(AlreadyImported if self.imported else None)
        require_sha256("file_sha256", file_sha256)
        self._imported(file_sha256=file_sha256, lines=tuple(lines))

    def assign(self, *, owner: UUID, by: UUID | None = None) -> None:
        """Give the case to the person who runs it, who is none of those it is about; nor do these say who does."""
        refuse(self.bars_step())
        self.require_impartial(by)
        self.require_impartial(owner)
        if owner != self.owner:
            self._assigned(owner=owner)

    def add_addendum(self, *, text: Sealed) -> None:
        """Add words to the record; possible at any time, for what is recorded is never rewritten."""
        require_text("text", text)
        self._addendum_recorded(text=text)

    def link(self, *, other: UUID, kind: str, origins: frozenset[UUID] = frozenset(), by: UUID | None = None) -> None:
        """Link the case to another; `origins` are all cases from which the other arose, directly or not.

        What a case counts hangs on what it arose from (design, counting rules 2 and 3), so that it is a decision too.
        """
        self.require_impartial(by)
        require_code("link_kinds", kind, "kind")
        if other == self.id:
            raise LinkedToItself("other")
        if kind == AROSE_FROM and self.id in origins:
            raise LinkCircular("other")
        if (other, kind) not in self.links:
            self._linked(other=other, kind=kind)

    def unlink(self, *, other: UUID, kind: str, reason: Sealed | None = None, by: UUID | None = None) -> None:
        """Take a link away again."""
        self.require_impartial(by)
        require_code("link_kinds", kind, "kind")
        if (other, kind) not in self.links:
            raise NotLinked("other", "kind")
        self._unlinked(other=other, kind=kind, reason=present(reason))

    def reopen(self, *, reopened_on: date, reason: Sealed, today: date, by: UUID | None = None) -> None:
        """Open a closed case again; its outcome is open again too."""
        refuse(self.bars_reopening())
        self.require_impartial(by)
        require_not_future(today, reopened_on=reopened_on)
        require_order(self.closed_on, reopened_on, "reopened_on")
        require_text("reason", reason)
        self._reopened(reopened_on=reopened_on, reason=reason)

    def close_as_logged(self, *, outcome: str | None, closed_on: date | None, today: date) -> None:
        """Close an imported case as its log says, without the rules for closing."""
        refuse(self.bars_step())
        self._require_outcome(outcome, closed_on)
        require_not_future(today, closed_on=closed_on)
        self._closed(outcome=outcome, closed_on=closed_on, as_logged=True, notes=None)

    def close(
        self,
        *,
        outcome: str,
        closed_on: date,
        today: date,
        policy: PolicyPack | None = None,
        override: Sealed | None = None,
        notes: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Close the case with an outcome; nothing is closed while something is owed that its policy asks for first.

        `policy` is the pack pinned to the case; `override` is why its requirements are set aside this once.
        """
        refuse(self.bars_step())
        self.require_impartial(by)
        self._require_outcome(outcome, closed_on)
        require_not_future(today, closed_on=closed_on)
        require_order(self.opened_on, closed_on, "closed_on")
        owed = bars_closing(self, policy)
        if owed and override is None:
            raise DutiesOutstanding.of(owed)
        for duty in owed:
            self._set_aside(CLOSE, duty.code, duty.clause, override)
        self.require_step(CLOSE, policy, override)
        self._closed(outcome=outcome, closed_on=closed_on, as_logged=False, notes=present(notes))

    def _require_outcome(self, outcome: str | None, closed_on: date | None) -> None:
        if outcome is not None:
            require_code(self.outcome_list, outcome, "outcome", closed_on)

    # --- guards: why a decision is not possible now, whatever its input; None when it is

    def bars_step(self) -> type[Refused] | None:
        """Why the case cannot be carried on."""
        return CaseMarked if self.mark else CaseClosed if self.is_closed else None

    def bars_late_step(self) -> type[Refused] | None:
        """Why a step cannot be taken that makes sense on a closed case too."""
        return CaseMarked if self.mark else None

    def bars_unlinking(self) -> type[Refused] | None:
        """Why there is no link to take away."""
        return None if self.links else NotLinked

    def bars_reopening(self) -> type[Refused] | None:
        """Why the case cannot be opened again."""
        return CaseMarked if self.mark else None if self.is_closed else CaseNotClosed

    # --- changes

    @event("Imported", topic="*.imported.v1")
    def _imported(self, file_sha256: str, lines: tuple[int, ...]) -> None:
        """The case was imported from a school's own log: the file by its hash, and the lines."""
        self.imported = Imported(file_sha256, lines)

    @event("Assigned", topic="*.assigned.v1")
    def _assigned(self, owner: UUID) -> None:
        """A person was given the case to run."""
        self.owner = owner

    @event("AddendumRecorded", topic="*.addendum_recorded.v1")
    def _addendum_recorded(self, text: Sealed) -> None:
        """Words were added to the record."""
        self.addenda = (*self.addenda, text)

    @event("Linked", topic="*.linked.v1")
    def _linked(self, other: UUID, kind: str) -> None:
        """The case was linked to another."""
        self.links[(other, kind)] = None

    @event("Unlinked", topic="*.unlinked.v1")
    def _unlinked(self, other: UUID, kind: str, reason: Sealed | None = None) -> None:
        """A link to another case was taken away."""
        self.links.pop((other, kind), None)

    @event("Closed", topic="*.closed.v1")
    def _closed(self, outcome: str | None, closed_on: date | None, as_logged: bool, notes: Sealed | None) -> None:
        """The case was closed; `as_logged` says that a log said so and the rules for closing were not applied."""
        self.is_closed = True
        self.outcome = outcome
        self.closed_on = closed_on
        self.closed_as_logged = as_logged
        self.closures = (*self.closures, Closure(closed_on, outcome, as_logged, notes))

    @event("Reopened", topic="*.reopened.v1")
    def _reopened(self, reopened_on: date, reason: Sealed) -> None:
        """The closed case was opened again."""
        self.is_closed = False
        self.outcome = None
        self.closed_on = None
        self.closed_as_logged = False
        self.closures = (*self.closures[:-1], replace(self.closures[-1], reopened_on=reopened_on, reason=reason))
        self._end_retention_reviews()

    # --- questions

    @property
    @abstractmethod
    def outcome_list(self) -> str:
        """The code list of this kind's outcomes."""

    @property
    def readers(self) -> frozenset[UUID]:
        """The persons who see the case as their own: who reported it and who runs it."""
        return frozenset(person for person in (self.reported_by, self.owner) if person is not None)

    @property
    def open_to(self) -> frozenset[UUID]:
        """The readers, and the roles that see the case as their own, by the ids of both."""
        return self.readers

    @property
    def barred(self) -> frozenset[UUID]:
        """The persons who do not see the case by any road."""
        return frozenset()

    @property
    def arose_from(self) -> tuple[UUID, ...]:
        """The cases this one came out of, in the order they were linked."""
        return tuple(other for other, kind in self.links if kind == AROSE_FROM)

    @property
    def status(self) -> CaseStatus:
        """What a list shows: the mark if there is one, else open or closed."""
        if self.mark is not None:
            return CaseStatus(self.mark.value)
        return CaseStatus.CLOSED if self.is_closed else CaseStatus.OPEN
