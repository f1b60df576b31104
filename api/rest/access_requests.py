"""`/v1/access-requests`: people ask what is held about them; by when they are answered, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.graphql.recording import Given, Read, ReadRecorder
from api.rest.bodies import Answer, Asked, Reason, WholeNumber, Words, answered, json_body
from api.rest.endpoints import Endpoints
from api.rest.operations import Operation, path_uuid, uuid_of_path
from domain.access_request import AccessRequest
from domain.access_request_refusals import UnknownAccessRequest
from projections.plan.told import Told
from services import clock
from services.access_answers import AnswerAccessRequest
from services.access_commands import (
    AccessCommand,
    AccessRecorded,
    ExtendAccessRequest,
    GiveAfterAll,
    KeepBack,
    ReceiveAccessRequest,
    RefuseAccessRequest,
    ResumeAccessClock,
    StopAccessClock,
    WithdrawAccessRequest,
    run_on_access_request,
)
from services.access_list import OpenedRequest, access_requests, opened_request
from services.commands import Refusal, Services
from services.scope import Caller

__all__ = [
    "ACCESS_OPERATIONS",
    "ACCESS_PATH",
    "SUBJECT_ACCESS",
    "Answering",
    "KeepingBack",
    "Receiving",
    "access_request_routes",
]

ACCESS_PATH = "/v1/access-requests"
# Why what is held is read, as the log of reads has it.
SUBJECT_ACCESS = "SUBJECT_ACCESS"
Code = Annotated[str, Field(min_length=1, max_length=40, pattern="^[A-Z_]+$")]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class PauseTold(Answer):
    """Days that do not count, both included; without `to` the clock stands still."""

    first: Annotated[date, Field(alias="from")]
    last: Annotated[date | None, Field(alias="to")]


class RequestTold(Answer):
    """A request, its day, and what that follows from."""

    request_id: UUID
    person: UUID
    state: str
    received_on: date
    channel: str
    requester: str
    data_from: date | None
    data_to: date | None
    due_on: date | None
    ends_on: date | None
    days_left: int | None
    is_overdue: bool
    months: int
    pauses: list[PauseTold]
    stopped_since: date | None
    told_of_extension_on: date | None
    ended_on: date | None
    ground: str | None
    through: int | None
    manifest: str | None


class Requests(Answer):
    """The requests, what is overdue first."""

    requests: list[RequestTold]


class PassageTold(Answer):
    """A passage that is kept back."""

    case_id: UUID
    version: int | None
    part: str | None
    file_id: UUID | None
    exemption: str
    notes: str | None
    instead: str | None


class RequestOpened(Answer):
    """A request with its words."""

    request: RequestTold
    name: str | None
    asked: str | None
    kept_back: list[PassageTold]


class RequestRecorded(Answer):
    """What was recorded: where it stands in the ledger, whether it had been before, and the request then."""

    position: int | None
    replayed: bool
    request: RequestTold


class _Asked(Asked):
    command_id: UUID
    reason: Words | None = None


class Receiving(_Asked):
    """Who asked about whom, on which day and how, for data of which days."""

    person: UUID
    received_on: date
    channel: Code
    requester: Code = "PERSON"
    data_from: date | None = None
    data_to: date | None = None
    asked: Words | None = None


class Stopping(_Asked):
    """That the clock stands still from a day on, for a cause, until the person answers what they were asked."""

    cause: Code
    stopped_on: date
    asked: Words | None = None


class Resuming(_Asked):
    """That the clock runs on, since the person answered."""

    resumed_on: date


class Extending(Asked):
    """By how many months, when that was decided, and when the person was told."""

    command_id: UUID
    months: WholeNumber
    extended_on: date
    told_on: date
    reason: Reason


class Passing(_Asked):
    """A record; with `version` an event of it, with `part` a text of that; or with `fileId` a file."""

    case_id: UUID
    version: WholeNumber | None = None
    part: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    file_id: UUID | None = None


class KeepingBack(Passing):
    """A passage, and by which exemption it is kept back; `instead` is given in place of a text."""

    exemption: Code
    notes: Words | None = None
    instead: Words | None = None


class Answering(_Asked):
    """Which answer was given, and when."""

    answered_on: date
    through: WholeNumber
    manifest: Sha256


class Refusing(Asked):
    """On which ground the request is refused, why in words, and when the person was told."""

    command_id: UUID
    ground: Code
    refused_on: date
    reason: Reason


class Withdrawing(_Asked):
    """When the person said that they no longer ask."""

    withdrawn_on: date


_REQUEST = path_uuid("request_id", "The id of the request.")
_PROBLEMS = frozenset({404, 409, 415, 422})
_FOR = "For the data protection officer and the trust lead, but never for what is about themselves."


def _posting(name: str, path: str, summary: str, body: type[Asked], status: int = 200) -> Operation:
    return Operation(
        method="POST",
        path=f"{ACCESS_PATH}{path}",
        name=name,
        summary=summary,
        description=_FOR,
        answers={status: RequestRecorded},
        problems=_PROBLEMS,
        body=json_body(body),
        parameters=(_REQUEST,) if path else (),
    )


RECEIVE = _posting("receiveAccessRequest", "", "Receive a request for what is held about a person", Receiving, 201)
LIST_REQUESTS = Operation(
    method="GET",
    path=ACCESS_PATH,
    name="listAccessRequests",
    summary="The requests for access, what is overdue first",
    description=_FOR,
    answers={200: Requests},
    problems=frozenset({403}),
)
SHOW_REQUEST = Operation(
    method="GET",
    path=f"{ACCESS_PATH}/{{request_id}}",
    name="showAccessRequest",
    summary="A request for access with its words, and what is kept back",
    description=_FOR,
    answers={200: RequestOpened},
    problems=frozenset({403, 404}),
    parameters=(_REQUEST,),
)
STOP = _posting("stopAccessClock", "/{request_id}/clock/stop", "Stop the clock of a request", Stopping)
RESUME = _posting("resumeAccessClock", "/{request_id}/clock/resumption", "Let the clock of a request run on", Resuming)
EXTEND = _posting("extendAccessRequest", "/{request_id}/extension", "Extend the time of a request", Extending)
KEEP_BACK = _posting("keepBack", "/{request_id}/kept-back", "Keep a passage back from the answer", KeepingBack)
GIVE = _posting("giveAfterAll", "/{request_id}/kept-back/undoing", "Give a passage after all", Passing)
ANSWER_REQUEST = _posting(
    "answerAccessRequest", "/{request_id}/answer", "Record that the person was given the answer", Answering
)
REFUSE = _posting("refuseAccessRequest", "/{request_id}/refusal", "Refuse a request", Refusing)
WITHDRAW = _posting("withdrawAccessRequest", "/{request_id}/withdrawal", "The person no longer asks", Withdrawing)

ACCESS_OPERATIONS = (
    *(RECEIVE, LIST_REQUESTS, SHOW_REQUEST, STOP, RESUME, EXTEND, KEEP_BACK, GIVE, ANSWER_REQUEST, REFUSE, WITHDRAW),
)


def access_request_routes(endpoints: Endpoints, recorder: ReadRecorder) -> Sequence[Route]:
    """Return the routes; `recorder` is told of which cases a request tells before that leaves."""

    async def recorded(caller: Caller, command: AccessCommand, status: int = 200) -> Response:
        return await endpoints.command(_recorded, caller, command, status)

    async def receive(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, Receiving)
        return await recorded(caller, ReceiveAccessRequest(**asked.model_dump()), 201)

    async def listed(request: Request) -> Response:
        caller = await endpoints.authenticate(request)
        return answered(await endpoints.read(_listed, caller))

    async def show(request: Request) -> Response:
        caller = await endpoints.authenticate(request)
        opened = await endpoints.read(_opened, caller, _named(request))
        cases = frozenset(str(one.case_id) for one in opened.kept_back)
        caller = replace(caller, purpose=SUBJECT_ACCESS)
        await recorder.record(Read(caller, None, None, Told(listed=cases), Given.EXECUTED))
        return answered(opened)

    async def stop(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, Stopping)
        return await recorded(caller, StopAccessClock(request_id=_named(request), **asked.model_dump()))

    async def resume(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, Resuming)
        return await recorded(caller, ResumeAccessClock(request_id=_named(request), **asked.model_dump()))

    async def extend(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, Extending)
        return await recorded(caller, ExtendAccessRequest(request_id=_named(request), **asked.model_dump()))

    async def keep_back(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, KeepingBack)
        return await recorded(caller, KeepBack(request_id=_named(request), **asked.model_dump()))

    async def give(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, Passing)
        return await recorded(caller, GiveAfterAll(request_id=_named(request), **asked.model_dump()))

    async def answer(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, Answering)
        return await recorded(caller, AnswerAccessRequest(request_id=_named(request), **asked.model_dump()))

    async def refuse(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, Refusing)
        return await recorded(caller, RefuseAccessRequest(request_id=_named(request), **asked.model_dump()))

    async def withdraw(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, Withdrawing)
        return await recorded(caller, WithdrawAccessRequest(request_id=_named(request), **asked.model_dump()))

    return [
        RECEIVE.route(receive),
        LIST_REQUESTS.route(listed),
        SHOW_REQUEST.route(show),
        STOP.route(stop),
        RESUME.route(resume),
        EXTEND.route(extend),
        KEEP_BACK.route(keep_back),
        GIVE.route(give),
        ANSWER_REQUEST.route(answer),
        REFUSE.route(refuse),
        WITHDRAW.route(withdraw),
    ]


def _named(request: Request) -> UUID:
    return uuid_of_path(request, "request_id", UnknownAccessRequest("requestId"))


def _recorded(services: Services, caller: Caller, command: AccessCommand, status: int) -> Response | Refusal:
    outcome = run_on_access_request(services, caller, command)
    if not isinstance(outcome, AccessRecorded):
        return outcome
    told = _told(outcome.request, clock.london_date(services.now()))
    return answered(RequestRecorded(position=outcome.position, replayed=outcome.replayed, request=told), status)


def _listed(services: Services, caller: Caller) -> Requests:
    today = clock.london_date(services.now())
    found = access_requests(services.ledger, caller, today)
    return Requests(requests=[_told(one, today) for one in found])


def _opened(services: Services, caller: Caller, request_id: UUID) -> RequestOpened:
    found: OpenedRequest = opened_request(services.ledger, caller, request_id)
    return RequestOpened(
        request=_told(found.request, clock.london_date(services.now())),
        name=found.name,
        asked=found.said(found.request.asked),
        kept_back=[
            PassageTold(
                case_id=kept.passage.case,
                version=kept.passage.of_version,
                part=kept.passage.part,
                file_id=kept.passage.file,
                exemption=kept.exemption,
                notes=found.said(kept.notes),
                instead=found.said(kept.instead),
            )
            for kept in found.request.kept_back.values()
        ],
    )


def _told(request: AccessRequest, today: date) -> RequestTold:
    due = request.due
    return RequestTold(
        request_id=request.id,
        person=request.person,
        state=request.state.value,
        received_on=request.received_on,
        channel=request.channel,
        requester=request.requester,
        data_from=request.data_from,
        data_to=request.data_to,
        due_on=due.due_on,
        ends_on=due.ends_on,
        days_left=due.days_left(today) if request.is_open else None,
        is_overdue=request.is_overdue(today),
        months=due.months,
        pauses=[PauseTold(first=one.first, last=one.last) for one in due.pauses],
        stopped_since=due.stopped_since,
        told_of_extension_on=request.told_of_extension_on,
        ended_on=request.ended_on,
        ground=request.ground,
        through=request.through,
        manifest=request.manifest,
    )
