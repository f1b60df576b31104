"""What we are measured against on the same server: a plain insert, and the eventsourcing library's own ways."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime
from functools import singledispatchmethod
from typing import Any, cast
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import ApplicationRecorder, Tracking
from eventsourcing.postgres import PostgresFactory, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.utils import Environment
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from ledger.appending import NewEvent, NewPart, NewReceipt
from ledger.embedded import APPLICATION_ROLE

LIBRARY_SCHEMA = "library"

# The library keeps its tables in a schema that the application's role owns; ours stand beside the real ones.
_PREPARE = (
    f"CREATE SCHEMA {LIBRARY_SCHEMA} AUTHORIZATION {APPLICATION_ROLE}",
    *(
        statement.format(table=table)
        for table in ("event", "sealed_part", "command")
        for statement in (
            "CREATE TABLE plain_{table} (LIKE {table} INCLUDING ALL)",
            "ALTER TABLE plain_{table} ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE plain_{table} FORCE ROW LEVEL SECURITY",
            "CREATE POLICY own_trust ON plain_{table}"
            " USING (trust_id = nullif(current_setting('app.trust', true), '')::uuid)",
            f"GRANT SELECT, INSERT ON plain_{{table}} TO {APPLICATION_ROLE}",
        )
    ),
)

_PLAIN_EVENT = b"""
INSERT INTO plain_event (trust_id, stream_id, version, position, recorded_at, type, school_urn, command_id, ordinal,
                         body, leaf)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_PLAIN_UNIT = (
    b"WITH event AS ("
    + _PLAIN_EVENT
    + b"""), part AS (
    INSERT INTO plain_sealed_part (trust_id, stream_id, version, part, key_id, blob) VALUES (%s, %s, %s, %s, %s, %s)
)
INSERT INTO plain_command (trust_id, command_id, actor_id, input_mac, case_id, first_position, last_position)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
)


def prepare_peers(admin_url: str) -> None:
    """Make what the peers write into, as the superuser."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        for statement in _PREPARE:
            admin.execute(statement.encode())


def insert_plainly(
    connection: psycopg.Connection[Any], trust_id: UUID, event: NewEvent, position: int, now: datetime, leaf: bytes
) -> None:
    """Insert an event without a lock, with the position, time and leaf made up by the client."""
    connection.execute(_PLAIN_EVENT, _event_row(trust_id, event, position, now, leaf), prepare=True, binary=True)


def insert_unit_plainly(
    connection: psycopg.Connection[Any],
    trust_id: UUID,
    event: NewEvent,
    part: NewPart,
    receipt: NewReceipt,
    position: int,
    now: datetime,
    leaf: bytes,
) -> None:
    """Insert an event, its sealed part and its receipt without a lock, in one statement."""
    parameters = (
        *_event_row(trust_id, event, position, now, leaf),
        *(trust_id, part.stream_id, part.version, part.part, part.key_id, part.blob),
        *(trust_id, receipt.command_id, receipt.actor_id, receipt.input_mac, receipt.case_id, position, position),
    )
    connection.execute(_PLAIN_UNIT, parameters, prepare=True, binary=True)


def _event_row(trust_id: UUID, event: NewEvent, position: int, now: datetime, leaf: bytes) -> tuple[Any, ...]:
    return (
        *(trust_id, event.stream_id, event.version, position, now, event.type, event.school_urn, event.command_id),
        *(event.ordinal, event.body, leaf),
    )


def library_environment(url: str, **more: str) -> dict[str, str]:
    """The library's settings for the same server and role."""
    address = conninfo_to_dict(url)
    password = str(address["passfile"])
    with open(password) as file:
        secret = file.readline().rstrip("\n").rsplit(":", 1)[1]
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(address["dbname"]),
        "POSTGRES_HOST": str(address["host"]),
        "POSTGRES_PORT": str(address["port"]),
        "POSTGRES_USER": str(address["user"]),
        "POSTGRES_PASSWORD": secret,
        "POSTGRES_SCHEMA": LIBRARY_SCHEMA,
        **more,
    }


def library_recorder(url: str, name: str = "peer", *, make_table: bool = False) -> ApplicationRecorder:
    """The library's own PostgreSQL recorder."""
    environment = library_environment(url, CREATE_TABLE="yes" if make_table else "no")
    return PostgresFactory(Environment(name, environment)).application_recorder()


class Note(Aggregate):
    """A case as the library's examples would write it."""

    def __init__(self, school_urn: str, opened_on: str) -> None:
        self.school_urn = school_urn
        self.opened_on = opened_on
        self.status = "OPEN"

    @event("ItemRecorded")
    def record_item(self, platform: str, nature: str, target: str, words: str) -> None:
        """One item."""
        self.status = platform and nature and target and words and "OPEN"

    @event("Closed")
    def close(self, outcome: str) -> None:
        """The end."""
        self.status = outcome


class Notes(Application[UUID]):
    """Records notes."""

    name = "notes"


class NotesView(PostgresTrackingRecorder):
    """One row for each note, written with the position it is of."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        table = Identifier(self.datastore.schema, self.tracking_table_name + "_view")
        self.sql_create_statements.append(
            SQL("CREATE TABLE IF NOT EXISTS {0} (note uuid PRIMARY KEY, version int, content text)").format(table)
        )
        self._upsert = SQL(
            "INSERT INTO {0} VALUES (%s, %s, %s)"
            " ON CONFLICT (note) DO UPDATE SET version = excluded.version, content = excluded.content"
        ).format(table)

    def show(self, note: UUID, version: int, content: str, tracking: Tracking) -> None:
        """Write the row and the position in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(self._upsert, (note, version, content), prepare=True)
            self._insert_tracking(cursor, tracking)


class NotesProjection(Projection[NotesView]):
    """One upsert for each event, as the library's documentation shows it."""

    name = "notes_projection"
    awaited = 0
    finished = threading.Event()

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Show the event, and tell when the last one is shown."""
        self.view.show(
            domain_event.originator_id, domain_event.originator_version, type(domain_event).__name__, tracking
        )
        if tracking.notification_id >= self.awaited:
            self.finished.set()


def record_notes(url: str, events: int) -> int:
    """Record so many events through the library, four a note; returns the last notification id."""
    application = Notes(library_environment(url))
    last = 0
    for number in range(-(-events // 4)):
        note = Note(school_urn=f"90000{number % 5 + 1}", opened_on="2026-09-14")
        for platform in ("FACEBOOK", "WHATSAPP"):
            note.record_item(platform=platform, nature="ALLEGATION", target="STAFF", words="what the post says")
        note.close(outcome="WARNING_ISSUED")
        recordings: Sequence[Any] = application.save(note)
        last = recordings[-1].notification.id
    application.close()
    return last


def run_library_projection(url: str, awaited: int, *, name: str, patience: float) -> None:
    """Let the library's runner show every event from the first on; returns when the last is shown."""
    projection = cast("type[NotesProjection]", type("Named", (NotesProjection,), {"name": name}))
    projection.awaited, projection.finished = awaited, threading.Event()
    with ProjectionRunner(
        application_class=Notes,
        projection_class=projection,
        view_class=NotesView,
        env=library_environment(url),
    ):
        if not projection.finished.wait(patience):
            raise RuntimeError("the library's runner did not show its events in time")
