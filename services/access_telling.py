"""What both forms have in common in which it is told what is held about a person: a review, and an answer."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.access_request import AccessRequest, KeptBack, Passage
from domain.people_of_case import people_of
from domain.registers import SchoolRegister, school_register_id
from domain.sealed import SealedRef
from domain.stored import stored_name
from domain.values import london_date
from domain.vocabulary_of_files import FILE_KINDS
from ledger.entry import Body
from ledger.reading import StoredRow
from services.access_found import Everything, FoundCase, FoundFile
from services.people import NameUse
from services.sealed_texts import SealedPlace, SealedState, SealedText
from services.store import TrustLedger

__all__ = [
    "ID",
    "Others",
    "Telling",
    "ids_in",
    "member_of",
    "of_file",
    "opened",
    "parts_of",
    "people_in",
    "request_told",
]

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Others:
    """What is known of the people who stand in what is found: what they are called, and what they are."""

    names: Mapping[UUID, str]
    kinds: Mapping[UUID, str]


def people_in(found: Everything) -> frozenset[UUID]:
    """Every id in what is found that may be a person's."""
    ids = {found.person}
    for one in found.cases:
        ids |= {person for person, _ in people_of(one.case)}
        ids |= {read.reader for read in one.reads}
        for event in one.events:
            ids |= {event.body.actor, *ids_in(event.body.data)}
    for _, body in found.elsewhere:
        ids |= {body.actor, *ids_in(body.data)}
    return frozenset(ids)


def request_told(request: AccessRequest) -> dict[str, Any]:
    """What of a request stands in what is put together for it."""
    return {
        "id": str(request.id),
        "receivedOn": request.received_on.isoformat(),
        "from": None if request.data_from is None else request.data_from.isoformat(),
        "to": None if request.data_to is None else request.data_to.isoformat(),
    }


def member_of(found: FoundFile) -> str:
    """Under which name a file lies in the archive."""
    kind = FILE_KINDS.get(found.file.kind)
    return f"files/{found.file.file_id}.{kind.extensions[0] if kind else 'bin'}"


class Telling(ABC):
    """What both forms have in common; each says for itself what differs."""

    def __init__(
        self,
        ledger: TrustLedger,
        request: AccessRequest,
        found: Everything,
        others: Others,
        words: Mapping[SealedPlace, SealedText],
    ) -> None:
        self._ledger = ledger
        self._request = request
        self._found = found
        self._others = others
        self._words = words
        self._schools: dict[str, str] = {}

    # --- what differs

    @abstractmethod
    def _who(self, person: UUID, roles: frozenset[str]) -> Any:
        """Somebody, who has these parts in the case."""

    @abstractmethod
    def _details(self, data: Any, parts: Mapping[UUID, frozenset[str]]) -> Any:
        """The clear part of an event."""

    @abstractmethod
    def cases(self) -> Iterator[dict[str, Any]]:
        """The cases."""

    @abstractmethod
    def elsewhere(self) -> Iterator[dict[str, Any]]:
        """What other streams say of the person."""

    @abstractmethod
    def recorded(self) -> Any:
        """What the person recorded themselves."""

    # --- what is the same

    def person(self) -> dict[str, Any]:
        """What the registry has of the person."""
        known = self._found.known
        if known is None:
            return {"id": str(self._found.person)}
        return {
            "id": str(known.person_id),
            "kind": known.kind,
            "isErased": known.is_erased,
            "names": {use.value: known.names[use] for use in NameUse if use in known.names},
            "schools": [
                {
                    "urn": one.school_urn,
                    "name": self._school(one.school_urn),
                    "from": one.first_on.isoformat(),
                    "to": None if one.last_on is None else one.last_on.isoformat(),
                }
                for one in known.schools
            ],
            "identifiers": [{"source": one.source, "identifier": one.identifier} for one in known.identifiers],
        }

    def whole_cases_kept_back(self) -> Iterator[dict[str, Any]]:
        """That whole records are kept back, and by which exemption."""
        for one in self._found.cases:
            kept = self._kept(Passage(one.case.id))
            if kept is not None and one.is_about_them:
                yield {"exemption": kept.exemption}

    def _kept(self, passage: Passage) -> KeptBack | None:
        return self._request.kept_back.get(passage)

    def _own_words(self, text: object) -> str | None:
        """A text of the request itself."""
        if not isinstance(text, SealedRef):
            return None
        found = self._words.get(SealedPlace(self._request.id, text.version, text.part))
        return None if found is None else found.text

    def _case(self, one: FoundCase) -> dict[str, Any]:
        case = one.case
        return {
            "reference": case.reference,
            "kind": case.kind.value,
            "school": self._school(case.school_urn),
            "openedOn": case.opened_on.isoformat(),
            "closedOn": case.closed_on.isoformat() if case.closed_on else None,
            "outcome": case.outcome,
            "parts": list(one.roles),
        }

    def _event(self, row: StoredRow, body: Body, parts: Mapping[UUID, frozenset[str]]) -> dict[str, Any]:
        return {
            "recordedOn": london_date(row.recorded_at).isoformat(),
            "told": stored_name(row.type).description,
            "by": self._who(body.actor, parts.get(body.actor, frozenset())),
            "inRole": body.actor_role,
            "details": self._details(body.data, parts),
        }

    def _school(self, urn: str) -> str:
        if urn not in self._schools:
            register = self._ledger.load(school_register_id(self._ledger.trust_id, urn))
            self._schools[urn] = register.name if isinstance(register, SchoolRegister) else urn
        return self._schools[urn]


def parts_of(one: FoundCase) -> Mapping[UUID, frozenset[str]]:
    """Which parts everybody has in a case."""
    found: dict[UUID, frozenset[str]] = {}
    for person, role in people_of(one.case):
        found[person] = found.get(person, frozenset()) | {role}
    return found


def opened(text: SealedText | None) -> dict[str, Any]:
    """A sealed text as it is told: its state, and the words where it is open."""
    if text is None:
        return {"state": SealedState.WITHHELD.value}
    return {"state": text.state.value} | ({} if text.text is None else {"text": text.text})


def of_file(found: FoundFile) -> dict[str, Any]:
    """What is told of a file, and under which name it lies in the archive if it can be given."""
    is_open = found.name is not None and found.name.text is not None
    return {
        "name": found.name.text if found.name is not None else None,
        "kind": found.file.kind,
        "bytes": found.file.byte_length,
        "sha256": found.digest.text if found.digest is not None else None,
        "member": member_of(found) if is_open else None,
    }


def ids_in(data: Any) -> Iterator[UUID]:
    """Every id that stands in the clear part of an event."""
    if isinstance(data, str):
        if ID.fullmatch(data):
            yield UUID(data)
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from ids_in(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from ids_in(value)
