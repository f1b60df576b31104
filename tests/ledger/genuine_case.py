"""One genuine bundle of the small ledger, and what the tests of the verifier do with it."""

from __future__ import annotations

import dataclasses
from typing import Any

from ledger import canonical, verify
from ledger.bundle import Bundle, BundledEvent
from ledger.entry import Body, encode_body
from tests.ledger.small_ledger import school_week

LEDGER = school_week()
KEY = LEDGER.signer.verifier_key
BUNDLE = LEDGER.bundle("case", earlier=[3, 9])
CONTENT = BUNDLE.encode()
DOCUMENT: Any = canonical.decode(CONTENT)


def found(bundle: Bundle | bytes, known: str | None = None) -> str:
    """What the check says of a bundle: its first failure, by check, place and problem."""
    content = bundle if isinstance(bundle, bytes) else bundle.encode()
    report = verify.verify(content, public_key=KEY, known_checkpoint=known)
    return "holds" if report.ok else f"{report.first_failure.check}: {report.first_failure}"  # type: ignore[union-attr] # a failure is there unless ok


def with_event(version: int, **changes: Any) -> Bundle:
    events = list(BUNDLE.shown)
    events[version - 1] = events[version - 1]._replace(**changes)
    return dataclasses.replace(BUNDLE, events=tuple(events))


def restated(event: BundledEvent, body: Body) -> BundledEvent:
    """The event with another body, its leaf hash made to fit."""
    return BundledEvent.recorded(event.position, event.recorded_at, encode_body(body), event.parts)
