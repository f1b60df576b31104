"""Commands on erasures: one person asks, saying by which authority, and another approves or rejects it.

Whoever a case is about may not know of it, so an erasure that covers such a case is not there for them: they can
neither ask for one, nor see it, nor decide on it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid5

from domain.aggregate import Recordable
from domain.case import Case
from domain.case_erasure import NoSuchText
from domain.erasure import Erasure, ErasureOf, ErasureOnHold, ErasureScope, KeptLonger, Redaction
from domain.permissions import Task
from domain.registers import school_register_id
from domain.retention import RetentionState
from domain.sealed import Secret
from ledger.key_store import KeyOwner
from services import clock
from services.command_refusals import (
    NotAllowed,
    NotFound,
    SchoolNotFound,
)
from services.commands import Command, Deciding, Described, Refusal, Services
from services.erasure_coverage import Coverage, cases_of, coverage_of
from services.erasures import erasure_to_see
from services.people import UnknownPerson, is_known
from services.retention import keeping_of
from services.running_once import answered, run_once
from services.scope import Caller
from services.sight import is_about, sees
from services.store import TrustLedger

__all__ = [
    "ApproveErasure",
    "ErasureRecorded",
    "RedactedText",
    "RejectErasure",
    "RequestErasure",
    "run_on_erasure",
]

_CASES_AT_ONCE = 500
# The authority by which only that is erased which the retention table and a review let go.
RETENTION_OVER = "RETENTION_OVER"


@dataclass(frozen=True, slots=True)
class RedactedText:
    """What is to stand in place of a text that speaks of others too: of a part of a version of a case."""

    case_id: UUID
    of_version: int
    part: str
    text: str


@dataclass(frozen=True, slots=True)
class ErasureRecorded:
    """A command on an erasure that was carried out: the erasure as it stands then."""

    erasure: Erasure
    position: int | None
    replayed: bool


@dataclass(frozen=True, kw_only=True)
class ErasureCommand(Command, ABC):
    """A command on an erasure; `task` is what its caller must be allowed."""

    task: ClassVar[Task]

    @abstractmethod
    def decide(self, context: Deciding) -> Sequence[Recordable]:
        """The erasure first, then the cases that change with it. Raises Refused."""


@dataclass(frozen=True, kw_only=True)
class RequestErasure(ErasureCommand):
    """Ask for an erasure: of what, by which authority, and what is to stand in place of texts that speak of others."""

    task: ClassVar[Task] = Task.REQUEST_ERASURE
    needs_reason: ClassVar[bool] = True

    scope: Annotated[str, Described("What it covers: a code of the list erasure_scopes.")]
    authority: Annotated[str, Described("By which authority: a code of the list erasure_authorities.")]
    case_id: Annotated[UUID | None, Described("The case, for one or for a text of one.")] = None
    of_version: Annotated[int | None, Described("The version of the case that brought the text.")] = None
    part: Annotated[str | None, Described("The name of the text, as the history shows it.")] = None
    person: Annotated[UUID | None, Described("The person.")] = None
    school_urn: Annotated[str | None, Described("The school, by URN.")] = None
    redactions: Annotated[
        tuple[RedactedText, ...], Described("Texts that go besides, each with what stands in its place from then on.")
    ] = ()

    def new_id(self, trust_id: UUID) -> UUID:
        """Derived from the command: a retry cannot ask twice."""
        return uuid5(trust_id, f"erasure/{self.command_id}")

    def decide(self, context: Deciding) -> Sequence[Recordable]:
        """Ask, and keep the redacted texts in their cases."""
        ledger, caller = context.services.ledger, context.caller
        what = ErasureOf(self.scope, self.case_id, self.of_version, self.part, self.person, self.school_urn)
        what.require_whole()
        self._require_there(ledger, caller, what)
        erasure_id = self.new_id(caller.trust_id)
        redactions = tuple(Redaction(one.case_id, one.of_version, one.part) for one in self.redactions)
        coverage = coverage_of(ledger, erasure_id, what, redactions)
        _require_may_go(context, coverage, what, self.authority)
        erasure = Erasure.request(
            id=erasure_id,
            what=what,
            authority=self.authority,
            requested_on=context.today,
            requested_by=caller.person_id,
            extent=coverage.extent,
            redactions=redactions,
        )
        return (erasure, *self._prepared(ledger, caller, erasure_id, coverage))

    def _require_there(self, ledger: TrustLedger, caller: Caller, what: ErasureOf) -> None:
        match ErasureScope(what.scope):
            case ErasureScope.CASE | ErasureScope.PART:
                assert what.case_id is not None
                case = ledger.load(what.case_id)
                if not isinstance(case, Case) or is_about(ledger, caller.person_id, case):
                    raise NotFound("case_id")
                if what.part is not None:
                    _owner_of(ledger, Redaction(what.case_id, what.of_version or 0, what.part))
            case ErasureScope.PERSON:
                assert what.person is not None
                known = is_known(ledger.trust, what.person)
                if not known and not ledger.keys.keys_of_person(ledger.trust_id, what.person):
                    raise UnknownPerson("person")
            case ErasureScope.SCHOOL:
                assert what.school_urn is not None
                if ledger.load(school_register_id(ledger.trust_id, what.school_urn)) is None:
                    raise SchoolNotFound("school_urn")
            case ErasureScope.TRUST:
                pass

    def _prepared(
        self, ledger: TrustLedger, caller: Caller, erasure_id: UUID, coverage: Coverage
    ) -> Sequence[Recordable]:
        """The cases with the redacted texts, which are sealed for whom the former ones were, unless that key goes."""
        going = set(coverage.keys.values())
        changed: dict[UUID, Case] = {}
        for one in self.redactions:
            case: Any = changed.get(one.case_id) or ledger.load(one.case_id)
            if not sees(ledger, caller.visibility, case) or case.kind not in caller.visibility.opens:
                raise NotFound("case_id")
            owner = _owner_of(ledger, Redaction(one.case_id, one.of_version, one.part))
            about = None if owner in going else owner.person_id
            case.prepare_redaction(
                erasure_id=erasure_id, of_version=one.of_version, part=one.part, text=Secret(one.text, about)
            )
            changed[one.case_id] = case
        return tuple(changed.values())


@dataclass(frozen=True, kw_only=True)
class _DecideErasure(ErasureCommand):
    """A decision on an erasure that was asked for."""

    task: ClassVar[Task] = Task.DECIDE_ERASURE

    erasure_id: Annotated[UUID, Described("The erasure.")]


@dataclass(frozen=True, kw_only=True)
class ApproveErasure(_DecideErasure):
    """Approve an erasure that another person asked for: from then on it is carried out, and cannot be called back."""

    def decide(self, context: Deciding) -> Sequence[Recordable]:
        """Approve it, unless something that it covers has been held since."""
        ledger = context.services.ledger
        erasure = erasure_to_see(ledger, context.caller.person_id, self.erasure_id)
        erasure.approve(by=context.caller.person_id, on=context.today, today=context.today)
        coverage = coverage_of(ledger, erasure.id, erasure.what, erasure.redactions)
        _require_may_go(context, coverage, erasure.what, erasure.authority)
        return (erasure,)


@dataclass(frozen=True, kw_only=True)
class RejectErasure(_DecideErasure):
    """Say that nothing is erased, and why; whoever asked may withdraw so."""

    needs_reason: ClassVar[bool] = True

    def decide(self, context: Deciding) -> Sequence[Recordable]:
        """Reject it."""
        erasure = erasure_to_see(context.services.ledger, context.caller.person_id, self.erasure_id)
        erasure.reject(by=context.caller.person_id, on=context.today, today=context.today)
        return (erasure,)


def run_on_erasure(services: Services, caller: Caller, command: ErasureCommand) -> ErasureRecorded | Refusal:
    """Carry out a command on an erasure; the same command id with the same input gives the first answer again."""

    def decide() -> Sequence[Recordable]:
        return command.decide(Deciding(services, caller, clock.london_date(services.now())))

    def carry_out() -> ErasureRecorded:
        recorded = run_once(services, caller, command, command.task, decide)
        return ErasureRecorded(recorded.stream, recorded.position, recorded.replayed)

    return answered(carry_out)


def _leaves_cases(what: ErasureOf) -> bool:
    return ErasureScope(what.scope) in (ErasureScope.PART, ErasureScope.PERSON)


def _require_may_go(context: Deciding, coverage: Coverage, what: ErasureOf, authority: str) -> None:
    """Refuse what stands in the way in any case. Raises NotAllowed, ErasureOnHold or KeptLonger."""
    ledger = context.services.ledger
    covered = set(coverage.cases)
    for begin in range(0, len(coverage.cases), _CASES_AT_ONCE):
        cases = list(cases_of(ledger, coverage.cases[begin : begin + _CASES_AT_ONCE]))
        if any(is_about(ledger, context.caller.person_id, case) for case in cases):
            raise NotAllowed
        kept = keeping_of(ledger, cases, context.today)
        if any(one.on_own_hold or one.trust_holds for one in kept):
            raise ErasureOnHold
        # An open case holds those that it is linked with, unless they stay but for some words or go together.
        if not _leaves_cases(what) and any(not covered.issuperset(one.open_links) for one in kept):
            raise ErasureOnHold
        if authority == RETENTION_OVER and any(one.state is not RetentionState.DISPOSAL_DECIDED for one in kept):
            raise KeptLonger("authority")


def _owner_of(ledger: TrustLedger, text: Redaction) -> KeyOwner:
    """Whose key seals a text. Raises NoSuchText where there is none, or no longer."""
    with ledger.trust.connection() as connection:
        row = connection.execute(
            "SELECT key_id FROM sealed_part WHERE trust_id = %s AND stream_id = %s AND version = %s AND part = %s"
            " AND blob IS NOT NULL",
            (ledger.trust_id, text.case_id, text.of_version, text.part),
        ).fetchone()
    owners: Mapping[UUID, KeyOwner] = {
        key_id: owner for owner, key_id in ledger.keys.keys_of_case(ledger.trust_id, text.case_id).items()
    }
    if row is None or row[0] not in owners:
        raise NoSuchText("part")
    return owners[row[0]]
