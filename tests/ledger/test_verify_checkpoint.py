"""The offline check against other keys, other checkpoints and other cases."""

from __future__ import annotations

import dataclasses

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import checkpoint, tree, verify
from ledger.checkpoint import CheckpointSigner
from tests.ledger.genuine_case import BUNDLE, KEY, LEDGER, found
from tests.ledger.small_ledger import SmallLedger, school_week


def test_a_checkpoint_signed_by_another_key_is_refused() -> None:
    forger = CheckpointSigner(KEY.name, Ed25519PrivateKey.generate())
    resigned = dataclasses.replace(BUNDLE, checkpoint=LEDGER.checkpoint(signer=forger))
    own_key = dataclasses.replace(resigned, public_key=forger.verifier_key.text)

    assert found(resigned) == "checkpoint: checkpoint: note is not signed with this public key"
    assert found(own_key) == "public key: public_key: is not the key that was given"
    assert verify.verify(own_key.encode()).ok  # and the report says where its key came from


def test_a_second_signature_that_nobody_checks_is_refused() -> None:
    witness = CheckpointSigner("witness.example/w", Ed25519PrivateKey.generate())
    cosigned = BUNDLE.checkpoint + witness.signature_line(BUNDLE.checkpoint.split("\n\n")[0] + "\n")

    assert found(dataclasses.replace(BUNDLE, checkpoint=cosigned)) == (
        "checkpoint: checkpoint: must bear the trust's signature and no other"
    )
    assert found(BUNDLE, cosigned) == "holds"


def test_a_rolled_back_checkpoint_is_found_by_one_kept_from_later() -> None:
    assert found(LEDGER.bundle("case", size=9)) == "holds"
    assert found(LEDGER.bundle("case", size=9), LEDGER.checkpoint(14)) == (
        "earlier checkpoints: checkpoint: is rolled back: size 9 is less than the known 14"
    )


def test_a_known_checkpoint_needs_its_proof_of_continuation() -> None:
    assert found(BUNDLE, LEDGER.checkpoint(3)) == "holds"
    assert found(BUNDLE, LEDGER.checkpoint(14)) == "holds"
    assert found(BUNDLE, LEDGER.checkpoint(4)) == (
        "earlier checkpoints: consistency: has no proof from the known checkpoint's size 4"
    )


def rewritten() -> SmallLedger:
    """The same trust and key, with another past at position 6: what an operator could sign afterwards."""
    other = SmallLedger()
    for position, body in enumerate(LEDGER.bodies, 1):
        other.add(body._replace(data={"year": "2027-28"}) if position == 6 else body)
    other.secrets = LEDGER.secrets
    return other


def test_a_rewritten_past_is_found_by_any_checkpoint_kept_from_after_it() -> None:
    forged = rewritten()

    assert found(forged.bundle("case")) == "holds"
    assert found(forged.bundle("case"), LEDGER.checkpoint()) == (
        "earlier checkpoints: checkpoint: contradicts the known checkpoint of the same size 14"
    )
    assert found(forged.bundle("case", earlier=[9]), LEDGER.checkpoint(9)) == (
        "earlier checkpoints: consistency: starts from another ledger than the known checkpoint of size 9"
    )
    assert found(forged.bundle("case", earlier=[5]), LEDGER.checkpoint(5)) == "holds"
    mixed = dataclasses.replace(forged.bundle("case"), consistency=(LEDGER.consistency(9),))
    assert found(mixed, LEDGER.checkpoint(9)) == (
        "earlier checkpoints: consistency[0]: does not prove that the checkpoint continues the earlier ledger"
    )


def test_a_known_checkpoint_with_fewer_events_and_a_later_time_contradicts() -> None:
    heads = LEDGER.heads(9)
    figures = (KEY.name, 9, tree.root(LEDGER.leaves(9)), len(heads), heads.root())

    assert found(BUNDLE, checkpoint.sign(*figures, LEDGER.instant(13), LEDGER.signer)) == "holds"
    for instant in (LEDGER.instant(14), LEDGER.instant(15)):
        assert found(BUNDLE, checkpoint.sign(*figures, instant, LEDGER.signer)) == (
            "earlier checkpoints: checkpoint: has more events than the known checkpoint and is not later"
        )


def test_consistency_proofs_rise_in_size() -> None:
    for sizes in ([9, 3], [3, 3]):
        consistency = tuple(LEDGER.consistency(size) for size in sizes)

        assert found(dataclasses.replace(BUNDLE, consistency=consistency)) == (
            "earlier checkpoints: consistency[1]: must be of a larger size than the one before"
        )


@pytest.mark.parametrize(
    ("known", "problem"),
    [
        ("", "note must have a text, an empty line and signature lines, each ended by a newline"),
        ("\ud800", "text must be UTF-8"),
        (school_week("elsewhere").checkpoint(), "public key must bear the name of the checkpoint's origin"),
    ],
)
def test_a_known_checkpoint_that_is_none_is_named(known: str, problem: str) -> None:
    assert found(BUNDLE, known) == f"earlier checkpoints: known checkpoint: {problem}"


def test_two_bundles_mixed_are_told_apart() -> None:
    other_case = LEDGER.bundle("other")
    other_trust = school_week("elsewhere").bundle("case")

    assert found(dataclasses.replace(BUNDLE, stream=other_case.stream)) == (
        "events: event 1 (position 2): is of another case"
    )
    assert found(dataclasses.replace(BUNDLE, events=BUNDLE.events[:1] + other_case.events[1:])) == (
        "events: event 2 (position 8): is of another case"
    )
    assert found(dataclasses.replace(BUNDLE, inclusion=other_case.inclusion)) == (
        "inclusion: inclusion: events, positions and times do not lead to the root of the checkpoint"
    )
    assert found(dataclasses.replace(BUNDLE, head=other_case.head)) == (
        "completeness: head: does not prove that version 6 is the last of the case"
    )
    assert found(dataclasses.replace(BUNDLE, checkpoint=other_trust.checkpoint)) == (
        "checkpoint: checkpoint: public key must bear the name of the checkpoint's origin"
    )
    assert found(other_trust) == "public key: public_key: is not the key that was given"
    assert found(dataclasses.replace(BUNDLE, trust=other_trust.trust)) == (
        "checkpoint: checkpoint: is of another trust than the bundle"
    )
    assert found(dataclasses.replace(BUNDLE, events=other_trust.events)) == (
        "events: event 1 (position 2): is of another trust"
    )
