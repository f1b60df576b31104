"""What a staff breach is made of: what was done, who was protected and told, and what the procedure decided."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import date
from typing import Any

import strawberry

from api.graphql.people import Person
from api.graphql.texts import SealedText

__all__ = [
    "BodyContact",
    "BreachAdvice",
    "BreachDetails",
    "BreachFinding",
    "BreachInforming",
    "BreachInvestigation",
    "BreachRequest",
    "BreachTrack",
    "DecisionNotToRefer",
    "DisciplinaryHearing",
    "DisciplinaryHold",
    "DisciplinaryReferral",
    "Disclosure",
    "Employment",
    "ExceptionConsulted",
    "Interview",
    "LaterContact",
    "ManagerReport",
    "ReasonedNone",
    "ReportingRestriction",
    "Sanction",
    "SanctionAppeal",
    "SuspensionDecision",
    "ThresholdAssessment",
]


def _field(description: str) -> Any:
    return strawberry.field(description=description)


@strawberry.type(description="What was done, by which channel and in which circumstances.")
class BreachDetails:
    intake: str | None = _field("By which road it came in: a code of the list `breach_intakes`.")
    breach_types: list[str] = _field("What was done: codes of the list `breach_types`.")
    clauses: list[str] = _field("The clauses of the staff code it breaks, by their ids in the policy.")
    subject_role: str | None = _field("The person's role: a code of the list `breach_subject_roles`.")
    targets: list[str] = _field("Whom it was about: codes of the list `targets`.")
    channel: str | None = _field("By which channel: a code of the list `breach_channels`.")
    on_duty: str | None = _field("On duty or off: a code of the list `breach_duty_states`.")
    capacity: str | None = _field("In which capacity: a code of the list `capacities`.")
    direction: str | None = _field("Of a friend request: a code of the list `contact_directions`.")
    under18_at_contact: str | None = _field("Whether the young person was under 18 then: a code of `yes_no_unknown`.")
    contact_details: list[str] = _field("The contact details that were given: codes of `contact_detail_kinds`.")
    responded: bool | None = _field("Whether the person answered contact by a child.")
    child_informed: bool | None = _field("Whether the child was told that such contact is not acceptable.")
    intent: str | None = _field("Deliberate or inadvertent: a code of the list `breach_intents`.")
    published_by_third_party: bool | None = _field("Whether somebody else published it without consent or knowledge.")
    complaint_valid: bool | None = _field("Whether a complaint that it led to was valid.")
    device: str | None = _field("With which device: a code of the list `devices`.")
    school_equipment: bool | None = _field("Whether equipment of the school was used.")
    other_policy: SealedText | None = _field("Which other policy was broken.")
    search_purpose: SealedText | None = _field("To what end somebody was looked up.")


@strawberry.type(description="At which schools the person works.")
class Employment:
    schools: list[str] = _field("The schools, by URN.")
    is_central: bool = _field("Whether the person is employed centrally.")


@strawberry.type(description="Whether a permission, a family link or another exception was looked up and found.")
class ExceptionConsulted:
    exception: str = _field("A code of the list `breach_exceptions`.")
    found: bool = _field("Whether there is one.")
    consulted_on: date = _field("The day it was looked up.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="That the person told a manager.")
class ManagerReport:
    manager: Person | None = _field("The manager.")
    reported_on: date = _field("The day it was told.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="That somebody in a role was told of the breach.")
class BreachInforming:
    role: str = _field("A code of the list `informed_roles`.")
    person: Person | None = _field("The person who was told.")
    informed_on: date = _field("The day it was told.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="Advice to the person.")
class BreachAdvice:
    id: strawberry.ID = _field("Its id.")
    kind: str = _field("On what: a code of the list `breach_advice_kinds`.")
    given_on: date = _field("The day of the advice.")
    given_by: Person | None = _field("The person who advised.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="Contact that went on after advice against it.")
class LaterContact:
    advice_id: strawberry.ID = _field("The advice.")
    contact_on: date = _field("The day of the contact.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="That the person was asked to delete material or to leave.")
class BreachRequest:
    id: strawberry.ID = _field("Its id.")
    request: str = _field("What was asked: a code of the list `breach_requests`.")
    requested_on: date = _field("The day it was asked.")
    done: bool | None = _field("Whether it was done; null until this is known.")
    answered_on: date | None = _field("The day this became known.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="That the school decided to do nothing, and why.")
class ReasonedNone:
    decided_on: date = _field("The day of the decision.")
    decided_by: Person | None = _field("The person who decided.")
    reasons: SealedText = _field("Why.")


@strawberry.type(description="Where one of the three tracks stands.")
class BreachTrack:
    track: str = _field("Which: a code of the list `breach_tracks`.")
    state: str = _field("Where it stands: a code of the list `track_states`.")


@strawberry.type(description="That a body told the school to wait with the disciplinary track.")
class DisciplinaryHold:
    id: strawberry.ID = _field("Its id.")
    body: str = _field("A code of the list `breach_bodies`.")
    from_on: date = _field("The day from which the school waits.")
    lifted_on: date | None = _field("The day it was lifted.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="What somebody disclosed, and who took it in.")
class Disclosure:
    id: strawberry.ID = _field("Its id.")
    source: str = _field("Who disclosed it: a code of the list `disclosure_sources`.")
    received_on: date = _field("The day it was received.")
    received_by: Person | None = _field("The person who received it.")
    disclosed_by: Person | None = _field("The person who disclosed it.")
    words: SealedText = _field("What was disclosed.")
    policy_reference: SealedText | None = _field("The part of the safeguarding policy it is recorded under.")


@strawberry.type(description="Whether the harm threshold may be met.")
class ThresholdAssessment:
    level: str = _field("A code of the list `threshold_levels`.")
    criteria: list[str] = _field("The criteria that may be met: codes of the list `harm_criteria`.")
    assessed_on: date = _field("The day of the assessment.")
    assessed_by: Person | None = _field("The person who assessed it.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="That a body outside was contacted or told, and what it advised.")
class BodyContact:
    id: strawberry.ID = _field("Its id.")
    body: str = _field("A code of the list `breach_bodies`.")
    contacted_on: date = _field("The day of the contact.")
    contacted_by: Person | None = _field("The person who made the contact.")
    body_name: SealedText | None = _field("Its name, where the code does not say.")
    reference: SealedText | None = _field("Its reference.")
    reasons: SealedText | None = _field("On what the referral rests.")
    advised_on: date | None = _field("The day of its advice.")
    suspension: str | None = _field("What it says of suspension: a code of the list `suspension_advice`.")
    advice: SealedText | None = _field("Its advice.")


@strawberry.type(description="That the matter is not referred to a body, and why.")
class DecisionNotToRefer:
    body: str = _field("A code of the list `breach_bodies`.")
    decided_on: date = _field("The day of the decision.")
    decided_by: Person | None = _field("The person who decided.")
    reasons: SealedText = _field("Why.")


@strawberry.type(description="Whether the law forbids naming the teacher.")
class ReportingRestriction:
    applies: bool = _field("Whether it applies.")
    from_on: date = _field("The day from which it does or does not.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="Whether to suspend during the investigation; it is no finding.")
class SuspensionDecision:
    id: strawberry.ID = _field("Its id.")
    suspended: bool = _field("Whether the person was suspended.")
    decided_on: date = _field("The day of the decision.")
    decided_by: Person = _field("The person who decided.")
    alternatives: list[str] = _field("What was considered instead: codes of the list `suspension_alternatives`.")
    reasons: SealedText = _field("Why.")
    confirmed_on: date | None = _field("The day it was confirmed in writing.")
    contact_person: Person | None = _field("Whom the person may turn to meanwhile.")
    ended_on: date | None = _field("The day it ended.")


@strawberry.type(description="An investigation of the breach.")
class BreachInvestigation:
    id: strawberry.ID = _field("Its id.")
    investigator: Person | None = _field("The person who investigates.")
    started_on: date = _field("The day it began.")
    completed_on: date | None = _field("The day it was complete.")
    notes: SealedText | None = _field("Notes.")
    report: SealedText | None = _field("The report.")


@strawberry.type(description="That somebody was heard in an investigation of the breach.")
class Interview:
    investigation_id: strawberry.ID = _field("The investigation.")
    side: str = _field("Whose side: a code of the list `account_sides`.")
    person: Person | None = _field("The person who was heard.")
    held_on: date = _field("The day of the interview.")
    accompanied: bool | None = _field("Whether the person was accompanied.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="What was found; the last finding holds.")
class BreachFinding:
    finding: str = _field("A code of the list `findings`.")
    gross_misconduct: bool = _field("Whether gross misconduct was found.")
    found_on: date = _field("The day of the finding.")
    found_by: Person = _field("The person who found it.")
    reasons: SealedText | None = _field("Why.")


@strawberry.type(description="That the matter was referred to the disciplinary procedure.")
class DisciplinaryReferral:
    referred_on: date = _field("The day of the referral.")
    referred_by: Person | None = _field("The person who referred it.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="A disciplinary hearing.")
class DisciplinaryHearing:
    held_on: date = _field("The day of the hearing.")
    chaired_by: Person | None = _field("The person who chaired it.")
    attended: bool = _field("Whether the person came.")
    accompanied: bool | None = _field("Whether the person was accompanied.")
    notes: SealedText | None = _field("Notes.")


@strawberry.type(description="What was decided at the end of the disciplinary procedure.")
class Sanction:
    id: strawberry.ID = _field("Its id.")
    sanction: str = _field("A code of the list `sanctions`; after an appeal, the one in its place.")
    decided_on: date = _field("The day of the decision.")
    decided_by: Person = _field("The person who decided.")
    spent_on: date | None = _field("Of a warning, the day on which it becomes spent.")
    reasons: SealedText | None = _field("Why.")
    set_aside: bool = _field("Whether it was set aside on appeal.")


@strawberry.type(description="An appeal against a sanction.")
class SanctionAppeal:
    id: strawberry.ID = _field("Its id.")
    sanction_id: strawberry.ID = _field("The sanction.")
    lodged_on: date = _field("The day of the appeal.")
    officer: Person | None = _field("The person who decided it.")
    result: str | None = _field("A code of the list `appeal_results`; null until it is decided.")
    decided_on: date | None = _field("The day of the decision.")
    grounds: SealedText | None = _field("The grounds.")
    reasons: SealedText | None = _field("Why it was decided so.")
