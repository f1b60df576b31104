"""A trust in whose cases one pupil and one teacher stand in many parts, with words that are known to the test alone."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4, uuid5
from zipfile import ZipFile

from domain.access_request import BundleForm
from services import people
from services.access_answers import Bundle, archive, make_bundle
from services.access_commands import (
    AccessCommand,
    AccessRecorded,
    KeepBack,
    ReceiveAccessRequest,
    run_on_access_request,
)
from services.case_commands import AddAddendum, AssignCase, LinkCase
from services.commands import Command, Refusal
from services.complaint_commands import ComplaintHead, ReceiveComplaint
from services.incident_commands import RecordItem, ReportIncident
from services.incident_measure_commands import SupportTarget
from services.incident_step_commands import RecordAccount
from services.people import Attendance, Identifier, NameUse, Person
from services.scope import Caller, system_caller
from services.staff_breach_commands import ReportStaffBreach
from services.staff_breach_procedure_commands import OpenBreachInvestigation, RecordInterview
from tests.services.access import ON, SCHOOL, Overseen
from tests.support.evidence import Desk

__all__ = [
    "ANSWER",
    "REVIEW",
    "World",
    "everywhere",
    "keep_back",
    "must",
    "refused",
    "texts_in",
    "trust_ledger",
    "unpacked",
    "version_of",
    "world_of",
]

REVIEW, ANSWER = BundleForm.REVIEW, BundleForm.ANSWER


@dataclass
class World:
    """The people, the cases by what they are called here, and every word by where it stands."""

    overseen: Overseen
    desk: Desk
    pupil: UUID = field(default_factory=uuid4)
    friend: UUID = field(default_factory=uuid4)
    teacher: UUID = field(default_factory=uuid4)
    cases: dict[str, UUID] = field(default_factory=dict)
    files: dict[str, UUID] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    def word(self, name: str) -> str:
        """A word that stands nowhere else."""
        return self.words.setdefault(name, f"{name}-{uuid4().hex[:12]}")

    def do(self, command: Command, by: Caller | None = None) -> Any:
        """Give a command, by the program itself if nobody else is named."""
        return self.overseen.trust.do(command, by or system_caller(self.overseen.trust.trust_id))

    def give(self, command: AccessCommand, by: Caller) -> AccessRecorded | Refusal:
        """Give a command on a request."""
        return run_on_access_request(self.overseen.services, by, command)

    def receive(self, person: UUID, by: Caller, **given: Any) -> UUID:
        """Receive a request; its id."""
        told = {"channel": "EMAIL", "received_on": ON, **given}
        return must(self.give(ReceiveAccessRequest(command_id=uuid4(), person=person, **told), by)).request.id

    def made(self, request_id: UUID, form: Any, by: Caller, **given: Any) -> Bundle:
        """What has to be put together."""
        found = make_bundle(self.overseen.services, by, request_id, form, **given)
        assert isinstance(found, Bundle), found
        return found

    def archived(self, made: Bundle) -> bytes:
        """All of it as one file."""
        return b"".join(archive(self.overseen.services.ledger, self.desk.evidence.store, made))

    def tells(self, name: str, text: str) -> None:
        """Have the pupil say more in one of the cases."""
        told: dict[str, Any] = {"side": "TARGET", "given_on": ON, "person": self.pupil, "text": text}
        self.do(RecordAccount(command_id=uuid4(), case_id=self.cases[name], **told))

    def reference(self, name: str) -> str:
        case: Any = self.overseen.services.ledger.load(self.cases[name])
        reference: str = case.reference
        return reference


def must(outcome: AccessRecorded | Refusal) -> AccessRecorded:
    assert isinstance(outcome, AccessRecorded), outcome
    return outcome


def world_of(overseen: Overseen, desk: Desk) -> World:
    """Cases in which the pupil posted, was written about, gave an account, complained, was heard, and stands not."""
    world = World(overseen, desk)
    _register(world)
    _posted(world)
    _written_about(world)
    _complained(world)
    _breach(world)
    _of_nobody(world)
    return world


def _register(world: World) -> None:
    trust = world.overseen.services.ledger.trust
    known = [
        Person(
            world.pupil,
            "PUPIL",
            {NameUse.USUAL: world.word("pupil-name")},
            (Attendance(SCHOOL, date(2024, 9, 1)),),
            (Identifier("upn", world.word("pupil-upn")),),
        ),
        Person(world.friend, "PUPIL", {NameUse.USUAL: world.word("friend-name")}),
        Person(world.teacher, "STAFF", {NameUse.USUAL: world.word("teacher-name")}),
    ]
    with trust.transaction() as connection:
        people.register(connection, trust.trust_id, known)


def _incident(world: World, name: str) -> UUID:
    asked = ReportIncident(command_id=uuid4(), school_urn=SCHOOL, opened_on=ON, summary=world.word(f"{name}-summary"))
    world.cases[name] = UUID(str(world.do(asked).id))
    return world.cases[name]


def _item(world: World, name: str, **given: Any) -> UUID:
    command = RecordItem(
        command_id=uuid4(),
        case_id=world.cases[name],
        platform="TIKTOK",
        poster_role="PUPIL",
        discovered_on=ON,
        **given,
    )
    world.do(command)
    return uuid5(command.command_id, "item_id")


def _posted(world: World) -> None:
    """The pupil posted one thing and the friend another; a teacher runs the case, another one did before."""
    case_id = _incident(world, "posted")
    _item(world, "posted", poster=world.pupil, handle=world.word("own-handle"), narrative=world.word("own-post"))
    _item(world, "posted", poster=world.friend, handle=world.word("friend-handle"), narrative=world.word("friend-post"))
    world.do(AssignCase(command_id=uuid4(), case_id=case_id, owner=world.pupil))
    world.do(AssignCase(command_id=uuid4(), case_id=case_id, owner=world.teacher))
    caller = system_caller(world.overseen.trust.trust_id)
    world.files["own"] = world.desk.keeps(caller, case_id, about=world.pupil, name=f"{world.word('own-file')}.pdf")
    world.files["friend"] = world.desk.keeps(
        caller, case_id, about=world.friend, name=f"{world.word('friend-file')}.pdf"
    )


def _written_about(world: World) -> None:
    case_id = _incident(world, "written-about")
    _item(
        world,
        "written-about",
        poster=world.friend,
        about=(world.pupil,),
        handle=world.word("other-handle"),
        narrative=world.word("about-post"),
    )
    told: dict[str, Any] = {"command_id": uuid4(), "case_id": case_id}
    world.do(RecordAccount(side="TARGET", given_on=ON, person=world.pupil, text=world.word("own-account"), **told))
    world.do(
        RecordAccount(
            side="POSTER",
            given_on=ON,
            person=world.friend,
            text=world.word("friend-account"),
            **told | {"command_id": uuid4()},
        )
    )
    world.do(
        SupportTarget(
            target="PUPIL",
            kind="REASSURANCE",
            supported_on=ON,
            person=world.pupil,
            supported_by=world.teacher,
            notes=world.word("own-support"),
            **told | {"command_id": uuid4()},
        )
    )
    world.do(AddAddendum(text=world.word("addendum"), **told | {"command_id": uuid4()}))


def _complained(world: World) -> None:
    heads = (ComplaintHead(about_school=False, about_staff=True, about=(world.teacher,)),)
    asked = ReceiveComplaint(
        command_id=uuid4(),
        school_urn=SCHOOL,
        received_on=ON,
        received_by="HEADTEACHER",
        means="LETTER",
        heads=heads,
        complainant=world.pupil,
        summary=world.word("own-complaint"),
    )
    world.cases["complained"] = UUID(str(world.do(asked).id))


def _breach(world: World) -> None:
    """The teacher is the subject; the pupil was heard as a witness."""
    asked = ReportStaffBreach(
        command_id=uuid4(),
        school_urn=SCHOOL,
        reported_on=ON,
        source="ALLEGED",
        subject=world.teacher,
        summary=world.word("breach-summary"),
    )
    case_id = world.cases["breach"] = UUID(str(world.do(asked).id))
    opening = OpenBreachInvestigation(command_id=uuid4(), case_id=case_id, investigator=uuid4(), started_on=ON)
    world.do(opening)
    world.do(
        RecordInterview(
            command_id=uuid4(),
            case_id=case_id,
            investigation_id=uuid5(opening.command_id, "investigation_id"),
            side="WITNESS",
            held_on=ON,
            person=world.pupil,
            notes=world.word("own-interview"),
        )
    )
    world.do(LinkCase(command_id=uuid4(), case_id=world.cases["written-about"], other=case_id, kind="RELATED"))


def _of_nobody(world: World) -> None:
    """A case in which neither stands."""
    _incident(world, "of-others")
    _item(world, "of-others", poster=world.friend, handle=world.word("far-handle"), narrative=world.word("far-post"))


def keep_back(request_id: UUID, case_id: UUID, **given: Any) -> KeepBack:
    return KeepBack(command_id=uuid4(), request_id=request_id, case_id=case_id, **{"exemption": "THIRD_PARTY", **given})


def texts_in(made: Bundle) -> set[str]:
    """Every text that is open in what was put together."""
    return {
        text["text"]
        for case in made.content["cases"]
        for event in case["events"]
        for text in event.get("texts", ())
        if "text" in text
    }


def version_of(made: Bundle, word: str) -> tuple[UUID, int, str]:
    """Where a text stands: the case, the version, and the part."""
    for case in made.content["cases"]:
        for event in case["events"]:
            for text in event["texts"]:
                if text.get("text") == word:
                    return UUID(case["id"]), event["version"], text["part"]
    raise AssertionError(word)


def everywhere(content: Mapping[str, bytes]) -> str:
    return "\n".join(text.decode("utf-8", "replace") for text in content.values())


def unpacked(archive: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def refused(outcome: Any) -> tuple[str, tuple[str, ...]]:
    return outcome.code.value, outcome.fields


def trust_ledger(world: World) -> Any:
    return world.overseen.services.ledger
