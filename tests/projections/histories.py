"""Random histories: decisions on a few cases in any order, of which those that are refused leave no event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from hypothesis import strategies as st

import policies
from domain.calendars import Days
from domain.case import AROSE_FROM, Case
from domain.complaint import Complaint, HeadReceived
from domain.incident import Incident
from domain.refusals import Refused
from domain.registers import SchoolRegister
from domain.sealed import Secret
from tests.projections.examples import TODAY, add_item, breach, classified, complaint, incident, school, set_calendar

URNS = ("900001", "900002")
WHY = Secret("Because.")
CLASSIFICATIONS = (
    "ALLEGATION:STAFF",
    "ALLEGATION:PUPIL THREAT_OF_VIOLENCE:PUPIL",
    "COMPLAINT:SCHOOL COMPLAINT:STAFF",
    "COMPLAINT:STAFF",
    "UNAUTHORISED_IMAGE:STAFF",
    "NEGATIVE_COMMENT:SCHOOL",
    "",
)
DAYS = (date(2026, 8, 31), date(2026, 9, 1), date(2026, 9, 30), date(2026, 10, 5), date(2026, 11, 20))
ROLES = ("PARENT", "PUPIL", "FAMILY_MEMBER", "UNKNOWN")

# What is done, to which case, and up to three choices.
Step = tuple[str, int, int, int, int]


@dataclass
class History:
    """A trust in which steps are taken; `events` are what came of them, in order."""

    trust_id: UUID
    cases: list[Case] = field(default_factory=list)
    schools: list[SchoolRegister] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)

    def take(self, steps: Sequence[Step]) -> History:
        """Take steps; one that is refused, or that finds nothing to be done to, does nothing."""
        for urn in URNS:
            self.schools.append(school(self.trust_id, urn))
            self.schools[-1].adopt_pack(content=policies.content("trust-standard"), adopted_on=date(2024, 9, 1))
            self._collect(self.schools[-1])
        for name, number, *choices in steps:
            with suppress(Refused):
                STEPS[name](self, number, *choices)
            for aggregate in (*self.cases, *self.schools):
                self._collect(aggregate)
        return self

    def case(self, number: int) -> Case | None:
        return self.cases[number % len(self.cases)] if self.cases else None

    def incident(self, number: int) -> Incident | None:
        incidents = [case for case in self.cases if isinstance(case, Incident)]
        return incidents[number % len(incidents)] if incidents else None

    def name(self, what: str) -> str:
        return f"{self.trust_id} {what} {len(self.cases)} {len(self.events)}"

    def _collect(self, aggregate: Any) -> None:
        self.events += aggregate.collect_events()


def pick(among: Sequence[Any], choice: int) -> Any:
    return among[choice % len(among)]


def _open_incident(history: History, number: int, a: int, b: int, c: int) -> None:
    texts = [CLASSIFICATIONS[a % len(CLASSIFICATIONS)], CLASSIFICATIONS[b % len(CLASSIFICATIONS)]][: 1 + c % 2]
    roles = {"poster_role": pick(ROLES, a + b)}
    history.cases.append(incident(history.name("INC"), *texts, urn=pick(URNS, number), on=pick(DAYS, c), **roles))


def _open_complaint(history: History, number: int, a: int, b: int, c: int) -> None:
    about = [pick(("SCHOOL", "STAFF", "BOTH"), a), pick(("SCHOOL", "STAFF", "BOTH"), b)][: 1 + c % 2]
    policy = pick(history.schools, number).policy_on(pick(DAYS, c))
    history.cases.append(
        complaint(history.name("CMP"), *about, urn=pick(URNS, number), on=pick(DAYS, c), policy=policy)
    )


def _acknowledge(history: History, case: Case, a: int, b: int) -> None:
    if isinstance(case, Complaint):
        case.acknowledge_complaint(acknowledged_on=TODAY, means="EMAIL", today=TODAY)


def _pause(history: History, case: Case, a: int, b: int) -> None:
    if isinstance(case, Complaint):
        if case.is_paused:
            case.resume_clock(resumed_on=TODAY, reason=WHY, today=TODAY)
        else:
            case.pause_clock(paused_on=pick(DAYS, a), reason=WHY, today=TODAY)


def _open_breach(history: History, number: int, a: int, b: int, c: int) -> None:
    source = pick(("ALLEGED", "ALLEGED", "OBSERVED"), a)
    history.cases.append(breach(history.name("SBR"), source, urn=pick(URNS, number), on=pick(DAYS, b)))


def _on_item(act: Callable[[Incident, UUID, int], None]) -> Callable[[History, int, int, int, int], None]:
    def step(history: History, number: int, a: int, b: int, c: int) -> None:
        case = history.incident(number)
        if case is not None and case.items:
            act(case, pick(list(case.items), a), b)

    return step


def _add_item(history: History, number: int, a: int, b: int, c: int) -> None:
    case = history.incident(number)
    if case is not None:
        add_item(case, history.name("item"), pick(CLASSIFICATIONS, a), on=pick(DAYS, b), platform="TIKTOK")


def _reclassify(case: Incident, item_id: UUID, b: int) -> None:
    case.reclassify_item(item_id=item_id, classifications=classified(pick(CLASSIFICATIONS[:-1], b)), reason=WHY)


def _classify(case: Incident, item_id: UUID, b: int) -> None:
    case.classify_item(item_id=item_id, classifications=classified(pick(CLASSIFICATIONS[:-1], b)))


def _redate(case: Incident, item_id: UUID, b: int) -> None:
    case.correct_item(item_id=item_id, discovered_on=pick(DAYS, b), reason=WHY, today=TODAY)


def _identify(case: Incident, item_id: UUID, b: int) -> None:
    case.identify_poster(item_id=item_id, poster_role=pick(ROLES, b))


def _exclude(case: Incident, item_id: UUID, b: int) -> None:
    case.exclude_item(item_id=item_id, mark="RECORDED_IN_ERROR", reason=WHY)


def _restore(case: Incident, item_id: UUID, b: int) -> None:
    case.restore_item(item_id=item_id, reason=WHY)


def _merge(case: Incident, item_id: UUID, b: int) -> None:
    case.merge_items(item_id=item_id, into=pick(list(case.items), b), reason=WHY)


def _split(case: Incident, item_id: UUID, b: int) -> None:
    moved = case.items[item_id].classifications[: 1 + b % 2]
    case.split_item(item_id=item_id, new_item_id=uuid5(item_id, str(case.version)), classifications=moved, reason=WHY)


def _on_case(act: Callable[[History, Case, int, int], None]) -> Callable[[History, int, int, int, int], None]:
    def step(history: History, number: int, a: int, b: int, c: int) -> None:
        case = history.case(number)
        if case is not None:
            act(history, case, a, b)

    return step


def _original(history: History, case: Case) -> Case | None:
    return next((each for each in history.cases if each.id == case.duplicate_of), None)


def _duplicate(history: History, case: Case, a: int, b: int) -> None:
    original = history.case(a)
    assert original is not None
    case.mark_duplicate(original=original, reason=WHY, former=_original(history, case))


def _not_reportable(history: History, case: Case, a: int, b: int) -> None:
    case.mark_not_reportable(reason=WHY)


def _unmark(history: History, case: Case, a: int, b: int) -> None:
    case.unmark(reason=WHY, original=_original(history, case))


def _link(history: History, case: Case, a: int, b: int) -> None:
    other = history.case(a)
    assert other is not None
    case.link(other=other.id, kind=AROSE_FROM, origins=_origins(history, other))


def _origins(history: History, case: Case) -> frozenset[UUID]:
    by_id = {each.id: each for each in history.cases}
    found: set[UUID] = set()
    waiting = [case.id]
    while waiting:
        case_id = waiting.pop()
        if case_id not in found:
            found.add(case_id)
            waiting += by_id[case_id].arose_from if case_id in by_id else ()
    return frozenset(found)


def _unlink(history: History, case: Case, a: int, b: int) -> None:
    if case.links:
        other, kind = pick(list(case.links), a)
        case.unlink(other=other, kind=kind, reason=WHY)


def _leave(history: History, number: int, a: int, b: int, c: int) -> None:
    pick(history.schools, number).leave(left_on=pick(DAYS, a))


def _rejoin(history: History, number: int, a: int, b: int, c: int) -> None:
    pick(history.schools, number).rejoin(joined_on=pick(DAYS, a))


def _set_calendar(history: History, number: int, a: int, b: int, c: int) -> None:
    register = pick(history.schools, number)
    closures = () if c % 2 else (Days(date(2025 + a % 2, 9, 3), date(2025 + a % 2, 9, 3 + c)),)
    spring = date(2027, 1, 4 + b % 5) if a % 2 else None
    set_calendar(register, (2025, 2026)[a % 2], spring=spring, closures=closures)


def _transfer(history: History, case: Case, a: int, b: int) -> None:
    case.transfer(school_urn=pick(URNS, a), transferred_on=TODAY, reason=WHY, today=TODAY)


def _add_head(history: History, number: int, a: int, b: int, c: int) -> None:
    complaints = [case for case in history.cases if isinstance(case, Complaint)]
    if complaints:
        head = HeadReceived(uuid5(history.trust_id, history.name("head")), a % 2 == 0, a % 3 == 0, ())
        pick(complaints, number).add_head(head=head)


STEPS: dict[str, Callable[[History, int, int, int, int], None]] = {
    "open incident": _open_incident,
    "open complaint": _open_complaint,
    "open breach": _open_breach,
    "add item": _add_item,
    "classify": _on_item(_classify),
    "reclassify": _on_item(_reclassify),
    "correct date": _on_item(_redate),
    "identify poster": _on_item(_identify),
    "exclude": _on_item(_exclude),
    "restore": _on_item(_restore),
    "duplicate": _on_case(_duplicate),
    "not reportable": _on_case(_not_reportable),
    "unmark": _on_case(_unmark),
    "link": _on_case(_link),
    "unlink": _on_case(_unlink),
    "correct school": _on_case(lambda history, case, a, b: case.correct_school(school_urn=pick(URNS, a), reason=WHY)),
    "transfer": _on_case(_transfer),
    "merge": _on_item(_merge),
    "split": _on_item(_split),
    "add head": _add_head,
    "addendum": _on_case(lambda history, case, a, b: case.add_addendum(text=WHY)),
    "acknowledge": _on_case(_acknowledge),
    "pause or resume": _on_case(_pause),
    "leave": _leave,
    "rejoin": _rejoin,
    "set calendar": _set_calendar,
}

_choice = st.integers(0, 11)
# Openings are more frequent than anything else, so that there is something to do the rest to.
_OFTEN = ("open incident", "open incident", "open complaint", "open breach", "link", "link", "set calendar")
_names = st.sampled_from([*STEPS, *_OFTEN])
steps = st.lists(st.tuples(_names, _choice, _choice, _choice, _choice), min_size=1, max_size=40)
