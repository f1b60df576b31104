"""The list of cases: filters, orders and pages; one case by its id or reference. Only what the reader may open."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from domain.access import Visibility
from domain.case_document import CaseDocument
from domain.vocabulary import CODE_LISTS
from ledger.database import TrustDatabase
from projections.pages import CursorMalformed, Page, cursor_of, page_of, place_of, require_page
from projections.visible import Reading

_document = msgspec.json.Decoder(CaseDocument)


class CaseOrder(StrEnum):
    """How a list of cases stands; cases alike in this stand in the order of their ids."""

    OPENED_NEWEST = "OPENED_NEWEST"
    OPENED_OLDEST = "OPENED_OLDEST"
    UPDATED_NEWEST = "UPDATED_NEWEST"
    REFERENCE = "REFERENCE"


@dataclass(frozen=True, kw_only=True)
class CaseFilter:
    """Which cases are listed: all that is given must hold, and a given tuple names what may be.

    `natures` and `targets` together ask for one classification with both. `aware_from` and `aware_to` ask for something
    of the case of which the school became aware between these days, both included. `outstanding` are codes of duties,
    `person` anybody who stands in the case. `meets_no_count` asks for the cases that add to none of the eleven counts,
    or for the others.
    """

    schools: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    statuses: tuple[str, ...] | None = None
    natures: tuple[str, ...] | None = None
    targets: tuple[str, ...] | None = None
    aware_from: date | None = None
    aware_to: date | None = None
    outstanding: tuple[str, ...] | None = None
    owner: UUID | None = None
    person: UUID | None = None
    school_reference: str | None = None
    meets_no_count: bool | None = None
    updated_after_position: int | None = None


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as lists show it. `position` is that of the event that changed it last."""

    case_id: UUID
    position: int
    counts: tuple[int, ...]
    document: CaseDocument = field(repr=False)


# What `case_row` reads.
CASE_COLUMNS = "case_id, position, counts, document"


@dataclass(frozen=True, slots=True)
class _Order:
    """The column that a list is ordered by before the case's id, and which way."""

    column: str
    kind: str
    type: Any
    descending: bool


ORDERS = {
    CaseOrder.OPENED_NEWEST: _Order("opened_on", "date", date, descending=True),
    CaseOrder.OPENED_OLDEST: _Order("opened_on", "date", date, descending=False),
    CaseOrder.UPDATED_NEWEST: _Order("position", "bigint", int, descending=True),
    CaseOrder.REFERENCE: _Order("reference", "text", str, descending=False),
}


def list_cases(
    trust: TrustDatabase,
    visibility: Visibility,
    wanted: CaseFilter | None = None,
    *,
    order: CaseOrder = CaseOrder.OPENED_NEWEST,
    first: int = 50,
    after: str | None = None,
) -> Page[CaseRow]:
    """A page of the cases that the reader may open and the filter lets through.

    Raises PageTooLarge, and CursorMalformed for a cursor of another order.
    """
    require_page(first)
    by = ORDERS[order]
    reading = Reading(visibility)
    conditions, parameters = conditions_of(reading, wanted or CaseFilter())
    if after is not None:
        given, parameters["after_value"], parameters["after_id"] = place_of(after, str, by.type, UUID)
        if given != order.value:
            raise CursorMalformed("after")
        conditions.append(
            f"(listed.{by.column}, listed.case_id) {'<' if by.descending else '>'}"
            f" (%(after_value)s::{by.kind}, %(after_id)s::uuid)"
        )
    way = "DESC" if by.descending else "ASC"
    with trust.connection() as connection:
        rows = connection.execute(
            f"SELECT {CASE_COLUMNS}, listed.{by.column} FROM {reading.documents()} AS listed"
            f" WHERE {' AND '.join(['true', *conditions])}"
            f" ORDER BY listed.{by.column} {way}, listed.case_id {way} LIMIT %(limit)s".encode(),
            {**reading.parameters, **parameters, "limit": first + 1},
        ).fetchall()
    places = {row[0]: row[-1] for row in rows}
    return page_of(
        [case_row(row) for row in rows],
        first,
        lambda case: cursor_of(order.value, places[case.case_id], case.case_id),
    )


def count_cases(trust: TrustDatabase, visibility: Visibility, wanted: CaseFilter | None = None) -> int:
    """How many cases the list has on all its pages."""
    reading = Reading(visibility)
    conditions, parameters = conditions_of(reading, wanted or CaseFilter())
    # Only what has changed since a position is told by the documents.
    source = reading.cases() if wanted is None or wanted.updated_after_position is None else reading.documents()
    with trust.connection() as connection:
        row = connection.execute(
            f"SELECT count(*) FROM {source} AS listed WHERE {' AND '.join(['true', *conditions])}".encode(),
            {**reading.parameters, **parameters},
        ).fetchone()
    assert row is not None
    return int(row[0])


def find_cases(trust: TrustDatabase, visibility: Visibility, case_ids: Sequence[UUID]) -> dict[UUID, CaseRow]:
    """The cases with these ids; one that the reader may not open is left out, like one that is not there."""
    reading = Reading(visibility)
    with trust.connection() as connection:
        rows = connection.execute(
            f"SELECT {CASE_COLUMNS} FROM {reading.documents()} AS found WHERE case_id = ANY(%(ids)s)".encode(),
            {**reading.parameters, "ids": list(case_ids)},
        ).fetchall()
    return {row[0]: case_row(row) for row in rows}


def find_case(trust: TrustDatabase, visibility: Visibility, *, reference: str) -> CaseRow | None:
    """The case with this reference of ours, such as INC-2026-000123."""
    reading = Reading(visibility)
    with trust.connection() as connection:
        row = connection.execute(
            f"SELECT {CASE_COLUMNS} FROM {reading.documents()} AS found WHERE reference = %(reference)s"
            " ORDER BY case_id LIMIT 1".encode(),
            {**reading.parameters, "reference": reference},
        ).fetchone()
    return None if row is None else case_row(row)


def case_row(row: Sequence[Any]) -> CaseRow:
    """A case from the columns `CASE_COLUMNS`, which stand first in the row."""
    case_id, position, counts, document = row[:4]
    return CaseRow(case_id, position, tuple(counts), _document.decode(document))


def conditions_of(reading: Reading, wanted: CaseFilter) -> tuple[list[str], dict[str, Any]]:
    """The conditions of a filter on rows called `listed`, and the parameters that they bind."""
    conditions: list[str] = []
    parameters: dict[str, Any] = {}

    def require(condition: str, **values: Any) -> None:
        conditions.append(condition)
        parameters.update(values)

    if wanted.schools is not None:
        require("listed.school_urn = ANY(%(schools)s)", schools=list(wanted.schools))
    if wanted.kinds is not None:
        require("listed.kind = ANY(%(kinds)s)", kinds=list(wanted.kinds))
    if wanted.statuses is not None:
        require("listed.status = ANY(%(statuses)s)", statuses=list(wanted.statuses))
    if wanted.natures is not None or wanted.targets is not None:
        require("listed.classifications && %(classifications)s::text[]", classifications=_classifications(wanted))
    if wanted.aware_from is not None or wanted.aware_to is not None:
        require(
            "EXISTS (SELECT day FROM unnest(listed.aware_on) AS day WHERE day >= coalesce(%(aware_from)s, day)"
            " AND day <= coalesce(%(aware_to)s, day))",
            aware_from=wanted.aware_from,
            aware_to=wanted.aware_to,
        )
    if wanted.outstanding is not None:
        require("listed.outstanding && %(outstanding)s::text[]", outstanding=list(wanted.outstanding))
    if wanted.owner is not None:
        require("listed.owner_id = %(owner)s", owner=wanted.owner)
    if wanted.person is not None:
        require(
            f"listed.case_id IN (SELECT case_id FROM {reading.of_cases('case_person')} AS named"
            " WHERE person_id = %(named)s)",
            named=wanted.person,
        )
    if wanted.school_reference is not None:
        require("listed.school_reference = %(school_reference)s", school_reference=wanted.school_reference)
    if wanted.meets_no_count is not None:
        require(f"listed.counts {'=' if wanted.meets_no_count else '<>'} '{{}}'")
    if wanted.updated_after_position is not None:
        require("listed.position > %(updated_after)s", updated_after=wanted.updated_after_position)
    return conditions, parameters


def _classifications(wanted: CaseFilter) -> list[str]:
    natures = wanted.natures if wanted.natures is not None else [code.code for code in CODE_LISTS["natures"]]
    targets = wanted.targets if wanted.targets is not None else [code.code for code in CODE_LISTS["targets"]]
    return [f"{nature}:{target}" for nature in natures for target in targets]
