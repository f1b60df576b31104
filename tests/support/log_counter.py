"""Counts a legacy e-safety log from its CSV alone, by section 4 of the design, sharing no code with the product.

It is the oracle of the import: what the product answers after importing a log must equal what this file counts.
It expects a log that is good throughout; a line that breaks a rule is for the product to find.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

Unit = Literal["ITEMS", "CASES"]
Basis = Literal["DISCOVERED", "POSTED", "RECORDED"]
Dimension = Literal["COUNT", "SCHOOL", "MONTH"]

COUNTS = (
    "ALLEGATIONS_ABOUT_STAFF",
    "ALLEGATIONS_ABOUT_PUPILS",
    "COMPLAINTS_ABOUT_SCHOOL",
    "COMPLAINTS_ABOUT_STAFF",
    "DEFAMATION_OF_SCHOOL",
    "DEFAMATION_OF_STAFF",
    "NEGATIVE_COMMENTS_ABOUT_STAFF",
    "NEGATIVE_COMMENTS_ABOUT_PUPILS",
    "RACIST_OR_HOMOPHOBIC_COMMENTS",
    "THREATS_OF_VIOLENCE",
    "UNAUTHORISED_IMAGES_OF_STAFF",
)


@dataclass(frozen=True)
class Hit:
    """One item adding to one count."""

    count: str
    school: str
    case: tuple[str, str]
    item: int
    day: date

    def under(self, dimension: Dimension) -> str:
        if dimension == "COUNT":
            return self.count
        if dimension == "SCHOOL":
            return self.school
        return f"{self.day.year:04}-{self.day.month:02}"


def count_log(
    path: Path,
    *,
    group_by: Sequence[Dimension] = ("COUNT",),
    unit: Unit = "ITEMS",
    basis: Basis = "DISCOVERED",
    first: date = date.min,
    last: date = date.max,
) -> dict[tuple[str, ...], int]:
    """Answer the cells that are not zero, keyed by the values of `group_by` in its order.

    `first` and `last` are both included and are compared with the day of the basis. With COUNT among the dimensions a
    value in ITEMS is a number of contributions; without it, a number of different items.
    """
    members: dict[tuple[str, ...], set[object]] = {}
    for hit in hits(path, basis):
        if first <= hit.day <= last:
            cell = tuple(hit.under(dimension) for dimension in group_by)
            members.setdefault(cell, set()).add(hit.case if unit == "CASES" else hit.item)
    return {cell: len(found) for cell, found in sorted(members.items())}


def hits(path: Path, basis: Basis) -> Iterator[Hit]:
    """Give every contribution of the log; a case marked DUPLICATE or NOT_REPORTABLE has none."""
    for item, row in enumerate(_rows(path)):
        if row["status"] in ("DUPLICATE", "NOT_REPORTABLE"):
            continue
        pairs = {
            tuple(half.strip() for half in pair.split(":"))
            for pair in row["classifications"].split(";")
            if pair.strip()
        }
        for count in COUNTS:
            if _adds(count, pairs, row["poster_role"]):
                yield Hit(count, row["school_urn"], (row["school_urn"], row["reference"]), item, _day(row, basis))


def _adds(count: str, pairs: set[tuple[str, ...]], poster_role: str) -> bool:
    natures = {nature for nature, _ in pairs}
    match count:
        case "ALLEGATIONS_ABOUT_STAFF":
            return ("ALLEGATION", "STAFF") in pairs
        case "ALLEGATIONS_ABOUT_PUPILS":
            return ("ALLEGATION", "PUPIL") in pairs
        case "COMPLAINTS_ABOUT_SCHOOL":
            return ("COMPLAINT", "SCHOOL") in pairs
        case "COMPLAINTS_ABOUT_STAFF":
            return ("COMPLAINT", "STAFF") in pairs
        case "DEFAMATION_OF_SCHOOL":
            return ("DEFAMATORY_STATEMENT", "SCHOOL") in pairs
        case "DEFAMATION_OF_STAFF":
            return ("DEFAMATORY_STATEMENT", "STAFF") in pairs
        case "NEGATIVE_COMMENTS_ABOUT_STAFF":
            return ("NEGATIVE_COMMENT", "STAFF") in pairs
        case "NEGATIVE_COMMENTS_ABOUT_PUPILS":
            return ("NEGATIVE_COMMENT", "PUPIL") in pairs
        case "RACIST_OR_HOMOPHOBIC_COMMENTS":
            return bool(natures & {"RACIST_COMMENT", "HOMOPHOBIC_COMMENT"})
        case "THREATS_OF_VIOLENCE":
            return "THREAT_OF_VIOLENCE" in natures
        case _:
            # The log does not name who took a photograph, so the poster decides.
            return ("UNAUTHORISED_IMAGE", "STAFF") in pairs and poster_role in ("PARENT", "CARER", "PUPIL")


def _day(row: dict[str, str], basis: Basis) -> date:
    chosen = {"DISCOVERED": "", "POSTED": row["posted_on"], "RECORDED": row["recorded_on"]}[basis]
    text = chosen or row["discovered_on"]
    return datetime.strptime(text, "%d/%m/%Y").date() if "/" in text else date.fromisoformat(text)  # noqa: DTZ007


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        delimiter = ";" if ";" in file.readline() else ","
        file.seek(0)
        return [
            {column: cell.strip() for column, cell in row.items()} for row in csv.DictReader(file, delimiter=delimiter)
        ]
