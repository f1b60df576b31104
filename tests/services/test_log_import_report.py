"""What an import of a legacy log tells, and to whom: its figures, its progress, and each row that went nowhere."""

from __future__ import annotations

import pytest

from domain.access import Role
from ledger.database import Database
from ledger.key_store import KeyOwner, KeyStore
from projections.engine import Projector
from services.command_refusals import NotAllowed
from services.log_cases import case_id_of
from tests.services.log_imports import EXAMPLE, bring, case, cells_of, imported_cases, libra_trust, outcome, row
from tests.support.ledgers import Trust
from tests.support.log_counter import Basis, Dimension, Unit, count_log
from tests.support.logs import log_file


@pytest.fixture
def trust(database: Database, keys: KeyStore) -> Trust:
    return libra_trust(database, keys)


# --- figures


@pytest.mark.obligation("S2-041", "S2-065")
@pytest.mark.parametrize("basis", ["DISCOVERED", "POSTED", "RECORDED"])
@pytest.mark.parametrize("unit", ["ITEMS", "CASES"])
def test_the_cases_of_the_example_log_count_what_an_independent_reading_of_it_counts(
    trust: Trust, basis: Basis, unit: Unit
) -> None:
    with EXAMPLE.open("rb") as file:
        report = bring(trust, file)

    cases = imported_cases(trust)
    assert outcome(report) == (122, 160, 0, [], [])
    dimensions: tuple[Dimension, ...] = ("COUNT", "SCHOOL", "MONTH")
    assert cells_of(cases, basis, unit) == count_log(EXAMPLE, group_by=dimensions, unit=unit, basis=basis)


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


# --- what went nowhere


@pytest.mark.obligation("S2-065")
def test_of_a_bad_case_nothing_goes_in_and_every_row_is_accounted_for(trust: Trust) -> None:
    report = bring(trust, log_file(row("1"), row("2"), row("1", discovered_on="soon"), row("=3")))

    assert outcome(report) == (1, 1, 0, [(2, "CASE_REFUSED"), (4, "DATE_FORM"), (5, "FORMULA")], [])
    assert (case(trust, "1"), len(case(trust, "2").items)) == (None, 1)


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
