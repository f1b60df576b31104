"""The items of an incident: recorded, classified, corrected, excluded and restored, and their posters identified."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from domain.aggregate import UNRECORDED, event
from domain.case import Case
from domain.checks import present, refuse, require_codes, require_distinct, require_not_future
from domain.items import Classification, Item
from domain.refusals import (
    AlreadyClassified,
    CharacteristicMissing,
    IdentityTaken,
    ItemExcluded,
    MalformedValue,
    PostedAfterDiscovery,
    Refused,
    UnknownItem,
)
from domain.sealed import Sealed
from domain.values import london_date
from domain.vocabulary import require_code


class IncidentItems(Case):
    """The part of an incident that says what was posted."""

    def _begin_items(self) -> None:
        self.items: dict[UUID, Item] = {}

    # --- decisions

    def record_item(
        self,
        *,
        item_id: UUID,
        platform: str,
        poster_role: str,
        discovered_on: date,
        today: date,
        posted_on: date | None = None,
        logged_on: date | None = None,
        line: int | None = None,
        poster: UUID | None = None,
        taker_role: str | None = None,
        taker: UUID | None = None,
        about: tuple[UUID, ...] = (),
        names_individual: bool = False,
        classifications: tuple[Classification, ...] = (),
        characteristics: tuple[str, ...] = (),
        removal: str | None = None,
        url: Sealed | None = None,
        handle: Sealed | None = None,
        narrative: Sealed | None = None,
        description: Sealed | None = None,
    ) -> None:
        """Record one post on one network, message, image or act.

        `line` says that the item comes from that line of an imported log, which may also give the day of recording
        (`logged_on`) and the state of the removal. `description` says in words what nature OTHER stands for.
        """
        refuse(self.bars_step())
        self._require_new_item(item_id)
        require_facts(
            platform=platform,
            poster_role=poster_role,
            taker_role=taker_role,
            about=about,
            discovered_on=discovered_on,
            posted_on=posted_on,
            today=today,
        )
        require_not_future(today, logged_on=logged_on)
        require_classification(classifications, characteristics, discovered_on, logged=line is not None)
        if removal is not None:
            require_code("removal_states", removal, "removal")
        self._item_recorded(
            item_id=item_id,
            platform=platform,
            poster_role=poster_role,
            poster=poster,
            taker_role=taker_role,
            taker=taker,
            about=about,
            names_individual=names_individual,
            discovered_on=discovered_on,
            posted_on=posted_on,
            logged_on=logged_on,
            line=line,
            classifications=classifications,
            characteristics=characteristics,
            removal=removal,
            url=present(url),
            handle=present(handle),
            narrative=present(narrative),
            description=present(description),
        )

    def classify_item(
        self,
        *,
        item_id: UUID,
        classifications: tuple[Classification, ...],
        characteristics: tuple[str, ...] = (),
        description: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Say for the first time what an item is."""
        self.require_impartial(by)
        item = self.item(item_id)
        refuse(self.bars_classifying(item), "item_id")
        require_some(classifications)
        require_classification(classifications, characteristics, item.discovered_on)
        self._item_classified(
            item_id=item_id,
            classifications=classifications,
            characteristics=characteristics,
            description=present(description),
        )

    def _require_new_item(self, item_id: UUID) -> None:
        if item_id in self.items:
            raise IdentityTaken("item_id")

    # --- guards: why a decision about an item is not possible now, whatever its input; None when it is

    def bars_item_change(self, item: Item) -> type[Refused] | None:
        """Why the record of an item cannot be put right; a closed case's can."""
        return ItemExcluded if item.mark else None

    def bars_classifying(self, item: Item) -> type[Refused] | None:
        """Why an item cannot be classified for the first time."""
        return self.bars_item_change(item) or (AlreadyClassified if item.classifications else None)

    # --- changes

    @event("ItemRecorded", topic="incident.item_recorded.v1")
    def _item_recorded(
        self,
        item_id: UUID,
        platform: str,
        poster_role: str,
        poster: UUID | None,
        taker_role: str | None,
        taker: UUID | None,
        about: tuple[UUID, ...],
        names_individual: bool,
        discovered_on: date,
        posted_on: date | None,
        logged_on: date | None,
        line: int | None,
        classifications: tuple[Classification, ...],
        characteristics: tuple[str, ...],
        removal: str | None,
        url: Sealed | None,
        handle: Sealed | None,
        narrative: Sealed | None,
        description: Sealed | None,
        timestamp: datetime = UNRECORDED,
    ) -> None:
        """One post on one network, message, image or act was recorded."""
        recorded_on = london_date(timestamp) if line is None else logged_on or discovered_on
        self.items[item_id] = Item(
            item_id=item_id,
            ordinal=len(self.items) + 1,
            platform=platform,
            poster_role=poster_role,
            poster=poster,
            taker_role=taker_role,
            taker=taker,
            discovered_on=discovered_on,
            posted_on=posted_on,
            recorded_on=recorded_on,
            classifications=classifications,
            characteristics=characteristics,
            about=about,
            names_individual=names_individual,
            removal=removal,
            line=line,
            url=url,
            handle=handle,
            narrative=narrative,
            description=description,
        )

    @event("ItemClassified", topic="incident.item_classified.v1")
    def _item_classified(
        self,
        item_id: UUID,
        classifications: tuple[Classification, ...],
        characteristics: tuple[str, ...],
        description: Sealed | None,
    ) -> None:
        """Somebody said for the first time what an item is."""
        self._set_classification(item_id, classifications, characteristics, description)

    def _set_classification(
        self,
        item_id: UUID,
        classifications: tuple[Classification, ...],
        characteristics: tuple[str, ...],
        description: Sealed | None,
    ) -> None:
        item = self.items[item_id]
        self.items[item_id] = replace(
            item,
            classifications=classifications,
            characteristics=characteristics,
            description=description or item.description,
        )

    # --- questions

    def item(self, item_id: UUID, field: str = "item_id") -> Item:
        """Give the item; raises UnknownItem naming the field."""
        if item_id not in self.items:
            raise UnknownItem(field)
        return self.items[item_id]

    def _count_at(self, school_urn: str) -> None:
        self.items = {
            item_id: item if item.counted_at else replace(item, counted_at=school_urn)
            for item_id, item in self.items.items()
        }

    @property
    def countable_ids(self) -> Collection[UUID]:
        """The items: each is counted by itself."""
        return self.items.keys()

    @property
    def counting_items(self) -> tuple[Item, ...]:
        """The items that are not excluded, in the order they were recorded."""
        return tuple(item for item in self.items.values() if item.counts)

    @property
    def subjects(self) -> frozenset[UUID]:
        """The persons an allegation is about: they may be supported, but do not decide the case."""
        return frozenset(
            person for item in self.counting_items if item.has_nature("ALLEGATION") for person in item.about
        )


def require_facts(
    *,
    platform: str,
    poster_role: str,
    taker_role: str | None,
    about: tuple[UUID, ...],
    discovered_on: date,
    posted_on: date | None,
    today: date,
) -> None:
    """Refuse unknown codes, future dates, and a post made after it was discovered."""
    require_code("platforms", platform, "platform", discovered_on)
    require_code("poster_roles", poster_role, "poster_role", discovered_on)
    if taker_role is not None:
        require_code("poster_roles", taker_role, "taker_role", discovered_on)
    require_distinct(about, "about")
    require_not_future(today, discovered_on=discovered_on, posted_on=posted_on)
    if posted_on is not None and posted_on > discovered_on:
        raise PostedAfterDiscovery("posted_on")


def require_some(classifications: tuple[Classification, ...]) -> None:
    """Refuse to classify an item as nothing."""
    if not classifications:
        raise MalformedValue("classifications")


def require_classification(
    classifications: tuple[Classification, ...], characteristics: tuple[str, ...], on: date, *, logged: bool = False
) -> None:
    """Refuse unknown codes and contradictions; a school's own log may leave the characteristic out (`logged`)."""
    for classification in classifications:
        require_code("natures", classification.nature, "nature", on)
        require_code("targets", classification.target, "target", on)
        if classification.aspect is not None:
            require_code("school_aspects", classification.aspect, "aspect", on)
            if classification.target != "SCHOOL":
                raise MalformedValue("aspect")
    require_distinct([(one.nature, one.target) for one in classifications], "classifications")
    require_codes("characteristics", characteristics, "characteristics", on)
    prejudiced = any(one.nature == "PREJUDICED_COMMENT" for one in classifications)
    if prejudiced and not characteristics and not logged:
        raise CharacteristicMissing("characteristics")
