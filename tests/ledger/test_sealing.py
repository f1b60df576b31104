"""Sealed parts: they open with their key in their place alone, and their commitment binds them."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import example, given
from hypothesis import strategies as st

from ledger import sealing
from ledger.fast_canonical import associated_data_fast
from ledger.sealing import SealingError

IDS = [UUID(int=number) for number in range(1, 5)]
KEY = bytes(range(32))
AAD = sealing.associated_data(IDS[0], IDS[1], IDS[2], 0, "narrative", IDS[3])
TEXT = "Sie schrieb: „Idiot“ \U0001f600"


def test_the_place_of_a_part_is_written_as_six_values() -> None:
    assert AAD == (
        b'["00000000-0000-0000-0000-000000000001","00000000-0000-0000-0000-000000000002",'
        b'"00000000-0000-0000-0000-000000000003",0,"narrative","00000000-0000-0000-0000-000000000004"]'
    )


@given(st.uuids(), st.integers(-1, 99) | st.integers(), st.text(max_size=5))
@example(IDS[3], 0, "a\0")
@example(IDS[3], 0, "\ud800")
@example(IDS[3], 2**53, 'a"\\')
@example(IDS[3], 2**53 + 1, "a")
def test_the_quick_writer_of_places_gives_the_same_bytes_or_refusal(key: UUID, ordinal: int, part: str) -> None:
    def outcome(write) -> bytes | str:  # type: ignore[no-untyped-def] # either writer
        try:
            return write(IDS[0], IDS[1], IDS[2], ordinal, part, key)  # type: ignore[no-any-return] # as above
        except ValueError as error:
            return str(error)

    assert outcome(associated_data_fast) == outcome(sealing.associated_data)


def test_a_sealed_text_opens_with_its_key_in_its_place() -> None:
    sealed = sealing.seal(TEXT, KEY, AAD)
    text, salt = sealing.open_blob(sealed.blob, KEY, AAD)

    assert text == TEXT
    assert sealing.commitment(salt, AAD, text) == sealed.commitment
    assert len(sealed.blob) == 1 + 12 + 32 + len(TEXT.encode()) + 16


def test_the_same_text_is_never_sealed_alike_twice() -> None:
    one, other = sealing.seal(TEXT, KEY, AAD), sealing.seal(TEXT, KEY, AAD)

    assert one.blob[1:13] != other.blob[1:13]
    assert one.commitment != other.commitment


def test_salt_and_nonce_may_be_given_for_vectors() -> None:
    sealed = sealing.seal("", KEY, b"aad", fresh=bytes(44))

    assert sealed == sealing.seal("", KEY, b"aad", fresh=bytes(44))
    assert sealed.blob[:13] == b"\x01" + bytes(12)
    assert sealed.commitment == sha256(b"caseledger/part/1\n" + bytes(32) + b"\x00\x00\x00\x03aad").digest()
    assert sealing.open_blob(sealed.blob, KEY, b"aad") == ("", bytes(32))


@pytest.mark.parametrize("changed", ["trust", "stream", "command", "ordinal", "part", "key"])
def test_a_part_does_not_open_in_another_place(changed: str) -> None:
    sealed = sealing.seal(TEXT, KEY, AAD)
    place = {"trust": IDS[0], "stream": IDS[1], "command": IDS[2], "ordinal": 0, "part": "narrative", "key": IDS[3]}
    other: object = {"ordinal": 1, "part": "url"}.get(changed, UUID(int=9))

    with pytest.raises(SealingError, match=r"^sealed part does not open with this key in this place$"):
        sealing.open_blob(sealed.blob, KEY, sealing.associated_data(**{**place, changed: other}))  # type: ignore[arg-type] # one of six


def test_every_flipped_bit_of_a_blob_is_found() -> None:
    blob = sealing.seal("x", KEY, AAD).blob
    for bit in range(len(blob) * 8):
        changed = bytearray(blob)
        changed[bit // 8] ^= 1 << bit % 8

        with pytest.raises(SealingError):
            sealing.open_blob(bytes(changed), KEY, AAD)


@pytest.mark.parametrize(
    ("blob", "sentence"),
    [
        (b"", "sealed part is too short"),
        (b"\x01" + bytes(59), "sealed part is too short"),
        (b"\x02" + bytes(60), "sealed part names an unknown algorithm"),
        (b"\x01" + bytes(60), "sealed part does not open with this key in this place"),
    ],
)
def test_what_is_no_sealed_part_is_refused(blob: bytes, sentence: str) -> None:
    with pytest.raises(SealingError) as refused:
        sealing.open_blob(blob, KEY, AAD)

    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Canary\0", "text to seal must not hold the character NUL"),
        ("Canary\ud800", "text to seal must not hold a lone surrogate"),
    ],
)
def test_a_text_that_no_bundle_could_show_is_not_sealed(text: str, sentence: str) -> None:
    for refuse in (lambda: sealing.seal(text, KEY, AAD), lambda: sealing.commitment(bytes(32), AAD, text)):
        with pytest.raises(SealingError) as refused:
            refuse()

        assert str(refused.value) == sentence


def test_a_part_that_holds_no_text_is_refused() -> None:
    blob = b"\x01" + bytes(12) + AESGCM(KEY).encrypt(bytes(12), bytes(32) + b"\xff", AAD)

    with pytest.raises(SealingError, match=r"^sealed part does not hold UTF-8 text$"):
        sealing.open_blob(blob, KEY, AAD)


def test_keys_salts_and_nonces_of_another_length_are_refused() -> None:
    with pytest.raises(SealingError, match=r"^key must be 32 bytes$"):
        sealing.seal(TEXT, KEY[:16], AAD)
    with pytest.raises(SealingError, match=r"^key must be 32 bytes$"):
        sealing.open_blob(bytes(61), KEY[:16], AAD)
    with pytest.raises(SealingError, match=r"^fresh must be 44 bytes$"):
        sealing.seal(TEXT, KEY, AAD, fresh=bytes(43))
    with pytest.raises(SealingError, match=r"^salt must be 32 bytes$"):
        sealing.commitment(b"short", AAD, TEXT)
