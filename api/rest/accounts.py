"""Accounts by REST: as which person of the registry somebody acts who signs in, for a trust without a directory."""

from __future__ import annotations

from collections.abc import Sequence
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
from services.accounts import Account, bind_account, switch_account
from services.commands import Refusal
from services.scope import Caller

if TYPE_CHECKING:
    from api.callers import Authenticate

__all__ = ["BIND", "SWITCH", "account_routes"]


class BoundAccount(BaseModel):
    """An account: the id by which the ledger knows it, whose it is, and whether anybody can act by it."""

    account: UUID
    person: UUID
    isActive: bool  # noqa: N815 - as the answer names it


class Binding(Asked):
    """Who signs in where, and which person of the registry they are."""

    command_id: UUID
    issuer: str = Field(min_length=1, max_length=512)
    subject: str = Field(min_length=1, max_length=512)
    person: UUID


class Switching(Asked):
    """Whose account is switched off, or on again."""

    command_id: UUID
    issuer: str = Field(min_length=1, max_length=512)
    subject: str = Field(min_length=1, max_length=512)
    is_active: bool


BIND = Operation(
    method="POST",
    path="/v1/accounts",
    name="bindAccount",
    summary="Say as which person somebody acts who signs in",
    description="For administrators. `issuer` is the `iss` of their tokens, `subject` what it calls them: `tid/oid` for"
    " Entra ID, else `sub`. An account is never given to another person.",
    answers={200: BoundAccount},
    problems=frozenset({404, 409, 415, 422}),
    body=json_body(Binding),
)
SWITCH = Operation(
    method="POST",
    path="/v1/accounts/switches",
    name="switchAccount",
    summary="Switch an account off, or on again",
    description="For administrators. Whoever is switched off is out with their next request; what they did stays told"
    " apart by the account.",
    answers={200: BoundAccount},
    problems=frozenset({404, 409, 415, 422}),
    body=json_body(Switching),
)


def account_routes(runtime: Runtime, slots: WorkerSlots, authenticate: Authenticate) -> Sequence[Route]:
    """Return the routes."""

    async def bind(request: Request) -> Response:
        caller = await authenticate(request)
        asked = await read_json(request, Binding)
        return await anyio.to_thread.run_sync(_bind, runtime, caller, asked, limiter=slots.commands)

    async def switch(request: Request) -> Response:
        caller = await authenticate(request)
        asked = await read_json(request, Switching)
        return await anyio.to_thread.run_sync(_switch, runtime, caller, asked, limiter=slots.commands)

    return [BIND.route(bind), SWITCH.route(switch)]


def _bind(runtime: Runtime, caller: Caller, asked: Binding) -> Response:
    services = runtime.services(caller.trust_id)
    return _told(
        bind_account(
            services,
            caller,
            command_id=asked.command_id,
            issuer=asked.issuer,
            subject=asked.subject,
            person_id=asked.person,
        )
    )


def _switch(runtime: Runtime, caller: Caller, asked: Switching) -> Response:
    services = runtime.services(caller.trust_id)
    return _told(
        switch_account(
            services,
            caller,
            command_id=asked.command_id,
            issuer=asked.issuer,
            subject=asked.subject,
            is_active=asked.is_active,
        )
    )


def _told(outcome: Account | Refusal) -> Response:
    if isinstance(outcome, Refusal):
        return refusal_problem(outcome)
    told = BoundAccount(account=outcome.account_id, person=outcome.person_id, isActive=outcome.is_active)
    return JSONResponse(told.model_dump(mode="json"))
