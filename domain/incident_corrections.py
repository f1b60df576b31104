"""The record of an incident put right: items reclassified, corrected, excluded and restored, posters identified."""
# ruff: noqa: ARG002 - a change names every field of its event, also those that the present state does not keep

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from domain.aggregate import event
from domain.checks import present, refuse, require_text
from domain.incident_items import IncidentItems, require_classification, require_facts, require_some
from domain.items import Classification, Item
from domain.refusals import ItemNotExcluded, NotClearable, NotYetClassified, Refused
from domain.sealed import Sealed
from domain.values import Mark
from domain.vocabulary import require_code

# What a correction may change of an item, and which of it may be emptied.
_CORRECTABLE = ("platform", "poster_role", "poster", "taker_role", "taker", "about", "names_individual")
_CORRECTABLE_DATES = ("discovered_on", "posted_on")
_CORRECTABLE_TEXTS = ("url", "handle", "narrative", "description")
_CLEARABLE = frozenset({"poster", "taker_role", "taker", "posted_on", *_CORRECTABLE_TEXTS})


class IncidentCorrections(IncidentItems):
    """The part of an incident that puts right what was recorded of its items; possible on a closed case too."""

    # --- decisions

    def reclassify_item(
        self,
        *,
        item_id: UUID,
        classifications: tuple[Classification, ...],
        reason: Sealed,
        characteristics: tuple[str, ...] = (),
        description: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Replace what was said of an item; its counts move, past included."""
        item = self.item(item_id)
        refuse(self.bars_reclassifying(item), "item_id")
        self.require_impartial(by)
        require_some(classifications)
        require_classification(classifications, characteristics, item.discovered_on)
        require_text("reason", reason)
        same = set(classifications) == set(item.classifications) and set(characteristics) == set(item.characteristics)
        if not same or present(description) is not None:
            self._item_reclassified(
                item_id=item_id,
                classifications=classifications,
                characteristics=characteristics,
                description=present(description),
                reason=reason,
            )

    def correct_item(
        self,
        *,
        item_id: UUID,
        reason: Sealed,
        today: date,
        platform: str | None = None,
        poster_role: str | None = None,
        poster: UUID | None = None,
        taker_role: str | None = None,
        taker: UUID | None = None,
        about: tuple[UUID, ...] | None = None,
        names_individual: bool | None = None,
        discovered_on: date | None = None,
        posted_on: date | None = None,
        url: Sealed | None = None,
        handle: Sealed | None = None,
        narrative: Sealed | None = None,
        description: Sealed | None = None,
        clear: tuple[str, ...] = (),
        by: UUID | None = None,
    ) -> None:
        """Correct what was recorded of an item; None leaves a field as it is, `clear` names fields to empty."""
        item = self.item(item_id)
        refuse(self.bars_item_change(item), "item_id")
        self.require_impartial(by)
        require_text("reason", reason)
        given: dict[str, Any] = {
            "platform": platform,
            "poster_role": poster_role,
            "poster": poster,
            "taker_role": taker_role,
            "taker": taker,
            "about": about,
            "names_individual": names_individual,
            "discovered_on": discovered_on,
            "posted_on": posted_on,
            "url": present(url),
            "handle": present(handle),
            "narrative": present(narrative),
            "description": present(description),
        }
        _require_clearable(clear, given)
        corrected: dict[str, Any] = {
            field: None if field in clear else getattr(item, field) if value is None else value
            for field, value in given.items()
        }
        facts: dict[str, Any] = {field: corrected[field] for field in (*_CORRECTABLE, *_CORRECTABLE_DATES)}
        changed = tuple(field for field, value in corrected.items() if value != getattr(item, field))
        require_facts(
            platform=corrected["platform"],
            poster_role=corrected["poster_role"],
            taker_role=corrected["taker_role"],
            about=corrected["about"],
            discovered_on=corrected["discovered_on"],
            posted_on=corrected["posted_on"],
            today=today,
        )
        if changed:
            # A text sealed before is not sealed again: the event carries only the texts it changes.
            texts: dict[str, Any] = {
                field: corrected[field] if field in changed else None for field in _CORRECTABLE_TEXTS
            }
            self._item_corrected(item_id=item_id, changed=changed, reason=reason, **facts, **texts)

    def identify_poster(self, *, item_id: UUID, poster_role: str, poster: UUID | None = None) -> None:
        """Say who posted an item, once it is known: by role, and by person where the school knows the person."""
        item = self.item(item_id)
        refuse(self.bars_item_change(item), "item_id")
        require_code("poster_roles", poster_role, "poster_role", item.discovered_on)
        if (poster_role, poster) != (item.poster_role, item.poster):
            self._poster_identified(item_id=item_id, poster_role=poster_role, poster=poster)

    def exclude_item(self, *, item_id: UUID, mark: str, reason: Sealed, by: UUID | None = None) -> None:
        """Take one item out of every count, from now on and for its past: `mark` says why."""
        item = self.item(item_id)
        refuse(self.bars_item_change(item), "item_id")
        self.require_impartial(by)
        require_code("marks", mark, "mark")
        require_text("reason", reason)
        self._item_excluded(item_id=item_id, mark=mark, reason=reason)

    def restore_item(self, *, item_id: UUID, reason: Sealed, by: UUID | None = None) -> None:
        """Let an excluded item count again."""
        item = self.item(item_id)
        refuse(self.bars_restoring(item), "item_id")
        self.require_impartial(by)
        require_text("reason", reason)
        self._item_restored(item_id=item_id, reason=reason)

    # --- guards

    def bars_reclassifying(self, item: Item) -> type[Refused] | None:
        """Why an item cannot be classified anew."""
        return self.bars_item_change(item) or (None if item.classifications else NotYetClassified)

    def bars_restoring(self, item: Item) -> type[Refused] | None:
        """Why an item cannot be restored."""
        return None if item.mark else ItemNotExcluded

    # --- changes

    @event("ItemReclassified", topic="incident.item_reclassified.v1")
    def _item_reclassified(
        self,
        item_id: UUID,
        classifications: tuple[Classification, ...],
        characteristics: tuple[str, ...],
        description: Sealed | None,
        reason: Sealed,
    ) -> None:
        """What was said of an item was replaced."""
        self._set_classification(item_id, classifications, characteristics, description)

    @event("ItemCorrected", topic="incident.item_corrected.v1")
    def _item_corrected(
        self,
        item_id: UUID,
        changed: tuple[str, ...],
        platform: str,
        poster_role: str,
        poster: UUID | None,
        taker_role: str | None,
        taker: UUID | None,
        about: tuple[UUID, ...],
        names_individual: bool,
        discovered_on: date,
        posted_on: date | None,
        url: Sealed | None,
        handle: Sealed | None,
        narrative: Sealed | None,
        description: Sealed | None,
        reason: Sealed,
    ) -> None:
        """The record of an item was corrected; `changed` names the fields, the clear ones are given whole."""
        item = self.items[item_id]
        texts: dict[str, Any] = {"url": url, "handle": handle, "narrative": narrative, "description": description}
        self.items[item_id] = replace(
            item,
            platform=platform,
            poster_role=poster_role,
            poster=poster,
            taker_role=taker_role,
            taker=taker,
            about=about,
            names_individual=names_individual,
            discovered_on=discovered_on,
            posted_on=posted_on,
            **{field: text for field, text in texts.items() if field in changed},
        )

    @event("PosterIdentified", topic="incident.poster_identified.v1")
    def _poster_identified(self, item_id: UUID, poster_role: str, poster: UUID | None) -> None:
        """It became known who posted an item."""
        self.items[item_id] = replace(self.items[item_id], poster_role=poster_role, poster=poster)

    @event("ItemExcluded", topic="incident.item_excluded.v1")
    def _item_excluded(self, item_id: UUID, mark: str, reason: Sealed) -> None:
        """One item was taken out of every count."""
        self.items[item_id] = replace(self.items[item_id], mark=Mark(mark))

    @event("ItemRestored", topic="incident.item_restored.v1")
    def _item_restored(self, item_id: UUID, reason: Sealed) -> None:
        """An excluded item counts again."""
        self.items[item_id] = replace(self.items[item_id], mark=None)


def _require_clearable(clear: Iterable[str], given: dict[str, Any]) -> None:
    for field in clear:
        if field not in _CLEARABLE or given[field] is not None:
            # What is no field may be anything, and a refusal never repeats a submitted value.
            raise NotClearable(field if field in given else "clear")
