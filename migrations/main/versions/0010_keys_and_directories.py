"""Keys by which programs sign in, and the people whom a trust's directory provisions by SCIM."""

from __future__ import annotations

from alembic import op

from migrations.protection import protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Read before a trust is known: it says which trust a key is of. It holds no personal data, and of a secret its hash.
# A key of a directory says where the directory's people sign in.
API_KEY = """
    CREATE TABLE api_key (
        trust_id      uuid        NOT NULL,
        key_id        uuid        NOT NULL,
        person_id     uuid        NOT NULL,
        name          text        NOT NULL CHECK (name <> ''),
        secret_sha256 bytea       NOT NULL CHECK (octet_length(secret_sha256) = 32),
        scopes        text[]      NOT NULL CHECK (cardinality(scopes) > 0),
        schools       text[]      CHECK (cardinality(schools) > 0),
        issuer        text        COLLATE "C",
        tenant        text        COLLATE "C",
        created_at    timestamptz NOT NULL,
        expires_at    timestamptz NOT NULL CHECK (expires_at > created_at),
        retires_at    timestamptz,
        revoked_at    timestamptz,
        replaced_by   uuid,
        last_used_at  timestamptz,
        PRIMARY KEY (trust_id, key_id),
        FOREIGN KEY (trust_id, person_id) REFERENCES person
    )
"""

# What a directory says of somebody. A user who was deleted keeps their place, without what is personal: who comes back
# is the same person. What a directory calls somebody at their issuer is in `account` too.
SCIM_USER = """
    CREATE TABLE scim_user (
        trust_id       uuid        NOT NULL,
        user_id        uuid        NOT NULL,
        person_id      uuid        NOT NULL,
        issuer         text        COLLATE "C" NOT NULL,
        subject        text        COLLATE "C" NOT NULL,
        external_id    text        COLLATE "C",
        user_name      text,
        user_name_key  text        COLLATE "C",
        attributes     jsonb       NOT NULL DEFAULT '{}',
        is_active      boolean     NOT NULL,
        created_at     timestamptz NOT NULL,
        changed_at     timestamptz NOT NULL,
        deleted_at     timestamptz,
        PRIMARY KEY (trust_id, user_id),
        UNIQUE (trust_id, issuer, subject),
        UNIQUE (trust_id, user_name_key),
        FOREIGN KEY (trust_id, person_id) REFERENCES person,
        CHECK (deleted_at IS NOT NULL OR user_name_key IS NOT NULL AND external_id IS NOT NULL),
        CHECK (deleted_at IS NULL OR NOT is_active AND user_name_key IS NULL AND attributes = '{}')
    )
"""

# The planner's statistics hold samples of a column, and would keep them after the person is erased.
WITHOUT_SAMPLES = ("subject", "external_id", "user_name", "user_name_key", "attributes")


def upgrade() -> None:
    """Make the tables."""
    op.execute(API_KEY)
    op.execute("CREATE INDEX api_key_before_a_trust_is_known ON api_key (key_id)")
    protect(
        op,
        "api_key",
        "SELECT",
        "INSERT",
        "UPDATE (retires_at, revoked_at, replaced_by, last_used_at)",
        readable_unscoped=True,
    )
    op.execute(SCIM_USER)
    op.execute("CREATE INDEX scim_user_person ON scim_user (trust_id, person_id)")
    for column in WITHOUT_SAMPLES:
        op.execute(f"ALTER TABLE scim_user ALTER COLUMN {column} SET STATISTICS 0")
    protect(op, "scim_user", "SELECT", "INSERT", "UPDATE", "DELETE")


def downgrade() -> None:
    """Refuse: which key was whose is nowhere else."""
    raise RuntimeError("Keys and directories are not thrown away: restore a backup instead.")
