"""What a policy may ask about a breach of the staff code, and the steps that it may rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from domain.fact import DatedFact, Fact, RuledStep

_HARM = "MET"


def _detail(name: str) -> Callable[[Any, str], bool]:
    """Whether a detail of the breach is this code."""
    return lambda case, code: case.details is not None and getattr(case.details, name) == code


def _among(name: str) -> Callable[[Any, str], bool]:
    """Whether a detail of the breach holds this code among others."""
    return lambda case, code: case.details is not None and code in getattr(case.details, name)


def _advised(case: Any, body: str) -> bool:
    return any(one.body == body and one.advised_on is not None for one in case.body_contacts.values())


def _threshold(case: Any, level: str) -> bool:
    return bool(case.threshold_assessments) and case.threshold_assessments[-1].level == level


def _knew_of_harm(case: Any) -> date | None:
    """The day of the report, unless it was assessed as less at first: then that of the assessment as more."""
    if not _threshold(case, _HARM):
        return None
    less = [place for place, one in enumerate(case.threshold_assessments) if one.level != _HARM]
    day: date = case.threshold_assessments[less[-1] + 1].assessed_on if less else case.reported_on
    return day


STAFF_BREACH_FACTS: tuple[Fact, ...] = (
    Fact("SOURCE", "The breach came to notice in this way.", lambda case, code: case.source == code, "breach_sources"),
    Fact("SUBJECT_NAMED", "It is known whom the breach is about.", lambda case: case.subject is not None),
    Fact("INTAKE", "It came in by this road.", _detail("intake"), "breach_intakes"),
    Fact("DETAILS_NOTED", "It was said what was done.", lambda case: case.details is not None),
    Fact("BREACH_TYPE", "The breach is of this kind.", _among("breach_types"), "breach_types"),
    Fact("SUBJECT_ROLE", "The person has this role.", _detail("subject_role"), "breach_subject_roles"),
    Fact("TARGET", "The breach is about this target.", _among("targets"), "targets"),
    Fact("CHANNEL", "This channel was used.", _detail("channel"), "breach_channels"),
    Fact("DUTY_STATE", "It was done on or off duty.", _detail("on_duty"), "breach_duty_states"),
    Fact("INTENT", "It was deliberate or inadvertent.", _detail("intent"), "breach_intents"),
    Fact(
        "UNDER_18_AT_CONTACT",
        "The young person was under 18 when contact was made.",
        _detail("under18_at_contact"),
        "yes_no_unknown",
    ),
    Fact(
        "EXCEPTION_CONSULTED",
        "This exception was looked up, whatever was found.",
        lambda case, code: any(one.exception == code for one in case.exceptions_consulted),
        "breach_exceptions",
    ),
    Fact(
        "EXCEPTION_FOUND",
        "This exception was looked up and found.",
        lambda case, code: any(one.exception == code and one.found for one in case.exceptions_consulted),
        "breach_exceptions",
    ),
    Fact(
        "INFORMED",
        "Somebody in this role was told.",
        lambda case, code: any(one.role == code for one in case.informed),
        "informed_roles",
    ),
    Fact("MANAGER_TOLD", "The person told a manager.", lambda case: bool(case.manager_reports)),
    Fact(
        "ADVICE_GIVEN",
        "The person was advised of this.",
        lambda case, code: any(one.kind == code for one in case.advice.values()),
        "breach_advice_kinds",
    ),
    Fact("CONTACT_WENT_ON", "Contact went on after advice against it.", lambda case: bool(case.later_contacts)),
    Fact(
        "ASKED",
        "The person was asked for this.",
        lambda case, code: any(one.request == code for one in case.requests.values()),
        "breach_requests",
    ),
    Fact("DISCLOSURE_RECORDED", "A disclosure was recorded.", lambda case: bool(case.disclosures)),
    Fact(
        "DISCLOSED_BY",
        "It was disclosed by this source.",
        lambda case, code: any(one.source == code for one in case.disclosures.values()),
        "disclosure_sources",
    ),
    Fact("SAFEGUARDING_CONCERN", "A child's safety is concerned.", lambda case: case.is_safeguarding_concern),
    Fact("THRESHOLD_ASSESSED", "The harm threshold was assessed.", lambda case: bool(case.threshold_assessments)),
    Fact("THRESHOLD", "The harm threshold was assessed so, last.", _threshold, "threshold_levels"),
    Fact(
        "HARM_CRITERION",
        "This criterion of the harm threshold is met.",
        lambda case, code: bool(case.threshold_assessments) and code in case.threshold_assessments[-1].criteria,
        "harm_criteria",
    ),
    Fact(
        "CONTACTED",
        "This body was contacted.",
        lambda case, code: any(one.body == code for one in case.body_contacts.values()),
        "breach_bodies",
    ),
    Fact("ADVISED", "This body advised the school.", _advised, "breach_bodies"),
    Fact(
        "ADVISED_OR_DECLINED",
        "This body advised the school, or it was decided with reasons not to ask it.",
        lambda case, code: _advised(case, code) or any(one.body == code for one in case.decisions_not_to_refer),
        "breach_bodies",
    ),
    Fact(
        "CONSIDERED",
        "This body was contacted, or it was decided not to.",
        lambda case, code: case.has_considered(code),
        "breach_bodies",
    ),
    Fact("SUSPENSION_DECIDED", "It was decided whether to suspend.", lambda case: bool(case.suspensions)),
    Fact("SUSPENDED", "The person is suspended.", lambda case: case.is_suspended),
    Fact(
        "SUSPENSION_CONFIRMED",
        "Every suspension was confirmed in writing.",
        lambda case: all(one.confirmed_on is not None for one in case.suspensions.values() if one.suspended),
    ),
    Fact("INVESTIGATION_RECORDED", "The school investigates or did.", lambda case: bool(case.investigations)),
    Fact(
        "INVESTIGATION_COMPLETE",
        "The school investigated, and every investigation is complete.",
        lambda case: bool(case.investigations) and all(one.completed_on for one in case.investigations.values()),
    ),
    Fact("FINDING_RECORDED", "A finding was recorded.", lambda case: case.finding is not None),
    Fact(
        "FINDING",
        "The finding that holds is this.",
        lambda case, code: case.finding is not None and case.finding.finding == code,
        "findings",
    ),
    Fact("GROSS_MISCONDUCT_FOUND", "Gross misconduct was found.", lambda case: case.is_gross_misconduct),
    Fact(
        "REFERRED_TO_DISCIPLINARY",
        "The matter was referred to the disciplinary procedure.",
        lambda case: case.disciplinary_referral is not None,
    ),
    Fact("HEARING_HELD", "A hearing was held.", lambda case: bool(case.disciplinary_hearings)),
    Fact(
        "SANCTION",
        "This sanction is in force.",
        lambda case, code: any(one.sanction == code and not one.set_aside for one in case.sanctions.values()),
        "sanctions",
    ),
    Fact("DISMISSED", "The person was dismissed.", lambda case: case.is_dismissed),
    Fact("ON_HOLD", "A body told the school to wait.", lambda case: case.is_on_hold),
    Fact("ACTION_DECIDED", "The school acted, or decided with reasons not to.", lambda case: case.has_action),
)
STAFF_BREACH_DATES: tuple[DatedFact, ...] = (
    DatedFact("REPORTED", "The breach was reported.", lambda case: case.reported_on),
    DatedFact(
        "DISCLOSED",
        "Something was first disclosed.",
        lambda case: min((one.received_on for one in case.disclosures.values()), default=None),
    ),
    DatedFact(
        "SUSPENDED",
        "The person was suspended, last.",
        lambda case: max((one.decided_on for one in case.suspensions.values() if one.suspended), default=None),
    ),
    DatedFact(
        "THRESHOLD_MET",
        "The school knew of what may meet the harm threshold: by the report, or by assessing it anew.",
        _knew_of_harm,
    ),
)
STAFF_BREACH_STEPS: tuple[RuledStep, ...] = (
    RuledStep("OPEN_BREACH_INVESTIGATION", "Investigating the breach", lambda case: bool(case.investigations)),
    RuledStep("RECORD_BREACH_FINDING", "Recording a finding", lambda case: bool(case.findings)),
    RuledStep(
        "REFER_TO_DISCIPLINARY",
        "Referring to the disciplinary procedure",
        lambda case: case.disciplinary_referral is not None,
    ),
    RuledStep("HOLD_DISCIPLINARY_HEARING", "A disciplinary hearing", lambda case: bool(case.disciplinary_hearings)),
    RuledStep("IMPOSE_SANCTION", "A sanction", lambda case: bool(case.sanctions)),
    RuledStep("DISMISS", "Dismissal", lambda case: case.is_dismissed),
    RuledStep(
        "SUSPEND",
        "Suspending the person",
        lambda case: any(one.suspended for one in case.suspensions.values()),
    ),
    RuledStep("RECORD_LADO_ADVICE", "The LADO's advice", lambda case: _advised(case, "LADO"), True),
    RuledStep("CONTACT_BODY", "Contacting a body outside", lambda case: bool(case.body_contacts), True),
)
