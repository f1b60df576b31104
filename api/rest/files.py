"""`POST /v1/cases/{case_id}/files` takes a file of evidence, `GET .../files/{file_id}` gives it, and records that."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import quote
from uuid import UUID

import anyio
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from api.graphql.recording import Given, Read, ReadRecorder
from api.problems import problem
from api.rest.bodies import Answer, Asked, BodyMalformed, WholeNumber, answered, read_words
from api.rest.endpoints import Endpoints
from api.rest.forms import FORM_TYPE, FormWithFile
from api.rest.operations import Operation, path_uuid, uuid_of_path
from domain.file_refusals import UnknownFile
from projections.plan.told import Told
from services.command_refusals import NotFound
from services.commands import Refusal, Services
from services.evidence import Evidence, IncomingFile, KeptFile, admit_file, case_to_hand_in, keep_file
from services.file_views import FileDamagedError, GivenFile, give_file
from services.scope import Caller

__all__ = ["FILES_PATTERN", "GIVE_FILE", "STORE_FILE", "damaged", "file_routes", "watched"]

# The one address that takes a body as long as a file of evidence.
FILES_PATTERN = re.compile("/v1/cases/[^/]+/files")
WITHOUT_METADATA = "without-metadata"
# Whatever a browser makes of a file, it runs nothing of it and reaches nothing.
_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"

_log = logging.getLogger("caseledger.evidence")


class FileWords(Asked):
    """What is said of a file before it comes. `noIndecentImageOfChild` has to be true."""

    command_id: UUID
    no_indecent_image_of_child: bool
    expected_version: WholeNumber | None = None
    evidence_id: UUID | None = None
    about: UUID | None = None
    collected_on: date | None = None
    collected_by: UUID | None = None


class FileKept(Answer):
    """A file that was kept, and where that is recorded."""

    file_id: UUID
    kind: str
    media_type: str
    byte_length: int
    sha256: str
    scanned: str
    version: int
    position: int | None
    replayed: bool


class FileGiven(BaseModel):
    """The file, byte for byte as it was handed in, or a copy of an image without metadata."""


_BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}
_CASE = path_uuid("case_id", "The id of the case, in small letters.")
STORE_FILE = Operation(
    method="POST",
    path="/v1/cases/{case_id}/files",
    name="storeFile",
    summary="Hand in a file of evidence",
    description="The field `metadata` comes first, then the file. What the file is, its content tells; its name and"
    " declared type have to agree with that. It is scanned if a scanner is set up, sealed as it comes, and recorded"
    " once: the same commandId with the same bytes gives the first answer. No indecent image of a child is ever kept,"
    " and nothing is without a statement that it is none.",
    answers={201: FileKept},
    problems=frozenset({404, 409, 415, 422}),
    parameters=(_CASE,),
    body={
        "required": True,
        "content": {
            FORM_TYPE: {
                "schema": {
                    "type": "object",
                    "properties": {"metadata": FileWords.model_json_schema(), "file": _BINARY},
                    "required": ["metadata", "file"],
                    "additionalProperties": False,
                },
                "encoding": {"metadata": {"contentType": "application/json"}},
            }
        },
    },
)
GIVE_FILE = Operation(
    method="GET",
    path="/v1/cases/{case_id}/files/{file_id}",
    name="giveFile",
    summary="A file of evidence, for those who open the words of its case",
    description="Each request is recorded in the history of the case before the first byte leaves. A file of more than"
    " 25 MB is checked while it is sent: where it was damaged in its store the connection is cut before its end.",
    answers={200: FileGiven},
    content={"application/octet-stream": {"schema": _BINARY}},
    problems=frozenset({403, 404, 422}),
    parameters=(
        _CASE,
        path_uuid("file_id", "The id of the file, in small letters."),
        {
            "name": "derivative",
            "in": "query",
            "required": False,
            "description": "A copy of an image without metadata, in place of the original.",
            "schema": {"type": "string", "enum": [WITHOUT_METADATA]},
        },
    ),
    headers={"Content-Disposition": {"description": "The name of the file.", "schema": {"type": "string"}}},
)


def file_routes(endpoints: Endpoints, recorder: ReadRecorder) -> list[Route]:
    """Return the routes of files; `recorder` is told of each that is given before it leaves."""
    evidence = endpoints.runtime.evidence

    async def store(request: Request) -> Response:
        caller = await endpoints.authenticate(request)
        case_id = uuid_of_path(request, "case_id", NotFound("caseId"))
        # Of somebody who may not hand in anything nothing is read.
        await endpoints.command(_reach, caller, case_id)
        form = FormWithFile(request, "metadata")
        words = read_words(await form.words(), FileWords)
        await endpoints.command(_admit, caller, evidence, case_id, words)
        said = await form.file()
        incoming = await endpoints.command(_begin, caller, evidence, case_id, words, said.name, said.declared)
        try:
            async for piece in form.pieces():
                await anyio.to_thread.run_sync(incoming.write, piece, limiter=endpoints.slots.commands)
            kept = await endpoints.command(_keep, caller, incoming, case_id, words)
        finally:
            # Also when the client went away.
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(incoming.discard)
        return answered(_told(kept), 201)

    async def give(request: Request) -> Response:
        caller = await endpoints.authenticate(request)
        case_id = uuid_of_path(request, "case_id", NotFound("caseId"))
        file_id = uuid_of_path(request, "file_id", UnknownFile("fileId"))
        derivative = request.query_params.get("derivative")
        if derivative not in (None, WITHOUT_METADATA):
            raise BodyMalformed([("derivative", f"is {WITHOUT_METADATA}, or is left out")])
        try:
            given = await endpoints.command(_give, caller, evidence, case_id, file_id, derivative is not None)
        except FileDamagedError as error:
            return damaged(error)
        parts = frozenset((str(case_id), version, part) for version, part in given.parts)
        told = Told(opened=frozenset((str(case_id),)), parts=parts)
        await recorder.record(Read(caller, None, None, told, Given.EXECUTED))
        return StreamingResponse(watched(given.pieces), headers=_headers(given))

    return [STORE_FILE.route(store), GIVE_FILE.route(give)]


def _reach(services: Services, caller: Caller, case_id: UUID) -> None:
    case_to_hand_in(services, caller, case_id)


def _admit(services: Services, caller: Caller, evidence: Evidence, case_id: UUID, words: FileWords) -> None:
    admit_file(
        services,
        caller,
        evidence,
        case_id=case_id,
        command_id=words.command_id,
        evidence_id=words.evidence_id,
        no_indecent_image_of_child=words.no_indecent_image_of_child,
    )


def _begin(
    services: Services, _caller: Caller, evidence: Evidence, case_id: UUID, words: FileWords, name: str, declared: str
) -> IncomingFile:
    return IncomingFile(services.ledger, evidence, case_id=case_id, about=words.about, name=name, declared=declared)


def _keep(
    services: Services, caller: Caller, incoming: IncomingFile, case_id: UUID, words: FileWords
) -> KeptFile | Refusal:
    said: dict[str, Any] = words.model_dump()
    return keep_file(services, caller, incoming, case_id=case_id, **said)


def _give(
    services: Services, caller: Caller, evidence: Evidence, case_id: UUID, file_id: UUID, derivative: bool
) -> GivenFile | Refusal:
    return give_file(services, caller, evidence.store, case_id=case_id, file_id=file_id, derivative=derivative)


def _told(kept: KeptFile) -> FileKept:
    file = kept.file
    return FileKept(
        file_id=file.file_id,
        kind=file.kind,
        media_type=file.media_type,
        byte_length=file.byte_length,
        sha256=kept.sha256,
        scanned=file.scanned,
        version=kept.version,
        position=kept.position,
        replayed=kept.replayed,
    )


def _headers(given: GivenFile) -> dict[str, str]:
    """How a file is sent: to be kept under its name (RFC 6266), and opened by nothing in the browser itself."""
    plain = "".join(one if one.isascii() and one.isprintable() and one not in '"\\%' else "_" for one in given.name)
    return {
        "Content-Type": given.file.media_type,
        "Content-Length": str(given.byte_length),
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(given.name, safe='')}",
        "Content-Security-Policy": _POLICY,
    }


def watched(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces; where one does not open the id of the file is logged, and the connection ends before the file."""
    try:
        yield from pieces
    except FileDamagedError as error:
        _log.error("%s", error)
        raise


def damaged(error: FileDamagedError) -> Response:
    """The answer where a file in the store is not what was handed in; its id is logged."""
    _log.error("%s", error)
    return problem(
        500,
        "The file is not what was handed in: it was changed or lost in its store. It has been logged.",
        more={"fileId": str(error.file_id)},
    )
