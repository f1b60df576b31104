"""Whether somebody posted while the school was still dealing with their complaint (Sharp Lane L36)."""
# ruff: noqa: D102 - the members say what they are where the complaint and the item define them

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol
from uuid import UUID

from domain.values import Mark


class OpenableComplaint(Protocol):
    """What has to be known of a complaint."""

    @property
    def complainant(self) -> UUID | None: ...
    @property
    def received_on(self) -> date: ...
    @property
    def closed_on(self) -> date | None: ...
    @property
    def mark(self) -> Mark | None: ...


class PostedItem(Protocol):
    """What has to be known of an item."""

    @property
    def item_id(self) -> UUID: ...
    @property
    def poster(self) -> UUID | None: ...
    @property
    def posted_on(self) -> date | None: ...
    @property
    def discovered_on(self) -> date: ...
    @property
    def mark(self) -> Mark | None: ...


def posted_while_complaint_open(
    items: Iterable[PostedItem], complaints: Iterable[OpenableComplaint]
) -> frozenset[UUID]:
    """Name the items that somebody posted while a complaint of theirs was open.

    Any complaint by the same person will do, for nobody may have noticed yet that the cases belong together. The day is
    that of posting, else that of discovery; the days of receipt and of closing belong to the time in which the
    complaint is open. What is marked, item or complaint, is left out.
    """
    waiting = [one for one in complaints if one.mark is None and one.complainant is not None]
    return frozenset(
        item.item_id
        for item in items
        if item.mark is None
        and any(item.poster == complaint.complainant and _while_open(item, complaint) for complaint in waiting)
    )


def _while_open(item: PostedItem, complaint: OpenableComplaint) -> bool:
    day = item.posted_on or item.discovered_on
    return complaint.received_on <= day and (complaint.closed_on is None or day <= complaint.closed_on)
