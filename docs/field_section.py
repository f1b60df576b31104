"""The section on fields of docs/security/permissions.md: how many each role is given, and what is masked for whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

_INTRODUCTION = """\
## Fields

`tests/stored/field_access.tsv` has a row for each of the {fields} fields of the schema, and says of every role whether
it is given something (*given*), gets as far and is never given anything but null, an empty list or a text or name that
is withheld (*masked*), or does not get there (*not reached*). It is written down by asking a filled trust for
everything as everybody, each role in cases that it sees; `tests/plan/test_field_access.py` asks again, and fails for a
field that has no row and for whatever differs. Which cases those are is said above.

- *examiner* is an auditor with a grant on the case. Of a person the id is given where the name is masked.
- A field is masked, too, where what a role sees never has it: a clerk sees no incident, and so no platform of an item.
- {told} fields, those of {types}, are the answers of commands: whoever gives one is told by it what a query would say.
- Nothing fills these yet: {empty}."""


def field_section() -> Iterator[str]:
    """The section, line by line, from the table as it is kept."""
    from tests.stored.field_access import FIELDS, HOW, MASKED, NOT_FILLED, ROLES, TOLD_BY_COMMANDS, stored

    kept = stored()
    yield _INTRODUCTION.format(
        fields=len(FIELDS),
        told=len(FIELDS) - len(kept),
        types=" and ".join(f"`{name}`" for name in TOLD_BY_COMMANDS),
        empty="; ".join(f"`{name}` ({why})" for name, why in sorted(NOT_FILLED.items())),
    )
    yield from ("", "| role | given | masked | not reached |", "|---|---|---|---|")
    for role in ROLES:
        counted = [sum(of_field[role] == how for of_field in kept.values()) for how in HOW]
        yield f"| {role} | {' | '.join(map(str, counted))} |"
    yield from ("", "What is masked, and for whom:", "", "| masked for | fields |", "|---|---|")
    masked: dict[str, list[str]] = {}
    for name, of_field in kept.items():
        roles = [role for role in ROLES if of_field[role] == MASKED]
        if roles and name not in NOT_FILLED:
            masked.setdefault(", ".join(roles), []).append(name)
    for roles_named, names in sorted(masked.items(), key=lambda group: -len(group[1])):
        yield f"| {roles_named} | {_by_type(names)} |"
    yield ""


def _by_type(names: Iterable[str]) -> str:
    """`Type` (field, field); ..."""
    groups = groupby(names, lambda name: name.partition(".")[0])
    return "; ".join(f"`{kind}` ({', '.join(name.partition('.')[2] for name in of_kind)})" for kind, of_kind in groups)
