"""Whether all servers give the same facts for the same question; nothing is measured before they do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.graphql.questions import Question
from bench.graphql.servers import Server


class Disagreement(RuntimeError):
    """Two servers give different answers, so that measuring them would compare nothing."""


def require_agreement(question: Question, servers: Sequence[Server]) -> list[str]:
    """Ask all servers everything that is measured; returns the names of those that answer this question.

    Raises Disagreement, with the first difference.
    """
    first: tuple[str, list[Any]] | None = None
    agreed: list[str] = []
    for server in servers:
        asked = server.requests(question)
        if not asked:
            continue
        facts = [server.told(question, server.ask(request)) for request in asked]
        if first is None:
            _require_content(question, facts)
            first = server.name, facts
        elif facts != first[1]:
            place = next(place for place, pair in enumerate(zip(facts, first[1], strict=True)) if pair[0] != pair[1])
            raise Disagreement(
                f"{question.name}, variables {place}: {first[0]} says {_shown(first[1][place], facts[place])},"
                f" {server.name} says {_shown(facts[place], first[1][place])}"
            )
        agreed.append(server.name)
    return agreed


def _require_content(question: Question, facts: Sequence[Any]) -> None:
    """An empty answer would agree with any other."""
    for fact in facts:
        if question.name in ("dashboard", "past") and (len(fact) != question.size or not sum(fact.values())):
            raise Disagreement(f"{question.name} has {len(fact)} cells that are {sum(fact.values())} together")
        if not fact:
            raise Disagreement(f"{question.name} has nothing in its answer")


def _shown(fact: Any, other: Any) -> str:
    """What is in one answer and not in the other, shortened."""
    if isinstance(fact, dict) and isinstance(other, dict):
        fact = {key: value for key, value in fact.items() if other.get(key, ...) != value}
    return str(fact)[:400]
