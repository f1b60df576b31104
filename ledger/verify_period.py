"""The checks of the bundle of a period: every position from its first event to its last, and nothing on either side."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ledger import checkpoint as checkpoints
from ledger.bundle import WithheldEvent
from ledger.checkpoint import Checkpoint, CheckpointError, VerifierKey
from ledger.entry import Body, body_link, format_instant
from ledger.period import Period
from ledger.verifying import (
    Checking,
    Examination,
    Wrong,
    check_checkpoint,
    check_declarations,
    check_earlier,
    check_erasures,
    check_inclusion,
    check_key,
    check_parts,
    check_recorded,
    continues,
)

__all__ = ["PERIOD_CHECKS"]


def check_events(examination: Examination) -> str:
    """Positions have no gap, times rise and lie in the period, and each version follows from that before, if shown."""
    period = _period(examination)
    streams: dict[UUID, tuple[int, str]] = {}
    before: datetime | None = None
    for position, event in enumerate(period.events, period.first):
        place = f"position {event.position}"
        if event.position != position:
            raise Wrong(place, f"stands where position {position} must stand")
        if isinstance(event, WithheldEvent):
            if event.link:
                raise Wrong(place, "is withheld and must state no link")
            continue
        body = check_recorded(event, place, examination)
        if before is not None and event.recorded_at <= before:
            raise Wrong(place, "has a time of recording that does not rise")
        if not period.since <= event.recorded_at < period.until:
            raise Wrong(place, "was not recorded in the period")
        _check_followed(body, streams, place)
        streams[body.stream] = (body.version, body_link(event.body))
        examination.shown.append((event, body))
        before = event.recorded_at
    if not period.events:
        return "none was recorded in the period"
    withheld = f"; {period.withheld} of them withheld as a whole" if period.withheld else ""
    return f"positions {period.first} to {period.last} without a gap{withheld}"


def _check_followed(body: Body, streams: dict[UUID, tuple[int, str]], place: str) -> None:
    known = streams.get(body.stream)
    if known is None:
        return
    version, link = known
    if body.version <= version:
        raise Wrong(place, f"has version {body.version} after version {version} of the same stream")
    if body.version == version + 1 and body.prev != link:
        raise Wrong(place, f"does not follow from the body of version {version}")


def check_bounds(examination: Examination) -> str:
    """The next event on either side lies outside of the period, as the trust has signed."""
    period, checkpoint = _period(examination), examination.checkpoint
    if bool(period.before) != (period.first > 1):
        raise Wrong("before", "must be there exactly if the first event is not the first of the ledger")
    if period.before:
        signed = _signed(examination, "before", period.before, period.first - 1)
        if signed.recorded_at >= period.since:
            raise Wrong("before", "says that the event before was recorded in the period, too")
    if bool(period.after) != (period.last < checkpoint.size):
        raise Wrong("after", "must be there exactly if the last event is not the last of the ledger")
    if period.after:
        signed = _signed(examination, "after", period.after, period.last + 1)
        if signed.recorded_at < period.until:
            raise Wrong("after", "says that the event after was recorded in the period, too")
        return f"all that was recorded from {format_instant(period.since)} and before {format_instant(period.until)}"
    return f"all that was recorded from {format_instant(period.since)} up to the checkpoint"


def _signed(examination: Examination, member: str, note: str, size: int) -> Checkpoint:
    """A checkpoint that the trust signed, of this size, and that the checkpoint of the file continues."""
    try:
        origin, _, _ = note.partition("\n")
        trust, _ = checkpoints.parse_origin(origin)
        signed = checkpoints.verify(note, VerifierKey(origin, examination.key.public))
    except CheckpointError as error:
        raise Wrong(member, str(error)) from None
    if trust != examination.extract.trust or signed.size != size:
        raise Wrong(member, f"must be the trust's checkpoint of size {size}")
    if not continues(examination, signed):
        raise Wrong(member, "is not continued by the checkpoint")
    return signed


def _period(examination: Examination) -> Period:
    assert isinstance(examination.extract, Period)
    return examination.extract


PERIOD_CHECKS: tuple[tuple[str, Checking], ...] = (
    ("public key", check_key),
    ("checkpoint", check_checkpoint),
    ("declarations", check_declarations),
    ("earlier checkpoints", check_earlier),
    ("events", check_events),
    ("erasures", check_erasures),
    ("inclusion", check_inclusion),
    ("completeness", check_bounds),
    ("sealed parts", check_parts),
)
