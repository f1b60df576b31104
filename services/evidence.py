"""Files of evidence: taken in as they come, given out with a record of it, removed for good.

A file is looked at, hashed, scanned and sealed in one pass and in little memory, and its plain bytes touch no disk. It
lies in the store before the ledger says so; what the ledger never came to say is swept away after a day.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import InitVar, dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid4

from domain.case import Case
from domain.case_files import MOST_FILES, CaseFile
from domain.permissions import Task
from domain.vocabulary_of_files import FileKind
from ledger.blob_store import BlobName, BlobStore
from ledger.key_store import KeyDestroyedError, KeyOwner
from ledger.sealed_files import FileSealer, place_of_file
from services.command_refusals import NotAllowed, NotFound, TextErased
from services.commands import Deciding, Described, Recorded, Refusal, Services, UnseenCaseCommand
from services.decisions import CaseDecision
from services.file_refusals import FileTooLarge
from services.file_types import ContentCheck
from services.malware_scan import Scan, no_scan
from services.running_commands import require_allowed, run
from services.scope import Caller
from services.sight import standing_to
from services.store import TrustLedger

__all__ = [
    "MOST_BYTES",
    "Evidence",
    "IncomingFile",
    "KeptFile",
    "StoreFile",
    "admit_file",
    "case_to_hand_in",
    "files_under_keys",
    "keep_file",
    "remove_files",
    "sweep_orphans",
]

# As large as the Department for Education's service for referrals takes one.
MOST_BYTES = 100 * 1024 * 1024
# How long a file may lie in the store before the ledger names it.
ORPHAN_AFTER = timedelta(hours=24)
_STORED = [f"{kind}.file_stored.v1" for kind in ("incident", "complaint", "staff_breach")]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where files lie, what begins a scan of one, and how large and how many they may be."""

    store: BlobStore
    begin_scan: Callable[[], Scan] = no_scan
    most_bytes: int = MOST_BYTES
    most_files: int = MOST_FILES


@dataclass(frozen=True, slots=True)
class Received:
    """A file that lies in the store: as which file, what the scanner said, and how many files the case may have."""

    file_id: UUID
    scanned: str
    most_files: int


@dataclass(frozen=True, kw_only=True)
class StoreFile(CaseDecision):
    """Hand in a file: what it is, of which evidence, and about whom; its bytes came before.

    The same bytes and words under the same command id are the same command, as whichever file they came.
    """

    decision: ClassVar[str] = "store_file"
    sealed_under: ClassVar[dict[str, str]] = {"file_name": "about", "fingerprint": "about"}

    file_name: Annotated[str, Described("What the file is called; stored sealed.")]
    fingerprint: Annotated[str, Described("The SHA-256 of its bytes, in hex; stored sealed.")]
    kind: Annotated[str, Described("What it is by its content: a code of the list file_kinds.")]
    byte_length: Annotated[int, Described("How many bytes it has.")]
    no_indecent_image_of_child: Annotated[bool, Described("That it shows no indecent image of anybody under 18.")]
    evidence_id: Annotated[UUID | None, Described("The piece of evidence that it is, of an incident.")] = None
    about: Annotated[UUID | None, Described("The person whom it concerns, under whose key it is sealed then.")] = None
    collected_on: Annotated[date | None, Described("The day it was collected.")] = None
    collected_by: Annotated[UUID | None, Described("Who collected it.")] = None
    received: InitVar[Received]

    def __post_init__(self, received: Received) -> None:
        # No field of the command: another try brings the same file under another id.
        object.__setattr__(self, "_received", received)

    def arguments(self, case: Any, context: Deciding) -> dict[str, Any]:
        """The decision's arguments, with what came of receiving the file."""
        received: Received = vars(self)["_received"]
        return super().arguments(case, context) | {
            "file_id": received.file_id,
            "scanned": received.scanned,
            "most_files": received.most_files,
        }


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that was handed in: as it is recorded, with the hash of its bytes, and where that stands."""

    file: CaseFile
    sha256: str
    position: int | None
    version: int
    replayed: bool


def case_to_hand_in(services: Services, caller: Caller, case_id: UUID) -> Case:
    """The case to which the caller may hand in files. Raises NotFound, NotAllowed and what else a decision says."""
    case = services.ledger.load(case_id)
    if not isinstance(case, Case):
        raise NotFound("case_id")
    require_allowed(caller.decide("StoreFile", standing_to(services.ledger, caller.visibility, case)))
    return case


def admit_file(
    services: Services,
    caller: Caller,
    evidence: Evidence,
    *,
    case_id: UUID,
    command_id: UUID,
    evidence_id: UUID | None,
    no_indecent_image_of_child: bool,
) -> None:
    """Refuse a file before any of it is read, as far as that can be told. Raises Refused."""
    case = case_to_hand_in(services, caller, case_id)
    if services.ledger.receipt(command_id) is None:
        # What was carried out before is answered as it was then, whatever the case has become.
        case.require_room(
            evidence_id=evidence_id,
            no_indecent_image_of_child=no_indecent_image_of_child,
            most_files=evidence.most_files,
        )


class IncomingFile:
    """One file on its way in.

    Its methods raise Refused, KeysUnavailableError, BlobStoreUnavailableError or ScannerUnavailableError; after any of
    them it is to be discarded.
    """

    def __init__(
        self, ledger: TrustLedger, evidence: Evidence, *, case_id: UUID, about: UUID | None, name: str, declared: str
    ) -> None:
        """Begin to take in a file of a case that was admitted; `name` and `declared` are what its sender says of it."""
        self.name = name
        self._evidence = evidence
        self._check = ContentCheck(name, declared)
        self._hash = sha256()
        owner = KeyOwner(case_id, about)
        try:
            key = ledger.keys.keys_for(ledger.trust_id, [owner])[owner]
        except KeyDestroyedError:
            raise TextErased from None
        self._blob = BlobName(ledger.trust_id, uuid4())
        place = place_of_file(ledger.trust_id, case_id, self._blob.file_id, key.key_id)
        self._sealer = FileSealer(key.secret, place)
        self._scan = evidence.begin_scan()
        try:
            self._writer = evidence.store.begin(self._blob)
        except BaseException:
            self._scan.close()
            raise

    def write(self, data: bytes) -> None:
        """Take in more of the file."""
        if self._check.byte_length + len(data) > self._evidence.most_bytes:
            raise FileTooLarge("file")
        self._check.update(data)
        self._hash.update(data)
        self._scan.update(data)
        self._writer.write(self._sealer.update(data))

    def finish(self) -> tuple[Received, FileKind, int, str]:
        """End the file: what it was received as, its kind, its length, and the SHA-256 of its bytes in hex.

        It lies in the store from now on, whole and for good, unless it is dropped.
        """
        kind = self._check.finish()
        scanned = self._scan.finish()
        self._scan.close()
        self._writer.write(self._sealer.finish())
        self._writer.commit()
        received = Received(self._blob.file_id, scanned, self._evidence.most_files)
        return received, kind, self._check.byte_length, self._hash.hexdigest()

    def discard(self) -> None:
        """Leave nothing of a file that did not come to its end; one that did stays."""
        self._scan.close()
        self._writer.discard()

    def drop(self) -> None:
        """Delete a file that came to its end and that no event will name."""
        self._evidence.store.delete(self._blob)


def keep_file(
    services: Services,
    caller: Caller,
    incoming: IncomingFile,
    *,
    case_id: UUID,
    command_id: UUID,
    expected_version: int | None,
    **said: Any,
) -> KeptFile | Refusal:
    """End a file that came whole, and record it; `said` are the fields of StoreFile that its sender gives.

    The same command id with the same bytes and words gives the first answer. A refusal leaves nothing in the store; a
    fault may leave a file there that `sweep_orphans` removes, for the event might have been recorded.
    """
    received, kind, byte_length, digest = incoming.finish()
    command = StoreFile(
        command_id=command_id,
        case_id=case_id,
        expected_version=expected_version,
        file_name=incoming.name,
        fingerprint=digest,
        kind=kind.code,
        byte_length=byte_length,
        received=received,
        **said,
    )
    outcome = run(services, caller, command)
    if isinstance(outcome, Refusal):
        incoming.drop()
        return outcome
    file = list(outcome.case.files.values())[-1]
    if file.file_id != received.file_id:
        incoming.drop()
    return KeptFile(file, digest, outcome.last_position, outcome.case.version, outcome.replayed)


def files_under_keys(ledger: TrustLedger, case_id: UUID, keys: Collection[UUID]) -> tuple[UUID, ...]:
    """The files of a case that are sealed under any of some keys and are still kept."""
    case = ledger.load(case_id)
    if not isinstance(case, Case):
        return ()
    owners = {owner for owner, key_id in ledger.keys.keys_of_case(ledger.trust_id, case_id).items() if key_id in keys}
    return tuple(one.file_id for one in case.files.values() if one.is_stored and KeyOwner(case_id, one.about) in owners)


@dataclass(frozen=True, kw_only=True)
class RemoveFiles(UnseenCaseCommand):
    """Record that files of a case are no longer kept."""

    case_id: Annotated[UUID, Described("The case, by its id.")]
    file_ids: Annotated[tuple[UUID, ...], Described("The files.")]
    erasure_id: Annotated[UUID | None, Described("The erasure that asks for it, if one does.")] = None

    def find(self, context: Deciding) -> Case:
        """A case of the trust; for whoever erases."""
        if not context.caller.decide(Task.ERASE_PERSON).allowed:
            raise NotAllowed
        case = context.services.ledger.load(self.case_id)
        if not isinstance(case, Case):
            raise NotFound("case_id")
        return case

    def decide(self, case: Any, context: Deciding) -> None:  # noqa: ARG002 - the command's signature
        """Those that are gone already stay as they are."""
        for file_id in self.file_ids:
            case.remove_file(file_id=file_id, erasure_id=self.erasure_id)


def remove_files(
    services: Services,
    caller: Caller,
    store: BlobStore,
    *,
    case_id: UUID,
    file_ids: Sequence[UUID],
    erasure_id: UUID | None = None,
) -> Refusal | None:
    """Remove files of a case for good: first it is recorded, then they are deleted.

    It can be repeated as often as need be, also after a fault between the two; what is gone is gone once. Returns the
    refusal of a caller who may not, or of a file that the case never had.
    """
    if not file_ids:
        return None
    command = RemoveFiles(command_id=uuid4(), case_id=case_id, file_ids=tuple(file_ids), erasure_id=erasure_id)
    outcome = run(services, caller, command)
    if isinstance(outcome, Refusal):
        return outcome
    assert isinstance(outcome, Recorded)
    for file_id in file_ids:
        store.delete(BlobName(services.ledger.trust_id, file_id))
    return None


def sweep_orphans(ledger: TrustLedger, store: BlobStore, now: datetime) -> int:
    """Delete what has lain in the store for a day and is named by no case as kept; returns how many files that were.

    Such a file is left by a process that ended between storing it and recording it, or between recording that it was
    removed and deleting it. Safe to run at any time and at once.
    """
    before = now - ORPHAN_AFTER
    old = [one.name for one in store.stored(ledger.trust_id) if one.stored_at < before]
    store.drop_drafts(ledger.trust_id, before)
    if not old:
        return 0
    # Read after the store was: what is stored meanwhile is younger than a day.
    kept = set(_kept(ledger))
    orphans = [name for name in old if name.file_id not in kept]
    for name in orphans:
        store.delete(name)
    return len(orphans)


def _kept(ledger: TrustLedger) -> Iterator[UUID]:
    """The files that the cases of a trust keep."""
    with ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT DISTINCT stream_id FROM event WHERE trust_id = %s AND type = ANY(%s)",
            (ledger.trust_id, _STORED),
            binary=True,
        ).fetchall()
    streams = [stream_id for (stream_id,) in rows]
    for at in range(0, len(streams), 100):
        for case in ledger.load_many(streams[at : at + 100]).values():
            yield from (one.file_id for one in case.files.values() if one.is_stored)
