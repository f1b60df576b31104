"""How the status of a case changes: which event takes it from where to where, for every kind."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from domain.values import CaseStatus

__all__ = ["STATUS_CHANGES", "Change"]

# From one status to another.
Change = tuple[CaseStatus, CaseStatus]

_LIFE = (CaseStatus.OPEN, CaseStatus.CLOSED)
_MARKS = (CaseStatus.DUPLICATE, CaseStatus.NOT_REPORTABLE, CaseStatus.RECORDED_IN_ERROR)

# By the name of the event class. A mark stands above the case's life, which goes on where it was when the mark is off.
STATUS_CHANGES: Mapping[str, tuple[Change, ...]] = {
    "Closed": ((CaseStatus.OPEN, CaseStatus.CLOSED),),
    "Reopened": ((CaseStatus.CLOSED, CaseStatus.OPEN),),
    "MarkedDuplicate": tuple(product(_LIFE, (CaseStatus.DUPLICATE,))),
    "MarkedNotReportable": tuple(product(_LIFE, (CaseStatus.NOT_REPORTABLE,))),
    "MarkedRecordedInError": tuple(product(_LIFE, (CaseStatus.RECORDED_IN_ERROR,))),
    "Unmarked": tuple(product(_MARKS, _LIFE)),
}
