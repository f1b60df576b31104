"""What the pieces of one monitoring report share: the question, its parameters, and what its cells stand on."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from dataclasses import dataclass

from projections.figures import excluded_statement, figure_rows
from projections.monitoring_terms import MonitoringDimension, MonitoringQuery
from projections.plan.moments import stood
from projections.plan.text import renamed
from projections.plan.writer import Writer

__all__ = ["Report"]


@dataclass(frozen=True, slots=True)
class Report:
    """One report in the making; `query` is of this request, so only its shape may be written into the statement.

    `place` is that of its arguments, and `prefix` begins the names of the parameters made of them.
    """

    writer: Writer
    query: MonitoringQuery
    place: int
    prefix: str
    is_live: bool

    def parameter(self, name: str, kind: str) -> str:
        """A parameter of the report."""
        return f"%({self.prefix}{name})s::{kind}"

    @property
    def position(self) -> str | None:
        """The past position that is asked for, an expression; None stands for the present."""
        return None if self.is_live else self.parameter("position", "bigint")

    def tells(self, *dimensions: MonitoringDimension) -> bool:
        """Whether figures are told apart by one of the dimensions."""
        return any(dimension in self.query.group_by for dimension in dimensions)

    def figures(self) -> str:
        """What the figures are sums of."""
        return self._bound(figure_rows(self.writer.reading, self.query, is_live=self.is_live))

    def excluded(self) -> str:
        """The statement of what marks exclude."""
        return self._bound(excluded_statement(self.writer.reading, self.query, is_live=self.is_live))

    def schools(self) -> str:
        """The schools of the report with their times in the trust: (urn, joined_on, left_on)."""
        asked = "true" if self.query.schools is None else f"urn = ANY({self.parameter('asked', 'text[]')})"
        return (
            f"(SELECT urn, joined_on, left_on FROM {self.writer.reading.schools()} AS known"
            f" WHERE {stood(self.position)} AND {asked})"
        )

    @property
    def urns(self) -> str:
        """The schools of the report by their places in cells, an array; to stand where `schools_shown` can be read."""
        return "(SELECT urns FROM schools_shown)"

    def place_of(self, urn: str) -> str:
        """The place of a school in cells, from 1, null for one that is not in the report."""
        return f"array_position({self.urns}, {urn})"

    def spans(self) -> str:
        """The days of each school in each period: (urn, place, first, last, partial); without a period, in all.

        It is to stand where `listed_school` can be read. Schools and periods have places in cells, from 1 and from 0.
        """
        arrays = ", ".join(
            self.parameter(f"span_{name}", kind)
            for name, kind in (
                ("urns", "text[]"),
                ("places", "int[]"),
                ("firsts", "date[]"),
                ("lasts", "date[]"),
                ("partials", "boolean[]"),
            )
        )
        if self.tells(MonitoringDimension.TERM):
            return f"(SELECT * FROM unnest({arrays}) AS span (urn, place, first, last, partial))"
        return (
            "(SELECT listed.urn, place, first, last, partial FROM listed_school AS listed CROSS JOIN"
            f" unnest({arrays}) AS span (nowhere, place, first, last, partial))"
        )

    def _bound(self, statement: str) -> str:
        return renamed(statement, self.prefix, keep=self.writer.reading.parameters)
