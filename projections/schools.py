"""The schools of the trust as the registers have them, at any position."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg

from domain.calendars import SchoolCalendar
from domain.registers import Membership
from projections.visible import Reading

_calendar = msgspec.json.Decoder(SchoolCalendar)

# What was true at a position.
VALID = "valid_from <= %(position)s AND (valid_to IS NULL OR valid_to > %(position)s)"


@dataclass(frozen=True, slots=True)
class School:
    """A school as its register has it: its present name, and its times in the trust in order."""

    urn: str
    name: str
    memberships: tuple[Membership, ...]


def schools_at(connection: psycopg.Connection[Any], reading: Reading, position: int | None) -> list[School]:
    """The schools that the reader sees, as at a position (None: now), in order of URN."""
    found: dict[str, School] = {}
    then = "valid_to IS NULL" if position is None else VALID
    for urn, name, joined_on, left_on in connection.execute(
        reading.statement(
            f"SELECT urn, name, joined_on, left_on FROM {reading.schools()} AS school"
            f" WHERE {then} ORDER BY urn, joined_on"
        ).encode(),
        {**reading.parameters, "position": position},
    ):
        before = found[urn].memberships if urn in found else ()
        found[urn] = School(urn, name, (*before, Membership(joined_on, left_on)))
    return list(found.values())


def calendars_at(
    connection: psycopg.Connection[Any], reading: Reading, urns: Sequence[str], position: int
) -> dict[str, dict[str, SchoolCalendar]]:
    """The calendars of schools as at a position, by URN and academic year."""
    found: dict[str, dict[str, SchoolCalendar]] = {urn: {} for urn in urns}
    for urn, academic_year, content in connection.execute(
        reading.statement(
            f"SELECT urn, academic_year, content FROM {reading.of_schools('school_calendar')} AS calendar"
            f" WHERE {VALID} AND urn = ANY(%(urns)s)"
        ).encode(),
        {**reading.parameters, "position": position, "urns": list(urns)},
    ):
        found[urn][academic_year] = _calendar.decode(content)
    return found
