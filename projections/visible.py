"""The one place where a query opens a read table: what it gives to read is always what this reader may see, now.

Every query of the projections is put together from the sources below; a test forbids any other FROM. A source is a
sub-select that PostgreSQL merges into the query. Visibility is decided as of today, also for questions about the past.
"""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from typing import Any, LiteralString
from uuid import UUID

from domain.access import Visibility
from domain.values import CaseKind

_LIVE: LiteralString = "(SELECT generation FROM projection WHERE trust_id = %(trust)s AND name = 'core' AND live)"
_OWN: LiteralString = f"trust_id = %(trust)s AND generation = {_LIVE}"
_EVERY_KIND = frozenset(kind.value for kind in CaseKind)


class Reading:
    """What one reader may read of one trust: sources for FROM, and the parameters that they bind.

    The parameters are named `trust`, `person`, `seen_schools` and `seen_kinds`; a query adds its own.
    """

    def __init__(self, visibility: Visibility) -> None:
        self.visibility = visibility
        self.parameters: dict[str, Any] = {
            "trust": visibility.trust_id,
            "person": visibility.person_id,
            "seen_schools": None if visibility.schools is None else list(visibility.schools),
            "seen_kinds": list(visibility.kinds),
        }

    @property
    def trust_id(self) -> UUID:
        """The trust that is read."""
        return self.visibility.trust_id

    def position(self) -> LiteralString:
        """How far the figures go: (position, recorded_at), one row, or none before the first event."""
        return "(SELECT position, recorded_at FROM projection WHERE trust_id = %(trust)s AND name = 'core' AND live)"

    def cases(self) -> LiteralString:
        """The cases that the reader may open."""
        return f"(SELECT * FROM case_file WHERE {_OWN} AND {self._sees()})"

    def of_cases(self, table: LiteralString) -> LiteralString:
        """Rows of a table of parts of cases, such as case_item, of the cases that the reader may open."""
        return f"(SELECT * FROM {table} WHERE {_OWN} AND case_id IN (SELECT case_id FROM {self.cases()} AS seen))"

    def contributions(self) -> LiteralString:
        """What figures are made of: the contributions that count for this reader, with `withheld`.

        A reader of every figure gets all; `withheld` says which of them lie in cases that he may not open. For anybody
        else a case out of sight adds nothing.
        """
        if not self.visibility.counts_everything:
            return (
                f"(SELECT *, false AS withheld FROM contribution WHERE {_OWN}"
                f" AND case_id IN (SELECT case_id FROM {self.cases()} AS seen))"
            )
        return f"(SELECT *, {self._is_withheld()} AS withheld FROM contribution WHERE {_OWN})"

    def openable_contributions(self) -> LiteralString:
        """The contributions whose cases the reader may open: what lies behind a figure, for this reader."""
        return f"(SELECT * FROM contribution WHERE {_OWN} AND case_id IN (SELECT case_id FROM {self.cases()} AS seen))"

    def months(self) -> LiteralString:
        """The monthly figures; they are for readers of every figure alone. Raises PermissionError for others."""
        if not self.visibility.counts_everything:
            raise PermissionError("monthly figures hold cases that this reader may not count")
        return f"(SELECT * FROM count_month WHERE {_OWN})"

    def schools(self) -> LiteralString:
        """The schools in the reader's sight, with their validity."""
        return f"(SELECT * FROM school WHERE {_OWN} AND {self._sees_school('urn')})"

    def of_schools(self, table: LiteralString) -> LiteralString:
        """Rows of a table about schools, such as school_calendar, of the schools in the reader's sight."""
        return f"(SELECT * FROM {table} WHERE {_OWN} AND {self._sees_school('urn')})"

    def events(self) -> LiteralString:
        """The events of the cases that the reader may open."""
        return (
            "(SELECT * FROM event WHERE trust_id = %(trust)s"
            f" AND stream_id IN (SELECT case_id FROM {self.cases()} AS seen))"
        )

    def _sees(self) -> LiteralString:
        seen: LiteralString = "kind = ANY(%(seen_kinds)s) AND NOT %(person)s = ANY(barred)"
        if self.visibility.schools is not None:
            seen += " AND school_urn = ANY(%(seen_schools)s)"
        if self.visibility.own_only:
            seen += " AND %(person)s = ANY(readers)"
        if not self.visibility.lists_cases:
            seen += " AND false"
        return seen

    def _sees_school(self, column: LiteralString) -> LiteralString:
        return "true" if self.visibility.schools is None else f"{column} = ANY(%(seen_schools)s)"

    def _is_withheld(self) -> LiteralString:
        """Whether a contribution lies in a case that a reader of every figure may not open."""
        if not self.visibility.lists_cases:
            return "true"
        if (
            set(self.visibility.kinds) >= _EVERY_KIND
            and self.visibility.schools is None
            and not self.visibility.own_only
        ):
            # Few cases bar anybody: looking for those is quicker than looking at every case.
            return (
                f"case_id IN (SELECT case_id FROM case_file WHERE {_OWN} AND barred <> '{{}}'"
                " AND %(person)s = ANY(barred))"
            )
        return f"case_id NOT IN (SELECT case_id FROM {self.cases()} AS seen)"
