"""What PostGraphile reads: a schema of plain views over the read tables, which PostgreSQL merges into its queries.

They are read with the rights of whoever asks, so that row-level security holds. They leave out generations that are not
live and add nothing else: what may be seen stands in PostGraphile's queries.
"""

from __future__ import annotations

import psycopg

from bench.graphql.statements import EVENTS, LIVE_ROWS, SCHOOLS, cells
from ledger.embedded import APPLICATION_ROLE

SCHEMA = "peer"
_VIEWS = {
    "school": (SCHOOLS, "@primaryKey urn"),
    "case_file": (
        "SELECT case_id, kind, reference, school_urn, status, opened_on, barred"
        f" FROM public.case_file WHERE {LIVE_ROWS}",
        "@primaryKey case_id\n@foreignKey (school_urn) references peer.school (urn)",
    ),
    "case_document": (
        f"SELECT case_id, version FROM public.case_document WHERE {LIVE_ROWS}",
        "@primaryKey case_id\n@foreignKey (case_id) references peer.case_file (case_id)",
    ),
    "event": (
        EVENTS,
        "@primaryKey case_id,version\n@foreignKey (case_id) references peer.case_file (case_id)",
    ),
    # The type of a dashboard's cells; it holds none itself.
    "cell": (
        "SELECT 0 AS count_number, ''::text AS school_urn, ''::text AS period, 0 AS value WHERE false",
        "@foreignKey (school_urn) references peer.school (urn)",
    ),
}
_FIGURES = "SELECT count_number, school_urn, period, value FROM ({}) AS cell"
_FUNCTIONS = {
    "dashboard(from_day date, to_day date)": cells("from_day", "to_day"),
    "past_dashboard(from_day date, to_day date, at_position bigint)": cells("from_day", "to_day", "at_position"),
}


def make_views(admin_url: str) -> None:
    """Make the schema anew, as the superuser, for the application's role to read."""
    with psycopg.connect(admin_url) as admin:
        for statement in _statements():
            admin.execute(statement.encode())


def drop_views(admin_url: str) -> None:
    """Leave the database as it was."""
    with psycopg.connect(admin_url) as admin:
        admin.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE".encode())


def _statements() -> list[str]:
    made = [f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE", f"CREATE SCHEMA {SCHEMA}"]
    for name, (query, tags) in _VIEWS.items():
        made.append(f"CREATE VIEW {SCHEMA}.{name} WITH (security_invoker = true) AS {query}")
        made.append(f"COMMENT ON VIEW {SCHEMA}.{name} IS '{tags}'")
    for head, query in _FUNCTIONS.items():
        made.append(
            f"CREATE FUNCTION {SCHEMA}.{head} RETURNS SETOF {SCHEMA}.cell LANGUAGE sql STABLE"
            f" AS $${_FIGURES.format(query)}$$"
        )
    made.append(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {APPLICATION_ROLE}")
    made.append(f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {APPLICATION_ROLE}")
    made.append(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {SCHEMA} TO {APPLICATION_ROLE}")
    return made
