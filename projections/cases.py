"""The list of cases: its filters and orders; and the id of a case by its reference."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.access import Visibility
from domain.vocabulary import CODE_LISTS
from ledger.database import TrustDatabase
from projections.visible import Reading

# What cases are tallied by.
_TALLIED = frozenset({"schools", "kinds", "statuses"})


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
    or for the others; `overdue` for those on which something is overdue at the parameter `now`, or for the others.
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
    overdue: bool | None = None

    @property
    def is_tallied(self) -> bool:
        """Whether the number of cases that it lets through can be added up from tallies."""
        return all(getattr(self, field.name) is None for field in fields(self) if field.name not in _TALLIED)


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


def case_id_of(trust: TrustDatabase, visibility: Visibility, reference: str) -> UUID | None:
    """The id of the case with this reference of ours, such as INC-2026-000123, if the reader may open it."""
    reading = Reading(visibility)
    with trust.connection() as connection:
        row = connection.execute(
            reading.statement(
                f"SELECT case_id FROM {reading.cases()} AS found WHERE reference = %(reference)s"
                " ORDER BY case_id LIMIT 1"
            ).encode(),
            {**reading.parameters, "reference": reference},
        ).fetchone()
    return None if row is None else row[0]


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
    if wanted.overdue is not None:
        late = f"SELECT case_id FROM {reading.of_cases('deadline')} AS late WHERE ends <= %(now)s::timestamptz"
        require(f"listed.case_id {'IN' if wanted.overdue else 'NOT IN'} ({late})")
    if wanted.updated_after_position is not None:
        require("listed.position > %(updated_after)s", updated_after=wanted.updated_after_position)
    return conditions, parameters


def _classifications(wanted: CaseFilter) -> list[str]:
    natures = wanted.natures if wanted.natures is not None else [code.code for code in CODE_LISTS["natures"]]
    targets = wanted.targets if wanted.targets is not None else [code.code for code in CODE_LISTS["targets"]]
    return [f"{nature}:{target}" for nature in natures for target in targets]
