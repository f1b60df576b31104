"""Importing a legacy log on real PostgreSQL: each good case once and whole, whatever happens, and its figures."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import psycopg
import pytest

from domain.access import Role
from domain.counting import contributions
from domain.incident import Incident
from domain.values import CaseStatus, Imported, Mark
from ledger.database import Database
from ledger.entry import Body, decode_body
from ledger.key_store import KeyOwner, KeyStore
from ledger.keys import LocalKeyFile
from ledger.reading import read_page
from projections.engine import Projector
from services import people
from services.command_refusals import NotAllowed
from services.log_cases import case_id_of
from services.log_import import ImportReport, import_log
from services.people import KnownName, NameState
from services.registers import join_school
from services.scope import Caller, system_caller
from services.sealed_texts import SealedPlace, open_texts
from tests.support.ledgers import Trust, a_trust
from tests.support.log_counter import Basis, Dimension, Unit, count_log
from tests.support.logs import log_file, log_row
from tests.support.postgres import DatabaseUrls

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "e_safety_log.csv"
PACKS = Path(__file__).parent.parent.parent / "policies"
SCHOOLS = tuple(f"90000{n}" for n in range(1, 6))
# Every case of these tests, unless it says otherwise.
USUAL: dict[str, str] = {"school_urn": "900001"}


@pytest.fixture(scope="module")
def keys(keys_database: Database, tmp_path_factory: pytest.TempPathFactory) -> KeyStore:
    return KeyStore(keys_database, LocalKeyFile(tmp_path_factory.mktemp("keys") / "kek.json"))


@pytest.fixture
def trust(database: Database, keys: KeyStore) -> Trust:
    return a_trust(database, keys, pack=(PACKS / "libra.toml").read_text(encoding="utf-8"))


def bring(trust: Trust, file: BinaryIO, caller: Caller | None = None, **options: Any) -> ImportReport:
    """Import a log as the trust lead."""
    given: dict[str, Any] = {"schools": SCHOOLS, "project": lambda _: None} | options
    return import_log(trust.services, caller or trust.lead, file, **given)


def row(reference: str, **cells: str) -> dict[str, str]:
    return log_row(reference=reference, **USUAL | cells)


def case(trust: Trust, reference: str, school: str = "900001") -> Any:
    return trust.ledger.load(case_id_of(trust.trust_id, (school, reference)))


def bodies(trust: Trust) -> list[Body]:
    with trust.ledger.trust.connection() as connection:
        return [decode_body(row.body) for row in read_page(connection, trust.trust_id, after=0, limit=5_000)]


def outcome(report: ImportReport) -> tuple[int, int, int, list[tuple[int, str]], list[tuple[int, str]]]:
    return (
        report.case_count,
        report.item_count,
        report.known_count,
        [(bad.line, bad.rule.name) for bad in report.bad_lines],
        [(changed.line, changed.rule.name) for changed in report.changed_lines],
    )


# --- what a case becomes


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


# --- figures


@pytest.mark.obligation("S2-041", "S2-065")
@pytest.mark.parametrize("basis", ["DISCOVERED", "POSTED", "RECORDED"])
@pytest.mark.parametrize("unit", ["ITEMS", "CASES"])
def test_the_cases_of_the_example_log_count_what_an_independent_reading_of_it_counts(
    trust: Trust, basis: Basis, unit: Unit
) -> None:
    with EXAMPLE.open("rb") as file:
        report = bring(trust, file)

    cases = _imported_cases(trust)
    assert outcome(report) == (122, 160, 0, [], [])
    dimensions: tuple[Dimension, ...] = ("COUNT", "SCHOOL", "MONTH")
    assert _cells(cases, basis, unit) == count_log(EXAMPLE, group_by=dimensions, unit=unit, basis=basis)


def test_the_import_returns_when_the_figures_include_what_it_brought(trust: Trust, database: Database) -> None:
    projector = Projector(database)
    with EXAMPLE.open("rb") as file:
        report = bring(trust, file, project=lambda _: projector.catch_up(trust.trust_id))

    with trust.ledger.trust.connection() as connection:
        position = connection.execute("SELECT position FROM projection WHERE live").fetchone()
        figures = connection.execute(
            "SELECT count_number, count(*) FROM contribution WHERE valid_to IS NULL AND excluded_by IS NULL"
            " GROUP BY 1 ORDER BY 1"
        ).fetchall()
    assert position == (report.last_position,)
    assert [count for _, count in figures] == [10, 11, 9, 15, 5, 15, 9, 12, 36, 12, 7]


def _imported_cases(trust: Trust) -> dict[UUID, Incident]:
    streams = {body.stream for body in bodies(trust) if body.type == "incident.imported.v1"}
    return trust.ledger.load_many(list(streams))


def _cells(cases: dict[UUID, Incident], basis: str, unit: str) -> dict[tuple[str, ...], int]:
    members: dict[tuple[str, ...], set[UUID]] = {}
    for case_id, incident in cases.items():
        for one in contributions(incident, cases.get):
            if one.excluded_by is None:
                day: date = getattr(one, f"{basis.lower()}_on")
                cell = (one.count.value, one.school_urn, f"{day:%Y-%m}")
                members.setdefault(cell, set()).add(case_id if unit == "CASES" else one.item_id)
    return {cell: len(found) for cell, found in sorted(members.items())}


# --- a second run, and what went wrong before it


def test_a_second_run_adds_nothing(trust: Trust) -> None:
    with EXAMPLE.open("rb") as file:
        bring(trust, file)
        head = trust.ledger.head()
        projected: list[int] = []

        again = bring(trust, file, project=projected.append)

    assert outcome(again) == (0, 0, 160, [], [])
    assert (trust.ledger.head(), again.last_position, projected) == (head, None, [head[0]])


@pytest.mark.ruling(40)
def test_two_identical_rows_are_two_items_after_a_second_run_too(trust: Trust) -> None:
    for _ in range(2):
        bring(trust, log_file(row("1"), row("1")))

    assert len(case(trust, "1").items) == 2


def test_rows_that_say_the_same_in_another_place_and_form_have_not_changed(trust: Trust) -> None:
    bring(trust, log_file(row("1"), row("2", posted_on="2026-03-01")))

    again = bring(trust, log_file(row("2", posted_on="01/03/2026"), row("1", narrative="  ")))

    assert outcome(again) == (0, 0, 2, [], [])


def test_a_changed_row_and_a_row_added_to_a_known_case_are_reported_and_not_applied(trust: Trust) -> None:
    bring(trust, log_file(row("1"), row("1"), row("2")))
    before = trust.ledger.head()

    again = bring(trust, log_file(row("1"), row("1", platform="TIKTOK"), row("2"), row("1"), row("2")))

    assert outcome(again) == (0, 0, 2, [], [(3, "ROW_CHANGED"), (5, "ROW_ADDED"), (6, "ROW_ADDED")])
    assert trust.ledger.head() == before


def test_new_cases_of_a_longer_log_are_added(trust: Trust) -> None:
    bring(trust, log_file(row("1")))

    again = bring(trust, log_file(row("1"), row("2", status="DUPLICATE", duplicate_of="1")))

    assert outcome(again) == (1, 1, 1, [], [])
    assert case(trust, "2").duplicate_of == case(trust, "1").id


def test_a_duplicate_may_name_a_case_of_an_earlier_file_only_while_it_counts(trust: Trust) -> None:
    bring(trust, log_file(row("1"), row("2", status="NOT_REPORTABLE")))

    report = bring(
        trust,
        log_file(
            row("3", status="DUPLICATE", duplicate_of="1"),
            row("4", status="DUPLICATE", duplicate_of="2"),
            row("5", status="DUPLICATE", duplicate_of="0"),
        ),
    )

    assert outcome(report)[3] == [(3, "DUPLICATE_OF_UNCOUNTED"), (4, "DUPLICATE_OF_UNKNOWN")]
    assert case(trust, "3").duplicate_of == case(trust, "1").id


@pytest.mark.obligation("S2-065")
def test_of_a_bad_case_nothing_goes_in_and_every_row_is_accounted_for(trust: Trust) -> None:
    report = bring(trust, log_file(row("1"), row("2"), row("1", discovered_on="soon"), row("=3")))

    assert outcome(report) == (1, 1, 0, [(2, "CASE_REFUSED"), (4, "DATE_FORM"), (5, "FORMULA")], [])
    assert (case(trust, "1"), len(case(trust, "2").items)) == (None, 1)


def test_an_import_killed_between_two_transactions_is_simply_run_again(trust: Trust) -> None:
    def fall_over(phase: str, done: int, _total: int | None) -> None:
        if phase == "recording" and done:
            raise KeyboardInterrupt

    with EXAMPLE.open("rb") as file:
        with pytest.raises(KeyboardInterrupt):
            bring(trust, file, progress=fall_over)
        half = len(_imported_cases(trust))

        again = bring(trust, file)

    assert 0 < half < 122
    assert (again.case_count, again.item_count + again.known_count, again.bad_lines) == (122 - half, 160, [])
    assert _cells(_imported_cases(trust), "DISCOVERED", "ITEMS") == count_log(
        EXAMPLE, group_by=("COUNT", "SCHOOL", "MONTH")
    )


def test_an_import_killed_before_it_remembered_names_and_rows_remembers_them_when_run_again(
    trust: Trust, database_urls: DatabaseUrls
) -> None:
    rows = [row("1", poster_name="J. Tate"), row("2")]
    bring(trust, log_file(*rows))
    before = trust.ledger.head()
    with psycopg.connect(database_urls.admin_main) as admin:
        for table in ("import_row", "person_name", "person"):
            admin.execute(f"DELETE FROM {table} WHERE trust_id = %s", (trust.trust_id,))

    assert outcome(bring(trust, log_file(*rows))) == (0, 0, 2, [], [])
    assert outcome(bring(trust, log_file(rows[0], row("2", platform="TIKTOK")))) == (0, 0, 1, [], [(3, "ROW_CHANGED")])

    [item] = case(trust, "1").items.values()
    assert people.names(trust.ledger.trust, trust.lead.visibility, [item.poster])[item.poster].text == "J. Tate"
    assert trust.ledger.head() == before


def test_a_case_that_cannot_be_recorded_takes_no_other_of_its_transaction_with_it(trust: Trust) -> None:
    erased = KeyOwner(case_id_of(trust.trust_id, ("900001", "2")))
    key = trust.ledger.keys.keys_for(trust.trust_id, [erased])[erased]
    trust.ledger.keys.destroy(trust.trust_id, key.key_id, reason="a test", authority="a test")

    report = bring(
        trust,
        log_file(row("1"), row("2", narrative="x"), row("2"), row("3"), row("4", status="DUPLICATE", duplicate_of="2")),
    )

    assert outcome(report)[:4] == (
        2,
        2,
        0,
        [(3, "NOT_RECORDED"), (4, "CASE_REFUSED"), (6, "DUPLICATE_OF_REFUSED")],
    )
    assert [case(trust, reference) is not None for reference in "1234"] == [True, False, True, False]


def test_two_imports_of_one_log_at_once_bring_each_case_once(trust: Trust) -> None:
    def one(_: int) -> ImportReport:
        with EXAMPLE.open("rb") as file:
            return bring(trust, file)

    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(one, range(2)))

    assert sum(report.case_count for report in reports) == 122
    assert [report.item_count + report.known_count for report in reports] == [160, 160]
    opened = Counter(body.stream for body in bodies(trust) if body.type == "incident.reported.v1")
    assert set(opened.values()) == {1}


# --- who, and what is told


@pytest.mark.parametrize(
    ("role", "school"), [(Role.DASHBOARD, None), (Role.AUDITOR, None), (Role.STAFF, "900001"), (Role.MIS, "900001")]
)
def test_a_role_that_does_not_run_cases_imports_nothing(trust: Trust, role: Role, school: str | None) -> None:
    before = trust.ledger.head()

    with pytest.raises(NotAllowed):
        bring(trust, log_file(row("1")), trust.caller(role, school))

    assert trust.ledger.head() == before


def test_a_coordinator_imports_into_the_own_school_alone(trust: Trust) -> None:
    coordinator = trust.caller(Role.COORDINATOR, "900002")

    report = bring(trust, log_file(row("1"), row("2", school_urn="900002")), coordinator)

    assert outcome(report) == (1, 1, 0, [(2, "SCHOOL_UNKNOWN")], [])


def test_a_school_known_to_the_trust_only_later_pins_no_policy(trust: Trust) -> None:
    join_school(
        trust.ledger, system_caller(trust.trust_id), urn="900003", name="Cedar School", joined_on=date(2026, 9, 1)
    )

    bring(trust, log_file(row("1", school_urn="900003")))

    assert case(trust, "1", "900003").policy is None


def test_progress_goes_through_its_phases_up_to_the_last_row(trust: Trust) -> None:
    told: list[tuple[str, int, int | None]] = []

    with EXAMPLE.open("rb") as file:
        bring(trust, file, progress=lambda *step: told.append(step))

    assert list(dict.fromkeys(phase for phase, _, _ in told)) == ["reading", "recording", "counting"]
    assert [step for step in told if step[1] == 160] == [
        ("reading", 160, None),
        ("recording", 160, 160),
        ("counting", 160, 160),
    ]


def test_a_run_remembers_the_file_and_what_it_brought(trust: Trust) -> None:
    report = bring(trust, log_file(row("1"), row("2", status="x")))

    with trust.ledger.trust.connection() as connection:
        [run] = connection.execute(
            "SELECT run_id, actor_id, file_sha256, row_count, case_count, item_count, bad_count,"
            " finished_at > started_at FROM import_run"
        ).fetchall()
    assert run == (report.run_id, trust.lead.person_id, report.file_sha256, 2, 1, 1, 1, True)
