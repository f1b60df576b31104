"""Errors as SCIM has them (RFC 7644 section 3.12): a status, at times a type, and a sentence of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import JSONResponse, Response

__all__ = ["MEDIA_TYPE", "SCIM_PATH", "ScimError", "is_of_scim", "scim_answer"]

SCIM_PATH: Final = "/scim/v2"
MEDIA_TYPE: Final = "application/scim+json"

# Our own sentences: what a library says may repeat what was sent.
_DETAILS: Final[Mapping[str, str]] = {
    "invalidSyntax": "The body is not built as the schema of the request says.",
    "invalidValue": "A value is missing, or does not fit its attribute.",
    "invalidPath": "A path is malformed.",
    "invalidFilter": "The filter is malformed, or none that is answered here: userName, externalId, id and active with"
    " eq, joined by and.",
    "noTarget": "A path leads to nothing that could be changed.",
    "mutability": "An attribute cannot be changed so.",
}


class ScimError(Exception):
    """A request that SCIM answers with an error; the sentence repeats nothing of it."""

    def __init__(self, status: int, scim_type: str | None, detail: str | None = None) -> None:
        super().__init__(scim_type or str(status))
        self.status = status
        self.scim_type = scim_type
        self.detail = detail or _DETAILS.get(scim_type or "", "The request could not be carried out.")


def is_of_scim(path: str) -> bool:
    """Return whether an address is one of those below which errors are told as SCIM has them."""
    return path == SCIM_PATH or path.startswith(f"{SCIM_PATH}/")


def scim_answer(error: ScimError, headers: Mapping[str, str] | None = None) -> Response:
    """Return an error as it is answered."""
    body: dict[str, Any] = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": str(error.status),
        "detail": error.detail,
    }
    if error.scim_type is not None:
        body["scimType"] = error.scim_type
    return JSONResponse(body, error.status, headers=dict(headers or {}), media_type=MEDIA_TYPE)
