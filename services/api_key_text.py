"""The text of a program's key: `clk_`, its id, `_`, its secret and a checksum, all in letters and digits.

`clk_` lets scanners find keys that were left somewhere. The checksum tells a typing error apart without asking a
database; what is answered is the same.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

__all__ = ["PREFIX", "KeyText", "new_key_text", "parse_key"]

PREFIX: Final = "clk_"

_DIGITS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_VALUES: Final = {digit: value for value, digit in enumerate(_DIGITS)}
# As many digits as 128, 256 and 32 bits take.
_ID_DIGITS, _SECRET_DIGITS, _CHECKSUM_DIGITS = 22, 43, 6
_FORM: Final = re.compile(
    rf"{PREFIX}([0-9A-Za-z]{{{_ID_DIGITS}}})_([0-9A-Za-z]{{{_SECRET_DIGITS}}})([0-9A-Za-z]{{{_CHECKSUM_DIGITS}}})"
)


@dataclass(frozen=True, slots=True)
class KeyText:
    """A key taken apart; the secret shows in no log."""

    key_id: UUID
    secret: str = field(repr=False)

    @property
    def secret_sha256(self) -> bytes:
        """What is kept of the secret.

        A fast hash is right here: nobody tries 2 to the power of 256 secrets, however fast. Slow ones protect the few
        passwords that people think of.
        """
        return hashlib.sha256(self.secret.encode()).digest()

    @property
    def text(self) -> str:
        """The whole key, as its program sends it."""
        body = f"{PREFIX}{_base62(self.key_id.int, _ID_DIGITS)}_{self.secret}"
        return body + _checksum(body)


def new_key_text(key_id: UUID) -> KeyText:
    """A key with a new secret of 256 random bits."""
    return KeyText(key_id, _base62(int.from_bytes(secrets.token_bytes(32)), _SECRET_DIGITS))


def parse_key(text: str) -> KeyText | None:
    """The key that a text is; None for what is none, or has a typing error."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    key_number = 0
    for digit in found[1]:
        key_number = key_number * 62 + _VALUES[digit]
    if key_number >= 1 << 128 or _checksum(text[:-_CHECKSUM_DIGITS]) != found[3]:
        return None
    return KeyText(UUID(int=key_number), found[2])


def _base62(number: int, digits: int) -> str:
    found = ""
    for _ in range(digits):
        number, value = divmod(number, 62)
        found = _DIGITS[value] + found
    return found


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), _CHECKSUM_DIGITS)
