"""Incidents that came about by their own decisions, for the tests of the domain."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

from domain.incident import Incident
from domain.items import Classification
from domain.sealed import Secret
from domain.values import PolicyRef
from tests.domain.packs import pack_with

NAMESPACE = UUID("b52e3c55-9c44-4d4c-9ff3-0d3f2b7a6e11")
TODAY = date(2026, 10, 30)
AWARE = date(2026, 10, 5)
POLICY = PolicyRef("libra", "2020-11", "ab" * 32)
INVESTIGATED = pack_with(
    'closing = { investigation_before_closing = ["ALLEGATION"], text = "They are looked into.", source = "L36" }'
)
WHY = Secret("it was put in the wrong list")


def named(name: str) -> UUID:
    return uuid5(NAMESPACE, name)


def day(after: int) -> date:
    """The day so many days after the school became aware."""
    return AWARE + timedelta(days=after)


def classified(text: str) -> tuple[Classification, ...]:
    """Read "NATURE:TARGET NATURE:TARGET" as the log writes it."""
    return tuple(Classification(*one.split(":")) for one in text.split())


def reported(**given: Any) -> Incident:
    """An incident without items yet."""
    return Incident.report(
        **{
            "case_id": named("incident"),
            "reference": "INC-2026-000001",
            "school_urn": "900003",
            "opened_on": AWARE,
            "today": TODAY,
            "policy": POLICY,
            **given,
        }
    )


def item(incident: Incident, name: str = "item", **given: Any) -> UUID:
    """Record an item of the incident."""
    item_id = named(name)
    incident.record_item(
        **{
            "item_id": item_id,
            "platform": "FACEBOOK",
            "poster_role": "PARENT",
            "discovered_on": AWARE,
            "today": TODAY,
            **given,
        }
    )
    return item_id


def with_item(text: str = "NEGATIVE_COMMENT:STAFF", **given: Any) -> Incident:
    """An incident with one item, called "item"."""
    incident = reported()
    item(incident, classifications=classified(text), **given)
    return incident


def closed(incident: Incident | None = None) -> Incident:
    """A closed incident."""
    incident = incident or with_item()
    incident.close(outcome="WARNING_ISSUED", closed_on=day(10), today=TODAY)
    return incident


def marked(incident: Incident | None = None) -> Incident:
    """An incident marked as not reportable."""
    incident = incident or with_item()
    incident.mark_not_reportable(reason=WHY)
    return incident


def removed(incident: Incident | None = None) -> Incident:
    """An incident whose post was asked to be taken down and is gone."""
    incident = incident or with_item()
    incident.request_removal(item_id=named("item"), requested_on=day(1), today=TODAY)
    incident.confirm_removal(item_id=named("item"), checked_on=day(3), today=TODAY)
    return incident


def investigated(incident: Incident | None = None) -> Incident:
    """An incident whose investigation is complete."""
    incident = incident or with_item("ALLEGATION:STAFF")
    incident.record_investigation(investigation_id=named("investigation"), started_on=day(1), today=TODAY)
    incident.complete_investigation(
        investigation_id=named("investigation"), completed_on=day(8), finding="UNFOUNDED", today=TODAY
    )
    return incident
