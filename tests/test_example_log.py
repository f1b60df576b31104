"""The example log and the independent counter: figures fixed by the issue, and small logs counted by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.support.log_counter import COUNTS, Dimension, count_log

EXAMPLE = Path(__file__).parent.parent / "examples" / "e_safety_log.csv"
HEADER = (
    "reference,school_urn,discovered_on,posted_on,recorded_on,platform,url,poster_role,poster_name,classifications,"
    "protected_characteristics,narrative,evidence_note,removal,outcome,closed_on,status,duplicate_of"
)


def small_log(folder: Path, *rows: str) -> Path:
    path = folder / "log.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def row(
    reference: str,
    classifications: str,
    *,
    school: str = "900003",
    discovered: str = "2026-03-02",
    posted: str = "",
    recorded: str = "",
    role: str = "PARENT",
    status: str = "OPEN",
) -> str:
    return f"{reference},{school},{discovered},{posted},{recorded},FACEBOOK,,{role},,{classifications},,,,,,,{status},"


def test_the_example_log_adds_to_each_count_what_the_issue_says() -> None:
    totals = count_log(EXAMPLE)

    assert [totals[(count,)] for count in COUNTS] == [10, 11, 9, 15, 5, 15, 9, 12, 36, 12, 7]


@pytest.mark.parametrize("basis", ["DISCOVERED", "POSTED", "RECORDED"])
def test_items_by_count_school_and_month_sum_to_items_by_count_on_every_basis(basis: str) -> None:
    fine = count_log(EXAMPLE, group_by=("COUNT", "SCHOOL", "MONTH"), basis=basis)  # type: ignore[arg-type]

    by_count = {(count,): sum(value for cell, value in fine.items() if cell[0] == count) for count in COUNTS}

    assert by_count == count_log(EXAMPLE)


def test_an_item_with_two_natures_of_one_count_adds_to_it_once(tmp_path: Path) -> None:
    log = small_log(tmp_path, row("1", "RACIST_COMMENT:STAFF; HOMOPHOBIC_COMMENT:PUPIL;RACIST_COMMENT:STAFF"))

    assert count_log(log) == {("RACIST_OR_HOMOPHOBIC_COMMENTS",): 1}


def test_cases_counts_a_case_once_in_each_month_in_which_an_item_of_it_counts(tmp_path: Path) -> None:
    log = small_log(
        tmp_path,
        row("1", "ALLEGATION:STAFF", posted="2026-01-31"),
        row("1", "ALLEGATION:STAFF", posted="2026-02-01"),
        row("1", "ALLEGATION:STAFF", posted="2026-02-03"),
    )

    by_month = count_log(log, group_by=("MONTH",), unit="CASES", basis="POSTED")
    over_all = count_log(log, group_by=(), unit="CASES", basis="POSTED")

    assert (by_month, over_all) == ({("2026-01",): 1, ("2026-02",): 1}, {(): 1})


def test_without_count_an_item_that_adds_to_two_counts_is_one_item(tmp_path: Path) -> None:
    log = small_log(tmp_path, row("1", "ALLEGATION:STAFF;THREAT_OF_VIOLENCE:PUPIL"))

    assert count_log(log, group_by=("SCHOOL",)) == {("900003",): 1}


def test_each_basis_falls_back_to_the_day_of_discovery(tmp_path: Path) -> None:
    log = small_log(
        tmp_path,
        row("1", "ALLEGATION:PUPIL", discovered="05/03/2026"),
        row("2", "ALLEGATION:PUPIL", discovered="2026-03-05", posted="27/02/2026", recorded="2026-04-01"),
    )
    group_by: tuple[Dimension, ...] = ("MONTH",)

    assert count_log(log, group_by=group_by) == {("2026-03",): 2}
    assert count_log(log, group_by=group_by, basis="POSTED") == {("2026-02",): 1, ("2026-03",): 1}
    assert count_log(log, group_by=group_by, basis="RECORDED") == {("2026-03",): 1, ("2026-04",): 1}


def test_marked_cases_and_images_posted_by_others_than_parents_carers_and_pupils_count_nothing(tmp_path: Path) -> None:
    log = small_log(
        tmp_path,
        row("1", "ALLEGATION:STAFF", status="DUPLICATE"),
        row("2", "ALLEGATION:STAFF", status="NOT_REPORTABLE"),
        row("3", "UNAUTHORISED_IMAGE:STAFF", role="FAMILY_MEMBER"),
        row("4", "UNAUTHORISED_IMAGE:PUPIL", role="PARENT"),
        row("5", ""),
    )

    assert count_log(log) == {}


def test_the_same_reference_at_two_schools_is_two_cases(tmp_path: Path) -> None:
    log = small_log(
        tmp_path, row("12", "COMPLAINT:STAFF", school="900001"), row("12", "COMPLAINT:STAFF", school="900002")
    )

    assert count_log(log, unit="CASES") == {("COMPLAINTS_ABOUT_STAFF",): 2}


def test_both_ends_of_a_range_are_included(tmp_path: Path) -> None:
    log = small_log(
        tmp_path,
        row("1", "ALLEGATION:STAFF", discovered="2026-09-01"),
        row("2", "ALLEGATION:STAFF", discovered="2026-09-30"),
        row("3", "ALLEGATION:STAFF", discovered="2026-10-01"),
    )

    assert count_log(log, first=date(2026, 9, 1), last=date(2026, 9, 30)) == {("ALLEGATIONS_ABOUT_STAFF",): 2}
