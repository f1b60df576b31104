"""The one place where a query opens a read table: what it gives to read is always what this reader may see, now.

Every query of the projections is put together from the sources below; a test forbids any other FROM. A source is a
sub-select that PostgreSQL merges into the query, and names what `Reading.statement` puts before it. Visibility is
decided as of today, also for questions about the past.
"""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.access import Visibility
from domain.actors import IMPORTING, PROGRAM
from domain.values import CaseKind
from domain.veil import NAMING, SPEAKS_ALSO
from projections.kept import keeping, table_in_force
from projections.sight import NOT_SHUT_OUT, OWN, SHUT_OUT, SIGHT, out_of_sight

# The case that an event of another case names, of the events that do.
_NAMED = "(CASE type " + " ".join(f"WHEN '{name}' THEN '{field}'" for name, field in NAMING.items()) + " END)"
# Whether an event may be told: it is not one that names a hidden case and says nothing else.
_TELLS = (
    f"(CASE WHEN type IN {tuple(NAMING)!r} THEN (convert_from(body, 'UTF8')::jsonb->'data'->>{_NAMED})::uuid"
    f" <> ALL ({out_of_sight('hidden')}) ELSE true END)"
)
_EVERY_KIND = frozenset(kind.value for kind in CaseKind)


class Reading:
    """What one reader may read of one trust: sources for FROM, and the parameters that they bind.

    The parameters are those of `parameters`; a query adds its own.
    """

    def __init__(self, visibility: Visibility) -> None:
        self.visibility = visibility
        self.parameters: dict[str, Any] = {
            "trust": visibility.trust_id,
            "person": visibility.person_id,
            "seen_schools": None if visibility.schools is None else list(visibility.schools),
            "seen_kinds": list(visibility.seen_kinds),
            "whole_kinds": list(visibility.kinds),
            "own_kinds": list(visibility.own_kinds),
            "reads_as": list(visibility.reads_as),
            "seen_cases": None if visibility.cases is None else list(visibility.cases),
        }

    @property
    def trust_id(self) -> UUID:
        """The trust that is read."""
        return self.visibility.trust_id

    def statement(self, select: str) -> str:
        """A whole statement of a SELECT that reads from these sources, which cannot be read without what this adds."""
        return f"{SIGHT}{select}"

    def trust(self) -> str:
        """The reader's trust: (trust_id, name), one row; the name is empty for one that was never registered."""
        return (
            "(SELECT given.trust_id, coalesce(known.name, '') AS name"
            " FROM (SELECT %(trust)s::uuid AS trust_id) AS given LEFT JOIN trust AS known USING (trust_id))"
        )

    def position(self) -> str:
        """How far the figures go: (position, recorded_at), one row, or none before the first event."""
        return "(SELECT position, recorded_at FROM live WHERE generation IS NOT NULL)"

    def instants(self) -> str:
        """When each position was recorded: (position, recorded_at); it says nothing of what was."""
        return "(SELECT position, recorded_at FROM event WHERE trust_id = %(trust)s)"

    def causes(self) -> str:
        """What was recorded at each position, by its name alone: (position, recorded_at, type, stream_id).

        For events whose effect the reader sees; the case itself is to be joined from `cases`. What was recorded in a
        case that is about the reader, or names one, is called `withheld`.
        """
        return (
            f"(SELECT position, recorded_at, CASE WHEN {self.is_hidden('stream_id')} OR NOT {_TELLS} THEN 'withheld'"
            " ELSE type END AS type, stream_id FROM event WHERE trust_id = %(trust)s)"
        )

    def cases(self) -> str:
        """The cases that the reader may open, as lists know them."""
        return f"(SELECT * FROM case_file WHERE {OWN} AND {self._sees()})"

    def complaints(self) -> str:
        """The complaints that the reader may open, each with who made it, where the school knows the person.

        (complainant, case_id, received_on, closed_on, is_marked)
        """
        return (
            "(SELECT named.person_id AS complainant, case_id, seen.opened_on AS received_on, seen.closed_on,"
            " seen.status NOT IN ('OPEN', 'CLOSED') AS is_marked"
            f" FROM (SELECT * FROM case_person WHERE {OWN} AND role = 'COMPLAINANT') AS named"
            f" JOIN {self.cases()} AS seen USING (trust_id, generation, case_id))"
        )

    def breaches(self, person_id: str) -> str:
        """The documents of the staff breaches by one person, an expression, that are not marked."""
        named = f"SELECT case_id FROM case_person WHERE {OWN} AND person_id = {person_id} AND role = 'SUBJECT'"
        return (
            f"(SELECT * FROM {self.documents()} AS known"
            f" WHERE kind = 'STAFF_BREACH' AND status IN ('OPEN', 'CLOSED') AND case_id IN ({named}))"
        )

    @property
    def tallies_cases(self) -> bool:
        """Whether the cases that the reader may open are added up by `tallies`."""
        seen = self.visibility
        return seen.lists_cases and not seen.own_only and seen.cases is None

    def tallies(self) -> str:
        """How many cases the reader may open: (school_urn, kind, status, cases), any number of rows for each.

        Raises PermissionError for who sees some cases of a kind and school and others not: those must be counted.
        """
        if not self.visibility.own_kinds:
            return f"({self.groups()} UNION ALL {self._barred_tally('seen_kinds')})"
        return (
            f"({self._groups('whole_kinds')} UNION ALL {self._barred_tally('whole_kinds')}"
            f" UNION ALL SELECT school_urn, kind, status, 1 FROM case_file WHERE {OWN} AND {self._sees()}"
            " AND kind = ANY(%(own_kinds)s))"
        )

    def groups(self) -> str:
        """The schools, kinds and statuses of which there may be cases that the reader may open.

        (school_urn, kind, status, cases), one row each; there are as many cases at most. Raises PermissionError as
        `tallies` does.
        """
        return self._groups("seen_kinds")

    def _groups(self, kinds: str) -> str:
        if not self.tallies_cases:
            raise PermissionError("tallies hold cases that this reader may not count")
        place = self._sees_place(kinds)
        return f"(SELECT school_urn, kind, status, cases FROM case_tally WHERE {OWN} AND {place})"

    def _barred_tally(self, kinds: str) -> str:
        """What is to be taken off the tallies of kinds seen whole: the cases that the reader is barred from."""
        return (
            "SELECT school_urn, kind, status, -1 FROM case_file"
            f" WHERE {OWN} AND {self._sees_place(kinds)} AND case_id = {SHUT_OUT}"
        )

    def documents(self) -> str:
        """The same with their version, the position of their last event, and their document."""
        return f"(SELECT * FROM {self.cases()} AS seen JOIN case_document USING (trust_id, generation, case_id))"

    def folded(self) -> str:
        """Cases that were folded from their events, as `documents` has them, with the place of each among those given.

        It binds `documents`, their JSON texts; what the reader may not open now is left out.
        """
        return (
            f"(SELECT * FROM {self.recorded()} AS given WHERE case_id IN (SELECT case_id FROM {self.cases()} AS seen))"
        )

    def recorded(self) -> str:
        """The same for the case that a command of this reader was carried out on, which answers it with the case.

        The read tables may not have it yet; whether the reader may was decided by the command.
        """
        return (
            "(SELECT place, document, (content->>'id')::uuid AS case_id, content->>'kind' AS kind,"
            " content->>'reference' AS reference, content->>'school_reference' AS school_reference,"
            " content->>'school_urn' AS school_urn, content->>'status' AS status, content->>'opened_on' AS opened_on,"
            " content->>'closed_on' AS closed_on, content->>'outcome' AS outcome,"
            " (content->>'owner')::uuid AS owner_id, (content->>'duplicate_of')::uuid AS duplicate_of,"
            " content->>'version' AS version"
            " FROM (SELECT place, document, document::jsonb AS content"
            " FROM unnest(%(documents)s::text[]) WITH ORDINALITY AS given (document, place) OFFSET 0) AS taken_apart)"
        )

    def given(self) -> str:
        """What Python has made of sources that the reader sees: JSON objects with their place among those given.

        It binds `documents`, their JSON texts.
        """
        return (
            "(SELECT place, document::jsonb AS content"
            " FROM unnest(%(documents)s::text[]) WITH ORDINALITY AS given (document, place))"
        )

    def programs(self) -> str:
        """The persons of the registry that are programs, which act by keys: (person_id)."""
        return f"(SELECT person_id FROM person WHERE trust_id = %(trust)s AND kind = '{PROGRAM}')"

    def imports(self) -> str:
        """The commands that brought in what others had written elsewhere: (command_id)."""
        return f"(SELECT command_id FROM event WHERE trust_id = %(trust)s AND type IN {IMPORTING!r})"

    def reads(self) -> str:
        """The log of reads: (position, recorded_at, actor_id, body, leaf). Who may read it is for the query to decide.

        What an entry says of a case is shown as far as the reader sees the case: see `withheld_cases`.
        """
        return "(SELECT position, recorded_at, actor_id, body, leaf FROM read_entry WHERE trust_id = %(trust)s)"

    def reads_of(self, case_id: str) -> str:
        """The same of the entries that tell of a case, an expression; the case is one that the reader sees."""
        return (
            "(SELECT position, recorded_at, actor_id, body, leaf FROM read_of_case JOIN read_entry"
            f" USING (trust_id, position) WHERE trust_id = %(trust)s AND case_id = {case_id})"
        )

    def read_head(self) -> str:
        """How far the log of reads goes: (position, recorded_at), one row, or none before the first entry."""
        return "(SELECT position, recorded_at FROM read_head WHERE trust_id = %(trust)s AND position > 0)"

    def read_checkpoints(self) -> str:
        """The checkpoints of the log of reads that were signed: (size, note)."""
        return "(SELECT size, note FROM read_checkpoint WHERE trust_id = %(trust)s)"

    def withheld_cases(self) -> str:
        """The cases out of the reader's sight of which the reader may know that there is one: (case_id).

        A case that the reader is barred from is not among them, nor one that the figures do not have yet, for it may
        turn out to be such a one.
        """
        return f"(SELECT case_id FROM case_file WHERE {OWN} AND {NOT_SHUT_OUT} AND NOT ({self._sees()}))"

    def head(self) -> str:
        """How far the ledger goes: (position, recorded_at), one row, or none before the first event."""
        return "(SELECT position, recorded_at FROM ledger_head WHERE trust_id = %(trust)s AND position > 0)"

    def checkpoints(self) -> str:
        """The checkpoints that were signed: (size, note)."""
        return "(SELECT size, note FROM checkpoint WHERE trust_id = %(trust)s)"

    def key_changes(self, register: str) -> str:
        """The declarations that another key signs checkpoints: (position, body); `register` is their stream."""
        return (
            f"(SELECT position, body FROM event WHERE trust_id = %(trust)s AND stream_id = {register}"
            " AND type = 'ledger.checkpoint_key_changed.v1')"
        )

    def anchors(self) -> str:
        """Which place outside has received the checkpoint of which size: (sink, size, anchored_at)."""
        return "(SELECT sink, size, anchored_at FROM checkpoint_anchor WHERE trust_id = %(trust)s)"

    def anchor_places(self) -> str:
        """The places outside that have received any checkpoint: (sink). From one to the next, for receipts are many."""
        least = "SELECT min(sink) FROM checkpoint_anchor WHERE trust_id = %(trust)s"
        return (
            f"(WITH RECURSIVE place (sink) AS (({least}) UNION ALL"
            f" SELECT ({least} AND checkpoint_anchor.sink > place.sink) FROM place WHERE place.sink IS NOT NULL)"
            " SELECT sink FROM place WHERE sink IS NOT NULL)"
        )

    def of_cases(self, table: str) -> str:
        """Rows of a table of parts of cases, such as case_item, of the cases that the reader may open."""
        return f"(SELECT * FROM {table} WHERE {OWN} AND case_id IN (SELECT case_id FROM {self.cases()} AS seen))"

    def contributions(self) -> str:
        """What figures are made of: the contributions that count for this reader, with `withheld`.

        A reader of every figure gets all; `withheld` says which of them lie in cases that he may not open. For anybody
        else a case out of sight adds nothing.
        """
        if not self.visibility.counts_everything:
            return (
                f"(SELECT *, false AS withheld FROM contribution WHERE {OWN}"
                f" AND case_id IN (SELECT case_id FROM {self.cases()} AS seen))"
            )
        return f"(SELECT *, {self._is_withheld()} AS withheld FROM contribution WHERE {OWN})"

    def withheld_contributions(self) -> str:
        """The contributions in cases that a reader of every figure may not open."""
        return f"(SELECT * FROM contribution WHERE {OWN} AND {self._is_withheld()})"

    def openable_contributions(self) -> str:
        """The contributions whose cases the reader may open: what lies behind a figure, for this reader."""
        return f"(SELECT * FROM contribution WHERE {OWN} AND case_id IN (SELECT case_id FROM {self.cases()} AS seen))"

    def months(self) -> str:
        """The monthly figures; they are for readers of every figure alone. Raises PermissionError for others."""
        if not self.visibility.counts_everything:
            raise PermissionError("monthly figures hold cases that this reader may not count")
        return f"(SELECT * FROM count_month WHERE {OWN})"

    def schools(self) -> str:
        """The schools in the reader's sight, with their validity."""
        return f"(SELECT * FROM school WHERE {OWN} AND {self._sees_school('urn')})"

    def memberships(self) -> str:
        """When each school was in the trust: (urn, joined_on, left_on); as little a secret as a school's name."""
        return f"(SELECT urn, joined_on, left_on FROM school WHERE {OWN} AND valid_to IS NULL)"

    def present_schools(self) -> str:
        """The schools in the reader's sight as they are now, one row each: (urn, name)."""
        return (
            f"(SELECT DISTINCT ON (urn) urn, name FROM {self.schools()} AS known WHERE valid_to IS NULL"
            " ORDER BY urn, joined_on DESC)"
        )

    def named_schools(self) -> str:
        """Every school of the trust as it is now: (urn, name), for those that stand in what the reader sees.

        A case may have been at another school before; what a school is called is no secret within the trust.
        """
        return (
            f"(SELECT DISTINCT ON (urn) urn, name FROM school WHERE {OWN} AND valid_to IS NULL"
            " ORDER BY urn, joined_on DESC)"
        )

    def of_schools(self, table: str) -> str:
        """Rows of a table about schools, such as school_calendar, of the schools in the reader's sight."""
        return f"(SELECT * FROM {table} WHERE {OWN} AND {self._sees_school('urn')})"

    def adoptions(self) -> str:
        """Which schools adopted which packs; packs hold nothing of any case, so whoever reads a case may read its."""
        return f"(SELECT * FROM school_policy WHERE {OWN})"

    def keeping(self, case_id: str | None = None) -> str:
        """How each case in sight is kept today: (case_id, kind, school_urn, state, day, told); it binds `now`.

        `case_id` is an expression of the one that is asked about, if one is.
        """
        wanted = "true" if case_id is None else f"seen.case_id = {case_id}"
        hidden = self.is_hidden("other.case_id")
        return keeping(self.cases(), hidden, wanted, opens_sealed=self.visibility.opens_sealed)

    def retention_table(self) -> str:
        """The rules of the retention table in force today, one to a row; they hold nothing of any case."""
        return table_in_force()

    def trust_holds(self) -> str:
        """The holds of the trust that run, but for those that name the reader. Who may read them is for the query."""
        return (
            f"(SELECT * FROM trust_hold WHERE {OWN} AND valid_to IS NULL"
            " AND NOT coalesce(%(person)s = ANY(persons), false))"
        )

    def person(self, person_id: str) -> str:
        """One person by id, an expression: (person_id, state, name); no row for a null.

        The name is today's, for a reader who opens sealed texts; who stands in a case is seen with the case.
        """
        if not self.visibility.opens_sealed:
            return (
                "(SELECT named.person_id, 'WITHHELD' AS state, NULL::text AS name"
                f" FROM (SELECT {person_id} AS person_id) AS named WHERE named.person_id IS NOT NULL)"
            )
        return (
            "(SELECT named.person_id, CASE WHEN known.erased_at IS NOT NULL THEN 'ERASED'"
            " WHEN called.name IS NULL THEN 'UNKNOWN' ELSE 'OPEN' END AS state,"
            f" CASE WHEN known.erased_at IS NULL THEN called.name END AS name FROM (SELECT {person_id} AS person_id)"
            " AS named LEFT JOIN person AS known ON known.trust_id = %(trust)s AND known.person_id = named.person_id"
            " LEFT JOIN person_name AS called ON called.trust_id = %(trust)s AND called.person_id = named.person_id"
            " AND called.use = 'USUAL' WHERE named.person_id IS NOT NULL)"
        )

    def events_of(self, case_id: str) -> str:
        """The events of a case in sight: `case_id` is a column of a row of `cases`, `folded` or `recorded`.

        Those that name a case which the reader may not know of are not there.
        """
        return f"(SELECT * FROM event WHERE trust_id = %(trust)s AND stream_id = {case_id} AND {_TELLS})"

    def is_hidden(self, case_id: str) -> str:
        """Whether the reader may not know of a case, by any road: an expression of one by its id."""
        return f"coalesce({case_id} = ANY ({out_of_sight('hidden')}), false)"

    def hidden(self) -> str:
        """The cases that the reader may not know of: (case_id), some more than once."""
        return "(SELECT unnest(hidden) AS case_id FROM sight)"

    def told_by(self, alias: str) -> str:
        """The content of an event in clear, as it was hashed, without a case that the reader may not know of."""
        told = f"(convert_from({alias}.body, 'UTF8')::json->'data')"
        [(stored_name, field)] = SPEAKS_ALSO.items()
        other = f"{told}->>'{field}'"
        # Another member always comes after it.
        member = f"""'"{field}":"' || ({other}) || '",'"""
        return (
            f"CASE WHEN {alias}.type = '{stored_name}' AND {self.is_hidden(f'({other})::uuid')}"
            f" THEN replace({told}::text, {member}, '')::json ELSE {told} END"
        )

    def _sees(self) -> str:
        seen = f"{self._sees_place()} AND {NOT_SHUT_OUT}"
        if self.visibility.own_only:
            seen += " AND readers && %(reads_as)s::uuid[]"
        elif self.visibility.own_kinds:
            seen += " AND (kind = ANY(%(whole_kinds)s) OR readers && %(reads_as)s::uuid[])"
        if self.visibility.cases is not None:
            seen += " AND case_id = ANY(%(seen_cases)s::uuid[])"
        return seen

    def _sees_place(self, kinds: str = "seen_kinds") -> str:
        """Whether cases of this kind and school are the reader's to see; `kinds` is the parameter that says which."""
        seen = f"kind = ANY(%({kinds})s)"
        return seen if self.visibility.schools is None else f"{seen} AND school_urn = ANY(%(seen_schools)s)"

    def _sees_school(self, column: str) -> str:
        return "true" if self.visibility.schools is None else f"{column} = ANY(%(seen_schools)s)"

    def _is_withheld(self) -> str:
        """Whether a contribution lies in a case that a reader of every figure may not open."""
        if not self.visibility.lists_cases:
            return "true"
        if (
            set(self.visibility.kinds) >= _EVERY_KIND
            and self.visibility.schools is None
            and self.visibility.cases is None
        ):
            return f"case_id = {SHUT_OUT}"
        return f"case_id NOT IN (SELECT case_id FROM {self.cases()} AS seen)"
