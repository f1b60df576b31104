"""Keeping records over PostgreSQL: who decides, what holds a case wherever it is said, and what goes by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access import Role
from domain.registers import trust_register_id
from domain.retention import PersonDates, RetentionState
from domain.retention_parts import RetentionReview
from ledger.database import Database
from projections.engine import Projector
from services import people, retention
from services.case_commands import LinkCase, MarkDuplicate
from services.command_refusals import NotAllowed
from services.commands import Command, Recorded, Refusal
from services.complaint_commands import CloseComplaint, ComplaintHead, DecideHead, ReceiveComplaint
from services.incident_commands import CloseIncident, ReopenIncident, ReportIncident
from services.register_commands import RegisterCommand, RegisterRecorded, run_on_register
from services.retention_commands import ClassifyForRetention, LiftHold, PlaceHold, ReviewRetention
from services.retention_register_commands import (
    AdoptRetention,
    ConfirmAutomaticDisposal,
    LiftTrustHold,
    PlaceTrustHold,
)
from services.running_commands import run
from services.sealed_texts import SealedPlace, open_texts
from services.staff_breach_commands import CloseStaffBreach, GiveBreachAdvice, ReportStaffBreach
from services.staff_breach_procedure_commands import AssessHarmThreshold
from tests.domain.kept import content
from tests.services.access import ON, SCHOOL, Overseen
from tests.support.ledgers import Trust

CLOSED = date(2026, 9, 14)
# Six years after the school year in which the incident was closed.
DUE = datetime(2033, 8, 31, 9, tzinfo=UTC)
REVIEW_ON = date(2040, 1, 1)
TWENTY_THIRTY_THREE = DUE.date()


@pytest.fixture
def overseen(trust: Trust) -> Overseen:
    found = Overseen(trust)
    found.appoint(Role.DPO, Role.TRUST_LEAD)
    return found


def give(overseen: Overseen, command: Command, role: Role = Role.SYSTEM, **caller: Any) -> Recorded | Refusal:
    return run(overseen.services, overseen.caller(role, **caller), command)


def must(overseen: Overseen, command: Command) -> Any:
    given = give(overseen, command)
    assert isinstance(given, Recorded), given
    return given.case


def register(overseen: Overseen, command: RegisterCommand, role: Role = Role.DPO) -> RegisterRecorded | Refusal:
    return run_on_register(overseen.services, overseen.caller(role), command)


def a_closed_incident(overseen: Overseen) -> UUID:
    case = must(overseen, ReportIncident(command_id=uuid4(), school_urn=SCHOOL, opened_on=ON))
    must(overseen, CloseIncident(command_id=uuid4(), case_id=case.id, outcome="NO_FURTHER_ACTION", closed_on=CLOSED))
    case_id: UUID = case.id
    return case_id


def disposing(case_id: UUID, **given: Any) -> ReviewRetention:
    return ReviewRetention(command_id=uuid4(), case_id=case_id, **{"choice": "DISPOSE", **given})


def placing(case_id: UUID) -> PlaceHold:
    return PlaceHold(
        command_id=uuid4(), case_id=case_id, authority="POLICE", review_on=REVIEW_ON, reason="An officer asked."
    )


def trust_hold(**scope: Any) -> PlaceTrustHold:
    return PlaceTrustHold(
        command_id=uuid4(), authority="STATUTORY_INQUIRY", review_on=REVIEW_ON, reason="An inquiry.", **scope
    )


def code_of(given: Any) -> str:
    return "RECORDED" if isinstance(given, Recorded | RegisterRecorded) else str(given.code.value)


def held(overseen: Overseen, case_id: UUID) -> bool:
    ledger = overseen.services.ledger
    return retention.is_held(ledger, ledger.load(case_id))  # type: ignore[arg-type]  # it is there


# --- who decides


@pytest.mark.parametrize(
    ("command", "may"),
    [
        (placing, {Role.TRUST_LEAD, Role.DPO, Role.SYSTEM}),
        (disposing, {Role.TRUST_LEAD, Role.DPO, Role.SYSTEM}),
        (
            lambda case_id: ClassifyForRetention(command_id=uuid4(), case_id=case_id, classes=(), reason="It is none."),
            {Role.TRUST_LEAD, Role.DPO, Role.SYSTEM},
        ),
    ],
    ids=["hold", "review", "classify"],
)
def test_who_decides_what_is_kept(overseen: Overseen, command: Any, may: set[Role]) -> None:
    case_id = a_closed_incident(overseen)
    overseen.at = DUE
    callers = {role: overseen.caller(role) for role in (Role.TRUST_LEAD, Role.DPO, Role.SYSTEM, Role.AUDITOR)}
    callers |= {role: overseen.caller(role, SCHOOL) for role in (Role.HEADTEACHER, Role.COORDINATOR, Role.DSL)}

    found = {role: run(overseen.services, caller, command(case_id)) for role, caller in callers.items()}

    assert {role for role, given in found.items() if code_of(given) != "NOT_ALLOWED"} == may


def test_whom_a_breach_is_about_does_not_hold_it_and_is_told_of_no_case(overseen: Overseen) -> None:
    officer = overseen.caller(Role.DPO)
    case = must(
        overseen,
        ReportStaffBreach(
            command_id=uuid4(), school_urn=SCHOOL, reported_on=ON, source="ALLEGED", subject=officer.person_id
        ),
    )

    assert code_of(give(overseen, placing(case.id), Role.DPO)) == "NOT_FOUND"


def test_the_table_and_the_holds_of_the_trust_are_kept_by_those_who_answer_for_it(overseen: Overseen) -> None:
    for command in (
        lambda: AdoptRetention(command_id=uuid4(), content=content({})),
        lambda: trust_hold(schools=(SCHOOL,)),
    ):
        found = {
            role: code_of(register(overseen, command(), role))
            for role in (Role.DPO, Role.TRUST_LEAD, Role.SYSTEM, Role.ADMIN, Role.HR, Role.AUDITOR)
        }
        assert {role for role, given in found.items() if given == "RECORDED"} == {
            Role.DPO,
            Role.TRUST_LEAD,
            Role.SYSTEM,
        }


# --- what holds a case


def test_a_case_is_disposed_of_on_its_day_and_not_before(overseen: Overseen) -> None:
    case_id = a_closed_incident(overseen)

    overseen.at = datetime(2033, 8, 30, 22, 59, tzinfo=UTC)
    assert code_of(give(overseen, disposing(case_id), Role.DPO)) == "RETENTION"
    # In London it is the 31st.
    overseen.at = datetime(2033, 8, 30, 23, 0, tzinfo=UTC)
    given = give(overseen, disposing(case_id), Role.DPO)

    assert isinstance(given, Recorded)
    review: RetentionReview = given.case.retention_decision
    assert (review.decision, review.rule, review.due_on, review.decided_on) == (
        "DISPOSE",
        "INCIDENT_LOG",
        date(2033, 8, 31),
        date(2033, 8, 31),
    )
    assert review.table == retention.table_on(overseen.services.ledger, date(2033, 8, 31)).policy


def test_an_open_case_is_not_disposed_of(overseen: Overseen) -> None:
    case_id = a_closed_incident(overseen)
    must(overseen, ReopenIncident(command_id=uuid4(), case_id=case_id, reopened_on=CLOSED, reason="More came."))
    overseen.at = DUE

    assert code_of(give(overseen, disposing(case_id), Role.DPO)) == "RETENTION"


def test_a_hold_of_its_own_holds_a_case_until_it_is_lifted(overseen: Overseen) -> None:
    case_id = a_closed_incident(overseen)
    hold = next(iter(must(overseen, placing(case_id)).legal_holds))
    overseen.at = DUE

    assert (held(overseen, case_id), code_of(give(overseen, disposing(case_id)))) == (True, "ON_HOLD")
    must(overseen, LiftHold(command_id=uuid4(), case_id=case_id, hold_id=hold, reason="No longer."))
    assert (held(overseen, case_id), code_of(give(overseen, disposing(case_id)))) == (False, "RECORDED")


@pytest.mark.parametrize(
    ("scope", "is_held"),
    [
        ({"schools": (SCHOOL,)}, True),
        ({"schools": ("900002",)}, False),
        ({"kinds": ("INCIDENT",), "aware_from": ON, "aware_to": ON}, True),
        ({"kinds": ("COMPLAINT",)}, False),
    ],
)
def test_a_hold_of_the_trust_holds_what_it_covers_and_what_comes_later(
    overseen: Overseen, scope: dict[str, Any], is_held: bool
) -> None:
    before = a_closed_incident(overseen)
    placed = trust_hold(**scope)
    assert code_of(register(overseen, placed)) == "RECORDED"
    later = a_closed_incident(overseen)
    overseen.at = DUE

    answer = "ON_HOLD" if is_held else "RECORDED"
    assert [held(overseen, case_id) for case_id in (before, later)] == [is_held, is_held]
    assert [code_of(give(overseen, disposing(case_id))) for case_id in (before, later)] == [answer, answer]
    lifted = LiftTrustHold(command_id=uuid4(), hold_id=placed.hold_id, reason="It is over.")
    assert code_of(register(overseen, lifted)) == "RECORDED"
    assert not held(overseen, before)


@pytest.mark.parametrize("is_projected", [True, False])
@pytest.mark.parametrize("says", ["the closed case", "the open case"])
def test_an_open_case_holds_what_is_linked_with_it_whichever_says_so(
    overseen: Overseen, database: Database, says: str, is_projected: bool
) -> None:
    """Also where the read models, by which such links are found, have not come so far yet."""
    closed = a_closed_incident(overseen)
    opened = must(overseen, ReportIncident(command_id=uuid4(), school_urn=SCHOOL, opened_on=ON)).id
    one, other = (closed, opened) if says == "the closed case" else (opened, closed)
    must(overseen, LinkCase(command_id=uuid4(), case_id=one, other=other, kind="RELATED"))
    if is_projected:
        Projector(database).catch_up(overseen.trust.trust_id)
    overseen.at = DUE

    assert (held(overseen, closed), code_of(give(overseen, disposing(closed)))) == (True, "ON_HOLD")
    must(overseen, CloseIncident(command_id=uuid4(), case_id=opened, outcome="POST_REMOVED", closed_on=CLOSED))
    assert (held(overseen, closed), code_of(give(overseen, disposing(closed)))) == (False, "RECORDED")


def test_an_open_case_that_is_about_the_caller_is_not_given_away_as_what_holds_another(overseen: Overseen) -> None:
    closed = a_closed_incident(overseen)
    officer = overseen.caller(Role.DPO).person_id
    about = must(
        overseen,
        ReportStaffBreach(command_id=uuid4(), school_urn=SCHOOL, reported_on=ON, source="ALLEGED", subject=officer),
    )
    must(overseen, LinkCase(command_id=uuid4(), case_id=about.id, other=closed, kind="AROSE_FROM"))
    overseen.at = DUE

    given = {role: give(overseen, disposing(closed), role) for role in (Role.DPO, Role.TRUST_LEAD)}

    assert {role: code_of(one) for role, one in given.items()} == {Role.DPO: "NOT_ALLOWED", Role.TRUST_LEAD: "ON_HOLD"}


def test_a_copy_is_kept_as_its_original(overseen: Overseen) -> None:
    original = a_closed_incident(overseen)
    copy = must(overseen, ReportIncident(command_id=uuid4(), school_urn=SCHOOL, opened_on=ON)).id
    must(overseen, MarkDuplicate(command_id=uuid4(), case_id=copy, original=original, reason="The same post."))
    must(overseen, placing(original))
    ledger = overseen.services.ledger

    found = [retention.keeping(ledger, ledger.load(one), DUE.date()) for one in (original, copy)]  # type: ignore[arg-type]

    assert found[0].due == found[1].due
    assert [one.state for one in found] == [RetentionState.ON_HOLD] * 2


# --- what is known of a person


def a_low_level_concern(overseen: Overseen, subject: UUID) -> UUID:
    case = must(
        overseen,
        ReportStaffBreach(command_id=uuid4(), school_urn=SCHOOL, reported_on=ON, source="ALLEGED", subject=subject),
    )
    given: dict[str, Any] = {"case_id": case.id}
    level: dict[str, Any] = {"level": "LOW_LEVEL", "criteria": (), "assessed_on": CLOSED}
    must(overseen, AssessHarmThreshold(command_id=uuid4(), **level, **given))
    must(overseen, GiveBreachAdvice(command_id=uuid4(), kind="CONDUCT", given_on=CLOSED, **given))
    must(overseen, CloseStaffBreach(command_id=uuid4(), outcome="ADVICE_GIVEN", closed_on=CLOSED, **given))
    case_id: UUID = case.id
    return case_id


def test_a_low_level_concern_is_kept_until_the_person_leaves_and_the_day_stays_out_of_the_ledger(
    overseen: Overseen,
) -> None:
    # given
    trust, teacher = overseen.services.ledger.trust, uuid4()
    with trust.transaction() as connection:
        people.register(connection, trust.trust_id, [people.Person(teacher, "STAFF")])
    case_id = a_low_level_concern(overseen, teacher)
    overseen.at = DUE
    assert code_of(give(overseen, disposing(case_id), Role.DPO)) == "RETENTION"

    # when
    people.set_employment(trust, overseen.caller(Role.HR), teacher, PersonDates(left_on=date(2031, 7, 31)))
    given = give(overseen, disposing(case_id), Role.DPO)

    # then
    assert isinstance(given, Recorded)
    review = given.case.retention_decision
    assert (review.rule, review.due_on) == ("LOW_LEVEL_CONCERN", None)
    with trust.connection() as connection:
        rows = connection.execute(
            "SELECT count(*) FROM event WHERE trust_id = %s AND position(%s in convert_from(body, 'UTF8')) > 0",
            (trust.trust_id, "2031-07-31"),
        ).fetchall()
    assert rows == [(0,)]


def test_the_days_of_a_person_are_kept_by_those_who_employ_and_erased_with_the_person(overseen: Overseen) -> None:
    trust, teacher = overseen.services.ledger.trust, uuid4()
    with trust.transaction() as connection:
        people.register(connection, trust.trust_id, [people.Person(teacher, "STAFF")])
    known = PersonDates(pension_on=date(2050, 1, 1), left_on=date(2031, 7, 31))
    for role, urn in ((Role.DPO, None), (Role.ADMIN, None), (Role.HEADTEACHER, SCHOOL)):
        with pytest.raises(NotAllowed):
            people.set_employment(trust, overseen.caller(role, urn), teacher, known)
    people.set_employment(trust, overseen.caller(Role.HR), teacher, known)
    assert people.employment_of(trust, [teacher]) == {teacher: known}

    people.erase(trust, overseen.caller(Role.TRUST_LEAD), teacher)

    assert people.employment_of(trust, [teacher]) == {teacher: PersonDates()}


# --- what goes by itself

GOES = content({"kinds": '["INCIDENT"]', "action": '"DISPOSE"', "number": "1"})


def disposable(overseen: Overseen, database: Database, on: date = TWENTY_THIRTY_THREE) -> list[UUID]:
    Projector(database).catch_up(overseen.trust.trust_id)
    return sorted(one.case.id for one in retention.disposable(overseen.services.ledger, on))


def test_nothing_goes_by_itself_unless_the_trust_says_so_and_another_person_confirms(
    overseen: Overseen, database: Database
) -> None:
    case_id = a_closed_incident(overseen)
    assert disposable(overseen, database) == []
    register(overseen, AdoptRetention(command_id=uuid4(), content=GOES))
    assert disposable(overseen, database) == []
    register(overseen, AdoptRetention(command_id=uuid4(), content=GOES, disposal="AUTOMATIC"))
    assert disposable(overseen, database) == []

    proposer = register(overseen, ConfirmAutomaticDisposal(command_id=uuid4()), Role.DPO)
    another = register(overseen, ConfirmAutomaticDisposal(command_id=uuid4()), Role.TRUST_LEAD)

    assert (code_of(proposer), code_of(another)) == ("CONFLICT_OF_INTEREST", "RECORDED")
    assert disposable(overseen, database) == [case_id]
    assert disposable(overseen, database, date(2027, 9, 13)) == []
    assert disposable(overseen, database, date(2027, 9, 14)) == [case_id]


def test_what_is_held_or_decided_otherwise_does_not_go_by_itself(overseen: Overseen, database: Database) -> None:
    goes, kept, on_hold, archived = (a_closed_incident(overseen) for _ in range(4))
    register(overseen, AdoptRetention(command_id=uuid4(), content=GOES, disposal="AUTOMATIC"))
    register(overseen, ConfirmAutomaticDisposal(command_id=uuid4()), Role.TRUST_LEAD)
    must(overseen, disposing(kept, choice="KEEP", keep_until=date(2050, 1, 1), notes="It is taught with."))
    must(overseen, disposing(archived, choice="ARCHIVE"))
    must(overseen, placing(on_hold))

    assert disposable(overseen, database) == [goes]


def test_a_rule_that_asks_for_a_review_keeps_a_case_from_going_by_itself(
    overseen: Overseen, database: Database
) -> None:
    a_closed_incident(overseen)
    both = content(
        {"id": '"GOES"', "kinds": '["INCIDENT"]', "action": '"DISPOSE"', "number": "1"},
        {"id": '"LOOKED_AT"', "kinds": '["INCIDENT"]', "number": "2"},
    )
    register(overseen, AdoptRetention(command_id=uuid4(), content=both, disposal="AUTOMATIC"))
    register(overseen, ConfirmAutomaticDisposal(command_id=uuid4()), Role.TRUST_LEAD)

    assert disposable(overseen, database) == []


# --- the holds of the trust


def test_the_reason_of_a_hold_of_the_trust_lies_sealed_under_the_registers_own_key(overseen: Overseen) -> None:
    register(overseen, trust_hold(schools=(SCHOOL,)))
    ledger = overseen.services.ledger
    stream = trust_register_id(ledger.trust_id)
    found: Any = ledger.load(stream)
    [placed] = found.holds.values()

    place = SealedPlace(stream, placed.reason.version, placed.reason.part)
    visibility = overseen.caller(Role.TRUST_LEAD).visibility
    opened = open_texts(ledger, replace(visibility, opens=("TRUST",)), [place])

    assert opened[place].text == "An inquiry."
    # No role reads it by an answer yet: what it opens are kinds of case.
    assert open_texts(ledger, visibility, [place])[place].text is None


def test_a_hold_of_the_trust_is_looked_at_again_on_its_day(overseen: Overseen) -> None:
    placed = trust_hold(schools=(SCHOOL,))
    register(overseen, placed)
    ledger = overseen.services.ledger

    assert retention.holds_to_review(ledger, date(2039, 12, 31)) == []
    assert [one.hold_id for one in retention.holds_to_review(ledger, REVIEW_ON)] == [placed.hold_id]


def test_a_complaint_is_kept_by_what_was_said_of_it(overseen: Overseen) -> None:
    heads = (ComplaintHead(about_school=True, about_staff=False),)
    case = must(
        overseen,
        ReceiveComplaint(
            command_id=uuid4(),
            school_urn=SCHOOL,
            received_on=ON,
            received_by="HEADTEACHER",
            means="LETTER",
            heads=heads,
        ),
    )
    on: dict[str, Any] = {"case_id": case.id}
    [head] = case.heads
    must(overseen, DecideHead(command_id=uuid4(), head_id=head, outcome="NOT_UPHELD", decided_on=CLOSED, **on))
    must(overseen, CloseComplaint(command_id=uuid4(), outcome="NOT_UPHELD", closed_on=CLOSED, **on))
    ledger = overseen.services.ledger
    before = retention.keeping(ledger, ledger.load(case.id), DUE.date())  # type: ignore[arg-type]  # it is there

    must(overseen, ClassifyForRetention(command_id=uuid4(), classes=("NEGLIGENCE",), reason="A claim.", **on))

    after = retention.keeping(ledger, ledger.load(case.id), DUE.date())  # type: ignore[arg-type]  # it is there
    assert [one.due and one.due.on for one in (before, after)] == [date(2029, 9, 14), date(2041, 9, 14)]


def test_a_command_given_twice_is_carried_out_once(overseen: Overseen) -> None:
    command = trust_hold(schools=(SCHOOL,))

    first, again = register(overseen, command), register(overseen, command)

    assert isinstance(first, RegisterRecorded)
    assert again == RegisterRecorded(first.position, replayed=True)
