"""Tags of answers, answers kept in memory, and everything that changes an answer although no figure moved."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from uuid import UUID, uuid4

import httpx
import pytest

from api.bootstrap import Runtime
from api.graphql.recording import Given, Read
from api.graphql.response_cache import KeptAnswer, ResponseCache, entity_tag
from api.graphql.serve import GraphQLService
from api.settings import DEMONSTRATION_TRUST
from projections.generations import rebuild
from projections.wait import wait_until
from tests.api.client import Client, Json, counted_statements, settle

RESPONSE = "application/graphql-response+json"
FIGURES = """
{ monitoring(from: "2024-09-01", to: "2026-08-31", groupBy: [COUNT, MONTH]) { position cells { count value } } }
"""
LIST = "query($n: Int!) { cases(first: $n) { nodes { id reference status version } } }"
NAMES = "{ cases(first: 5) { nodes { reportedBy { name } } } }"
TEXTS = "{ cases(first: 5) { nodes { ... on Incident { summary { state } } } } }"


GZIP = {"Accept-Encoding": "gzip"}


def get(
    client: Client,
    query: str,
    role: str = "trust-lead",
    *,
    person: UUID | None = None,
    tag: str = "",
    variables: Json | None = None,
    extra: Mapping[str, str] | None = None,
) -> httpx.Response:
    headers = client.headers(role, person) | {"Accept": RESPONSE, "Accept-Encoding": "identity"} | dict(extra or {})
    if tag:
        headers["If-None-Match"] = tag
    params = {"query": query} | ({"variables": json.dumps(variables)} if variables is not None else {})
    return client.http.get("/graphql", params=params, headers=headers)


@pytest.fixture(autouse=True)
def settled(demo: Client) -> None:
    """Nothing that earlier tests recorded is still to be projected."""
    settle(demo)


def record_something(client: Client) -> None:
    case = client.ask("{ cases(first: 1) { nodes { id } } }")["cases"]["nodes"][0]["id"]
    result = client.command("addAddendum", commandId=str(uuid4()), caseId=case, text="Another word.")
    assert result["__typename"] == "Recorded", result
    wait_until(client.runtime.database.trust(client.trust_id), result["position"])


def test_an_answer_that_the_client_has_is_not_sent_again(demo: Client) -> None:
    first = get(demo, FIGURES)

    again = get(demo, FIGURES, tag=first.headers["etag"])

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert "content-type" not in again.headers
    for answer in (first, again):
        assert answer.headers["cache-control"] == "private, no-cache"
        assert answer.headers["vary"] == "Authorization, Accept, Accept-Encoding"


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ cases(first: 1, filter: {overdue: true}) { totalCount } }", None),
        ("query($b: Boolean) { cases(first: 1, filter: {overdue: $b}) { totalCount } }", {"b": False}),
        ("query($f: CaseFilter) { cases(first: 1, filter: $f) { totalCount } }", {"f": {"overdue": False}}),
        ("{ cases(first: 1) { nodes { deadlines { state } } } }", None),
        ("{ deadlines(first: 1) { totalCount } }", None),
        ("{ duties(first: 1) { totalCount } }", None),
    ],
)
def test_an_answer_that_time_alone_changes_has_no_tag(demo: Client, query: str, variables: Json | None) -> None:
    answer = get(demo, query, variables=variables)

    assert ("errors" in answer.json(), "etag" in answer.headers) == (False, False)
    assert "etag" in get(demo, "{ cases(first: 1) { nodes { deadlines { dueOn } } } }").headers


def test_it_takes_one_statement_to_say_so(demo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    tag = get(demo, FIGURES).headers["etag"]

    with counted_statements(monkeypatch) as statements:
        assert get(demo, FIGURES, tag=tag).status_code == 304

    assert len(statements) == 1
    assert "ledger_head" in statements[0]


@pytest.mark.parametrize("shape", ["{}", "W/{}", '"other", {}', '"other",W/{}'])
def test_the_tag_is_found_in_a_list_and_where_a_proxy_marked_it_weak(demo: Client, shape: str) -> None:
    tag = get(demo, FIGURES).headers["etag"]

    assert not tag.startswith("W/")
    assert get(demo, FIGURES, tag=shape.format(tag)).status_code == 304


@pytest.mark.parametrize("tag", ['"other"', "*", "", "no tag at all"])
def test_any_other_tag_gets_the_answer(demo: Client, tag: str) -> None:
    assert get(demo, FIGURES, tag=tag).status_code == 200


def test_a_token_is_asked_for_before_a_tag_is_looked_at(demo: Client) -> None:
    tag = get(demo, FIGURES).headers["etag"]

    answer = demo.http.get("/graphql", params={"query": FIGURES}, headers={"If-None-Match": tag})

    assert answer.status_code == 401
    assert "etag" not in answer.headers


def test_different_questions_and_readers_have_different_tags(demo: Client) -> None:
    someone, two = uuid4(), "query A { viewer { role } } query B { viewer { role } }"

    tags = [
        get(demo, FIGURES).headers["etag"],
        get(demo, FIGURES + " ").headers["etag"],
        get(demo, LIST, variables={"n": 1}).headers["etag"],
        get(demo, LIST, variables={"n": 2}).headers["etag"],
        get(demo, FIGURES, "headteacher:900003").headers["etag"],
        get(demo, FIGURES, "headteacher:900002").headers["etag"],
        get(demo, FIGURES, "dashboard").headers["etag"],
        get(demo, FIGURES, person=someone).headers["etag"],
        get(demo, FIGURES, extra={"Accept": "application/json"}).headers["etag"],
        get(demo, FIGURES, extra=GZIP).headers["etag"],
        *(
            demo.http.get(
                "/graphql", params={"query": two, "operationName": name}, headers=demo.headers("trust-lead")
            ).headers["etag"]
            for name in "AB"
        ),
    ]

    assert len(set(tags)) == len(tags)


def test_variables_are_the_same_in_any_order(demo: Client) -> None:
    query = "query($a: Int!, $b: String) { cases(first: $a, after: $b) { nodes { id } } }"

    assert (
        get(demo, query, variables={"a": 1, "b": None}).headers["etag"]
        == get(demo, query, variables={"b": None, "a": 1}).headers["etag"]
    )


@pytest.mark.parametrize(
    ("what", "query"),
    [
        ("figures", FIGURES),
        ("a list", "{ cases(first: 100) { nodes { id version } } }"),
        ("a history, read from the events", "{ cases(first: 3) { nodes { history { nodes { version } } } } }"),
        ("the head of the ledger", "{ ledger { position recordedAt projectedThrough } }"),
        (
            "a moment to come",
            '{ monitoring(from: "2024-09-01", to: "2026-08-31", asOf: {at: "2999-01-01T00:00:00Z"}) { position } }',
        ),
    ],
)
def test_whatever_is_recorded_makes_a_new_tag(demo: Client, what: str, query: str) -> None:
    before = get(demo, query)

    record_something(demo)

    after = get(demo, query, tag=before.headers["etag"])
    assert after.status_code == 200
    assert after.headers["etag"] != before.headers["etag"]
    assert after.json()["data"] != before.json()["data"]


def test_a_rebuild_makes_a_new_tag(demo: Client) -> None:
    before = get(demo, FIGURES).headers["etag"]

    rebuild(demo.runtime.database, demo.trust_id)

    assert get(demo, FIGURES, tag=before).status_code == 200


def test_another_name_of_the_trust_makes_a_new_tag(demo: Client) -> None:
    query = "{ trust { name } }"
    before = get(demo, query)

    with demo.runtime.database.trust(demo.trust_id).transaction() as connection:
        connection.execute("UPDATE trust SET name = name || ' renamed' WHERE trust_id = %s", [demo.trust_id])

    after = get(demo, query, tag=before.headers["etag"])
    assert after.json()["data"]["trust"]["name"].endswith(" renamed")


@pytest.mark.parametrize(
    ("what", "query"),
    [
        ("names", NAMES),
        ("names, through a fragment", "{ viewer { person { ...P } } } fragment P on Person { nameState }"),
        ("sealed texts", TEXTS),
        ("a checkpoint", "{ ledger { checkpoint { size } } }"),
        ("a signer", "{ ledger { publicKey } }"),
        ("how many checkpoints there are", "{ ledger { checkpoints { totalCount } } }"),
    ],
)
def test_what_changes_without_an_event_has_no_tag_and_is_not_kept(
    demo: Client, monkeypatch: pytest.MonkeyPatch, what: str, query: str
) -> None:
    first = get(demo, query)
    with counted_statements(monkeypatch) as statements:
        again = get(demo, query)

    for answer in (first, again):
        assert answer.status_code == 200
        assert "etag" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
    assert statements


@pytest.mark.parametrize("query", [NAMES, TEXTS])
def test_where_names_and_texts_are_withheld_in_any_case_the_answer_has_a_tag(demo: Client, query: str) -> None:
    tag = get(demo, query, "auditor").headers["etag"]

    assert get(demo, query, "auditor", tag=tag).status_code == 304


def test_an_answer_with_an_error_has_no_tag(demo: Client) -> None:
    answer = get(demo, "{ case { id } }")

    assert answer.json()["errors"]
    assert "etag" not in answer.headers


def test_waiting_for_a_position_that_does_not_come_is_an_error_each_time(demo: Client) -> None:
    query = "query($p: Int) { cases(first: 1, atLeast: $p) { nodes { id } } }"

    answer = get(demo, query, variables={"p": 10**9})

    assert answer.json()["errors"][0]["extensions"]["code"] == "PROJECTION_BEHIND"
    assert "etag" not in answer.headers


def test_a_command_is_neither_tagged_nor_kept(demo: Client) -> None:
    case = demo.ask("{ cases(first: 1) { nodes { id version } } }")["cases"]["nodes"][0]
    query = "mutation($i: AddAddendumInput!) { addAddendum(input: $i) { ... on Recorded { position } } }"

    answers = [
        demo.send(query, i={"commandId": str(uuid4()), "caseId": case["id"], "text": "A word."}) for _ in range(2)
    ]

    assert all("etag" not in answer.headers for answer in answers)
    assert answers[0].json() != answers[1].json()


def test_an_answer_is_kept_for_the_same_reader_and_question(demo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    query = FIGURES + "# asked by nobody else"
    first = demo.send(query)
    with counted_statements(monkeypatch) as for_the_same:
        again = demo.send(query)
    with counted_statements(monkeypatch) as for_another:
        demo.send(query, "dashboard")

    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]
    assert len(for_the_same) == 1
    assert len(for_another) > 1


def test_a_kept_answer_is_given_in_the_encoding_that_the_client_takes(demo: Client) -> None:
    query = FIGURES + "  "
    plain = get(demo, query)
    packed = get(demo, query, extra=GZIP)
    plain_again = get(demo, query)

    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json() == plain_again.json()
    assert plain_again.headers["etag"] == plain.headers["etag"] != packed.headers["etag"]


def test_a_client_that_takes_gzip_no_more_is_not_told_that_it_has_the_answer(demo: Client) -> None:
    tag = get(demo, FIGURES, extra=GZIP).headers["etag"]

    assert get(demo, FIGURES, tag=tag).status_code == 200
    assert get(demo, FIGURES, tag=tag, extra=GZIP).status_code == 304


class Notes:
    """A recorder that can be made to fail."""

    def __init__(self) -> None:
        self.reads: list[Read] = []
        self.fails = False

    async def record(self, read: Read) -> None:
        if self.fails:
            raise RuntimeError
        self.reads.append(read)


@pytest.fixture
def notes(runtime: Runtime, demo: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Client, Notes]]:
    recorder = Notes()
    monkeypatch.setattr("api.app.GraphQLService", lambda *given, **_: GraphQLService(*given, recorder=recorder))
    with Client(runtime, DEMONSTRATION_TRUST) as client:
        yield client, recorder


def test_each_answer_can_be_recorded_also_when_the_client_has_it(notes: tuple[Client, Notes]) -> None:
    client, recorder = notes
    tag = get(client, FIGURES).headers["etag"]

    again = get(client, FIGURES, tag=tag)

    assert again.status_code == 304
    assert [read.given for read in recorder.reads] == [Given.EXECUTED, Given.UNCHANGED]
    assert {read.caller.role.value for read in recorder.reads} == {"trust-lead"}


def test_an_answer_that_cannot_be_recorded_does_not_leave(notes: tuple[Client, Notes]) -> None:
    client, recorder = notes
    recorder.fails = True

    answer = get(client, LIST, variables={"n": 1})

    assert answer.status_code == 500
    assert "INC-" not in answer.text


def test_the_cache_forgets_what_was_not_used_for_longest() -> None:
    cache = ResponseCache(4_000)
    for number in range(5):
        cache.put(bytes([number]), None, KeptAnswer(b"x" * 500, None))
        cache.get(b"\x00", None)

    assert cache.size <= 4_000
    assert cache.get(b"\x00", None) is not None
    assert cache.get(b"\x01", None) is None


def test_the_cache_keeps_no_answer_that_is_most_of_it_and_none_at_all_when_it_is_off() -> None:
    cache = ResponseCache(4_000)
    cache.put(b"a", None, KeptAnswer(b"x" * 3_000, None))
    off = ResponseCache(0)
    off.put(b"a", None, KeptAnswer(b"", None))

    assert cache.get(b"a", None) is off.get(b"a", None) is None
    assert (cache.size, off.size) == (0, 0)
    assert not off.is_on


def test_putting_an_answer_again_counts_it_once() -> None:
    cache = ResponseCache(4_000)
    for _ in range(10):
        cache.put(b"a", "gzip", KeptAnswer(b"x" * 100, None))

    assert cache.size < 1_000


def test_a_tag_is_one_strong_tag() -> None:
    tag = entity_tag(b"key", RESPONSE, None)

    assert tag[0] == tag[-1] == '"'
    assert '"' not in tag[1:-1]
