"""Carrying out a command: who may, decided on the case as it stands, recorded once, answered the same when repeated."""

from __future__ import annotations

import hmac
import random
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Any
from uuid import UUID

from eventsourcing.persistence import IntegrityError, OperationalError

from domain.aggregate import Recordable
from domain.case import Case
from domain.case_parts import EXAMINER
from domain.naming import with_underscores
from domain.permissions import ROUTE_TO_CHILD_PROTECTION, Decision, Why
from domain.refusals import DeciderIsSubject, Refused
from domain.role_commands import GRANT_EXAMINATION
from domain.routing import CHILD_PROTECTION, RoutedElsewhere
from domain.stored import plain
from domain.veil import blocked_by, cases_named
from ledger.canonical import encode
from ledger.key_store import KeyDestroyedError
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
    TextErased,
    TextTooLong,
    UnstorableText,
    VersionConflict,
)
from services.commands import (
    TEXT_LIMIT,
    CaseCommand,
    Command,
    Deciding,
    OpeningCommand,
    Recorded,
    Refusal,
    Services,
    UnseenCaseCommand,
    new_case_id,
    refusal_of,
)
from services.conflicts import route_conflicts, standing
from services.scope import Caller
from services.sight import hidden_from, is_about, sees, standing_to
from services.store import CommandContext, Work

# Without an expected version a command that lost a race is decided again this often.
_ATTEMPTS = 3


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
        work = Work(context_of(caller, command, mac), changed)
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


def context_of(caller: Caller, command: Command, mac: bytes) -> CommandContext:
    """Who gives a command, as what they record will say; `mac` is that of its input."""
    return CommandContext(
        command_id=command.command_id,
        actor=caller.person_id,
        actor_role=caller.role.value,
        input_mac=mac,
        on_behalf_of=caller.on_behalf_of,
        reason=command.reason,
    )


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
    require_allowed(caller.decide(action_of(command), standing_to(services.ledger, caller.visibility, case)))
    _require_unhidden(services, caller, command, case)
    if command.expected_version is not None and command.expected_version != case.version:
        raise VersionConflict("expected_version")
    before = {case.id: standing(case)}
    changed = (case, *(command.decide(case, context) or ()))
    route_conflicts(services.ledger, changed, before, context.today)
    return changed


def _require_unhidden(services: Services, caller: Caller, command: CaseCommand, case: Case) -> None:
    """Refuse what only cases stand in the way of that the caller may not know of; raises NotAllowed, with no reason."""
    hidden = hidden_from(services.ledger, caller.person_id, cases_named(case))
    if hidden and with_underscores(command.name).upper() in blocked_by(case, hidden):
        raise NotAllowed


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
    now: Any = services.ledger.load(receipt.case_id)
    # Who opened a case hears the answer again also in a role that reads no cases, such as an integration's; but nobody
    # whom the case has been about since.
    is_opener = isinstance(command, OpeningCommand | UnseenCaseCommand)
    is_opener = is_opener and not is_about(services.ledger, caller.person_id, now)
    if not is_opener and not sees(services.ledger, caller.visibility, now):
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
