"""Items of an incident put together and taken apart: one post recorded as two items, or two posts as one.

Both restate the past, for an item adds at most one to each count whatever number of times it was recorded.
"""
# ruff: noqa: ARG002 - a change names every field of its event, also those that the present state does not keep

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from domain.aggregate import event
from domain.checks import present, refuse, require_distinct, require_text
from domain.incident_corrections import IncidentCorrections
from domain.incident_items import require_classification, require_some
from domain.items import Classification, Item
from domain.lifecycle_refusals import MergedIntoItself, MergedItemChanged, NothingToMerge, NothingToSplit, NotOfTheItem
from domain.refusals import ItemExcluded, Refused, UnknownItem
from domain.sealed import Sealed
from domain.values import Mark
from domain.vocabulary import require_code

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of an item and goes over to another one with it: what it is, and of whom it speaks."""

    classifications: tuple[Classification, ...]
    characteristics: tuple[str, ...]
    about: tuple[UUID, ...]

    @classmethod
    def of(cls, item: Item) -> Said:
        """What is said of an item."""
        return cls(item.classifications, item.characteristics, item.about)


@dataclass(frozen=True, slots=True)
class Merge:
    """What a merge added to the item `into`, and what was said of that one afterwards."""

    into: UUID
    added: Said
    left: Said


class IncidentJoining(IncidentCorrections):
    """The part of an incident that puts items together and takes them apart; possible on a closed case too."""

    def _begin_joining(self) -> None:
        self.merges: dict[UUID, Merge] = {}

    # --- decisions

    def merge_items(self, *, item_id: UUID, into: UUID, reason: Sealed, by: UUID | None = None) -> None:
        """Say that two items are one post: the first counts nothing any more, and the second gets what it did not have.

        The persons whom the first speaks of go over too: whom an allegation is about does not decide the case.
        """
        item, other = self.item(item_id), self.item(into, "into")
        if item_id == into:
            raise MergedIntoItself("into")
        refuse(self.bars_merging())
        refuse(self.bars_item_change(item), "item_id")
        refuse(self.bars_item_change(other), "into")
        self.require_impartial(by)
        require_text("reason", reason)
        known = {(one.nature, one.target) for one in other.classifications}
        self._items_merged(
            item_id=item_id,
            into=into,
            classifications=tuple(one for one in item.classifications if (one.nature, one.target) not in known),
            characteristics=_without(item.characteristics, other.characteristics),
            about=_without(item.about, other.about),
            reason=reason,
        )

    def split_item(
        self,
        *,
        item_id: UUID,
        new_item_id: UUID,
        classifications: tuple[Classification, ...],
        reason: Sealed,
        characteristics: tuple[str, ...] | None = None,
        platform: str | None = None,
        url: Sealed | None = None,
        handle: Sealed | None = None,
        narrative: Sealed | None = None,
        description: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Say that an item is two posts: a new one with the same days, poster and persons takes classifications over.

        `characteristics` are those of the new item, all of the old one's if none are given; the old one keeps its own.
        """
        item = self.item(item_id)
        self._require_new_item(new_item_id)
        refuse(self.bars_splitting(item), "item_id")
        self.require_impartial(by)
        require_some(classifications)
        given = [(one.nature, one.target) for one in classifications]
        require_distinct(given, "classifications")
        moved = tuple(one for one in item.classifications if (one.nature, one.target) in given)
        if len(moved) < len(given):
            raise NotOfTheItem("classifications")
        if len(moved) == len(item.classifications):
            raise NothingToSplit("classifications")
        concerned = item.characteristics if characteristics is None else characteristics
        if _without(concerned, item.characteristics):
            raise NotOfTheItem("characteristics")
        # A school's own log may have left the characteristic out.
        require_classification(moved, concerned, item.discovered_on, logged=item.line is not None)
        if platform is not None:
            require_code("platforms", platform, "platform", item.discovered_on)
        require_text("reason", reason)
        self._item_split(
            item_id=item_id,
            new_item_id=new_item_id,
            classifications=moved,
            characteristics=concerned,
            platform=platform or item.platform,
            url=present(url),
            handle=present(handle),
            narrative=present(narrative),
            description=present(description),
            reason=reason,
        )

    def restore_item(self, *, item_id: UUID, reason: Sealed, by: UUID | None = None) -> None:
        """Let an excluded item count again; one that was merged takes with it what the merge added to the other."""
        merge = self.merges.get(item_id)
        if merge is None:
            super().restore_item(item_id=item_id, reason=reason, by=by)
            return
        refuse(self.bars_restoring(self.items[item_id]), "item_id")
        self.require_impartial(by)
        require_text("reason", reason)
        added = merge.added
        self._merge_undone(
            item_id=item_id,
            into=merge.into,
            classifications=added.classifications,
            characteristics=added.characteristics,
            about=added.about,
            reason=reason,
        )

    # --- guards

    def bars_merging(self) -> type[Refused] | None:
        """Why no item can be merged into another."""
        if len(self.counting_items) > 1:
            return None
        return NothingToMerge if self.counting_items else ItemExcluded if self.items else UnknownItem

    def bars_splitting(self, item: Item) -> type[Refused] | None:
        """Why an item cannot be split."""
        return self.bars_item_change(item) or (None if len(item.classifications) > 1 else NothingToSplit)

    def bars_restoring(self, item: Item) -> type[Refused] | None:
        """Why an item cannot be restored; a merge is undone while the other item is as the merge left it."""
        merge = self.merges.get(item.item_id)
        if merge is not None:
            other = self.items[merge.into]
            return None if other.counts and Said.of(other) == merge.left else MergedItemChanged
        return super().bars_restoring(item)

    # --- changes

    @event("ItemsMerged", topic="incident.items_merged.v1")
    def _items_merged(
        self,
        item_id: UUID,
        into: UUID,
        classifications: tuple[Classification, ...],
        characteristics: tuple[str, ...],
        about: tuple[UUID, ...],
        reason: Sealed,
    ) -> None:
        """Two items turned out to be one post: one was excluded, and the other got what it did not have."""
        other = self.items[into]
        merged = replace(
            other,
            classifications=(*other.classifications, *classifications),
            characteristics=(*other.characteristics, *characteristics),
            about=(*other.about, *about),
        )
        self.items[into] = merged
        self.items[item_id] = replace(self.items[item_id], mark=Mark.DUPLICATE, merged_into=into)
        self.merges[item_id] = Merge(into, Said(classifications, characteristics, about), Said.of(merged))

    @event("MergeUndone", topic="incident.merge_undone.v1")
    def _merge_undone(
        self,
        item_id: UUID,
        into: UUID,
        classifications: tuple[Classification, ...],
        characteristics: tuple[str, ...],
        about: tuple[UUID, ...],
        reason: Sealed,
    ) -> None:
        """Two items that were merged turned out to be two: what the merge had added was taken away again."""
        other = self.items[into]
        self.items[into] = replace(
            other,
            classifications=_without(other.classifications, classifications),
            characteristics=_without(other.characteristics, characteristics),
            about=_without(other.about, about),
        )
        self.items[item_id] = replace(self.items[item_id], mark=None, merged_into=None)
        del self.merges[item_id]

    @event("ItemSplit", topic="incident.item_split.v1")
    def _item_split(
        self,
        item_id: UUID,
        new_item_id: UUID,
        classifications: tuple[Classification, ...],
        characteristics: tuple[str, ...],
        platform: str,
        url: Sealed | None,
        handle: Sealed | None,
        narrative: Sealed | None,
        description: Sealed | None,
        reason: Sealed,
    ) -> None:
        """An item turned out to be two posts: a new item took some of its classifications over."""
        item = self.items[item_id]
        self.items[item_id] = replace(item, classifications=_without(item.classifications, classifications))
        self.items[new_item_id] = replace(
            item,
            item_id=new_item_id,
            ordinal=len(self.items) + 1,
            split_from=item_id,
            classifications=classifications,
            characteristics=characteristics,
            platform=platform,
            repost_of=None,
            removal=None,
            removal_on=None,
            line=None,
            url=url,
            handle=handle,
            narrative=narrative,
            description=description,
        )


def _without(values: tuple[Value, ...], taken: tuple[Value, ...]) -> tuple[Value, ...]:
    return tuple(value for value in values if value not in taken)
