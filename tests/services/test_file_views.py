"""Giving out files of evidence: to whom, never damaged, and never once they were removed or erased."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from domain.access import Role
from domain.file_refusals import FileGone, UnknownFile
from ledger.blob_store import BlobName, FolderBlobs
from ledger.key_store import KeyOwner
from ledger.sealed_files import FileSealer, place_of_file
from services.case_commands import AddAddendum
from services.command_refusals import NotAllowed, NotFound, TextErased
from services.commands import Refusal
from services.evidence import (
    files_under_keys,
    remove_files,
    sweep_orphans,
)
from services.file_views import ExportFile, FileDamagedError, ViewFile
from services.running_commands import run
from services.scope import Caller, system_caller
from services.staff_breach_commands import NameBreachSubject
from services.staff_breach_procedure_commands import SetReportingRestriction
from tests.services.access import ON, OTHER, SCHOOL, Overseen
from tests.services.evidence_cases import case_of, in_store, of_kind
from tests.support.evidence import Desk
from tests.support.file_samples import SAMPLES
from tests.support.ledgers import Trust

PDF = SAMPLES["PDF"]
DAY = timedelta(days=1)


@pytest.fixture
def overseen(trust: Trust) -> Overseen:
    found = Overseen(trust)
    found.appoint(Role.TRUST_LEAD)
    return found


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
