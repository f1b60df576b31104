"""Disposing of what a trust lets go without a person deciding on each case: only where two people decided it shall.

Each case goes by an erasure of its own, so that it is proved, found and told of like any other. It stands in the ledger
as asked for by who adopted the table and approved by who confirmed that it disposes, recorded by the program.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID, uuid5

from domain.aggregate import Recordable
from domain.case import Case
from domain.erasure import Erasure, ErasureOf, ErasureScope, NothingToErase
from ledger.blob_store import BlobStore
from services import clock
from services.commands import Services
from services.erasing import carry_out
from services.erasing_steps import record_as_program
from services.erasure_commands import RETENTION_OVER
from services.erasure_coverage import coverage_of
from services.retention import disposable, keeping, table_on

__all__ = ["dispose_of_what_is_due"]


def dispose_of_what_is_due(services: Services, store: BlobStore, *, backup_days: int, most: int) -> int:
    """Erase the cases of a trust that go by themselves today, at most so many at once; returns how many those were.

    Fewer than `most` are all that there are. A case that has no text or file is left to a review. Raises what the
    databases and the store raise; what was begun is brought to its end by `services.erasing`.
    """
    ledger, today = services.ledger, clock.london_date(services.now())
    adopted, gone = table_on(ledger, today).adopted, 0
    for one in disposable(ledger, today):
        if gone == most or adopted is None:
            break
        case_id = one.case.id
        erasure_id = uuid5(ledger.trust_id, f"disposal/{case_id}")
        decide = partial(_decided, services, case_id, erasure_id)
        record_as_program(ledger, decide, on_behalf_of=adopted.adopted_by, causation=f"retention/{case_id}")
        if ledger.load(erasure_id) is not None:
            carry_out(services, store, erasure_id, backup_days=backup_days)
            gone += 1
    return gone


def _decided(services: Services, case_id: UUID, erasure_id: UUID) -> Sequence[Recordable]:
    """The erasure, if the case still goes by itself: it may have been held since it was found."""
    ledger, today = services.ledger, clock.london_date(services.now())
    case = ledger.load(case_id)
    assert isinstance(case, Case)
    adopted = table_on(ledger, today).adopted
    still_due = list(disposable(ledger, today, [keeping(ledger, case, today)]))
    if ledger.load(erasure_id) is not None or adopted is None or adopted.confirmed_by is None or not still_due:
        return ()
    what = ErasureOf(ErasureScope.CASE, case_id)
    try:
        erasure = Erasure.request(
            id=erasure_id,
            what=what,
            authority=RETENTION_OVER,
            requested_on=today,
            requested_by=adopted.adopted_by,
            extent=coverage_of(ledger, erasure_id, what).extent,
        )
    except NothingToErase:
        return ()
    erasure.approve(by=adopted.confirmed_by, on=today, today=today)
    return (erasure,)
