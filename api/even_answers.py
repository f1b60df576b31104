"""Answers that there is nothing take the same time, whether nothing is there or one may not know of it (design D15).

To find a case and then not to show it is more work than to find none. Such an answer waits for the end of a step that
is many times as long as either, so that its time does not tell one from the other.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["EvenNotFound", "end_of_step", "tells_of_nothing"]

# Where a reader finds something, there is more than this.
_SHORT = 400


async def end_of_step(begun: float, milliseconds: int) -> None:
    """Wait until a whole number of steps has passed since an instant of the monotonic clock; steps of 0 are none."""
    if milliseconds:
        step = milliseconds / 1000
        await asyncio.sleep(step - (time.monotonic() - begun) % step)


def tells_of_nothing(answer: bytes) -> bool:
    """Whether any of the members of an answer, a JSON object in UTF-8, says that there is nothing."""
    members = msgspec.json.decode(answer, type=dict[str, msgspec.Raw])
    return any(len(one) < _SHORT and _is_nothing(msgspec.json.decode(one)) for one in members.values())


def _is_nothing(value: Any) -> bool:
    """Whether a value is empty, or an object of such, like a page without entries and its total of none."""
    return all(map(_is_nothing, value.values())) if isinstance(value, dict) else not value


class EvenNotFound:
    """Sends 404 at the end of a step that began when the request had come in whole."""

    def __init__(self, app: ASGIApp, milliseconds: int) -> None:
        self._app = app
        self._milliseconds = milliseconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        begun = time.monotonic()

        async def received() -> Message:
            nonlocal begun
            message = await receive()
            begun = time.monotonic()
            return message

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 404:
                await end_of_step(begun, self._milliseconds)
            await send(message)

        await self._app(scope, received, sent)
