"""Events by which somebody loses sight of a case are looked for before they are projected, and found by an index."""

from __future__ import annotations

import re
from uuid import UUID

from psycopg import Connection

from domain.access import Role, visibility
from ledger.database import Database
from projections import sight
from projections.visible import Reading

TRUST, PERSON = UUID(int=1), UUID(int=2)


def definition(connection: Connection) -> str:
    row = connection.execute("SELECT pg_get_indexdef('event_of_sight'::regclass)").fetchone()
    assert row is not None
    return str(row[0])


def test_the_index_holds_the_events_that_every_question_looks_for(database: Database) -> None:
    with database.trust(TRUST).connection() as connection:
        indexed = set(re.findall(r"'([a-z_.]+\.v\d+)'", definition(connection)))

    sought = set(re.findall(r"'([a-z_.]+\.v\d+)'", sight.SIGHT))
    assert len(sought) == 11
    assert indexed == sought


def test_no_question_goes_through_the_whole_ledger_to_see_what_may_be_seen(database: Database) -> None:
    """A role of one school and one of the whole trust; the planner is kept from what it does with tables so small."""
    for role, school in ((Role.HEADTEACHER, "900001"), (Role.TRUST_LEAD, None)):
        reading = Reading(visibility(TRUST, PERSON, role, school))
        with database.trust(TRUST).connection() as connection, connection.transaction():
            connection.execute("SET LOCAL enable_seqscan = off")
            connection.execute("SET LOCAL enable_bitmapscan = off")
            for source in (reading.cases(), reading.documents(), reading.tallies()):
                asked = "EXPLAIN " + reading.statement(f"SELECT * FROM {source} AS seen")
                plan = "\n".join(line for (line,) in connection.execute(asked.encode(), reading.parameters))
                scans = re.findall(r"Scan (?:using (\w+) )?on event\b.*\n.*Index Cond: (.*)", plan)
                # Once for each statement, and from the last position that was projected on.
                [(index, condition)] = scans
                assert index == "event_of_sight", plan
                assert '"position" >' in condition, plan
