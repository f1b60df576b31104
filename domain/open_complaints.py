"""Whether somebody posted about a matter while the school was still dealing with their complaint (Sharp Lane L36)."""
# ruff: noqa: D102 - the members say what they are where the complaint defines them

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol
from uuid import UUID

from domain.incident import Incident
from domain.items import Item
from domain.values import Mark


class LinkableComplaint(Protocol):
    """What has to be known of a complaint."""

    @property
    def id(self) -> UUID: ...
    @property
    def complainant(self) -> UUID | None: ...
    @property
    def received_on(self) -> date: ...
    @property
    def closed_on(self) -> date | None: ...
    @property
    def mark(self) -> Mark | None: ...
    @property
    def links(self) -> Mapping[tuple[UUID, str], None]: ...


def posted_while_complaint_open(incident: Incident, complaints: Iterable[LinkableComplaint]) -> frozenset[UUID]:
    """Name the items that the complainant of a linked complaint posted while it was open.

    The day is that of posting, else that of discovery; the days of receipt and of closing belong to the time in which
    the complaint is open. A link may have been made on either case.
    """
    linked = {other for other, _ in incident.links}
    return frozenset(
        item.item_id
        for complaint in complaints
        if complaint.mark is None
        and (complaint.id in linked or any(other == incident.id for other, _ in complaint.links))
        for item in incident.counting_items
        if item.poster is not None and item.poster == complaint.complainant and _while_open(item, complaint)
    )


def _while_open(item: Item, complaint: LinkableComplaint) -> bool:
    day = item.posted_on or item.discovered_on
    return complaint.received_on <= day and (complaint.closed_on is None or day <= complaint.closed_on)
