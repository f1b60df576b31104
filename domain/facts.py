"""What a policy pack may ask about a case: a closed vocabulary of facts, each a pure question about its state.

A pack writes a fact as `NAME`, as `NAME:CODE` or as `NAME:CODE|CODE` where one of the codes is enough, and its absence
with `NOT` before it. What each kind of case adds stands beside its state, in `incident_facts` and the like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from domain.complaint_facts import COMPLAINT_DATES, COMPLAINT_FACTS
from domain.fact import DatedFact, Fact
from domain.incident_facts import INCIDENT_DATES, INCIDENT_FACTS
from domain.staff_breach_facts import STAFF_BREACH_DATES, STAFF_BREACH_FACTS
from domain.values import CaseKind
from domain.vocabulary import CODE_LISTS

_NOT = "NOT "

_OF_EVERY_CASE = (
    Fact("ASSIGNED", "Somebody runs the case.", lambda case: case.owner is not None),
    Fact("CLOSED", "The case is closed.", lambda case: case.is_closed),
    Fact(
        "LINKED",
        "The case is linked to another in this way.",
        lambda case, code: any(kind == code for _, kind in case.links),
        "link_kinds",
    ),
)
_DATES_OF_EVERY_CASE = (DatedFact("OPENED", "The school became aware.", lambda case: case.opened_on),)


def _by_name(*groups: Iterable[Any]) -> Mapping[str, Any]:
    return {one.name: one for group in groups for one in group}


FACTS: Mapping[CaseKind, Mapping[str, Fact]] = {
    CaseKind.INCIDENT: _by_name(_OF_EVERY_CASE, INCIDENT_FACTS),
    CaseKind.COMPLAINT: _by_name(_OF_EVERY_CASE, COMPLAINT_FACTS),
    CaseKind.STAFF_BREACH: _by_name(_OF_EVERY_CASE, STAFF_BREACH_FACTS),
}
DATED_FACTS: Mapping[CaseKind, Mapping[str, DatedFact]] = {
    CaseKind.INCIDENT: _by_name(_DATES_OF_EVERY_CASE, INCIDENT_DATES),
    CaseKind.COMPLAINT: _by_name(_DATES_OF_EVERY_CASE, COMPLAINT_DATES),
    CaseKind.STAFF_BREACH: _by_name(_DATES_OF_EVERY_CASE, STAFF_BREACH_DATES),
}


class UnknownFact(ValueError):
    """A text names no fact of this kind of case; its words are the rule that it breaks."""


def holds(case: Any, text: str) -> bool:
    """Whether a fact, as a pack writes it, is so of a case. Raises UnknownFact."""
    return _question(case.kind, text)(case)


def all_hold(case: Any, texts: Iterable[str]) -> bool:
    """Whether every one of the facts is so."""
    return all(_question(case.kind, text)(case) for text in texts)


def missing(case: Any, texts: Iterable[str]) -> tuple[str, ...]:
    """Those of the facts that are not so, as they are written."""
    return tuple(text for text in texts if not holds(case, text))


def require_fact(kind: CaseKind, text: str) -> None:
    """Raise UnknownFact where a text names no fact of this kind of case, or a code that its list does not have."""
    _question(kind, text)


@lru_cache(maxsize=2_000)
def _question(kind: CaseKind, text: str) -> Callable[[Any], bool]:
    name, _, parameters = text.removeprefix(_NOT).partition(":")
    fact = FACTS[kind].get(name)
    if fact is None:
        raise UnknownFact(f"there is no fact {name} of this kind of case")
    if (fact.codes is None) != (not parameters):
        raise UnknownFact(f"{name} takes {'no code' if fact.codes is None else 'a code'}")
    codes = parameters.split("|") if parameters else []
    known = {code.code for code in CODE_LISTS[fact.codes]} if fact.codes else set()
    for code in codes:
        if code not in known:
            raise UnknownFact(f"{name} does not know the code {code}")
    is_wanted = not text.startswith(_NOT)

    def ask(case: Any) -> bool:
        found = any(fact.holds(case, code) for code in codes) if codes else fact.holds(case)
        return found is is_wanted

    return ask
