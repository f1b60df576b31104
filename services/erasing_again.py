"""After a restore: what was erased since the backup is erased again, for the keys database remembers it.

A ledger that was put back has lost the events that said so, and its registry knows people again whom an erasure had
taken. Their keys stay destroyed, so no text comes back; here the ledger says so again, and the rest follows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from domain.aggregate import Recordable
from domain.registers import TrustRegister, trust_register_id
from ledger.blob_store import BlobStore
from ledger.entry import decode_body
from ledger.erasure_marks import ErasedText
from ledger.key_store import KeyOwner
from ledger.meanings import destroyed_key
from ledger.reading import read_key_destructions
from services.commands import Services
from services.erasing_steps import chunks, empty_texts, forget, record_as_program, remove_their_files, texts_by_key
from services.erasure_coverage import cases_of
from services.people import those_known
from services.scope import system_caller
from services.store import TrustLedger

__all__ = ["ErasedAgain", "erase_again"]


@dataclass(frozen=True, slots=True)
class ErasedAgain:
    """How much was erased again: keys of which the ledger says so anew, single texts, files, and people."""

    keys: int
    texts: int
    files: int
    people: int


def erase_again(services: Services, store: BlobStore) -> ErasedAgain:
    """Erase what the keys database says was erased and the ledger does not; where there is nothing, nothing changes.

    It may be repeated, also after it was cut short. Raises what the databases and the store raise.
    """
    ledger, caller = services.ledger, system_caller(services.ledger.trust_id)
    keys = _unsaid(ledger)
    owners = {key: owner for owner, key in ledger.keys.all_keys(ledger.trust_id).items()}
    for chunk in chunks(keys):
        record_as_program(ledger, partial(_destroyed, ledger, {key: owners[key] for key in chunk}))
    texts = _lying(ledger)
    for texts_at_once in chunks(texts):
        record_as_program(ledger, partial(_cases_without, ledger, texts_at_once))
    empty_texts(ledger, keys, texts)
    gone = {owners[key] for key in keys}
    files = remove_their_files(services, caller, store, cases_of(ledger, {owner.case_id for owner in gone}), gone)
    persons = those_known(ledger.trust, ledger.keys.erasures.people(ledger.trust_id))
    forget(services, caller, persons, partial(record_as_program, ledger))
    return ErasedAgain(len(keys), len(texts), files, len(persons))


def _unsaid(ledger: TrustLedger) -> list[UUID]:
    """The keys that were destroyed, seal texts of this ledger, and of which no event of it says so."""
    with ledger.trust.connection() as connection:
        sealing = {
            key_id
            for (key_id,) in connection.execute(
                "SELECT DISTINCT key_id FROM sealed_part WHERE trust_id = %s", (ledger.trust_id,), binary=True
            )
        }
        size, _ = ledger.head()
        said = {
            destroyed_key(decode_body(row.body))
            for row in read_key_destructions(connection, ledger.trust_id, up_to=size)
        }
    states = ledger.keys.states(ledger.trust_id, sealing)
    return sorted(key for key, state in states.items() if state == "DESTROYED" and key not in said)


def _lying(ledger: TrustLedger) -> list[ErasedText]:
    """The single texts that were erased and lie in this ledger all the same."""
    found = []
    with ledger.trust.connection() as connection:
        for one in ledger.keys.erasures.texts(ledger.trust_id):
            row = connection.execute(
                "SELECT FROM sealed_part WHERE trust_id = %s AND stream_id = %s AND version = %s AND part = %s"
                " AND blob IS NOT NULL",
                (ledger.trust_id, one.stream_id, one.version, one.part),
            ).fetchone()
            if row is not None:
                found.append(one)
    return found


def _destroyed(ledger: TrustLedger, keys: Mapping[UUID, KeyOwner]) -> Sequence[Recordable]:
    """The register says of each key that it is destroyed, and each case what it lost: the erasure may be lost."""
    register = ledger.load(trust_register_id(ledger.trust_id))
    assert isinstance(register, TrustRegister)
    texts = texts_by_key(ledger, list(keys))
    cases = {case.id: case for case in cases_of(ledger, {owner.case_id for owner in keys.values()})}
    for key, owner in keys.items():
        register.note_destruction(key=key)
        if owner.case_id in cases:
            cases[owner.case_id].note_texts_erased(
                erasure_id=register.id, person=owner.person_id, texts=texts.get(key, 0)
            )
    return (register, *cases.values())


def _cases_without(ledger: TrustLedger, texts: Sequence[ErasedText]) -> Sequence[Recordable]:
    cases = {case.id: case for case in cases_of(ledger, {one.stream_id for one in texts})}
    for one in texts:
        cases[one.stream_id].note_part_erased(erasure_id=one.erasure_id, of_version=one.version, part=one.part)
    return tuple(cases.values())
