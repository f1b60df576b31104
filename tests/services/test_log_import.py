"""What a row of a legacy log becomes when it is imported: an incident with all that the log says, once and whole."""

from __future__ import annotations

from datetime import date

import pytest

from domain.values import CaseStatus, Imported, Mark
from ledger.database import Database
from ledger.key_store import KeyOwner, KeyStore
from ledger.reading import read_page
from services import people
from services.log_cases import case_id_of
from services.people import KnownName, NameState
from services.registers import join_school
from services.scope import system_caller
from services.sealed_texts import SealedPlace, open_texts
from tests.services.log_imports import bodies, bring, case, libra_trust, outcome, row
from tests.support.ledgers import Trust
from tests.support.logs import log_file


@pytest.fixture
def trust(database: Database, keys: KeyStore) -> Trust:
    return libra_trust(database, keys)


def test_a_row_becomes_an_incident_with_everything_it_says(trust: Trust) -> None:
    file = log_file(
        row(
            "LOG-1",
            posted_on="2026-03-01",
            recorded_on="2026-03-04",
            url="https://social.example/1",
            poster_name="A. Whitlock",
            classifications="PREJUDICED_COMMENT:PUPIL;ALLEGATION:STAFF",
            protected_characteristics="DISABILITY",
            narrative="Mocks a child.",
            evidence_note="in folder 3",
            removal="REFUSED",
            outcome="POST_REMOVED",
            closed_on="2026-03-09",
            status="CLOSED",
        )
    )

    report = bring(trust, file)

    events = [body for body in bodies(trust) if body.stream == case_id_of(trust.trust_id, ("900001", "LOG-1"))]
    policy = events[0].data.pop("policy")
    item_id = events[2].data["item_id"]
    assert isinstance(policy, dict)
    assert policy["pack_id"] == "libra"
    assert [(body.type, body.data, [part.part for part in body.sealed]) for body in events] == [
        (
            "incident.reported.v1",
            {
                "opened_on": "2026-03-02",
                "reference": "INC-2026-000001",
                "school_reference": "LOG-1",
                "school_urn": "900001",
            },
            [],
        ),
        ("incident.imported.v1", {"file_sha256": report.file_sha256, "lines": [2]}, []),
        (
            "incident.item_recorded.v1",
            {
                "about": [],
                "characteristics": ["DISABILITY"],
                "classifications": [
                    {"nature": "PREJUDICED_COMMENT", "target": "PUPIL"},
                    {"nature": "ALLEGATION", "target": "STAFF"},
                ],
                "discovered_on": "2026-03-02",
                "item_id": item_id,
                "line": 2,
                "logged_on": "2026-03-04",
                "names_individual": False,
                "platform": "FACEBOOK",
                "posted_on": "2026-03-01",
                "poster": events[2].data["poster"],
                "poster_role": "PARENT",
                "removal": "REFUSED",
            },
            ["narrative", "url"],
        ),
        (
            "incident.evidence_noted.v1",
            {"evidence_id": events[3].data["evidence_id"], "item_id": item_id, "kind": "OTHER"},
            ["description"],
        ),
        ("incident.closed.v1", {"as_logged": True, "closed_on": "2026-03-09", "outcome": "POST_REMOVED"}, []),
    ]
    assert {(body.correlation, body.actor, body.actor_role, body.school) for body in events} == {
        (str(report.run_id), trust.lead.person_id, "trust-lead", "900001")
    }
    incident = case(trust, "LOG-1")
    assert incident.imported == Imported(report.file_sha256, (2,))
    assert [item.recorded_on for item in incident.items.values()] == [date(2026, 3, 4)]


def test_the_texts_of_a_row_are_sealed_and_its_name_stands_in_the_registry_alone(trust: Trust) -> None:
    canaries = {"url": "https://Zebedee.example/", "narrative": "Zebedee said", "evidence_note": "Zebedee's screen"}
    bring(trust, log_file(row("1", poster_name="Zebedee Lund", **canaries)))

    incident = case(trust, "1")
    [item], [evidence] = incident.items.values(), incident.evidence.values()
    places = [
        SealedPlace(incident.id, ref.version, ref.part) for ref in (item.url, item.narrative, evidence.description)
    ]
    opened = open_texts(trust.ledger, trust.lead.visibility, places)
    assert [opened[place].text for place in places] == list(canaries.values())
    assert people.names(trust.ledger.trust, trust.lead.visibility, [item.poster]) == {
        item.poster: KnownName(NameState.OPEN, "Zebedee Lund")
    }
    assert set(trust.ledger.keys.keys_of_case(trust.trust_id, incident.id)) == {
        KeyOwner(incident.id),
        KeyOwner(incident.id, item.poster),
    }
    with trust.ledger.trust.connection() as connection:
        stored = [row.body for row in read_page(connection, trust.trust_id, after=0, limit=100)]
        kept = connection.execute(
            "SELECT i::text FROM import_row i UNION ALL SELECT r::text FROM import_run r"
        ).fetchall()
    assert "zebedee" not in (b"".join(stored).decode() + str(kept)).lower()


def test_one_name_in_two_rows_is_two_people(trust: Trust) -> None:
    named = {"poster_name": "J. Tate"}
    bring(trust, log_file(row("1", **named), row("1", **named), row("2", **named)))

    posters = {item.poster for reference in ("1", "2") for item in case(trust, reference).items.values()}
    assert len(posters) == 3
    assert set(people.names(trust.ledger.trust, trust.lead.visibility, posters).values()) == {
        KnownName(NameState.OPEN, "J. Tate")
    }


def test_an_item_without_classification_and_a_poster_without_name_are_kept(trust: Trust) -> None:
    bring(trust, log_file(row("1", classifications="", poster_role="", platform="")))

    [item] = case(trust, "1").items.values()
    assert (item.classifications, item.poster, item.poster_role, item.platform) == ((), None, "UNKNOWN", "UNKNOWN")


def test_the_policy_is_the_one_in_force_on_the_day_of_discovery_if_any(trust: Trust) -> None:
    bring(trust, log_file(row("1", discovered_on="2021-08-31"), row("2", discovered_on="2021-09-01")))

    assert case(trust, "1").policy is None
    assert case(trust, "2").policy.pack_id == "libra"


def test_a_case_opened_on_the_first_day_any_of_its_items_was_known(trust: Trust) -> None:
    bring(trust, log_file(row("1", discovered_on="2026-03-02"), row("1", discovered_on="2026-02-27")))

    assert case(trust, "1").opened_on == date(2026, 2, 27)


def test_an_imported_closing_skips_the_rules_for_closing(trust: Trust) -> None:
    closed = {"status": "CLOSED", "classifications": "ALLEGATION:STAFF"}

    report = bring(trust, log_file(row("1", **closed)))

    assert outcome(report) == (1, 1, 0, [], [])
    incident = case(trust, "1")
    assert (incident.status, incident.outcome, incident.closed_on, incident.closed_as_logged) == (
        CaseStatus.CLOSED,
        None,
        None,
        True,
    )


def test_marks_come_from_the_status_and_keep_outcome_and_closing(trust: Trust) -> None:
    bring(
        trust,
        log_file(
            row("1", status="DUPLICATE", duplicate_of="3", outcome="WARNING_ISSUED", closed_on="2026-03-09"),
            row("2", status="NOT_REPORTABLE"),
            row("3"),
        ),
    )

    first, second, third = (case(trust, reference) for reference in "123")
    assert (first.mark, first.duplicate_of, first.outcome) == (Mark.DUPLICATE, third.id, "WARNING_ISSUED")
    assert (second.mark, second.duplicate_of, second.is_closed) == (Mark.NOT_REPORTABLE, None, False)
    assert (third.mark, third.status) == (None, CaseStatus.OPEN)


def test_an_original_learns_of_each_of_its_duplicates_by_the_command_that_brought_it(trust: Trust) -> None:
    named = {"status": "DUPLICATE", "duplicate_of": "1"}

    report = bring(trust, log_file(row("2", **named), row("3", **named), row("4", **named), row("1")))

    assert outcome(report) == (4, 4, 0, [], [])
    copies = [case(trust, reference) for reference in "234"]
    assert tuple(case(trust, "1").copies) == tuple(copy.id for copy in copies)
    told = {body.data["copy"]: body.command for body in bodies(trust) if body.type == "incident.copy_added.v1"}
    marked = {str(body.stream): body.command for body in bodies(trust) if body.type == "incident.marked_duplicate.v1"}
    assert told == marked


def test_what_contradicts_itself_is_kept_as_the_school_wrote_it(trust: Trust) -> None:
    bring(
        trust,
        log_file(
            row("1", outcome="WARNING_ISSUED", closed_on="2026-03-09"),
            row("2", removal="REFUSED", outcome="POST_REMOVED", status="CLOSED"),
            row("3", duplicate_of="1"),
        ),
    )

    first, second, third = (case(trust, reference) for reference in "123")
    [place] = [SealedPlace(first.id, text.version, text.part) for text in first.addenda]
    assert first.status is CaseStatus.OPEN
    assert open_texts(trust.ledger, trust.lead.visibility, [place])[place].text == (
        "The imported log gives outcome WARNING_ISSUED and closed_on 2026-03-09 for this case, "
        "whose status it gives as OPEN."
    )
    assert ([item.removal for item in second.items.values()], second.outcome) == (["REFUSED"], "POST_REMOVED")
    assert (third.mark, list(third.links)) == (None, [(first.id, "RELATED")])


def test_a_school_known_to_the_trust_only_later_pins_no_policy(trust: Trust) -> None:
    join_school(
        trust.ledger, system_caller(trust.trust_id), urn="900003", name="Cedar School", joined_on=date(2026, 9, 1)
    )

    bring(trust, log_file(row("1", school_urn="900003")))

    assert case(trust, "1", "900003").policy is None
