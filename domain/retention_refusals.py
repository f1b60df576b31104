"""What the decisions on keeping and holding records say no with."""

from __future__ import annotations

from domain.refusals import RefusalCode, Refused


class OnHold(Refused):
    """The record is held: nothing of it is disposed of until every hold on it is lifted."""

    code = RefusalCode.ON_HOLD


class LinkedCaseOpen(Refused):
    """A case that is linked with this one is open: nothing of it is disposed of until that one is closed."""

    code = RefusalCode.ON_HOLD


class KeepingNotBegun(Refused):
    """The case is open: how long it is kept begins with its closing."""

    code = RefusalCode.RETENTION


class NotDueYet(Refused):
    """The record is to be kept longer, by the retention table in force."""

    code = RefusalCode.RETENTION


class DueNotKnown(Refused):
    """How long the record is to be kept cannot be told yet."""

    code = RefusalCode.RETENTION


class KeepUntilMissing(Refused):
    """Whoever keeps a record says until which day."""


class KeepUntilPassed(Refused):
    """The day until which the record is kept lies after today."""


class KeepUntilNotWanted(Refused):
    """A day is named for what is kept until then, and for nothing else."""


class ReviewPassed(Refused):
    """The day on which a hold is looked at again lies after today."""


class UnknownLegalHold(Refused):
    """There is no hold under this id."""

    code = RefusalCode.NOT_FOUND


class LegalHoldOver(Refused):
    """This hold has been lifted already."""

    code = RefusalCode.ILLEGAL_STATE


class HoldOfEverything(Refused):
    """A hold names schools, kinds of case, persons or days: one of them at least."""


class TableUnusable(Refused):
    """The retention table cannot be used."""

    def __init__(self, key: str, rule: str) -> None:
        super().__init__("content")
        self.key = key
        self.rule = rule

    @property
    def message(self) -> str:
        """The sentence for the user, with the key of the table and the rule it breaks."""
        return f"{self.args[0]} ({self.key or 'as a whole'}: {self.rule})"


class AdoptedTooEarly(Refused):
    """The table is not meant for use on that day yet."""


class NothingToConfirm(Refused):
    """The table in force disposes of nothing automatically, or that was confirmed already."""

    code = RefusalCode.ILLEGAL_STATE


class ConfirmedByProposer(Refused):
    """Whoever adopted automatic disposal does not confirm it: another person has to."""

    code = RefusalCode.CONFLICT_OF_INTEREST
