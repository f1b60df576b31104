"""`GET /v1/cases/{case_id}/history`: what happened in one case, as JSON, as a table, or printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.graphql.recording import Given, Read, ReadRecorder
from api.replay.asked import Asked, Form
from api.replay.forms import MEDIA_TYPES, SIGNED, History, history_of
from api.replay.moments import POSITION, moment_of
from api.rest.endpoints import Endpoints
from api.rest.operations import Operation, path_uuid, query_parameter, uuid_of_path
from api.rest.taking import before_taking
from domain.actors import ActorSort
from domain.refusals import Refused
from domain.stored import stored_names
from services.command_refusals import NotFound
from services.commands import Services
from services.read_log import ReadWay
from services.scope import Caller

__all__ = ["HISTORY", "UnknownParameter", "WordUnknown", "history_routes"]

T = TypeVar("T")
_FORMATS = {form.value: form for form in MEDIA_TYPES}
_SORTS = {sort.value.lower(): sort for sort in ActorSort}
_KNEW = {"new": False, "all": True}
_PARAMETERS = frozenset({"format", "type", "by", "until", "knew"})


class UnknownParameter(Refused):
    """This address knows no such parameter."""


class WordUnknown(Refused):
    """This parameter takes one of a few words, which the description of the address lists."""


class CaseHistory(BaseModel):
    """The history of a case, step by step; as CSV or PDF where that is asked for."""

    model_config = ConfigDict(extra="allow")

    format: str


# What `moment_of` takes.
_MOMENT = {"anyOf": [{"type": "string", "pattern": f"^{POSITION.pattern}$"}, {"type": "string", "format": "date-time"}]}


def _one_of(name: str, description: str, words: Iterable[str]) -> Mapping[str, Any]:
    return query_parameter(name, description, required=False, schema={"type": "string", "enum": list(words)})


def _types() -> Mapping[str, Any]:
    description = "Only events of these types, such as `incident.closed.v1`, with commas between."
    schema = {"type": "array", "items": {"type": "string", "enum": list(stored_names())}, "minItems": 1}
    return {**query_parameter("type", description, required=False, schema=schema), "style": "form", "explode": False}


HISTORY = Operation(
    method="GET",
    path="/v1/cases/{case_id}/history",
    name="caseHistory",
    summary="One case step by step, as JSON, CSV or PDF",
    description="Each event with what it changed, how the case stood after it, and who came to know. What the reader"
    " may not open is said to be withheld. A case that is not in the reader's sight is answered as one that is not"
    " there. docs/replay-formats.md says what each form holds.",
    answers={200: CaseHistory},
    problems=frozenset({403, 404}),
    parameters=(
        path_uuid("case_id", "The id of the case, in small letters."),
        _one_of("format", "In which form; unset: json.", _FORMATS),
        _types(),
        _one_of("by", "Only events that a person, or a program, recorded.", _SORTS),
        query_parameter(
            "until",
            "Up to a position of the ledger, or an instant with its time zone.",
            required=False,
            schema=_MOMENT,
        ),
        _one_of("knew", "Who knew: those who came to know by each event, or all by then; unset: new.", _KNEW),
    ),
    others=("text/csv", "application/pdf"),
    headers={"Content-Disposition": {"description": "A name for the file.", "schema": {"type": "string"}}},
)


def history_routes(endpoints: Endpoints, recorder: ReadRecorder) -> list[Route]:
    """Return the route of the history; `recorder` is told of each before it leaves."""

    async def endpoint(request: Request) -> Response:
        caller = await endpoints.authenticate(request)
        case_id = uuid_of_path(request, "case_id", NotFound("caseId"))
        asked, form = _asked(request)
        await before_taking(endpoints, caller, case_id, is_signed=form in SIGNED)
        history = await endpoints.read(_history, caller, case_id, asked, form)
        await recorder.record(
            Read(caller, None, None, history.told, Given.EXECUTED, fields=history.fields, way=ReadWay.EXPORT)
        )
        headers = {"Content-Disposition": f'attachment; filename="case-{case_id}.history.{form.value}"'}
        return Response(history.content, media_type=MEDIA_TYPES[form], headers=headers)

    return [HISTORY.route(endpoint)]


def _asked(request: Request) -> tuple[Asked, Form]:
    """What the parameters ask for. Raise UnknownParameter, WordUnknown or MomentMalformed."""
    given = request.query_params
    if not _PARAMETERS.issuperset(given):
        # What is not known may be anything, and is not repeated.
        raise UnknownParameter
    types, until = given.get("type"), given.get("until")
    asked = Asked(
        types=None if types is None else types.split(","),
        by=_word(given.get("by"), "by", _SORTS),
        until=None if until is None else moment_of(until, "until"),
        all_who_knew=_word(given.get("knew"), "knew", _KNEW) or False,
    )
    return asked, _word(given.get("format"), "format", _FORMATS) or Form.JSON


def _word(given: str | None, name: str, words: Mapping[str, T]) -> T | None:
    if given is None:
        return None
    if given not in words:
        raise WordUnknown(name)
    return words[given]


def _history(services: Services, caller: Caller, case_id: UUID, asked: Asked, form: Form) -> History:
    return history_of(services.ledger, caller.visibility, case_id, asked, form)
