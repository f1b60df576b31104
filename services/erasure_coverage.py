"""What an erasure covers as the ledger stands: cases, keys, single texts, files and people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.access_request import AccessRequest
from domain.case import Case
from domain.erasure import Erasure, ErasureOf, ErasureScope, Extent, Redaction
from domain.ledger_register import ledger_register_id
from domain.people_of_case import people_of
from domain.values import CaseKind
from ledger.key_store import KeyOwner
from ledger.reading import stored_bodies
from services.checkpoint_signers import key_owner, ledger_register
from services.store import TrustLedger

__all__ = ["Coverage", "cases_of", "coverage_of", "people_known_from_nowhere_else"]

_AT_ONCE = 500
_OPENING = ["incident.reported.v1", "complaint.received.v1", "staff_breach.reported.v1"]
_ERASED = [f"{kind.value.lower()}.texts_erased.v1" for kind in CaseKind]
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Coverage:
    """What there is to erase: what was erased before is left out.

    `keys` are whose texts each key seals, by its id; `parts` single texts; `files` by case; `people` those of whom the
    registry forgets everything. Cases are given by their ids, for a trust has more of them than fit into memory.
    """

    cases: tuple[UUID, ...]
    keys: Mapping[UUID, KeyOwner]
    parts: tuple[Redaction, ...]
    files: Mapping[UUID, tuple[UUID, ...]]
    people: frozenset[UUID]
    texts: int

    @property
    def extent(self) -> Extent:
        """How much that is."""
        files = sum(map(len, self.files.values()))
        return Extent(len(self.cases), len(self.keys), self.texts, files, len(self.people))


def coverage_of(
    ledger: TrustLedger, erasure_id: UUID, what: ErasureOf, redactions: tuple[Redaction, ...] = ()
) -> Coverage:
    """Work out what an erasure covers; of people known from its cases, those whom the registry has from nowhere else.

    Whether other cases name these too is for `people_known_from_nowhere_else`, which reads the whole ledger.
    """
    owned = _keys(ledger, erasure_id, what)
    states = ledger.keys.states(ledger.trust_id, owned.values())
    keys = {key_id: owner for owner, key_id in owned.items() if states.get(key_id) == "ACTIVE"}
    parts = redactions
    if what.case_id is not None and what.of_version is not None and what.part is not None:
        parts = (*parts, Redaction(what.case_id, what.of_version, what.part))
    open_owners = set(keys.values())
    cases: list[UUID] = []
    left: dict[Redaction, None] = {}
    files: dict[UUID, tuple[UUID, ...]] = {}
    named: set[UUID] = set()
    for case in cases_of(
        ledger, _named(ledger, what) | {owner.case_id for owner in owned} | {one.case_id for one in parts}
    ):
        cases.append(case.id)
        named.update(person for person, _ in people_of(case))
        left |= {one: None for one in parts if one.case_id == case.id and not case.has_erased(one.of_version, one.part)}
        stored = [one for one in case.files.values() if one.is_stored]
        found = tuple(one.file_id for one in stored if KeyOwner(case.id, one.about) in open_owners)
        if found:
            files[case.id] = found
    return Coverage(
        cases=tuple(cases),
        keys=keys,
        parts=tuple(left),
        files=files,
        people=_people(ledger, what, named),
        texts=_texts_under(ledger, list(keys)) + len(left),
    )


def cases_of(ledger: TrustLedger, wanted: Iterable[UUID]) -> Iterator[Case]:
    """Those of some streams that are cases, as they stand, in order of their ids."""
    ordered = sorted(wanted)
    for begin in range(0, len(ordered), _AT_ONCE):
        found = ledger.load_many(ordered[begin : begin + _AT_ONCE])
        yield from (found[one] for one in ordered[begin : begin + _AT_ONCE] if isinstance(found.get(one), Case))


def people_known_from_nowhere_else(ledger: TrustLedger, cases: frozenset[UUID]) -> frozenset[UUID]:
    """The people whom these cases name and nothing else does: no school, account or directory, and no other stream.

    A log names the poster of one case so. Cases that were erased before count for nothing, and no erasure does.
    """
    unattached = _unattached(ledger)
    if not unattached:
        return frozenset()
    emptied = _erased_cases(ledger) | _streams_with(ledger, [Erasure.Requested.TOPIC])
    here: set[str] = set()
    elsewhere: set[str] = set()
    with ledger.trust.transaction() as connection:
        connection.execute("SET LOCAL statement_timeout = 0")
        for stream_id, body in stored_bodies(connection, ledger.trust_id):
            if stream_id in cases:
                here.update(_ID.findall(body.decode()))
            elif stream_id not in emptied:
                elsewhere.update(_ID.findall(body.decode()))
    return frozenset(UUID(one) for one in here - elsewhere) & unattached


def _keys(ledger: TrustLedger, erasure_id: UUID, what: ErasureOf) -> Mapping[KeyOwner, UUID]:
    trust_id = ledger.trust_id
    match ErasureScope(what.scope):
        case ErasureScope.PERSON if what.person is not None:
            return {**ledger.keys.keys_of_person(trust_id, what.person), **_keys_of_requests(ledger, what.person)}
        case ErasureScope.CASE if what.case_id is not None:
            return ledger.keys.keys_of_case(trust_id, what.case_id)
        case ErasureScope.SCHOOL:
            cases = _cases_at(ledger, what.school_urn)
            return {owner: key for owner, key in ledger.keys.all_keys(trust_id).items() if owner.case_id in cases}
        case ErasureScope.TRUST:
            kept = _of_the_program(ledger, erasure_id)
            return {owner: key for owner, key in ledger.keys.all_keys(trust_id).items() if owner not in kept}
        case _:
            return {}


def _keys_of_requests(ledger: TrustLedger, person: UUID) -> dict[KeyOwner, UUID]:
    """The keys of what a person asked for: all words of such a request are about them."""
    found = ledger.load_many(sorted(_streams_with(ledger, [AccessRequest.Received.TOPIC])))
    requests = [one.id for one in found.values() if isinstance(one, AccessRequest) and one.person == person]
    return {
        owner: key for request in requests for owner, key in ledger.keys.keys_of_case(ledger.trust_id, request).items()
    }


def _of_the_program(ledger: TrustLedger, erasure_id: UUID) -> set[KeyOwner]:
    """The keys that outlast a trust's data: of keyed hashes, of signatures, of what is declared of them, and of why."""
    register = ledger_register(ledger)
    numbers = range(1, 2 + (1 if register is None else register.key_number))
    return {
        KeyOwner(ledger.trust_id),
        KeyOwner(erasure_id),
        KeyOwner(ledger_register_id(ledger.trust_id)),
        *(key_owner(ledger.trust_id, number) for number in numbers),
    }


def _named(ledger: TrustLedger, what: ErasureOf) -> set[UUID]:
    """The cases that are covered whether or not they have texts: they may name people."""
    match ErasureScope(what.scope):
        case ErasureScope.CASE if what.case_id is not None:
            return {what.case_id}
        case ErasureScope.SCHOOL:
            return _cases_at(ledger, what.school_urn)
        case ErasureScope.TRUST:
            return _all_cases(ledger)
        case _:
            return set()


def _all_cases(ledger: TrustLedger) -> set[UUID]:
    return _streams_with(ledger, _OPENING)


def _erased_cases(ledger: TrustLedger) -> set[UUID]:
    """The cases that were erased whole."""
    erased = cases_of(ledger, _streams_with(ledger, _ERASED))
    return {case.id for case in erased if case.is_erased_whole}


def _streams_with(ledger: TrustLedger, types: list[str]) -> set[UUID]:
    with ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT DISTINCT stream_id FROM event WHERE trust_id = %s AND type = ANY(%s)", (ledger.trust_id, types)
        ).fetchall()
    return {stream_id for (stream_id,) in rows}


def _cases_at(ledger: TrustLedger, school: str | None) -> set[UUID]:
    return {case.id for case in cases_of(ledger, _all_cases(ledger)) if case.school_urn == school}


def _people(ledger: TrustLedger, what: ErasureOf, named: set[UUID]) -> frozenset[UUID]:
    match ErasureScope(what.scope):
        case ErasureScope.PERSON:
            return _in_registry(ledger, "person_id = %s", what.person)
        case ErasureScope.TRUST:
            return _in_registry(ledger, "true")
        case ErasureScope.CASE | ErasureScope.SCHOOL:
            return _unattached(ledger) & named
        case ErasureScope.PART:
            return frozenset()


def _unattached(ledger: TrustLedger) -> frozenset[UUID]:
    tables = ("person_school", "person_identifier", "account", "scim_user", "api_key")
    absent = "NOT EXISTS (SELECT FROM {} o WHERE (o.trust_id, o.person_id) = (p.trust_id, p.person_id))"
    return _in_registry(ledger, " AND ".join(absent.format(table) for table in tables))


def _in_registry(ledger: TrustLedger, condition: str, *parameters: UUID | None) -> frozenset[UUID]:
    """The people not erased who meet a condition, a constant of this module."""
    with ledger.trust.connection() as connection:
        rows: list[tuple[Any, ...]] = connection.execute(
            f"SELECT person_id FROM person p WHERE trust_id = %s AND erased_at IS NULL AND {condition}".encode(),  # noqa: S608 - constants
            (ledger.trust_id, *parameters),
        ).fetchall()
    return frozenset(person_id for (person_id,) in rows)


def _texts_under(ledger: TrustLedger, keys: list[UUID]) -> int:
    with ledger.trust.connection() as connection:
        row = connection.execute(
            "SELECT count(*) FROM sealed_part WHERE trust_id = %s AND key_id = ANY(%s)", (ledger.trust_id, keys)
        ).fetchone()
    return 0 if row is None else int(row[0])
