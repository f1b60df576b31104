"""Cases folded from their events for the API: as they stand, as they stood, and after each event of a history."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from uuid import UUID

from domain.case_document import CaseDocument, case_document
from domain.policy import PolicyPack
from ledger.reading import StoredRow, read_streams
from services.clock import london_date
from services.commands import Deciding, Services
from services.scope import Caller
from services.store import event_of

__all__ = ["History", "document_of", "read_histories"]


class History:
    """The events of one case, and the case after each of them: folded once, however many of them are asked about."""

    def __init__(self, rows: list[StoredRow], fold: Callable[[History], Awaitable[list[CaseDocument]]]) -> None:
        self.rows = rows
        self._fold = fold
        self._documents: asyncio.Future[list[CaseDocument]] | None = None

    async def around(self, version: int) -> tuple[CaseDocument | None, CaseDocument]:
        """Return the case before and after the event that made a version; before the first there is none."""
        if self._documents is None:
            self._documents = asyncio.ensure_future(self._fold(self))
        documents = await self._documents
        return (documents[version - 2] if version > 1 else None), documents[version - 1]

    def documents(self, services: Services, caller: Caller) -> list[CaseDocument]:
        """Fold: return the case after each event, in order."""
        documents: list[CaseDocument] = []
        state: Any = None
        pack: PolicyPack | None = None
        for row in self.rows:
            state = event_of(row).mutate(state)
            if not documents:
                # A case keeps the pack that its first event pins.
                pack = pack_of(services, caller, state)
            documents.append(case_document(state, pack))
        return documents


def document_of(services: Services, caller: Caller, case: Any) -> CaseDocument:
    """Return the document of a case that was loaded or has just been recorded."""
    return case_document(case, pack_of(services, caller, case))


def pack_of(services: Services, caller: Caller, case: Any) -> PolicyPack | None:
    """Return the policy pack that a case is pinned to, if any."""
    return Deciding(services, caller, london_date(services.now())).pack_of(case)


def read_histories(
    services: Services, case_ids: Iterable[UUID], up_to: int | None = None
) -> dict[UUID, list[StoredRow]]:
    """Return the events of cases in one statement, in order; the caller has made sure that the reader sees them."""
    found: dict[UUID, list[StoredRow]] = {case_id: [] for case_id in case_ids}
    with services.ledger.trust.connection() as connection:
        for row in read_streams(connection, services.ledger.trust_id, list(found), up_to=up_to):
            found[row.stream_id].append(row)
    return found
