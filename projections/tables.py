"""The read tables: what the projections write and the queries read. The migrations create them; a test compares.

Every key begins with the trust and, but for the list of projections itself, the generation (see `generations`). Text in
keys is collated C, so that order and cursors are the same on every server.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP

METADATA = MetaData()

_KEY_TEXT = Text(collation="C")
_INSTANT = TIMESTAMP(timezone=True)


def _generation() -> tuple[Column[object], ...]:
    return (Column("trust_id", Uuid, nullable=False), Column("generation", Integer, nullable=False))


def _validity() -> tuple[Column[object], ...]:
    """The positions between which a row was true: from `valid_from` on, and before `valid_to` (null: still true)."""
    return (Column("valid_from", BigInteger, nullable=False), Column("valid_to", BigInteger))


# How far each generation of each projection has come, and why it stands still if it does. Readable before a trust is
# known, so it holds no personal data.
projection = Table(
    "projection",
    METADATA,
    Column("trust_id", Uuid, nullable=False),
    Column("name", _KEY_TEXT, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("recorded_at", _INSTANT),
    Column("failed_position", BigInteger),
    Column("failed_stream", Uuid),
    Column("failed_version", Integer),
    Column("failure", Text),
    Column("built_by", Text, nullable=False),
    PrimaryKeyConstraint("trust_id", "name", "generation"),
    Index("projection_live", "trust_id", "name", unique=True, postgresql_where=text("live")),
)

# One row for each case: what lists filter and sort by, and who may see it. Most events leave it as it is.
case_file = Table(
    "case_file",
    METADATA,
    *_generation(),
    Column("case_id", Uuid, nullable=False),
    Column("kind", _KEY_TEXT, nullable=False),
    Column("reference", _KEY_TEXT, nullable=False),
    Column("school_reference", _KEY_TEXT),
    Column("school_urn", _KEY_TEXT, nullable=False),
    Column("status", _KEY_TEXT, nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("closed_on", Date),
    Column("outcome", Text),
    Column("owner_id", Uuid),
    Column("duplicate_of", Uuid),
    Column("aware_on", ARRAY(Date), nullable=False),
    Column("classifications", ARRAY(Text), nullable=False),
    Column("counts", ARRAY(SmallInteger), nullable=False),
    Column("outstanding", ARRAY(Text), nullable=False),
    Column("readers", ARRAY(Uuid), nullable=False),
    Column("barred", ARRAY(Uuid), nullable=False),
    PrimaryKeyConstraint("trust_id", "generation", "case_id"),
    Index("case_file_opened", "trust_id", "generation", "opened_on", "case_id"),
    Index("case_file_reference", "trust_id", "generation", "reference"),
    Index("case_file_school_reference", "trust_id", "generation", "school_reference"),
    Index(
        "case_file_listed",
        "trust_id",
        "generation",
        "school_urn",
        "kind",
        "status",
        "opened_on",
        "case_id",
        postgresql_include=["barred"],
    ),
)

# What every event changes of a case: how far it has come, and the finished document.
case_document = Table(
    "case_document",
    METADATA,
    *_generation(),
    Column("case_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
    PrimaryKeyConstraint("trust_id", "generation", "case_id"),
    Index("case_document_position", "trust_id", "generation", "position"),
)

case_item = Table(
    "case_item",
    METADATA,
    *_generation(),
    Column("case_id", Uuid, nullable=False),
    Column("item_id", Uuid, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("platform", Text),
    Column("poster_role", Text),
    Column("discovered_on", Date, nullable=False),
    Column("posted_on", Date),
    Column("recorded_on", Date, nullable=False),
    Column("classifications", ARRAY(Text), nullable=False),
    Column("mark", Text),
    PrimaryKeyConstraint("trust_id", "generation", "case_id", "item_id"),
)

case_person = Table(
    "case_person",
    METADATA,
    *_generation(),
    Column("case_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("role", _KEY_TEXT, nullable=False),
    PrimaryKeyConstraint("trust_id", "generation", "case_id", "person_id", "role"),
    Index("case_person_person", "trust_id", "generation", "person_id"),
)

# Who may not know of a case: what `case_file.barred` says, kept to be asked backwards.
case_barred = Table(
    "case_barred",
    METADATA,
    *_generation(),
    Column("case_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    PrimaryKeyConstraint("trust_id", "generation", "case_id", "person_id"),
    Index("case_barred_person", "trust_id", "generation", "person_id", "case_id"),
)

case_link = Table(
    "case_link",
    METADATA,
    *_generation(),
    Column("case_id", Uuid, nullable=False),
    Column("other_id", Uuid, nullable=False),
    Column("kind", _KEY_TEXT, nullable=False),
    PrimaryKeyConstraint("trust_id", "generation", "case_id", "other_id", "kind"),
    Index("case_link_other", "trust_id", "generation", "other_id"),
)

# Whose change may change what a case adds to the counts: `domain.counting.depends_on`, kept to be asked backwards.
case_dependency = Table(
    "case_dependency",
    METADATA,
    *_generation(),
    Column("case_id", Uuid, nullable=False),
    Column("depends_on", Uuid, nullable=False),
    PrimaryKeyConstraint("trust_id", "generation", "case_id", "depends_on"),
    Index("case_dependency_other", "trust_id", "generation", "depends_on"),
)

# What is left to do on a case, in the order in which the domain lists it.
duty = Table(
    "duty",
    METADATA,
    *_generation(),
    Column("case_id", Uuid, nullable=False),
    Column("ordinal", SmallInteger, nullable=False),
    Column("code", _KEY_TEXT, nullable=False),
    Column("item_id", Uuid),
    Column("clause", Text),
    PrimaryKeyConstraint("trust_id", "generation", "case_id", "ordinal"),
    Index("duty_code", "trust_id", "generation", "code"),
)

# What falls due on a case, in the order in which the domain lists it. One that is RUNNING has a day, and the instant
# from which it is too late; others stand still, or wait for a calendar.
deadline = Table(
    "deadline",
    METADATA,
    *_generation(),
    Column("case_id", Uuid, nullable=False),
    Column("ordinal", SmallInteger, nullable=False),
    Column("code", _KEY_TEXT, nullable=False),
    Column("standing", _KEY_TEXT, nullable=False),
    Column("due_on", Date),
    Column("ends", _INSTANT),
    PrimaryKeyConstraint("trust_id", "generation", "case_id", "ordinal"),
    Index("deadline_ends", "trust_id", "generation", "ends"),
)

# What the keeping of a case follows from, apart from the table in force: `domain.retention.Measured`, with whether it
# is held by itself, and the decision about it that stands.
case_retention = Table(
    "case_retention",
    METADATA,
    *_generation(),
    Column("case_id", Uuid, nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("has_ended", Boolean, nullable=False),
    Column("ended_on", Date),
    Column("outcome", _KEY_TEXT),
    Column("classes", ARRAY(Text), nullable=False),
    Column("sanctioned_on", Date),
    Column("subject_id", Uuid),
    Column("schools", ARRAY(Text), nullable=False),
    Column("on_hold", Boolean, nullable=False),
    Column("decision", _KEY_TEXT),
    Column("keep_until", Date),
    Column("is_disposed", Boolean, nullable=False),
    PrimaryKeyConstraint("trust_id", "generation", "case_id"),
    Index("case_retention_ended", "trust_id", "generation", "ended_on"),
)

# What a case adds to a count, and between which positions. `count_number` is 1 to 11, in the order of Libra L107-L117.
contribution = Table(
    "contribution",
    METADATA,
    *_generation(),
    Column("case_id", Uuid, nullable=False),
    Column("item_id", Uuid, nullable=False),
    Column("count_number", SmallInteger, nullable=False),
    *_validity(),
    Column("discovered_on", Date, nullable=False),
    Column("posted_on", Date, nullable=False),
    Column("recorded_on", Date, nullable=False),
    Column("school_urn", _KEY_TEXT, nullable=False),
    Column("source", _KEY_TEXT, nullable=False),
    Column("platform", _KEY_TEXT),
    Column("poster_role", _KEY_TEXT),
    Column("excluded_by", _KEY_TEXT),
    PrimaryKeyConstraint("trust_id", "generation", "case_id", "item_id", "count_number", "valid_from"),
    Index(
        "contribution_discovered",
        "trust_id",
        "generation",
        "discovered_on",
        "school_urn",
        postgresql_include=["count_number", "source", "valid_from", "valid_to", "excluded_by", "case_id", "item_id"],
    ),
    Index(
        "contribution_excluded",
        "trust_id",
        "generation",
        "discovered_on",
        postgresql_where=text("excluded_by IS NOT NULL"),
    ),
    Index("contribution_opened", "trust_id", "generation", "valid_from"),
    Index("contribution_closed", "trust_id", "generation", "valid_to", postgresql_where=text("valid_to IS NOT NULL")),
)

# What the events of each epoch added to the contributions by month of discovery, or took away: to those that count, and
# to those that a mark excludes. Epochs have three spans (see `changes.SPANS`): the longest holds everything, which is
# the live figures; the whole epochs before a position, the longer ones first, are those of the past.
count_month = Table(
    "count_month",
    METADATA,
    *_generation(),
    Column("school_urn", _KEY_TEXT, nullable=False),
    Column("month", Date, nullable=False),
    Column("count_number", SmallInteger, nullable=False),
    Column("source", _KEY_TEXT, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("items", Integer, nullable=False),
    Column("excluded", Integer, nullable=False),
    Column("span", SmallInteger, nullable=False),
    PrimaryKeyConstraint(
        *("trust_id", "generation", "span", "school_urn", "month", "count_number", "source", "epoch"),
        postgresql_include=["items", "excluded"],
    ),
)

# How many cases each school has of each kind and status: a list's total is added up here, not counted.
case_tally = Table(
    "case_tally",
    METADATA,
    *_generation(),
    Column("school_urn", _KEY_TEXT, nullable=False),
    Column("kind", _KEY_TEXT, nullable=False),
    Column("status", _KEY_TEXT, nullable=False),
    Column("cases", Integer, nullable=False),
    PrimaryKeyConstraint("trust_id", "generation", "school_urn", "kind", "status"),
)

# What the registers say of each school: its names and time in the trust, its calendars, its adopted policies.
school = Table(
    "school",
    METADATA,
    *_generation(),
    Column("urn", _KEY_TEXT, nullable=False),
    Column("joined_on", Date, nullable=False),
    *_validity(),
    Column("name", Text, nullable=False),
    Column("left_on", Date),
    PrimaryKeyConstraint("trust_id", "generation", "urn", "joined_on", "valid_from"),
)

school_calendar = Table(
    "school_calendar",
    METADATA,
    *_generation(),
    Column("urn", _KEY_TEXT, nullable=False),
    Column("academic_year", _KEY_TEXT, nullable=False),
    *_validity(),
    Column("content", Text, nullable=False),
    PrimaryKeyConstraint("trust_id", "generation", "urn", "academic_year", "valid_from"),
)

school_policy = Table(
    "school_policy",
    METADATA,
    *_generation(),
    Column("urn", _KEY_TEXT, nullable=False),
    Column("adopted_on", Date, nullable=False),
    Column("pack_id", _KEY_TEXT, nullable=False),
    Column("pack_version", _KEY_TEXT, nullable=False),
    *_validity(),
    Column("sha256", Text, nullable=False),
    PrimaryKeyConstraint("trust_id", "generation", "urn", "adopted_on", "pack_id", "pack_version", "valid_from"),
)

# The retention tables of the trust, a rule to a row: that of the latest `adopted_on` up to a day is in force. The table
# that ships with the program stands at the first day there is.
retention_rule = Table(
    "retention_rule",
    METADATA,
    *_generation(),
    Column("adopted_on", Date, nullable=False),
    Column("ordinal", SmallInteger, nullable=False),
    *_validity(),
    Column("table_id", _KEY_TEXT, nullable=False),
    Column("table_version", _KEY_TEXT, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("table_name", Text, nullable=False),
    Column("disposal", _KEY_TEXT, nullable=False),
    Column("is_confirmed", Boolean, nullable=False),
    Column("rule_id", _KEY_TEXT, nullable=False),
    Column("kinds", ARRAY(Text), nullable=False),
    Column("outcomes", ARRAY(Text), nullable=False),
    Column("needs", ARRAY(Text), nullable=False),
    Column("unless", ARRAY(Text), nullable=False),
    Column("trigger", _KEY_TEXT, nullable=False),
    Column("input", _KEY_TEXT, nullable=False),
    Column("months", SmallInteger, nullable=False),
    Column("caution", SmallInteger, nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("content", Text, nullable=False),
    PrimaryKeyConstraint("trust_id", "generation", "adopted_on", "ordinal", "valid_from"),
)

# The holds of the trust on all records within a scope, while they run; a limit that is null leaves nothing out.
trust_hold = Table(
    "trust_hold",
    METADATA,
    *_generation(),
    Column("hold_id", Uuid, nullable=False),
    *_validity(),
    Column("schools", ARRAY(Text)),
    Column("kinds", ARRAY(Text)),
    Column("persons", ARRAY(Uuid)),
    Column("aware_from", Date),
    Column("aware_to", Date),
    Column("authority", _KEY_TEXT, nullable=False),
    Column("review_on", Date, nullable=False),
    Column("placed_on", Date, nullable=False),
    PrimaryKeyConstraint("trust_id", "generation", "hold_id", "valid_from"),
)

# The rows of one case, replaced together whenever the case changes.
CASE_TABLES = (
    case_file,
    case_document,
    case_item,
    case_person,
    case_barred,
    case_link,
    case_dependency,
    duty,
    deadline,
    case_retention,
)
# Rows that are opened and closed, never replaced: they answer for any past position.
TEMPORAL_TABLES = (contribution, school, school_calendar, school_policy, retention_rule, trust_hold)
# All tables of the core projection, which has one position for all of them.
CORE_TABLES = (*CASE_TABLES, *TEMPORAL_TABLES, count_month, case_tally)
