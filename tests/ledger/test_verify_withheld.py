"""An event that is withheld as a whole: everything else still holds, and what is left of it cannot be altered."""

from __future__ import annotations

import dataclasses
import random

import pytest

from ledger import verify
from ledger.bundle import Bundle, BundledEvent, Notice, WithheldEvent
from ledger.bundle_parsing import parse
from ledger.entry import body_link
from tests.ledger.genuine_case import BUNDLE, KEY, found


def withheld(*versions: int) -> Bundle:
    """The genuine case with the place alone of some versions."""
    events: list[BundledEvent | WithheldEvent] = []
    for version, event in enumerate(BUNDLE.shown, 1):
        is_next_shown = version < len(BUNDLE.shown) and version + 1 not in versions
        link = body_link(event.body) if is_next_shown else ""
        events.append(WithheldEvent(event.position, event.leaf, link) if version in versions else event)
    return dataclasses.replace(BUNDLE, events=tuple(events))


@pytest.mark.parametrize("versions", [(4,), (6,), (2, 3), (1,), (3, 5, 6)])
def test_a_case_with_events_withheld_holds_and_the_report_says_how_many(versions: tuple[int, ...]) -> None:
    report = verify.verify(withheld(*versions).encode(), public_key=KEY)

    assert report.ok, report.first_failure
    assert report.withheld == len(versions)
    assert report.checks[5].found == (
        f"versions 1 to 6 without a gap, each bound to the one before; {len(versions)} of them withheld as a whole"
    )
    assert {part.version for part in report.parts}.isdisjoint(versions)


def test_a_bundle_with_events_withheld_reads_back_as_it_was_built() -> None:
    noticed = dataclasses.replace(withheld(4), notices=(Notice("A law", "2026-09-14"),))

    assert parse(noticed.encode()) == noticed
    assert (BUNDLE.format, noticed.format) == ("caseledger-bundle/1", "caseledger-bundle/2")
    assert verify.verify(noticed.encode(), public_key=KEY).notices == (Notice("A law", "2026-09-14"),)


@pytest.mark.parametrize(
    ("version", "change", "problem"),
    [
        (4, {"leaf": bytes(32)}, "inclusion: inclusion: events, positions and times do not lead to the root"),
        (4, {"position": 6}, "inclusion: inclusion: events, positions and times do not lead to the root"),
        (4, {"position": 5}, "events: event 4 (position 5): has a position that does not rise"),
        (4, {"link": "0" * 64}, "events: event 5 (position 9): does not follow from the body of version 4"),
        (4, {"link": ""}, "events: event 4 (position 7): must state its link exactly if the next event is shown"),
    ],
)
def test_what_is_left_of_a_withheld_event_cannot_be_altered(
    version: int, change: dict[str, object], problem: str
) -> None:
    events = list(withheld(version).events)
    events[version - 1] = events[version - 1]._replace(**change)  # type: ignore[arg-type]  # of a table

    assert found(dataclasses.replace(BUNDLE, events=tuple(events))).startswith(problem)


def test_a_withheld_event_cannot_be_left_out() -> None:
    events = withheld(4).events

    assert found(dataclasses.replace(BUNDLE, events=(*events[:3], *events[4:]))).startswith("events: event 4")


def test_flipped_bits_of_a_bundle_that_withholds_are_each_found() -> None:
    content, chance = withheld(2, 3, 5).encode(), random.Random(2_000)
    for bit in chance.sample(range(len(content) * 8), 2_000):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8

        assert not verify.verify(bytes(changed), public_key=KEY).ok, f"bit {bit} of the bundle was flipped unseen"
