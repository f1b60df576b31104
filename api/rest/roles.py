"""Who one is, and who holds which role: `/v1/me`, and the appointments that administrators give and take."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.rest.bodies import Answer, Asked, Words, answered, json_body
from api.rest.endpoints import Endpoints
from api.rest.operations import Operation
from domain.permissions import Task
from domain.roles import SCHOOL_ROLES, TRUST_ROLES
from services.authority import Authority, HeldRole
from services.command_refusals import NotAllowed
from services.commands import Services
from services.register_commands import AppointPerson, RegisterRecorded, RevokeRole, run_on_register
from services.scope import Caller

__all__ = ["APPOINT", "ME", "REVOKE", "ROLES", "role_routes"]


class ServedTrust(Answer):
    """A trust that somebody serves, as which person, and in which roles; a request names one of them."""

    trust: UUID
    person: UUID
    roles: list[str]


class Me(Answer):
    """Whom a token stands for."""

    trusts: list[ServedTrust]


class Held(Answer):
    """A role that a person holds, held or will hold; both days are included."""

    person: UUID
    role: str
    school_urn: str | None
    since: date
    until: date | None
    given_by: UUID
    given_at: datetime


class HeldRoles(Answer):
    """Every appointment of the trust, those of the trust itself first, then by school."""

    roles: list[Held]


class Noted(Answer):
    """What was recorded: where it stands in the ledger, if anything changed, and whether it had been before."""

    position: int | None
    replayed: bool


# Those that are held at a school or in the trust; roles in one case are given in the case.
_GIVEN = sorted(role.value for role in SCHOOL_ROLES | TRUST_ROLES)
GivenRole = Annotated[str, Field(min_length=1, max_length=40, json_schema_extra={"enum": [*_GIVEN]})]


class Appointing(Asked):
    """Whom to give which role; `since` is the first day, today if left out, and `until` the last."""

    command_id: UUID
    person: UUID
    role: GivenRole
    school_urn: str | None = Field(default=None, pattern="^[0-9]{6}$")
    since: date | None = None
    until: date | None = None
    reason: Words | None = None


class Revoking(Asked):
    """Whom to take which role from, at once."""

    command_id: UUID
    person: UUID
    role: GivenRole
    school_urn: str | None = Field(default=None, pattern="^[0-9]{6}$")
    reason: Words | None = None


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


def role_routes(endpoints: Endpoints) -> Sequence[Route]:
    """Return the routes."""

    async def me(request: Request) -> Response:
        served = await endpoints.authenticate.everything(request)
        return answered(
            Me(trusts=[ServedTrust(trust=trust, person=person, roles=list(roles)) for trust, person, roles in served])
        )

    async def roles(request: Request) -> Response:
        caller = await endpoints.authenticate(request)
        return await endpoints.read(_roles, caller)

    async def appoint(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, Appointing)
        command = AppointPerson(
            command_id=asked.command_id,
            person=asked.person,
            role=asked.role,
            school_urn=asked.school_urn,
            appointed_on=asked.since,
            until=asked.until,
            reason=asked.reason,
        )
        return _noted(await endpoints.command(run_on_register, caller, command))

    async def revoke(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, Revoking)
        command = RevokeRole(
            command_id=asked.command_id,
            person=asked.person,
            role=asked.role,
            school_urn=asked.school_urn,
            reason=asked.reason,
        )
        return _noted(await endpoints.command(run_on_register, caller, command))

    return [ME.route(me), ROLES.route(roles), APPOINT.route(appoint), REVOKE.route(revoke)]


def _noted(outcome: RegisterRecorded) -> Response:
    return answered(Noted(position=outcome.position, replayed=outcome.replayed))


def _roles(services: Services, caller: Caller) -> Response:
    if not caller.decide(Task.SEE_ROLES).allowed:
        raise NotAllowed
    authority = Authority()
    authority.catch_up(services.ledger.trust)
    return answered(HeldRoles(roles=[_held(person, one) for person, one in authority.everybody(caller.trust_id)]))


def _held(person: UUID, one: HeldRole) -> Held:
    return Held(
        person=person,
        role=one.role.value,
        school_urn=one.school_urn,
        since=one.appointed_on,
        until=one.ended_on,
        given_by=one.given_by,
        given_at=one.given_at,
    )
