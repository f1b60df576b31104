"""A school's e-safety log as a file: read twice, so that its rows find their cases wherever they stand in it.

The first reading checks every row and keeps only where it lies and what it says of its case; the second gives the good
cases one by one. Memory grows with the number of rows, by some 350 bytes each, and never with their texts.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from services.legacy_log_rows import Header, RawRow, read_header, read_row, read_rows
from services.legacy_log_rules import CASE_COLUMNS, BadLine, LogRow, LogRule, RowRules

ROW_LIMIT = 1_000_000
ITEM_LIMIT = 500

# What makes a case: the school's URN and the reference in the school's own log.
CaseKey = tuple[str, str]

# The values of CASE_COLUMNS that the rows of a case agree on.
Declared = tuple[str, str | None, date | None, str | None]

# How many rows have been read, for a progress bar.
Progress = Callable[[int], None]

_PROGRESS_EVERY = 1_000

# Of the statuses of a log, those under which a case counts and may stand for its duplicates.
_COUNTING = ("OPEN", "CLOSED")


@dataclass(frozen=True, slots=True)
class LogCase:
    """A good case: its rows in the order of the file, so that the first is the case's first item."""

    school_urn: str
    reference: str
    rows: tuple[LogRow, ...]

    def __repr__(self) -> str:
        return f"LogCase({self.school_urn!r}, lines {', '.join(str(row.line) for row in self.rows)})"

    @property
    def key(self) -> CaseKey:
        """What makes the case: school and reference."""
        return self.school_urn, self.reference

    @property
    def opened_on(self) -> date:
        """The day the school became aware of the first of it."""
        return min(row.discovered_on for row in self.rows)

    @property
    def target(self) -> CaseKey | None:
        """The case of the same school that `duplicate_of` names, if any."""
        named = self.rows[0].duplicate_of
        return (self.school_urn, named) if named else None


class _IndexedCase:
    """What the first reading keeps of a case: the numbers of its rows, what they agree on, the first day known."""

    __slots__ = ("declared", "declared_line", "discovered_on", "refused", "rows")

    def __init__(self) -> None:
        self.rows = array("I")
        self.declared: Declared | None = None
        self.declared_line = 0
        self.discovered_on: date | None = None
        self.refused = False


class LegacyLog:
    """A log read once: its faults are known, and its good cases can be read.

    `resolve` says which cases named by `duplicate_of` exist from earlier imports; `cases` may be called after it.
    """

    def __init__(
        self,
        file: BinaryIO,
        *,
        today: date,
        schools: Collection[str],
        progress: Progress | None = None,
        row_limit: int = ROW_LIMIT,
    ) -> None:
        """Read the file through; `schools` are the URNs of the trust's schools that the importer may write to."""
        self._file = file
        self._rules = RowRules(today=today, schools=schools)
        self._header: Header | None = None
        self._cases: dict[CaseKey, _IndexedCase] = {}
        self._lines, self._starts, self._ends = array("I"), array("Q"), array("Q")
        self._bad: list[BadLine] = []
        self._shared: dict[Declared, Declared] = {}
        file.seek(0)
        self.sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # BinaryIO is enough
        header = read_header(file)
        if isinstance(header, list):
            self._bad = header
            return
        self._header = header
        self._index(header, row_limit, progress or (lambda _: None))

    @property
    def bad_lines(self) -> list[BadLine]:
        """Every fault, and every line left out because of another line's, in order of line."""
        faulty = {bad.line for bad in self._bad}
        left_out = (
            BadLine(self._lines[number], "", LogRule.CASE_REFUSED)
            for case in self._cases.values()
            if case.refused
            for number in case.rows
            if self._lines[number] not in faulty
        )
        return sorted([*self._bad, *left_out])

    @property
    def row_count(self) -> int:
        """How many rows the file has, good or not; blank ones are not counted."""
        return len(self._lines)

    @property
    def case_count(self) -> int:
        """How many cases are good."""
        return sum(not case.refused for case in self._cases.values())

    def naming(self) -> set[CaseKey]:
        """The good cases that name another one, and those they name: what `resolve` asks about."""
        found: set[CaseKey] = set()
        for key, case in self._cases.items():
            if not case.refused and (target := _target(key, case)) is not None:
                found |= {key, target}
        return found

    def resolve(self, earlier: Mapping[CaseKey, bool]) -> None:
        """Judge every `duplicate_of`; `earlier` holds the cases imported before, and whether each counts now.

        A case that was itself imported before is not judged again.
        """
        pending = [
            (case, key, target)
            for key, case in self._cases.items()
            if not case.refused and key not in earlier and (target := _target(key, case)) is not None
        ]
        refusals = True
        while refusals:
            # A case refused here may be what another names, so that refusals are followed until there is no new one.
            refusals = False
            for case, key, target in pending:
                if not case.refused and (rule := self._judge(key, target, earlier)) is not None:
                    self._refuse(case, "duplicate_of", rule)
                    refusals = True

    def cases(self, *, naming_another: bool) -> Iterator[LogCase]:
        """The good cases that name another one by `duplicate_of`, or those that do not, in the order of the file.

        Those that do not come first, so that what a duplicate duplicates is there. Raises ValueError when the file was
        changed since it was first read.
        """
        for key, case in self._cases.items():
            if not case.refused and (_target(key, case) is not None) == naming_another:
                yield LogCase(*key, tuple(self._read(number) for number in case.rows))

    # --- first reading

    def _index(self, header: Header, row_limit: int, progress: Progress) -> None:
        homeless: dict[str, int] = {}
        for number, raw in enumerate(read_rows(self._file, header)):
            if number >= row_limit:
                self._cases.clear()
                self._bad = [BadLine(raw.line, "", LogRule.TOO_MANY_ROWS, f"at most {row_limit}")]
                return
            self._lines.append(raw.line)
            self._starts.append(raw.start)
            self._ends.append(raw.end)
            self._place(number, raw, homeless)
            if number % _PROGRESS_EVERY == 0:
                progress(number)
        if not self._lines:
            self._bad.append(BadLine(1, "", LogRule.ROWS_MISSING))
        for (_, reference), case in self._cases.items():
            if reference in homeless and not case.refused:
                # The row without a school may be this case's: then the case would go in by half.
                self._refuse(case, "school_urn", LogRule.SCHOOL_DISAGREES, f"line {homeless[reference]}")
        for case in self._cases.values():
            self._check_case(case)
        progress(len(self._lines))

    def _place(self, number: int, raw: RawRow, homeless: dict[str, int]) -> None:
        row, faults = (None, raw.faults) if raw.faults else self._rules.read(raw.line, raw.cells or ())
        self._bad.extend(faults)
        identity: tuple[str, str | None] | None = None
        if row is not None:
            identity = row.reference, row.school_urn
        elif raw.cells:
            identity = self._rules.identify(raw.cells)
        if identity is None:
            return
        reference, school = identity
        if school is None:
            homeless.setdefault(reference, raw.line)
            return
        case = self._cases.setdefault((school, reference), _IndexedCase())
        case.rows.append(number)
        if row is None:
            case.refused = True
            return
        declared: Declared = (row.status, row.outcome, row.closed_on, row.duplicate_of)
        if case.declared is None:
            case.declared, case.declared_line = self._shared.setdefault(declared, declared), raw.line
        elif case.declared != declared:
            case.refused = True
            self._bad.extend(
                BadLine(raw.line, column, LogRule.DISAGREES, f"line {case.declared_line} says otherwise")
                for column, first, here in zip(CASE_COLUMNS, case.declared, declared, strict=True)
                if first != here
            )
        case.discovered_on = min(case.discovered_on or row.discovered_on, row.discovered_on)

    def _check_case(self, case: _IndexedCase) -> None:
        if case.refused or case.declared is None or case.discovered_on is None:
            return
        closed_on = case.declared[2]
        if closed_on is not None and closed_on < case.discovered_on:
            self._refuse(case, "closed_on", LogRule.CLOSED_BEFORE_DISCOVERED)
        if len(case.rows) > ITEM_LIMIT:
            self._refuse(case, "reference", LogRule.TOO_MANY_ITEMS, f"at most {ITEM_LIMIT}")

    def _judge(self, key: CaseKey, target: CaseKey, earlier: Mapping[CaseKey, bool]) -> LogRule | None:
        if target == key:
            return LogRule.DUPLICATE_OF_ITSELF
        counts = earlier.get(target)
        if counts is None:
            named = self._cases.get(target)
            if named is None:
                return LogRule.DUPLICATE_OF_UNKNOWN
            if named.refused or named.declared is None:
                return LogRule.DUPLICATE_OF_REFUSED
            counts = named.declared[0] in _COUNTING
        return None if counts else LogRule.DUPLICATE_OF_UNCOUNTED

    def _refuse(self, case: _IndexedCase, column: str, rule: LogRule, detail: str = "") -> None:
        case.refused = True
        self._bad.append(BadLine(self._lines[case.rows[0]], column, rule, detail))

    # --- second reading

    def _read(self, number: int) -> LogRow:
        if self._header is None:
            raise ValueError("a log without a header has no rows")
        cells = read_row(self._file, self._header, self._starts[number], self._ends[number])
        row, _ = self._rules.read(self._lines[number], cells)
        if row is None:
            raise ValueError("the file was changed while it was being read")
        return row


def _target(key: CaseKey, case: _IndexedCase) -> CaseKey | None:
    named = case.declared[3] if case.declared is not None else None
    return (key[0], named) if named else None
