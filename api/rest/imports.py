"""`POST /v1/imports/e-safety-log`: a school's log as CSV in, what came of each line out."""

from __future__ import annotations

import tempfile
from typing import Any, BinaryIO, cast
from uuid import UUID

import anyio
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.bootstrap import Runtime
from api.problems import problem
from api.projecting import ProjectionParked, bring_up
from api.rest.bodies import Answer
from api.rest.endpoints import Endpoints
from api.rest.operations import Operation
from services.commands import Services
from services.legacy_log_rules import BadLine
from services.log_import import ImportReport, import_log
from services.scope import Caller

__all__ = ["IMPORT", "IMPORT_PATH", "import_routes", "report_as_json"]

IMPORT_PATH = "/v1/imports/e-safety-log"
# Up to this many bytes a file is held in memory, beyond it on disk.
_SPOOL_BYTES = 1024 * 1024


class ReportedLine(Answer):
    """A line of the file that did not go in; `line` counts from 1 with the header."""

    line: int
    column: str | None
    rule: str
    message: str


class ImportedLog(Answer):
    """What came of each line of the file."""

    run_id: UUID
    file_sha256: str
    rows: int
    cases: int
    items: int
    known: int
    bad_lines: list[ReportedLine]
    changed_lines: list[ReportedLine]
    first_position: int | None
    last_position: int | None


_FILE = {"type": "string", "contentMediaType": "application/octet-stream", "description": "The log as CSV."}
IMPORT = Operation(
    method="POST",
    path=IMPORT_PATH,
    name="importESafetyLog",
    summary="Import a school's e-safety log",
    description="Good lines go in, and each line that does not is named with its column and rule. What went in"
    " before is known by its reference and goes in once.",
    answers={200: ImportedLog},
    problems=frozenset({403, 415}),
    body={
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": _FILE},
                    "required": ["file"],
                    "additionalProperties": False,
                }
            },
        },
    },
)


def import_routes(endpoints: Endpoints) -> list[Route]:
    """Return the route of the import."""

    async def endpoint(request: Request) -> Response:
        caller = await endpoints.authenticate(request)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in ("text/csv", "multipart/form-data"):
            return problem(415, "Send the log as text/csv, or as the file of a multipart/form-data form.")
        with tempfile.SpooledTemporaryFile(_SPOOL_BYTES) as file:
            spool = cast("BinaryIO", file)
            if kind == "text/csv":
                async for piece in request.stream():
                    await anyio.to_thread.run_sync(spool.write, piece)
            elif not await _receive_form(request, spool):
                return problem(
                    400, "The form has to hold exactly one file, in the field named file.", code="INVALID_INPUT"
                )
            return await endpoints.command(_import, caller, endpoints.runtime, spool)

    return [IMPORT.route(endpoint)]


async def _receive_form(request: Request, spool: BinaryIO) -> bool:
    try:
        async with request.form(max_files=1, max_fields=0) as form:
            [(name, upload)] = form.multi_items() or [("", "")]
            if name != "file" or not isinstance(upload, UploadFile):
                return False
            while piece := await upload.read(_SPOOL_BYTES):
                await anyio.to_thread.run_sync(spool.write, piece)
    except (HTTPException, ValueError):
        return False
    return True


def _import(services: Services, caller: Caller, runtime: Runtime, file: BinaryIO) -> Response:
    try:
        report = import_log(
            services,
            caller,
            file,
            schools=runtime.school_urns(caller.trust_id),
            project=lambda position: bring_up(runtime.database, caller.trust_id, position),
        )
    except ProjectionParked:
        return problem(
            503, "The log is recorded; the figures stand still and do not include it yet.", code="PROJECTION_BEHIND"
        )
    return JSONResponse(report_as_json(report))


def report_as_json(report: ImportReport) -> dict[str, Any]:
    """Return what came of an import: figures first, then each line that did not go in, with column and rule."""

    def lines(found: list[BadLine]) -> list[dict[str, Any]]:
        return [
            {"line": bad.line, "column": bad.column or None, "rule": bad.rule.value, "message": bad.message}
            for bad in found
        ]

    return {
        "runId": str(report.run_id),
        "fileSha256": report.file_sha256,
        "rows": report.row_count,
        "cases": report.case_count,
        "items": report.item_count,
        "known": report.known_count,
        "badLines": lines(report.bad_lines),
        "changedLines": lines(report.changed_lines),
        "firstPosition": report.first_position,
        "lastPosition": report.last_position,
    }
