"""What a trust declares about its own ledger: that another key signs its checkpoints, and that it was put back.

Whoever verifies a bundle relies on these events: they are why a checkpoint is signed by another key than the one
before, or does not continue one that was kept.
"""
# ruff: noqa: ARG002 - a change names every field of its event, also those that the present state does not keep

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from domain.aggregate import Opening, Recordable, event
from domain.refusals import RefusalCode, Refused
from domain.vocabulary import require_code

FIRST = 1


class SameKey(Refused):
    """This key signs already: another one takes over."""

    code = RefusalCode.ILLEGAL_STATE


class NothingLost(Refused):
    """The ledger was not put back: it contains everything that it was known to contain."""

    code = RefusalCode.ILLEGAL_STATE


def ledger_register_id(trust_id: UUID) -> UUID:
    """The stream of what a trust declares about its ledger; it begins with the first declaration."""
    return uuid5(trust_id, "ledger-register")


@dataclass(frozen=True, slots=True)
class Epoch:
    """A stretch of the ledger that no restore interrupted, by its number from 1.

    What stood before at positions up to `agrees_through` is known to be the same; the ledger was known to reach to
    `lost_through`, and what stood between the two is lost, or stands elsewhere.
    """

    number: int
    agrees_through: int
    lost_through: int


class LedgerRegister(Recordable):
    """The declarations of one trust; without any, its first key signs and its ledger is in its first epoch."""

    TOPIC = "ledger_register.v1"

    class Opened(Opening, Recordable.Event):
        """The trust made its first declaration about its ledger."""

        TOPIC = "ledger.register_opened.v1"

        signed_by: str

    @event(Opened)
    def __init__(self, signed_by: str) -> None:
        self.signed_by = signed_by
        self.key_number = FIRST
        self.former_keys: tuple[str, ...] = ()
        self.epochs: tuple[Epoch, ...] = ()

    # --- decisions

    @classmethod
    def open(cls, *, trust_id: UUID, signed_by: str) -> LedgerRegister:
        """Open the register; `signed_by` is the public key (32 bytes in hex) that has signed so far."""
        return cls._create(cls.Opened, id=ledger_register_id(trust_id), signed_by=signed_by)

    def change_key(self, *, present: str, cause: str, number: int | None = None) -> None:
        """Name the public key (32 bytes in hex) that signs from now on; `number` is its own, the next if none is."""
        require_code("key_change_causes", cause, "cause")
        if present in (self.signed_by, *self.former_keys):
            raise SameKey("present")
        self._checkpoint_key_changed(
            number=number or self.key_number + 1, former=self.signed_by, present=present, cause=cause
        )

    def begin_epoch(
        self, *, after: int, agrees_through: int, lost_through: int, lost_checkpoint: str, cause: str
    ) -> None:
        """Say that the ledger was put back, and how far it is known to agree with what it was before.

        `after` is the number of the latest epoch known, which this register may have lost too; `lost_checkpoint` is
        the note of the largest checkpoint known of what is lost, of size `lost_through`.
        """
        require_code("epoch_causes", cause, "cause")
        if not 0 <= agrees_through < lost_through:
            raise NothingLost("lost_through")
        self._epoch_begun(
            number=max(self.epoch, after) + 1,
            agrees_through=agrees_through,
            lost_through=lost_through,
            lost_checkpoint=lost_checkpoint,
            cause=cause,
        )

    # --- changes

    @event("CheckpointKeyChanged", topic="ledger.checkpoint_key_changed.v1")
    def _checkpoint_key_changed(self, number: int, former: str, present: str, cause: str) -> None:
        """Another key signs the checkpoints of the ledger from here on."""
        self.former_keys = (*self.former_keys, former)
        self.key_number = number
        self.signed_by = present

    @event("EpochBegun", topic="ledger.epoch_begun.v1")
    def _epoch_begun(
        self,
        number: int,
        agrees_through: int,
        lost_through: int,
        lost_checkpoint: str,
        cause: str,
    ) -> None:
        """The ledger was put back to an earlier state: another epoch begins, and what it lost is named."""
        self.epochs = (*self.epochs, Epoch(number, agrees_through, lost_through))

    # --- questions

    @property
    def epoch(self) -> int:
        """The number of the present epoch, from 1."""
        return self.epochs[-1].number if self.epochs else FIRST
