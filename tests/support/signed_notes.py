"""A verifier of signed notes and checkpoints, written from c2sp.org/signed-note and c2sp.org/tlog-checkpoint.

It shares no line with the product and knows nothing of what stands in our notes beyond what those two pages say.
"""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

__all__ = ["NoteRefused", "TreeHead", "open_note", "tree_head"]

EM_DASH = "\N{EM DASH}"


class NoteRefused(Exception):
    """The note is malformed, or no signature of the key is on it, or one that does not verify."""


@dataclass(frozen=True)
class TreeHead:
    """What a checkpoint says of a log."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...]


def open_note(signed: str, vkey: str) -> str:
    """The text of a signed note, if the key of this verifier key has signed it. Raises NoteRefused."""
    name, key_hash, public = _key(vkey)
    # The text ends with a newline; an empty line is between it and the signatures, which hold no empty line.
    at = signed.rfind("\n\n")
    if at < 0 or not signed.endswith("\n"):
        raise NoteRefused("no empty line before the signatures")
    text, lines = signed[: at + 1], signed[at + 2 :].split("\n")[:-1]
    if any(character != "\n" and unicodedata.category(character) == "Cc" for character in signed):
        raise NoteRefused("a control character")
    if not lines:
        raise NoteRefused("no signatures")
    is_signed = False
    for line in lines:
        words = line.split(" ")
        if len(words) != 3 or words[0] != EM_DASH or not _is_name(words[1]):
            raise NoteRefused("a signature line that is none")
        signature = _decoded(words[2])
        if len(signature) < 5:
            raise NoteRefused("a signature that is none")
        # A signature of an unknown key is passed over; one of a known key that does not verify is not.
        if words[1] != name or signature[:4] != key_hash:
            continue
        try:
            public.verify(signature[4:], text.encode())
        except InvalidSignature:
            raise NoteRefused("a signature that does not verify") from None
        is_signed = True
    if not is_signed:
        raise NoteRefused("not signed by this key")
    return text


def tree_head(text: str) -> TreeHead:
    """What the text of a note says, if it is a checkpoint. Raises NoteRefused."""
    lines = text.split("\n")
    if lines.pop() != "" or len(lines) < 3 or "" in lines:
        raise NoteRefused("fewer than three lines, or an empty one")
    size = lines[1]
    if not (size.isascii() and size.isdigit()) or (size != "0" and size.startswith("0")):
        raise NoteRefused("a size that is no decimal number")
    root = _decoded(lines[2])
    if len(root) != hashlib.sha256().digest_size:
        raise NoteRefused("a root hash of another length")
    return TreeHead(lines[0], int(size), root, tuple(lines[3:]))


def _key(vkey: str) -> tuple[str, bytes, Ed25519PublicKey]:
    name, key_hash, encoded = vkey.split("+", 2)
    key = _decoded(encoded)
    if not _is_name(name) or key[:1] != b"\x01":
        raise NoteRefused("a verifier key that is none, or no Ed25519")
    computed = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    if computed.hex() != key_hash:
        raise NoteRefused("a verifier key with another key id")
    return name, computed, Ed25519PublicKey.from_public_bytes(key[1:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(character.isspace() for character in name)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode(), validate=True)
    except ValueError:
        raise NoteRefused("no base64") from None
