"""Checkpoints: signed notes that other programs can read, in one spelling and with no doubt about the signer."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import checkpoint
from ledger.checkpoint import Checkpoint, CheckpointError, CheckpointSigner, VerifierKey

TRUST = UUID("11111111-1111-4111-8111-111111111111")
ORIGIN = "caseledger/11111111-1111-4111-8111-111111111111"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNER = CheckpointSigner(ORIGIN, PRIVATE)
KEY = SIGNER.verifier_key
INSTANT = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)
NOTE = checkpoint.sign(ORIGIN, 17, bytes(32), 3, b"\xff" * 32, INSTANT, SIGNER)
TEXT = f"{ORIGIN}\n17\n{'A' * 43}=\nheads 3 {'/' * 42}8=\ntime 2026-09-14T08:30:00.000000Z\n"


def resigned(text: str, signer: CheckpointSigner = SIGNER) -> str:
    return f"{text}\n{signer.signature_line(text)}"


def test_a_note_is_the_text_an_empty_line_and_the_signature() -> None:
    public = PRIVATE.public_key().public_bytes_raw()
    key_id = sha256(ORIGIN.encode() + b"\n\x01" + public).digest()[:4]
    signature = base64.b64encode(key_id + PRIVATE.sign(TEXT.encode())).decode()

    assert f"{TEXT}\n— {ORIGIN} {signature}\n" == NOTE
    assert checkpoint.origin(TRUST) == ORIGIN


def test_a_note_is_read_by_the_key_that_signed_it() -> None:
    expected = Checkpoint(ORIGIN, 17, bytes(32), 3, b"\xff" * 32, INSTANT)

    assert checkpoint.verify(NOTE, KEY) == expected
    assert expected.text == TEXT
    checkpoint_read, signatures = checkpoint.parse(NOTE)
    assert (checkpoint_read, [name for name, _ in signatures]) == (expected, [ORIGIN])


def test_the_public_key_has_the_form_that_note_tools_exchange() -> None:
    public = PRIVATE.public_key().public_bytes_raw()
    encoded = base64.b64encode(b"\x01" + public).decode()

    assert KEY.text == f"{ORIGIN}+{KEY.key_id.hex()}+{encoded}"
    assert VerifierKey.parse(KEY.text) == KEY


def test_the_key_id_of_a_key_published_by_others_is_computed_alike() -> None:
    # The key of the Go checksum database: the program that made it is not ours.
    key = VerifierKey.parse("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")

    assert (key.name, key.key_id.hex()) == ("sum.golang.org", "033de0ae")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        KEY.text + "\n",
        KEY.text.replace("caseledger", "Caseledger"),
        KEY.text.replace("+", "+0", 1),
        KEY.text.replace(KEY.key_id.hex(), KEY.key_id.hex().upper()),
        KEY.text[:-4],
        f"{ORIGIN}+{KEY.key_id.hex()}+{base64.b64encode(bytes([2]) + KEY.public).decode()}",
        KEY.text.replace("caseledger/", "case ledger/"),
    ],
)
def test_another_spelling_of_a_public_key_is_refused(text: str) -> None:
    assert text != KEY.text

    with pytest.raises(CheckpointError, match=r"^public key (must read|does not have)"):
        VerifierKey.parse(text)


def test_cosignatures_of_others_are_passed_over_and_a_false_one_of_ours_is_not() -> None:
    witness = CheckpointSigner("witness.example/w1", Ed25519PrivateKey.generate())
    namesake = CheckpointSigner(ORIGIN, Ed25519PrivateKey.generate())
    cosigned = NOTE + witness.signature_line(TEXT) + namesake.signature_line(TEXT)

    assert checkpoint.verify(cosigned, KEY) == checkpoint.verify(NOTE, KEY)
    assert len(checkpoint.parse(cosigned)[1]) == 3
    with pytest.raises(CheckpointError, match=r"^signature does not hold$"):
        checkpoint.verify(cosigned + SIGNER.signature_line("other text\n"), KEY)


def test_a_note_signed_by_another_key_is_refused() -> None:
    namesake = CheckpointSigner(ORIGIN, Ed25519PrivateKey.generate())

    with pytest.raises(CheckpointError, match=r"^note is not signed with this public key$"):
        checkpoint.verify(resigned(TEXT, namesake), KEY)
    with pytest.raises(CheckpointError, match=r"^public key must bear the name of the checkpoint's origin$"):
        checkpoint.verify(NOTE, VerifierKey("caseledger/other", KEY.public))


def test_a_changed_text_is_refused() -> None:
    with pytest.raises(CheckpointError, match=r"^signature does not hold$"):
        checkpoint.verify(NOTE.replace("\n17\n", "\n18\n"), KEY)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            ORIGIN,
            "caseledger/1",
            "origin must be caseledger/ and the id of a trust, with / and the number of a later epoch",
        ),
        (
            ORIGIN,
            ORIGIN.removeprefix("caseledger/"),
            "origin must be caseledger/ and the id of a trust, with / and the number of a later epoch",
        ),
        (ORIGIN, "", "origin must be caseledger/ and the id of a trust, with / and the number of a later epoch"),
        ("\n17\n", "\n0\n", "size must be a decimal from 1 to 2^53 without leading zeros"),
        ("\n17\n", "\n017\n", "size must be a decimal from 1 to 2^53 without leading zeros"),
        ("\n17\n", "\n+17\n", "size must be a decimal from 1 to 2^53 without leading zeros"),
        ("\n17\n", "\n٣\n", "size must be a decimal from 1 to 2^53 without leading zeros"),
        ("\n17\n", "\n9007199254740993\n", "size must be a decimal from 1 to 2^53 without leading zeros"),
        ("\n17\n", "\n2\n", "number of heads must not exceed the size"),
        ("heads 3 ", "heads 0 ", "number of heads must be a decimal from 1 to 2^53 without leading zeros"),
        ("A=", "B=", "root must be the base64 of 32 bytes"),
        ("A=", "A", "root must be the base64 of 32 bytes"),
        ("A=", "A==", "root must be the base64 of 32 bytes"),
        ("/8=", "_8=", "heads must be the base64 of 32 bytes"),
        ("heads 3 ", "heads 3  ", 'fourth line must be "heads", their number and their root'),
        ("heads 3 ", "Heads 3 ", 'fourth line must be "heads", their number and their root'),
        ("time ", "at ", 'fifth line must be "time" and an instant'),
        (".000000Z", "Z", "time must read YYYY-MM-DDTHH:MM:SS.ffffffZ"),
        (".000000Z\n", ".000000Z\nmore\n", "checkpoint must have five lines: origin, size, root, heads and time"),
        (".000000Z\n", ".000000Z\n\n", "checkpoint must have five lines: origin, size, root, heads and time"),
        ("\n17\n", "\n17\n\n", "checkpoint must have five lines: origin, size, root, heads and time"),
    ],
)
def test_a_text_in_another_spelling_is_refused_though_it_be_signed(old: str, new: str, sentence: str) -> None:
    text = TEXT.replace(old, new, 1)
    assert text != TEXT

    with pytest.raises(CheckpointError) as refused:
        checkpoint.parse(resigned(text))

    assert str(refused.value) == sentence


_SHAPE = "note must have a text, an empty line and signature lines, each ended by a newline"
_LINE = "signature line must read: em dash, key name, base64, with one space between"


@pytest.mark.parametrize(
    ("note", "sentence"),
    [
        ("", _SHAPE),
        (TEXT, _SHAPE),
        (NOTE.removesuffix("\n"), _SHAPE),
        (NOTE.replace("\n\n", "\n"), _SHAPE),
        (TEXT + "\n", _SHAPE),
        (NOTE.replace("—", "-"), _LINE),
        (NOTE.replace("— ", "—  "), _LINE),
        (NOTE.replace("— ", "—\u00a0"), _LINE),
        (NOTE + "\n", _SHAPE),
        (NOTE + "— name AAAA\n", _LINE),
        (NOTE + "— na+me AAAAAAA=\n", _LINE),
        (NOTE.replace("\n", "\r\n"), "note must hold no control character but newlines"),
        (NOTE.replace("\n", "\t\n", 1), "note must hold no control character but newlines"),
        (NOTE + "\ud800", "text must be UTF-8"),
        (NOTE + "— name AAAAAAA=\n" * 10_000, "note is too long"),
    ],
)
def test_what_is_no_note_is_refused(note: str, sentence: str) -> None:
    with pytest.raises(CheckpointError) as refused:
        checkpoint.verify(note, KEY)

    assert str(refused.value) == sentence


def test_every_flipped_bit_of_a_note_is_found() -> None:
    written = NOTE.encode()
    for bit in range(len(written) * 8):
        changed = bytearray(written)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            note = changed.decode()
        except UnicodeDecodeError:
            continue

        with pytest.raises(CheckpointError):
            checkpoint.verify(note, KEY)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"origin": "caseledger/other"}, "signer must bear the name of the origin it signs for"),
        ({"size": 0}, "size must be a decimal from 1 to 2^53 without leading zeros"),
        ({"root": b"short"}, "roots must be 32 bytes"),
        ({"heads_root": b"short"}, "roots must be 32 bytes"),
        ({"heads_count": 18}, "number of heads must not exceed the size"),
    ],
)
def test_figures_that_no_ledger_has_are_not_signed(changes, sentence) -> None:  # type: ignore[no-untyped-def] # the values are wrong on purpose
    figures = {"origin": ORIGIN, "size": 17, "root": bytes(32), "heads_count": 3, "heads_root": bytes(32)}

    with pytest.raises(CheckpointError) as refused:
        checkpoint.sign(**{**figures, **changes}, recorded_at=INSTANT + timedelta(1), signer=SIGNER)

    assert str(refused.value) == sentence
