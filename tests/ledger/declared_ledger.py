"""A trust's ledger in memory in which everything happened that a verifier has to know of.

Another key took over, a restore interrupted it, a part and a key were erased, and files were handed in. Everything is
derived from a seed, as in the small ledger that it is one of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID
from zlib import crc32

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import checkpoint, tree
from ledger.archive import Entry, directory, header
from ledger.bundle import Bundle, BundledEvent, ClosedPart, Part, build, indices
from ledger.canonical import JSON
from ledger.checkpoint import CheckpointSigner
from ledger.entry import SealedEntry
from ledger.meanings import ledger_register_of
from ledger.period import Period
from tests.ledger.small_ledger import SmallLedger

__all__ = [
    "FIRST_NOTE",
    "PICTURE",
    "SCAN",
    "DeclaredLedger",
    "archive_of",
    "declared_year",
    "files_of_two_cases",
    "spelled",
]

# Where the register is opened, the key changes, a part and a key are erased, the epoch begins, and the ledger ends.
OPENED, CHANGED, PART_ERASED, KEY_DESTROYED, EPOCH, SIZE = 5, 6, 9, 10, 11, 16
PICTURE, SCAN = b"a picture\n" * 9, b"a scan\n" * 11
FIRST_NOTE = 3


class DeclaredLedger(SmallLedger):
    """The small ledger with the declarations of its trust, under the key that signs last."""

    def __init__(self, seed: str = "declared") -> None:
        super().__init__(seed)
        self.former = self.signer
        self.secret = Ed25519PrivateKey.from_private_bytes(self.bytes_of("second signer", 32))
        self.signer = self.named(2)

    def named(self, epoch: int, *, former: bool = False) -> CheckpointSigner:
        """Who signs in an epoch: by the key that took over, or by the former one."""
        name = checkpoint.origin(self.trust, epoch)
        first = Ed25519PrivateKey.from_private_bytes(self.bytes_of("signer", 32))
        return CheckpointSigner(name, first if former else self.secret)

    def uuid(self, what: str) -> UUID:
        """As in the small ledger, but that the trust's declarations stand where they must."""
        return ledger_register_of(self.trust) if what == "declarations" else super().uuid(what)

    def file_handed_in(self, what: str, content: bytes, key: str | None = None, *, stream: str = "case") -> None:
        self.record(
            stream,
            "incident.file_stored.v1",
            {"file_id": str(self.uuid(what)), "byte_length": len(content)},
            secrets={"fingerprint": sha256(content).hexdigest()},
            key=key,
        )

    def note(self, size: int, signer: CheckpointSigner | None = None) -> str:
        """The note of a size, as it was signed then."""
        if signer is None:
            epoch = 2 if size >= EPOCH else 1
            signer = self.named(epoch, former=size < CHANGED)
        heads = self.heads(size)
        figures = (size, tree.root(self.leaves(size)), len(heads), heads.root(), self.instant(size))
        return checkpoint.sign(signer.verifier_key.name, *figures, signer)

    def handover(self, size: int = CHANGED) -> str:
        """The note by which the former key handed over."""
        return self.note(size, self.named(1, former=True))

    def declared(self) -> tuple[BundledEvent, ...]:
        return tuple(self.events_of("declarations"))

    def case(self, **changes: Any) -> Bundle:
        """The bundle of the case, which needs the third format."""
        given: dict[str, Any] = {
            "trust": self.trust,
            "stream": self.uuid("case"),
            "checkpoint": self.note(SIZE),
            "public_key": self.signer.verifier_key,
            "events": self.events_of("case"),
            "head": self.heads().proof(self.uuid("case")),
            "prove": self.prover(),
            "erasures": self.erasures_of("case"),
            "consistency": [self.consistency(one) for one in (FIRST_NOTE, CHANGED, EPOCH)],
            "declarations": self.declared(),
            "handovers": [self.handover()],
        }
        return build(**given | changes)

    def period(self, first: int, last: int) -> Period:
        """All from one position to another, both included; none if the other is the one before."""
        chosen = [
            event
            for stream in ("register", "case", "other", "people", "declarations")
            for event in self.events_of(stream)
            if first <= event.position <= last
        ]
        events = tuple(sorted(chosen, key=lambda one: one.position))
        keys = {str(entry.key) for event in events for entry in self.bodies[event.position - 1].sealed}
        files = {
            (body.stream, body.data["file_id"])
            for body in (self.bodies[event.position - 1] for event in events)
            if "file_stored" in body.type
        }
        erasures = tuple(
            event
            for body, event in zip(self.bodies, self.recorded, strict=True)
            if not first <= event.position <= last
            and (
                body.data.get("key") in keys
                or ("part_erased" in body.type and first <= FIRST_NOTE <= last)
                or ("file_removed" in body.type and (body.stream, body.data["file_id"]) in files)
            )
        )
        sizes = sorted({one for one in (first - 1, last + 1, CHANGED) if 0 < one < SIZE})
        places = indices((*events, *erasures, *self.declared()))
        return Period(
            trust=self.trust,
            checkpoint=self.note(SIZE),
            public_key=self.signer.verifier_key.text,
            events=events,
            inclusion=tuple(self.prover()(places)),
            erasures=erasures,
            consistency=tuple(self.consistency(one) for one in sizes),
            declarations=self.declared(),
            handovers=(self.handover(),),
            first=first,
            since=self.instant(first),
            until=self.instant(last + 1),
            before=self._signed_now(first - 1) if first > 1 else "",
            after=self._signed_now(last + 1) if last < SIZE else "",
        )

    def _signed_now(self, size: int) -> str:
        return self.note(size, self.named(2 if size >= EPOCH else 1))

    def _part(self, event: BundledEvent, entry: SealedEntry, opened: bool, size: int | None) -> Part:
        if event.position == FIRST_NOTE and entry.part == "handle":
            return ClosedPart("handle", "ERASED")
        return super()._part(event, entry, opened, size)

    def key_declared(self) -> None:
        """The register is opened, and another key takes over: at the positions `OPENED` and `CHANGED`."""
        former, present = (signer.verifier_key.public.hex() for signer in (self.former, self.signer))
        self.record("declarations", "ledger.register_opened.v1", {"signed_by": former})
        changed: dict[str, JSON] = {"cause": "SCHEDULED", "former": former, "number": 2, "present": present}
        self.record("declarations", "ledger.checkpoint_key_changed.v1", changed)

    def epoch_begun(self) -> None:
        """The ledger was put back: at the position `EPOCH`."""
        self.record(
            "declarations",
            "ledger.epoch_begun.v1",
            {"agrees_through": 9, "cause": "RESTORED", "lost_checkpoint": "", "lost_through": 12, "number": 2},
        )


def declared_year() -> DeclaredLedger:
    """A case of ten events, two registers and three declarations over 16 positions."""
    ledger = DeclaredLedger()
    ledger.record("register", "school_register.joined.v1", {"school": "900001"})
    ledger.record("case", "incident.reported.v1", {}, secrets={"handle": "@y", "narrative": "A post"})
    ledger.record("case", "incident.item_recorded.v1", {}, secrets={"handle": "@x", "url": "u:/"})
    ledger.record("case", "incident.poster_identified.v1", {}, secrets={"note": "by a cousin"}, key="person key")
    ledger.key_declared()
    ledger.file_handed_in("picture", PICTURE)
    ledger.file_handed_in("scan", SCAN)
    ledger.record("case", "incident.part_erased.v1", {"part": "handle", "version": 2})
    ledger.record("people", "trust_register.key_destroyed.v1", {"key": str(ledger.uuid("person key"))})
    ledger.epoch_begun()
    ledger.file_handed_in("letter", b"a letter", key="person key")
    ledger.file_handed_in("copy", b"a copy")
    ledger.record("case", "incident.file_removed.v1", {"file_id": str(ledger.uuid("copy"))})
    ledger.record("register", "school_register.left.v1", {"left_on": "2027-08-31"})
    ledger.record("case", "incident.closed.v1", {"outcome": "POST_REMOVED"})
    return ledger


def files_of_two_cases() -> DeclaredLedger:
    """Two cases with files over 16 positions; `copy` is removed at 13; at 14 its case names `letter`, of the first."""
    ledger = DeclaredLedger("two cases")
    ledger.record("register", "school_register.joined.v1", {"school": "900001"})
    ledger.record("case", "incident.reported.v1", {}, secrets={"narrative": "A post"})
    ledger.record("case", "incident.item_recorded.v1", {}, secrets={"url": "u:/"})
    ledger.record("other", "complaint.received.v1", {}, secrets={"narrative": "A complaint"})
    ledger.key_declared()
    ledger.file_handed_in("picture", PICTURE)
    ledger.file_handed_in("scan", SCAN, stream="other")
    ledger.file_handed_in("copy", b"a copy", stream="other")
    ledger.file_handed_in("note", b"a note", key="person key")
    ledger.epoch_begun()
    ledger.file_handed_in("letter", b"a letter")
    ledger.record("other", "complaint.file_removed.v1", {"file_id": str(ledger.uuid("copy"))})
    ledger.record("other", "complaint.file_removed.v1", {"file_id": str(ledger.uuid("letter"))})
    ledger.record("people", "trust_register.key_destroyed.v1", {"key": str(ledger.uuid("person key"))})
    ledger.record("case", "incident.closed.v1", {"outcome": "POST_REMOVED"})
    return ledger


def spelled(contents: Iterable[tuple[str, bytes]]) -> bytes:
    """An archive of these contents, spelled as it must be."""
    written: list[bytes] = []
    entries: list[Entry] = []
    for name, content in contents:
        entries.append(Entry(name, len(content), crc32(content)))
        written += [header(entries[-1]), content]
    return b"".join([*written, directory(entries)])


def archive_of(ledger: DeclaredLedger, bundle: bytes, files: Sequence[tuple[str, bytes]]) -> bytes:
    """A bundle with files, each given by its name in the ledger."""
    named = sorted((f"files/{ledger.uuid(what)}", content) for what, content in files)
    return spelled([("bundle.json", bundle), *named])
