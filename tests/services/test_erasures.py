"""Erasures over PostgreSQL and real files: what goes with each scope, and what stays."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

from domain.access import Role
from domain.case_document import case_document
from domain.erasure import ErasureState, Extent
from services.accounts import bind_account
from services.case_commands import AddAddendum
from services.checkpoints import make_checkpoint
from services.erasure_commands import (
    RedactedText,
)
from services.erasures import see_erasure
from services.ledger_audit import audit_ledger
from services.people import Attendance
from services.registers import appoint_at_school
from services.scope import Caller, system_caller
from services.sealed_texts import SealedState
from tests.services.access import ON, OTHER, SCHOOL, Overseen
from tests.services.erasers import Eraser, code_of, item, name_of, person, texts_left, told
from tests.services.exported import a_case, exported, found, parts
from tests.support.evidence import Desk
from tests.support.ledgers import TODAY, Trust


def test_a_case_is_erased_with_its_texts_and_files_and_the_ledger_proves_it(
    overseen: Overseen, eraser: Eraser, desk: Desk, lead: Caller
) -> None:
    case_id, other = overseen.incident(summary="He wrote this."), overseen.incident(summary="Another.")
    file_id = desk.keeps(lead, case_id)

    done = eraser.erase(scope="CASE", case_id=case_id)

    # The summary, the name of the file and its hash.
    assert (done.state, done.done) == (ErasureState.COMPLETED, Extent(1, 1, 3, 1, 0))
    assert (done.completed_on, done.in_backups_until) == (TODAY, TODAY + timedelta(days=35))
    assert eraser.text(case_id, 1, "summary").state is SealedState.ERASED
    assert eraser.text(other, 1, "summary").text == "Another."
    assert list(eraser.store.stored(lead.trust_id)) == []
    assert eraser.case(case_id).files[file_id].erasure_id == done.id
    assert audit_ledger(overseen.services.ledger) is None


def test_a_bundle_of_an_erased_case_verifies_and_tells_what_is_erased(trust: Trust, eraser: Eraser) -> None:
    case_id = a_case(trust)
    before = {part["part"]: part.get("state", "OPEN") for part in parts(exported(trust, case_id))}

    eraser.erase(scope="CASE", case_id=case_id)

    bundle = exported(trust, case_id)
    assert found(trust.ledger, bundle) == "holds"
    assert set(before.values()) == {"OPEN"}
    assert {part["part"]: part.get("state", "OPEN") for part in parts(bundle)} == dict.fromkeys(before, "ERASED")
    assert b"bully" not in bundle


def test_one_person_is_erased_from_every_case_and_the_others_stay(
    trust: Trust, overseen: Overseen, eraser: Eraser, desk: Desk, lead: Caller
) -> None:
    ada, ben = person(overseen), person(overseen, "Ben Nevis")
    cases = [overseen.incident(summary="A fight."), overseen.incident(summary="Another.")]
    for case_id in cases:
        item(trust, case_id, ada)
    item(trust, cases[0], ben)
    hers, theirs = desk.keeps(lead, cases[0], about=ada), desk.keeps(lead, cases[0])

    done = eraser.erase(scope="PERSON", person=ada)

    assert (done.done.cases, done.done.keys, done.done.files, done.done.people) == (2, 2, 1, 1)
    assert (name_of(eraser, ada), name_of(eraser, ben)) == ("ERASED", "OPEN")
    states = {
        (case_id, version): eraser.text(case_id, version, "handle").state.value
        for case_id, version in ((cases[0], 2), (cases[0], 3), (cases[1], 2))
    }
    assert states == {(cases[0], 2): "ERASED", (cases[0], 3): "OPEN", (cases[1], 2): "ERASED"}
    assert [one.name.file_id for one in eraser.store.stored(lead.trust_id)] == [theirs]
    assert eraser.case(cases[0]).files[hers].erasure_id == done.id
    assert {eraser.text(case_id, 1, "summary").state for case_id in cases} == {SealedState.OPEN}
    assert audit_ledger(overseen.services.ledger) is None


def test_a_text_that_speaks_of_others_is_superseded_by_a_redacted_one(trust: Trust, eraser: Eraser) -> None:
    case_id = a_case(trust)
    instead = RedactedText(case_id, 1, "summary", "A post about a member of staff.")

    done = eraser.erase(
        by=eraser.lead, scope="PART", case_id=case_id, of_version=1, part="summary", redactions=(instead,)
    )

    assert done.done == Extent(1, 0, 1, 0, 0)
    shown = case_document(eraser.case(case_id)).detail["summary"]
    assert eraser.text(case_id, shown["version"], shown["part"]).text == "A post about a member of staff."
    assert eraser.text(case_id, 1, "summary").state is SealedState.ERASED
    # What stands under the same key is untouched.
    assert eraser.text(case_id, 3, "text").text == "The parent rang."
    assert found(trust.ledger, exported(trust, case_id)) == "holds"
    assert audit_ledger(trust.ledger) is None
    assert b"about the head" not in b"".join(texts_left(trust))


def test_with_a_person_goes_a_text_of_the_case_that_names_them(
    trust: Trust, overseen: Overseen, eraser: Eraser
) -> None:
    ada = person(overseen)
    case_id = overseen.incident(summary="Ada Byron and Ben Nevis fought.")
    item(trust, case_id, ada)
    instead = RedactedText(case_id, 1, "summary", "A pupil and Ben Nevis fought.")

    eraser.erase(by=eraser.lead, scope="PERSON", person=ada, redactions=(instead,))

    shown = case_document(eraser.case(case_id)).detail["summary"]
    assert eraser.text(case_id, shown["version"], shown["part"]).text == "A pupil and Ben Nevis fought."
    assert b"Ada" not in b"".join(texts_left(trust))


def test_what_stands_in_place_of_a_text_of_the_person_is_not_erased_with_them(
    trust: Trust, overseen: Overseen, eraser: Eraser
) -> None:
    ada, case_id = person(overseen), overseen.incident()
    item(trust, case_id, ada)
    instead = RedactedText(case_id, 2, "narrative", "It says what a pupil did.")

    eraser.erase(by=eraser.lead, scope="PERSON", person=ada, redactions=(instead,))

    shown = case_document(eraser.case(case_id)).detail["items"][0]["narrative"]
    assert eraser.text(case_id, shown["version"], shown["part"]).text == "It says what a pupil did."


def test_a_person_whom_the_registry_has_from_one_case_goes_with_it(
    trust: Trust, overseen: Overseen, eraser: Eraser
) -> None:
    case_id, other = overseen.incident(), overseen.incident()
    only_here, elsewhere, at_school = (
        person(overseen, "Only Here"),
        person(overseen, "Elsewhere Too"),
        person(overseen, "At School", schools=(Attendance(SCHOOL, ON),)),
    )
    for one in (only_here, elsewhere, at_school):
        item(trust, case_id, one)
    item(trust, other, elsewhere)

    done = eraser.erase(scope="CASE", case_id=case_id)

    assert [name_of(eraser, one) for one in (only_here, elsewhere, at_school)] == ["ERASED", "OPEN", "OPEN"]
    assert done.done.people == 1
    # With the last case that names them they go, though the emptied one names them still.
    eraser.erase(scope="CASE", case_id=other)
    assert name_of(eraser, elsewhere) == "ERASED"


def test_a_school_is_erased_and_another_is_not(overseen: Overseen, eraser: Eraser) -> None:
    here, there = overseen.incident(SCHOOL, "Here."), overseen.incident(OTHER, "There.")

    done = eraser.erase(scope="SCHOOL", school_urn=SCHOOL, authority="CONTRACT_ENDED")

    assert done.done.cases == 1
    assert eraser.text(here, 1, "summary").state is SealedState.ERASED
    assert eraser.text(there, 1, "summary").text == "There."


def test_a_trust_is_erased_and_its_ledger_is_signed_and_proved_as_before(
    trust: Trust, overseen: Overseen, eraser: Eraser
) -> None:
    ada = person(overseen, schools=(Attendance(SCHOOL, ON),))
    cases = [a_case(trust), overseen.breach(ada), overseen.incident(OTHER)]
    before = make_checkpoint(trust.ledger)

    done = eraser.erase(scope="TRUST", authority="CONTRACT_ENDED")

    assert (done.done.cases, done.done.people) == (3, 1)
    assert texts_left(trust) == []
    assert see_erasure(eraser.services, eraser.dpo, done.id).asked.text == "They asked."
    assert name_of(eraser, ada) == "ERASED"
    after = make_checkpoint(trust.ledger)
    assert after.size > before.size
    bundles = [exported(trust, case_id, since=before.size) for case_id in cases]
    assert [found(trust.ledger, bundle, before.note) for bundle in bundles] == ["holds"] * 3
    assert audit_ledger(trust.ledger, [before.note]) is None


def test_of_an_erased_program_roles_and_keys_end_by_events(trust: Trust, overseen: Overseen, eraser: Eraser) -> None:
    head = person(overseen, "Head Teacher", "STAFF")
    system = system_caller(trust.trust_id)
    appoint_at_school(trust.ledger, system, urn=SCHOOL, role="headteacher", person=head, appointed_on=date(2024, 9, 1))
    bind_account(
        eraser.services,
        overseen.caller(Role.ADMIN),
        command_id=uuid4(),
        issuer="https://id",
        subject="h",
        person_id=head,
    )

    eraser.erase(scope="PERSON", person=head)

    assert told(trust, "school.role_revoked.v1") == [
        {"person": str(head), "revoked_on": str(TODAY), "role": "headteacher"}
    ]
    assert [one["is_active"] for one in told(trust, "trust.account_switched.v1")] == [False]


def test_nothing_more_is_sealed_in_an_erased_case(overseen: Overseen, eraser: Eraser) -> None:
    case_id = overseen.incident(summary="Words.")

    eraser.erase(scope="CASE", case_id=case_id)

    assert code_of(overseen.trust.give(AddAddendum(command_id=uuid4(), case_id=case_id, text="More."))) == (
        "RETENTION",
        (),
    )
