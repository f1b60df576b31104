"""Whether there is a case for somebody at all: by the case itself, and by the one of which it is a copy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from domain.access import Visibility, resource_of
from domain.case import Case
from domain.permissions import CaseReading, Relation, Resource, decide
from services.store import TrustLedger


def sees(ledger: TrustLedger, visibility: Visibility, case: Any) -> bool:
    """Whether there is a case here for a reader at all; a register is none."""
    if not isinstance(case, Case):
        return False
    return decide(visibility.role, CaseReading.SEE, standing_to(ledger, visibility, case)).allowed


def standing_to(ledger: TrustLedger, visibility: Visibility, case: Case) -> Resource:
    """How a reader stands to a case, of whose original, where it is a copy, may be more known."""
    resource = resource_of(visibility, case)
    if case.duplicate_of is not None and is_about(ledger, visibility.person_id, case):
        return replace(resource, relation=Relation.SUBJECT)
    return resource


def is_about(ledger: TrustLedger, person_id: UUID, case: Case) -> bool:
    """Whether a case, or the one of which it is a copy, is about somebody, who may then not know of it."""
    if person_id in case.barred:
        return True
    original = None if case.duplicate_of is None else ledger.load(case.duplicate_of)
    return isinstance(original, Case) and person_id in original.barred


def hidden_from(ledger: TrustLedger, person_id: UUID, named: Iterable[UUID]) -> frozenset[UUID]:
    """Which of the cases that another one names somebody may not know of."""
    given = [*named]
    cases = ledger.load_many(given) if given else {}
    return frozenset(one for one, case in cases.items() if isinstance(case, Case) and is_about(ledger, person_id, case))
