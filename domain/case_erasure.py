"""What a case keeps of erasures: which of its texts are gone, and which redacted ones stand in their place.

What is erased is decided in the erasure itself (`domain.erasure`); here stands what became of it in this case, so that
its own history says so.
"""

from __future__ import annotations

from uuid import UUID

from domain.aggregate import event
from domain.checks import require_text
from domain.impartial import Impartial
from domain.refusals import RefusalCode, Refused
from domain.sealed import Sealed, SealedRef

__all__ = ["CaseErasures", "NoSuchText"]


class NoSuchText(Refused):
    """This case has no such text."""

    code = RefusalCode.NOT_FOUND


class CaseErasures(Impartial):
    """The part of a case that says what of it was erased."""

    def _begin_erasures(self) -> None:
        # Which erasures took its texts, or those about a person.
        self.erasures: frozenset[tuple[UUID, UUID | None]] = frozenset()
        # Redacted texts that wait for their erasure: by erasure, version and part.
        self.prepared: dict[tuple[UUID, int, str], Sealed] = {}
        # The texts that stand in place of erased ones, None where nothing does: by version and part.
        self.redactions: dict[tuple[int, str], Sealed | None] = {}

    # --- decisions

    def prepare_redaction(self, *, erasure_id: UUID, of_version: int, part: str, text: Sealed) -> None:
        """Keep the text that is to stand in place of another once that is erased."""
        if not 1 <= of_version <= self.version:
            raise NoSuchText("of_version")
        require_text("text", text)
        self._redaction_prepared(erasure_id=erasure_id, of_version=of_version, part=part, text=text)

    def note_part_erased(self, *, erasure_id: UUID, of_version: int, part: str) -> None:
        """Record that one text is erased, before it is; once only."""
        if not self.has_erased(of_version, part):
            self._part_erased(erasure_id=erasure_id, version=of_version, part=part)

    def note_texts_erased(self, *, erasure_id: UUID, person: UUID | None, texts: int) -> None:
        """Record that the texts of the case, or those about a person, are erased; once for each erasure and person."""
        if (erasure_id, person) not in self.erasures:
            self._texts_erased(erasure_id=erasure_id, person=person, texts=texts)

    # --- changes

    @event("RedactionPrepared", topic="*.redaction_prepared.v1")
    def _redaction_prepared(self, erasure_id: UUID, of_version: int, part: str, text: Sealed) -> None:
        """A text was written that is to stand in place of another, once that is erased."""
        self.prepared[(erasure_id, of_version, part)] = text

    @event("PartErased", topic="*.part_erased.v1")
    def _part_erased(self, erasure_id: UUID, version: int, part: str) -> None:
        """One text was erased; where another was written for its place, that stands there now."""
        self.redactions[(version, part)] = self.prepared.pop((erasure_id, version, part), None)

    @event("TextsErased", topic="*.texts_erased.v1")
    def _texts_erased(self, erasure_id: UUID, person: UUID | None, texts: int) -> None:  # noqa: ARG002 - a field of the event
        """The texts of the case, or those about a person in it, were erased with their keys."""
        self.erasures = self.erasures | {(erasure_id, person)}

    # --- questions

    @property
    def is_erased_whole(self) -> bool:
        """Whether the keys of the case were destroyed, and not only single texts or those about a person."""
        return any(person is None for _, person in self.erasures)

    def has_erased(self, version: int, part: str) -> bool:
        """Whether a single text was erased, by itself and not with its key."""
        return (version, part) in self.redactions

    def in_place_of(self, version: int, part: str) -> SealedRef | None:
        """The text that stands where another was erased; None where none does."""
        found = self.redactions.get((version, part))
        return found if isinstance(found, SealedRef) else None
