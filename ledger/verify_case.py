"""The checks of the bundle of one case: its events in order, and that its last one is the last there was."""

from __future__ import annotations

from ledger import tree
from ledger.bundle import BundledEvent, WithheldEvent
from ledger.entry import body_link
from ledger.heads import head_leaf
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
)

__all__ = ["CASE_CHECKS"]


def check_events(examination: Examination) -> str:
    """Every version follows from the one before, with a position and a time that rise."""
    bundle = examination.bundle
    before: BundledEvent | None = None
    link = ""
    position = 0
    for version, event in enumerate(bundle.events, 1):
        place = f"event {version} (position {event.position})"
        if isinstance(event, WithheldEvent):
            _check_withheld(event, place, version, examination)
            if event.position <= position:
                raise Wrong(place, "has a position that does not rise")
            position, link = event.position, event.link
            continue
        body = check_recorded(event, place, examination)
        if body.stream != bundle.stream:
            raise Wrong(place, "is of another case")
        if body.version != version:
            raise Wrong(place, f"has version {body.version} where {version} must stand")
        if body.prev != link:
            raise Wrong(place, f"does not follow from the body of version {version - 1}")
        if event.position <= position:
            raise Wrong(place, "has a position that does not rise")
        if before is not None and event.recorded_at <= before.recorded_at:
            raise Wrong(place, "has a time of recording that does not rise")
        examination.shown.append((event, body))
        before, position, link = event, event.position, body_link(event.body)
    withheld = f"; {bundle.withheld} of them withheld as a whole" if bundle.withheld else ""
    return f"versions 1 to {len(bundle.events)} without a gap, each bound to the one before{withheld}"


def _check_withheld(event: WithheldEvent, place: str, version: int, examination: Examination) -> None:
    events = examination.bundle.events
    is_next_shown = version < len(events) and isinstance(events[version], BundledEvent)
    if bool(event.link) != is_next_shown:
        raise Wrong(place, "must state its link exactly if the next event is shown")
    if event.position > examination.checkpoint.size:
        raise Wrong(place, f"lies beyond the checkpoint's size {examination.checkpoint.size}")


def check_head(examination: Examination) -> str:
    """The last version shown is the last that there was."""
    bundle, checkpoint = examination.bundle, examination.checkpoint
    last = bundle.events[-1]
    leaf = head_leaf(bundle.stream, len(bundle.events), last.leaf)
    head = bundle.head
    if not tree.verify_inclusion(leaf, head.index, checkpoint.heads_count, head.proof, checkpoint.heads_root):
        raise Wrong("head", f"does not prove that version {len(bundle.events)} is the last of the case")
    return f"version {len(bundle.events)} is the last of the case at this checkpoint"


CASE_CHECKS: tuple[tuple[str, Checking], ...] = (
    ("public key", check_key),
    ("checkpoint", check_checkpoint),
    ("declarations", check_declarations),
    ("earlier checkpoints", check_earlier),
    ("events", check_events),
    ("erasures", check_erasures),
    ("inclusion", check_inclusion),
    ("completeness", check_head),
    ("sealed parts", check_parts),
)
