"""Who outside the school is told of an incident, and what they answer: police, agencies, providers."""
# ruff: noqa: ARG002 - a change names every field of its event, also those that the present state does not keep

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from domain.aggregate import event
from domain.checks import present, require_not_future, require_order
from domain.incident_measures import IncidentMeasures
from domain.measures import ProviderContact
from domain.outside_referrals import OutsideReferrals
from domain.refusals import IdentityTaken, Refused, UnknownProviderContact
from domain.sealed import Sealed
from domain.vocabulary import require_code


class IncidentReferrals(OutsideReferrals, IncidentMeasures):
    """The part of an incident that goes outside; nothing about the case's state refuses any of it (design D14)."""

    def _begin_referrals(self) -> None:
        self._begin_outside_referrals()
        self.provider_contacts: dict[UUID, ProviderContact] = {}

    # --- decisions

    def contact_provider(
        self,
        *,
        contact_id: UUID,
        provider: str,
        contacted_on: date,
        asks_removal: bool,
        today: date,
        item_id: UUID | None = None,
        provider_name: Sealed | None = None,
        reference: Sealed | None = None,
        notes: Sealed | None = None,
    ) -> None:
        """Record a contact with a provider, apart from the network's route for abuse (Sharp Lane L66, Libra L247)."""
        if contact_id in self.provider_contacts:
            raise IdentityTaken("contact_id")
        if item_id is not None:
            self.item(item_id)
        require_code("providers", provider, "provider", contacted_on)
        require_not_future(today, contacted_on=contacted_on)
        self._provider_contacted(
            contact_id=contact_id,
            provider=provider,
            item_id=item_id,
            contacted_on=contacted_on,
            asks_removal=asks_removal,
            provider_name=present(provider_name),
            reference=present(reference),
            notes=present(notes),
        )

    def record_provider_answer(
        self, *, contact_id: UUID, result: str, answered_on: date, today: date, notes: Sealed | None = None
    ) -> None:
        """Record what a provider answered, or that it did not."""
        contact = self.provider_contacts.get(contact_id)
        if contact is None:
            raise UnknownProviderContact("contact_id")
        require_code("platform_results", result, "result", answered_on)
        require_not_future(today, answered_on=answered_on)
        require_order(contact.contacted_on, answered_on, "answered_on")
        self._provider_answered(contact_id=contact_id, result=result, answered_on=answered_on, notes=present(notes))

    # --- guards

    def bars_provider_answer(self) -> type[Refused] | None:
        """Why there is no provider to answer."""
        return None if self.provider_contacts else UnknownProviderContact

    # --- changes

    @event("ProviderContacted", topic="incident.provider_contacted.v1")
    def _provider_contacted(
        self,
        contact_id: UUID,
        provider: str,
        item_id: UUID | None,
        contacted_on: date,
        asks_removal: bool,
        provider_name: Sealed | None,
        reference: Sealed | None,
        notes: Sealed | None,
    ) -> None:
        """A provider was contacted."""
        self.provider_contacts[contact_id] = ProviderContact(
            contact_id, provider, item_id, contacted_on, asks_removal, None, None, provider_name, reference, notes
        )

    @event("ProviderAnswered", topic="incident.provider_answered.v1")
    def _provider_answered(self, contact_id: UUID, result: str, answered_on: date, notes: Sealed | None) -> None:
        """A provider answered, or did not."""
        known = self.provider_contacts[contact_id]
        self.provider_contacts[contact_id] = replace(known, result=result, answered_on=answered_on)
