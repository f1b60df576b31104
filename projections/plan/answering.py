"""Answering a question by its plan: one statement, and one more for each selection of cases that have to be folded.

What is refused is null, or the nearest field above it that may be, and its error stands beside the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID

from graphql import GraphQLError
from psycopg import RawCursor

from domain.case_document import CaseDocument
from domain.refusals import Refused
from ledger.database import TrustDatabase
from projections.history import documents_after, documents_at
from projections.plan.holes import After, Changes, Hole, Markers, Past, Piece, Sealed, pieces_of
from projections.plan.plans import Plan, Plans, Question, parameters_of_reader
from projections.plan.selections import FieldPlace, RefusedAt
from projections.plan.writer import Arguments, about_schema
from projections.snapshot import AsOf, resolve, snapshot
from projections.visible import Reading

__all__ = ["Fault", "TextWithHoles", "answer", "waits_for"]

_MOMENTS = ("asOf", "between", "and")


@dataclass(frozen=True, slots=True)
class Fault:
    """A field that was refused, and why."""

    place: FieldPlace
    error: Exception


@dataclass(frozen=True, slots=True)
class TextWithHoles:
    """JSON of which sealed texts are still to be opened: between any two pieces stands one. None: there is no data."""

    pieces: Sequence[str] | None
    holes: Sequence[Sealed]
    faults: Sequence[Fault] = ()

    def filled(self, values: Iterable[str]) -> str:
        """The whole text, with the JSON of each hole in order."""
        assert self.pieces is not None
        whole = [self.pieces[0]]
        for value, piece in zip(values, self.pieces[1:], strict=True):
            whole += (value, piece)
        return "".join(whole)


def waits_for(plans: Plans, question: Question) -> Mapping[int, int]:
    """The positions that the figures have to include first, by the place of the field that asks for it.

    Raises NotPlanned.
    """
    selections = plans.selections(question)
    arguments = selections.arguments(question.variables)
    asked = [(one.arguments, arguments[one.arguments]) for one in selections.root if one.arguments is not None]
    return {
        place: given["atLeast"]
        for place, given in asked
        if isinstance(given, dict) and given.get("atLeast") is not None
    }


def answer(
    plans: Plans, trust: TrustDatabase, question: Question, refused: Mapping[int, Exception] | None = None
) -> TextWithHoles:
    """Answer a question; `refused` are errors of fields that are known already, by the place of their arguments.

    Raises NotPlanned.
    """
    selections = plans.selections(question)
    faults: dict[int, Exception] = dict(refused or {})
    arguments: list[Arguments | None] = []
    for place, given in enumerate(selections.arguments(question.variables)):
        try:
            if isinstance(given, GraphQLError):
                raise given
            arguments.append(_at_positions(trust, given))
        except (GraphQLError, Refused) as error:
            faults.setdefault(place, error)
            arguments.append(None)
    while True:
        told = [Fault(selections.places[place], faults[place]) for place in sorted(faults)]
        nulled = [fault.place.null_at for fault in told]
        if None in nulled:
            return TextWithHoles(None, (), told)
        paths = frozenset(path for path in nulled if path is not None)
        try:
            plan = plans.plan(question, selections, arguments, paths)
            pieces = _Answering(trust, question, arguments, plans.about_schema(question, selections)).pieces(plan)
        except RefusedAt as at:
            if at.place in faults:
                raise
            faults[at.place] = at.error
            continue
        texts, holes = _joined(pieces)
        return TextWithHoles(texts, holes, told)


def _at_positions(trust: TrustDatabase, given: Arguments) -> Arguments:
    """The arguments with a position for each past moment; an instant to come is the present. Raises Refused."""
    moments = {name: _position(trust, given[name]) for name in _MOMENTS if given.get(name) is not None}
    return {**given, **moments} if moments else given


def _position(trust: TrustDatabase, given: Mapping[str, Any]) -> Mapping[str, int | None]:
    at = given.get("at")
    moment = AsOf(position=given.get("position"), at=at if at is None or at.tzinfo is None else at.astimezone(UTC))
    return {"position": resolve(trust, moment)}


@dataclass(frozen=True, slots=True)
class _Answering:
    trust: TrustDatabase
    question: Question
    arguments: Sequence[Arguments | None]
    about_schema: Mapping[str, str]

    def pieces(self, plan: Plan) -> list[Piece]:
        """The answer, with no holes left but sealed texts. Raises RefusedAt."""
        [(text,)] = self._executed(plan, {})
        return self._completed(plan, [text])[0]

    def _executed(self, plan: Plan, more: Mapping[str, Any]) -> list[Sequence[Any]]:
        markers = Markers.drawn()
        reading = Reading(self.question.visibility)
        lent = snapshot(self.trust) if plan.reads_first else self.trust.connection()
        with lent as connection:
            parameters = {
                **parameters_of_reader(self.question),
                **plan.parameters(self.arguments, connection, reading),
                **{name: make() for name, make in self.question.made.items() if name in plan.needs},
                **{about_schema(key): json for key, json in self.about_schema.items()},
                **more,
                "marker": markers.inner,
                "outer": markers.outer,
            }
            numbered = [parameters[name] for name in plan.needs]
            rows = RawCursor(connection).execute(plan.statement, numbered, prepare=True).fetchall()
        return [(*row[:-1], pieces_of(row[-1], markers, self.arguments)) for row in rows]

    def _completed(self, plan: Plan, texts: Sequence[list[Piece]]) -> list[list[Piece]]:
        """The texts of a plan with its folded cases in them; the cases of all of them are folded together."""
        holes = {piece for text in texts for piece in text if not isinstance(piece, str | Sealed)}
        if not holes:
            return list(texts)
        made = self._made(plan, holes)
        return [
            [part for piece in text for part in (made[piece] if not isinstance(piece, str | Sealed) else [piece])]
            for text in texts
        ]

    def _made(self, plan: Plan, holes: Iterable[After | Past | Changes]) -> dict[Hole, list[Piece]]:
        made: dict[Hole, list[Piece]] = {}
        documents = self._documents(holes)
        shown: dict[int, list[tuple[Hole, CaseDocument]]] = {}
        for hole in holes:
            before, after = documents[hole]
            if after is None:
                made[hole] = ["null"]
            elif isinstance(hole, Changes):
                made[hole] = [hole.filled(before, after)]
            else:
                shown.setdefault(hole.statement, []).append((hole, after))
        for number, cases in shown.items():
            state = plan.states[number]
            given = [document.to_json().decode() for _, document in cases]
            rows = self._executed(state, {"documents": given})
            texts = self._completed(state, [text for _, text in rows])
            found = {place: text for (place, _), text in zip(rows, texts, strict=True)}
            # One that the reader cannot open any more is not there.
            made |= {hole: found.get(place, ["null"]) for place, (hole, _) in enumerate(cases, start=1)}
        return made

    def _documents(
        self, holes: Iterable[After | Past | Changes]
    ) -> dict[Hole, tuple[CaseDocument | None, CaseDocument | None]]:
        """The case of each hole, before and as it is to be shown; every stream is folded once."""
        visibility = self.question.visibility
        versions: dict[UUID, set[int]] = {}
        past: dict[int, set[UUID]] = {}
        for hole in holes:
            if isinstance(hole, Past):
                past.setdefault(hole.place, set()).add(hole.case_id)
            else:
                versions.setdefault(hole.case_id, set()).add(hole.version)
                if isinstance(hole, Changes):
                    versions[hole.case_id].add(hole.version - 1)
        after = documents_after(self.trust, visibility, versions) if versions else {}
        at = {
            place: documents_at(self.trust, visibility, list(case_ids), self._moment(place))
            for place, case_ids in past.items()
        }
        return {
            hole: (None, at[hole.place].get(hole.case_id))
            if isinstance(hole, Past)
            else (after.get((hole.case_id, hole.version - 1)), after.get((hole.case_id, hole.version)))
            for hole in holes
        }

    def _moment(self, place: int) -> int | None:
        given = self.arguments[place]
        assert given is not None
        position: int | None = given["asOf"]["position"]
        return position


def _joined(pieces: Sequence[Piece]) -> tuple[list[str], list[Sealed]]:
    texts, holes = [""], []
    run: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            run.append(piece)
        else:
            assert isinstance(piece, Sealed)
            texts[-1] = "".join(run)
            run = []
            holes.append(piece)
            texts.append("")
    texts[-1] = "".join(run)
    return texts, holes
