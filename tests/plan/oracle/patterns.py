"""What the breaches of one person show together, by looking at every case."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.plan.oracle.story import Json
from tests.plan.oracle.view import View


def staff_pattern(view: View, person: str) -> Json | None:
    """The pattern of a person; None where the reader sees no breach of theirs."""
    breaches = [
        case
        for case in view.story.cases().values()
        if case["kind"] == "STAFF_BREACH"
        and case["detail"]["subject"] == person
        and case["mark"] is None
        and view.sees(case)
    ]
    if not breaches:
        return None
    breaches.sort(key=lambda case: (case["opened_on"], case["id"]))
    levels = Counter(_level(case) for case in breaches)
    types = Counter(kind for case in breaches for kind in (case["detail"]["details"] or {}).get("breach_types", ()))

    def cases(_info: Any, *, first: int, after: str | None) -> Json:
        return view.connection(
            "pattern cases", breaches, first, after, lambda case: (case["opened_on"], case["id"]), view.case
        )

    return {
        "person": view.person(person),
        "lowLevelConcerns": levels["LOW_LEVEL"],
        "thresholdMet": levels["MET"],
        "others": len(breaches) - levels["LOW_LEVEL"] - levels["MET"],
        "firstOn": breaches[0]["opened_on"],
        "lastOn": breaches[-1]["opened_on"],
        "breachTypes": [
            {"breachType": kind, "number": number}
            for kind, number in sorted(types.items(), key=lambda one: (-one[1], one[0]))
        ],
        "cases": cases,
    }


def _level(case: Json) -> str | None:
    assessments = case["detail"]["threshold_assessments"]
    return assessments[-1]["level"] if assessments else None
