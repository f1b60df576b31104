"""What the staff code of a policy says of a breach: which clauses it breaks, how it counts, which laws it concerns."""

from __future__ import annotations

from domain.policy import PolicyPack
from domain.policy_rules import ClauseStrength, StaffClause
from domain.staff_breach import StaffBreach


def clauses_broken(breach: StaffBreach, pack: PolicyPack) -> tuple[StaffClause, ...]:
    """The clauses that speak of the kinds of breach noted, in the order of the pack.

    A clause on former pupils under 18 does not speak of one who was of age; where the age is not known it does. An
    exception that was looked up and found excuses a clause that allows it.
    """
    details = breach.details
    if details is None:
        return ()
    types = set(details.breach_types)
    found = {one.exception for one in breach.exceptions_consulted if one.found}
    return tuple(
        clause
        for clause in pack.staff.clauses
        if not types.isdisjoint(clause.breach_types)
        and not clause.spares(types, details.under18_at_contact)
        and found.isdisjoint(clause.excused_by)
    )


def default_severity(breach: StaffBreach, pack: PolicyPack | None) -> str | None:
    """How a breach counts by itself (Sharp Lane L125, Westacre L57): a code of `breach_severities`.

    None where the policy leaves that to a finding, and where no clause is broken but such as only discourage.
    """
    if pack is None:
        return None
    if breach.details is not None and breach.details.breach_types:
        firm = [one for one in clauses_broken(breach, pack) if one.strength is not ClauseStrength.DISCOURAGED]
        if not firm:
            return None
    return pack.staff.default_severity


def laws_concerned(breach: StaffBreach, pack: PolicyPack) -> tuple[str, ...]:
    """The laws that the broken clauses name (Rivington L72): codes of `legal_bases`, in the order of the pack."""
    named = (law for clause in clauses_broken(breach, pack) for law in clause.legal_bases)
    return tuple(dict.fromkeys(named))
