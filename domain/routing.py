"""Who deals with a case about somebody who would otherwise decide it: the ladder of design D15.

A case about the headteacher goes to the chair, about the chair to the trust lead, about the trust lead to the trust's
named alternate.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import NAMESPACE_OID, UUID, uuid5

from domain.refusals import RefusalCode, Refused

CHAIR, TRUST_LEAD, ALTERNATE = "CHAIR", "TRUST_LEAD", "ALTERNATE"
HEADTEACHER = "HEADTEACHER"

# To whom cases go, from the lowest rung up, and by which of them a case about the holder of a post is taken first.
LADDER = (CHAIR, TRUST_LEAD, ALTERNATE)
_GOES_TO = {HEADTEACHER: CHAIR, CHAIR: TRUST_LEAD, TRUST_LEAD: ALTERNATE}

# Each role of the ladder reads the cases that were routed to it under an id of its own, beside the persons named there.
READS_ROUTED: dict[str, UUID] = {role: uuid5(NAMESPACE_OID, f"caseledger/routed-to/{role}") for role in LADDER}

# What anybody who sees a case may go on doing when it was routed to somebody else: it decides nothing, or it protects
# somebody (design D14: police, LADO, safeguarding and support are never refused).
STAYS_OPEN = frozenset(
    {
        "AddAddendum",
        "RequestCorrection",
        "ReferToBody",
        "RecordReferralAnswer",
        "RecordDisclosure",
        "FlagForSafeguarding",
        "AssessHarmThreshold",
        "ContactBody",
        "RecordBodyAdvice",
        "RecordManagerReport",
        "InformAboutBreach",
        "SetReportingRestriction",
    }
)
# The procedure to which anybody who sees a complaint may route it.
CHILD_PROTECTION = "CHILD_PROTECTION"

# What each role that tokens name may decide of routed cases, by the role the case was routed to: the ladder upwards,
# and those who have a task of their own in the case whoever it is about.
DECIDES_ROUTED: dict[str, frozenset[str]] = {
    "chair": frozenset({CHAIR}),
    "trust-lead": frozenset({CHAIR, TRUST_LEAD}),
    "alternate": frozenset(LADDER),
    "hr": frozenset(LADDER),
    "dpo": frozenset(LADDER),
    "investigator": frozenset(LADDER),
    "panel": frozenset(LADDER),
    "witness": frozenset(LADDER),
    "system": frozenset(LADDER),
}


class RoutedElsewhere(Refused):
    """The case is about somebody whose post would decide it; it was routed to another role, which decides."""

    code = RefusalCode.CONFLICT_OF_INTEREST


@dataclass(frozen=True, slots=True)
class ConflictRoute:
    """To whom a case was routed, and about the holder of which post it is."""

    role: str
    because: str


@dataclass(frozen=True, slots=True)
class Posts:
    """Who holds the posts of the ladder on a day, at the school of a case and in its trust."""

    headteachers: frozenset[UUID] = frozenset()
    chairs: frozenset[UUID] = frozenset()
    trust_leads: frozenset[UUID] = frozenset()
    alternates: frozenset[UUID] = frozenset()

    def holders(self, post: str) -> frozenset[UUID]:
        """The persons who hold a post."""
        return {
            HEADTEACHER: self.headteachers,
            CHAIR: self.chairs,
            TRUST_LEAD: self.trust_leads,
            ALTERNATE: self.alternates,
        }[post]


def route_of(named: frozenset[UUID], barred: frozenset[UUID], posts: Posts) -> ConflictRoute | None:
    """To whom a case goes once somebody was named in it; None where nobody named holds such a post.

    The highest post decides. Where nobody who may see the case holds the role it goes to, it goes one further up; where
    nobody does up to the top, it stays with the first.
    """
    because = next((post for post in reversed(_GOES_TO) if posts.holders(post) & named), None)
    if because is None:
        return None
    rungs = LADDER[LADDER.index(_GOES_TO[because]) :]
    return ConflictRoute(next((role for role in rungs if posts.holders(role) - barred), rungs[0]), because)


def is_above(route: ConflictRoute, former: ConflictRoute | None) -> bool:
    """Whether a route leads further up than the one that a case has; it never leads down again."""
    return former is None or LADDER.index(route.role) > LADDER.index(former.role)
