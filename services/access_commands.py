"""Commands on requests for access, each carried out once: received, its clock, what is kept back, how it ends.

A request is received with a hold of the trust on the records of its person, and ends with that hold lifted, each in one
append with it: what somebody asked for is not disposed of meanwhile (Data Protection Act 2018, s. 173).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, ClassVar
from uuid import UUID, uuid5

from domain.access_request import AccessRequest, Passage, access_request_id
from domain.access_request_refusals import OwnAccessRequest, UnknownAccessRequest, UnknownPassage
from domain.aggregate import Recordable
from domain.case import Case
from domain.permissions import Task
from domain.registers import TrustRegister, trust_register_id
from domain.sealed import Secret
from ledger.entry import decode_body
from ledger.reading import read_streams
from services import clock, people
from services.access_search import cases_naming, require_impartial
from services.command_refusals import NotAllowed
from services.commands import Command, Described, Refusal, Services, decided
from services.running_once import answered, run_once
from services.scope import Caller
from services.store import TrustLedger

__all__ = [
    "AccessCommand",
    "AccessRecorded",
    "Asking",
    "ExtendAccessRequest",
    "GiveAfterAll",
    "KeepBack",
    "OnAccessRequest",
    "ReceiveAccessRequest",
    "RefuseAccessRequest",
    "ResumeAccessClock",
    "StopAccessClock",
    "WithdrawAccessRequest",
    "cases_for",
    "request_of",
    "run_on_access_request",
]

_DAY = timedelta(days=1)
_HELD_BECAUSE = "Somebody asked for what is held about them."
_LIFTED_BECAUSE = "The request is over."


@dataclass(frozen=True, slots=True)
class AccessRecorded:
    """A command that was carried out: the request as it is now, and where its last event stands."""

    request: AccessRequest
    position: int | None
    replayed: bool


@dataclass(frozen=True, slots=True)
class Asking:
    """Who gives a command, on which ledger, on which day."""

    services: Services
    caller: Caller
    today: date

    @property
    def ledger(self) -> TrustLedger:
        """The ledger of the trust."""
        return self.services.ledger


@dataclass(frozen=True, kw_only=True)
class AccessCommand(Command, ABC):
    """A command on a request for access."""

    @abstractmethod
    def decided(self, asking: Asking) -> Sequence[Recordable]:
        """The request, changed, and what changes with it. Raises Refused."""


@dataclass(frozen=True, kw_only=True)
class ReceiveAccessRequest(AccessCommand):
    """Receive a request for what is held about a person."""

    person: Annotated[UUID, Described("The person, by the id of the people registry.")]
    received_on: Annotated[date, Described("The day on which it came, whoever took it in.")]
    channel: Annotated[str, Described("How it came: a code of the list access_request_channels.")]
    requester: Annotated[str, Described("Who asks: a code of the list access_requesters.")] = "PERSON"
    data_from: Annotated[date | None, Described("The first day of the data that is asked for.")] = None
    data_to: Annotated[date | None, Described("The last day of it.")] = None
    asked: Annotated[str | None, Described("What was asked, in the person's words; stored sealed.")] = None

    def decided(self, asking: Asking) -> Sequence[Recordable]:
        """A new request, and the hold."""
        ledger, caller = asking.ledger, asking.caller
        if self.person == caller.person_id:
            raise OwnAccessRequest("person")
        if not people.was_registered(ledger.trust, self.person):
            raise people.UnknownPerson("person")
        request = AccessRequest.receive(
            id=access_request_id(caller.trust_id, self.command_id),
            person=self.person,
            received_on=self.received_on,
            received_by=caller.person_id,
            channel=self.channel,
            requester=self.requester,
            hold=uuid5(self.command_id, "hold_id"),
            today=asking.today,
            data_from=self.data_from,
            data_to=self.data_to,
            asked=None if self.asked is None else Secret(self.asked, self.person),
        )
        register = _register(ledger)
        register.place_hold(
            hold_id=request.hold,
            authority="ACCESS_REQUEST",
            review_on=max(request.due.due_on or asking.today, asking.today + _DAY),
            reason=Secret(_HELD_BECAUSE),
            today=asking.today,
            persons=(self.person,),
        )
        return request, register


@dataclass(frozen=True, kw_only=True)
class OnAccessRequest(AccessCommand):
    """A command on a request that was received."""

    request_id: Annotated[UUID, Described("The request, by its id.")]

    def decided(self, asking: Asking) -> Sequence[Recordable]:
        """The request, changed; where that ends it, its hold is lifted."""
        request = request_of(asking.ledger, asking.caller, self.request_id)
        self.decide(request, asking)
        if request.is_open:
            return (request,)
        register = _register(asking.ledger)
        hold = register.holds.get(request.hold)
        if hold is None or hold.is_lifted:
            return (request,)
        register.lift_hold(hold_id=request.hold, reason=Secret(_LIFTED_BECAUSE))
        return request, register

    @abstractmethod
    def decide(self, request: AccessRequest, asking: Asking) -> None:
        """Change the request, or raise Refused."""


@dataclass(frozen=True, kw_only=True)
class StopAccessClock(OnAccessRequest):
    """Stop the clock: the person was asked who they are, or what they mean."""

    cause: Annotated[str, Described("Why: a code of the list access_clock_stops.")]
    stopped_on: Annotated[date, Described("The day on which the person was asked.")]
    asked: Annotated[str | None, Described("What they were asked; stored sealed.")] = None

    def decide(self, request: AccessRequest, asking: Asking) -> None:
        """Stop it."""
        request.stop_clock(cause=self.cause, stopped_on=self.stopped_on, today=asking.today, asked=decided(self.asked))


@dataclass(frozen=True, kw_only=True)
class ResumeAccessClock(OnAccessRequest):
    """Let the clock run on: the person answered."""

    resumed_on: Annotated[date, Described("The day on which they answered.")]

    def decide(self, request: AccessRequest, asking: Asking) -> None:
        """Let it run."""
        request.resume_clock(resumed_on=self.resumed_on, today=asking.today)


@dataclass(frozen=True, kw_only=True)
class ExtendAccessRequest(OnAccessRequest):
    """Extend the time, within the first month."""

    needs_reason: ClassVar[bool] = True

    months: Annotated[int, Described("By how many months: 1 or 2.")]
    extended_on: Annotated[date, Described("The day on which that was decided.")]
    told_on: Annotated[date, Described("The day on which the person was told.")]

    def decide(self, request: AccessRequest, asking: Asking) -> None:
        """Extend it."""
        request.extend(
            months=self.months,
            extended_on=self.extended_on,
            told_on=self.told_on,
            reason=Secret(self.reason or ""),
            today=asking.today,
        )


@dataclass(frozen=True, kw_only=True)
class _OnPassage(OnAccessRequest):
    """A command on a passage of what is found: a record, an event of it, a text of that, or a file."""

    case_id: Annotated[UUID, Described("The case, by its id.")]
    version: Annotated[int | None, Described("The event, by the version of the case.")] = None
    part: Annotated[str | None, Described("The text, by the name of its part.")] = None
    file_id: Annotated[UUID | None, Described("The file, by its id.")] = None

    @property
    def passage(self) -> Passage:
        """The passage."""
        return Passage(self.case_id, self.version, self.part, self.file_id)


@dataclass(frozen=True, kw_only=True)
class KeepBack(_OnPassage):
    """Keep a passage back from the answer."""

    exemption: Annotated[str, Described("By which exemption: a code of the list access_exemptions.")]
    notes: Annotated[str | None, Described("Why, in words; stored sealed.")] = None
    instead: Annotated[str | None, Described("What is given in place of a text; stored sealed.")] = None

    def decide(self, request: AccessRequest, asking: Asking) -> None:
        """Keep it back."""
        cases = cases_for(asking, request)
        if self.case_id not in cases:
            raise UnknownPassage("case_id")
        _require_passage(asking.ledger, self.passage)
        request.keep_back(
            passage=self.passage,
            exemption=self.exemption,
            notes=decided(self.notes),
            instead=None if self.instead is None else Secret(self.instead, request.person),
        )


@dataclass(frozen=True, kw_only=True)
class GiveAfterAll(_OnPassage):
    """Give a passage that was to be kept back."""

    def decide(self, request: AccessRequest, asking: Asking) -> None:
        """Give it."""
        cases_for(asking, request)
        request.give_after_all(passage=self.passage)


@dataclass(frozen=True, kw_only=True)
class RefuseAccessRequest(OnAccessRequest):
    """Record that the request is refused and the person was told why."""

    needs_reason: ClassVar[bool] = True

    ground: Annotated[str, Described("On which ground: a code of the list access_refusal_grounds.")]
    refused_on: Annotated[date, Described("The day on which they were told.")]

    def decide(self, request: AccessRequest, asking: Asking) -> None:
        """Refuse it; for those who have no part in what it is about."""
        cases_for(asking, request)
        request.refuse(
            ground=self.ground,
            refused_on=self.refused_on,
            reason=Secret(self.reason or ""),
            by=asking.caller.person_id,
            today=asking.today,
        )


@dataclass(frozen=True, kw_only=True)
class WithdrawAccessRequest(OnAccessRequest):
    """Record that the person no longer asks."""

    withdrawn_on: Annotated[date, Described("The day on which they said so.")]

    def decide(self, request: AccessRequest, asking: Asking) -> None:
        """Withdraw it; it ends the hold, so for those who have no part in what it is about."""
        cases_for(asking, request)
        request.withdraw(withdrawn_on=self.withdrawn_on, today=asking.today)


def run_on_access_request(services: Services, caller: Caller, command: AccessCommand) -> AccessRecorded | Refusal:
    """Carry out a command on a request; the same command id with the same input gives the first answer again."""
    asking = Asking(services, caller, clock.london_date(services.now()))

    def carry_out() -> AccessRecorded:
        recorded = run_once(services, caller, command, Task.ANSWER_ACCESS_REQUESTS, lambda: command.decided(asking))
        return AccessRecorded(recorded.stream, recorded.position, recorded.replayed)

    return answered(carry_out)


def request_of(ledger: TrustLedger, caller: Caller, request_id: UUID) -> AccessRequest:
    """A request that somebody may deal with. Raises NotAllowed; UnknownAccessRequest also for one's own."""
    if not caller.decide(Task.ANSWER_ACCESS_REQUESTS).allowed:
        raise NotAllowed
    found = ledger.load(request_id)
    if not isinstance(found, AccessRequest) or found.person == caller.person_id:
        raise UnknownAccessRequest("request_id")
    return found


def cases_for(asking: Asking, request: AccessRequest) -> Mapping[UUID, Case]:
    """The cases in which the person of a request occurs, for somebody who has no part in any of them.

    Raises AnotherPersonNeeded and StrongerSignInNeeded.
    """
    cases = cases_naming(asking.ledger, request.person, asking.ledger.head()[0])
    require_impartial(asking.ledger, asking.caller, cases.values())
    return cases


def _register(ledger: TrustLedger) -> TrustRegister:
    register = ledger.load(trust_register_id(ledger.trust_id))
    assert isinstance(register, TrustRegister)
    return register


def _require_passage(ledger: TrustLedger, passage: Passage) -> None:
    """Refuse a passage that the case does not have. Raises UnknownPassage naming the field."""
    case = ledger.load(passage.case)
    assert isinstance(case, Case)
    if passage.file is not None and passage.file not in case.files:
        raise UnknownPassage("file_id")
    if passage.of_version is None:
        return
    if not 1 <= passage.of_version <= case.version:
        raise UnknownPassage("version")
    if passage.part is not None:
        with ledger.trust.connection() as connection:
            rows = read_streams(connection, ledger.trust_id, [passage.case])
        sealed = decode_body(rows[passage.of_version - 1].body).sealed
        if passage.part not in {entry.part for entry in sealed}:
            raise UnknownPassage("part")
