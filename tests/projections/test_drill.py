"""What lies behind a figure: as many contributions and cases as it says, for every cell of any report."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings

from domain.access import Role
from domain.counting import CountSource
from ledger.database import Database
from projections.engine import Projector
from projections.monitoring_terms import CountingUnit, MonitoringDimension, MonitoringQuery
from tests.projections.examples import breach, complaint, incident, school, set_calendar
from tests.projections.histories import WHY, History, Step, steps
from tests.projections.readers import reader
from tests.projections.recording import Recording, named
from tests.projections.reports import report
from tests.projections.test_histories import questions
from tests.support.asking import Json

YEAR = MonitoringQuery(first=date(2026, 9, 1), last=date(2027, 8, 31))
BEHIND = "value withheld suppressed period platform contributions { totalCount } cases { totalCount }"
# Where the fourth count stands, the complaints about staff.
COMPLAINTS = 3


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, query=questions())
def test_the_totals_behind_each_cell_are_its_figure(
    database: Database, steps: list[Step], query: MonitoringQuery
) -> None:
    # given
    recording = Recording(database)
    recording.append(History(recording.trust_id).take(steps).events)
    Projector(database).catch_up(recording.trust_id)
    by_count = tuple(dict.fromkeys((*query.group_by, MonitoringDimension.COUNT)))

    # when
    items, cases = (
        answer_of(recording, replace(query, group_by=by_count, unit=unit))
        for unit in (CountingUnit.ITEMS, CountingUnit.CASES)
    )

    # then
    assert listed(items, "contributions") == [cell["value"] or 0 for cell in items]
    assert listed(cases, "cases") == [cell["value"] or 0 for cell in cases]


@pytest.fixture
def counted(recording: Recording) -> Recording:
    register = school(recording.trust_id)
    set_calendar(register)
    recording.record(
        register,
        incident("A", "COMPLAINT:STAFF", "COMPLAINT:STAFF", on=date(2026, 9, 20)),
        incident("B", "COMPLAINT:STAFF", on=date(2026, 9, 10)),
        complaint("C", "STAFF", on=date(2026, 9, 15)),
        breach("D", subject=named("reader")),
    )
    Projector(recording.database).catch_up(recording.trust_id)
    return recording


def answer_of(
    recording: Recording,
    query: MonitoringQuery = YEAR,
    *,
    role: Role = Role.TRUST_LEAD,
    as_of: Json | None = None,
    cell: str = BEHIND,
) -> list[Json]:
    """The cells of a report, with what lies behind each."""
    answer = report(recording.trust, reader(recording.trust_id, role), query, as_of=as_of, cell=cell)
    cells: list[Json] = answer["cells"]
    return cells


def listed(cells: list[Json], what: str) -> list[int | None]:
    """How many contributions or cases each cell lists in all; None where it has no list."""
    return [cell[what] and cell[what]["totalCount"] for cell in cells]


def test_contributions_stand_oldest_first_and_pages_follow_each_other(counted: Recording) -> None:
    # given
    page = "nodes { discoveredOn source caseId } pageInfo { hasNextPage endCursor }"

    # when
    first = answer_of(counted, cell=f"contributions(first: 3) {{ {page} }}")[COMPLAINTS]["contributions"]
    after = first["pageInfo"]["endCursor"]
    rest = f'contributions(first: 3, after: "{after}") {{ {page} }}'
    second = answer_of(counted, cell=rest)[COMPLAINTS]["contributions"]

    # then
    assert [tuple(row.values()) for row in (*first["nodes"], *second["nodes"])] == [
        ("2026-09-10", CountSource.ONLINE, str(named("B"))),
        ("2026-09-15", CountSource.COMPLAINT, str(named("C"))),
        ("2026-09-20", CountSource.ONLINE, str(named("A"))),
        ("2026-09-20", CountSource.ONLINE, str(named("A"))),
    ]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)


def test_cases_behind_a_cell_are_listed_once_each(counted: Recording) -> None:
    # given
    page = "nodes { id } pageInfo { hasNextPage endCursor }"

    # when
    pages = [cell["cases"] for cell in answer_of(counted, cell=f"cases(first: 2) {{ {page} }}")]
    complaints = pages[COMPLAINTS]
    after = complaints["pageInfo"]["endCursor"]
    rest = answer_of(counted, cell=f'cases(first: 2, after: "{after}") {{ {page} }}')[COMPLAINTS]["cases"]

    # then
    assert [case["id"] for case in (*complaints["nodes"], *rest["nodes"])] == sorted(str(named(name)) for name in "ABC")
    assert [len(page["nodes"]) for page in pages] == [0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]
    assert (complaints["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


def test_what_is_withheld_is_not_listed_and_makes_up_the_rest_of_the_figure(counted: Recording) -> None:
    # when
    cells = answer_of(counted)
    dashboard = answer_of(counted, role=Role.DASHBOARD)

    # then
    assert [cell["contributions"]["totalCount"] + cell["withheld"] for cell in cells] == [
        cell["value"] for cell in cells
    ]
    assert (listed(cells, "contributions")[0], listed(cells, "cases")[0], cells[0]["value"]) == (0, 0, 1)
    assert [cell["withheld"] for cell in dashboard] == [cell["value"] for cell in cells]
    assert listed(dashboard, "contributions") == listed(dashboard, "cases") == [None] * 11


def test_what_lies_behind_a_report_does_not_move_with_the_present(counted: Recording) -> None:
    # given
    position = counted.position
    before = answer_of(counted)
    case = incident("E", "COMPLAINT:STAFF")
    counted.record(case)
    case.mark_not_reportable(reason=WHY)
    counted.record(incident("F", "COMPLAINT:STAFF"), case)
    Projector(counted.database).catch_up(counted.trust_id)

    # when
    now = answer_of(counted)
    again = answer_of(counted, as_of={"position": position})
    past = answer_of(counted, as_of={"position": 4})

    # then
    assert again == before
    assert [cells[COMPLAINTS]["contributions"]["totalCount"] for cells in (before, now)] == [4, 5]
    assert [cells[COMPLAINTS]["cases"]["totalCount"] for cells in (before, now)] == [3, 4]
    assert listed(past, "contributions") == [cell["value"] for cell in past]
    assert sum(cell["value"] for cell in past) == 1


def test_a_suppressed_cell_lists_nothing(counted: Recording) -> None:
    # when
    cells = answer_of(counted, replace(YEAR, suppress_below=5))

    # then
    assert cells[COMPLAINTS]["suppressed"]
    assert listed(cells, "contributions") == [None if cell["suppressed"] else 0 for cell in cells]
    assert listed(cells, "cases") == [None if cell["suppressed"] else 0 for cell in cells]


def test_terms_and_platforms_lead_to_their_own_contributions(counted: Recording) -> None:
    # given
    dimensions = (MonitoringDimension.TERM, MonitoringDimension.PLATFORM)

    # when
    cells = answer_of(counted, replace(YEAR, group_by=dimensions, sources=(CountSource.ONLINE,)))

    # then
    assert [(cell["period"], cell["platform"], cell["contributions"]["totalCount"]) for cell in cells] == [
        ("2026-autumn", "FACEBOOK", 3),
        ("2027-spring", "FACEBOOK", 0),
        ("2027-summer", "FACEBOOK", 0),
    ]
