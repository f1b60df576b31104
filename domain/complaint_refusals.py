"""What a decision on a complaint says when it says no."""

from __future__ import annotations

from domain.refusals import RefusalCode, Refused

# --- heads


class HeadsMissing(Refused):
    """A complaint says what it is about: it has at least one head."""


class UnknownHead(Refused):
    """The complaint has no such head."""

    code = RefusalCode.NOT_FOUND


class HeadsUndecided(Refused):
    """Each head is decided or routed before the complaint is closed with this outcome."""

    code = RefusalCode.ILLEGAL_STATE


class DeciderIsComplainant(Refused):
    """The person who complains does not deal with the complaint."""

    code = RefusalCode.CONFLICT_OF_INTEREST


# --- stages


class AlreadyAcknowledged(Refused):
    """The complaint has been acknowledged already."""

    code = RefusalCode.ILLEGAL_STATE


class ProcessUnderWay(Refused):
    """The complaint is being dealt with in this process already."""

    code = RefusalCode.ILLEGAL_STATE


class NoStagesInProcess(Refused):
    """A complaint about personal data has no stages."""

    code = RefusalCode.ILLEGAL_STATE


class NotAboutPersonalData(Refused):
    """This step belongs to a complaint about personal data."""

    code = RefusalCode.ILLEGAL_STATE


class StageNotInProcedure(Refused):
    """The school's complaints procedure has no such stage."""


class StageStillOpen(Refused):
    """A stage of the complaint still waits for its answer."""

    code = RefusalCode.ILLEGAL_STATE


class StagePassed(Refused):
    """The complaint has had this stage, or has gone past it."""

    code = RefusalCode.ILLEGAL_STATE


class StageNotOpen(Refused):
    """The complaint is not in this stage now."""

    code = RefusalCode.ILLEGAL_STATE


class AnswerNotInWriting(Refused):
    """A formal stage is answered in writing."""


class NothingToEscalate(Refused):
    """The complainant can ask for the next stage once the last one was answered, and there is none after the panel."""

    code = RefusalCode.ILLEGAL_STATE


class ClockStopped(Refused):
    """The clock of the complaint stands still already."""

    code = RefusalCode.ILLEGAL_STATE


class ClockRunning(Refused):
    """The clock of the complaint is running."""

    code = RefusalCode.ILLEGAL_STATE


# --- the panel


class PanelTooSmall(Refused):
    """A panel has at least three members."""

    code = RefusalCode.PANEL_INVALID


class PanelNotIndependent(Refused):
    """At least one member of a panel is independent of the management and running of the school."""

    code = RefusalCode.PANEL_INVALID


class PanelMemberInvolved(Refused):
    """Nobody sits on the panel who had to do with the matter before."""

    code = RefusalCode.PANEL_INVALID


class PanelNotInSession(Refused):
    """The complaint is not before a panel."""

    code = RefusalCode.ILLEGAL_STATE


class PanelAppointed(Refused):
    """The panel is appointed; replace a member instead."""

    code = RefusalCode.ILLEGAL_STATE


class NoPanel(Refused):
    """No panel has been appointed."""

    code = RefusalCode.STEP_PREREQUISITE


class UnknownPanelMember(Refused):
    """The person does not sit on the panel."""

    code = RefusalCode.NOT_FOUND


class NoHearing(Refused):
    """The panel has not heard the complaint yet."""

    code = RefusalCode.STEP_PREREQUISITE


class CompanionAlone(Refused):
    """Somebody comes along with the complainant, and not alone."""


# --- the end


class WithdrawalAsked(Refused):
    """The complainant has asked already for the complaint to be withdrawn."""

    code = RefusalCode.ILLEGAL_STATE


class WithdrawalNotAsked(Refused):
    """There is no withdrawal that waits to be confirmed."""

    code = RefusalCode.ILLEGAL_STATE


class WithdrawalUnconfirmed(Refused):
    """A complaint is closed as withdrawn once the withdrawal is confirmed in writing."""

    code = RefusalCode.STEP_PREREQUISITE


class RouteMissing(Refused):
    """A complaint is closed as out of scope once it is recorded which procedure it belongs to."""

    code = RefusalCode.STEP_PREREQUISITE


class ReviewMissing(Refused):
    """A communication plan has a day on which it is reviewed."""


class ActionRecorded(Refused):
    """That nothing was done cannot be said once something was."""

    code = RefusalCode.ILLEGAL_STATE


class OutcomeContradictsHeads(Refused):
    """The outcome is what the heads came to together: upheld if each was, not upheld if none was, else in part."""
