"""What was stored once stays readable: every stored name has a golden payload that loads as it did."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from domain.sealed import SealedRef
from domain.stored import StoredEventError, decode, plain, stored_name, stored_names
from domain.vocabulary import CODE_LISTS
from tests.stored.golden_files import CODES, GOLDEN, RECORDED_AT, STREAM

FILES = sorted(GOLDEN.glob("*.json"))


def load(content: dict[str, Any], data: dict[str, Any] | None = None) -> Any:
    encoded = msgspec.json.encode(content["data"] if data is None else data)
    return decode(content["name"], STREAM, 3, RECORDED_AT, encoded, content["parts"])


def test_every_stored_name_has_a_golden_file() -> None:
    assert {path.stem for path in FILES} >= set(stored_names())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_golden_payload_loads_with_every_member_and_writes_back_the_same(path: Any) -> None:
    content = json.loads(path.read_text())
    event = load(content)
    entry = stored_name(type(event).TOPIC)
    assert (event.originator_id, event.originator_version, event.timestamp) == (STREAM, 3, RECORDED_AT)
    assert {part: getattr(event, part) for part in entry.sealed} == {part: SealedRef(3, part) for part in entry.sealed}
    if entry.name == content["name"]:
        assert {field: plain(getattr(event, field)) for field in entry.clear} == content["data"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_payload_of_another_shape_is_refused(path: Any) -> None:
    content = json.loads(path.read_text())
    with pytest.raises(StoredEventError):
        load(content, {**content["data"], "unheard_of": 1})
    for field, value in content["data"].items():
        with pytest.raises(StoredEventError):
            load(content, {**content["data"], field: 1.5 if not isinstance(value, bool) else "yes"})


def test_a_name_that_the_code_does_not_know_is_refused() -> None:
    with pytest.raises(StoredEventError, match=r"incident\.dreamt\.v1"):
        decode("incident.dreamt.v1", STREAM, 1, RECORDED_AT, b"{}", ())


def test_no_code_that_may_have_been_stored_is_ever_removed() -> None:
    kept = json.loads(CODES.read_text())
    missing = {
        name: sorted(set(codes) - {code.code for code in CODE_LISTS.get(name, ())}) for name, codes in kept.items()
    }
    assert {name: codes for name, codes in missing.items() if codes} == {}
    assert sorted(CODE_LISTS) == sorted(kept), "new lists and codes are added by python -m tests.stored.golden_files"
    assert {name: sorted(code.code for code in codes) for name, codes in CODE_LISTS.items()} == {
        name: sorted(codes) for name, codes in kept.items()
    }
