"""`/v1/api-keys`: the keys by which programs sign in, for administrators. A secret is answered once, to whoever asked.

`GET` lists them, `POST` issues one, `POST .../{key_id}/rotation` issues a successor, and `POST .../{key_id}/revocation`
ends one at once.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.rest.bodies import Answer, Asked, WholeNumber, answered, json_body
from api.rest.endpoints import Endpoints
from api.rest.operations import Operation, path_uuid, uuid_of_path
from domain.api_keys import DEFAULT_OVERLAP_DAYS, UnknownKey
from domain.scopes import Scope
from services.api_keys import ApiKey, IssuedSecret, issue_key, list_keys, revoke_key, rotate_key

__all__ = ["API_KEYS_PATH", "ISSUE_KEY", "LIST_KEYS", "REVOKE_KEY", "ROTATE_KEY", "api_key_routes"]

API_KEYS_PATH = "/v1/api-keys"


class Key(Answer):
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


class Keys(Answer):
    """Every key there is or was, the newest first."""

    keys: list[Key]


class IssuedKey(Answer):
    """A key with the text that its program sends; null where the same command was answered with it before."""

    key: Key
    text: str | None


class IssueRequest(Asked):
    """What a key is to be."""

    command_id: UUID
    name: str = Field(description="What it is for; no personal data.")
    scopes: list[Annotated[str, Field(json_schema_extra={"enum": [scope.value for scope in Scope]})]]
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


def api_key_routes(endpoints: Endpoints) -> list[Route]:
    """Return the routes of keys."""

    async def listing(request: Request) -> Response:
        caller = await endpoints.authenticate(request)
        keys = await endpoints.read(list_keys, caller)
        return answered(Keys(keys=[_shown(key) for key in keys]))

    async def issuing(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, IssueRequest)
        issued = await endpoints.command(
            issue_key,
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
        return _issued(issued)

    async def rotating(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, RotationRequest)
        issued = await endpoints.command(
            rotate_key,
            caller,
            command_id=asked.command_id,
            key_id=_named(request),
            overlap_days=asked.overlap_days,
            expires_on=asked.expires_on,
        )
        return _issued(issued)

    async def revoking(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, RevocationRequest)
        key = await endpoints.command(revoke_key, caller, command_id=asked.command_id, key_id=_named(request))
        return answered(_shown(key))

    return [
        LIST_KEYS.route(listing),
        ISSUE_KEY.route(issuing),
        ROTATE_KEY.route(rotating),
        REVOKE_KEY.route(revoking),
    ]


def _named(request: Request) -> UUID:
    return uuid_of_path(request, "key_id", UnknownKey("key"))


def _shown(key: ApiKey) -> Key:
    return Key(
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


def _issued(issued: IssuedSecret) -> Response:
    return answered(IssuedKey(key=_shown(issued.key), text=issued.text), 200 if issued.text is None else 201)
