"""`GET /v1/cases/{case_id}/bundle`: one case with its history and proofs, as a file that verifies offline.

With `files=true` it is an archive that holds the case's files of evidence, too.
"""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.graphql.recording import Given, Read, ReadRecorder
from api.rest.archives import ARCHIVE_TYPE, FILES_PARAMETER, streamed, with_files
from api.rest.endpoints import Endpoints
from api.rest.files import damaged
from api.rest.operations import (
    Operation,
    number_asked,
    number_parameter,
    path_uuid,
    uuid_of_path,
)
from api.rest.taking import before_taking
from ledger.blob_store import BlobStore
from projections.plan.told import Told
from services.command_refusals import NotFound
from services.commands import Refusal, Services
from services.export import export_case
from services.export_files import Archive, export_archive
from services.file_views import FileDamagedError
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
    " answered as one that is not there. With `files` it is a ZIP: the same bundle, and beside it each file of evidence"
    " that the reader may have. That each leaves is recorded in the history of the case before the first byte does.",
    answers={200: CaseBundle},
    others=(ARCHIVE_TYPE,),
    problems=frozenset({403, 404}),
    parameters=(
        path_uuid("case_id", "The id of the case, in small letters."),
        number_parameter("continues", "The size of a checkpoint that you kept: the file proves that it continues it."),
        FILES_PARAMETER,
    ),
    headers={"Content-Disposition": {"description": "A name for the file.", "schema": {"type": "string"}}},
)


def bundle_routes(endpoints: Endpoints, recorder: ReadRecorder) -> list[Route]:
    """Return the route of the export; `recorder` is told of each before it leaves."""
    evidence = endpoints.runtime.evidence

    async def endpoint(request: Request) -> Response:
        caller = await endpoints.authenticate(request)
        case_id = uuid_of_path(request, "case_id", NotFound("caseId"))
        kept = number_asked(request, "continues")
        is_archive = with_files(request)
        opened: set[SealedPlace] = set()
        await before_taking(endpoints, caller, case_id)
        if is_archive:
            # That each file leaves is recorded, so it has the time of a command.
            try:
                archive = await endpoints.command(_export_archive, caller, evidence.store, case_id, opened, kept)
            except FileDamagedError as error:
                return damaged(error)
            response = streamed(archive, f"case-{case_id}")
        else:
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


def _export_archive(
    services: Services, caller: Caller, store: BlobStore, case_id: UUID, opened: set[SealedPlace], kept: int | None
) -> Archive | Refusal:
    return export_archive(services, caller, store, case_id, opened, since=() if kept is None else (kept,))
