"""Files of evidence over PostgreSQL and a real folder: taken in once and sealed, or refused with nothing left."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from domain.access import Role
from domain.file_refusals import NotDeclared, TooManyFiles
from ledger.blob_store import BlobName, FolderBlobs
from services import evidence as evidence_module
from services.case_commands import MarkNotReportable
from services.command_refusals import NotFound
from services.commands import Refusal
from services.evidence import (
    IncomingFile,
    KeptFile,
    keep_file,
    sweep_orphans,
)
from services.file_refusals import FileInfected, FileKindDisagrees, FileTooLarge
from services.file_views import give_file
from services.malware_scan import ScannerUnavailableError, scanner_of
from services.scope import Caller
from tests.services.access import Overseen
from tests.services.evidence_cases import case_of, in_store, of_kind
from tests.support.clamd import FakeClamd
from tests.support.evidence import Desk
from tests.support.file_samples import EICAR, SAMPLES
from tests.support.ledgers import Trust

PDF = SAMPLES["PDF"]
DAY = timedelta(days=1)


@pytest.fixture
def overseen(trust: Trust) -> Overseen:
    found = Overseen(trust)
    found.appoint(Role.TRUST_LEAD)
    return found


# --- taken in and given out


@pytest.mark.parametrize("kind", ["INCIDENT", "COMPLAINT", "STAFF_BREACH"])
@pytest.mark.parametrize("length", [len(PDF), 3 * 64 * 1024 + 7])
@pytest.mark.obligation("S2-044")
def test_a_file_comes_back_byte_for_byte_and_each_look_at_it_is_recorded(
    overseen: Overseen, desk: Desk, lead: Caller, kind: str, length: int
) -> None:
    case_id, content = of_kind(overseen, kind), PDF.ljust(length, b"\n")
    file_id = desk.keeps(lead, case_id, content)

    given = desk.given(lead, case_id, file_id)

    assert (b"".join(given.pieces), given.name, given.byte_length) == (content, "evidence.pdf", length)
    file = case_of(desk, case_id).files[file_id]
    assert (file.view_count, file.stored_by, file.scanned) == (1, lead.person_id, "NOT_SCANNED")
    assert desk.content(lead, case_id, file_id) == content
    assert case_of(desk, case_id).files[file_id].view_count == 2


def test_nothing_of_a_file_stands_in_the_store_or_the_ledger_in_clear(
    overseen: Overseen, desk: Desk, lead: Caller, tmp_path: Path
) -> None:
    case_id = overseen.incident()
    content = b"%PDF-1.7\n" + b"canary of the content " * 10
    kept = desk.hand_in(lead, case_id, content, name="canary of the name.pdf")
    assert isinstance(kept, KeptFile)

    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    with desk.services.ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT body FROM event WHERE trust_id = %s UNION ALL SELECT blob FROM sealed_part WHERE trust_id = %s",
            (desk.services.ledger.trust_id,) * 2,
        ).fetchall()
    told = written + b"".join(bytes(row[0]) for row in rows)
    for clear in (b"canary", kept.sha256.encode(), bytes.fromhex(kept.sha256)):
        assert clear not in told
    assert [path.name for path in (tmp_path / "evidence").rglob("*") if path.is_file()] == [str(kept.file.file_id)]


def test_a_look_is_recorded_before_the_first_byte(overseen: Overseen, desk: Desk, lead: Caller) -> None:
    case_id = overseen.incident()
    file_id = desk.keeps(lead, case_id)

    given = desk.given(replace(lead, purpose="LEGAL"), case_id, file_id)

    # Not a byte was asked for yet.
    assert case_of(desk, case_id).files[file_id].view_count == 1
    with desk.services.ledger.trust.connection() as connection:
        [(data, role)] = connection.execute(
            "SELECT convert_from(body, 'UTF8')::json->'data', convert_from(body, 'UTF8')::json->>'actor_role'"
            " FROM event WHERE trust_id = %s AND type = 'incident.file_viewed.v1'",
            (lead.trust_id,),
        ).fetchall()
    viewed_by = str(lead.person_id)
    assert data == {"file_id": str(file_id), "derivative": False, "purpose": "LEGAL", "viewed_by": viewed_by}
    assert (role, b"".join(given.pieces)) == ("trust-lead", PDF)


def test_where_a_look_cannot_be_recorded_nothing_is_given(
    overseen: Overseen, desk: Desk, lead: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = overseen.incident()
    file_id = desk.keeps(lead, case_id)
    monkeypatch.setattr("services.file_views.run", lambda *_: Refusal(NotFound.code, "gone meanwhile"))

    answer = give_file(desk.services, lead, desk.evidence.store, case_id=case_id, file_id=file_id)

    assert isinstance(answer, Refusal)


# --- refused, with nothing left


def _refuse(desk: Desk, because: type[Exception], *args: Any, **said: Any) -> None:
    before = desk.services.ledger.head()
    with pytest.raises(because):
        desk.hand_in(*args, **said)
    assert (in_store(desk), desk.services.ledger.head()) == (set(), before)


def test_what_is_refused_leaves_nothing_behind(overseen: Overseen, desk: Desk, lead: Caller) -> None:
    case_id = overseen.incident()

    _refuse(desk, FileKindDisagrees, lead, case_id, SAMPLES["PNG"])
    _refuse(desk, NotDeclared, lead, case_id, no_indecent_image_of_child=False)
    desk.evidence = replace(desk.evidence, most_bytes=99)
    _refuse(desk, FileTooLarge, lead, case_id, PDF.ljust(100))
    desk.evidence = replace(desk.evidence, most_files=0)
    _refuse(desk, TooManyFiles, lead, case_id)
    assert isinstance(desk.evidence.store, FolderBlobs)
    assert list(desk.evidence.store._files(lead.trust_id)) == []


def test_a_refusal_by_the_case_itself_leaves_nothing_behind(overseen: Overseen, desk: Desk, lead: Caller) -> None:
    case_id = overseen.incident()
    answer = desk.hand_in(lead, case_id, expected_version=7)

    assert isinstance(answer, Refusal)
    assert (answer.code, in_store(desk)) == ("VERSION_CONFLICT", set())


def test_malware_is_not_kept_and_what_was_scanned_says_so(overseen: Overseen, desk: Desk, lead: Caller) -> None:
    case_id = overseen.incident()
    with FakeClamd() as clamd:
        desk.evidence = replace(desk.evidence, begin_scan=scanner_of(clamd.address))
        _refuse(desk, FileInfected, lead, case_id, PDF + EICAR)
        file_id = desk.keeps(lead, case_id)

    assert case_of(desk, case_id).files[file_id].scanned == "SCANNED_CLEAN"


def test_nothing_is_kept_unscanned_while_the_scanner_is_away(overseen: Overseen, desk: Desk, lead: Caller) -> None:
    desk.evidence = replace(desk.evidence, begin_scan=scanner_of("/nowhere/clamd.sock"))

    _refuse(desk, ScannerUnavailableError, lead, overseen.incident())


# --- once


def test_the_same_upload_again_gives_the_first_answer_and_one_file(
    overseen: Overseen, desk: Desk, lead: Caller
) -> None:
    case_id, command_id = overseen.incident(), uuid4()
    first = desk.hand_in(lead, case_id, command_id=command_id)
    # Later the case takes no file any more.
    overseen.trust.do(MarkNotReportable(command_id=uuid4(), case_id=case_id, reason="A mistake."))

    again = desk.hand_in(lead, case_id, command_id=command_id)

    assert isinstance(first, KeptFile)
    assert again == replace(first, replayed=True)
    assert in_store(desk) == {first.file.file_id}


@pytest.mark.parametrize("other", [{"content": PDF + b"\n"}, {"name": "other.pdf"}, {"about": uuid4()}])
def test_other_bytes_or_words_under_the_same_command_id_are_refused(
    overseen: Overseen, desk: Desk, lead: Caller, other: dict[str, Any]
) -> None:
    case_id, command_id = overseen.incident(), uuid4()
    file_id = desk.keeps(lead, case_id, command_id=command_id)

    answer = desk.hand_in(lead, case_id, command_id=command_id, **other)

    assert isinstance(answer, Refusal)
    assert (answer.code, in_store(desk)) == ("COMMAND_ID_REUSED", {file_id})


def test_a_crash_between_storing_and_recording_leaves_an_orphan_that_is_swept_after_a_day(
    overseen: Overseen, desk: Desk, lead: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, command_id = overseen.incident(), uuid4()

    class Killed(BaseException):
        """The process ended here."""

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(evidence_module, "run", killed)
        with pytest.raises(Killed):
            desk.hand_in(lead, case_id, command_id=command_id)
    [orphan] = in_store(desk)
    # The client tries again, and has its file.
    file_id = desk.keeps(lead, case_id, command_id=command_id)
    store, ledger, now = desk.evidence.store, desk.services.ledger, datetime.now(UTC)

    assert sweep_orphans(ledger, store, now) == 0
    assert sweep_orphans(ledger, store, now + DAY + timedelta(minutes=1)) == 1
    assert (in_store(desk), orphan != file_id) == ({file_id}, True)
    assert sweep_orphans(ledger, store, now + 2 * DAY) == 0
    assert desk.content(lead, case_id, file_id) == PDF


def test_a_sweep_leaves_the_files_of_every_kind_of_case_and_of_other_trusts(
    overseen: Overseen, desk: Desk, lead: Caller
) -> None:
    kept = {desk.keeps(lead, of_kind(overseen, kind)) for kind in ("INCIDENT", "COMPLAINT", "STAFF_BREACH")}
    elsewhere = BlobName(uuid4(), uuid4())
    writer = desk.evidence.store.begin(elsewhere)
    writer.commit()

    assert sweep_orphans(desk.services.ledger, desk.evidence.store, datetime.now(UTC) + 2 * DAY) == 0
    assert (in_store(desk), desk.evidence.store.holds(elsewhere)) == (kept, True)


def test_sixty_megabytes_are_taken_in_and_given_out_in_little_memory(
    overseen: Overseen, desk: Desk, lead: Caller
) -> None:
    case_id, piece, count = overseen.incident(), bytes(100_000), 600
    given: dict[str, Any] = {"case_id": case_id, "about": None, "name": "film.mp4", "declared": "video/mp4"}
    tracemalloc.start()
    try:
        incoming = IncomingFile(desk.services.ledger, desk.evidence, **given)
        incoming.write(SAMPLES["MP4"])
        for _ in range(count):
            incoming.write(piece)
        said: dict[str, Any] = {"case_id": case_id, "command_id": uuid4(), "expected_version": None}
        kept = keep_file(desk.services, lead, incoming, **said, no_indecent_image_of_child=True)
        assert isinstance(kept, KeptFile)
        length = sum(map(len, desk.given(lead, case_id, kept.file.file_id).pieces))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert length == len(SAMPLES["MP4"]) + count * len(piece)
    assert most < 16 * 1024 * 1024
