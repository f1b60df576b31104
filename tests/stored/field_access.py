"""`python -m tests.stored.field_access`: which field of the live schema gives something to which role, for people.

One line for each field of each type. *given*: some answer held a value. *masked*: the role got as far as the field, and
there was never anything but null, an empty list or a text or name that is WITHHELD. *not reached*: whatever stands
above it was never given. A change of this file is a change of who reads what: it is looked at as such.

It is worked out by asking a filled trust for everything as everybody (`tests.plan.everybody`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from graphql import GraphQLInterfaceType, GraphQLObjectType

from api.graphql.schema import build_schema
from api.identity.claimed_roles import SERVED_ROLES
from domain.roles import Role

PATH = Path(__file__).with_name("field_access.tsv")
# What each role is given of each field; a field that it does not reach is left out.
Found = dict[str, dict[Role, str]]
GIVEN, MASKED, NEVER = HOW = ("given", "masked", "never")
ROLES = tuple(map(Role, SERVED_ROLES))
SCHEMA = build_schema()._schema
OBJECTS = {
    name: kind
    for name, kind in SCHEMA.type_map.items()
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__") and name != "Mutation"
}
FIELDS = sorted(f"{name}.{field}" for name, kind in OBJECTS.items() for field in kind.fields)
# What a command answers: whoever may give it (`permissions.tsv`) is told by it, and nobody by a query.
TOLD_BY_COMMANDS = ("Recorded", "Refused")
# Fields that nothing in a filled trust fills, and why.
NOT_FILLED: Mapping[str, str] = {
    "Code.activeFrom": "no code of this release came into use on a day",
    "Code.activeTo": "no code of this release went out of use",
    "Complaint.imported": "what is brought in are incidents",
    "StaffBreach.imported": "what is brought in are incidents",
}
_BY_COMMANDS = "whoever gives the command"
_HEADINGS = ("field", "given to", "masked for", "not reached by")
# From how many on roles are named by those that are left out.
_MANY = len(ROLES) - 6


def lines(found: Mapping[str, Mapping[Role, str]]) -> Iterator[str]:
    """The table, a line at a time."""
    yield "\t".join(_HEADINGS)
    for name in FIELDS:
        if name.partition(".")[0] in TOLD_BY_COMMANDS:
            yield "\t".join((name, _BY_COMMANDS, "nobody", "nobody"))
            continue
        of_field = found.get(name, {})
        columns = ([role for role in ROLES if of_field.get(role, NEVER) == how] for how in HOW)
        yield "\t".join((name, *map(_named, columns)))


def _named(roles: Iterable[Role]) -> str:
    """Roles in a cell: all, none, those that are, or those that are not."""
    asked = list(roles)
    if len(asked) == len(ROLES):
        return "everybody"
    if len(asked) >= _MANY:
        return f"all but {' '.join(role for role in ROLES if role not in asked)}"
    return " ".join(asked) or "nobody"


def stored() -> dict[str, dict[Role, str]]:
    """The table as it is kept: every role of every field, but for those that commands tell."""
    found: dict[str, dict[Role, str]] = {}
    for line in PATH.read_text().splitlines()[1:]:
        name, *cells = line.split("\t")
        if cells[0] != _BY_COMMANDS:
            found[name] = {role: how for how, cell in zip(HOW, cells, strict=True) for role in _roles(cell)}
    return found


def _roles(cell: str) -> set[Role]:
    words = cell.split()
    if words[:2] == ["all", "but"]:
        return set(ROLES) - set(map(Role, words[2:]))
    if cell in ("everybody", "nobody"):
        return set(ROLES if cell == "everybody" else ())
    return set(map(Role, words))


def differences(found: Mapping[str, Mapping[Role, str]], roles: Iterable[Role] = ROLES) -> list[str]:
    """Where these roles are given more or less than the table says, each with its field and its role."""
    kept, asked = stored(), list(roles)
    return [
        f"{name}: {role} finds it {here}, and the table says {kept[name][role]}"
        for name in kept
        for role in asked
        if (here := found.get(name, {}).get(role, NEVER)) != kept[name][role]
    ]


if __name__ == "__main__":
    from tests.plan.everybody import Trust, field_access
    from tests.support.postgres import cloned_databases, running_server

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = stack.enter_context(cloned_databases(stack.enter_context(running_server(folder))))
        data_dir = folder / "data"
        data_dir.mkdir()
        PATH.write_text("\n".join(lines(field_access(Trust.open(urls, data_dir, stack)))) + "\n")
