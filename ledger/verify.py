"""The offline check of a bundle: whether a case is genuine, whole and unaltered, and what of it is erased or withheld.

It needs no database and no network: the standard library, `cryptography`, and the formats beside it. docs/formats.md,
section 11, lists the checks in their order.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from uuid import UUID

from ledger import checkpoint as checkpoints
from ledger import tree
from ledger.bundle import Bundle, BundledEvent, Notice, OpenedPart, Part, WithheldEvent
from ledger.bundle_parsing import BundleError, parse
from ledger.canonical import CanonicalError
from ledger.checkpoint import Checkpoint, CheckpointError, VerifierKey
from ledger.entry import Body, EntryError, SealedEntry, body_link, decode_body, leaf_hash, parse_uuid
from ledger.heads import head_leaf
from ledger.sealing import associated_data, commitment

__all__ = ["Check", "Failure", "PartFound", "Report", "main", "verify"]

_KEY_DESTROYED = re.compile(r"[a-z0-9_.]*key_destroyed(\.v[1-9][0-9]*)?")

PartState = Literal["OPEN", "ERASED", "WITHHELD"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked and holds, said in a sentence."""

    name: str
    found: str


@dataclass(frozen=True, slots=True)
class Failure:
    """The first thing that is wrong: the check that found it, the place in the bundle, and what is wrong there."""

    check: str
    place: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


@dataclass(frozen=True, slots=True)
class PartFound:
    """What a bundle shows of one sealed part; `destroyed_at` is the position that proves an erasure."""

    version: int
    part: str
    state: PartState
    destroyed_at: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome: every check that held, in order, and the first failure, after which nothing more was checked.

    `withheld` is the number of events of which the bundle shows the place alone; `notices` are the bundle's own.
    """

    ok: bool
    checks: tuple[Check, ...]
    first_failure: Failure | None
    parts: tuple[PartFound, ...] = ()
    withheld: int = 0
    notices: tuple[Notice, ...] = ()


class _Wrong(Exception):
    """Ends the checking at the first thing that is wrong."""

    def __init__(self, place: str, problem: str) -> None:
        self.place = place
        self.problem = problem
        super().__init__(f"{place}: {problem}")


@dataclass(slots=True)
class _Examination:
    """What is known of a bundle as its checks go on; a later check relies on what earlier ones have set."""

    content: bytes
    public_key: VerifierKey | None
    known_checkpoint: str | None
    bundle: Bundle = field(init=False)
    key: VerifierKey = field(init=False)
    checkpoint: Checkpoint = field(init=False)
    # The events that are shown, each with its body.
    shown: list[tuple[BundledEvent, Body]] = field(default_factory=list)
    destroyed: dict[UUID, int] = field(default_factory=dict)
    parts: list[PartFound] = field(default_factory=list)


def verify(bundle: bytes, *, public_key: VerifierKey | None = None, known_checkpoint: str | None = None) -> Report:
    """Check a bundle's file; no content of it makes this raise.

    `public_key` is the trust's key, known from elsewhere: without it the signature is checked with the key that the
    bundle brings, which shows only that the bundle agrees with itself. `known_checkpoint` is a note kept from before.
    """
    examination = _Examination(bundle, public_key, known_checkpoint)
    held: list[Check] = []
    for name, check in _CHECKS:
        try:
            held.append(Check(name, check(examination)))
        except _Wrong as wrong:
            return Report(False, tuple(held), Failure(name, wrong.place, wrong.problem))
    bundle_read = examination.bundle
    return Report(True, tuple(held), None, tuple(examination.parts), bundle_read.withheld, bundle_read.notices)


def _check_file(examination: _Examination) -> str:
    try:
        examination.bundle = parse(examination.content)
    except CanonicalError as error:
        raise _Wrong(error.path or "file", error.rule) from None
    except BundleError as error:
        raise _Wrong(error.place, error.rule) from None
    if not examination.bundle.events:
        raise _Wrong("events", "must hold at least one event")
    return f"canonical JSON of the form {examination.bundle.format}"


def _check_key(examination: _Examination) -> str:
    try:
        examination.key = VerifierKey.parse(examination.bundle.public_key)
    except CheckpointError as error:
        raise _Wrong("public_key", str(error)) from None
    if examination.public_key is None:
        return f"taken from the bundle itself, to be compared with the trust's own: {examination.key.text}"
    if examination.key != examination.public_key:
        raise _Wrong("public_key", "is not the key that was given")
    return f"the one that was given: {examination.key.text}"


def _check_checkpoint(examination: _Examination) -> str:
    bundle = examination.bundle
    try:
        checkpoint = checkpoints.verify(bundle.checkpoint, examination.key)
        _, signatures = checkpoints.parse(bundle.checkpoint)
    except CheckpointError as error:
        raise _Wrong("checkpoint", str(error)) from None
    if len(signatures) != 1:
        # A line that nobody here can check could be changed unseen.
        raise _Wrong("checkpoint", "must bear the trust's signature and no other")
    if checkpoint.origin != checkpoints.origin(bundle.trust):
        raise _Wrong("checkpoint", "is of another trust than the bundle")
    examination.checkpoint = checkpoint
    return f"signed by {examination.key.name} over {checkpoint.size} events"


def _check_earlier(examination: _Examination) -> str:
    bundle, checkpoint = examination.bundle, examination.checkpoint
    for at, earlier in enumerate(bundle.consistency):
        if at and earlier.size <= bundle.consistency[at - 1].size:
            raise _Wrong(f"consistency[{at}]", "must be of a larger size than the one before")
        if not tree.verify_consistency(earlier.size, earlier.root, checkpoint.size, checkpoint.root, earlier.proof):
            raise _Wrong(f"consistency[{at}]", "does not prove that the checkpoint continues the earlier ledger")
    if examination.known_checkpoint is None:
        return f"{len(bundle.consistency)} earlier size(s) continued; no known checkpoint was given"
    try:
        known = checkpoints.verify(examination.known_checkpoint, examination.key)
    except CheckpointError as error:
        raise _Wrong("known checkpoint", str(error)) from None
    if known.size > checkpoint.size:
        raise _Wrong("checkpoint", f"is rolled back: size {checkpoint.size} is less than the known {known.size}")
    if known.size == checkpoint.size:
        if known != checkpoint:
            raise _Wrong("checkpoint", f"contradicts the known checkpoint of the same size {known.size}")
        return f"the known checkpoint itself, size {known.size}"
    if known.recorded_at >= checkpoint.recorded_at:
        raise _Wrong("checkpoint", "has more events than the known checkpoint and is not later")
    shown = next((earlier for earlier in bundle.consistency if earlier.size == known.size), None)
    if shown is None:
        raise _Wrong("consistency", f"has no proof from the known checkpoint's size {known.size}")
    if shown.root != known.root:
        raise _Wrong("consistency", f"starts from another ledger than the known checkpoint of size {known.size}")
    return f"continues the known checkpoint of size {known.size}"


def _check_events(examination: _Examination) -> str:
    bundle = examination.bundle
    before: BundledEvent | None = None
    link = ""
    position = 0
    for version, event in enumerate(bundle.events, 1):
        place = _place(event, version)
        if isinstance(event, WithheldEvent):
            _check_withheld(event, place, version, examination)
            if event.position <= position:
                raise _Wrong(place, "has a position that does not rise")
            position, link = event.position, event.link
            continue
        body = _check_recorded(event, place, examination)
        if body.stream != bundle.stream:
            raise _Wrong(place, "is of another case")
        if body.version != version:
            raise _Wrong(place, f"has version {body.version} where {version} must stand")
        if body.prev != link:
            raise _Wrong(place, f"does not follow from the body of version {version - 1}")
        if event.position <= position:
            raise _Wrong(place, "has a position that does not rise")
        if before is not None and event.recorded_at <= before.recorded_at:
            raise _Wrong(place, "has a time of recording that does not rise")
        examination.shown.append((event, body))
        before, position, link = event, event.position, body_link(event.body)
    withheld = f"; {bundle.withheld} of them withheld as a whole" if bundle.withheld else ""
    return f"versions 1 to {len(bundle.events)} without a gap, each bound to the one before{withheld}"


def _check_withheld(event: WithheldEvent, place: str, version: int, examination: _Examination) -> None:
    events = examination.bundle.events
    is_next_shown = version < len(events) and isinstance(events[version], BundledEvent)
    if bool(event.link) != is_next_shown:
        raise _Wrong(place, "must state its link exactly if the next event is shown")
    if event.position > examination.checkpoint.size:
        raise _Wrong(place, f"lies beyond the checkpoint's size {examination.checkpoint.size}")


def _check_erasures(examination: _Examination) -> str:
    before = 0
    for at, event in enumerate(examination.bundle.erasures):
        place = f"erasure {at + 1} (position {event.position})"
        body = _check_recorded(event, place, examination)
        if event.position <= before:
            raise _Wrong(place, "has a position that does not rise")
        if body.stream == examination.bundle.stream:
            raise _Wrong(place, "is of the case itself and stands among its events already")
        key = _destroyed_key(body)
        if key is None:
            raise _Wrong(place, "does not record the destruction of a key")
        before = event.position
        examination.destroyed.setdefault(key, event.position)
    for event, body in examination.shown:
        key = _destroyed_key(body)
        if key is not None:
            examination.destroyed.setdefault(key, event.position)
    return f"{len(examination.destroyed)} key(s) destroyed"


def _check_inclusion(examination: _Examination) -> str:
    bundle, checkpoint = examination.bundle, examination.checkpoint
    recorded = (*bundle.events, *bundle.erasures)
    leaves = {event.position - 1: event.leaf for event in recorded}
    if len(leaves) != len(recorded):
        raise _Wrong("erasures", "must not share a position with an event")
    if tree.root_from_set(leaves, checkpoint.size, bundle.inclusion) != checkpoint.root:
        raise _Wrong("inclusion", "events, positions and times do not lead to the root of the checkpoint")
    return f"all {len(recorded)} event(s) stand in the ledger at their positions"


def _check_head(examination: _Examination) -> str:
    bundle, checkpoint = examination.bundle, examination.checkpoint
    last = bundle.events[-1]
    leaf = head_leaf(bundle.stream, len(bundle.events), last.leaf)
    head = bundle.head
    if not tree.verify_inclusion(leaf, head.index, checkpoint.heads_count, head.proof, checkpoint.heads_root):
        raise _Wrong("head", f"does not prove that version {len(bundle.events)} is the last of the case")
    return f"version {len(bundle.events)} is the last of the case at this checkpoint"


def _check_parts(examination: _Examination) -> str:
    for event, body in examination.shown:
        if [part.part for part in event.parts] != [entry.part for entry in body.sealed]:
            raise _Wrong(_place(event, body.version), "must show exactly the sealed parts of its body, in their order")
        for part, entry in zip(event.parts, body.sealed, strict=True):
            destroyed_at = examination.destroyed.get(entry.key)
            problem = _problem_of_part(part, entry, body, destroyed_at)
            if problem is not None:
                raise _Wrong(f"{_place(event, body.version)}, part {entry.part}", problem)
            if isinstance(part, OpenedPart):
                examination.parts.append(PartFound(body.version, part.part, "OPEN"))
            else:
                examination.parts.append(PartFound(body.version, part.part, part.state, destroyed_at))
    states = [found.state for found in examination.parts]
    return ", ".join(f"{states.count(state)} {word}" for state, word in _STATE_WORDS)


def _place(event: BundledEvent | WithheldEvent, version: int) -> str:
    return f"event {version} (position {event.position})"


def _check_recorded(event: BundledEvent, place: str, examination: _Examination) -> Body:
    checkpoint = examination.checkpoint
    if leaf_hash(event.position, event.recorded_at, event.body) != event.leaf:
        raise _Wrong(place, "is altered: position, time and body do not have the leaf hash stated")
    try:
        body = decode_body(event.body)
    except CanonicalError as error:
        raise _Wrong(place, f"body{'.' if error.path else ''}{error.path} {error.rule}") from None
    except EntryError as error:
        raise _Wrong(place, f"body: {error}") from None
    if body.trust != examination.bundle.trust:
        raise _Wrong(place, "is of another trust")
    if event.position > checkpoint.size:
        raise _Wrong(place, f"lies beyond the checkpoint's size {checkpoint.size}")
    if event.recorded_at > checkpoint.recorded_at or (
        (event.position == checkpoint.size) != (event.recorded_at == checkpoint.recorded_at)
    ):
        raise _Wrong(place, "has a time of recording that the checkpoint's time contradicts")
    return body


def _problem_of_part(part: Part, entry: SealedEntry, body: Body, destroyed_at: int | None) -> str | None:
    if isinstance(part, OpenedPart):
        aad = associated_data(body.trust, body.stream, body.command, part.ordinal, entry.part, entry.key)
        matches = commitment(part.salt, aad, part.text) == entry.commitment
        return None if matches else "text is not the one that was committed to"
    if part.state == "ERASED" and destroyed_at is None:
        return f"is called erased, but no event proves that key {entry.key} was destroyed: it is withheld"
    if part.state == "WITHHELD" and destroyed_at is not None:
        return f"is called withheld, but its key was destroyed at position {destroyed_at}: it is erased"
    return None


def _destroyed_key(body: Body) -> UUID | None:
    """Give the key whose destruction an event records; None for any other event."""
    key = body.data.get("key")
    if _KEY_DESTROYED.fullmatch(body.type) is None or not isinstance(key, str):
        return None
    try:
        return parse_uuid(key)
    except ValueError:
        return None


_STATE_WORDS: tuple[tuple[PartState, str], ...] = (("OPEN", "open"), ("ERASED", "erased"), ("WITHHELD", "withheld"))

_CHECKS: tuple[tuple[str, Callable[[_Examination], str]], ...] = (
    ("file", _check_file),
    ("public key", _check_key),
    ("checkpoint", _check_checkpoint),
    ("earlier checkpoints", _check_earlier),
    ("events", _check_events),
    ("erasures", _check_erasures),
    ("inclusion", _check_inclusion),
    ("completeness", _check_head),
    ("sealed parts", _check_parts),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Check the bundle named on the command line and say what was found: 0 it holds, 1 it does not, 2 unreadable."""
    parser = argparse.ArgumentParser(prog="caseledger verify", description="Check a case's bundle offline.")
    parser.add_argument("file", type=Path, metavar="FILE", help="the bundle")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the trust's public key, as one line of text")
    parser.add_argument("--checkpoint", type=Path, metavar="FILE", help="a checkpoint of the trust kept from before")
    options = parser.parse_args(argv)
    try:
        content = options.file.read_bytes()
        public_key = None if options.key is None else VerifierKey.parse(options.key.read_text().strip())
        known = None if options.checkpoint is None else options.checkpoint.read_bytes().decode()
    except (OSError, ValueError) as error:
        sys.stderr.write(f"caseledger verify: {error}\n")
        return 2
    report = verify(content, public_key=public_key, known_checkpoint=known)
    lines = [f"ok    {check.name}: {check.found}" for check in report.checks]
    if report.first_failure is None:
        lines += [f"heed  {notice.law}, since {notice.since}" for notice in report.notices]
        lines.append("The bundle holds.")
    else:
        lines.append(f"WRONG {report.first_failure.check}: {report.first_failure}")
        lines.append("The bundle does not hold. Nothing after the first fault was checked.")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
