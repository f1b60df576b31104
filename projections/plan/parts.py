"""The parts of a case's document: each type's fields by the way in which they are read from the part's JSON.

A field is called as the API calls it; in the document its name is written with underscores, but for an `id`.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.naming import with_underscores
from projections.plan.reads import json_member, json_object, json_objects, person, persons, text_hole
from projections.plan.writer import Read, Row

__all__ = ["PARTS", "detail", "part", "person_of"]


def part(
    plain: str = "",
    *,
    identity: str | None = None,
    lists: str = "",
    people: str = "",
    crowds: str = "",
    texts: str = "",
    objects: Mapping[str, str] | None = None,
    collections: Mapping[str, str] | None = None,
) -> dict[str, Read]:
    """The fields of one type, named in words.

    `plain` are shown as they stand, `lists` are lists of such, `people` are persons by id and `crowds` lists of them,
    `texts` are sealed; `objects` and `collections` are of another type each. `identity` is what the document calls the
    field `id`.
    """
    reads: dict[str, Read] = {name: json_member(with_underscores(name)) for name in plain.split()}
    if identity is not None:
        reads["id"] = json_member(identity)
    reads |= {name: json_member(with_underscores(name), is_list=True) for name in lists.split()}
    reads |= {name: person_of(with_underscores(name)) for name in people.split()}
    reads |= {name: persons(with_underscores(name)) for name in crowds.split()}
    reads |= {name: text_hole(with_underscores(name)) for name in texts.split()}
    reads |= {name: json_object(with_underscores(name), kind) for name, kind in (objects or {}).items()}
    reads |= {name: json_objects(with_underscores(name), kind) for name, kind in (collections or {}).items()}
    return reads


def person_of(name: str) -> Read:
    """A person whose id is a member of the part."""
    return person(lambda row: f"{row.value}->>'{name}'")


def detail(reads: Mapping[str, Read]) -> dict[str, Read]:
    """The same fields, read from what the kind of case adds to its document."""
    return {name: _of_detail(read) for name, read in reads.items()}


def _of_detail(read: Read) -> Read:
    return lambda writer, selected, row: read(writer, selected, Row(row.alias, row.case_id, f"({row.value}->'detail')"))


PARTS: dict[str, dict[str, Read]] = {
    "PolicyVersion": part("packId version sha256"),
    "Imported": part("fileSha256", lists="lines"),
    "Duty": part("code clause itemId"),
    "Addendum": part(texts="text"),
    "Classification": part("nature target aspect"),
    "Item": part(
        "ordinal platform posterRole takerRole discoveredOn postedOn recordedOn namesIndividual mark removal removalOn"
        " repostOf line",
        identity="item_id",
        lists="characteristics",
        people="poster taker",
        crowds="about",
        texts="url handle narrative description",
        collections={"classifications": "Classification"},
    ),
    "Evidence": part(
        "kind itemId sha256 collectedOn", identity="evidence_id", people="collectedBy", texts="description custody"
    ),
    "PlatformReport": part("itemId network reportedOn result answeredOn", identity="report_id", texts="reference"),
    "Meeting": part("heldOn mode attended outcome", lists="roles", crowds="attendees", texts="cause wayForward notes"),
    "Impact": part("target impact notedOn raisedBefore", people="person", texts="notes"),
    "Investigation": part(
        "startedOn completedOn finding", identity="investigation_id", people="investigator", texts="notes report"
    ),
    "Account": part("side givenOn", people="person", texts="text"),
    "OutcomeNotice": part("recipientRole communicatedOn", people="recipient", texts="notes"),
    "Direction": part("channel directedOn", people="person", texts="notes"),
    "ParentAdvice": part("itemId advisedOn", people="parent", texts="notes"),
    "Head": part("aboutSchool aboutStaff", identity="head_id"),
}
