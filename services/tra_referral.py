"""A staff breach as a referral to the Teaching Regulation Agency, filled in as far as the case and the registry tell.

An employer considers a referral when it ended a teacher's services for serious misconduct, or might have had they not
gone first (Education Act 2002, s. 141D). Nothing is guessed: what nobody recorded is named as missing, and what follows
from something else as to be checked. Nothing is sent. That the teacher may not be named to the public (s. 141F) does
not stand in the way of telling the agency, and goes with what leaves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from domain.access import Visibility
from domain.case_files import CaseFile
from domain.export_rules import closed_persons, notices
from domain.permissions import CaseReading
from domain.sealed import Sealed, SealedRef
from domain.staff_breach import StaffBreach
from domain.staff_breach_records import NO_SANCTIONS
from domain.vocabulary_of_files import FILE_KINDS
from ledger.blob_store import BlobStore
from services import clock, people
from services.access_search import cases_naming
from services.command_refusals import NotFound
from services.commands import Refusal, Services
from services.extracting import restricted
from services.file_views import ExportFile, read_file
from services.packed_files import packed
from services.people import Person
from services.readable_page import page_of
from services.running_commands import require_allowed, run
from services.scope import Caller
from services.sealed_texts import SealedPlace, SealedText, open_texts
from services.sight import standing_to
from services.store import TrustLedger
from services.tra_fields import (
    MOST_UPLOAD_BYTES,
    MOST_UPLOADS,
    ORGANISATION_FIELDS,
    REFERRAL_FIELDS,
    REFERRER_FIELDS,
    UPLOAD_TYPES,
)
from services.tra_filling import Filling, parted

__all__ = ["FORMAT", "Referral", "archive_of_referral", "tra_referral"]

FORMAT = "caseledger-tra-referral/1"

# Whoever decides what follows from a breach and tells bodies outside of it, with what leaves the system for that.
_ACTIONS = (CaseReading.READ, CaseReading.OPEN_TEXTS, CaseReading.EXPORT, "ContactBody", "ImposeSanction")
_TITLE = "Referral to the Teaching Regulation Agency"
_INTRODUCTION = (
    "Filled in from the record, under the names of the questions of the Department for Education's service. What is"
    " missing is named; what is to be checked follows from something else. Nothing was sent.",
)
_UNSAFE = re.compile(r"[^A-Za-z0-9._ -]|^[.]+")


@dataclass(frozen=True, slots=True)
class _Upload:
    file: CaseFile
    name: str
    digest: str
    member: str


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral as far as it could be filled in, the cases that it tells of, and the texts that were opened for it."""

    case_id: UUID
    reference: str
    content: dict[str, Any]
    uploads: tuple[_Upload, ...]
    cases: frozenset[UUID]
    opened: frozenset[SealedPlace]


def tra_referral(services: Services, caller: Caller, case_id: UUID, *, with_files: bool = False) -> Referral | Refusal:
    """A breach as a referral, for whoever decides what follows from it.

    With the files each is recorded as exported before it leaves. Raises NotFound, also for whom the case is about,
    NotAllowed, RoutedElsewhere, NotInScope, and KeysUnavailableError.
    """
    ledger = services.ledger
    case = ledger.load(case_id)
    if not isinstance(case, StaffBreach):
        raise NotFound("case_id")
    standing = standing_to(ledger, caller.visibility, case)
    for action in _ACTIONS:
        require_allowed(caller.decide(action, standing))
    made = _Making(ledger, caller, case, clock.london_date(services.now())).made()
    for one in made.uploads if with_files else ():
        exported = run(services, caller, ExportFile(command_id=uuid4(), case_id=case_id, file_id=one.file.file_id))
        if isinstance(exported, Refusal):
            return exported
    return made


def archive_of_referral(ledger: TrustLedger, store: BlobStore, made: Referral) -> Iterator[bytes]:
    """The referral as a program and as a person reads it, with its files, in pieces."""
    written = json.dumps(made.content, ensure_ascii=False, indent=1).encode()
    page = page_of(_TITLE, _INTRODUCTION, made.content).encode()
    return packed(
        [("referral.json", written), ("index.html", page)],
        ((one.member, read_file(ledger, store, made.case_id, one.file, one.digest)) for one in made.uploads),
    )


class _Making:
    """One referral on its way."""

    def __init__(self, ledger: TrustLedger, caller: Caller, case: StaffBreach, today: date) -> None:
        self._ledger = ledger
        self._caller = caller
        self._sight: Visibility = caller.visibility
        self._case = case
        self._today = today
        self._head = ledger.head()[0]
        self._teachers = restricted(ledger, self._head)
        self._texts: dict[SealedPlace, SealedText] = {}

    def made(self) -> Referral:
        """The referral."""
        case = self._case
        earlier = self._earlier()
        uploads, withheld = self._uploads()
        filled = Filling(
            self._ledger,
            case,
            teacher=self._person(case.subject),
            days=people.employment_of(self._ledger.trust, case.subjects),
            today=self._today,
            told=self._told,
        ).filled(earlier, has_evidence=bool(uploads) or withheld > 0)
        referrer = self._referrer()
        organisation = dict.fromkeys(ORGANISATION_FIELDS) | {"name": filled.school}
        referral = dict.fromkeys(REFERRAL_FIELDS) | dict(filled.values)
        content: dict[str, Any] = {
            "format": FORMAT,
            "case": case.reference,
            "referrer": referrer,
            "organisation": organisation,
            "referral": referral,
            "uploads": [
                {
                    "filename": one.name,
                    "kind": one.file.kind,
                    "bytes": one.file.byte_length,
                    "sha256": one.digest,
                    "member": one.member,
                }
                for one in uploads
            ],
            "missing": list(_missing(referrer, organisation, referral)),
            "toCheck": list(filled.to_check),
            "limits": {
                "files": MOST_UPLOADS,
                "bytesOfEach": MOST_UPLOAD_BYTES,
                "types": list(UPLOAD_TYPES),
                "exceeded": list(_exceeded(uploads)),
                "withheld": withheld,
            },
            "notices": [{"law": one.law, "since": one.since.isoformat()} for one in notices(case, self._teachers)],
        }
        cases = frozenset({case.id, *(one.id for one in earlier)})
        opened = frozenset(place for place, text in self._texts.items() if text.text is not None)
        return Referral(case.id, case.reference, content, uploads, cases, opened)

    def _told(self, case: StaffBreach, text: Sealed | None) -> str | None:
        """A sealed text of a case, as far as it is open to the reader."""
        if not isinstance(text, SealedRef):
            return None
        place = SealedPlace(case.id, text.version, text.part)
        if place not in self._texts:
            self._texts |= open_texts(self._ledger, self._sight, [place])
        return self._texts[place].text

    def _person(self, person: UUID | None) -> Person | None:
        return None if person is None else people.find(self._ledger.trust, self._sight, person)

    def _referrer(self) -> dict[str, Any]:
        names = people.names(self._ledger.trust, self._sight, [self._caller.person_id])
        first, last = parted(names[self._caller.person_id].text)
        told: Mapping[str, Any] = {"first_name": first, "last_name": last, "job_title": None, "phone": None}
        return {name: told[name] for name in REFERRER_FIELDS}

    def _earlier(self) -> list[StaffBreach]:
        """The earlier breaches by the same person that were proven and that the reader may open, the first one first.

        What was not proven is told to nobody (Keeping children safe in education, part 4).
        """
        if self._case.subject is None:
            return []
        found = cases_naming(self._ledger, self._case.subject, self._head).values()
        return [
            one
            for one in found
            if isinstance(one, StaffBreach)
            and one.id != self._case.id
            and one.subject == self._case.subject
            and one.opened_on <= self._case.opened_on
            and one.mark is None
            and _is_proven(one)
            and self._may_open(one)
        ]

    def _may_open(self, case: StaffBreach) -> bool:
        standing = standing_to(self._ledger, self._sight, case)
        return all(
            self._caller.decide(action, standing).allowed for action in (CaseReading.READ, CaseReading.OPEN_TEXTS)
        )

    def _uploads(self) -> tuple[tuple[_Upload, ...], int]:
        """The files that go with it, and how many stay: of persons whose own words stay closed when a case leaves."""
        case = self._case
        closed = closed_persons(case, self._sight, self._teachers)
        found: list[_Upload] = []
        withheld = 0
        for file in case.files.values():
            if not file.is_stored:
                continue
            name, digest = self._told(case, file.file_name), self._told(case, file.fingerprint)
            if file.about in closed or name is None or digest is None:
                withheld += 1
                continue
            found.append(_Upload(file, name, digest, f"evidence/{len(found) + 1:02}-{_UNSAFE.sub('_', name)}"))
        return tuple(found), withheld


def _is_proven(case: StaffBreach) -> bool:
    sanctioned = any(not one.set_aside and one.sanction not in NO_SANCTIONS for one in case.sanctions.values())
    return sanctioned or (case.finding is not None and case.finding.finding == "SUBSTANTIATED")


def _missing(*sections: Mapping[str, Any]) -> Iterator[str]:
    """What is not filled in, each field with its section; of what is known not to apply nothing is missing."""
    for section, fields in zip(("referrer", "organisation", "referral"), sections, strict=True):
        for name, value in fields.items():
            if value is None:
                yield f"{section}.{name}"


def _exceeded(uploads: Sequence[_Upload]) -> Iterator[str]:
    """Which limits of the service the files go beyond, in words."""
    if len(uploads) > MOST_UPLOADS:
        yield f"There are {len(uploads)} files; the service takes {MOST_UPLOADS}."
    for one in uploads:
        if one.file.byte_length > MOST_UPLOAD_BYTES:
            yield f"{one.member} is larger than the service takes."
        if one.file.kind not in FILE_KINDS:
            yield f"{one.member} is of a kind that the service does not take."
