"""Keys by which programs sign in: what one may be given, and for how long. What proves a key stands elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from domain.checks import require_distinct
from domain.refusals import EmptyText, RefusalCode, Refused, UnknownCode
from domain.scopes import Scope

DEFAULT_DAYS: Final = 365
MOST_DAYS: Final = 2 * 365
DEFAULT_OVERLAP_DAYS: Final = 7
MOST_OVERLAP_DAYS: Final = 30

_SCOPES: Final = frozenset(scope.value for scope in Scope)


class KeyLifetime(Refused):
    """A key works for one day at least and two years at most."""


class OverlapTooLong(Refused):
    """A key that was followed by another works for 30 days more at most."""


class UnknownKey(Refused):
    """There is no such key."""

    code = RefusalCode.NOT_FOUND


class KeyEnded(Refused):
    """This key works no longer, or was followed by another already."""

    code = RefusalCode.ILLEGAL_STATE


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key as the register knows it: whose, for what, and until which day; both days are the last that it works."""

    person: UUID
    scopes: tuple[str, ...]
    schools: tuple[str, ...] | None
    expires_on: date
    successor: UUID | None = None
    works_until: date | None = None
    is_revoked: bool = False

    def lasts(self, on: date) -> bool:
        """Whether it works on a day and nothing followed it yet."""
        return not self.is_revoked and self.successor is None and on <= self.expires_on


def require_key(scopes: tuple[str, ...], schools: tuple[str, ...] | None, expires_on: date, today: date) -> None:
    """Refuse a key without scopes, with unknown ones, for no school at all, or for too long."""
    if not scopes:
        raise EmptyText("scopes")
    if not _SCOPES.issuperset(scopes):
        raise UnknownCode("scopes")
    require_distinct(scopes, "scopes")
    if schools is not None:
        if not schools:
            raise EmptyText("schools")
        require_distinct(schools, "schools")
    if not today <= expires_on <= today + timedelta(days=MOST_DAYS):
        raise KeyLifetime("expires_on")


def require_overlap(works_until: date, today: date) -> None:
    """Refuse an overlap that ended before today or lasts too long."""
    if not today <= works_until <= today + timedelta(days=MOST_OVERLAP_DAYS):
        raise OverlapTooLong("overlap_days")
