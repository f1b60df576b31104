"""The code lists: what may stand in each coded field, what it means, and since when."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import date

import strawberry

__all__ = ["Code", "CodeList"]


@strawberry.type(description="One code of a list.")
class Code:
    code: str = strawberry.field(description="The code, as it stands in commands, answers and exports.")
    label: str = strawberry.field(description="The words for people.")
    definition: str = strawberry.field(description="What the code means.")
    active_from: date | None = strawberry.field(description="The first day of its use; null: it was always there.")
    active_to: date | None = strawberry.field(description="The last day of its use; null: it is in use.")
    order: int = strawberry.field(description="Its place in the list as people see it, from 1.")


@strawberry.type(description="The codes that one kind of field takes.")
class CodeList:
    name: str = strawberry.field(description="The list's name, such as `natures` or `platforms`.")
    codes: list[Code] = strawberry.field(description="Its codes, in the order in which people see them.")
