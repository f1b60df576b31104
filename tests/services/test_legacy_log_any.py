"""What holds of any log and any file: no row is lost, no case goes in by half, nothing breaks the reader."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.legacy_log import LegacyLog, LogCase
from tests.support.logs import COLUMNS, log_file, log_row, log_text

TODAY = date(2026, 11, 21)
SCHOOLS = ("900001", "900003")

TEXTS = st.text(alphabet="ab ,;\"'\n=é", max_size=8)
ROWS = st.builds(
    log_row,
    reference=st.sampled_from(["A", "B", "C", "D", "=E", ""]),
    school_urn=st.sampled_from([*SCHOOLS, *SCHOOLS, *SCHOOLS, "123456"]),
    discovered_on=st.sampled_from(["2026-03-02", "02/03/2026", "2026-03-02", "2027-01-01", "x"]),
    status=st.sampled_from(["OPEN", "OPEN", "OPEN", "CLOSED", "DUPLICATE", "NOT_REPORTABLE"]),
    duplicate_of=st.sampled_from(["", "", "", "A", "B"]),
    narrative=TEXTS,
    evidence_note=TEXTS,
)


def read(data: bytes) -> tuple[LegacyLog, list[LogCase]]:
    log = LegacyLog(io.BytesIO(data), today=TODAY, schools=SCHOOLS)
    log.resolve({})
    return log, [case for naming in (False, True) for case in log.cases(naming_another=naming)]


@settings(max_examples=150, deadline=None)
@given(st.lists(ROWS, max_size=12))
def test_every_row_is_either_in_a_good_case_or_on_a_bad_line_and_cases_are_whole(rows: list[dict[str, str]]) -> None:
    text = log_text(*rows)

    log, cases = read(text.encode())

    lines = _first_lines(text)
    good = {row.line: row for case in cases for row in case.rows}
    bad = {fault.line for fault in log.bad_lines} if rows else set()
    whole: dict[tuple[str, str], list[int]] = {}
    for line, row in zip(lines, rows, strict=True):
        whole.setdefault((row["school_urn"], row["reference"]), []).append(line)
    assert (good.keys() | bad, good.keys() & bad) == (set(lines), set())
    assert {case.key: [row.line for row in case.rows] for case in cases}.items() <= whole.items()
    said = {line: row["narrative"].strip() for line, row in zip(lines, rows, strict=True)}
    assert {line: row.narrative for line, row in good.items()}.items() <= said.items()


def _first_lines(text: str) -> list[int]:
    """The line on which each row begins, counted by the standard library's reader."""
    reader = csv.reader(io.StringIO(text, newline=""))
    begins = []
    next(reader)
    while True:
        begins.append(reader.line_num + 1)
        if next(reader, None) is None:
            return begins[:-1]


HEADER = ",".join(COLUMNS).encode()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.booleans())
@example(b"\n" * 5 + b'"' * 7, True)
@example(b"\r\r\n\0\xff", True)
@example(b'1,900003,2026-03-02,,,FACEBOOK,,PARENT,,,,"\xff\n",,,,,OPEN,\n', True)
def test_no_file_breaks_the_reader_and_every_one_that_brings_nothing_is_told_why(data: bytes, headed: bool) -> None:
    log, cases = read(HEADER + b"\n" + data if headed else data)

    assert cases or log.bad_lines


def test_memory_grows_with_the_number_of_rows_and_not_with_their_texts() -> None:
    few, many = (
        log_file(*(log_row(reference=str(n), narrative="n" * size) for n in range(3_000))) for size in (1, 5_000)
    )

    peaks = []
    for file in (few, many):
        tracemalloc.start()
        log = LegacyLog(file, today=TODAY, schools=SCHOOLS)
        log.resolve({})
        seen = sum(1 for _ in log.cases(naming_another=False))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert seen == 3_000

    assert peaks[0] < 3_000 * 700
    assert peaks[1] < peaks[0] + 1_000_000
