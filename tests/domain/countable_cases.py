"""Cases reduced to what counting reads, so that its rules can be tested one at a time and in states hard to reach."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid5

from domain.countable import CountedCase
from domain.counting import Contribution, MonitoringCount, contributions, depends_on
from domain.values import Mark

NAMESPACE = UUID("6d1f2a8e-95f4-4d46-9d5c-2f8f7f3f8a10")
SEPTEMBER = date(2026, 9, 14)


def named(name: str) -> UUID:
    return uuid5(NAMESPACE, name)


@dataclass(frozen=True)
class Classification:
    nature: str
    target: str


def classified(text: str) -> tuple[Classification, ...]:
    """Read "NATURE:TARGET NATURE:TARGET" as the log writes it."""
    return tuple(Classification(*one.split(":")) for one in text.split())


@dataclass(frozen=True)
class Item:
    item_id: UUID
    classifications: tuple[Classification, ...] = ()
    platform: str = "FACEBOOK"
    poster_role: str = "PARENT"
    taker_role: str | None = None
    discovered_on: date = SEPTEMBER
    posted_on: date | None = None
    recorded_on: date = SEPTEMBER
    characteristics: tuple[str, ...] = ()
    mark: Mark | None = None
    counted_at: str | None = None


@dataclass(frozen=True)
class Head:
    head_id: UUID
    about_school: bool = False
    about_staff: bool = False
    recorded_on: date = SEPTEMBER
    counted_at: str | None = None


@dataclass(frozen=True, kw_only=True)
class Case:
    id: UUID
    kind: str
    school_urn: str = "900003"
    mark: Mark | None = None
    duplicate_of: UUID | None = None
    arose_from: tuple[UUID, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Incident(Case):
    kind: str = "INCIDENT"
    items: dict[UUID, Item] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Complaint(Case):
    kind: str = "COMPLAINT"
    heads: dict[UUID, Head] = field(default_factory=dict)
    received_on: date = SEPTEMBER


@dataclass(frozen=True, kw_only=True)
class Breach(Case):
    kind: str = "STAFF_BREACH"
    source: str = "ALLEGED"
    reported_on: date = SEPTEMBER
    recorded_on: date = SEPTEMBER
    counted_at: str | None = None


def item(text: str = "", name: str = "item", **given: object) -> Item:
    return Item(named(name), classified(text), **given)  # type: ignore[arg-type] # tests name the fields they mean


def incident(*items: Item | str, name: str = "INC", **given: object) -> Incident:
    """Build an incident of items, each given whole or by its classifications alone."""
    own = [given if isinstance(given, Item) else item(given, f"{name} {n}") for n, given in enumerate(items, 1)]
    by_id = {one.item_id: one for one in own}
    return Incident(id=named(name), items=by_id, **given)  # type: ignore[arg-type] # as above


def complaint(*about: str, name: str = "CMP", **given: object) -> Complaint:
    """Build a complaint of heads, each about SCHOOL, STAFF or BOTH."""
    heads = [
        Head(named(f"{name} {n}"), about_school=what in {"SCHOOL", "BOTH"}, about_staff=what in {"STAFF", "BOTH"})
        for n, what in enumerate(about, 1)
    ]
    by_id = {head.head_id: head for head in heads}
    return Complaint(id=named(name), heads=by_id, **given)  # type: ignore[arg-type] # as above


def breach(source: str = "ALLEGED", name: str = "SBR", **given: object) -> Breach:
    return Breach(id=named(name), source=source, **given)  # type: ignore[arg-type] # as above


def contributions_of(case: CountedCase, *others: CountedCase) -> frozenset[Contribution]:
    return contributions(case, {one.id: one for one in (case, *others)}.get)


def dependencies_of(case: CountedCase, *others: CountedCase) -> frozenset[UUID]:
    return depends_on(case, {one.id: one for one in (case, *others)}.get)


def figures(*cases: CountedCase) -> dict[str, int]:
    """The counts of these cases together, by name, without zeros and without what a mark keeps out."""
    found = [each for case in cases for each in contributions_of(case, *cases)]
    return dict(Counter(each.count.value for each in found if each.excluded_by is None))


def excluded(*cases: CountedCase) -> dict[tuple[str, Mark], int]:
    """How many contributions each mark keeps out, by count and mark."""
    found = [each for case in cases for each in contributions_of(case, *cases)]
    return dict(Counter((each.count.value, each.excluded_by) for each in found if each.excluded_by is not None))


def numbered(*numbers: int, **times: int) -> dict[str, int]:
    """Name counts by number: numbered(1, 4) is one of count 1 and one of count 4; numbered(C4=2) two of count 4."""
    counts = list(MonitoringCount)
    wanted = Counter(counts[number - 1].value for number in numbers)
    wanted.update({counts[int(key.removeprefix("C")) - 1].value: value for key, value in times.items()})
    return dict(wanted)
