"""Folding a page of events into changes to the read tables: pure work in memory, but for replaying what it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import psycopg

from domain.calendars import CalendarSet
from domain.case import Case
from domain.case_deadlines import deadlines
from domain.counting import Contribution, contributions, depends_on
from domain.policy import PolicyPack
from domain.registers import SchoolRegister, school_register_id
from domain.values import PolicyRef
from ledger.reading import EventRow
from projections.changes import Changes, Fact, Row, epoch_of
from projections.core import COUNT_NUMBERS, case_rows, contribution_fact, footprint, register_facts
from projections.states import Known, States, event_of

# Some hundred megabytes of cases at most.
CAPACITY = 20_000


class PositionGap(RuntimeError):
    """The page does not follow on from the position that the projection has reached."""


class Folding:
    """The fold of one generation of the core projection of one trust.

    It keeps aggregates from page to page. When what it returned was not written after all, or more was written by
    somebody else, `restart_at` must be called before the next page.
    """

    def __init__(self, trust_id: UUID, generation: int, capacity: int = CAPACITY) -> None:
        self.trust_id = trust_id
        self.generation = generation
        self.states = States(capacity)
        # Packs never change: what a hash stands for may be kept whatever happens to a batch.
        self.packs: dict[str, PolicyPack] = {}
        # The streams of the schools' registers, by URN: working out the name of one takes longer than the rest.
        self.register_ids: dict[str, UUID] = {}

    @property
    def position(self) -> int:
        """The position up to which the aggregates in memory are folded."""
        return self.states.position

    def restart_at(self, position: int) -> None:
        """Forget the aggregates in memory and go on from a position."""
        self.states.clear()
        self.states.position = position

    def fold(self, connection: psycopg.Connection[Any], page: Sequence[EventRow]) -> Changes:
        """What the events after the position change, each event once.

        Events up to the position are passed over: they have been written. Raises PositionGap when one is missing, and
        whatever an event that cannot be read or folded raises.
        """
        batch = self.begin(connection)
        batch.fold(page)
        return batch.finish()

    def begin(self, connection: psycopg.Connection[Any]) -> Batch:
        """A batch from the position on: pages are folded into it one after another, and then it is finished."""
        return Batch(self, connection)


class Batch:
    """The work on the pages that are written together.

    One that is not finished leaves aggregates ahead of the position: `Folding.restart_at` must be called then.
    """

    def __init__(self, fold: Folding, connection: psycopg.Connection[Any]) -> None:
        self.position = fold.position
        self._connection = connection
        self._trust_id = fold.trust_id
        self._generation = fold.generation
        self._states = fold.states
        self._packs = fold.packs
        self._register_ids = fold.register_ids
        self._changes = Changes()
        # The streams of the page, and the cases to look at again when one of them changes.
        self._here: dict[UUID, Known] = {}
        self._dependants: dict[UUID, set[UUID]] = {}
        self._changed: list[tuple[UUID, Known]] = []
        self._begun: set[UUID] = set()
        self._absent: set[UUID] = set()

    @property
    def cases(self) -> int:
        """How many cases it has to write so far."""
        return len(self._changed)

    def fold(self, page: Sequence[EventRow]) -> None:
        """Fold the next events; raises as `Folding.fold` does."""
        page = [row for row in page if row.position > self.position]
        if not page:
            return
        if page[0].position != self.position + 1 or page[-1].position != self.position + len(page):
            raise PositionGap(f"after position {self.position} came {page[0].position} to {page[-1].position}")
        try:
            self._prepare(page)
            for row in page:
                self._apply(row)
        except BaseException:
            # Some aggregates are ahead of the position by now.
            self._states.clear()
            raise
        self.position = page[-1].position

    def _prepare(self, page: Sequence[EventRow]) -> None:
        """Have every stream of the page in memory, and every case whose counts hang on one of them."""
        begun = {row.stream_id for row in page if row.version == 1}
        self._begun |= begun
        streams = {row.stream_id for row in page} - self._here.keys()
        continued = streams - begun
        dependants = self._connection.execute(_DEPENDANTS, [self._trust_id, self._generation, list(streams)])
        for case_id, other_id in dependants:
            self._dependants.setdefault(other_id, set()).add(case_id)
        waiting = continued.union(*self._dependants.values())
        self._load(waiting)
        for stream_id in waiting:
            known = self._states.use(stream_id)
            self._depend(stream_id, known)
            if stream_id in continued:
                self._here[stream_id] = known

    def _apply(self, row: EventRow) -> None:
        """Fold one event, and note what it opens and closes."""
        stream_id = row.stream_id
        known = self._here.get(stream_id)
        event = event_of(row)
        if known is None:
            known = self._here[stream_id] = Known(event.mutate(None), row.version)
            self._states.put(stream_id, known)
        else:
            # The library refuses an event that is not the next of its stream.
            event.mutate(known.state)
            known.version = row.version
        if known.case is None:
            self._compare_facts(known, row.position)
            return
        self._change(stream_id, known, row.position)
        seen = footprint(known.case)
        if seen != known.footprint:
            known.footprint = seen
            self._compare(stream_id, known, row.position)
            for dependant in self._dependants.get(stream_id, ()):
                other = self._states.known(dependant)
                if self._compare(dependant, other, row.position):
                    self._change(dependant, other, row.position)

    def finish(self) -> Changes:
        """The changes of all pages, with the rows of each changed case as it stands at the end."""
        for case_id, known in self._changed:
            assert known.case is not None
            pack = self._pack(known.case.policy)
            calendars = self._calendars(known.case.school_urn)
            rows = case_rows(known.case, pack, calendars, known.adds, known.depends, known.changed_at)
            self._changes.put(case_id, {} if case_id in self._begun else known.written, rows)
            # The document is never the same twice, and by far the largest.
            rows["case_document"] = _WRITTEN
            known.written = rows
            known.changed_at = 0
        self._states.position = self.position
        self._states.trim()
        return self._changes

    def _change(self, case_id: UUID, known: Known, position: int) -> None:
        if known.changed_at == 0:
            self._changed.append((case_id, known))
        known.changed_at = position

    def _compare(self, case_id: UUID, known: Known, position: int) -> bool:
        """Open and close contributions of one case; says whether anything was to be done."""
        before, depended = known.adds, known.depends
        assert known.case is not None
        self._count(known, known.case)
        if known.depends != depended:
            self._depend(case_id, known)
        if known.adds == before:
            return known.depends != depended
        gone, new = before - known.adds, known.adds - before
        self._changes.of("contribution").replace(
            [contribution_fact(case_id, each) for each in gone],
            [contribution_fact(case_id, each) for each in new],
            position,
        )
        self._add_months(gone, -1, epoch_of(position))
        self._add_months(new, 1, epoch_of(position))
        return True

    def _load(self, stream_ids: Iterable[UUID]) -> None:
        """Have streams in memory, with what the tables hold of them: the next event is compared with that."""
        for stream_id in self._states.load(self._connection, self._trust_id, stream_ids):
            self._work_out(self._states.known(stream_id))

    def _work_out(self, known: Known) -> None:
        case = known.case
        if case is None:
            known.facts = register_facts(known.state)
            return
        known.footprint = footprint(case)
        self._count(known, case)

    def _count(self, known: Known, case: Case) -> None:
        known.adds = contributions(case, self._resolve)
        known.depends = depends_on(case, self._resolve)

    def _compare_facts(self, known: Known, position: int) -> None:
        before = known.facts
        known.facts = after = register_facts(known.state)
        if after != before:
            by_table: dict[str, tuple[list[Fact], list[Fact]]] = {}
            for table, fact in before - after:
                by_table.setdefault(table, ([], []))[0].append(fact)
            for table, fact in after - before:
                by_table.setdefault(table, ([], []))[1].append(fact)
            for table, (gone, new) in by_table.items():
                self._changes.of(table).replace(gone, new, position)
            self._take_packs(known)
            if "school_calendar" in by_table:
                self._compare_deadlines(known.state, position)

    def _compare_deadlines(self, register: SchoolRegister, position: int) -> None:
        """Note the cases of a school of which a deadline moves with the calendar that it has just set."""
        waiting = self._connection.execute(_WAITING, [self._trust_id, self._generation, register.urn])
        candidates = {**self._here, **dict.fromkeys([case_id for (case_id,) in waiting if case_id not in self._here])}
        self._load(candidates)
        former = register.calendars_set[:-1]
        for case_id in candidates:
            known = self._states.known(case_id)
            case = known.case
            if case is not None and case.school_urn == register.urn:
                pack = self._pack(case.policy)
                if deadlines(case, pack, register.calendars_set) != deadlines(case, pack, former):
                    self._change(case_id, known, position)

    def _calendars(self, urn: str) -> Sequence[CalendarSet]:
        """The calendars that a school has set so far, in order."""
        stream_id = self._register_ids.get(urn)
        if stream_id is None:
            stream_id = self._register_ids[urn] = school_register_id(self._trust_id, urn)
        register = self._stream(stream_id)
        return register.calendars_set if isinstance(register, SchoolRegister) else ()

    def _resolve(self, case_id: UUID) -> Case | None:
        found = self._stream(case_id)
        return found if isinstance(found, Case) else None

    def _stream(self, stream_id: UUID) -> Any:
        """The aggregate of a stream as it stands now; None where there is none yet."""
        known = self._states.get(stream_id)
        if known is None and stream_id not in self._absent and stream_id not in self._begun:
            self._load([stream_id])
            known = self._states.get(stream_id)
            if known is None:
                self._absent.add(stream_id)
        return None if known is None else known.state

    def _depend(self, case_id: UUID, known: Known) -> None:
        for other in known.depends:
            self._dependants.setdefault(other, set()).add(case_id)

    def _add_months(self, contributed: frozenset[Contribution], sign: int, epoch: int) -> None:
        months = self._changes.months
        for each in contributed:
            month = each.discovered_on.replace(day=1)
            key = (each.school_urn, month, COUNT_NUMBERS[each.count], each.source.value, epoch)
            difference = months.setdefault(key, [0, 0])
            difference[each.excluded_by is not None] += sign

    def _pack(self, policy: PolicyRef | None) -> PolicyPack | None:
        """The policy pinned to a case, from the register of whichever school adopted it."""
        if policy is None:
            return None
        if policy.sha256 not in self._packs:
            adopters = self._connection.execute(_ADOPTERS, [self._trust_id, self._generation, policy.sha256])
            for stream_id in [school_register_id(self._trust_id, urn) for (urn,) in adopters]:
                self._load([stream_id])
                self._take_packs(self._states.get(stream_id))
        return self._packs.get(policy.sha256)

    def _take_packs(self, known: Known | None) -> None:
        if known is not None and isinstance(known.state, SchoolRegister):
            for adoption in known.state.adoptions:
                if adoption.policy.sha256 not in self._packs:
                    self._packs[adoption.policy.sha256] = adoption.pack


_WRITTEN: list[Row] = [()]
_DEPENDANTS = (
    b"SELECT case_id, depends_on FROM case_dependency WHERE trust_id = %s AND generation = %s AND depends_on = ANY(%s)"
)
# The cases of a school of which something falls due.
_WAITING = (
    b"SELECT DISTINCT case_id FROM deadline JOIN case_file USING (trust_id, generation, case_id)"
    b" WHERE trust_id = %s AND generation = %s AND school_urn = %s"
)
_ADOPTERS = (
    b"SELECT DISTINCT urn FROM school_policy WHERE trust_id = %s AND generation = %s AND sha256 = %s ORDER BY urn"
)
