"""An incident's items: one post on one network, message, image or act each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.sealed import Sealed
from domain.values import Mark


@dataclass(frozen=True, slots=True)
class Classification:
    """What an item is and whom it is about; `aspect` says which side of the school: practice, procedure or policy."""

    nature: str
    target: str
    aspect: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """The present state of one item.

    `recorded_on` is the London date of recording, or what the school's own log says for an imported item. `about` are
    the persons the item speaks of. `mark` excludes the item from every count. `removal_asked_by` is who last asked,
    for the school, for the post to be taken down. `counted_at` is the school at which it counts where the case was
    transferred from there since; `merged_into` and `split_from` are other items.
    """

    item_id: UUID
    ordinal: int
    platform: str
    poster_role: str
    poster: UUID | None
    taker_role: str | None
    taker: UUID | None
    discovered_on: date
    posted_on: date | None
    recorded_on: date
    classifications: tuple[Classification, ...] = ()
    characteristics: tuple[str, ...] = ()
    about: tuple[UUID, ...] = ()
    names_individual: bool = False
    mark: Mark | None = None
    removal: str | None = None
    removal_on: date | None = None
    repost_of: UUID | None = None
    line: int | None = None
    url: Sealed | None = None
    handle: Sealed | None = None
    narrative: Sealed | None = None
    description: Sealed | None = None
    removal_asked_by: str | None = None
    counted_at: str | None = None
    merged_into: UUID | None = None
    split_from: UUID | None = None

    @property
    def is_classified(self) -> bool:
        """Whether anybody has said yet what the item is."""
        return bool(self.classifications)

    @property
    def removal_unconfirmed(self) -> bool:
        """Whether somebody was asked to take the post down and nobody has checked yet."""
        return self.removal == "REQUESTED"

    @property
    def counts(self) -> bool:
        """Whether the item itself is not excluded; its case may still be."""
        return self.mark is None

    def has_nature(self, nature: str) -> bool:
        """Whether one of the classifications is of this nature."""
        return any(classification.nature == nature for classification in self.classifications)
