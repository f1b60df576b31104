"""Row-level security and rights of a table: every table that a revision makes goes through `protect`."""

from __future__ import annotations

from alembic import op as alembic_op

from migrations.roles import APPLICATION_ROLE

__all__ = ["protect", "refuse_changes"]

# An empty setting is what PostgreSQL leaves behind when a setting of one transaction ends; it means no trust.
_TRUST = "nullif(current_setting('app.trust', true), '')"


def protect(op: object, table: str, *rights: str, readable_unscoped: bool = False) -> None:
    """Let the application's role reach the rows of its connection's trust alone, by the given rights.

    Args:
        op: Alembic's operations, as in a revision.
        table: a table with a column `trust_id`.
        rights: what is granted, such as "SELECT", "INSERT", "UPDATE (blob)".
        readable_unscoped: for the few tables that are read before a trust is known, and hold no personal data: a
            connection of no trust reads all their rows, and still changes none.

    """
    assert op is alembic_op
    execute = alembic_op.execute
    execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    execute(f"CREATE POLICY own_trust ON {table} USING (trust_id = {_TRUST}::uuid)")
    if readable_unscoped:
        execute(f"CREATE POLICY before_a_trust_is_known ON {table} FOR SELECT USING ({_TRUST} IS NULL)")
    if rights:
        execute(f"GRANT {', '.join(rights)} ON {table} TO {APPLICATION_ROLE}")


def refuse_changes(op: object, table: str) -> None:
    """Refuse UPDATE, DELETE and TRUNCATE of a table, whoever asks: its rows are evidence.

    Needs the function `rows_are_kept`, made by the first revision of the chain.
    """
    assert op is alembic_op
    alembic_op.execute(
        f"CREATE TRIGGER rows_are_kept BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION rows_are_kept()"
    )
    refuse_emptying(op, table)


def refuse_emptying(op: object, table: str) -> None:
    """Refuse TRUNCATE of a table, which row-level security does not see."""
    assert op is alembic_op
    alembic_op.execute(
        f"CREATE TRIGGER table_is_kept BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION rows_are_kept()"
    )
