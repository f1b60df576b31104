"""How many cells a monitoring report can have, by its arguments alone, before anything is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from domain.counting import CountSource, MonitoringCount
from domain.vocabulary import CODE_LISTS
from projections.monitoring_terms import MonitoringDimension

__all__ = ["ASSUMED_SCHOOLS", "cells_of"]

# How many schools there are is not known before something is read. More in a trust are rare; the largest has some 90.
ASSUMED_SCHOOLS = 20
_TERMS_A_YEAR = 3
_Size = Callable[[Mapping[str, Any], int | None], int]


def cells_of(arguments: Mapping[str, Any], *, schools: int | None = None) -> int:
    """Return the most cells that a report with these arguments can have.

    The arguments are named as in the schema, their values coerced. `schools` is how many the reader sees, None for all
    of the trust.
    """
    cells = 1
    for dimension in arguments["groupBy"]:
        cells *= _SIZES[dimension](arguments, schools)
    return cells


def _schools(arguments: Mapping[str, Any], visible: int | None) -> int:
    named = arguments.get("schools")
    if named is None:
        return ASSUMED_SCHOOLS if visible is None else visible
    # A school that is named twice, or that the reader does not see, has no cells of its own.
    asked = len(set(named))
    return asked if visible is None else min(asked, visible)


def _sources(arguments: Mapping[str, Any], _visible: int | None) -> int:
    asked = arguments.get("sources")
    return len(CountSource) if asked is None else len(set(asked))


def _days(arguments: Mapping[str, Any], _visible: int | None) -> int:
    first, last = _range(arguments)
    return max(0, (last - first).days + 1)


def _months(arguments: Mapping[str, Any], _visible: int | None) -> int:
    first, last = _range(arguments)
    return max(0, 12 * (last.year - first.year) + last.month - first.month + 1)


def _academic_years(arguments: Mapping[str, Any], _visible: int | None) -> int:
    first, last = _range(arguments)
    # It begins in September.
    return max(0, last.year - (last.month < 9) - first.year + (first.month < 9) + 1)


def _terms(arguments: Mapping[str, Any], visible: int | None) -> int:
    return _TERMS_A_YEAR * _academic_years(arguments, visible)


def _range(arguments: Mapping[str, Any]) -> tuple[date, date]:
    return arguments["from"], arguments["to"]


def _codes(name: str) -> _Size:
    # One more for what has none.
    size = len(CODE_LISTS[name]) + 1
    return lambda _arguments, _visible: size


_SIZES: Mapping[MonitoringDimension, _Size] = {
    MonitoringDimension.COUNT: lambda _arguments, _visible: len(MonitoringCount),
    MonitoringDimension.SCHOOL: _schools,
    MonitoringDimension.SOURCE: _sources,
    MonitoringDimension.DAY: _days,
    MonitoringDimension.MONTH: _months,
    MonitoringDimension.TERM: _terms,
    MonitoringDimension.ACADEMIC_YEAR: _academic_years,
    MonitoringDimension.PLATFORM: _codes("platforms"),
    MonitoringDimension.POSTER_ROLE: _codes("poster_roles"),
}
