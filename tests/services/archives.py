"""Archives of cases and periods, taken apart and put together again as somebody would who alters them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar
from uuid import UUID

from ledger.verify import Report, verify_archive
from services.checkpoint_signers import signer
from services.commands import Refusal
from services.evidence import remove_files
from services.export_files import Archive, export_archive, export_period_archive
from services.scope import Caller
from services.sealed_texts import SealedPlace
from services.store import TrustLedger
from tests.ledger.declared_ledger import spelled
from tests.services.exported import a_case
from tests.support.evidence import Desk
from tests.support.file_samples import SAMPLES
from tests.support.ledgers import Trust

__all__ = [
    "FAR_OFF",
    "LONG_AGO",
    "ONE",
    "OTHER",
    "STRANGER",
    "Alteration",
    "Enclosed",
    "archived",
    "archived_period",
    "case_with_files",
    "changed",
    "contents",
    "found_in",
    "report_of",
    "taken_apart",
]

LONG_AGO, FAR_OFF = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

# Of one length.
ONE, OTHER = (SAMPLES["PDF"] + b"% " + word + b"\n" for word in (b"one", b"two"))
STRANGER = "00000000-0000-4000-8000-000000000000"
Contents = list[tuple[str, bytes]]
Files = TypeVar("Files")


@dataclass(frozen=True)
class Alteration(Generic[Files]):
    """What is done to an archive that holds `:first` and `:second`, how, and what the check of it says."""

    done: str
    made: Callable[[bytes, Files], bytes]
    says: str


def contents(change: Callable[[Contents, Files], Contents]) -> Callable[[bytes, Files], bytes]:
    """An alteration of what it holds, written anew so that nothing else of the archive tells."""
    return lambda archive, files: spelled(change(taken_apart(archive), files))


def changed(content: bytes) -> bytes:
    """The bytes with one bit of the last turned."""
    return content[:-1] + bytes([content[-1] ^ 1])


@dataclass(frozen=True)
class Enclosed:
    """A case with files: two that are kept, by their ids in order, and one that was removed.

    `position` is where it is recorded that the first was handed in.
    """

    case_id: UUID
    first: UUID
    second: UUID
    removed: UUID
    position: int

    def named(self, text: str) -> str:
        """The text with the ids for `:first`, `:second` and `:removed`, and the first's `:position`."""
        for name in ("first", "second", "removed", "position"):
            text = text.replace(f":{name}", str(getattr(self, name)))
        return text


def case_with_files(trust: Trust, desk: Desk) -> Enclosed:
    case_id = a_case(trust)
    one = desk.keeps(trust.lead, case_id, ONE)
    other = desk.keeps(trust.lead, case_id, OTHER)
    removed = desk.keeps(trust.lead, case_id, SAMPLES["PNG"], code="PNG")
    by = trust.lead
    assert remove_files(desk.services, by, desk.evidence.store, case_id=case_id, file_ids=[removed]) is None
    first, second = sorted((one, other))
    return Enclosed(case_id, first, second, removed, 7 if first == one else 8)


def archived(desk: Desk, caller: Caller, case_id: UUID, *, since: int | None = None) -> bytes:
    """The archive of a case, which has to be given, and has to be as long as it is said to be."""
    found = export_archive(desk.services, caller, desk.evidence.store, case_id, since=() if since is None else (since,))
    return _whole(found)


def archived_period(
    desk: Desk,
    caller: Caller,
    since: datetime = LONG_AGO,
    until: datetime = FAR_OFF,
    *,
    kept: int | None = None,
    opened: set[SealedPlace] | None = None,
    told: set[UUID] | None = None,
) -> bytes:
    """The archive of a period, which has to be given as well."""
    store, sizes = desk.evidence.store, () if kept is None else (kept,)
    return _whole(export_period_archive(desk.services, caller, store, since, until, opened, told, kept=sizes))


def _whole(found: Archive | Refusal) -> bytes:
    assert isinstance(found, Archive), found
    content = b"".join(found.pieces)
    assert len(content) == found.byte_length
    return content


def taken_apart(archive: bytes) -> Contents:
    """What an archive holds, as the standard library reads it."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        return [(name, opened.read(name)) for name in opened.namelist()]


def report_of(ledger: TrustLedger, archive: bytes, known: str | None = None) -> Report:
    key = signer(ledger).verifier_key
    return verify_archive(io.BytesIO(archive), public_key=key, known_checkpoint=known)


def found_in(ledger: TrustLedger, archive: bytes, known: str | None = None) -> str:
    """What the offline check says of an archive: that it holds, or what is wrong first."""
    report = report_of(ledger, archive, known)
    return "holds" if report.first_failure is None else f"{report.first_failure.check}: {report.first_failure}"
