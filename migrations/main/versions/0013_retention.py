"""How long records are kept: what it follows from of each case and person, the trust's tables, and what it holds."""

from __future__ import annotations

from alembic import op

from migrations.protection import protect
from migrations.roles import APPLICATION_ROLE

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Filled when the program starts: what another release derived is derived again beside it.
CASE_RETENTION = """
    CREATE TABLE case_retention (
        trust_id      uuid    NOT NULL,
        generation    int     NOT NULL,
        case_id       uuid    NOT NULL,
        opened_on     date    NOT NULL,
        has_ended     boolean NOT NULL,
        ended_on      date,
        outcome       text    COLLATE "C",
        classes       text[]  NOT NULL,
        sanctioned_on date,
        subject_id    uuid,
        schools       text[]  NOT NULL,
        on_hold       boolean NOT NULL,
        decision      text    COLLATE "C",
        keep_until    date,
        PRIMARY KEY (trust_id, generation, case_id)
    )
"""
CASE_RETENTION_ENDED = "CREATE INDEX case_retention_ended ON case_retention (trust_id, generation, ended_on)"
RETENTION_RULE = """
    CREATE TABLE retention_rule (
        trust_id       uuid     NOT NULL,
        generation     int      NOT NULL,
        adopted_on     date     NOT NULL,
        ordinal        smallint NOT NULL,
        valid_from     bigint   NOT NULL,
        valid_to       bigint,
        table_id       text     COLLATE "C" NOT NULL,
        table_version  text     COLLATE "C" NOT NULL,
        sha256         text     NOT NULL,
        table_name     text     NOT NULL,
        disposal       text     COLLATE "C" NOT NULL,
        is_confirmed   boolean  NOT NULL,
        rule_id        text     COLLATE "C" NOT NULL,
        kinds          text[]   NOT NULL,
        outcomes       text[]   NOT NULL,
        needs          text[]   NOT NULL,
        unless         text[]   NOT NULL,
        trigger        text     COLLATE "C" NOT NULL,
        input          text     COLLATE "C" NOT NULL,
        months         smallint NOT NULL,
        caution        smallint NOT NULL,
        effective_from date     NOT NULL,
        content        text     NOT NULL,
        PRIMARY KEY (trust_id, generation, adopted_on, ordinal, valid_from)
    )
"""
TRUST_HOLD = """
    CREATE TABLE trust_hold (
        trust_id   uuid   NOT NULL,
        generation int    NOT NULL,
        hold_id    uuid   NOT NULL,
        valid_from bigint NOT NULL,
        valid_to   bigint,
        schools    text[],
        kinds      text[],
        persons    uuid[],
        aware_from date,
        aware_to   date,
        authority  text   COLLATE "C" NOT NULL,
        review_on  date   NOT NULL,
        placed_on  date   NOT NULL,
        PRIMARY KEY (trust_id, generation, hold_id, valid_from)
    )
"""
READ_TABLES = {"case_retention": CASE_RETENTION, "retention_rule": RETENTION_RULE, "trust_hold": TRUST_HOLD}
# Days of a person's working life: personal, and erased with the person.
PERSON = "ALTER TABLE person ADD COLUMN pension_on date, ADD COLUMN left_on date"
# The planner's statistics hold samples of a column, and would keep them after the person is erased.
NO_SAMPLES = "ALTER TABLE person ALTER COLUMN pension_on SET STATISTICS 0, ALTER COLUMN left_on SET STATISTICS 0"


def upgrade() -> None:
    """Make the tables, and the columns of a person."""
    for table, definition in READ_TABLES.items():
        op.execute(definition)
        protect(op, table, "SELECT", "INSERT", "UPDATE", "DELETE", "MAINTAIN")
    op.execute(CASE_RETENTION_ENDED)
    op.execute(PERSON)
    op.execute(NO_SAMPLES)
    op.execute(f"GRANT UPDATE (pension_on, left_on) ON person TO {APPLICATION_ROLE}")


def downgrade() -> None:
    """Take them away; of a person the two days are lost."""
    op.execute("ALTER TABLE person DROP COLUMN pension_on, DROP COLUMN left_on")
    for table in READ_TABLES:
        op.execute(f"DROP TABLE {table}")
