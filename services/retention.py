"""How long cases are kept: by the table in force, what is known of persons, and whatever holds them.

This is where it is worked out whether something may be disposed of, for reviews and erasures alike: from the ledger,
not from the read models, which may lag. Nothing is disposed of here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import policies
from domain.case import Case
from domain.policy import content_hash
from domain.registers import TrustRegister, trust_register_id
from domain.retention import NO_DATES, RetentionDue, RetentionState, retention_of, state_of
from domain.retention_facts import covers, measured
from domain.retention_parts import TrustHold
from domain.retention_rules import Adopted, RetentionAction, RetentionTable, parse_table, table_in_force
from domain.values import PolicyRef
from services import people
from services.sight import is_about
from services.store import TrustLedger

__all__ = [
    "Keeping",
    "TableInForce",
    "disposable",
    "ended_cases",
    "holds_to_review",
    "is_held",
    "keeping",
    "keeping_of",
    "table_on",
]


@dataclass(frozen=True, slots=True)
class TableInForce:
    """The retention table that a trust goes by on a day; `adopted` is None for the shipped one."""

    policy: PolicyRef
    table: RetentionTable
    adopted: Adopted | None


@dataclass(frozen=True, slots=True)
class Keeping:
    """How the keeping of one case stands on a day, with everything that holds it.

    `due` is None while the case is open; of a copy it is that of its original. `open_links` are the cases linked with
    it that are open, `on_own_hold` says that the case or its original is held by itself.
    """

    case: Case
    due: RetentionDue | None
    state: RetentionState
    on_own_hold: bool
    trust_holds: tuple[TrustHold, ...]
    open_links: tuple[UUID, ...]

    @property
    def is_held(self) -> bool:
        """Whether anything holds the record."""
        return self.on_own_hold or bool(self.trust_holds) or bool(self.open_links)


def table_on(ledger: TrustLedger, day: date) -> TableInForce:
    """The table in force on a day: the last that the trust had adopted, or the one that ships with the program."""
    register = _register(ledger)
    return _in_force(() if register is None else register.retention_adoptions, day)


def is_held(ledger: TrustLedger, case: Case) -> bool:
    """Whether nothing of a case may be disposed of: by a hold of its own or of the trust, or a linked case is open."""
    original = _original(ledger, case)
    return bool(
        _on_own_hold(case, original) or _covering(_register(ledger), case, original) or _open_links(ledger, [case])
    )


def keeping(ledger: TrustLedger, case: Case, today: date) -> Keeping:
    """How the keeping of one case stands."""
    [found] = keeping_of(ledger, [case], today)
    return found


def keeping_of(ledger: TrustLedger, cases: Sequence[Case], today: date) -> list[Keeping]:
    """The same of many cases, in their order, in a few statements however many there are."""
    register = _register(ledger)
    in_force = _in_force(() if register is None else register.retention_adoptions, today)
    originals = ledger.load_many([case.duplicate_of for case in cases if case.duplicate_of is not None])
    facts = [measured(case if case.duplicate_of is None else originals.get(case.duplicate_of, case)) for case in cases]
    known = people.employment_of(ledger.trust, {fact.subject for fact in facts if fact.subject is not None})
    links = _open_links(ledger, cases)
    found = []
    for case, fact in zip(cases, facts, strict=True):
        original = None if case.duplicate_of is None else originals.get(case.duplicate_of)
        days = NO_DATES if fact.subject is None else known.get(fact.subject, NO_DATES)
        due = retention_of(fact, in_force.table, today, days)
        own, holds, linked = (
            _on_own_hold(case, original),
            _covering(register, case, original),
            links.get(case.id, ()),
        )
        review = case.retention_decision
        decision, keep_until = (None, None) if review is None else (review.decision, review.keep_until)
        state = state_of(
            due,
            decision,
            keep_until,
            today,
            is_held=own or bool(holds) or bool(linked),
            is_disposed=case.is_erased_whole,
        )
        found.append(Keeping(case, due, state, own, holds, linked))
    return found


def disposable(ledger: TrustLedger, today: date, cases: Iterable[Keeping] | None = None) -> Iterator[Keeping]:
    """The cases that may be disposed of without anybody deciding on each: none unless the trust says so.

    The trust adopted its table with automatic disposal and a second person confirmed that; the rule that keeps the case
    longest says DISPOSE and its day has come; nothing holds the case, and nobody decided otherwise. Of many candidates,
    all that have ended unless `cases` are given, each is worked out from the ledger again. A case that is about one of
    the two who decided so waits for somebody else's review.
    """
    adopted = table_on(ledger, today).adopted
    if adopted is None or not adopted.disposes:
        return
    deciders = [person for person in (adopted.adopted_by, adopted.confirmed_by) if person is not None]
    for one in ended_cases(ledger, today) if cases is None else cases:
        if _goes_by_itself(one) and not any(is_about(ledger, person, one.case) for person in deciders):
            yield one


def ended_cases(ledger: TrustLedger, today: date) -> Iterator[Keeping]:
    """How each case is kept that was closed or marked, as far as the read models know; worked out from the ledger."""
    with ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT case_id FROM case_retention"
            " JOIN projection USING (trust_id, generation)"
            " WHERE trust_id = %s AND name = 'core' AND live AND has_ended ORDER BY case_id",
            (ledger.trust_id,),
        ).fetchall()
    for begin in range(0, len(rows), _AT_ONCE):
        cases = ledger.load_many([case_id for (case_id,) in rows[begin : begin + _AT_ONCE]])
        yield from keeping_of(ledger, list(cases.values()), today)


def holds_to_review(ledger: TrustLedger, today: date) -> list[TrustHold]:
    """The holds of the trust that run and whose day to be looked at again has come, that of the longest ago first."""
    register = _register(ledger)
    holds = () if register is None else register.holds.values()
    due = [hold for hold in holds if not hold.is_lifted and hold.review_on <= today]
    return sorted(due, key=lambda hold: (hold.review_on, hold.hold_id))


# So many cases are in memory at once.
_AT_ONCE = 1_000


def _goes_by_itself(one: Keeping) -> bool:
    longest = one.due.longest if one.due is not None else None
    is_due = one.state is RetentionState.DUE and longest is not None
    return is_due and longest is not None and longest.rule.action is RetentionAction.DISPOSE


def _register(ledger: TrustLedger) -> TrustRegister | None:
    found = ledger.load(trust_register_id(ledger.trust_id))
    return found if isinstance(found, TrustRegister) else None


def _in_force(adoptions: Sequence[Adopted], day: date) -> TableInForce:
    adopted = table_in_force(adoptions, day)
    if adopted is not None:
        return TableInForce(adopted.policy, adopted.table, adopted)
    content = policies.retention_table()
    table = parse_table(content)
    return TableInForce(PolicyRef(table.id, table.version, content_hash(content)), table, None)


def _original(ledger: TrustLedger, case: Case) -> Case | None:
    return None if case.duplicate_of is None else ledger.load(case.duplicate_of)


def _on_own_hold(case: Case, original: Case | None) -> bool:
    return case.is_on_legal_hold or (original is not None and original.is_on_legal_hold)


def _covering(register: TrustRegister | None, case: Case, original: Case | None) -> tuple[TrustHold, ...]:
    """The holds of the trust that hold a case, or the original that it repeats."""
    holds = () if register is None else register.holds.values()
    return tuple(hold for hold in holds if covers(hold, case) or (original is not None and covers(hold, original)))


def _open_links(ledger: TrustLedger, cases: Sequence[Case]) -> dict[UUID, tuple[UUID, ...]]:
    """The open cases linked with each of some cases, whichever of the two says so; those without any are left out."""
    wanted = {case.id for case in cases}
    pairs = {(case.id, other) for case in cases for other, _ in case.links}
    pairs |= {(other, case_id) for case_id, other in _links_to(ledger, wanted)}
    others = ledger.load_many(list({other for _, other in pairs}))
    found: dict[UUID, tuple[UUID, ...]] = {}
    for case_id, other in sorted(pairs):
        linked = others.get(other)
        if isinstance(linked, Case) and not linked.is_closed and linked.mark is None:
            found[case_id] = (*found.get(case_id, ()), other)
    return found


def _links_to(ledger: TrustLedger, wanted: set[UUID]) -> set[tuple[UUID, UUID]]:
    """The links that lead to some cases, as (the case that says so, the case it leads to).

    The read models know those of the past; cases that were linked since are looked at themselves.
    """
    with ledger.trust.connection() as connection:
        rows = connection.execute(_LINKS_TO, {"trust": ledger.trust_id, "cases": list(wanted)}).fetchall()
        since = connection.execute(_LINKED_SINCE, {"trust": ledger.trust_id}).fetchall()
        streams = {case_id for (case_id,) in rows} | {case_id for (case_id,) in since}
    linking = ledger.load_many(list(streams))
    return {
        (case.id, other)
        for case in linking.values()
        if isinstance(case, Case)
        for other, _ in case.links
        if other in wanted
    }


_LINKS_TO = (
    "SELECT DISTINCT case_id FROM case_link JOIN projection USING (trust_id, generation)"
    " WHERE trust_id = %(trust)s AND name = 'core' AND live AND other_id = ANY(%(cases)s)"
)
_LINKED_SINCE = (
    "SELECT DISTINCT stream_id FROM event WHERE trust_id = %(trust)s"
    " AND position > coalesce((SELECT position FROM projection"
    " WHERE trust_id = %(trust)s AND name = 'core' AND live), 0)"
    " AND type IN ('incident.linked.v1', 'complaint.linked.v1', 'staff_breach.linked.v1')"
)
