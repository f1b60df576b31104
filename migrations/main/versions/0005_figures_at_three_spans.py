"""Monthly figures at three spans of positions, and an index by which cases are counted without reading them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KEY = "trust_id, generation, school_urn, month, count_number, source"

CASE_COUNTED = (
    "CREATE INDEX case_file_counted ON case_file (trust_id, generation, school_urn, status, kind) INCLUDE (barred)"
)


def upgrade() -> None:
    """Add the figures of the longer spans, which are sums of the shorter ones."""
    op.execute("ALTER TABLE count_month ADD COLUMN span smallint NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE count_month ALTER COLUMN span DROP DEFAULT")
    op.execute("ALTER TABLE count_month DROP CONSTRAINT count_month_pkey")
    with _unforced():
        for span, epoch in ((1, "epoch / 16"), (2, "epoch * 0")):
            op.execute(
                f"INSERT INTO count_month ({_KEY}, span, epoch, items, excluded)"  # noqa: S608 - from constants alone
                f" SELECT {_KEY}, {span}, {epoch}, sum(items), sum(excluded) FROM count_month WHERE span = 0"
                f" GROUP BY {_KEY}, {epoch} HAVING sum(items) <> 0 OR sum(excluded) <> 0"
            )
    op.execute(
        "ALTER TABLE count_month ADD PRIMARY KEY"
        " (trust_id, generation, span, school_urn, month, count_number, source, epoch)"
    )
    op.execute(CASE_COUNTED)


def downgrade() -> None:
    """Keep the shortest span."""
    op.execute("DROP INDEX case_file_counted")
    with _unforced():
        op.execute("DELETE FROM count_month WHERE span > 0")
    op.execute("ALTER TABLE count_month DROP CONSTRAINT count_month_pkey")
    op.execute(f"ALTER TABLE count_month ADD PRIMARY KEY ({_KEY}, epoch)")
    op.execute("ALTER TABLE count_month DROP COLUMN span")


@contextmanager
def _unforced() -> Iterator[None]:
    """Let the table's owner, who migrates, see the rows of all trusts for as long as it takes."""
    op.execute("ALTER TABLE count_month NO FORCE ROW LEVEL SECURITY")
    yield
    op.execute("ALTER TABLE count_month FORCE ROW LEVEL SECURITY")
