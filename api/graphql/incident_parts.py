"""What an incident is made of: its items, and what the school's steps leave behind."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import date
from typing import Any

import strawberry

from api.graphql.enums import Mark
from api.graphql.people import Person
from api.graphql.schools import School
from api.graphql.texts import SealedText

__all__ = [
    "Account",
    "Classification",
    "Direction",
    "Evidence",
    "Impact",
    "Investigation",
    "Item",
    "Meeting",
    "OutcomeNotice",
    "ParentAdvice",
    "PlatformReport",
]


def _field(description: str) -> Any:
    return strawberry.field(description=description)


@strawberry.type(description="What an item is, and about whom.")
class Classification:
    nature: str = _field("A code of the list `natures`.")
    target: str = _field("A code of the list `targets`.")
    aspect: str | None = _field("For the school as target, a code of the list `school_aspects`, where somebody said.")


@strawberry.type(description="One post on one network, message, image or act.")
class Item:
    id: strawberry.ID = _field("The item's id.")
    ordinal: int = _field("Its place in the incident, from 1.")
    platform: str = _field("A code of the list `platforms`.")
    poster_role: str = _field("Who posted, by role: a code of the list `poster_roles`.")
    poster: Person | None = _field("Who posted, where the school knows the person.")
    taker_role: str | None = _field("Who took a photograph, where that is known: a code of the list `poster_roles`.")
    taker: Person | None = _field("Who took a photograph, where the school knows the person.")
    discovered_on: date = _field("The day the school became aware of it: the date by which it counts.")
    posted_on: date | None = _field("The day it was posted, where known.")
    recorded_on: date = _field("The day it was recorded, in London; for an imported item what the school's log says.")
    classifications: list[Classification] = _field("What it is and about whom; empty until somebody has said.")
    characteristics: list[str] = _field("The protected characteristics concerned: codes of `characteristics`.")
    about: list[Person] = _field("The persons it speaks of.")
    names_individual: bool = _field("Whether it names an individual.")
    mark: Mark | None = _field("Why it counts nothing, if it does not.")
    removal: str | None = _field("How far its removal has come: a code of the list `removal_states`.")
    removal_on: date | None = _field("The day of that.")
    removal_asked_by: str | None = _field(
        "Who asked last, for the school, that it be taken down: a code of the list `removal_askers`."
    )
    repost_of: strawberry.ID | None = _field("The item of this incident that it puts up again.")
    line: int | None = _field("The line of the imported log that it came from.")
    posted_while_complaint_open: bool = _field(
        "Whether it was posted while a complaint by the same person was open, linked or not, from the day of its"
        " receipt to that of its closing. Only complaints that the reader may open today are looked at, as if there"
        " were no others; of a past case they are taken as they stood then."
    )
    url: SealedText | None = _field("Where the post is.")
    handle: SealedText | None = _field("The account that posted.")
    narrative: SealedText | None = _field("What it says or shows.")
    description: SealedText | None = _field("What is meant where the nature is OTHER.")
    counted_at: School | None = _field(
        "The school at which it counts, where the case was transferred from there after it was recorded."
    )
    merged_into: strawberry.ID | None = _field("The item of this incident that stands for it, where both are one post.")
    split_from: strawberry.ID | None = _field("The item of this incident from which it was split.")


@strawberry.type(description="A piece of evidence. A file is known by its SHA-256 alone.")
class Evidence:
    id: strawberry.ID = _field("The id of this piece.")
    kind: str = _field("A code of the list `evidence_kinds`.")
    item_id: strawberry.ID | None = _field("The item it is evidence of, if of one.")
    sha256: str | None = _field("The SHA-256 of the file, in hexadecimal.")
    collected_by: Person | None = _field("Who collected it.")
    collected_on: date | None = _field("The day it was collected.")
    description: SealedText | None = _field("What it is, in words.")
    custody: SealedText | None = _field("Where it is kept and by whom.")


@strawberry.type(description="A report of an item to the network it is on, and what the network answered.")
class PlatformReport:
    id: strawberry.ID = _field("The report's id.")
    item_id: strawberry.ID = _field("The item that was reported.")
    network: str = _field("A code of the list `platforms`.")
    reported_on: date = _field("The day it was reported.")
    result: str | None = _field("What the network answered: a code of the list `platform_results`.")
    answered_on: date | None = _field("The day of the answer.")
    helpline_from: date | None = _field(
        "The first day on which 48 hours have surely passed, so that a helpline outside takes it on; null once removed."
    )
    reference: SealedText | None = _field("The network's own reference.")


@strawberry.type(description="A meeting that was offered.")
class Meeting:
    held_on: date = _field("The day of the meeting.")
    mode: str = _field("A code of the list `meeting_modes`.")
    attended: bool = _field("Whether those who were invited came.")
    outcome: str | None = _field("A code of the list `meeting_outcomes`.")
    roles: list[str] = _field("Who took part, by role: codes of the list `meeting_roles`.")
    attendees: list[Person] = _field("Who took part.")
    purposes: list[str] = _field("What it was to discuss: codes of the list `meeting_purposes`.")
    cause: SealedText | None = _field("What lay behind the post, as it came out.")
    way_forward: SealedText | None = _field("What was agreed.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="Harm to one target.")
class Impact:
    target: str = _field("Whom it hit: a code of the list `targets`.")
    impact: str = _field("A code of the list `impacts`.")
    person: Person | None = _field("The person it hit, if one.")
    noted_on: date = _field("The day it was noted.")
    raised_before: bool | None = _field("Whether the matter had been raised with the school before, if known.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="The school's own investigation; it is complete once it has a finding.")
class Investigation:
    id: strawberry.ID = _field("The investigation's id.")
    started_on: date = _field("The day it began.")
    investigator: Person | None = _field("Who investigates.")
    completed_on: date | None = _field("The day it was complete.")
    finding: str | None = _field("What it found: a code of the list `findings`.")
    notes: SealedText | None = _field("Notes at the beginning.")
    report: SealedText | None = _field("The report.")


@strawberry.type(description="What one side says happened.")
class Account:
    side: str = _field("A code of the list `account_sides`.")
    person: Person | None = _field("Who gave it.")
    given_on: date = _field("The day it was given.")
    text: SealedText = _field("The account.")


@strawberry.type(description="That somebody was told the outcome.")
class OutcomeNotice:
    recipient_role: str = _field("Who was told: a code of the list `account_sides`.")
    recipient: Person | None = _field("Who was told.")
    communicated_on: date = _field("The day it was said.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="That a poster was told which private channel would have been the right one.")
class Direction:
    channel: str = _field("A code of the list `channels`.")
    person: Person | None = _field("Who was told.")
    directed_on: date = _field("The day it was said.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="That a parent of a pupil who posted was advised.")
class ParentAdvice:
    item_id: strawberry.ID = _field("The item that the pupil posted.")
    parent: Person | None = _field("The parent who was advised.")
    advised_on: date = _field("The day of the advice.")
    notes: SealedText | None = _field("Notes.")
