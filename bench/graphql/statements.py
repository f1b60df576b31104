"""The SQL of the peers, by hand: the floor's finished answers, and what PostGraphile and the data loaders read.

All of it runs as the application's role on a connection fixed to the trust, over the tables and indexes that we read.
"""

from __future__ import annotations

from domain.monitoring_counts import DEFINITIONS
from projections.changes import SPANS, first_of_epoch

_TRUST = "current_setting('app.trust')::uuid"
_LIVE = f"(SELECT generation FROM projection WHERE trust_id = {_TRUST} AND name = 'core' AND live)"
LIVE_ROWS = f"trust_id = {_TRUST} AND generation = {_LIVE}"
# What a reader of every school may open.
SEEN = f"{LIVE_ROWS} AND kind = ANY(%(kinds)s) AND NOT %(person)s::uuid = ANY(barred)"
SCHOOLS = f"SELECT urn, name FROM public.school WHERE {LIVE_ROWS} AND valid_to IS NULL"
_EPOCH = first_of_epoch(1)
_LONG_EPOCH = _EPOCH * (SPANS[1] or 1)

_MONTHS = f"""
    SELECT count_number, school_urn, month, items FROM public.count_month
    WHERE {LIVE_ROWS} AND month BETWEEN {{first}} AND {{last}}
"""
_MOVED = f"""
    SELECT count_number, school_urn, date_trunc('month', discovered_on)::date, {{change}} FROM public.contribution
    WHERE {LIVE_ROWS} AND discovered_on BETWEEN {{first}} AND {{last}} AND excluded_by IS NULL
      AND {{column}} BETWEEN {{position}} / {_EPOCH} * {_EPOCH} AND {{position}}
"""
_PAST_MONTHS = " UNION ALL ".join(
    [
        f"{_MONTHS} AND span = 1 AND epoch < {{position}} / {_LONG_EPOCH}",
        f"{_MONTHS} AND span = 0 AND epoch >= {{position}} / {_LONG_EPOCH} * {SPANS[1]}"
        f" AND epoch < {{position}} / {_EPOCH}",
        _MOVED.replace("{change}", "1").replace("{column}", "valid_from"),
        _MOVED.replace("{change}", "-1").replace("{column}", "valid_to"),
    ]
)
_CELLS = f"""
    SELECT number AS count_number, school.urn AS school_urn, school.name AS school_name,
           to_char(begins, 'YYYY-MM') AS period, coalesce(figure.items, 0)::int AS value
    FROM generate_series(1, 11) AS number
    CROSS JOIN ({SCHOOLS}) AS school
    CROSS JOIN (
        SELECT given::date AS begins FROM generate_series({{first}}, {{last}}, interval '1 month') AS given
    ) AS month
    LEFT JOIN (
        SELECT count_number, school_urn, month, sum(items) AS items FROM ({{months}}) AS months GROUP BY 1, 2, 3
    ) AS figure ON figure.count_number = number AND figure.school_urn = school.urn AND figure.month = begins
    ORDER BY 1, 2, 4
"""


def cells(first: str, last: str, position: str | None = None) -> str:
    """Every cell of a dashboard: count_number, school_urn, school_name, period, value; the bounds are expressions."""
    months = f"{_MONTHS} AND span = {len(SPANS) - 1}" if position is None else _PAST_MONTHS
    return _CELLS.replace("{months}", months).format(first=first, last=last, position=position)


_UTC = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""
_DATA = "convert_from(body, 'UTF8')::json -> 'data'"
_NAMES = ", ".join(f"({definition.number}, '{definition.count.value}')" for definition in DEFINITIONS)

EVENTS = f"""
    SELECT stream_id AS case_id, version, position, type, recorded_at, {_DATA} AS data
    FROM public.event WHERE trust_id = {_TRUST}
"""


def _dashboard(position: str | None) -> str:
    return f"""
        SELECT '{{"data":{{"monitoring":{{"cells":[' || coalesce(string_agg(
            '{{"count":"' || named.name || '","period":"' || period || '","value":' || value
            || ',"school":{{"urn":"' || school_urn || '","name":' || to_json(school_name) || '}}}}',
            ','), '') || ']}}}}}}'
        FROM ({cells("%(from)s::date", "%(to)s::date", position)}) AS cell
        JOIN (VALUES {_NAMES}) AS named (number, name) ON named.number = count_number
    """


_WANTED = "kind = ANY(%(wanted)s) AND status = ANY(%(statuses)s) AND school_urn = ANY(%(schools)s)"
_CHOSEN = f"{SEEN} AND {_WANTED}"
_BARRED = f"SELECT case_id FROM case_barred WHERE {LIVE_ROWS} AND person_id = %(person)s::uuid"
_TOTAL = f"""(
    SELECT sum(cases) FROM (
        SELECT coalesce(sum(cases), 0) AS cases FROM case_tally
        WHERE {LIVE_ROWS} AND kind = ANY(%(kinds)s) AND {_WANTED}
        UNION ALL
        SELECT -count(*) FROM case_file
        WHERE {LIVE_ROWS} AND kind = ANY(%(kinds)s) AND {_WANTED} AND case_id IN ({_BARRED})
    ) AS added
)"""
_LIST = f"""
    SELECT '{{"data":{{"cases":{{"totalCount":' || {_TOTAL}
        || ',"pageInfo":{{"hasNextPage":' || (count(*) > 50) || ',"endCursor":'
        || coalesce(to_json((max(cursor) FILTER (WHERE place = 50)))::text, 'null')
        || '}},"nodes":[' || coalesce(string_agg(node, ',') FILTER (WHERE place <= 50), '') || ']}}}}}}'
    FROM (
        SELECT row_number() OVER () AS place, page.opened_on || ':' || page.case_id AS cursor,
            '{{"id":"' || page.case_id || '","reference":' || to_json(reference) || ',"status":"' || status
            || '","openedOn":"' || opened_on || '","version":' || document.version
            || ',"school":{{"urn":"' || school.urn || '","name":' || to_json(school.name)
            || '}},"latestEvent":' || latest.node || '}}' AS node
        FROM (
            SELECT * FROM case_file WHERE {_CHOSEN} ORDER BY opened_on DESC, case_id DESC LIMIT 51
        ) AS page
        JOIN case_document AS document USING (trust_id, generation, case_id)
        JOIN ({SCHOOLS}) AS school ON school.urn = page.school_urn
        JOIN LATERAL (
            SELECT '{{"type":"' || type || '","position":' || position || ',"recordedAt":"'
                || {_UTC.format("recorded_at")} || '"}}' AS node
            FROM event
            WHERE trust_id = page.trust_id AND stream_id = page.case_id AND event.version = document.version
        ) AS latest ON true
        ORDER BY page.opened_on DESC, page.case_id DESC
    ) AS listed
"""
_HISTORY = f"""
    SELECT '{{"data":{{"case":' || coalesce((
        SELECT '{{"id":"' || case_id || '","reference":' || to_json(reference) || ',"history":{{"nodes":[' || coalesce((
            SELECT string_agg('{{"version":' || version || ',"position":' || position || ',"type":"' || type
                || '","recordedAt":"' || {_UTC.format("recorded_at")} || '","data":' || ({_DATA})::text || '}}', ',')
            FROM (
                SELECT * FROM event
                WHERE trust_id = seen.trust_id AND stream_id = seen.case_id ORDER BY version LIMIT 40
            ) AS happened
        ), '') || ']}}}}'
        FROM case_file AS seen WHERE {SEEN} AND case_id = %(id)s::uuid
    ), 'null') || '}}}}'
"""
# What the floor answers; the key is the question's name.
FLOOR = {
    "dashboard": _dashboard(None),
    "past": _dashboard("%(position)s::bigint"),
    "list": _LIST,
    "history": _HISTORY,
}
