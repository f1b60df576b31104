"""What the decisions of a staff breach say when they say no."""

from __future__ import annotations

from domain.refusals import RefusalCode, Refused


class SubjectKnown(Refused):
    """The breach already says whom it is about."""

    code = RefusalCode.ILLEGAL_STATE


class UnknownClause(Refused):
    """The staff code of the policy that the case is held to has no such clause."""


class ClauseSparesAdults(Refused):
    """This clause speaks of former pupils under 18, and this one was of age."""


class NotAdvisedAgainstContact(Refused):
    """Contact goes on after advice against contact; this advice was on something else."""


class CriteriaMismatch(Refused):
    """Criteria are named where the harm threshold may be met, and only there."""


class NotAWarning(Refused):
    """Only a warning in writing becomes spent on a day."""


class NotGrossMisconduct(Refused):
    """Gross misconduct is found only where the allegation is substantiated."""


class UnknownAdvice(Refused):
    """The case has no such advice."""

    code = RefusalCode.NOT_FOUND


class UnknownRequest(Refused):
    """The case has no such request that waits for an answer."""

    code = RefusalCode.NOT_FOUND


class UnknownBodyContact(Refused):
    """The case has no such contact with a body outside the school."""

    code = RefusalCode.NOT_FOUND


class UnknownSuspension(Refused):
    """The case has no such suspension in force."""

    code = RefusalCode.NOT_FOUND


class UnknownBreachInvestigation(Refused):
    """The case has no such investigation under way."""

    code = RefusalCode.NOT_FOUND


class UnknownSanction(Refused):
    """The case has no such sanction in force."""

    code = RefusalCode.NOT_FOUND


class UnknownAppeal(Refused):
    """The case has no such appeal that waits for a decision."""

    code = RefusalCode.NOT_FOUND


class UnknownHold(Refused):
    """The case has no such hold in force."""

    code = RefusalCode.NOT_FOUND


class AlreadySuspended(Refused):
    """The person is suspended already."""

    code = RefusalCode.ILLEGAL_STATE


class SuspensionConfirmed(Refused):
    """The suspension has been confirmed in writing already."""

    code = RefusalCode.ILLEGAL_STATE


class AppealPending(Refused):
    """An appeal against this sanction waits for a decision already."""

    code = RefusalCode.ILLEGAL_STATE


class TrackOnHold(Refused):
    """A body outside told the school to wait with the disciplinary track."""

    code = RefusalCode.ON_HOLD


class WaitsByHoldAlone(Refused):
    """The disciplinary track waits where a hold is recorded, and not otherwise."""


class FindingMissing(Refused):
    """The disciplinary procedure and its sanctions follow a finding; none is recorded."""

    code = RefusalCode.STEP_PREREQUISITE


class NotReferredToDisciplinary(Refused):
    """A disciplinary hearing follows a referral to the disciplinary procedure."""

    code = RefusalCode.STEP_PREREQUISITE


class ActionMissing(Refused):
    """A breach ends with an action or with a reasoned decision to take none."""

    code = RefusalCode.STEP_PREREQUISITE


class OutcomeNotReached(Refused):
    """This outcome follows a finding of gross misconduct or a dismissal; none is recorded."""

    code = RefusalCode.STEP_PREREQUISITE


class WitnessDecides(Refused):
    """Who gave evidence neither investigates nor decides."""

    code = RefusalCode.CONFLICT_OF_INTEREST


class SamePersonTwice(Refused):
    """Who investigates, who decides the sanction and who decides the appeal are different people."""

    code = RefusalCode.CONFLICT_OF_INTEREST


class BreachNotSubstantiated(Refused):
    """A warning, a dismissal or any other sanction rests on a finding that the breach is substantiated."""

    code = RefusalCode.STEP_PREREQUISITE
