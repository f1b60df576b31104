"""A small trust in which everything is awkward, recorded by the product's own commands and its import.

What is recorded in words is written down here too: the ledger holds it sealed, and the oracle opens nothing.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from api.bootstrap import Runtime
from api.projecting import bring_up
from domain.access import Role
from domain.actors import PROGRAM
from domain.aggregate import Recordable
from domain.items import Classification
from domain.stored import payload_of
from ledger.reading import EventRow, read_page
from services import people
from services.commands import Command, Recorded, Services
from services.log_import import import_log
from services.running_commands import run
from services.scope import Caller
from services.store import CommandContext, TrustLedger, Work
from tests.plan.oracle.facts import Facts
from tests.plan.oracle.sight import Reader
from tests.plan.oracle.story import Story

TRUST = UUID("6b1f0c52-7d0e-4f43-9a0c-5f2f5c1d7e01")
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
# A school with calendars and a pack, one that left, one without calendars, one at which nothing happened, and one
# where things fall due.
ALDER, BIRCH, CEDAR, DOGWOOD, ELDER = "900001", "900002", "900003", "900004", "900005"

AWKWARD = (
    '"double" and \'single\' quotes, `ticks` and """three"""',
    "back\\slash, \\n, \\u0041, \\\\ and at the end \\",
    "line\nreturn\r\ntab\tbell\x07 escape\x1b delete\x7f and \x01\x02\x1f",
    "separators \u2028 and \u2029, next line \u0085, no break \u00a0, BOM \ufeff, soft \u00ad",
    "emoji 😀 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 beyond the first plane \U0010fffd",
    "right to left: עברית العربية \u202eturned\u202c",
    "combining e\u0301 o\u0308 Z\u0351\u036b\u0343 and composed \u00e9",
    "x" * 500 + 'ä€😀"\\' * 100,
    "%s %(trust)s $1 :name {} {{0}} ${x} ? --",
    "'; DROP TABLE case_file; -- /* */",
    '{"state": "OPEN", "text": null}]}',
    "null",
    "  spaces around  ",
    "<script>&amp;</script>",
    "\ue000 for private use, \ufffd and \uffff",
)


def text(number: int) -> str:
    """One of the awkward texts; each call with another number gives another text."""
    return f"{number}: {AWKWARD[number % len(AWKWARD)]}"


# Readers who are called otherwise in what happens.
_CALLED = {"panel:complaint about lead": "panel b"}
# Where a text is not called in the command what it is in the record.
_FIELDS = {"override": "override"}


@dataclass
class World:
    """The trust, and what the oracle must know of it."""

    runtime: Runtime
    ledger: TrustLedger
    facts: Facts
    said: int = 0
    given_ids: int = 0
    cases: dict[str, UUID] = field(default_factory=dict)

    @property
    def trust_id(self) -> UUID:
        """The trust."""
        return self.ledger.trust_id

    def story(self) -> Story:
        """The ledger as it stands, folded."""
        return Story(self.ledger.trust)

    def words(self) -> str:
        """A text that was not used before."""
        self.said += 1
        return text(self.said)

    def fresh_id(self) -> UUID:
        """An id that was not used before; the same in every run, so that documents are too."""
        self.given_ids += 1
        return uuid5(self.trust_id, f"id/{self.given_ids}")

    def named(self, name: str) -> UUID:
        """A person, whom the registry knows only by what `people` below says."""
        return uuid5(self.trust_id, f"person/{name}")

    def caller(self, role: str, name: str = "") -> Caller:
        """Somebody in a role, the same person as the reader of that role and name."""
        kind, _, urn = role.partition(":")
        return Caller(self.trust_id, self.named(name or role), Role(kind), urn or None)

    def reader(self, role: str, name: str = "") -> Reader:
        """Somebody who asks in a role; that of one case has it by the name that it is called by here."""
        kind, _, place = role.partition(":")
        token = f"{kind}:{self.cases[place]}" if place in self.cases else role
        return Reader(token, self.named(name or _CALLED.get(role, role)))

    # --- recording

    def do(self, command: type[Command], caller: Caller | None = None, **given: Any) -> Any:
        """Give a command that must be carried out; remember its texts. Returns the case."""
        if command.needs_reason:
            given.setdefault("reason", self.words())
        asked = command(command_id=self.fresh_id(), **given)
        result = run(Services(self.ledger, lambda: NOW), caller or self.caller("trust-lead"), asked)
        assert isinstance(result, Recorded), result
        assert result.first_position is not None
        assert result.last_position is not None
        for row in self.rows(result.first_position, result.last_position):
            for part in _parts(row):
                self.facts.texts[str(row.stream_id), row.version, part] = getattr(asked, _FIELDS.get(part, part))
        return result.case

    def record(self, *cases: Recordable) -> None:
        """Record cases of the kinds that no command opens yet, as the commands would; remember their texts."""
        for case in cases:
            for event in case.pending_events:
                for part, secret in payload_of(event).secrets.items():
                    place = (str(event.originator_id), event.originator_version, part)
                    self.facts.texts[place] = secret.text
        context = CommandContext(self.fresh_id(), self.named("clerk"), "system", b"", on_behalf_of=self.named("chair"))
        self.ledger.append([Work(context, cases)])

    def rows(self, first: int, last: int) -> Sequence[EventRow]:
        """The events from one position to another."""
        with self.ledger.trust.connection() as connection:
            return read_page(connection, self.trust_id, after=first - 1, limit=last - first + 1)

    def bring_in(self, log: Sequence[dict[str, str]]) -> None:
        """Import a log; remember what it says."""
        file = io.StringIO(newline="")
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(log)
        report = import_log(
            Services(self.ledger, lambda: NOW),
            self.caller("trust-lead"),
            io.BytesIO(file.getvalue().encode()),
            schools=[ALDER, BIRCH, CEDAR],
            project=lambda position: bring_up(self.runtime.database, self.trust_id, position),
        )
        assert not report.bad_lines, report.bad_lines
        assert report.first_position is not None
        assert report.last_position is not None
        by_item: dict[str, dict[str, str]] = {}
        for row in self.rows(1, report.last_position):
            body = json.loads(row.body)
            data, place = body["data"], (str(row.stream_id), row.version)
            if row.position < report.first_position:
                continue
            if "line" in data:
                said = by_item[data["item_id"]] = log[data["line"] - 2]
                if "poster" in data:
                    self.facts.names[data["poster"]] = said["poster_name"]
            for part in _parts(row):
                said = by_item[data["item_id"]]
                self.facts.texts[*place, part] = said["evidence_note" if part == "description" else part]

    # --- people and erasure

    def register(self, **names: str) -> None:
        """Say what people are called."""
        given = [people.Person(self.named(who), "PARENT", {people.NameUse.USUAL: name}) for who, name in names.items()]
        with self.ledger.trust.transaction() as connection:
            people.register(connection, self.trust_id, given)
        self.facts.names |= {str(self.named(who)): name for who, name in names.items()}

    def register_program(self, who: str, name: str) -> None:
        """The same of a program, which acts by a key."""
        with self.ledger.trust.transaction() as connection:
            program = people.Person(self.named(who), PROGRAM, {people.NameUse.USUAL: name})
            people.register(connection, self.trust_id, [program])
        self.facts.names[str(self.named(who))] = name
        self.facts.programs.add(str(self.named(who)))

    def forget(self, who: str) -> None:
        """Erase what a person is called."""
        people.erase(self.ledger.trust, self.caller("trust-lead"), self.named(who))
        self.facts.names[str(self.named(who))] = None

    def destroy_keys(self, case: str, who: str | None) -> None:
        """Destroy the key of a case, or of one person in it."""
        owners = self.ledger.keys.keys_of_case(self.trust_id, self.cases[case])
        wanted = None if who is None else self.named(who)
        [key_id] = [key_id for owner, key_id in owners.items() if owner.person_id == wanted]
        self.ledger.keys.destroy(self.trust_id, key_id, reason="request", authority="test")
        self.facts.destroyed_keys.add(str(key_id))


COLUMNS = (
    "reference",
    "school_urn",
    "discovered_on",
    "posted_on",
    "recorded_on",
    "platform",
    "url",
    "poster_role",
    "poster_name",
    "classifications",
    "protected_characteristics",
    "narrative",
    "evidence_note",
    "removal",
    "outcome",
    "closed_on",
    "status",
    "duplicate_of",
)


def classified(given: str) -> tuple[Classification, ...]:
    """Read "NATURE:TARGET NATURE:TARGET:ASPECT"."""
    return tuple(Classification(*one.split(":")) for one in given.split())


def _parts(row: EventRow) -> list[str]:
    return [sealed["part"] for sealed in json.loads(row.body)["sealed"]]
