"""What the tokens of one issuer have to be: one row for each value of `iss` that is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

__all__ = ["ACCESS_TOKEN_TYPE", "ALGORITHMS", "JWT_TYPE", "IssuerRules", "Kind"]

# Signatures by a pair of keys. The symmetric ones and `none` are no choice: with HS256 whoever can check can also sign.
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
# The `typ` of access tokens by RFC 9068, section 2.1, and that of any JWT.
ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105 - a media type
JWT_TYPE = "JWT"


class Kind(StrEnum):
    """What sort of provider an issuer is, which decides where a token says whose it is and for which trusts."""

    ENTRA = "entra"
    GOOGLE = "google"
    OIDC = "oidc"
    DEVELOPMENT = "development"


@dataclass(frozen=True, slots=True)
class IssuerRules:
    """The rules for the tokens of one `iss`.

    `token_type` is the `typ` that their header must have, in capitals or not. `clients` None: any client of the
    provider may ask. `scope` must be among the scopes of a token, where there is one. `tenant` is that of Entra ID;
    `domains` are the hosted domains of Google with the trusts that each may name, and `trusts` those that any other
    issuer may name.
    """

    name: str
    issuer: str
    kind: Kind
    audiences: frozenset[str]
    algorithms: frozenset[str]
    token_type: str
    clients: frozenset[str] | None = None
    scope: str | None = None
    tenant: str | None = None
    trusts: tuple[UUID, ...] = ()
    domains: Mapping[str, tuple[UUID, ...]] = field(default_factory=dict)
