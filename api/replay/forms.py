"""A case's history in the form that somebody asks for, and what is recorded of it before it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from api.graphql.recording import KNOWN_BY
from api.replay.asked import Asked, Form
from api.replay.printed import replay_as_pdf
from api.replay.table import replay_as_csv
from api.replay.text import replay_as_text
from api.replay.told_as_json import replay_as_json
from domain.access import Visibility
from domain.refusals import Refused
from domain.stored import stored_names
from projections.plan.told import Told
from services.checkpoints import make_checkpoint
from services.replay import Replay, replay
from services.store import TrustLedger

__all__ = ["MEDIA_TYPES", "READERS", "SIGNED", "History", "UnknownEventType", "history_of"]

MEDIA_TYPES: Mapping[Form, str] = {
    Form.JSON: "application/json",
    Form.CSV: "text/csv; charset=utf-8; header=present",
    Form.PDF: "application/pdf",
}
# Those that end with the ledger as it is signed, so that what they tell can be checked.
SIGNED = frozenset({Form.JSON, Form.PDF})

# What the log of reads calls a question for who read a case.
READERS = frozenset({"readers"})


class UnknownEventType(Refused):
    """There is no event of this type; docs/events.md lists them."""


@dataclass(frozen=True, slots=True)
class History:
    """A history as it is given, what it tells of which case, and the fields of the API that would have told the same.

    Both are what the log of reads is told of it.
    """

    content: bytes
    told: Told
    fields: frozenset[str]


def history_of(
    ledger: TrustLedger,
    reader: Visibility,
    case_id: UUID,
    asked: Asked,
    form: Form,
    *,
    width: int = 100,
) -> History:
    """The history of a case for a reader; `width` is how long the lines of a text are.

    Raises UnknownEventType naming `type`, and what `services.replay.replay` raises.
    """
    if asked.types is not None and not stored_names().keys() >= set(asked.types):
        raise UnknownEventType("type")
    found = replay(
        ledger, reader, case_id, types=asked.types, by=asked.by, until=asked.until, all_who_knew=asked.all_who_knew
    )
    case = frozenset((str(case_id),))
    parts = frozenset((str(place.stream_id), place.version, place.part) for place in found.opened)
    fields = frozenset((KNOWN_BY,)) if found.tells_readers else frozenset()
    return History(_written(ledger, found, asked, form, width), Told(case, frozenset(), case, parts), fields)


def _written(ledger: TrustLedger, found: Replay, asked: Asked, form: Form, width: int) -> bytes:
    match form:
        case Form.TEXT:
            return replay_as_text(found, width).encode()
        case Form.CSV:
            return replay_as_csv(found)
        case Form.JSON:
            return replay_as_json(found, asked, make_checkpoint(ledger))
        case Form.PDF:
            return replay_as_pdf(found, asked, make_checkpoint(ledger))
