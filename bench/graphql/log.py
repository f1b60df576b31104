"""The log that the cases come from: the generated one, spread over twenty schools and three school years."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from bench.ground import SCHOOLS
from bench.histories import COLUMNS, write_log

# Each school of the generated log becomes four.
_TIMES = 4
PACKS = {str(900001 + number): pack for number, pack in enumerate(list(SCHOOLS.values()) * _TIMES)}
_FIRST_URN = int(next(iter(PACKS)))
_DATES = ("discovered_on", "posted_on", "recorded_on", "closed_on")
# A case has 1.6 rows of the generated log; a few more than needed are made, and the rest is left.
_ROWS_PER_CASE = 1.65
# The import takes files of a million rows at most.
_ROWS_PER_FILE = 800_000


def write_spread_logs(folder: Path, cases: int) -> tuple[list[Path], list[tuple[str, str]]]:
    """Write logs of so many cases together, the same each time; returns them in the order of their import.

    Returns also school and reference of those cases that are written as open, to be carried on to their end afterwards.
    """
    paths: list[Path] = []
    carried: list[tuple[str, str]] = []
    rows = _spread_rows(cases, carried)
    row = next(rows, None)
    while row is not None:
        paths.append(folder / f"log-{len(paths) + 1}.csv")
        with paths[-1].open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            last, written = "", 0
            # All rows of a case stand in one file.
            while row is not None and (written < _ROWS_PER_FILE or row["reference"] == last):
                writer.writerow(row)
                last, written = row["reference"], written + 1
                row = next(rows, None)
    return paths, carried


def _spread_rows(cases: int, carried: list[tuple[str, str]]) -> Iterator[dict[str, str]]:
    """The rows, and on the way the cases that are to be carried on."""
    for row in _rows_of(cases):
        number = _number(row["reference"])
        # A duplicate belongs to the school of its original.
        school = _number(row["duplicate_of"] or row["reference"]) // 3 % _TIMES
        place = int(row["school_urn"]) - _FIRST_URN
        row["school_urn"] = str(_FIRST_URN + place + len(SCHOOLS) * school)
        if number % 3 == 0:
            for name in _DATES:
                row[name] = row[name] and (date.fromisoformat(row[name]) - timedelta(days=365)).isoformat()
        if row["status"] == "CLOSED" and number % 2 == 0:
            row |= {"status": "OPEN", "outcome": "", "closed_on": ""}
            key = row["school_urn"], row["reference"]
            if not carried or carried[-1] != key:
                carried.append(key)
        yield row


def _rows_of(cases: int) -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        generated = Path(folder) / "log.csv"
        write_log(generated, int(cases * _ROWS_PER_CASE) + 100)
        with generated.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if _number(row["reference"]) > cases:
                    return
                yield row
        raise RuntimeError("the generated log has fewer cases than were asked for")


def _number(reference: str) -> int:
    return int(reference.rpartition("-")[2])
