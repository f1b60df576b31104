"""The schema: queries, mutations and every type they lead to, printed in `schema.graphql` for whoever integrates."""

from __future__ import annotations

from pathlib import Path

import strawberry
from strawberry.schema.config import StrawberryConfig

from api.graphql.cases import KINDS
from api.graphql.mutations import mutation_type
from api.graphql.queries import Query

__all__ = ["SCHEMA_FILE", "build_schema", "printed_schema"]

SCHEMA_FILE = Path(__file__).with_name("schema.graphql")


def build_schema(*, in_order: bool = False) -> strawberry.Schema:
    """Return the schema; `in_order` sorts it for print.

    A sorted schema is not for answering: sorting makes plain enumerations of Strawberry's own, and arguments would hold
    words instead of members.
    """
    return strawberry.Schema(
        query=Query,
        mutation=mutation_type(),
        types=KINDS,
        config=StrawberryConfig(sort_schema=in_order, disable_field_suggestions=True),
    )


def printed_schema() -> str:
    """Return the schema as the code has it, in the schema language; `make docs` writes it into `SCHEMA_FILE`."""
    return build_schema(in_order=True).as_str().rstrip() + "\n"
