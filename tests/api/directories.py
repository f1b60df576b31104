"""What real directories send: requests in the shapes of Entra ID's and Okta's documented provisioning."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

Json = dict[str, Any]

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
TENANT = "6e1c0ffe-0000-4000-8000-0000000000aa"
ENTRA_ISSUER = f"https://login.microsoftonline.com/{TENANT}/v2.0"
OKTA_ISSUER = "https://westacre.okta.example"


def entra_user(name: str, **members: Any) -> Json:
    """A creation as Entra ID sends it, with externalId mapped from objectId; attributes that are not kept included."""
    return {
        "schemas": [USER, ENTERPRISE],
        "externalId": str(uuid4()),
        "userName": f"{name}@westacre.example",
        "active": True,
        "displayName": f"{name} Marsden",
        "emails": [{"primary": True, "type": "work", "value": f"{name}@westacre.example"}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": f"{name} Marsden", "familyName": "Marsden", "givenName": name},
        "roles": [],
        "title": "Teacher",
        ENTERPRISE: {"department": "Science", "manager": {"value": str(uuid4())}},
    } | members


def okta_user(name: str, **members: Any) -> Json:
    """A creation as Okta sends it; it says a password that it never uses."""
    return {
        "schemas": [USER],
        "userName": f"{name}@westacre.example",
        "name": {"givenName": name, "familyName": "Osei"},
        "emails": [{"primary": True, "value": f"{name}@westacre.example", "type": "work"}],
        "displayName": f"{name} Osei",
        "locale": "en-GB",
        "externalId": f"00u{uuid4().hex[:17]}",
        "groups": [],
        "password": "1mz050nq",
        "active": True,
    } | members


def patch(*operations: Json) -> Json:
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


# Every form in which directories say that somebody left.
LEAVING: dict[str, Json] = {
    "Okta": patch({"op": "replace", "value": {"active": False}}),
    "Entra ID": patch({"op": "Replace", "path": "active", "value": "False"}),
    "Entra ID, SCIM-compliant": patch({"op": "replace", "path": "active", "value": False}),
    "Entra ID, without a path": patch({"op": "Replace", "value": {"active": "False"}}),
    "Entra ID, older": patch({"op": "Replace", "path": "active", "value": [{"$ref": None, "value": "False"}]}),
    "with add": patch({"op": "Add", "path": "active", "value": "false"}),
    "with the schema in the path": patch({"op": "replace", "path": f"{USER}:active", "value": False}),
    "with the schema in the value": patch({"op": "replace", "value": {f"{USER}:active": False}}),
    "in another case": patch({"Op": "REPLACE", "Path": "Active", "Value": "FALSE"}),
    "by removing it": patch({"op": "remove", "path": "active"}),
    "by null": patch({"op": "replace", "path": "active", "value": None}),
    "last of several": patch(
        {"op": "Add", "path": "title", "value": "Head of Science"},
        {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": "None"},
        {"op": "Replace", "path": "name.familyName", "value": "Nowak"},
        {"op": "Replace", "path": "active", "value": "False"},
    ),
}
