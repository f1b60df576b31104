"""One connection of a client: the head of a request has to be whole before it is too long or too late.

The server counts and times nothing before a head is whole, so that a client could send one without end, or a letter of
it now and then, and hold memory and a connection for as long as it liked.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.request_shape import MOST_ADDRESS_BYTES, MOST_HEADER_BYTES

__all__ = ["MOST_HEAD_BYTES", "BoundedConnection"]

# An address and headers as long as they may be, and what stands between them.
MOST_HEAD_BYTES = MOST_ADDRESS_BYTES + MOST_HEADER_BYTES + 4 * 1024
# Seconds from the beginning of a connection, or from the first byte of a further request, to the end of the head.
HEAD_SECONDS = 10.0
# Seconds for the rest of a body whose request was answered already.
REST_SECONDS = 30.0


class BoundedConnection(HttpToolsProtocol):
    """Closes the connection on which a head is longer, or takes longer, than it may."""

    _head_is_whole = False
    _body_is_whole = True
    _head_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, unless there is too much of it and no end of the head."""
        if self._head_is_whole and self.cycle is not None and self.cycle.response_complete:
            if self._body_is_whole:
                # The first bytes after an answer, which may be empty lines before the next request.
                self._wait_for_head()
            elif self._head_timer is None:
                # What is left of a body that was answered before it was whole; nobody waits for it for ever.
                self._head_timer = self.loop.call_later(REST_SECONDS, self.transport.close)
        super().data_received(data)
        if self._head_is_whole:
            return
        self._head_bytes += len(data)
        if self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
            self._refuse(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        """Begin another head, which may be of a request that was sent before the last was answered."""
        super().on_message_begin()
        self._wait_for_head()

    def on_headers_complete(self) -> None:
        """Note that the head is whole."""
        self._head_is_whole = True
        self._body_is_whole = False
        self._stop_waiting()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that the body is whole."""
        self._body_is_whole = True
        super().on_message_complete()

    def _wait_for_head(self) -> None:
        self._stop_waiting()
        self._head_is_whole = False
        self._head_bytes = 0
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._too_late)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_late(self) -> None:
        if not self._head_is_whole and not self.transport.is_closing():
            self._refuse(b"408 Request Timeout")

    def _refuse(self, status: bytes) -> None:
        """Answer without a body, as no request was read that could say what it takes, and close."""
        self.transport.write(b"HTTP/1.1 " + status + b"\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        self.transport.close()
