"""A world of issuers on this machine: Entra ID with two tenants, Google, a provider of any kind and our own.

Each makes the claims of a genuine token, which a test may change before they are signed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from api.authentication import DevelopmentTokens
from api.identity.discovery import Discovery
from api.identity.identities import Identities
from api.identity.issuers import read_issuers
from api.identity.keys import FetchedKeys
from api.identity.signed_in import SignedIn
from api.identity.tokens import AcceptedIssuer
from tests.support.issuing import Json, Pair, Provider, compact, pair

__all__ = ["NOW", "World", "identified", "world"]

NOW = 1_800_000_000
TRUST = UUID(int=1)
OTHER_TRUST = UUID(int=2)
TENANT = "11111111-1111-4111-8111-111111111111"
OTHER_TENANT = "22222222-2222-4222-8222-222222222222"
FOREIGN_TENANT = "33333333-3333-4333-8333-333333333333"
PERSON = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
API = "5f0c3f5e-0000-4000-8000-000000000001"
APP = "5f0c3f5e-0000-4000-8000-000000000002"

FILE = """
[[issuer]]
name = "entra"
kind = "entra"
url = "{entra}"
audiences = ["{api}", "api://caseledger"]
clients = ["{app}"]
tenants = [{{ tenant = "{tenant}", trusts = ["{trust}"] }}]

[[issuer]]
name = "entra-of-another-trust"
kind = "entra"
url = "{entra}"
audiences = ["{api}"]
scope = "access_as_user"
tenants = [{{ tenant = "{other_tenant}", trusts = ["{other_trust}"] }}]

[[issuer]]
name = "google"
kind = "google"
url = "{google}"
audiences = ["caseledger.apps.example"]
clients = ["caseledger.apps.example"]
domains = [{{ domain = "westacre.sch.uk", trusts = ["{trust}"] }}]

[[issuer]]
name = "keycloak"
kind = "oidc"
url = "{oidc}/realms/schools"
audiences = ["caseledger"]
trusts = ["{trust}", "{other_trust}"]

[[issuer]]
name = "older"
kind = "oidc"
url = "{oidc}/realms/older"
audiences = ["caseledger"]
access_token_type = "JWT"
scope = "caseledger"
algorithms = ["RS256"]
trusts = ["{trust}"]
"""


@dataclass
class World:
    """Three providers with keys of their own, and the development issuer, at one moment."""

    entra_provider: Provider
    google_provider: Provider
    oidc_provider: Provider
    file: Path
    tokens: DevelopmentTokens

    @property
    def entra_key(self) -> Pair:
        return pair("entra-1")

    @property
    def google_key(self) -> Pair:
        return pair("google-1")

    @property
    def oidc_key(self) -> Pair:
        return pair("oidc-1")

    def entra(self, *, key: Pair | None = None, header: Mapping[str, Any] | None = None, **changes: Any) -> str:
        """An access token of Entra ID, version 2.0; a change to None leaves a claim out."""
        said = {
            "ver": "2.0",
            "iss": f"{self.entra_provider.url}/{TENANT}/v2.0",
            "aud": API,
            "azp": APP,
            "tid": TENANT,
            "oid": PERSON,
            "sub": "pairwise",
            "scp": "access_as_user",
            "acrs": ["p1", "c1"],
        }
        return (key or self.entra_key).sign(claims(said, changes), header)

    def elsewhere(self, **changes: Any) -> str:
        """An access token of the other tenant, whose clients are not named and whose scope is."""
        return self.entra(**{"iss": f"{self.entra_provider.url}/{OTHER_TENANT}/v2.0", "tid": OTHER_TENANT, **changes})

    def google(self, *, key: Pair | None = None, header: Mapping[str, Any] | None = None, **changes: Any) -> str:
        """An ID token of Google Workspace."""
        said = {
            "iss": self.google_provider.url,
            "aud": "caseledger.apps.example",
            "azp": "caseledger.apps.example",
            "sub": "108000000000000000001",
            "hd": "westacre.sch.uk",
            "nonce": "n-1",
            "at_hash": "MTIzNDU2Nzg5MDEyMzQ1Ng",
        }
        return (key or self.google_key).sign(claims(said, changes), header)

    def oidc(self, *, key: Pair | None = None, header: Mapping[str, Any] | None = None, **changes: Any) -> str:
        """An access token by RFC 9068."""
        said = {
            "iss": f"{self.oidc_provider.url}/realms/schools",
            "aud": ["other", "caseledger"],
            "sub": "f:7:head",
            "client_id": "case-app",
            "amr": ["pwd", "mfa"],
            "acr": "urn:schools:mfa",
            "auth_time": NOW - 600,
        }
        return (key or self.oidc_key).sign(claims(said, changes), {"typ": "at+jwt", **(header or {})})

    def older(self, *, key: Pair | None = None, header: Mapping[str, Any] | None = None, **changes: Any) -> str:
        """An access token of a provider that does not say that it is one."""
        said = {
            "iss": f"{self.oidc_provider.url}/realms/older",
            "aud": "caseledger",
            "sub": "head",
            "azp": "case-app",
            "scope": "openid caseledger",
        }
        return (key or self.oidc_key).sign(claims(said, changes), header)

    def development(self, role: str = "headteacher:900003", **given: Any) -> str:
        return self.tokens.issue(TRUST, role, hours=1, **given)

    def developed(self, header: Mapping[str, Any] | None = None, **changes: Any) -> str:
        """A token signed with the key of the development issuer, as somebody could who holds it."""
        said = {
            "iss": "urn:caseledger:development",
            "aud": "urn:caseledger",
            "sub": PERSON,
            "trust": str(TRUST),
            "role": "headteacher",
            "place": "900003",
        }
        key = Pair(self.tokens._kid, "ES256", self.tokens._key)
        return key.sign(claims(said, changes), {"typ": "at+jwt", **(header or {})})

    def bare(self, header: Json, payload: Any = None, signature: bytes = b"") -> str:
        """A token with any header and signature over the genuine claims of Entra ID, or over others."""
        return compact(header, self.claims_of(self.entra()) if payload is None else payload, lambda _: signature)

    @staticmethod
    def claims_of(token: str) -> Json:
        import json

        from api.identity.claims import decode_segment

        said: Json = json.loads(decode_segment(token.split(".")[1]))
        return said

    def issuers(self, client: httpx.AsyncClient) -> list[AcceptedIssuer]:
        return [
            AcceptedIssuer(
                rules,
                FetchedKeys(rules.name, Discovery(rules.issuer, client, loopback=True), fresh=3600, usable=86400),
            )
            for rules in read_issuers(self.file, loopback=True)
        ]

    def identities(self, client: httpx.AsyncClient, *, now: float = NOW) -> Identities:
        return Identities(self.tokens, self.issuers(client), client=client, now=lambda: now)


def claims(said: Mapping[str, Any], changes: Mapping[str, Any]) -> Json:
    times = {"iat": NOW - 60, "nbf": NOW - 60, "exp": NOW + 3600}
    return {name: value for name, value in {**times, **said, **changes}.items() if value is not None}


def identified(world: World, *authorization: str, now: float = NOW) -> SignedIn:
    """Who sends these headers, on an event loop of its own. Raise what `identify` raises."""

    async def asked() -> SignedIn:
        async with httpx.AsyncClient(trust_env=False) as client:
            return await world.identities(client, now=now).identify(authorization)

    return asyncio.run(asked())


@contextmanager
def world(folder: Path) -> Iterator[World]:
    with (
        Provider(pair("entra-1").public(), pair("entra-short", size=1024).public()) as entra,
        Provider(pair("google-1").public()) as google,
        Provider(
            pair("oidc-1").public(),
            pair("oidc-ps").public(alg="PS256"),
            pair("oidc-es", "ES256").public(),
            pair("oidc-ed", "EdDSA").public(),
            pair("oidc-enc").public(use="enc"),
            {"kty": "oct", "kid": "oidc-oct", "use": "sig", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I"},
        ) as oidc,
    ):
        file = folder / "issuers.toml"
        addresses = {"entra": entra.url, "google": google.url, "oidc": oidc.url}
        names = {"tenant": TENANT, "other_tenant": OTHER_TENANT, "trust": TRUST, "other_trust": OTHER_TRUST}
        file.write_text(FILE.format(**addresses, **names, api=API, app=APP))
        tokens = DevelopmentTokens(DevelopmentTokens.load(folder, host="127.0.0.1")._key, now=lambda: NOW - 60)
        yield World(entra, google, oidc, file, tokens)
