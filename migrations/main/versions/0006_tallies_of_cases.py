"""How many cases there are of each kind, and whom they bar: kept, so that neither is looked for case by case.

And monthly figures that are read from their index alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op

from migrations.protection import protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CASE_TALLY = """
    CREATE TABLE case_tally (
        trust_id   uuid NOT NULL,
        generation int  NOT NULL,
        school_urn text COLLATE "C" NOT NULL,
        kind       text COLLATE "C" NOT NULL,
        status     text COLLATE "C" NOT NULL,
        cases      int  NOT NULL,
        PRIMARY KEY (trust_id, generation, school_urn, kind, status)
    ) WITH (fillfactor = 50)
"""
CASE_BARRED = """
    CREATE TABLE case_barred (
        trust_id   uuid NOT NULL,
        generation int  NOT NULL,
        case_id    uuid NOT NULL,
        person_id  uuid NOT NULL,
        PRIMARY KEY (trust_id, generation, case_id, person_id)
    )
"""
CASE_BARRED_PERSON = "CREATE INDEX case_barred_person ON case_barred (trust_id, generation, person_id, case_id)"
# A page of each group of cases, in order, without reading anything else.
CASE_LISTED = """
    CREATE INDEX case_file_listed ON case_file (trust_id, generation, school_urn, kind, status, opened_on, case_id)
    INCLUDE (barred)
"""
REPLACED = {
    "case_file_barred": "(trust_id, generation) WHERE barred <> '{}'",
    "case_file_counted": "(trust_id, generation, school_urn, status, kind) INCLUDE (barred)",
    "case_file_school": "(trust_id, generation, school_urn, opened_on, case_id)",
}
MONTHS_KEY = (
    "ALTER TABLE count_month DROP CONSTRAINT count_month_pkey, ADD PRIMARY KEY"
    " (trust_id, generation, span, school_urn, month, count_number, source, epoch){included}"
)
TALLIED = """
    INSERT INTO case_tally SELECT trust_id, generation, school_urn, kind, status, count(*) FROM case_file
    GROUP BY trust_id, generation, school_urn, kind, status
"""
BARRED = "INSERT INTO case_barred SELECT DISTINCT trust_id, generation, case_id, unnest(barred) FROM case_file"


def upgrade() -> None:
    """Add up the cases of all trusts."""
    op.execute(CASE_TALLY)
    op.execute(CASE_BARRED)
    with _unforced():
        op.execute(TALLIED)
        op.execute(BARRED)
    op.execute(CASE_BARRED_PERSON)
    for table in ("case_tally", "case_barred"):
        protect(op, table, "SELECT", "INSERT", "UPDATE", "DELETE", "MAINTAIN")
    op.execute(MONTHS_KEY.format(included=" INCLUDE (items, excluded)"))
    op.execute(CASE_LISTED)
    for index in REPLACED:
        op.execute(f"DROP INDEX {index}")


def downgrade() -> None:
    """Look for them case by case again."""
    op.execute(MONTHS_KEY.format(included=""))
    for index, of in REPLACED.items():
        op.execute(f"CREATE INDEX {index} ON case_file {of}")
    op.execute("DROP INDEX case_file_listed")
    for table in ("case_tally", "case_barred"):
        op.execute(f"DROP TABLE {table}")


@contextmanager
def _unforced() -> Iterator[None]:
    """Let the table's owner, who migrates, see the rows of all trusts for as long as it takes."""
    op.execute("ALTER TABLE case_file NO FORCE ROW LEVEL SECURITY")
    yield
    op.execute("ALTER TABLE case_file FORCE ROW LEVEL SECURITY")
