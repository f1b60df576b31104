"""What every kind of case keeps beside its own record: transfers, corrections asked for, closings, who was let in."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import date, datetime
from typing import Any

import strawberry

from api.graphql.people import Person
from api.graphql.schools import School
from api.graphql.texts import SealedText

__all__ = ["AccessGrant", "Closure", "Correction", "Transfer"]


def _field(description: str) -> Any:
    return strawberry.field(description=description)


@strawberry.type(description="That the case moved to another school with the pupil; what was counted stays.")
class Transfer:
    from_school: School = _field("The school it left.")
    to_school: School = _field("The school that took it.")
    transferred_on: date = _field("The day of the move.")
    reason: SealedText = _field("Why.")


@strawberry.type(description="That somebody asked for the record to be put right, and what was decided.")
class Correction:
    id: strawberry.ID = _field("The id of the request.")
    requested_on: date = _field("The day it was asked for.")
    requested_by: Person | None = _field("Who asked.")
    item_id: strawberry.ID | None = _field("The item or head of which it speaks, if of one.")
    version: int | None = _field("The event of which it speaks, by its version, if of one.")
    text: SealedText = _field("What is recorded wrongly, and how it should read.")
    state: str = _field("What became of it: a code of the list `correction_states`.")
    decided_on: date | None = _field("The day of the decision.")
    decided_by: Person | None = _field("Who decided; not who asked.")
    notes: SealedText | None = _field("What was said where it was approved.")
    reason: SealedText | None = _field("Why it was rejected.")


@strawberry.type(description="One closing of the case, also where it was opened again.")
class Closure:
    closed_on: date | None = _field("The day it was closed; a school's log may leave it out.")
    outcome: str | None = _field("What came of it then, as a code of the list for its kind.")
    as_logged: bool = _field("Whether it was taken over from a school's log.")
    notes: SealedText | None = _field("Notes.")
    reopened_on: date | None = _field("The day it was opened again.")
    reason: SealedText | None = _field("Why it was opened again.")


@strawberry.type(description="That a person was let into this one case: by a grant, or in an emergency.")
class AccessGrant:
    id: strawberry.ID = _field("The id of this access.")
    person: Person = _field("Who was let in.")
    role: str = _field("As what: a code of the list `access_roles`; EMERGENCY was opened and not granted.")
    since: datetime = _field("Since when.")
    until: datetime | None = _field("The instant from which it lets in no longer, if it has one.")
    reason: SealedText = _field("Why.")
    role_held: str | None = _field("The role in which the person opened the case, where it was an emergency.")
    alerted: list[Person] = _field("Who was alerted to an emergency.")
    ended_at: datetime | None = _field("When somebody ended it, before its time or without one.")
    end_reason: SealedText | None = _field("Why it was ended.")
    reviewed_at: datetime | None = _field("When somebody judged the emergency; until then a review is owed.")
    was_justified: bool | None = _field("Whether it was found right to open the case.")
    notes: SealedText | None = _field("What was said of it then.")
