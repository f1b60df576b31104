"""Sealed files: they open with their key in their place alone, and whole or not at all."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.sealed_files import (
    CHUNK_BYTES,
    HEADER_BYTES,
    FileOpener,
    FileSealer,
    SealedFileError,
    place_of_file,
    sealed_length,
)

TRUST, CASE, FILE, KEY_ID, OTHER = (UUID(int=number) for number in range(1, 6))
KEY = bytes(range(32))
PLACE = place_of_file(TRUST, CASE, FILE, KEY_ID)
SEALED_CHUNK = CHUNK_BYTES + 16
SALT = bytes(32)


def seal(content: bytes, place: bytes = PLACE, salt: bytes | None = None) -> bytes:
    sealer = FileSealer(KEY, place, salt=salt)
    return sealer.update(content) + sealer.finish()


def opened(sealed: bytes, key: bytes = KEY, place: bytes = PLACE) -> bytes:
    opener = FileOpener(key, place)
    return opener.update(sealed) + opener.finish()


def content_of(length: int) -> bytes:
    return bytes(number % 251 for number in range(length))


THREE_CHUNKS = content_of(2 * CHUNK_BYTES + 100)


def chunks_of(sealed: bytes) -> list[bytes]:
    body = sealed[HEADER_BYTES:]
    return [body[at : at + SEALED_CHUNK] for at in range(0, len(body), SEALED_CHUNK)]


@pytest.mark.parametrize("length", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_a_file_of_any_length_opens_as_it_was(length: int) -> None:
    content = content_of(length)

    sealed = seal(content)

    assert opened(sealed) == content
    assert len(sealed) == sealed_length(length)


@given(st.lists(st.integers(0, CHUNK_BYTES + 7), max_size=6), st.integers(1, CHUNK_BYTES + 7))
def test_it_does_not_matter_in_which_pieces_a_file_comes(lengths: list[int], step: int) -> None:
    content = content_of(sum(lengths))
    sealer, pieces, at = FileSealer(KEY, PLACE, salt=SALT), [], 0
    for length in lengths:
        pieces.append(sealer.update(content[at : at + length]))
        at += length
    sealed = b"".join([*pieces, sealer.finish()])
    opener = FileOpener(KEY, PLACE)
    given_back = [opener.update(sealed[at : at + step]) for at in range(0, len(sealed), step)]

    assert sealed == seal(content, salt=SALT)
    assert b"".join([*given_back, opener.finish()]) == content


def test_the_same_file_is_never_sealed_alike_twice() -> None:
    assert seal(b"the same") != seal(b"the same")


@pytest.mark.parametrize(
    ("key", "place"),
    [
        (bytes(32), PLACE),
        (KEY, place_of_file(OTHER, CASE, FILE, KEY_ID)),
        (KEY, place_of_file(TRUST, OTHER, FILE, KEY_ID)),
        (KEY, place_of_file(TRUST, CASE, OTHER, KEY_ID)),
        (KEY, place_of_file(TRUST, CASE, FILE, OTHER)),
    ],
    ids=["another key", "another trust", "another case", "another file", "another key id"],
)
def test_a_file_opens_in_no_other_place(key: bytes, place: bytes) -> None:
    with pytest.raises(SealedFileError, match="does not open"):
        opened(seal(b"a screenshot"), key, place)


def _joined(header: bytes, chunks: list[bytes]) -> bytes:
    return header + b"".join(chunks)


_CHANGES: dict[str, Callable[[bytes, list[bytes]], bytes]] = {
    "the last chunk is gone": lambda header, chunks: _joined(header, chunks[:-1]),
    "the first chunk is gone": lambda header, chunks: _joined(header, chunks[1:]),
    "a middle chunk is gone": lambda header, chunks: _joined(header, [chunks[0], chunks[2]]),
    "two chunks are exchanged": lambda header, chunks: _joined(header, [chunks[1], chunks[0], chunks[2]]),
    "a chunk stands twice": lambda header, chunks: _joined(header, [chunks[0], *chunks]),
    "the last chunk stands twice": lambda header, chunks: _joined(header, [*chunks, chunks[2]]),
    "a byte was added": lambda header, chunks: _joined(header, chunks) + b"\0",
    "the last byte is gone": lambda header, chunks: _joined(header, chunks)[:-1],
    "nothing is left but the header": lambda header, _: header,
    "nothing is left": lambda _header, _chunks: b"",
    "half the header is left": lambda header, _: header[:20],
    "a chunk is of another file": lambda header, chunks: _joined(
        header, [chunks[0], chunks_of(seal(THREE_CHUNKS))[1], chunks[2]]
    ),
    "the header is of another file": lambda _, chunks: _joined(seal(THREE_CHUNKS)[:HEADER_BYTES], chunks),
    "the format is another": lambda header, chunks: _joined(header.replace(b"/1", b"/2"), chunks),
}


@pytest.mark.parametrize("change", _CHANGES.values(), ids=_CHANGES)
def test_a_file_that_was_changed_does_not_open(change: Callable[[bytes, list[bytes]], bytes]) -> None:
    sealed = seal(THREE_CHUNKS)

    with pytest.raises(SealedFileError):
        opened(change(sealed[:HEADER_BYTES], chunks_of(sealed)))


@given(st.integers(0, sealed_length(300) * 8 - 1))
def test_a_file_with_any_bit_flipped_does_not_open(bit: int) -> None:
    sealed = bytearray(seal(content_of(300)))
    sealed[bit // 8] ^= 1 << bit % 8

    with pytest.raises(SealedFileError):
        opened(bytes(sealed))


def test_a_bit_flipped_in_any_chunk_is_found() -> None:
    sealed = seal(THREE_CHUNKS)
    for at in range(0, len(sealed), 4_099):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(SealedFileError):
            opened(bytes(changed))


def test_a_file_may_not_end_with_a_chunk_that_holds_nothing() -> None:
    whole = FileSealer(KEY, PLACE, salt=SALT)
    sealed = whole.update(content_of(CHUNK_BYTES + 1))
    # As a writer would have it that seals a full chunk before it knows whether more comes.
    empty = whole._chunks.seal(b"", b"\x01")

    with pytest.raises(SealedFileError, match="empty chunk"):
        opened(sealed + empty)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_or_salt_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(SealedFileError, match="key must be 32 bytes"):
        FileSealer(bytes(length), PLACE)
    with pytest.raises(SealedFileError, match="salt must be 32 bytes"):
        FileSealer(KEY, PLACE, salt=bytes(length))


def test_a_file_of_sixty_megabytes_is_sealed_and_opened_in_little_memory() -> None:
    piece = content_of(100_000)

    def sealed() -> Iterator[bytes]:
        sealer = FileSealer(KEY, PLACE)
        for _ in range(600):
            yield sealer.update(piece)
        yield sealer.finish()

    tracemalloc.start()
    try:
        opener, length = FileOpener(KEY, PLACE), 0
        for one in sealed():
            length += len(opener.update(one))
        length += len(opener.finish())
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert length == 600 * len(piece)
    assert most < 4 * 1024 * 1024
