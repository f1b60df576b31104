"""What the resolvers of one request share: the caller, the services, and loaders that read in batches.

Every read of the database goes to a worker thread. Reads and commands have slots and connections of their own, so that
commands that wait for one another leave room for queries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import ParamSpec, TypeVar
from uuid import UUID

import anyio
import strawberry
from graphql import DocumentNode
from strawberry.dataloader import DataLoader

from api.bootstrap import Runtime
from api.graphql.folds import History, read_histories
from domain.access import Visibility
from domain.case_document import CaseDocument
from projections.cases import find_cases
from projections.schools import School, schools
from projections.wait import wait_until
from services.commands import Services
from services.people import KnownName, names
from services.scope import Caller
from services.sealed_texts import SealedPlace, SealedText, open_texts

__all__ = ["Context", "Info", "WorkerSlots"]

P = ParamSpec("P")
T = TypeVar("T")


class WorkerSlots:
    """How many reads and how many commands of this process may be in worker threads at once."""

    def __init__(self, pool_size: int) -> None:
        # Half of a trust's connections are left to projections and imports.
        self.reads = anyio.CapacityLimiter(max(2, pool_size))
        self.waits = anyio.CapacityLimiter(32)
        self.commands = anyio.CapacityLimiter(max(1, pool_size // 2))


@dataclass
class Context:
    """One request of one caller."""

    runtime: Runtime
    caller: Caller
    slots: WorkerSlots
    document: DocumentNode | None = field(default=None, repr=False)

    @cached_property
    def services(self) -> Services:
        """The services of the caller's trust for questions; too long a statement raises StatementTimedOut."""
        return self.runtime.reading(self.caller.trust_id)

    @cached_property
    def commands(self) -> Services:
        """The services of the caller's trust for commands and for reading back what they recorded."""
        return self.runtime.services(self.caller.trust_id)

    @cached_property
    def visibility(self) -> Visibility:
        """What the caller may see, as of now."""
        return self.caller.visibility

    async def read(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a read in a worker thread."""
        return await anyio.to_thread.run_sync(partial(function, *args, **kwargs), limiter=self.slots.reads)

    async def wait_for(self, position: int | None) -> None:
        """Wait until the figures include a position. Raise `ProjectionBehind` after two seconds."""
        if position is not None:
            # In slots of its own: who waits must not keep others from reading.
            await anyio.to_thread.run_sync(wait_until, self.services.ledger.trust, position, limiter=self.slots.waits)

    async def write(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a command in a worker thread; it is carried through even if the client goes away."""
        return await anyio.to_thread.run_sync(partial(function, *args, **kwargs), limiter=self.slots.commands)

    @cached_property
    def sealed_texts(self) -> DataLoader[SealedPlace, SealedText]:
        """Sealed texts of cases that the caller sees, opened together; withheld for a role that opens none."""

        async def load(places: Sequence[SealedPlace]) -> Sequence[SealedText]:
            opened = await self.read(open_texts, self.services.ledger, self.visibility, places)
            return [opened[place] for place in places]

        return DataLoader(load)

    @cached_property
    def names(self) -> DataLoader[UUID, KnownName]:
        """Today's names of persons in cases that the caller sees, in one statement."""

        async def load(person_ids: Sequence[UUID]) -> Sequence[KnownName]:
            known = await self.read(names, self.services.ledger.trust, self.visibility, person_ids)
            return [known[person_id] for person_id in person_ids]

        return DataLoader(load)

    @cached_property
    def cases(self) -> DataLoader[UUID, CaseDocument | None]:
        """Cases by id as they stand, in one statement; None for one that the caller does not see."""

        async def load(case_ids: Sequence[UUID]) -> Sequence[CaseDocument | None]:
            found = await self.read(find_cases, self.services.ledger.trust, self.visibility, case_ids)
            return [found[case_id].document if case_id in found else None for case_id in case_ids]

        return DataLoader(load)

    @cached_property
    def histories(self) -> DataLoader[UUID, History]:
        """The events of cases that the caller sees, in one statement."""

        async def fold(history: History) -> list[CaseDocument]:
            return await self.read(history.documents, self.services, self.caller)

        async def load(case_ids: Sequence[UUID]) -> Sequence[History]:
            found = await self.read(read_histories, self.services, case_ids)
            return [History(found[case_id], fold) for case_id in case_ids]

        return DataLoader(load)

    @cached_property
    def _schools(self) -> DataLoader[None, dict[str, School]]:
        async def load(keys: Sequence[None]) -> Sequence[dict[str, School]]:
            found = await self.read(schools, self.services.ledger.trust, self.visibility)
            return [{school.urn: school for school in found}] * len(keys)

        return DataLoader(load)

    async def schools(self) -> dict[str, School]:
        """The schools that the caller sees, by URN in order; read once for the request."""
        return await self._schools.load(None)


Info = strawberry.Info[Context, None]
