"""`POST /v1/emergency-access`: a case opened in an emergency; `GET /v1/alerts`: what of that waits for the asker."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import anyio
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.bootstrap import Runtime
from api.graphql.context import WorkerSlots
from api.problems import REFUSAL_STATUS, problem
from api.refusals import told
from domain.naming import camel
from projections.cases import case_id_of
from services.alerts import AlertFile, alerts_of
from services.commands import TEXT_LIMIT, Refusal
from services.emergency_access import open_in_emergency
from services.scope import Caller, system_caller

if TYPE_CHECKING:
    from api.app import Authenticate

__all__ = ["ALERTS_FOLDER", "ALERTS_PATH", "EMERGENCY_PATH", "EmergencyRequest", "emergency_routes"]

EMERGENCY_PATH = "/v1/emergency-access"
ALERTS_PATH = "/v1/alerts"
# Where notices are put down, within the data folder.
ALERTS_FOLDER = "alerts"
_NEVER_STORED = {"Cache-Control": "no-store"}


class EmergencyRequest(BaseModel):
    """Which case is opened, why, and for how long; a case has a reference or an id, and one of them is given."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", hide_input_in_errors=True, frozen=True)

    command_id: UUID
    case_id: UUID | None = None
    reference: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    reason: Annotated[str, Field(min_length=1, max_length=TEXT_LIMIT)]
    minutes: Annotated[int, Field(ge=1, le=60, strict=True)]

    @model_validator(mode="after")
    def _names_one_case(self) -> EmergencyRequest:
        if (self.case_id is None) == (self.reference is None):
            raise ValueError("give the case by its reference or by its caseId, and not by both")
        return self


def emergency_routes(runtime: Runtime, slots: WorkerSlots, authenticate: Authenticate) -> list[Route]:
    """Return the route that opens a case in an emergency, and that of the alerts."""

    async def emergency(request: Request) -> Response:
        caller = authenticate(request)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return problem(415, "Send what is asked as application/json.")
        try:
            asked = EmergencyRequest.model_validate_json(await request.body())
        except ValidationError as error:
            return _invalid(error)
        return await anyio.to_thread.run_sync(_open, runtime, caller, asked, limiter=slots.commands)

    async def alerts(request: Request) -> Response:
        caller = authenticate(request)
        return await anyio.to_thread.run_sync(partial(_alerts, runtime, caller), limiter=slots.reads)

    return [Route(EMERGENCY_PATH, emergency, methods=["POST"]), Route(ALERTS_PATH, alerts, methods=["GET"])]


def _invalid(error: ValidationError) -> Response:
    """The problem with a request: which fields, by which rule; none of what was sent."""
    wrong = error.errors(include_url=False, include_context=False, include_input=False)
    # A name that is none of ours is somebody's text: it is not repeated.
    known = {camel(name) for name in EmergencyRequest.model_fields}
    named = [str(one["loc"][0]) for one in wrong if one["loc"]]
    fields = list(dict.fromkeys(name for name in named if name in known))
    rules = [one["msg"].removeprefix("Value error, ") for one in wrong if one["loc"] and str(one["loc"][0]) in known]
    if not wrong[0]["loc"]:
        # The whole is wrong: it is no JSON object, or names no case or two.
        rules = [
            "Give the case by its reference or by its caseId, and not by both"
            if wrong[0]["type"] == "value_error"
            else "The body has to be one JSON object"
        ]
    elif not fields:
        rules = ["There is a field that is not known here"]
    detail = "; ".join(f"{field}: {rule}" for field, rule in zip(fields, rules, strict=False)) if fields else rules[0]
    return problem(400, f"{detail}.", code="INVALID_INPUT", fields=fields)


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
