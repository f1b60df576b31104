"""The eleven counts as they were reported and as they are now known, side by side, with the events in between.

It is one question of the API, of which docs/how-to/replay-a-case.md shows the text; so both figures and what explains
the difference are of one moment.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from graphql import DocumentNode, OperationDefinitionNode, get_operation_ast, parse
from graphql.execution.values import VariableValues, get_variable_values

from api.graphql.schema import build_schema
from api.replay.table import guarded
from domain.access import Visibility
from ledger.database import TrustDatabase
from projections.plan.answering import answer
from projections.plan.plans import Plans, Question
from projections.plan.told import Told, told_by
from services.clock import LONDON, now

__all__ = [
    "QUESTION",
    "Comparison",
    "CountCompared",
    "Explanation",
    "Period",
    "compare",
    "comparison_as_csv",
    "comparison_as_json",
    "comparison_as_text",
]

QUESTION = """\
query Comparison($schools: [ID!], $from: Date!, $to: Date!, $asOf: AsOf!) {
  asReported: monitoring(schools: $schools, from: $from, to: $to, asOf: $asOf) {
    position
    recordedThrough
    cells { count value }
  }
  asNowKnown: monitoring(schools: $schools, from: $from, to: $to) {
    position
    recordedThrough
    cells { count value }
  }
  explainedBy: restatements(schools: $schools, from: $from, to: $to, between: $asOf) {
    position
    type
    recordedAt
    case { reference }
    changes { count source month change school { urn } }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Period:
    """The days and schools (None: all) that are counted, and the moment at which they were reported.

    Without a moment that is the end of the last day in London, when the period was over.
    """

    first: date
    last: date
    schools: Sequence[str] | None = None
    as_of: int | datetime | None = None

    @property
    def moment(self) -> Mapping[str, Any]:
        """The moment as the API takes it."""
        if isinstance(self.as_of, int):
            return {"position": self.as_of}
        end = datetime.combine(self.last + timedelta(days=1), time(), LONDON) - timedelta(microseconds=1)
        return {"at": (self.as_of or end).isoformat()}


@dataclass(frozen=True, slots=True)
class Explanation:
    """By how much one event moved a count, at a school, in a month, by a source; its case, if it may be known."""

    position: int
    recorded_at: str
    type: str
    case: str | None
    school: str
    month: str
    source: str
    change: int


@dataclass(frozen=True, slots=True)
class CountCompared:
    """One count then and now; None where no school was in the trust. The explanations add up to the change."""

    count: str
    as_reported: int | None
    as_now_known: int | None
    explained_by: tuple[Explanation, ...]

    @property
    def change(self) -> int:
        """By how much the figure moved."""
        return (self.as_now_known or 0) - (self.as_reported or 0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All counts, the two positions at which they stand with their instants, and the cases that it tells of."""

    period: Period
    reported_at: tuple[int, str | None]
    known_at: tuple[int, str | None]
    counts: tuple[CountCompared, ...]
    told: Told


def compare(trust: TrustDatabase, reader: Visibility, period: Period) -> Comparison:
    """Ask for both figures and what lies between. Raises Refused for what cannot be asked."""
    plans, document, operation = _question()
    variables = get_variable_values(
        plans.schema,
        operation.variable_definitions or (),
        {
            "schools": None if period.schools is None else list(period.schools),
            "from": period.first.isoformat(),
            "to": period.last.isoformat(),
            "asOf": dict(period.moment),
        },
    )
    assert isinstance(variables, VariableValues), variables
    question = Question(QUESTION, document, operation, variables, reader, reader.role.value, (), now())
    found = answer(plans, trust, question)
    for fault in found.faults:
        raise fault.error
    data = json.loads(found.filled(()))
    then, known = data["asReported"], data["asNowKnown"]
    values = {cell["count"]: cell["value"] for cell in known["cells"]}
    return Comparison(
        period,
        (then["position"], then["recordedThrough"]),
        (known["position"], known["recordedThrough"]),
        tuple(
            CountCompared(cell["count"], cell["value"], values[cell["count"]], _explained(data, cell["count"]))
            for cell in then["cells"]
        ),
        told_by(found.marks),
    )


@cache
def _question() -> tuple[Plans, DocumentNode, OperationDefinitionNode]:
    document = parse(QUESTION)
    operation = get_operation_ast(document)
    assert operation is not None
    return Plans(build_schema()._schema), document, operation


def _explained(data: Mapping[str, Any], count: str) -> tuple[Explanation, ...]:
    return tuple(
        Explanation(
            one["position"],
            one["recordedAt"],
            one["type"],
            None if one["case"] is None else one["case"]["reference"],
            change["school"]["urn"],
            change["month"],
            change["source"],
            change["change"],
        )
        for one in data["explainedBy"]
        for change in one["changes"]
        if change["count"] == count
    )


# --- in which form


def comparison_as_text(found: Comparison) -> str:
    """A table of the counts, and under it what explains each change."""
    period = found.period
    schools = "all schools" if period.schools is None else f"schools {', '.join(period.schools)}"
    lines = [
        f"{period.first} to {period.last}, {schools}",
        f"as reported at {_at(found.reported_at)}",
        f"as now known at {_at(found.known_at)}",
        "",
        f"{'count':<34}{'reported':>9}{'now':>7}{'change':>8}",
    ]
    lines += [
        f"{one.count:<34}{_figure(one.as_reported):>9}{_figure(one.as_now_known):>7}{_signed(one.change):>8}"
        for one in found.counts
    ]
    for one in found.counts:
        if one.explained_by:
            lines += ["", one.count]
        lines += [
            f"  {_signed(each.change):>4}  {each.recorded_at[:19].replace('T', ' ')} UTC  position {each.position}"
            f"  {each.type}  {each.case or '[withheld]'}  school {each.school}, {each.month}, {each.source}"
            for each in one.explained_by
        ]
    return "\n".join(lines) + "\n"


def comparison_as_json(found: Comparison) -> bytes:
    """The same as one JSON document in UTF-8, ended by a newline."""
    told = {
        "format": "caseledger-comparison/1",
        "from": found.period.first.isoformat(),
        "to": found.period.last.isoformat(),
        "schools": None if found.period.schools is None else list(found.period.schools),
        "asReported": {"position": found.reported_at[0], "recordedThrough": found.reported_at[1]},
        "asNowKnown": {"position": found.known_at[0], "recordedThrough": found.known_at[1]},
        "counts": [
            {
                "count": one.count,
                "asReported": one.as_reported,
                "asNowKnown": one.as_now_known,
                "change": one.change,
                "explainedBy": [
                    {
                        "position": each.position,
                        "recordedAt": each.recorded_at,
                        "type": each.type,
                        "case": each.case,
                        "school": each.school,
                        "month": each.month,
                        "source": each.source,
                        "change": each.change,
                    }
                    for each in one.explained_by
                ],
            }
            for one in found.counts
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n"


_FIGURES = ("count", "as_reported", "as_now_known", "change")
_EXPLAINED = ("position", "recorded_at", "type", "case", "school", "month", "source", "moved_by")


def comparison_as_csv(found: Comparison) -> bytes:
    """One row for each count and each event that explains its change, as RFC 4180 has it."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow((*_FIGURES, *_EXPLAINED))
    for one in found.counts:
        figures = (one.count, _figure(one.as_reported), _figure(one.as_now_known), one.change)
        writer.writerow((*figures, *[""] * len(_EXPLAINED)))
        for each in one.explained_by:
            where = (each.position, each.recorded_at, each.type, guarded(each.case or "[withheld]"))
            writer.writerow((one.count, "", "", "", *where, each.school, each.month, each.source, each.change))
    return file.getvalue().encode()


def _at(moment: tuple[int, str | None]) -> str:
    position, recorded_at = moment
    return f"position {position}" + ("" if recorded_at is None else f", {recorded_at[:19].replace('T', ' ')} UTC")


def _figure(value: int | None) -> str:
    return "-" if value is None else str(value)


def _signed(change: int) -> str:
    return f"{change:+d}" if change else "0"
