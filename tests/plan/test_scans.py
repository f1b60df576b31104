"""How statements find their rows where a trust is large, by the plans that PostgreSQL makes of them."""

from __future__ import annotations

import re

import pytest

from domain.access import Role
from ledger.database import Database
from tests.api.test_fields import TRUST, planned, statements

ENTRIES = "{ readLog(first: 20) { nodes { position what cases { reference } casesWithheld } } }"


@pytest.mark.parametrize("role", [Role.TRUST_LEAD, Role.AUDITOR, Role.DPO])
def test_who_read_is_told_without_going_through_every_case_of_the_trust(role: Role, database: Database) -> None:
    """The planner is kept from what it does with tables so small; each scan of cases is of those of one entry."""
    [statement] = statements(planned(ENTRIES, role))
    with database.trust(TRUST).connection() as connection, connection.transaction():
        connection.execute("SET LOCAL enable_seqscan = off")
        connection.execute("SET LOCAL enable_bitmapscan = off")
        plan = "\n".join(line for (line,) in connection.execute(f"EXPLAIN (GENERIC_PLAN) {statement}".encode()))

    scans = re.findall(r"Scan (?:using \w+ )?on case_file\b.*\n(.*)", plan)
    assert len(scans) == 3
    assert [scan for scan in scans if not re.search(r"Index Cond: .*case_id = (ANY )?\(", scan)] == [], plan
