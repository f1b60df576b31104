"""Each rule of a log's cells, rows and files, by the line, column and rule that the report names."""

from __future__ import annotations

import io
from datetime import date

import pytest

from services.legacy_log import ROW_LIMIT, LegacyLog
from services.legacy_log_rows import ROW_BYTE_LIMIT
from services.legacy_log_rules import COLUMNS, TEXT_LIMITS
from tests.support.logs import log_file, log_row, log_text

TODAY = date(2026, 11, 21)


def read(file: io.BytesIO, row_limit: int = ROW_LIMIT) -> LegacyLog:
    log = LegacyLog(file, today=TODAY, schools=["900001", "900003"], row_limit=row_limit)
    log.resolve({})
    return log


def faults(log: LegacyLog) -> list[tuple[int, str, str, str]]:
    return [(bad.line, bad.column, bad.rule.name, bad.detail) for bad in log.bad_lines]


def good(log: LegacyLog) -> list[str]:
    return [case.reference for case in log.cases(naming_another=False)]


@pytest.mark.parametrize(
    ("cells", "column", "rule", "detail"),
    [
        ({"reference": ""}, "reference", "EMPTY", ""),
        ({"reference": "9" * 1_000}, "reference", "TEXT_TOO_LONG", "at most 64 characters"),
        ({"reference": "=SUM(A1:A9)"}, "reference", "FORMULA", ""),
        ({"reference": "+44"}, "reference", "FORMULA", ""),
        ({"reference": "-1"}, "reference", "FORMULA", ""),
        ({"reference": "@cmd"}, "reference", "FORMULA", ""),
        ({"reference": "A\tB"}, "reference", "CONTROL_CHARACTER", ""),
        ({"school_urn": ""}, "school_urn", "EMPTY", ""),
        ({"school_urn": "123456"}, "school_urn", "SCHOOL_UNKNOWN", ""),
        ({"school_urn": "=900003"}, "school_urn", "SCHOOL_UNKNOWN", ""),
        ({"discovered_on": ""}, "discovered_on", "EMPTY", ""),
        ({"discovered_on": "3/2/2026"}, "discovered_on", "DATE_FORM", ""),
        ({"discovered_on": "20260302"}, "discovered_on", "DATE_FORM", ""),
        ({"discovered_on": "2026-W10-1"}, "discovered_on", "DATE_FORM", ""),
        ({"discovered_on": "2026-03-02T09:00"}, "discovered_on", "DATE_FORM", ""),
        ({"discovered_on": "٢٠٢٦-03-02"}, "discovered_on", "DATE_FORM", ""),
        ({"discovered_on": "2026-02-30"}, "discovered_on", "DATE_IMPOSSIBLE", ""),
        ({"discovered_on": "12/31/2025"}, "discovered_on", "DATE_IMPOSSIBLE", ""),
        ({"discovered_on": "2026-11-22"}, "discovered_on", "DATE_IN_FUTURE", ""),
        ({"posted_on": "22/11/2026"}, "posted_on", "DATE_IN_FUTURE", ""),
        ({"posted_on": "2026-03-03"}, "posted_on", "POSTED_AFTER_DISCOVERED", ""),
        ({"posted_on": "=TODAY()"}, "posted_on", "DATE_FORM", ""),
        ({"recorded_on": "2027-01-01"}, "recorded_on", "DATE_IN_FUTURE", ""),
        ({"closed_on": "2027-01-01"}, "closed_on", "DATE_IN_FUTURE", ""),
        ({"platform": "SEMAPHORE"}, "platform", "CODE_UNKNOWN", "platforms"),
        ({"platform": "facebook"}, "platform", "CODE_UNKNOWN", "platforms"),
        ({"poster_role": "UNCLE"}, "poster_role", "CODE_UNKNOWN", "poster_roles"),
        ({"classifications": "ALLEGATION"}, "classifications", "CLASSIFICATION_FORM", ""),
        ({"classifications": "ALLEGATION:"}, "classifications", "CLASSIFICATION_FORM", ""),
        ({"classifications": "ALLEGATION:STAFF, COMPLAINT:STAFF"}, "classifications", "TARGET_UNKNOWN", ""),
        ({"classifications": "GOSSIP:STAFF"}, "classifications", "NATURE_UNKNOWN", ""),
        ({"classifications": "ALLEGATION:CAT"}, "classifications", "TARGET_UNKNOWN", ""),
        ({"classifications": "=ALLEGATION:STAFF"}, "classifications", "NATURE_UNKNOWN", ""),
        ({"protected_characteristics": "HEIGHT"}, "protected_characteristics", "CODE_UNKNOWN", "characteristics"),
        ({"removal": "PENDING"}, "removal", "CODE_UNKNOWN", "removal_states"),
        ({"outcome": "UPHELD"}, "outcome", "CODE_UNKNOWN", "outcomes"),
        ({"status": ""}, "status", "EMPTY", ""),
        ({"status": "PENDING"}, "status", "CODE_UNKNOWN", "OPEN, CLOSED, DUPLICATE, NOT_REPORTABLE"),
        ({"status": "RECORDED_IN_ERROR"}, "status", "CODE_UNKNOWN", "OPEN, CLOSED, DUPLICATE, NOT_REPORTABLE"),
        ({"duplicate_of": "9" * 65}, "duplicate_of", "TEXT_TOO_LONG", "at most 64 characters"),
        ({"poster_name": "A" * 201}, "poster_name", "TEXT_TOO_LONG", "at most 200 characters"),
        ({"url": "h" * 2_001}, "url", "TEXT_TOO_LONG", "at most 2000 characters"),
        ({"narrative": "n" * 20_001}, "narrative", "TEXT_TOO_LONG", "at most 20000 characters"),
        ({"evidence_note": "n" * 2_001}, "evidence_note", "TEXT_TOO_LONG", "at most 2000 characters"),
    ],
)
def test_a_cell_that_breaks_a_rule_is_named_and_the_next_case_goes_in(
    cells: dict[str, str], column: str, rule: str, detail: str
) -> None:
    log = read(log_file(log_row(**cells), log_row(reference="GOOD")))

    assert faults(log) == [(2, column, rule, detail)]
    assert good(log) == ["GOOD"]


def test_a_bad_line_reads_as_a_sentence_and_its_rule_as_a_code() -> None:
    log = read(log_file(log_row(platform="SEMAPHORE", reference="=1")))

    assert [(str(bad), bad.rule.value) for bad in log.bad_lines] == [
        ("line 2, platform: is not in the code list (platforms)", "CODE_UNKNOWN"),
        ("line 2, reference: begins like a spreadsheet formula", "FORMULA"),
    ]


def test_every_fault_of_a_row_is_named() -> None:
    log = read(log_file(log_row(discovered_on="x", platform="x", status="x")))

    assert [(column, rule) for _, column, rule, _ in faults(log)] == [
        ("discovered_on", "DATE_FORM"),
        ("platform", "CODE_UNKNOWN"),
        ("status", "CODE_UNKNOWN"),
    ]


@pytest.mark.parametrize(
    ("cells", "attribute", "value"),
    [
        ({"reference": "9" * 64}, "reference", "9" * 64),
        ({"reference": "  A 1/b  "}, "reference", "A 1/b"),
        ({"platform": ""}, "platform", "UNKNOWN"),
        ({"poster_role": ""}, "poster_role", "UNKNOWN"),
        ({"classifications": ""}, "classifications", ()),
        ({"classifications": " ALLEGATION:STAFF ;ALLEGATION : STAFF; "}, "classifications", (("ALLEGATION", "STAFF"),)),
        # A log may leave out the characteristic that a new record must name.
        ({"classifications": "PREJUDICED_COMMENT:STAFF"}, "characteristics", ()),
        ({"protected_characteristics": "RACE;RACE; SEX"}, "characteristics", ("RACE", "SEX")),
        ({"narrative": "=HYPERLINK(A1)"}, "narrative", "=HYPERLINK(A1)"),
        ({"poster_name": "@whitlock"}, "poster_name", "@whitlock"),
        ({"narrative": "n" * 20_000}, "narrative", "n" * 20_000),
        ({"discovered_on": "2026-11-21"}, "discovered_on", TODAY),
        ({"posted_on": "02/03/2026"}, "posted_on", date(2026, 3, 2)),
        ({"removal": ""}, "removal", None),
        ({"outcome": ""}, "outcome", None),
    ],
)
def test_a_cell_within_the_rules_is_kept(cells: dict[str, str], attribute: str, value: object) -> None:
    log = read(log_file(log_row(**cells)))

    assert [getattr(row, attribute) for case in log.cases(naming_another=False) for row in case.rows] == [value]


def test_every_column_of_text_has_a_limit() -> None:
    texts = {"reference", "duplicate_of", "url", "poster_name", "narrative", "evidence_note"}

    assert set(TEXT_LIMITS) == texts <= set(COLUMNS)


# --- the file as a whole


def test_an_empty_file_is_named() -> None:
    assert faults(read(io.BytesIO())) == [(1, "", "FILE_EMPTY", "")]


def test_a_file_of_a_byte_order_mark_alone_is_empty() -> None:
    assert faults(read(io.BytesIO(b"\xef\xbb\xbf"))) == [(1, "", "FILE_EMPTY", "")]


def test_a_header_without_rows_is_named() -> None:
    assert faults(read(log_file())) == [(1, "", "ROWS_MISSING", "")]


def test_a_log_without_header_is_named_without_repeating_its_first_row() -> None:
    text = log_text(log_row(poster_name="A. Whitlock")).split("\n", 1)[1]

    assert faults(read(io.BytesIO(text.encode()))) == [(1, "", "HEADER_MISSING", "")]


def test_unknown_missing_and_repeated_columns_are_each_named() -> None:
    columns = [column for column in COLUMNS if column not in ("url", "status")]
    header = ",".join([*columns, "colour", "narrative"])

    assert faults(read(io.BytesIO(header.encode() + b"\n"))) == [
        (1, "colour", "COLUMN_UNKNOWN", ""),
        (1, "narrative", "COLUMN_REPEATED", ""),
        (1, "status", "COLUMN_MISSING", ""),
        (1, "url", "COLUMN_MISSING", ""),
    ]


def test_columns_may_stand_in_any_order() -> None:
    row = log_row(reference="A", narrative="words")

    log = read(io.BytesIO(log_text(row, columns=sorted(COLUMNS)).encode()))

    assert [(case.reference, case.rows[0].narrative) for case in log.cases(naming_another=False)] == [("A", "words")]


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_either_separator_with_or_without_mark_and_with_either_line_end_reads_the_same(
    delimiter: str, mark: bytes, ending: str
) -> None:
    text = log_text(log_row(classifications="ALLEGATION:STAFF; COMPLAINT:SCHOOL"), delimiter=delimiter)

    log = read(io.BytesIO(mark + text.replace("\n", ending).encode()))

    assert faults(log) == []
    assert [row.classifications for case in log.cases(naming_another=False) for row in case.rows] == [
        (("ALLEGATION", "STAFF"), ("COMPLAINT", "SCHOOL"))
    ]


def test_a_quoted_line_break_belongs_to_its_cell_and_lines_are_counted_as_an_editor_does() -> None:
    log = read(
        log_file(
            log_row(reference="A", narrative="one\ntwo\nthree"),
            log_row(reference="B", platform="x"),
            log_row(reference="C", narrative="one\ntwo", status="x"),
            log_row(reference="D"),
        )
    )

    assert [line for line, *_ in faults(log)] == [5, 6]
    assert [(case.reference, case.rows[0].line) for case in log.cases(naming_another=False)] == [("A", 2), ("D", 8)]


def test_blank_lines_and_rows_of_separators_alone_are_no_rows() -> None:
    text = log_text(log_row()) + "\n" + "," * 17 + "\n\n" + log_text(log_row(reference="2")).split("\n", 1)[1]

    log = read(io.BytesIO(text.encode()))

    assert (log.row_count, faults(log), good(log)) == (2, [], ["1", "2"])


def test_a_last_line_without_line_end_is_a_row() -> None:
    log = read(io.BytesIO(log_text(log_row()).encode().rstrip(b"\n")))

    assert good(log) == ["1"]


def test_a_byte_that_is_not_utf8_is_named_by_line_column_and_byte_and_keeps_its_case_out() -> None:
    rows = log_text(log_row(reference="A", narrative="caf\x00"), log_row(reference="A"), log_row(reference="B"))
    line = rows.split("\n")[1]

    log = read(io.BytesIO(rows.encode().replace(b"\x00", b"\xe9")))

    assert faults(log) == [
        (2, "narrative", "NOT_UTF8", f"byte {line.index(chr(0)) + 1} of the line"),
        (3, "", "CASE_REFUSED", ""),
    ]
    assert good(log) == ["B"]


def test_a_file_in_another_encoding_is_refused_by_its_header() -> None:
    text = log_text(log_row())

    assert faults(read(io.BytesIO(b"\xff\xfe" + text.encode("utf-16-le")))) == [
        (1, "", "NOT_UTF8", "byte 1 of the line")
    ]
    assert faults(read(io.BytesIO(text.encode("utf-16-le")))) == [(1, "", "NUL_BYTE", "byte 2 of the line")]


def test_a_nul_byte_is_named_by_line_column_and_byte() -> None:
    log = read(log_file(log_row(narrative="a\0b"), log_row(reference="2")))

    line = log_text(log_row(narrative="a\0b")).split("\n")[1]
    assert faults(log) == [(2, "narrative", "NUL_BYTE", f"byte {line.index(chr(0)) + 1} of the line")]
    assert good(log) == ["2"]


@pytest.mark.parametrize(("change", "count"), [(",", 19), ("", 17)])
def test_a_row_with_another_number_of_cells_keeps_its_case_out(change: str, count: int) -> None:
    text = log_text(log_row(reference="A"), log_row(reference="A"), log_row(reference="B"))
    rows = text.split("\n")
    rows[1] = rows[1] + change if change else rows[1][:-1]

    log = read(io.BytesIO("\n".join(rows).encode()))

    assert faults(log) == [(2, "", "CELL_COUNT", f"{count} and not 18"), (3, "", "CASE_REFUSED", "")]
    assert good(log) == ["B"]


def test_a_quote_never_closed_spoils_its_own_case_and_none_below() -> None:
    rows = log_text(
        log_row(reference="A", narrative="open"),
        log_row(reference="A"),
        log_row(reference="B"),
        log_row(reference="C", narrative="x, y"),
    ).replace("open", '"open')

    log = read(io.BytesIO(rows.encode()))

    assert faults(log) == [(2, "", "QUOTING", ""), (3, "", "CASE_REFUSED", "")]
    assert good(log) == ["B", "C"]


def test_rows_swallowed_by_a_stray_quote_are_read_again_as_the_rows_they_are() -> None:
    rows = log_text(
        log_row(reference="A", url="open"), log_row(reference="B"), log_row(reference="C", url="end"), log_row()
    )

    log = read(io.BytesIO(rows.replace("open", '"open').replace("end", 'end"').encode()))

    assert faults(log) == [(2, "url", "CONTROL_CHARACTER", "")]
    assert good(log) == ["B", "C", "1"]


def test_a_line_break_in_a_column_of_one_line_is_named() -> None:
    log = read(log_file(log_row(reference="A", poster_name="J.\nTate"), log_row(reference="B")))

    assert faults(log) == [(2, "poster_name", "CONTROL_CHARACTER", ""), (3, "", "CELL_COUNT", "10 and not 18")]
    assert good(log) == ["B"]


def test_a_row_longer_than_the_limit_is_named_and_reading_goes_on() -> None:
    log = read(log_file(log_row(reference="A", narrative="n" * ROW_BYTE_LIMIT), log_row(reference="B")))

    assert (faults(log), good(log)) == ([(2, "", "ROW_TOO_LONG", "")], ["B"])


def test_a_file_with_more_rows_than_one_import_takes_is_refused_whole() -> None:
    log = read(log_file(*[log_row()] * 4), row_limit=3)

    assert (faults(log), good(log)) == ([(5, "", "TOO_MANY_ROWS", "at most 3")], [])
