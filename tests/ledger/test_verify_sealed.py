"""The offline check of sealed parts: open, erased and withheld cannot pass for one another."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ledger import verify
from ledger.bundle import Bundle, BundledEvent, ClosedPart, OpenedPart, build
from ledger.canonical import JSON
from ledger.entry import body_link, decode_body, encode_body
from ledger.verify import PartFound
from tests.ledger.genuine_case import BUNDLE, LEDGER, found, restated, with_event
from tests.ledger.small_ledger import SmallLedger


def test_swapped_texts_do_not_match_their_commitments() -> None:
    handle, url = BUNDLE.shown[1].parts
    assert isinstance(handle, OpenedPart)
    assert isinstance(url, OpenedPart)
    texts = (handle._replace(text=url.text), url._replace(text=handle.text))
    contents = (url._replace(part="handle"), handle._replace(part="url"))

    for parts in (texts, contents):
        assert found(with_event(2, parts=parts)) == (
            "sealed parts: event 2 (position 3), part handle: text is not the one that was committed to"
        )
    assert found(with_event(2, parts=(url, handle))) == (
        "sealed parts: event 2 (position 3): must show exactly the sealed parts of its body, in their order"
    )


@pytest.mark.parametrize("change", [{"text": "@y"}, {"salt": bytes(32)}, {"ordinal": 1}], ids=str)
def test_an_altered_text_salt_or_ordinal_does_not_match_its_commitment(change: dict[str, Any]) -> None:
    handle, url = BUNDLE.shown[1].parts

    assert found(with_event(2, parts=(handle._replace(**change), url))) == (
        "sealed parts: event 2 (position 3), part handle: text is not the one that was committed to"
    )


def test_a_part_left_out_is_missed_and_one_added_is_named() -> None:
    handle, url = BUNDLE.shown[1].parts
    for parts in ((handle,), (), (handle, url, ClosedPart("zebra", "WITHHELD"))):
        assert found(with_event(2, parts=parts)) == (
            "sealed parts: event 2 (position 3): must show exactly the sealed parts of its body, in their order"
        )


def test_withheld_cannot_pass_for_erased() -> None:
    key = LEDGER.uuid("key of case")

    assert found(with_event(1, parts=(ClosedPart("narrative", "ERASED"),))) == (
        "sealed parts: event 1 (position 2), part narrative: is called erased, but no event proves that key "
        f"{key} was destroyed: it is withheld"
    )


def test_erased_cannot_pass_for_withheld() -> None:
    assert found(with_event(3, parts=(ClosedPart("note", "WITHHELD"),))) == (
        "sealed parts: event 3 (position 5), part note: is called withheld, but its key was destroyed at position 11: "
        "it is erased"
    )


def proving(erasures: tuple[BundledEvent, ...]) -> Bundle:
    indices = sorted({event.position - 1 for event in (*BUNDLE.shown, *erasures)})
    return dataclasses.replace(BUNDLE, erasures=erasures, inclusion=tuple(LEDGER.prover()(indices)))


def test_an_erasure_needs_its_event() -> None:
    assert found(proving(())) == (
        "sealed parts: event 3 (position 5), part note: is called erased, but no event proves that key "
        f"{LEDGER.uuid('person key')} was destroyed: it is withheld"
    )


def test_an_erasure_is_an_event_of_the_ledger_that_records_one() -> None:
    (erasure,) = BUNDLE.erasures
    body = decode_body(erasure.body)
    other_key = restated(erasure, body._replace(data={"key": str(LEDGER.uuid("key of case"))}))
    other_trust = restated(erasure, body._replace(trust=LEDGER.uuid("other")))

    for event, problem in (
        (LEDGER.recorded[5], "erasures: erasure 1 (position 6): does not record the destruction of a key"),
        (
            BUNDLE.shown[1],
            "erasures: erasure 1 (position 3): is of the case itself and stands among its events already",
        ),
        (other_trust, "erasures: erasure 1 (position 11): is of another trust"),
        (other_key, "inclusion: inclusion: events, positions and times do not lead to the root of the checkpoint"),
        (
            erasure._replace(position=12),
            "erasures: erasure 1 (position 12): is altered: position, time and body do not have the leaf hash stated",
        ),
    ):
        assert found(proving((event._replace(parts=()),))) == problem
    assert found(dataclasses.replace(BUNDLE, erasures=(erasure, erasure))) == (
        "erasures: erasure 2 (position 11): has a position that does not rise"
    )


def test_an_erasure_cannot_lend_its_place_in_the_ledger_to_a_forged_event() -> None:
    last = BUNDLE.shown[-1]
    body = decode_body(last.body)._replace(version=7, prev=body_link(last.body))
    forged = BundledEvent.recorded(11, LEDGER.instant(11), encode_body(body))

    assert found(dataclasses.replace(BUNDLE, events=(*BUNDLE.shown, forged))) == (
        "inclusion: erasures: must not share a position with an event"
    )


@pytest.mark.parametrize(
    ("type_", "payload", "proves"),
    [
        ("trust_register.key_destroyed.v1", {}, True),
        ("incident.case_key_destroyed.v12", {}, True),
        ("key_destroyed", {}, True),
        ("trust_register.key_destroyed.v0", {}, False),
        ("trust_register.key_destroyed.v", {}, False),
        ("trust_register.key_destroyed.later.v1", {}, False),
        ("trust_register.key_created.v1", {}, False),
        ("trust_register.key_destroyed.v1", {"key": "not an id"}, False),
        ("trust_register.key_destroyed.v1", {"key": None}, False),
    ],
)
def test_a_destruction_is_known_by_the_name_of_its_event(type_: str, payload: dict[str, JSON], proves: bool) -> None:
    ledger = SmallLedger("names")
    ledger.record("case", "incident.reported.v1", {}, secrets={"narrative": "gone"}, key="k")
    ledger.record("people", type_, {"key": str(ledger.uuid("k")), **payload})
    bundle = ledger.bundle("case")
    closed = bundle.shown[0]._replace(parts=(ClosedPart("narrative", "ERASED"),))
    bundle = build(
        trust=ledger.trust,
        stream=bundle.stream,
        checkpoint=bundle.checkpoint,
        public_key=ledger.signer.verifier_key,
        events=[closed],
        head=(bundle.head.index, bundle.head.proof),
        prove=ledger.prover(),
        erasures=[ledger.recorded[1]],
    )

    assert verify.verify(bundle.encode()).ok is proves


def test_a_key_destroyed_within_the_case_is_proven_by_the_case() -> None:
    ledger = SmallLedger("within")
    ledger.record("case", "incident.reported.v1", {}, secrets={"narrative": "gone"})
    ledger.record("case", "incident.key_destroyed.v1", {"key": str(ledger.uuid("key of case"))})

    report = verify.verify(ledger.bundle("case").encode())

    assert report.parts == (PartFound(1, "narrative", "ERASED", destroyed_at=2),)
