"""What a policy may ask about a breach of the staff code."""

from __future__ import annotations

from domain.fact import DatedFact, Fact, RuledStep

STAFF_BREACH_FACTS: tuple[Fact, ...] = (
    Fact("SOURCE", "The breach came to notice in this way.", lambda case, code: case.source == code, "breach_sources"),
    Fact("SUBJECT_NAMED", "It is known whom the breach is about.", lambda case: case.subject is not None),
)
STAFF_BREACH_DATES: tuple[DatedFact, ...] = (
    DatedFact("REPORTED", "The breach was reported.", lambda case: case.reported_on),
)
STAFF_BREACH_STEPS: tuple[RuledStep, ...] = ()
