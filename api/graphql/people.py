"""People as cases name them: an opaque id for ever, and today's name from the people registry."""

# ruff: noqa: D101, D102 - the description of each type and field stands in the schema
from __future__ import annotations

from uuid import UUID

import strawberry

from api.graphql.context import Info
from api.graphql.enums import NameState

__all__ = ["Person"]


@strawberry.type(description="Somebody whom a case names. Names are kept apart, can be erased, and are today's.")
class Person:
    id: strawberry.ID = strawberry.field(description="The person's id: it means nothing outside this trust.")

    @strawberry.field(description="The name as it is today; null unless `nameState` is OPEN.")
    async def name(self, info: Info) -> str | None:
        return (await info.context.names.load(UUID(self.id))).text

    @strawberry.field(description="Whether there is a name to show, and if not, why.")
    async def name_state(self, info: Info) -> NameState:
        return (await info.context.names.load(UUID(self.id))).state
