"""The tables as the code has them are the tables as the migrations make them; reads open them in one place alone."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

import projections
from projections.tables import CORE_TABLES, METADATA
from tests.support.postgres import DatabaseUrls

SOURCES = sorted(Path(projections.__file__).parent.rglob("*.py"))
# The projector and the rebuild write, and read back what they wrote; they answer nobody.
WRITERS = {"bulk.py", "comparing.py", "engine.py", "folding.py", "generations.py"}
_TABLES_OF_THE_LEDGER = frozenset(
    {"checkpoint", "event", "event_part", "ledger_head", "person", "person_name", "trust"}
)
OPENS = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(?:ONLY\s+)?(\w+)", re.IGNORECASE)


def test_the_tables_are_the_ones_that_the_migrations_make(database_urls: DatabaseUrls) -> None:
    # given
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(database_urls.admin_main))

    # when
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: kind != "table" or name in METADATA.tables,
            },
        )
        differences = compare_metadata(context, METADATA)
    engine.dispose()

    # then
    assert differences == []


def opened_tables(source: str) -> set[str]:
    """The read tables that the texts of a module open themselves."""
    nodes = list(ast.walk(ast.parse(source)))
    # A docstring is a statement of its own.
    words = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    texts = [
        node.value if isinstance(node.value, str) else node.value.decode()
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)) and id(node) not in words
    ]
    read_tables = {table.name for table in CORE_TABLES} | _TABLES_OF_THE_LEDGER
    return {name for text in texts for name in OPENS.findall(text) if name in read_tables}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: "/".join(path.parts[-2:]))
def test_no_query_opens_a_read_table_but_through_what_the_reader_sees(path: Path) -> None:
    if path.name not in {*WRITERS, "kept.py", "sight.py", "visible.py"}:
        assert opened_tables(path.read_text()) == set()


@pytest.mark.parametrize(
    "planted",
    [
        "q = 'SELECT case_id FROM case_file'",
        "q = f'SELECT * FROM contribution WHERE {x}'",
        "q = b'SELECT 1 FROM school JOIN case_item USING (x)'",
        "q = 'delete from duty'",
        "q = f'{x} LEFT JOIN person_name AS called USING (person_id)'",
    ],
)
def test_a_query_that_opens_a_read_table_itself_is_found(planted: str) -> None:
    assert opened_tables(planted)


def test_writers_answer_nobody_they_take_no_visibility() -> None:
    for path in SOURCES:
        if path.name in WRITERS:
            assert "Visibility" not in path.read_text()
