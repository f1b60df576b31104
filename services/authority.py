"""Which roles a person holds now, by the events of the registers: there is no second truth that could lag behind them.

What a process worked out stays good until another such event is recorded, which each request asks about: the partial
index `event_of_access` holds nothing else, so that asking costs next to nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from domain.appointments import Appointment, Appointments, ended, given, revoked
from domain.roles import Role
from ledger.database import TrustDatabase
from ledger.entry import decode_body

# The condition of the partial index, word for word.
OF_ROLES: Final = r"type LIKE '%.role\_%'"
_EVENTS: Final = (
    "SELECT position, recorded_at, type, body FROM event"  # noqa: S608 - put together from constants
    f" WHERE trust_id = %s AND {OF_ROLES.replace('%', '%%')} AND position > %s ORDER BY position"
)


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that a person holds in the trust, or at a school; given by whom, and when that was recorded."""

    role: Role
    school_urn: str | None
    appointed_on: date
    ended_on: date | None
    given_by: UUID
    given_at: datetime

    @property
    def token(self) -> str:
        """The role as a request names it, such as `headteacher:900003`."""
        return self.role.value if self.school_urn is None else f"{self.role.value}:{self.school_urn}"


# One register's appointments are told apart from another's by the school; the trust's own has none.
_Place = str | None


@dataclass(frozen=True, slots=True)
class _Roles:
    """All appointments of a trust as the events up to a position say."""

    position: int
    appointments: Mapping[_Place, Appointments]
    givers: Mapping[tuple[_Place, str, UUID, date], tuple[UUID, datetime]]


_NONE = _Roles(0, {}, {})


class Authority:
    """The appointments of every trust, for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[UUID, _Roles] = {}

    def knows(self, trust_id: UUID, position: int) -> bool:
        """Whether the events of roles up to a position are worked out already."""
        return self._known.get(trust_id, _NONE).position >= position

    def catch_up(self, trust: TrustDatabase) -> None:
        """Take in the events of roles that were recorded since."""
        with self._lock:
            known = self._known.get(trust.trust_id, _NONE)
            with trust.connection() as connection:
                rows = connection.execute(_EVENTS, (trust.trust_id, known.position)).fetchall()
            if rows:
                self._known[trust.trust_id] = _folded(known, rows)

    def held(self, trust_id: UUID, person: UUID, on: date) -> tuple[HeldRole, ...]:
        """The roles that a person holds on a day, of the trust first, then by school."""
        return tuple(one for one in self.appointments(trust_id, person) if _holds(one, on))

    def appointments(self, trust_id: UUID, person: UUID | None = None) -> tuple[HeldRole, ...]:
        """Every appointment there was, is or is to come, of one person or all, of the trust first, then by school."""
        return tuple(held for who, held in self.everybody(trust_id) if person in (None, who))

    def everybody(self, trust_id: UUID) -> tuple[tuple[UUID, HeldRole], ...]:
        """The same, with whose it is."""
        roles = self._known.get(trust_id, _NONE)
        places = sorted(roles.appointments, key=lambda place: place or "")
        return tuple((one.person, _held(roles, place, one)) for place in places for one in roles.appointments[place])


def _holds(held: HeldRole, on: date) -> bool:
    return held.appointed_on <= on and (held.ended_on is None or on <= held.ended_on)


def _held(roles: _Roles, place: _Place, one: Appointment) -> HeldRole:
    by, at = roles.givers[place, one.role, one.person, one.appointed_on]
    return HeldRole(Role(one.role), place, one.appointed_on, one.ended_on, by, at)


_CHANGES: Mapping[str, tuple[Callable[[Appointments, str, UUID, date], Appointments], str]] = {
    "role_appointed": (given, "appointed_on"),
    "role_ended": (ended, "ended_on"),
    "role_revoked": (revoked, "revoked_on"),
}


def _folded(known: _Roles, rows: Iterable[tuple[int, datetime, str, Any]]) -> _Roles:
    appointments, givers, position = dict(known.appointments), dict(known.givers), known.position
    for at, recorded_at, stored_name, stored in rows:
        position = at
        body = decode_body(bytes(stored))
        told: dict[str, Any] = dict(body.data)
        place, role, person = body.school, str(told["role"]), UUID(told["person"])
        change, day = _CHANGES[stored_name.split(".")[1]]
        on = date.fromisoformat(told[day])
        appointments[place] = change(appointments.get(place, ()), role, person, on)
        if change is given:
            givers[place, role, person, on] = (body.actor, recorded_at)
    return _Roles(position, appointments, givers)
