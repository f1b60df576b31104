"""Commands: what each carries and has to say, what its decision may ask for, and how it is answered.

`services.running_commands` carries them out.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid5

from domain.aggregate import Recordable
from domain.calendars import CalendarSet
from domain.case import Case
from domain.policy import PolicyPack
from domain.refusals import RefusalCode, Refused
from domain.registers import NotAMember, SchoolRegister, school_register_id
from domain.sealed import Secret
from ledger.key_store import KeyStore
from services import clock
from services.command_refusals import NotFound, SchoolNotFound
from services.pinned import calendars_of, pack_of
from services.scope import Caller
from services.sight import is_about, sees
from services.store import TrustLedger

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
        if not sees(self.services.ledger, self.caller.visibility, case):
            raise NotFound(field)
        return case

    def hides(self, case_id: UUID) -> bool:
        """Whether the caller may not know of a case by any road, or there is none."""
        case = self.services.ledger.load(case_id)
        return isinstance(case, Case) and is_about(self.services.ledger, self.caller.person_id, case)

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
        return calendars_of(self.services.ledger, case)

    def pack_of(self, case: Any) -> PolicyPack | None:
        """The pack that a case is pinned to, wherever the case is now."""
        return pack_of(self.services.ledger, case)


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


def new_case_id(trust_id: UUID, command_id: UUID) -> UUID:
    """The id of the case a command opens: a retry cannot open two."""
    return uuid5(trust_id, f"case/{command_id}")


def refusal_of(refused: Refused) -> Refusal:
    """What was raised, as the answer to a command."""
    return Refusal(refused.code, refused.message, refused.clause, tuple(refused.fields))


def decided(text: str | None) -> Secret | None:
    """A text on its way to be sealed under the key of the case."""
    return None if text is None else Secret(text)
