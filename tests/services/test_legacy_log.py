"""Reading a legacy log: cases from rows anywhere in the file, agreement within a case, and duplicate_of."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path

import pytest

from services.legacy_log import ITEM_LIMIT, LegacyLog, LogCase
from services.legacy_log_rules import LogRow
from tests.support.log_counter import count_log
from tests.support.logs import log_file, log_row, log_text

TODAY = date(2026, 11, 21)
SCHOOLS = ("900001", "900003")
EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "e_safety_log.csv"


def read(file: io.BytesIO, earlier: dict[tuple[str, str], bool] | None = None) -> LegacyLog:
    log = LegacyLog(file, today=TODAY, schools=SCHOOLS)
    log.resolve(earlier or {})
    return log


def all_cases(log: LegacyLog) -> Iterator[LogCase]:
    return chain(log.cases(naming_another=False), log.cases(naming_another=True))


def faults(log: LegacyLog) -> list[tuple[int, str, str, str]]:
    return [(bad.line, bad.column, bad.rule.name, bad.detail) for bad in log.bad_lines]


def lines(log: LegacyLog) -> list[tuple[str, list[int]]]:
    return [(case.reference, [row.line for row in case.rows]) for case in all_cases(log)]


def test_a_row_is_read_with_every_cell_in_its_own_type() -> None:
    log = read(
        log_file(
            log_row(
                reference="LOG-1",
                discovered_on="02/03/2026",
                posted_on="2026-03-01",
                recorded_on="03/03/2026",
                url="https://social.example/1",
                poster_name="A. Whitlock",
                classifications="PREJUDICED_COMMENT:PUPIL ; ALLEGATION : STAFF",
                protected_characteristics="DISABILITY; SEX",
                narrative='He said "no",\nthen left',
                evidence_note="printed",
                removal="REFUSED",
                outcome="POST_REMOVED",
                closed_on="2026-03-09",
                status="CLOSED",
            )
        )
    )

    assert list(all_cases(log)) == [
        LogCase(
            "900003",
            "LOG-1",
            (
                LogRow(
                    line=2,
                    reference="LOG-1",
                    school_urn="900003",
                    discovered_on=date(2026, 3, 2),
                    posted_on=date(2026, 3, 1),
                    recorded_on=date(2026, 3, 3),
                    platform="FACEBOOK",
                    url="https://social.example/1",
                    poster_role="PARENT",
                    poster_name="A. Whitlock",
                    classifications=(("PREJUDICED_COMMENT", "PUPIL"), ("ALLEGATION", "STAFF")),
                    characteristics=("DISABILITY", "SEX"),
                    narrative='He said "no",\nthen left',
                    evidence_note="printed",
                    removal="REFUSED",
                    outcome="POST_REMOVED",
                    closed_on=date(2026, 3, 9),
                    status="CLOSED",
                    duplicate_of=None,
                ),
            ),
        )
    ]


def test_every_row_of_the_example_log_is_good() -> None:
    with EXAMPLE.open("rb") as file:
        log = LegacyLog(file, today=TODAY, schools=[f"90000{n}" for n in range(1, 6)])
        log.resolve({})

        assert (log.row_count, log.case_count, log.bad_lines) == (160, 122, [])
        assert sum(count_log(EXAMPLE, group_by=()).values()) <= sum(len(case.rows) for case in all_cases(log)) == 160


def test_rows_of_one_reference_form_one_case_wherever_they_stand() -> None:
    log = read(log_file(log_row(reference="A"), log_row(reference="B"), log_row(reference="A")))

    assert (lines(log), faults(log)) == ([("A", [2, 4]), ("B", [3])], [])


def test_two_identical_rows_are_two_items() -> None:
    log = read(log_file(log_row(), log_row()))

    assert lines(log) == [("1", [2, 3])]


@pytest.mark.ruling(41)
def test_the_same_reference_at_two_schools_is_two_cases() -> None:
    log = read(log_file(log_row(school_urn="900001"), log_row(school_urn="900003")))

    assert [case.key for case in all_cases(log)] == [("900001", "1"), ("900003", "1")]


@pytest.mark.ruling(42)
@pytest.mark.parametrize(
    ("column", "first", "second"),
    [
        ("status", {"status": "OPEN"}, {"status": "CLOSED"}),
        ("outcome", {"outcome": "WARNING_ISSUED"}, {"outcome": ""}),
        ("closed_on", {"closed_on": "2026-03-09"}, {"closed_on": "2026-03-10"}),
        ("duplicate_of", {"duplicate_of": ""}, {"duplicate_of": "B"}),
    ],
)
def test_rows_that_disagree_within_a_reference_keep_the_case_out_and_name_both_lines(
    column: str, first: dict[str, str], second: dict[str, str]
) -> None:
    log = read(log_file(log_row(reference="A", **first), log_row(reference="B"), log_row(reference="A", **second)))

    assert faults(log) == [
        (2, "", "CASE_REFUSED", ""),
        (4, column, "DISAGREES", "line 2 says otherwise"),
    ]
    assert lines(log) == [("B", [3])]


def test_two_ways_of_writing_one_date_do_not_disagree() -> None:
    closed = {"status": "CLOSED", "outcome": "WARNING_ISSUED"}

    log = read(log_file(log_row(closed_on="2026-03-09", **closed), log_row(closed_on="09/03/2026", **closed)))

    assert faults(log) == []


def test_a_bad_line_keeps_its_whole_case_out_and_no_other() -> None:
    log = read(log_file(log_row(reference="A"), log_row(reference="A", discovered_on="soon"), log_row(reference="B")))

    assert faults(log) == [(2, "", "CASE_REFUSED", ""), (3, "discovered_on", "DATE_FORM", "")]
    assert lines(log) == [("B", [4])]


def test_a_row_without_a_school_of_the_trust_keeps_out_every_case_of_its_reference() -> None:
    log = read(log_file(log_row(), log_row(school_urn="123456"), log_row(reference="2")))

    assert faults(log) == [
        (2, "school_urn", "SCHOOL_DISAGREES", "line 3"),
        (3, "school_urn", "SCHOOL_UNKNOWN", ""),
    ]
    assert lines(log) == [("2", [4])]


def test_a_case_closed_before_its_first_item_was_known_is_refused() -> None:
    closed = {"status": "CLOSED", "closed_on": "2026-03-01"}

    log = read(log_file(log_row(**closed), log_row(discovered_on="2026-03-05", **closed)))

    assert faults(log) == [(2, "closed_on", "CLOSED_BEFORE_DISCOVERED", ""), (3, "", "CASE_REFUSED", "")]


def test_an_item_found_after_the_case_was_closed_is_kept_as_the_school_wrote_it() -> None:
    closed = {"status": "CLOSED", "closed_on": "2026-03-02"}

    log = read(log_file(log_row(**closed), log_row(discovered_on="2026-03-05", **closed)))

    assert (lines(log), faults(log)) == ([("1", [2, 3])], [])


def test_what_contradicts_itself_without_breaking_a_rule_is_kept() -> None:
    log = read(
        log_file(
            log_row(reference="A", removal="REFUSED", outcome="POST_REMOVED", status="CLOSED"),
            log_row(reference="B", outcome="WARNING_ISSUED", closed_on="2026-03-04", status="OPEN"),
            log_row(reference="C", recorded_on="2026-01-01"),
            log_row(reference="D", duplicate_of="A"),
        )
    )

    assert (len(lines(log)), faults(log)) == (4, [])


def test_a_reference_with_more_rows_than_a_case_takes_is_refused() -> None:
    log = read(log_file(*[log_row()] * (ITEM_LIMIT + 1), log_row(reference="2")))

    assert faults(log)[0] == (2, "reference", "TOO_MANY_ITEMS", f"at most {ITEM_LIMIT}")
    assert lines(log) == [("2", [ITEM_LIMIT + 3])]


# --- duplicate_of


def duplicate(reference: str, of: str, **cells: str) -> dict[str, str]:
    return log_row(reference=reference, status="DUPLICATE", duplicate_of=of, **cells)


def test_a_duplicate_may_name_a_case_further_down_and_comes_after_it() -> None:
    log = read(log_file(duplicate("A", "B"), log_row(reference="B")))

    assert (lines(log), faults(log)) == ([("B", [3]), ("A", [2])], [])


def test_a_duplicate_may_name_a_case_imported_before_that_counts() -> None:
    log = read(log_file(duplicate("A", "OLD")), {("900003", "OLD"): True})

    assert (lines(log), faults(log)) == ([("A", [2])], [])


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        ("DUPLICATE_OF_EMPTY", [duplicate("A", "")]),
        ("DUPLICATE_OF_ITSELF", [duplicate("A", "A")]),
        ("DUPLICATE_OF_UNKNOWN", [duplicate("A", "B")]),
        ("DUPLICATE_OF_UNKNOWN", [duplicate("A", "B"), log_row(reference="B", school_urn="900001")]),
        ("DUPLICATE_OF_UNCOUNTED", [duplicate("A", "B"), log_row(reference="B", status="NOT_REPORTABLE")]),
        ("DUPLICATE_OF_UNCOUNTED", [duplicate("A", "B"), duplicate("B", "C"), log_row(reference="C")]),
        ("DUPLICATE_OF_UNCOUNTED", [duplicate("A", "B"), duplicate("B", "A")]),
        ("DUPLICATE_OF_REFUSED", [duplicate("A", "B"), log_row(reference="B", platform="SEMAPHORE")]),
        ("FORMULA", [duplicate("A", "=B")]),
    ],
    ids=[
        "nothing",
        "itself",
        "missing",
        "of another school",
        "one not reportable",
        "one that is a duplicate",
        "in a circle",
        "one refused",
        "a formula",
    ],
)
def test_a_duplicate_must_name_a_case_that_counts(rule: str, rows: list[dict[str, str]]) -> None:
    log = read(log_file(*rows))

    assert (2, "duplicate_of", rule, "") in faults(log)
    assert "A" not in [reference for reference, _ in lines(log)]


def test_a_duplicate_of_a_case_that_was_marked_since_its_import_is_refused() -> None:
    log = read(log_file(duplicate("A", "OLD")), {("900003", "OLD"): False})

    assert faults(log) == [(2, "duplicate_of", "DUPLICATE_OF_UNCOUNTED", "")]


def test_a_case_imported_before_is_not_judged_again() -> None:
    log = read(log_file(duplicate("A", "OLD")), {("900003", "OLD"): False, ("900003", "A"): False})

    assert faults(log) == []


def test_refusals_follow_a_chain_of_names_to_its_end() -> None:
    log = read(
        log_file(
            log_row(reference="A", duplicate_of="B"),
            log_row(reference="B", duplicate_of="C"),
            log_row(reference="C", status="UNDECIDED"),
        )
    )

    assert faults(log) == [
        (2, "duplicate_of", "DUPLICATE_OF_REFUSED", ""),
        (3, "duplicate_of", "DUPLICATE_OF_REFUSED", ""),
        (4, "status", "CODE_UNKNOWN", "OPEN, CLOSED, DUPLICATE, NOT_REPORTABLE"),
    ]


def test_the_cases_to_ask_about_are_those_that_name_another_and_those_named() -> None:
    log = LegacyLog(log_file(duplicate("A", "B"), log_row(reference="C")), today=TODAY, schools=SCHOOLS)

    assert log.naming() == {("900003", "A"), ("900003", "B")}


# --- the file between the readings, and reports


def test_a_file_changed_between_the_readings_is_noticed() -> None:
    file = log_file(log_row(), log_row(reference="2"))
    log = read(file)
    file.seek(0)
    file.write(log_text(log_row(discovered_on="x" * 10)).encode())

    with pytest.raises(ValueError, match="changed while it was being read"):
        list(all_cases(log))


def test_progress_is_told_up_to_the_last_row() -> None:
    seen: list[int] = []

    LegacyLog(log_file(*[log_row()] * 3), today=TODAY, schools=SCHOOLS, progress=seen.append)

    assert seen == [0, 3]


def test_neither_reports_nor_printed_rows_repeat_what_the_cells_say() -> None:
    canary = "Zebedee"
    log = read(
        log_file(
            log_row(reference=f"={canary}", url=canary, poster_name=canary, narrative=canary, evidence_note=canary),
            log_row(reference="A", platform=canary, status=canary, classifications=canary, closed_on=canary),
            log_row(reference=canary, poster_name=canary, narrative=canary, url=canary, evidence_note=canary),
        )
    )

    assert canary not in "\n".join(map(str, log.bad_lines)) + repr(log.bad_lines)
    assert canary not in repr(list(all_cases(log))) + repr([case.rows for case in all_cases(log)])
