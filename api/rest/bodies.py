"""What a request says in JSON and what it is told: by models, read strictly, with an error that names field and rule.

`read_json` reads a body as a model of ours. `read_object` reads one whose models are a library's, as SCIM has them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.strict_json import JSON_TYPE, JsonMalformed, JsonTooDeep, is_json_type, is_storable, parse_json
from domain.refusals import RefusalCode, Refused
from services.commands import TEXT_LIMIT

__all__ = [
    "STORABLE",
    "WHOLE",
    "Answer",
    "Asked",
    "BodyMalformed",
    "NotJson",
    "Reason",
    "TokenWord",
    "WholeNumber",
    "Words",
    "answered",
    "json_body",
    "read_json",
    "read_object",
    "read_words",
]

Body = TypeVar("Body", bound="Asked")


class Asked(BaseModel):
    """What a request body says: camelCase, and nothing that is not known."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", hide_input_in_errors=True, frozen=True, populate_by_name=False
    )


class Answer(BaseModel):
    """What an answer says, in camelCase."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


def answered(told: Answer, status: int = 200) -> Response:
    """Return an answer as it is sent."""
    return JSONResponse(told.model_dump(mode="json", by_alias=True), status)


def _whole(value: object) -> object:
    """Take 30.0 for 30, as JSON does; a text is none."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


# No database stores a NUL.
STORABLE = "^[^\\x00]*$"
# Words that are kept.
Words = Annotated[str, Field(min_length=1, max_length=TEXT_LIMIT, pattern=STORABLE)]
# Words that have to say something: one character at least that is neither space nor control.
Reason = Annotated[str, Field(min_length=1, max_length=TEXT_LIMIT, pattern="^[^\\x00]*[^\\s\\x00-\\x1f][^\\x00]*$")]
# What tokens say an issuer or one of its people is called: printable ASCII, without a space around it.
TokenWord = Annotated[str, Field(min_length=1, max_length=512, pattern="^[!-~]([ -~]*[!-~])?$")]
WHOLE = BeforeValidator(_whole)
# What every reader of JSON takes exactly.
_MOST = 2**53 - 1
WholeNumber = Annotated[int, Field(strict=True, ge=-_MOST, le=_MOST), WHOLE]


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
    """The body is of none of the types that are taken."""

    def __init__(self, media_types: Collection[str]) -> None:
        super().__init__(f"Send the body as {' or '.join(media_types)}, in UTF-8.")


async def read_json(request: Request, model: type[Body]) -> Body:
    """Return the body as the model. Raise `NotJson`, or `BodyMalformed` naming each field and rule."""
    return _as_model(await _read(request, (JSON_TYPE,)), model)


def read_words(text: bytes, model: type[Body]) -> Body:
    """Return JSON that came within something else as the model. Raise `BodyMalformed` naming each field and rule."""
    return _as_model(_parsed(text), model)


def _as_model(given: Any, model: type[Body]) -> Body:
    try:
        # By way of JSON, where a date is a text.
        return model.model_validate_json(json.dumps(given))
    except ValidationError as error:
        raise BodyMalformed(map(_told, error.errors(include_input=False, include_url=False))) from None


async def read_object(request: Request, media_types: Collection[str]) -> dict[str, Any]:
    """Return the object that a body of one of these types is. Raise `NotJson` or `BodyMalformed`."""
    given = await _read(request, media_types)
    if not isinstance(given, dict):
        raise BodyMalformed([("", _RULES["model_type"])])
    return given


async def _read(request: Request, media_types: Collection[str]) -> Any:
    if not is_json_type(request.headers.get("content-type", ""), media_types):
        raise NotJson(media_types)
    return _parsed(await request.body())


def _parsed(text: bytes) -> Any:
    try:
        given = parse_json(text)
    except (JsonMalformed, JsonTooDeep):
        raise BodyMalformed(
            [("", "has to be JSON in UTF-8 that says nothing twice and is not nested deeply")]
        ) from None
    if not is_storable(given):
        raise BodyMalformed([("", "holds a character that cannot be stored")])
    return given


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
    "string_pattern_mismatch": "is not written as it has to be",
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
    return {"required": True, "content": {JSON_TYPE: {"schema": model.model_json_schema()}}}
