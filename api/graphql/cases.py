"""Cases: what all kinds share, what each kind adds, and pages of them."""

# ruff: noqa: D101, D102 - the description of each type and field stands in the schema
from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from api.graphql.connections import After, First
from api.graphql.context import Info
from api.graphql.enums import ACTION_COMMANDS, CaseAction, CaseKind, CaseStatus, Mark
from api.graphql.incident_parts import (
    Account,
    Direction,
    Evidence,
    Impact,
    Investigation,
    Item,
    Meeting,
    OutcomeNotice,
    ParentAdvice,
    PlatformReport,
)
from api.graphql.people import Person
from api.graphql.schools import PolicyVersion, School, school_of
from api.graphql.shown import shown_list, shown_members
from api.graphql.texts import SealedText
from domain.access import may
from domain.case_document import CaseDocument
from domain.offered import from_mask

if TYPE_CHECKING:
    from api.graphql.history import CaseEventConnection

__all__ = [
    "KINDS",
    "Addendum",
    "Case",
    "CaseLink",
    "Complaint",
    "Duty",
    "Head",
    "Imported",
    "Incident",
    "StaffBreach",
    "case_of",
]


@strawberry.type(description="Something that is left to do on a case.")
class Duty:
    code: str = strawberry.field(description="What is to be done, as a code.")
    clause: str | None = strawberry.field(
        description="The clause of the school's policy that asks for it, if one does."
    )
    item_id: strawberry.ID | None = strawberry.field(description="The item it concerns, if one.")


@strawberry.type(description="Where an imported case came from.")
class Imported:
    file_sha256: str = strawberry.field(description="The SHA-256 of the file, in hexadecimal.")
    lines: list[int] = strawberry.field(description="The lines of the file that made the case.")


@strawberry.type(description="Words added to a case; what is recorded is never rewritten.")
class Addendum:
    text: SealedText = strawberry.field(description="The words.")


@strawberry.type(description="A link to another case.")
class CaseLink:
    kind: str = strawberry.field(description="How the cases belong together: a code of the list `link_kinds`.")
    other_id: strawberry.Private[UUID]

    @strawberry.field(description="Whether the other case is out of the reader's sight; `case` is then null.")
    async def restricted(self, info: Info) -> bool:
        return await info.context.cases.load(self.other_id) is None

    @strawberry.field(description="The other case, if the reader may see it.")
    async def case(self, info: Info) -> Case | None:
        document = await info.context.cases.load(self.other_id)
        return None if document is None else case_of(document)


@strawberry.interface(description="A matter that a school deals with, from the day it became aware until it is closed.")
class Case:
    document: strawberry.Private[CaseDocument]

    id: strawberry.ID = strawberry.field(description="The case's id.")
    reference: str = strawberry.field(description="Its reference, unique within the trust, such as INC-2026-000123.")
    school_reference: str | None = strawberry.field(description="The school's own reference, if it has one.")
    kind: CaseKind = strawberry.field(description="Which of the three kinds it is.")
    status: CaseStatus = strawberry.field(description="Where it is in its life.")
    opened_on: date = strawberry.field(description="The day the school became aware.")
    closed_on: date | None = strawberry.field(description="The day it was closed, while it is.")
    outcome: str | None = strawberry.field(description="What came of it, as a code of the list for its kind.")
    closed_as_logged: bool = strawberry.field(
        description="Whether its closing was taken over from a school's log, without the rules for closing."
    )
    mark: Mark | None = strawberry.field(description="Why it counts nothing, if it does not.")
    policy: PolicyVersion | None = strawberry.field(
        description="The policy it is held to: the one in force on the day the school became aware."
    )
    owner: Person | None = strawberry.field(description="Who runs it.")
    reported_by: Person | None = strawberry.field(description="Who reported it.")
    imported: Imported | None = strawberry.field(description="Where it came from, if it was imported.")
    version: int = strawberry.field(description="How many events it has; give it as `expectedVersion`.")
    outstanding: list[Duty] = strawberry.field(description="What is left to do.")
    links: list[CaseLink] = strawberry.field(description="The cases it is linked to.")
    addenda: list[Addendum] = strawberry.field(description="Words that were added.")

    @strawberry.field(description="The school it belongs to now.")
    async def school(self, info: Info) -> School:
        return school_of((await info.context.schools())[self.document.school_urn])

    @strawberry.field(description="The case of which it is a copy, if it is marked so and the reader may see it.")
    async def duplicate_of(self, info: Info) -> Case | None:
        if self.document.duplicate_of is None:
            return None
        document = await info.context.cases.load(self.document.duplicate_of)
        return None if document is None else case_of(document)

    @strawberry.field(description="What state and policy allow now and the reader's role may do.")
    async def allowed_actions(self, info: Info) -> list[CaseAction]:
        role = info.context.caller.role
        return [action for action in from_mask(self.document.offered) if may(role, ACTION_COMMANDS[action])]

    @strawberry.field(description="Everything that happened, in order.")
    async def history(
        self,
        info: Info,
        first: First = 100,
        after: After = None,
        types: Annotated[
            list[str] | None,
            strawberry.argument(description="Only events of these types, such as `incident.closed.v1`."),
        ] = None,
    ) -> Annotated[CaseEventConnection, strawberry.lazy("api.graphql.history")]:
        from api.graphql.history import history_page

        return await history_page(info, self.document.id, first, after, types)


@strawberry.type(description="Something posted or done online about the school or its people.")
class Incident(Case):
    summary: SealedText | None = strawberry.field(description="What happened, in short.")
    items: list[Item] = strawberry.field(description="The posts, messages, images and acts it holds, in order.")
    evidence: list[Evidence] = strawberry.field(description="The evidence that was noted.")
    reported_to_headteacher_on: date | None = strawberry.field(description="The day the headteacher was told.")
    meetings: list[Meeting] = strawberry.field(description="The meetings that were offered.")
    impacts: list[Impact] = strawberry.field(description="The harm that was noted.")
    investigations: list[Investigation] = strawberry.field(description="The school's own investigations.")
    accounts: list[Account] = strawberry.field(description="What each side says happened.")
    outcome_notices: list[OutcomeNotice] = strawberry.field(description="Who was told the outcome.")
    directions: list[Direction] = strawberry.field(description="Who was shown the right private channel.")
    parent_advice: list[ParentAdvice] = strawberry.field(description="Which parents of pupils were advised.")
    platform_reports: list[PlatformReport] = strawberry.field(description="Reports to networks and their answers.")


@strawberry.type(description="One head of a complaint.")
class Head:
    id: strawberry.ID = strawberry.field(description="The head's id.", metadata={"source": "head_id"})
    about_school: bool = strawberry.field(description="Whether it is about the school.")
    about_staff: bool = strawberry.field(description="Whether it is about staff.")


@strawberry.type(description="A matter in the complaints procedure.")
class Complaint(Case):
    heads: list[Head] = strawberry.field(description="What is complained about, head by head.")
    received_on: date = strawberry.field(description="The day it was received.")
    received_by: str | None = strawberry.field(description="How it was received: a code of `complaint_receivers`.")


@strawberry.type(description="A breach of the staff code of conduct.")
class StaffBreach(Case):
    source: str = strawberry.field(description="How it came to notice: a code of the list `breach_sources`.")
    reported_on: date = strawberry.field(description="The day it was reported.")


KINDS: dict[CaseKind, type[Case]] = {
    CaseKind.INCIDENT: Incident,
    CaseKind.COMPLAINT: Complaint,
    CaseKind.STAFF_BREACH: StaffBreach,
}
# What every kind has and is not read from the detail of the document.
_COMMON = frozenset(field.name for field in dataclasses.fields(Case))


def case_of(document: CaseDocument) -> Case:
    """Return a case as the API shows it, of its kind."""
    kind = KINDS[document.kind]
    return kind(**_common(document), **shown_members(kind, document.id, document.detail, _COMMON))


def cases_of(documents: Iterable[CaseDocument]) -> list[Case]:
    """Return cases as the API shows them."""
    return [case_of(document) for document in documents]


def _common(document: CaseDocument) -> dict[str, Any]:
    policy, imported = document.policy, document.imported
    return {
        "document": document,
        "id": strawberry.ID(str(document.id)),
        "reference": document.reference,
        "school_reference": document.school_reference,
        "kind": document.kind,
        "status": document.status,
        "opened_on": document.opened_on,
        "closed_on": document.closed_on,
        "outcome": document.outcome,
        "closed_as_logged": document.closed_as_logged,
        "mark": document.mark,
        "policy": None
        if policy is None
        else PolicyVersion(pack_id=policy.pack_id, version=policy.version, sha256=policy.sha256),
        "owner": _person(document.owner),
        "reported_by": _person(document.reported_by),
        "imported": None
        if imported is None
        else Imported(file_sha256=imported.file_sha256, lines=list(imported.lines)),
        "version": document.version,
        "outstanding": [
            Duty(
                code=duty.code,
                clause=duty.clause,
                item_id=None if duty.item_id is None else strawberry.ID(str(duty.item_id)),
            )
            for duty in document.duties
        ],
        "links": [CaseLink(kind=link.kind, other_id=link.case) for link in document.links],
        "addenda": shown_list(Addendum, document.id, [{"text": text} for text in document.detail.get("addenda", ())]),
    }


def _person(person_id: UUID | None) -> Person | None:
    return None if person_id is None else Person(id=strawberry.ID(str(person_id)))
