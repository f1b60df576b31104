"""How a breach of the staff code counts: which clauses it breaks, what the policy makes of that, what was found."""

from __future__ import annotations

from dataclasses import dataclass

from domain.policy import PolicyPack
from domain.policy_rules import ClauseStrength, StaffClause
from domain.staff_breach import StaffBreach


@dataclass(frozen=True, slots=True)
class Severity:
    """How a breach counts: a code of `breach_severities`, and the clause that says so where it was not found so."""

    code: str
    clause: str | None = None


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


def severity_of(breach: StaffBreach, pack: PolicyPack | None) -> Severity | None:
    """How a breach counts now, for its employment consequences; None where neither the policy nor a finding says.

    What was found last holds: gross misconduct is what was found to be so (Rivington L80), whatever the policy says,
    and what was found not to be counts as none. Until there is a finding, and where it leaves that open, the policy
    says how a breach counts by itself.
    """
    finding = breach.finding
    if finding is not None and finding.gross_misconduct:
        return Severity("GROSS_MISCONDUCT")
    if finding is not None and finding.finding != "SUBSTANTIATED":
        return None
    code = default_severity(breach, pack)
    if code is None or (finding is not None and code == "GROSS_MISCONDUCT"):
        return None
    assert pack is not None
    assert pack.staff.severity_source is not None
    return Severity(code, pack.clause(pack.staff.severity_source))
