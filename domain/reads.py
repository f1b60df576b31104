"""The words of the log of reads: what was read, and why somebody says they read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from domain.access import Role
from domain.codes import listed

__all__ = ["PURPOSES", "READS_LOG", "SEES_READERS", "ReadKind"]


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

# Who reads the log of reads as far as they see its cases, and of which kinds of case others see who read them: a
# headteacher, of the school's own cases but for breaches by staff, which are need-to-know there.
READS_LOG = frozenset({Role.AUDITOR, Role.DPO, Role.TRUST_LEAD})
SEES_READERS: Mapping[Role, tuple[str, ...]] = {Role.HEADTEACHER: ("COMPLAINT", "INCIDENT")}
