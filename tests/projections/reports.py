"""Monitoring reports of a trust, asked for as anybody asks who has the API."""

from __future__ import annotations

from typing import Any

from domain.access import Visibility
from ledger.database import TrustDatabase
from projections.monitoring_terms import PERIODS, MonitoringDimension, MonitoringQuery
from tests.support.asking import Json, ask, refusals

CELL = """count school { urn } source period platform posterRole value withheld partial coverage suppressed"""
_QUERY = """
query ($from: Date!, $to: Date!, $schools: [ID!], $groupBy: [MonitoringDimension!]!, $unit: CountingUnit!,
       $dateBasis: DateBasis!, $sources: [CountSource!], $asOf: AsOf, $suppressBelow: Int) {
  monitoring(from: $from, to: $to, schools: $schools, groupBy: $groupBy, unit: $unit, dateBasis: $dateBasis,
             sources: $sources, asOf: $asOf, suppressBelow: $suppressBelow) {
    position recordedThrough scope excluded { mark value } cells { ...Cell }
  }
}
"""
_MEMBERS = {
    MonitoringDimension.COUNT: "count",
    MonitoringDimension.SCHOOL: "school",
    MonitoringDimension.SOURCE: "source",
    MonitoringDimension.PLATFORM: "platform",
    MonitoringDimension.POSTER_ROLE: "posterRole",
    **dict.fromkeys(PERIODS, "period"),
}


def report(
    trust: TrustDatabase, who: Visibility, query: MonitoringQuery, *, as_of: Json | None = None, cell: str = CELL
) -> Json:
    """The answer to a question, live or as at a past moment; `cell` is what is selected of each cell."""
    found: Json = ask(trust, who, _document(cell), **_variables(query, as_of))["monitoring"]
    return found


def report_refusals(trust: TrustDatabase, who: Visibility, query: MonitoringQuery) -> list[Exception]:
    """Why a question is not answered."""
    return refusals(trust, who, _document(CELL), **_variables(query, None))


def cells(answer: Json, *members: str) -> list[tuple[Any, ...]]:
    """Some members of each cell; a school is told by its URN."""
    return [tuple(_member(cell, member) for member in members) for cell in answer["cells"]]


def told(answer: Json, group_by: tuple[MonitoringDimension, ...]) -> dict[tuple[Any, ...], int]:
    """The figures of a report that are not zero, as the oracle gives them."""
    keys = cells(answer, *(_MEMBERS[dimension] for dimension in group_by))
    return {key: cell["value"] for key, cell in zip(keys, answer["cells"], strict=True) if cell["value"]}


def _document(cell: str) -> str:
    return f"{_QUERY} fragment Cell on MonitoringCell {{ {cell} }}"


def _variables(query: MonitoringQuery, as_of: Json | None) -> Json:
    return {
        "from": query.first.isoformat(),
        "to": query.last.isoformat(),
        "schools": None if query.schools is None else list(query.schools),
        "groupBy": [dimension.value for dimension in query.group_by],
        "unit": query.unit.value,
        "dateBasis": query.basis.value,
        "sources": None if query.sources is None else [source.value for source in query.sources],
        "asOf": as_of,
        "suppressBelow": query.suppress_below,
    }


def _member(cell: Json, member: str) -> Any:
    value = cell[member]
    return value["urn"] if isinstance(value, dict) else value
