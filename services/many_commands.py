"""Carrying out many commands in one transaction: for a program that gives hundreds at once, such as a demonstration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import IntegrityError

from domain.refusals import Refused
from domain.registers import SchoolRegister
from ledger.key_store import KeyDestroyedError
from services import clock
from services.commands import CaseCommand, Command, Deciding, OpeningCommand, Refusal, Services, new_case_id
from services.running_commands import changed_by, context_of, input_mac, require_reason, run
from services.scope import Caller
from services.store import TrustLedger, Work

# A transaction of this many commands holds the trust's head for some tens of milliseconds.
_AT_ONCE = 200

Given = tuple[Caller, Command]


def run_many(services: Services, given: Sequence[Given]) -> Iterator[Refusal | None]:
    """Carry out commands in their order, as `run` would one by one; None stands for each that is recorded.

    What is not asked for is not carried out: whoever stops at a refusal stops the commands after its transaction. As
    many as possible go into one: two on the same case do not, and neither do some of which one was carried out before
    or overtaken by another writer. Where a command depends on another case, that case is recorded before.
    """
    schools: dict[UUID, SchoolRegister] = {}
    for block in _blocks(given):
        yield from _run_block(services, block, schools)


def _blocks(given: Sequence[Given]) -> Iterator[list[Given]]:
    block: list[Given] = []
    cases: set[UUID] = set()
    for caller, command in given:
        opened = new_case_id(caller.trust_id, command.command_id)
        case = command.case_id if isinstance(command, CaseCommand) else opened
        if case in cases or len(block) == _AT_ONCE:
            yield block
            block, cases = [], set()
        block.append((caller, command))
        cases.add(case)
    if block:
        yield block


def _run_block(services: Services, block: Sequence[Given], schools: dict[UUID, SchoolRegister]) -> list[Refusal | None]:
    if services.ledger.receipts([command.command_id for _, command in block]):
        return _one_by_one(services, block)
    outcomes: list[Refusal | None] = []
    works: list[Work] = []
    reading = _Read(services.ledger, [command for _, command in block], schools)
    for caller, command in block:
        try:
            works.append(_decided(Services(reading, services.now), caller, command))
            outcomes.append(None)
        except Refused as refused:
            outcomes.append(Refusal(refused.code, refused.message, refused.clause, tuple(refused.fields)))
    streams = Counter(aggregate.id for work in works for aggregate in work.aggregates)
    if any(count > 1 for count in streams.values()):
        return _one_by_one(services, block)
    try:
        services.ledger.append(works)
    except (IntegrityError, KeyDestroyedError):
        return _one_by_one(services, block)
    return outcomes


def _decided(services: Services, caller: Caller, command: Command) -> Work:
    mac = input_mac(services, caller, command)
    require_reason(command)
    context = Deciding(services, caller, clock.london_date(services.now()))
    changed = changed_by(services, caller, command, context, [])
    return Work(
        context_of(caller, command, mac),
        changed,
    )


def _one_by_one(services: Services, block: Sequence[Given]) -> list[Refusal | None]:
    outcomes = (run(services, caller, command) for caller, command in block)
    return [outcome if isinstance(outcome, Refusal) else None for outcome in outcomes]


class _Read(TrustLedger):
    """The ledger as a block of commands reads it: its own cases in one statement, each school and counter once."""

    def __init__(self, ledger: TrustLedger, commands: Sequence[Command], schools: dict[UUID, SchoolRegister]) -> None:
        super().__init__(ledger.trust, ledger.keys)
        cases = [command.case_id for command in commands if isinstance(command, CaseCommand)]
        self._cases = super().load_many(cases) if cases else {}
        self._schools = schools
        self._wanted = Counter(one.reference_kind for one in commands if isinstance(one, OpeningCommand))
        self._references: dict[tuple[str, int], list[str]] = {}

    def load(self, stream_id: UUID) -> Any | None:
        """The aggregate of a stream; a decision changes a case, and only reads a school."""
        if stream_id in self._cases:
            return self._cases[stream_id]
        if stream_id not in self._schools:
            found = super().load(stream_id)
            if not isinstance(found, SchoolRegister):
                return found
            self._schools[stream_id] = found
        return self._schools[stream_id]

    def next_references(self, kind: str, year: int, count: int = 1) -> list[str]:
        """References that the block takes from the ledger in one go; those of refused commands are left out."""
        reserve = self._references.setdefault((kind, year), [])
        if len(reserve) < count:
            reserve += super().next_references(kind, year, max(count, self._wanted[kind]))
        taken, reserve[:] = reserve[:count], reserve[count:]
        return taken
