"""Carrying out an approved erasure, step by step: each can be repeated, and what was begun is brought to its end.

First the ledger says what goes, then it goes: keys, the ciphertext under them, files, and what the registry knew of
people. A process that ends in between leaves nothing undone that the next run does not find: every step goes by what
the erasure's own events say, not by what a former run remembered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

from domain.aggregate import Recordable
from domain.erasure import Erasure, ErasureScope, ErasureState, Extent
from ledger.blob_store import BlobStore
from ledger.erasure_marks import ErasedText
from ledger.key_store import KeyOwner
from services import clock
from services.commands import Services
from services.erasing_steps import (
    chunks,
    empty_texts,
    forget,
    record_as_program,
    remove_their_files,
    texts_by_key,
)
from services.erasure_coverage import Coverage, cases_of, coverage_of, people_known_from_nowhere_else
from services.scope import system_caller
from services.store import TrustLedger

__all__ = ["carry_out", "carry_out_all"]


def carry_out_all(services: Services, store: BlobStore, *, backup_days: int) -> int:
    """Bring every approved erasure of a trust to its end; returns how many that were."""
    with services.ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT stream_id FROM event a WHERE trust_id = %s AND type = 'erasure.approved.v1' AND NOT EXISTS"
            " (SELECT FROM event b WHERE b.trust_id = a.trust_id AND b.stream_id = a.stream_id"
            " AND b.type = 'erasure.completed.v1') ORDER BY position",
            (services.ledger.trust_id,),
        ).fetchall()
    for (erasure_id,) in rows:
        carry_out(services, store, erasure_id, backup_days=backup_days)
    return len(rows)


def carry_out(services: Services, store: BlobStore, erasure_id: UUID, *, backup_days: int) -> Erasure:
    """Carry out an approved erasure to its end, and give it as it stands then; one that is not approved stays as it is.

    `backup_days` is for how long the operator keeps backups. Two that do it at once do not harm each other. Raises
    what the databases and the store raise; it is done again then.
    """
    ledger, caller = services.ledger, system_caller(services.ledger.trust_id)
    erasure = _load(ledger, erasure_id)
    if erasure.state is not ErasureState.APPROVED:
        return erasure
    run = _Run(services, erasure_id)
    marks = ledger.keys.erasures
    texts = [ErasedText(erasure_id, one.case_id, one.of_version, one.part) for one in erasure.single_texts]
    marks.put(ledger.trust_id, erasure_id, (), texts)
    while True:
        coverage = coverage_of(ledger, erasure_id, erasure.what, erasure.redactions)
        run.say_what_goes(coverage)
        if not coverage.keys and not coverage.parts:
            break
        ledger.keys.destroy(
            ledger.trust_id, *coverage.keys, reason=f"erasure {erasure_id}", authority=erasure.authority
        )
    erasure = _load(ledger, erasure_id)
    destroyed = {owner for owner, key in ledger.keys.all_keys(ledger.trust_id).items() if key in erasure.destroyed}
    emptied = empty_texts(ledger, list(erasure.destroyed), texts)
    files = remove_their_files(services, caller, store, cases_of(ledger, coverage.cases), destroyed, erasure_id)
    persons = _to_forget(ledger, erasure, coverage)
    marks.put(ledger.trust_id, erasure_id, sorted(persons), ())
    forget(services, caller, persons, run.record)
    return run.complete(Extent(len(coverage.cases), len(erasure.destroyed), emptied, files, len(persons)), backup_days)


def _to_forget(ledger: TrustLedger, erasure: Erasure, coverage: Coverage) -> frozenset[UUID]:
    """Of whom the registry forgets everything: of people in erased cases those whom nothing else names."""
    if erasure.what.scope in (ErasureScope.PERSON, ErasureScope.TRUST) or not coverage.people:
        return coverage.people
    return coverage.people & people_known_from_nowhere_else(ledger, frozenset(coverage.cases))


class _Run:
    """What one run over an erasure records."""

    def __init__(self, services: Services, erasure_id: UUID) -> None:
        self._services = services
        self._ledger = services.ledger
        self._erasure_id = erasure_id

    def say_what_goes(self, coverage: Coverage) -> None:
        """Record of every key that it is destroyed, and in each case what it loses; nothing is said twice."""
        for keys in chunks(list(coverage.keys.items())):
            self.record(partial(self._keys, dict(keys)))
        for cases in chunks(coverage.cases):
            self.record(partial(self._cases, cases, coverage))

    def complete(self, done: Extent, backup_days: int) -> Erasure:
        """Record that every step was carried out."""
        today = clock.london_date(self._services.now())

        def decide() -> Sequence[Recordable]:
            erasure = _load(self._ledger, self._erasure_id)
            if erasure.state is ErasureState.APPROVED:
                until = today + timedelta(days=backup_days)
                erasure.complete(completed_on=today, in_backups_until=until, done=done)
            return (erasure,)

        self.record(decide)
        return _load(self._ledger, self._erasure_id)

    def record(self, decide: Callable[[], Sequence[Recordable]]) -> None:
        """Record what is decided, for whoever approved it."""
        approved_by = _load(self._ledger, self._erasure_id).decided_by
        record_as_program(self._ledger, decide, on_behalf_of=approved_by, causation=str(self._erasure_id))

    def _keys(self, keys: Mapping[UUID, KeyOwner]) -> Sequence[Recordable]:
        erasure = _load(self._ledger, self._erasure_id)
        for key_id, owner in keys.items():
            erasure.note_destruction(key=key_id, of_stream=owner.case_id, of_person=owner.person_id)
        return (erasure,)

    def _cases(self, cases: Sequence[UUID], coverage: Coverage) -> Sequence[Recordable]:
        """A case that is erased whole says so even where it had no text: it is nothing to keep a name for any more."""
        what = _load(self._ledger, self._erasure_id).what
        found = {case.id: case for case in cases_of(self._ledger, cases)}
        for one in coverage.parts:
            if one.case_id in found:
                found[one.case_id].note_part_erased(
                    erasure_id=self._erasure_id, of_version=one.of_version, part=one.part
                )
        if what.scope == ErasureScope.PART:
            return tuple(found.values())
        owned = {key_id: owner.case_id for key_id, owner in coverage.keys.items() if owner.case_id in found}
        texts = Counter[UUID]()
        for key_id, count in texts_by_key(self._ledger, list(owned)).items():
            texts[owned[key_id]] += count
        losing = set(owned.values()) if what.person is not None else found
        for case_id in losing:
            found[case_id].note_texts_erased(erasure_id=self._erasure_id, person=what.person, texts=texts[case_id])
        return tuple(found.values())


def _load(ledger: TrustLedger, erasure_id: UUID) -> Erasure:
    found = ledger.load(erasure_id)
    assert isinstance(found, Erasure)
    return found
