"""The steps by which something erased is gone: ciphertext, files, and what is known of people. Each can be repeated."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeVar
from uuid import UUID, uuid4

from eventsourcing.persistence import IntegrityError

from domain.aggregate import Recordable
from domain.case import Case
from domain.registers import SchoolRegister, TrustRegister
from ledger.blob_store import BlobStore
from ledger.erasure_marks import ErasedText
from ledger.key_store import KeyOwner
from services import clock, people
from services.command_refusals import Contended
from services.commands import Services
from services.evidence import remove_files
from services.scope import Caller, system_caller
from services.store import CommandContext, TrustLedger, Work

__all__ = [
    "AT_ONCE",
    "Record",
    "chunks",
    "empty_texts",
    "forget",
    "record_as_program",
    "remove_their_files",
    "texts_by_key",
]

# So much is done in one statement or one append.
AT_ONCE = 500
_ATTEMPTS = 5
_REGISTERS = ["trust.registered.v1", "school.joined.v1"]

T = TypeVar("T")
# Records what is decided, deciding again where another writer came first.
Record = Callable[[Callable[[], Sequence[Recordable]]], None]


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """So many at once."""
    for begin in range(0, len(values), AT_ONCE):
        yield values[begin : begin + AT_ONCE]


def record_as_program(
    ledger: TrustLedger,
    decide: Callable[[], Sequence[Recordable]],
    *,
    on_behalf_of: UUID | None = None,
    causation: str | None = None,
) -> None:
    """Decide and record, as the program; when another writer came first, decide again on what is there now."""
    system = system_caller(ledger.trust_id)
    for _ in range(_ATTEMPTS):
        context = CommandContext(
            command_id=uuid4(),
            actor=system.person_id,
            actor_role=system.role.value,
            input_mac=b"",
            on_behalf_of=on_behalf_of,
            causation=causation,
        )
        try:
            ledger.append([Work(context, tuple(decide()))])
        except IntegrityError:
            continue
        return
    raise Contended


def texts_by_key(ledger: TrustLedger, keys: Sequence[UUID]) -> dict[UUID, int]:
    """How many texts each of some keys seals; those that seal none are left out."""
    with ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT key_id, count(*) FROM sealed_part WHERE trust_id = %s AND key_id = ANY(%s) GROUP BY key_id",
            (ledger.trust_id, list(keys)),
        ).fetchall()
    return dict(rows)


def empty_texts(ledger: TrustLedger, keys: Sequence[UUID], texts: Sequence[ErasedText]) -> int:
    """Take away the ciphertext under destroyed keys and that of single texts; returns how many texts that leaves empty.

    Events say before that it was erased: without them it would be a fault.
    """
    trust_id, emptied = ledger.trust_id, len(texts)
    for chunk in chunks(keys):
        with ledger.trust.transaction() as connection:
            connection.execute(
                "UPDATE sealed_part SET blob = NULL WHERE trust_id = %s AND key_id = ANY(%s) AND blob IS NOT NULL",
                (trust_id, list(chunk)),
            )
            row = connection.execute(
                "SELECT count(*) FROM sealed_part WHERE trust_id = %s AND key_id = ANY(%s)", (trust_id, list(chunk))
            ).fetchone()
            emptied += 0 if row is None else int(row[0])
    with ledger.trust.transaction() as connection:
        for one in texts:
            place = (trust_id, one.stream_id, one.version, one.part)
            connection.execute(
                "INSERT INTO erased_part (trust_id, stream_id, version, part, erasure_id)"
                " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (*place, one.erasure_id),
            )
            connection.execute(
                "UPDATE sealed_part SET blob = NULL WHERE trust_id = %s AND stream_id = %s AND version = %s"
                " AND part = %s AND blob IS NOT NULL",
                place,
            )
    return emptied


def remove_their_files(
    services: Services,
    caller: Caller,
    store: BlobStore,
    cases: Iterable[Case],
    destroyed: Collection[KeyOwner],
    erasure_id: UUID | None = None,
) -> int:
    """Remove the files that were sealed under destroyed keys, and those that an earlier run of the erasure named."""
    removed = 0
    for case in cases:
        gone = [
            one.file_id
            for one in case.files.values()
            if KeyOwner(case.id, one.about) in destroyed or (erasure_id is not None and one.erasure_id == erasure_id)
        ]
        remove_files(services, caller, store, case_id=case.id, file_ids=gone, erasure_id=erasure_id)
        removed += len(gone)
    return removed


def forget(services: Services, caller: Caller, persons: frozenset[UUID], record: Record) -> None:
    """End what people may do, by events, and forget who they are."""
    if not persons:
        return
    ledger, today = services.ledger, clock.london_date(services.now())
    with ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT stream_id FROM event WHERE trust_id = %s AND type = ANY(%s) ORDER BY position",
            (ledger.trust_id, _REGISTERS),
        ).fetchall()

    def end_access(register_id: UUID) -> Sequence[Recordable]:
        register = ledger.load(register_id)
        assert isinstance(register, TrustRegister | SchoolRegister)
        held = {(one.role, one.person) for one in register.appointments if one.lasts(today)}
        for role, person in sorted(held):
            if person in persons:
                register.revoke_role(role=role, person=person, today=today)
        if isinstance(register, TrustRegister):
            register.end_access_of(persons)
        return (register,)

    for (register_id,) in rows:
        record(partial(end_access, register_id))
    for person in sorted(persons):
        people.erase(ledger.trust, caller, person)
    people.rewrite(ledger.trust)
