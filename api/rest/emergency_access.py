"""`POST /v1/emergency-access`: a case opened in an emergency; `GET /v1/alerts`: what of that waits for the asker."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import anyio
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.bootstrap import Runtime
from api.graphql.context import WorkerSlots
from api.problems import REFUSAL_STATUS, problem
from api.refusals import told
from api.rest.bodies import WHOLE, Asked, BodyMalformed, json_body, read_json
from api.rest.operations import Operation
from projections.cases import case_id_of
from services.alerts import AlertFile, alerts_of
from services.commands import TEXT_LIMIT, Refusal
from services.emergency_access import open_in_emergency
from services.scope import Caller, system_caller

if TYPE_CHECKING:
    from api.callers import Authenticate

__all__ = [
    "ALERTS",
    "ALERTS_FOLDER",
    "ALERTS_PATH",
    "EMERGENCY",
    "EMERGENCY_PATH",
    "EmergencyRequest",
    "emergency_routes",
]

EMERGENCY_PATH = "/v1/emergency-access"
ALERTS_PATH = "/v1/alerts"
# Where notices are put down, within the data folder.
ALERTS_FOLDER = "alerts"
_NEVER_STORED = {"Cache-Control": "no-store"}


class EmergencyRequest(Asked):
    """Which case is opened, why, and for how long; a case has a reference or an id, and one of them is given."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["caseId"]}, {"required": ["reference"]}]},
    )

    command_id: UUID
    # Left out or given: null is neither.
    case_id: UUID = Field(default=None)  # type: ignore[assignment]
    reference: str = Field(default=None, min_length=1, max_length=100)  # type: ignore[assignment]
    reason: Annotated[str, Field(min_length=1, max_length=TEXT_LIMIT)]
    minutes: Annotated[int, Field(strict=True, ge=1, le=60), WHOLE]


class EmergencyAccess(BaseModel):
    """A case that is open to who asked, until an instant, in the role that requests then name."""

    grantId: UUID  # noqa: N815 - as the answer names it
    role: str
    until: datetime
    alerted: int
    replayed: bool


class WaitingAlert(BaseModel):
    """An emergency that waits for the asker's judgement; it says of the case its reference and nothing else."""

    grantId: UUID  # noqa: N815 - as the answer names it
    reference: str
    openedAt: datetime  # noqa: N815
    until: datetime


class WaitingAlerts(BaseModel):
    """What waits for the asker."""

    alerts: list[WaitingAlert]


EMERGENCY = Operation(
    method="POST",
    path=EMERGENCY_PATH,
    name="openInEmergency",
    summary="Open a case in an emergency, for at most an hour",
    description="It is recorded with the reason, somebody is alerted by name, and it stays open until it was judged."
    " The case is then seen by requests with the header Caseledger-Role of the answer.",
    answers={201: EmergencyAccess},
    problems=frozenset({404, 409, 415, 422}),
    body=json_body(EmergencyRequest),
)
ALERTS = Operation(
    method="GET",
    path=ALERTS_PATH,
    name="listAlerts",
    summary="Emergencies that wait for the asker's judgement",
    description="For those who were alerted by name.",
    answers={200: WaitingAlerts},
    problems=frozenset({403}),
)


def emergency_routes(runtime: Runtime, slots: WorkerSlots, authenticate: Authenticate) -> list[Route]:
    """Return the route that opens a case in an emergency, and that of the alerts."""

    async def emergency(request: Request) -> Response:
        caller = await authenticate(request)
        asked = await read_json(request, EmergencyRequest)
        if (asked.case_id is None) == (asked.reference is None):
            raise BodyMalformed([("caseId", "is given, or reference, and not both")])
        return await anyio.to_thread.run_sync(_open, runtime, caller, asked, limiter=slots.commands)

    async def alerts(request: Request) -> Response:
        caller = await authenticate(request)
        return await anyio.to_thread.run_sync(partial(_alerts, runtime, caller), limiter=slots.reads)

    return [EMERGENCY.route(emergency), ALERTS.route(alerts)]


def _open(runtime: Runtime, caller: Caller, asked: EmergencyRequest) -> Response:
    services = runtime.services(caller.trust_id)
    case_id = asked.case_id
    if case_id is None:
        assert asked.reference is not None
        # The asker need not see the case; whether it may be opened is decided on the case itself. What is not there is
        # looked for as far as what is.
        everything = system_caller(caller.trust_id).visibility
        found = case_id_of(services.ledger.trust, everything, asked.reference)
        case_id = UUID(int=0) if found is None else found
    result = open_in_emergency(
        services,
        caller,
        command_id=asked.command_id,
        case_id=case_id,
        reason=asked.reason,
        minutes=asked.minutes,
        alerts=(AlertFile(runtime.settings.data_dir / ALERTS_FOLDER),),
    )
    if isinstance(result, Refusal):
        return _refused(result, by_reference=asked.reference is not None)
    content: dict[str, Any] = {
        "grantId": str(result.grant_id),
        "role": f"emergency:{result.case_id}",
        "until": result.until.isoformat(),
        "alerted": result.alerted,
        "replayed": result.replayed,
    }
    return JSONResponse(content, status_code=201, headers=_NEVER_STORED)


def _refused(refusal: Refusal, *, by_reference: bool) -> Response:
    message, fields = told(refusal.message, refusal.fields)
    if by_reference:
        message = message.replace("caseId", "reference")
        fields = ["reference" if field == "caseId" else field for field in fields]
    code = refusal.code.value
    return problem(REFUSAL_STATUS.get(code, 422), message, code=code, clause=refusal.clause, fields=fields)


def _alerts(runtime: Runtime, caller: Caller) -> Response:
    found = alerts_of(runtime.reading(caller.trust_id).ledger, caller)
    told_of = [
        {name: value for name, value in alert.as_json().items() if name not in ("trustId", "to")} for alert in found
    ]
    return JSONResponse({"alerts": told_of}, headers=_NEVER_STORED)
