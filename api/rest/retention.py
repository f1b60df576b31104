"""How long the trust keeps records: the table it adopts, its holds, and the days of people that decide about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.rest.bodies import STORABLE, Answer, Asked, Reason, Words, answered, json_body
from api.rest.endpoints import Endpoints
from api.rest.operations import Operation, path_uuid, uuid_of_path
from api.rest.words import Told, told
from domain.retention import PersonDates
from domain.retention_refusals import UnknownLegalHold
from domain.values import CaseKind
from domain.vocabulary import CODE_LISTS
from services import people
from services.commands import Services
from services.register_commands import RegisterRecorded, run_on_register
from services.retention_register_commands import (
    AdoptRetention,
    ConfirmAutomaticDisposal,
    LiftTrustHold,
    PlaceTrustHold,
)
from services.scope import Caller
from services.trust_holds import HoldSeen, see_trust_holds

__all__ = [
    "ADOPT_TABLE",
    "CONFIRM_DISPOSAL",
    "LIFT_HOLD",
    "LIST_HOLDS",
    "PLACE_HOLD",
    "SET_EMPLOYMENT",
    "retention_routes",
]


class Kept(Answer):
    """What was recorded: where it stands in the ledger, if anything changed, and whether it had been before."""

    position: int | None
    replayed: bool


class Placed(Answer):
    """The same, with the id of the hold."""

    hold_id: UUID
    position: int | None
    replayed: bool


class AHold(Answer):
    """A hold of the trust: what it covers, by which authority, and why in words, for placing it and for lifting it."""

    hold_id: UUID
    authority: str
    placed_on: date
    review_on: date
    schools: list[str]
    kinds: list[str]
    persons: list[UUID]
    aware_from: date | None
    aware_to: date | None
    reason: Told
    is_lifted: bool
    lifted_because: Told | None


class Holds(Answer):
    """The holds of the trust in the order of their placing."""

    holds: list[AHold]


class Employment(Answer):
    """The days that the registry knows from now on."""

    pension_on: date | None
    left_on: date | None


class Adopting(Asked):
    """A table as TOML; `adoptedOn` is the first day, today if left out."""

    command_id: UUID
    content: Annotated[str, Field(min_length=1, max_length=20_000, pattern=STORABLE)]
    adopted_on: date | None = None
    disposal: Annotated[str, Field(json_schema_extra={"enum": ["REVIEW_ONLY", "AUTOMATIC"]})] = "REVIEW_ONLY"
    reason: Words | None = None


class Confirming(Asked):
    """That the table in force disposes without a person deciding on each case."""

    command_id: UUID
    reason: Words | None = None


_GROUNDS = [entry.code for entry in CODE_LISTS["hold_grounds"]]


class Holding(Asked):
    """Which records to hold: those that meet every limit that is given, one at least."""

    command_id: UUID
    authority: Annotated[str, Field(min_length=1, max_length=40, json_schema_extra={"enum": [*_GROUNDS]})]
    review_on: date
    reason: Reason
    schools: tuple[Annotated[str, Field(pattern="^[0-9]{6}$")], ...] = ()
    kinds: tuple[Annotated[str, Field(min_length=1, max_length=40, json_schema_extra={"enum": [*CaseKind]})], ...] = ()
    persons: tuple[UUID, ...] = ()
    aware_from: date | None = None
    aware_to: date | None = None


class Lifting(Asked):
    """Why the hold is lifted."""

    command_id: UUID
    reason: Reason


class Employing(Asked):
    """Both days; one that is left out is not known."""

    pension_on: date | None = None
    left_on: date | None = None


_PROBLEMS = frozenset({404, 409, 415, 422})
ADOPT_TABLE = Operation(
    method="POST",
    path="/v1/retention/tables",
    name="adoptRetentionTable",
    summary="Adopt a retention table for the trust",
    description="For the data protection officer and the trust lead. It moves every day at once.",
    answers={200: Kept},
    problems=_PROBLEMS,
    body=json_body(Adopting),
)
CONFIRM_DISPOSAL = Operation(
    method="POST",
    path="/v1/retention/confirmations",
    name="confirmAutomaticDisposal",
    summary="Confirm that cases are disposed of without a person deciding on each",
    description="For the same, and for another person than who adopted the table in force.",
    answers={200: Kept},
    problems=_PROBLEMS,
    body=json_body(Confirming),
)
PLACE_HOLD = Operation(
    method="POST",
    path="/v1/holds",
    name="placeHold",
    summary="Hold every record within a scope, those to come included",
    description="For the same. The reason is stored sealed.",
    answers={201: Placed},
    problems=_PROBLEMS,
    body=json_body(Holding),
)
LIST_HOLDS = Operation(
    method="GET",
    path="/v1/holds",
    name="listHolds",
    summary="The holds of the trust, with why in words",
    description="For the same. A hold that names the caller is not listed to the caller.",
    answers={200: Holds},
    problems=frozenset({403}),
)
LIFT_HOLD = Operation(
    method="POST",
    path="/v1/holds/{hold_id}/lifting",
    name="liftHold",
    summary="Lift a hold of the trust",
    description="For the same.",
    answers={200: Kept},
    problems=_PROBLEMS,
    body=json_body(Lifting),
    parameters=(path_uuid("hold_id", "The id of the hold."),),
)
SET_EMPLOYMENT = Operation(
    method="PUT",
    path="/v1/people/{person_id}/employment",
    name="setEmployment",
    summary="Set the days of a person's working life by which records are kept",
    description="For HR and the trust lead. They are erased with the person, and never stand in the ledger.",
    answers={200: Employment},
    problems=frozenset({404, 409, 415, 422}),
    body=json_body(Employing),
    parameters=(path_uuid("person_id", "The id of the person in the people registry."),),
)


def retention_routes(endpoints: Endpoints) -> Sequence[Route]:
    """Return the routes."""

    async def adopt(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, Adopting)
        command = AdoptRetention(
            command_id=asked.command_id,
            content=asked.content,
            adopted_on=asked.adopted_on,
            disposal=asked.disposal,
            reason=asked.reason,
        )
        return _kept(await endpoints.command(run_on_register, caller, command))

    async def confirm(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, Confirming)
        command = ConfirmAutomaticDisposal(command_id=asked.command_id, reason=asked.reason)
        return _kept(await endpoints.command(run_on_register, caller, command))

    async def place(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, Holding)
        command = PlaceTrustHold(
            command_id=asked.command_id,
            authority=asked.authority,
            review_on=asked.review_on,
            reason=asked.reason,
            schools=asked.schools,
            kinds=asked.kinds,
            persons=asked.persons,
            aware_from=asked.aware_from,
            aware_to=asked.aware_to,
        )
        outcome: RegisterRecorded = await endpoints.command(run_on_register, caller, command)
        placed = Placed(hold_id=command.hold_id, position=outcome.position, replayed=outcome.replayed)
        return answered(placed, status=201)

    async def list_holds(request: Request) -> Response:
        return await endpoints.read(_list_holds, await endpoints.authenticate(request))

    async def lift(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, Lifting)
        command = LiftTrustHold(
            command_id=asked.command_id,
            hold_id=uuid_of_path(request, "hold_id", UnknownLegalHold("hold_id")),
            reason=asked.reason,
        )
        return _kept(await endpoints.command(run_on_register, caller, command))

    async def employ(request: Request) -> Response:
        caller, asked = await endpoints.asked(request, Employing)
        days = PersonDates(asked.pension_on, asked.left_on)
        person_id = uuid_of_path(request, "person_id", people.UnknownPerson("personId"))
        return await endpoints.command(_set_employment, caller, person_id, days)

    return [
        ADOPT_TABLE.route(adopt),
        CONFIRM_DISPOSAL.route(confirm),
        PLACE_HOLD.route(place),
        LIST_HOLDS.route(list_holds),
        LIFT_HOLD.route(lift),
        SET_EMPLOYMENT.route(employ),
    ]


def _kept(outcome: RegisterRecorded) -> Response:
    return answered(Kept(position=outcome.position, replayed=outcome.replayed))


def _list_holds(services: Services, caller: Caller) -> Response:
    return answered(Holds(holds=[_hold(seen) for seen in see_trust_holds(services, caller)]))


def _hold(seen: HoldSeen) -> AHold:
    hold = seen.hold
    return AHold(
        hold_id=hold.hold_id,
        authority=hold.authority,
        placed_on=hold.placed_on,
        review_on=hold.review_on,
        schools=list(hold.schools),
        kinds=list(hold.kinds),
        persons=list(hold.persons),
        aware_from=hold.aware_from,
        aware_to=hold.aware_to,
        reason=told(seen.reason),
        is_lifted=hold.is_lifted,
        lifted_because=None if seen.lifted_because is None else told(seen.lifted_because),
    )


def _set_employment(services: Services, caller: Caller, person_id: UUID, days: PersonDates) -> Response:
    people.set_employment(services.ledger.trust, caller, person_id, days)
    return answered(Employment(pension_on=days.pension_on, left_on=days.left_on))
