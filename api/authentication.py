"""Who is asking: development bearer tokens, signed with a key file of this data folder.

A token carries the trust, the person, the role, its school or case and when it was issued and ends. It is for
development and the demonstration: the key set refuses to load when the server can be reached from another machine.
Whatever is wrong with a token, the answer is the same words, so that nobody learns which part to try next.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid5

from api.settings import is_loopback
from domain.access import CASE_ROLES, SCHOOL_ROLES, Role

__all__ = [
    "UNAUTHENTICATED",
    "DevelopmentTokens",
    "Identity",
    "NotLoopback",
    "RoleError",
    "Unauthenticated",
    "default_person",
    "parse_role",
]

UNAUTHENTICATED = "A valid bearer token is needed."

_PREFIX = "caseledger-dev"
_KEY_FILE = "development-token.key"
_KEY_BYTES = 32
_CLOCK_SKEW_SECONDS = 60
_MAX_TOKEN_CHARACTERS = 2048
_REMEMBERED_TOKENS = 1_000

SERVED_ROLES = tuple(role.value for role in Role if role is not Role.SYSTEM)
_URN = re.compile(r"[0-9]{6}")


class Unauthenticated(Exception):
    """The request carries no token that this server accepts."""

    def __init__(self) -> None:
        super().__init__(UNAUTHENTICATED)


class NotLoopback(RuntimeError):
    """The development keys were asked for by a server that other machines can reach."""


class RoleError(ValueError):
    """The text is not a role that a token can carry."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a token says; times are whole seconds since 1970 in UTC."""

    trust_id: UUID
    person_id: UUID
    role: Role
    school_urn: str | None
    issued_at: int
    expires_at: int
    case_id: UUID | None = None


def parse_role(text: str) -> tuple[Role, str | None]:
    """Split `ROLE`, `ROLE:URN` or `ROLE:CASE` into its parts. Raise `RoleError` naming the rule that it breaks."""
    name, colon, place = text.partition(":")
    if name not in SERVED_ROLES:
        raise RoleError(f"there is no such role; served are: {', '.join(SERVED_ROLES)}")
    role = Role(name)
    if role in CASE_ROLES:
        return role, _case_of(name, place)
    if role not in SCHOOL_ROLES:
        if colon:
            raise RoleError(f"the role {name} is for the whole trust and takes no school")
        return role, None
    if not _URN.fullmatch(place):
        raise RoleError(f"the role {name} needs a school: write {name}:URN, a URN having six digits")
    return role, place


def _case_of(name: str, place: str) -> str:
    try:
        return str(UUID(place))
    except ValueError:
        raise RoleError(f"the role {name} needs a case: write {name}:CASE, the id of the case") from None


def default_person(trust_id: UUID, role: Role, place: str | None) -> UUID:
    """Return the person that a token names when none is given: always the same for one role at one school or case."""
    return uuid5(trust_id, f"development-person/{role}/{place or ''}")


class DevelopmentTokens:
    """Issues and checks tokens with one key of 32 random bytes."""

    def __init__(self, key: bytes, *, now: Callable[[], float] = time.time) -> None:
        self._key = key
        self._now = now
        # What was found genuine once is so until it ends: the same token comes with many requests.
        self._genuine: dict[str, Identity] = {}

    @classmethod
    def load(cls, data_dir: Path, *, host: str) -> DevelopmentTokens:
        """Read the key file of `data_dir`, made at first use. Raise `NotLoopback` if others can reach `host`."""
        if not is_loopback(host):
            raise NotLoopback("development tokens are only accepted by a server bound to a loopback address")
        path = data_dir / _KEY_FILE
        data_dir.mkdir(parents=True, exist_ok=True)
        try:
            # Exclusive creation decides between two processes that start at once; the loser reads the winner's key.
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return cls(_read_key(path))
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
        return cls(path.read_bytes())

    def issue(self, trust_id: UUID, role: str, *, hours: int, person_id: UUID | None = None) -> str:
        """Return a token for `role`, such as `headteacher:900003`. Raise `RoleError` if there is no such role."""
        parsed, place = parse_role(role)
        issued = int(self._now())
        claims = {
            "exp": issued + hours * 3600,
            "iat": issued,
            "person": str(person_id or default_person(trust_id, parsed, place)),
            "role": parsed.value,
            "school": place if parsed in SCHOOL_ROLES else None,
            "trust": str(trust_id),
        }
        if parsed in CASE_ROLES:
            claims["case"] = place
        payload = _encode(json.dumps(claims, sort_keys=True, separators=(",", ":")).encode())
        return f"{_PREFIX}.{payload}.{_encode(self._sign(payload))}"

    def identify(self, authorization: str | None) -> Identity:
        """Return who sends this `Authorization` header. Raise `Unauthenticated`, alike whatever is wrong."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or len(token) > _MAX_TOKEN_CHARACTERS:
            raise Unauthenticated
        identity = self._genuine.get(token) or self._checked(token)
        now = self._now()
        if not (identity.issued_at - _CLOCK_SKEW_SECONDS <= now < identity.expires_at):
            raise Unauthenticated
        return identity

    def _checked(self, token: str) -> Identity:
        try:
            prefix, payload, signature = token.split(".")
            genuine = hmac.compare_digest(_decode(signature), self._sign(payload))
            if prefix != _PREFIX or not genuine:
                raise Unauthenticated
            identity = _identity(json.loads(_decode(payload)))
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
            raise Unauthenticated from None
        if len(self._genuine) >= _REMEMBERED_TOKENS:
            self._genuine.clear()
        self._genuine[token] = identity
        return identity

    def _sign(self, payload: str) -> bytes:
        return hmac.new(self._key, f"{_PREFIX}.{payload}".encode(), hashlib.sha256).digest()


def _identity(claims: dict[str, object]) -> Identity:
    school, case = claims["school"], claims.get("case")
    named = school if school is not None else case
    role, place = parse_role(f"{claims['role']}:{named}" if named is not None else str(claims["role"]))
    if (school is not None) != (role in SCHOOL_ROLES) or (case is not None) != (role in CASE_ROLES):
        raise ValueError
    issued, expires = claims["iat"], claims["exp"]
    if not isinstance(issued, int) or not isinstance(expires, int):
        raise TypeError
    return Identity(
        UUID(str(claims["trust"])),
        UUID(str(claims["person"])),
        role,
        place if role in SCHOOL_ROLES else None,
        issued,
        expires,
        None if place is None or role not in CASE_ROLES else UUID(place),
    )


def _read_key(path: Path) -> bytes:
    """Read a key that another process may be writing at this moment."""
    if path.stat().st_mode & 0o077:
        raise RuntimeError(f"{_KEY_FILE} in the data folder may be read by others; make its mode 0600")
    for _ in range(100):
        key = path.read_bytes()
        if len(key) == _KEY_BYTES:
            return key
        time.sleep(0.01)
    raise RuntimeError(
        f"{_KEY_FILE} in the data folder is not a key of {_KEY_BYTES} bytes; remove it to have a new one"
    )


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _encode(raw) != text:
        # Spare bits at the end would give one token several spellings.
        raise ValueError
    return raw
