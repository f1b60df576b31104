"""Break-glass over PostgreSQL: a reason, an end, an alert to named persons with a reference alone, and a review."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access import Role
from ledger.reading import read_page
from services.alerts import FILE, Alert, AlertFile, alerts_of, send
from services.case_access_commands import ReviewEmergencyAccess
from services.case_commands import CorrectSchool, MarkNotReportable
from services.case_roles import holds_in_case
from services.command_refusals import NotAllowed
from services.commands import Recorded
from services.emergency_access import Opened
from services.incident_commands import CloseIncident
from services.registers import appoint_in_trust
from services.running_commands import run
from services.scope import Caller, system_caller
from services.sealed_texts import SealedPlace, SealedState, open_texts
from services.staff_breach_commands import NameBreachSubject
from services.staff_breach_procedure_commands import FlagForSafeguarding
from tests.services.access import OTHER, SCHOOL, Overseen
from tests.support.ledgers import NOW, TODAY, Trust

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def overseen(trust: Trust) -> Overseen:
    found = Overseen(trust)
    found.appoint(Role.DPO, Role.TRUST_LEAD)
    return found


def dsl(overseen: Overseen, urn: str = SCHOOL) -> Caller:
    return overseen.caller(Role.DSL, urn)


def reviewing(case_id: UUID, grant_id: UUID, **given: Any) -> ReviewEmergencyAccess:
    asked: dict[str, Any] = {"was_justified": True} | given
    return ReviewEmergencyAccess(command_id=uuid4(), case_id=case_id, grant_id=grant_id, **asked)


def test_who_opens_a_case_sees_that_one_and_no_other_for_so_long_and_it_stands_in_its_history(
    overseen: Overseen,
) -> None:
    # A breach at the school names nobody who sees it there: need to know.
    case_id, another = overseen.breach(), overseen.breach()
    opener = dsl(overseen)
    assert str(overseen.remark(case_id, opener).code) == "NOT_FOUND"

    found = overseen.open(case_id, opener, minutes=45)

    assert found == Opened(found.grant_id, case_id, NOW + timedelta(minutes=45), alerted=1, replayed=False)
    inside = overseen.inside(opener.person_id, Role.EMERGENCY, case_id)
    place = SealedPlace(case_id, 1, "summary")
    assert open_texts(overseen.trust.ledger, inside.visibility, [place])[place].state is SealedState.OPEN
    assert isinstance(overseen.remark(case_id, inside), Recorded)
    flag = FlagForSafeguarding(command_id=uuid4(), case_id=case_id, flagged_on=TODAY)
    assert isinstance(run(overseen.services, inside, flag), Recorded)
    assert str(overseen.remark(another, inside).code) == "NOT_FOUND"
    assert str(overseen.remark(case_id, opener).code) == "NOT_FOUND"
    held = [
        holds_in_case(overseen.trust.ledger, case_id, opener.person_id, Role.EMERGENCY, NOW + after)
        for after in (0 * SECOND, timedelta(minutes=45) - SECOND, timedelta(minutes=45))
    ]
    assert held == [True, True, False]


def test_the_event_says_who_opened_it_in_which_role_and_its_reason_lies_sealed(overseen: Overseen) -> None:
    case_id, opener = overseen.breach(), dsl(overseen)
    overseen.open(case_id, opener)

    last = overseen.trust.ledger.head()[0]
    with overseen.trust.ledger.trust.connection() as connection:
        [row] = read_page(connection, overseen.trust.trust_id, after=last - 1, limit=1)
    body = json.loads(row.body)
    assert (row.type, body["actor"], body["actor_role"]) == (
        "staff_breach.access_opened.v1",
        str(opener.person_id),
        "dsl",
    )
    assert (body["data"]["role_held"], body["data"]["alerted"]) == (
        "dsl",
        [str(overseen.caller(Role.DPO).person_id)],
    )
    assert [part["part"] for part in body["sealed"]] == ["reason"]
    assert b"A child is at risk" not in row.body


@pytest.mark.parametrize(
    ("role", "urn"),
    [(Role.STAFF, SCHOOL), (Role.AUDITOR, None), (Role.CHAIR, SCHOOL), (Role.DPO, None), (Role.ADMIN, None)],
)
def test_others_open_nothing_in_an_emergency(overseen: Overseen, role: Role, urn: str | None) -> None:
    before = overseen.trust.ledger.head()
    refused = overseen.open(overseen.breach(), overseen.caller(role, urn))
    assert (refused.code, overseen.sent) == ("NOT_ALLOWED", [])
    assert overseen.trust.ledger.head()[0] == before[0] + 1


def test_what_is_about_the_opener_is_answered_as_what_is_not_there_with_the_same_work(overseen: Overseen) -> None:
    opener = dsl(overseen)
    about_them, elsewhere = overseen.breach(subject=opener.person_id), overseen.breach(urn=OTHER)
    missing = overseen.open(uuid4(), opener)

    for case_id in (about_them, elsewhere):
        assert overseen.open(case_id, opener) == missing
    assert (missing.code, missing.fields) == ("NOT_FOUND", ("case_id",))
    assert overseen.sent == []
    # A role of the whole trust opens it at any school.
    assert isinstance(overseen.open(elsewhere, overseen.caller(Role.HR)), Opened)


@pytest.mark.parametrize(
    ("given", "code", "fields"),
    [
        ({"reason": " "}, "INVALID_INPUT", ("reason",)),
        ({"minutes": 61}, "INVALID_INPUT", ("minutes",)),
        ({"minutes": 0}, "INVALID_INPUT", ("minutes",)),
    ],
)
def test_without_a_reason_or_an_end_within_the_hour_nothing_is_opened(
    overseen: Overseen, given: dict[str, Any], code: str, fields: tuple[str, ...]
) -> None:
    case_id = overseen.breach()
    before = overseen.trust.ledger.head()
    refused = overseen.open(case_id, dsl(overseen), **given)
    assert (refused.code, refused.fields, overseen.trust.ledger.head()) == (code, fields, before)


def test_the_same_command_again_gives_the_first_answer_and_alerts_nobody_anew(overseen: Overseen) -> None:
    case_id, opener, command_id = overseen.breach(), dsl(overseen), uuid4()
    first = overseen.open(case_id, opener, command_id=command_id)
    position = overseen.trust.ledger.head()
    overseen.at = NOW + timedelta(minutes=20)

    again = overseen.open(case_id, opener, command_id=command_id)

    assert again == Opened(first.grant_id, case_id, first.until, first.alerted, replayed=True)
    assert (overseen.trust.ledger.head(), len(overseen.sent)) == (position, 1)
    reused = overseen.open(case_id, opener, command_id=command_id, minutes=5)
    assert (reused.code, reused.fields) == ("COMMAND_ID_REUSED", ("command_id",))
    overseen.trust.do(NameBreachSubject(command_id=uuid4(), case_id=case_id, subject=opener.person_id))
    assert overseen.open(case_id, opener, command_id=command_id).code == "NOT_FOUND"


# --- who is alerted


def test_where_there_is_no_officer_the_trust_leads_are_alerted_who_are_not_concerned(trust: Trust) -> None:
    overseen = Overseen(trust)
    opener = overseen.caller(Role.TRUST_LEAD)
    others = [overseen.caller(Role.TRUST_LEAD, name=name) for name in ("second", "third")]
    for one in (opener, *others):
        appoint_in_trust(
            trust.ledger,
            system_caller(trust.trust_id),
            role="trust-lead",
            person=one.person_id,
            appointed_on=date(2024, 9, 1),
        )
    case_id = overseen.breach(subject=others[0].person_id)

    overseen.open(case_id, opener)

    [alert] = overseen.sent
    assert alert.to == (others[1].person_id,)


def test_where_there_is_nobody_to_alert_nothing_is_opened(trust: Trust) -> None:
    overseen = Overseen(trust)
    case_id = overseen.breach()
    assert overseen.open(case_id, dsl(overseen)).code == "ILLEGAL_STATE"
    overseen.appoint(Role.TRUST_LEAD)
    alone = overseen.open(case_id, overseen.caller(Role.TRUST_LEAD))
    assert (alone.code, overseen.sent) == ("ILLEGAL_STATE", [])


def test_an_alert_holds_a_reference_and_nothing_of_the_case_or_the_opener(overseen: Overseen) -> None:
    case_id, opener = overseen.breach(subject=uuid4()), dsl(overseen)
    found = overseen.open(case_id, opener)
    case: Any = overseen.trust.ledger.load(case_id)
    officer = overseen.caller(Role.DPO)

    [alert] = overseen.sent
    assert alerts_of(overseen.trust.ledger, officer) == [alert]
    told = alert.as_json()
    assert told == {
        "trustId": str(overseen.trust.trust_id),
        "to": [str(officer.person_id)],
        "grantId": str(found.grant_id),
        "reference": case.reference,
        "openedAt": case.access_grants[found.grant_id].since.isoformat(),
        "until": (NOW + HOUR).isoformat(),
    }
    for secret in (str(case_id), str(opener.person_id), str(case.subject), "child"):
        assert secret not in json.dumps(told)


def test_a_notice_is_a_line_in_a_file_that_nobody_else_reads(overseen: Overseen, tmp_path: Path) -> None:
    overseen.open(overseen.breach(), dsl(overseen))
    overseen.open(overseen.breach(), dsl(overseen))
    folder = tmp_path / "alerts"
    for alert in overseen.sent:
        AlertFile(folder).send(alert)

    lines = (folder / FILE).read_text().splitlines()
    assert [json.loads(line) for line in lines] == [alert.as_json() for alert in overseen.sent]
    assert [oct(path.stat().st_mode & 0o777) for path in (folder, folder / FILE)] == ["0o700", "0o600"]


def test_a_notice_that_cannot_be_sent_holds_up_neither_the_emergency_nor_the_next_notice(
    overseen: Overseen, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def send(self, alert: Alert) -> None:
            raise OSError("no space left")

    overseen.open(overseen.breach(), dsl(overseen))
    [alert] = overseen.sent

    send([Broken(), overseen], alert)

    assert overseen.sent == [alert, alert]
    assert [record.getMessage() for record in caplog.records] == ["a notice of an emergency access could not be sent"]


# --- the review


def test_an_alert_stays_with_the_person_it_names_until_somebody_else_has_judged_it(overseen: Overseen) -> None:
    case_id, opener = overseen.incident(), overseen.caller(Role.HR)
    found = overseen.open(case_id, opener)
    officer, lead = overseen.caller(Role.DPO), overseen.caller(Role.TRUST_LEAD)
    ledger = overseen.trust.ledger
    overseen.trust.do(CloseIncident(command_id=uuid4(), case_id=case_id, outcome="NO_FURTHER_ACTION", closed_on=TODAY))
    overseen.trust.do(MarkNotReportable(command_id=uuid4(), case_id=case_id, reason="It never was."))

    assert [one.grant_id for one in alerts_of(ledger, officer)] == [found.grant_id]
    assert alerts_of(ledger, lead) == []
    assert overseen.trust.refused(
        reviewing(case_id, found.grant_id), Caller(ledger.trust_id, opener.person_id, Role.DPO)
    ) == ("CONFLICT_OF_INTEREST", ())
    assert overseen.trust.refused(reviewing(case_id, found.grant_id), overseen.caller(Role.HEADTEACHER, SCHOOL)) == (
        "NOT_ALLOWED",
        (),
    )

    judged = overseen.trust.do(reviewing(case_id, found.grant_id, was_justified=False, notes="It could wait."), officer)

    grant = judged.access_grants[found.grant_id]
    assert (grant.was_justified, grant.ended_at is not None) == (False, True)
    assert not holds_in_case(ledger, case_id, opener.person_id, Role.EMERGENCY, NOW)
    assert alerts_of(ledger, officer) == []
    assert overseen.trust.refused(reviewing(case_id, found.grant_id), lead) == ("ILLEGAL_STATE", ("grant_id",))


def test_who_is_named_in_the_case_afterwards_is_alerted_to_it_no_longer_and_does_not_judge(overseen: Overseen) -> None:
    case_id, officer = overseen.breach(), overseen.caller(Role.DPO)
    found = overseen.open(case_id, dsl(overseen))
    overseen.trust.do(NameBreachSubject(command_id=uuid4(), case_id=case_id, subject=officer.person_id))

    assert alerts_of(overseen.trust.ledger, officer) == []
    assert overseen.trust.refused(reviewing(case_id, found.grant_id), officer) == ("NOT_FOUND", ("case_id",))
    assert overseen.trust.do(reviewing(case_id, found.grant_id), overseen.caller(Role.TRUST_LEAD))


@pytest.mark.parametrize(("role", "urn"), [(Role.HEADTEACHER, SCHOOL), (Role.AUDITOR, None), (Role.HR, None)])
def test_alerts_are_for_those_who_judge(overseen: Overseen, role: Role, urn: str | None) -> None:
    with pytest.raises(NotAllowed):
        alerts_of(overseen.trust.ledger, overseen.caller(role, urn))


def test_a_case_of_another_school_since_is_out_of_a_school_roles_reach(overseen: Overseen) -> None:
    case_id = overseen.breach(urn=OTHER)
    moved = CorrectSchool(command_id=uuid4(), case_id=case_id, school_urn=SCHOOL, reason="Wrong school.")
    assert overseen.open(case_id, dsl(overseen)).code == "NOT_FOUND"
    overseen.trust.do(moved)
    assert isinstance(overseen.open(case_id, dsl(overseen)), Opened)
