"""A server that speaks as clamd does, over a real socket, and takes the EICAR test file for malware."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.file_samples import EICAR

__all__ = ["FakeClamd"]


class FakeClamd:
    """Answers scans one after another; `most` is its StreamMaxLength, `answer` what it says whatever the file is.

    `seen` are the lengths of the files that it was given.
    """

    def __init__(self, path: Path | None = None, *, most: int = 10**9, answer: bytes | None = None) -> None:
        family = socket.AF_INET if path is None else socket.AF_UNIX
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self._listener.bind(("127.0.0.1", 0) if path is None else str(path))
        self._listener.listen()
        self._most = most
        self._answer = answer
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}" if path is None else str(path)
        self.seen: list[int] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as received:
                try:
                    connection.sendall(self._scan(received.read))
                except OSError:
                    continue

    def _scan(self, read) -> bytes:  # type: ignore[no-untyped-def] # the method of a file
        assert read(10) == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(read(4), "big"):
            content += read(length)
            if len(content) > self._most:
                return b"INSTREAM size limit exceeded. ERROR\0"
        self.seen.append(len(content))
        if self._answer is not None:
            return self._answer
        return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
