"""Nobody decides a case who is the subject of it (design D15)."""

from __future__ import annotations

from uuid import UUID

from domain.held_to_policy import HeldToPolicy
from domain.refusals import DeciderIsSubject


class Impartial(HeldToPolicy):
    """What is decided by persons whom it is not about."""

    def require_impartial(self, by: UUID | None) -> None:
        """Refuse a decision by a person the case is about."""
        if by is not None and by in self.subjects:
            raise DeciderIsSubject

    @property
    def subjects(self) -> frozenset[UUID]:
        """The persons the case is about, who therefore do not decide it."""
        return frozenset()
