"""What is left of a case for somebody who may not know of others that it names: an oracle of D15 of its own."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from domain.offered import blocked
from tests.plan.oracle.sight import barred

if TYPE_CHECKING:
    from tests.plan.oracle.sight import Reader
    from tests.plan.oracle.story import Event, Json, Story

# Events of a case that say nothing but what another is to it, and where that one stands in them.
_ABOUT_ANOTHER = {
    "linked": "other",
    "unlinked": "other",
    "marked_duplicate": "of",
    "copy_added": "copy",
    "copy_removed": "copy",
    "converted": "complaint",
}


def hidden_cases(story: Story, reader: Reader) -> frozenset[str]:
    """The cases that are about the reader, and those marked as copies of them."""
    cases, person = story.cases(), str(reader.person)
    about = {case["id"] for case in cases.values() if person in barred(case)}
    return frozenset(about | {case["id"] for case in cases.values() if case["duplicate_of"] in about})


def tells(event: Event, hidden: frozenset[str]) -> bool:
    """Whether there is an event for who may not know of these cases."""
    field = _ABOUT_ANOTHER.get(event.type.split(".")[1])
    return field is None or event.body["data"][field] not in hidden


def content(event: Event, hidden: frozenset[str]) -> Json:
    """What an event says in clear."""
    told: Json = event.body["data"]
    is_hidden = event.type == "complaint.routed.v1" and told.get("other") in hidden
    return {name: value for name, value in told.items() if name != "other"} if is_hidden else told


def document(whole: Json | None, hidden: frozenset[str]) -> Json | None:
    """The document of a case without what it says of these cases."""
    if whole is None or not hidden:
        return whole
    detail = dict(whole["detail"])
    if detail.get("converted_to") in hidden:
        detail |= {"converted_to": None, "converted_on": None}
    for routing in detail.get("routings", ()):
        if routing["other"] in hidden:
            detail["routings"] = [
                one | {"other": None} if one["other"] in hidden else one for one in detail["routings"]
            ]
            break
    return whole | {
        "detail": detail,
        "links": [link for link in whole["links"] if link["case"] not in hidden],
        "copies": [one for one in whole["copies"] if one not in hidden],
        "duplicate_of": None if whole["duplicate_of"] in hidden else whole["duplicate_of"],
    }


def reasons(case: Any, pack: Any, offered: list[str], hidden: frozenset[str]) -> list[Json]:
    """Why a case does not offer what it does not, were the hidden ones not there; `offered` is what it does."""
    known = deepcopy(case)
    for other, kind in list(known.links):
        if str(other) in hidden:
            del known.links[other, kind]
    for copy in list(known.copies):
        if str(copy) in hidden:
            del known.copies[copy]
    if str(getattr(known, "converted_to", None)) in hidden:
        known.converted_to = known.converted_on = None
    return [
        {
            "action": one.action.value,
            "code": one.refusal.code.value,
            "message": one.refusal.message,
            "clause": one.refusal.clause,
            "needs": list(one.refusal.needs),
            "overridable": one.overridable,
        }
        for one in blocked(known, pack)
        if one.action.value not in offered
    ]
