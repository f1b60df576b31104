"""The rules of a legacy e-safety log, cell by cell: what a row must hold, and the name of each rule it may break.

Nothing here reads a file. A report names line, column and rule and never repeats what stands in a cell: logs hold
personal data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from domain.vocabulary import CODE_LISTS

COLUMNS = (
    "reference",
    "school_urn",
    "discovered_on",
    "posted_on",
    "recorded_on",
    "platform",
    "url",
    "poster_role",
    "poster_name",
    "classifications",
    "protected_characteristics",
    "narrative",
    "evidence_note",
    "removal",
    "outcome",
    "closed_on",
    "status",
    "duplicate_of",
)

_DUPLICATE_OF = COLUMNS.index("duplicate_of")

# What belongs to the case and must agree among its rows; the school and the reference make the case.
CASE_COLUMNS = ("status", "outcome", "closed_on", "duplicate_of")

STATUSES = ("OPEN", "CLOSED", "DUPLICATE", "NOT_REPORTABLE")
REMOVALS = ("REQUESTED", "REMOVED", "REFUSED")

# Longest texts in characters. A reference is an index key and is shown in lists; the rest are generous.
TEXT_LIMITS = {
    "reference": 64,
    "duplicate_of": 64,
    "url": 2_000,
    "poster_name": 200,
    "narrative": 20_000,
    "evidence_note": 2_000,
}

# Where a cell may have several lines.
PROSE_COLUMNS = ("narrative", "evidence_note")

# A spreadsheet evaluates cells that begin so. Free text keeps them as text; a reference may not begin so, because
# references travel into lists and exports that people open in spreadsheets.
_FORMULA_STARTS = ("=", "+", "-", "@")

_DATE_FORMS = (
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"),
    re.compile(r"(?P<day>[0-9]{2})/(?P<month>[0-9]{2})/(?P<year>[0-9]{4})"),
)


# How many different texts of a kind of cell are remembered with what they say.
_REMEMBERED = 4_096


class LogRule(StrEnum):
    """A rule that a log, a row or a cell can break: a code for programs, and the sentence a report shows."""

    sentence: str

    def __new__(cls, code: str, sentence: str) -> LogRule:
        """Give each code its sentence."""
        rule = str.__new__(cls, code)
        rule._value_ = code
        rule.sentence = sentence
        return rule

    FILE_EMPTY = "FILE_EMPTY", "the file is empty"
    HEADER_MISSING = "HEADER_MISSING", "the first line is not the header of an e-safety log"
    COLUMN_UNKNOWN = "COLUMN_UNKNOWN", "is no column of an e-safety log"
    COLUMN_MISSING = "COLUMN_MISSING", "this column is missing"
    COLUMN_REPEATED = "COLUMN_REPEATED", "this column stands twice in the header"
    ROWS_MISSING = "ROWS_MISSING", "the file has a header and no rows"
    TOO_MANY_ROWS = "TOO_MANY_ROWS", "the file has more rows than one import takes"

    NOT_UTF8 = "NOT_UTF8", "is not UTF-8"
    NUL_BYTE = "NUL_BYTE", "contains a NUL byte"
    ROW_TOO_LONG = "ROW_TOO_LONG", "the row is too long, or a quote in it is never closed"
    QUOTING = "QUOTING", "a quote is not closed, or text follows a closing quote"
    CELL_COUNT = "CELL_COUNT", "the row has another number of cells than the header"

    EMPTY = "EMPTY", "must not be empty"
    TEXT_TOO_LONG = "TEXT_TOO_LONG", "is too long"
    CONTROL_CHARACTER = "CONTROL_CHARACTER", "must be one line without control characters"
    FORMULA = "FORMULA", "begins like a spreadsheet formula"
    SCHOOL_UNKNOWN = "SCHOOL_UNKNOWN", "is no school of this trust"
    DATE_FORM = "DATE_FORM", "must be YYYY-MM-DD or DD/MM/YYYY"
    DATE_IMPOSSIBLE = "DATE_IMPOSSIBLE", "is no day of the calendar"
    DATE_IN_FUTURE = "DATE_IN_FUTURE", "lies in the future"
    POSTED_AFTER_DISCOVERED = "POSTED_AFTER_DISCOVERED", "lies after discovered_on"
    CODE_UNKNOWN = "CODE_UNKNOWN", "is not in the code list"
    CLASSIFICATION_FORM = "CLASSIFICATION_FORM", "must be NATURE:TARGET, joined by ;"
    NATURE_UNKNOWN = "NATURE_UNKNOWN", "names a nature that is not in the code list"
    TARGET_UNKNOWN = "TARGET_UNKNOWN", "names a target that is not in the code list"

    DISAGREES = "DISAGREES", "differs within one reference"
    SCHOOL_DISAGREES = "SCHOOL_DISAGREES", "another line with this reference has no school of this trust"
    CLOSED_BEFORE_DISCOVERED = "CLOSED_BEFORE_DISCOVERED", "lies before the day the school became aware"
    TOO_MANY_ITEMS = "TOO_MANY_ITEMS", "the reference has more rows than one case takes"
    DUPLICATE_OF_EMPTY = "DUPLICATE_OF_EMPTY", "a DUPLICATE must name what it duplicates"
    DUPLICATE_OF_ITSELF = "DUPLICATE_OF_ITSELF", "names its own case"
    DUPLICATE_OF_UNKNOWN = "DUPLICATE_OF_UNKNOWN", "names no case of this school, in the file or imported before"
    DUPLICATE_OF_UNCOUNTED = "DUPLICATE_OF_UNCOUNTED", "names a case that does not count itself"
    DUPLICATE_OF_REFUSED = "DUPLICATE_OF_REFUSED", "names a case that is refused"
    CASE_REFUSED = "CASE_REFUSED", "left out, because its case is refused"
    NOT_RECORDED = "NOT_RECORDED", "the case could not be recorded"

    ROW_CHANGED = "ROW_CHANGED", "differs from what was imported before under this reference, and is not applied"
    ROW_ADDED = "ROW_ADDED", "is new under a reference imported before; record it on the case itself"


@dataclass(frozen=True, slots=True, order=True)
class BadLine:
    """A line of the file that does not go in, the column at fault (empty when it is the whole row) and the rule.

    `detail` adds a number or the name of a code list, never anything that stands in the row.
    """

    line: int
    column: str
    rule: LogRule
    detail: str = ""

    @property
    def message(self) -> str:
        """The rule's sentence, with what the detail adds."""
        return f"{self.rule.sentence} ({self.detail})" if self.detail else self.rule.sentence

    def __str__(self) -> str:
        return f"line {self.line}" + (f", {self.column}" if self.column else "") + f": {self.message}"


@dataclass(frozen=True, slots=True)
class LogRow:
    """One good row: one item, and what it says of its case. Texts are as the school wrote them."""

    line: int
    reference: str = field(repr=False)
    school_urn: str
    discovered_on: date
    posted_on: date | None
    recorded_on: date | None
    platform: str
    url: str = field(repr=False)
    poster_role: str
    poster_name: str = field(repr=False)
    classifications: tuple[tuple[str, str], ...]
    characteristics: tuple[str, ...]
    narrative: str = field(repr=False)
    evidence_note: str = field(repr=False)
    removal: str | None
    outcome: str | None
    closed_on: date | None
    status: str
    duplicate_of: str | None = field(repr=False)


class _CellFault(Exception):
    """A cell breaks a rule."""

    def __init__(self, rule: LogRule, detail: str = "") -> None:
        super().__init__(rule)
        self.rule, self.detail = rule, detail


def _codes(name: str) -> frozenset[str]:
    # Codes no longer in use stay good: a log tells of days on which they were.
    return frozenset(code.code for code in CODE_LISTS[name])


_NATURES = _codes("natures")
_TARGETS = _codes("targets")
_CHARACTERISTICS = _codes("characteristics")
_LISTS = {
    "platform": ("platforms", _codes("platforms")),
    "poster_role": ("poster_roles", _codes("poster_roles")),
    "removal": ("removal_states", frozenset(REMOVALS)),
    "outcome": ("outcomes", _codes("outcomes")),
    "status": ("OPEN, CLOSED, DUPLICATE, NOT_REPORTABLE", frozenset(STATUSES)),
}


class RowRules:
    """Reads the cells of a row against the code lists, the schools of the trust and the day of the import."""

    def __init__(self, *, today: date, schools: Collection[str]) -> None:
        self._today = today
        # Each URN maps to the one string that all cases of the school share.
        self._schools = {school: school for school in schools}
        # A log repeats its days and codes row after row, so that what they say is looked up and not read again.
        day = lru_cache(maxsize=_REMEMBERED)(self._day)
        readers: dict[str, Callable[[str], Any]] = {
            "reference": _required(_reference),
            "school_urn": _required(self._school),
            "discovered_on": _required(day),
            "posted_on": day,
            "recorded_on": day,
            "platform": _code_reader("platform", empty="UNKNOWN"),
            "url": _text_reader("url"),
            "poster_role": _code_reader("poster_role", empty="UNKNOWN"),
            "poster_name": _text_reader("poster_name"),
            "classifications": _classifications,
            "protected_characteristics": _characteristics,
            "narrative": _text_reader("narrative"),
            "evidence_note": _text_reader("evidence_note"),
            "removal": _code_reader("removal"),
            "outcome": _code_reader("outcome"),
            "closed_on": day,
            "status": _required(_code_reader("status")),
            "duplicate_of": _reference,
        }
        self._readers = tuple(readers[column] for column in COLUMNS)

    def identify(self, cells: Sequence[str]) -> tuple[str, str | None] | None:
        """The reference and the school of a row, whatever else is wrong with it.

        None when it has no usable reference; a school of None when it names no school of this trust.
        """
        reference, school = cells[0].strip(), cells[1].strip()
        try:
            _reference(reference)
        except _CellFault:
            return None
        return (reference, self._schools.get(school)) if reference else None

    def read(self, line: int, cells: Sequence[str]) -> tuple[LogRow | None, list[BadLine]]:
        """The row, or every rule that its cells break; `cells` stand in the order of COLUMNS."""
        faults: list[BadLine] = []
        values: list[Any] = []
        for column, cell, reader in zip(COLUMNS, cells, self._readers, strict=True):
            try:
                values.append(reader(cell.strip()))
            except _CellFault as fault:
                faults.append(BadLine(line, column, fault.rule, fault.detail))
                values.append(None)
        # The members of a row after its line stand in the order of COLUMNS.
        row = LogRow(line, *values)
        if row.posted_on and row.discovered_on and row.posted_on > row.discovered_on:
            faults.append(BadLine(line, "posted_on", LogRule.POSTED_AFTER_DISCOVERED))
        if row.status == "DUPLICATE" and not cells[_DUPLICATE_OF].strip():
            faults.append(BadLine(line, "duplicate_of", LogRule.DUPLICATE_OF_EMPTY))
        return (None, faults) if faults else (row, faults)

    def _school(self, text: str) -> str:
        school = self._schools.get(text)
        if school is None:
            raise _CellFault(LogRule.SCHOOL_UNKNOWN)
        return school

    def _day(self, text: str) -> date | None:
        if not text:
            return None
        day = _parse_day(text)
        if day > self._today:
            raise _CellFault(LogRule.DATE_IN_FUTURE)
        return day


def _required(reader: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        if not text:
            raise _CellFault(LogRule.EMPTY)
        return reader(text)

    return read


def _text_reader(column: str) -> Callable[[str], str]:
    limit = TEXT_LIMITS[column]

    def read(text: str) -> str:
        if len(text) > limit:
            raise _CellFault(LogRule.TEXT_TOO_LONG, f"at most {limit} characters")
        return text

    return read


# A reference and the reference that it names are of one kind.
_short_text = _text_reader("reference")


def _reference(text: str) -> str | None:
    if not text:
        return None
    _short_text(text)
    if text.startswith(_FORMULA_STARTS):
        raise _CellFault(LogRule.FORMULA)
    if not text.isprintable():
        raise _CellFault(LogRule.CONTROL_CHARACTER)
    return text


def _code_reader(column: str, *, empty: str | None = None) -> Callable[[str], str | None]:
    name, codes = _LISTS[column]
    # The list's own string, so that a million rows share one.
    known: dict[str, str | None] = {"": empty} | {code: code for code in codes}

    def read(text: str) -> str | None:
        try:
            return known[text]
        except KeyError:
            raise _CellFault(LogRule.CODE_UNKNOWN, name) from None

    return read


@lru_cache(maxsize=_REMEMBERED)
def _characteristics(text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))
    if not _CHARACTERISTICS.issuperset(found):
        raise _CellFault(LogRule.CODE_UNKNOWN, "characteristics")
    return found


@lru_cache(maxsize=_REMEMBERED)
def _classifications(text: str) -> tuple[tuple[str, str], ...]:
    """The different pairs of the cell, in its order; a pair written twice is one, for an item has it or has it not."""
    found: dict[tuple[str, str], None] = {}
    for part in text.split(";"):
        if not part.strip():
            continue
        nature, colon, target = (piece.strip() for piece in part.partition(":"))
        if not colon or not nature or not target:
            raise _CellFault(LogRule.CLASSIFICATION_FORM)
        if nature not in _NATURES:
            raise _CellFault(LogRule.NATURE_UNKNOWN)
        if target not in _TARGETS:
            raise _CellFault(LogRule.TARGET_UNKNOWN)
        found[nature, target] = None
    return tuple(found)


def _parse_day(text: str) -> date:
    for form in _DATE_FORMS:
        if found := form.fullmatch(text):
            try:
                return date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                raise _CellFault(LogRule.DATE_IMPOSSIBLE) from None
    raise _CellFault(LogRule.DATE_FORM)
