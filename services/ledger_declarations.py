"""What whoever runs the program declares about a trust's ledger: another signing key, and a restore from a backup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import uuid4

from eventsourcing.persistence import IntegrityError

from domain.ledger_register import FIRST, LedgerRegister, NothingLost
from domain.permissions import Task
from ledger import checkpoint as notes
from ledger.key_store import KeyDestroyedError
from ledger.stored_tree import StoredTree
from services.checkpoint_signers import key_owner, ledger_register, own_keys, private_key, verify_own
from services.checkpoints import SignedCheckpoint, contains, make_checkpoint
from services.command_refusals import Contended, NotAllowed, ReasonMissing
from services.scope import Caller
from services.store import CommandContext, TrustLedger, Work

__all__ = ["begin_epoch", "change_signing_key"]

_ATTEMPTS = 5


def change_signing_key(ledger: TrustLedger, caller: Caller, *, cause: str, reason: str) -> SignedCheckpoint:
    """Sign with a new key from now on, and give the first checkpoint that it signs.

    The former key signs the ledger that names its successor, and is destroyed then. Cut short, it is done again whole:
    a key that was named and has signed nothing is followed by another. Raises NotAllowed, ReasonMissing, and what
    `make_checkpoint` raises.
    """
    make_checkpoint(ledger)  # what an earlier change left undone is finished first

    def decide(register: LedgerRegister) -> None:
        number = register.key_number + 1
        present = private_key(ledger, number).public_key().public_bytes_raw()
        register.change_key(present=present.hex(), cause=cause)

    register = _declare(ledger, caller, decide, reason)
    signed = make_checkpoint(ledger)
    for number in range(FIRST, register.key_number):
        owner = key_owner(ledger.trust_id, number)
        key_id = ledger.keys.keys_of_case(ledger.trust_id, owner.case_id)[owner]
        ledger.keys.destroy(ledger.trust_id, key_id, reason="followed by another signing key", authority=cause)
    return signed


def begin_epoch(
    ledger: TrustLedger, caller: Caller, *, cause: str, reason: str, known: Sequence[str] = ()
) -> SignedCheckpoint:
    """Declare that the ledger was put back to an earlier state, and give the first checkpoint of its next epoch.

    `known` are notes that were kept outside; the marks in the keys database are known besides. Raises NothingLost where
    the ledger contains all of them, CheckpointError for a note that the trust did not sign, NotAllowed, ReasonMissing.
    """

    def decide(register: LedgerRegister) -> None:
        marked = [mark.note for mark in ledger.keys.marks.all(ledger.trust_id)]
        signed = {note: verify_own(ledger, note, register) for note in known}
        signed |= {note: notes.parse(note)[0] for note in marked}
        with ledger.trust.connection() as connection:
            size, _ = ledger.head()
            tree = StoredTree(connection, ledger.trust_id, size)
            agreeing = {note for note in signed if contains(tree, note)}
        lost = {note: one for note, one in signed.items() if note not in agreeing and one.epoch >= register.epoch}
        if not lost:
            raise NothingLost("known")
        largest = max(lost, key=lambda note: lost[note].size)
        agrees_through = max((signed[note].size for note in agreeing), default=0)
        register.begin_epoch(
            after=max(one.epoch for one in signed.values()),
            agrees_through=min(agrees_through, lost[largest].size - 1),
            lost_through=lost[largest].size,
            lost_checkpoint=largest,
            cause=cause,
        )
        _follow_destroyed_keys(ledger, register)

    _declare(ledger, caller, decide, reason)
    return make_checkpoint(ledger)


def _follow_destroyed_keys(ledger: TrustLedger, register: LedgerRegister) -> None:
    """Name the key that signs now, where the trust was put back to a time before it followed the one that signed."""
    number = register.key_number
    while (present := _public_key(ledger, number)) is None:
        number += 1
    if number > register.key_number:
        register.change_key(present=present.hex(), cause="OTHER", number=number)


def _public_key(ledger: TrustLedger, number: int) -> bytes | None:
    try:
        return private_key(ledger, number).public_key().public_bytes_raw()
    except KeyDestroyedError:
        return None


def _declare(
    ledger: TrustLedger, caller: Caller, decide: Callable[[LedgerRegister], None], reason: str
) -> LedgerRegister:
    if not caller.decide(Task.KEEP_LEDGER).allowed:
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing("reason")
    for _ in range(_ATTEMPTS):
        register = ledger_register(ledger)
        if register is None:
            [signed_by] = own_keys(ledger, None)
            register = LedgerRegister.open(trust_id=ledger.trust_id, signed_by=signed_by.hex())
        decide(register)
        context = CommandContext(uuid4(), caller.person_id, caller.role.value, input_mac=b"", reason=reason)
        try:
            ledger.append([Work(context, (register,))])
        except IntegrityError:
            continue  # another writer came first: decided again on what is there now
        return register
    raise Contended
