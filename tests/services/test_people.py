"""The people registry on real PostgreSQL: today's names by id, several identifiers, erasure for good."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.access import Role, visibility
from domain.refusals import Refused, UnknownCode
from ledger.database import Database, TrustDatabase
from services import people
from services.command_refusals import NotAllowed
from services.people import Attendance, Identifier, KnownName, NameState, NameUse, Person
from services.scope import Caller
from tests.support.postgres import DatabaseUrls


@pytest.fixture
def trust(database: Database, trust_id: UUID) -> TrustDatabase:
    return database.trust(trust_id)


@pytest.fixture
def lead(trust_id: UUID) -> Caller:
    return Caller(trust_id, uuid4(), Role.TRUST_LEAD)


@pytest.fixture
def pupil(trust: TrustDatabase) -> Person:
    person = Person(
        uuid4(),
        "PUPIL",
        {NameUse.USUAL: "Ada Lund", NameUse.LEGAL: "Adelina Lund"},
        (Attendance("900003", date(2024, 9, 1)),),
        (Identifier("arbor", "17"), Identifier("wonde", "A-17")),
    )
    register(trust, person)
    return person


def register(trust: TrustDatabase, *persons: Person) -> int:
    with trust.transaction() as connection:
        return people.register(connection, trust.trust_id, persons)


def test_a_registered_person_is_found_by_id_and_by_each_identifier(
    trust: TrustDatabase, lead: Caller, pupil: Person
) -> None:
    found = [
        people.find(trust, lead.visibility, pupil.person_id),
        people.find_by_identifier(trust, lead.visibility, "arbor", "17"),
        people.find_by_identifier(trust, lead.visibility, "wonde", "A-17"),
    ]

    assert found == [pupil, pupil, pupil]
    assert people.find_by_identifier(trust, lead.visibility, "wonde", "17") is None


def test_registering_a_person_again_changes_nothing(trust: TrustDatabase, lead: Caller, pupil: Person) -> None:
    again = Person(pupil.person_id, "STAFF", {NameUse.USUAL: "Somebody Else"})

    assert register(trust, again) == 0
    assert people.find(trust, lead.visibility, pupil.person_id) == pupil


def test_names_are_todays_and_say_why_there_is_none(trust: TrustDatabase, lead: Caller, pupil: Person) -> None:
    nameless, gone, stranger = uuid4(), uuid4(), uuid4()
    register(trust, Person(nameless, "PARENT"), Person(gone, "PARENT", {NameUse.USUAL: "B. Osei"}))
    people.erase(trust, lead, gone)
    people.rename(trust, lead, pupil.person_id, NameUse.USUAL, "Ada Nowak")

    known = people.names(trust, lead.visibility, [pupil.person_id, nameless, gone, stranger])

    assert known == {
        pupil.person_id: KnownName(NameState.OPEN, "Ada Nowak"),
        nameless: KnownName(NameState.UNKNOWN),
        gone: KnownName(NameState.ERASED),
        stranger: KnownName(NameState.UNKNOWN),
    }


@pytest.mark.parametrize("role", [Role.DASHBOARD, Role.AUDITOR, Role.MIS])
def test_a_role_that_opens_no_sealed_text_sees_no_name(trust: TrustDatabase, pupil: Person, role: Role) -> None:
    reader = visibility(trust.trust_id, uuid4(), role, "900003" if role is Role.MIS else None)

    assert people.names(trust, reader, [pupil.person_id]) == {pupil.person_id: KnownName(NameState.WITHHELD)}
    assert people.find(trust, reader, pupil.person_id) is None


def test_a_headteacher_finds_the_people_of_the_own_school_alone(trust: TrustDatabase, pupil: Person) -> None:
    readers = [visibility(trust.trust_id, uuid4(), Role.HEADTEACHER, urn) for urn in ("900003", "900001")]

    assert [people.find(trust, reader, pupil.person_id) for reader in readers] == [pupil, None]


def test_an_erased_person_keeps_id_and_kind_alone_and_cannot_come_back(
    trust: TrustDatabase, lead: Caller, pupil: Person
) -> None:
    people.erase(trust, lead, pupil.person_id)
    people.erase(trust, lead, pupil.person_id)

    empty = Person(pupil.person_id, "PUPIL", is_erased=True)
    assert people.find(trust, lead.visibility, pupil.person_id) == empty
    assert people.find_by_identifier(trust, lead.visibility, "arbor", "17") is None
    assert register(trust, pupil) == 0
    with pytest.raises(people.PersonErased):
        people.rename(trust, lead, pupil.person_id, NameUse.USUAL, "Ada Lund")
    assert people.find(trust, lead.visibility, pupil.person_id) == empty


def test_a_person_leaves_one_school_and_joins_another(trust: TrustDatabase, lead: Caller, pupil: Person) -> None:
    left = Attendance("900003", date(2024, 9, 1), date(2025, 8, 31))
    joined = Attendance("900001", date(2025, 9, 1))

    people.set_attendance(trust, lead, pupil.person_id, left)
    people.set_attendance(trust, lead, pupil.person_id, joined)

    found = people.find(trust, lead.visibility, pupil.person_id)
    assert found is not None
    assert found.schools == (left, joined)


def test_an_identifier_belongs_to_one_person(trust: TrustDatabase, lead: Caller, pupil: Person) -> None:
    other = Person(uuid4(), "PUPIL", {NameUse.USUAL: "I. Lund"})
    register(trust, other)

    with pytest.raises(people.IdentifierTaken):
        people.add_identifier(trust, lead, other.person_id, Identifier("arbor", "17"))
    with pytest.raises(people.IdentifierTaken):
        register(trust, Person(uuid4(), "PUPIL", identifiers=(Identifier("arbor", "17"),)))
    people.add_identifier(trust, lead, other.person_id, Identifier("arbor", "18"))

    assert people.find_by_identifier(trust, lead.visibility, "arbor", "17") == pupil
    found = people.find_by_identifier(trust, lead.visibility, "arbor", "18")
    assert found is not None
    assert found.person_id == other.person_id


@pytest.mark.parametrize(
    ("person", "refusal"),
    [
        (Person(uuid4(), "UNCLE"), UnknownCode),
        (Person(uuid4(), "PUPIL", {NameUse.USUAL: " "}), people.NameMissing),
        (
            Person(uuid4(), "PUPIL", schools=(Attendance("900003", date(2025, 9, 1), date(2025, 8, 31)),)),
            people.DatesReversed,
        ),
    ],
    ids=["unknown kind", "blank name", "left before joining"],
)
def test_a_person_that_makes_no_sense_is_refused_and_not_stored(
    trust: TrustDatabase, lead: Caller, person: Person, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        register(trust, person)

    assert people.find(trust, lead.visibility, person.person_id) is None


def test_only_the_trust_lead_erases_and_only_who_may_command_changes(trust: TrustDatabase, pupil: Person) -> None:
    head = Caller(trust.trust_id, uuid4(), Role.HEADTEACHER, "900003")
    auditor = Caller(trust.trust_id, uuid4(), Role.AUDITOR)
    head_elsewhere = Caller(trust.trust_id, uuid4(), Role.HEADTEACHER, "900001")

    with pytest.raises(NotAllowed):
        people.erase(trust, head, pupil.person_id)
    with pytest.raises(NotAllowed):
        people.rename(trust, auditor, pupil.person_id, NameUse.USUAL, "X")
    with pytest.raises(people.UnknownPerson):
        people.rename(trust, head_elsewhere, pupil.person_id, NameUse.USUAL, "X")
    people.rename(trust, head, pupil.person_id, NameUse.FORMER, "Ada Tate")

    found = people.find(trust, head.visibility, pupil.person_id)
    assert found is not None
    assert found.names == {**pupil.names, NameUse.FORMER: "Ada Tate"}


def test_another_trust_sees_nobody(database: Database, trust: TrustDatabase, lead: Caller, pupil: Person) -> None:
    other = database.trust(uuid4())

    assert people.find(other, lead.visibility, pupil.person_id) is None
    with other.connection() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        people.register(connection, trust.trust_id, [Person(uuid4(), "PUPIL")])


def test_no_name_is_printed(pupil: Person) -> None:
    assert "Lund" not in repr(pupil)
    assert "Lund" not in repr(KnownName(NameState.OPEN, "Ada Lund"))
    assert "A-17" not in repr(pupil)


def test_a_person_is_never_deleted(database_urls: DatabaseUrls, trust: TrustDatabase, pupil: Person) -> None:
    with trust.connection() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("DELETE FROM person WHERE person_id = %s", (pupil.person_id,))
