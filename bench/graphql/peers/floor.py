"""The floor: one fixed statement for each question gives the finished answer, behind a bare ASGI application."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from typing import Any

from starlette.types import Receive, Scope, Send

from bench.graphql.peers.running import Pool, pool, serve, told
from bench.graphql.statements import FLOOR


class Floor:
    """Answers `POST /<question>` with what its statement gives; only the variables of the request are read."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = given
        self._reader = {"person": given["person"], "kinds": given["kinds"]}
        self._statements = {f"/{name}": statement.encode() for name, statement in FLOOR.items()}
        self._pool: Pool | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live from start to stop."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        known = scope["path"] in self._statements
        answer = await self._answer(scope["path"], body) if known else b"{}"
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200 if known else 404, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _answer(self, path: str, body: bytes) -> bytes:
        variables = json.loads(body)["variables"]
        wanted = variables.get("filter", {})
        # What is asked for, and then what may be seen, which nothing that is asked for replaces.
        parameters = {**wanted, "wanted": wanted.get("kinds"), **variables, **self._reader}
        parameters.pop("filter", None)
        assert self._pool is not None
        async with self._pool.connection() as connection, connection.cursor() as cursor:
            await cursor.execute(self._statements[path], parameters, prepare=True)
            row = await cursor.fetchone()
        assert row is not None
        return str(row[0]).encode()

    async def _live(self, receive: Receive, send: Send) -> None:
        async with AsyncExitStack() as living:
            await receive()
            self._pool = await living.enter_async_context(pool(self._given))
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


if __name__ == "__main__":
    GIVEN = told()
    serve(Floor(GIVEN), GIVEN)
