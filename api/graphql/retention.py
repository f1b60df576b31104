"""How long cases are kept and why: rules, holds, what is known and what is not, and what was decided."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import date
from typing import Any

import strawberry

from api.graphql.enums import CaseKind, RetentionAction, RetentionState
from api.graphql.people import Person
from api.graphql.schools import PolicyVersion
from api.graphql.texts import SealedText

__all__ = ["LegalHold", "Retention", "RetentionReview", "RetentionTable", "TrustHold"]


def _field(description: str) -> Any:
    return strawberry.field(description=description)


@strawberry.type(description="How long one class of record is kept, from which day, and on whose word.")
class RetentionRule:
    id: strawberry.ID = _field("Its name in the table.")
    record: str = _field("The class of record, in words.")
    kinds: list[CaseKind] = _field("The kinds of case that it is about.")
    outcomes: list[str] = _field("The outcomes that it asks for; none: any.")
    needs: list[str] = _field("The classes that a case must all belong to: codes of the list `retention_classes`.")
    unless: list[str] = _field("The classes of which a case may belong to none.")
    trigger: str = _field("From which day it runs, such as RESOLVED.")
    number: int = _field("For how many.")
    unit: str = _field("Of what: MONTHS or YEARS.")
    action: RetentionAction = _field("What is to be done when the time is over.")
    source: str = _field("Where the figure is from.")
    edition: str = _field("Of which edition.")
    certainty: str = _field("How sure it is: VERIFIED in the source, SECOND_HAND, or ASSUMED.")
    doubt: str | None = _field("What speaks against it.")
    effective_from: date = _field("The day from which it holds.")


@strawberry.type(description="The retention table that the trust goes by today.")
class RetentionTable:
    id: strawberry.ID = _field("The table, such as `shipped`.")
    version: str = _field("Its version.")
    sha256: str = _field("The SHA-256 of its text, in hexadecimal.")
    name: str = _field("What it is called.")
    adopted_on: date | None = _field("Since when; null for the table that ships with the program.")
    disposal: str = _field("REVIEW_ONLY, or AUTOMATIC where cases are disposed of without a person deciding on each.")
    is_confirmed: bool = _field("Whether a second person confirmed AUTOMATIC, which has no effect before.")
    rules: list[RetentionRule] = _field("Its rules, in its order.")


@strawberry.type(description="That every record within a scope is held; a record is that meets all limits.")
class TrustHold:
    id: strawberry.ID = _field("The id of the hold.")
    placed_on: date = _field("The day it was placed.")
    authority: str = _field("By which authority: a code of the list `hold_grounds`.")
    review_on: date = _field("The day on which it is asked whether it is still needed.")
    schools: list[strawberry.ID] = _field("The schools at which a case is or was, by URN; none: any.")
    kinds: list[CaseKind] = _field("The kinds of case; none: any.")
    persons: list[Person] = _field("People one of whom stands in the case, in whatever part; none: anybody.")
    aware_from: date | None = _field("The first day of awareness.")
    aware_to: date | None = _field("The last day of awareness.")


@strawberry.type(description="A hold of the trust that covers a case.")
class CoveringHold:
    id: strawberry.ID = _field("The id of the hold.")
    authority: str = _field("By which authority: a code of the list `hold_grounds`.")
    placed_on: date = _field("The day it was placed.")
    review_on: date = _field("The day on which it is asked whether it is still needed.")


@strawberry.type(description="A hold on the record of one case: nothing of it is disposed of until it is lifted.")
class LegalHold:
    id: strawberry.ID = _field("The id of the hold.")
    placed_on: date = _field("The day it was placed.")
    authority: str = _field("By which authority: a code of the list `hold_grounds`.")
    review_on: date = _field("The day on which it is asked whether it is still needed.")
    reason: SealedText = _field("Why it was placed.")
    is_lifted: bool = _field("Whether it was lifted.")
    lifted_because: SealedText | None = _field("Why it was lifted.")


@strawberry.type(description="What a day of keeping follows from.")
class RetentionInput:
    input: str = _field("What it is: a code of the list `retention_inputs`.")
    day: date | None = _field(
        "Its day; null where it is not known, and where it is a day in somebody's life that the reader may not know."
    )


@strawberry.type(description="A rule that applies to a case, and what it comes to.")
class AppliedRetentionRule:
    rule: RetentionRule = _field("The rule.")
    on: date | None = _field("The day from which the case is to be looked at by this rule; null where it is not known.")
    at_least: date | None = _field("A day up to which the rule keeps the case whatever is not known.")


@strawberry.type(description="How long a case is kept by the table in force: the longest of the rules that apply.")
class RetentionDue:
    on: date | None = _field("The day from which it is to be looked at; null where it cannot be told.")
    rule: RetentionRule | None = _field("The rule that keeps it longest; null where it cannot be told.")
    at_least: date | None = _field("A day up to which it is kept whatever is not known.")
    missing: list[str] = _field("What is not known: codes of the list `retention_inputs`.")
    inputs: list[RetentionInput] = _field("What the days follow from.")
    applied: list[AppliedRetentionRule] = _field("Every rule that applies, in the order of the table.")


@strawberry.type(description="What was decided about a record when its time was looked at.")
class RetentionReview:
    decision: str = _field("What was decided: a code of the list `retention_decisions`.")
    keep_until: date | None = _field("Until when it is kept, for KEEP.")
    table: PolicyVersion = _field("The table in force then.")
    rule: str | None = _field("The rule that kept it longest then, by its id; null where that could not be told.")
    due_on: date | None = _field("The day it came to; null where that is a day in somebody's life, or was not known.")
    inputs: list[RetentionInput] = _field("What the days followed from; without the days of somebody's life.")
    decided_on: date = _field("The day of the decision.")
    notes: SealedText | None = _field("What was said of it.")
    is_over: bool = _field("Whether the case was opened again since, or its mark taken off.")


@strawberry.type(description="How a case is kept, as of today.")
class Retention:
    state: RetentionState = _field("How it stands: a hold comes before a decision, and a decision before its day.")
    due: RetentionDue | None = _field("How long it is kept; null while it is open. Of a copy, that of its original.")
    classes: list[str] = _field("The classes it belongs to: codes of the list `retention_classes`.")
    on_own_hold: bool = _field("Whether it is held by a hold of its own, or its original is.")
    held_by_trust: bool = _field("Whether a hold of the trust covers it.")
    trust_holds: list[CoveringHold] = _field("Those holds, without any that names the reader.")
    linked_case_open: bool = _field(
        "Whether a case linked with it is open, which holds it; one that is hidden is none."
    )
    decision: str | None = _field("The decision that stands: a code of the list `retention_decisions`.")
    keep_until: date | None = _field("Until when it is kept by that decision.")
