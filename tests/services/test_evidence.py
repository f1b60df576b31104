"""Files of evidence over PostgreSQL and a real folder: taken in once, sealed, given out with a record, removed."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access import Role
from domain.file_refusals import FileGone, NotDeclared, TooManyFiles, UnknownFile
from ledger.blob_store import BlobName, FolderBlobs
from ledger.key_store import KeyOwner
from ledger.sealed_files import FileSealer, place_of_file
from services import evidence as evidence_module
from services.case_commands import AddAddendum, MarkNotReportable
from services.command_refusals import NotAllowed, NotFound, TextErased
from services.commands import Refusal
from services.complaint_commands import ComplaintHead, ReceiveComplaint
from services.evidence import (
    Evidence,
    IncomingFile,
    KeptFile,
    files_under_keys,
    keep_file,
    remove_files,
    sweep_orphans,
)
from services.file_refusals import FileInfected, FileKindDisagrees, FileTooLarge
from services.file_views import ExportFile, FileDamagedError, ViewFile, give_file
from services.malware_scan import ScannerUnavailableError, scanner_of
from services.running_commands import run
from services.scope import Caller, system_caller
from services.staff_breach_commands import NameBreachSubject
from services.staff_breach_procedure_commands import SetReportingRestriction
from tests.services.access import ON, OTHER, SCHOOL, Overseen
from tests.support.clamd import FakeClamd
from tests.support.evidence import Desk
from tests.support.file_samples import EICAR, SAMPLES
from tests.support.ledgers import Trust

PDF = SAMPLES["PDF"]
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "evidence")


@pytest.fixture
def overseen(trust: Trust) -> Overseen:
    found = Overseen(trust)
    found.appoint(Role.TRUST_LEAD)
    return found


@pytest.fixture
def desk(trust: Trust, store: FolderBlobs) -> Desk:
    return Desk(trust.services, Evidence(store))


@pytest.fixture
def lead(trust: Trust) -> Caller:
    return trust.lead


def in_store(desk: Desk) -> set[UUID]:
    return {one.name.file_id for one in desk.evidence.store.stored(desk.services.ledger.trust_id)}


def case_of(desk: Desk, case_id: UUID) -> Any:
    return desk.services.ledger.load(case_id)


def complaint(overseen: Overseen) -> UUID:
    heads = (ComplaintHead(about_school=False, about_staff=True),)
    given: dict[str, Any] = {"received_on": ON, "received_by": "HEADTEACHER", "means": "LETTER", "heads": heads}
    found = overseen.trust.do(ReceiveComplaint(command_id=uuid4(), school_urn=SCHOOL, **given))
    return UUID(str(found.id))


def of_kind(overseen: Overseen, kind: str) -> UUID:
    if kind == "COMPLAINT":
        return complaint(overseen)
    return overseen.incident() if kind == "INCIDENT" else overseen.breach()


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


# --- who may


def callers(overseen: Overseen, case_id: UUID) -> dict[str, Caller]:
    at_school = (Role.HEADTEACHER, Role.COORDINATOR, Role.DSL, Role.CHAIR, Role.CLERK, Role.EQUALITIES)
    whole = (Role.TRUST_LEAD, Role.DPO, Role.HR, Role.AUDITOR, Role.DASHBOARD, Role.ADMIN)
    in_case = (Role.INVESTIGATOR, Role.WITNESS, Role.EMERGENCY)
    return (
        {role.value: overseen.caller(role, SCHOOL) for role in at_school}
        | {role.value: overseen.caller(role) for role in whole}
        | {role.value: overseen.trust.caller(role, case=case_id) for role in in_case}
    )


@pytest.mark.parametrize(
    ("kind", "hands_in", "is_given"),
    [
        (
            "INCIDENT",
            {"trust-lead", "headteacher", "coordinator", "dsl", "investigator", "emergency"},
            {"trust-lead", "headteacher", "coordinator", "dsl", "chair", "equalities", "investigator", "emergency"},
        ),
        (
            "COMPLAINT",
            {"trust-lead", "headteacher", "coordinator", "dsl", "chair", "clerk", "investigator"},
            {"trust-lead", "headteacher", "coordinator", "dsl", "chair", "clerk", "investigator", "emergency"},
        ),
        (
            "STAFF_BREACH",
            {"trust-lead", "hr", "investigator"},
            {"trust-lead", "hr", "investigator", "emergency"},
        ),
    ],
)
def test_who_establishes_what_happened_hands_in_and_who_opens_words_is_given(
    overseen: Overseen, desk: Desk, lead: Caller, kind: str, hands_in: set[str], is_given: set[str]
) -> None:
    case_id = of_kind(overseen, kind)
    file_id = desk.keeps(lead, case_id)
    asking = callers(overseen, case_id)

    may_hand_in = {name for name, one in asking.items() if _is_let(partial(desk.keeps, one, case_id))}
    may_have = {name for name, one in asking.items() if _is_let(partial(desk.content, one, case_id, file_id))}

    assert (may_hand_in, may_have) == (hands_in, is_given)


def _is_let(does: Callable[[], object]) -> bool:
    try:
        does()
    except (NotAllowed, NotFound):
        return False
    return True


def test_whom_a_case_is_about_finds_no_file_and_no_case(overseen: Overseen, desk: Desk, lead: Caller) -> None:
    teacher = overseen.caller(Role.HR, None, "the teacher")
    case_id = overseen.breach(subject=teacher.person_id)
    file_id = desk.keeps(lead, case_id)

    for does in (lambda: desk.content(teacher, case_id, file_id), lambda: desk.keeps(teacher, case_id)):
        with pytest.raises(NotFound):
            does()


def test_at_another_school_there_is_no_such_case(overseen: Overseen, desk: Desk, lead: Caller) -> None:
    case_id = overseen.incident()
    file_id = desk.keeps(lead, case_id)
    elsewhere = overseen.caller(Role.HEADTEACHER, OTHER)

    for does in (lambda: desk.content(elsewhere, case_id, file_id), lambda: desk.keeps(elsewhere, case_id)):
        with pytest.raises(NotFound):
            does()


def test_a_file_about_a_teacher_whom_nobody_may_name_is_for_those_whose_work_needs_it(
    overseen: Overseen, desk: Desk, lead: Caller
) -> None:
    case_id, teacher = overseen.breach(), uuid4()
    investigator = overseen.trust.caller(Role.INVESTIGATOR, case=case_id)
    about, other = desk.keeps(lead, case_id, about=teacher), desk.keeps(lead, case_id)
    assert desk.content(investigator, case_id, about) == PDF
    system = system_caller(lead.trust_id)
    overseen.trust.do(NameBreachSubject(command_id=uuid4(), case_id=case_id, subject=teacher), system)
    overseen.trust.do(SetReportingRestriction(command_id=uuid4(), case_id=case_id, applies=True, from_on=ON), system)

    with pytest.raises(NotAllowed):
        desk.content(investigator, case_id, about)
    assert desk.content(investigator, case_id, other) == PDF
    assert desk.content(lead, case_id, about) == PDF


def test_a_file_of_another_case_is_not_there(overseen: Overseen, desk: Desk, lead: Caller) -> None:
    case_id, other = overseen.incident(), overseen.incident()
    file_id = desk.keeps(lead, case_id)

    with pytest.raises(UnknownFile):
        desk.content(lead, other, file_id)


# --- damaged


@pytest.mark.parametrize("length", [len(PDF), 26 * 1024 * 1024])
@pytest.mark.parametrize("damage", ["changed", "cut", "gone", "exchanged"])
def test_a_damaged_file_is_a_fault_that_names_it_and_never_given_as_whole(
    overseen: Overseen, desk: Desk, lead: Caller, tmp_path: Path, length: int, damage: str
) -> None:
    case_id = overseen.incident()
    file_id = desk.keeps(lead, case_id, PDF.ljust(length, b"\n"))
    other = desk.keeps(lead, case_id, PDF.ljust(length, b" "))
    path = tmp_path / "evidence" / str(lead.trust_id) / str(file_id)
    if damage == "gone":
        path.unlink()
    elif damage == "exchanged":
        path.write_bytes(path.with_name(str(other)).read_bytes())
    else:
        content = bytearray(path.read_bytes())
        if damage == "changed":
            content[-20] ^= 1
        else:
            del content[-16 - 64 :]
        path.write_bytes(content)

    with pytest.raises(FileDamagedError) as raised:
        desk.content(lead, case_id, file_id)

    assert raised.value.file_id == file_id
    # A short one was found out before anything was recorded or given; so is one of which nothing opens.
    is_short = length == len(PDF) or damage == "gone"
    assert case_of(desk, case_id).files[file_id].view_count == (0 if is_short else 1)


def test_another_file_sealed_in_the_same_place_is_found_out_by_its_hash(
    overseen: Overseen, desk: Desk, lead: Caller
) -> None:
    case_id = overseen.incident()
    file_id = desk.keeps(lead, case_id)
    # Whoever holds the key seals other bytes as this file.
    desk.evidence.store.delete(BlobName(lead.trust_id, file_id))
    _seal_again(desk, lead, case_id, file_id, PDF.replace(b"1.7", b"1.6"))

    with pytest.raises(FileDamagedError):
        desk.content(lead, case_id, file_id)


def _seal_again(desk: Desk, lead: Caller, case_id: UUID, file_id: UUID, content: bytes) -> None:
    owner = KeyOwner(case_id)
    key = desk.services.keys.keys_for(lead.trust_id, [owner])[owner]
    sealer = FileSealer(key.secret, place_of_file(lead.trust_id, case_id, file_id, key.key_id))
    writer = desk.evidence.store.begin(BlobName(lead.trust_id, file_id))
    writer.write(sealer.update(content) + sealer.finish())
    writer.commit()


# --- removed and erased


def test_files_are_removed_for_good_and_that_they_were_there_stays_on_record(
    overseen: Overseen, desk: Desk, lead: Caller
) -> None:
    case_id, erasure = overseen.incident(), uuid4()
    gone, stays = desk.keeps(lead, case_id), desk.keeps(lead, case_id)
    store = desk.evidence.store

    for _ in range(2):
        assert remove_files(desk.services, lead, store, case_id=case_id, file_ids=[gone], erasure_id=erasure) is None

    files = case_of(desk, case_id).files
    assert (files[gone].state, files[gone].erasure_id, files[stays].state) == ("REMOVED", erasure, "STORED")
    assert in_store(desk) == {stays}
    with pytest.raises(FileGone):
        desk.content(lead, case_id, gone)


def test_a_crash_between_recording_a_removal_and_deleting_is_made_good_by_the_next_try_or_sweep(
    overseen: Overseen, desk: Desk, lead: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = overseen.incident()
    first, second = desk.keeps(lead, case_id), desk.keeps(lead, case_id)
    store = desk.evidence.store
    with monkeypatch.context() as patched:
        patched.setattr(FolderBlobs, "delete", lambda *_: None)
        remove_files(desk.services, lead, store, case_id=case_id, file_ids=[first, second])
    assert in_store(desk) == {first, second}

    remove_files(desk.services, lead, store, case_id=case_id, file_ids=[first])
    assert in_store(desk) == {second}
    assert sweep_orphans(desk.services.ledger, store, datetime.now(UTC) + 2 * DAY) == 1
    assert in_store(desk) == set()


def test_only_those_who_erase_remove_files(overseen: Overseen, desk: Desk, lead: Caller) -> None:
    case_id = overseen.incident()
    file_id = desk.keeps(lead, case_id)
    head = overseen.caller(Role.HEADTEACHER, SCHOOL)

    answer = remove_files(desk.services, head, desk.evidence.store, case_id=case_id, file_ids=[file_id])

    assert answer is not None
    assert (answer.code, in_store(desk)) == ("NOT_ALLOWED", {file_id})


def test_the_files_under_a_key_are_known_and_none_opens_when_it_is_destroyed(
    overseen: Overseen, desk: Desk, lead: Caller
) -> None:
    case_id, pupil = overseen.incident(), uuid4()
    overseen.trust.do(AddAddendum(command_id=uuid4(), case_id=case_id, text="Words of the case."))
    about, plain = desk.keeps(lead, case_id, about=pupil), desk.keeps(lead, case_id)
    keys = desk.services.keys
    owned = keys.keys_of_case(lead.trust_id, case_id)
    ledger = desk.services.ledger
    assert files_under_keys(ledger, case_id, [owned[KeyOwner(case_id, pupil)]]) == (about,)
    assert files_under_keys(ledger, case_id, [owned[KeyOwner(case_id)]]) == (plain,)

    keys.destroy(lead.trust_id, owned[KeyOwner(case_id, pupil)], reason="request", authority="test")

    with pytest.raises(FileGone):
        desk.content(lead, case_id, about)
    assert desk.content(lead, case_id, plain) == PDF
    with pytest.raises(TextErased):
        desk.hand_in(lead, case_id, about=pupil)


def test_a_file_is_recorded_as_exported_by_those_who_export(overseen: Overseen, desk: Desk, lead: Caller) -> None:
    case_id = overseen.incident()
    file_id = desk.keeps(lead, case_id)
    coordinator = overseen.caller(Role.COORDINATOR, SCHOOL)

    for caller, count in ((lead, 1), (coordinator, 1)):
        run(desk.services, caller, ExportFile(command_id=uuid4(), case_id=case_id, file_id=file_id))
        assert case_of(desk, case_id).files[file_id].export_count == count


def test_a_view_is_no_command_that_a_client_could_give_for_somebody_else(desk: Desk, lead: Caller) -> None:
    answer = run(desk.services, lead, ViewFile(command_id=uuid4(), case_id=uuid4(), file_id=uuid4()))

    assert isinstance(answer, Refusal)
    assert answer.code == "NOT_FOUND"


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
