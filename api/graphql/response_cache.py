"""Answers that need not be given twice: what makes two answers the same, their entity tags, and those kept in memory.

An answer follows from the document, the operation, the variables, the reader, where the trust's data stands, and the
code. Where it also follows from something else - the registry of people, the keys of sealed texts, the signer - it has
no key, and so neither a tag nor a place in memory.

The standing is read before an answer is made. If data moves on meanwhile, the answer is newer than its key says, and
nobody is ever given it by that key: positions and generations do not come back.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import zlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from api.graphql.documents import PreparedDocument, PreparedOperation
from api.graphql.standing import Standing
from projections.plan.fields import FIELDS
from projections.plan.told import Told
from services.scope import Caller

__all__ = ["KeptAnswer", "ResponseCache", "answer_key", "entity_tag", "is_repeatable", "tells_of_people"]

# Only questions known to follow from the events, by name: a new one has no key until somebody has thought about it.
_REPEATABLE = frozenset(
    f"Query.{name}"
    for name in (
        *("__schema", "__type", "__typename", "case", "cases", "codes", "ledger", "monitoring", "restatements"),
        *("schools", "staffPattern", "trust", "viewer"),
    )
)
# A checkpoint is signed, and a signer changed, without any event. Names change in the registry, and an erasure takes
# keys away, but only for those who see names and texts at all.
_MOVING = {
    f"{type_name}.{name}": field
    for type_name, fields in FIELDS.items()
    for name, field in fields.items()
    if not field.of_events
}
_OF_PEOPLE = frozenset(name for name, field in _MOVING.items() if field.needs == "opens_sealed")
_NOT_REPEATABLE = frozenset(_MOVING) - _OF_PEOPLE

# A member of the filter of cases.
_BY_TIME = "overdue"

_CODE = ("api", "domain", "ledger", "policies", "projections", "services")
_LIBRARIES = ("graphql-core", "strawberry-graphql")


def tells_of_people(document: PreparedDocument, caller: Caller) -> bool:
    """Whether the answer holds names or opened texts: the document reads some, and the caller may open them."""
    return caller.visibility.opens_sealed and not document.fields.isdisjoint(_OF_PEOPLE)


def is_repeatable(operation: PreparedOperation, caller: Caller) -> bool:
    """Whether the answer follows from nothing but what its key is made of."""
    fields = operation.document.fields
    return (
        operation.is_query
        and all(name in _REPEATABLE for name in fields if name.startswith("Query."))
        and fields.isdisjoint(_NOT_REPEATABLE)
        and not tells_of_people(operation.document, caller)
    )


def answer_key(
    operation: PreparedOperation, variables: Mapping[str, Any], caller: Caller, standing: Standing
) -> bytes | None:
    """Return what two requests have in common exactly if their answers are the same; None if it cannot be said."""
    if _asks_by_time(operation.document, variables):
        return None
    seen = caller.visibility
    parts = [
        code_version(),
        operation.document.digest,
        operation.name,
        variables,
        [caller.role, str(caller.trust_id), str(caller.person_id), caller.school_urn, str(caller.on_behalf_of)],
        [seen.schools, seen.kinds, seen.own_kinds, [str(one) for one in seen.cases or ()]],
        [seen.lists_cases, seen.opens, seen.counts_everything, seen.sees_figures, seen.sees_proofs],
        None if caller.scopes is None else sorted(caller.scopes),
        standing,
    ]
    try:
        text = json.dumps(parts, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (ValueError, RecursionError):
        return None
    return hashlib.sha256(text.encode()).digest()


def _asks_by_time(document: PreparedDocument, variables: Any) -> bool:
    """Whether what is listed follows from the time, which passes without an event."""
    if f"CaseFilter.{_BY_TIME}" in document.fields:
        return True
    if isinstance(variables, Mapping):
        return _BY_TIME in variables or any(_asks_by_time(document, value) for value in variables.values())
    return isinstance(variables, list) and any(_asks_by_time(document, value) for value in variables)


def entity_tag(key: bytes, media_type: str, encoding: str | None) -> str:
    """Return the strong tag of an answer in one media type and encoding, whose bytes and headers differ."""
    told = hashlib.sha256(b"\n".join((key, media_type.encode(), (encoding or "identity").encode()))).digest()
    return f'"{base64.urlsafe_b64encode(told[:24]).decode()}"'


@cache
def code_version() -> str:
    """Return a hash over everything that answers are made by: our code and data, and the libraries that shape them."""
    digest = hashlib.sha256()
    for package in _CODE:
        _hash_folder(digest, files(package), package)
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    # Compressed bytes are those of this version.
    digest.update(zlib.ZLIB_RUNTIME_VERSION.encode())
    return digest.hexdigest()


def _hash_folder(digest: Any, folder: Traversable, name: str) -> None:
    for entry in sorted(folder.iterdir(), key=lambda found: found.name):
        if entry.is_dir() and entry.name not in ("__pycache__", "static"):
            _hash_folder(digest, entry, f"{name}/{entry.name}")
        elif entry.name.endswith((".py", ".toml", ".json", ".csv", ".graphql")):
            content = entry.read_bytes()
            digest.update(f"{name}/{entry.name} {len(content)}\n".encode() + content)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A finished answer as it goes out, and of which cases it tells, where that is known."""

    content: bytes = field(repr=False)
    told: Told | None


# What an entry takes besides its content: its key, the objects around it, its place in the order.
_OVERHEAD = 400


class ResponseCache:
    """Finished answers by key and encoding, those used last, within a number of bytes; 0 keeps none."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[tuple[bytes, str | None], KeptAnswer] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def is_on(self) -> bool:
        """Whether it keeps anything."""
        return self._max_bytes > 0

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return self._bytes

    def get(self, key: bytes, encoding: str | None) -> KeptAnswer | None:
        """Return the answer in this encoding, if it is there."""
        with self._lock:
            kept = self._kept.get((key, encoding))
            if kept is not None:
                self._kept.move_to_end((key, encoding))
            return kept

    def put(self, key: bytes, encoding: str | None, answer: KeptAnswer) -> None:
        """Keep an answer, and forget those not used for longest. One that would push out most others is not kept."""
        taken = _taken(answer)
        if taken > self._max_bytes // 4:
            return
        with self._lock:
            before = self._kept.pop((key, encoding), None)
            self._bytes += taken - (0 if before is None else _taken(before))
            self._kept[key, encoding] = answer
            while self._bytes > self._max_bytes:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= _taken(oldest)


def _taken(answer: KeptAnswer) -> int:
    return _OVERHEAD + len(answer.content) + 100 * len(answer.told.cases if answer.told else ())
