"""The moment that an answer stands at, in SQL: the present, or a past position."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from domain.case_deadlines import DUE_SOON_DAYS
from projections.plan.text import quoted
from projections.visible import Reading

__all__ = ["deadline_state", "instant", "past_position", "stood"]


def instant(expression: str) -> str:
    """An instant as the API writes it, in UTC."""
    return quoted(f"""to_char({expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')""")


def past_position(reading: Reading, position: str | None) -> str:
    """One row (position, recorded_at): the last position that the figures include, or the wanted one if it is earlier.

    `position` is an expression; None stands for the present.
    """
    reached = f"(SELECT max(position) AS position, max(recorded_at) AS recorded_at FROM {reading.position()} AS latest)"
    if position is None:
        return f"(SELECT coalesce(reached.position, 0) AS position, recorded_at FROM {reached} AS reached)"
    recorded_at = f"(SELECT recorded_at FROM {reading.instants()} AS instants WHERE position = {position})"
    is_past = f"{position} < coalesce(reached.position, 0)"
    return (
        f"(SELECT CASE WHEN {is_past} THEN {position} ELSE coalesce(reached.position, 0) END AS position,"
        f" CASE WHEN {is_past} THEN {recorded_at} ELSE reached.recorded_at END AS recorded_at"
        f" FROM {reached} AS reached)"
    )


def stood(position: str | None) -> str:
    """The condition that a row with a validity stood at a position, an expression; None stands for the present."""
    if position is None:
        return "valid_to IS NULL"
    return f"valid_from <= {position} AND (valid_to IS NULL OR valid_to > {position})"


def deadline_state(standing: str, due_on: str, ends: str, at: str = "%(now)s::timestamptz") -> str:
    """How a deadline stands at an instant, as `CaseDeadline.state` says; all are expressions."""
    return (
        f"CASE WHEN {standing} <> 'RUNNING' THEN {standing} WHEN {ends} <= {at} THEN 'OVERDUE'"
        f" WHEN {due_on} <= ({at} AT TIME ZONE 'Europe/London')::date + {DUE_SOON_DAYS} THEN 'DUE_SOON'"
        " ELSE 'RUNNING' END"
    )
