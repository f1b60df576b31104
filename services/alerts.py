"""Alerts that a case was opened in an emergency: to named persons, with a reference and nothing else.

An alert is no record of its own. It is what the events say, for as long as nobody has reviewed the emergency; so there
is none without its access and no access without it. A sink carries a notice outside beside that, such as an e-mail.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from domain.case import Case
from domain.case_parts import AccessGrant
from domain.permissions import Resource, Task, decide
from domain.values import CaseKind
from services.command_refusals import NotAllowed
from services.scope import Caller
from services.store import TrustLedger

__all__ = ["Alert", "AlertFile", "AlertSink", "alerts_of", "send"]

FILE = "emergency-access.jsonl"
_log = logging.getLogger(__name__)

_OPENED = tuple(f"{kind.value.lower()}.access_opened.v1" for kind in CaseKind)


@dataclass(frozen=True, slots=True)
class Alert:
    """That a case was opened in an emergency, to the persons `to` by their ids; the case by its reference alone."""

    trust_id: UUID
    to: tuple[UUID, ...]
    grant_id: UUID
    reference: str
    opened_at: datetime
    until: datetime

    @classmethod
    def of(cls, trust_id: UUID, case: Case, grant: AccessGrant) -> Alert:
        """The alert about an emergency in a case."""
        assert grant.until is not None
        return cls(trust_id, grant.alerted, grant.grant_id, case.reference, grant.since, grant.until)

    def as_json(self) -> dict[str, str | list[str]]:
        """What leaves: to whom, and by which reference the emergency is found. It names nobody else."""
        return {
            "trustId": str(self.trust_id),
            "to": [str(person) for person in self.to],
            "grantId": str(self.grant_id),
            "reference": self.reference,
            "openedAt": self.opened_at.isoformat(),
            "until": self.until.isoformat(),
        }


class AlertSink(Protocol):
    """Where a notice goes: a file, an e-mail, a message."""

    def send(self, alert: Alert) -> None:
        """Send a notice; raises OSError when it could not be."""


class AlertFile:
    """Writes one line of JSON for each alert, for whatever carries notices from there; makes the folder if need be."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, alert: Alert) -> None:
        """Add a line, and keep it whatever happens to the machine."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        line = json.dumps(alert.as_json(), separators=(",", ":")) + "\n"
        # One write to a file opened for appending is whole, whoever else writes.
        file = os.open(self._folder / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line.encode())
            os.fsync(file)
        finally:
            os.close(file)


def send(sinks: Sequence[AlertSink], alert: Alert) -> None:
    """Send a notice by every sink. One that fails holds nothing up: what is recorded alerts by itself."""
    for sink in sinks:
        try:
            sink.send(alert)
        except OSError:
            _log.error("a notice of an emergency access could not be sent", extra={"sink": type(sink).__name__})


def alerts_of(ledger: TrustLedger, caller: Caller) -> list[Alert]:
    """The emergencies that wait for review and of which the caller was alerted, the oldest first.

    Read from the events themselves, so that it waits for nothing. An alert about a case that has turned out to be about
    the caller is not there. Raises NotAllowed.
    """
    if not decide(caller.role, Task.SEE_ALERTS, Resource()).allowed:
        raise NotAllowed
    found = [
        Alert.of(ledger.trust_id, case, grant)
        for case in _opened(ledger)
        if caller.person_id not in case.barred
        for grant in case.access_grants.values()
        if grant.awaits_review and caller.person_id in grant.alerted
    ]
    return sorted(found, key=lambda alert: (alert.opened_at, alert.grant_id))


def _opened(ledger: TrustLedger) -> list[Case]:
    """The cases that were ever opened in an emergency."""
    with ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT DISTINCT stream_id FROM event WHERE trust_id = %s AND type = ANY(%s)"
            # As the index of events of access says it, which is short.
            r" AND (type LIKE '%%.role\_%%' OR type LIKE '%%.access\_%%')",
            (ledger.trust_id, list(_OPENED)),
        ).fetchall()
    return list(ledger.load_many([row[0] for row in rows]).values()) if rows else []
