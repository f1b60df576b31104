"""Small legacy logs for tests: a row is written by naming only the cells that matter."""

from __future__ import annotations

import csv
import io

COLUMNS = [
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
]

_USUAL = {
    "reference": "1",
    "school_urn": "900003",
    "discovered_on": "2026-03-02",
    "platform": "FACEBOOK",
    "poster_role": "PARENT",
    "classifications": "ALLEGATION:STAFF",
    "status": "OPEN",
}


def log_row(**cells: str) -> dict[str, str]:
    """The cells of a good row of school 900003, changed where `cells` says so."""
    return {**dict.fromkeys(COLUMNS, ""), **_USUAL, **cells}


def log_text(*rows: dict[str, str], delimiter: str = ",", columns: list[str] | None = None) -> str:
    """A log of these rows, quoted where needed."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns or COLUMNS, delimiter=delimiter, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def log_file(*rows: dict[str, str]) -> io.BytesIO:
    """The same as an open binary file in UTF-8."""
    return io.BytesIO(log_text(*rows).encode())
