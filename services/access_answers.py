"""Putting together what is held about a person under a request for access, and recording which answer was given.

Each time is an event of the request, and each file that leaves with it one of its case. An answer follows from the
ledger up to a position, so that what was looked at is what is given; its manifest has the hash of every member.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID, uuid4

from domain.access import Visibility
from domain.access_request import AccessRequest, AccessRequestState, BundleForm
from domain.access_request_refusals import AccessRequestOver, AnswerChanged
from domain.case import Case
from domain.case_files import CaseFile
from domain.refusals import MalformedValue
from domain.sealed import SealedRef
from ledger.blob_store import BlobStore
from services import people
from services.access_bundles import FORMAT, told
from services.access_commands import (
    AccessRecorded,
    Asking,
    OnAccessRequest,
    cases_for,
    request_of,
    run_on_access_request,
)
from services.access_found import Everything, TextMark
from services.access_search import SIGHT, everything_about
from services.access_telling import Others, member_of, people_in
from services.command_refusals import NotFound
from services.commands import Deciding, Described, Refusal, Services, UnseenCaseCommand
from services.file_views import read_file
from services.packed_files import packed
from services.readable_page import page_of
from services.running_commands import run
from services.scope import Caller
from services.sealed_texts import SealedPlace, SealedText, open_texts
from services.store import TrustLedger

__all__ = ["AnswerAccessRequest", "Bundle", "archive", "make_bundle"]

_TITLES = {BundleForm.REVIEW: "What is held, to be looked through", BundleForm.ANSWER: "What is held about you"}
_INTRODUCTIONS: Mapping[BundleForm, tuple[str, ...]] = {
    BundleForm.REVIEW: (
        "For whoever answers the request, and for nobody else. MAY_MENTION_OTHERS marks what may tell of other people:"
        " read it before it is given. ABOUT_ANOTHER is sealed under another person's key, stays closed and is never"
        " given.",
    ),
    BundleForm.ANSWER: (
        "This is what the trust holds about you in its record of cases. Where something is kept back, the exemption"
        " stands in its place. Other people are named only where they acted for the school.",
        "You may ask the trust to look at it again, and complain to the Information Commissioner (ico.org.uk).",
    ),
}


@dataclass(frozen=True, slots=True)
class BundledFile:
    """A file that belongs to what was put together."""

    case_id: UUID
    file: CaseFile
    member: str
    digest: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was put together: as a program reads it, as a person does, the files with it, and what proves all of it."""

    form: BundleForm
    request_id: UUID
    content: dict[str, Any]
    page: bytes
    written: bytes
    files: tuple[BundledFile, ...]
    manifest: dict[str, Any]
    cases: frozenset[UUID]
    opened: frozenset[SealedPlace]

    @property
    def digest(self) -> str:
        """The SHA-256 of the manifest, in hex: what stands for all of it."""
        return sha256(_written(self.manifest)).hexdigest()


@dataclass(frozen=True, kw_only=True)
class AnswerAccessRequest(OnAccessRequest):
    """Record that the person was given the answer, and which one."""

    answered_on: Annotated[date, Described("The day on which they were given it.")]
    through: Annotated[int, Described("Up to which position of the ledger it was put together.")]
    manifest: Annotated[str, Described("The SHA-256 of its manifest, in hex.")]

    def decide(self, request: AccessRequest, asking: Asking) -> None:
        """Answer, if what would be given is still what was looked at. Raises AnswerChanged."""
        if request.is_open:
            made = _put_together(asking.services, asking.caller, request, BundleForm.ANSWER, self.through)
            if not hmac.compare_digest(made.digest, self.manifest):
                raise AnswerChanged("manifest")
        request.answer(
            answered_on=self.answered_on,
            through=self.through,
            manifest=self.manifest,
            by=asking.caller.person_id,
            today=asking.today,
        )


@dataclass(frozen=True, kw_only=True)
class _NoteBundle(OnAccessRequest):
    """Record that what is held was put together."""

    form: str
    through: int
    manifest: str
    with_files: bool

    def decide(self, request: AccessRequest, asking: Asking) -> None:
        """One event for each time."""
        request.note_bundle(
            form=BundleForm(self.form),
            through=self.through,
            manifest=self.manifest,
            with_files=self.with_files,
            by=asking.caller.person_id,
        )


@dataclass(frozen=True, kw_only=True)
class _ExportForRequest(UnseenCaseCommand):
    """Record that files of a case leave with what was put together for a request."""

    request_id: UUID
    case_id: UUID
    file_ids: tuple[UUID, ...]

    def find(self, context: Deciding) -> Case:
        """The case, where the person of the request occurs in it."""
        asking = Asking(context.services, context.caller, context.today)
        request = request_of(asking.ledger, context.caller, self.request_id)
        case = cases_for(asking, request).get(self.case_id)
        if case is None:
            raise NotFound("case_id")
        return case

    def decide(self, case: Any, context: Deciding) -> None:
        """One event for each file."""
        for file_id in self.file_ids:
            case.export_file(file_id=file_id, by=context.caller.person_id)


def make_bundle(
    services: Services,
    caller: Caller,
    request_id: UUID,
    form: BundleForm,
    *,
    through: int | None = None,
    with_files: bool = False,
) -> Bundle | Refusal:
    """Put together what is held, up to a position or as the ledger stands, after that was recorded.

    An answer that was given is put together up to its own position again. Raises NotAllowed, UnknownAccessRequest,
    AccessRequestOver, AnotherPersonNeeded, StrongerSignInNeeded, MalformedValue and KeysUnavailableError.
    """
    ledger = services.ledger
    request = request_of(ledger, caller, request_id)
    if not request.is_open and (form is BundleForm.REVIEW or request.state is not AccessRequestState.ANSWERED):
        raise AccessRequestOver
    through = request.through or through or ledger.head()[0]
    made = _put_together(services, caller, request, form, through)
    noted = run_on_access_request(
        services,
        caller,
        _NoteBundle(
            command_id=uuid4(),
            request_id=request_id,
            form=form.value,
            through=through,
            manifest=made.digest,
            with_files=with_files,
        ),
    )
    if isinstance(noted, Refusal):
        return noted
    assert isinstance(noted, AccessRecorded)
    of_case: dict[UUID, tuple[UUID, ...]] = {}
    for one in made.files if with_files else ():
        of_case[one.case_id] = (*of_case.get(one.case_id, ()), one.file.file_id)
    for case_id, file_ids in of_case.items():
        export = _ExportForRequest(command_id=uuid4(), request_id=request_id, case_id=case_id, file_ids=file_ids)
        outcome = run(services, caller, export)
        if isinstance(outcome, Refusal):
            return outcome
    return made


def archive(ledger: TrustLedger, store: BlobStore, made: Bundle) -> Iterator[bytes]:
    """What was put together as one file, in pieces: the manifest, both readings, and the files.

    A file that is not what was handed in raises FileDamagedError, so that the archive ends before its end.
    """
    return packed(
        [("manifest.json", _written(made.manifest)), ("data.json", made.written), ("index.html", made.page)],
        ((one.member, read_file(ledger, store, one.case_id, one.file, one.digest)) for one in made.files),
    )


def _put_together(services: Services, caller: Caller, request: AccessRequest, form: BundleForm, through: int) -> Bundle:
    ledger = services.ledger
    if not 1 <= through <= ledger.head()[0]:
        raise MalformedValue("through")
    found = everything_about(ledger, caller, request, through)
    content = told(ledger, request, found, form, _others(ledger, caller, found), _own_words(ledger, caller, request))
    written = json.dumps(content, ensure_ascii=False, indent=1).encode()
    page = page_of(_TITLES[form], _INTRODUCTIONS[form], content).encode()
    files = tuple(_files(found, content, form))
    members = [
        {"name": name, "bytes": len(text), "sha256": sha256(text).hexdigest()}
        for name, text in (("data.json", written), ("index.html", page))
    ]
    members += [{"name": one.member, "bytes": one.file.byte_length, "sha256": one.digest} for one in files]
    manifest = {
        "format": FORMAT,
        "form": form.value,
        "request": str(request.id),
        "through": through,
        "members": members,
    }
    cases = frozenset(one.case.id for one in found.cases)
    return Bundle(form, request.id, content, page, written, files, manifest, cases, found.opened)


def _files(found: Everything, content: Mapping[str, Any], form: BundleForm) -> Iterator[BundledFile]:
    """The files that what is told names: in an answer those that are not kept back."""
    named = {file.get("member") for case in content["cases"] for file in case["files"]}
    for one in found.cases:
        for file in one.files:
            is_given = form is BundleForm.REVIEW or file.mark is not TextMark.ABOUT_ANOTHER
            if is_given and file.digest is not None and file.digest.text is not None and member_of(file) in named:
                yield BundledFile(one.case.id, file.file, member_of(file), file.digest.text)


def _others(ledger: TrustLedger, caller: Caller, found: Everything) -> Others:
    """What the people who stand in what is found are, and are called."""
    kinds = people.kinds_among(ledger.trust, people_in(found))
    names = people.names(ledger.trust, _sight(caller), kinds)
    return Others({person: name.text for person, name in names.items() if name.text is not None}, kinds)


def _own_words(ledger: TrustLedger, caller: Caller, request: AccessRequest) -> dict[SealedPlace, SealedText]:
    """The opened texts of the request itself: why passages are kept back, and what is given instead."""
    texts = [text for kept in request.kept_back.values() for text in (kept.notes, kept.instead)]
    places = [SealedPlace(request.id, text.version, text.part) for text in texts if isinstance(text, SealedRef)]
    return open_texts(ledger, _sight(caller), places)


def _sight(caller: Caller) -> Visibility:
    """What is opened under a request; whoever may put it together was asked before."""
    return replace(caller.visibility, opens=SIGHT)


def _written(manifest: Mapping[str, Any]) -> bytes:
    return json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode()
