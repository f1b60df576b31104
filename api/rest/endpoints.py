"""What endpoints of JSON have in common: who asks comes before what they say, and the work is done in a thread.

Whatever is refused is raised, and is answered as a problem document by `api/problems.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import anyio
from starlette.requests import Request

from api.bootstrap import Runtime
from api.graphql.context import WorkerSlots
from api.refusals import CommandRefused
from api.rest.bodies import Asked, read_json
from services.checkpoints import make_checkpoint
from services.commands import Refusal, Services
from services.scope import Caller

if TYPE_CHECKING:
    from api.callers import Authenticate

__all__ = ["Endpoints"]

P = ParamSpec("P")
T = TypeVar("T")
Body = TypeVar("Body", bound=Asked)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What the endpoints of every resource work with."""

    runtime: Runtime
    slots: WorkerSlots
    authenticate: Authenticate

    async def asked(self, request: Request, model: type[Body]) -> tuple[Caller, Body]:
        """Return who asks and what they say, which is not read before that. Raise what finding out either raises."""
        caller = await self.authenticate(request)
        return caller, await read_json(request, model)

    async def read(
        self, function: Callable[Concatenate[Services, Caller, P], T], caller: Caller, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return what a question finds; a statement that takes too long raises StatementTimedOut."""
        work = partial(function, self.runtime.reading(caller.trust_id), caller, *args, **kwargs)
        return await anyio.to_thread.run_sync(work, limiter=self.slots.reads)

    async def signed(self, caller: Caller) -> None:
        """Have the ledger signed as it stands, in the time of a command: a question has to sign little more then.

        Raises as `make_checkpoint` does.
        """
        await self.command(_sign, caller)

    async def command(
        self,
        function: Callable[Concatenate[Services, Caller, P], T | Refusal],
        caller: Caller,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Return what came of a command, which is carried through even if the client goes away.

        Raise `CommandRefused`.
        """
        work = partial(function, self.runtime.services(caller.trust_id), caller, *args, **kwargs)
        outcome = await anyio.to_thread.run_sync(work, limiter=self.slots.commands)
        if isinstance(outcome, Refusal):
            raise CommandRefused(outcome)
        return outcome


def _sign(services: Services, _caller: Caller) -> None:
    make_checkpoint(services.ledger)
