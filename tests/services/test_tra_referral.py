"""A referral to the Teaching Regulation Agency: which fields, what fills them, what is missing, and for whom."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4
from zipfile import ZipFile

import pytest

from domain.access import Role
from domain.refusals import Refused
from domain.retention import PersonDates
from domain.scopes import Scope
from ledger.database import Database
from ledger.key_store import KeyStore
from services import people
from services.case_commands import AssignCase
from services.people import Attendance, Identifier, NameUse, Person
from services.scope import Caller, system_caller
from services.staff_breach_commands import NoteEmployment, ReportStaffBreach
from services.staff_breach_procedure_commands import (
    ContactBody,
    DecideNotToRefer,
    ImposeSanction,
    RecordBreachFinding,
    SetReportingRestriction,
)
from services.tra_fields import (
    EMPLOYMENT_STATUSES,
    ORGANISATION_FIELDS,
    REASONS_LEAVING,
    REFERRAL_FIELDS,
    REFERRER_FIELDS,
    UPLOAD_TYPES,
)
from services.tra_filling import parted
from services.tra_referral import Referral, archive_of_referral, tra_referral
from tests.services.access import ON, SCHOOL, Overseen
from tests.support.evidence import Desk
from tests.support.file_samples import SAMPLES
from tests.support.ledgers import TODAY, Trust, a_trust


@pytest.fixture
def overseen(trust: Trust) -> Overseen:
    return Overseen(trust)


@pytest.fixture
def teacher(overseen: Overseen) -> UUID:
    trust, person = overseen.services.ledger.trust, uuid4()
    known = Person(
        person,
        "STAFF",
        {NameUse.USUAL: "Di Vale", NameUse.LEGAL: "Diana Mary Vale", NameUse.FORMER: "Diana Dale"},
        (Attendance(SCHOOL, date(2021, 9, 1)),),
        (Identifier("TRN", "1234567"), Identifier("payroll", "99")),
    )
    with trust.transaction() as connection:
        people.register(connection, trust.trust_id, [known])
    return person


def do(overseen: Overseen, command: Any) -> Any:
    return overseen.trust.do(command, system_caller(overseen.trust.trust_id))


def breach(overseen: Overseen, subject: UUID | None, summary: str = "He wrote to a pupil.", on: date = ON) -> UUID:
    asked = ReportStaffBreach(
        command_id=uuid4(), school_urn=SCHOOL, reported_on=on, source="ALLEGED", subject=subject, summary=summary
    )
    return UUID(str(do(overseen, asked).id))


def proven(overseen: Overseen, case_id: UUID, sanction: str = "SUMMARY_DISMISSAL") -> None:
    told: dict[str, Any] = {"case_id": case_id}
    do(
        overseen,
        RecordBreachFinding(
            command_id=uuid4(),
            finding="SUBSTANTIATED",
            gross_misconduct=True,
            found_on=TODAY,
            found_by=uuid4(),
            reasons="The messages were seen.",
            **told,
        ),
    )
    do(
        overseen,
        ImposeSanction(
            command_id=uuid4(),
            sanction=sanction,
            decided_on=TODAY,
            decided_by=uuid4(),
            reasons="Trust is gone.",
            **told,
        ),
    )


def made(overseen: Overseen, case_id: UUID, by: Caller | None = None, **given: Any) -> Referral:
    found = tra_referral(overseen.services, by or overseen.caller(Role.HR), case_id, **given)
    assert isinstance(found, Referral), found
    return found


def test_a_referral_has_the_fields_of_the_service_and_no_other(overseen: Overseen, teacher: UUID) -> None:
    content = made(overseen, breach(overseen, teacher)).content

    assert tuple(content["referrer"]) == REFERRER_FIELDS
    assert tuple(content["organisation"]) == ORGANISATION_FIELDS
    assert tuple(content["referral"]) == REFERRAL_FIELDS
    assert len(set(REFERRAL_FIELDS)) == len(REFERRAL_FIELDS) == 53


def test_what_the_record_and_the_registry_tell_is_filled_in_and_the_rest_is_named(
    overseen: Overseen, teacher: UUID
) -> None:
    # given
    case_id = breach(overseen, teacher)
    do(overseen, NoteEmployment(command_id=uuid4(), case_id=case_id, schools=(SCHOOL,), is_central=False))
    do(overseen, ContactBody(command_id=uuid4(), case_id=case_id, body="DBS", contacted_on=TODAY, reasons="Harm."))
    proven(overseen, case_id)
    trust = overseen.services.ledger.trust
    people.set_employment(trust, overseen.caller(Role.HR), teacher, PersonDates(left_on=TODAY))

    # when
    content = made(overseen, case_id).content

    # then
    told = {name: value for name, value in content["referral"].items() if value is not None}
    assert told == {
        "first_name": "Diana Mary",
        "last_name": "Vale",
        "name_has_changed": "yes",
        "previous_name": "Diana Dale",
        "trn_known": True,
        "trn": "1234567",
        "role_start_date_known": True,
        "role_start_date": "2021-09-01",
        "same_organisation": True,
        "employment_status": "left_role",
        "role_end_date_known": True,
        "role_end_date": "2026-09-14",
        "reason_leaving_role": "dismissed",
        "allegation_format": "details",
        "allegation_details": "He wrote to a pupil.\nThe messages were seen.\nTrust is gone.",
        "allegation_consideration_details": (
            "Substantiated, gross misconduct, found on 2026-09-14.\nSummary dismissal, decided on 2026-09-14."
        ),
        "dbs_notified": True,
        "has_evidence": False,
    }
    assert content["organisation"]["name"] == "Alder Primary"
    assert set(content["missing"]) == {
        *(f"referral.{name}" for name in REFERRAL_FIELDS if name not in told),
        *("organisation.street_1", "organisation.street_2", "organisation.city", "organisation.postcode"),
        *(f"referrer.{name}" for name in REFERRER_FIELDS),
    }
    assert content["toCheck"] == [
        "referral.first_name",
        "referral.last_name",
        "referral.role_start_date",
        "referral.allegation_details",
    ]
    assert content["referral"]["employment_status"] in EMPLOYMENT_STATUSES
    assert content["referral"]["reason_leaving_role"] in REASONS_LEAVING


def test_nothing_is_guessed_of_a_breach_of_which_little_is_known(overseen: Overseen) -> None:
    content = made(overseen, breach(overseen, None, summary="")).content

    assert {name: value for name, value in content["referral"].items() if value is not None} == {"has_evidence": False}
    assert "referral.declaration" in content["missing"]


@pytest.mark.parametrize(("body", "notified"), [("DBS", False), ("TRA", None)])
def test_that_the_dbs_was_not_told_is_said_where_that_was_decided(
    overseen: Overseen, teacher: UUID, body: str, notified: bool | None
) -> None:
    case_id = breach(overseen, teacher)
    do(
        overseen,
        DecideNotToRefer(command_id=uuid4(), case_id=case_id, body=body, decided_on=TODAY, reasons="No harm."),
    )

    assert made(overseen, case_id).content["referral"]["dbs_notified"] is notified


def test_earlier_breaches_that_were_proven_are_told_and_others_are_not(overseen: Overseen, teacher: UUID) -> None:
    # given
    earlier = breach(overseen, teacher, "She shouted.", date(2025, 3, 3))
    proven(overseen, earlier, "FINAL_WRITTEN_WARNING")
    unproven = breach(overseen, teacher, "Somebody made this up.", date(2025, 4, 4))
    do(
        overseen,
        RecordBreachFinding(
            command_id=uuid4(),
            case_id=unproven,
            finding="MALICIOUS",
            gross_misconduct=False,
            found_on=TODAY,
            found_by=uuid4(),
        ),
    )
    of_another = breach(overseen, uuid4(), "About somebody else.", date(2025, 5, 5))
    proven(overseen, of_another)

    # when
    found = made(overseen, breach(overseen, teacher))

    # then
    reference = overseen.trust.ledger.load(earlier).reference  # type: ignore[union-attr]  # it is there
    assert found.content["referral"]["previous_misconduct_reported"] == "true"
    assert found.content["referral"]["previous_misconduct_details"] == (
        f"{reference}, reported on 2025-03-03: Not closed. She shouted."
    )
    assert found.cases == {found.case_id, earlier}


def test_an_earlier_breach_that_the_reader_does_not_see_is_not_told(overseen: Overseen, teacher: UUID) -> None:
    """A headteacher sees breaches that name them; of the earlier one nothing says so."""
    earlier = breach(overseen, teacher, "She shouted.", date(2025, 3, 3))
    proven(overseen, earlier)
    head = overseen.caller(Role.HEADTEACHER, SCHOOL)
    case_id = breach(overseen, teacher)
    do(overseen, AssignCase(command_id=uuid4(), case_id=case_id, owner=head.person_id))

    found = made(overseen, case_id, head)

    assert found.content["referral"]["previous_misconduct_reported"] is None
    assert "referral.previous_misconduct_reported" in found.content["missing"]
    assert found.cases == {case_id}


def test_it_is_prepared_by_those_who_decide_what_follows_and_for_nobody_else_is_there_more_than_the_case(
    overseen: Overseen, teacher: UUID
) -> None:
    case_id = breach(overseen, teacher)
    callers = {
        role: overseen.caller(role)
        for role in (Role.HR, Role.TRUST_LEAD, Role.DPO, Role.AUDITOR, Role.ADMIN, Role.DASHBOARD, Role.ALTERNATE)
    }
    callers |= {
        role: overseen.caller(role, SCHOOL)
        for role in (Role.HEADTEACHER, Role.CHAIR, Role.DSL, Role.COORDINATOR, Role.CLERK, Role.STAFF)
    }
    for role in (Role.HEADTEACHER, Role.CHAIR, Role.DSL, Role.COORDINATOR):
        do(overseen, AssignCase(command_id=uuid4(), case_id=case_id, owner=callers[role].person_id))
        answered = answer(overseen, callers[role], case_id)
        assert answered == ("REFERRAL" if role in (Role.HEADTEACHER, Role.CHAIR) else "NOT_ALLOWED"), role

    found = {role: answer(overseen, caller, case_id) for role, caller in callers.items()}

    assert {role for role, one in found.items() if one == "REFERRAL"} == {Role.HR, Role.TRUST_LEAD}
    assert found[Role.DPO] == found[Role.AUDITOR] == "NOT_ALLOWED"
    assert {found[role] for role in (Role.ADMIN, Role.DASHBOARD, Role.CLERK, Role.STAFF)} == {"NOT_FOUND"}


def answer(overseen: Overseen, caller: Caller, case_id: UUID) -> str:
    try:
        found = tra_referral(overseen.services, caller, case_id)
    except Refused as refused:
        return refused.code.value
    return "REFERRAL" if isinstance(found, Referral) else found.code.value


def test_whom_the_breach_is_about_is_told_of_none(overseen: Overseen) -> None:
    officer = overseen.caller(Role.HR)
    case_id = breach(overseen, officer.person_id)

    assert answer(overseen, officer, case_id) == answer(overseen, officer, uuid4()) == "NOT_FOUND"


def test_it_is_no_referral_of_another_kind_of_case(overseen: Overseen) -> None:
    assert answer(overseen, overseen.caller(Role.TRUST_LEAD), overseen.incident()) == "NOT_FOUND"


@pytest.mark.parametrize("scope", [Scope.CASES_READ, Scope.TEXTS_READ, Scope.CASES_EXPORT, Scope.CASES_WRITE])
def test_a_program_needs_every_scope_that_what_is_in_it_needs(overseen: Overseen, teacher: UUID, scope: Scope) -> None:
    case_id = breach(overseen, teacher)
    every = replace(overseen.caller(Role.HR), scopes=frozenset(Scope))
    lacking = replace(every, scopes=frozenset(Scope) - {scope})

    assert answer(overseen, every, case_id) == "REFERRAL"
    assert answer(overseen, lacking, case_id) in ("NOT_ALLOWED", "NOT_FOUND")


def test_its_files_go_with_it_under_safe_names_and_each_is_recorded_as_exported(
    overseen: Overseen, teacher: UUID, desk: Desk
) -> None:
    # given
    case_id = breach(overseen, teacher)
    caller = system_caller(overseen.trust.trust_id)
    first = desk.keeps(caller, case_id, name="she said: no.pdf")
    desk.keeps(caller, case_id, about=teacher, name="zweitens é.pdf")

    # when
    found = made(overseen, case_id, with_files=True)
    archive = b"".join(archive_of_referral(overseen.trust.ledger, desk.evidence.store, found))

    # then
    with ZipFile(io.BytesIO(archive)) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    assert list(members) == [
        "referral.json",
        "index.html",
        "evidence/01-she said_ no.pdf",
        "evidence/02-zweitens _.pdf",
    ]
    assert members["evidence/01-she said_ no.pdf"] == SAMPLES["PDF"]
    assert json.loads(members["referral.json"]) == found.content
    assert [one["filename"] for one in found.content["uploads"]] == ["she said: no.pdf", "zweitens é.pdf"]
    assert found.content["referral"]["has_evidence"] is True
    case: Any = overseen.trust.ledger.load(case_id)
    assert [one.export_count for one in case.files.values()] == [1, 1]
    assert case.files[first].export_count == 1
    assert "Diana Mary" in members["index.html"].decode()


def test_the_limits_of_the_service_are_told_and_what_goes_beyond_them(
    overseen: Overseen, teacher: UUID, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = breach(overseen, teacher)
    caller = system_caller(overseen.trust.trust_id)
    for number in range(2):
        desk.keeps(caller, case_id, name=f"{number}.pdf")
    within = made(overseen, case_id).content["limits"]
    assert within == {
        "files": 40,
        "bytesOfEach": 104_857_600,
        "types": list(UPLOAD_TYPES),
        "exceeded": [],
        "withheld": 0,
    }
    accepted = "apng avif doc docx eml gif heic heif jpeg jpg m4a mov mp3 mp4 msg pdf png rtf txt webp xlsx"
    assert " ".join(UPLOAD_TYPES) == accepted

    monkeypatch.setattr("services.tra_referral.MOST_UPLOADS", 1)
    monkeypatch.setattr("services.tra_referral.MOST_UPLOAD_BYTES", 5)

    assert made(overseen, case_id).content["limits"]["exceeded"] == [
        "There are 2 files; the service takes 1.",
        "evidence/01-0.pdf is larger than the service takes.",
        "evidence/02-1.pdf is larger than the service takes.",
    ]


def test_that_the_teacher_may_not_be_named_to_the_public_goes_with_it(overseen: Overseen, teacher: UUID) -> None:
    case_id = breach(overseen, teacher)
    do(overseen, SetReportingRestriction(command_id=uuid4(), case_id=case_id, applies=True, from_on=ON))

    content = made(overseen, case_id).content

    assert content["notices"] == [{"law": "Education Act 2002, section 141F", "since": "2026-09-10"}]
    # To the agency the teacher is named.
    assert content["referral"]["last_name"] == "Vale"


def test_it_is_told_which_texts_were_opened_for_it(overseen: Overseen, teacher: UUID) -> None:
    case_id = breach(overseen, teacher)
    proven(overseen, case_id)

    assert {(place.stream_id, place.part) for place in made(overseen, case_id).opened} == {
        (case_id, "summary"),
        (case_id, "reasons"),
    }


def test_another_trusts_case_is_not_there(
    overseen: Overseen, teacher: UUID, database: Database, keys: KeyStore
) -> None:
    case_id = breach(overseen, teacher)
    other = a_trust(database, keys)

    assert answer(Overseen(other), other.caller(Role.HR), case_id) == "NOT_FOUND"


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Diana Mary Frost", "Diana Mary", "Frost"),
        ("Mrs Elspeth Morrow", "Elspeth", "Morrow"),
        ("Prof. Dr Ada Byron", "Ada", "Byron"),
        ("Mr Frost", None, "Frost"),
        ("Lord", None, None),
        ("Cher", None, "Cher"),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_name_is_parted_into_first_and_last_without_its_titles(
    name: str | None, first: str | None, last: str | None
) -> None:
    assert parted(name) == (first, last)
