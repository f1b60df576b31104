"""Questions that were asked before: one statement that can be executed at once, on whatever connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.refusals import Refused
from ledger.database import TrustDatabase
from projections.plan.answering import (
    Answering,
    TextWithHoles,
    at_positions,
    numbered_parameters,
    text_with_holes,
)
from projections.plan.holes import Markers, Piece, pieces_of
from projections.plan.plans import Plan, Plans, Question
from projections.plan.selections import RefusedAt
from projections.plan.writer import Arguments

__all__ = ["Ready", "ready"]


@dataclass(frozen=True, slots=True)
class Ready:
    """A statement with its parameters, and what its one row comes down to."""

    trust: TrustDatabase
    question: Question
    arguments: Sequence[Arguments | None]
    plan: Plan
    parameters: Sequence[Any]
    markers: Markers
    # Of which cases the answer tells, as far as it was made.
    marks: set[str] = field(default_factory=set)

    def pieces(self, rows: Sequence[Sequence[Any]]) -> list[Piece] | None:
        """The answer with its holes; None where something of it is refused."""
        [(text,)] = rows
        try:
            return pieces_of(text, self.markers, self.arguments, self.marks)
        except RefusedAt:
            return None

    def completed(self, pieces: list[Piece]) -> TextWithHoles:
        """The answer with no holes left but sealed texts; it may read more."""
        answering = Answering(self.trust, self.question, self.arguments, marks=self.marks)
        return text_with_holes(answering.completed(self.plan, pieces), (), self.marks)


def ready(plans: Plans, trust: TrustDatabase, question: Question) -> Ready | None:
    """What answers a question by itself; None where it was not asked before, or where anything stands in the way.

    It takes no time to speak of: nothing is planned, read or waited for. `answering.answer` answers whatever this does
    not.
    """
    selections = plans.known_selections(question)
    if selections is None or selections.about_schema or selections.waits:
        return None
    arguments: list[Arguments] = []
    for given in selections.arguments(question.variables):
        if not isinstance(given, dict) or _names_instant(given):
            return None
        try:
            arguments.append(at_positions(trust, given))
        except Refused:
            return None
    plan = plans.known_plan(question, selections, arguments)
    if plan is None or plan.reads_first or not question.made.keys().isdisjoint(plan.needs):
        return None
    markers = Markers.drawn()
    try:
        parameters = numbered_parameters(plan, question, arguments, markers, {}, None)
    except RefusedAt:
        return None
    return Ready(trust, question, arguments, plan, parameters, markers)


def _names_instant(given: Arguments) -> bool:
    """Whether a past moment is given as an instant, whose position has to be looked up."""
    return any(isinstance(value, dict) and value.get("at") is not None for value in given.values())
