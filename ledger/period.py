"""The bundle of a period: every event recorded between two instants, with what proves that none is left out.

Positions have no gap, so that events that stand side by side are all there are; the checkpoints of the sizes before and
after them say, signed, that the next event on either side lies outside of the period. docs/formats.md, section 15, is
the specification.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ledger import canonical
from ledger.bundle import Extract
from ledger.entry import format_instant

__all__ = ["PERIOD_FORMAT", "Period"]

PERIOD_FORMAT = "caseledger-period/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(Extract):
    """What was recorded from `since` on and before `until`; its events have the positions from `first` on.

    `before` is the note of the size before `first`, empty where that is 1; `after` that of the size which has one event
    more, empty where there is none. Events of what its reader may not know of are withheld as a whole.
    """

    first: int
    since: datetime
    until: datetime
    before: str
    after: str

    @property
    def format(self) -> str:
        """The name of the form that the file has."""
        return PERIOD_FORMAT

    @property
    def last(self) -> int:
        """The position of the last event, the one before `first` where there is none."""
        return self.first + len(self.events) - 1

    def encode(self) -> bytes:
        """Write the file: canonical JSON, no newline at its end."""
        return canonical.encode(
            {
                **self.members(),
                **self.later_members(),
                "after": self.after,
                "before": self.before,
                "first": self.first,
                "since": format_instant(self.since),
                "until": format_instant(self.until),
            }
        )
