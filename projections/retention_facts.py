"""What a trust's register says of keeping records, as rows of the temporal tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

import policies
from domain.policy import content_hash
from domain.registers import TrustRegister
from domain.retention import INPUT_OF
from domain.retention_parts import TrustHold
from domain.retention_rules import Disposal, RetentionAction, RetentionRule, parse_table
from domain.values import PolicyRef
from projections.changes import Fact

__all__ = ["trust_facts"]

_CAUTION = {action: place for place, action in enumerate(RetentionAction)}


def trust_facts(register: TrustRegister) -> Iterator[tuple[str, Fact]]:
    """The rules of every table that was in force or will be, the shipped one first, and the holds that run."""
    shipped = policies.retention_table()
    yield from _rules(date.min, None, shipped, Disposal.REVIEW_ONLY, is_confirmed=False)
    # Of two tables adopted on one day the one recorded later is in force.
    for adopted in {one.adopted_on: one for one in register.retention_adoptions}.values():
        is_confirmed = adopted.confirmed_by is not None
        yield from _rules(
            adopted.adopted_on, adopted.policy, adopted.content, adopted.disposal, is_confirmed=is_confirmed
        )
    for hold in register.holds.values():
        if not hold.is_lifted:
            yield "trust_hold", _hold(hold)


def _rules(
    adopted_on: date, policy: PolicyRef | None, content: str, disposal: str, *, is_confirmed: bool
) -> Iterator[tuple[str, Fact]]:
    table = parse_table(content)
    sha256 = content_hash(content) if policy is None else policy.sha256
    common = (table.id, table.version, sha256, table.name, disposal, is_confirmed)
    for ordinal, rule in enumerate(table.rules, 1):
        yield "retention_rule", Fact((adopted_on, ordinal), (*common, *_rule(rule)))


def _rule(rule: RetentionRule) -> tuple[object, ...]:
    return (
        rule.id,
        _listed(rule.kinds),
        _listed(rule.outcomes),
        _listed(rule.needs),
        _listed(rule.unless),
        rule.trigger.value,
        INPUT_OF[rule.trigger],
        rule.months,
        _CAUTION[rule.action],
        rule.effective_from,
        msgspec.json.encode(rule).decode(),
    )


def _hold(hold: TrustHold) -> Fact:
    return Fact(
        (hold.hold_id,),
        (
            _listed(hold.schools) or None,
            _listed(hold.kinds) or None,
            hold.persons or None,
            hold.aware_from,
            hold.aware_to,
            hold.authority,
            hold.review_on,
            hold.placed_on,
        ),
    )


def _listed(values: tuple[str, ...]) -> tuple[str, ...]:
    """Codes as plain texts, in a form that can be compared as a whole."""
    return tuple(str(value) for value in values)
