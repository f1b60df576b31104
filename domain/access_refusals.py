"""What the decisions on access to a single case say no with."""

from __future__ import annotations

from domain.refusals import RefusalCode, Refused


class GrantedToOneself(Refused):
    """Nobody gives access to themselves: another person has to."""

    code = RefusalCode.CONFLICT_OF_INTEREST


class GrantedToSubject(Refused):
    """The case is about this person, who is given no access to it."""

    code = RefusalCode.CONFLICT_OF_INTEREST


class NoPanelOfThisKind(Refused):
    """Only a complaint comes before a panel."""

    code = RefusalCode.ILLEGAL_STATE


class GrantRunning(Refused):
    """The person has this access to the case already."""

    code = RefusalCode.ILLEGAL_STATE


class NotAnAuditor(Refused):
    """Sealed texts are opened for examination by auditors alone, and this person is none now."""

    code = RefusalCode.ILLEGAL_STATE


class EndMissing(Refused):
    """An examination of sealed texts needs an end."""


class EndPassed(Refused):
    """The access would end before it begins."""


class EndTooFar(Refused):
    """An examination of sealed texts ends within 30 days."""


class TooLong(Refused):
    """An emergency takes from one minute to 60."""


class NobodyToAlert(Refused):
    """There is nobody who could be alerted and judge it afterwards, so that the case is not opened in an emergency."""

    code = RefusalCode.ILLEGAL_STATE


class UnknownGrant(Refused):
    """Nobody was let into the case under this id."""

    code = RefusalCode.NOT_FOUND


class AccessOver(Refused):
    """This access has been ended already."""

    code = RefusalCode.ILLEGAL_STATE


class EmergencyReviewed(Refused):
    """Each time that the case was opened in an emergency has been reviewed already."""

    code = RefusalCode.ILLEGAL_STATE


class NotAnEmergency(Refused):
    """This access was granted: only what was opened in an emergency is reviewed."""

    code = RefusalCode.ILLEGAL_STATE


class ReviewedByOpener(Refused):
    """Whoever opened a case in an emergency does not review it."""

    code = RefusalCode.CONFLICT_OF_INTEREST
