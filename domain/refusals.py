"""What a decision says when it says no: each refusal is named after the broken rule and carries the user's sentence."""

from __future__ import annotations

import inspect
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

if TYPE_CHECKING:
    from domain.duties import Duty
    from domain.policy import PolicyPack
    from domain.policy_rules import StepRule


class RefusalCode(StrEnum):
    """The refusals an integration can tell apart; the same words serve GraphQL, REST and faults."""

    NOT_FOUND = "NOT_FOUND"
    NOT_ALLOWED = "NOT_ALLOWED"
    CONFLICT_OF_INTEREST = "CONFLICT_OF_INTEREST"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    COMMAND_ID_REUSED = "COMMAND_ID_REUSED"
    INVALID_INPUT = "INVALID_INPUT"
    STEP_PREREQUISITE = "STEP_PREREQUISITE"
    ILLEGAL_STATE = "ILLEGAL_STATE"
    DUTIES_OUTSTANDING = "DUTIES_OUTSTANDING"
    PANEL_INVALID = "PANEL_INVALID"
    DUPLICATE_TARGET = "DUPLICATE_TARGET"
    ON_HOLD = "ON_HOLD"
    RETENTION = "RETENTION"
    CALENDAR_MISSING = "CALENDAR_MISSING"
    NOT_A_MEMBER = "NOT_A_MEMBER"
    QUERY_TOO_LARGE = "QUERY_TOO_LARGE"
    PROJECTION_BEHIND = "PROJECTION_BEHIND"
    KEYS_UNAVAILABLE = "KEYS_UNAVAILABLE"


class Refused(Exception):
    """The request was refused.

    Subclasses are named after the rule; their docstring is the sentence that users see. `fields` names the inputs at
    fault, `clause` the clause of the school's policy, `cases` the other cases the user must look at first, `needs` the
    facts or duties that are missing, by their codes. A refusal never repeats a submitted value.
    """

    code: ClassVar[RefusalCode] = RefusalCode.INVALID_INPUT

    def __init__(
        self,
        *fields: str,
        clause: str | None = None,
        cases: tuple[UUID, ...] = (),
        needs: tuple[str, ...] = (),
    ) -> None:
        super().__init__(inspect.cleandoc(type(self).__doc__ or ""))
        self.fields = fields
        self.clause = clause
        self.cases = cases
        self.needs = needs

    @property
    def message(self) -> str:
        """The sentence for the user, with the fields and cases it speaks of."""
        about = "".join(
            f" ({label}: {', '.join(map(str, names))})"
            for label, names in (("fields", self.fields), ("cases", self.cases), ("needs", self.needs))
            if names
        )
        return f"{self.args[0]}{about}"


# --- inputs that no state of a case would accept


class UnknownCode(Refused):
    """The code is not in the list for this field, or was not in use on that day."""


class FutureDate(Refused):
    """The date lies in the future."""


class PostedAfterDiscovery(Refused):
    """The post cannot have been made after the day it was discovered."""


class DatesOutOfOrder(Refused):
    """The dates contradict each other: the later step carries the earlier date."""


class RepeatedValue(Refused):
    """The same value is given twice."""


class EmptyText(Refused):
    """The text is required and is empty."""


class MalformedValue(Refused):
    """The value does not have the form that this field requires."""


class CharacteristicMissing(Refused):
    """A prejudiced comment names at least one protected characteristic."""


class MeetingNotAttended(Refused):
    """A meeting that nobody attended cannot have resolved the matter."""


class NotClearable(Refused):
    """The field cannot be emptied."""


class ActionListed(Refused):
    """The options are the other actions that were considered, without the one that is decided."""


class NeverKept(Refused):
    """Sexual imagery of somebody under 18 is described in words and never kept: no file, no copy, no hash."""


class IdentityTaken(Refused):
    """The identifier is already used in the case for something else."""


# --- things the case does not have


class UnknownItem(Refused):
    """The case has no such item."""

    code = RefusalCode.NOT_FOUND


class UnknownInvestigation(Refused):
    """The case has no such investigation."""

    code = RefusalCode.NOT_FOUND


class UnknownPlatformReport(Refused):
    """The case has no such report to a platform."""

    code = RefusalCode.NOT_FOUND


class UnknownReferral(Refused):
    """The case has no such report to a body outside the school."""

    code = RefusalCode.NOT_FOUND


class UnknownProviderContact(Refused):
    """The case has no such contact with a provider."""

    code = RefusalCode.NOT_FOUND


class UnknownRestriction(Refused):
    """The case has no such restriction of access."""

    code = RefusalCode.NOT_FOUND


class NotLinked(Refused):
    """The cases are not linked in this way."""

    code = RefusalCode.NOT_FOUND


# --- steps that the case's state rules out


class CaseClosed(Refused):
    """The case is closed; reopen it first."""

    code = RefusalCode.ILLEGAL_STATE


class CaseMarked(Refused):
    """The case is marked as not counting; remove the mark first."""

    code = RefusalCode.ILLEGAL_STATE


class CaseNotClosed(Refused):
    """The case is not closed."""

    code = RefusalCode.ILLEGAL_STATE


class CaseNotMarked(Refused):
    """The case carries no mark."""

    code = RefusalCode.ILLEGAL_STATE


class AlreadyImported(Refused):
    """The case already says which file it was imported from."""

    code = RefusalCode.ILLEGAL_STATE


class AlreadyReported(Refused):
    """The incident has already been reported to the headteacher."""

    code = RefusalCode.ILLEGAL_STATE


class ItemExcluded(Refused):
    """The item is excluded; restore it first."""

    code = RefusalCode.ILLEGAL_STATE


class ItemNotExcluded(Refused):
    """The item is not excluded."""

    code = RefusalCode.ILLEGAL_STATE


class AlreadyClassified(Refused):
    """The item is classified already; reclassify it and say why."""

    code = RefusalCode.ILLEGAL_STATE


class NotYetClassified(Refused):
    """The item has no classification yet; classify it first."""

    code = RefusalCode.ILLEGAL_STATE


class AlreadyRemoved(Refused):
    """The post has already been confirmed as removed."""

    code = RefusalCode.ILLEGAL_STATE


class RemovalNotRequested(Refused):
    """Nobody has been asked to remove the post."""

    code = RefusalCode.ILLEGAL_STATE


class NotRemoved(Refused):
    """Only a post that was confirmed as removed can be put up again."""

    code = RefusalCode.ILLEGAL_STATE


class PosterNotPupil(Refused):
    """Parents are advised about a post by a pupil; this post was made by somebody else."""

    code = RefusalCode.ILLEGAL_STATE


class AlreadyConverted(Refused):
    """The incident goes on as a complaint already."""

    code = RefusalCode.ILLEGAL_STATE


class RestrictionLifted(Refused):
    """The restriction has been lifted already."""

    code = RefusalCode.ILLEGAL_STATE


class InvestigationFinished(Refused):
    """The investigation is complete already."""

    code = RefusalCode.ILLEGAL_STATE


# --- marks and links


class DuplicateOfItself(Refused):
    """A case cannot be a duplicate of itself."""

    code = RefusalCode.DUPLICATE_TARGET


class DuplicateOfAnotherKind(Refused):
    """A case can be a duplicate only of a case of the same kind."""

    code = RefusalCode.DUPLICATE_TARGET


class OriginalNotCounting(Refused):
    """The case named as the original is itself marked, so it cannot stand for this one."""

    code = RefusalCode.DUPLICATE_TARGET


class OthersAreCopies(Refused):
    """Other cases are recorded as duplicates of this one; point them elsewhere first."""

    code = RefusalCode.DUPLICATE_TARGET


class LinkedToItself(Refused):
    """A case cannot be linked to itself."""


class LinkCircular(Refused):
    """The other case arose, directly or through others, from this one."""

    code = RefusalCode.ILLEGAL_STATE


# --- prerequisites and conflicts of interest


class PrerequisiteMissing(Refused):
    """The school's policy requires something else first."""

    code = RefusalCode.STEP_PREREQUISITE

    def __init__(self, rule: str = "", *, clause: str | None = None, needs: tuple[str, ...] = ()) -> None:
        super().__init__(clause=clause, needs=needs)
        self.rule = rule

    @classmethod
    def of(cls, rule: StepRule, needs: tuple[str, ...], policy: PolicyPack | None) -> PrerequisiteMissing:
        """The refusal by a rule of a policy."""
        return cls(rule.text, clause=policy.clause(rule.source) if policy else None, needs=needs)

    @property
    def message(self) -> str:
        """The sentence for the user, with what the policy says."""
        first, _, needs = super().message.partition(".")
        return f"{first}: {self.rule}{needs}" if self.rule else super().message


class DutiesOutstanding(Refused):
    """The case cannot be closed while something is owed that has to be done first."""

    code = RefusalCode.DUTIES_OUTSTANDING

    @classmethod
    def of(cls, owed: tuple[Duty, ...]) -> DutiesOutstanding:
        """The refusal for what is owed."""
        return cls(clause=owed[0].clause, needs=tuple(str(duty.code) for duty in owed))


class InvestigationIncomplete(Refused):
    """The outcome is reported once the investigation is complete."""

    code = RefusalCode.STEP_PREREQUISITE


class DeciderIsSubject(Refused):
    """The person this case is about cannot decide it."""

    code = RefusalCode.CONFLICT_OF_INTEREST
