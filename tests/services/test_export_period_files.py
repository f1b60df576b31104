"""A period leaves with the files that were handed in within it: of every case, each recorded, and for those who may."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access import Role
from domain.refusals import Refused
from ledger.key_store import KeyOwner
from services import export_files
from services import export_period as exporting
from services.checkpoints import make_checkpoint
from services.command_refusals import NotAllowed
from services.commands import Refusal
from services.evidence import remove_files
from services.export_files import ArchiveTooLarge, export_period_archive
from services.export_period import PeriodTooLarge, export_period
from services.file_views import FileDamagedError, read_file
from services.scope import Caller
from services.staff_breach_commands import ReportStaffBreach
from tests.services.access import Overseen
from tests.services.archives import (
    FAR_OFF,
    LONG_AGO,
    ONE,
    OTHER,
    archived_period,
    found_in,
    report_of,
    taken_apart,
)
from tests.services.erasers import Eraser, person
from tests.services.evidence_cases import case_of
from tests.services.exported import AWARE, a_case
from tests.support.evidence import Desk
from tests.support.ledgers import Trust


@dataclass(frozen=True)
class Term:
    """A period, from `since` to `until`, in which two cases got a file each; before and after it they got others."""

    case: UUID
    other_case: UUID
    before: UUID
    mine: UUID
    theirs: UUID
    after: UUID
    since: datetime
    until: datetime


def now(trust: Trust) -> datetime:
    """An instant after all that was recorded, and before all that will be."""
    with trust.ledger.trust.connection() as connection:
        row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    at: datetime = row[0]
    return at


@pytest.fixture
def term(trust: Trust, desk: Desk) -> Term:
    case, other_case = a_case(trust), a_case(trust)
    before = desk.keeps(trust.lead, case, ONE)
    since = now(trust)
    mine, theirs = desk.keeps(trust.lead, case, ONE + b"%"), desk.keeps(trust.lead, other_case, OTHER)
    until = now(trust)
    after = desk.keeps(trust.lead, other_case, OTHER + b"%")
    return Term(case, other_case, before, mine, theirs, after, since, until)


def states(trust: Trust, archive: bytes) -> dict[UUID, str]:
    """What the check, which has to hold, says of each file."""
    report = report_of(trust.ledger, archive)
    assert report.ok, report.first_failure
    return {file.file_id: file.state for file in report.files}


def names(archive: bytes) -> list[str]:
    return [name for name, _ in taken_apart(archive)]


def test_it_holds_the_bundle_byte_for_byte_and_the_files_handed_in_within_the_period_whatever_their_case(
    trust: Trust, desk: Desk, term: Term
) -> None:
    kept = make_checkpoint(trust.ledger)

    archive = archived_period(desk, trust.lead, term.since, term.until, kept=kept.size)

    [bundle, one, other] = taken_apart(archive)
    assert bundle == (
        "bundle.json",
        export_period(trust.ledger, trust.lead, term.since, term.until, kept=(kept.size,)),
    )
    content = {term.mine: ONE + b"%", term.theirs: OTHER}
    assert [one, other] == [(f"files/{file_id}", content[file_id]) for file_id in sorted(content)]
    report = report_of(trust.ledger, archive, kept.note)
    assert report.ok, report.first_failure
    assert (report.checks[1].found, report.checks[-1].found) == (
        "canonical JSON of the form caseledger-period/1",
        "2 as handed in",
    )
    assert {file.file_id: file.stream for file in report.files} == {
        term.mine: term.case,
        term.theirs: term.other_case,
    }


def test_that_each_file_leaves_is_recorded_in_its_case_and_stands_in_a_period_that_reaches_so_far(
    trust: Trust, desk: Desk, term: Term
) -> None:
    past = archived_period(desk, trust.lead, term.since, term.until)
    counts = [
        {one: file.export_count for one, file in case_of(desk, case_id).files.items()}
        for case_id in (term.case, term.other_case)
    ]

    present = archived_period(desk, trust.lead)

    assert counts == [{term.before: 0, term.mine: 1}, {term.theirs: 1, term.after: 0}]
    assert b"file_exported" not in taken_apart(past)[0][1]
    shown = [json.loads(event["body"]) for event in json.loads(taken_apart(present)[0][1])["events"]]
    exports = [body["data"]["file_id"] for body in shown if body["type"] == "incident.file_exported.v1"]
    files = [str(one) for one in sorted((term.before, term.mine, term.theirs, term.after))]
    assert exports == [*(str(one) for one in sorted((term.mine, term.theirs))), *files]
    assert names(present) == ["bundle.json", *(f"files/{one}" for one in files)]
    assert found_in(trust.ledger, present) == "holds"


def test_what_it_tells_and_opens_is_told_to_whoever_records_reads(trust: Trust, desk: Desk, term: Term) -> None:
    opened: set[Any] = set()
    told: set[UUID] = set()
    archived_period(desk, trust.lead, term.since, term.until, opened=opened, told=told)

    assert told == {term.case, term.other_case}
    assert {place.part for place in opened} >= {"fingerprint"}


def test_a_file_that_was_removed_after_the_period_is_called_removed_and_not_missing(
    trust: Trust, desk: Desk, term: Term
) -> None:
    by, store = trust.lead, desk.evidence.store
    assert remove_files(desk.services, by, store, case_id=term.case, file_ids=[term.mine, term.before]) is None
    head, _ = trust.ledger.head()

    archive = archived_period(desk, trust.lead, term.since, term.until)

    assert states(trust, archive) == {term.mine: "REMOVED", term.theirs: "KEPT"}
    assert names(archive) == ["bundle.json", f"files/{term.theirs}"]
    [removal] = json.loads(taken_apart(archive)[0][1])["erasures"]
    assert json.loads(removal["body"])["data"]["file_id"] == str(term.mine)
    assert {file.ended_at for file in report_of(trust.ledger, archive).files} == {None, removal["position"]}
    assert removal["position"] <= head
    # Within a period that holds the removal, too, it stands among the events and nowhere else.
    whole = archived_period(desk, trust.lead)
    assert json.loads(taken_apart(whole)[0][1])["erasures"] == []
    assert states(trust, whole) == {
        term.before: "REMOVED",
        term.mine: "REMOVED",
        term.theirs: "KEPT",
        term.after: "KEPT",
    }


def test_a_file_that_was_erased_with_a_person_after_the_period_is_not_in_it_as_events_prove(
    trust: Trust, overseen: Overseen, eraser: Eraser, desk: Desk, lead: Caller
) -> None:
    case_id, ada = a_case(trust), person(overseen)
    since = now(trust)
    hers, theirs = desk.keeps(lead, case_id, about=ada), desk.keeps(lead, case_id)
    until = now(trust)
    eraser.erase(scope="PERSON", person=ada)

    archive = archived_period(desk, lead, since, until)

    assert states(trust, archive) == {hers: "REMOVED", theirs: "KEPT"}
    [(_, bundle), *_] = taken_apart(archive)
    assert {json.loads(one["body"])["type"].partition(".")[2] for one in json.loads(bundle)["erasures"]} == {
        "file_removed.v1",
        "key_destroyed.v1",
    }
    parts = [part for event in json.loads(bundle)["events"] for part in event["parts"] if part["part"] == "fingerprint"]
    assert [part.get("state") for part in parts] == ["ERASED", None]


def test_a_file_whose_key_is_gone_does_not_leave_and_is_withheld_until_an_event_proves_it_erased(
    trust: Trust, desk: Desk
) -> None:
    case_id, pupil = a_case(trust), uuid4()
    about = desk.keeps(trust.lead, case_id, about=pupil)
    key_id = trust.ledger.keys.keys_of_case(trust.trust_id, case_id)[KeyOwner(case_id, pupil)]
    trust.ledger.keys.destroy(trust.trust_id, key_id, reason="request", authority="test")

    assert states(trust, archived_period(desk, trust.lead)) == {about: "WITHHELD"}


def test_files_of_a_case_that_is_not_the_readers_stay_and_nothing_of_them_is_told(
    trust: Trust, desk: Desk, term: Term
) -> None:
    # given: a breach about the trust's lead, with a file
    other_lead = trust.caller(Role.TRUST_LEAD, name="other")
    breach = trust.do(
        ReportStaffBreach(
            command_id=uuid4(),
            school_urn="900001",
            reported_on=AWARE,
            source="ALLEGED",
            subject=trust.lead.person_id,
            summary="Something about the trust lead.",
        ),
        other_lead,
    ).id
    against = desk.keeps(other_lead, breach)

    # when
    mine, theirs, audited = (
        archived_period(desk, caller, term.until) for caller in (trust.lead, other_lead, trust.caller(Role.AUDITOR))
    )

    # then
    assert states(trust, mine) == {term.after: "KEPT"}
    assert str(against).encode() not in mine
    assert states(trust, theirs) == {term.after: "KEPT", against: "KEPT"}
    assert (states(trust, audited), names(audited)) == (
        {term.after: "WITHHELD", against: "WITHHELD"},
        ["bundle.json"],
    )
    assert case_of(desk, breach).files[against].export_count == 1


def test_only_whoever_oversees_takes_it_away_and_a_refusal_records_nothing(
    trust: Trust, desk: Desk, term: Term
) -> None:
    before = trust.ledger.head()
    for role, school in ((Role.ADMIN, None), (Role.HR, None), (Role.DASHBOARD, None), (Role.HEADTEACHER, "900001")):
        with pytest.raises(NotAllowed):
            archived_period(desk, trust.caller(role, school))
    with pytest.raises(Refused) as refused:
        archived_period(desk, trust.lead, term.until, term.since)
    assert refused.value.fields == ("until",)
    assert trust.ledger.head() == before


def test_a_file_that_is_handed_in_meanwhile_goes_with_a_period_that_reaches_so_far(
    trust: Trust, desk: Desk, term: Term, monkeypatch: pytest.MonkeyPatch
) -> None:
    late: list[UUID] = []

    def reading(*arguments: Any) -> Any:
        if not late:
            late.append(desk.keeps(trust.lead, a_case(trust)))
        return read_file(*arguments)

    monkeypatch.setattr(export_files, "read_file", reading)

    archive = archived_period(desk, trust.lead, term.since)

    assert states(trust, archive) == dict.fromkeys([term.mine, term.theirs, term.after, *late], "KEPT")
    assert len(names(archive)) == 5


def test_where_one_file_is_damaged_none_leaves_and_nothing_is_recorded(
    trust: Trust, desk: Desk, term: Term, tmp_path: Path
) -> None:
    last = max(term.mine, term.theirs)
    (tmp_path / "evidence" / str(trust.trust_id) / str(last)).unlink()
    before = trust.ledger.head()

    with pytest.raises(FileDamagedError, match=f"the stored file {last} is not what was handed in"):
        archived_period(desk, trust.lead, term.since, term.until)

    assert trust.ledger.head() == before


def test_what_cannot_be_recorded_does_not_leave(
    trust: Trust, desk: Desk, term: Term, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = Refusal(NotAllowed.code, "No.")
    monkeypatch.setattr(export_files, "run", lambda *_: refusal)

    found = export_period_archive(desk.services, trust.lead, desk.evidence.store, term.since, term.until)

    assert found is refusal


def test_more_than_an_archive_holds_is_refused_and_nothing_is_recorded(
    trust: Trust, desk: Desk, term: Term, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = trust.ledger.head()
    monkeypatch.setattr("ledger.archive._MOST_BYTES", 400)

    with pytest.raises(ArchiveTooLarge) as refused:
        archived_period(desk, trust.lead, term.since, term.until)

    assert refused.value.code == "QUERY_TOO_LARGE"
    assert trust.ledger.head() == before


def test_a_period_that_would_grow_too_large_by_what_leaves_with_it_is_refused_before_anything_is_recorded(
    trust: Trust, desk: Desk, term: Term, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = trust.ledger.head()
    size, _ = before
    monkeypatch.setattr(exporting, "MOST_EVENTS", size + 3)
    assert len(json.loads(export_period(trust.ledger, trust.lead, LONG_AGO, FAR_OFF))["events"]) == size

    # Four files leave, and each adds an event to a period that reaches up to now.
    with pytest.raises(PeriodTooLarge) as refused:
        archived_period(desk, trust.lead)

    assert (refused.value.code, refused.value.fields) == ("QUERY_TOO_LARGE", ("since", "until"))
    assert trust.ledger.head() == before
    monkeypatch.setattr(exporting, "MOST_EVENTS", size + 4)
    assert len(names(archived_period(desk, trust.lead))) == 5
