"""What was done about the people of an incident, who outside was told, and what the school makes of it."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import date
from typing import Any

import strawberry

from api.graphql.people import Person
from api.graphql.texts import SealedText

__all__ = [
    "ConductAssessment",
    "Continuation",
    "Decision",
    "DefamationAssessment",
    "Informing",
    "Intake",
    "ItemTags",
    "LegalAction",
    "LegalAdvice",
    "LegalExplanation",
    "ProviderContact",
    "Referral",
    "Refusal",
    "Restriction",
    "Support",
    "WrittenWarning",
]


def _field(description: str) -> Any:
    return strawberry.field(description=description)


@strawberry.type(description="That somebody targeted was supported.")
class Support:
    target: str = _field("Who was supported: a code of the list `targets`.")
    kind: str = _field("In what way: a code of the list `support_kinds`.")
    person: Person | None = _field("The person who was supported.")
    supported_by: Person | None = _field("The person who gave the support.")
    supported_on: date = _field("The day of the support.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="That somebody in a role was told of the matter.")
class Informing:
    role: str = _field("A code of the list `informed_roles`.")
    person: Person | None = _field("The person who was told.")
    informed_on: date = _field("The day it was told.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="That somebody was told that posts could lead to legal action.")
class LegalExplanation:
    to_role: str = _field("Who was told: a code of the list `account_sides`.")
    means: str = _field("How: a code of the list `explanation_means`.")
    person: Person | None = _field("The person who was told.")
    explained_on: date = _field("The day it was said.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="A warning in writing.")
class WrittenWarning:
    person: Person | None = _field("The person who was warned.")
    sent_on: date = _field("The day of the letter.")
    asks_removal: bool = _field("Whether it asks for the post to be taken down.")
    reference: SealedText | None = _field("Which text was sent.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="That somebody refused to comply with what the school asked.")
class Refusal:
    person: Person | None = _field("The person who refused.")
    refused_on: date = _field("The day of the refusal.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="That it went on after the school had asked for it to stop.")
class Continuation:
    person: Person | None = _field("The person who went on.")
    item_id: strawberry.ID | None = _field("What was posted then, if it is recorded as an item.")
    continued_on: date = _field("The day on which it went on.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="Legal advice that was taken.")
class LegalAdvice:
    advised_on: date = _field("The day of the advice.")
    adviser: SealedText | None = _field("Who advised.")
    advice: SealedText | None = _field("The advice.")


@strawberry.type(description="Legal action that was taken against somebody.")
class LegalAction:
    person: Person | None = _field("The person against whom it was taken.")
    taken_on: date = _field("The day of the action.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="A restriction of somebody's access.")
class Restriction:
    id: strawberry.ID = _field("The restriction's id.")
    scope: str = _field("Access to what: a code of the list `restriction_scopes`.")
    person: Person | None = _field("Whose access.")
    from_on: date = _field("The first day.")
    until_on: date | None = _field("The last day, if one is set.")
    review_on: date | None = _field("The day on which it is looked at again.")
    consulted: bool = _field("Whether the person was heard beforehand.")
    lifted_on: date | None = _field("The day it was lifted.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="What was decided of an action that the school considered.")
class Decision:
    id: strawberry.ID = _field("The decision's id.")
    action: str = _field("The action: a code of the list `considered_actions`.")
    options: list[str] = _field("What else was considered: codes of `considered_actions`.")
    taken: bool = _field("Whether it is taken.")
    decided_on: date = _field("The day of the decision.")
    decided_by: Person | None = _field("Who decided.")
    reasons: SealedText | None = _field("Why.")


@strawberry.type(description="A report of the matter to a body outside the school, and what it answered.")
class Referral:
    id: strawberry.ID = _field("The report's id.")
    body: str = _field("To whom: a code of the list `external_bodies`.")
    grounds: list[str] = _field("On which grounds: codes of the list `referral_grounds`.")
    referred_on: date = _field("The day of the report.")
    result: str | None = _field("What it answered last: a code of the list `referral_results`.")
    answered_on: date | None = _field("The day of that answer.")
    body_name: SealedText | None = _field("The body's name, where the code does not say.")
    reference: SealedText | None = _field("The body's reference, such as a crime number.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="That the provider of a site or of the internet access was contacted, and its answer.")
class ProviderContact:
    id: strawberry.ID = _field("The contact's id.")
    provider: str = _field("Which kind of provider: a code of the list `providers`.")
    item_id: strawberry.ID | None = _field("The item it is about, if one.")
    contacted_on: date = _field("The day of the contact.")
    asks_removal: bool = _field("Whether it was asked to take the content down.")
    result: str | None = _field("What it answered: a code of the list `platform_results`.")
    answered_on: date | None = _field("The day of the answer.")
    provider_name: SealedText | None = _field("The provider's name.")
    reference: SealedText | None = _field("The provider's reference.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="How the school came to know of the matter.")
class Intake:
    source: str = _field("By which road: a code of the list `discovery_sources`.")
    reporter_role: str | None = _field("Who reported it, by role: a code of the list `poster_roles`.")
    received_by: str | None = _field("Who took it in: a code of the list `intake_receivers`.")
    reporter_is_target: bool = _field("Whether who reported it is whom it is about.")
    received_on: date = _field("The day it was taken in.")


@strawberry.type(description="What the school makes of the conduct.")
class ConductAssessment:
    assessment: str = _field("A code of the list `conduct_assessments`.")
    assessed_on: date = _field("The day of the assessment.")
    assessed_by: Person | None = _field("Who assessed it.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="Which tests of a defamatory statement an item meets.")
class DefamationAssessment:
    item_id: strawberry.ID = _field("The item.")
    tests: list[str] = _field("Codes of the list `defamation_tests`.")
    serious_harm: bool | None = _field("Whether it caused or may cause serious harm, if known.")
    assessed_on: date = _field("The day of the assessment.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="What is said of an item that counts nothing and matters all the same.")
class ItemTags:
    item_id: strawberry.ID = _field("The item.")
    legal_bases: list[str] = _field("The laws concerned: codes of the list `legal_bases`.")
    content_kinds: list[str] = _field("What it shows: codes of the list `content_kinds`.")
    account: str | None = _field("Whose account: a code of the list `account_kinds`.")
    capacity: str | None = _field("In which capacity: a code of the list `capacities`.")
    device: str | None = _field("With which device: a code of the list `devices`.")
    private_space: bool | None = _field("Whether it was in a private space.")
    in_working_day: bool | None = _field("Whether it was done in the working or school day.")
    teacher_directed: bool | None = _field("Whether a teacher had directed the use.")
    accidental: bool | None = _field("Whether it was come across by accident.")
