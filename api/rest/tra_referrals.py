"""`GET /v1/cases/{case_id}/tra-referral`: a staff breach as a referral to the Teaching Regulation Agency."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, create_model
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from api.graphql.recording import Given, Read, ReadRecorder
from api.rest.bodies import BodyMalformed
from api.rest.endpoints import Endpoints
from api.rest.operations import Operation, path_uuid, query_parameter, uuid_of_path
from projections.plan.told import Told
from services.command_refusals import NotFound
from services.commands import Refusal, Services
from services.read_log import ReadWay
from services.scope import Caller
from services.tra_fields import ORGANISATION_FIELDS, REFERRAL_FIELDS, REFERRER_FIELDS
from services.tra_referral import Referral, archive_of_referral, tra_referral

__all__ = ["TRA_REFERRAL", "TraReferral", "tra_referral_routes"]

ZIP_TYPE = "application/zip"
# Why it is read, unless its reader says otherwise: the law asks the employer to consider it.
LEGAL = "LEGAL"


class Form(StrEnum):
    """How a referral is sent."""

    JSON = "json"
    ZIP = "zip"


def _section(name: str, said: str, fields: tuple[str, ...]) -> Any:
    """The model of a section: every question of the service, each null where it is not answered."""
    members: Any = dict.fromkeys(fields, (str | bool | None, ...))
    return create_model(name, __config__=ConfigDict(extra="forbid"), __doc__=said, **members)


TraReferrer: Any = _section("TraReferrer", "Whoever refers.", REFERRER_FIELDS)
TraOrganisation: Any = _section("TraOrganisation", "The school.", ORGANISATION_FIELDS)
TraAnswers: Any = _section("TraAnswers", "The teacher, the role, and the allegation.", REFERRAL_FIELDS)


class TraUpload(BaseModel):
    """A file that goes with it; `member` is its name in the archive."""

    model_config = ConfigDict(extra="forbid")

    filename: str
    kind: str | None
    bytes: int
    sha256: str
    member: str


class TraLimits(BaseModel):
    """What the service takes, what goes beyond it, and how many files stay closed to the reader."""

    model_config = ConfigDict(extra="forbid")

    files: int
    bytesOfEach: int  # noqa: N815 - as JSON has it
    types: list[str]
    exceeded: list[str]
    withheld: int


class TraReferral(BaseModel):
    """A referral under the names of the questions of the Department's service; what is not known is null and named."""

    model_config = ConfigDict(extra="forbid")

    format: str
    case: str
    referrer: TraReferrer
    organisation: TraOrganisation
    referral: TraAnswers
    uploads: list[TraUpload]
    missing: list[str]
    toCheck: list[str]  # noqa: N815 - as JSON has it
    limits: TraLimits
    notices: list[dict[str, str]]


TRA_REFERRAL = Operation(
    method="GET",
    path="/v1/cases/{case_id}/tra-referral",
    name="prepareTraReferral",
    summary="A staff breach as a referral to the Teaching Regulation Agency, filled in as far as the record tells",
    description="For those who decide what follows from the breach. Nothing is sent. Each time stands in the log of"
    " reads, and each file that goes with it in the history of the case.",
    answers={200: TraReferral},
    problems=frozenset({403, 404}),
    parameters=(
        path_uuid("case_id", "The id of the case, in small letters."),
        query_parameter(
            "format",
            "JSON if left out; `zip` has it with a page to read and the files.",
            required=False,
            schema={"type": "string", "enum": [one.value for one in Form]},
        ),
    ),
    headers={"Content-Disposition": {"description": "A name for the file.", "schema": {"type": "string"}}},
    others=(ZIP_TYPE,),
)


def tra_referral_routes(endpoints: Endpoints, recorder: ReadRecorder) -> list[Route]:
    """Return the route; `recorder` is told of each referral before it leaves."""

    async def endpoint(request: Request) -> Response:
        caller = await endpoints.authenticate(request)
        case_id = uuid_of_path(request, "case_id", NotFound("caseId"))
        form = _form(request)
        made = await endpoints.command(_made, caller, case_id, form is Form.ZIP)
        cases = frozenset(map(str, made.cases))
        parts = frozenset((str(place.stream_id), place.version, place.part) for place in made.opened)
        purposeful = caller if caller.purpose is not None else replace(caller, purpose=LEGAL)
        told = Told(opened=cases, parts=parts)
        await recorder.record(Read(purposeful, None, None, told, Given.EXECUTED, way=ReadWay.EXPORT))
        headers = {
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="tra-referral-{made.reference}.{form}"',
        }
        if form is Form.JSON:
            return JSONResponse(made.content, headers=headers)
        ledger = endpoints.runtime.services(caller.trust_id).ledger
        pieces = archive_of_referral(ledger, endpoints.runtime.evidence.store, made)
        return StreamingResponse(pieces, media_type=ZIP_TYPE, headers=headers)

    return [TRA_REFERRAL.route(endpoint)]


def _made(services: Services, caller: Caller, case_id: UUID, with_files: bool) -> Referral | Refusal:
    return tra_referral(services, caller, case_id, with_files=with_files)


def _form(request: Request) -> Form:
    text = request.query_params.get("format", Form.JSON)
    if text not in set(Form):
        raise BodyMalformed([("format", f"is one of {', '.join(Form)}, or is left out")])
    return Form(text)
