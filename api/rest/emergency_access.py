"""`POST /v1/emergency-access`: a case opened in an emergency; `GET /v1/alerts`: what of that waits for the asker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.rest.bodies import STORABLE, WHOLE, Answer, Asked, BodyMalformed, Reason, json_body
from api.rest.endpoints import Endpoints
from api.rest.operations import Operation
from projections.cases import case_id_of
from services.alerts import AlertFile, AlertSink, alerts_of
from services.commands import Refusal, Services
from services.emergency_access import Opened, open_in_emergency
from services.scope import Caller, system_caller

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
    reference: str = Field(default=None, min_length=1, max_length=100, pattern=STORABLE)  # type: ignore[assignment]
    reason: Reason
    minutes: Annotated[int, Field(strict=True, ge=1, le=60), WHOLE]


class EmergencyAccess(Answer):
    """A case that is open to who asked, until an instant, in the role that requests then name."""

    grant_id: UUID
    role: str
    until: datetime
    alerted: int
    replayed: bool


class WaitingAlert(Answer):
    """An emergency that waits for the asker's judgement; it says of the case its reference and nothing else."""

    grant_id: UUID
    reference: str
    opened_at: datetime
    until: datetime


class WaitingAlerts(Answer):
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


def emergency_routes(endpoints: Endpoints) -> list[Route]:
    """Return the route that opens a case in an emergency, and that of the alerts."""
    sinks = (AlertFile(endpoints.runtime.settings.data_dir / ALERTS_FOLDER),)

    async def emergency(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, EmergencyRequest)
        if (asked.case_id is None) == (asked.reference is None):
            raise BodyMalformed([("caseId", "is given, or reference, and not both")])
        opened = await endpoints.command(_open, caller, asked, sinks)
        content = {
            "grantId": str(opened.grant_id),
            "role": f"emergency:{opened.case_id}",
            "until": opened.until.isoformat(),
            "alerted": opened.alerted,
            "replayed": opened.replayed,
        }
        return JSONResponse(content, status_code=201, headers=_NEVER_STORED)

    async def alerts(request: Request) -> Response:
        caller = await endpoints.authenticate(request)
        return await endpoints.read(_alerts, caller)

    return [EMERGENCY.route(emergency), ALERTS.route(alerts)]


def _open(services: Services, caller: Caller, asked: EmergencyRequest, sinks: Sequence[AlertSink]) -> Opened | Refusal:
    """Open the case; what is wrong with one that was named by its reference is told of the reference."""
    case_id = asked.case_id
    if case_id is None:
        # The asker need not see the case; whether it may be opened is decided on the case itself. What is not there is
        # looked for as far as what is.
        everything = system_caller(caller.trust_id).visibility
        found = case_id_of(services.ledger.trust, everything, asked.reference)
        case_id = UUID(int=0) if found is None else found
    outcome = open_in_emergency(
        services,
        caller,
        command_id=asked.command_id,
        case_id=case_id,
        reason=asked.reason,
        minutes=asked.minutes,
        alerts=sinks,
    )
    if isinstance(outcome, Opened) or asked.reference is None:
        return outcome
    return replace(
        outcome,
        message=outcome.message.replace("case_id", "reference"),
        fields=tuple("reference" if field == "case_id" else field for field in outcome.fields),
    )


def _alerts(services: Services, caller: Caller) -> Response:
    told = [
        {name: value for name, value in alert.as_json().items() if name not in ("trustId", "to")}
        for alert in alerts_of(services.ledger, caller)
    ]
    return JSONResponse({"alerts": told}, headers=_NEVER_STORED)
