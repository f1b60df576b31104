"""`GET /v1/cases/{case_id}/bundle`: one case with its history and proofs, as a file that verifies offline."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.graphql.recording import Given, Read, ReadRecorder
from api.rest.endpoints import Endpoints
from api.rest.operations import Operation, number_asked, number_parameter, path_uuid, uuid_of_path
from api.rest.taking import before_taking
from projections.plan.told import Told
from services.command_refusals import NotFound
from services.commands import Services
from services.export import export_case
from services.read_log import ReadWay
from services.scope import Caller
from services.sealed_texts import SealedPlace

__all__ = ["BUNDLE", "bundle_routes"]

MEDIA_TYPE = "application/json"


class CaseBundle(BaseModel):
    """One case with its history, its opened texts and the proofs that nothing of it was changed."""

    model_config = ConfigDict(extra="allow")

    format: str


BUNDLE = Operation(
    method="GET",
    path="/v1/cases/{case_id}/bundle",
    name="exportCase",
    summary="One case as a file that verifies offline",
    description="What the reader may not open stays sealed in the file. A case that is not in the reader's sight is"
    " answered as one that is not there.",
    answers={200: CaseBundle},
    problems=frozenset({403, 404}),
    parameters=(
        path_uuid("case_id", "The id of the case, in small letters."),
        number_parameter("continues", "The size of a checkpoint that you kept: the file proves that it continues it."),
    ),
    headers={"Content-Disposition": {"description": "A name for the file.", "schema": {"type": "string"}}},
)


def bundle_routes(endpoints: Endpoints, recorder: ReadRecorder) -> list[Route]:
    """Return the route of the export; `recorder` is told of each before it leaves."""

    async def endpoint(request: Request) -> Response:
        caller = await endpoints.authenticate(request)
        case_id = uuid_of_path(request, "case_id", NotFound("caseId"))
        kept = number_asked(request, "continues")
        opened: set[SealedPlace] = set()
        await before_taking(endpoints, caller, case_id)
        response = await endpoints.read(_export, caller, case_id, opened, kept)
        told = Told(
            opened=frozenset((str(case_id),)),
            histories=frozenset((str(case_id),)),
            parts=frozenset((str(place.stream_id), place.version, place.part) for place in opened),
        )
        await recorder.record(Read(caller, None, None, told, Given.EXECUTED, way=ReadWay.EXPORT))
        return response

    return [BUNDLE.route(endpoint)]


def _export(services: Services, caller: Caller, case_id: UUID, opened: set[SealedPlace], kept: int | None) -> Response:
    bundle = export_case(services.ledger, caller.visibility, case_id, opened, since=() if kept is None else (kept,))
    headers = {"Content-Disposition": f'attachment; filename="case-{case_id}.bundle.json"'}
    return Response(bundle, media_type=MEDIA_TYPE, headers=headers)
