"""What a complaint shows: its heads, stages, answers, panel, and what came of it."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import date
from typing import Any

import strawberry

from api.graphql.people import Person
from api.graphql.schools import School
from api.graphql.texts import SealedText

__all__ = [
    "Acknowledgement",
    "ActionTaken",
    "ClockPause",
    "ComplaintStage",
    "ConductStep",
    "Enquiry",
    "FindingsNotice",
    "Head",
    "Hearing",
    "OutcomeTold",
    "PanelMember",
    "PartyMeeting",
    "Routing",
    "StageExtension",
    "Withdrawal",
]


def _field(description: str) -> Any:
    return strawberry.field(description=description)


@strawberry.type(description="One head of a complaint.")
class Head:
    id: strawberry.ID = _field("The head's id.")
    about_school: bool = _field("Whether it is about the school.")
    about_staff: bool = _field("Whether it is about staff.")
    about: list[Person] = _field("The persons complained about.")
    outcome: str | None = _field("What came of it: a code of the list `head_outcomes`.")
    decided_on: date | None = _field("The day of that decision.")
    decided_by: Person | None = _field("Who decided.")
    reasons: SealedText | None = _field("Why.")
    route: str | None = _field("The procedure that it was routed to: a code of the list `complaint_routes`.")
    counted_at: School | None = _field(
        "The school at which it counts, where the case was transferred from there after it was recorded."
    )


@strawberry.type(description="That the complainant was told that the complaint had come.")
class Acknowledgement:
    acknowledged_on: date = _field("The day of the message.")
    means: str = _field("How: a code of the list `complaint_means`.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="A stage of the complaints procedure that was begun.")
class ComplaintStage:
    stage: str = _field("The stage: a code of the list `complaint_stages`.")
    form: str = _field("INFORMAL, FORMAL or PANEL.")
    started_on: date = _field("The day it began.")
    investigators: list[Person] = _field("Who looks or looked into the matter.")
    responded_on: date | None = _field("The day of the answer.")
    responded_by: Person | None = _field("Who answered.")
    resolved: bool | None = _field("Whether the answer settled the matter.")
    in_writing: bool | None = _field("Whether the answer was given in writing.")
    escalated_on: date | None = _field("The day on which the complainant asked for the next stage.")
    response: SealedText | None = _field("The answer.")


@strawberry.type(description="That a stage is answered later than it should be.")
class StageExtension:
    stage: str = _field("The stage: a code of the list `complaint_stages`.")
    extended_on: date = _field("The day that was decided.")
    until_on: date = _field("The day by which it is answered.")
    complainant_told: bool = _field("Whether the complainant was told.")
    reason: SealedText = _field("Why.")


@strawberry.type(description="A time in which the clock of a complaint stands still.")
class ClockPause:
    paused_on: date = _field("The first day.")
    resumed_on: date | None = _field("The day from which it runs again.")
    reason: SealedText = _field("Why it stands still.")
    resumed_because: SealedText | None = _field("Why it runs again.")


@strawberry.type(description="A meeting with the parties.")
class PartyMeeting:
    mode: str = _field("By telephone, in person or online: a code of the list `meeting_modes`.")
    held_on: date = _field("The day of the meeting.")
    roles: list[str] = _field("Who met, by role: codes of the list `meeting_roles`.")
    attendees: list[Person] = _field("The persons who met.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="A member of the panel.")
class PanelMember:
    person: Person | None = _field("The person.")
    independent: bool = _field("Whether the person is independent of the management and running of the school.")


@strawberry.type(description="A hearing before the panel.")
class Hearing:
    held_on: date = _field("The day of the hearing.")
    complainant_attended: bool = _field("Whether the complainant came.")
    accompanied: bool = _field("Whether somebody came along with the complainant.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="That one party was given the panel's findings and recommendations.")
class FindingsNotice:
    recipient_role: str = _field("To whom: a code of the list `findings_recipients`.")
    recipient: Person | None = _field("The person to whom they were given.")
    issued_on: date = _field("The day they were given.")
    remedies: list[str] = _field("What is recommended: codes of the list `remedies`.")
    findings: SealedText = _field("The findings in the wording for this party.")
    recommendations: SealedText | None = _field("The recommendations.")


@strawberry.type(description="That a complaint, or one head of it, belongs to another procedure.")
class Routing:
    route: str = _field("The procedure: a code of the list `complaint_routes`.")
    head_id: strawberry.ID | None = _field("The head; the whole complaint if none.")
    routed_on: date = _field("The day the complainant was told.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="That the complainant wants to withdraw the complaint.")
class Withdrawal:
    asked_on: date = _field("The day it was asked.")
    confirmed_on: date | None = _field("The day it was confirmed in writing.")
    notes: SealedText | None = _field("Notes.")
    reference: SealedText | None = _field("Which letter or message confirmed it.")


@strawberry.type(description="What was done about unreasonable conduct in this matter.")
class ConductStep:
    step: str = _field("What was done: a code of the list `conduct_steps`.")
    taken_on: date = _field("The day it was done.")
    review_on: date | None = _field("The day it is reviewed.")
    person: Person | None = _field("The person concerned.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="What the school did as a result, upheld or not.")
class ActionTaken:
    action: str = _field("What it did: a code of the list `complaint_actions`.")
    taken_on: date = _field("The day it was done.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="A step taken to answer a complaint about personal data.")
class Enquiry:
    made_on: date = _field("The day of the step.")
    complainant_told: bool = _field("Whether the complainant was kept informed.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="That the complainant about personal data was told the outcome.")
class OutcomeTold:
    told_on: date = _field("The day of the message.")
    commissioner_named: bool = _field("Whether it named the Information Commissioner.")
    notes: SealedText | None = _field("Notes.")
