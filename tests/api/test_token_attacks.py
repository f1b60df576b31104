"""Attacks on tokens: whatever is tried, the answer is the one that a request without any token gets."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import example, given
from hypothesis import strategies as st

from api.authentication import UNAUTHENTICATED, DevelopmentTokens, Unauthenticated
from api.bootstrap import Runtime
from api.identity.claims import encode_segment
from api.identity.identities import Identities
from api.identity.signed_in import ClaimedRole, SignedIn
from tests.api import issuers
from tests.api.client import Client
from tests.api.issuers import (
    API,
    FOREIGN_TENANT,
    NOW,
    OTHER_TENANT,
    OTHER_TRUST,
    PERSON,
    TENANT,
    TRUST,
    World,
    identified,
)
from tests.support.issuing import Pair, compact, pair

# A key of the attacker, which no issuer publishes.
MINE = pair("mine")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with issuers.world(tmp_path_factory.mktemp("issuers")) as made:
        yield made


@pytest.fixture(scope="module")
def served(runtime: Runtime, world: World) -> Iterator[Client]:
    """The real application, whose clock stands still."""
    client = httpx.AsyncClient(trust_env=False)
    with Client(runtime, TRUST, identities=world.identities(client)) as asked:
        yield asked


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


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_answered_as_if_there_were_no_token(world: World, served: Client, attack: str) -> None:
    token = ATTACKS[attack](world)

    with pytest.raises(Unauthenticated) as refused:
        identified(world, f"Bearer {token}")

    assert (str(refused.value), refused.value.__cause__) == (UNAUTHENTICATED, None)
    sent = f"Bearer {token}".rstrip().encode("latin-1")
    for method, address in (("POST", "/graphql"), ("GET", f"/v1/cases/{UUID(int=3)}/bundle")):
        without = _asked(served, method, address, {})
        assert _asked(served, method, address, {"Authorization": sent}) == without
        assert without[0] == 401


def _asked(client: Client, method: str, address: str, headers: Any) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer; of the headers all but the time of day."""
    question = {"query": "{ viewer { role } }"} if method == "POST" else None
    answer = client.http.request(method, address, headers=headers, json=question)
    said = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, said, answer.content


def test_the_answer_without_a_token_says_how_to_bring_one(served: Client) -> None:
    status, headers, body = _asked(served, "POST", "/graphql", {})

    assert (status, headers["www-authenticate"]) == (401, 'Bearer realm="caseledger"')
    assert json.loads(body) == {
        "type": "about:blank",
        "title": "Not authenticated",
        "status": 401,
        "detail": UNAUTHENTICATED,
    }


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [""],
        ["Bearer"],
        ["Bearer "],
        ["Basic {}"],
        ["{}"],
        ["Bearer  {}"],
        ["Bearer\t{}"],
        ["Bearer {}", "Bearer {}"],
        ["Bearer {}, Bearer {}"],
    ],
)
def test_a_genuine_token_in_another_place_is_none(world: World, headers: list[str]) -> None:
    token = world.development()

    with pytest.raises(Unauthenticated):
        identified(world, *(header.replace("{}", token) for header in headers))


def signed_in(world: World, **given: Any) -> SignedIn:
    """Who signed in; by default the person of Entra ID."""
    return SignedIn(
        **{
            "issuer": f"{world.entra_provider.url}/{TENANT}/v2.0",
            "subject": f"{TENANT}/{PERSON}",
            "trusts": (TRUST,),
            "client": issuers.APP,
            "methods": frozenset(),
            "contexts": frozenset({"p1", "c1"}),
            "signed_in_at": None,
            "issued_at": NOW - 60,
            "expires_at": NOW + 3600,
            **given,
        }
    )


def test_a_person_of_entra_is_known_by_tenant_and_object(world: World) -> None:
    assert identified(world, f"Bearer {world.entra()}") == signed_in(world)


def test_each_tenant_names_its_own_trusts(world: World) -> None:
    found = identified(world, f"Bearer {world.elsewhere()}")

    issuer = f"{world.entra_provider.url}/{OTHER_TENANT}/v2.0"
    assert found == signed_in(world, issuer=issuer, subject=f"{OTHER_TENANT}/{PERSON}", trusts=(OTHER_TRUST,))


def test_a_program_of_entra_has_roles_in_place_of_scopes(world: World) -> None:
    token = world.entra(scp=None, roles=["Caseledger.Use"], acrs=None, auth_time=NOW - 9)

    assert identified(world, f"Bearer {token}") == signed_in(world, contexts=frozenset(), signed_in_at=NOW - 9)


def test_a_person_of_google_is_known_by_subject_and_names_the_trusts_of_the_hosted_domain(world: World) -> None:
    assert identified(world, f"bearer {world.google()}") == signed_in(
        world,
        issuer=world.google_provider.url,
        subject="108000000000000000001",
        client="caseledger.apps.example",
        contexts=frozenset(),
    )


@pytest.mark.parametrize(
    ("kid", "algorithm", "header"),
    [
        ("oidc-1", "RS256", "at+jwt"),
        ("oidc-ps", "PS256", "AT+JWT"),
        ("oidc-es", "ES256", "application/at+jwt"),
        ("oidc-ed", "EdDSA", "at+jwt"),
        ("oidc-ed", "Ed25519", "at+jwt"),
    ],
)
def test_a_person_of_any_provider_is_known_by_subject(world: World, kid: str, algorithm: str, header: str) -> None:
    key = pair(kid, "EdDSA") if kid == "oidc-ed" else pair(kid, "ES256") if kid == "oidc-es" else pair(kid)
    token = world.oidc(key=Pair(kid, "Ed25519" if kid == "oidc-ed" else algorithm, key.key), header={"typ": header})

    assert identified(world, f"Bearer {token}") == signed_in(
        world,
        issuer=f"{world.oidc_provider.url}/realms/schools",
        subject="f:7:head",
        trusts=(TRUST, OTHER_TRUST),
        client="case-app",
        methods=frozenset({"pwd", "mfa"}),
        contexts=frozenset({"urn:schools:mfa"}),
        signed_in_at=NOW - 600,
    )


@pytest.mark.parametrize("header", [{}, {"typ": None}, {"typ": "jwt"}])
def test_a_provider_that_does_not_type_its_access_tokens_is_told_by_a_scope(world: World, header: Any) -> None:
    found = identified(world, f"Bearer {world.older(header=header)}")

    assert (found.subject, found.trusts, found.client) == ("head", (TRUST,), "case-app")


def test_the_clock_of_an_issuer_may_be_a_minute_ahead(world: World) -> None:
    token = world.entra(iat=NOW + 60, nbf=NOW + 60)

    assert identified(world, f"Bearer {token}") == signed_in(world, issued_at=NOW + 60)


def test_a_token_holds_until_the_second_in_which_it_ends(world: World) -> None:
    token = world.entra(exp=NOW + 1)

    assert identified(world, f"Bearer {token}", now=NOW + 0.999).expires_at == NOW + 1
    with pytest.raises(Unauthenticated):
        identified(world, f"Bearer {token}", now=NOW + 1)


def test_no_issuer_but_that_of_development_gives_a_role(world: World, served: Client) -> None:
    claims: dict[str, Any] = {"role": "trust-lead", "trust": str(TRUST), "place": "900003"}

    for token in (world.entra(**claims), world.google(**claims), world.oidc(**claims), world.older(**claims)):
        assert identified(world, f"Bearer {token}").claimed is None
        assert _asked(served, "POST", "/graphql", {"Authorization": f"Bearer {token}"})[0] == 401


def test_the_development_issuer_claims_a_role(world: World, served: Client) -> None:
    token = world.development(person_id=UUID(PERSON), methods={"pwd", "mfa"})

    assert identified(world, f"Bearer {token}") == SignedIn(
        issuer="urn:caseledger:development",
        subject=PERSON,
        trusts=(TRUST,),
        client=None,
        methods=frozenset({"pwd", "mfa"}),
        contexts=frozenset(),
        signed_in_at=NOW - 60,
        issued_at=NOW - 60,
        expires_at=NOW - 60 + 3600,
        claimed=ClaimedRole(TRUST, UUID(PERSON), "headteacher", "900003"),
    )
    status, _, body = _asked(served, "POST", "/graphql", {"Authorization": f"Bearer {token}"})
    assert (status, json.loads(body)["data"]) == (200, {"viewer": {"role": "headteacher"}})


def test_a_person_is_not_told_by_what_is_logged_of_a_sign_in(world: World) -> None:
    shown = repr(identified(world, f"Bearer {world.entra()}")) + repr(
        identified(world, f"Bearer {world.development(person_id=UUID(PERSON))}")
    )

    assert PERSON not in shown


def refuses(token: str) -> bool:
    """Whether the development issuer alone refuses a token; nothing has to be waited for."""
    asked = Identities(_KEPT, now=lambda: NOW).identify([f"Bearer {token}"])
    try:
        asked.send(None)
    except StopIteration:
        return False
    except Unauthenticated:
        return True
    raise AssertionError("something was waited for")


_KEPT = DevelopmentTokens(pair("kept", "ES256").key, now=lambda: NOW)  # type: ignore[arg-type]
_GENUINE = _KEPT.issue(TRUST, "headteacher:900003", hours=1, methods=["mfa"])
_CHARACTERS = st.one_of(
    st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ "),
    st.characters(max_codepoint=255),
)


@given(place=st.integers(0, len(_GENUINE) - 1), character=_CHARACTERS)
def test_a_genuine_token_with_one_character_changed_is_refused(place: int, character: str) -> None:
    changed = _GENUINE[:place] + character + _GENUINE[place + 1 :]

    assert refuses(changed) is (changed != _GENUINE)


def test_every_character_of_a_token_counts() -> None:
    for place, character in enumerate(_GENUINE):
        for other in "AB-.=":
            if other != character:
                assert refuses(_GENUINE[:place] + other + _GENUINE[place + 1 :])
    assert not refuses(_GENUINE)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(
    st.one_of(
        st.text(),
        st.text(alphabet="abcAB01-_.=", max_size=80),
        st.tuples(st.binary(), st.binary(), st.binary()).map(lambda parts: ".".join(map(encode_segment, parts))),
    )
)
@example("\ud800.\ud800.\ud800")
def test_no_text_crashes_what_reads_tokens(text: str) -> None:
    assert refuses(text)


_NAMES = (
    *("alg", "kid", "typ", "iss", "aud", "sub", "exp", "iat", "nbf", "role", "place", "trust"),
    *("amr", "acr", "acrs", "azp", "scp", "cnf", "auth_time"),
)


@given(name=st.sampled_from(_NAMES), value=_JSON)
def test_no_value_in_a_signed_token_crashes_what_reads_it(name: str, value: Any) -> None:
    key = Pair(_KEPT._kid, "ES256", _KEPT._key)
    claims = World.claims_of(_GENUINE)
    header = {"alg": "ES256", "kid": key.kid, "typ": "at+jwt"}
    (header if name in header else claims)[name] = value

    # What it says may be genuine all the same; nothing else but a refusal comes of it.
    assert refuses(compact(header, claims, key.signature)) in (True, False)
