"""`GET /v1/cases/{case_id}/bundle`: one case with its history and proofs, as a file that verifies offline."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import anyio
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.bootstrap import Runtime
from api.graphql.context import WorkerSlots
from domain.permissions import CaseReading
from domain.scopes import within
from services.command_refusals import NotFound, NotInScope
from services.export import export_case
from services.scope import Caller

if TYPE_CHECKING:
    from api.app import Authenticate

__all__ = ["bundle_routes"]

MEDIA_TYPE = "application/json"


def bundle_routes(runtime: Runtime, slots: WorkerSlots, authenticate: Authenticate) -> list[Route]:
    """Return the route of the export."""

    async def endpoint(request: Request) -> Response:
        caller = authenticate(request)
        text = str(request.path_params["case_id"])
        try:
            case_id = UUID(text)
        except ValueError:
            raise NotFound("caseId") from None
        if str(case_id) != text:
            raise NotFound("caseId")
        return await anyio.to_thread.run_sync(_export, runtime, caller, case_id, limiter=slots.reads)

    return [Route("/v1/cases/{case_id}/bundle", endpoint, methods=["GET"])]


def _export(runtime: Runtime, caller: Caller, case_id: UUID) -> Response:
    if not within(caller.scopes, CaseReading.EXPORT):
        raise NotInScope
    bundle = export_case(runtime.reading(caller.trust_id).ledger, caller.visibility, case_id)
    headers = {"Content-Disposition": f'attachment; filename="case-{case_id}.bundle.json"'}
    return Response(bundle, media_type=MEDIA_TYPE, headers=headers)
