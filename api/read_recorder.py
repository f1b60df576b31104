"""Recording reads on the event loop: what comes at once is written by one statement, and no answer leaves before."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID

import anyio

from api.bootstrap import Runtime
from api.graphql.recording import Read
from api.middleware import log_fault
from ledger.keys import KeysUnavailableError
from ledger.loop_connections import LoopConnections
from ledger.read_log import APPEND, OPEN, NewRead, append_parameters
from projections.plan.told import Told
from services.read_log import CHECKPOINT_EVERY, NotRecorded, ReadEntry, make_read_checkpoint, new_read

__all__ = ["LoggedReads"]

# What one statement writes at most; more that wait are written by the next.
_MOST_AT_ONCE = 500


@dataclass(slots=True)
class _Waiting:
    """The reads of one trust that wait to be written, each with what its answer waits for."""

    reads: list[tuple[NewRead, asyncio.Future[None]]] = field(default_factory=list)
    is_written: bool = False


class LoggedReads:
    """Records reads in the log of their trust. Nothing here is for more than one thread.

    While one statement is under way, what comes meanwhile gathers for the next: the more come at once, the fewer
    statements, and waits for the disk, there are for each.
    """

    def __init__(self, runtime: Runtime, connections: LoopConnections) -> None:
        """Write by `connections` that nobody else lends, so that no question keeps its own answer from leaving."""
        self._runtime = runtime
        self._connections = connections
        self._waiting: dict[UUID, _Waiting] = {}
        self._secrets: dict[UUID, bytes] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._behind: set[UUID] = set()

    async def record(self, read: Read) -> None:
        """Record a read, and return when it is on disk. Raise `NotRecorded`."""
        if not read.matters:
            return
        if read.told is None:
            # An answer of which nobody knows what it tells is not let out.
            raise NotRecorded
        await self._append(read.caller.trust_id, new_read(await self._entry(read, read.told)))

    async def close(self) -> None:
        """Write what waits, and close the connections."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._connections.close()

    async def _entry(self, read: Read, told: Told) -> ReadEntry:
        secret = await self._secret(read.caller.trust_id)
        return ReadEntry(
            caller=read.caller,
            way=read.way,
            given=read.given.value,
            opened=told.opened,
            listed=told.listed,
            histories=told.histories,
            parts=told.parts,
            asked=read.asked,
            document=_document(read, secret),
            # Whoever wrote a document also named its operations, in words of their own.
            operation=read.operation if read.is_trusted else None,
            variables=_mac(secret, b"variables", read.variables) if read.variables else None,
        )

    async def _secret(self, trust_id: UUID) -> bytes | None:
        """The key of what stands for searches in a trust's log; None while the keys are out of reach."""
        known = self._secrets.get(trust_id)
        if known is None:
            keys = self._runtime.key_store
            with suppress(KeysUnavailableError):
                known = await anyio.to_thread.run_sync(keys.mac, trust_id, "read-log", b"")
                self._secrets[trust_id] = known
        return known

    async def _append(self, trust_id: UUID, read: NewRead) -> None:
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(trust_id, _Waiting())
        waiting.reads.append((read, written))
        if not waiting.is_written:
            waiting.is_written = True
            # Whoever asked may go away; what waits beside is written all the same.
            self._start(self._write(trust_id, waiting))
        await written

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write(self, trust_id: UUID, waiting: _Waiting) -> None:
        try:
            while waiting.reads:
                batch, waiting.reads = waiting.reads[:_MOST_AT_ONCE], waiting.reads[_MOST_AT_ONCE:]
                try:
                    last = await self._written(trust_id, [read for read, _ in batch])
                except BaseException as error:
                    for _, written in batch:
                        if not written.done():
                            written.set_exception(_not_recorded(error))
                    if not isinstance(error, Exception):
                        raise
                    continue
                for _, written in batch:
                    if not written.done():
                        written.set_result(None)
                if last // CHECKPOINT_EVERY > (last - len(batch)) // CHECKPOINT_EVERY:
                    self._sign(trust_id)
        finally:
            waiting.is_written = False
            for _, written in waiting.reads:
                if not written.done():
                    written.set_exception(NotRecorded())
            waiting.reads.clear()
            self._waiting.pop(trust_id, None)

    async def _written(self, trust_id: UUID, reads: list[NewRead]) -> int:
        parameters = append_parameters(trust_id, reads)
        for _ in range(2):
            [(last,)] = await self._connections.rows(trust_id, APPEND, parameters)
            if last is not None:
                position: int = last
                return position
            await self._connections.rows(trust_id, OPEN, [trust_id])
        raise NotRecorded

    def _sign(self, trust_id: UUID) -> None:
        """Have a checkpoint signed beside, unless one is being signed."""
        if trust_id not in self._behind:
            self._behind.add(trust_id)
            self._start(self._signed(trust_id))

    async def _signed(self, trust_id: UUID) -> None:
        try:
            await anyio.to_thread.run_sync(make_read_checkpoint, self._runtime.services(trust_id).ledger)
        except Exception as error:  # noqa: BLE001 - the next one covers what this one would have
            log_fault(error, "the checkpoint of the log of reads")
        finally:
            self._behind.discard(trust_id)


def _not_recorded(error: BaseException) -> NotRecorded:
    failed = NotRecorded()
    failed.__cause__ = error
    return failed


def _document(read: Read, secret: bytes | None) -> str | None:
    """What stands for the document: its digest, under the trust's key where it may hold what was searched for."""
    if read.document is None or read.is_trusted:
        return read.document
    return _mac(secret, b"document", read.document)


def _mac(secret: bytes | None, purpose: bytes, value: str | Mapping[str, Any]) -> str | None:
    if secret is None:
        return None
    message = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    return hmac.new(secret, purpose + b"\n" + message, sha256).hexdigest()
