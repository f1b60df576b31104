"""The development issuer: tokens that claim a role, signed with a key of this data folder.

It is for development and the demonstration: its key refuses to load when the server can be reached from another
machine. Its tokens are decoded as those of any issuer, by the same function.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Collection
from pathlib import Path
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from api.identity.claimed_roles import default_person, parse_role
from api.identity.keys import FixedKeys
from api.identity.rules import ACCESS_TOKEN_TYPE, IssuerRules, Kind
from api.identity.tokens import AcceptedIssuer
from api.identity.verifying import read_keys
from api.settings import is_loopback

__all__ = ["DEVELOPMENT_ISSUER", "DevelopmentTokens", "NotLoopback"]

DEVELOPMENT_ISSUER = "urn:caseledger:development"
_AUDIENCE = "urn:caseledger"
_ALGORITHM = "ES256"
_KEY_FILE = "development-issuer.pem"


class NotLoopback(RuntimeError):
    """The development keys were asked for by a server that other machines can reach."""


class DevelopmentTokens:
    """Issues tokens with one private key, and says by which rules they are accepted."""

    def __init__(self, key: ECKey, *, now: Callable[[], float] = time.time) -> None:
        self._key = key
        self._kid = key.thumbprint()
        self._now = now

    @classmethod
    def load(cls, data_dir: Path, *, host: str) -> DevelopmentTokens:
        """Read the key file of `data_dir`, made at first use. Raise `NotLoopback` if others can reach `host`."""
        if not is_loopback(host):
            raise NotLoopback("development tokens are only accepted by a server bound to a loopback address")
        path = data_dir / _KEY_FILE
        if not path.exists():
            data_dir.mkdir(parents=True, exist_ok=True)
            _make_key(path)
        return cls(_read_key(path))

    def issue(
        self,
        trust_id: UUID,
        role: str,
        *,
        hours: int,
        person_id: UUID | None = None,
        methods: Collection[str] | None = None,
    ) -> str:
        """Return a token for `role`, such as `headteacher:900003`. Raise `RoleError` if there is no such role.

        `methods` is how the person signed in (`amr`), such as `{"pwd", "mfa"}`; None: the token does not say.
        """
        parsed, place = parse_role(role)
        issued = int(self._now())
        claims = {
            "iss": DEVELOPMENT_ISSUER,
            "aud": _AUDIENCE,
            "sub": str(person_id or default_person(trust_id, parsed, place)),
            "iat": issued,
            "auth_time": issued,
            "exp": issued + hours * 3600,
            "trust": str(trust_id),
            "role": parsed.value,
        }
        if place is not None:
            claims["place"] = place
        if methods is not None:
            claims["amr"] = sorted(methods)
        return jwt.encode({"alg": _ALGORITHM, "kid": self._kid, "typ": ACCESS_TOKEN_TYPE}, claims, self._key)

    def accepted(self) -> AcceptedIssuer:
        """Return this issuer as one whose tokens are accepted; they name the trust and claim the role themselves."""
        rules = IssuerRules(
            name="development",
            issuer=DEVELOPMENT_ISSUER,
            kind=Kind.DEVELOPMENT,
            audiences=frozenset({_AUDIENCE}),
            algorithms=frozenset({_ALGORITHM}),
            token_type=ACCESS_TOKEN_TYPE,
        )
        public = self._key.as_dict(private=False, kid=self._kid)
        return AcceptedIssuer(rules, FixedKeys(read_keys([public], issuer=DEVELOPMENT_ISSUER)))


def _make_key(path: Path) -> None:
    """Write a new key. Of two processes that start at once one decides, and neither reads half a key."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(ECKey.generate_key("P-256").as_pem(private=True))
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _read_key(path: Path) -> ECKey:
    if path.stat().st_mode & 0o077:
        raise RuntimeError(f"{_KEY_FILE} in the data folder may be read by others; make its mode 0600")
    try:
        key = ECKey.import_key(path.read_bytes())
        usable = key.is_private and key.curve_name == "P-256"
    except (JoseError, ValueError):
        usable = False
    if not usable:
        raise RuntimeError(f"{_KEY_FILE} in the data folder is not a private key for {_ALGORITHM}; remove it")
    return key
