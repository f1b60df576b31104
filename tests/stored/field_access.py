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
GIVEN, MASKED, NEVER = "given", "masked", "never"
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
        columns = ([role for role in ROLES if of_field.get(role, NEVER) == how] for how in (GIVEN, MASKED, NEVER))
        yield "\t".join((name, *map(_named, columns)))


def _named(roles: Iterable[Role]) -> str:
    """Roles in a cell: all, none, those that are, or those that are not."""
    asked = list(roles)
    if len(asked) == len(ROLES):
        return "everybody"
    if len(asked) >= _MANY:
        return f"all but {' '.join(role for role in ROLES if role not in asked)}"
    return " ".join(asked) or "nobody"


if __name__ == "__main__":
    from tests.plan.everybody import Trust, field_access
    from tests.support.postgres import cloned_databases, running_server

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = stack.enter_context(cloned_databases(stack.enter_context(running_server(folder))))
        data_dir = folder / "data"
        data_dir.mkdir()
        PATH.write_text("\n".join(lines(field_access(Trust.open(urls, data_dir, stack)))) + "\n")
