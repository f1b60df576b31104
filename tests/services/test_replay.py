"""A case is replayed step by step: what was recorded, what it changed, how it stood then, and who knew by then."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access import Role
from domain.actors import PROGRAM, ActorSort
from domain.case import Case
from domain.case_changes import members
from domain.case_document import case_document
from domain.knowing import HowKnown
from domain.permissions import CaseReading, Resource, decide
from domain.reads import ReadKind
from domain.refusals import Refused
from services.case_commands import AddAddendum, AssignCase, LinkCase
from services.complaint_commands import ComplaintHead
from services.conversion_commands import ConvertToComplaint
from services.incident_commands import CloseIncident, RecordItem, ReportIncident
from services.incident_measure_commands import InformPerson
from services.people import KnownName, NameState, NameUse, Person, erase, register
from services.read_log import ReadEntry, ReadWay, append_read
from services.replay import Knower, Replay, Step, WithheldStep, replay
from services.scope import Caller, system_caller
from services.sealed_texts import SealedState
from services.staff_breach_commands import ReportStaffBreach
from services.staff_breach_procedure_commands import OpenBreachInvestigation, RecordInterview, SetReportingRestriction
from tests.services.log_imports import bring, case, row
from tests.support.ledgers import Trust
from tests.support.logs import log_file

AWARE = date(2026, 9, 10)
SCHOOL = "900001"


def gives(trust: Trust, command: type[Any], by: Caller | None = None, **given: Any) -> Any:
    return trust.do(command(command_id=uuid4(), **given), by)


def called(trust: Trust, name: str, caller: Caller, kind: str = "STAFF") -> Caller:
    """The caller, whom the registry calls by a name from now on."""
    with trust.ledger.trust.transaction() as connection:
        register(connection, trust.trust_id, [Person(caller.person_id, kind, {NameUse.USUAL: name})])
    return caller


def told(found: Replay) -> list[Step]:
    return [step for step in found.steps if isinstance(step, Step)]


def who(knowers: tuple[Knower, ...]) -> list[tuple[UUID, HowKnown, tuple[ReadKind, ...]]]:
    return [(one.person.person_id, one.how, one.what) for one in knowers]


def reads(trust: Trust, reader: Caller, case_id: UUID, way: ReadWay = ReadWay.QUERY, **more: Any) -> None:
    append_read(trust.ledger, ReadEntry(reader, way, "executed", opened=frozenset((str(case_id),)), **more))


@pytest.fixture
def clerk(trust: Trust) -> Caller:
    return called(trust, "Zoë Łukasz", trust.caller(Role.COORDINATOR, SCHOOL))


@pytest.fixture
def head(trust: Trust) -> Caller:
    return called(trust, "Ngũgĩ wa Thiong’o", trust.caller(Role.HEADTEACHER, SCHOOL))


@pytest.fixture
def case_id(trust: Trust, clerk: Caller, head: Caller) -> UUID:
    """An incident that was reported, told to the head, and closed by the head."""
    found: UUID = gives(
        trust, ReportIncident, clerk, school_urn=SCHOOL, opened_on=AWARE, summary="A post about the head."
    ).id
    item: dict[str, Any] = {"platform": "FACEBOOK", "poster_role": "PARENT", "discovered_on": AWARE}
    gives(trust, RecordItem, clerk, case_id=found, narrative="Says the head is a bully.", **item)
    gives(trust, InformPerson, clerk, case_id=found, role="LINE_MANAGER", person=head.person_id, informed_on=AWARE)
    gives(
        trust,
        CloseIncident,
        head,
        case_id=found,
        closed_on=AWARE,
        outcome="NO_FURTHER_ACTION",
        reason="It is dealt with.",
    )
    return found


# --- the steps


def test_each_step_says_what_was_recorded_by_whom_and_what_it_changed(
    trust: Trust, case_id: UUID, clerk: Caller, head: Caller
) -> None:
    found = replay(trust.ledger, trust.lead.visibility, case_id)

    first, _, _, last = told(found)
    assert (len(found.places), found.until, found.at) == (4, trust.ledger.head()[0], None)
    assert [step.type for step in told(found)] == [
        "incident.reported.v1",
        "incident.item_recorded.v1",
        "incident.person_informed.v1",
        "incident.closed.v1",
    ]
    assert first.says == "The school became aware of an incident."
    assert (first.actor.person_id, first.actor.name.text) == (clerk.person_id, "Zoë Łukasz")
    assert (last.actor.person_id, last.actor.name.text) == (head.person_id, "Ngũgĩ wa Thiong’o")
    assert (last.actor_role, last.sort, last.on_behalf_of) == ("headteacher", ActorSort.HUMAN, None)
    assert last.reason is not None
    assert (last.reason.state, last.reason.text) == (SealedState.OPEN, "It is dealt with.")
    changed = {change.field: (change.before, change.after) for change in last.changes}
    assert changed["status"] == ("OPEN", "CLOSED")
    assert changed["closedOn"] == (None, "2026-09-10")


def test_the_changes_of_each_step_lead_from_the_state_before_to_the_state_after_and_to_the_live_case(
    trust: Trust, case_id: UUID
) -> None:
    found = told(replay(trust.ledger, trust.lead.visibility, case_id))

    state: dict[str, Any] = {}
    for step in found:
        for change in step.changes:
            assert state.get(change.field) == change.before
            if change.after is None:
                del state[change.field]
            else:
                state[change.field] = change.after
        assert state == step.state
    live = trust.ledger.load(case_id)
    assert isinstance(live, Case)
    assert state == members(case_document(live))


def test_a_replay_ends_at_a_position_or_an_instant(trust: Trust, case_id: UUID) -> None:
    whole = told(replay(trust.ledger, trust.lead.visibility, case_id))
    second = whole[1]

    for until in (second.position, second.recorded_at, whole[2].recorded_at - timedelta(microseconds=1)):
        found = replay(trust.ledger, trust.lead.visibility, case_id, until=until)
        assert ([step.version for step in told(found)], found.until, len(found.places)) == ([1, 2], second.position, 2)
        assert told(found)[-1].state == second.state
    for before in (0, whole[0].position - 1, whole[0].recorded_at - timedelta(microseconds=1)):
        assert replay(trust.ledger, trust.lead.visibility, case_id, until=before).steps == ()


def test_steps_are_kept_to_types(trust: Trust, case_id: UUID) -> None:
    found = replay(trust.ledger, trust.lead.visibility, case_id, types=("incident.closed.v1", "incident.linked.v1"))

    assert [step.version for step in told(found)] == [4]
    # Who came to know since the step shown before it is not lost with the steps that are not shown.
    assert {one.how for one in told(found)[0].learnt} == {HowKnown.RECORDED, HowKnown.TOLD, HowKnown.TOOK_PART}
    assert {place.part for place in found.opened} == {"reason"}


# --- people and programs


def test_programs_imports_and_the_program_itself_are_told_from_people(trust: Trust, clerk: Caller) -> None:
    case_id: UUID = gives(trust, ReportIncident, clerk, school_urn=SCHOOL, opened_on=AWARE).id
    program = called(trust, "Arbor", trust.caller(Role.COORDINATOR, SCHOOL, "program"), PROGRAM)
    for by in (program, clerk, system_caller(trust.trust_id)):
        gives(trust, AddAddendum, by, case_id=case_id, text="A word.")
    erase(trust.ledger.trust, trust.lead, program.person_id)

    found = told(replay(trust.ledger, trust.lead.visibility, case_id))
    by_people = replay(trust.ledger, trust.lead.visibility, case_id, by=ActorSort.HUMAN)
    by_programs = replay(trust.ledger, trust.lead.visibility, case_id, by=ActorSort.SYSTEM)

    assert [step.sort.value for step in found] == ["HUMAN", "SYSTEM", "HUMAN", "SYSTEM"]
    assert [step.version for step in told(by_people)] == [1, 3]
    assert [step.version for step in told(by_programs)] == [2, 4]


def test_what_a_person_imported_was_recorded_by_a_program_and_what_came_after_was_not(trust: Trust) -> None:
    bring(trust, log_file(row("L-1"), row("L-2", status="DUPLICATE", duplicate_of="L-1")))
    case_id = case(trust, "L-1").id
    gives(trust, AddAddendum, case_id=case_id, text="It was worse.")

    found = told(replay(trust.ledger, trust.lead.visibility, case_id))
    sorts = [step.sort.value for step in found]

    # That there is a copy was recorded here by the import of the copy.
    assert "incident.copy_added.v1" in [step.type for step in found]

    assert sorts[-1] == "HUMAN"
    assert set(sorts[:-1]) == {"SYSTEM"}


# --- who knew


def test_who_knew_by_each_step_is_told_from_the_events_and_from_the_log_of_reads(
    trust: Trust, case_id: UUID, clerk: Caller, head: Caller
) -> None:
    dsl = trust.caller(Role.DSL, SCHOOL)
    reads(trust, dsl, case_id, parts=frozenset(((str(case_id), 1, "summary"),)))
    gives(trust, AddAddendum, clerk, case_id=case_id, text="Seen by many.")
    reads(trust, trust.lead, case_id, ReadWay.EXPORT)

    found = replay(trust.ledger, trust.lead.visibility, case_id, all_who_knew=True)

    first, second, third, fourth, fifth = told(found)
    assert found.tells_readers
    # Whoever reports a case is the one who told the school of it.
    assert who(first.learnt) == [(clerk.person_id, HowKnown.RECORDED, ()), (clerk.person_id, HowKnown.TOOK_PART, ())]
    assert who(second.learnt) == []
    assert who(third.learnt) == [(head.person_id, HowKnown.TOLD, ())]
    assert who(fourth.learnt) == [(head.person_id, HowKnown.RECORDED, ())]
    assert who(fifth.learnt) == [(dsl.person_id, HowKnown.READ, (ReadKind.CASE, ReadKind.PARTS))]
    assert who(found.learnt_since) == [(trust.lead.person_id, HowKnown.READ, (ReadKind.EXPORT,))]
    assert who(fifth.knew) == [*who(first.learnt), *who(third.learnt), *who(fourth.learnt), *who(fifth.learnt)]
    # As at an earlier moment nobody had read anything yet.
    assert who(replay(trust.ledger, trust.lead.visibility, case_id, until=fourth.position).learnt_since) == []


def test_who_may_not_see_readers_is_told_who_knew_from_the_events_alone(trust: Trust, case_id: UUID) -> None:
    dsl = trust.caller(Role.DSL, SCHOOL)
    assert not decide(Role.DSL, CaseReading.SEE_READERS, Resource("INCIDENT")).allowed
    reads(trust, trust.lead, case_id)

    found = replay(trust.ledger, dsl.visibility, case_id)

    assert not found.tells_readers
    assert {one.how for step in told(found) for one in step.learnt} == {
        HowKnown.RECORDED,
        HowKnown.TOLD,
        HowKnown.TOOK_PART,
    }
    assert found.learnt_since == ()


# --- what does not leave


def test_a_case_out_of_sight_or_not_the_roles_to_take_away_is_not_replayed(trust: Trust, case_id: UUID) -> None:
    elsewhere, staff = trust.caller(Role.HEADTEACHER, "900002"), trust.caller(Role.EQUALITIES, SCHOOL)
    refusals = []
    for reader, wanted in ((elsewhere, case_id), (trust.lead, uuid4()), (staff, case_id)):
        with pytest.raises(Refused) as refusal:
            replay(trust.ledger, reader.visibility, wanted)
        refusals.append(str(refusal.value.code))

    assert refusals == ["NOT_FOUND", "NOT_FOUND", "NOT_ALLOWED"]


def test_an_auditor_sees_the_steps_without_texts_and_names(trust: Trust, case_id: UUID) -> None:
    found = replay(trust.ledger, trust.caller(Role.AUDITOR).visibility, case_id)

    assert {part.text.state for step in told(found) for part in step.parts} == {SealedState.WITHHELD}
    assert {step.actor.name for step in told(found)} == {KnownName(NameState.WITHHELD)}
    assert found.opened == frozenset()


def test_an_event_that_names_a_case_about_the_reader_is_withheld_and_who_recorded_it_with_it(
    trust: Trust, head: Caller
) -> None:
    system, hidden_from = system_caller(trust.trust_id), head
    incident: UUID = gives(trust, ReportIncident, system, school_urn=SCHOOL, opened_on=AWARE, summary="A post.").id
    went_on: dict[str, Any] = {"converted_on": AWARE, "received_by": "HEADTEACHER", "means": "LETTER"}
    heads = (ComplaintHead(about_school=False, about_staff=True, about=(head.person_id,)),)
    complaint = gives(trust, ConvertToComplaint, system, case_id=incident, heads=heads, **went_on).converted_to
    gives(trust, LinkCase, case_id=incident, other=complaint, kind="RELATED")
    gives(trust, AddAddendum, system, case_id=incident, text="The parent rang.")

    found = replay(trust.ledger, hidden_from.visibility, incident)
    whole = replay(trust.ledger, trust.lead.visibility, incident)

    assert [type(step) for step in found.steps] == [Step, WithheldStep, WithheldStep, Step]
    assert [type(step) for step in whole.steps] == [Step] * 4
    assert [(step.position, step.leaf) for step in found.steps] == [(step.position, step.leaf) for step in whole.steps]
    assert str(complaint) not in str(found)
    assert str(trust.lead.person_id) not in str(found)
    assert told(found)[-1].changes == told(whole)[-1].changes
    # A withheld event is not told to be of a type, nor by whom it is.
    kept = replay(trust.ledger, hidden_from.visibility, incident, by=ActorSort.SYSTEM)
    assert [type(step) for step in kept.steps] == [Step, Step]


def test_a_teacher_whom_the_law_forbids_naming_has_neither_words_nor_a_name_outside(trust: Trust) -> None:
    teacher = called(trust, "Ms Teacher", trust.caller(Role.STAFF, SCHOOL, "teacher")).person_id
    head, system = trust.caller(Role.HEADTEACHER, SCHOOL), system_caller(trust.trust_id)
    breach: dict[str, Any] = {"school_urn": SCHOOL, "reported_on": AWARE, "source": "ALLEGED"}
    case_id: UUID = gives(trust, ReportStaffBreach, head, subject=teacher, **breach).id
    opened = gives(
        trust, OpenBreachInvestigation, system, case_id=case_id, investigator=head.person_id, started_on=AWARE
    )
    [investigation] = opened.investigations
    said: dict[str, Any] = {"side": "SUBJECT", "held_on": AWARE, "person": teacher, "notes": "It was I."}
    gives(trust, RecordInterview, system, case_id=case_id, investigation_id=investigation, **said)
    before = replay(trust.ledger, head.visibility, case_id)
    gives(trust, SetReportingRestriction, system, case_id=case_id, applies=True, from_on=AWARE)

    after = replay(trust.ledger, head.visibility, case_id)
    human_resources = replay(trust.ledger, trust.caller(Role.HR).visibility, case_id)

    def outside(found: Replay) -> tuple[str | None, NameState, int]:
        step = told(found)[2]
        [knower] = [one for one in step.learnt if one.person.person_id == teacher]
        return step.parts[0].text.text, knower.person.name.state, len(found.notices)

    assert outside(before) == ("It was I.", NameState.OPEN, 0)
    assert outside(after) == (None, NameState.WITHHELD, 1)
    assert outside(human_resources) == ("It was I.", NameState.OPEN, 1)


def test_assigning_a_case_tells_its_new_owner(trust: Trust) -> None:
    case_id: UUID = gives(trust, ReportIncident, school_urn=SCHOOL, opened_on=AWARE).id
    dsl = trust.caller(Role.DSL, SCHOOL)
    gives(trust, AssignCase, case_id=case_id, owner=dsl.person_id)

    last = told(replay(trust.ledger, trust.lead.visibility, case_id))[-1]

    assert who(last.learnt) == [(dsl.person_id, HowKnown.TOLD, ())]
