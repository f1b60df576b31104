"""Asking for a case about oneself is the same work as asking for one that is not there (design D15: timing).

What is compared is what PostgreSQL does, which no busy machine changes; `python -m bench.hiding` measures the time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from domain.access import Role
from projections.engine import Projector
from tests.projections.examples import breach, incident, school
from tests.projections.readers import reader
from tests.projections.recording import Recording, named
from tests.support.asking import ask

WHOLE = (
    "{ __typename id reference links { restricted case { id } } history { totalCount nodes { type caseAfter { id } } }"
    " latestEvent { id } blockedActions { action } outstanding { code } }"
)
BY_ID = f"query ($id: ID!) {{ case(id: $id) {WHOLE} }}"
BY_REFERENCE = f"query ($id: String!) {{ case(reference: $id) {WHOLE} }}"
AS_IT_STOOD = f"query ($id: ID!) {{ case(id: $id, asOf: {{ position: 3 }}) {WHOLE} }}"
# A row that is found by its key and left out, where none is found: one block of the table, and of its index.
BLOCKS = 4


@pytest.fixture
def projected(recording: Recording) -> Recording:
    about_reader = breach("D", on=date(2026, 9, 21), subject=named("reader"))
    seen = incident("A", "ALLEGATION:STAFF")
    recording.record(school(recording.trust_id))
    recording.record(about_reader, seen, *(breach(f"E{number}", on=date(2026, 9, 21)) for number in range(40)))
    Projector(recording.database).catch_up(recording.trust_id)
    return recording


@pytest.mark.parametrize("role", [Role.TRUST_LEAD, Role.AUDITOR, Role.HR, Role.HEADTEACHER, Role.CHAIR])
@pytest.mark.parametrize(
    ("query", "hidden", "nothing"),
    [
        (BY_ID, str(named("D")), lambda: str(uuid4())),
        (AS_IT_STOOD, str(named("D")), lambda: str(uuid4())),
        (BY_REFERENCE, "SBR-2026-D", lambda: "SBR-2026-Z"),
    ],
    ids=["by id", "as it stood", "by reference"],
)
def test_the_same_is_done_for_a_case_about_oneself_and_for_none(
    projected: Recording, monkeypatch: pytest.MonkeyPatch, role: Role, query: str, hidden: str, nothing: Any
) -> None:
    urn = "900001" if role in (Role.HEADTEACHER, Role.CHAIR) else None

    def work(wanted: str) -> list[tuple[list[Any], int]]:
        with monkeypatch.context() as patched:
            done = explained(patched)
            assert ask(projected.trust, reader(projected.trust_id, role, urn), query, id=wanted) == {"case": None}
        return done

    work(hidden)
    of_hidden, of_nothing = work(hidden), work(nothing())

    assert len(of_nothing) == len(of_hidden)
    assert len(of_hidden) == 1
    for (nodes, blocks), (others, other_blocks) in zip(of_hidden, of_nothing, strict=True):
        assert [node for node, _, _ in nodes] == [node for node, _, _ in others]
        differing = [(one, other) for one, other in zip(nodes, others, strict=True) if one != other]
        # The row of the case may be found by its key in one table, and then not in the next.
        assert len(differing) <= 2
        assert all(abs(one[1] - other[1]) + abs(one[2] - other[2]) <= 1 for one, other in differing)
        assert abs(blocks - other_blocks) <= BLOCKS


def test_for_a_case_that_is_seen_more_is_done(projected: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what is compared above is known to tell a case from none."""
    asker = reader(projected.trust_id)
    found = []
    for wanted in (named("A"), uuid4()):
        with monkeypatch.context() as patched:
            done = explained(patched)
            ask(projected.trust, asker, BY_ID, id=str(wanted))
        found.append(done)

    assert found[0][0][0] != found[1][0][0]


def explained(patched: pytest.MonkeyPatch) -> list[tuple[list[Any], int]]:
    """What each statement of an answer does from now on: its nodes with their loops and rows, and its blocks."""
    done: list[tuple[list[Any], int]] = []
    execute = psycopg.RawCursor.execute

    def explaining(cursor: Any, statement: Any, parameters: Any = None, **given: Any) -> Any:
        text = statement if isinstance(statement, bytes) else str(statement).encode()
        with psycopg.RawCursor(cursor.connection) as other:
            options = b"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, SUMMARY OFF, FORMAT JSON) "
            [(plan,)] = execute(other, options + text, parameters).fetchall()
        root = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
        done.append((list(_nodes(root)), root["Shared Hit Blocks"] + root["Shared Read Blocks"]))
        return execute(cursor, statement, parameters, **given)

    patched.setattr(psycopg.RawCursor, "execute", explaining)
    return done


def _nodes(node: dict[str, Any]) -> Iterator[tuple[str, int, int]]:
    yield node["Node Type"], node["Actual Loops"], node["Actual Rows"]
    for inner in node.get("Plans", ()):
        yield from _nodes(inner)
