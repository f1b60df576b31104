"""An incident read back from what it stored is the incident that was decided, whatever was decided."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from domain.aggregate import Recordable
from domain.incident import Incident
from domain.sealed import SealedRef, Secret
from domain.stored import decode, fold, payload_of, stored_names
from tests.domain.histories import SEEDS, history
from tests.domain.incidents import TODAY, WHY, closed, day, item, named, removed

AT = datetime(2026, 10, 30, 9, 30, tzinfo=UTC)


def state(case: Recordable) -> dict[str, Any]:
    """The state of a case without the events that wait to be recorded."""
    return {name: value for name, value in vars(case).items() if name != "_pending_events"}


@settings(deadline=None)  # the first one loads every stored name
@given(SEEDS)
def test_replaying_the_events_gives_the_state_that_was_decided(seed: int) -> None:
    incident = history(seed)
    assert state(fold(None, incident.pending_events)) == state(incident)


@settings(deadline=None)  # the first one loads every stored name
@given(SEEDS)
def test_a_case_read_back_from_its_ledger_looks_the_same_without_its_texts(seed: int) -> None:
    incident = history(seed)
    read = read_back(incident)

    assert _without_texts(state(read)) == _without_texts(state(_recorded(incident)))
    assert not _of_type(state(read), Secret)


def _recorded(incident: Incident) -> Any:
    """The incident as its events say at the instant of recording."""
    for one in incident.pending_events:
        vars(one)["timestamp"] = AT
    return fold(None, incident.pending_events)


def read_back(incident: Incident) -> Incident:
    """The incident as it is read from the ledger: clear members through JSON, sealed texts as references."""
    events = []
    for one in incident.pending_events:
        payload = payload_of(one)
        data = msgspec.json.encode(payload.data)
        events.append(decode(payload.name, one.originator_id, one.originator_version, AT, data, payload.secrets))
    read = fold(None, events)
    assert isinstance(read, Incident)
    return read


def _without_texts(value: Any) -> Any:
    """The same value with every sealed text replaced by a sign that there is one."""
    if isinstance(value, Secret | SealedRef):
        return "sealed"
    if isinstance(value, dict):
        return {name: _without_texts(one) for name, one in value.items()}
    if isinstance(value, tuple):
        return tuple(_without_texts(one) for one in value)
    if hasattr(value, "__slots__") and hasattr(value, "__dataclass_fields__"):
        return type(value), {name: _without_texts(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


def _of_type(value: Any, kind: type) -> list[Any]:
    if isinstance(value, kind):
        return [value]
    if isinstance(value, dict):
        return [found for one in value.values() for found in _of_type(one, kind)]
    if isinstance(value, tuple | list):
        return [found for one in value for found in _of_type(one, kind)]
    if hasattr(value, "__dataclass_fields__"):
        return [found for name in value.__dataclass_fields__ for found in _of_type(getattr(value, name), kind)]
    return []


@pytest.mark.obligation("S2-065")
@settings(deadline=None)  # the first one loads every stored name
@given(SEEDS)
def test_nothing_that_was_recorded_of_an_incident_can_be_removed(seed: int) -> None:
    incident = history(seed)
    ids = {"ItemRecorded": "item_id", "ItemReposted": "item_id", "ItemSplit": "new_item_id"}
    recorded = [one for one in incident.pending_events if type(one).__name__ in ids]
    assert [(one.item_id, one.ordinal) for one in incident.items.values()] == [
        (vars(one)[ids[type(one).__name__]], ordinal) for ordinal, one in enumerate(recorded, start=1)
    ]
    assert [one.originator_version for one in incident.pending_events] == list(range(1, incident.version + 1))


def test_a_text_read_back_is_a_reference_to_the_part_that_holds_it() -> None:
    incident = removed()
    item(incident, "second", narrative=Secret("words"), handle=Secret("@one"))

    second = read_back(incident).items[named("second")]

    assert (second.narrative, second.handle, second.url) == (SealedRef(5, "narrative"), SealedRef(5, "handle"), None)


def test_decisions_can_be_taken_on_a_case_that_was_read_back() -> None:
    incident = closed(removed())
    item_id = named("item")
    read = read_back(incident)

    read.reopen(reopened_on=day(12), reason=WHY, today=TODAY)
    read.correct_item(item_id=item_id, platform="TIKTOK", reason=WHY, today=TODAY)
    read.exclude_item(item_id=item_id, mark="DUPLICATE", reason=WHY)

    assert [(one.originator_version, type(one).__name__) for one in read.pending_events] == [
        (6, "Reopened"),
        (7, "ItemCorrected"),
        (8, "ItemExcluded"),
    ]


def test_every_kind_of_case_has_the_shared_events_under_names_of_its_own() -> None:
    shared = (
        "imported assigned addendum_recorded marked_duplicate copy_added copy_removed marked_not_reportable"
        " marked_recorded_in_error unmarked linked unlinked school_corrected closed reopened transferred"
        " correction_requested correction_approved correction_rejected"
    )
    for kind in ("incident", "complaint", "staff_breach"):
        assert {f"{kind}.{fact}.v1" for fact in shared.split()} <= stored_names().keys()


def test_every_stored_event_of_a_case_says_what_happened() -> None:
    undescribed = {
        name
        for name, entry in stored_names().items()
        if name.startswith("incident.") and not entry.description and not entry.opens
    }
    assert undescribed == set()
