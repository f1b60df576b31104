"""Reads the rows of a CSV file of bytes one at a time, knowing where each begins, and survives what is malformed."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from services.legacy_log_rules import COLUMNS, PROSE_COLUMNS, BadLine, LogRule

# A row beyond this is a quote never closed, far more often than a long story.
ROW_BYTE_LIMIT = 131_072

_BOM = b"\xef\xbb\xbf"
_NAME_LENGTH_SHOWN = 40
_GUESSED_BYTES = 4_096


@dataclass(frozen=True, slots=True)
class Header:
    """How the file writes its rows: the separator, the place of each of COLUMNS, and where the first row begins."""

    delimiter: str
    places: tuple[int, ...]
    offset: int
    line: int

    def arrange(self, cells: Sequence[str]) -> tuple[str, ...]:
        """The cells of a row in the order of COLUMNS."""
        return tuple([cells[place] for place in self.places])


@dataclass(slots=True)
class RawRow:
    """A row as it stands in the file: bytes `start` to `end`, its first line, and its cells if it could be split.

    The cells of a row with faults serve only to find out whose row it is.
    """

    line: int
    start: int
    end: int
    cells: tuple[str, ...] | None
    faults: list[BadLine]


class _RowTooLong(Exception):
    """The row is longer than the limit."""


class _Lines:
    """The physical lines of the file as text, counted while the reader of rows asks for them.

    Bytes that are not UTF-8 become lone surrogates, so that the row can still be split and its reference found.
    """

    def __init__(self, file: BinaryIO, offset: int, line: int) -> None:
        self._file = file
        self.move(offset, line)

    def move(self, offset: int, line: int) -> None:
        """Go on reading at a byte that begins a line."""
        self._file.seek(offset)
        self.offset, self.line = offset, line
        self.begin()

    def begin(self) -> None:
        """Forget the lines of the last row: the next one begins here."""
        self.start, self.first_line = self.offset, self.line
        self.second = (self.offset, self.line)
        self.first_text = ""
        self.faults: list[BadLine] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        raw = self._file.readline(ROW_BYTE_LIMIT + 1)
        if not raw:
            raise StopIteration
        self.offset += len(raw)
        if len(raw) > ROW_BYTE_LIMIT:
            self._skip_rest_of_line(raw)
        self.line += 1
        if self.line == self.first_line + 1:
            self.second = (self.offset, self.line)
            self.first_text = raw[:_GUESSED_BYTES].decode(errors="replace")
        if self.offset - self.start > ROW_BYTE_LIMIT:
            raise _RowTooLong
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            self._fault(LogRule.NOT_UTF8, error.start)
            return raw.decode(errors="surrogateescape")
        if "\0" in text:
            self._fault(LogRule.NUL_BYTE, raw.index(0))
        return text

    def _fault(self, rule: LogRule, place: int) -> None:
        self.faults.append(BadLine(self.line - 1, "", rule, f"byte {place + 1} of the line"))

    def _skip_rest_of_line(self, raw: bytes) -> None:
        while raw and not raw.endswith(b"\n"):
            raw = self._file.readline(ROW_BYTE_LIMIT)
            self.offset += len(raw)


def read_header(file: BinaryIO) -> Header | list[BadLine]:
    """Read the first line: the header, or everything that is wrong with it. The file must be seekable."""
    file.seek(0)
    start = len(_BOM) if file.read(len(_BOM)) == _BOM else 0
    lines = _Lines(file, start, 1)
    try:
        text = next(lines)
        delimiter = ";" if text.count(";") > text.count(",") else ","
        names = [name.strip() for name in next(csv.reader([text], delimiter=delimiter, strict=True))]
    except StopIteration:
        return [BadLine(1, "", LogRule.FILE_EMPTY)]
    except (csv.Error, _RowTooLong):
        return [BadLine(1, "", LogRule.HEADER_MISSING)]
    if lines.faults:
        return lines.faults
    faults = _header_faults(names)
    places = tuple(names.index(column) for column in COLUMNS if column in names)
    return faults or Header(delimiter, places, lines.offset, lines.line)


def _header_faults(names: list[str]) -> list[BadLine]:
    if not set(names) & set(COLUMNS):
        # The first row of a log without header would be repeated here name by name.
        return [BadLine(1, "", LogRule.HEADER_MISSING)]
    unknown = dict.fromkeys(name for name in names if name not in COLUMNS)
    return [
        *(BadLine(1, name[:_NAME_LENGTH_SHOWN], LogRule.COLUMN_UNKNOWN) for name in unknown),
        *(BadLine(1, column, LogRule.COLUMN_MISSING) for column in COLUMNS if column not in names),
        *(BadLine(1, column, LogRule.COLUMN_REPEATED) for column in COLUMNS if names.count(column) > 1),
    ]


def read_rows(file: BinaryIO, header: Header) -> Iterator[RawRow]:
    """Every row after the header that is not blank, its cells in the order of COLUMNS.

    After a row whose quotes or cells are wrong, reading goes on at the line after its first: what a stray quote had
    swallowed is read again as the rows it is, so that no row is lost in silence.
    """
    lines = _Lines(file, header.offset, header.line)
    reader = csv.reader(lines, delimiter=header.delimiter, strict=True)
    while True:
        lines.begin()
        cells: list[str] = []
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _RowTooLong:
            fault = BadLine(lines.first_line, "", LogRule.ROW_TOO_LONG)
        except csv.Error:
            fault = BadLine(lines.first_line, "", LogRule.QUOTING)
        else:
            if not any(cells):
                continue
            if len(cells) == len(header.places):
                arranged = header.arrange(cells)
                broken_in = _broken_column(arranged) if lines.line > lines.first_line + 1 else None
                if broken_in is None:
                    faults = [replace(found, column=_column_at_fault(arranged)) for found in lines.faults]
                    yield RawRow(lines.first_line, lines.start, lines.offset, arranged, faults)
                    continue
                fault = BadLine(lines.first_line, broken_in, LogRule.CONTROL_CHARACTER)
            else:
                width = f"{len(cells)} and not {len(header.places)}"
                fault = BadLine(lines.first_line, "", LogRule.CELL_COUNT, width)
        start, first_text = lines.start, lines.first_text
        lines.move(*lines.second)
        yield RawRow(fault.line, start, lines.offset, _guess(first_text, header), [fault])


def read_row(file: BinaryIO, header: Header, start: int, end: int) -> tuple[str, ...]:
    """The cells of a good row once more, by its place. Raises ValueError when the file is no longer what it was."""
    file.seek(start)
    text = file.read(end - start).decode()
    try:
        cells = next(csv.reader([text], delimiter=header.delimiter, strict=True), [])
    except csv.Error:
        cells = []
    if len(cells) != len(header.places):
        raise ValueError("the file was changed while it was being read")
    return header.arrange(cells)


def _guess(text: str, header: Header) -> tuple[str, ...] | None:
    """The cells that a broken row begins with, so that the case it probably belongs to does not go in without it."""
    try:
        cells = next(csv.reader([text], delimiter=header.delimiter), [])
    except csv.Error:
        return None
    width = len(header.places)
    return header.arrange((cells + [""] * width)[:width])


def _broken_column(cells: Sequence[str]) -> str | None:
    """The column of one line in which a line break stands: there a stray quote has swallowed rows."""
    for column, cell in zip(COLUMNS, cells, strict=True):
        if "\n" in cell.strip() and column not in PROSE_COLUMNS:
            return column
    return None


def _column_at_fault(cells: Sequence[str]) -> str:
    for column, cell in zip(COLUMNS, cells, strict=True):
        if "\0" in cell or any("\ud800" <= character <= "\udfff" for character in cell):
            return column
    return ""
