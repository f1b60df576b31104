"""Who has had to do with a matter, and therefore sits on no panel about it (design D15)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

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
)


def involved_in(case: Case) -> frozenset[UUID]:
    """The persons a case is about, who complains, who runs it, and who has had to do with it."""
    named = [case.owner, getattr(case, "complainant", None), *case.subjects, *_named(case)]
    return frozenset(person for person in named if person is not None)


def _named(case: Any) -> Iterator[UUID | None]:
    for member, of in _INVOLVING:
        entries = getattr(case, member, ())
        for entry in entries.values() if isinstance(entries, dict) else entries:
            found = getattr(entry, of, None)
            if isinstance(found, Iterable):
                yield from found
            else:
                yield found
