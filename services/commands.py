"""Carrying out a command: who may, decided on the case as it stands, recorded once, answered the same when repeated."""

from __future__ import annotations

import hmac
import random
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid5

from eventsourcing.persistence import IntegrityError, OperationalError

from domain.access import Visibility, resource_of
from domain.aggregate import Recordable
from domain.calendars import CalendarSet
from domain.case import Case
from domain.case_parts import EXAMINER
from domain.permissions import ROUTE_TO_CHILD_PROTECTION, CaseReading, Decision, Why, decide
from domain.policy import PolicyPack, parse_pack
from domain.refusals import DeciderIsSubject, RefusalCode, Refused
from domain.registers import NotAMember, SchoolRegister, school_register_id
from domain.role_commands import GRANT_EXAMINATION
from domain.routing import CHILD_PROTECTION, RoutedElsewhere
from domain.sealed import Secret
from domain.stored import plain
from domain.values import PolicyRef
from ledger.canonical import encode
from ledger.key_store import KeyDestroyedError, KeyStore
from ledger.keys import KeysUnavailableError
from services import clock
from services.command_refusals import (
    CommandIdReused,
    Contended,
    KeysUnavailable,
    NoInstant,
    NotAllowed,
    NotFound,
    NotInScope,
    ReasonMissing,
    SchoolNotFound,
    TextErased,
    TextTooLong,
    UnstorableText,
    VersionConflict,
)
from services.conflicts import route_conflicts, standing
from services.scope import Caller
from services.store import CommandContext, TrustLedger, Work

# Without an expected version a command that lost a race is decided again this often.
_ATTEMPTS = 3
# Longer texts belong in evidence, not in a field.
TEXT_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Described:
    """What a field of a command is for; the API shows it."""

    text: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A command that was carried out: the case as recorded, and where its events stand (None: nothing changed)."""

    case: Any
    first_position: int | None
    last_position: int | None
    replayed: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command that was not carried out, and why; nothing was recorded."""

    code: RefusalCode
    message: str
    clause: str | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Services:
    """What carrying out commands needs, bound to one trust."""

    ledger: TrustLedger
    now: Callable[[], datetime] = clock.now

    @property
    def keys(self) -> KeyStore:
        """The key store of the ledger."""
        return self.ledger.keys


@dataclass(slots=True)
class Deciding:
    """What a decision may ask for beside its own case."""

    services: Services
    caller: Caller
    today: date
    _references: dict[str, str] = field(default_factory=dict)

    def reference(self, kind: str) -> str:
        """A new reference of a kind, such as CMP; the same however often the command is decided."""
        if kind not in self._references:
            [self._references[kind]] = self.services.ledger.next_references(kind, self.today.year)
        return self._references[kind]

    def other(self, case_id: UUID, field: str) -> Any:
        """Another case that the caller sees; raises NotFound naming the field."""
        case = self.services.ledger.load(case_id)
        if not sees(self.caller.visibility, case):
            raise NotFound(field)
        return case

    def school(self, urn: str, field: str, on: date | None = None) -> SchoolRegister:
        """The register of a school in the caller's sight, a member of the trust on a day (today if none is given)."""
        visible = self.caller.visibility.schools
        register = self.services.ledger.load(school_register_id(self.caller.trust_id, urn))
        if register is None or (visible is not None and urn not in visible):
            raise SchoolNotFound(field)
        if not register.is_member(on or self.today):
            raise NotAMember(field)
        return register  # type: ignore[no-any-return]  # the stream of a school register holds nothing else

    def origins(self, case_id: UUID) -> frozenset[UUID]:
        """A case and every case it arose from, directly or through others."""
        found: set[UUID] = set()
        waiting = {case_id}
        while waiting:
            found |= waiting
            cases = self.services.ledger.load_many(list(waiting)).values()
            waiting = {origin for case in cases for origin in case.arose_from} - found
        return frozenset(found)

    def calendars_of(self, case: Any) -> Sequence[CalendarSet]:
        """The calendars that the case's school has set, in order."""
        register = self.services.ledger.load(school_register_id(self.caller.trust_id, case.school_urn))
        return register.calendars_set if isinstance(register, SchoolRegister) else ()

    def pack_of(self, case: Any) -> PolicyPack | None:
        """The pack that a case is pinned to, wherever the case is now."""
        ref: PolicyRef | None = case.policy
        if ref is None:
            return None
        # A case that was recorded at the wrong school keeps the pack of the school where it was opened.
        for urn in dict.fromkeys((case.school_urn, case.opened_at)):
            register = self.services.ledger.load(school_register_id(self.caller.trust_id, urn))
            if isinstance(register, SchoolRegister):
                for adoption in register.adoptions:
                    if adoption.policy == ref:
                        return parse_pack(adoption.content)
        return None


@dataclass(frozen=True, kw_only=True)
class Command(ABC):
    """What every command carries. Its own fields follow in the class; `needs_reason` steps refuse without one."""

    command_id: Annotated[UUID, Described("The caller's own id for this command; the same id is carried out once.")]
    reason: Annotated[str | None, Described("Why, in words; stored sealed beside each event.")] = None

    needs_reason: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """The command's name, such as CloseIncident."""
        return type(self).__name__


@dataclass(frozen=True, kw_only=True)
class OpeningCommand(Command):
    """A command that opens a case; the case's id derives from the command's."""

    reference_kind: ClassVar[str]

    @abstractmethod
    def check(self, context: Deciding) -> None:
        """Refuse before a reference is taken; raises Refused."""

    @abstractmethod
    def open(self, case_id: UUID, reference: str, context: Deciding) -> Sequence[Recordable]:
        """The new case first, then other cases that change with it."""


@dataclass(frozen=True, kw_only=True)
class CaseCommand(Command):
    """A command on an existing case; `case_kind` None means of any kind."""

    case_id: Annotated[UUID, Described("The case, by its id.")]
    expected_version: Annotated[
        int | None, Described("The version the caller decided on; if the case has changed since, nothing is recorded.")
    ] = None

    case_kind: ClassVar[str | None] = None

    @abstractmethod
    def decide(self, case: Any, context: Deciding) -> Sequence[Recordable] | None:
        """Change the case, or raise Refused; returns other cases that change with it."""


@dataclass(frozen=True, kw_only=True)
class UnseenCaseCommand(Command):
    """A command on a case that the caller need not see: it says itself who may give it, on which case."""

    @abstractmethod
    def find(self, context: Deciding) -> Case:
        """The case. Raises NotAllowed, and NotFound for what is not there for this caller by this road either."""

    @abstractmethod
    def decide(self, case: Any, context: Deciding) -> None:
        """Change the case, or raise Refused."""


def sees(visibility: Visibility, case: Any) -> bool:
    """Whether there is a case here for a reader at all; a register is none."""
    return isinstance(case, Case) and decide(visibility.role, CaseReading.SEE, resource_of(visibility, case)).allowed


def new_case_id(trust_id: UUID, command_id: UUID) -> UUID:
    """The id of the case a command opens: a retry cannot open two."""
    return uuid5(trust_id, f"case/{command_id}")


def run(services: Services, caller: Caller, command: Command) -> Recorded | Refusal:
    """Carry out a command for a caller.

    The same command id with the same input gives the first answer with `replayed`; a refusal records nothing.
    """
    try:
        mac = input_mac(services, caller, command)
        return _run(services, caller, command, mac)
    except Refused as refused:
        return refusal_of(refused)
    except KeyDestroyedError:
        return refusal_of(TextErased())
    except KeysUnavailableError:
        return refusal_of(KeysUnavailable())


def refusal_of(refused: Refused) -> Refusal:
    """What was raised, as the answer to a command."""
    return Refusal(refused.code, refused.message, refused.clause, tuple(refused.fields))


def _run(services: Services, caller: Caller, command: Command, mac: bytes) -> Recorded | Refusal:
    replayed = _replay(services, caller, command, mac)
    if replayed is not None:
        return replayed
    require_reason(command)
    context = Deciding(services, caller, clock.london_date(services.now()))
    reference: list[str] = []
    for attempt in range(_ATTEMPTS):
        try:
            changed = changed_by(services, caller, command, context, reference)
        except Refused:
            # The same command, given twice at once, may have been carried out between the look-up and the decision.
            replayed = _replay(services, caller, command, mac)
            if replayed is not None:
                return replayed
            raise
        work = Work(
            CommandContext(
                command_id=command.command_id,
                actor=caller.person_id,
                actor_role=caller.role.value,
                input_mac=mac,
                on_behalf_of=caller.on_behalf_of,
                reason=command.reason,
            ),
            changed,
        )
        try:
            appended = services.ledger.append([work])
        except (IntegrityError, OperationalError) as error:
            # Whatever key was hit: if the command is recorded, it is recorded.
            replayed = _replay(services, caller, command, mac)
            if replayed is not None:
                return replayed
            if isinstance(error, OperationalError):
                raise
            if isinstance(command, CaseCommand) and command.expected_version is not None:
                raise VersionConflict("expected_version") from None
            time.sleep(random.uniform(0.001, 0.01) * 2**attempt)  # noqa: S311 - jitter, not a secret
            continue
        if not appended:
            return _replay(services, caller, command, mac) or Recorded(changed[0], None, None, replayed=False)
        first, last = appended[0].first_position, appended[0].last_position
        return Recorded(_case_at(services, changed[0].id, last), first, last, replayed=False)
    raise Contended


def require_reason(command: Command) -> None:
    """Refuse a command that has to say why and does not; raises ReasonMissing."""
    if command.needs_reason and not (command.reason or "").strip():
        raise ReasonMissing("reason")


def changed_by(
    services: Services, caller: Caller, command: Command, context: Deciding, reference: list[str]
) -> tuple[Recordable, ...]:
    """The aggregates the command changes, its own case first; an opening takes its reference once, into `reference`."""
    if isinstance(command, OpeningCommand):
        require_allowed(caller.decide(command.name))
        command.check(context)
        if not reference:
            reference += services.ledger.next_references(command.reference_kind, context.today.year)
        opened = tuple(command.open(new_case_id(caller.trust_id, command.command_id), reference[0], context))
        route_conflicts(services.ledger, opened, {}, context.today)
        return opened
    if isinstance(command, UnseenCaseCommand):
        found = command.find(context)
        command.decide(found, context)
        return (found,)
    assert isinstance(command, CaseCommand)
    case: Any = services.ledger.load(command.case_id)
    if not isinstance(case, Case) or command.case_kind not in (None, case.kind):
        raise NotFound("case_id")
    require_allowed(caller.decide(action_of(command), resource_of(caller.visibility, case)))
    if command.expected_version is not None and command.expected_version != case.version:
        raise VersionConflict("expected_version")
    before = {case.id: standing(case)}
    changed = (case, *(command.decide(case, context) or ()))
    route_conflicts(services.ledger, changed, before, context.today)
    return changed


# What is out of sight is not there, for whatever reason it is out of sight.
_REFUSED: Mapping[Why, Callable[[], Refused]] = {
    Why.OUT_OF_SIGHT: lambda: NotFound("case_id"),
    Why.SUBJECT_OF_CASE: lambda: NotFound("case_id"),
    Why.NOT_OF_ROLE: NotAllowed,
    Why.ROUTED_ELSEWHERE: RoutedElsewhere,
    Why.TARGET_DECIDES_NOTHING: DeciderIsSubject,
    Why.NOT_IN_SCOPE: NotInScope,
}


def require_allowed(decision: Decision) -> None:
    """Refuse what was not allowed; raises NotFound, NotAllowed, RoutedElsewhere or DeciderIsSubject."""
    if not decision.allowed:
        raise _REFUSED[decision.why]()


def action_of(command: Command) -> str:
    """The action that a command is, by which it is decided who may give it."""
    is_protecting = getattr(command, "route", None) == CHILD_PROTECTION
    if command.name == "GrantAccess" and getattr(command, "role", None) == EXAMINER:
        return GRANT_EXAMINATION
    return ROUTE_TO_CHILD_PROTECTION if is_protecting else command.name


def _case_at(services: Services, case_id: UUID, position: int) -> Any:
    """The case as recorded at a position: the answer to a command does not change with what comes after it."""
    return services.ledger.load_many([case_id], up_to=position)[case_id]


def _replay(services: Services, caller: Caller, command: Command, mac: bytes) -> Recorded | None:
    receipt = services.ledger.receipt(command.command_id)
    if receipt is None:
        return None
    if receipt.actor_id != caller.person_id or not hmac.compare_digest(receipt.input_mac, mac):
        raise CommandIdReused("command_id")
    now = services.ledger.load(receipt.case_id)
    # Who opened a case hears the answer again also in a role that reads no cases, such as an integration's; but nobody
    # whom the case has been about since.
    is_opener = isinstance(command, OpeningCommand | UnseenCaseCommand)
    is_opener = is_opener and caller.person_id not in getattr(now, "barred", ())
    if not is_opener and not sees(caller.visibility, now):
        raise NotFound("case_id")
    case = _case_at(services, receipt.case_id, receipt.last_position)
    return Recorded(case, receipt.first_position, receipt.last_position, replayed=True)


def input_mac(services: Services, caller: Caller, command: Command) -> bytes:
    """A keyed hash of what was asked: equal inputs are recognised, and none can be guessed from the hash."""
    for name, value in vars(command).items():
        if isinstance(value, datetime) and (value.tzinfo is None or not MINYEAR < value.year < MAXYEAR):
            raise NoInstant(name)
    content = {name: value for name, value in plain(command).items() if name != "command_id"}
    for given, text in _texts(content, ""):
        if "\x00" in text or any(0xD800 <= ord(character) <= 0xDFFF for character in text):
            raise UnstorableText(given)
        if len(text) > TEXT_LIMIT:
            raise TextTooLong(given)
    message = encode({"command": command.name, "input": content, "for": str(caller.on_behalf_of or "")})
    return services.keys.mac(caller.trust_id, "command", message)


def _texts(value: Any, field: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield from _texts(member, field or str(name))
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member, field)


def decided(text: str | None) -> Secret | None:
    """A text on its way to be sealed under the key of the case."""
    return None if text is None else Secret(text)
