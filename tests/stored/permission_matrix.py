"""`python -m tests.stored.permission_matrix`: every decision that `domain.permissions` takes, as a table for people.

One line for each action on each resource, a column for each role. Where a resource answers every action alike the line
stands for all of them (`*`). A change of this file is a change of who may do what: it is looked at as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from domain.offered import BITS
from domain.permissions import APART, FORMS, CaseReading, Resource, Task, Why, decide, resources
from domain.roles import Role
from domain.values import CaseKind
from services.catalogue import COMMANDS
from services.commands import CaseCommand

PATH = Path(__file__).with_name("permissions.tsv")
MARKS = {
    Why.ALLOWED: "yes",
    Why.OUT_OF_SIGHT: ".",
    Why.SUBJECT_OF_CASE: "x",
    Why.NOT_OF_ROLE: "-",
    Why.ROUTED_ELSEWHERE: "c",
    Why.TARGET_DECIDES_NOTHING: "t",
}
ROLES = tuple(role for role in Role)


def actions_on(resource: Resource) -> Sequence[str]:
    """Every action that there is on a resource."""
    if resource.kind is None:
        opening = [name for name, command in COMMANDS.items() if not issubclass(command, CaseCommand)]
        return [*opening, *Task]
    return [*CaseReading, *case_actions(CaseKind(resource.kind))]


def case_actions(kind: CaseKind) -> list[str]:
    """Every command on an existing case of a kind, also those that are no action a case can offer."""
    there = {action.value for action in BITS[kind]}
    names = [
        name
        for name, command in COMMANDS.items()
        if issubclass(command, CaseCommand)
        and command.case_kind in (None, kind)
        and ("".join(f"_{letter}" if letter.isupper() else letter for letter in name).upper()[1:] in there)
    ]
    return [*names, *(form for name in names for form in FORMS.get(name, ()) if form != name), *APART]


def lines() -> Iterator[str]:
    """The table, a line at a time."""
    yield "\t".join(("kind", "relation", "routed to", "is target", "action", *ROLES))
    for resource in resources():
        place = (
            resource.kind or "NO CASE",
            resource.relation,
            resource.routed_to or "",
            "target" if resource.is_target else "",
        )
        told = {
            action: tuple(MARKS[decide(role, action, resource).why] for role in ROLES)
            for action in actions_on(resource)
        }
        if len(set(told.values())) == 1:
            told = {"*": next(iter(told.values()))}
        yield from ("\t".join((*place, action, *marks)) for action, marks in told.items())


if __name__ == "__main__":
    PATH.write_text("\n".join(lines()) + "\n")
