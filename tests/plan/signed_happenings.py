"""Checkpoints that are signed while things happen, by one key and then by another, and received by places outside."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.anchoring.deposits import Deposit
from services.anchoring import anchor_ledger, receipts
from services.checkpoints import SignedCheckpoint, make_checkpoint
from services.ledger_declarations import change_signing_key
from services.scope import system_caller
from tests.plan.world import World

# Places outside by the names that they have in the table, each with what may be told of it.
PLACES = {
    "folder:/mnt/governance \\ “1”": ("folder", "/mnt/governance \\ “1”"),
    "mail:0a1b2c3d4e5f": ("mail", "0a1b2c3d4e5f"),
    "rfc3161:https://caller:pass@word@authority.example/tsa?key=secret#more": (
        "rfc3161",
        "https://authority.example/tsa",
    ),
    "s3://bucket/prefix": ("s3", "s3://bucket/prefix"),
    "witness:witness.example/one": ("witness", "witness.example/one"),
}
FOLDER, MAIL, AUTHORITY, BUCKET, WITNESS = PLACES


@dataclass
class Place:
    """A place outside that takes whatever it is handed."""

    name: str

    def deposit(self, _deposit: Deposit) -> bytes:
        """Take it."""
        return b"taken"


def sign(world: World, *places: str) -> None:
    """Sign the ledger as it stands and hand the note to these places."""
    _keep(world, make_checkpoint(world.ledger))
    if not places:
        return
    anchored = anchor_ledger(world.ledger, [Place(name) for name in places])
    assert anchored is not None
    assert set(anchored.taken) == set(places)
    world.facts.anchors += [
        (one.sink, *PLACES[one.sink], one.size, one.anchored_at) for one in receipts(world.ledger, anchored.size)
    ]


def change_key(world: World) -> None:
    """Sign by another key from now on."""
    sign(world)
    caller = system_caller(world.trust_id)
    _keep(world, change_signing_key(world.ledger, caller, cause="SCHEDULED", reason="Two years have passed."))


def _keep(world: World, signed: SignedCheckpoint) -> None:
    facts = world.facts
    facts.public_key = signed.verifier_key.text
    if facts.public_key not in facts.signers:
        facts.signers.append(facts.public_key)
    if signed.note not in facts.checkpoints:
        facts.checkpoints.append(signed.note)
