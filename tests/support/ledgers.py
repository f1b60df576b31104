"""Ledgers for tests: a trust with nothing recorded, or a trust with schools where commands can be given."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from domain.access import Role
from ledger.database import Database, TrustDatabase
from ledger.key_store import KeyStore
from services.commands import Command, Recorded, Refusal, Services
from services.registers import adopt_pack, join_school, register_trust
from services.running_commands import run
from services.scope import Caller, system_caller
from services.store import TrustLedger

NOW = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)
TODAY = date(2026, 9, 14)


def open_ledger(database: Database, trust_id: UUID) -> TrustDatabase:
    """A trust whose ledger is open and empty."""
    trust = database.trust(trust_id)
    with trust.transaction() as connection:
        connection.execute("INSERT INTO trust (trust_id, name) VALUES (%s, %s)", (trust_id, "A trust"))
        connection.execute("INSERT INTO ledger_head (trust_id, position) VALUES (%s, 0)", (trust_id,))
    return trust


@dataclass
class Trust:
    """A trust with two schools, 900001 and 900002, whose people give commands."""

    ledger: TrustLedger
    services: Services
    issued: list[Recorded | Refusal] = field(default_factory=list)

    @property
    def trust_id(self) -> UUID:
        return self.ledger.trust_id

    def caller(self, role: Role, school_urn: str | None = None, name: str = "", *, case: UUID | None = None) -> Caller:
        """A person in a role; the same role, school and name are the same person, whatever the case."""
        person = uuid5(self.trust_id, f"{role}/{school_urn}/{name}")
        return Caller(self.trust_id, person, role, school_urn, case_id=case)

    @property
    def lead(self) -> Caller:
        return self.caller(Role.TRUST_LEAD)

    def give(self, command: Command, caller: Caller | None = None) -> Any:
        """Give a command, by the trust lead if nobody else is named; the answer, whatever it is."""
        result = run(self.services, caller or self.lead, command)
        self.issued.append(result)
        return result

    def do(self, command: Command, caller: Caller | None = None) -> Any:
        """Give a command that must be carried out; the case as recorded."""
        result = self.give(command, caller)
        assert isinstance(result, Recorded), result
        return result.case

    def refused(self, command: Command, caller: Caller | None = None) -> tuple[str, tuple[str, ...]]:
        """Give a command that must be refused with nothing recorded; its code and the fields at fault."""
        before = self.ledger.head()
        result = self.give(command, caller)
        assert isinstance(result, Refusal), result
        assert self.ledger.head() == before
        return str(result.code), result.fields


def a_trust(database: Database, keys: KeyStore, *, pack: str | None = None) -> Trust:
    """A new trust with its two schools; `pack` is the text of a policy pack that both have adopted."""
    trust_id = uuid4()
    ledger = register_trust(database, keys, trust_id, "Beck Valley Trust")
    system = system_caller(trust_id)
    for urn, name in (("900001", "Alder Primary"), ("900002", "Birch Academy")):
        join_school(ledger, system, urn=urn, name=name, joined_on=date(2020, 9, 1))
        if pack is not None:
            adopt_pack(ledger, system, urn=urn, content=pack, adopted_on=date(2021, 9, 1))
    return Trust(ledger, Services(ledger, lambda: NOW))
