"""What the decisions on requests for access say no with."""

from __future__ import annotations

from domain.refusals import RefusalCode, Refused


class UnknownAccessRequest(Refused):
    """There is no such request for access."""

    code = RefusalCode.NOT_FOUND


class OwnAccessRequest(Refused):
    """Nobody deals with a request for what is held about themselves."""

    code = RefusalCode.CONFLICT_OF_INTEREST


class AccessRequestOver(Refused):
    """This request was answered, refused or withdrawn."""

    code = RefusalCode.ILLEGAL_STATE


class AccessClockStopped(Refused):
    """The clock of this request stands still already."""

    code = RefusalCode.ILLEGAL_STATE


class AccessClockRunning(Refused):
    """The clock of this request is running."""

    code = RefusalCode.ILLEGAL_STATE


class TooLateToStop(Refused):
    """The months within which the request had to be answered are over: what was missed is not moved."""

    code = RefusalCode.ILLEGAL_STATE


class ExtendedBefore(Refused):
    """The time of this request was extended before, which is done once."""

    code = RefusalCode.ILLEGAL_STATE


class TooLateToExtend(Refused):
    """The time is extended, and the person told, within the first month."""


class MonthsOutOfRange(Refused):
    """The time is extended by one month or by two."""


class PassageMalformed(Refused):
    """What is kept back is a record, an event of it, a text of an event, or a file."""


class UnknownPassage(Refused):
    """What is found for this request has no such passage."""

    code = RefusalCode.NOT_FOUND


class NotKeptBack(Refused):
    """This passage is not kept back."""

    code = RefusalCode.ILLEGAL_STATE


class AnswerChanged(Refused):
    """What would be given now is not what this manifest stands for: make the answer again and look at it."""

    code = RefusalCode.ILLEGAL_STATE


class AnotherPersonNeeded(Refused):
    """Whoever deals with this request has no part in what it is about: another person has to."""

    code = RefusalCode.CONFLICT_OF_INTEREST


class StrongerSignInNeeded(Refused):
    """What is found for this request is shown after a stronger sign-in."""

    code = RefusalCode.NOT_ALLOWED
