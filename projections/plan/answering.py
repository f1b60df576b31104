"""Answering a question by its plan: one statement, and one more for each selection of cases that have to be folded.

What is refused is null, or the nearest field above it that may be, and its error stands beside the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from graphql import GraphQLError
from psycopg import RawCursor

from domain.case_document import CaseDocument
from domain.refusals import Refused
from ledger.database import TrustDatabase
from projections.open_complaints import POSTED_WHILE_COMPLAINT_OPEN, posts_flagged
from projections.past_cases import documents_after, documents_at
from projections.plan.commands import RecordedCase
from projections.plan.filling import filled_blocked, filled_known
from projections.plan.holes import After, BlockedActions, Changes, Hole, Known, Markers, Past, Piece, Sealed, pieces_of
from projections.plan.plans import Plan, Plans, Question, parameters_of_reader
from projections.plan.selections import TYPE_NAME, FieldPlace, Path, RefusedAt, Selected, Selections
from projections.plan.text import array_literal
from projections.plan.writer import Arguments, about_schema
from projections.snapshot import AsOf, resolve, snapshot
from projections.visible import Reading

__all__ = [
    "Answering",
    "Fault",
    "PlannedCommands",
    "TextWithHoles",
    "answer",
    "at_positions",
    "numbered_parameters",
    "planned_commands",
    "text_with_holes",
    "waits_for",
]

T = TypeVar("T")
_MOMENTS = ("asOf", "between", "and")


@dataclass(frozen=True, slots=True)
class Fault:
    """A field that was refused, and why."""

    place: FieldPlace
    error: Exception


@dataclass(frozen=True, slots=True)
class TextWithHoles:
    """JSON of which sealed texts are still to be opened: between any two pieces stands one. None: there is no data.

    `marks` say of which cases it tells, for `told_by`.
    """

    pieces: Sequence[str] | None
    holes: Sequence[Sealed]
    faults: Sequence[Fault] = ()
    marks: frozenset[str] = frozenset()

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
    if not selections.waits:
        return {}
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
    asked = Asked.of(plans, trust, question, refused)
    about_schema = plans.about_schema(question, asked.selections)

    def made(nulled: frozenset[Path]) -> tuple[list[Piece], set[str]]:
        plan = plans.plan(question, asked.selections, asked.arguments, nulled)
        answering = Answering(trust, question, asked.arguments, about_schema)
        return answering.pieces(plan), answering.marks

    found = asked.attempt(made)
    if found is None:
        return TextWithHoles(None, (), asked.told)
    pieces, marks = found
    return text_with_holes(pieces, asked.told, marks)


@dataclass(frozen=True, slots=True)
class PlannedCommands:
    """The commands of a question in their order, and how each will be answered once it was carried out.

    `plans` are in the same order, None for `__typename`; there are none when a fault leaves nothing to answer.
    """

    question: Question
    asked: Asked
    plans: Sequence[Plan | None] | None

    @property
    def commands(self) -> Sequence[Selected]:
        """What is selected of each command."""
        return self.asked.selections.root

    @property
    def faults(self) -> Sequence[Fault]:
        """What is refused already."""
        return self.asked.told

    def given(self, place: int) -> Arguments:
        """The arguments of the command at a place."""
        at = self.commands[place].arguments
        given = None if at is None else self.asked.arguments[at]
        assert given is not None
        return given

    def place_of(self, place: int) -> FieldPlace:
        """Where the command at a place stands in the document."""
        at = self.commands[place].arguments
        assert at is not None
        return self.asked.selections.places[at]

    def answer(self, trust: TrustDatabase, place: int, recorded: RecordedCase) -> TextWithHoles:
        """The answer to the command at a place, from the database that it was recorded in."""
        plan = None if self.plans is None else self.plans[place]
        assert plan is not None
        answering = Answering(trust, self.question, self.asked.arguments, recorded=recorded)
        return text_with_holes(answering.pieces(plan), (), answering.marks)


def planned_commands(plans: Plans, trust: TrustDatabase, question: Question) -> PlannedCommands:
    """Plan the answers to commands before the first is carried out. Raises NotPlanned."""
    asked = Asked.of(plans, trust, question)

    def made(nulled: frozenset[Path]) -> list[Plan | None]:
        return [planned(command, nulled) for command in asked.selections.root]

    def planned(command: Selected, nulled: frozenset[Path]) -> Plan | None:
        if command.name == TYPE_NAME:
            return None
        plan = plans.plan(question, asked.selections, asked.arguments, nulled, command)
        plan.check(asked.arguments)
        return plan

    return PlannedCommands(question, asked, asked.attempt(made))


@dataclass(slots=True)
class Asked:
    """What a question selects with the arguments of one request, and what of it is refused so far, by place."""

    selections: Selections
    arguments: list[Arguments | None]
    faults: dict[int, Exception]

    @classmethod
    def of(
        cls, plans: Plans, trust: TrustDatabase, question: Question, refused: Mapping[int, Exception] | None = None
    ) -> Asked:
        """Work out the arguments; those that do not fit are refused."""
        asked = cls(plans.selections(question), [], dict(refused or {}))
        for place, given in enumerate(asked.selections.arguments(question.variables)):
            try:
                if isinstance(given, GraphQLError):
                    raise given
                asked.arguments.append(at_positions(trust, given))
            except (GraphQLError, Refused) as error:
                asked.faults.setdefault(place, error)
                asked.arguments.append(None)
        return asked

    @property
    def told(self) -> list[Fault]:
        """What is refused, in the order of the document."""
        return [Fault(self.selections.places[place], self.faults[place]) for place in sorted(self.faults)]

    def attempt(self, make: Callable[[frozenset[Path]], T]) -> T | None:
        """Make something with null at the paths given to it, again for every further refusal; None when all is null."""
        while True:
            nulled = [fault.place.null_at for fault in self.told]
            if None in nulled:
                return None
            try:
                return make(frozenset(path for path in nulled if path is not None))
            except RefusedAt as at:
                if at.place in self.faults:
                    raise
                self.faults[at.place] = at.error


def at_positions(trust: TrustDatabase, given: Arguments) -> Arguments:
    """The arguments with a position for each past moment; an instant to come is the present. Raises Refused."""
    moments = {name: _position(trust, given[name]) for name in _MOMENTS if given.get(name) is not None}
    return {**given, **moments} if moments else given


def _position(trust: TrustDatabase, given: Mapping[str, Any]) -> Mapping[str, Any]:
    at = given.get("at")
    moment = AsOf(position=given.get("position"), at=at if at is None or at.tzinfo is None else at.astimezone(UTC))
    found: Mapping[str, Any] = {"position": resolve(trust, moment), "at": moment.at}
    return found


@dataclass(frozen=True, slots=True)
class Answering:
    """One answer in the making; `recorded` is the command that it is the answer to, if to one.

    `marks` gathers of which cases it tells.
    """

    trust: TrustDatabase
    question: Question
    arguments: Sequence[Arguments | None]
    about_schema: Mapping[str, str] = field(default_factory=dict)
    recorded: RecordedCase | None = None
    marks: set[str] = field(default_factory=set)

    def pieces(self, plan: Plan) -> list[Piece]:
        """The answer, with no holes left but sealed texts. Raises RefusedAt."""
        [(text,)] = self._executed(plan, {})
        return self.completed(plan, text)

    def completed(self, plan: Plan, text: list[Piece]) -> list[Piece]:
        """The text of a plan with its folded cases in it."""
        return self._completed(plan, [text])[0]

    def _executed(self, plan: Plan, more: Mapping[str, Any]) -> list[Sequence[Any]]:
        markers = Markers.drawn()
        lent = snapshot(self.trust) if plan.reads_first else self.trust.connection()
        with lent as connection:
            made = {
                **{name: make() for name, make in self.question.made.items() if name in plan.needs},
                **{about_schema(key): json for key, json in self.about_schema.items()},
                **({} if self.recorded is None else self.recorded.parameters),
                **more,
            }
            numbered = numbered_parameters(plan, self.question, self.arguments, markers, made, connection)
            rows = RawCursor(connection).execute(plan.statement, numbered, prepare=True).fetchall()
        return [(*row[:-1], pieces_of(row[-1], markers, self.arguments, self.marks)) for row in rows]

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

    def _made(
        self, plan: Plan, holes: Iterable[After | Past | Known | Changes | BlockedActions]
    ) -> dict[Hole, list[Piece]]:
        recorded = None if self.recorded is None else self.recorded.document.id

        def each(number: int, documents: Sequence[str]) -> dict[int, list[Piece]]:
            rows = self._executed(plan.states[number], {"documents": documents})
            return dict(zip([row[0] for row in rows], [row[1] for row in rows], strict=True))

        made = filled_blocked(self.trust, self.question, holes, recorded)
        made |= filled_known(self.trust, self.question, holes, recorded, each)
        folded = [hole for hole in holes if not isinstance(hole, BlockedActions | Known)]
        documents = self._documents(folded)
        shown: dict[int, list[tuple[After | Past, CaseDocument]]] = {}
        for hole in folded:
            before, after = documents[hole]
            if after is None:
                made[hole] = ["null"]
            elif isinstance(hole, Changes):
                made[hole] = [hole.filled(before, after)]
            else:
                shown.setdefault(hole.statement, []).append((hole, after))
        for number, cases in shown.items():
            state = plan.states[number]
            given = [document.to_json().decode() for document in self._flagged(state, cases)]
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
        recorded = None if self.recorded is None else self.recorded.document.id
        after = documents_after(self.trust, visibility, versions, recorded=recorded) if versions else {}
        at = {
            place: documents_at(self.trust, visibility, list(case_ids), **self._moment(place))
            for place, case_ids in past.items()
        }
        return {
            hole: (None, at[hole.place].get(hole.case_id))
            if isinstance(hole, Past)
            else (after.get((hole.case_id, hole.version - 1)), after.get((hole.case_id, hole.version)))
            for hole in holes
        }

    def _flagged(self, state: Plan, cases: Sequence[tuple[After | Past, CaseDocument]]) -> Sequence[CaseDocument]:
        """The documents of folded cases, with what they say of complaints, where a statement shows that."""
        if POSTED_WHILE_COMPLAINT_OPEN.encode() not in state.statement:
            return [document for _, document in cases]
        moments = [
            self._moment(hole.place)["position"] if isinstance(hole, Past) else hole.position for hole, _ in cases
        ]
        documents = [document for _, document in cases]
        return posts_flagged(self.trust, self.question.visibility, list(zip(documents, moments, strict=True)))

    def _moment(self, place: int) -> Mapping[str, Any]:
        given = self.arguments[place]
        assert given is not None
        moment: Mapping[str, Any] = given["asOf"]
        return moment


def numbered_parameters(
    plan: Plan,
    question: Question,
    arguments: Sequence[Arguments | None],
    markers: Markers,
    made: Mapping[str, Any],
    connection: psycopg.Connection[Any] | None,
) -> list[Any]:
    """What a plan binds, in the order of its numbers; `made` are parameters that no argument gives.

    Raises RefusedAt.
    """
    parameters = {
        **parameters_of_reader(question),
        **plan.parameters(arguments, connection, Reading(question.visibility)),
        **made,
        "marker": markers.inner,
        "outer": markers.outer,
    }
    return [array_literal(given) if type(given) is list else given for given in map(parameters.__getitem__, plan.needs)]


def text_with_holes(pieces: Sequence[Piece], faults: Sequence[Fault], marks: Iterable[str]) -> TextWithHoles:
    """An answer of which only sealed texts are still to be opened."""
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
    return TextWithHoles(texts, holes, faults, frozenset(marks))
