"""Attacks on tokens: whatever is tried, the answer is the one that a request without any token gets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
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
    NOW,
    OTHER_TENANT,
    OTHER_TRUST,
    PERSON,
    TENANT,
    TRUST,
    World,
    identified,
)
from tests.api.token_attacks import ATTACKS
from tests.support.issuing import Pair, compact, pair


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with issuers.world(tmp_path_factory.mktemp("issuers")) as made:
        yield made


@pytest.fixture(scope="module")
def served(runtime: Runtime, world: World) -> Iterator[Client]:
    """The real application, whose clock stands still, and which takes any number of attacks."""
    runtime.settings = runtime.settings.model_copy(update={"rate_limit_failures": 0})
    client = httpx.AsyncClient(trust_env=False)
    with Client(runtime, TRUST, identities=world.identities(client)) as asked:
        yield asked


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


def test_a_header_that_says_much_is_taken(world: World) -> None:
    long = pair("oidc-long-" + "k" * 200)
    world.oidc_provider.keys.append(long.public())

    token = world.oidc(key=long, header={"x5t": "t" * 200, "note": "n" * 200})

    assert identified(world, f"Bearer {token}").subject == "f:7:head"


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
        # Signed in, and nobody in any trust.
        assert _asked(served, "POST", "/graphql", {"Authorization": f"Bearer {token}"})[0] == 404


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
