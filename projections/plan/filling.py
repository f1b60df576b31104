"""Filling holes that ask for more than a case as it stood: what it did not offer, and who knew of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from uuid import UUID

import msgspec

from domain.knowing import Knew
from ledger.database import TrustDatabase
from projections.knowing import known_by
from projections.past_cases import blocked_after
from projections.plan.holes import BlockedActions, Hole, Known, Piece
from projections.plan.plans import Question

__all__ = ["filled_blocked", "filled_known"]

# What a statement of a plan, by its number, shows of each of some documents, by their places from 1.
Shown = Callable[[int, Sequence[str]], Mapping[int, list[Piece]]]


def filled_blocked(
    trust: TrustDatabase, question: Question, holes: Iterable[Hole], recorded: UUID | None
) -> dict[Hole, list[Piece]]:
    """What the cases of those of these holes that ask for it do not offer, of what the reader's role may do."""
    asked = [hole for hole in holes if isinstance(hole, BlockedActions)]
    if not asked:
        return {}
    found = blocked_after(trust, question.visibility, _versions(asked), recorded=recorded)
    actions = frozenset((one.kind, one.action) for one in question.actions)
    filled: dict[Hole, list[Piece]] = {}
    for hole in asked:
        kind, blocked = found.get((hole.case_id, hole.version), ("", ()))
        filled[hole] = [hole.filled([one for one in blocked if (kind, one.action.value) in actions])]
    return filled


def filled_known(
    trust: TrustDatabase, question: Question, holes: Iterable[Hole], recorded: UUID | None, shown: Shown
) -> dict[Hole, list[Piece]]:
    """Who knew by the versions of those of these holes that ask for it.

    Each is shown once by each statement, however many versions they knew by.
    """
    asked = [hole for hole in holes if isinstance(hole, Known)]
    if not asked:
        return {}
    known = known_by(trust, question.visibility, _versions(asked), recorded=recorded)
    filled: dict[Hole, list[Piece]] = {}
    for number in {hole.statement for hole in asked}:
        of_hole = {hole: known.get((hole.case_id, hole.version), []) for hole in asked if hole.statement == number}
        places = {
            one: place for place, one in enumerate(dict.fromkeys(one for of in of_hole.values() for one in of), 1)
        }
        texts = shown(number, [_document(one) for one in places]) if places else {}
        for hole, of in of_hole.items():
            pieces: list[Piece] = ["["]
            for one in of:
                pieces += ("," if len(pieces) > 1 else "", *texts[places[one]])
            filled[hole] = [*pieces, "]"]
    return filled


def _versions(holes: Iterable[Known | BlockedActions]) -> dict[UUID, set[int]]:
    versions: dict[UUID, set[int]] = {}
    for hole in holes:
        versions.setdefault(hole.case_id, set()).add(hole.version)
    return versions


def _document(one: Knew) -> str:
    """What the statement that shows who knew reads of one of them."""
    told = {"person": one.person_id, "how": one.how, "since": one.since, "what": one.what}
    return msgspec.json.encode(told).decode()
