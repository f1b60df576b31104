"""Routing a case past somebody who was named in it: the posts that people hold are looked up, the domain decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from domain.access import Role
from domain.aggregate import Recordable
from domain.case import Case
from domain.registers import SchoolRegister, TrustRegister, school_register_id, trust_register_id
from domain.routed_case import RoutedCase
from domain.routing import Posts
from services.store import TrustLedger

# Who did not see a case before a command, and at which school it was.
Standing = tuple[frozenset[UUID], str]


def standing(case: Case) -> Standing:
    """What of a case decides about its routing, as it stands before a command."""
    return case.barred, case.school_urn


def route_conflicts(
    ledger: TrustLedger, changed: Iterable[Recordable], before: Mapping[UUID, Standing], today: date
) -> None:
    """Let each case that a command changed be routed past those whom it newly names, in the same append.

    `before` says how the cases stood that were there; a case at another school now is looked at anew.
    """
    for case in changed:
        if not isinstance(case, RoutedCase) or not case.barred or not case.pending_events:
            continue
        former, school_urn = before.get(case.id, _unknown(case))
        named = case.barred - former if school_urn == case.school_urn else case.barred
        if named:
            case.route_past(named=named, posts=posts_at(ledger, case.school_urn, today))


def _unknown(case: RoutedCase) -> Standing:
    """How a case stood that a command changed beside its own: one it opens named nobody, another names nobody new."""
    is_new = len(case.pending_events) == case.version
    return frozenset() if is_new else case.barred, case.school_urn


def posts_at(ledger: TrustLedger, school_urn: str, on: date) -> Posts:
    """Who holds the posts by which cases are routed, at a school and in its trust on a day."""
    school = ledger.load(school_register_id(ledger.trust_id, school_urn))
    trust = ledger.load(trust_register_id(ledger.trust_id))

    def holders(register: object, role: Role) -> frozenset[UUID]:
        if not isinstance(register, SchoolRegister | TrustRegister):
            return frozenset()
        return frozenset(register.holders(role.value, on))

    return Posts(
        headteachers=holders(school, Role.HEADTEACHER),
        chairs=holders(school, Role.CHAIR),
        trust_leads=holders(trust, Role.TRUST_LEAD),
        alternates=holders(trust, Role.ALTERNATE),
    )
