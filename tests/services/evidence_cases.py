"""Cases to which files are handed in, and what is kept of them, for the tests of evidence."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from services.complaint_commands import ComplaintHead, ReceiveComplaint
from tests.services.access import ON, SCHOOL, Overseen
from tests.support.evidence import Desk

__all__ = ["case_of", "in_store", "of_kind"]


def in_store(desk: Desk) -> set[UUID]:
    return {one.name.file_id for one in desk.evidence.store.stored(desk.services.ledger.trust_id)}


def case_of(desk: Desk, case_id: UUID) -> Any:
    return desk.services.ledger.load(case_id)


def complaint(overseen: Overseen) -> UUID:
    heads = (ComplaintHead(about_school=False, about_staff=True),)
    given: dict[str, Any] = {"received_on": ON, "received_by": "HEADTEACHER", "means": "LETTER", "heads": heads}
    found = overseen.trust.do(ReceiveComplaint(command_id=uuid4(), school_urn=SCHOOL, **given))
    return UUID(str(found.id))


def of_kind(overseen: Overseen, kind: str) -> UUID:
    if kind == "COMPLAINT":
        return complaint(overseen)
    return overseen.incident() if kind == "INCIDENT" else overseen.breach()
