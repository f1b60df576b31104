"""The catalogue of the migrated databases: what is there is asked of PostgreSQL, so a new table cannot be forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from projections.tables import CORE_TABLES

if TYPE_CHECKING:
    from tests.support.postgres import DatabaseUrls

NOT_OF_A_TRUST = {"alembic_version"}
# Read before a trust is known. None of them may hold personal data.
READABLE_UNSCOPED = {"trust", "ledger_head", "projection", "api_key"}

RELATIONS = """
    SELECT c.relname FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
"""


def names(admin_url: str, query: str) -> set[str]:
    with psycopg.connect(admin_url) as admin:
        return {name for (name,) in admin.execute(query.encode())}


def unprotected(admin_url: str) -> set[str]:
    return names(admin_url, f"{RELATIONS} AND NOT (c.relrowsecurity AND c.relforcerowsecurity)")


def without_policy(admin_url: str) -> set[str]:
    """Tables that lack the one policy which binds every statement to the connection's trust."""
    return names(
        admin_url,
        f"""
        {RELATIONS} AND NOT EXISTS (
            SELECT FROM pg_policy p
             WHERE p.polrelid = c.oid AND p.polcmd = '*' AND p.polpermissive AND p.polroles = '{{0}}'
               AND pg_get_expr(p.polqual, p.polrelid)
                   = '(trust_id = (NULLIF(current_setting(''app.trust''::text, true), ''''::text))::uuid)'
               AND p.polwithcheck IS NULL)
        """,
    )


def keys_without_trust(admin_url: str) -> set[str]:
    """Primary, unique and foreign keys that do not hold the trust."""
    return names(
        admin_url,
        """
        SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
         WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique AND NOT EXISTS (
               SELECT FROM pg_attribute a
                WHERE a.attrelid = c.oid AND a.attname = 'trust_id' AND a.attnum = ANY (i.indkey::smallint[]))
        UNION
        SELECT k.conname FROM pg_constraint k
         WHERE k.connamespace = 'public'::regnamespace AND k.contype = 'f' AND NOT EXISTS (
               SELECT FROM pg_attribute a
                WHERE a.attrelid = k.conrelid AND a.attname = 'trust_id' AND a.attnum = ANY (k.conkey))
        """,
    )


@pytest.fixture(params=["main", "keys"])
def admin_url(request: pytest.FixtureRequest, database_urls: DatabaseUrls) -> str:
    return database_urls.admin_main if request.param == "main" else database_urls.admin_keys


def test_every_table_of_a_trust_is_protected_even_from_its_owner(admin_url: str) -> None:
    assert unprotected(admin_url) == NOT_OF_A_TRUST
    assert without_policy(admin_url) == NOT_OF_A_TRUST


def test_only_the_listed_tables_are_read_before_a_trust_is_known(admin_url: str) -> None:
    further = names(
        admin_url,
        "SELECT DISTINCT polrelid::regclass::text FROM pg_policy WHERE polname <> 'own_trust'",
    )
    loose = names(
        admin_url,
        """
        SELECT polname FROM pg_policy WHERE polname <> 'own_trust' AND NOT (
            polname = 'before_a_trust_is_known' AND polcmd = 'r' AND pg_get_expr(polqual, polrelid)
            = '(NULLIF(current_setting(''app.trust''::text, true), ''''::text) IS NULL)')
        """,
    )

    assert further <= READABLE_UNSCOPED
    assert loose == set()


def test_every_key_holds_the_trust(admin_url: str) -> None:
    assert keys_without_trust(admin_url) == {"alembic_version_pkc"}


def test_the_application_owns_nothing_and_empties_nothing(admin_url: str) -> None:
    owned = names(admin_url, "SELECT relname FROM pg_class WHERE relowner = 'caseledger_app'::regrole")
    emptied = names(
        admin_url,
        f"{RELATIONS} AND has_table_privilege('caseledger_app', c.oid, 'TRUNCATE, TRIGGER, REFERENCES')",
    )

    assert (owned, emptied) == (set(), set())


def test_the_application_counts_the_rows_of_the_read_tables_writes_those_with_names_anew_and_no_others(
    database_urls: DatabaseUrls,
) -> None:
    with_names = {"account", "person", "person_identifier", "person_name", "scim_user"}
    maintained = names(
        database_urls.admin_main, f"{RELATIONS} AND has_table_privilege('caseledger_app', c.oid, 'MAINTAIN')"
    )

    assert maintained == {table.name for table in CORE_TABLES} | with_names


def test_nobody_else_has_rights_on_the_tables(admin_url: str) -> None:
    grantees = names(
        admin_url,
        """
        SELECT DISTINCT a.grantee::regrole::text FROM pg_class c, aclexplode(c.relacl) a
         WHERE c.relnamespace = 'public'::regnamespace
        """,
    )

    assert grantees == {"postgres", "caseledger_app"}


def test_no_road_leads_around_row_level_security(admin_url: str) -> None:
    """Views run as their owner, materialised views and definer's functions see all rows: there are none."""
    views = names(
        admin_url,
        """
        SELECT relname FROM pg_class
         WHERE relnamespace = 'public'::regnamespace
           AND (relkind = 'm' OR relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (reloptions), false))
        """,
    )
    definers = names(admin_url, "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef")

    assert (views, definers) == (set(), set())


def test_what_the_application_may_do_with_the_ledger(database_urls: DatabaseUrls) -> None:
    rights = """
        SELECT relname || ' ' || string_agg(DISTINCT privilege, ',' ORDER BY privilege) FROM (
            SELECT c.relname, a.privilege_type AS privilege FROM pg_class c, aclexplode(c.relacl) a
             WHERE a.grantee = 'caseledger_app'::regrole
            UNION ALL
            SELECT c.relname, a.privilege_type || '(' || t.attname || ')' FROM pg_class c
              JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a
             WHERE a.grantee = 'caseledger_app'::regrole) granted
         WHERE relname IN ('event', 'sealed_part', 'command', 'checkpoint', 'ledger_head', 'trust', 'alembic_version',
                           'reference_counter', 'data_key', 'read_head', 'read_entry', 'read_of_case',
                           'read_checkpoint')
         GROUP BY relname
    """

    assert names(database_urls.admin_main, rights) == {
        "alembic_version SELECT",
        "trust INSERT,SELECT,UPDATE(name)",
        "ledger_head INSERT,SELECT,UPDATE(position),UPDATE(recorded_at)",
        "event INSERT,SELECT",
        "sealed_part INSERT,SELECT,UPDATE(blob)",
        "command INSERT,SELECT",
        "reference_counter INSERT,SELECT,UPDATE(last)",
        "checkpoint INSERT,SELECT",
        "read_head INSERT,SELECT,UPDATE(leaf),UPDATE(position),UPDATE(recorded_at)",
        "read_entry INSERT,SELECT",
        "read_of_case INSERT,SELECT",
        "read_checkpoint INSERT,SELECT",
    }
    assert names(database_urls.admin_keys, rights) == {
        "alembic_version SELECT",
        "data_key INSERT,SELECT,UPDATE(authority),UPDATE(destroyed_at),UPDATE(kek_id),UPDATE(reason),UPDATE(state),"
        "UPDATE(wrapped)",
    }


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("CREATE TABLE planted (trust_id uuid PRIMARY KEY)", unprotected),
        ("CREATE TABLE planted (trust_id uuid); ALTER TABLE planted ENABLE ROW LEVEL SECURITY", unprotected),
        (
            "CREATE TABLE planted (trust_id uuid); ALTER TABLE planted ENABLE ROW LEVEL SECURITY; "
            "ALTER TABLE planted FORCE ROW LEVEL SECURITY; CREATE POLICY own_trust ON planted USING (true)",
            without_policy,
        ),
        ("CREATE TABLE planted (trust_id uuid, id int CONSTRAINT planted_key UNIQUE)", keys_without_trust),
        (
            "CREATE TABLE planted_target (id int PRIMARY KEY); CREATE TABLE planted_source (trust_id uuid, "
            "id int CONSTRAINT planted_key REFERENCES planted_target)",
            keys_without_trust,
        ),
    ],
    ids=["no security", "not forced", "a policy that lets all pass", "a unique key", "a foreign key"],
)
def test_a_planted_fault_is_found(database_urls: DatabaseUrls, fault: str, found: object) -> None:
    assert callable(found)
    with psycopg.connect(database_urls.admin_main, autocommit=True) as admin:
        admin.execute(fault.encode())
        try:
            assert {"planted", "planted_key"} & found(database_urls.admin_main)
        finally:
            admin.execute("DROP TABLE IF EXISTS planted, planted_source, planted_target")
