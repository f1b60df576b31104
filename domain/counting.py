"""What a case adds to the eleven counts: one pure function of its state, for all kinds of case and all events.

No event has counting code of its own: whoever keeps figures compares what a case adds before and after a change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import cast
from uuid import UUID

from domain.countable import CountedBreach, CountedCase, CountedComplaint, CountedHead, CountedIncident, CountedItem
from domain.monitoring_counts import DEFINITIONS, CountDefinition, MonitoringCount
from domain.values import Mark

__all__ = [
    "DEFINITIONS",
    "Contribution",
    "CountDefinition",
    "CountSource",
    "MonitoringCount",
    "characteristics_of_item",
    "contributions",
    "counts_of_item",
    "depends_on",
]


class CountSource(StrEnum):
    """Where a contribution comes from, by which reports can be split or filtered."""

    ONLINE = "ONLINE"
    COMPLAINT = "COMPLAINT"
    STAFF_BREACH = "STAFF_BREACH"


@dataclass(frozen=True, slots=True)
class Contribution:
    """One addition to one count by one item of an incident, one head of a complaint, or one staff breach.

    The three dates are the three bases on which a report may ask, already resolved. `school_urn` is where the case was
    when this was recorded: a transfer takes with it only what is recorded later. A contribution counts when
    `excluded_by` is None; otherwise it names the mark that keeps it out, so that a report can say how many were.
    """

    item_id: UUID
    count: MonitoringCount
    source: CountSource
    school_urn: str
    discovered_on: date
    posted_on: date
    recorded_on: date
    platform: str | None
    poster_role: str | None
    excluded_by: Mark | None


Resolve = Callable[[UUID], CountedCase | None]

_BY_NATURE_AND_TARGET = {
    ("ALLEGATION", "STAFF"): MonitoringCount.ALLEGATIONS_ABOUT_STAFF,
    ("ALLEGATION", "PUPIL"): MonitoringCount.ALLEGATIONS_ABOUT_PUPILS,
    ("COMPLAINT", "SCHOOL"): MonitoringCount.COMPLAINTS_ABOUT_SCHOOL,
    ("COMPLAINT", "STAFF"): MonitoringCount.COMPLAINTS_ABOUT_STAFF,
    ("DEFAMATORY_STATEMENT", "SCHOOL"): MonitoringCount.DEFAMATION_OF_SCHOOL,
    ("DEFAMATORY_STATEMENT", "STAFF"): MonitoringCount.DEFAMATION_OF_STAFF,
    ("NEGATIVE_COMMENT", "STAFF"): MonitoringCount.NEGATIVE_COMMENTS_ABOUT_STAFF,
    ("NEGATIVE_COMMENT", "PUPIL"): MonitoringCount.NEGATIVE_COMMENTS_ABOUT_PUPILS,
}
_BY_NATURE = {
    "RACIST_COMMENT": MonitoringCount.RACIST_OR_HOMOPHOBIC_COMMENTS,
    "HOMOPHOBIC_COMMENT": MonitoringCount.RACIST_OR_HOMOPHOBIC_COMMENTS,
    "THREAT_OF_VIOLENCE": MonitoringCount.THREATS_OF_VIOLENCE,
}
# Libra L117 counts photographs taken by these, whoever put them online.
_IMAGE_TAKERS = frozenset({"PARENT", "CARER", "PUPIL"})

_IMPLIED_CHARACTERISTICS = {"RACIST_COMMENT": "RACE", "HOMOPHOBIC_COMMENT": "SEXUAL_ORIENTATION"}

_WITHHOLDS_A_BREACH = frozenset({MonitoringCount.ALLEGATIONS_ABOUT_STAFF, MonitoringCount.COMPLAINTS_ABOUT_STAFF})


def contributions(case: CountedCase, resolve: Resolve) -> frozenset[Contribution]:
    """What `case` adds to the counts, including what a mark keeps out (see `Contribution.excluded_by`).

    `resolve` gives the present state of another case of the trust, or None where there is none. Only the cases named by
    `depends_on` are asked for. Raises ValueError for a kind of case that has no counting rule.
    """
    match case.kind:
        case "INCIDENT":
            return frozenset(_of_incident(cast(CountedIncident, case)))
        case "COMPLAINT":
            return frozenset(_of_complaint(cast(CountedComplaint, case), resolve))
        case "STAFF_BREACH":
            return frozenset(_of_breach(cast(CountedBreach, case), resolve))
        case _:
            raise ValueError(f"no counting rule for cases of kind {case.kind}")


def depends_on(case: CountedCase, resolve: Resolve) -> frozenset[UUID]:
    """Name the cases whose own change may change the contributions of `case`.

    These are the cases it arose from, with the originals of those that are duplicates; for a breach, the whole chain.
    When one of them changes, ask again: its links may have made the chain longer or shorter.
    """
    match case.kind:
        case "COMPLAINT":
            return frozenset(_origins(case, resolve, whole_chain=False).visited)
        case "STAFF_BREACH":
            return frozenset(_origins(case, resolve, whole_chain=True).visited)
        case _:
            return frozenset()


def counts_of_item(item: CountedItem) -> frozenset[MonitoringCount]:
    """The counts that an item meets by its classifications, each once, whatever mark the item or its case has."""
    counts = set()
    for given in item.classifications:
        if count := _BY_NATURE_AND_TARGET.get((given.nature, given.target)) or _BY_NATURE.get(given.nature):
            counts.add(count)
        elif (given.nature, given.target) == ("UNAUTHORISED_IMAGE", "STAFF") and _taker(item) in _IMAGE_TAKERS:
            counts.add(MonitoringCount.UNAUTHORISED_IMAGES_OF_STAFF)
    return frozenset(counts)


def characteristics_of_item(item: CountedItem) -> frozenset[str]:
    """The protected characteristics of an item: those stated, and those that its natures imply."""
    implied = {_IMPLIED_CHARACTERISTICS.get(given.nature) for given in item.classifications} - {None}
    return frozenset(item.characteristics) | cast(set[str], implied)


def _taker(item: CountedItem) -> str:
    """Who took the image: the poster stands in while the taker is not known."""
    if item.taker_role is None or item.taker_role == "UNKNOWN":
        return item.poster_role
    return item.taker_role


def _of_incident(incident: CountedIncident) -> Iterator[Contribution]:
    for item in incident.items.values():
        for count in counts_of_item(item):
            yield Contribution(
                item_id=item.item_id,
                count=count,
                source=CountSource.ONLINE,
                school_urn=item.counted_at or incident.school_urn,
                discovered_on=item.discovered_on,
                posted_on=item.posted_on or item.discovered_on,
                recorded_on=item.recorded_on,
                platform=item.platform,
                poster_role=item.poster_role,
                excluded_by=item.mark or incident.mark,
            )


def _of_complaint(complaint: CountedComplaint, resolve: Resolve) -> Iterator[Contribution]:
    withheld: set[MonitoringCount] = set()
    for origin in _origins(complaint, resolve, whole_chain=False).standing:
        if origin.kind == "INCIDENT":
            withheld |= _adds_to(origin)
    for head in complaint.heads.values():
        for count in _counts_of_head(head) - withheld:
            yield Contribution(
                item_id=head.head_id,
                count=count,
                source=CountSource.COMPLAINT,
                school_urn=head.counted_at or complaint.school_urn,
                discovered_on=complaint.received_on,
                posted_on=complaint.received_on,
                recorded_on=head.recorded_on,
                platform=None,
                poster_role=None,
                excluded_by=complaint.mark,
            )


def _of_breach(breach: CountedBreach, resolve: Resolve) -> Iterator[Contribution]:
    if breach.source == "ALLEGED" and not _is_already_counted(breach, resolve):
        yield Contribution(
            item_id=breach.id,
            count=MonitoringCount.ALLEGATIONS_ABOUT_STAFF,
            source=CountSource.STAFF_BREACH,
            school_urn=breach.counted_at or breach.school_urn,
            discovered_on=breach.reported_on,
            posted_on=breach.reported_on,
            recorded_on=breach.recorded_on,
            platform=None,
            poster_role=None,
            excluded_by=breach.mark,
        )


def _counts_of_head(head: CountedHead) -> set[MonitoringCount]:
    counts = set()
    if head.about_school:
        counts.add(MonitoringCount.COMPLAINTS_ABOUT_SCHOOL)
    if head.about_staff:
        counts.add(MonitoringCount.COMPLAINTS_ABOUT_STAFF)
    return counts


def _is_already_counted(breach: CountedBreach, resolve: Resolve) -> bool:
    """Whether a case in the chain that the breach arose from has the allegation already."""
    for origin in _origins(breach, resolve, whole_chain=True).standing:
        if not _adds_to(origin) & _WITHHOLDS_A_BREACH:
            continue
        # Breaches linked in a ring would all withhold each other; the first by id stands for them.
        in_a_ring = origin.kind == "STAFF_BREACH" and breach.id in _origins(origin, resolve, whole_chain=True).visited
        if not (in_a_ring and breach.id < origin.id):
            return True
    return False


def _adds_to(case: CountedCase) -> set[MonitoringCount]:
    """The counts that a case has of its own: marks are regarded, what other cases withhold from it is not.

    The latter makes no difference to who asks: whatever withholds is in the chain of the asker too.
    """
    if case.mark is not None:
        return set()
    match case.kind:
        case "INCIDENT":
            items = cast(CountedIncident, case).items.values()
            return {count for item in items if item.mark is None for count in counts_of_item(item)}
        case "COMPLAINT":
            heads = cast(CountedComplaint, case).heads.values()
            return {count for head in heads for count in _counts_of_head(head)}
        case _:
            alleged = cast(CountedBreach, case).source == "ALLEGED"
            return {MonitoringCount.ALLEGATIONS_ABOUT_STAFF} if alleged else set()


@dataclass(slots=True)
class _Origins:
    """The cases that a case arose from, each duplicate replaced by its original, and all ids looked at on the way."""

    standing: list[CountedCase] = field(default_factory=list)
    visited: set[UUID] = field(default_factory=set)


def _origins(case: CountedCase, resolve: Resolve, *, whole_chain: bool) -> _Origins:
    found = _Origins()
    waiting = list(case.arose_from)
    while waiting:
        case_id = waiting.pop()
        if case_id == case.id or case_id in found.visited:
            continue
        found.visited.add(case_id)
        origin = resolve(case_id)
        if origin is None:
            continue
        if origin.mark is Mark.DUPLICATE and origin.duplicate_of is not None:
            # The links of a duplicate are its original's, so its own are not followed.
            waiting.append(origin.duplicate_of)
            continue
        found.standing.append(origin)
        if whole_chain:
            waiting.extend(origin.arose_from)
    return found
