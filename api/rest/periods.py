"""`GET /v1/ledger/period`: all that was recorded between two instants, as a file that verifies offline.

With `files=true` it is an archive that holds the files of evidence that were handed in then, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.graphql.recording import Given, Read, ReadRecorder
from api.replay.moments import instant_of
from api.rest.archives import ARCHIVE_TYPE, FILES_PARAMETER, streamed, with_files
from api.rest.endpoints import Endpoints
from api.rest.files import damaged
from api.rest.operations import Operation, number_asked, number_parameter, query_parameter
from domain.permissions import Task
from domain.refusals import Refused
from ledger.blob_store import BlobStore
from projections.plan.told import Told
from services.command_refusals import NotAllowed
from services.commands import Refusal, Services
from services.export_files import Archive, export_period_archive
from services.export_period import export_period
from services.file_views import FileDamagedError
from services.read_log import ReadWay
from services.scope import Caller
from services.sealed_texts import SealedPlace

__all__ = ["PERIOD", "period_routes"]

MEDIA_TYPE = "application/json"


class NotAnInstant(Refused):
    """An instant is wanted here, such as 2026-09-01T00:00:00Z."""


class PeriodBundle(BaseModel):
    """Every event recorded in a period, with the proofs that none is left out."""

    model_config = ConfigDict(extra="allow")

    format: str


def _instant(name: str, description: str) -> Mapping[str, Any]:
    return query_parameter(name, description, required=True, schema={"type": "string", "format": "date-time"})


PERIOD = Operation(
    method="GET",
    path="/v1/ledger/period",
    name="exportPeriod",
    summary="Every event recorded in a period as a file that verifies offline",
    description="For whoever oversees. What the reader may not open stays sealed; events of cases that are not theirs"
    " to take away are withheld as a whole, and the file proves that none is left out. With `files` it is a ZIP: the"
    " same file, and beside it each file of evidence handed in within the period that the reader may have. That each"
    " leaves is recorded in the history of its case before the first byte does.",
    answers={200: PeriodBundle},
    others=(ARCHIVE_TYPE,),
    problems=frozenset({403}),
    parameters=(
        _instant("since", "From this instant on."),
        _instant("until", "Before this instant."),
        number_parameter(
            "continues", "The size of a checkpoint that you have kept: the file proves that it continues it."
        ),
        FILES_PARAMETER,
    ),
    headers={"Content-Disposition": {"description": "A name for the file.", "schema": {"type": "string"}}},
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A period that is asked for, and what is found to leave with it: the parts opened, and the cases shown."""

    since: datetime
    until: datetime
    kept: tuple[int, ...]
    opened: set[SealedPlace] = field(default_factory=set)
    shown: set[UUID] = field(default_factory=set)

    @property
    def name(self) -> str:
        """What the file is called."""
        return f"period-{self.since:%Y-%m-%d}-{self.until:%Y-%m-%d}"

    @property
    def told(self) -> Told:
        """What the log of reads has to say of it."""
        cases = frozenset(map(str, self.shown))
        parts = frozenset((str(place.stream_id), place.version, place.part) for place in self.opened)
        return Told(opened=cases, histories=cases, parts=parts)


def period_routes(endpoints: Endpoints, recorder: ReadRecorder) -> list[Route]:
    """Return the route; `recorder` is told of each period that is taken away, before it leaves."""
    evidence = endpoints.runtime.evidence

    async def endpoint(request: Request) -> Response:
        caller = await endpoints.authenticate(request)
        if not caller.decide(Task.EXPORT_PERIOD).allowed:
            raise NotAllowed
        kept = number_asked(request, "continues")
        since, until = _instant_asked(request, "since"), _instant_asked(request, "until")
        asked = _Asked(since, until, () if kept is None else (kept,))
        is_archive = with_files(request)
        await endpoints.signed(caller)
        if is_archive:
            # That each file leaves is recorded, so it has the time of a command.
            try:
                archive = await endpoints.command(_export_archive, caller, evidence.store, asked)
            except FileDamagedError as error:
                return damaged(error)
            response = streamed(archive, asked.name)
        else:
            response = await endpoints.read(_export, caller, asked)
        await recorder.record(Read(caller, None, None, asked.told, Given.EXECUTED, way=ReadWay.EXPORT))
        return response

    return [PERIOD.route(endpoint)]


def _export(services: Services, caller: Caller, asked: _Asked) -> Response:
    bundle = export_period(
        services.ledger, caller, asked.since, asked.until, asked.opened, asked.shown, kept=asked.kept
    )
    headers = {"Content-Disposition": f'attachment; filename="{asked.name}.bundle.json"'}
    return Response(bundle, media_type=MEDIA_TYPE, headers=headers)


def _export_archive(services: Services, caller: Caller, store: BlobStore, asked: _Asked) -> Archive | Refusal:
    return export_period_archive(
        services, caller, store, asked.since, asked.until, asked.opened, asked.shown, kept=asked.kept
    )


def _instant_asked(request: Request, name: str) -> datetime:
    # A plus sign in an address stands for a space.
    found = instant_of(request.query_params.get(name, "").replace(" ", "+"))
    if found is None:
        raise NotAnInstant(name)
    return found.astimezone(UTC)
