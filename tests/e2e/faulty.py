"""`python -m tests.e2e.faulty FAULT serve ...`: the program with a fault planted, to see that the audit finds it.

Never part of the product: it replaces functions in its own process.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from enum import StrEnum
from importlib import import_module
from typing import Any

from ledger import appending
from ledger.sealing import Sealed, seal
from services import commands, running_commands


class Fault(StrEnum):
    """What is wrong with the server."""

    SKIPS_A_POSITION = "skips-a-position"
    ACKNOWLEDGES_BEFORE_COMMIT = "acknowledges-before-commit"
    DOES_NOT_CHECK_THE_DATABASE = "does-not-check-the-database"
    LEAKS = "leaks"
    RECORDS_READS_AFTERWARDS = "records-reads-afterwards"


def plant(fault: Fault) -> None:
    """Replace what the fault is about."""
    match fault:
        case Fault.SKIPS_A_POSITION:
            _replace("ledger.appending", "_statement", _with_gaps)
        case Fault.ACKNOWLEDGES_BEFORE_COMMIT:
            _replace("api.graphql.commands", "run", _acknowledge_first)
        case Fault.DOES_NOT_CHECK_THE_DATABASE:
            _replace("api.bootstrap", "refuse_unsafe", lambda *_arguments, **_named: None)
        case Fault.RECORDS_READS_AFTERWARDS:
            _replace("api.app", "LoggedReads", _reads_recorded_late())
        case Fault.LEAKS:
            _replace("api.graphql.commands", "run", _log_first)
            _replace("services.store", "seal", _seal_nothing)


def _reads_recorded_late() -> type:
    """A recorder that lets the answer leave and writes a moment later."""
    from api.read_recorder import LoggedReads

    class Late(LoggedReads):
        async def record(self, read: Any) -> None:
            self._start(self._later(read))

        async def _later(self, read: Any) -> None:
            await asyncio.sleep(0.2)
            await super().record(read)

    return Late


def _replace(module: str, name: str, by: Any) -> None:
    loaded = import_module(module)
    assert getattr(loaded, name) != by
    setattr(loaded, name, by)


_SOUND_STATEMENT = appending._statement


def _with_gaps(**fragments: Any) -> bytes:
    return _SOUND_STATEMENT(**fragments).replace(
        b"position = position +", b"position = (random() < 0.1)::int + position +"
    )


def _acknowledge_first(services: commands.Services, caller: Any, command: commands.Command) -> Any:
    """Tell the giver of an addendum that it is recorded, and record it later than the server will live."""
    if command.name != "AddAddendum":
        return running_commands.run(services, caller, command)
    assert isinstance(command, commands.CaseCommand)
    case, (position, _) = services.ledger.load(command.case_id), services.ledger.head()
    threading.Timer(60, running_commands.run, (services, caller, command)).start()
    return commands.Recorded(case, position + 1, position + 1, replayed=False)


def _log_first(services: commands.Services, caller: Any, command: commands.Command) -> Any:
    """Write down what is asked before doing it."""
    logging.getLogger("caseledger").warning("%r", command)
    return running_commands.run(services, caller, command)


def _seal_nothing(text: str, key: bytes, aad: bytes, *, fresh: bytes) -> Sealed:
    """Keep the text as it is."""
    return Sealed(text.encode(), seal(text, key, aad, fresh=fresh).commitment)


if __name__ == "__main__":
    from api.cli import main

    plant(Fault(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
