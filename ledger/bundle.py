"""The bundle: one case with all that is needed to check it without us, as one file of canonical JSON.

`build` lays out what others have read from the database; `ledger.bundle_parsing` reads a file back. docs/formats.md,
section 10, is the specification.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from ledger import canonical
from ledger.canonical import JSON
from ledger.checkpoint import VerifierKey
from ledger.entry import format_instant, leaf_hash
from ledger.meanings import records_part_erasure

__all__ = [
    "FORMAT",
    "FORMAT_WITH_DECLARATIONS",
    "FORMAT_WITH_MORE",
    "Bundle",
    "BundledEvent",
    "ClosedPart",
    "ClosedState",
    "Consistency",
    "Extract",
    "HeadProof",
    "Notice",
    "OpenedPart",
    "Part",
    "WithheldEvent",
    "build",
    "indices",
]

FORMAT = "caseledger-bundle/1"
# Of a bundle that withholds a whole event or bears a notice; any other is of the form that older programs read, too.
FORMAT_WITH_MORE = "caseledger-bundle/2"
# Of one of a trust that has declared something about its ledger, or of a case of which a single part was erased.
FORMAT_WITH_DECLARATIONS = "caseledger-bundle/3"

ClosedState = Literal["ERASED", "WITHHELD"]


class OpenedPart(NamedTuple):
    """A sealed part whose text the bundle shows, with what its commitment needs; `ordinal` as when it was sealed."""

    part: str
    ordinal: int
    salt: bytes
    text: str

    def __repr__(self) -> str:
        # A traceback or a failing assertion must not print personal data.
        return f"OpenedPart(part={self.part!r}, ...)"


class ClosedPart(NamedTuple):
    """A sealed part whose text the bundle does not show: its key was destroyed, or the reader may not open it."""

    part: str
    state: ClosedState


Part = OpenedPart | ClosedPart


class BundledEvent(NamedTuple):
    """A recorded event: place, instant, body as stored, leaf hash, and one part for each sealed entry of the body."""

    position: int
    recorded_at: datetime
    body: bytes
    leaf: bytes
    parts: tuple[Part, ...] = ()

    @classmethod
    def recorded(cls, position: int, recorded_at: datetime, body: bytes, parts: tuple[Part, ...] = ()) -> BundledEvent:
        """Make the event from what the ledger holds, its leaf computed."""
        return cls(position, recorded_at, body, leaf_hash(position, recorded_at, body), parts)


class WithheldEvent(NamedTuple):
    """A recorded event of which the bundle shows its place alone: it names what its reader may not know of.

    `link` is what the next event states of this one's body; the empty text where the next is withheld too, or none is.
    """

    position: int
    leaf: bytes
    link: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What whoever holds the bundle has to heed: the law, and the day (ISO 8601) since when. No proof binds it."""

    law: str
    since: str


@dataclass(frozen=True, slots=True)
class HeadProof:
    """Where the case's head stands among all heads, and its audit path."""

    index: int
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Consistency:
    """That the ledger at an earlier size, with this root, is the beginning of the one that the checkpoint fixes."""

    size: int
    root: bytes
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract(ABC):
    """What is taken out of a ledger at one checkpoint, with what proves that it stands there.

    `erasures` are the events, of other streams, that record the destruction of a key; `declarations` are all that the
    trust has declared about its ledger, and `handovers` the notes by which each key handed over to the next.
    """

    trust: UUID
    checkpoint: str
    public_key: str
    events: tuple[BundledEvent | WithheldEvent, ...]
    inclusion: tuple[bytes, ...]
    erasures: tuple[BundledEvent, ...] = ()
    consistency: tuple[Consistency, ...] = ()
    notices: tuple[Notice, ...] = ()
    declarations: tuple[BundledEvent, ...] = ()
    handovers: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[BundledEvent, ...]:
        """The events of which it shows more than the place."""
        return tuple([event for event in self.events if isinstance(event, BundledEvent)])

    @property
    def withheld(self) -> int:
        """How many events are withheld as a whole."""
        return len(self.events) - len(self.shown)

    @property
    @abstractmethod
    def format(self) -> str:
        """The name of the form that the file has."""

    @property
    def recorded(self) -> tuple[BundledEvent | WithheldEvent, ...]:
        """Everything whose place in the ledger is proven: the events, the erasures and the declarations."""
        return (*self.events, *self.erasures, *self.declarations)

    def members(self) -> dict[str, JSON]:
        """The members that every form has, as they are written."""
        return {
            "checkpoint": self.checkpoint,
            "consistency": [
                {"proof": b"".join(one.proof).hex(), "root": one.root.hex(), "size": one.size}
                for one in self.consistency
            ],
            "erasures": [_recorded(event) for event in self.erasures],
            "events": [_event(event) for event in self.events],
            "format": self.format,
            "inclusion": b"".join(self.inclusion).hex(),
            "public_key": self.public_key,
            "trust": str(self.trust),
        }

    def later_members(self) -> dict[str, JSON]:
        """The members that later forms have besides."""
        return {
            "declarations": [_recorded(event) for event in self.declarations],
            "handovers": list(self.handovers),
            "notices": [{"law": one.law, "since": one.since} for one in self.notices],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle(Extract):
    """One case at one checkpoint."""

    stream: UUID
    head: HeadProof

    @property
    def format(self) -> str:
        """The name of the form that the file has: the earliest that can hold what is in it."""
        if self.declarations or self.handovers or any(records_part_erasure(event.body) for event in self.shown):
            return FORMAT_WITH_DECLARATIONS
        return FORMAT_WITH_MORE if self.withheld or self.notices else FORMAT

    def encode(self) -> bytes:
        """Write the file: canonical JSON, no newline at its end."""
        head: JSON = {"index": self.head.index, "proof": b"".join(self.head.proof).hex()}
        members = {**self.members(), "head": head, "stream": str(self.stream)}
        if self.format == FORMAT_WITH_DECLARATIONS:
            members |= self.later_members()
        elif self.format == FORMAT_WITH_MORE:
            members["notices"] = self.later_members()["notices"]
        return canonical.encode(members)


def build(
    *,
    trust: UUID,
    stream: UUID,
    checkpoint: str,
    public_key: VerifierKey,
    events: Sequence[BundledEvent | WithheldEvent],
    head: tuple[int, Sequence[bytes]],
    prove: Callable[[Sequence[int]], Sequence[bytes]],
    erasures: Sequence[BundledEvent] = (),
    consistency: Sequence[Consistency] = (),
    notices: Sequence[Notice] = (),
    declarations: Sequence[BundledEvent] = (),
    handovers: Sequence[str] = (),
) -> Bundle:
    """Put together the bundle of a case.

    `events` are all versions of the stream in order, shown or withheld; `head` is what `Heads.proof` gives; `prove`
    gives the `tree.set_proof` of leaf indices (position - 1, rising) in the tree of the checkpoint's size.
    """
    erasures = sorted(erasures, key=lambda event: event.position)
    return Bundle(
        trust=trust,
        stream=stream,
        checkpoint=checkpoint,
        public_key=public_key.text,
        events=tuple(events),
        inclusion=tuple(prove(indices((*events, *erasures, *declarations)))),
        head=HeadProof(head[0], tuple(head[1])),
        erasures=tuple(erasures),
        consistency=tuple(sorted(consistency, key=lambda one: one.size)),
        notices=tuple(notices),
        declarations=tuple(declarations),
        handovers=tuple(handovers),
    )


def indices(recorded: Iterable[BundledEvent | WithheldEvent]) -> list[int]:
    """The leaf indices of events, rising, each once."""
    return sorted({event.position - 1 for event in recorded})


def _recorded(event: BundledEvent) -> dict[str, JSON]:
    return {
        "body": event.body.decode(),
        "leaf": event.leaf.hex(),
        "position": event.position,
        "recorded_at": format_instant(event.recorded_at),
    }


def _event(event: BundledEvent | WithheldEvent) -> JSON:
    if isinstance(event, WithheldEvent):
        return {"leaf": event.leaf.hex(), "link": event.link, "position": event.position}
    return {**_recorded(event), "parts": [_part(part) for part in event.parts]}


def _part(part: Part) -> JSON:
    if isinstance(part, OpenedPart):
        return {"ordinal": part.ordinal, "part": part.part, "salt": part.salt.hex(), "text": part.text}
    return {"part": part.part, "state": part.state}
