"""What a command that was carried out answers: its case as it now stands, and the events that it recorded.

The case is folded from the ledger, for the read tables may not have it yet (ADR 4).
"""

# ruff: noqa: S608 - the statement is put together from constants alone
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.case_document import CaseDocument
from projections.plan.cases import case_node, case_row, folded_source
from projections.plan.history import recorded_events
from projections.plan.selections import Selected
from projections.plan.text import bare
from projections.plan.writer import Read, Writer

__all__ = ["RECORDED", "RecordedCase", "write_recorded"]


@dataclass(frozen=True, slots=True)
class RecordedCase:
    """A command that was carried out: the case after it, and where its events stand (None: it changed nothing).

    `position` is that of its last event, or of the ledger where nothing changed.
    """

    document: CaseDocument
    position: int
    first_position: int | None
    last_position: int | None
    is_replayed: bool

    @property
    def parameters(self) -> dict[str, Any]:
        """What the statement of its answer binds."""
        return {
            "documents": [self.document.to_json().decode()],
            "position": self.position,
            "first_position": self.first_position,
            "last_position": self.last_position,
            "replayed": self.is_replayed,
        }


RECORDED: dict[str, Read] = {
    "case": case_node,
    "events": recorded_events,
    "position": lambda _writer, _selected, _row: bare("%(position)s::bigint"),
    "replayed": lambda _writer, _selected, _row: bare("%(replayed)s::boolean"),
}


def write_recorded(writer: Writer, selected: Sequence[Selected]) -> None:
    """Write the statement of such an answer. Raises NotPlanned and RefusedAt."""
    row = case_row(writer, is_recorded=True)
    shown = writer.members("Recorded", RECORDED, selected, row)
    writer.statement = f"SELECT {shown} FROM {folded_source(writer, row)}"
