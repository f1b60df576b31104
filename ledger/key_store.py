"""Data keys: one per case and one per (case, person), wrapped, in a database of their own.

A destroyed key stays destroyed: its row remains without the wrapped key and is never minted again. A missing row is a
fault, not an erasure.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from ledger.database import Database
from ledger.erasure_marks import ErasureMarks
from ledger.keys import KeyProvider, KeysUnavailableError
from ledger.marks import CheckpointMarks

_CACHE_SECONDS = 60.0
_CACHE_KEYS = 20_000


@dataclass(frozen=True, slots=True)
class KeyOwner:
    """Whose texts a key seals: a case's, or those about one person within a case."""

    case_id: UUID
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class DataKey:
    """A key in use; its bytes never appear in a log or a traceback."""

    key_id: UUID
    secret: bytes

    def __repr__(self) -> str:
        return f"DataKey({self.key_id})"


class KeyDestroyedError(RuntimeError):
    """The key was destroyed by an erasure, and nothing may be sealed under it again."""


class KeyMissingError(KeysUnavailableError):
    """The key store has no row for a key that the ledger names: a fault of operation, never an erasure."""


class KeyStore:
    """The data keys of all trusts of one keys database."""

    def __init__(self, database: Database, provider: KeyProvider) -> None:
        self._database = database
        self._provider = provider
        # Beside the keys, for it has the same backups: newer ones than the ledger's.
        self.marks = CheckpointMarks(database)
        self.erasures = ErasureMarks(database)
        # Unwrapped keys live here for a minute at most; an erasure in another process acts within that time.
        self._cache: dict[tuple[UUID, UUID], tuple[float, DataKey]] = {}
        self._by_owner: dict[tuple[UUID, KeyOwner], UUID] = {}
        self._lock = threading.Lock()

    def keys_for(self, trust_id: UUID, owners: Iterable[KeyOwner]) -> dict[KeyOwner, DataKey]:
        """The keys of the owners, made and committed where there were none.

        Raises KeyDestroyedError when one of them was destroyed, KeysUnavailableError when the provider does not answer.
        """
        wanted = set(owners)
        found = {owner: key for owner in wanted if (key := self._cached_of(trust_id, owner)) is not None}
        missing = [owner for owner in wanted if owner not in found]
        if missing:
            found |= self._mint(trust_id, missing)
            # Those that somebody made before.
            others = [owner for owner in missing if owner not in found]
            if others:
                found |= self._select_owners(trust_id, others)
        return found

    def open(self, trust_id: UUID, key_ids: Iterable[UUID]) -> dict[UUID, DataKey | None]:
        """The keys by id, None where a key was destroyed.

        Raises KeyMissingError when the store has no such key, KeysUnavailableError when the provider does not answer.
        """
        wanted = set(key_ids)
        opened: dict[UUID, DataKey | None] = {}
        for key_id in wanted:
            key = self._cached(trust_id, key_id)
            if key is not None:
                opened[key_id] = key
        missing = [key_id for key_id in wanted if key_id not in opened]
        if missing:
            with self._database.trust(trust_id).connection() as connection:
                rows = connection.execute(
                    "SELECT key_id, case_id, person_id, kek_id, wrapped, state FROM data_key"
                    " WHERE trust_id = %s AND key_id = ANY(%s)",
                    (trust_id, missing),
                    binary=True,
                ).fetchall()
            for key_id, case_id, person_id, kek_id, wrapped, state in rows:
                opened[key_id] = (
                    None
                    if state == "DESTROYED"
                    else self._unwrap(trust_id, KeyOwner(case_id, person_id), key_id, kek_id, wrapped)
                )
        if len(opened) != len(wanted):
            raise KeyMissingError("the key store has no row for a key that the ledger names")
        return opened

    def states(self, trust_id: UUID, key_ids: Iterable[UUID]) -> Mapping[UUID, str]:
        """ACTIVE or DESTROYED by key id, without unwrapping anything."""
        with self._database.trust(trust_id).connection() as connection:
            rows = connection.execute(
                "SELECT key_id, state FROM data_key WHERE trust_id = %s AND key_id = ANY(%s)",
                (trust_id, list(key_ids)),
                binary=True,
            ).fetchall()
        return dict(rows)

    def keys_of_case(self, trust_id: UUID, case_id: UUID) -> Mapping[KeyOwner, UUID]:
        """The ids of a case's keys, destroyed ones included."""
        return self._owned(trust_id, "case_id = %s", case_id)

    def keys_of_person(self, trust_id: UUID, person_id: UUID) -> Mapping[KeyOwner, UUID]:
        """The ids of the keys under which texts about a person are sealed, in any case; destroyed ones included."""
        return self._owned(trust_id, "person_id = %s", person_id)

    def all_keys(self, trust_id: UUID) -> Mapping[KeyOwner, UUID]:
        """The ids of all keys of a trust, destroyed ones included."""
        return self._owned(trust_id, "true")

    def _owned(self, trust_id: UUID, condition: str, *parameters: UUID) -> Mapping[KeyOwner, UUID]:
        with self._database.trust(trust_id).connection() as connection:
            rows = connection.execute(
                f"SELECT key_id, case_id, person_id FROM data_key WHERE trust_id = %s AND {condition}".encode(),  # noqa: S608 - constants
                (trust_id, *parameters),
                binary=True,
            ).fetchall()
        return {KeyOwner(case_id, person): key_id for key_id, case_id, person in rows}

    def destroy(self, trust_id: UUID, *key_ids: UUID, reason: str, authority: str) -> None:
        """Overwrite keys for good; repeating it changes nothing. Raises KeyMissingError when one is not there."""
        with self._database.trust(trust_id).connection() as connection:
            found = connection.execute(
                "UPDATE data_key SET wrapped = NULL, state = 'DESTROYED', reason = coalesce(reason, %s),"
                " authority = coalesce(authority, %s), destroyed_at = coalesce(destroyed_at, clock_timestamp())"
                " WHERE trust_id = %s AND key_id = ANY(%s)",
                (reason, authority, trust_id, list(key_ids)),
            )
            if found.rowcount != len(set(key_ids)):
                raise KeyMissingError("the key store has no row for a key to be destroyed")
        self.forget(trust_id)

    def wrap_anew(self, trust_id: UUID) -> int:
        """Wrap every key of a trust under the provider's newest key; returns how many were not. It may be repeated.

        Raises KeysUnavailableError where one of them cannot be unwrapped; those before stay wrapped anew.
        """
        # Which key is the newest is known once something was wrapped under it.
        newest, _ = self._provider.wrap([])
        count = 0
        while True:
            with self._database.trust(trust_id).transaction() as connection:
                rows = connection.execute(
                    "SELECT key_id, kek_id, wrapped FROM data_key"
                    " WHERE trust_id = %s AND state = 'ACTIVE' AND kek_id <> %s LIMIT 1000 FOR UPDATE",
                    (trust_id, newest),
                    binary=True,
                ).fetchall()
                if not rows:
                    return count
                contexts = [_context(trust_id, key_id) for key_id, _, _ in rows]
                opened = [
                    (self._provider.unwrap(kek_id, wrapped, context), context)
                    for (_, kek_id, wrapped), context in zip(rows, contexts, strict=True)
                ]
                newest, wrapped_anew = self._provider.wrap(opened)
                connection.execute(
                    "UPDATE data_key d SET kek_id = %s, wrapped = k.wrapped"
                    " FROM unnest(%b::uuid[], %b::bytea[]) AS k (key_id, wrapped)"
                    " WHERE d.trust_id = %s AND d.key_id = k.key_id",
                    (newest, [key_id for key_id, _, _ in rows], wrapped_anew, trust_id),
                )
            count += len(rows)

    def wrapped_under(self, trust_id: UUID) -> frozenset[str]:
        """The ids of the key-encryption keys under which keys of a trust are wrapped."""
        with self._database.trust(trust_id).connection() as connection:
            rows = connection.execute(
                "SELECT DISTINCT kek_id FROM data_key WHERE trust_id = %s AND state = 'ACTIVE'", (trust_id,)
            ).fetchall()
        return frozenset(kek_id for (kek_id,) in rows)

    def forget(self, trust_id: UUID) -> None:
        """Drop a trust's unwrapped keys from memory, as an erasure demands."""
        with self._lock:
            self._cache = {place: entry for place, entry in self._cache.items() if place[0] != trust_id}
            self._by_owner = {place: key_id for place, key_id in self._by_owner.items() if place[0] != trust_id}

    def mac(self, trust_id: UUID, purpose: str, message: bytes) -> bytes:
        """A keyed hash under the trust's own key, for comparing inputs that must not be guessed from their hash."""
        owner = KeyOwner(trust_id)
        key = self._cached_of(trust_id, owner) or self.keys_for(trust_id, [owner])[owner]
        # Not `hmac.digest`: it lets go of the interpreter, and waiting to have it back took far longer than the hash.
        return hmac.new(key.secret, purpose.encode() + b"\n" + message, sha256).digest()

    def _mint(self, trust_id: UUID, owners: list[KeyOwner]) -> dict[KeyOwner, DataKey]:
        """Make and commit keys for the owners that have none; returns those made here."""
        # All at once: each draw lets go of the interpreter.
        drawn = secrets.token_bytes(48 * len(owners))
        new = {
            UUID(bytes=drawn[at : at + 16], version=4): (owner, drawn[at + 16 : at + 48])
            for at, owner in zip(range(0, len(drawn), 48), owners, strict=True)
        }
        kek_id, wrapped = self._provider.wrap(
            [(secret, _context(trust_id, key_id)) for key_id, (_, secret) in new.items()]
        )
        with self._database.trust(trust_id).connection() as connection:
            made = connection.execute(
                "INSERT INTO data_key (trust_id, key_id, case_id, person_id, kek_id, wrapped, state)"
                " SELECT %s, k.key_id, k.case_id, k.person_id, %s, k.wrapped, 'ACTIVE' FROM"
                " unnest(%b::uuid[], %b::uuid[], %b::uuid[], %b::bytea[]) AS k (key_id, case_id, person_id, wrapped)"
                " ON CONFLICT DO NOTHING RETURNING key_id",
                (
                    trust_id,
                    kek_id,
                    list(new),
                    [owner.case_id for owner, _ in new.values()],
                    [owner.person_id for owner, _ in new.values()],
                    wrapped,
                ),
                binary=True,
            ).fetchall()
        minted = {}
        for (key_id,) in made:
            owner, secret = new[key_id]
            minted[owner] = self._remember(trust_id, owner, DataKey(key_id, secret))
        return minted

    def _select_owners(self, trust_id: UUID, owners: list[KeyOwner]) -> dict[KeyOwner, DataKey]:
        with self._database.trust(trust_id).connection() as connection:
            rows = connection.execute(
                "SELECT key_id, case_id, person_id, kek_id, wrapped, state FROM data_key"
                " WHERE trust_id = %s AND case_id = ANY(%s)",
                (trust_id, list({owner.case_id for owner in owners})),
                binary=True,
            ).fetchall()
        wanted = set(owners)
        keys = {}
        for key_id, case_id, person_id, kek_id, wrapped, state in rows:
            owner = KeyOwner(case_id, person_id)
            if owner not in wanted:
                continue
            if state == "DESTROYED":
                raise KeyDestroyedError("a text cannot be sealed under a key that an erasure destroyed")
            keys[owner] = self._unwrap(trust_id, owner, key_id, kek_id, wrapped)
        if len(keys) != len(wanted):
            raise KeyMissingError("a key that was just made is not in the key store")
        return keys

    def _unwrap(self, trust_id: UUID, owner: KeyOwner, key_id: UUID, kek_id: str, wrapped: bytes) -> DataKey:
        secret = self._provider.unwrap(kek_id, wrapped, _context(trust_id, key_id))
        return self._remember(trust_id, owner, DataKey(key_id, secret))

    def _remember(self, trust_id: UUID, owner: KeyOwner, key: DataKey) -> DataKey:
        with self._lock:
            if len(self._cache) >= _CACHE_KEYS:
                self._cache.clear()
                self._by_owner.clear()
            self._cache[trust_id, key.key_id] = (time.monotonic() + _CACHE_SECONDS, key)
            self._by_owner[trust_id, owner] = key.key_id
        return key

    def _cached(self, trust_id: UUID, key_id: UUID) -> DataKey | None:
        entry = self._cache.get((trust_id, key_id))
        return entry[1] if entry is not None and entry[0] > time.monotonic() else None

    def _cached_of(self, trust_id: UUID, owner: KeyOwner) -> DataKey | None:
        key_id = self._by_owner.get((trust_id, owner))
        return None if key_id is None else self._cached(trust_id, key_id)


def _context(trust_id: UUID, key_id: UUID) -> bytes:
    return trust_id.bytes + key_id.bytes
