"""Carrying out commands on streams that are no case: decided on what is there now, and recorded once."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.persistence import IntegrityError

from domain.permissions import Task
from domain.refusals import Refused
from ledger.key_store import KeyDestroyedError
from ledger.keys import KeysUnavailableError
from services.command_refusals import CommandIdReused, Contended, KeysUnavailable, NotAllowed, TextErased
from services.commands import Command, Refusal, Services, refusal_of
from services.running_commands import context_of, input_mac, require_reason
from services.scope import Caller
from services.store import Work

__all__ = ["RecordedOnce", "answered", "run_once"]

# A command that lost a race is decided again this often.
_ATTEMPTS = 5

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RecordedOnce:
    """What a command recorded: the streams that it changed, the first of them as it stands then.

    `position` is that of the last event, None where nothing changed; `replayed` says that it had been recorded before,
    and then that of the streams is there which the command is about.
    """

    stream: Any
    position: int | None
    replayed: bool


def answered(carry_out: Callable[[], T]) -> T | Refusal:
    """What comes of carrying something out, with a refusal for every rule that stands in the way."""
    try:
        return carry_out()
    except Refused as refused:
        return refusal_of(refused)
    except KeyDestroyedError:
        return refusal_of(TextErased())
    except KeysUnavailableError:
        return refusal_of(KeysUnavailable())


def run_once(
    services: Services, caller: Caller, command: Command, task: Task, decide: Callable[[], Sequence[Any]]
) -> RecordedOnce:
    """Record what is decided, for a caller who may do the task; the same command with the same input only once.

    `decide` gives the streams that change, the one first which the command is about; it is asked again where another
    writer came first. Raises NotAllowed, CommandIdReused, Contended, and as `decide` and `require_reason` do.
    """
    if not caller.decide(task).allowed:
        raise NotAllowed
    mac = input_mac(services, caller, command)
    require_reason(command)
    for _ in range(_ATTEMPTS):
        before = _recorded(services, caller, command, mac)
        if before is not None:
            return before
        try:
            changed = decide()
        except Refused:
            # The same command, given twice at once, may have been carried out between the look-up and the decision.
            before = _recorded(services, caller, command, mac)
            if before is not None:
                return before
            raise
        try:
            appended = services.ledger.append([Work(context_of(caller, command, mac), tuple(changed))])
        except IntegrityError:
            continue
        return RecordedOnce(changed[0], appended[0].last_position if appended else None, replayed=False)
    raise Contended


def _recorded(services: Services, caller: Caller, command: Command, mac: bytes) -> RecordedOnce | None:
    receipt = services.ledger.receipt(command.command_id)
    if receipt is None:
        return None
    if receipt.actor_id != caller.person_id or not hmac.compare_digest(receipt.input_mac, mac):
        raise CommandIdReused("command_id")
    stream: UUID = receipt.case_id
    then = services.ledger.load_many([stream], up_to=receipt.last_position)[stream]
    return RecordedOnce(then, receipt.last_position, replayed=True)
