"""The payload as the recording path writes it: the same bytes as the plain one, for every stored name."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from domain.sealed import Secret
from domain.stored import ReadyPayload, StoredEventError, decode, payload_of, ready_payload, stored_names
from ledger import canonical
from tests.domain.histories import SEEDS, history
from tests.stored.golden_files import GOLDEN, RECORDED_AT, STREAM

FILES = sorted(GOLDEN.glob("*.json"))


def as_decided(path: Path) -> Any:
    """The event of a golden file as it stood before its texts were sealed."""
    content = json.loads(path.read_text())
    event = decode(content["name"], STREAM, 3, RECORDED_AT, msgspec.json.encode(content["data"]), content["parts"])
    for part in content["parts"]:
        vars(event)[part] = Secret(part)
    return event


def written(payload: ReadyPayload) -> bytes:
    return msgspec.json.encode(payload.data, order="deterministic")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_ready_payload_is_written_as_the_plain_one(path: Path) -> None:
    event = as_decided(path)
    plain, ready = payload_of(event), ready_payload(event)

    assert written(ready) == canonical.encode(plain.data)
    assert (ready.name, ready.secrets) == (plain.name, plain.secrets)


@settings(deadline=None)  # the first one loads every stored name
@given(SEEDS)
def test_a_ready_payload_is_written_as_the_plain_one_without_its_absent_members(seed: int) -> None:
    for event in history(seed).pending_events:
        assert written(ready_payload(event)) == canonical.encode(payload_of(event).data)


def test_nearly_every_stored_name_has_a_struct() -> None:
    without = {name for name, entry in stored_names().items() if entry.struct is None}

    # Those that hold instants or whole calendars are rare.
    kinds = ("incident", "complaint", "staff_breach")
    instants = {f"{kind}.access_{done}.v1" for kind in kinds for done in ("granted", "opened")}
    assert without == {"school.calendar_set.v1"} | instants


@pytest.mark.parametrize("value", [1, 1.5, b"x", datetime(2026, 1, 1)])  # noqa: DTZ001 - any value that is no text
def test_what_is_not_of_its_declared_type_is_left_to_the_careful_writers(value: Any) -> None:
    event = as_decided(GOLDEN / "incident.item_recorded.v1.json")
    vars(event)["platform"] = value

    if value == 1:
        assert ready_payload(event).data == payload_of(event).data
    else:
        with pytest.raises(StoredEventError, match=r"cannot be stored in an event$"):
            ready_payload(event)


def test_an_integer_beyond_the_limit_is_left_to_the_careful_writers() -> None:
    event = as_decided(GOLDEN / "incident.item_recorded.v1.json")
    vars(event)["line"] = 2**53
    assert isinstance(ready_payload(event).data, msgspec.Struct)

    vars(event)["line"] = 2**53 + 1

    assert isinstance(ready_payload(event).data, dict)


def test_a_text_that_was_sealed_before_is_refused() -> None:
    content = json.loads((GOLDEN / "incident.item_recorded.v1.json").read_text())
    event = decode(content["name"], STREAM, 3, RECORDED_AT, msgspec.json.encode(content["data"]), content["parts"])

    for make in (payload_of, ready_payload):
        with pytest.raises(StoredEventError, match="was sealed before"):
            make(event)
