"""The case document: what a list row, a case, a past moment and the answer to a command all show of a case.

It is a pure function of the state, for all three kinds. Sealed texts appear as references alone, `{version, part}`:
whoever may read them opens them afterwards.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from datetime import date
from enum import Enum
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from domain.case import Case
from domain.duties import Duty, duties
from domain.offered import mask
from domain.policy import PolicyPack
from domain.sealed import Secret
from domain.values import CaseKind, CaseStatus, Imported, Mark, PolicyRef

JSON = dict[str, Any]

# What each kind shows beside the common members; the names are those of its state.
DETAIL: dict[CaseKind, tuple[str, ...]] = {
    CaseKind.INCIDENT: (
        "summary",
        "items",
        "addenda",
        "evidence",
        "reported_to_headteacher_on",
        "meetings",
        "impacts",
        "investigations",
        "accounts",
        "outcome_notices",
        "directions",
        "parent_advice",
        "platform_reports",
    ),
    CaseKind.COMPLAINT: (
        "summary",
        "received_on",
        "received_by",
        "means",
        "complainant",
        "heads",
        "addenda",
        "accounts",
    ),
    CaseKind.STAFF_BREACH: (
        "summary",
        "reported_on",
        "recorded_on",
        "source",
        "subject",
        "concerns_post",
        "addenda",
    ),
}


class NotRecordedYetError(Exception):
    """A case that holds a text not yet sealed has no document: it must be recorded first."""


class LinkDocument(msgspec.Struct, frozen=True):
    """A link to another case."""

    case: UUID
    kind: str


class CaseDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One case. `detail` holds what the kind adds, such as `items`: JSON values, with lists in the order of recording.

    `offered` is the bit mask of `offered.from_mask`; `duties` are what is outstanding, in order.
    """

    id: UUID
    kind: CaseKind
    version: int
    reference: str
    school_reference: str | None
    school_urn: str
    status: CaseStatus
    opened_on: date
    closed_on: date | None
    outcome: str | None
    closed_as_logged: bool
    policy: PolicyRef | None
    owner: UUID | None
    reported_by: UUID | None
    mark: Mark | None
    duplicate_of: UUID | None
    copies: tuple[UUID, ...]
    links: tuple[LinkDocument, ...]
    imported: Imported | None
    offered: int
    duties: tuple[Duty, ...]
    detail: JSON

    def to_json(self) -> bytes:
        """The document as JSON text, for a read table or an answer."""
        return msgspec.json.encode(self)


def case_document(case: Case, pack: PolicyPack | None = None) -> CaseDocument:
    """Show a case; `pack` is the policy pinned to it. Raises NotRecordedYetError while a text is not sealed."""
    return CaseDocument(
        id=case.id,
        kind=case.kind,
        version=case.version,
        reference=case.reference,
        school_reference=case.school_reference,
        school_urn=case.school_urn,
        status=case.status,
        opened_on=case.opened_on,
        closed_on=case.closed_on,
        outcome=case.outcome,
        closed_as_logged=case.closed_as_logged,
        policy=case.policy,
        owner=case.owner,
        reported_by=case.reported_by,
        mark=case.mark,
        duplicate_of=case.duplicate_of,
        copies=tuple(case.copies),
        links=tuple(LinkDocument(other, kind) for other, kind in case.links),
        imported=case.imported,
        offered=mask(case, pack),
        duties=duties(case, pack),
        detail={name: _shown(getattr(case, name)) for name in DETAIL[case.kind]},
    )


def from_json(text: bytes | str) -> CaseDocument:
    """Read a document written by `to_json`; raises msgspec.ValidationError on any other text."""
    return _DECODER.decode(text)


_DECODER = msgspec.json.Decoder(CaseDocument)


def _shown(value: Any) -> Any:
    """A value as JSON has it: records by their members, a dict of records as the list of them."""
    kind = type(value)
    show = _SHOW.get(kind)
    if show is None:
        show = _SHOW[kind] = _way_to_show(kind)
    return show(value)


def _as_it_is(value: Any) -> Any:
    return value


def _refused(_: Any) -> Any:
    raise NotRecordedYetError


def _each(values: Iterable[Any]) -> list[Any]:
    return [_shown(one) for one in values]


def _way_to_show(kind: type[Any]) -> Callable[[Any], Any]:
    if issubclass(kind, Enum):
        return lambda value: value.value
    if not dataclasses.is_dataclass(kind):
        raise TypeError(f"a case document cannot show a {kind.__name__}")
    hints = get_type_hints(kind)
    texts = tuple(name for name, hint in hints.items() if Secret in get_args(hint))
    lists = tuple(name for name, hint in hints.items() if get_origin(hint) is tuple)
    if not all(name in texts or _is_flat(get_args(hint) if name in lists else hint) for name, hint in hints.items()):
        return lambda record: {name: _shown(getattr(record, name)) for name in hints}

    def members(record: Any) -> Any:
        # The library shows a record at once, but a text not sealed too, and a tuple as a tuple.
        for name in texts:
            if type(getattr(record, name)) is Secret:
                raise NotRecordedYetError
        shown = msgspec.to_builtins(record)
        for name in lists:
            shown[name] = list(shown[name])
        return shown

    return members


def _is_flat(hint: object) -> bool:
    """Whether every value of the type, or of all of several types, is free of texts and tuples at any depth."""
    members = hint if isinstance(hint, tuple) else get_args(hint)
    if get_origin(hint) is tuple or hint is Secret:
        return False
    if members:
        return all(_is_flat(one) for one in members)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return all(_is_flat(one) for one in get_type_hints(hint).values())
    return hint in _LEAVES or hint is Ellipsis or (isinstance(hint, type) and issubclass(hint, Enum))


_LEAVES = (type(None), str, int, bool, UUID, date)

# How a value of each type is shown; records and enumerations join as they are first met.
_SHOW: dict[type[Any], Callable[[Any], Any]] = {
    type(None): _as_it_is,
    str: _as_it_is,
    int: _as_it_is,
    bool: _as_it_is,
    UUID: str,
    date: date.isoformat,
    dict: lambda records: _each(records.values()),
    tuple: _each,
    Secret: _refused,
}
