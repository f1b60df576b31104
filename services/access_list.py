"""The requests for access of a trust, those first whose day comes first, and one of them with its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from domain.access_request import AccessRequest
from domain.permissions import Task
from domain.sealed import SealedRef
from ledger.reading import read_streams_with
from services import people
from services.access_commands import request_of
from services.access_search import SIGHT, cases_naming, require_impartial
from services.command_refusals import NotAllowed
from services.scope import Caller
from services.sealed_texts import SealedPlace, SealedText, open_texts
from services.store import TrustLedger

__all__ = ["OpenedRequest", "access_requests", "opened_request"]

_RECEIVED = "access_request.received.v1"


@dataclass(frozen=True, slots=True)
class OpenedRequest:
    """A request with its words: what was asked, and why passages are kept back; and what its person is called."""

    request: AccessRequest
    name: str | None
    words: Mapping[SealedPlace, SealedText]

    def said(self, text: object) -> str | None:
        """A text of the request, where it is open."""
        if not isinstance(text, SealedRef):
            return None
        return self.words[SealedPlace(self.request.id, text.version, text.part)].text


def access_requests(ledger: TrustLedger, caller: Caller, today: date) -> list[AccessRequest]:
    """The requests that somebody may deal with, none of their own: open ones in the order of their days, then others.

    What is overdue comes first, what stands still after what runs. Raises NotAllowed.
    """
    if not caller.decide(Task.ANSWER_ACCESS_REQUESTS).allowed:
        raise NotAllowed
    with ledger.trust.connection() as connection:
        streams = read_streams_with(connection, ledger.trust_id, _RECEIVED, up_to=ledger.head()[0])
    found = [one for one in ledger.load_many(streams).values() if isinstance(one, AccessRequest)]
    return sorted(
        (one for one in found if one.person != caller.person_id),
        key=lambda one: (not one.is_open, _order(one, today), str(one.id)),
    )


def opened_request(ledger: TrustLedger, caller: Caller, request_id: UUID) -> OpenedRequest:
    """One of them, opened for whoever deals with it, and who has no part in what is found for it.

    Raises NotAllowed, UnknownAccessRequest, AnotherPersonNeeded and StrongerSignInNeeded.
    """
    request = request_of(ledger, caller, request_id)
    require_impartial(ledger, caller, cases_naming(ledger, request.person, ledger.head()[0]).values())
    sight = replace(caller.visibility, opens=SIGHT)
    texts = [request.asked, *(text for kept in request.kept_back.values() for text in (kept.notes, kept.instead))]
    places = [SealedPlace(request.id, text.version, text.part) for text in texts if isinstance(text, SealedRef)]
    name = people.names(ledger.trust, sight, [request.person])[request.person].text
    return OpenedRequest(request, name, open_texts(ledger, sight, places))


def _order(request: AccessRequest, today: date) -> int:
    if request.ended_on is not None:
        return -request.ended_on.toordinal()
    left = request.due.days_left(today)
    return date.max.toordinal() if left is None else left
