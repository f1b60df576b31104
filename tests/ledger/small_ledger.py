"""A trust's ledger in memory, made of the formats alone: what the tests of heads, bundles and the verifier stand on.

Everything in it is derived from a seed, so that the same seed gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import checkpoint, sealing, tree
from ledger.bundle import Bundle, BundledEvent, ClosedPart, Consistency, OpenedPart, Part, build
from ledger.canonical import JSON
from ledger.entry import Body, SealedEntry, body_link, encode_body, leaf_hash
from ledger.heads import Head, Heads

EPOCH = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)


class SmallLedger:
    def __init__(self, seed: str = "small") -> None:
        self.seed = seed
        self.trust = self.uuid("trust")
        self.signer = checkpoint.CheckpointSigner(
            checkpoint.origin(self.trust), Ed25519PrivateKey.from_private_bytes(self.bytes_of("signer", 32))
        )
        self.recorded: list[BundledEvent] = []
        self.bodies: list[Body] = []
        self.secrets: dict[tuple[int, str], tuple[str, bytes]] = {}

    def bytes_of(self, what: str, count: int) -> bytes:
        return sha256(f"{self.seed}/{what}".encode()).digest()[:count]

    def uuid(self, what: str) -> UUID:
        return UUID(bytes=self.bytes_of(what, 16), version=4)

    def instant(self, position: int) -> datetime:
        return EPOCH + timedelta(seconds=37 * position, microseconds=position)

    def record(
        self,
        stream: str,
        type_: str,
        payload: dict[str, JSON],
        *,
        secrets: dict[str, str] | None = None,
        key: str | None = None,
        reason: bool = False,
    ) -> BundledEvent:
        position = len(self.recorded) + 1
        stream_id, command = self.uuid(stream), self.uuid(f"command {position}")
        versions = [body for body in self.bodies if body.stream == stream_id]
        key_id = self.uuid(key or f"key of {stream}")
        sealed = []
        for part, text in sorted((secrets or {}).items()):
            aad = sealing.associated_data(self.trust, stream_id, command, 0, part, key_id)
            salt = self.bytes_of(f"salt {position} {part}", 32)
            self.secrets[position, part] = (text, salt)
            sealed.append(SealedEntry(part, key_id, sealing.commitment(salt, aad, text)))
        body = Body(
            trust=self.trust,
            stream=stream_id,
            version=len(versions) + 1,
            type=type_,
            command=command,
            actor=self.uuid("actor"),
            actor_role="headteacher",
            data=payload,
            prev=body_link(encode_body(versions[-1])) if versions else "",
            school="900001",
            reason="reason" if reason else None,
            sealed=tuple(sealed),
        )
        return self.add(body)

    def add(self, body: Body) -> BundledEvent:
        position = len(self.recorded) + 1
        event = BundledEvent.recorded(position, self.instant(position), encode_body(body))
        self.recorded.append(event)
        self.bodies.append(body)
        return event

    def leaves(self, size: int | None = None) -> list[bytes]:
        return [leaf_hash(event.position, event.recorded_at, event.body) for event in self.recorded[:size]]

    def heads(self, size: int | None = None) -> Heads:
        last: dict[UUID, Head] = {}
        for body, event in zip(self.bodies[:size], self.recorded, strict=False):
            last[body.stream] = Head(body.stream, body.version, event.leaf)
        return Heads.of(last.values())

    def checkpoint(self, size: int | None = None, signer: checkpoint.CheckpointSigner | None = None) -> str:
        size = len(self.recorded) if size is None else size
        heads = self.heads(size)
        return checkpoint.sign(
            checkpoint.origin(self.trust),
            size,
            tree.root(self.leaves(size)),
            len(heads),
            heads.root(),
            self.instant(size),
            signer or self.signer,
        )

    def prover(self, size: int | None = None) -> Callable[[Sequence[int]], list[bytes]]:
        leaves = self.leaves(size)

        def prove(indices: Sequence[int]) -> list[bytes]:
            return tree.set_proof(indices, len(leaves), lambda first, last: tree.root(leaves[first:last]))

        return prove

    def consistency(self, earlier: int, size: int | None = None) -> Consistency:
        leaves = self.leaves(size)
        return Consistency(earlier, tree.root(leaves[:earlier]), tuple(tree.consistency_proof(earlier, leaves)))

    def events_of(self, stream: str, *, opened: bool = True, size: int | None = None) -> list[BundledEvent]:
        """The events of one stream; parts whose key the ledger knows destroyed are ERASED, others open or WITHHELD."""
        events = []
        for body, event in zip(self.bodies[:size], self.recorded, strict=False):
            if body.stream == self.uuid(stream):
                parts = tuple(self._part(event, entry, opened, size) for entry in body.sealed)
                events.append(BundledEvent(event.position, event.recorded_at, event.body, event.leaf, parts))
        return events

    def erasures_of(self, stream: str, size: int | None = None) -> list[BundledEvent]:
        keys = {str(entry.key) for body in self.bodies if body.stream == self.uuid(stream) for entry in body.sealed}
        return [
            event
            for body, event in zip(self.bodies[:size], self.recorded, strict=False)
            if body.stream != self.uuid(stream) and body.data.get("key") in keys
        ]

    def bundle(
        self, stream: str, *, size: int | None = None, opened: bool = True, earlier: Sequence[int] = ()
    ) -> Bundle:
        return build(
            trust=self.trust,
            stream=self.uuid(stream),
            checkpoint=self.checkpoint(size),
            public_key=self.signer.verifier_key,
            events=self.events_of(stream, opened=opened, size=size),
            head=self.heads(size).proof(self.uuid(stream)),
            prove=self.prover(size),
            erasures=self.erasures_of(stream, size),
            consistency=[self.consistency(one, size) for one in earlier],
        )

    def _part(self, event: BundledEvent, entry: SealedEntry, opened: bool, size: int | None) -> Part:
        destroyed = {body.data.get("key") for body in self.bodies[:size] if "key_destroyed" in body.type}
        if str(entry.key) in destroyed:
            return ClosedPart(entry.part, "ERASED")
        if not opened:
            return ClosedPart(entry.part, "WITHHELD")
        text, salt = self.secrets[event.position, entry.part]
        return OpenedPart(entry.part, 0, salt, text)


def school_week(seed: str = "small") -> SmallLedger:
    """Two cases and a register, interleaved over 14 positions; one person's key is destroyed at position 11."""
    ledger = SmallLedger(seed)
    person: dict[str, JSON] = {"person": str(ledger.uuid("person"))}
    ledger.record("register", "school_register.joined.v1", {"school": "900001", "joined_on": "2024-09-01"})
    ledger.record(
        "case",
        "incident.reported.v1",
        {"discovered_on": "2026-09-14"},
        secrets={"narrative": "A post – näive “Q”"},
    )
    ledger.record("case", "incident.item_recorded.v1", {"platform": "FACEBOOK"}, secrets={"handle": "@x", "url": "u:/"})
    ledger.record("other", "incident.reported.v1", {"discovered_on": "2026-09-15"}, secrets={"narrative": "Another"})
    ledger.record("case", "incident.poster_identified.v1", person, secrets={"note": "by a cousin"}, key="person key")
    ledger.record("register", "school_register.calendar_set.v1", {"year": "2026-27", "terms": [1, 2, 3]})
    ledger.record("case", "incident.item_classified.v1", {"classifications": [{"nature": "ALLEGATION"}]})
    ledger.record("other", "incident.closed.v1", {"outcome": "POST_REMOVED"})
    ledger.record("case", "incident.item_excluded.v1", {}, secrets={"reason": "Sent twice \U0001f600"}, reason=True)
    ledger.record("case", "incident.closed.v1", {"outcome": "POST_REMOVED", "closed_on": "2026-09-21"})
    ledger.record("people", "trust_register.key_destroyed.v1", {"key": str(ledger.uuid("person key"))})
    ledger.record("other", "incident.reopened.v1", {})
    ledger.record("register", "school_register.left.v1", {"left_on": "2027-08-31"})
    ledger.record("other", "incident.closed.v1", {"outcome": "NO_ACTION"})
    return ledger
