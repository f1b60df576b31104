"""Getting a post taken down: the poster is asked, the network is told, somebody checks; and the post may come back."""
# ruff: noqa: ARG002 - a change names every field of its event, also those that the present state does not keep

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from domain.aggregate import UNRECORDED, event
from domain.checks import present, refuse, require_not_future, require_order
from domain.incident_items import require_facts
from domain.incident_joining import IncidentJoining
from domain.items import Classification, Item
from domain.refusals import (
    AlreadyRemoved,
    IdentityTaken,
    NotRemoved,
    Refused,
    RemovalNotRequested,
    UnknownPlatformReport,
)
from domain.sealed import Sealed
from domain.steps import PlatformReport
from domain.values import london_date
from domain.vocabulary import require_code

REQUESTED, REMOVED, REFUSED = "REQUESTED", "REMOVED", "REFUSED"


class IncidentRemovals(IncidentJoining):
    """The part of an incident that gets posts taken down."""

    def _begin_removals(self) -> None:
        self.platform_reports: dict[UUID, PlatformReport] = {}

    # --- decisions

    def request_removal(
        self,
        *,
        item_id: UUID,
        requested_on: date,
        today: date,
        asked_by: str | None = None,
        person: UUID | None = None,
        notes: Sealed | None = None,
    ) -> None:
        """Ask for a post to be taken down; a person may be asked again.

        `asked_by` says who asks for the school, such as the governing body (Park Hall L70).
        """
        item = self.item(item_id)
        refuse(self.bars_removal_request(item), "item_id")
        require_not_future(today, requested_on=requested_on)
        require_order(item.discovered_on, requested_on, "requested_on")
        if asked_by is not None:
            require_code("removal_askers", asked_by, "asked_by", requested_on)
        if (item.removal, item.removal_on) != (REQUESTED, requested_on):
            self._removal_requested(item_id=item_id, requested_on=requested_on, person=person, notes=present(notes))
        if asked_by not in (None, self.items[item_id].removal_asked_by):
            self._removal_asker_noted(item_id=item_id, asked_by=asked_by)

    def confirm_removal(self, *, item_id: UUID, checked_on: date, today: date, checked_by: UUID | None = None) -> None:
        """Record that somebody checked that the post is gone, whether or not anybody had asked."""
        item = self.item(item_id)
        refuse(self.bars_removal_confirmation(item), "item_id")
        require_not_future(today, checked_on=checked_on)
        require_order(item.removal_on or item.discovered_on, checked_on, "checked_on")
        self._removal_confirmed(item_id=item_id, checked_on=checked_on, checked_by=checked_by)

    def refuse_removal(
        self, *, item_id: UUID, refused_on: date, today: date, person: UUID | None = None, notes: Sealed | None = None
    ) -> None:
        """Record that the request to take the post down was refused."""
        item = self.item(item_id)
        refuse(self.bars_removal_refusal(item), "item_id")
        require_not_future(today, refused_on=refused_on)
        require_order(item.removal_on, refused_on, "refused_on")
        self._removal_refused(item_id=item_id, refused_on=refused_on, person=person, notes=present(notes))

    def record_repost(
        self,
        *,
        item_id: UUID,
        repost_of: UUID,
        discovered_on: date,
        today: date,
        posted_on: date | None = None,
        platform: str | None = None,
        url: Sealed | None = None,
        handle: Sealed | None = None,
        narrative: Sealed | None = None,
    ) -> None:
        """Record that a removed post was put up again: a new item that carries the original's classification."""
        original = self.item(repost_of, "repost_of")
        refuse(self.bars_repost(original), "repost_of")
        self._require_new_item(item_id)
        require_facts(
            platform=platform or original.platform,
            poster_role=original.poster_role,
            taker_role=original.taker_role,
            about=original.about,
            discovered_on=discovered_on,
            posted_on=posted_on,
            today=today,
        )
        require_order(original.removal_on, discovered_on, "discovered_on")
        self._item_reposted(
            item_id=item_id,
            repost_of=repost_of,
            platform=platform or original.platform,
            discovered_on=discovered_on,
            posted_on=posted_on,
            classifications=original.classifications,
            characteristics=original.characteristics,
            url=present(url),
            handle=present(handle),
            narrative=present(narrative),
        )

    def report_to_platform(
        self,
        *,
        report_id: UUID,
        item_id: UUID,
        network: str,
        reported_on: date,
        today: date,
        reference: Sealed | None = None,
    ) -> None:
        """Record a report by the network's own route for abuse; it is never refused by the state of the case."""
        item = self.item(item_id)
        if report_id in self.platform_reports:
            raise IdentityTaken("report_id")
        require_code("platforms", network, "network", reported_on)
        require_not_future(today, reported_on=reported_on)
        require_order(item.discovered_on, reported_on, "reported_on")
        self._platform_reported(
            report_id=report_id,
            item_id=item_id,
            network=network,
            reported_on=reported_on,
            reference=present(reference),
        )

    def record_platform_answer(
        self, *, report_id: UUID, result: str, answered_on: date, today: date, notes: Sealed | None = None
    ) -> None:
        """Record what the network answered, or that it did not; a later answer replaces it."""
        report = self.platform_reports.get(report_id)
        if report is None:
            raise UnknownPlatformReport("report_id")
        require_code("platform_results", result, "result", answered_on)
        require_not_future(today, answered_on=answered_on)
        require_order(report.answered_on or report.reported_on, answered_on, "answered_on")
        if (report.result, report.answered_on) != (result, answered_on):
            self._platform_answered(report_id=report_id, result=result, answered_on=answered_on, notes=present(notes))

    # --- guards

    def bars_removal_request(self, item: Item) -> type[Refused] | None:
        """Why nobody can be asked to take the post down."""
        return self.bars_step() or self._bars_removal(item)

    def bars_removal_confirmation(self, item: Item) -> type[Refused] | None:
        """Why it cannot be confirmed that the post is gone; of a closed case it can."""
        return self.bars_late_step() or self._bars_removal(item)

    def bars_removal_refusal(self, item: Item) -> type[Refused] | None:
        """Why no refusal can be recorded."""
        return (
            self.bars_late_step()
            or self.bars_item_change(item)
            or (None if item.removal == REQUESTED else RemovalNotRequested)
        )

    def bars_repost(self, item: Item) -> type[Refused] | None:
        """Why the post cannot have been put up again."""
        return self.bars_step() or self.bars_item_change(item) or (None if item.removal == REMOVED else NotRemoved)

    def bars_platform_answer(self) -> type[Refused] | None:
        """Why no network can have answered."""
        return None if self.platform_reports else UnknownPlatformReport

    def _bars_removal(self, item: Item) -> type[Refused] | None:
        return self.bars_item_change(item) or (AlreadyRemoved if item.removal == REMOVED else None)

    # --- changes

    @event("RemovalRequested", topic="incident.removal_requested.v1")
    def _removal_requested(self, item_id: UUID, requested_on: date, person: UUID | None, notes: Sealed | None) -> None:
        """Somebody was asked to take a post down."""
        self._set_removal(item_id, REQUESTED, requested_on)
        self.items[item_id] = replace(self.items[item_id], removal_asked_by=None)

    @event("RemovalAskerNoted", topic="incident.removal_asker_noted.v1")
    def _removal_asker_noted(self, item_id: UUID, asked_by: str) -> None:
        """It was said who asked, for the school, for a post to be taken down."""
        self.items[item_id] = replace(self.items[item_id], removal_asked_by=asked_by)

    @event("RemovalConfirmed", topic="incident.removal_confirmed.v1")
    def _removal_confirmed(self, item_id: UUID, checked_on: date, checked_by: UUID | None) -> None:
        """Somebody checked that a post is gone."""
        self._set_removal(item_id, REMOVED, checked_on)

    @event("RemovalRefused", topic="incident.removal_refused.v1")
    def _removal_refused(self, item_id: UUID, refused_on: date, person: UUID | None, notes: Sealed | None) -> None:
        """The request to take a post down was refused."""
        self._set_removal(item_id, REFUSED, refused_on)

    def _set_removal(self, item_id: UUID, state: str, on: date) -> None:
        self.items[item_id] = replace(self.items[item_id], removal=state, removal_on=on)

    @event("ItemReposted", topic="incident.item_reposted.v1")
    def _item_reposted(
        self,
        item_id: UUID,
        repost_of: UUID,
        platform: str,
        discovered_on: date,
        posted_on: date | None,
        classifications: tuple[Classification, ...],
        characteristics: tuple[str, ...],
        url: Sealed | None,
        handle: Sealed | None,
        narrative: Sealed | None,
        timestamp: datetime = UNRECORDED,
    ) -> None:
        """A removed post was put up again; the new item has the original's poster, taker and persons concerned."""
        self.items[item_id] = replace(
            self.items[repost_of],
            item_id=item_id,
            ordinal=len(self.items) + 1,
            repost_of=repost_of,
            platform=platform,
            discovered_on=discovered_on,
            posted_on=posted_on,
            recorded_on=london_date(timestamp),
            classifications=classifications,
            characteristics=characteristics,
            removal=None,
            removal_on=None,
            removal_asked_by=None,
            line=None,
            split_from=None,
            # It counts where the case is now, wherever the first one counts.
            counted_at=None,
            url=url,
            handle=handle,
            narrative=narrative,
        )

    @event("PlatformReported", topic="incident.platform_reported.v1")
    def _platform_reported(
        self, report_id: UUID, item_id: UUID, network: str, reported_on: date, reference: Sealed | None
    ) -> None:
        """A post was reported to its network."""
        self.platform_reports[report_id] = PlatformReport(
            report_id, item_id, network, reported_on, result=None, answered_on=None, reference=reference
        )

    @event("PlatformAnswered", topic="incident.platform_answered.v1")
    def _platform_answered(self, report_id: UUID, result: str, answered_on: date, notes: Sealed | None) -> None:
        """The network answered a report, or let it lie."""
        self.platform_reports[report_id] = replace(
            self.platform_reports[report_id], result=result, answered_on=answered_on
        )

    # --- questions

    @property
    def unconfirmed_removals(self) -> tuple[Item, ...]:
        """The items whose removal was asked for and never checked (Libra L122)."""
        return tuple(item for item in self.counting_items if item.removal_unconfirmed)
