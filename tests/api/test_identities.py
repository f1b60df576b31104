"""What was found genuine is remembered: until it ends, until its key is gone, and not without bound."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.bootstrap import Runtime
from api.cli.serve import load_tokens
from api.identity import identities, tokens, verifying
from api.identity.discovery import Discovery
from api.identity.identities import Identities, load_identities
from api.identity.keys import FetchedKeys
from api.identity.signed_in import ProviderUnreachable, SignedIn, Unauthenticated
from api.identity.tokens import AcceptedIssuer
from api.settings import SettingsError, load_settings
from tests.api import issuers
from tests.api.client import Client
from tests.api.issuers import NOW, TRUST, World
from tests.support.issuing import Pair, pair


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with issuers.world(tmp_path) as made:
        yield made


class Asked:
    """The identities of a world at a moment that the test sets."""

    def __init__(self, world: World, client: httpx.AsyncClient) -> None:
        self.now = float(NOW)
        accepted = [
            AcceptedIssuer(
                issuer.rules,
                FetchedKeys(
                    issuer.rules.name,
                    Discovery(issuer.rules.issuer, client, loopback=True),
                    fresh=600,
                    usable=1200,
                    clock=lambda: self.now,
                ),
            )
            for issuer in world.issuers(client)
        ]
        self.identities = Identities(world.tokens, accepted, client=client, now=lambda: self.now)

    async def identify(self, token: str) -> SignedIn:
        return await self.identities.identify([f"Bearer {token}"])

    async def refuses(self, token: str) -> bool:
        try:
            await self.identify(token)
        except Unauthenticated:
            return True
        return False


def run(world: World, story: Callable[[Asked], Awaitable[None]]) -> None:
    """Tell a story on an event loop of its own."""

    async def told() -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            await story(Asked(world, client))

    asyncio.run(told())


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The algorithm of every signature that is checked."""
    algorithms: list[str] = []
    genuinely = verifying.is_signed_by

    def counting(token: str, algorithm: str, key: Any) -> bool:
        algorithms.append(algorithm)
        return genuinely(token, algorithm, key)

    monkeypatch.setattr(tokens, "is_signed_by", counting)
    return algorithms


def test_the_signature_of_one_token_is_checked_once(world: World, checked: list[str]) -> None:
    token = world.oidc()

    async def story(asked: Asked) -> None:
        first = await asked.identify(token)
        for _ in range(50):
            assert await asked.identify(token) is first
        assert checked == ["RS256"]

    run(world, story)


def test_a_token_that_is_remembered_ends_all_the_same(world: World) -> None:
    token = world.oidc(exp=NOW + 10)

    async def story(asked: Asked) -> None:
        await asked.identify(token)
        asked.now = NOW + 9.9
        await asked.identify(token)
        asked.now = NOW + 10
        assert await asked.refuses(token)

    run(world, story)


def test_a_token_that_is_remembered_is_refused_when_the_clock_is_set_back(world: World) -> None:
    token = world.developed(iat=NOW)

    async def story(asked: Asked) -> None:
        await asked.identify(token)
        asked.now = NOW - 61
        assert await asked.refuses(token)

    run(world, story)


def test_a_key_that_its_issuer_no_longer_publishes_ends_the_tokens_that_it_signed(
    world: World, checked: list[str]
) -> None:
    token = world.oidc()

    async def story(asked: Asked) -> None:
        await asked.identify(token)
        world.oidc_provider.keys = [pair("oidc-2").public()]
        asked.now += 599
        await asked.identify(token)
        assert checked == ["RS256"]

        asked.now += 1
        assert await asked.refuses(token)
        assert not await asked.refuses(world.oidc(key=pair("oidc-2")))

    run(world, story)


def test_another_key_under_the_same_name_ends_them_too(world: World) -> None:
    token = world.oidc()

    async def story(asked: Asked) -> None:
        await asked.identify(token)
        world.oidc_provider.keys = [pair("oidc-2").public(kid="oidc-1")]
        asked.now += 600
        # The new keys are there before the old token comes again.
        assert not await asked.refuses(world.oidc(key=Pair("oidc-1", "RS256", pair("oidc-2").key)))
        assert await asked.refuses(token)

    run(world, story)


def test_no_token_is_accepted_on_keys_that_are_too_old(world: World) -> None:
    token = world.oidc()

    async def story(asked: Asked) -> None:
        await asked.identify(token)
        world.oidc_provider.away = True
        asked.now += 1199
        await asked.identify(token)
        asked.now += 1
        with pytest.raises(ProviderUnreachable):
            await asked.identify(token)

    run(world, story)


def test_a_provider_that_is_away_keeps_nobody_else_out(world: World) -> None:
    world.oidc_provider.away = True

    async def story(asked: Asked) -> None:
        with pytest.raises(ProviderUnreachable):
            await asked.identify(world.oidc())
        assert (await asked.identify(world.entra())).client == issuers.APP
        assert (await asked.identify(world.development())).claimed is not None

    run(world, story)


def test_what_is_remembered_has_a_bound(world: World, checked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identities, "_REMEMBERED_TOKENS", 3)
    sent = [world.development(role) for role in ("auditor", "dashboard", "dpo", "hr")]

    async def story(asked: Asked) -> None:
        for token in sent:
            await asked.identify(token)
        assert len(checked) == 4
        # The first was let go for the fourth; the others are still known.
        for token in sent[1:]:
            await asked.identify(token)
        assert len(checked) == 4
        await asked.identify(sent[0])
        assert len(checked) == 5

    run(world, story)


def test_what_was_refused_is_not_remembered(world: World, checked: list[str]) -> None:
    token = world.development()[:-4] + "AAAA"

    async def story(asked: Asked) -> None:
        assert await asked.refuses(token)
        assert await asked.refuses(token)
        assert len(checked) == 2

    run(world, story)


def test_a_provider_that_cannot_be_reached_is_no_wrong_token(runtime: Runtime, world: World) -> None:
    world.oidc_provider.away = True
    client = httpx.AsyncClient(trust_env=False)

    with Client(runtime, TRUST, identities=world.identities(client)) as asked:
        answers = [
            asked.http.get("/graphql", params={"query": "{ viewer { role } }"}, headers=headers)
            for headers in ({"Authorization": f"Bearer {world.oidc()}"}, {})
        ]

    assert [(answer.status_code, answer.headers.get("retry-after")) for answer in answers] == [(503, "5"), (401, None)]
    assert json.loads(answers[0].content) == {
        "type": "urn:caseledger:problem:unavailable",
        "title": "Not available at the moment",
        "status": 503,
        "detail": "The identity provider is not reachable, and its keys are needed to tell who is asking.",
        "code": "UNAVAILABLE",
    }
    assert client.is_closed


def test_a_server_takes_its_issuers_from_the_file_that_is_set(world: World) -> None:
    settings = load_settings(issuers=world.file)

    async def told() -> SignedIn:
        loaded = load_identities(settings, None)
        try:
            # The file's issuers are real; the moment of their tokens is not now.
            loaded._now = lambda: NOW
            return await loaded.identify([f"Bearer {world.entra()}"])
        finally:
            await loaded.close()

    assert asyncio.run(told()).trusts == (TRUST,)


def test_a_server_that_others_can_reach_takes_no_issuer_without_tls(world: World) -> None:
    with pytest.raises(SettingsError, match=r"^CASELEDGER_ISSUERS: issuer\[0\]\.url: an address on https"):
        load_identities(load_settings(issuers=world.file, host="0.0.0.0"), None)


def test_a_server_that_others_can_reach_needs_no_development_tokens_where_issuers_are_set(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    assert load_tokens(load_settings(issuers=world.file, host="0.0.0.0")) is None
    assert caplog.messages == []


def test_a_server_without_issuers_accepts_nobody(world: World) -> None:
    async def told() -> SignedIn:
        return await load_identities(load_settings(), None).identify([f"Bearer {world.development()}"])

    with pytest.raises(Unauthenticated):
        asyncio.run(told())
