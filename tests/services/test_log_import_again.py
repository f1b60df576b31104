"""A legacy log imported again: after a run that went well, one that was killed, and beside another at once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from ledger.database import Database
from ledger.key_store import KeyStore
from services import people
from services.log_import import ImportReport
from tests.services.log_imports import EXAMPLE, bodies, bring, case, cells_of, imported_cases, libra_trust, outcome, row
from tests.support.ledgers import Trust
from tests.support.log_counter import count_log
from tests.support.logs import log_file
from tests.support.postgres import DatabaseUrls


@pytest.fixture
def trust(database: Database, keys: KeyStore) -> Trust:
    return libra_trust(database, keys)


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


def test_an_import_killed_between_two_transactions_is_simply_run_again(trust: Trust) -> None:
    def fall_over(phase: str, done: int, _total: int | None) -> None:
        if phase == "recording" and done:
            raise KeyboardInterrupt

    with EXAMPLE.open("rb") as file:
        with pytest.raises(KeyboardInterrupt):
            bring(trust, file, progress=fall_over)
        half = len(imported_cases(trust))

        again = bring(trust, file)

    assert 0 < half < 122
    assert (again.case_count, again.item_count + again.known_count, again.bad_lines) == (122 - half, 160, [])
    assert cells_of(imported_cases(trust), "DISCOVERED", "ITEMS") == count_log(
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
