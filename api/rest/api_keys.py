"""`/v1/api-keys`: the keys by which programs sign in, for administrators. A secret is answered once, to whoever asked.

`GET` lists them, `POST` issues one, `POST .../{key_id}/rotation` issues a successor, and `POST .../{key_id}/revocation`
ends one at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import anyio
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.bootstrap import Runtime
from api.graphql.context import WorkerSlots
from api.problems import refusal_problem
from api.rest.bodies import Asked, WholeNumber, json_body, read_json
from api.rest.operations import Operation, path_uuid
from domain.api_keys import DEFAULT_OVERLAP_DAYS, UnknownKey
from services.api_keys import ApiKey, IssuedSecret, issue_key, list_keys, revoke_key, rotate_key
from services.commands import Refusal

if TYPE_CHECKING:
    from api.callers import Authenticate

__all__ = ["API_KEYS_PATH", "ISSUE_KEY", "LIST_KEYS", "REVOKE_KEY", "ROTATE_KEY", "api_key_routes", "key_as_json"]

API_KEYS_PATH = "/v1/api-keys"


class _Answer(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Key(_Answer):
    """A key. It works until `endsAt`, which lies in the past for one that expired or was revoked."""

    id: UUID
    person: UUID = Field(description="The program, as the people registry knows it; its roles are given to it.")
    name: str
    scopes: list[str]
    schools: list[str] | None = Field(description="The schools it is kept to, by URN; null: all that its roles reach.")
    created_at: datetime
    ends_at: datetime
    is_revoked: bool
    replaced_by: UUID | None
    last_used_at: datetime | None
    issuer: str | None
    tenant: str | None


class Keys(_Answer):
    """Every key there is or was, the newest first."""

    keys: list[Key]


class IssuedKey(_Answer):
    """A key with the text that its program sends; null where the same command was answered with it before."""

    key: Key
    text: str | None


class IssueRequest(Asked):
    """What a key is to be."""

    command_id: UUID
    name: str = Field(description="What it is for; no personal data.")
    scopes: list[str]
    schools: list[str] | None = None
    person: UUID | None = Field(default=None, description="A program that is known; unset: a new one.")
    expires_on: date | None = Field(default=None, description="Its last day; unset: a year from now.")
    issuer: str | None = Field(default=None, description="Of the scope scim: where the directory's people sign in.")
    tenant: str | None = Field(default=None, description="Of Entra ID: the tenant, whose people are `tenant/objectId`.")


class RotationRequest(Asked):
    """How a key is to be followed by another."""

    command_id: UUID
    overlap_days: WholeNumber = DEFAULT_OVERLAP_DAYS
    expires_on: date | None = None


class RevocationRequest(Asked):
    """That a key is to end at once."""

    command_id: UUID


LIST_KEYS = Operation(
    method="GET",
    path=API_KEYS_PATH,
    name="listKeys",
    summary="Every key that there is or was",
    description="For administrators. No secret is among what is told.",
    answers={200: Keys},
    problems=frozenset({403}),
)
ISSUE_KEY = Operation(
    method="POST",
    path=API_KEYS_PATH,
    name="issueKey",
    summary="Issue a key to a program",
    description="For administrators. The text is told once; the same commandId again tells the key without it.",
    answers={201: IssuedKey, 200: IssuedKey},
    problems=frozenset({404, 409, 415, 422}),
    body=json_body(IssueRequest),
)
ROTATE_KEY = Operation(
    method="POST",
    path=API_KEYS_PATH + "/{key_id}/rotation",
    name="rotateKey",
    summary="Issue a successor of a key",
    description="For administrators. The old key works on for the overlap.",
    answers={201: IssuedKey, 200: IssuedKey},
    problems=frozenset({404, 409, 415, 422}),
    parameters=(path_uuid("key_id", "The id of the key."),),
    body=json_body(RotationRequest),
)
REVOKE_KEY = Operation(
    method="POST",
    path=API_KEYS_PATH + "/{key_id}/revocation",
    name="revokeKey",
    summary="End a key at once",
    description="For administrators.",
    answers={200: Key},
    problems=frozenset({404, 409, 415, 422}),
    parameters=(path_uuid("key_id", "The id of the key."),),
    body=json_body(RevocationRequest),
)


def api_key_routes(runtime: Runtime, slots: WorkerSlots, authenticate: Authenticate) -> list[Route]:
    """Return the routes of keys."""

    async def listing(request: Request) -> Response:
        caller = await authenticate(request)
        keys = await anyio.to_thread.run_sync(list_keys, runtime.services(caller.trust_id), caller, limiter=slots.reads)
        return JSONResponse({"keys": [key_as_json(key) for key in keys]})

    async def issuing(request: Request) -> Response:
        caller = await authenticate(request)
        asked = await read_json(request, IssueRequest)
        work = partial(
            issue_key,
            runtime.services(caller.trust_id),
            caller,
            command_id=asked.command_id,
            name=asked.name,
            scopes=asked.scopes,
            schools=asked.schools,
            person_id=asked.person,
            expires_on=asked.expires_on,
            issuer=asked.issuer,
            tenant=asked.tenant,
        )
        return _issued(await anyio.to_thread.run_sync(work, limiter=slots.commands))

    async def rotating(request: Request) -> Response:
        caller = await authenticate(request)
        asked = await read_json(request, RotationRequest)
        work = partial(
            rotate_key,
            runtime.services(caller.trust_id),
            caller,
            command_id=asked.command_id,
            key_id=_named(request),
            overlap_days=asked.overlap_days,
            expires_on=asked.expires_on,
        )
        return _issued(await anyio.to_thread.run_sync(work, limiter=slots.commands))

    async def revoking(request: Request) -> Response:
        caller = await authenticate(request)
        asked = await read_json(request, RevocationRequest)
        services = runtime.services(caller.trust_id)
        work = partial(revoke_key, services, caller, command_id=asked.command_id, key_id=_named(request))
        outcome = await anyio.to_thread.run_sync(work, limiter=slots.commands)
        return refusal_problem(outcome) if isinstance(outcome, Refusal) else JSONResponse(key_as_json(outcome))

    return [
        LIST_KEYS.route(listing),
        ISSUE_KEY.route(issuing),
        ROTATE_KEY.route(rotating),
        REVOKE_KEY.route(revoking),
    ]


def key_as_json(key: ApiKey) -> Mapping[str, Any]:
    """Return a key as the interface shows it."""
    shown = Key(
        id=key.key_id,
        person=key.person_id,
        name=key.name,
        scopes=list(key.scopes),
        schools=None if key.schools is None else list(key.schools),
        created_at=key.created_at,
        ends_at=key.ends_at,
        is_revoked=key.is_revoked,
        replaced_by=key.replaced_by,
        last_used_at=key.last_used_at,
        issuer=key.issuer,
        tenant=key.tenant,
    )
    return shown.model_dump(mode="json", by_alias=True)


def _issued(outcome: IssuedSecret | Refusal) -> Response:
    if isinstance(outcome, Refusal):
        return refusal_problem(outcome)
    return JSONResponse({"key": key_as_json(outcome.key), "text": outcome.text}, 200 if outcome.text is None else 201)


def _named(request: Request) -> UUID:
    """Return the key that an address names. Raise `UnknownKey`."""
    text = str(request.path_params["key_id"])
    try:
        key_id = UUID(text)
    except ValueError:
        raise UnknownKey("key") from None
    if str(key_id) != text:
        raise UnknownKey("key")
    return key_id
