"""Reading what a request says in JSON: by a model, strictly, with an error that names each field and rule."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails
from starlette.requests import Request

from api.strict_json import JsonMalformed, JsonTooDeep, is_json_type, parse_json
from domain.refusals import RefusalCode, Refused

__all__ = ["WHOLE", "Asked", "BodyMalformed", "NotJson", "WholeNumber", "json_body", "read_json"]

Body = TypeVar("Body", bound="Asked")


class Asked(BaseModel):
    """What a request body says: camelCase, and nothing that is not known."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", hide_input_in_errors=True, frozen=True, populate_by_name=False
    )


def _whole(value: object) -> object:
    """Take 30.0 for 30, as JSON does; a text is none."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)
WholeNumber = Annotated[int, Field(strict=True), WHOLE]


class BodyMalformed(Refused):
    """What was sent does not fit."""

    code = RefusalCode.INVALID_INPUT

    def __init__(self, rules: Iterable[tuple[str, str]]) -> None:
        self.rules = tuple(rules)
        super().__init__(*dict.fromkeys(field for field, _ in self.rules if field))

    @property
    def message(self) -> str:
        """The sentence for the user, with each field and the rule that it breaks; never what was sent."""
        return " ".join([self.args[0], *(f"{field or 'The body'}: {rule}." for field, rule in self.rules)])


class NotJson(Exception):
    """The body is of another type than application/json."""


async def read_json(request: Request, model: type[Body]) -> Body:
    """Return the body as the model. Raise `NotJson`, or `BodyMalformed` naming each field and rule."""
    if not is_json_type(request.headers.get("content-type", "")):
        raise NotJson
    try:
        given = parse_json(await request.body())
    except (JsonMalformed, JsonTooDeep):
        raise BodyMalformed(
            [("", "has to be JSON in UTF-8 that says nothing twice and is not nested deeply")]
        ) from None
    try:
        # By way of JSON, where a date is a text.
        return model.model_validate_json(json.dumps(given))
    except ValidationError as error:
        raise BodyMalformed(map(_told, error.errors(include_input=False, include_url=False))) from None


# The rules that a value can break, in words that repeat nothing of it.
_RULES = {
    "missing": "has to be there",
    "enum": "is not one of the words that there are",
    "literal_error": "is not one of the words that there are",
    "uuid_parsing": "has to be a UUID",
    "uuid_type": "has to be a UUID",
    "string_type": "has to be a text",
    "string_too_short": "is too short",
    "string_too_long": "is too long",
    "int_type": "has to be a whole number",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
    "bool_type": "has to be true or false",
    "model_type": "has to be an object",
    "list_type": "has to be a list",
}


def _told(error: ErrorDetails) -> tuple[str, str]:
    if error["type"] == "extra_forbidden":
        # A name that is none of ours is somebody's text: it is not repeated.
        return "", "has a member that is not known here"
    rule = "has to be a date, as 2026-09-14" if error["type"].startswith("date") else _RULES.get(error["type"])
    return ".".join(map(str, error["loc"])), rule or "does not fit"


def json_body(model: type[Asked]) -> dict[str, Any]:
    """Return a request body as OpenAPI has it."""
    return {"required": True, "content": {"application/json": {"schema": model.model_json_schema()}}}
