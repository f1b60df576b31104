"""The application's role: it owns nothing, bypasses nothing, and waits for nothing for ever."""

from __future__ import annotations

from alembic import op as alembic_op
from sqlalchemy import text

__all__ = ["APPLICATION_ROLE", "grant_database", "make_application_role"]

APPLICATION_ROLE = "caseledger_app"

_TIMEOUTS = {
    "statement_timeout": "30s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "30s",
}
# Only a superuser may set these for a role. No value that a statement carries may reach the server's log.
_SILENCE = {
    "log_min_error_statement": "panic",
    "log_min_messages": "log",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


def make_application_role(op: object) -> None:
    """Make the role, unless another database of the server has it already, and set its limits.

    It is made without a password; the embedded server has given it one before, elsewhere the operator does.
    """
    assert op is alembic_op
    alembic_op.execute(
        f"""
        DO $$
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APPLICATION_ROLE}') THEN
                CREATE ROLE {APPLICATION_ROLE} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
            END IF;
        END
        $$
        """
    )
    bind = alembic_op.get_bind()
    is_superuser = bind.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
    known = bind.scalar(text("SELECT rolconfig FROM pg_roles WHERE rolname = :role"), {"role": APPLICATION_ROLE}) or ()
    settings = {"timezone": "UTC"} | _TIMEOUTS | (_SILENCE if is_superuser else {})
    for name, value in settings.items():
        # The role belongs to the whole server: where another database is being migrated too, setting it again fails.
        if f"{name}={value}".casefold() not in map(str.casefold, known):
            alembic_op.execute(f"ALTER ROLE {APPLICATION_ROLE} SET {name} = '{value}'")


def grant_database(op: object) -> None:
    """Let the role connect and use the schema, make temporary tables and nothing else; shut out everybody else."""
    assert op is alembic_op
    database = alembic_op.get_bind().scalar(text("SELECT quote_ident(current_database())"))
    alembic_op.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
    alembic_op.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {APPLICATION_ROLE}")
    alembic_op.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    alembic_op.execute(f"GRANT USAGE ON SCHEMA public TO {APPLICATION_ROLE}")
    # Alembic makes its table before the first revision runs.
    alembic_op.execute(f"GRANT SELECT ON alembic_version TO {APPLICATION_ROLE}")
