"""People as cases name them: an opaque id for ever, and today's name from the people registry."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

import strawberry

from api.graphql.enums import NameState

__all__ = ["Person"]


@strawberry.type(description="Somebody whom a case names. Names are kept apart, can be erased, and are today's.")
class Person:
    id: strawberry.ID = strawberry.field(description="The person's id: it means nothing outside this trust.")
    name: str | None = strawberry.field(description="The name as it is today; null unless `nameState` is OPEN.")
    name_state: NameState = strawberry.field(description="Whether there is a name to show, and if not, why.")
