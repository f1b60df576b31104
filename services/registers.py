"""The commands on the registers: the trust, its schools' membership, calendars, policy packs and appointments.

Each is safe to repeat: a register records nothing when nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

from eventsourcing.persistence import IntegrityError

from domain import permissions
from domain.aggregate import Recordable
from domain.calendars import Days, Term
from domain.registers import SchoolRegister, TrustRegister, school_register_id, trust_register_id
from ledger.database import Database
from ledger.key_store import KeyStore
from ledger.keys import LocalKeyFile
from services.command_refusals import NotAllowed, SchoolNotFound
from services.scope import Caller, system_caller
from services.store import CommandContext, TrustLedger, Work

_ATTEMPTS = 5


def open_key_store(keys_database: Database, key_file: Path) -> KeyStore:
    """The key store over the keys database, its keys wrapped by the local key file."""
    return KeyStore(keys_database, LocalKeyFile(key_file))


def register_trust(database: Database, keys: KeyStore, trust_id: UUID, name: str) -> TrustLedger:
    """Open a trust's ledger and register the trust in it; opening it again changes nothing."""
    trust = database.trust(trust_id)
    with trust.transaction() as connection:
        connection.execute(
            "INSERT INTO trust (trust_id, name) VALUES (%s, %s) ON CONFLICT DO NOTHING", (trust_id, name)
        )
        connection.execute(
            "INSERT INTO ledger_head (trust_id, position) VALUES (%s, 0) ON CONFLICT DO NOTHING", (trust_id,)
        )
    ledger = TrustLedger(trust, keys)

    def decide() -> Recordable | None:
        known = ledger.load(trust_register_id(trust_id))
        return None if known is not None else TrustRegister.register(trust_id=trust_id, name=name)

    _record(ledger, system_caller(trust_id), decide)
    return ledger


def appoint_in_trust(ledger: TrustLedger, caller: Caller, *, role: str, person: UUID, appointed_on: date) -> None:
    """Give a person a role in the trust."""

    def decide() -> TrustRegister:
        register = ledger.load(trust_register_id(ledger.trust_id))
        assert isinstance(register, TrustRegister)
        register.appoint(role=role, person=person, appointed_on=appointed_on)
        return register

    _record(ledger, caller, decide)


def join_school(ledger: TrustLedger, caller: Caller, *, urn: str, name: str, joined_on: date) -> None:
    """Make a school a member of the trust from a day; a member stays as it is."""

    def decide() -> SchoolRegister:
        known: SchoolRegister | None = ledger.load(school_register_id(ledger.trust_id, urn))
        if known is None:
            return SchoolRegister.join(trust_id=ledger.trust_id, urn=urn, name=name, joined_on=joined_on)
        if known.memberships[-1].left_on is not None:
            known.rejoin(joined_on=joined_on)
        return known

    _record(ledger, caller, decide)


def leave_school(ledger: TrustLedger, caller: Caller, *, urn: str, left_on: date) -> None:
    """End a school's membership; `left_on` is its last day."""
    _change(ledger, caller, urn, lambda register: register.leave(left_on=left_on))


def rename_school(ledger: TrustLedger, caller: Caller, *, urn: str, name: str, renamed_on: date) -> None:
    """Give a school another name."""
    _change(ledger, caller, urn, lambda register: register.rename(name=name, renamed_on=renamed_on))


def set_calendar(
    ledger: TrustLedger,
    caller: Caller,
    *,
    urn: str,
    academic_year: str,
    terms: tuple[Term, ...],
    holidays: tuple[Days, ...] = (),
    closures: tuple[Days, ...] = (),
    inset_days: tuple[date, ...] = (),
) -> None:
    """Set a school's calendar of an academic year, in place of any former one."""
    _change(
        ledger,
        caller,
        urn,
        lambda register: register.set_calendar(
            academic_year=academic_year, terms=terms, holidays=holidays, closures=closures, inset_days=inset_days
        ),
    )


def adopt_pack(ledger: TrustLedger, caller: Caller, *, urn: str, content: str, adopted_on: date) -> None:
    """Adopt a policy pack, given as its TOML text, from a day on."""
    _change(ledger, caller, urn, lambda register: register.adopt_pack(content=content, adopted_on=adopted_on))


def appoint_at_school(
    ledger: TrustLedger, caller: Caller, *, urn: str, role: str, person: UUID, appointed_on: date
) -> None:
    """Give a person a role at a school."""
    _change(
        ledger,
        caller,
        urn,
        lambda register: register.appoint(role=role, person=person, appointed_on=appointed_on),
    )


def _change(ledger: TrustLedger, caller: Caller, urn: str, change: Callable[[SchoolRegister], None]) -> None:
    def decide() -> SchoolRegister:
        register: SchoolRegister | None = ledger.load(school_register_id(ledger.trust_id, urn))
        if register is None:
            raise SchoolNotFound("urn")
        change(register)
        return register

    _record(ledger, caller, decide)


def _record(ledger: TrustLedger, caller: Caller, decide: Callable[[], Recordable | None]) -> None:
    """Decide and record; when another writer came first, decide again on what is there now."""
    if not caller.decide(permissions.Task.KEEP_REGISTERS).allowed:
        raise NotAllowed
    for attempt in range(_ATTEMPTS):
        register = decide()
        if register is None or not register.pending_events:
            return
        # These commands come from the program itself, which repeats them by looking at the register, not by their id.
        context = CommandContext(uuid4(), caller.person_id, caller.role.value, input_mac=b"")
        try:
            ledger.append([Work(context, (register,))])
        except IntegrityError:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return
