"""People, whose names can be erased, and what was imported from which file."""

from __future__ import annotations

from alembic import op

from migrations.protection import protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The row outlives an erasure: it says that the id once was somebody, and keeps the id from being given again.
PERSON = """
    CREATE TABLE person (
        trust_id   uuid        NOT NULL,
        person_id  uuid        NOT NULL,
        kind       text        COLLATE "C" NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        erased_at  timestamptz,
        PRIMARY KEY (trust_id, person_id)
    )
"""

PERSON_NAME = """
    CREATE TABLE person_name (
        trust_id  uuid NOT NULL,
        person_id uuid NOT NULL,
        use       text COLLATE "C" NOT NULL CHECK (use IN ('USUAL', 'LEGAL', 'FORMER')),
        name      text NOT NULL CHECK (name <> ''),
        PRIMARY KEY (trust_id, person_id, use),
        FOREIGN KEY (trust_id, person_id) REFERENCES person
    )
"""

PERSON_SCHOOL = """
    CREATE TABLE person_school (
        trust_id   uuid NOT NULL,
        person_id  uuid NOT NULL,
        school_urn text COLLATE "C" NOT NULL,
        first_on   date NOT NULL,
        last_on    date CHECK (last_on >= first_on),
        PRIMARY KEY (trust_id, person_id, school_urn, first_on),
        FOREIGN KEY (trust_id, person_id) REFERENCES person
    )
"""

# One system may know a person by several identifiers, and one identifier is one person.
PERSON_IDENTIFIER = """
    CREATE TABLE person_identifier (
        trust_id   uuid NOT NULL,
        source     text COLLATE "C" NOT NULL,
        identifier text COLLATE "C" NOT NULL,
        person_id  uuid NOT NULL,
        PRIMARY KEY (trust_id, source, identifier),
        FOREIGN KEY (trust_id, person_id) REFERENCES person
    )
"""

# The planner's statistics hold samples of a column, and would keep them after the person is erased.
WITHOUT_SAMPLES = (
    "ALTER TABLE person_name ALTER COLUMN name SET STATISTICS 0",
    "ALTER TABLE person_identifier ALTER COLUMN identifier SET STATISTICS 0",
)

IMPORT_RUN = """
    CREATE TABLE import_run (
        trust_id    uuid        NOT NULL,
        run_id      uuid        NOT NULL,
        actor_id    uuid        NOT NULL,
        file_sha256 text        NOT NULL,
        row_count   int         NOT NULL,
        started_at  timestamptz NOT NULL,
        finished_at timestamptz,
        case_count  int,
        item_count  int,
        bad_count   int,
        PRIMARY KEY (trust_id, run_id)
    )
"""

# What a row said is kept as a keyed hash only: enough to notice that it says something else now.
IMPORT_ROW = """
    CREATE TABLE import_row (
        trust_id    uuid  NOT NULL,
        case_id     uuid  NOT NULL,
        ordinal     int   NOT NULL,
        run_id      uuid  NOT NULL,
        line        int   NOT NULL,
        fingerprint bytea NOT NULL,
        PRIMARY KEY (trust_id, case_id, ordinal),
        FOREIGN KEY (trust_id, run_id) REFERENCES import_run
    )
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(PERSON)
    protect(op, "person", "SELECT", "INSERT", "UPDATE (kind, erased_at)")
    for definition, table in (
        (PERSON_NAME, "person_name"),
        (PERSON_SCHOOL, "person_school"),
        (PERSON_IDENTIFIER, "person_identifier"),
    ):
        op.execute(definition)
        protect(op, table, "SELECT", "INSERT", "UPDATE", "DELETE")
    for statement in WITHOUT_SAMPLES:
        op.execute(statement)
    op.execute("CREATE INDEX person_identifier_person ON person_identifier (trust_id, person_id)")
    op.execute(IMPORT_RUN)
    protect(op, "import_run", "SELECT", "INSERT", "UPDATE (finished_at, case_count, item_count, bad_count)")
    op.execute(IMPORT_ROW)
    protect(op, "import_row", "SELECT", "INSERT")


def downgrade() -> None:
    """Refuse: people are nowhere else."""
    raise RuntimeError("People and imports are not thrown away: restore a backup instead.")
