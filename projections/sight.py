"""What is out of a reader's sight whatever role and school say, and what of the read models is live: said once.

Every statement begins with `SIGHT`, and every source of `projections.visible` names what stands in it.
"""

# ruff: noqa: S608 - the statement is put together from constants alone
from __future__ import annotations

from domain.values import CaseKind

__all__ = ["NOT_SHUT_OUT", "OWN", "SHUT_OUT", "SIGHT", "out_of_sight"]

OWN = "trust_id = %(trust)s AND generation = (SELECT generation FROM live)"
# Sight that was lost does not wait for the read models (design D15): events that were recorded and are not projected,
# and that name the reader as whom a case is about, or move a case to a school out of the reader's sight.
_NAMES = ("complaint.head_added.v1", "complaint.subject_named.v1", "staff_breach.subject_named.v1")
_OPENS = ("complaint.received.v1", "staff_breach.reported.v1")
_MOVES = tuple(f"{kind.value.lower()}.{moved}.v1" for kind in CaseKind for moved in ("transferred", "school_corrected"))
# What every statement begins with, so that it is worked out once: which generation of the read models is live, and what
# is out of the reader's sight whatever role and school say. `lost` are cases that are not the reader's any more and
# stand in the read models as if they were; `about` those that are about the reader; `hidden` those and their copies,
# which are about the reader too, so that whatever another case says of them is left out; `shut` are all of them.
SIGHT = f"""WITH live AS MATERIALIZED (
SELECT max(generation) AS generation, coalesce(max(position), 0) AS position, max(recorded_at) AS recorded_at
FROM projection WHERE trust_id = %(trust)s AND name = 'core' AND live
), to_come AS MATERIALIZED (
SELECT stream_id, type, convert_from(body, 'UTF8')::jsonb->'data' AS told FROM event
WHERE trust_id = %(trust)s AND position > (SELECT position FROM live)
AND type IN {(*_NAMES, *_OPENS, *_MOVES)!r}
), named AS MATERIALIZED (
SELECT stream_id FROM to_come WHERE strpos(CASE WHEN type IN {_NAMES!r} THEN told::text
WHEN type IN {_OPENS!r} THEN coalesce(told->>'heads', told->>'subject', '') ELSE '' END, %(person)s::uuid::text) > 0
), moved AS MATERIALIZED (
SELECT stream_id FROM to_come WHERE type IN {_MOVES!r} AND %(seen_schools)s::text[] IS NOT NULL
AND NOT coalesce(told->>'to_school', told->>'school_urn') = ANY(%(seen_schools)s::text[])
), about AS MATERIALIZED (
SELECT case_id FROM case_barred WHERE {OWN} AND person_id = %(person)s UNION ALL SELECT stream_id FROM named
), copies AS MATERIALIZED (
SELECT copied.case_id::uuid FROM case_document AS original,
jsonb_array_elements_text(original.document::jsonb->'copies') AS copied (case_id)
WHERE {OWN} AND original.case_id IN (SELECT case_id FROM about)
), sight AS MATERIALIZED (SELECT
ARRAY(SELECT stream_id FROM named UNION ALL SELECT stream_id FROM moved) AS lost,
ARRAY(SELECT case_id FROM about) AS about,
ARRAY(SELECT case_id FROM about UNION ALL SELECT case_id FROM copies) AS hidden,
ARRAY(SELECT case_id FROM about UNION ALL SELECT case_id FROM copies UNION ALL SELECT stream_id FROM moved) AS shut
)
"""


def out_of_sight(which: str) -> str:
    """An array of cases, by its name in `sight`."""
    return f"(SELECT {which} FROM sight)::uuid[]"


NOT_SHUT_OUT = (
    f"NOT %(person)s = ANY(barred) AND case_id <> ALL ({out_of_sight('lost')})"
    # A copy is about whom its original is about.
    f" AND (duplicate_of IS NULL OR duplicate_of <> ALL ({out_of_sight('about')}))"
)
SHUT_OUT = f"ANY ({out_of_sight('shut')})"
