"""What a report can have is known before it is made: by count, school and period, exactly; by open lists, at most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.graphql.limits import Limits
from api.graphql.report_size import ASSUMED_SCHOOLS, cells_of
from domain.calendars import SchoolCalendar, Term, TermName, academic_year
from domain.periods import PeriodDimension, periods
from domain.vocabulary import CODE_LISTS
from projections.monitoring_terms import MonitoringDimension
from tests.api.client import Client

TWO_YEARS = 'from: "2024-09-01", to: "2026-08-31"'
ONE_YEAR = 'from: "2025-09-01", to: "2026-08-31"'
DAYS = st.dates(date(2010, 1, 1), date(2039, 12, 31))


def arguments(*dimensions: str, first: date, last: date, **others: Any) -> Mapping[str, Any]:
    return {"from": first, "to": last, "groupBy": [MonitoringDimension(name) for name in dimensions], **others}


def cost(client: Client, query: str, role: str = "trust-lead", **variables: Any) -> tuple[int, int]:
    answer = client.send(query, role, **variables).json()
    assert "errors" not in answer, answer["errors"]
    told = answer["extensions"]["cost"]
    return told["requested"], told["nodes"]


@settings(deadline=None)
@given(st.tuples(DAYS, DAYS).map(sorted), st.sampled_from(["DAY", "MONTH", "ACADEMIC_YEAR"]))
def test_periods_are_counted_as_the_report_counts_them(range_: list[date], dimension: str) -> None:
    first, last = range_

    assert cells_of(arguments(dimension, first=first, last=last)) == len(
        periods(PeriodDimension(dimension), first, last)
    )


@settings(deadline=None)
@given(st.tuples(DAYS, DAYS).map(sorted))
def test_terms_are_at_most_three_in_each_academic_year_that_the_range_touches(range_: list[date]) -> None:
    first, last = range_
    calendars = {year: _calendar(year) for year in _years(first, last)}

    there = len(periods(PeriodDimension.TERM, first, last, calendars))

    assert there <= cells_of(arguments("TERM", first=first, last=last)) <= there + 4


def test_a_range_that_ends_before_it_begins_has_no_cells() -> None:
    for dimension in ("DAY", "MONTH", "TERM", "ACADEMIC_YEAR"):
        assert cells_of(arguments(dimension, first=date(2026, 9, 1), last=date(2024, 1, 1))) == 0


def size(*dimensions: str, seen: int | None = None, **others: Any) -> int:
    return cells_of(arguments(*dimensions, first=date(2026, 1, 1), last=date(2026, 1, 31), **others), schools=seen)


def test_schools_and_sources_count_as_named_and_else_as_many_as_there_can_be() -> None:
    assert size("SCHOOL") == size("SCHOOL", schools=None) == ASSUMED_SCHOOLS
    assert size("SCHOOL", schools=["1", "2", "2"]) == 2
    assert size("SCHOOL", schools=[]) == 0
    assert size("SOURCE") == size("SOURCE", sources=None) == 3
    assert size("SOURCE", sources=["ONLINE"]) == 1
    assert (size("PLATFORM"), size("POSTER_ROLE")) == (len(CODE_LISTS["platforms"]) + 1, 13 + 1)
    assert size("COUNT", "SCHOOL", "SOURCE", "MONTH") == 11 * ASSUMED_SCHOOLS * 3


def test_a_reader_of_one_school_has_the_cells_of_one_whatever_they_name() -> None:
    assert size("SCHOOL", seen=1) == size("SCHOOL", seen=1, schools=["1", "2"]) == 1
    assert size("SCHOOL", seen=1, schools=[]) == 0


@pytest.mark.parametrize(
    ("arguments", "cells"),
    [
        (TWO_YEARS, 11),
        (f"{TWO_YEARS}, groupBy: [COUNT, MONTH]", 11 * 24),
        (f"{TWO_YEARS}, groupBy: [COUNT, SCHOOL, MONTH]", 11 * 20 * 24),
        (f'{TWO_YEARS}, groupBy: [COUNT, SCHOOL, MONTH], schools: ["900001", "900003"]', 11 * 2 * 24),
        (f"{TWO_YEARS}, groupBy: [COUNT, SCHOOL, TERM]", 11 * 20 * 6),
        (f"{TWO_YEARS}, groupBy: [SCHOOL, ACADEMIC_YEAR]", 20 * 2),
        (f"{TWO_YEARS}, groupBy: [SOURCE, DAY]", 3 * 730),
        (f"{TWO_YEARS}, groupBy: [SOURCE, PLATFORM], sources: [ONLINE]", 23),
    ],
)
def test_the_cost_of_a_report_is_what_its_arguments_say(demo: Client, arguments: str, cells: int) -> None:
    # One for the report, and one for each cell.
    assert cost(demo, f"{{ monitoring({arguments}) {{ cells {{ value }} }} }}") == (1 + cells, 1 + cells)


def test_the_cost_of_a_report_follows_variables_too(demo: Client) -> None:
    query = (
        "query($from: Date!, $by: [MonitoringDimension!]!, $at: AsOf) {"
        ' monitoring(from: $from, to: "2026-08-31", groupBy: $by, asOf: $at) { cells { value } } }'
    )

    assert cost(demo, query, **{"from": "2026-06-01"}, by=["COUNT", "MONTH"]) == (1 + 33, 1 + 33)
    assert cost(demo, query, **{"from": "2026-06-01"}, by=["COUNT", "MONTH"], at={"position": 9}) == (5 + 33, 1 + 33)


def test_a_report_to_the_reader_of_one_school_costs_what_one_school_costs(demo: Client) -> None:
    query = f"{{ monitoring({ONE_YEAR}, groupBy: [COUNT, SCHOOL, MONTH]) {{ cells {{ value }} }} }}"

    assert cost(demo, query, "headteacher:900003") == (1 + 11 * 12, 1 + 11 * 12)


@pytest.mark.parametrize(("years", "first"), [(1, "2025-09-01"), (2, "2024-09-01"), (3, "2023-09-01")])
def test_the_dashboard_of_a_trust_of_twenty_schools_is_within_the_limits(demo: Client, years: int, first: str) -> None:
    query = (
        f'{{ monitoring(from: "{first}", to: "2026-08-31", groupBy: [COUNT, SCHOOL, MONTH], schools: $schools)'
        " { position recordedThrough scope definitions { count title } excluded { mark value }"
        " cells { count period value coverage suppressed withheld school { urn name } } } }"
    )
    cells = 20 * 12 * years * 11
    # The report, its cells, the school of each, and twenty for the two short lists.
    expected = 1 + 2 * cells + 20

    for schools in (None, [f"9{number:05}" for number in range(20)]):
        asked = cost(demo, "query($schools: [ID!]) " + query, "dashboard", schools=schools)
        assert asked == (expected, expected)
    assert expected < Limits().nodes < Limits().cost


def test_a_report_beyond_the_limits_is_refused_before_it_is_made(demo: Client) -> None:
    query = f"{{ monitoring({ONE_YEAR}, groupBy: [COUNT, SCHOOL, DAY]) {{ cells {{ value }} }} }}"
    answer = demo.send(query).json()

    (error,) = answer["errors"]
    assert error["extensions"] == {
        "code": "QUERY_TOO_LARGE",
        "measured": 1 + 11 * 20 * 365,
        "allowed": Limits().nodes,
    }
    assert "data" not in answer


def test_what_is_behind_each_figure_of_twenty_schools_at_once_is_refused_and_of_one_is_answered(demo: Client) -> None:
    query = (
        f"query($schools: [ID!]) {{ monitoring({ONE_YEAR}, groupBy: [COUNT, SCHOOL, MONTH], schools: $schools)"
        " { cells { value contributions(first: 5) { totalCount nodes { discoveredOn case { reference } } } } } }"
    )

    assert demo.refuse(query) == ["QUERY_TOO_LARGE"]
    assert cost(demo, query, schools=["900003"]) == (
        1 + 11 * 12 * (1 + 5 + 5 + 5 * 2),
        1 + 11 * 12 * (1 + 1 + 5 * 2),
    )


def _years(first: date, last: date) -> Iterable[str]:
    return {academic_year(date(year, month, 1)) for year in range(first.year, last.year + 1) for month in (8, 9)}


def _calendar(year: str) -> SchoolCalendar:
    begins = int(year[:4])
    terms = (
        Term(TermName.AUTUMN, date(begins, 9, 3), date(begins, 12, 18)),
        Term(TermName.SPRING, date(begins + 1, 1, 5), date(begins + 1, 3, 27)),
        Term(TermName.SUMMER, date(begins + 1, 4, 13), date(begins + 1, 7, 20)),
    )
    return SchoolCalendar(year, 1, terms)
