"""Who sees who read a case, and the log of all reads."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.read_log import make_read_checkpoint
from tests.api.reads import READERS, Log

Json = dict[str, Any]


def test_those_who_may_see_who_read_a_case(log: Log) -> None:
    query = (
        '{ case(reference: "INC-2026-000001") { school { urn } readers(first: 1)'
        " { totalCount nodes { role what purpose client person { id } } } } }"
    )
    log.client.ask('{ case(reference: "INC-2026-000001") { id history { nodes { id } } } }', "auditor")
    first = log.client.ask(query)["case"]
    urn = first["school"]["urn"]
    log.client.ask('{ case(reference: "INC-2026-000001") { id history { nodes { id } } } }', "auditor")

    seen = {
        role: log.client.ask(query, role)["case"]["readers"]
        for role in ("trust-lead", "auditor", "dpo", f"headteacher:{urn}", f"coordinator:{urn}", f"dsl:{urn}")
    }

    latest = seen["trust-lead"]["nodes"][0]
    assert (latest["role"], latest["what"], latest["purpose"], latest["client"]) == (
        "auditor",
        ["CASE", "HISTORY"],
        None,
        None,
    )
    # Each of them was recorded, as a reader of the log too.
    assert seen["dpo"]["nodes"][0]["what"] == ["CASE", "LOG"]
    assert seen[f"headteacher:{urn}"]["nodes"][0]["role"] == "dpo"
    assert seen["dpo"]["totalCount"] == seen["trust-lead"]["totalCount"] + 2
    assert (seen[f"coordinator:{urn}"], seen[f"dsl:{urn}"]) == (None, None)


def test_a_breach_by_staff_does_not_show_a_headteacher_who_read_it(log: Log) -> None:
    query = "{ cases(filter: {kinds: [STAFF_BREACH]}) { nodes { id readers { totalCount } } } }"

    assert all(one["readers"] is not None for one in log.client.ask(query)["cases"]["nodes"])
    for urn in ("900001", "900002", "900003", "900004", "900005"):
        shown_cases = log.client.ask(query, f"headteacher:{urn}")["cases"]["nodes"]
        assert all(one["readers"] is None for one in shown_cases)


def test_the_log_has_no_sign_of_a_case_for_the_person_whom_it_is_about(log: Log) -> None:
    # given a breach by somebody who also leads the trust
    client = log.client
    staff = client.ask(
        "{ cases(filter: {kinds: [STAFF_BREACH]}) { nodes { id ... on StaffBreach { subject { id } } } } }"
    )["cases"]["nodes"]
    breach = next(one for one in staff if one["subject"])
    subject = UUID(breach["subject"]["id"])
    other = client.ask('{ case(reference: "INC-2026-000001") { id } }')["case"]["id"]
    before = log.position
    whole = "{ id history { nodes { id } } ... on StaffBreach { summary { text } } }"
    client.ask(f'{{ case(id: "{breach["id"]}") {whole} }}', "hr")
    client.ask(f'{{ a: case(id: "{breach["id"]}") {{ id }} b: case(id: "{other}") {{ id }} }}')
    client.http.get(f"/v1/cases/{breach['id']}/bundle", headers=client.headers("trust-lead"))
    query = (
        "query ($case: ID) { readLog(first: 3, case: $case) { totalCount"
        " nodes { position role what casesWithheld cases { id } } } }"
    )

    # when
    theirs = client.ask(query, "trust-lead", subject)["readLog"]["nodes"]
    others = client.ask(query, "dpo")["readLog"]["nodes"]
    own = client.ask(query, "trust-lead", subject, case=breach["id"])["readLog"]

    # then
    told_of = [(one["position"], one["what"], [case["id"] for case in one["cases"]]) for one in reversed(theirs)]
    assert told_of == [
        (before + 1, ["SEARCH"], []),
        (before + 2, ["CASE"], [other]),
        (before + 3, ["SEARCH"], []),
    ]
    assert {one["casesWithheld"] for one in theirs} == {0}
    assert own == {"totalCount": 0, "nodes": []}
    assert [one["what"] for one in reversed(others)][1:] == [["EXPORT", "PARTS"], ["LIST", "LOG"]]


def test_the_log_is_for_those_who_read_it_and_its_readers_are_recorded(log: Log) -> None:
    query = (
        "{ readLog { totalCount nodes { leafHash } } ledger { readLog { position checkpoint { size } publicKey } } }"
    )
    log.client.ask("{ cases(first: 1) { totalCount } }")
    make_read_checkpoint(log.client.runtime.services(log.client.trust_id).ledger)

    for role in READERS:
        before = log.position
        data, [recorded] = log.of(query, role)
        if role in ("trust-lead", "auditor", "dpo"):
            assert data["readLog"]["totalCount"] == data["ledger"]["readLog"]["position"] == before
            assert data["ledger"]["readLog"]["checkpoint"]["size"] <= before
            assert data["ledger"]["readLog"]["publicKey"].startswith(f"caseledger-reads/{log.client.trust_id}+")
        else:
            assert (data["readLog"], data["ledger"]["readLog"]) == (None, None)
        assert recorded["asked"] == ["readLog"]
