"""How long cases are kept, as the API lists it: what the domain says of the same cases, whatever they are."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import policies
from domain.access import Role
from domain.registers import TrustRegister
from domain.retention import retention_of
from domain.retention_facts import measured
from domain.retention_rules import parse_table
from domain.values import PolicyRef
from projections.engine import Projector
from projections.generations import rebuild
from tests.domain.kept import content
from tests.projections.examples import breach, complaint, incident, school
from tests.projections.kept_cases import LIST, TODAY, WHY, a_trust, noon
from tests.projections.projected import rows
from tests.projections.readers import reader
from tests.projections.recording import Recording, named
from tests.support.asking import ask, ask_at


@pytest.mark.parametrize("seed", range(25))
def test_the_list_is_what_the_domain_says_of_each_case(recording: Recording, seed: int) -> None:
    kept = a_trust(recording, seed)

    for today in (date(2027, 3, 1), date(2027, 12, 31), date(2028, 1, 1), date(2031, 8, 31), date(2060, 1, 1)):
        found = ask_at(recording.trust, reader(recording.trust_id), LIST, noon(today))["retention"]

        expected = kept.listed(today)
        assert [one["case"] for one in found["nodes"]] == [one["case"] for one in expected], today
        for given, wanted in zip(found["nodes"], expected, strict=True):
            assert given == wanted, today
        assert found["totalCount"] == len(expected)


def test_somebody_who_opens_no_texts_is_told_the_day_and_not_the_days_of_anybodys_life(recording: Recording) -> None:
    kept = a_trust(recording, 6)
    officer = reader(recording.trust_id, Role.DPO)

    found = ask_at(recording.trust, officer, LIST, noon(date(2027, 3, 1)))["retention"]["nodes"]

    assert found == kept.listed(date(2027, 3, 1), opens=False)
    assert found != kept.listed(date(2027, 3, 1))


@pytest.mark.parametrize(
    ("given", "is_listed"),
    [
        ('schools: ["900002"]', lambda one: one["case"]["school"]["urn"] == "900002"),
        ("schools: []", lambda _one: False),
        ("kinds: [STAFF_BREACH, COMPLAINT]", lambda one: one["case"]["kind"] in ("STAFF_BREACH", "COMPLAINT")),
        ("states: [NOT_BEGUN]", lambda one: one["retention"]["state"] == "NOT_BEGUN"),
        ("states: [DUE, ON_HOLD]", lambda one: one["retention"]["state"] in ("DUE", "ON_HOLD")),
        (
            'dueBefore: "2031-01-01"',
            lambda one: bool(days := days_of(one["retention"])) and max(days) < "2031-01-01",
        ),
        (
            'kinds: [COMPLAINT], dueBefore: "2050-01-01"',
            lambda one: (
                one["case"]["kind"] == "COMPLAINT"
                and bool(days := days_of(one["retention"]))
                and max(days) < "2050-01-01"
            ),
        ),
    ],
)
def test_a_filter_lets_through_what_it_says(recording: Recording, given: str, is_listed: Any) -> None:
    a_trust(recording, 7)
    shown = "{ nodes { case { id kind school { urn } } retention { state keepUntil due { on } } } totalCount }"
    sees = reader(recording.trust_id)
    at = noon(date(2027, 3, 1))
    everything = ask_at(recording.trust, sees, f"{{ retention(first: 100) {shown} }}", at)["retention"]["nodes"]

    found = ask_at(recording.trust, sees, f"{{ retention(first: 100, filter: {{{given}}}) {shown} }}", at)["retention"]

    expected = [one for one in everything if is_listed(one)]
    assert found == {"nodes": expected, "totalCount": len(expected)}


def days_of(told: dict[str, Any]) -> list[str]:
    return [day for day in ((told["due"] or {}).get("on"), told["keepUntil"]) if day is not None]


@pytest.mark.parametrize("first", [1, 3, 5])
def test_the_pages_of_the_list_are_the_list(recording: Recording, first: int) -> None:
    a_trust(recording, 5)
    sees, at = reader(recording.trust_id), noon(date(2027, 3, 1))
    whole = [one["case"]["id"] for one in ask_at(recording.trust, sees, LIST, at)["retention"]["nodes"]]
    found: list[str] = []
    after = "null"

    while True:
        page = ask_at(
            recording.trust,
            sees,
            f"{{ retention(first: {first}, after: {after}) {{ nodes {{ case {{ id }} }}"
            " pageInfo { endCursor hasNextPage } } }",
            at,
        )["retention"]
        found += [one["case"]["id"] for one in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = f'"{page["pageInfo"]["endCursor"]}"'

    assert found == whole


def test_a_table_that_was_just_adopted_moves_every_day_at_once_and_writes_no_row_of_a_case(
    recording: Recording,
) -> None:
    # given
    case = complaint("C", "SCHOOL")
    case.close_as_logged(outcome="NOT_UPHELD", closed_on=date(2026, 10, 1), today=TODAY)
    register = TrustRegister.register(trust_id=recording.trust_id, name="A trust")
    recording.record(school(recording.trust_id), register, case)
    projector = Projector(recording.database)
    projector.catch_up(recording.trust_id)
    asked = "{ retention { nodes { retention { due { on rule { id } } } } } trust { retentionTable { id adoptedOn } } }"
    sees, at = reader(recording.trust_id), noon(date(2026, 12, 1))
    before = ask_at(recording.trust, sees, asked, at)
    figures = rows(recording, FIGURES)
    written = rows(recording, "SELECT *, xmin FROM case_retention")

    # when
    register.adopt_retention(
        content=content({"number": "1"}), adopted_on=date(2026, 12, 1), disposal="REVIEW_ONLY", by=named("lead")
    )
    recording.record(register)
    projector.catch_up(recording.trust_id)

    # then
    after = ask_at(recording.trust, sees, asked, at)
    assert before == {
        "retention": {"nodes": [{"retention": {"due": {"on": "2029-10-01", "rule": {"id": "COMPLAINT"}}}}]},
        "trust": {"retentionTable": {"id": "shipped", "adoptedOn": None}},
    }
    assert after == {
        "retention": {"nodes": [{"retention": {"due": {"on": "2027-10-01", "rule": {"id": "RULE"}}}}]},
        "trust": {"retentionTable": {"id": "invented", "adoptedOn": "2026-12-01"}},
    }
    assert rows(recording, "SELECT *, xmin FROM case_retention") == written
    assert ask_at(recording.trust, sees, asked, noon(date(2026, 11, 30))) == before
    assert rows(recording, FIGURES) == figures


FIGURES = "SELECT case_id, item_id, count_number, valid_from, valid_to, excluded_by FROM contribution ORDER BY 1, 2, 3"


def test_holds_classes_and_decisions_move_no_figure(recording: Recording) -> None:
    # given
    case = incident("A", "ALLEGATION:STAFF", "COMPLAINT:SCHOOL")
    case.close_as_logged(outcome=None, closed_on=date(2026, 10, 1), today=TODAY)
    recording.record(school(recording.trust_id), case)
    projector = Projector(recording.database)
    projector.catch_up(recording.trust_id)
    before = rows(recording, FIGURES)

    # when
    case.place_hold(hold_id=named("h"), authority="POLICE", review_on=date(2027, 1, 1), reason=WHY, today=TODAY)
    case.lift_hold(hold_id=named("h"), reason=WHY)
    case.classify_for_retention(classes=("SEXUAL_ABUSE",), reason=WHY, today=TODAY)
    due = retention_of(measured(case), parse_table(policies.retention_table()), date(2110, 1, 1))
    case.review_retention(
        choice="DISPOSE",
        table=policy_ref(),
        due=due,
        is_held=False,
        has_open_link=False,
        today=date(2110, 1, 1),
    )
    recording.record(case)
    projector.catch_up(recording.trust_id)

    # then
    assert rows(recording, FIGURES) == before != []
    [told] = ask(recording.trust, reader(recording.trust_id), "{ retention { nodes { retention { state } } } }")[
        "retention"
    ]["nodes"]
    assert told == {"retention": {"state": "DISPOSAL_DECIDED"}}


def policy_ref() -> PolicyRef:
    return PolicyRef("shipped", "2026-11", "ab" * 32)


def test_a_linked_case_that_is_hidden_from_the_reader_holds_nothing_to_that_reader(recording: Recording) -> None:
    closed, about_lead = complaint("C", "SCHOOL"), breach("S", subject=named("lead"))
    closed.close_as_logged(outcome="NOT_UPHELD", closed_on=date(2026, 10, 1), today=TODAY)
    about_lead.link(other=closed.id, kind="AROSE_FROM")
    register = TrustRegister.register(trust_id=recording.trust_id, name="A trust")
    recording.record(school(recording.trust_id), register, closed, about_lead)
    Projector(recording.database).catch_up(recording.trust_id)
    asked = "{ retention(filter: {kinds: [COMPLAINT]}) { nodes { retention { state linkedCaseOpen } } } }"

    found = {
        who: ask(recording.trust, reader(recording.trust_id, person=who), asked)["retention"]["nodes"]
        for who in ("reader", "lead")
    }

    assert found == {
        "reader": [{"retention": {"state": "ON_HOLD", "linkedCaseOpen": True}}],
        "lead": [{"retention": {"state": "RUNNING", "linkedCaseOpen": False}}],
    }


def test_a_hold_that_names_the_reader_is_not_told_to_the_reader(recording: Recording) -> None:
    register = TrustRegister.register(trust_id=recording.trust_id, name="A trust")
    case = complaint("C", "SCHOOL", complainant=named("officer"))
    case.close_as_logged(outcome=None, closed_on=date(2026, 10, 1), today=TODAY)
    register.place_hold(
        hold_id=named("h"),
        authority="POLICE",
        review_on=date(2027, 9, 1),
        reason=WHY,
        today=TODAY,
        persons=(named("officer"),),
    )
    recording.record(school(recording.trust_id), register, case)
    Projector(recording.database).catch_up(recording.trust_id)
    asked = "{ retention { nodes { retention { heldByTrust trustHolds { id } } } } }"

    found = {
        who: ask(recording.trust, reader(recording.trust_id, Role.DPO, person=who), asked)["retention"]["nodes"]
        for who in ("reader", "officer")
    }

    assert found == {
        "reader": [{"retention": {"heldByTrust": True, "trustHolds": [{"id": str(named("h"))}]}}],
        "officer": [{"retention": {"heldByTrust": True, "trustHolds": []}}],
    }


def test_a_rebuild_comes_to_the_same_rows(recording: Recording) -> None:
    a_trust(recording, 11)

    assert rebuild(recording.database, recording.trust_id, verify=True).differences == ()


def test_how_a_case_is_kept_is_told_of_it_now_and_not_of_a_past_moment(recording: Recording) -> None:
    case = incident("A", "COMPLAINT:SCHOOL")
    register = TrustRegister.register(trust_id=recording.trust_id, name="A trust")
    recording.record(school(recording.trust_id), register, case)
    case.close_as_logged(outcome=None, closed_on=date(2026, 10, 1), today=TODAY)
    recording.record(case)
    Projector(recording.database).catch_up(recording.trust_id)
    shown = "{ retention { state due { on } } }"

    found = ask(
        recording.trust,
        reader(recording.trust_id),
        f'{{ now: case(id: "{case.id}") {shown} then: case(id: "{case.id}", asOf: {{position: 4}}) {shown} }}',
    )

    assert found == {
        "now": {"retention": {"state": "RUNNING", "due": {"on": "2033-08-31"}}},
        "then": {"retention": None},
    }
