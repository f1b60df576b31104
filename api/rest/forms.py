"""A form with one file, read as it comes: nothing of the file is kept in memory or on disk on its way through.

Starlette's own forms put a file on disk in clear; this one hands on each piece.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, NamedTuple

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from api.rest.bodies import BodyMalformed, NotJson

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

__all__ = ["FORM_TYPE", "FilePart", "FormWithFile"]

FORM_TYPE = "multipart/form-data"
MOST_WORDS = 16 * 1024


class FilePart(NamedTuple):
    """What the sender of a file says of it: its name, and as what it is declared."""

    name: str
    declared: str


class _Happened(NamedTuple):
    """Something that the parser came upon: the head of a part, bytes of it, its end, or the end of the form."""

    what: str
    content: bytes = b""
    headers: dict[bytes, bytes] = {}  # noqa: RUF012 - empty for all but the head of a part, and never changed


class FormWithFile:
    """Reads a form of two parts: words in the field `words`, then a file in the field `file`.

    Every method raises BodyMalformed for a form that is another.
    """

    def __init__(self, request: Request, words: str) -> None:
        """Begin to read; raises NotJson for a body of another type."""
        kind, options = parse_options_header(request.headers.get("content-type"))
        if kind != FORM_TYPE.encode() or b"boundary" not in options:
            raise NotJson([FORM_TYPE])
        self._words = words
        self._stream = request.stream()
        self._happened: deque[_Happened] = deque()
        self._headers: dict[bytes, bytes] = {}
        self._name = self._value = b""
        try:
            self._parser = MultipartParser(options[b"boundary"], self._callbacks())
        except FormParserError:
            raise _malformed() from None

    async def words(self) -> bytes:
        """The content of the first part."""
        await self._begin(self._words)
        found = bytearray()
        async for piece in self._pieces():
            found += piece
            if len(found) > MOST_WORDS:
                raise BodyMalformed([(self._words, "is too long")])
        return bytes(found)

    async def file(self) -> FilePart:
        """What is said of the file, whose bytes come next."""
        disposition, media_type = await self._begin("file")
        if b"filename" not in disposition:
            raise BodyMalformed([("file", "has to be a file with a name")])
        try:
            # Forms are in UTF-8, as browsers send them.
            return FilePart(disposition[b"filename"].decode(), media_type.decode("ascii"))
        except UnicodeDecodeError:
            raise BodyMalformed([("file", "has to have its name in UTF-8")]) from None

    async def pieces(self) -> AsyncIterator[bytes]:
        """The bytes of the file, as they come; at their end the form has to end too."""
        async for piece in self._pieces():
            yield piece
        if (await self._next()).what != "form ends":
            raise _malformed()

    async def _begin(self, name: str) -> tuple[dict[bytes, bytes], bytes]:
        happened = await self._next()
        if happened.what != "part begins":
            raise BodyMalformed([(name, "has to be there")])
        _, disposition = parse_options_header(happened.headers.get(b"content-disposition"))
        if disposition.get(b"name") != name.encode():
            raise _malformed()
        return disposition, happened.headers.get(b"content-type", b"")

    async def _pieces(self) -> AsyncIterator[bytes]:
        while (happened := await self._next()).what == "bytes":
            yield happened.content
        if happened.what != "part ends":
            raise _malformed()

    async def _next(self) -> _Happened:
        while not self._happened:
            try:
                piece = await anext(self._stream)
            except (StopAsyncIteration, ClientDisconnect):
                # It ended before its end; whether anybody still hears so makes no difference.
                raise _malformed() from None
            try:
                self._parser.write(piece)
            except FormParserError:
                raise _malformed() from None
        return self._happened.popleft()

    def _callbacks(self) -> MultipartCallbacks:
        def header_name(data: bytes, start: int, end: int) -> None:
            self._name += data[start:end]

        def header_value(data: bytes, start: int, end: int) -> None:
            self._value += data[start:end]

        def header_ends() -> None:
            self._headers[self._name.lower()] = self._value
            self._name = self._value = b""

        def headers_end() -> None:
            self._happened.append(_Happened("part begins", headers=self._headers))
            self._headers = {}

        def data(data: bytes, start: int, end: int) -> None:
            self._happened.append(_Happened("bytes", data[start:end]))

        return {
            "on_header_field": header_name,
            "on_header_value": header_value,
            "on_header_end": header_ends,
            "on_headers_finished": headers_end,
            "on_part_data": data,
            "on_part_end": lambda: self._happened.append(_Happened("part ends")),
            "on_end": lambda: self._happened.append(_Happened("form ends")),
        }


def _malformed() -> BodyMalformed:
    return BodyMalformed([("", "has to be a form with the field metadata first, then one file in the field file")])
