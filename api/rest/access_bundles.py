"""`GET /v1/access-requests/{request_id}/review` and `.../answer`: what is held about a person, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from api.graphql.recording import Given, Read, ReadRecorder
from api.rest.access_requests import ACCESS_PATH, SUBJECT_ACCESS
from api.rest.access_schemas import AccessAnswer, AccessReview
from api.rest.bodies import BodyMalformed
from api.rest.endpoints import Endpoints
from api.rest.operations import (
    Operation,
    number_asked,
    number_parameter,
    path_uuid,
    query_parameter,
    uuid_of_path,
)
from domain.access_request import BundleForm
from domain.access_request_refusals import UnknownAccessRequest
from projections.plan.told import Told
from services.access_answers import Bundle, archive, make_bundle
from services.commands import Refusal, Services
from services.read_log import ReadWay
from services.scope import Caller

__all__ = ["BUNDLE_OPERATIONS", "access_bundle_routes"]

ZIP_TYPE = "application/zip"
# As the log of reads names it, also where nothing is found.
LOOKED = frozenset({"AccessRequest.bundle"})
_SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}


class Wanted(StrEnum):
    """How what was put together is sent."""

    JSON = "json"
    HTML = "html"
    ZIP = "zip"


_ANSWERED: Mapping[BundleForm, type[BaseModel]] = {BundleForm.REVIEW: AccessReview, BundleForm.ANSWER: AccessAnswer}


def _getting(form: BundleForm, summary: str, description: str) -> Operation:
    return Operation(
        method="GET",
        path=f"{ACCESS_PATH}/{{request_id}}/{form.value.lower()}",
        name=f"{form.value.lower()}OfAccessRequest",
        summary=summary,
        description=description,
        answers={200: _ANSWERED[form]},
        problems=frozenset({403, 404, 409}),
        parameters=(
            path_uuid("request_id", "The id of the request."),
            number_parameter("through", "Up to which position of the ledger. Unset: as it stands."),
            query_parameter(
                "format",
                "JSON if left out; `html` is a page to read, `zip` has both and the files.",
                required=False,
                schema={"type": "string", "enum": [one.value for one in Wanted]},
            ),
        ),
        headers={"Content-Disposition": {"description": "A name for the file.", "schema": {"type": "string"}}},
        others=("text/html", ZIP_TYPE),
    )


_OPERATIONS = {
    BundleForm.REVIEW: _getting(
        BundleForm.REVIEW,
        "Everything that is held about the person of an open request, with marks, to be looked through",
        "For the data protection officer and the trust lead who have no part in what it is about: the request is the"
        " authority by which words are opened. Each time is an event of the request, and stands in the log of reads.",
    ),
    BundleForm.ANSWER: _getting(
        BundleForm.ANSWER,
        "What the person is given: without what is kept back, other people told by what they are",
        "For the same. Once it was looked at, `POST` to this address records which one was given.",
    ),
}
BUNDLE_OPERATIONS = tuple(_OPERATIONS.values())


def access_bundle_routes(endpoints: Endpoints, recorder: ReadRecorder) -> Sequence[Route]:
    """Return the routes; `recorder` is told of each that is made before it leaves."""

    async def made(request: Request, form: BundleForm) -> Response:
        caller = await endpoints.authenticate(request)
        request_id = uuid_of_path(request, "request_id", UnknownAccessRequest("requestId"))
        wanted = _wanted(request)
        through = number_asked(request, "through")
        bundle = await endpoints.command(_made, caller, request_id, form, through, wanted is Wanted.ZIP)
        cases = frozenset(map(str, bundle.cases))
        parts = frozenset((str(place.stream_id), place.version, place.part) for place in bundle.opened)
        told = Told(opened=cases, histories=cases, parts=parts)
        purposeful = replace(caller, purpose=SUBJECT_ACCESS)
        await recorder.record(Read(purposeful, None, None, told, Given.EXECUTED, fields=LOOKED, way=ReadWay.EXPORT))
        headers = {**_SAFE, "Content-Disposition": f'attachment; filename="{form.value.lower()}-{request_id}.{wanted}"'}
        if wanted is Wanted.HTML:
            return HTMLResponse(bundle.page, headers=headers)
        if wanted is Wanted.ZIP:
            ledger = endpoints.runtime.services(caller.trust_id).ledger
            pieces = archive(ledger, endpoints.runtime.evidence.store, bundle)
            return StreamingResponse(pieces, media_type=ZIP_TYPE, headers=headers)
        content = {"manifestSha256": bundle.digest, "manifest": bundle.manifest, "content": bundle.content}
        return JSONResponse(content, headers=headers)

    async def review(request: Request) -> Response:
        return await made(request, BundleForm.REVIEW)

    async def answer(request: Request) -> Response:
        return await made(request, BundleForm.ANSWER)

    return [_OPERATIONS[BundleForm.REVIEW].route(review), _OPERATIONS[BundleForm.ANSWER].route(answer)]


def _made(
    services: Services, caller: Caller, request_id: UUID, form: BundleForm, through: int | None, with_files: bool
) -> Bundle | Refusal:
    return make_bundle(services, caller, request_id, form, through=through, with_files=with_files)


def _wanted(request: Request) -> Wanted:
    text = request.query_params.get("format", Wanted.JSON)
    if text not in set(Wanted):
        raise BodyMalformed([("format", f"is one of {', '.join(Wanted)}, or is left out")])
    return Wanted(text)
