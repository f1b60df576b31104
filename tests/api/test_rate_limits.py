"""Limits by client and by address: what is counted, what is told, what is refused, and how much memory it takes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from starlette.requests import Request

from api.bootstrap import Runtime
from api.client_address import ClientAddresses
from api.graphql.faults import invalid
from api.graphql.limits import COST, QueryTooLarge, refused_cost
from api.rate_limits import RateLimited, RateLimits, Windows
from api.settings import DEMONSTRATION_TRUST, Settings, load_settings
from domain.access import Role
from services.scope import Caller
from tests.api.client import Client

QUERY = "{ viewer { role } }"
RESPONSE = "application/graphql-response+json"


class Clock:
    """A clock that stands until it is put forward."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def request(address: str = "192.0.2.1", token: str = "one", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "client": (address, 1), "headers": [(b"authorization", token.encode()), *raw]}
    return Request(scope)


def caller(person: UUID | None = None, **given: Any) -> Caller:
    return Caller(DEMONSTRATION_TRUST, person or uuid4(), Role.TRUST_LEAD, **given)


def limits(clock: Clock, **given: Any) -> RateLimits:
    return RateLimits(load_settings(**given), clock)


def test_a_client_may_ask_so_often_in_a_window_and_again_in_the_next() -> None:
    clock = Clock()
    limited = limits(clock, rate_limit_requests=3, rate_limit_seconds=60)
    person = caller()
    for _ in range(3):
        limited.count(request(), person)

    clock.now += 18.5
    with pytest.raises(RateLimited) as refused:
        limited.count(request(), person)
    clock.now += 41.5
    limited.count(request(), person)

    assert (refused.value.policies, refused.value.headers) == (("requests",), {"Retry-After": "42"})


def test_one_client_uses_up_nothing_of_another() -> None:
    limited = limits(Clock(), rate_limit_requests=1)
    person = uuid4()
    program = frozenset({"documents:adhoc"})
    for one in (
        caller(person),
        caller(),
        caller(person, client="clk_1", scopes=program),
        caller(person, client="clk_2", scopes=program),
        Caller(uuid4(), person, Role.TRUST_LEAD),
    ):
        limited.count(request(), one)
        with pytest.raises(RateLimited):
            limited.count(request(), one)


def test_a_person_is_one_client_by_whatever_program_and_in_whatever_role_they_ask() -> None:
    limited = limits(Clock(), rate_limit_requests=2)
    person = uuid4()
    limited.count(request(), caller(person, client="desk"))
    limited.count(request(), Caller(DEMONSTRATION_TRUST, person, Role.AUDITOR))

    with pytest.raises(RateLimited):
        limited.count(request(), caller(person, client="telephone"))


def test_points_are_taken_also_for_what_is_refused_for_want_of_them() -> None:
    limited = limits(Clock(), rate_limit_cost=100)
    person = caller()
    limited.charge(person, 60)
    with pytest.raises(RateLimited) as refused:
        limited.charge(person, 50)
    with pytest.raises(RateLimited):
        limited.charge(person, 10)

    assert refused.value.policies == ("cost",)


def test_wrong_tokens_from_one_address_are_looked_at_so_often_and_then_no_more() -> None:
    clock = Clock()
    limited = limits(clock, rate_limit_failures=2, rate_limit_seconds=60)
    for guess in ("a", "b"):
        limited.admit(request(token=guess))
        limited.fail(request(token=guess))

    with pytest.raises(RateLimited) as refused:
        limited.admit(request(token="c"))
    limited.admit(request("192.0.2.2", token="c"))
    clock.now += 60
    limited.admit(request(token="c"))

    assert (refused.value.policies, refused.value.retry_after) == (("failed-authentications",), 60)


def test_one_pupil_who_guesses_does_not_shut_out_a_school_that_is_signed_in() -> None:
    limited = limits(Clock(), rate_limit_failures=1)
    limited.count(request(token="colleague"), caller())
    limited.fail(request(token="guess"))

    limited.admit(request(token="colleague"))
    with pytest.raises(RateLimited):
        limited.admit(request(token="another guess"))
    limited.fail(request(token="colleague"))
    with pytest.raises(RateLimited):
        limited.admit(request(token="colleague"))


def test_a_limit_of_nought_is_none() -> None:
    limited = limits(Clock(), rate_limit_requests=0, rate_limit_cost=0, rate_limit_failures=0)
    person = caller()
    for _ in range(100):
        limited.admit(request())
        limited.fail(request())
        limited.count(request(), person)
        limited.charge(person, 1_000_000)


def test_memory_is_bounded_however_many_addresses_a_stranger_has() -> None:
    limited = limits(Clock(), rate_limit_failures=5, trusted_proxies="192.0.2.1")
    for number in range(12_000):
        address = f"198.18.{number // 256 % 256}.{number % 256}"
        limited.fail(request(x_forwarded_for=address, token=str(number)))
        limited.count(request(token=str(number)), caller())

    assert limited._failures is not None
    assert (len(limited._failures.windows), len(limited._accepted)) == (10_000, 10_000)


def test_windows_that_are_over_are_forgotten_and_the_oldest_gives_way() -> None:
    clock = Clock()
    windows = Windows(clock, most=2)
    assert [windows.incr("a", 60, 3), windows.incr("a", 60, 4), windows.get("a")] == [3, 7, 7]
    clock.now += 30
    windows.incr("b", 60)
    windows.incr("c", 60)

    assert (windows.get("a"), windows.get("b"), windows.get("c"), len(windows)) == (0, 1, 1, 2)
    clock.now += 60
    assert (windows.get("b"), windows.get_expiry("b")) == (0, clock.now)
    windows.incr("d", 60)
    assert len(windows) == 1


@pytest.mark.parametrize(
    ("peer", "given", "expected"),
    [
        ("203.0.113.9", {}, "203.0.113.9"),
        # A stranger says that somebody else sends this.
        ("203.0.113.9", {"x_forwarded_for": "198.51.100.1"}, "203.0.113.9"),
        ("10.0.0.1", {"x_forwarded_for": "198.51.100.1"}, "198.51.100.1"),
        # What stands before the address that our proxy saw was written by whoever sent it.
        ("10.0.0.1", {"x_forwarded_for": "192.0.2.66, 198.51.100.1"}, "198.51.100.1"),
        ("10.0.0.1", {"x_forwarded_for": "192.0.2.66, 198.51.100.1, 10.0.0.2"}, "198.51.100.1"),
        ("10.0.0.1", {"x_forwarded_for": "192.0.2.66, unknown, 10.0.0.2"}, "10.0.0.2"),
        ("10.0.0.1", {"x_forwarded_for": "198.51.100.1:4711"}, "198.51.100.1"),
        ("10.0.0.1", {"x_forwarded_for": "[2001:db8::7]:4711"}, "2001:db8::/64"),
        ("10.0.0.1", {"x_forwarded_for": "nonsense"}, "10.0.0.1"),
        ("10.0.0.1", {}, "10.0.0.1"),
        # The header that the proxy does not set passes it as it was sent.
        ("10.0.0.1", {"forwarded": "for=192.0.2.66"}, "10.0.0.1"),
        ("2001:db8:0:1:2:3:4:5", {}, "2001:db8:0:1::/64"),
        ("::ffff:203.0.113.9", {}, "203.0.113.9"),
    ],
)
def test_the_address_of_a_client_is_the_last_that_no_proxy_of_ours_has(
    peer: str, given: dict[str, str], expected: str
) -> None:
    assert ClientAddresses(("10.0.0.0/8",), "x-forwarded-for").of(request(peer, **given).scope) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"forwarded": "for=198.51.100.1"}, "198.51.100.1"),
        ({"forwarded": 'for=192.0.2.66, proto=https; For="[2001:db8::7]:4711"'}, "2001:db8::/64"),
        ({"forwarded": "for=_hidden"}, "10.0.0.1"),
        ({"forwarded": "by=10.0.0.1"}, "10.0.0.1"),
        ({"x_forwarded_for": "192.0.2.66"}, "10.0.0.1"),
    ],
)
def test_the_header_of_rfc_7239_is_read_where_it_is_the_one_that_is_set(given: dict[str, str], expected: str) -> None:
    assert ClientAddresses(("10.0.0.0/8",), "forwarded").of(request("10.0.0.1", **given).scope) == expected


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def limited(demo: Client, runtime: Runtime, clock: Clock) -> Iterator[Client]:
    """The demonstration with little room, by a clock that stands."""
    before = runtime.settings
    room = {"rate_limit_requests": 5, "rate_limit_cost": 2_000, "rate_limit_failures": 3}
    runtime.settings = before.model_copy(update=room)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("api.app.RateLimits", partial(RateLimits, clock=clock))
        client = Client(runtime, DEMONSTRATION_TRUST)
    runtime.settings = before
    with client:
        yield client


@pytest.fixture(autouse=True)
def another_window(clock: Clock) -> None:
    clock.now += 3_600


def told(answer: httpx.Response) -> tuple[str, str]:
    return answer.headers["ratelimit-policy"], answer.headers["ratelimit"]


POLICIES = '"requests";q=5;w=60, "cost";q=2000;w=60'


def test_every_answer_to_a_client_tells_the_limits_and_what_is_left(limited: Client, clock: Clock) -> None:
    first = limited.send("{ viewer { role } cases(first: 10) { nodes { id } } }")
    clock.now += 18
    refused = limited.send("{ viewer { salary } }")
    nonsense = limited.http.post("/graphql", content=b"{", headers=limited.headers("trust-lead"))
    missing = limited.http.get(f"/v1/cases/{uuid4()}/bundle", headers=limited.headers("trust-lead"))

    cost = first.json()["extensions"]["cost"]["requested"]
    assert told(first) == (POLICIES, f'"requests";r=4;t=60, "cost";r={2_000 - cost};t=60')
    assert told(refused) == (POLICIES, f'"requests";r=3;t=42, "cost";r={1_900 - cost};t=42')
    assert (nonsense.status_code, told(nonsense)[1].split(",")[0]) == (415, '"requests";r=2;t=42')
    assert (missing.status_code, told(missing)[1].split(",")[0]) == (404, '"requests";r=1;t=42')


def test_whoever_asks_too_often_is_told_when_to_ask_again(limited: Client, clock: Clock) -> None:
    person = uuid4()
    for _ in range(5):
        assert limited.send(QUERY, "trust-lead", person).status_code == 200
    clock.now += 10

    late = limited.send(QUERY, "trust-lead", person)
    legacy = limited.http.post("/graphql", json={"query": QUERY}, headers=limited.headers("trust-lead", person))
    rest = limited.http.get(f"/v1/cases/{uuid4()}/bundle", headers=limited.headers("trust-lead", person))
    other = limited.send(QUERY, "trust-lead", uuid4())

    sentence = "Too much was asked for in too short a time; ask again when the window is over."
    for answer, kind in ((late, RESPONSE), (legacy, "application/json")):
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "50")
        assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
        assert answer.json() == {"errors": [{"message": sentence, "extensions": {"code": "RATE_LIMITED"}}]}
        assert told(answer)[1].startswith('"requests";r=0;t=50')
    assert (rest.status_code, rest.headers["retry-after"]) == (429, "50")
    assert rest.headers["content-type"] == "application/problem+json"
    assert rest.json() == {
        "type": "urn:caseledger:problem:rate-limited",
        "title": "Too many requests",
        "status": 429,
        "detail": sentence,
        "code": "RATE_LIMITED",
        "violated-policies": ["requests"],
    }
    assert other.status_code == 200


def test_a_question_that_costs_more_than_is_left_is_not_executed(limited: Client) -> None:
    person = uuid4()
    query = "{ cases(first: 100) { nodes { latestEvent { caseAfter { id } } } } }"
    answers = [limited.send(query, "trust-lead", person) for _ in range(5)]

    first = answers[0].json()["extensions"]["cost"]["requested"]
    room = 2_000 // first
    assert 1 <= room < 5
    assert [answer.status_code for answer in answers] == [200] * room + [429] * (5 - room)
    assert "data" not in answers[-1].json()
    assert "r=0" in told(answers[-1])[1].split(",")[1]


def test_what_is_too_dear_to_be_answered_costs_as_much_as_the_dearest_that_is() -> None:
    dear, long, wrong = QueryTooLarge(COST, 250_000, 100_000), QueryTooLarge("aliases", 16, 15), invalid("Wrong.")

    assert [refused_cost([dear]), refused_cost([long]), refused_cost([wrong, wrong])] == [100_000, 100, 100]


def test_wrong_tokens_are_answered_429_after_a_while_and_a_colleague_goes_on(limited: Client, clock: Clock) -> None:
    def send(token: str) -> httpx.Response:
        return limited.http.post("/graphql", json={"query": QUERY}, headers={"Authorization": f"Bearer {token}"})

    colleague = limited.headers("trust-lead", uuid4())["Authorization"].removeprefix("Bearer ")
    assert send(colleague).status_code == 200
    answers = [send(f"guess-{number}") for number in range(5)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    assert told(answers[0]) == ('"failed-authentications";q=3;w=60', '"failed-authentications";r=2;t=60')
    assert told(answers[3])[1] == '"failed-authentications";r=0;t=60'
    assert answers[3].headers["retry-after"] == "60"
    assert send(colleague).status_code == 200
    # A genuine token that was never seen is one more guess, until the window is over.
    newcomer = limited.headers("trust-lead", uuid4())["Authorization"].removeprefix("Bearer ")
    assert send(newcomer).status_code == 429
    clock.now += 60
    assert send(newcomer).status_code == 200


def test_health_is_never_counted(limited: Client) -> None:
    answers = [limited.http.get("/health/live") for _ in range(10)]

    assert {answer.status_code for answer in answers} == {200}
    assert "ratelimit" not in answers[-1].headers


def test_there_is_room_for_a_dashboard_by_default() -> None:
    fields = Settings.model_fields
    defaults = [fields[f"rate_limit_{name}"].default for name in ("requests", "cost", "failures", "seconds")]

    # Fifty requests a second for a minute, and thirty of the dearest documents there may be.
    assert defaults == [3_000, 3_000_000, 300, 60]
