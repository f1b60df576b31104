"""An event stored under a name that the code has outgrown is read as the later one."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from domain.incident import Incident
from domain.stored import UPCASTERS, StoredEventError, decode, fold
from tests.stored.golden_files import RECORDED_AT, STREAM


def reported() -> Any:
    data = {"opened_on": "2026-09-10", "reference": "INC-2026-000001", "school_urn": "900001"}
    return decode("incident.reported.v1", STREAM, 1, RECORDED_AT, msgspec.json.encode(data), ())


def test_a_former_payload_becomes_a_later_one_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        UPCASTERS,
        "incident.ended.v1",
        lambda old: ("incident.ended.v2", {"result": old["result"], "day": old["day"], "as_logged": False}),
    )
    monkeypatch.setitem(
        UPCASTERS,
        "incident.ended.v2",
        lambda old: (
            "incident.closed.v1",
            {"outcome": old["result"], "closed_on": old["day"], "as_logged": old["as_logged"]},
        ),
    )
    stored = msgspec.json.encode({"result": "POST_REMOVED", "day": "2026-09-12"})
    closed = decode("incident.ended.v1", STREAM, 2, RECORDED_AT, stored, ("notes",))
    assert type(closed) is vars(Incident)["Closed"]
    incident = fold(None, [reported(), closed])
    assert (incident.outcome, incident.closed_on, incident.version) == ("POST_REMOVED", date(2026, 9, 12), 2)


def test_without_its_upcaster_a_former_name_is_not_read() -> None:
    with pytest.raises(StoredEventError, match=r"incident\.ended\.v1"):
        decode("incident.ended.v1", STREAM, 2, RECORDED_AT, b"{}", ())
