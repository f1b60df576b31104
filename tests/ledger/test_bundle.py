"""The bundle's file: what is built reads back the same, and what is not of its form is refused by name."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from ledger import canonical
from ledger.bundle import ClosedPart, OpenedPart
from ledger.bundle_parsing import BundleError, parse
from tests.ledger.small_ledger import school_week

LEDGER = school_week()
BUNDLE = LEDGER.bundle("case", earlier=[9, 3])
DOCUMENT: Any = canonical.decode(BUNDLE.encode())


def test_a_bundle_reads_back_as_it_was_built() -> None:
    assert parse(BUNDLE.encode()) == BUNDLE


def test_the_file_has_ten_members_and_no_more() -> None:
    assert sorted(DOCUMENT) == [
        "checkpoint",
        "consistency",
        "erasures",
        "events",
        "format",
        "head",
        "inclusion",
        "public_key",
        "stream",
        "trust",
    ]
    assert DOCUMENT["format"] == "caseledger-bundle/1"
    assert DOCUMENT["events"][3] == {
        "body": BUNDLE.shown[3].body.decode(),
        "leaf": BUNDLE.shown[3].leaf.hex(),
        "parts": [],
        "position": 7,
        "recorded_at": "2026-09-14T08:34:19.000007Z",
    }
    assert [event["position"] for event in DOCUMENT["erasures"]] == [11]
    assert [earlier["size"] for earlier in DOCUMENT["consistency"]] == [3, 9]
    assert DOCUMENT["events"][2]["parts"] == [{"part": "note", "state": "ERASED"}]
    assert DOCUMENT["events"][1]["parts"][0] == {
        "ordinal": 0,
        "part": "handle",
        "salt": LEDGER.secrets[3, "handle"][1].hex(),
        "text": "@x",
    }


def test_an_opened_part_is_not_printed() -> None:
    assert repr(OpenedPart("note", 0, bytes(32), "Canary")) == "OpenedPart(part='note', ...)"
    assert ClosedPart("note", "ERASED").state == "ERASED"


Change = Callable[[Any], object]
_CHANGES: list[tuple[Change, str]] = [
    (lambda d: d.pop("trust"), "bundle must have exactly the members checkpoint, consistency, erasures, events, "),
    (lambda d: d.update(extra=1), "bundle must have exactly the members checkpoint, consistency, erasures, events, "),
    (
        lambda d: d.update(format="caseledger-bundle/9"),
        "format must be one of caseledger-bundle/1, caseledger-bundle/2, caseledger-bundle/3 and caseledger-period/1",
    ),
    (lambda d: d.update(trust="x"), "trust must be a UUID in lower case with hyphens"),
    (lambda d: d.update(stream=None), "stream must be text"),
    (lambda d: d.update(checkpoint=[]), "checkpoint must be text"),
    (lambda d: d.update(public_key=1), "public_key must be text"),
    (lambda d: d.update(events={}), "events must be an array"),
    (lambda d: d["events"].append(1), "events[6] must be an object"),
    (lambda d: d["events"][0].pop("parts"), "events[0] must have exactly the members body, leaf, parts, "),
    (lambda d: d["events"][0].update(position=0), "events[0].position must be an integer from 1 to 2^53"),
    (lambda d: d["events"][0].update(position=True), "events[0].position must be an integer from 1 to 2^53"),
    (lambda d: d["events"][0].update(recorded_at="now"), "events[0].recorded_at must read YYYY-MM-DDTHH:MM:SS.ffffffZ"),
    (lambda d: d["events"][0].update(recorded_at=5), "events[0].recorded_at must be text"),
    (lambda d: d["events"][0].update(body={}), "events[0].body must be text"),
    (lambda d: d["events"][0].update(leaf="AB" * 32), "events[0].leaf must be 64 lower-case hex digits"),
    (lambda d: d["events"][0].update(parts=None), "events[0].parts must be an array"),
    (lambda d: d["events"][1]["parts"].append([]), "events[1].parts[2] must be an object"),
    (lambda d: d["events"][1]["parts"][0].pop("salt"), "events[1].parts[0] must have exactly the members ordinal, "),
    (
        lambda d: d["events"][1]["parts"][0].update(ordinal=-1),
        "events[1].parts[0].ordinal must be an integer from 0",
    ),
    (lambda d: d["events"][1]["parts"][0].update(salt=""), "events[1].parts[0].salt must be 64 lower-case hex digits"),
    (lambda d: d["events"][1]["parts"][0].update(text=1), "events[1].parts[0].text must be text"),
    (lambda d: d["events"][2]["parts"][0].update(state="OPEN"), "events[2].parts[0].state must be ERASED or WITHHELD"),
    (
        lambda d: d["events"][2]["parts"][0].update(text=""),
        "events[2].parts[0] must have exactly the members part",
    ),
    (lambda d: d["erasures"][0].update(parts=[]), "erasures[0] must have exactly the members body, leaf, position, "),
    (lambda d: d.update(head=[]), "head must be an object"),
    (lambda d: d["head"].update(index=-1), "head.index must be an integer from 0 to 2^53"),
    (lambda d: d["head"].update(proof="00"), "head.proof must be 64 lower-case hex digits for each hash"),
    (lambda d: d.update(inclusion=["00" * 32]), "inclusion must be 64 lower-case hex digits for each hash"),
    (lambda d: d["consistency"][0].update(size=0), "consistency[0].size must be an integer from 1 to 2^53"),
    (lambda d: d["consistency"][0].update(root=""), "consistency[0].root must be 64 lower-case hex digits"),
    (lambda d: d["consistency"][1].update(proof="0 " * 32), "consistency[1].proof must be 64 lower-case hex digits"),
]


@pytest.mark.parametrize(
    ("change", "sentence"), _CHANGES, ids=[f"{number} {sentence}" for number, (_, sentence) in enumerate(_CHANGES)]
)
def test_a_file_of_another_form_is_refused_by_the_member(change: Change, sentence: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    change(document)

    with pytest.raises(BundleError) as refused:
        parse(canonical.encode(document))

    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize("value", [1, [], "text", None])
def test_a_file_that_is_no_object_is_refused(value: Any) -> None:
    with pytest.raises(BundleError, match=r"^bundle must be an object$"):
        parse(canonical.encode(value))
