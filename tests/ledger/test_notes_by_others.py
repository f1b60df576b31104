"""Our checkpoints, opened by a verifier that was written from the C2SP's pages alone, and notes of others by both."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import checkpoint
from ledger.checkpoint import CheckpointError, CheckpointSigner, VerifierKey, origin
from tests.support.signed_notes import NoteRefused, TreeHead, open_note, tree_head

# The example by which Go's package for notes is documented: neither the key nor the signature is ours.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAYING = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = (
    f"{SAYING}\n— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_the_verifier_opens_the_note_of_others_and_so_do_we() -> None:
    assert open_note(SIGNED, PETER) == SAYING
    assert VerifierKey.parse(PETER).text == PETER
    with pytest.raises(NoteRefused, match="does not verify"):
        open_note(SIGNED.replace("answer", "Answer"), PETER)
    with pytest.raises(NoteRefused):
        tree_head(SAYING)


def some_checkpoint(chance: random.Random) -> tuple[str, str, TreeHead]:
    """A note of ours, the key in the form that note tools exchange, and what it is to say."""
    signer = CheckpointSigner(
        origin(UUID(int=chance.getrandbits(128), version=4), chance.choice((1, 2, 17))),
        Ed25519PrivateKey.from_private_bytes(chance.randbytes(32)),
    )
    name = signer.verifier_key.name
    size = chance.choice((1, chance.randint(2, 10**6), 2**53))
    root, heads = chance.randbytes(32), chance.randbytes(32)
    at = datetime(2026, 9, 14, tzinfo=UTC) + timedelta(microseconds=chance.randint(0, 10**15))
    note = checkpoint.sign(name, size, root, 1, heads, at, signer)
    written = checkpoint.verify(note, signer.verifier_key).text.split("\n")
    return note, signer.verifier_key.text, TreeHead(name, size, root, tuple(written[3:5]))


def test_every_checkpoint_of_ours_is_one_to_whoever_reads_the_standard() -> None:
    chance = random.Random("c2sp")
    for _ in range(1_000):
        note, key, told = some_checkpoint(chance)

        assert tree_head(open_note(note, key)) == told


def test_what_we_take_the_standard_takes_too_whatever_was_done_to_it() -> None:
    chance = random.Random("altered")
    taken = 0
    for _ in range(3_000):
        note, key, _ = some_checkpoint(chance)
        altered = alteration(note, chance)
        try:
            ours = checkpoint.verify(altered, VerifierKey.parse(key)).text
        except CheckpointError:
            continue
        assert open_note(altered, key) == ours
        taken += 1
    # Of the alterations only lines of other signers leave a note as good as it was.
    assert 0 < taken < 1_500


def alteration(note: str, chance: random.Random) -> str:
    """A note in which something is otherwise: a character, a line, or a line of another signer more."""
    lines = note.split("\n")
    at = chance.randrange(len(lines))
    match chance.randrange(5):
        case 0:
            place = chance.randrange(len(note))
            return note[:place] + chance.choice("\t A0+/=—\n") + note[place + 1 :]
        case 1:
            return "\n".join([*lines[:at], *lines[at + 1 :]])
        case 2:
            return "\n".join([*lines[:at], lines[at], *lines[at:]])
        case 3:
            return note + SIGNED.rpartition("\n\n")[2]
        case _:
            return note + note.rpartition("\n\n")[2]


def test_a_signature_of_the_key_that_does_not_verify_spoils_a_note_beside_one_that_does() -> None:
    note, key, _ = some_checkpoint(random.Random("both"))
    line = note.rpartition("\n\n")[2]
    spoiled = note + line[:-6] + ("A" if line[-6] != "A" else "B") + line[-5:]

    with pytest.raises(NoteRefused, match="does not verify"):
        open_note(spoiled, key)
    with pytest.raises(CheckpointError):
        checkpoint.verify(spoiled, VerifierKey.parse(key))
