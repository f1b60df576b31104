"""Erasing: asked for, approved by another person, carried out, and followed by whoever keeps copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.rest.bodies import Answer, Asked, Reason, WholeNumber, Words, answered, json_body
from api.rest.endpoints import Endpoints
from api.rest.operations import Operation, number_asked, number_parameter, path_uuid, uuid_of_path
from api.rest.words import Told, told
from api.upkeep import carry_out_erasures
from domain.erasure import Erasure, Extent
from services.commands import Services
from services.erasure_commands import (
    ApproveErasure,
    ErasureRecorded,
    RedactedText,
    RejectErasure,
    RequestErasure,
    run_on_erasure,
)
from services.erasures import ErasureSeen, UnknownErasure, list_erasures, see_erasure
from services.scope import Caller

__all__ = ["ERASURE_OPERATIONS", "erasure_routes"]

Code = Annotated[str, Field(min_length=1, max_length=40)]


class HowMuch(Answer):
    """Cases, the keys that seal their texts, texts, files, and people of whom the registry forgets everything."""

    cases: int
    keys: int
    texts: int
    files: int
    people: int


class Covered(Answer):
    """A text of a version of a case."""

    case_id: UUID
    of_version: int
    part: str


class Copied(Answer):
    """Somebody who took copies of a case that is covered; they are to be told (UK GDPR, article 19)."""

    person: UUID
    role: str
    client: str | None
    copies: int
    last_at: datetime


class AnErasure(Answer):
    """An erasure as its events have it; `position` is that of the last. `extent` was covered when it was asked for."""

    erasure_id: UUID
    position: int
    state: str
    scope: str
    case_id: UUID | None
    of_version: int | None
    part: str | None
    person: UUID | None
    school_urn: str | None
    authority: str
    redactions: list[Covered]
    extent: HowMuch
    requested_on: date
    requested_by: UUID
    decided_on: date | None
    decided_by: UUID | None
    done: HowMuch | None
    completed_on: date | None
    in_backups_until: date | None


class WholeErasure(AnErasure):
    """The same, with why in words, what is left to erase, and who is to be told."""

    asked: Told
    decided: Told | None
    remaining: HowMuch | None
    recipients: list[Copied]


class Erasures(Answer):
    """The erasures in the order of their last events, and the position to ask after next."""

    erasures: list[AnErasure]
    position: int


class Decided(Answer):
    """What was recorded of an erasure, where it stands in the ledger, and whether it had been before."""

    erasure_id: UUID
    state: str
    extent: HowMuch
    position: int | None
    replayed: bool


class Redacting(Asked):
    """What is to stand in place of a text that speaks of others too."""

    case_id: UUID
    of_version: WholeNumber
    part: Annotated[str, Field(min_length=1, max_length=100)]
    text: Words


class Requesting(Asked):
    """What is to be erased, by which authority, and why. Which members name it depends on the scope."""

    command_id: UUID
    scope: Code
    authority: Code
    reason: Reason
    case_id: UUID | None = None
    of_version: WholeNumber | None = None
    part: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    person: UUID | None = None
    school_urn: Annotated[str, Field(pattern="^[0-9]{6}$")] | None = None
    redactions: Annotated[tuple[Redacting, ...], Field(max_length=200)] = ()


class Approving(Asked):
    """That it is to be carried out."""

    command_id: UUID
    reason: Words | None = None


class Rejecting(Asked):
    """Why nothing is erased."""

    command_id: UUID
    reason: Reason


_PROBLEMS = frozenset({403, 404, 409, 415, 422})
_ID = path_uuid("erasure_id", "The id of the erasure.")
REQUEST_ERASURE = Operation(
    method="POST",
    path="/v1/erasures",
    name="requestErasure",
    summary="Ask for an erasure",
    description="For the data protection officer and the trust lead. Nothing is erased before another person approves. "
    "Texts that are to stand in place of others are given by who may read those.",
    answers={201: Decided},
    problems=_PROBLEMS,
    body=json_body(Requesting),
)
LIST_ERASURES = Operation(
    method="GET",
    path="/v1/erasures",
    name="listErasures",
    summary="Follow erasures",
    description="At most 100 of which anything was recorded after a position. Programs need the scope `erasures:read`.",
    answers={200: Erasures},
    problems=frozenset({403, 422}),
    parameters=(number_parameter("after", "Only those whose last event stands after this position."),),
)
SEE_ERASURE = Operation(
    method="GET",
    path="/v1/erasures/{erasure_id}",
    name="seeErasure",
    summary="One erasure: what is left of it, and who has copies",
    description="For the same. Why in words is for those who may decide on it.",
    answers={200: WholeErasure},
    problems=frozenset({403, 404}),
    parameters=(_ID,),
)
APPROVE_ERASURE = Operation(
    method="POST",
    path="/v1/erasures/{erasure_id}/approval",
    name="approveErasure",
    summary="Approve an erasure, as another person than who asked",
    description="It is carried out from then on, and cannot be called back.",
    answers={202: Decided},
    problems=_PROBLEMS,
    body=json_body(Approving),
    parameters=(_ID,),
)
REJECT_ERASURE = Operation(
    method="POST",
    path="/v1/erasures/{erasure_id}/rejection",
    name="rejectErasure",
    summary="Say that nothing is erased",
    description="For the same; whoever asked may withdraw so.",
    answers={200: Decided},
    problems=_PROBLEMS,
    body=json_body(Rejecting),
    parameters=(_ID,),
)
ERASURE_OPERATIONS = (REQUEST_ERASURE, LIST_ERASURES, SEE_ERASURE, APPROVE_ERASURE, REJECT_ERASURE)


def erasure_routes(endpoints: Endpoints) -> Sequence[Route]:
    """Return the routes."""

    async def request_erasure(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, Requesting)
        command = RequestErasure(
            command_id=asked.command_id,
            scope=asked.scope,
            authority=asked.authority,
            reason=asked.reason,
            case_id=asked.case_id,
            of_version=asked.of_version,
            part=asked.part,
            person=asked.person,
            school_urn=asked.school_urn,
            redactions=tuple(RedactedText(**one.model_dump()) for one in asked.redactions),
        )
        return _decided(await endpoints.command(run_on_erasure, caller, command), 201)

    async def list_all(request: Request) -> Response:
        caller = await endpoints.authenticate(request)
        return await endpoints.read(_list, caller, number_asked(request, "after") or 0)

    async def see(request: Request) -> Response:
        caller = await endpoints.authenticate(request)
        return await endpoints.read(_see, caller, uuid_of_path(request, "erasure_id", UnknownErasure("erasure_id")))

    async def approve(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, Approving)
        erasure_id = uuid_of_path(request, "erasure_id", UnknownErasure("erasure_id"))
        command = ApproveErasure(command_id=asked.command_id, erasure_id=erasure_id, reason=asked.reason)
        answer = _decided(await endpoints.command(run_on_erasure, caller, command), 202)
        answer.background = BackgroundTask(carry_out_erasures, endpoints.runtime, caller.trust_id)
        return answer

    async def reject(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, Rejecting)
        erasure_id = uuid_of_path(request, "erasure_id", UnknownErasure("erasure_id"))
        command = RejectErasure(command_id=asked.command_id, erasure_id=erasure_id, reason=asked.reason)
        return _decided(await endpoints.command(run_on_erasure, caller, command), 200)

    return [
        REQUEST_ERASURE.route(request_erasure),
        LIST_ERASURES.route(list_all),
        SEE_ERASURE.route(see),
        APPROVE_ERASURE.route(approve),
        REJECT_ERASURE.route(reject),
    ]


def _list(services: Services, caller: Caller, after: int) -> Response:
    found = list_erasures(services, caller, after=after)
    return answered(
        Erasures(
            erasures=[AnErasure(**_members(one)) for one in found.erasures],
            position=found.position,
        )
    )


def _see(services: Services, caller: Caller, erasure_id: UUID) -> Response:
    seen = see_erasure(services, caller, erasure_id)
    return answered(
        WholeErasure(
            **_members(seen),
            asked=told(seen.asked),
            decided=None if seen.decided is None else told(seen.decided),
            remaining=_how_much(seen.remaining),
            recipients=[Copied(**asdict(one)) for one in seen.recipients],
        )
    )


def _members(seen: ErasureSeen) -> dict[str, Any]:
    erasure: Erasure = seen.erasure
    return {
        "erasure_id": erasure.id,
        "position": seen.position,
        "state": erasure.state.value,
        **asdict(erasure.what),
        "authority": erasure.authority,
        "redactions": [Covered(**asdict(one)) for one in erasure.redactions],
        "extent": _how_much(erasure.extent),
        "requested_on": erasure.requested_on,
        "requested_by": erasure.requested_by,
        "decided_on": erasure.decided_on,
        "decided_by": erasure.decided_by,
        "done": _how_much(erasure.done),
        "completed_on": erasure.completed_on,
        "in_backups_until": erasure.in_backups_until,
    }


def _how_much(extent: Extent | None) -> HowMuch | None:
    return None if extent is None else HowMuch(**asdict(extent))


def _decided(recorded: ErasureRecorded, status: int) -> Response:
    erasure = recorded.erasure
    return answered(
        Decided(
            erasure_id=erasure.id,
            state=erasure.state.value,
            extent=HowMuch(**asdict(erasure.extent)),
            position=recorded.position,
            replayed=recorded.replayed,
        ),
        status,
    )
