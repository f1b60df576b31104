"""A case without the cases that it names and that a reader may not know of (design D15).

Whoever is barred from a case may see another that speaks of it: the incident that it arose from, or one that was linked
to it. What that one says of it is left out here for its events, its document and what it offers; the statements of the
read models leave out the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from domain.case import Case
from domain.case_actions import CaseAction
from domain.case_document import CaseDocument
from domain.incident import Incident
from domain.offered import BITS, Blocked, blocked, from_mask, mask
from domain.policy import PolicyPack
from domain.values import CaseKind

__all__ = [
    "NAMING",
    "SPEAKS_ALSO",
    "blocked_by",
    "blocked_without",
    "cases_named",
    "document_without",
    "named_in",
    "without",
]

_OF_EVERY_CASE = {
    "linked": "other",
    "unlinked": "other",
    "marked_duplicate": "of",
    "copy_added": "copy",
    "copy_removed": "copy",
}
# The events that say nothing but what another case is to this one, by their stored names, and the field that names it.
NAMING: Mapping[str, str] = {
    **{f"{kind.value.lower()}.{name}.v1": field for kind in CaseKind for name, field in _OF_EVERY_CASE.items()},
    "incident.converted.v1": "complaint",
}
# Those that say something of this case too, and may say it without naming the other.
SPEAKS_ALSO: Mapping[str, str] = {"complaint.routed.v1": "other"}


def named_in(stored_name: str, told: Mapping[str, Any]) -> UUID | None:
    """The case that an event of another case names, by its stored name and its content in clear."""
    field = NAMING.get(stored_name) or SPEAKS_ALSO.get(stored_name)
    named = None if field is None else told.get(field)
    return None if named is None else UUID(str(named))


def cases_named(case: Case) -> frozenset[UUID]:
    """The other cases that a case names as it stands."""
    found = {*(other for other, _ in case.links), *case.copies, case.duplicate_of}
    if isinstance(case, Incident):
        found.add(case.converted_to)
    return frozenset(one for one in found if one is not None)


def without(case: Case, hidden: frozenset[UUID]) -> Case:
    """The case as somebody knows it who may not know of others; it is to be looked at and never changed."""
    known = copy(case)
    known.links = {link: None for link in case.links if link[0] not in hidden}
    known.copies = {one: None for one in case.copies if one not in hidden}
    if isinstance(known, Incident) and known.converted_to in hidden:
        known.converted_to = known.converted_on = None
    return known


def blocked_by(case: Case, hidden: frozenset[UUID]) -> frozenset[CaseAction]:
    """What stands open but for hidden cases: to who may not know of them it is as if it were not theirs to do."""
    if hidden.isdisjoint(cases_named(case)):
        return frozenset()
    return frozenset(from_mask(mask(without(case, hidden)) & ~mask(case), case.kind))


def blocked_without(case: Case, pack: PolicyPack | None, hidden: frozenset[UUID]) -> tuple[Blocked, ...]:
    """What a case does not offer and why, as `offered.blocked` says it, of what a reader of it may know."""
    if hidden.isdisjoint(cases_named(case)):
        return blocked(case, pack)
    known = without(case, hidden)
    offered = mask(case, pack) & ~(0 if known.links else BITS[case.kind][CaseAction.UNLINK_CASE])
    return tuple(one for one in blocked(known, pack) if not BITS[case.kind][one.action] & offered)


def document_without(document: CaseDocument, hidden: frozenset[UUID]) -> CaseDocument:
    """The document of a case without what it says of hidden cases; what is owed and due stays as it is."""
    detail = dict(document.detail)
    if detail.get("converted_to") is not None and UUID(detail["converted_to"]) in hidden:
        detail |= {"converted_to": None, "converted_on": None}
    if any(_other(routing) in hidden for routing in detail.get("routings", ())):
        detail["routings"] = [
            {**routing, "other": None} if _other(routing) in hidden else routing for routing in detail["routings"]
        ]
    links = tuple(link for link in document.links if link.case not in hidden)
    unlinking = BITS[document.kind][CaseAction.UNLINK_CASE]
    return replace(
        document,
        detail=detail,
        links=links,
        copies=tuple(one for one in document.copies if one not in hidden),
        duplicate_of=None if document.duplicate_of in hidden else document.duplicate_of,
        # Unlinking has a place in the first word.
        offered=document.offered if links else document.offered & ~unlinking,
    )


def _other(routing: Mapping[str, Any]) -> UUID | None:
    return None if routing["other"] is None else UUID(routing["other"])
