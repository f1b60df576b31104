"""`/scim/v2`: a trust's directory creates, changes, switches off and deletes people's accounts (RFC 7644).

The library for SCIM takes a while to load, so `scim_messages` is loaded by the first request that needs it.

It signs in by a key of the scope scim, whose program is an administrator of the trust. Errors are in SCIM's form, and
none repeats anything that was sent.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.authentication import UNAUTHENTICATED, Unauthenticated
from api.availability import passing_fault
from api.bootstrap import Runtime
from api.graphql.context import WorkerSlots
from api.rest.bodies import BodyMalformed, NotJson, read_object
from api.rest.operations import uuid_of_path
from api.rest.scim_errors import MEDIA_TYPE, SCIM_PATH, ScimError, scim_answer
from api.strict_json import JSON_TYPE
from domain.access import Role
from domain.permissions import Task
from domain.refusals import RefusalCode, Refused
from services import clock
from services.api_keys import KeyIdentity
from services.authority import Authority
from services.command_refusals import Contended, NotAllowed
from services.commands import Services
from services.directory_users import (
    AccountNotChanged,
    Directory,
    ExternalIdFixed,
    change_user,
    create_user,
    delete_user,
    find_user,
    list_users,
)
from services.scope import Caller

if TYPE_CHECKING:
    from api.rest.scim_messages import Parameters

__all__ = ["SCIM_PATH", "scim_routes"]

_MEDIA_TYPES: Final = (MEDIA_TYPE, JSON_TYPE)
# A place beyond which no trust has users; PostgreSQL counts no further than twice this.
_LAST_PLACE: Final = 2**31
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,9}")

AuthenticateKey = Callable[[Request], Awaitable[KeyIdentity]]


class _Scim:
    """One request of a directory, ready to be answered in a worker thread."""

    def __init__(self, runtime: Runtime, authority: Authority, identity: KeyIdentity, request: Request) -> None:
        self.request = request
        self._runtime = runtime
        self._authority = authority
        self._identity = identity

    @property
    def services(self) -> Services:
        return self._runtime.services(self._identity.trust_id)

    @property
    def directory(self) -> Directory:
        """Where the people of this key's directory sign in. Raises NotAllowed for the key of no directory."""
        if self._identity.issuer is None:
            raise NotAllowed
        return Directory(self._identity.issuer, self._identity.tenant)

    @cached_property
    def caller(self) -> Caller:
        """The program, in the role in which it keeps accounts, as long as it has that. Raises NotAllowed."""
        trust = self.services.ledger.trust
        self._authority.catch_up(trust)
        today = clock.london_date(self.services.now())
        held = self._authority.held(trust.trust_id, self._identity.person_id, today)
        if not any(one.role is Role.ADMIN for one in held):
            raise NotAllowed
        caller = Caller(
            trust.trust_id,
            self._identity.person_id,
            Role.ADMIN,
            client=str(self._identity.key_id),
            scopes=self._identity.scopes,
            schools=self._identity.schools,
        )
        if not caller.decide(Task.KEEP_ACCOUNTS).allowed:
            raise NotAllowed
        return caller

    def parameters(self) -> Parameters | None:
        from api.rest.scim_messages import read_parameters

        given = self.request.query_params
        return read_parameters(given.get("attributes"), given.get("excludedAttributes"))

    def user_id(self) -> UUID:
        return uuid_of_path(self.request, "user_id", ScimError(404, None, "There is no such user."))

    def number(self, name: str, default: int) -> int:
        """A number of the address. Raises ScimError for what is none."""
        text = self.request.query_params.get(name)
        if text is None:
            return default
        if not _NUMBER.fullmatch(text):
            raise ScimError(400, "invalidValue", f"{name} is not a number that is taken here.")
        return int(text)


_Work = Callable[[_Scim, dict[str, Any]], Response]


def scim_routes(runtime: Runtime, slots: WorkerSlots, authenticate_key: AuthenticateKey) -> list[Route]:
    """Return the routes of SCIM."""
    authority = Authority()

    def endpoint(works: Mapping[str, _Work]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                identity = await authenticate_key(request)
                work = partial(_answered, works["GET" if request.method == "HEAD" else request.method])
                takes_body = request.method in ("POST", "PUT", "PATCH")
                given = await read_object(request, _MEDIA_TYPES) if takes_body else {}
                scim = _Scim(runtime, authority, identity, request)
                limiter = slots.commands if request.method not in ("GET", "HEAD") else slots.reads
                return await anyio.to_thread.run_sync(work, scim, given, limiter=limiter)
            except Exception as error:  # noqa: BLE001 - what is no answer of SCIM is raised again
                return _told(error)

        return answer

    def route(path: str, **works: _Work) -> Route:
        return Route(SCIM_PATH + path, endpoint(works), methods=list(works), include_in_schema=False)

    return [
        route("/ServiceProviderConfig", GET=_service_provider),
        route("/ResourceTypes", GET=_resource_types),
        route("/ResourceTypes/User", GET=partial(_resource_types, one="User")),
        route("/Schemas", GET=_schemas),
        route("/Schemas/{urn}", GET=_schema),
        route("/Users", GET=_list, POST=_create),
        route("/Users/{user_id}", GET=_show, PUT=_replace, PATCH=_patch, DELETE=_delete),
    ]


def _answered(work: _Work, scim: _Scim, given: dict[str, Any]) -> Response:
    """Answer whoever may provision people, and nobody else, whatever was sent."""
    assert scim.caller is not None
    return work(scim, given)


def _answer(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(content, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def _create(scim: _Scim, given: dict[str, Any]) -> Response:
    from api.rest.scim_messages import USERS, new_user, user_body

    parameters = scim.parameters()
    user = create_user(scim.services, scim.caller, scim.directory, new_user(given))
    return _answer(user_body(user, parameters), 201, {"Location": f"{USERS}/{user.user_id}"})


def _show(scim: _Scim, _given: dict[str, Any]) -> Response:
    from api.rest.scim_messages import user_body

    parameters = scim.parameters()
    return _answer(user_body(find_user(scim.services, scim.caller, scim.directory, scim.user_id()), parameters))


def _list(scim: _Scim, _given: dict[str, Any]) -> Response:
    from api.rest.scim_messages import MOST_RESULTS, conditions_of, list_body

    caller, directory, parameters = scim.caller, scim.directory, scim.parameters()
    text = scim.request.query_params.get("filter")
    conditions = [] if text is None else conditions_of(text)
    # By RFC 7644 section 3.4.2.4 less than the first place is the first, and less than none is none.
    start = min(max(scim.number("startIndex", 1), 1), _LAST_PLACE)
    most = min(max(scim.number("count", MOST_RESULTS), 0), MOST_RESULTS)
    users, total = list_users(scim.services, caller, directory, conditions, offset=start - 1, most=most)
    return _answer(list_body(users, total, start, parameters))


def _replace(scim: _Scim, given: dict[str, Any]) -> Response:
    from api.rest.scim_messages import replaced_user, user_body

    parameters = scim.parameters()
    change = replaced_user(given)
    user = change_user(scim.services, scim.caller, scim.directory, scim.user_id(), change)
    return _answer(user_body(user, parameters))


def _patch(scim: _Scim, given: dict[str, Any]) -> Response:
    from api.rest.scim_messages import patched_user, user_body

    parameters = scim.parameters()
    change = patched_user(given)
    user = change_user(scim.services, scim.caller, scim.directory, scim.user_id(), change)
    return _answer(user_body(user, parameters))


def _delete(scim: _Scim, _given: dict[str, Any]) -> Response:
    delete_user(scim.services, scim.caller, scim.directory, scim.user_id())
    return Response(status_code=204)


def _service_provider(_scim: _Scim, _given: dict[str, Any]) -> Response:
    from api.rest.scim_messages import service_provider

    return _answer(service_provider())


def _resource_types(_scim: _Scim, _given: dict[str, Any], *, one: str | None = None) -> Response:
    from api.rest.scim_messages import page, resource_types

    found = resource_types()
    return _answer(page(found, len(found), 1) if one is None else found[0])


def _schemas(_scim: _Scim, _given: dict[str, Any]) -> Response:
    from api.rest.scim_messages import page, schemas

    found = schemas()
    return _answer(page(found, len(found), 1))


def _schema(scim: _Scim, _given: dict[str, Any]) -> Response:
    from api.rest.scim_messages import schemas

    for found in schemas():
        if found["id"] == scim.request.path_params["urn"]:
            return _answer(found)
    raise ScimError(404, None, "There is nothing at this address.")


def _told(error: Exception) -> Response:
    """Return the error that SCIM has for what was raised; raises again what is a fault of ours."""
    headers: dict[str, str] = {}
    match error:
        case ScimError():
            told = error
        case Unauthenticated():
            told = ScimError(401, None, UNAUTHENTICATED)
            headers = {"WWW-Authenticate": 'Bearer realm="caseledger"'}
        case NotJson():
            told = ScimError(415, None, str(error))
        case BodyMalformed():
            told = ScimError(400, "invalidSyntax", error.message)
        case AccountNotChanged():
            is_passing = error.refusal.code in (RefusalCode.KEYS_UNAVAILABLE, RefusalCode.VERSION_CONFLICT)
            told = ScimError(503, None, error.message) if is_passing else ScimError(409, None, error.refusal.message)
        case Contended():
            told = ScimError(503, None, "Others kept changing the user meanwhile; send it again.")
        case ExternalIdFixed():
            told = ScimError(400, "mutability", error.message)
        case Refused():
            told = ScimError(*_STATUSES.get(error.code, (400, "invalidValue")), error.message)
        case _:
            if passing_fault(error) is None:
                raise error
            told = ScimError(503, None, "This cannot be answered at the moment.")
    return scim_answer(told, headers)


_STATUSES: Final[Mapping[RefusalCode, tuple[int, str | None]]] = {
    RefusalCode.NOT_FOUND: (404, None),
    RefusalCode.NOT_ALLOWED: (403, None),
    RefusalCode.ILLEGAL_STATE: (409, "uniqueness"),
    RefusalCode.KEYS_UNAVAILABLE: (503, None),
}
