"""What a policy may ask about a complaint."""

from __future__ import annotations

from domain.fact import DatedFact, Fact, RuledStep

COMPLAINT_FACTS: tuple[Fact, ...] = (
    Fact("ABOUT_SCHOOL", "A head is about the school.", lambda case: any(h.about_school for h in case.heads.values())),
    Fact("ABOUT_STAFF", "A head is about staff.", lambda case: any(h.about_staff for h in case.heads.values())),
    Fact("ACCOUNT_RECORDED", "One side said what happened.", lambda case: bool(case.accounts)),
)
COMPLAINT_DATES: tuple[DatedFact, ...] = (
    DatedFact("RECEIVED", "The complaint was received.", lambda case: case.received_on),
)
COMPLAINT_STEPS: tuple[RuledStep, ...] = ()
