"""An issuer's keys: found by discovery, kept, fetched again when it is time, and given up when they are too old."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest

from api.identity.discovery import MOST_BYTES, Discovery, NotFetched, is_address
from api.identity.keys import FetchedKeys
from api.identity.signed_in import ProviderUnreachable
from api.identity.verifying import VerifyingKey, read_keys
from tests.support.issuing import Answer, Provider, pair

FRESH, USABLE, RETRY = 3600.0, 86400.0, 30.0
BOTH = ["/.well-known/openid-configuration", "/keys"]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider(pair("one").public()) as running:
        yield running


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Kept:
    """The keys of a provider, by a clock of the test, and how often the provider was asked."""

    def __init__(self, provider: Provider, client: httpx.AsyncClient, *, seconds: float = 5.0) -> None:
        self.provider = provider
        self.clock = Clock()
        discovery = Discovery(provider.url, client, loopback=True, seconds=seconds)
        self.keys = FetchedKeys("test", discovery, fresh=FRESH, usable=USABLE, retry=RETRY, clock=self.clock)

    async def finds(self, kid: str) -> bool | None:
        """Whether there is a key of that name; None: the provider is needed to tell, and cannot be reached."""
        try:
            return await self.keys.get(kid) is not None
        except ProviderUnreachable:
            return None

    @property
    def fetches(self) -> int:
        return sum(path.endswith("openid-configuration") for path in self.provider.asked)


def run(provider: Provider, story: Callable[[Kept], Awaitable[None]], *, seconds: float = 5.0) -> None:
    """Tell a story on an event loop of its own."""

    async def told() -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            await story(Kept(provider, client, seconds=seconds))

    asyncio.run(told())


def test_keys_are_found_by_discovery_and_kept_for_an_hour(provider: Provider) -> None:
    async def story(kept: Kept) -> None:
        assert await kept.finds("one") is True
        assert provider.asked == BOTH

        kept.clock.now += FRESH - 1
        assert await kept.finds("one") is True
        assert provider.asked == BOTH

        kept.clock.now += 1
        assert await kept.finds("one") is True
        assert provider.asked == BOTH * 2

    run(provider, story)


def test_a_key_that_is_new_is_found_at_once_and_one_that_is_gone_ends_within_the_hour(provider: Provider) -> None:
    async def story(kept: Kept) -> None:
        assert await kept.finds("one") is True
        provider.keys = [pair("two").public()]
        kept.clock.now += RETRY

        assert await kept.finds("two") is True
        assert await kept.finds("one") is False
        assert kept.fetches == 2

    run(provider, story)


def test_a_key_that_is_gone_is_not_used_once_more_after_a_quiet_night(provider: Provider) -> None:
    async def story(kept: Kept) -> None:
        assert await kept.finds("one") is True
        provider.keys = [pair("two").public()]
        kept.clock.now += FRESH

        assert await asyncio.gather(*(kept.finds("one") for _ in range(10))) == [False] * 10
        assert kept.keys.at_hand("one") is None

    run(provider, story)


def test_many_requests_at_once_make_one_fetch(provider: Provider) -> None:
    async def story(kept: Kept) -> None:
        assert await asyncio.gather(*(kept.finds("one") for _ in range(200))) == [True] * 200
        assert provider.asked == BOTH

    run(provider, story)


def test_unknown_keys_cannot_make_a_flood(provider: Provider) -> None:
    async def story(kept: Kept) -> None:
        assert await kept.finds("one") is True
        for second in range(300):
            kept.clock.now += 1
            asked = await asyncio.gather(*(kept.finds(f"{second}-{number}") for number in range(5)))
            assert asked == [False] * 5
        # One at first, and then one in thirty seconds of the three hundred.
        assert kept.fetches == 1 + 10

    run(provider, story)


def test_who_asked_first_may_go_away_and_the_others_get_the_keys(provider: Provider) -> None:
    provider.hold = threading.Event()

    async def story(kept: Kept) -> None:
        first = asyncio.create_task(kept.finds("one"))
        while not provider.asked:  # noqa: ASYNC110 - it is another thread that is asked
            await asyncio.sleep(0.001)
        second = asyncio.create_task(kept.finds("one"))
        await asyncio.sleep(0)
        first.cancel()
        assert provider.hold is not None
        provider.hold.set()

        assert await second is True
        assert first.cancelled()
        assert provider.asked == BOTH

    run(provider, story)


def test_old_keys_are_used_while_the_provider_is_away_and_then_no_longer(provider: Provider) -> None:
    async def story(kept: Kept) -> None:
        assert await kept.finds("one") is True
        provider.away = True
        kept.clock.now += USABLE - 1
        assert await kept.finds("one") is True
        assert await kept.finds("other") is False

        kept.clock.now += 1
        assert kept.keys.at_hand("one") is None
        assert await kept.finds("one") is None

        provider.away = False
        assert await kept.finds("one") is None
        kept.clock.now += RETRY
        assert await kept.finds("one") is True

    run(provider, story)


def test_without_any_keys_the_provider_is_told_to_be_unreachable_and_asked_again_after_a_while(
    provider: Provider,
) -> None:
    provider.away = True

    async def story(kept: Kept) -> None:
        for _ in range(50):
            assert await kept.finds("one") is None
        assert kept.fetches == 1
        provider.away = False
        kept.clock.now += RETRY
        assert await kept.finds("one") is True

    run(provider, story)


@pytest.mark.parametrize(
    ("part", "answer", "words"),
    [
        ("openid-configuration", Answer(500), "the discovery document was answered with status 500"),
        (
            "openid-configuration",
            Answer(302, headers=(("Location", "/elsewhere/openid-configuration"),)),
            "the discovery document was answered with status 302",
        ),
        ("keys", Answer(307, headers=(("Location", "/other/keys"),)), "the set of keys was answered with status 307"),
        ("openid-configuration", Answer(body=b"<html>"), "the discovery document is not a JSON object"),
        ("openid-configuration", Answer(body=b"[]"), "the discovery document is not a JSON object"),
        ("openid-configuration", Answer(body=b"{"), "the discovery document is not a JSON object"),
        ("openid-configuration", Answer(body=b"[" * 100_000), "the discovery document is not a JSON object"),
        ("openid-configuration", Answer(body=b"{}"), "the discovery document is another issuer's"),
        ("openid-configuration", Answer(body=b'{"issuer": ["x"]}'), "the discovery document is another issuer's"),
        (
            "openid-configuration",
            Answer(headers=(("Content-Encoding", "gzip"),)),
            "the discovery document is compressed",
        ),
        ("keys", Answer(body=b"{}"), "the set of keys has no list of them"),
        ("keys", Answer(body=b'{"keys": {"kid": "one"}}'), "the set of keys has no list of them"),
        ("keys", Answer(body=b" " * (MOST_BYTES + 1)), f"the set of keys is longer than {MOST_BYTES} bytes"),
    ],
)
def test_what_is_no_answer_is_told_in_our_own_words(
    provider: Provider, caplog: pytest.LogCaptureFixture, part: str, answer: Answer, words: str
) -> None:
    provider.answers[part] = answer

    async def story(kept: Kept) -> None:
        assert await kept.finds("one") is None

    run(provider, story)

    assert [record.getMessage() for record in caplog.records if record.name == "caseledger.identity"] == [
        f"the keys of the issuer test could not be fetched: {words}"
    ]
    assert not [path for path in provider.asked if path not in BOTH]


@pytest.mark.parametrize("body", [b'{"keys": []}', b'{"keys": [1, "one", null]}'])
def test_an_issuer_that_takes_all_its_keys_away_is_believed(
    provider: Provider, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    async def story(kept: Kept) -> None:
        assert await kept.finds("one") is True
        provider.answers["keys"] = Answer(body=body)
        kept.clock.now += FRESH

        assert await kept.finds("one") is False

    run(provider, story)
    assert "the issuer test publishes no key that can be used" in caplog.messages


@pytest.mark.parametrize("address", [None, 7, "", "keys", "ftp://127.0.0.1/keys", "http://192.0.2.7/keys", "file:///x"])
def test_keys_are_fetched_from_an_address_on_https_alone(provider: Provider, address: Any) -> None:
    import json

    document = {"issuer": provider.url, "jwks_uri": address}
    provider.answers["openid-configuration"] = Answer(body=json.dumps(document).encode())

    async def told() -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            with pytest.raises(NotFetched, match="the address of the keys is not on https"):
                await Discovery(provider.url, client, loopback=True)()

    asyncio.run(told())
    assert provider.asked == BOTH[:1]


def test_a_provider_that_does_not_answer_in_time_is_not_waited_for(
    provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.hold = threading.Event()

    async def story(kept: Kept) -> None:
        assert await kept.finds("one") is None
        # The keys did not come: nothing waits for them any more. A busy provider never heard of it.
        assert await kept.finds("one") is None
        assert kept.fetches <= 1

    run(provider, story, seconds=0.05)
    assert [message.rpartition(": ")[2] for message in caplog.messages if "issuer test" in message] == [
        "it took too long"
    ]


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with Provider() as gone:
        pass

    async def story(kept: Kept) -> None:
        assert await kept.finds("one") is None

    run(gone, story)


@pytest.mark.parametrize(
    ("address", "loopback", "expected"),
    [
        ("https://login.example/keys?version=2", False, True),
        ("https://login.example:8443/keys", False, True),
        ("http://login.example/keys", True, False),
        ("http://127.0.0.1:8080/keys", True, True),
        ("http://[::1]:8080/keys", True, True),
        ("http://127.0.0.1:8080/keys", False, False),
        ("http://127.0.0.1.example/keys", True, False),
        ("http://127.0.0.1@login.example/keys", True, False),
        ("https://user:pw@login.example/keys", False, False),
        ("https://login.example/#keys", False, False),
        ("https://", False, False),
        ("https://[::1/keys", False, False),
        ("https://login.example:port/", False, False),
        ("//login.example/keys", False, False),
        ("https://login.example/ keys", False, False),
        ("https://login.exämple/keys", False, False),
        ("https://login.example/" + "k" * 3000, False, False),
    ],
)
def test_an_address_is_over_tls_or_of_this_machine(address: str, loopback: bool, expected: bool) -> None:
    assert is_address(address, loopback=loopback) is expected


def algorithms(*keys: Any) -> dict[str, set[str]]:
    found: dict[str, VerifyingKey] = read_keys(keys, issuer="https://login.example/t1/v2.0")
    return {kid: set(key.algorithms) for kid, key in found.items()}


def test_each_sort_of_key_is_for_its_own_algorithms() -> None:
    rsa = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}

    assert algorithms(
        pair("r").public(use=None),
        pair("p").public(alg="PS256"),
        pair("e", "ES256").public(),
        pair("f", "ES384").public(key_ops=["verify"]),
        pair("o", "EdDSA").public(),
    ) == {"r": rsa, "p": {"PS256"}, "e": {"ES256"}, "f": {"ES384"}, "o": {"EdDSA", "Ed25519"}}


@pytest.mark.parametrize(
    "key",
    [
        {"kty": "oct", "kid": "one", "use": "sig", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I"},
        {"kty": "oct", "kid": "one", "use": "sig"},
        pair("one").public(use="enc"),
        pair("one").public(use=1),
        pair("one").public(key_ops=["encrypt"]),
        pair("one").public(key_ops="verify"),
        pair("one").public(kid=None),
        pair("one").public(kid=""),
        pair("one").public(kid=1),
        pair("one").public(n="AQAB"),
        pair("one").public(n="!"),
        pair("one").public(n=1),
        pair("one").public(n=None),
        pair("one").public(e=None),
        pair("one").public(kty="EC"),
        pair("one").public(kty=None),
        pair("one").public(kty="none"),
        pair("one").public(alg="HS256"),
        pair("one").public(alg="ES256"),
        pair("one").public(alg="RSA-OAEP"),
        pair("one").public(issuer="https://login.example/t2/v2.0"),
        pair("one").public(issuer="https://else.example/{tenantid}/v2.0"),
        pair("short", size=1024).public(kid="one"),
        pair("one", "ES256").public(crv="P-384"),
        pair("one", "ES256").public(x="AQAB"),
        pair("one", "ES256").public(y=pair("other", "ES256").public()["y"]),
        pair("one", "ES256").public(crv="secp256k1"),
        pair("one", "EdDSA").public(x="AQAB"),
        pair("one", "EdDSA").public(crv="X25519"),
        dict(pair("one").key.as_dict(private=True), kid="one", use="sig"),
    ],
)
def test_a_key_that_is_not_for_checking_signatures_is_left_out(key: Any) -> None:
    usable = pair("usable").public(issuer="https://login.example/{tenantid}/v2.0")

    assert list(algorithms(key, usable)) == ["usable"]


def test_of_two_keys_with_one_name_neither_is_taken() -> None:
    assert algorithms(pair("one").public(), pair("two").public(kid="one"), pair("three", "EdDSA").public()) == {
        "three": {"EdDSA", "Ed25519"}
    }
