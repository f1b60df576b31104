"""Reading the log of reads, and finding in an answer of which cases it tells."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Any

from tests.api.client import Client

Json = dict[str, Any]
CASE_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
READERS = (
    *("trust-lead", "auditor", "dpo", "headteacher:900003", "coordinator:900001", "staff:900003", "hr"),
    "dashboard",
)


@dataclass
class Log:
    """The log of reads of the demonstration, as its table has it."""

    client: Client

    def bodies(self, after: int = 0) -> list[Json]:
        with self.client.runtime.database.trust(self.client.trust_id).connection() as connection:
            rows = connection.execute(
                "SELECT convert_from(body, 'UTF8') FROM read_entry WHERE trust_id = %s AND position > %s"
                " ORDER BY position",
                (self.client.trust_id, after),
            ).fetchall()
        return [json.loads(body) for (body,) in rows]

    @property
    def position(self) -> int:
        with self.client.runtime.database.trust(self.client.trust_id).connection() as connection:
            row = connection.execute(
                "SELECT position FROM read_head WHERE trust_id = %s", (self.client.trust_id,)
            ).fetchone()
        return 0 if row is None else int(row[0])

    def of(self, query: str, role: str = "trust-lead", **variables: Any) -> tuple[Json, list[Json]]:
        """The data of an answer, and what was recorded of it."""
        before = self.position
        data = self.client.ask(query, role, **variables)
        return data, self.bodies(before)


def told(value: Any, cases: frozenset[str]) -> set[str]:
    """The ids of cases that an answer shows, in cursors too; what events say of other cases is theirs."""
    found: set[str] = set()
    if isinstance(value, dict):
        for name, one in value.items():
            if name not in ("data", "changes"):
                found |= told(one, cases)
    elif isinstance(value, list):
        for one in value:
            found |= told(one, cases)
    elif isinstance(value, str):
        found |= set(CASE_ID.findall(value)) & cases
        if value.startswith("Wy"):
            text = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()
            found |= set(CASE_ID.findall(text)) & cases
    return found
