"""The cells of a monitoring report: dense over what is known beforehand, with each figure and what was recorded.

Platforms and poster roles have cells where they occur in the report. Cells stand in the order of the question,
ascending: counts and sources in their own order, periods in time, what is not there last.
"""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.counting import CountSource
from projections.core import COUNT_NUMBERS
from projections.figures import FIGURE_COLUMNS
from projections.monitoring_terms import LARGEST_REPORT, PERIODS, SPARSE, MonitoringDimension
from projections.plan.drill import behind_cases, behind_contributions
from projections.plan.report import Report
from projections.plan.selections import Selected
from projections.plan.text import NULL, array_of, bare, quoted, string
from projections.plan.writer import Read, Row, hole, small_figure

__all__ = ["cell_list"]


@dataclass(frozen=True, slots=True)
class _Domain:
    """What a dimension can be: rows for FROM with a `value`, how figures have it, and its order and JSON in a cell.

    Of a dimension without a fixed domain the rows are what occurs; those of all of them stand together.
    """

    rows: str
    column: str
    value: str
    figure: str
    order: str
    shown: str


def cell_list(report: Report, selected: Selected) -> str:
    """The list of cells; a refusal in its place when there would be too many."""
    domains = {dimension: _domain(report, dimension) for dimension in report.query.group_by}
    relations = [domain.rows for domain in domains.values() if domain.rows]
    occurring = ", ".join(domain.column for dimension, domain in domains.items() if dimension in SPARSE)
    columns = ", ".join(domain.column for domain in domains.values())
    if occurring:
        counted = f"SELECT {columns} FROM told GROUP BY {columns} HAVING sum(value) > 0"
        relations.append(f"(SELECT DISTINCT {occurring} FROM ({counted}) AS counted) AS occurring")
    schools = _schools_shown(report, selected)
    shown = _cell(report, selected, domains, {key: name for key, (name, _) in schools.items()})
    together = "','" if report.query.suppress_below is None else "''"
    order = ", ".join(domain.order for domain in domains.values())
    cells = f"(SELECT string_agg({shown}, {together} ORDER BY {order}) FROM {_added(report, domains, relations)})"
    size = " * ".join(f"(SELECT count(*) FROM {rows})" for rows in relations)
    refusal = hole("refused", "'QueryTooLarge'", f"'{report.place}'")
    figures = ", ".join(domain.figure for domain in domains.values())
    arrays = "".join(f", array_agg({name} ORDER BY urn) AS {name}" for name, _ in schools.values())
    return (
        f"(WITH listed_school AS MATERIALIZED ({_schools(report, list(schools.values()))}),"
        f" schools_shown AS MATERIALIZED (SELECT array_agg(urn ORDER BY urn) AS urns{arrays} FROM listed_school),"
        f" told ({columns}, value, withheld, recorded) AS"
        f" (SELECT {figures}, value, withheld, recorded FROM ({report.figures()}) AS figures)"
        f" SELECT CASE WHEN {size} > {LARGEST_REPORT} THEN {refusal} ELSE {array_of(cells)} END)"
    )


def _domain(report: Report, dimension: MonitoringDimension) -> _Domain:
    column = FIGURE_COLUMNS[dimension]
    cell = f"cell.{column}"
    match dimension:
        case MonitoringDimension.COUNT:
            numbers = ", ".join(f"({number}::smallint)" for number in COUNT_NUMBERS.values())
            names = ", ".join(f"""'"{count.value}"'""" for count in COUNT_NUMBERS)
            rows = f"(VALUES {numbers}) AS counted (number)"
            return _Domain(rows, column, "counted.number", column, cell, f"(ARRAY[{names}])[{cell}]")
        case MonitoringDimension.SCHOOL:
            places = "(SELECT generate_series(1, cardinality(urns)) AS place FROM schools_shown) AS listed"
            shown = quoted(f"({report.urns})[{cell}]")
            return _Domain(places, column, "listed.place", report.place_of(column), cell, shown)
        case MonitoringDimension.SOURCE:
            wanted = report.query.sources
            asked = [source.value for source in CountSource if wanted is None or source in wanted]
            rows = ", ".join(f"('{source}')" for source in asked)
            values = f"VALUES {rows}" if asked else "SELECT '' WHERE false"
            order = f"array_position(ARRAY{[*asked, '']}, {cell})"
            return _Domain(f"({values}) AS written (source)", column, "written.source", column, order, quoted(cell))
        case MonitoringDimension.PLATFORM | MonitoringDimension.POSTER_ROLE:
            order = f'({cell} IS NULL), {cell} COLLATE "C"'
            return _Domain("", column, f"occurring.{column}", column, order, string(cell))
        case _:
            labels, ranks = report.parameter("labels", "text[]"), report.parameter("label_ranks", "int[]")
            places = f"(SELECT generate_series(0, cardinality({labels}) - 1) AS place) AS period"
            order, shown = f"({ranks})[{cell} + 1]", quoted(f"({labels})[{cell} + 1]")
            return _Domain(places, column, "period.place", column, order, shown)


def _schools_shown(report: Report, selected: Selected) -> dict[str, tuple[str, str]]:
    """What cells show of their school, by response key: the column that holds it, made once for each school."""
    writer = report.writer
    if not report.tells(MonitoringDimension.SCHOOL):
        return {}
    asked = [one for one in selected.of("MonitoringCell") if one.name == "school"]
    return {one.key: (f"shown{place}", writer.object("School", one, Row("present"))) for place, one in enumerate(asked)}


def _schools(report: Report, columns: list[tuple[str, str]]) -> str:
    mine = f"(SELECT DISTINCT urn FROM {report.schools()} AS mine) AS mine"
    if not columns:
        return f"SELECT urn FROM {mine}"
    shown = ", ".join(f"{value} AS {name}" for name, value in columns)
    return f"SELECT urn, {shown} FROM {mine} JOIN {report.writer.reading.present_schools()} AS present USING (urn)"


def _added(report: Report, domains: Mapping[MonitoringDimension, _Domain], relations: Sequence[str]) -> str:
    """The cells, called `cell`: figures added to zeros, with what was recorded in the period and who was there.

    Rows of all three kinds are added up together, for joins are slow wherever the server expects few rows of either.
    """
    columns = ", ".join(domain.column for domain in domains.values())
    zeros = ", ".join(domain.value for domain in domains.values())
    by_place = {MonitoringDimension.SCHOOL: report.place_of("span.urn"), **dict.fromkeys(PERIODS, "span.place")}
    places = ", ".join(by_place.get(dimension, "NULL") for dimension in domains)
    within = ", ".join(domain.column for dimension, domain in domains.items() if dimension in by_place)
    window = f"PARTITION BY {within}" if within else ""
    is_in = (
        f"EXISTS (SELECT FROM {report.schools()} AS stay WHERE stay.urn = span.urn AND stay.joined_on <= span.last"
        " AND (stay.left_on IS NULL OR stay.left_on >= span.first))"
    )
    return (
        f"(SELECT * FROM (SELECT {columns}, sum(value) AS value, sum(withheld) AS withheld,"
        " bool_or(is_cell) AS is_cell, bool_or(sum(recorded) > 0) OVER place AS is_recorded,"
        " bool_or(bool_or(is_in)) OVER place AS is_in, bool_or(bool_or(is_partial)) OVER place AS is_partial FROM ("
        f"SELECT {zeros}, 0, 0, 0, true, false, false FROM {' CROSS JOIN '.join(relations)}"
        f" UNION ALL SELECT {columns}, value, withheld, recorded, false, false, false FROM told"
        f" UNION ALL SELECT {places}, 0, 0, 0, false, {is_in}, span.partial FROM {report.spans()} AS span)"
        f" AS added ({columns}, value, withheld, recorded, is_cell, is_in, is_partial)"
        f" GROUP BY {columns} WINDOW place AS ({window})) AS known WHERE is_cell) AS cell"
    )


def _cell(
    report: Report,
    selected: Selected,
    domains: Mapping[MonitoringDimension, _Domain],
    schools: Mapping[str, str],
) -> str:
    """The JSON of one cell; where small figures are hidden, the cell as it is and as it is when hidden."""

    def told(*dimensions: MonitoringDimension) -> Read:
        return _always(next((domains[each].shown for each in dimensions if each in domains), NULL))

    coverage = (
        """(CASE WHEN cell.is_recorded THEN '"RECORDED"' WHEN cell.is_in THEN '"NO_RETURN"'"""
        """ ELSE '"NOT_A_MEMBER"' END)"""
    )
    value = "CASE WHEN cell.is_recorded OR cell.is_in THEN cell.value END"
    partial = "false"
    if report.tells(MonitoringDimension.TERM):
        partial = "cell.is_partial"
    elif report.tells(*PERIODS):
        partial = f"({report.parameter('span_partials', 'boolean[]')})[cell.period + 1]"
    common: dict[str, Read] = {
        "count": told(MonitoringDimension.COUNT),
        "source": told(MonitoringDimension.SOURCE),
        "period": told(*PERIODS),
        "platform": told(MonitoringDimension.PLATFORM),
        "posterRole": told(MonitoringDimension.POSTER_ROLE),
        "school": lambda _writer, one, _row: (
            f"((SELECT {schools[one.key]} FROM schools_shown))[cell.school_urn]" if schools else NULL
        ),
        "partial": _always(bare(partial)),
        "coverage": _always(coverage),
    }
    opened: dict[str, Read] = {
        "value": _always(bare(value)),
        "withheld": _always(bare("cell.withheld")),
        "suppressed": _always("'false'"),
        "contributions": lambda _writer, one, _row: behind_contributions(report, one),
        "cases": lambda _writer, one, _row: behind_cases(report, one),
    }
    shown = report.writer.shown("MonitoringCell", common | opened, selected, Row(""))
    if report.query.suppress_below is None:
        return shown
    hiding: dict[str, Read] = {
        "value": _always(NULL),
        "withheld": _always("'0'"),
        "suppressed": _always("'true'"),
        "contributions": _always(NULL),
        "cases": _always(NULL),
    }
    hidden = report.writer.shown("MonitoringCell", common | hiding, selected, Row(""))
    key = [string(f"cell.{domain.column}::text") for domain in domains.values()]
    return small_figure(str(report.place), bare(value), key, shown, hidden)


def _always(expression: str) -> Read:
    return lambda _writer, _selected, _row: expression
