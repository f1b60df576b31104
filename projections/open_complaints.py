"""Which items of past cases were posted while a complaint by the same person was open, as the complaints stood then."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from msgspec.structs import replace

from domain.access import Visibility
from domain.case_document import CaseDocument
from domain.complaint import Complaint
from domain.open_complaints import posted_while_complaint_open
from domain.values import CaseKind, Mark
from ledger.database import TrustDatabase
from ledger.reading import read_streams
from projections.snapshot import snapshot
from projections.states import event_of
from projections.visible import Reading

__all__ = ["POSTED_WHILE_COMPLAINT_OPEN", "posts_flagged"]

# The member of an item in which a document that was folded says it.
POSTED_WHILE_COMPLAINT_OPEN = "posted_while_complaint_open"


class _Post(NamedTuple):
    """An item as the document of its case has it."""

    item_id: UUID
    poster: UUID | None
    posted_on: date | None
    discovered_on: date
    mark: Mark | None


class _Complaint(NamedTuple):
    """A complaint as it stood from a position on."""

    position: int
    complainant: UUID | None
    received_on: date
    closed_on: date | None
    mark: Mark | None


def posts_flagged(
    trust: TrustDatabase, visibility: Visibility, cases: Sequence[tuple[CaseDocument, int | None]]
) -> list[CaseDocument]:
    """The documents of incidents with the answer in each item, and all others as they are.

    Each case is given with the position as at which the complaints are to be taken (None: now); the reader may open
    them today.
    """
    posts = [list(_posts(document)) for document, _ in cases]
    posters = {post.poster for of_case in posts for post in of_case if post.poster is not None}
    complaints: Sequence[Sequence[_Complaint]] = ()
    if posters:
        with snapshot(trust) as connection:
            complaints = _complaints_by(connection, Reading(visibility), posters)
    return [
        _with_answers(document, posted_while_complaint_open(items, _as_at(complaints, position)))
        for (document, position), items in zip(cases, posts, strict=True)
    ]


def _posts(document: CaseDocument) -> Iterator[_Post]:
    for item in document.detail["items"] if document.kind is CaseKind.INCIDENT else ():
        posted_on, poster, mark = item["posted_on"], item["poster"], item["mark"]
        yield _Post(
            UUID(item["item_id"]),
            poster and UUID(poster),
            posted_on and date.fromisoformat(posted_on),
            date.fromisoformat(item["discovered_on"]),
            mark and Mark(mark),
        )


def _complaints_by(connection: psycopg.Connection[Any], reading: Reading, persons: set[UUID]) -> list[list[_Complaint]]:
    """The complaints of these persons in sight, each as it stood from event to event."""
    rows = connection.execute(
        reading.statement(
            f"SELECT case_id FROM {reading.complaints()} AS made WHERE complainant = ANY(%(persons)s)"
        ).encode(),
        {**reading.parameters, "persons": list(persons)},
    )
    found: dict[UUID, list[_Complaint]] = {}
    state: Complaint | None = None
    for row in read_streams(connection, reading.trust_id, [case_id for (case_id,) in rows]):
        state = event_of(row).mutate(None if row.version == 1 else state)
        assert state is not None
        then = _Complaint(row.position, state.complainant, state.received_on, state.closed_on, state.mark)
        found.setdefault(row.stream_id, []).append(then)
    return list(found.values())


def _as_at(complaints: Sequence[Sequence[_Complaint]], position: int | None) -> Iterator[_Complaint]:
    for states in complaints:
        known = len(states) if position is None else bisect_right(states, position, key=lambda one: one.position)
        if known:
            yield states[known - 1]


def _with_answers(document: CaseDocument, flagged: frozenset[UUID]) -> CaseDocument:
    if document.kind is not CaseKind.INCIDENT:
        return document
    items = [
        {**item, POSTED_WHILE_COMPLAINT_OPEN: UUID(item["item_id"]) in flagged} for item in document.detail["items"]
    ]
    return replace(document, detail={**document.detail, "items": items})
