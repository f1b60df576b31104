"""The bank holidays of England, from a library that is kept up to date: additional ones come with its releases."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

__all__ = ["is_bank_holiday"]


def is_bank_holiday(day: date) -> bool:
    """Whether a day is a bank holiday in England, a substitute for one at a weekend included."""
    return day in _of_year(day.year)


@lru_cache(maxsize=200)
def _of_year(year: int) -> frozenset[date]:
    # Imported here, for it takes longer than most starts of the program have need of it.
    import holidays

    # Without the part of the country the library would give only what all four have in common.
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))
