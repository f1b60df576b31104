"""The monitoring report: its moment, its definitions, what marks exclude; its cells are in `projections.plan.cells`."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import psycopg

from domain.values import Mark
from projections.figures import figure_parameters, labels_of, position_parameters
from projections.monitoring_terms import (
    MonitoringDimension,
    MonitoringQuery,
    NoFigures,
    ReportScope,
    require_sound,
)
from projections.plan.cells import cell_list
from projections.plan.codes import definitions
from projections.plan.moments import instant, past_position
from projections.plan.report import Report
from projections.plan.selections import Selected
from projections.plan.text import array_literal, array_of, bare, literal, quoted
from projections.plan.writer import Arguments, Read, Row, Writer
from projections.schools import calendars_at, schools_at
from projections.snapshot import position_of
from projections.spans import Spans, spans
from projections.visible import Reading

__all__ = ["monitoring_report", "query_of"]


def monitoring_report(writer: Writer, selected: Selected, _row: Row) -> str:
    """The report as `Query.monitoring` is asked for it."""
    if not writer.visibility.sees_figures:
        raise NoFigures
    given = writer.given(selected)
    query = query_of(given)
    if MonitoringDimension.TERM in query.group_by:
        prefix = writer.bind_reading(selected, _term_parameters)
    else:
        prefix = writer.bind(selected, _parameters)
    assert selected.arguments is not None
    report = Report(writer, query, selected.arguments, prefix, is_live=given["asOf"] is None)
    at = writer.alias("m")
    reads: Mapping[str, Read] = {
        "position": lambda _writer, _one, _row: bare(f"{at}.position"),
        "recordedThrough": lambda _writer, _one, _row: instant(f"{at}.recorded_at"),
        "scope": lambda _writer, _one, _row: literal(_scope(writer)),
        "definitions": definitions,
        "excluded": lambda _writer, one, _row: _excluded(report, one),
        "cells": lambda _writer, one, _row: cell_list(report, one),
    }
    shown = writer.shown("MonitoringReport", reads, selected, Row(at))
    return f"(SELECT {shown} FROM {past_position(writer.reading, report.position)} AS {at})"


def query_of(given: Arguments) -> MonitoringQuery:
    """The question that the arguments of `Query.monitoring` ask."""
    schools, sources = given["schools"], given["sources"]
    return MonitoringQuery(
        first=given["from"],
        last=given["to"],
        schools=None if schools is None else tuple(map(str, schools)),
        group_by=tuple(given["groupBy"]),
        unit=given["unit"],
        basis=given["dateBasis"],
        sources=None if sources is None else tuple(sources),
        suppress_below=given["suppressBelow"],
    )


def _parameters(given: Arguments) -> Mapping[str, Any]:
    return {**_of_question(query_of(given)), **position_parameters(_position(given))}


# The same question is asked again and again; a long range by days takes some hundred kilobytes.
@lru_cache(maxsize=64)
def _of_question(query: MonitoringQuery) -> Mapping[str, Any]:
    require_sound(query)
    return _of_periods(query, spans(query.period, query.first, query.last, (), {}))


def _term_parameters(given: Arguments, connection: psycopg.Connection[Any], reading: Reading) -> Mapping[str, Any]:
    """Terms follow from each school's calendar and its time in the trust, which are read first."""
    query = query_of(given)
    require_sound(query)
    at = position_of(connection, reading, _position(given))
    schools = [
        school for school in schools_at(connection, reading, at) if query.schools is None or school.urn in query.schools
    ]
    calendars = calendars_at(connection, reading, [school.urn for school in schools], at)
    periods = spans(query.period, query.first, query.last, schools, calendars)
    return {**_of_periods(query, periods), **position_parameters(_position(given))}


def _position(given: Arguments) -> int | None:
    return None if given["asOf"] is None else given["asOf"]["position"]


def _of_periods(query: MonitoringQuery, periods: Sequence[Spans]) -> Mapping[str, Any]:
    by_time = sorted({(period.first, period.label) for span in periods for period in span.periods})
    rank_of = {label: rank for rank, (_, label) in reversed([*enumerate(by_time)])}
    labels = labels_of(periods)
    place_of = {label: place for place, label in enumerate(labels)}
    # By school where schools differ; else once, for whichever schools the report has.
    each = [
        (urn, place_of[period.label], max(query.first, period.first), min(query.last, period.last), period.partial)
        for span in periods
        for urn in (span.schools or [""])
        for period in span.periods
    ]
    parameters = {
        **figure_parameters(query, periods),
        "asked": None if query.schools is None else list(query.schools),
        "labels": labels,
        "label_ranks": [rank_of[label] for label in labels],
        **{
            f"span_{name}": [span[number] for span in each]
            for number, name in enumerate(("urns", "places", "firsts", "lasts", "partials"))
        },
    }
    return {name: array_literal(value) if isinstance(value, list) else value for name, value in parameters.items()}


def _scope(writer: Writer) -> str:
    scope = ReportScope.ALL if writer.visibility.counts_everything else ReportScope.VISIBLE
    return f'"{scope.value}"'


def _excluded(report: Report, selected: Selected) -> str:
    writer = report.writer
    alias = writer.alias("x")
    reads: Mapping[str, Read] = {
        "mark": lambda _writer, _one, row: quoted(f"{row.alias}.mark"),
        "value": lambda _writer, _one, row: bare(f"{row.alias}.value"),
    }
    shown = writer.shown("ExcludedCount", reads, selected, Row(alias))
    places = ", ".join(f"('{mark.value}', {place})" for place, mark in enumerate(Mark))
    return array_of(
        f"(SELECT string_agg({shown}, ',' ORDER BY {alias}o.place) FROM ({report.excluded()}) AS {alias} (mark, value)"
        f" JOIN (VALUES {places}) AS {alias}o (mark, place) USING (mark))"
    )
