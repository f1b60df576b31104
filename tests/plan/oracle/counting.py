"""What a case adds to the eleven counts, written down anew from section 4 of the design, on plain documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

Json = dict[str, Any]
Resolve = Callable[[str], Json | None]

COUNTS = (
    "ALLEGATIONS_ABOUT_STAFF",
    "ALLEGATIONS_ABOUT_PUPILS",
    "COMPLAINTS_ABOUT_SCHOOL",
    "COMPLAINTS_ABOUT_STAFF",
    "DEFAMATION_OF_SCHOOL",
    "DEFAMATION_OF_STAFF",
    "NEGATIVE_COMMENTS_ABOUT_STAFF",
    "NEGATIVE_COMMENTS_ABOUT_PUPILS",
    "RACIST_OR_HOMOPHOBIC_COMMENTS",
    "THREATS_OF_VIOLENCE",
    "UNAUTHORISED_IMAGES_OF_STAFF",
)
SOURCES = ("ONLINE", "COMPLAINT", "STAFF_BREACH")
MARKS = ("DUPLICATE", "NOT_REPORTABLE", "RECORDED_IN_ERROR")


class Contribution(NamedTuple):
    """One addition to one count, with its date on each basis; `mark` names what keeps it out of figures."""

    case: str
    item: str
    adds_to: str
    source: str
    school: str
    DISCOVERED: date
    POSTED: date
    RECORDED: date
    platform: str | None
    role: str | None
    mark: str | None

    @property
    def number(self) -> int:
        """The number of the count in the policy."""
        return COUNTS.index(self.adds_to) + 1


def contributions(case: Json, resolve: Resolve, at: Mapping[str, str]) -> Iterator[Contribution]:
    """What a case adds, what marks keep out included (rules 1 to 3 and 5 to 7); `at` are the schools of its parts."""
    detail, mark = case["detail"], case["mark"]
    if case["kind"] == "INCIDENT":
        for item in detail["items"]:
            discovered = date.fromisoformat(item["discovered_on"])
            posted = date.fromisoformat(item["posted_on"]) if item["posted_on"] else discovered
            recorded = date.fromisoformat(item["recorded_on"])
            days = (discovered, posted, recorded)
            given = (item["platform"], item["poster_role"], item["mark"] or mark)
            for count in _met(item):
                yield Contribution(case["id"], item["item_id"], count, "ONLINE", at[item["item_id"]], *days, *given)
    elif case["kind"] == "COMPLAINT":
        # Not to a count to which the incident it arose from adds now.
        taken = {
            count
            for origin in _origins(case, resolve, whole=False)
            if origin["kind"] == "INCIDENT"
            for count in _adds(origin)
        }
        day = date.fromisoformat(detail["received_on"])
        for head in detail["heads"]:
            recorded = date.fromisoformat(head["recorded_on"])
            for count in _heads(head):
                if count not in taken:
                    days = (day, day, recorded)
                    place = at[head["head_id"]]
                    yield Contribution(case["id"], head["head_id"], count, "COMPLAINT", place, *days, None, None, mark)
    elif detail["source"] == "ALLEGED" and not _counted_elsewhere(case, resolve):
        day, recorded = date.fromisoformat(detail["reported_on"]), date.fromisoformat(detail["recorded_on"])
        yield Contribution(
            case["id"], case["id"], COUNTS[0], "STAFF_BREACH", at[case["id"]], day, day, recorded, None, None, mark
        )


def _met(item: Json) -> set[str]:
    """The counts that an item meets, each at most once."""
    said = {(one["nature"], one["target"]) for one in item["classifications"]}
    natures = {nature for nature, _ in said}
    # Who posted stands in for whoever took a photograph while that is not known.
    taker = item["taker_role"] if item["taker_role"] not in (None, "UNKNOWN") else item["poster_role"]
    meets = (
        ("ALLEGATION", "STAFF") in said,
        ("ALLEGATION", "PUPIL") in said,
        ("COMPLAINT", "SCHOOL") in said,
        ("COMPLAINT", "STAFF") in said,
        ("DEFAMATORY_STATEMENT", "SCHOOL") in said,
        ("DEFAMATORY_STATEMENT", "STAFF") in said,
        ("NEGATIVE_COMMENT", "STAFF") in said,
        ("NEGATIVE_COMMENT", "PUPIL") in said,
        bool(natures & {"RACIST_COMMENT", "HOMOPHOBIC_COMMENT"}),
        "THREAT_OF_VIOLENCE" in natures,
        ("UNAUTHORISED_IMAGE", "STAFF") in said and taker in ("PARENT", "CARER", "PUPIL"),
    )
    return {count for count, met in zip(COUNTS, meets, strict=True) if met}


def _heads(head: Json) -> set[str]:
    return ({COUNTS[2]} if head["about_school"] else set()) | ({COUNTS[3]} if head["about_staff"] else set())


def _adds(case: Json) -> set[str]:
    """The counts to which a case adds of its own, marks regarded."""
    if case["mark"] is not None:
        return set()
    if case["kind"] == "INCIDENT":
        return {count for item in case["detail"]["items"] if item["mark"] is None for count in _met(item)}
    if case["kind"] == "COMPLAINT":
        return {count for head in case["detail"]["heads"] for count in _heads(head)}
    return {COUNTS[0]} if case["detail"]["source"] == "ALLEGED" else set()


def _counted_elsewhere(breach: Json, resolve: Resolve) -> bool:
    """Whether a case in the chain that a breach arose from adds to count 1 or 4."""
    for origin in _origins(breach, resolve, whole=True):
        if not _adds(origin) & {COUNTS[0], COUNTS[3]}:
            continue
        # In a ring of breaches the first by id stands for all.
        ring = origin["kind"] == "STAFF_BREACH" and breach["id"] in _visited(origin, resolve)
        if not (ring and breach["id"] < origin["id"]):
            return True
    return False


def _origins(case: Json, resolve: Resolve, *, whole: bool) -> list[Json]:
    return _walk(case, resolve, whole)[0]


def _visited(case: Json, resolve: Resolve) -> set[str]:
    return _walk(case, resolve, True)[1]


def _walk(case: Json, resolve: Resolve, whole: bool) -> tuple[list[Json], set[str]]:
    """The cases that a case arose from; a duplicate is replaced by its original, whose links are the ones that hold."""
    found: list[Json] = []
    seen: set[str] = set()
    waiting = [link["case"] for link in case["links"] if link["kind"] == "AROSE_FROM"]
    while waiting:
        other = waiting.pop(0)
        if other in seen or other == case["id"]:
            continue
        seen.add(other)
        origin = resolve(other)
        if origin is None:
            continue
        if origin["mark"] == "DUPLICATE":
            waiting.append(origin["duplicate_of"])
            continue
        found.append(origin)
        if whole:
            waiting += [link["case"] for link in origin["links"] if link["kind"] == "AROSE_FROM"]
    return found, seen
