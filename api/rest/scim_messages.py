"""What SCIM 2.0 says and is told (RFC 7643, 7644), by the library `scim2-models`: users, patches, filters, discovery.

Loaded when a directory first asks, for the library takes a while to load. The tolerances are those that Entra ID and
Okta need: words in other case, `"False"` for false, attributes that are not kept here, entries that a path describes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import ValidationError
from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    Context,
    ETag,
    Filter,
    ListResponse,
    Meta,
    Patch,
    PatchOp,
    Required,
    Resource,
    ResourceType,
    ResponseParameters,
    SCIMException,
    ScimFilter,
    ScimPolicy,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)
from scim2_models import Error as ErrorMessage
from scim2_models.path import CompareOperator, Comparison, FilterNode, LogicalExpr, LogicalOperator

from api.rest.scim_errors import ScimError
from services.directory_users import Condition, DirectoryUser, WantedUser

__all__ = [
    "MOST_RESULTS",
    "USERS",
    "Parameters",
    "conditions_of",
    "list_body",
    "new_user",
    "page",
    "patched_user",
    "read_parameters",
    "replaced_user",
    "resource_types",
    "schemas",
    "service_provider",
    "user_body",
]

MOST_RESULTS: Final = 100
USERS: Final = "/scim/v2/Users"
_USER_SCHEMA: Final = "urn:ietf:params:scim:schemas:core:2.0:User"

_POLICY: Final = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)


class Name(ComplexAttribute):
    """The parts of somebody's name."""

    formatted: str | None = None
    family_name: str | None = None
    given_name: str | None = None


class Email(ComplexAttribute):
    """An e-mail address, which identifies nobody here."""

    value: str | None = None
    type: str | None = None
    primary: bool | None = None


class ScimUser(Resource[Any]):
    """A user with those attributes of RFC 7643 section 4.1 that are kept here."""

    __schema__ = URN(_USER_SCHEMA)

    external_id: Annotated[str | None, CaseExact.true] = None
    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    name: Name | None = None
    display_name: str | None = None
    emails: list[Email] | None = None
    active: bool | None = None


Parameters = ResponseParameters[ScimUser]


def new_user(payload: Mapping[str, Any]) -> WantedUser:
    """Return the user that a POST asks for; active unless it says otherwise. Raise `ScimError`."""
    user = _read(payload, Context.RESOURCE_CREATION_REQUEST)
    return _wanted(user, is_active=user.active is not False)


def replaced_user(payload: Mapping[str, Any]) -> Callable[[DirectoryUser], WantedUser]:
    """Return what a PUT makes of a user; one that says nothing of `active` leaves it. Raise `ScimError`."""
    user = _read(payload, Context.RESOURCE_REPLACEMENT_REQUEST)

    def change(known: DirectoryUser) -> WantedUser:
        if user.external_id is None:
            user.external_id = known.external_id
        return _wanted(user, is_active=known.is_active if user.active is None else user.active)

    return change


def patched_user(payload: Mapping[str, Any]) -> Callable[[DirectoryUser], WantedUser]:
    """Return what a PATCH makes of a user; without `active` they are off. What is returned raises `ScimError` too."""
    with _refusals():
        patch = PatchOp[ScimUser].model_validate(
            _plain_values(payload), scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=_POLICY
        )

    def change(known: DirectoryUser) -> WantedUser:
        user = _resource(known)
        with _refusals():
            patch.patch(user, scim_policy=_POLICY)
        return _wanted(user, is_active=user.active is True)

    return change


def conditions_of(text: str) -> Sequence[Condition]:
    """Return what a filter asks for. Raise `ScimError` for what is not answered here."""
    with _refusals():
        node = ScimFilter[ScimUser](text).ast
    return list(_conditions(node))


def read_parameters(attributes: str | None, excluded: str | None) -> Parameters | None:
    """Return which attributes are wanted, by the parameters of that name. Raise `ScimError`."""
    given = {"attributes": attributes, "excludedAttributes": excluded}
    if attributes is None and excluded is None:
        return None
    with _refusals():
        return Parameters.model_validate(
            {name: value for name, value in given.items() if value is not None}, scim_policy=_POLICY
        )


def user_body(user: DirectoryUser, parameters: Parameters | None = None) -> dict[str, Any]:
    """Return a user as SCIM shows them."""
    return _dumped(_resource(user), parameters)


def list_body(
    users: Sequence[DirectoryUser], total: int, start: int, parameters: Parameters | None = None
) -> dict[str, Any]:
    """Return a page of users."""
    return page([user_body(user, parameters) for user in users], total, start)


def service_provider() -> dict[str, Any]:
    """Return what of SCIM there is here."""
    config = ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True, max_results=MOST_RESULTS),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=False),
        etag=ETag(supported=False),
        authentication_schemes=[
            AuthenticationScheme(
                type=AuthenticationScheme.Type.oauthbearertoken,
                name="API key",
                description="A key of the scope scim, sent as a bearer token.",
                primary=True,
            )
        ],
        meta=Meta(resource_type="ServiceProviderConfig", location="/scim/v2/ServiceProviderConfig"),
    )
    return _dumped(config)


def resource_types() -> list[dict[str, Any]]:
    """Return the kinds of resource there are: users."""
    found = ResourceType.from_resource(ScimUser)
    found.meta = Meta(resource_type="ResourceType", location="/scim/v2/ResourceTypes/User")
    return [_dumped(found)]


def schemas() -> list[dict[str, Any]]:
    """Return the attributes that are kept."""
    found = ScimUser.to_schema()
    found.meta = Meta(resource_type="Schema", location=f"/scim/v2/Schemas/{_USER_SCHEMA}")
    return [_dumped(found)]


class _refusals:  # noqa: N801 - read as a statement
    """Turns what the library raises into `ScimError`, of which its type alone is told."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, ValidationError):
            message = ErrorMessage.from_validation_errors(error)[0]
            raise ScimError(message.status or 400, message.scim_type) from None
        if isinstance(error, SCIMException):
            raise ScimError(error.status, error.scim_type or None) from None
        if isinstance(error, RecursionError):
            raise ScimError(400, "invalidValue") from None


def _read(payload: Mapping[str, Any], context: Context) -> ScimUser:
    with _refusals():
        return ScimUser.model_validate(payload, scim_ctx=context, scim_policy=_POLICY)
    raise AssertionError


_SINGLE: Final = frozenset({"active", "username", "externalid", "displayname"})


def _plain_values(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a patch in which the value of a single-valued attribute is no list, as Entra ID's older form has it."""
    found = {**payload}
    for name, operations in payload.items():
        if name.lower() == "operations" and isinstance(operations, list):
            found[name] = [_plain_value(one) if isinstance(one, dict) else one for one in operations]
    return found


def _plain_value(operation: dict[str, Any]) -> dict[str, Any]:
    members = {name.lower(): name for name in operation}
    path, value = operation.get(members.get("path", "")), operation.get(members.get("value", ""))
    if (
        isinstance(path, str)
        and path.rpartition(":")[2].lower() in _SINGLE
        and isinstance(value, list)
        and len(value) == 1
        and isinstance(value[0], dict)
        and "value" in value[0]
    ):
        return {**operation, members["value"]: value[0]["value"]}
    return operation


def _wanted(user: ScimUser, *, is_active: bool) -> WantedUser:
    attributes = {
        name: value
        for name, value in user.model_dump(scim_ctx=None, by_alias=True, exclude_none=True).items()
        if name in ("name", "displayName", "emails") and value
    }
    return WantedUser(user.external_id, user.user_name, attributes, is_active)


def _resource(user: DirectoryUser) -> ScimUser:
    return ScimUser.model_validate(
        {
            "schemas": [_USER_SCHEMA],
            "id": str(user.user_id),
            "externalId": user.external_id,
            "userName": user.user_name,
            "active": user.is_active,
            **user.attributes,
            "meta": {
                "resourceType": "User",
                "created": user.created_at.isoformat(),
                "lastModified": user.changed_at.isoformat(),
                "location": f"{USERS}/{user.user_id}",
            },
        }
    )


def _dumped(resource: Resource[Any], parameters: Parameters | None = None) -> dict[str, Any]:
    return resource.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=parameters)


def page(shown: Sequence[dict[str, Any]], total: int, start: int) -> dict[str, Any]:
    """Return a page of whatever is shown."""
    return {
        "schemas": [str(ListResponse.__schema__)],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(shown),
        "Resources": list(shown),
    }


_COLUMNS: Final = {"id": "user_id", "externalid": "external_id", "username": "user_name", "active": "is_active"}
_TRUTH: Final = {"true": True, "false": False}


def _conditions(node: FilterNode) -> Sequence[Condition]:
    if isinstance(node, LogicalExpr) and node.op == LogicalOperator.and_:
        return [one for term in node.terms for one in _conditions(term)]
    if isinstance(node, Comparison) and node.op == CompareOperator.eq:
        path = node.attr_path
        column = _COLUMNS.get(path.attr.lower())
        if column is not None and path.sub_attr is None and (path.uri or _USER_SCHEMA).lower() == _USER_SCHEMA.lower():
            value = _TRUTH.get(str(node.value).lower()) if column == "is_active" else node.value
            if isinstance(value, bool if column == "is_active" else str) and "\x00" not in str(value):
                return [Condition(column, value)]
    raise ScimError(400, "invalidFilter")
