"""The bundle of a period: all that the trust recorded between two instants, opened as far as the reader may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.access_request import AccessRequest
from domain.case import Case
from domain.erasure import Erasure
from domain.export_rules import closed_persons, notices
from domain.permissions import CaseReading, Task, decide
from domain.refusals import RefusalCode, Refused
from domain.veil import named_in
from ledger.bundle import BundledEvent, Notice, WithheldEvent, indices
from ledger.entry import Body, decode_body
from ledger.meanings import stored_file
from ledger.period import Period
from ledger.reading import StoredRow, positions_between, read_range
from services.checkpoints import LedgerAt, at_checkpoint, handovers, note_of_size
from services.command_refusals import NotAllowed
from services.erasures import covers_what_is_about
from services.extracting import (
    bundled,
    continued,
    declarations,
    erasures_of,
    keys_of_persons,
    removals_of,
    restricted,
    texts_of,
)
from services.scope import Caller
from services.sealed_texts import SealedPlace, SealedState
from services.sight import hidden_from, standing_to
from services.store import TrustLedger

__all__ = ["MOST_EVENTS", "PeriodReversed", "PeriodTooLarge", "bundle_of_period", "export_period", "require_room"]

# A larger file is asked for in parts: it is made, and checked, in memory.
MOST_EVENTS = 20_000


class PeriodReversed(Refused):
    """The end of the period must be after its beginning."""


class PeriodTooLarge(Refused):
    """More was recorded in this period than one file takes; ask for parts of it."""

    code = RefusalCode.QUERY_TOO_LARGE


def export_period(
    ledger: TrustLedger,
    caller: Caller,
    since: datetime,
    until: datetime,
    opened: set[SealedPlace] | None = None,
    told: set[UUID] | None = None,
    *,
    kept: Sequence[int] = (),
) -> bytes:
    """The bundle of a period, as `bundle_of_period` gives it, as one file."""
    return bundle_of_period(ledger, caller, since, until, opened, told, kept=kept).encode()


def bundle_of_period(
    ledger: TrustLedger,
    caller: Caller,
    since: datetime,
    until: datetime,
    opened: set[SealedPlace] | None = None,
    told: set[UUID] | None = None,
    *,
    kept: Sequence[int] = (),
) -> Period:
    """All events recorded from `since` on and before `until`, with what proves that none is left out.

    Of a file that was handed in within the period and removed outside of it, the event that says so goes with it.
    Events of cases that are not the reader's to take away are withheld as a whole, as are requests for access that they
    do not deal with, and events that name a case of which they may not know. The parts that it opens are added to
    `opened`, the cases that it shows to `told`; `kept` are the sizes of checkpoints that its reader has. Raises
    NotAllowed, PeriodReversed, PeriodTooLarge, and what `export_case` raises.
    """
    if not caller.decide(Task.EXPORT_PERIOD).allowed:
        raise NotAllowed
    if since >= until:
        raise PeriodReversed("until")
    with at_checkpoint(ledger) as at:
        first, last = positions_between(at.connection, ledger.trust_id, since, until, up_to=at.size)
        if last - first >= MOST_EVENTS:
            raise PeriodTooLarge("since", "until")
        rows = read_range(at.connection, ledger.trust_id, first, last)
        bodies = [decode_body(row.body) for row in rows]
        exporting = _Exporting(ledger, caller, at)
        events, erased = exporting.events(rows, bodies, set() if opened is None else opened)
        if told is not None:
            told |= {body.stream for body, event in zip(bodies, events, strict=True) if _is_of_case(body, event)}
        erasures = [event for event in erased if not first <= event.position <= last]
        declared = declarations(at)
        before, after = first - 1, last + 1 if last < at.size else 0
        return Period(
            trust=ledger.trust_id,
            checkpoint=at.checkpoint.note,
            public_key=at.checkpoint.verifier_key.text,
            events=tuple(events),
            inclusion=_inclusion(at, [*events, *erasures, *declared]),
            erasures=tuple(erasures),
            consistency=tuple(continued(at, [before, after, *kept])),
            notices=tuple(exporting.notices()),
            declarations=tuple(declared),
            handovers=tuple(handovers(at)),
            first=first,
            since=since,
            until=until,
            before=note_of_size(ledger, at.tree, at.connection, before) if before else "",
            after=note_of_size(ledger, at.tree, at.connection, after) if after else "",
        )


def require_room(period: Period, count: int) -> None:
    """Raise PeriodTooLarge where so many more events, recorded now, would not fit into a period that reaches to now."""
    if not period.after and len(period.events) + count > MOST_EVENTS:
        raise PeriodTooLarge("since", "until")


class _Exporting:
    """What is found out about the cases of a period, once each."""

    def __init__(self, ledger: TrustLedger, caller: Caller, at: LedgerAt) -> None:
        self._ledger = ledger
        self._caller = caller
        self._reader = caller.visibility
        self._at = at
        self._shown: dict[UUID, Case] = {}
        self._teachers: Mapping[UUID, date] = {}

    def events(
        self, rows: Sequence[StoredRow], bodies: Sequence[Body], opened: set[SealedPlace]
    ) -> tuple[list[BundledEvent | WithheldEvent], Sequence[BundledEvent]]:
        """The events as the reader may have them, and what proves the erasures among them."""
        streams = self._ledger.load_many(sorted({row.stream_id for row in rows}))
        cases = {stream: case for stream, case in streams.items() if isinstance(case, Case)}
        self._shown = {stream: case for stream, case in cases.items() if self._may_export(case)}
        self._teachers = restricted(self._ledger, self._at.size)
        named = [named_in(body.type, body.data) for body in bodies]
        hidden = hidden_from(self._ledger, self._reader.person_id, {one for one in named if one is not None})
        reader = self._reader.person_id
        closed_streams = {stream for stream in cases if stream not in self._shown} | self._closed_requests(streams)
        closed_streams |= {
            stream
            for stream, one in streams.items()
            if isinstance(one, Erasure) and covers_what_is_about(self._ledger, reader, one)
        }
        is_shown = [
            row.stream_id not in closed_streams and name not in hidden for row, name in zip(rows, named, strict=True)
        ]
        shown_rows = [row for row, shown in zip(rows, is_shown, strict=True) if shown]
        shown_bodies = [body for body, shown in zip(bodies, is_shown, strict=True) if shown]
        closed = frozenset[UUID]().union(*map(self._closed_keys, self._shown.values()))
        erasures = erasures_of(self._ledger, self._at.size, shown_bodies)
        texts = texts_of(self._ledger, self._reader, shown_rows, shown_bodies, erasures, closed)
        opened |= {place for place, text in texts.items() if text.state is SealedState.OPEN}
        shown = iter(bundled(shown_rows, shown_bodies, texts))
        events = [
            next(shown) if visible else WithheldEvent(row.position, row.leaf)
            for row, visible in zip(rows, is_shown, strict=True)
        ]
        erased = [*erasures.events, *self._removals(shown_bodies)]
        return events, sorted(erased, key=lambda event: event.position)

    def _removals(self, bodies: Sequence[Body]) -> Sequence[BundledEvent]:
        """What says that files which these events hand in were removed, whenever that was."""
        handed_in = {(body.stream, stored.file_id) for body in bodies if (stored := stored_file(body)) is not None}
        gone = {one for one in handed_in if not self._shown[one[0]].files[one[1]].is_stored}
        return removals_of(self._ledger, self._at.size, gone)

    def notices(self) -> list[Notice]:
        """What has to be heeded of any of the cases shown, the earliest day of each law."""
        found = [one for case in self._shown.values() for one in notices(case, self._teachers)]
        return [
            Notice(law, min(one.since for one in found if one.law == law).isoformat())
            for law in sorted({one.law for one in found})
        ]

    def _closed_keys(self, case: Case) -> frozenset[UUID]:
        persons = closed_persons(case, self._reader, self._teachers)
        return keys_of_persons(self._ledger, case.id, persons)

    def _closed_requests(self, streams: Mapping[UUID, Any]) -> frozenset[UUID]:
        """The requests for access that the reader does not deal with, for they name people and cases."""
        may_deal = self._caller.decide(Task.ANSWER_ACCESS_REQUESTS).allowed
        reader = self._reader.person_id
        return frozenset(
            stream
            for stream, one in streams.items()
            if isinstance(one, AccessRequest)
            and not (may_deal and one.person != reader and not hidden_from(self._ledger, reader, one.cases_named))
        )

    def _may_export(self, case: Case) -> bool:
        standing = standing_to(self._ledger, self._reader, case)
        return decide(self._reader.role, CaseReading.EXPORT, standing).allowed


def _is_of_case(body: Body, event: BundledEvent | WithheldEvent) -> bool:
    kind = body.type.partition(".")[0]
    return isinstance(event, BundledEvent) and kind in ("incident", "complaint", "staff_breach")


def _inclusion(at: LedgerAt, recorded: Sequence[BundledEvent | WithheldEvent]) -> tuple[bytes, ...]:
    """The proof of all their places; of none it is the root itself, as of any subtree that holds none."""
    places = indices(recorded)
    return tuple(at.tree.set_proof(places)) if places else (at.tree.root(),)
