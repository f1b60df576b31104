"""`/v1/api-keys`: the keys by which programs sign in, for administrators. A secret is answered once, to whoever asked.

`GET` lists them, `POST` issues one, `POST .../{key_id}/rotation` issues a successor, and `POST .../{key_id}/revocation`
ends one at once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

import anyio
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.bootstrap import Runtime
from api.graphql.context import WorkerSlots
from api.problems import REFUSAL_STATUS, problem
from api.refusals import told
from api.rest.json_bodies import MalformedBody, read_object
from domain.api_keys import DEFAULT_OVERLAP_DAYS, UnknownKey
from services.api_keys import ApiKey, IssuedSecret, issue_key, list_keys, revoke_key, rotate_key
from services.commands import Refusal
from services.scope import Caller

if TYPE_CHECKING:
    from api.app import Authenticate

__all__ = ["API_KEYS_PATH", "api_key_routes", "key_as_json"]

API_KEYS_PATH = "/v1/api-keys"

Shape = TypeVar("Shape", bound="_Model")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, hide_input_in_errors=True)


class _Answer(_Model):
    model_config = ConfigDict(populate_by_name=True)


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


class IssueRequest(_Model):
    """What a key is to be."""

    command_id: UUID
    name: str = Field(description="What it is for; no personal data.")
    scopes: list[str]
    schools: list[str] | None = None
    person: UUID | None = Field(default=None, description="A program that is known; unset: a new one.")
    expires_on: date | None = Field(default=None, description="Its last day; unset: a year from now.")
    issuer: str | None = Field(default=None, description="Of the scope scim: where the directory's people sign in.")
    tenant: str | None = Field(default=None, description="Of Entra ID: the tenant, whose people are `tenant/objectId`.")


class RotationRequest(_Model):
    """How a key is to be followed by another."""

    command_id: UUID
    overlap_days: Annotated[int, Field(strict=True)] = DEFAULT_OVERLAP_DAYS
    expires_on: date | None = None


class RevocationRequest(_Model):
    """That a key is to end at once."""

    command_id: UUID


def api_key_routes(runtime: Runtime, slots: WorkerSlots, authenticate: Authenticate) -> list[Route]:
    """Return the routes of keys."""

    def answering(
        work: Callable[[Caller, Request, dict[str, Any]], Response], *, takes_body: bool = True
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            caller = authenticate(request)
            try:
                given = await read_object(request, ("application/json",)) if takes_body else {}
            except MalformedBody as malformed:
                return problem(malformed.status, malformed.message, code="INVALID_INPUT")
            return await anyio.to_thread.run_sync(work, caller, request, given, limiter=slots.commands)

        return endpoint

    def listing(caller: Caller, _request: Request, _given: dict[str, Any]) -> Response:
        keys = list_keys(runtime.services(caller.trust_id), caller)
        return JSONResponse({"keys": [key_as_json(key) for key in keys]})

    def issuing(caller: Caller, _request: Request, given: dict[str, Any]) -> Response:
        asked = _read(IssueRequest, given)
        if isinstance(asked, Response):
            return asked
        outcome = issue_key(
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
        return _issued(outcome)

    def rotating(caller: Caller, request: Request, given: dict[str, Any]) -> Response:
        asked = _read(RotationRequest, given)
        if isinstance(asked, Response):
            return asked
        outcome = rotate_key(
            runtime.services(caller.trust_id),
            caller,
            command_id=asked.command_id,
            key_id=_named(request),
            overlap_days=asked.overlap_days,
            expires_on=asked.expires_on,
        )
        return _issued(outcome)

    def revoking(caller: Caller, request: Request, given: dict[str, Any]) -> Response:
        asked = _read(RevocationRequest, given)
        if isinstance(asked, Response):
            return asked
        services = runtime.services(caller.trust_id)
        outcome = revoke_key(services, caller, command_id=asked.command_id, key_id=_named(request))
        return _refused(outcome) if isinstance(outcome, Refusal) else JSONResponse(key_as_json(outcome))

    one = API_KEYS_PATH + "/{key_id}"
    return [
        Route(API_KEYS_PATH, answering(listing, takes_body=False), methods=["GET"]),
        Route(API_KEYS_PATH, answering(issuing), methods=["POST"]),
        Route(one + "/rotation", answering(rotating), methods=["POST"]),
        Route(one + "/revocation", answering(revoking), methods=["POST"]),
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
        return _refused(outcome)
    return JSONResponse({"key": key_as_json(outcome.key), "text": outcome.text}, 200 if outcome.text is None else 201)


def _refused(refusal: Refusal) -> Response:
    message, fields = told(refusal.message, refusal.fields)
    status = REFUSAL_STATUS.get(refusal.code.value, 422)
    return problem(status, message, code=refusal.code.value, clause=refusal.clause, fields=fields)


def _read(shape: type[Shape], given: dict[str, Any]) -> Shape | Response:
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        # The names of our own members alone: one that is not ours is theirs to find.
        ours = {field.alias for field in shape.model_fields.values()}
        fields = sorted({str(one["loc"][0]) for one in error.errors() if one["loc"] and one["loc"][0] in ours})
        detail = "These members are missing or malformed." if fields else "The body has a member that is not taken."
        return problem(400, detail, code="INVALID_INPUT", fields=fields)


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
