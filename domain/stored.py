"""The stored names: which event class each belongs to, and how its payload is written and read.

A stored name such as `incident.closed.v1` is the only version there is; the Python path is never stored. A payload is
written from an event's own fields and read back through a schema derived once from the same fields: reading checks
shape (types, required and unknown members), never rules.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Container, Iterable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from eventsourcing.domain import decorated_funcs

from domain.aggregate import Opening, Recordable
from domain.sealed import SealedRef, Secret

JSON = dict[str, Any]

# An upcaster turns the payload of one stored name into that of a later one: (later name, payload).
Upcaster = Callable[[JSON], tuple[str, JSON]]
UPCASTERS: dict[str, Upcaster] = {}

_ENVELOPE_FIELDS = frozenset(
    {"originator_id", "originator_version", "timestamp", "originator_topic", "originator_id_type"}
)

# What canonical JSON has of integers.
_Integer = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]


class StoredEventError(Exception):
    """A stored event cannot be read: its name is unknown or its payload has another shape than its name promises."""


@dataclasses.dataclass(frozen=True, slots=True)
class Payload:
    """What an event stores: its name, its clear members, and the texts to be sealed, by part."""

    name: str
    data: JSON
    secrets: dict[str, Secret]


class ReadyPayload(msgspec.Struct, frozen=True):
    """A payload on its way into the ledger.

    `data` is a struct whose values have been found to be of their declared types, so that msgspec writes it as
    canonical JSON; or the clear members as in Payload, where that is not sure.
    """

    name: str
    data: msgspec.Struct | JSON
    secrets: dict[str, Secret]


@dataclasses.dataclass(frozen=True, slots=True)
class StoredName:
    """One stored name: its event class, its aggregate, and the schema of its payload."""

    name: str
    event_class: type[Any]
    aggregate_class: type[Recordable]
    clear: tuple[str, ...]
    sealed: tuple[str, ...]
    struct: type[msgspec.Struct] | None
    opens: bool
    decoder: msgspec.json.Decoder[Any]
    description: str

    def is_optional(self, field: str) -> bool:
        """Whether a clear member may be absent."""
        return _is_optional(get_type_hints(self.event_class)[field])


@cache
def stored_names() -> Mapping[str, StoredName]:
    """Every stored name, in order of name; importing the aggregates here keeps a log readable from any entry point."""
    from domain.access_request import AccessRequest
    from domain.complaint import Complaint
    from domain.erasure import Erasure
    from domain.incident import Incident
    from domain.ledger_register import LedgerRegister
    from domain.registers import SchoolRegister, TrustRegister
    from domain.staff_breach import StaffBreach

    found: dict[str, StoredName] = {}
    cases, registers = (Incident, Complaint, StaffBreach), (TrustRegister, SchoolRegister, LedgerRegister)
    for aggregate_class in (*cases, *registers, Erasure, AccessRequest):
        for member in vars(aggregate_class).values():
            name = getattr(member, "TOPIC", None)
            if isinstance(member, type) and name is not None:
                found[name] = _describe(name, member, aggregate_class)
    return dict(sorted(found.items()))


def stored_name(name: str) -> StoredName:
    """The stored name's entry; raises StoredEventError when the code does not know it."""
    entry = stored_names().get(name)
    if entry is None:
        raise StoredEventError(f"no event is stored under the name {name!r}")
    return entry


def _describe(name: str, event_class: type[Any], aggregate_class: type[Recordable]) -> StoredName:
    hints = {
        field.name: hint
        for field in dataclasses.fields(event_class)
        if field.name not in _ENVELOPE_FIELDS
        for hint in [get_type_hints(event_class)[field.name]]
    }
    sealed = tuple(sorted(field for field, hint in hints.items() if _is_sealed(hint)))
    clear = tuple(sorted(field for field in hints if field not in sealed))
    schema = msgspec.defstruct(
        f"{aggregate_class.__name__}{event_class.__name__}",
        # Only an absent optional member has a default: any other default could change its meaning with the code.
        [(field, hints[field]) for field in clear if not _is_optional(hints[field])]
        + [(field, hints[field], None) for field in clear if _is_optional(hints[field])],
        forbid_unknown_fields=True,
        frozen=True,
    )
    return StoredName(
        name,
        event_class,
        aggregate_class,
        clear,
        sealed,
        _struct(f"{event_class.__name__}Data", {field: hints[field] for field in clear}),
        issubclass(event_class, Opening),
        msgspec.json.Decoder(schema),
        _description(event_class),
    )


def _description(event_class: type[Any]) -> str:
    change = decorated_funcs.get(event_class)
    if change is not None:
        return " ".join((change.__doc__ or "").split())
    # The library derives the first event of a stream anew, with a signature for a docstring.
    own = (vars(base).get("__doc__") or "" for base in event_class.__mro__)
    return next((" ".join(text.split()) for text in own if text and "originator_id" not in text), "")


def _struct(name: str, hints: Mapping[str, object]) -> type[msgspec.Struct] | None:
    """A struct of these members that is written as canonical JSON; None where that is not sure from their types."""
    fields: list[Any] = []
    for member, hint in sorted(hints.items()):
        kind = _written_kind(_present(hint))
        if kind is None:
            return None
        fields.append((member, kind | None, None) if _is_optional(hint) else (member, kind))
    # Only an absent optional member has a default, and what has its default is left out.
    return msgspec.defstruct(name, fields, frozen=True, kw_only=True, omit_defaults=True)


def _written_kind(hint: object) -> Any:
    if hint in (str, bool, UUID, date):
        return hint
    if hint is int:
        return _Integer
    if get_origin(hint) is tuple:
        kind = _written_kind(get_args(hint)[0])
        return None if kind is None else types.GenericAlias(tuple, (kind, ...))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        hints = get_type_hints(hint)
        return _struct(hint.__name__, {field.name: hints[field.name] for field in dataclasses.fields(hint)})
    return None


def _present(hint: object) -> object:
    members = [member for member in get_args(hint) if member is not type(None)]
    return members[0] if _is_optional(hint) and len(members) == 1 else hint


def _is_optional(hint: object) -> bool:
    return get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint)


def _is_sealed(hint: object) -> bool:
    members = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    return SealedRef in members or Secret in members


def payload_of(event: Any) -> Payload:
    """The payload of a decided event; raises StoredEventError when a text of it was sealed before."""
    entry = stored_name(type(event).TOPIC)
    return Payload(entry.name, _plain_data(entry, event), _secrets(entry, event))


def ready_payload(event: Any) -> ReadyPayload:
    """The same payload in the form that is written soonest; the recording path's own, with the same refusal."""
    entry = stored_name(type(event).TOPIC)
    data: msgspec.Struct | JSON
    if entry.struct is None:
        data = _plain_data(entry, event)
    else:
        try:
            data = msgspec.convert(event, entry.struct, from_attributes=True)
        except msgspec.ValidationError:  # not of the declared types: for the careful writers to judge
            data = _plain_data(entry, event)
    return ReadyPayload(entry.name, data, _secrets(entry, event))


def _plain_data(entry: StoredName, event: Any) -> JSON:
    values = vars(event)
    return {field: plain(values[field]) for field in entry.clear if values[field] is not None}


def _secrets(entry: StoredName, event: Any) -> dict[str, Secret]:
    values = vars(event)
    secrets = {}
    for field in entry.sealed:
        value = values[field]
        if value is None:
            continue
        if not isinstance(value, Secret):
            raise StoredEventError(f"{entry.name}.{field} was sealed before: an event seals only its own texts")
        secrets[field] = value
    return secrets


def plain(value: Any) -> Any:
    """A field's value as canonical JSON knows it: days, instants and ids as text, values without absent members."""
    kind = type(value)
    if kind is str or kind is int or kind is bool:
        return value
    if kind is UUID:
        return str(value)
    if kind is date:
        return value.isoformat()
    if isinstance(value, datetime) and value.tzinfo is not None:
        # An instant has one spelling; what has no zone is none.
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(plain(item) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        members = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {name: plain(member) for name, member in members if member is not None}
    raise StoredEventError(f"{kind.__name__} cannot be stored in an event")


def decode(
    name: str, stream_id: UUID, version: int, recorded_at: datetime, data: bytes | msgspec.Raw, parts: Container[str]
) -> Any:
    """The event that a row of the ledger holds.

    `data` is the JSON text of the body's `data` member and `parts` are the names of its sealed parts; a sealed field
    becomes a reference. Raises StoredEventError naming the stored name and what its payload lacks.
    """
    while name in UPCASTERS:
        name, later = UPCASTERS[name](msgspec.json.decode(data))
        data = msgspec.json.encode(later)
    entry = stored_name(name)
    try:
        payload = entry.decoder.decode(data)
    except msgspec.MsgspecError as error:
        raise StoredEventError(f"an event stored as {name!r} has another shape: {error}") from None
    fields = msgspec.structs.asdict(payload)
    fields["originator_id"] = stream_id
    fields["originator_version"] = version
    fields["timestamp"] = recorded_at
    if entry.opens:
        fields["originator_topic"] = entry.aggregate_class.TOPIC  # type: ignore[attr-defined]  # each aggregate has one
    if entry.sealed:
        for field in entry.sealed:
            fields[field] = SealedRef(version, field) if field in parts else None
    event = object.__new__(entry.event_class)
    object.__setattr__(event, "__dict__", fields)  # an event is frozen
    return event


def fold(state: Any, events: Iterable[Any]) -> Any:
    """The aggregate after the events; `state` is None before the first. It is changed in place."""
    for event in events:
        state = event.mutate(state)
    return state


def stored_members(hint: object) -> list[str]:
    """The names of the types in a field's annotation, for the event catalogue."""
    if get_origin(hint) in (tuple, list):
        return [f"list of {' or '.join(stored_members(get_args(hint)[0]))}"]
    members = [member for member in get_args(hint) or (hint,) if member is not type(None)]
    return [getattr(member, "__name__", None) or str(member) for member in members]
