"""The document of a case apart from what lists read of it: every event changes the former, few the latter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op

from migrations.protection import protect
from migrations.roles import APPLICATION_ROLE

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# The document is kept as it was written and is read whole, so it is neither taken apart nor, up to a page, compressed:
# both took longer than all else about writing it.
CASE_DOCUMENT = """
    CREATE TABLE case_document (
        trust_id   uuid   NOT NULL,
        generation int    NOT NULL,
        case_id    uuid   NOT NULL,
        version    int    NOT NULL,
        position   bigint NOT NULL,
        document   text   NOT NULL,
        PRIMARY KEY (trust_id, generation, case_id)
    ) WITH (toast_tuple_target = 8160)
"""
CASE_DOCUMENT_INDEX = "CREATE INDEX case_document_position ON case_document (trust_id, generation, position)"

# Projectors have the rows of what they fill counted, which the server would do a minute late.
READ_TABLES = (
    "case_file",
    "case_document",
    "case_item",
    "case_person",
    "case_link",
    "case_dependency",
    "duty",
    "contribution",
    "count_month",
    "school",
    "school_calendar",
    "school_policy",
)


def upgrade() -> None:
    """Move the documents of all trusts."""
    op.execute(CASE_DOCUMENT)
    with _unforced("case_file"):
        op.execute(
            "INSERT INTO case_document SELECT trust_id, generation, case_id, version, position, document FROM case_file"
        )
    op.execute(CASE_DOCUMENT_INDEX)
    protect(op, "case_document", "SELECT", "INSERT", "UPDATE", "DELETE")
    for table in READ_TABLES:
        op.execute(f"GRANT MAINTAIN ON {table} TO {APPLICATION_ROLE}")
    op.execute("ALTER TABLE case_file DROP COLUMN version, DROP COLUMN position, DROP COLUMN document")
    # Nothing that changes of a row stands in an index: with room beside it, it changes without touching any.
    op.execute("ALTER TABLE case_file RESET (toast_tuple_target), SET (fillfactor = 70)")


def downgrade() -> None:
    """Move them back."""
    op.execute("ALTER TABLE case_file ADD COLUMN version int, ADD COLUMN position bigint, ADD COLUMN document text")
    with _unforced("case_file"), _unforced("case_document"):
        op.execute(
            "UPDATE case_file AS file SET version = moved.version, position = moved.position,"
            " document = moved.document FROM case_document AS moved WHERE moved.trust_id = file.trust_id"
            " AND moved.generation = file.generation AND moved.case_id = file.case_id"
        )
    for column in ("version", "position", "document"):
        op.execute(f"ALTER TABLE case_file ALTER COLUMN {column} SET NOT NULL")
    op.execute("CREATE INDEX case_file_position ON case_file (trust_id, generation, position)")
    for table in READ_TABLES:
        op.execute(f"REVOKE MAINTAIN ON {table} FROM {APPLICATION_ROLE}")
    op.execute("DROP TABLE case_document")


@contextmanager
def _unforced(table: str) -> Iterator[None]:
    """Let the table's owner, who migrates, see the rows of all trusts for as long as it takes."""
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
