"""What the decisions on transfers, requested corrections, and items put together or taken apart say no with."""

from __future__ import annotations

from domain.refusals import RefusalCode, Refused


class UnknownCorrection(Refused):
    """The case has no such request for a correction."""

    code = RefusalCode.NOT_FOUND


class UnknownVersion(Refused):
    """The case has no event of this version."""

    code = RefusalCode.NOT_FOUND


class CorrectionDecided(Refused):
    """The request for a correction has been decided already."""

    code = RefusalCode.ILLEGAL_STATE


class MergedItemChanged(Refused):
    """The item into which this one was merged was changed or excluded since; undo that first, or reclassify both."""

    code = RefusalCode.ILLEGAL_STATE


class NothingToMerge(Refused):
    """Two items that are not excluded are needed for one to be merged into the other."""

    code = RefusalCode.ILLEGAL_STATE


class NothingToSplit(Refused):
    """An item is split by its classifications: it needs two of them, and each side keeps at least one."""

    code = RefusalCode.ILLEGAL_STATE


class TransferredToItsSchool(Refused):
    """The case is at this school already; a transfer moves it to another one."""

    code = RefusalCode.ILLEGAL_STATE


class MergedIntoItself(Refused):
    """An item cannot be merged into itself."""


class NotOfTheItem(Refused):
    """The item does not have this classification or characteristic."""


class DeciderIsRequester(Refused):
    """Whoever asked for a correction does not decide on it."""

    code = RefusalCode.CONFLICT_OF_INTEREST
