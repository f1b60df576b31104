"""The words of the log of reads: what was read, and why somebody says they read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from domain.codes import listed

__all__ = ["PURPOSES", "ReadKind", "told_of_case"]


class ReadKind(StrEnum):
    """What an answer told, as those see it who ask who read a case."""

    LIST = "LIST"
    CASE = "CASE"
    HISTORY = "HISTORY"
    EXPORT = "EXPORT"
    PARTS = "PARTS"
    SEARCH = "SEARCH"
    LOG = "LOG"


# A list of its own, for the header in which a client says why it asks.
PURPOSES = listed(
    ("CASE_WORK", "Work on the case", "The reader deals with the case or with cases of its kind."),
    ("SAFEGUARDING", "Safeguarding", "Somebody may be in danger, or was harmed."),
    ("COMPLAINT_HANDLING", "Complaint handling", "A complaint is looked into or answered."),
    ("AUDIT", "Audit", "It is checked how cases are dealt with or what was read."),
    ("SUBJECT_ACCESS", "Subject access", "Somebody asked for what is held about them."),
    ("LEGAL", "Legal", "Legal advice or proceedings need it."),
    ("OTHER", "Other", "Another reason."),
)


def told_of_case(body: Mapping[str, Any], case_id: str) -> tuple[ReadKind, ...]:
    """What an entry of the log of reads, its body taken apart, tells of one of its cases, in the order declared."""
    is_export, is_opened = body["way"] == "export", case_id in body.get("opened", ())
    told = {
        ReadKind.LIST: not is_opened,
        ReadKind.CASE: not is_export and is_opened,
        ReadKind.HISTORY: not is_export and case_id in body.get("histories", ()),
        ReadKind.EXPORT: is_export,
        ReadKind.PARTS: any(part[0] == case_id for part in body.get("parts", ())),
        ReadKind.LOG: not {"readLog", "readers"}.isdisjoint(body.get("asked", ())),
    }
    return tuple(kind for kind in ReadKind if told.get(kind))
