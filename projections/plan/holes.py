"""What a statement leaves open for Python: found in its text, and filled in.

Between two markers stands the kind of a hole and what belongs there. A refusal says that the answer may not be given
as asked; small figures are chosen among when all of them are known; everything else is a value of its own.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from domain.case_changes import differences
from domain.case_document import CaseDocument
from domain.offered import Blocked
from domain.refusals import Refused
from projections.monitoring_terms import MonitoringDimension, QueryTooLarge
from projections.plan.selections import TYPE_NAME, RefusedAt
from projections.plan.told import Way
from projections.plan.writer import Arguments
from projections.snapshot import MomentsOutOfOrder
from projections.suppression import hidden

__all__ = ["After", "BlockedActions", "Changes", "Hole", "Known", "Markers", "Past", "Piece", "Sealed", "pieces_of"]

# The members of an object: under which key which is shown.
Members = tuple[tuple[str, str], ...]
_MARKS = tuple(f"{way.value} " for way in Way)
_REFUSALS: Mapping[str, type[Refused]] = {kind.__name__: kind for kind in (QueryTooLarge, MomentsOutOfOrder)}
_REFUSED_FIELDS = {QueryTooLarge: ("groupBy",), MomentsOutOfOrder: ("between", "and")}


@dataclass(frozen=True, slots=True)
class Markers:
    """The two markers of one request, which nobody can guess."""

    inner: str
    outer: str

    @classmethod
    def drawn(cls) -> Markers:
        """New ones."""
        # They stand twice about each case of a list, and hold for one answer: 96 bits are enough.
        drawn = secrets.token_urlsafe(24)
        return cls(drawn[:16], drawn[16:])


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed text: where it lies, and under which keys its members are shown."""

    case_id: UUID
    version: int
    part: str
    members: Members

    def filled(self, state: str, text: str | None) -> str:
        """The JSON of the text, once it is known how far the reader may open it."""
        known = {"state": state, "text": text, TYPE_NAME: "SealedText"}
        return _json({key: known[name] for key, name in self.members})


@dataclass(frozen=True, slots=True)
class After:
    """A case as it stood after a version of it, as the statement with this number shows it.

    `position` is that of the event which made the version.
    """

    statement: int
    case_id: UUID
    version: int
    position: int


@dataclass(frozen=True, slots=True)
class Past:
    """A case as it stood at the moment that the arguments at a place give."""

    statement: int
    place: int
    case_id: UUID


@dataclass(frozen=True, slots=True)
class Known:
    """All who knew of a case by a version of it, as the statement with this number shows each of them."""

    statement: int
    case_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What an event changed in its case."""

    case_id: UUID
    version: int
    members: Members

    def filled(self, before: CaseDocument | None, after: CaseDocument) -> str:
        """The JSON of the list."""
        return _json(
            [
                {key: known[name] for key, name in self.members}
                for known in (
                    {"field": field, "before": old, "after": new, TYPE_NAME: "FieldChange"}
                    for field, old, new in differences(before, after)
                )
            ]
        )


@dataclass(frozen=True, slots=True)
class BlockedActions:
    """What a case at a version does not offer of what the reader's role may do, and why."""

    case_id: UUID
    version: int
    members: Members

    def filled(self, blocked: Sequence[Blocked]) -> str:
        """The JSON of the list."""
        return _json([{key: known[name] for key, name in self.members} for known in map(_told, blocked)])


def _told(one: Blocked) -> dict[str, Any]:
    refusal = one.refusal
    return {
        "action": one.action.value,
        "code": refusal.code.value,
        "message": refusal.message,
        "clause": refusal.clause,
        "needs": refusal.needs,
        "overridable": one.overridable,
        TYPE_NAME: "BlockedAction",
    }


Hole = Sealed | After | Past | Known | Changes | BlockedActions
Piece = str | Hole


def pieces_of(text: str, markers: Markers, arguments: Sequence[Arguments | None], marks: set[str]) -> list[Piece]:
    """The text of a statement, taken apart at its holes; what it says of which cases it tells is added to `marks`.

    Raises RefusedAt for a hole that says so.
    """
    if markers.outer in text:
        text = _chosen(text, markers.outer, arguments)
    pieces = text.split(markers.inner)
    told = [place for place in pieces[1::2] if place.startswith(_MARKS)]
    marks.update(told)
    if len(told) == len(pieces) // 2:
        return ["".join(pieces[::2])]
    found: list[Piece] = [pieces[0]]
    for place, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        found += (piece,) if place.startswith(_MARKS) else (_hole(place), piece)
    return found


def _hole(text: str) -> Hole:
    kind, *told = text.split(" ")
    match kind:
        case "sealed":
            case_id, version, part, members = told
            return Sealed(UUID(case_id), int(version), part, _members(members))
        case "after":
            statement, case_id, version, position = told
            return After(int(statement), UUID(case_id), int(version), int(position))
        case "past":
            statement, place, case_id = told
            return Past(int(statement), int(place), UUID(case_id))
        case "known":
            statement, case_id, version = told
            return Known(int(statement), UUID(case_id), int(version))
        case "blocked":
            case_id, version, members = told
            return BlockedActions(UUID(case_id), int(version), _members(members))
        case "changes":
            case_id, version, members = told
            return Changes(UUID(case_id), int(version), _members(members))
        case _:
            name, place = told
            refusal = _REFUSALS[name]
            raise RefusedAt(int(place), refusal(*_REFUSED_FIELDS[refusal]))


def _members(text: str) -> Members:
    pairs = [member.split("=") for member in text.split(",") if member]
    return tuple((key, name) for key, name in pairs)


def _chosen(text: str, outer: str, arguments: Sequence[Arguments | None]) -> str:
    """The text with one of the two forms of each cell: a report's cells are looked at together."""
    pieces = text.split(outer)
    # After each text stands a cell; between two cells of one report there is none.
    cells: list[tuple[int, int | None, list[Any], str, str]] = [msgspec.json.decode(cell) for cell in pieces[1::2]]
    reports: dict[tuple[int, int], dict[tuple[Any, ...], int]] = {}
    report_of, number = [], 0
    for at, (place, value, key, _, _) in enumerate(cells):
        if pieces[2 * at]:
            number += 1
        report_of.append((number, place))
        figures = reports.setdefault((number, place), {})
        if value is not None:
            figures[tuple(key)] = value
    hiding = {report: _hidden(figures, arguments[report[1]]) for report, figures in reports.items()}
    told = [pieces[0]]
    for at, (_, _, key, shown, small) in enumerate(cells):
        between = "," if at and not pieces[2 * at] else ""
        told += (between, small if tuple(key) in hiding[report_of[at]] else shown, pieces[2 * at + 2])
    return "".join(told)


def _hidden(figures: Mapping[tuple[Any, ...], int], given: Arguments | None) -> frozenset[tuple[Any, ...]]:
    assert given is not None
    adding = [place for place, dimension in enumerate(given["groupBy"]) if dimension is not MonitoringDimension.COUNT]
    return hidden(figures, given["suppressBelow"], adding)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
