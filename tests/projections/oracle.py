"""Figures worked out from the events alone, in memory and without any of the projections' code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from domain.case import Case
from domain.case_deadlines import deadlines
from domain.counting import Contribution, contributions
from domain.periods import PeriodDimension, period_of
from domain.registers import SchoolRegister
from domain.stored import decode
from ledger.reading import clear_part, read_page
from projections.monitoring_terms import CountingUnit, DateBasis, MonitoringDimension, MonitoringQuery
from tests.projections.recording import Recording

_DATES = {
    DateBasis.DISCOVERED: "discovered_on",
    DateBasis.POSTED: "posted_on",
    DateBasis.RECORDED: "recorded_on",
}


class Oracle:
    """The cases and registers of a trust as after the event at a position, folded from the first event on."""

    def __init__(self, recording: Recording, position: int) -> None:
        states: dict[UUID, Any] = {}
        with recording.trust.connection() as connection:
            for row in read_page(connection, recording.trust_id, after=0, limit=100_000):
                if row.position > position:
                    break
                payload, parts = clear_part(row.body)
                event = decode(row.type, row.stream_id, row.version, row.recorded_at, payload, parts)
                states[row.stream_id] = event.mutate(states.get(row.stream_id))
        self.cases = {stream_id: state for stream_id, state in states.items() if isinstance(state, Case)}
        self.schools = {state.urn: state for state in states.values() if isinstance(state, SchoolRegister)}

    def figures(self, query: MonitoringQuery) -> dict[tuple[Any, ...], int]:
        """The figures that are not zero, by dimension in the order of the question."""
        seen: dict[tuple[Any, ...], Counter[Any]] = {}
        for case_id, each in self._contributions():
            day: date = getattr(each, _DATES[query.basis])
            urns = self.schools if query.schools is None else set(query.schools) & set(self.schools)
            if (
                each.excluded_by is None
                and query.first <= day <= query.last
                and each.school_urn in urns
                and (query.sources is None or each.source in query.sources)
            ):
                key = tuple(self._told(dimension, each, day) for dimension in query.group_by)
                unit = case_id if query.unit is CountingUnit.CASES else each.item_id
                seen.setdefault(key, Counter())[unit] += 1
        return {key: len(units) for key, units in seen.items()}

    def deadlines(self) -> set[tuple[Any, ...]]:
        """What falls due on each case: (case, place, code, day)."""
        packs = {one.policy: one.pack for school in self.schools.values() for one in school.adoptions}
        found: set[tuple[Any, ...]] = set()
        for case_id, case in self.cases.items():
            pack = packs[case.policy] if case.policy else None
            due = deadlines(case, pack, self.schools[case.school_urn].calendars_set)
            found |= {(case_id, place, one.code, one.due_on) for place, one in enumerate(due, 1)}
        return found

    def _contributions(self) -> Iterable[tuple[UUID, Contribution]]:
        for case_id, case in self.cases.items():
            for each in contributions(case, self.cases.get):
                yield case_id, each

    def _told(self, dimension: MonitoringDimension, each: Contribution, day: date) -> Any:
        match dimension:
            case MonitoringDimension.COUNT:
                return each.count
            case MonitoringDimension.SCHOOL:
                return each.school_urn
            case MonitoringDimension.SOURCE:
                return each.source
            case MonitoringDimension.PLATFORM:
                return each.platform
            case MonitoringDimension.POSTER_ROLE:
                return each.poster_role
            case period:
                return period_of(PeriodDimension(period.value), day, self.schools[each.school_urn].calendars)
