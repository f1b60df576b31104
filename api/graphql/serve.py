"""One GraphQL request of one caller: authenticate, size, execute."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from graphql import DocumentNode
from starlette.requests import Request

from api.bootstrap import Runtime
from api.graphql.context import Context, WorkerSlots
from api.graphql.enums import MonitoringDimension
from api.graphql.execution import Answer, Executor
from api.graphql.http import GraphQLRequest
from api.graphql.limits import Limits
from api.graphql.schema import build_schema

if TYPE_CHECKING:
    from api.app import Authenticate

__all__ = ["GraphQLService", "cells_of"]

# Values of the dimensions whose domain is fixed, and the most that the open ones are taken to have.
_VALUES = {"COUNT": 11, "SOURCE": 3, "PLATFORM": 22, "POSTER_ROLE": 13}
_DAYS = {"DAY": 1, "MONTH": 28, "TERM": 90, "ACADEMIC_YEAR": 365}
# A report without `schools` is taken to be of this many; the largest trusts in England have some 90.
_SCHOOLS = 20


class GraphQLService:
    """The schema and its executor over one runtime."""

    def __init__(self, runtime: Runtime, slots: WorkerSlots, authenticate: Authenticate) -> None:
        self._runtime = runtime
        self._slots = slots
        self._authenticate = authenticate
        self._executor = Executor(build_schema(), Limits(), cells_of)

    async def answer(self, request: Request, parameters: GraphQLRequest, by_post: bool) -> Answer:
        """Answer one request. Raise `Unauthenticated` before anything of it is read."""
        caller = self._authenticate(request)

        def context(document: DocumentNode) -> Context:
            return Context(self._runtime, caller, self._slots, document)

        return await self._executor.answer(
            parameters.query,
            variables=parameters.variables,
            operation_name=parameters.operation_name,
            mutations=by_post,
            context=context,
        )


def cells_of(arguments: Mapping[str, Any]) -> int:
    """Return the most cells that a monitoring report with these arguments can have."""
    first, last = arguments.get("from_"), arguments.get("to")
    days = (last - first).days + 1 if isinstance(first, date) and isinstance(last, date) else 365
    cells = 1
    for dimension in arguments.get("group_by") or [MonitoringDimension.COUNT]:
        name = dimension.value
        if name == "SCHOOL":
            cells *= len(arguments["schools"]) if arguments.get("schools") else _SCHOOLS
        elif name in _DAYS:
            cells *= max(0, days) // _DAYS[name] + 2
        else:
            cells *= _VALUES[name]
    return cells
