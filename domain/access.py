"""What somebody sees: the decisions of `permissions`, gathered so that a statement can bind them.

Need-to-know by case (readers, barred persons) is bound into every read through `Visibility`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from domain.permissions import CaseReading, Relation, Resource, Task, decide
from domain.roles import CASE_ROLES, REACH, SCHOOL_ROLES, Role
from domain.routing import READS_ROUTED
from domain.scopes import Scopes, within
from domain.values import CaseKind

if TYPE_CHECKING:
    from domain.case import Case

__all__ = ["CASE_ROLES", "SCHOOL_ROLES", "Role", "Visibility", "may", "resource_of", "visibility"]


@dataclass(frozen=True, slots=True)
class Visibility:
    """What a reader may see; every read of cases or figures takes one, and none has a default.

    `schools` None means every school of the trust, `cases` None any case there. Cases of `kinds` are seen whole, those
    of `own_kinds` where they are open to one of `reads_as`: the person, or a role that cases are routed to. Words and
    names are opened in cases of `opens`. `counts_everything` says that figures cover all cases of those schools, also
    the ones that cannot be opened (they are then reported as withheld). Without `sees_figures` there are no figures,
    without `sees_proofs` no proofs of the ledger.
    `cover_only`: the reader is shown the cover of a case, which case it is, and not what stands in it.
    """

    trust_id: UUID
    person_id: UUID
    role: Role
    schools: tuple[str, ...] | None
    kinds: tuple[str, ...]
    own_kinds: tuple[str, ...]
    reads_as: tuple[UUID, ...]
    cases: tuple[UUID, ...] | None
    lists_cases: bool
    opens: tuple[str, ...]
    counts_everything: bool
    sees_figures: bool
    sees_proofs: bool
    cover_only: bool

    @property
    def seen_kinds(self) -> tuple[str, ...]:
        """The kinds of which the reader may see cases, all of them or some."""
        return tuple(sorted({*self.kinds, *self.own_kinds}))

    @property
    def own_only(self) -> bool:
        """Whether the reader sees such cases alone as name the person."""
        return bool(self.own_kinds) and not self.kinds

    @property
    def opens_sealed(self) -> bool:
        """Whether there are cases of which the reader opens words and names."""
        return bool(self.opens)


@lru_cache(maxsize=10_000)
def visibility(
    trust_id: UUID,
    person_id: UUID,
    role: Role,
    school_urn: str | None,
    case_id: UUID | None = None,
    *,
    withheld: tuple[str, ...] = (),
    schools: tuple[str, ...] | None = None,
    scopes: Scopes = None,
) -> Visibility:
    """What a person sees in a role; a school role sees its own school alone, and a case role its own case.

    `withheld` are kinds for which a stronger sign-in is asked, `schools` those that a program is kept to, `scopes` what
    it may do at most. Raises ValueError when the role needs a place and has none.
    """
    if role in SCHOOL_ROLES and school_urn is None:
        raise ValueError(f"the role {role} needs a school")
    if role in CASE_ROLES and case_id is None:
        raise ValueError(f"the role {role} needs a case")
    sees_cases = within(scopes, CaseReading.SEE)
    asked = [kind.value for kind in sorted(CaseKind) if kind not in withheld and sees_cases]
    whole = [kind for kind in asked if _reads(role, CaseReading.SEE, kind, Relation.IN_PLACE)]
    own = [kind for kind in asked if kind not in whole and _reads(role, CaseReading.SEE, kind, Relation.NAMED)]
    routed = REACH[role].routed
    lists_cases = within(scopes, Task.LIST_CASES) and decide(role, Task.LIST_CASES, Resource()).allowed
    cover_only = bool(whole or own) and not any(_reads(role, CaseReading.READ, kind, Relation.NAMED) for kind in asked)
    counts_everything = decide(role, Task.SEE_ALL_FIGURES, Resource()).allowed
    opens = asked if within(scopes, CaseReading.OPEN_TEXTS) else []
    place = (school_urn,) if role in SCHOOL_ROLES and school_urn is not None else None
    return Visibility(
        trust_id=trust_id,
        person_id=person_id,
        role=role,
        schools=place if schools is None else tuple(urn for urn in schools if place is None or urn in place),
        kinds=tuple(whole),
        own_kinds=tuple(own),
        reads_as=(person_id,) if routed is None else (person_id, READS_ROUTED[routed]),
        cases=(case_id,) if role in CASE_ROLES and case_id is not None else None,
        lists_cases=lists_cases,
        opens=tuple(kind for kind in opens if _reads(role, CaseReading.OPEN_TEXTS, kind, Relation.NAMED)),
        counts_everything=counts_everything,
        # Who counts only the cases in sight, and has none in sight, would be told that there is nothing.
        sees_figures=within(scopes, Task.SEE_ALL_FIGURES) and (counts_everything or (lists_cases and not cover_only)),
        sees_proofs=within(scopes, Task.SEE_PROOFS) and decide(role, Task.SEE_PROOFS, Resource()).allowed,
        cover_only=cover_only,
    )


def _reads(role: Role, reading: CaseReading, kind: str, relation: Relation) -> bool:
    return decide(role, reading, Resource(kind, relation)).allowed


def resource_of(seen: Visibility, case: Case) -> Resource:
    """How a reader stands to a case: what a decision about it depends on."""
    routed_to = getattr(case, "routed_to", None)
    return Resource(
        case.kind,
        relation_of(seen, case),
        None if routed_to is None else routed_to.role,
        is_target=case.kind is CaseKind.INCIDENT and seen.person_id in case.subjects,
    )


def relation_of(seen: Visibility, case: Case) -> Relation:
    """How a reader stands to a case."""
    if seen.person_id in case.barred:
        return Relation.SUBJECT
    in_place = (
        case.kind in seen.seen_kinds
        and (seen.schools is None or case.school_urn in seen.schools)
        and (seen.cases is None or case.id in seen.cases)
    )
    if not in_place:
        return Relation.ELSEWHERE
    return Relation.IN_PLACE if case.open_to.isdisjoint(seen.reads_as) else Relation.NAMED


def may(role: Role, command: str, kind: str | None = None) -> bool:
    """Whether a role may give a command by its name, such as `CloseIncident`, on a case that it has a task in.

    `kind` is that of the case; None for a command that is given on no case yet, such as one that opens it.
    """
    return decide(role, command, Resource(kind, Relation.NAMED)).allowed
