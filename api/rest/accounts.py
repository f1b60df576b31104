"""Accounts by REST: as which person of the registry somebody acts who signs in, for a trust without a directory."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.rest.bodies import Answer, Asked, TokenWord, answered, json_body
from api.rest.endpoints import Endpoints
from api.rest.operations import Operation
from services.accounts import Account, bind_account, switch_account

__all__ = ["BIND", "SWITCH", "account_routes"]


class BoundAccount(Answer):
    """An account: the id by which the ledger knows it, whose it is, and whether anybody can act by it."""

    account: UUID
    person: UUID
    is_active: bool


class Binding(Asked):
    """Who signs in where, and which person of the registry they are."""

    command_id: UUID
    issuer: TokenWord
    subject: TokenWord
    person: UUID


class Switching(Asked):
    """Whose account is switched off, or on again."""

    command_id: UUID
    issuer: TokenWord
    subject: TokenWord
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


def account_routes(endpoints: Endpoints) -> Sequence[Route]:
    """Return the routes."""

    async def bind(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, Binding)
        account = await endpoints.command(
            bind_account,
            caller,
            command_id=asked.command_id,
            issuer=asked.issuer,
            subject=asked.subject,
            person_id=asked.person,
        )
        return _told(account)

    async def switch(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, Switching)
        account = await endpoints.command(
            switch_account,
            caller,
            command_id=asked.command_id,
            issuer=asked.issuer,
            subject=asked.subject,
            is_active=asked.is_active,
        )
        return _told(account)

    return [BIND.route(bind), SWITCH.route(switch)]


def _told(account: Account) -> Response:
    return answered(BoundAccount(account=account.account_id, person=account.person_id, is_active=account.is_active))
