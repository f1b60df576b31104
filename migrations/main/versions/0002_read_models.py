"""The read models: how far each projection has come, the cases as they stand, what they added to the counts when."""

from __future__ import annotations

from alembic import op

from migrations.protection import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Read before a trust is known, by whoever looks for work to do: no personal data.
PROJECTION = """
    CREATE TABLE projection (
        trust_id        uuid    NOT NULL,
        name            text    COLLATE "C" NOT NULL,
        generation      int     NOT NULL,
        live            boolean NOT NULL,
        position        bigint  NOT NULL,
        recorded_at     timestamptz,
        failed_position bigint,
        failed_stream   uuid,
        failed_version  int,
        failure         text,
        built_by        text    NOT NULL,
        PRIMARY KEY (trust_id, name, generation)
    ) WITH (fillfactor = 50)
"""
PROJECTION_INDEXES = ("CREATE UNIQUE INDEX projection_live ON projection (trust_id, name) WHERE live",)

# The document is kept as it was written and is read whole, so it is neither taken apart nor, up to a page, compressed:
# both took longer than all else about writing it.
CASE_FILE = """
    CREATE TABLE case_file (
        trust_id         uuid   NOT NULL,
        generation       int    NOT NULL,
        case_id          uuid   NOT NULL,
        kind             text   COLLATE "C" NOT NULL,
        reference        text   COLLATE "C" NOT NULL,
        school_reference text   COLLATE "C",
        school_urn       text   COLLATE "C" NOT NULL,
        status           text   COLLATE "C" NOT NULL,
        opened_on        date   NOT NULL,
        closed_on        date,
        outcome          text,
        owner_id         uuid,
        duplicate_of     uuid,
        aware_on         date[] NOT NULL,
        classifications  text[] NOT NULL,
        counts           smallint[] NOT NULL,
        outstanding      text[] NOT NULL,
        readers          uuid[] NOT NULL,
        barred           uuid[] NOT NULL,
        version          int    NOT NULL,
        position         bigint NOT NULL,
        document         text   NOT NULL,
        PRIMARY KEY (trust_id, generation, case_id)
    ) WITH (toast_tuple_target = 8160)
"""
CASE_FILE_INDEXES = (
    "CREATE INDEX case_file_opened ON case_file (trust_id, generation, opened_on, case_id)",
    "CREATE INDEX case_file_school ON case_file (trust_id, generation, school_urn, opened_on, case_id)",
    "CREATE INDEX case_file_position ON case_file (trust_id, generation, position)",
    "CREATE INDEX case_file_reference ON case_file (trust_id, generation, reference)",
    "CREATE INDEX case_file_school_reference ON case_file (trust_id, generation, school_reference)",
    # Few cases bar anybody: what is withheld from a reader of everything is found without reading the rest.
    "CREATE INDEX case_file_barred ON case_file (trust_id, generation) WHERE barred <> '{}'",
)

CASE_ITEM = """
    CREATE TABLE case_item (
        trust_id        uuid   NOT NULL,
        generation      int    NOT NULL,
        case_id         uuid   NOT NULL,
        item_id         uuid   NOT NULL,
        ordinal         int    NOT NULL,
        platform        text,
        poster_role     text,
        discovered_on   date   NOT NULL,
        posted_on       date,
        recorded_on     date   NOT NULL,
        classifications text[] NOT NULL,
        mark            text,
        PRIMARY KEY (trust_id, generation, case_id, item_id)
    )
"""

CASE_PERSON = """
    CREATE TABLE case_person (
        trust_id   uuid NOT NULL,
        generation int  NOT NULL,
        case_id    uuid NOT NULL,
        person_id  uuid NOT NULL,
        role       text COLLATE "C" NOT NULL,
        PRIMARY KEY (trust_id, generation, case_id, person_id, role)
    )
"""
CASE_PERSON_INDEXES = ("CREATE INDEX case_person_person ON case_person (trust_id, generation, person_id)",)

CASE_LINK = """
    CREATE TABLE case_link (
        trust_id   uuid NOT NULL,
        generation int  NOT NULL,
        case_id    uuid NOT NULL,
        other_id   uuid NOT NULL,
        kind       text COLLATE "C" NOT NULL,
        PRIMARY KEY (trust_id, generation, case_id, other_id, kind)
    )
"""
CASE_LINK_INDEXES = ("CREATE INDEX case_link_other ON case_link (trust_id, generation, other_id)",)

CASE_DEPENDENCY = """
    CREATE TABLE case_dependency (
        trust_id   uuid NOT NULL,
        generation int  NOT NULL,
        case_id    uuid NOT NULL,
        depends_on uuid NOT NULL,
        PRIMARY KEY (trust_id, generation, case_id, depends_on)
    )
"""
CASE_DEPENDENCY_INDEXES = ("CREATE INDEX case_dependency_other ON case_dependency (trust_id, generation, depends_on)",)

DUTY = """
    CREATE TABLE duty (
        trust_id   uuid     NOT NULL,
        generation int      NOT NULL,
        case_id    uuid     NOT NULL,
        ordinal    smallint NOT NULL,
        code       text     COLLATE "C" NOT NULL,
        item_id    uuid,
        clause     text,
        PRIMARY KEY (trust_id, generation, case_id, ordinal)
    )
"""
DUTY_INDEXES = ("CREATE INDEX duty_code ON duty (trust_id, generation, code)",)

CONTRIBUTION = """
    CREATE TABLE contribution (
        trust_id      uuid     NOT NULL,
        generation    int      NOT NULL,
        case_id       uuid     NOT NULL,
        item_id       uuid     NOT NULL,
        count_number  smallint NOT NULL,
        valid_from    bigint   NOT NULL,
        valid_to      bigint,
        discovered_on date     NOT NULL,
        posted_on     date     NOT NULL,
        recorded_on   date     NOT NULL,
        school_urn    text     COLLATE "C" NOT NULL,
        source        text     COLLATE "C" NOT NULL,
        platform      text     COLLATE "C",
        poster_role   text     COLLATE "C",
        excluded_by   text     COLLATE "C",
        PRIMARY KEY (trust_id, generation, case_id, item_id, count_number, valid_from)
    )
"""
CONTRIBUTION_INDEXES = (
    # Figures are read from this index alone, by day; the rest of the row is for what lies behind them.
    """
    CREATE INDEX contribution_discovered ON contribution (trust_id, generation, discovered_on, school_urn)
    INCLUDE (count_number, source, valid_from, valid_to, excluded_by, case_id, item_id)
    """,
    "CREATE INDEX contribution_excluded ON contribution (trust_id, generation, discovered_on)"
    " WHERE excluded_by IS NOT NULL",
    # What a span of positions changed: the restatements.
    "CREATE INDEX contribution_opened ON contribution (trust_id, generation, valid_from)",
    "CREATE INDEX contribution_closed ON contribution (trust_id, generation, valid_to) WHERE valid_to IS NOT NULL",
)

COUNT_MONTH = """
    CREATE TABLE count_month (
        trust_id     uuid     NOT NULL,
        generation   int      NOT NULL,
        school_urn   text     COLLATE "C" NOT NULL,
        month        date     NOT NULL,
        count_number smallint NOT NULL,
        source       text     COLLATE "C" NOT NULL,
        epoch        int      NOT NULL,
        items        int      NOT NULL,
        excluded     int      NOT NULL,
        PRIMARY KEY (trust_id, generation, school_urn, month, count_number, source, epoch)
    )
"""

SCHOOL = """
    CREATE TABLE school (
        trust_id   uuid   NOT NULL,
        generation int    NOT NULL,
        urn        text   COLLATE "C" NOT NULL,
        joined_on  date   NOT NULL,
        valid_from bigint NOT NULL,
        valid_to   bigint,
        name       text   NOT NULL,
        left_on    date,
        PRIMARY KEY (trust_id, generation, urn, joined_on, valid_from)
    )
"""

SCHOOL_CALENDAR = """
    CREATE TABLE school_calendar (
        trust_id      uuid   NOT NULL,
        generation    int    NOT NULL,
        urn           text   COLLATE "C" NOT NULL,
        academic_year text   COLLATE "C" NOT NULL,
        valid_from    bigint NOT NULL,
        valid_to      bigint,
        content       text   NOT NULL,
        PRIMARY KEY (trust_id, generation, urn, academic_year, valid_from)
    )
"""

SCHOOL_POLICY = """
    CREATE TABLE school_policy (
        trust_id     uuid   NOT NULL,
        generation   int    NOT NULL,
        urn          text   COLLATE "C" NOT NULL,
        adopted_on   date   NOT NULL,
        pack_id      text   COLLATE "C" NOT NULL,
        pack_version text   COLLATE "C" NOT NULL,
        valid_from   bigint NOT NULL,
        valid_to     bigint,
        sha256       text   NOT NULL,
        PRIMARY KEY (trust_id, generation, urn, adopted_on, pack_id, pack_version, valid_from)
    )
"""

# Tables of one generation of one trust, written by projectors alone.
READ_TABLES = {
    "case_file": (CASE_FILE, CASE_FILE_INDEXES),
    "case_item": (CASE_ITEM, ()),
    "case_person": (CASE_PERSON, CASE_PERSON_INDEXES),
    "case_link": (CASE_LINK, CASE_LINK_INDEXES),
    "case_dependency": (CASE_DEPENDENCY, CASE_DEPENDENCY_INDEXES),
    "duty": (DUTY, DUTY_INDEXES),
    "contribution": (CONTRIBUTION, CONTRIBUTION_INDEXES),
    "count_month": (COUNT_MONTH, ()),
    "school": (SCHOOL, ()),
    "school_calendar": (SCHOOL_CALENDAR, ()),
    "school_policy": (SCHOOL_POLICY, ()),
}


def upgrade() -> None:
    """Make the tables, empty: projectors fill them from the events."""
    for statement in (PROJECTION, *PROJECTION_INDEXES):
        op.execute(statement)
    protect(op, "projection", "SELECT", "INSERT", "UPDATE", "DELETE", readable_unscoped=True)
    for table, (definition, indexes) in READ_TABLES.items():
        for statement in (definition, *indexes):
            op.execute(statement)
        protect(op, table, "SELECT", "INSERT", "UPDATE", "DELETE")


def downgrade() -> None:
    """Drop the tables; nothing is lost that the events do not hold."""
    for table in ("projection", *READ_TABLES):
        op.execute(f"DROP TABLE {table}")
