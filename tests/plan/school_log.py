"""A school's own log as it is imported: closed, open, a duplicate and one that is not reportable."""

from __future__ import annotations

from tests.plan.world import ALDER, CEDAR, COLUMNS

_ROW = {
    **dict.fromkeys(COLUMNS, ""),
    "platform": "FACEBOOK",
    "poster_role": "PARENT",
    "status": "OPEN",
    "school_urn": CEDAR,
}
_CLOSED = {"outcome": "POST_REMOVED", "closed_on": "2025-12-01", "status": "CLOSED"}
LOG = [
    _ROW
    | _CLOSED
    | {
        "reference": "L-1",
        "discovered_on": "2025-11-03",
        "posted_on": "2025-10-31",
        "recorded_on": "2025-11-04",
        "classifications": "RACIST_COMMENT:STAFF; HOMOPHOBIC_COMMENT:PUPIL",
        "narrative": 'Said "no" \\ 😀 \u2028 end',
        "url": "https://a.example/?q='1'&r=%s",
        "poster_name": "Lee 'X' \\ Müller",
        "evidence_note": 'a "print", folder 3',
        "removal": "REMOVED",
    },
    _ROW
    | _CLOSED
    | {
        "reference": "L-1",
        "discovered_on": "2025-11-05",
        "classifications": "ALLEGATION:STAFF",
        "poster_role": "PUPIL",
    },
    _ROW
    | {
        "reference": "L-2",
        "discovered_on": "2025-11-06",
        "classifications": "ALLEGATION:STAFF",
        "status": "DUPLICATE",
        "duplicate_of": "L-1",
    },
    _ROW | {"reference": "L-3", "discovered_on": "2026-04-12", "status": "NOT_REPORTABLE", "platform": "YOUTUBE"},
    _ROW
    | {
        "reference": "L-4",
        "discovered_on": "2026-08-31",
        "recorded_on": "2026-09-01",
        "classifications": "NEGATIVE_COMMENT:PUPIL",
        "platform": "YOUTUBE",
        "school_urn": ALDER,
    },
]
