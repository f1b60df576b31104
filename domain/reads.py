"""The words of the log of reads: what was read, and why somebody says they read."""

from __future__ import annotations

from enum import StrEnum

from domain.codes import listed

__all__ = ["PURPOSES", "ReadKind"]


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
