"""Everything that is held about one person, found in the ledger itself and not in the read models, which may lag.

A person is found wherever an event names them, in whatever part, also one that they no longer have. Which of what is
found leaves, and how it is told, is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from domain.access import Visibility
from domain.access_request import AccessRequest
from domain.access_request_refusals import AnotherPersonNeeded, StrongerSignInNeeded
from domain.case import Case
from domain.case_files import CaseFile
from domain.complaint import Complaint
from domain.export_rules import notices
from domain.incident import Incident
from domain.people_of_case import people_of
from domain.reads import told_of_case
from domain.staff_breach import StaffBreach
from domain.values import CaseKind, london_date
from domain.veil import named_in
from ledger import canonical
from ledger.entry import Body, SealedEntry, decode_body
from ledger.read_log import reads_of_cases
from ledger.reading import StoredRow, read_streams, recorded_at
from services import people
from services.access_found import (
    Everything,
    FoundCase,
    FoundEvent,
    FoundFile,
    FoundRead,
    FoundText,
    TextMark,
    places_of_file,
)
from services.accounts import accounts_of
from services.extracting import restricted
from services.scope import Caller
from services.sealed_texts import SealedPlace, open_texts
from services.sight import hidden_from, is_about
from services.store import TrustLedger

__all__ = ["SIGHT", "cases_naming", "everything_about", "require_impartial"]

# Told of an emergency by their office, somebody has no part in the case.
_NO_PART = frozenset({"ALERTED"})
# The kinds of stream that are opened under a request: cases, and the request itself.
SIGHT = (*(kind.value for kind in CaseKind), "ACCESS_REQUEST")


def cases_naming(ledger: TrustLedger, person: UUID, through: int) -> dict[UUID, Case]:
    """The cases in whose events a person's id stands by a position, as they stand then, the oldest first."""
    return _cases(ledger.load_many(_streams_naming(ledger, person, through), up_to=through))


def require_impartial(ledger: TrustLedger, caller: Caller, cases: Iterable[Case]) -> None:
    """Refuse somebody who has a part in any of some cases, in the same words whatever that part is (design D15).

    Raises AnotherPersonNeeded; StrongerSignInNeeded where cases of their kind are shown to a stronger sign-in alone.
    """
    kinds = set[str]()
    for case in cases:
        parts = {role for person, role in people_of(case) if person == caller.person_id}
        if parts - _NO_PART or is_about(ledger, caller.person_id, case):
            raise AnotherPersonNeeded
        kinds.add(case.kind)
    if not kinds.isdisjoint(caller.withheld):
        raise StrongerSignInNeeded


def everything_about(ledger: TrustLedger, caller: Caller, request: AccessRequest, through: int) -> Everything:
    """All that is held about the person of a request by a position, within the days that it asks for.

    The request is the authority by which words are opened, for somebody who has no part in what it is about. Who has
    one, and whom the law forbids naming, is asked as of now. Raises AnotherPersonNeeded, StrongerSignInNeeded, and
    KeysUnavailableError where a text cannot be opened.
    """
    person = request.person
    sight = replace(caller.visibility, opens=SIGHT)
    head = ledger.head()[0]
    require_impartial(ledger, caller, cases_naming(ledger, person, head).values())
    streams = ledger.load_many(_streams_naming(ledger, person, through), up_to=through)
    cases = _cases(streams)
    with ledger.trust.connection() as connection:
        rows = read_streams(connection, ledger.trust_id, list(streams), up_to=through)
        instant = recorded_at(connection, ledger.trust_id, through)
        reads = reads_of_cases(connection, ledger.trust_id, list(cases), by=instant)
    assert instant is not None
    search = _Search(ledger, sight, request, restricted(ledger, head))
    of_stream: dict[UUID, list[tuple[StoredRow, Body]]] = {}
    for row in rows:
        of_stream.setdefault(row.stream_id, []).append((row, decode_body(row.body)))
    found = [search.case(case, of_stream[stream]) for stream, case in cases.items()]
    return Everything(
        person=person,
        through=through,
        recorded_at=instant,
        known=people.find(ledger.trust, sight, person),
        accounts=accounts_of(ledger.trust, person),
        elsewhere=tuple(
            sorted(
                (
                    (row, body)
                    for stream, recorded in of_stream.items()
                    if stream not in cases and stream != request.id
                    for row, body in recorded
                    if str(person) in _words_of(body.data) and search.is_wanted(row, body)
                ),
                key=lambda pair: pair[0].position,
            )
        ),
        cases=tuple(replace(one, reads=tuple(search.reads(one, reads[one.case.id]))) for one in found),
        teachers=frozenset(search.teachers),
    )


class _Search:
    """What is looked for in one case after the other."""

    def __init__(
        self, ledger: TrustLedger, sight: Visibility, request: AccessRequest, teachers: Mapping[UUID, date]
    ) -> None:
        self._ledger = ledger
        self._sight = sight
        self._person = request.person
        self._first, self._last = request.data_from or date.min, request.data_to or date.max
        self.teachers = teachers

    def case(self, case: Case, recorded: Sequence[tuple[StoredRow, Body]]) -> FoundCase:
        """What of a case is about the person, without who read it."""
        owners = self._ledger.keys.keys_of_case(self._ledger.trust_id, case.id)
        key_of = {key: owner.person_id for owner, key in owners.items()}
        whole, entries = self._part_of(case)
        named = [named_in(body.type, body.data) for _, body in recorded]
        hidden = hidden_from(self._ledger, self._sight.person_id, {one for one in named if one is not None})
        about: list[tuple[StoredRow, Body, bool, UUID | None]] = []
        for (row, body), other in zip(recorded, named, strict=True):
            words = _words_of(body.data)
            own = any(key_of.get(entry.key) == self._person for entry in body.sealed)
            is_theirs = own or whole or str(self._person) in words or not entries.isdisjoint(words)
            if is_theirs and other not in hidden and self.is_wanted(row, body):
                about.append((row, body, str(self._person) in words, other))
        files = [one for one in case.files.values() if one.is_stored and self._is_theirs(one, whole, entries)]
        marks = {
            SealedPlace(case.id, row.version, entry.part): self._mark(key_of.get(entry.key))
            for row, body, _, _ in about
            for entry in _told_of_event(body)
        }
        of_files = {
            ref for one in files for ref in places_of_file(case.id, one) if self._mark(one.about) is not _CLOSED
        }
        wanted = {place for place, mark in marks.items() if mark is not _CLOSED} | of_files
        texts = open_texts(self._ledger, self._sight, wanted)
        return FoundCase(
            case=case,
            roles=tuple(sorted({role for person, role in people_of(case) if person == self._person})),
            is_barred=is_about(self._ledger, self._person, case),
            acted=sum(self._person in (body.actor, body.on_behalf_of) for _, body in recorded),
            events=tuple(
                FoundEvent(
                    row,
                    body,
                    names_them,
                    other is not None,
                    tuple(
                        FoundText(entry.part, marks[place], texts.get(place))
                        for entry in _told_of_event(body)
                        for place in [SealedPlace(case.id, row.version, entry.part)]
                    ),
                )
                for row, body, names_them, other in about
            ),
            files=tuple(
                FoundFile(one, self._mark(one.about), *(texts.get(ref) for ref in places_of_file(case.id, one)))
                for one in files
            ),
            reads=(),
            notices=notices(case, self.teachers),
        )

    def reads(self, found: FoundCase, entries: Sequence[Any]) -> Iterator[FoundRead]:
        """Who read a case that is about the person, within the days that are asked for."""
        for entry in entries if found.is_about_them else ():
            if self._first <= london_date(entry.recorded_at) <= self._last:
                body: Any = canonical.decode(entry.body)
                told = tuple(kind.value for kind in told_of_case(body, str(found.case.id)))
                yield FoundRead(entry.recorded_at, entry.actor_id, body["actor_role"], body.get("purpose"), told)

    def is_wanted(self, row: StoredRow, body: Body) -> bool:
        """Whether an event was recorded in the days that are asked for, or speaks of one of them."""
        days = {london_date(row.recorded_at), *_days_of(body.data)}
        return any(self._first <= day <= self._last for day in days)

    def _part_of(self, case: Case) -> tuple[bool, frozenset[str]]:
        """Whether a case is about the person as a whole, else which items or heads of it are, by their ids."""
        if isinstance(case, StaffBreach):
            return case.subject == self._person, frozenset()
        if isinstance(case, Complaint):
            heads = (str(head_id) for head_id, head in case.heads.items() if self._person in head.about)
            return case.complainant == self._person, frozenset(heads)
        assert isinstance(case, Incident)
        items = (
            str(item_id)
            for item_id, item in case.items.items()
            if self._person in (item.poster, item.taker, *(item.about or ()))
        )
        of_them = frozenset(items)
        evidence = (str(one.evidence_id) for one in case.evidence.values() if str(one.item_id) in of_them)
        return False, of_them | frozenset(evidence)

    def _is_theirs(self, file: CaseFile, whole: bool, entries: frozenset[str]) -> bool:
        """Whether a file shows the person, or belongs to what is about them; who only dealt with it is not meant."""
        day = file.collected_on or london_date(file.stored_at)
        if not self._first <= day <= self._last:
            return False
        if file.about is not None:
            return file.about == self._person
        return whole or str(file.evidence_id) in entries

    def _mark(self, owner: UUID | None) -> TextMark:
        if owner is None:
            return TextMark.MAY_MENTION_OTHERS
        return TextMark.ABOUT_THEM if owner == self._person else _CLOSED


_CLOSED = TextMark.ABOUT_ANOTHER


def _told_of_event(body: Body) -> tuple[SealedEntry, ...]:
    """The sealed texts that are told of an event; what a file is called is told of the file, or kept back with it."""
    return () if body.type.endswith(".file_stored.v1") else body.sealed


def _cases(streams: Mapping[UUID, Any]) -> dict[UUID, Case]:
    found = [case for case in streams.values() if isinstance(case, Case)]
    return {case.id: case for case in sorted(found, key=lambda case: (case.opened_on, case.reference))}


def _streams_naming(ledger: TrustLedger, person: UUID, through: int) -> list[UUID]:
    """The streams in whose events, or as whose recorder, a person's id stands."""
    with ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT DISTINCT stream_id FROM event"
            " WHERE trust_id = %s AND position <= %s AND position(%s::bytea IN body) > 0",
            (ledger.trust_id, through, str(person).encode()),
        ).fetchall()
    return [stream_id for (stream_id,) in rows]


def _words_of(data: Any) -> frozenset[str]:
    """Every text in the clear part of an event."""
    return frozenset(_texts(data))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from _texts(member)
    elif isinstance(value, Sequence):
        for member in value:
            yield from _texts(member)


def _days_of(data: Any) -> Iterator[date]:
    for text in _texts(data):
        if len(text) == len("2026-09-14"):
            try:
                yield date.fromisoformat(text)
            except ValueError:
                continue
