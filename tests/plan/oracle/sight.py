"""Who sees what, as a table of its own from the design: sections 6 and 8, D11, D15, D16 and counting rule 11."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

Json = dict[str, Any]

ALL_KINDS = frozenset({"COMPLAINT", "INCIDENT", "STAFF_BREACH"})
# What only staff may do of the actions on a case; whoever else writes may do all of them.
_OF_STAFF = frozenset({"RECORD_ITEM", "NOTE_EVIDENCE", "ADD_ADDENDUM", "REPORT_TO_HEADTEACHER", "REQUEST_CORRECTION"})


@dataclass(frozen=True)
class _Role:
    kinds: frozenset[str]
    lists_cases: bool
    opens_texts: bool
    counts_all: bool
    own_only: bool = False
    at_school: bool = False
    # None: every action that a case offers.
    actions: frozenset[str] | None = frozenset()


_ROLES = {
    "trust-lead": _Role(ALL_KINDS, True, True, True, actions=None),
    "dashboard": _Role(ALL_KINDS, False, False, True),
    "auditor": _Role(ALL_KINDS, True, False, True),
    "headteacher": _Role(frozenset({"COMPLAINT", "INCIDENT"}), True, True, False, at_school=True, actions=None),
    "coordinator": _Role(frozenset({"COMPLAINT", "INCIDENT"}), True, True, False, at_school=True, actions=None),
    "staff": _Role(frozenset({"INCIDENT"}), True, True, False, own_only=True, at_school=True, actions=_OF_STAFF),
    "mis": _Role(frozenset(), False, False, False, at_school=True),
}


@dataclass(frozen=True)
class Reader:
    """Somebody who asks: a person in a role, such as `headteacher:900003`."""

    token: str
    person: UUID

    @property
    def role(self) -> str:
        """The role without its school."""
        return self.token.partition(":")[0]

    @property
    def _is(self) -> _Role:
        return _ROLES[self.role]

    @property
    def lists_cases(self) -> bool:
        """Whether the role sees cases at all."""
        return self._is.lists_cases

    @property
    def opens_texts(self) -> bool:
        """Whether the role reads sealed texts and names."""
        return self._is.opens_texts

    @property
    def own_only(self) -> bool:
        """Whether the role sees only cases that are the person's own."""
        return self._is.own_only

    @property
    def counts_all(self) -> bool:
        """Whether figures are those of the whole trust for this role."""
        return self._is.counts_all

    def sees_school(self, urn: str) -> bool:
        """Whether a school is in sight."""
        return not self._is.at_school or urn == self.token.partition(":")[2]

    def sees(self, case: Json) -> bool:
        """Whether a case, as it stands today, is in sight."""
        role, person = self._is, str(self.person)
        own = person in (case["reported_by"], case["owner"])
        return (
            role.lists_cases
            and case["kind"] in role.kinds
            and self.sees_school(case["school_urn"])
            and person not in barred(case)
            and (own or not role.own_only)
        )

    def may(self, action: str) -> bool:
        """Whether the role may do what a case offers."""
        return self._is.actions is None or action in self._is.actions


def barred(case: Json) -> set[str]:
    """Who does not see a case by any road: the subject of a breach, the persons complained about (D15)."""
    if case["kind"] == "COMPLAINT":
        return {person for head in case["detail"]["heads"] for person in head["about"]}
    return {case["detail"]["subject"]} - {None} if case["kind"] == "STAFF_BREACH" else set()
