"""Seeing the holds of the trust: what each covers, and why in words, for those who place and lift them."""

from __future__ import annotations

from dataclasses import dataclass

from domain.permissions import Task
from domain.registers import TrustRegister, trust_register_id
from domain.retention_parts import TrustHold
from domain.sealed import SealedRef
from services.command_refusals import NotAllowed
from services.commands import Services
from services.read_log import ReadEntry, ReadWay, append_read
from services.scope import Caller
from services.sealed_texts import WITHHELD, SealedText, open_words

__all__ = ["HoldSeen", "see_trust_holds"]


@dataclass(frozen=True, slots=True)
class HoldSeen:
    """A hold with the words of who placed it, and of who lifted it if it was lifted."""

    hold: TrustHold
    reason: SealedText
    lifted_because: SealedText | None


def see_trust_holds(services: Services, caller: Caller) -> list[HoldSeen]:
    """Every hold of the trust, lifted ones included, in the order of their placing.

    That it was read is recorded before it is given. One that names the caller is not there for them. Raises NotAllowed.
    """
    if not caller.decide(Task.KEEP_RETENTION).allowed:
        raise NotAllowed
    ledger = services.ledger
    stream = trust_register_id(ledger.trust_id)
    register = ledger.load(stream)
    placed = register.holds.values() if isinstance(register, TrustRegister) else ()
    shown = [hold for hold in placed if caller.person_id not in hold.persons]
    append_read(ledger, ReadEntry(caller, ReadWay.QUERY, "executed", asked=frozenset(("holds",))))
    words = open_words(ledger, stream, {version for hold in shown for version in _versions(hold)})
    return [
        HoldSeen(
            hold,
            words.get(_version(hold.reason), WITHHELD),
            words.get(_version(hold.lifted_because), WITHHELD) if hold.is_lifted else None,
        )
        for hold in shown
    ]


def _versions(hold: TrustHold) -> set[int]:
    return {_version(hold.reason), _version(hold.lifted_because)} - {0}


def _version(reason: object) -> int:
    return reason.version if isinstance(reason, SealedRef) else 0
