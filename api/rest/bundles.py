"""`GET /v1/cases/{case_id}/bundle`: one case with its history and proofs, as a file that verifies offline."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import anyio
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.bootstrap import Runtime
from api.graphql.context import WorkerSlots
from api.rest.operations import Operation, path_uuid
from services.command_refusals import NotFound
from services.export import export_case
from services.scope import Caller

if TYPE_CHECKING:
    from api.callers import Authenticate

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
    problems=frozenset({404}),
    parameters=(path_uuid("case_id", "The id of the case, in small letters."),),
    headers={"Content-Disposition": {"description": "A name for the file.", "schema": {"type": "string"}}},
)


def bundle_routes(runtime: Runtime, slots: WorkerSlots, authenticate: Authenticate) -> list[Route]:
    """Return the route of the export."""

    async def endpoint(request: Request) -> Response:
        caller = await authenticate(request)
        text = str(request.path_params["case_id"])
        try:
            case_id = UUID(text)
        except ValueError:
            raise NotFound("caseId") from None
        if str(case_id) != text:
            raise NotFound("caseId")
        return await anyio.to_thread.run_sync(_export, runtime, caller, case_id, limiter=slots.reads)

    return [BUNDLE.route(endpoint)]


def _export(runtime: Runtime, caller: Caller, case_id: UUID) -> Response:
    bundle = export_case(runtime.reading(caller.trust_id).ledger, caller.visibility, case_id)
    headers = {"Content-Disposition": f'attachment; filename="case-{case_id}.bundle.json"'}
    return Response(bundle, media_type=MEDIA_TYPE, headers=headers)
