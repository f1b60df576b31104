"""What a stranger could send as a token: each attack makes one, out of a world of genuine issuers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from api.authentication import DevelopmentTokens
from api.identity.claims import encode_segment
from tests.api.issuers import API, FOREIGN_TENANT, NOW, OTHER_TENANT, OTHER_TRUST, PERSON, TENANT, TRUST, World
from tests.support.issuing import Pair, compact, pair

__all__ = ["ATTACKS"]

# A key of the attacker, which no issuer publishes.
MINE = pair("mine")


def hs256(secret: bytes, header: dict[str, Any], payload: Any) -> str:
    return compact(
        {"alg": "HS256", "typ": "JWT", **header}, payload, lambda text: hmac.digest(secret, text, hashlib.sha256)
    )


def named(kid: Any, secret: bytes = b"") -> Callable[[World], str]:
    """A token whose `kid` would lead to a secret that the attacker knows, if it were a path or a question."""
    return lambda w: hs256(secret, {"kid": kid}, w.claims_of(w.entra()))


def as_pem(key: Pair) -> bytes:
    return key.key.as_pem(private=False)


def other_signature(w: World) -> str:
    signed, one = w.entra().rsplit(".", 1)[0], w.entra(scp="other").rsplit(".", 1)[1]
    return f"{signed}.{one}"


def der(text: bytes) -> bytes:
    raw = pair("oidc-es", "ES256").signature(text)
    return encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))


def changed_header(token: str, **changes: Any) -> str:
    head, rest = token.split(".", 1)
    said = json.loads(base64.urlsafe_b64decode(head + "=="))
    return f"{encode_segment(json.dumps(said | changes).encode())}.{rest}"


def changed_claims(token: str, **changes: Any) -> str:
    head, payload, signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return f"{head}.{encode_segment(json.dumps(said | changes).encode())}.{signature}"


def signed_bytes(w: World, payload: bytes, header: bytes | None = None) -> str:
    said = header or json.dumps({"alg": "RS256", "kid": "entra-1", "typ": "JWT"}).encode()
    return compact(said, payload, w.entra_key.signature)


def spare_bits(token: str) -> str:
    """The same signature in another spelling."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]


def serialised(token: str) -> str:
    protected, payload, signature = token.split(".")
    return json.dumps({"protected": protected, "payload": payload, "signature": signature})


ATTACKS: dict[str, Callable[[World], str]] = {
    # No signature.
    "algorithm none": lambda w: w.bare({"alg": "none", "typ": "JWT"}),
    "algorithm none with a key's name": lambda w: w.bare({"alg": "none", "typ": "JWT", "kid": "entra-1"}),
    "algorithm None": lambda w: w.bare({"alg": "None", "kid": "entra-1"}),
    "algorithm NONE": lambda w: w.bare({"alg": "NONE", "kid": "entra-1"}),
    "algorithm nOnE": lambda w: w.bare({"alg": "nOnE", "kid": "entra-1"}),
    "algorithm null": lambda w: w.bare({"alg": None, "kid": "entra-1"}),
    "algorithm empty": lambda w: w.bare({"alg": "", "kid": "entra-1"}),
    "algorithm missing": lambda w: w.bare({"kid": "entra-1", "typ": "JWT"}),
    "algorithm a list": lambda w: w.bare({"alg": ["none"], "kid": "entra-1"}),
    "algorithm a list with the right one": lambda w: w.bare({"alg": ["RS256"], "kid": "entra-1"}),
    "algorithm none for development": lambda w: changed_header(w.development(), alg="none").rsplit(".", 1)[0] + ".",
    "signature stripped": lambda w: w.entra().rsplit(".", 1)[0] + ".",
    "signature and its point stripped": lambda w: w.entra().rsplit(".", 1)[0],
    "signature of another token": other_signature,
    "signature of zeros": lambda w: w.bare({"alg": "RS256", "kid": "entra-1"}, signature=bytes(256)),
    "signature cut": lambda w: w.entra()[:-8],
    "signature doubled": lambda w: w.entra() + w.entra().rsplit(".", 1)[1],
    "psychic signature": lambda w: compact(
        {"alg": "ES256", "kid": "oidc-es", "typ": "at+jwt"}, w.claims_of(w.oidc()), lambda _: bytes(64)
    ),
    "ES256 in DER": lambda w: compact({"alg": "ES256", "kid": "oidc-es", "typ": "at+jwt"}, w.claims_of(w.oidc()), der),
    # Key confusion.
    "HS256 with the public key as PEM": lambda w: hs256(
        as_pem(w.entra_key), {"kid": "entra-1"}, w.claims_of(w.entra())
    ),
    "HS256 with the public key as PEM, stripped": lambda w: hs256(
        as_pem(w.entra_key).strip(), {"kid": "entra-1"}, w.claims_of(w.entra())
    ),
    "HS256 with the public key as JWK": lambda w: hs256(
        json.dumps(w.entra_key.public()).encode(), {"kid": "entra-1"}, w.claims_of(w.entra())
    ),
    "HS256 with the modulus": lambda w: hs256(
        w.entra_key.public()["n"].encode(), {"kid": "entra-1"}, w.claims_of(w.entra())
    ),
    "HS256 with an empty key": lambda w: hs256(b"", {"kid": "entra-1"}, w.claims_of(w.entra())),
    "HS256 with a published symmetric key": lambda w: hs256(
        b"secret-secret-secret-secret-secr", {"kid": "oidc-oct", "typ": "at+jwt"}, w.claims_of(w.oidc())
    ),
    "RS256 relabelled PS256": lambda w: changed_header(w.oidc(), alg="PS256"),
    "ES256 by an RSA key's name": lambda w: w.oidc(key=pair("oidc-es", "ES256"), header={"kid": "oidc-1"}),
    "an algorithm that this issuer does not use": lambda w: compact(
        {"alg": "PS256", "kid": "entra-1", "typ": "JWT"},
        w.claims_of(w.entra()),
        lambda text: w.entra_key.signature(text, "PS256"),
    ),
    "an algorithm that this key is not for": lambda w: w.oidc(key=pair("oidc-ps"), header={"alg": "RS256"}),
    "a key for encryption": lambda w: w.oidc(key=pair("oidc-enc")),
    "a key that is too short": lambda w: w.entra(key=pair("entra-short", size=1024)),
    "a key of my own under its name": lambda w: w.entra(key=MINE, header={"kid": "entra-1"}),
    "a key of my own": lambda w: w.entra(key=MINE),
    "a key of another issuer": lambda w: w.entra(key=w.oidc_key),
    "a key of another issuer under its name": lambda w: w.entra(key=w.google_key, header={"kid": "entra-1"}),
    "the key of the development issuer": lambda w: w.entra(key=Pair(w.tokens._kid, "ES256", w.tokens._key)),
    "development by a key of another folder": lambda w: DevelopmentTokens(pair("x", "ES256").key).issue(  # type: ignore[arg-type]
        TRUST, "trust-lead", hours=1
    ),
    "development by a provider's key": lambda w: w.oidc(**w.claims_of(w.development())),
    "development by a provider's key under its name": lambda w: w.oidc(
        header={"kid": w.tokens._kid}, **w.claims_of(w.development())
    ),
    # The name of a key that leads elsewhere.
    "kid to an empty file": named("/dev/null"),
    "kid up the folders": named("../../../../../../dev/null"),
    "kid up the folders, encoded": named("..%2f..%2f..%2fdev%2fnull"),
    "kid to a page of style": named("../../static/graphiql/graphiql.min.css"),
    "kid with SQL": named("x' UNION SELECT 'secret';--", b"secret"),
    "kid with a command": named("|echo secret", b"secret"),
    "kid to my server": named("https://attacker.example/keys/1"),
    "kid with a NUL": named("entra-1\x00"),
    "kid with a line break": named("entra-1\n"),
    "kid up the folders by my key": lambda w: w.entra(key=MINE, header={"kid": "../../keys/mine"}),
    "kid up the folders by the genuine key": lambda w: w.entra(header={"kid": "../keys/entra-1"}),
    "kid empty": lambda w: w.entra(header={"kid": ""}),
    "kid missing": lambda w: w.entra(header={"kid": None}),
    "kid in capitals": lambda w: w.entra(header={"kid": "ENTRA-1"}),
    "kid a list": lambda w: w.entra(header={"kid": ["entra-1"]}),
    "kid an object": lambda w: w.entra(header={"kid": {"kid": "entra-1"}}),
    "kid a number": lambda w: w.entra(header={"kid": 0}),
    "kid true": lambda w: w.entra(header={"kid": True}),
    "kid very long": lambda w: w.entra(header={"kid": "k" * 5000}),
    # Keys that the token brings, and extensions.
    "jwk of mine": lambda w: w.entra(key=MINE, header={"jwk": MINE.public()}),
    "jwk of mine under its name": lambda w: w.entra(key=MINE, header={"kid": "entra-1", "jwk": MINE.public()}),
    "jku of mine": lambda w: w.entra(key=MINE, header={"jku": "https://attacker.example/keys"}),
    "jku beside a genuine signature": lambda w: w.entra(header={"jku": f"{w.entra_provider.url}/keys"}),
    "x5u of mine": lambda w: w.entra(key=MINE, header={"x5u": "https://attacker.example/chain"}),
    "x5c of mine": lambda w: w.entra(key=MINE, header={"x5c": ["MIIB"]}),
    "crit of something unknown": lambda w: w.entra(header={"crit": ["exp"], "exp": NOW}),
    "crit empty": lambda w: w.entra(header={"crit": []}),
    "payload not encoded": lambda w: w.entra(header={"b64": False, "crit": ["b64"]}),
    "payload compressed": lambda w: w.entra(header={"zip": "DEF"}),
    # Another audience.
    "audience of another API": lambda w: w.entra(aud="00000003-0000-0000-c000-000000000000"),
    "audience missing": lambda w: w.entra(aud=None),
    "audience an empty list": lambda w: w.entra(aud=[]),
    "audience a list of others": lambda w: w.entra(aud=["x", "y"]),
    "audience with ours in it": lambda w: w.entra(aud=f"x {API}"),
    "audience that begins like ours": lambda w: w.entra(aud="api://caseledger/other"),
    "audience an object": lambda w: w.entra(aud={API: True}),
    "audience of numbers": lambda w: w.entra(aud=[1, API]),
    "audience of another issuer's": lambda w: w.entra(aud="caseledger"),
    "development for another audience": lambda w: w.developed(aud="caseledger"),
    # Another issuer, tenant or domain.
    "issuer unknown": lambda w: w.entra(iss="https://login.example/v2.0"),
    "issuer missing": lambda w: w.entra(iss=None),
    "issuer a list": lambda w: w.entra(iss=[f"{w.entra_provider.url}/{TENANT}/v2.0"]),
    "issuer with a slash": lambda w: w.entra(iss=f"{w.entra_provider.url}/{TENANT}/v2.0/"),
    "issuer in capitals": lambda w: w.entra(iss=f"{w.entra_provider.url}/{TENANT}/V2.0"),
    "issuer of another realm": lambda w: w.oidc(iss=f"{w.oidc_provider.url}/realms/master"),
    "tenant that is not allowed": lambda w: w.entra(
        iss=f"{w.entra_provider.url}/{FOREIGN_TENANT}/v2.0", tid=FOREIGN_TENANT
    ),
    "tenant another than the issuer's": lambda w: w.entra(tid=OTHER_TENANT),
    "issuer another than the tenant's": lambda w: w.entra(iss=f"{w.entra_provider.url}/{OTHER_TENANT}/v2.0"),
    "tenant not allowed under an issuer that is": lambda w: w.entra(tid=FOREIGN_TENANT),
    "tenant missing": lambda w: w.entra(tid=None),
    "tenant a list": lambda w: w.entra(tid=[TENANT]),
    "issuer of any tenant": lambda w: w.entra(iss=f"{w.entra_provider.url}/common/v2.0"),
    "version 1.0": lambda w: w.entra(ver="1.0"),
    "hosted domain another": lambda w: w.google(hd="attacker.example"),
    "hosted domain missing": lambda w: w.google(hd=None),
    "hosted domain in capitals": lambda w: w.google(hd="WESTACRE.sch.uk"),
    "hosted domain with ours at its end": lambda w: w.google(hd="x.westacre.sch.uk"),
    "hosted domain a list": lambda w: w.google(hd=["westacre.sch.uk"]),
    "hosted domain by e-mail alone": lambda w: w.google(hd=None, email="head@westacre.sch.uk", email_verified=True),
    # Another client.
    "client that is not allowed": lambda w: w.entra(azp="5f0c3f5e-0000-4000-8000-000000000009"),
    "client missing": lambda w: w.entra(azp=None),
    "client of Google another": lambda w: w.google(azp="other.apps.example"),
    "client of Google missing": lambda w: w.google(azp=None),
    "two clients": lambda w: w.oidc(azp="another-app"),
    # Times.
    "expired by a second": lambda w: w.entra(exp=NOW - 1),
    "expired now": lambda w: w.entra(exp=NOW),
    "expired long ago": lambda w: w.oidc(exp=1),
    "end missing": lambda w: w.entra(exp=None),
    "end a text": lambda w: w.entra(exp=str(NOW + 3600)),
    "end not a number": lambda w: w.entra(exp=float("nan")),
    "end infinite": lambda w: w.entra(exp=float("inf")),
    "end a fraction": lambda w: w.entra(exp=NOW + 0.5),
    "end beyond numbers": lambda w: w.entra(exp=10**400),
    "end true": lambda w: w.entra(exp=True),
    "issued in the future": lambda w: w.entra(iat=NOW + 61, nbf=None),
    "issued missing": lambda w: w.entra(iat=None),
    "issued a text": lambda w: w.entra(iat=str(NOW)),
    "issued before time": lambda w: w.entra(iat=-1),
    "not before the future": lambda w: w.entra(nbf=NOW + 61),
    "not before a text": lambda w: w.entra(nbf="0"),
    "development expired by a second": lambda w: w.developed(exp=NOW - 1),
    "development issued in the future": lambda w: w.developed(iat=NOW + 61),
    # Tokens for another purpose.
    "ID token of Entra for the same application": lambda w: w.entra(azp=None, scp=None, nonce="n-1"),
    "ID token of Entra with roles": lambda w: w.entra(azp=None, scp=None, roles=["Caseledger.Use"]),
    "ID token of Entra with roles, where clients are not named": lambda w: w.elsewhere(
        azp=None, scp=None, roles=["access_as_user"]
    ),
    "ID token of Entra with a client, where clients are not named": lambda w: w.elsewhere(scp=None),
    "access token of Entra for another purpose": lambda w: w.elsewhere(scp="openid profile"),
    "ID token of Entra with a client": lambda w: w.entra(scp=None),
    "ID token of Entra with a nonce": lambda w: w.entra(nonce="n-1"),
    "scopes empty": lambda w: w.entra(scp="  "),
    "ID token by RFC 9068's issuer": lambda w: w.oidc(header={"typ": "JWT"}),
    "ID token without a type": lambda w: w.oidc(header={"typ": None}),
    "logout token": lambda w: w.oidc(header={"typ": "logout+jwt"}),
    "logout token as access token": lambda w: w.oidc(events={"http://schemas.openid.net/event/backchannel-logout": {}}),
    "ID token with the hash of its access token": lambda w: w.older(at_hash="x"),
    "ID token without scopes": lambda w: w.older(scope=None),
    "access token for another purpose": lambda w: w.older(scope="openid profile"),
    "scope with ours in it": lambda w: w.older(scope="caseledger-read"),
    "access token bound to a key": lambda w: w.oidc(cnf={"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}),
    "typ of something else": lambda w: w.entra(header={"typ": "at+jwt"}),
    "typ a list": lambda w: w.entra(header={"typ": ["JWT"]}),
    "encrypted token": lambda w: w.entra() + ".x.y",
    # The subject and other claims.
    "subject missing": lambda w: w.oidc(sub=None),
    "subject empty": lambda w: w.oidc(sub=""),
    "subject a number": lambda w: w.oidc(sub=7),
    "subject too long": lambda w: w.oidc(sub="s" * 256),
    "subject with a line break": lambda w: w.oidc(sub="head\nadmin"),
    "subject that looks like another": lambda w: w.oidc(sub="f:7:hеad"),
    "oid missing": lambda w: w.entra(oid=None),
    "oid in capitals": lambda w: w.entra(oid=PERSON.upper()),
    "oid with braces": lambda w: w.entra(oid="{" + PERSON + "}"),
    "oid an e-mail address": lambda w: w.entra(oid="head@westacre.sch.uk"),
    "methods a text": lambda w: w.oidc(amr="mfa"),
    "methods of numbers": lambda w: w.oidc(amr=[1]),
    "sign-in a text": lambda w: w.oidc(auth_time="now"),
    "development with a role that is none": lambda w: w.developed(role="emperor"),
    "development with the role of the program": lambda w: w.developed(role="system", place=None),
    "development with a role and a place in one": lambda w: w.developed(role="headteacher:900003", place=None),
    "development with a place of another sort": lambda w: w.developed(role="trust-lead"),
    "development with a school for a case": lambda w: w.developed(role="investigator"),
    "development with a case in braces": lambda w: w.developed(role="investigator", place="{" + PERSON + "}"),
    "development without a place": lambda w: w.developed(place=None),
    "development without a trust": lambda w: w.developed(trust=None),
    "development for a trust that is none": lambda w: w.developed(trust="demo"),
    "development for a person that is none": lambda w: w.developed(sub="head"),
    # Genuine ones changed, and others of the wrong shape.
    "role changed": lambda w: changed_claims(w.development(), role="trust-lead"),
    "school changed": lambda w: changed_claims(w.development(), place="900001"),
    "trust changed": lambda w: changed_claims(w.development(), trust=str(OTHER_TRUST)),
    "end changed": lambda w: changed_claims(w.development(), exp=NOW + 10**6),
    "a token of the former form": lambda w: "caseledger-dev.e30.AAAA",
    "spare bits in the signature": lambda w: spare_bits(w.development()),
    "padding": lambda w: w.entra() + "==",
    "plus and slash": lambda w: w.entra().replace("-", "+").replace("_", "/"),
    "a space behind": lambda w: w.entra() + " x",
    "a space before": lambda w: " " + w.entra(),
    "as JSON": lambda w: serialised(w.entra()),
    "a name that stands twice": lambda w: signed_bytes(
        w, json.dumps(w.claims_of(w.entra(tid=FOREIGN_TENANT))).encode()[:-1] + f', "tid": "{TENANT}"}}'.encode()
    ),
    "an algorithm that stands twice": lambda w: signed_bytes(
        w,
        json.dumps(w.claims_of(w.entra())).encode(),
        b'{"alg": "none", "alg": "RS256", "kid": "entra-1", "typ": "JWT"}',
    ),
    "payload a list": lambda w: signed_bytes(w, b"[]"),
    "payload nested too deeply": lambda w: signed_bytes(w, b"[" * 5000 + b"]" * 5000),
    "payload not UTF-8": lambda w: signed_bytes(w, b'{"iss": "\xff"}'),
    "payload of UTF-16": lambda w: signed_bytes(w, json.dumps(w.claims_of(w.entra())).encode("utf-16")),
    "payload empty": lambda w: signed_bytes(w, b""),
    "header a text": lambda w: signed_bytes(w, b"{}", b'"RS256"'),
    "points alone": lambda w: "..",
    "nothing": lambda w: "",
    "very long": lambda w: "a" * 20_000,
    "not ASCII": lambda w: "\xe9.\xe9.\xe9",
}
