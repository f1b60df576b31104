"""Seeing erasures: which there are, what is still to be erased, and who has had copies and is to be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from domain.erasure import Erasure, ErasureScope, ErasureState, Extent
from domain.permissions import Task
from domain.refusals import RefusalCode, Refused
from ledger.read_log import reads_of_cases
from services.command_refusals import NotAllowed
from services.commands import Services
from services.erasure_coverage import Coverage, cases_of, coverage_of
from services.read_log import ReadEntry, ReadWay, append_read
from services.scope import Caller
from services.sealed_texts import WITHHELD, SealedText, open_words
from services.sight import is_about
from services.store import TrustLedger

__all__ = [
    "ErasureSeen",
    "ErasuresFollowed",
    "Recipient",
    "UnknownErasure",
    "erasure_to_see",
    "list_erasures",
    "see_erasure",
]

MOST_LISTED = 100


class UnknownErasure(Refused):
    """There is no such erasure."""

    code = RefusalCode.NOT_FOUND


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who took a copy of a case that is erased: they are to be told (UK GDPR, article 19)."""

    person: UUID
    role: str
    client: str | None
    copies: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class ErasureSeen:
    """An erasure and where its last event stands.

    `remaining` is what there is still to erase, None where nothing of it will be; `recipients` took copies of cases
    that it covers, whoever took most lately first; `asked` and `decided` are why in words. They are told of a single
    erasure, not in lists.
    """

    erasure: Erasure
    position: int
    remaining: Extent | None = None
    recipients: tuple[Recipient, ...] = ()
    asked: SealedText = WITHHELD
    decided: SealedText | None = None


@dataclass(frozen=True, slots=True)
class ErasuresFollowed:
    """Erasures in the order of their last events, and the position to ask after next."""

    erasures: Sequence[ErasureSeen]
    position: int


def list_erasures(services: Services, caller: Caller, *, after: int = 0) -> ErasuresFollowed:
    """The erasures of which anything was recorded after a position; at most 100.

    Whoever keeps copies of what the ledger holds follows these from position to position. Raises NotAllowed.
    """
    _require_sight(caller)
    ledger = services.ledger
    with ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT stream_id, max(position) FROM event WHERE trust_id = %s AND type LIKE 'erasure.%%'"
            " GROUP BY stream_id HAVING max(position) > %s ORDER BY 2 LIMIT %s",
            (ledger.trust_id, after, MOST_LISTED),
        ).fetchall()
    found = ledger.load_many([stream_id for stream_id, _ in rows])
    shown = []
    for stream_id, position in rows:
        erasure = found[stream_id]
        if not covers_what_is_about(ledger, caller.person_id, erasure):
            shown.append(ErasureSeen(erasure, position))
    # Those that are not there for the reader are passed over, and not asked after again.
    return ErasuresFollowed(shown, max((position for _, position in rows), default=after))


def see_erasure(services: Services, caller: Caller, erasure_id: UUID) -> ErasureSeen:
    """One erasure with what is left of it and who has copies; that it was asked for is recorded before it is given.

    Raises NotAllowed and UnknownErasure.
    """
    _require_sight(caller)
    ledger = services.ledger
    erasure = erasure_to_see(ledger, caller.person_id, erasure_id)
    named = frozenset(str(one) for one in (erasure.what.case_id,) if one is not None)
    append_read(ledger, ReadEntry(caller, ReadWay.QUERY, "executed", listed=named, asked=frozenset(("erasure",))))
    coverage = coverage_of(ledger, erasure_id, erasure.what, erasure.redactions)
    is_open = erasure.state in (ErasureState.REQUESTED, ErasureState.APPROVED)
    with ledger.trust.connection() as connection:
        row = connection.execute(
            "SELECT max(position) FROM event WHERE trust_id = %s AND stream_id = %s", (ledger.trust_id, erasure_id)
        ).fetchone()
    assert row is not None
    # Whoever has to judge why is told; others see that there is a reason.
    words = open_words(ledger, erasure_id, (1, 2)) if caller.decide(Task.DECIDE_ERASURE).allowed else {}
    return ErasureSeen(
        erasure=erasure,
        position=row[0],
        remaining=coverage.extent if is_open else None,
        recipients=_recipients(ledger, coverage),
        asked=words.get(1, WITHHELD),
        decided=words.get(2),
    )


def erasure_to_see(ledger: TrustLedger, person_id: UUID, erasure_id: UUID) -> Erasure:
    """An erasure of which somebody may know. Raises UnknownErasure where there is none for them."""
    erasure = ledger.load(erasure_id)
    if not isinstance(erasure, Erasure) or covers_what_is_about(ledger, person_id, erasure):
        raise UnknownErasure("erasure_id")
    return erasure


def _require_sight(caller: Caller) -> None:
    if not caller.decide(Task.SEE_ERASURES).allowed:
        raise NotAllowed


def covers_what_is_about(ledger: TrustLedger, person_id: UUID, erasure: Erasure) -> bool:
    """Whether an erasure covers somebody, or a case that is about them."""
    what = erasure.what
    named = {one.case_id for one in erasure.redactions}
    match ErasureScope(what.scope):
        case ErasureScope.PERSON:
            assert what.person is not None
            if what.person == person_id:
                return True
            named |= {owner.case_id for owner in ledger.keys.keys_of_person(ledger.trust_id, what.person)}
        case ErasureScope.CASE | ErasureScope.PART:
            assert what.case_id is not None
            named.add(what.case_id)
        case ErasureScope.SCHOOL | ErasureScope.TRUST:
            named |= {
                case.id
                for case in cases_of(ledger, _barred_from(ledger, person_id))
                if what.school_urn is None or case.school_urn == what.school_urn
            }
    return any(is_about(ledger, person_id, case) for case in cases_of(ledger, named))


def _barred_from(ledger: TrustLedger, person_id: UUID) -> set[UUID]:
    """The cases about somebody, as far as the read models know: there may be too many others to look at each."""
    with ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT case_id FROM case_barred JOIN projection USING (trust_id, generation)"
            " WHERE trust_id = %s AND name = 'core' AND live AND person_id = %s",
            (ledger.trust_id, person_id),
        ).fetchall()
    return {case_id for (case_id,) in rows}


def _recipients(ledger: TrustLedger, coverage: Coverage) -> tuple[Recipient, ...]:
    found: dict[tuple[UUID, str, str | None], Recipient] = {}
    with ledger.trust.connection() as connection:
        for reads in reads_of_cases(connection, ledger.trust_id, coverage.cases).values():
            for read in reads:
                told = msgspec.json.decode(read.body)
                if told["way"] != ReadWay.EXPORT.value:
                    continue
                key = (read.actor_id, told["actor_role"], told.get("client"))
                copies = 1 + (found[key].copies if key in found else 0)
                found[key] = Recipient(*key, copies, read.recorded_at)
    return tuple(sorted(found.values(), key=lambda one: one.last_at, reverse=True))
