"""Who one is, and who holds which role: `/v1/me`, and the appointments that administrators give and take."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import anyio
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.bootstrap import Runtime
from api.graphql.context import WorkerSlots
from api.problems import refusal_problem
from api.rest.bodies import Asked, json_body, read_json
from api.rest.operations import Operation
from domain.permissions import Task
from services.authority import Authority, HeldRole
from services.command_refusals import NotAllowed
from services.commands import TEXT_LIMIT, Refusal
from services.register_commands import AppointPerson, RegisterCommand, RevokeRole, run_on_register
from services.scope import Caller

if TYPE_CHECKING:
    from api.callers import Authenticate

__all__ = ["APPOINT", "ME", "REVOKE", "ROLES", "role_routes"]


class ServedTrust(BaseModel):
    """A trust that somebody serves, as which person, and in which roles; a request names one of them."""

    trust: UUID
    person: UUID
    roles: list[str]


class Me(BaseModel):
    """Whom a token stands for."""

    trusts: list[ServedTrust]


class Held(BaseModel):
    """A role that a person holds, held or will hold; both days are included."""

    person: UUID
    role: str
    schoolUrn: str | None  # noqa: N815 - as the answer names it
    since: date
    until: date | None
    givenBy: UUID  # noqa: N815
    givenAt: datetime  # noqa: N815


class HeldRoles(BaseModel):
    """Every appointment of the trust, those of the trust itself first, then by school."""

    roles: list[Held]


class Noted(BaseModel):
    """What was recorded: where it stands in the ledger, if anything changed, and whether it had been before."""

    position: int | None
    replayed: bool


class Appointing(Asked):
    """Whom to give which role; `since` is the first day, today if left out, and `until` the last."""

    command_id: UUID
    person: UUID
    role: str = Field(min_length=1, max_length=40)
    school_urn: str | None = Field(default=None, pattern="^[0-9]{6}$")
    since: date | None = None
    until: date | None = None
    reason: str | None = Field(default=None, min_length=1, max_length=TEXT_LIMIT)


class Revoking(Asked):
    """Whom to take which role from, at once."""

    command_id: UUID
    person: UUID
    role: str = Field(min_length=1, max_length=40)
    school_urn: str | None = Field(default=None, pattern="^[0-9]{6}$")
    reason: str | None = Field(default=None, min_length=1, max_length=TEXT_LIMIT)


ME = Operation(
    method="GET",
    path="/v1/me",
    name="whoAmI",
    summary="Which trusts and roles a token may name",
    description="By the headers Caseledger-Trust and Caseledger-Role a request says for which trust and in which role"
    " it is made; whoever has one of each need not.",
    answers={200: Me},
)
ROLES = Operation(
    method="GET",
    path="/v1/roles",
    name="listRoles",
    summary="Who holds which role in the trust",
    description="For administrators, the trust lead, the data protection officer and the auditor.",
    answers={200: HeldRoles},
    problems=frozenset({403, 404}),
)
APPOINT = Operation(
    method="POST",
    path="/v1/roles",
    name="appoint",
    summary="Give a person a role",
    description="For administrators; nobody gives one to themselves. The same commandId is carried out once.",
    answers={200: Noted},
    problems=frozenset({404, 409, 415, 422}),
    body=json_body(Appointing),
)
REVOKE = Operation(
    method="POST",
    path="/v1/roles/revocations",
    name="revokeRole",
    summary="Take a role from a person, at once",
    description="For administrators. The next request of that person is without it.",
    answers={200: Noted},
    problems=frozenset({404, 409, 415, 422}),
    body=json_body(Revoking),
)


def role_routes(runtime: Runtime, slots: WorkerSlots, authenticate: Authenticate) -> Sequence[Route]:
    """Return the routes."""

    async def me(request: Request) -> Response:
        served = await authenticate.everything(request)
        trusts = [
            ServedTrust(trust=trust, person=person, roles=list(roles)).model_dump(mode="json")
            for trust, person, roles in served
        ]
        return JSONResponse({"trusts": trusts})

    async def roles(request: Request) -> Response:
        caller = await authenticate(request)
        if not caller.decide(Task.SEE_ROLES).allowed:
            raise NotAllowed
        return await anyio.to_thread.run_sync(_roles, runtime, caller, limiter=slots.reads)

    async def appoint(request: Request) -> Response:
        caller = await authenticate(request)
        asked = await read_json(request, Appointing)
        command = AppointPerson(
            command_id=asked.command_id,
            person=asked.person,
            role=asked.role,
            school_urn=asked.school_urn,
            appointed_on=asked.since,
            until=asked.until,
            reason=asked.reason,
        )
        return await anyio.to_thread.run_sync(_carried_out, runtime, caller, command, limiter=slots.commands)

    async def revoke(request: Request) -> Response:
        caller = await authenticate(request)
        asked = await read_json(request, Revoking)
        command = RevokeRole(
            command_id=asked.command_id,
            person=asked.person,
            role=asked.role,
            school_urn=asked.school_urn,
            reason=asked.reason,
        )
        return await anyio.to_thread.run_sync(_carried_out, runtime, caller, command, limiter=slots.commands)

    return [ME.route(me), ROLES.route(roles), APPOINT.route(appoint), REVOKE.route(revoke)]


def _carried_out(runtime: Runtime, caller: Caller, command: RegisterCommand) -> Response:
    outcome = run_on_register(runtime.services(caller.trust_id), caller, command)
    if isinstance(outcome, Refusal):
        return refusal_problem(outcome)
    return JSONResponse({"position": outcome.position, "replayed": outcome.replayed})


def _roles(runtime: Runtime, caller: Caller) -> Response:
    authority = Authority()
    authority.catch_up(runtime.reading(caller.trust_id).ledger.trust)
    return JSONResponse({"roles": [_held(person, one) for person, one in authority.everybody(caller.trust_id)]})


def _held(person: UUID, one: HeldRole) -> object:
    held = Held(
        person=person,
        role=one.role.value,
        schoolUrn=one.school_urn,
        since=one.appointed_on,
        until=one.ended_on,
        givenBy=one.given_by,
        givenAt=one.given_at,
    )
    return held.model_dump(mode="json")
