"""The offline check: a genuine case holds, and a forged history is found and named."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from ledger import verify
from ledger.bundle import Bundle, BundledEvent, build
from ledger.entry import body_link, decode_body, encode_body
from ledger.verify import Check, PartFound
from tests.ledger.genuine_case import BUNDLE, CONTENT, KEY, LEDGER, found, restated, with_event


@pytest.mark.obligation("S2-065")
def test_a_genuine_case_holds_and_the_report_says_what_was_checked() -> None:
    report = verify.verify(CONTENT, public_key=KEY, known_checkpoint=LEDGER.checkpoint(9))

    assert report.ok
    assert report.first_failure is None
    assert report.checks == (
        Check("file", "canonical JSON of the form caseledger-bundle/1"),
        Check("public key", f"the one that was given: {KEY.text}"),
        Check("checkpoint", f"signed by caseledger/{LEDGER.trust} over 14 events"),
        Check("declarations", "none: one key has signed, and no restore interrupted the ledger"),
        Check("earlier checkpoints", "continues the known checkpoint of size 9"),
        Check("events", "versions 1 to 6 without a gap, each bound to the one before"),
        Check("erasures", "1 key(s) destroyed"),
        Check("inclusion", "all 7 event(s) stand in the ledger at their positions"),
        Check("completeness", "version 6 is the last of the case at this checkpoint"),
        Check("sealed parts", "4 open, 1 erased, 0 withheld"),
    )
    assert report.parts == (
        PartFound(1, "narrative", "OPEN"),
        PartFound(2, "handle", "OPEN"),
        PartFound(2, "url", "OPEN"),
        PartFound(3, "note", "ERASED", destroyed_at=11),
        PartFound(5, "reason", "OPEN"),
    )


def test_the_same_case_without_the_right_to_open_holds_and_tells_withheld_from_erased() -> None:
    report = verify.verify(LEDGER.bundle("case", opened=False).encode(), public_key=KEY)

    assert report.ok
    assert [(part.part, part.state) for part in report.parts] == [
        ("narrative", "WITHHELD"),
        ("handle", "WITHHELD"),
        ("url", "WITHHELD"),
        ("note", "ERASED"),
        ("reason", "WITHHELD"),
    ]


def test_without_a_key_of_the_readers_own_the_report_says_so() -> None:
    report = verify.verify(CONTENT)

    assert report.ok
    assert report.checks[1].found == f"taken from the bundle itself, to be compared with the trust's own: {KEY.text}"


@pytest.mark.parametrize("stream", ["case", "other", "register", "people"])
def test_every_stream_holds_at_every_size_of_the_ledger(stream: str) -> None:
    for size in range(1, 15):
        if LEDGER.events_of(stream, size=size):
            assert (
                found(LEDGER.bundle(stream, size=size, earlier=range(1, size + 1)), LEDGER.checkpoint(size)) == "holds"
            )


def test_an_altered_body_is_named() -> None:
    body = BUNDLE.shown[3].body.replace(b"ALLEGATION", b"COMPLAINT")

    assert found(with_event(4, body=body)) == (
        "events: event 4 (position 7): is altered: position, time and body do not have the leaf hash stated"
    )


def test_an_altered_body_with_a_leaf_made_to_fit_breaks_the_link_of_the_next() -> None:
    event = BUNDLE.shown[3]
    body = decode_body(event.body)._replace(data={})
    changed = restated(event, body)

    assert found(with_event(4, body=changed.body, leaf=changed.leaf)) == (
        "events: event 5 (position 9): does not follow from the body of version 4"
    )


def test_an_altered_last_body_is_not_in_the_ledger() -> None:
    event = BUNDLE.shown[5]
    changed = restated(event, decode_body(event.body)._replace(data={"outcome": "NO_ACTION"}))

    assert found(with_event(6, body=changed.body, leaf=changed.leaf)) == (
        "inclusion: inclusion: events, positions and times do not lead to the root of the checkpoint"
    )


def test_a_history_rewritten_from_the_start_is_not_in_the_ledger() -> None:
    events: list[BundledEvent] = []
    for event in BUNDLE.shown:
        prev = body_link(events[-1].body) if events else ""
        body = decode_body(event.body)._replace(actor=LEDGER.uuid("someone else"), prev=prev)
        events.append(restated(event, body))

    assert found(dataclasses.replace(BUNDLE, events=tuple(events))) == (
        "inclusion: inclusion: events, positions and times do not lead to the root of the checkpoint"
    )


@pytest.mark.parametrize("change", [{"position": 6}, {"recorded_at": LEDGER.instant(8)}], ids=["position", "time"])
def test_a_moved_event_is_not_in_the_ledger(change: dict[str, Any]) -> None:
    moved = BUNDLE.shown[3]._replace(**change)
    leaf = BundledEvent.recorded(moved.position, moved.recorded_at, moved.body).leaf

    assert found(with_event(4, **change)) == (
        f"events: event 4 (position {moved.position}): is altered: "
        "position, time and body do not have the leaf hash stated"
    )
    assert found(with_event(4, leaf=leaf, **change)) == (
        "inclusion: inclusion: events, positions and times do not lead to the root of the checkpoint"
    )


def test_a_deleted_event_is_missed() -> None:
    events = BUNDLE.shown[:2] + BUNDLE.shown[3:]

    assert found(dataclasses.replace(BUNDLE, events=events)) == (
        "events: event 3 (position 7): has version 4 where 3 must stand"
    )


def test_a_deleted_first_event_is_missed() -> None:
    assert found(dataclasses.replace(BUNDLE, events=BUNDLE.shown[1:])) == (
        "events: event 1 (position 3): has version 2 where 1 must stand"
    )


def test_reordered_events_are_named() -> None:
    one, two, three, *rest = BUNDLE.shown

    assert found(dataclasses.replace(BUNDLE, events=(one, three, two, *rest))) == (
        "events: event 2 (position 5): has version 3 where 2 must stand"
    )


def test_an_event_given_twice_is_named() -> None:
    one, *rest = BUNDLE.shown

    assert found(dataclasses.replace(BUNDLE, events=(one, one, *rest))) == (
        "events: event 2 (position 2): has version 1 where 2 must stand"
    )


def test_an_inserted_event_breaks_the_link_of_the_next() -> None:
    one, two, *rest = BUNDLE.shown
    body = decode_body(two.body)._replace(type="incident.addendum_added.v1", prev=body_link(one.body), sealed=())
    inserted = BundledEvent.recorded(3, LEDGER.instant(3), encode_body(body))

    assert found(dataclasses.replace(BUNDLE, events=(one, inserted, two, *rest))) == (
        "events: event 3 (position 3): has version 2 where 3 must stand"
    )


@pytest.mark.obligation("S2-065")
def test_a_case_cut_off_before_its_last_event_is_found_by_its_head() -> None:
    kept = BUNDLE.shown[:-1]
    for head in (LEDGER.heads().proof(LEDGER.uuid("case")), LEDGER.heads(9).proof(LEDGER.uuid("case"))):
        cut = build(
            trust=LEDGER.trust,
            stream=LEDGER.uuid("case"),
            checkpoint=LEDGER.checkpoint(),
            public_key=KEY,
            events=kept,
            head=head,
            prove=LEDGER.prover(),
            erasures=BUNDLE.erasures,
        )

        assert found(cut) == "completeness: head: does not prove that version 5 is the last of the case"


def test_a_bundle_without_events_proves_nothing() -> None:
    assert found(dataclasses.replace(BUNDLE, events=())) == "file: events: must hold at least one event"


def test_a_body_in_another_spelling_is_refused_though_its_leaf_fits() -> None:
    event = BUNDLE.shown[0]
    for body, problem in (
        (event.body.replace(b'"data":', b'"data": '), "body is not canonical JSON from byte 131"),
        (event.body.replace(b'"format":1', b'"format":2'), "body: format must be 1"),
        (event.body.replace(b'"version":1', b'"version":1.0'), "body holds a number that is not an integer"),
    ):
        changed = BundledEvent.recorded(event.position, event.recorded_at, body)
        assert found(with_event(1, body=changed.body, leaf=changed.leaf)) == f"events: event 1 (position 2): {problem}"


def test_times_and_positions_rise() -> None:
    event = BUNDLE.shown[1]
    for position, instant, problem in (
        (2, LEDGER.instant(3), "has a position that does not rise"),
        (3, LEDGER.instant(2), "has a time of recording that does not rise"),
        (15, LEDGER.instant(3), "lies beyond the checkpoint's size 14"),
        (3, LEDGER.instant(14), "has a time of recording that the checkpoint's time contradicts"),
        (3, LEDGER.instant(15), "has a time of recording that the checkpoint's time contradicts"),
        (14, LEDGER.instant(3), "has a time of recording that the checkpoint's time contradicts"),
    ):
        moved = BundledEvent.recorded(position, instant, event.body, event.parts)
        bundle = dataclasses.replace(BUNDLE, events=(BUNDLE.shown[0], moved, *BUNDLE.shown[2:]))

        assert found(bundle) == f"events: event 2 (position {position}): {problem}"


@pytest.mark.parametrize(
    ("planted", "attack"),
    [
        ("check_head", lambda: dataclasses.replace(BUNDLE, head=LEDGER.bundle("other").head)),
        ("check_inclusion", lambda: dataclasses.replace(BUNDLE, inclusion=LEDGER.bundle("other").inclusion)),
    ],
)
def test_a_check_left_out_lets_its_attack_through(
    planted: str, attack: Callable[[], Bundle], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(attack()) != "holds"
    kept = tuple((name, check) for name, check in verify.CASE_CHECKS if check.__name__ != planted)
    monkeypatch.setattr(verify, "CASE_CHECKS", kept)

    assert found(attack()) == "holds"
