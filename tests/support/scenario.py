"""Given some decisions, when one more is taken, then these events and no others; or a refusal, and nothing recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from eventsourcing.utils import get_topic

from domain.aggregate import Recordable
from domain.refusals import Refused

_ENVELOPE = frozenset({"originator_id", "originator_version", "originator_topic", "timestamp", "originator_id_type"})

Decision = Callable[[Any], object]


@dataclass
class Given:
    """A case that came about by its own decisions."""

    case: Any
    before: int = 0

    def __post_init__(self) -> None:
        self.before = len(self.case.pending_events)

    def when(self, *decisions: Decision) -> Given:
        """Take decisions on the case."""
        for decide in decisions:
            decide(self.case)
        return self

    def then(self, *events: tuple[str, dict[str, Any]]) -> None:
        """Compare what was decided, whole: stored names and every field that is not None."""
        assert decided(self.case)[self.before :] == list(events)

    def refuses(self, decide: Decision, because: type[Refused], *fields: str) -> Refused:
        """Expect a refusal that names the fields, and that the case is as it was."""
        version = self.case.version
        with pytest.raises(because) as refusal:
            decide(self.case)
        assert (refusal.value.fields, self.case.version) == (fields, version)
        assert len(self.case.pending_events) == self.before
        return refusal.value


def decided(case: Recordable) -> list[tuple[str, dict[str, Any]]]:
    """What a case has decided and not recorded: stored names with the fields that are not None."""
    return [
        (
            get_topic(type(one)),
            {name: value for name, value in vars(one).items() if name not in _ENVELOPE and value is not None},
        )
        for one in case.pending_events
    ]
