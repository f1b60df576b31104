"""Opening sealed texts: only for a reader who may, in one batch, telling an erased text from one that is a fault."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from domain.access import Visibility
from ledger.key_store import KeyMissingError
from ledger.sealing import SealingError, associated_data, open_blob
from services.store import REASON_PART, TrustLedger


class SealedState(StrEnum):
    """What a reader gets of a sealed text."""

    OPEN = "OPEN"
    ERASED = "ERASED"
    WITHHELD = "WITHHELD"


@dataclass(frozen=True, slots=True)
class SealedPlace:
    """Where a sealed text lies: a part of the event with this version of a stream."""

    stream_id: UUID
    version: int
    part: str


@dataclass(frozen=True, slots=True)
class SealedText:
    """A sealed text as a reader gets it; `text` is there only when it is OPEN. `salt` proves it in a bundle."""

    state: SealedState
    text: str | None = None
    salt: bytes | None = None
    key_id: UUID | None = None

    def __repr__(self) -> str:
        return f"SealedText({self.state})"


WITHHELD = SealedText(SealedState.WITHHELD)


def open_texts(ledger: TrustLedger, reader: Visibility, places: Iterable[SealedPlace]) -> dict[SealedPlace, SealedText]:
    """The texts at the places, in two statements however many there are; WITHHELD where the reader opens no such case.

    The caller has made sure that the reader sees the cases. Raises KeysUnavailableError when the keys cannot be had,
    and when a text is missing without an erasure: that is a fault, and is never shown as an erasure.
    """
    wanted = set(places)
    if not reader.opens_sealed:
        return dict.fromkeys(wanted, WITHHELD)
    found = _select(ledger, wanted)
    opened = dict.fromkeys((row.place for row in found), WITHHELD)
    opened |= _opened(ledger, [row for row in found if row.kind in reader.opens])
    if len(opened) != len(wanted):
        raise KeyMissingError("a sealed text that an event names is not there")
    return opened


def open_words(ledger: TrustLedger, stream_id: UUID, versions: Iterable[int]) -> dict[int, SealedText]:
    """The reasons in words of events that are of no case, by version, for whom it was decided that they may see them.

    Those that were given without one are left out. Raises as `open_texts` does.
    """
    rows = _select(ledger, {SealedPlace(stream_id, version, REASON_PART) for version in versions})
    return {place.version: text for place, text in _opened(ledger, rows).items()}


def _opened(ledger: TrustLedger, rows: Sequence[_Lying]) -> dict[SealedPlace, SealedText]:
    opened = {}
    keys = ledger.keys.open(ledger.trust_id, {row.key_id for row in rows})
    for place, _, command_id, ordinal, key_id, blob, is_erased in rows:
        key = keys[key_id]
        if key is None or is_erased:
            opened[place] = SealedText(SealedState.ERASED, key_id=key_id)
            continue
        if blob is None:
            raise KeyMissingError("a sealed text is gone although its key was not destroyed")
        aad = associated_data(ledger.trust_id, place.stream_id, command_id, ordinal, place.part, key_id)
        try:
            text, salt = open_blob(blob, key.secret, aad)
        except SealingError:
            raise KeyMissingError("a sealed text does not open with the key that its event names") from None
        opened[place] = SealedText(SealedState.OPEN, text, salt, key_id)
    return opened


class _Lying(NamedTuple):
    """A sealed text as it lies: in an event of a case of a kind, under a key."""

    place: SealedPlace
    kind: str
    command_id: UUID
    ordinal: int
    key_id: UUID
    blob: bytes | None
    is_erased: bool


def _select(ledger: TrustLedger, places: Collection[SealedPlace]) -> list[_Lying]:
    if not places:
        return []
    with ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT p.stream_id, p.version, p.part, e.type, e.command_id, e.ordinal, p.key_id, p.blob,"
            " gone.part IS NOT NULL"
            " FROM unnest(%s::uuid[], %s::int[], %s::text[]) AS w (stream_id, version, part)"
            " JOIN sealed_part p ON p.trust_id = %s AND p.stream_id = w.stream_id AND p.version = w.version"
            " AND p.part = w.part"
            " JOIN event e ON e.trust_id = p.trust_id AND e.stream_id = p.stream_id AND e.version = p.version"
            " LEFT JOIN erased_part gone ON gone.trust_id = p.trust_id AND gone.stream_id = p.stream_id"
            " AND gone.version = p.version AND gone.part = p.part",
            (
                [place.stream_id for place in places],
                [place.version for place in places],
                [place.part for place in places],
                ledger.trust_id,
            ),
            binary=True,
        ).fetchall()
    return [
        # An event is named after its kind of case: staff_breach.reported.v1.
        _Lying(SealedPlace(stream_id, version, part), stored_name.partition(".")[0].upper(), *lying)
        for stream_id, version, part, stored_name, *lying in rows
    ]
