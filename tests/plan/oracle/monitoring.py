"""The monitoring report and what lies behind its figures, from the contributions of one position."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from itertools import product
from typing import TYPE_CHECKING, Any

from domain.monitoring_counts import DEFINITIONS
from tests.plan.oracle.counting import COUNTS, MARKS, SOURCES, Contribution
from tests.plan.oracle.facts import Refusal
from tests.plan.oracle.hidden import tells
from tests.plan.oracle.periods import PERIODS, Period, periods
from tests.plan.oracle.story import Json, School

if TYPE_CHECKING:
    from tests.plan.oracle.view import View

_LARGEST = 100_000
Key = tuple[Any, ...]
_MEMBERS = {"COUNT": "adds_to", "SCHOOL": "school", "SOURCE": "source", "PLATFORM": "platform", "POSTER_ROLE": "role"}


def moment(view: View, given: Json | None) -> int | None:
    """The position of a past moment, as far as the ledger goes; None for now."""
    if given is None:
        return None
    if given.get("position") is not None:
        if given["position"] < 0:
            raise Refusal
        return min(int(given["position"]), view.story.position)
    at: datetime = given["at"]
    if at.tzinfo is None:
        raise Refusal
    return view.story.position_at(at)


def visible(view: View, rows: Iterable[Contribution]) -> list[Contribution]:
    """The contributions that a reader's figures cover (rule 11): all, or those of the cases in sight today."""
    return [row for row in rows if view.reader.counts_all or view.seen(row.case) is not None]


def _require_figures(view: View) -> None:
    if not view.reader.reads_figures:
        raise Refusal("NOT_ALLOWED")


class Report:
    """One report. Its arguments are those of the query, by the names of the schema."""

    def __init__(self, view: View, given: Json) -> None:
        self.view, self.given = view, given
        at = moment(view, given["asOf"])
        _require_figures(view)
        self.group_by: list[str] = given["groupBy"]
        self.first: date = given["from"]
        self.last: date = given["to"]
        self._require_sound()
        self.position = view.story.position if at is None else at
        asked = given["schools"]
        self.schools: dict[str, School] = {
            urn: school
            for urn, school in view.story.schools(self.position).items()
            if view.reader.sees_school(urn) and (asked is None or urn in asked)
        }
        self.kind = next((each for each in self.group_by if each in PERIODS), None)
        # The periods of the range itself, whatever schools there are; terms are known of schools alone.
        self.range = periods(None if self.kind == "TERM" else self.kind, self.first, self.last, School("", "", ()))
        self.periods = self._periods()
        self.rows = [
            row
            for row in visible(view, view.story.counted[self.position])
            if self.first <= self._day(row) <= self.last and row.school in self.schools and self._has_period(row)
        ]
        self.counting = [row for row in self.rows if row.mark is None and self._is_of_sources(row)]

    def _require_sound(self) -> None:
        group_by, below = self.group_by, self.given["suppressBelow"]
        if not group_by or len(set(group_by)) != len(group_by) or sum(each in PERIODS for each in group_by) > 1:
            raise Refusal
        if below is not None and not 1 <= below <= 100:
            raise Refusal

    def _periods(self) -> dict[str, list[Period]]:
        found = {urn: periods(self.kind, self.first, self.last, school) for urn, school in self.schools.items()}
        if self.kind == "TERM":
            # A school that was no member in the range has no terms there, and adds nothing.
            return {urn: given for urn, given in found.items() if given}
        return found

    def _day(self, row: Contribution) -> date:
        day: date = getattr(row, self.given["dateBasis"])
        return day

    def _period(self, row: Contribution) -> str | None:
        day = self._day(row)
        return next((each.label for each in self.periods[row.school] if each.first <= day <= each.last), None)

    def _has_period(self, row: Contribution) -> bool:
        return row.school in self.periods

    def _is_of_sources(self, row: Contribution) -> bool:
        return self.given["sources"] is None or row.source in self.given["sources"]

    def _key(self, row: Contribution) -> Key:
        return tuple(self._period(row) if each in PERIODS else getattr(row, _MEMBERS[each]) for each in self.group_by)

    def _unit(self, row: Contribution) -> Any:
        if self.given["unit"] == "CASES":
            return row.case
        return (row.item, row.adds_to) if "COUNT" in self.group_by else row.item

    # --- the answer

    def answer(self) -> Json:
        """The report as the API shows it."""
        story = self.view.story
        recorded = story.recorded_at(self.position)
        return {
            "position": self.position,
            "recordedThrough": None if recorded is None else recorded.astimezone(UTC).isoformat(),
            "scope": "ALL" if self.view.reader.counts_all else "VISIBLE",
            "cells": self._cells(),
            "definitions": [
                {
                    "number": each.number,
                    "count": each.count.value,
                    "title": each.title,
                    "definition": each.definition,
                    "source": each.source,
                }
                for each in DEFINITIONS
            ],
            "excluded": self._excluded(),
        }

    def _excluded(self) -> list[Json]:
        units = Counter(
            mark
            for mark, _ in {
                (row.mark, row.case if self.given["unit"] == "CASES" else row.item)
                for row in self.rows
                if row.mark is not None and self._is_of_sources(row)
            }
        )
        return [{"mark": mark, "value": units[mark]} for mark in MARKS if units[mark]]

    def _cells(self) -> list[Json]:
        behind: dict[Key, list[Contribution]] = {}
        for row in self.counting:
            behind.setdefault(self._key(row), []).append(row)
        cells = [self._cell(key, behind.get(key, [])) for key in self._keys(behind)]
        if self.given["suppressBelow"] is not None:
            self._suppress(cells)
        return cells

    def _keys(self, behind: dict[Key, list[Contribution]]) -> list[Key]:
        """Every key of the report in its order: dense but for platforms and roles, which occur or do not."""
        given = self.periods.values() if self.kind == "TERM" else (self.range,)
        in_time = sorted({(each.first, each.label) for each_of in given for each in each_of})
        labels = list(dict.fromkeys(label for _, label in in_time))
        sources = [source for source in SOURCES if self.given["sources"] is None or source in self.given["sources"]]
        dense: dict[str, Sequence[Any]] = {"COUNT": COUNTS, "SCHOOL": list(self.schools), "SOURCE": sources}
        domains: list[list[tuple[Any, Any]]] = []
        open_places = [place for place, each in enumerate(self.group_by) if each in ("PLATFORM", "POSTER_ROLE")]
        occurring = {tuple(key[place] for place in open_places) for key in behind}
        for place, each in enumerate(self.group_by):
            if place in open_places:
                values = {key[place] for key in behind}
                domains.append([((value is None, value or ""), value) for value in values])
            else:
                domains.append(list(enumerate(dense.get(each, labels))))
        keys = [
            ([rank for rank, _ in told], tuple(value for _, value in told))
            for told in product(*domains)
            if tuple(told[place][1] for place in open_places) in occurring or not open_places
        ]
        if len(keys) > _LARGEST:
            raise Refusal("QUERY_TOO_LARGE")
        return [key for _, key in sorted(keys, key=lambda each: each[0])]

    def _cell(self, key: Key, rows: list[Contribution]) -> Json:
        told = dict(zip(self.group_by, key, strict=True))
        urn, label = told.get("SCHOOL"), told.get(self.kind or "")
        coverage, partial = self._coverage(urn, label)
        hidden = [row for row in rows if self.view.seen(row.case) is None]
        cell: Json = {
            "count": told.get("COUNT"),
            "school": None if urn is None else self.view.school(urn),
            "source": told.get("SOURCE"),
            "period": label,
            "platform": told.get("PLATFORM"),
            "posterRole": told.get("POSTER_ROLE"),
            "value": None if coverage == "NOT_A_MEMBER" else len({self._unit(row) for row in rows}),
            "partial": partial,
            "coverage": coverage,
            "suppressed": False,
            "withheld": len({self._unit(row) for row in hidden}),
            "key": key,
        }
        if not self.view.reader.lists_cases:
            return cell
        seen = [row for row in rows if self.view.seen(row.case) is not None]
        # What a period of the report does not hold at its school lies behind no cell.
        cell["contributions"] = lambda _info, **given: None if cell["suppressed"] else self._list(seen, **given)
        cell["cases"] = lambda _info, **given: None if cell["suppressed"] else self._list_cases(seen, **given)
        return cell

    def _coverage(self, urn: str | None, label: str | None) -> tuple[str, bool]:
        """The coverage of a school, or all, in a period, or the range; and whether the range cuts the period."""
        schools = self.schools if urn is None else {urn: self.schools[urn]}
        spans = [
            (urn, period)
            for urn in schools
            for period in self.periods.get(urn, [])
            if label is None or period.label == label
        ]
        if self.kind == "TERM":
            cut = any(
                period.first < self._limits(urn)[0] or period.last > self._limits(urn)[1] for urn, period in spans
            )
        else:
            cut = any(
                period.first < self.first or period.last > self.last for period in self.range if period.label == label
            )
        partial = label is not None and cut
        if any(
            (urn is None or row.school == urn) and (label is None or self._period(row) == label) for row in self.rows
        ):
            return "RECORDED", partial
        days = (
            [(urn, max(self.first, period.first), min(self.last, period.last)) for urn, period in spans]
            if label is not None
            else [(each, self.first, self.last) for each in schools]
        )
        member = any(
            joined <= last and (left is None or left >= first)
            for each, first, last in days
            for joined, left in self.schools[each].memberships
        )
        return ("NO_RETURN" if member else "NOT_A_MEMBER"), partial

    def _limits(self, urn: str) -> tuple[date, date]:
        """The range that cuts the terms of a school: as far as it has them."""
        given = self.periods[urn]
        return max(self.first, given[0].first), min(self.last, given[-1].last)

    # --- what lies behind

    def _list(self, rows: list[Contribution], *, first: int, after: str | None) -> Json:
        def place(row: Contribution) -> tuple[str, str, str, int]:
            return (self._day(row).isoformat(), row.case, row.item, row.number)

        return self.view.connection("contributions", sorted(rows, key=place), first, after, place, self._contribution)

    def _contribution(self, row: Contribution) -> Json:
        return {
            "count": row.adds_to,
            "source": row.source,
            "itemId": row.item,
            "caseId": row.case,
            "discoveredOn": row.DISCOVERED.isoformat(),
            "postedOn": row.POSTED.isoformat(),
            "recordedOn": row.RECORDED.isoformat(),
            "platform": row.platform,
            "posterRole": row.role,
            "school": lambda _info: self.view.school(row.school),
            "case": lambda _info: self.view.case_now(row.case),
        }

    def _list_cases(self, rows: list[Contribution], *, first: int, after: str | None) -> Json:
        cases = sorted({row.case for row in rows})
        return self.view.connection(
            "cell cases",
            cases,
            first,
            after,
            lambda case: (case,),
            lambda case: self.view.case(self.view.story.cases()[case]),
        )

    # --- small figures

    def _suppress(self, cells: list[Json]) -> None:
        """Hide small figures, and with them others of their lines until no total tells a hidden one.

        A line is the cells that differ in one dimension alone, but for the counts, whose sum is printed nowhere.
        """
        below = self.given["suppressBelow"]
        shown = {cell["key"]: cell["value"] for cell in cells if cell["value"] is not None}
        places = [place for place, each in enumerate(self.group_by) if each != "COUNT"]

        def line(key: Key, place: int) -> Key:
            return (place, *key[:place], *key[place + 1 :])

        lines: dict[Key, list[Key]] = {}
        for key in shown:
            for place in places:
                lines.setdefault(line(key, place), []).append(key)
        # In the order of the cells: which of two that would do is hidden must not change from one answer to the next.
        hidden = dict.fromkeys(key for key, value in shown.items() if 1 <= value < below)
        waiting = deque(dict.fromkeys(line(key, place) for key in hidden for place in places))
        while waiting:
            cells_of_line = lines[waiting.popleft()]
            there = [key for key in cells_of_line if key in hidden]
            left = [key for key in cells_of_line if key not in hidden]
            if left and (len(there) == 1 or sum(shown[key] for key in there) == len(there)):
                more = min(left, key=lambda key: (shown[key] == 0, shown[key]))
                hidden[more] = None
                waiting.extend(line(more, place) for place in places)
        for cell in cells:
            if cell["key"] in hidden:
                cell |= {"value": None, "withheld": 0, "suppressed": True}


def restatements(view: View, given: Json) -> list[Json]:
    """The events between two moments that moved figures, each with what it moved."""
    first, last, asked = given["from"], given["to"], given["schools"]
    start, end = moment(view, given["between"]), moment(view, given["and"])
    _require_figures(view)
    if first > last:
        raise Refusal
    assert start is not None
    end = view.story.position if end is None else end
    if end < start:
        raise Refusal
    found = []
    for position in range(start + 1, end + 1):
        before, after = view.story.counted[position - 1], view.story.counted[position]
        moved = [
            (row, change)
            for rows, change in ((before - after, -1), (after - before, 1))
            for row in visible(view, rows)
            if row.mark is None
            and first <= row.DISCOVERED <= last
            and view.reader.sees_school(row.school)
            and (asked is None or row.school in asked)
        ]
        sums: Counter[tuple[int, str, str, str]] = Counter()
        for row, change in moved:
            sums[row.number, row.school, f"{row.DISCOVERED}"[:7], row.source] += change
        if any(sums.values()):
            found.append(_restatement(view, position, sums, {row.case for row, _ in moved}))
    return found


def _restatement(view: View, position: int, sums: Counter[tuple[int, str, str, str]], cases: set[str]) -> Json:
    event = view.story.events[position - 1]
    return {
        "position": position,
        "type": event.type if event.stream not in view.hidden and tells(event, view.hidden) else "withheld",
        "recordedAt": event.recorded_at.astimezone(UTC).isoformat(),
        "case": lambda _info: view.case_now(event.stream),
        "cases": lambda _info: [view.case_now(case) for case in sorted(cases) if view.seen(case) is not None],
        "changes": [
            {
                "count": COUNTS[number - 1],
                "school": view.school(urn),
                "month": month,
                "source": source,
                "change": change,
            }
            for (number, urn, month, source), change in sorted(sums.items())
            if change
        ],
    }
