"""Who acted: a person, or a program in a person's place. A history can be asked for what either did."""

from __future__ import annotations

from enum import StrEnum

from domain.roles import Role
from domain.values import CaseKind

__all__ = ["IMPORTING", "PROGRAM", "ROLES_OF_PROGRAMS", "ActorSort", "sort_of"]


class ActorSort(StrEnum):
    """Whether an event was recorded by a person who decided so then, or by a program."""

    HUMAN = "HUMAN"
    SYSTEM = "SYSTEM"


# The kind of whoever acts by a key: no code of the poster roles, for no program ever posted anything.
PROGRAM = "PROGRAM"
# The roles in which nobody but a program acts: the program itself, and a school's own system.
ROLES_OF_PROGRAMS = frozenset({Role.SYSTEM.value, Role.MIS.value})
# By which it is said that a command brought in what others had written elsewhere, for each kind of case.
IMPORTING = tuple(f"{kind.value.lower()}.imported.v1" for kind in CaseKind)


def sort_of(actor_role: str, *, is_program: bool, is_imported: bool) -> ActorSort:
    """Tell who recorded an event.

    `is_program`: the actor is one of the people registry's programs, which act by keys. `is_imported`: the event came
    with a command that noted an import; whoever started the import decided none of what the rows say. On whose behalf
    a program acts does not make a person of it.
    """
    if actor_role in ROLES_OF_PROGRAMS or is_program or is_imported:
        return ActorSort.SYSTEM
    return ActorSort.HUMAN
