"""Who has had to do with a matter: who therefore sits on no panel about it, and who sees it for a task in it (D15)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.values import CaseKind

if TYPE_CHECKING:
    from domain.case import Case

# Where a case of any kind names somebody who looked into it, decided, answered, gave an account or met the parties:
# the member of its state, and the member of each entry there that holds one person or several.
_INVOLVING = (
    ("stages", "investigators"),
    ("stages", "responded_by"),
    ("heads", "decided_by"),
    ("accounts", "person"),
    ("party_meetings", "attendees"),
    ("meetings", "attendees"),
    ("investigations", "investigator"),
    ("decisions", "decided_by"),
    ("conduct_assessments", "assessed_by"),
    ("items", "poster"),
    ("items", "about"),
    ("access_grants", "looks_into"),
    ("files", "collected_by"),
    # Of an incident that was followed up.
    ("evidence", "collected_by"),
    ("impacts", "person"),
    # Of a staff breach.
    ("manager_reports", "manager"),
    ("advice", "given_by"),
    ("disclosures", "received_by"),
    ("disclosures", "disclosed_by"),
    ("threshold_assessments", "assessed_by"),
    ("body_contacts", "contacted_by"),
    ("decisions_not_to_refer", "decided_by"),
    ("suspensions", "decided_by"),
    ("interviews", "person"),
    ("findings", "found_by"),
    ("disciplinary_referral", "referred_by"),
    ("disciplinary_hearings", "chaired_by"),
    ("sanctions", "decided_by"),
    ("appeals", "officer"),
    ("reasoned_none", "decided_by"),
)
# Where a case names somebody who has a task in it, and sees it for that. A witness has none, nor has the contact that a
# suspended person is given; who told the school and who was told by it are no part of it either, but for those who are
# told so that they act.
_WITH_A_TASK = (
    ("stages", "investigators"),
    ("stages", "responded_by"),
    ("heads", "decided_by"),
    ("panel", "person"),
    ("investigations", "investigator"),
    ("disclosures", "received_by"),
    ("threshold_assessments", "assessed_by"),
    ("body_contacts", "contacted_by"),
    ("decisions_not_to_refer", "decided_by"),
    ("suspensions", "decided_by"),
    ("findings", "found_by"),
    ("disciplinary_hearings", "chaired_by"),
    ("sanctions", "decided_by"),
    ("appeals", "officer"),
    ("reasoned_none", "decided_by"),
)
# Told of a staff breach in these roles, a person has to do with it from then on (Westacre L75).
_TOLD_TO_ACT = frozenset({"DSL", "COORDINATOR", "CHAIR"})


def involved_in(case: Case) -> frozenset[UUID]:
    """The persons a case is about, who complains, who runs it, and who has had to do with it."""
    named = [case.owner, getattr(case, "complainant", None), *case.subjects, *_named(case)]
    return frozenset(person for person in named if person is not None)


def with_a_task(case: Case) -> frozenset[UUID]:
    """The persons who look into a case, decide in it or protect somebody, and therefore see it."""
    named = _named(case, _WITH_A_TASK)
    if case.kind is CaseKind.STAFF_BREACH:
        told = (one.person for one in getattr(case, "informed", ()) if one.role in _TOLD_TO_ACT)
        return frozenset(person for person in (*named, *told) if person is not None)
    return frozenset(person for person in named if person is not None)


def _named(case: Any, places: Iterable[tuple[str, str]] = _INVOLVING) -> Iterator[UUID | None]:
    for member, of in places:
        for entry in _entries(getattr(case, member, None)):
            found = getattr(entry, of, None)
            if isinstance(found, Iterable):
                yield from found
            else:
                yield found


def _entries(found: Any) -> Iterable[Any]:
    """What a member of the state holds: several records, by their ids or in order, or one alone."""
    if isinstance(found, dict):
        return found.values()
    return found if isinstance(found, tuple) else () if found is None else (found,)
