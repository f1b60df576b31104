"""A case leaves with its files of evidence: each recorded, whole, and for those alone who may be given it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access import Role
from ledger.key_store import KeyOwner
from services import export_files
from services.checkpoints import make_checkpoint
from services.command_refusals import NotAllowed, NotFound
from services.commands import Refusal
from services.export import export_case
from services.export_files import ArchiveTooLarge, export_archive
from services.file_views import FileDamagedError, read_file
from services.scope import Caller
from tests.services.access import SCHOOL, Overseen
from tests.services.archives import ONE, OTHER, archived, case_with_files, found_in, report_of, taken_apart
from tests.services.evidence_cases import case_of, of_kind
from tests.services.exported import a_case
from tests.support.evidence import Desk
from tests.support.ledgers import Trust


def test_an_archive_holds_the_bundle_byte_for_byte_and_every_file_that_is_kept(trust: Trust, desk: Desk) -> None:
    # given
    case = case_with_files(trust, desk)
    kept = make_checkpoint(trust.ledger)

    # when
    archive = archived(desk, trust.lead, case.case_id, since=kept.size)

    # then
    [bundle, one, other] = taken_apart(archive)
    assert bundle == (
        "bundle.json",
        export_case(trust.ledger, trust.lead.visibility, case.case_id, since=(kept.size,)),
    )
    assert [one[0], other[0]] == [f"files/{case.first}", f"files/{case.second}"]
    assert {one[1], other[1]} == {ONE, OTHER}
    report = report_of(trust.ledger, archive, kept.note)
    assert report.ok, report.first_failure
    assert (report.checks[0].found, report.checks[-1].found) == (
        "bundle.json and 2 file(s), written in the one way there is",
        "2 as handed in, 1 removed",
    )
    assert {file.file_id: file.state for file in report.files} == {
        case.first: "KEPT",
        case.second: "KEPT",
        case.removed: "REMOVED",
    }


def test_that_each_file_leaves_is_recorded_before_the_bundle_is_made_and_stands_in_it(trust: Trust, desk: Desk) -> None:
    case = case_with_files(trust, desk)

    [(_, bundle), *_] = taken_apart(archived(desk, trust.lead, case.case_id))

    files = case_of(desk, case.case_id).files
    assert {one: (file.export_count, file.view_count) for one, file in files.items()} == {
        case.first: (1, 0),
        case.second: (1, 0),
        case.removed: (0, 0),
    }
    bodies = [json.loads(event["body"]) for event in json.loads(bundle)["events"]]
    assert [(body["type"], body["data"]["file_id"]) for body in bodies[-2:]] == [
        ("incident.file_exported.v1", str(case.first)),
        ("incident.file_exported.v1", str(case.second)),
    ]


def test_the_same_archive_has_the_same_bytes_but_for_what_was_recorded_since(trust: Trust, desk: Desk) -> None:
    case_id = a_case(trust)

    assert archived(desk, trust.lead, case_id) == archived(desk, trust.lead, case_id)
    assert [name for name, _ in taken_apart(archived(desk, trust.lead, case_id))] == ["bundle.json"]


@pytest.mark.parametrize("kind", ["INCIDENT", "COMPLAINT", "STAFF_BREACH"])
def test_whoever_takes_a_case_away_has_the_files_whose_words_they_open_and_no_others(
    trust: Trust, desk: Desk, lead: Caller, kind: str
) -> None:
    overseen = Overseen(trust)
    overseen.appoint(Role.TRUST_LEAD)
    case_id = of_kind(overseen, kind)
    desk.keeps(lead, case_id)
    at_school = [trust.caller(role, SCHOOL) for role in (Role.HEADTEACHER, Role.COORDINATOR, Role.DSL, Role.CHAIR)]
    at_school += [trust.caller(role, SCHOOL) for role in (Role.CLERK, Role.EQUALITIES, Role.GOVERNOR)]
    whole = (Role.TRUST_LEAD, Role.HR, Role.AUDITOR, Role.DPO, Role.SYSTEM, Role.DASHBOARD)
    given: dict[str, int] = {}
    for caller in [*at_school, *map(trust.caller, whole)]:
        try:
            archive = archived(desk, caller, case_id)
        except (NotAllowed, NotFound):
            continue
        given[caller.role.value] = len(taken_apart(archive)) - 1
        assert found_in(trust.ledger, archive) == "holds", caller.role
        state = report_of(trust.ledger, archive).files[0].state
        assert state == ("KEPT" if given[caller.role.value] else "WITHHELD")

    whole_words = {"trust-lead": 1, "auditor": 0, "dpo": 0, "system": 1}
    assert (
        given
        == {
            "INCIDENT": whole_words | {"headteacher": 1, "dsl": 1, "chair": 1},
            "COMPLAINT": whole_words | {"headteacher": 1, "dsl": 1, "chair": 1, "clerk": 1},
            "STAFF_BREACH": whole_words | {"hr": 1},
        }[kind]
    )


def test_a_file_whose_key_is_gone_does_not_leave_and_is_withheld_until_an_event_proves_it_erased(
    trust: Trust, desk: Desk, lead: Caller
) -> None:
    case_id, pupil = a_case(trust), uuid4()
    desk.keeps(lead, case_id, about=pupil)
    stays = desk.keeps(lead, case_id)
    key_id = trust.ledger.keys.keys_of_case(trust.trust_id, case_id)[KeyOwner(case_id, pupil)]
    trust.ledger.keys.destroy(trust.trust_id, key_id, reason="request", authority="test")

    archive = archived(desk, lead, case_id)

    assert report_of(trust.ledger, archive).checks[-1].found == "1 as handed in, 1 withheld"
    assert [name for name, _ in taken_apart(archive)] == ["bundle.json", f"files/{stays}"]


def test_a_file_that_is_handed_in_meanwhile_goes_with_the_case_and_is_recorded(
    trust: Trust, desk: Desk, lead: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = a_case(trust)
    desk.keeps(lead, case_id)
    late: list[UUID] = []

    def reading(*arguments: Any) -> Any:
        if not late:
            late.append(desk.keeps(lead, case_id))
        return read_file(*arguments)

    monkeypatch.setattr(export_files, "read_file", reading)

    archive = archived(desk, lead, case_id)

    assert found_in(trust.ledger, archive) == "holds"
    assert len(taken_apart(archive)) == 3
    assert [file.export_count for file in case_of(desk, case_id).files.values()] == [1, 1]


@pytest.mark.parametrize("how", ["changed", "gone", "another's"])
def test_a_file_that_is_not_what_was_handed_in_does_not_leave_and_nothing_is_recorded(
    trust: Trust, desk: Desk, tmp_path: Path, how: str
) -> None:
    case = case_with_files(trust, desk)
    first, second = (tmp_path / "evidence" / str(trust.trust_id) / str(one) for one in (case.first, case.second))
    if how == "changed":
        content = bytearray(first.read_bytes())
        content[70] ^= 1
        first.write_bytes(content)
    elif how == "gone":
        first.unlink()
    else:
        first.write_bytes(second.read_bytes())
    before = trust.ledger.head()

    with pytest.raises(FileDamagedError, match=f"the stored file {case.first} is not what was handed in"):
        archived(desk, trust.lead, case.case_id)

    assert trust.ledger.head() == before


def test_a_file_that_was_damaged_since_it_was_looked_at_ends_the_archive_before_its_end(
    trust: Trust, desk: Desk, tmp_path: Path
) -> None:
    case = case_with_files(trust, desk)
    found: Any = export_archive(desk.services, trust.lead, desk.evidence.store, case.case_id)
    (tmp_path / "evidence" / str(trust.trust_id) / str(case.second)).unlink()

    with pytest.raises(FileDamagedError):
        list(found.pieces)


def test_more_than_an_archive_holds_is_refused_and_nothing_is_recorded(
    trust: Trust, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = case_with_files(trust, desk)
    before = trust.ledger.head()
    monkeypatch.setattr("ledger.archive._MOST_BYTES", 400)

    with pytest.raises(ArchiveTooLarge) as refused:
        archived(desk, trust.lead, case.case_id)

    assert refused.value.code == "QUERY_TOO_LARGE"
    assert trust.ledger.head() == before


def test_what_cannot_be_recorded_does_not_leave(trust: Trust, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    case = case_with_files(trust, desk)
    refusal = Refusal(NotAllowed.code, "No.")
    monkeypatch.setattr(export_files, "run", lambda *_: refusal)

    assert export_archive(desk.services, trust.lead, desk.evidence.store, case.case_id) is refusal


def test_a_case_outside_ones_sight_has_no_archive(trust: Trust, desk: Desk) -> None:
    case = case_with_files(trust, desk)
    with pytest.raises(NotFound):
        archived(desk, trust.caller(Role.HEADTEACHER, "900002"), case.case_id)
    with pytest.raises(NotAllowed):
        archived(desk, trust.caller(Role.COORDINATOR, SCHOOL), case.case_id)
