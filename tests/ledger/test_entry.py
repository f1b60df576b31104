"""Bodies, headers, leaves and links: what is written for ever, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import canonical, entry
from ledger.canonical import JSON, CanonicalError
from ledger.entry import Body, EntryError, SealedEntry
from tests.ledger.fast_bodies import write_fast

TRUST = UUID("11111111-1111-4111-8111-111111111111")
STREAM = UUID("22222222-2222-4222-8222-222222222222")
COMMAND = UUID("33333333-3333-4333-8333-333333333333")
ACTOR = UUID("44444444-4444-4444-8444-444444444444")
KEY = UUID("AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA")
PERSON = UUID("66666666-6666-4666-8666-666666666666")

FIRST = Body(
    trust=TRUST,
    stream=STREAM,
    version=1,
    type="incident.reported.v1",
    command=COMMAND,
    actor=ACTOR,
    actor_role="headteacher",
    data={"discovered_on": "2026-09-14"},
)
FULL = FIRST._replace(
    version=2,
    prev="0f" * 32,
    school="900001",
    on_behalf_of=PERSON,
    reason="reason",
    causation="caused",
    correlation="together",
    sealed=(SealedEntry("narrative", KEY, bytes(32)), SealedEntry("reason", KEY, b"\xff" * 32)),
)


def test_a_first_body_has_the_required_members_alone() -> None:
    assert entry.encode_body(FIRST) == (
        b'{"actor":"44444444-4444-4444-8444-444444444444","actor_role":"headteacher",'
        b'"command":"33333333-3333-4333-8333-333333333333","data":{"discovered_on":"2026-09-14"},"format":1,"prev":"",'
        b'"sealed":[],"stream":"22222222-2222-4222-8222-222222222222","trust":"11111111-1111-4111-8111-111111111111",'
        b'"type":"incident.reported.v1","version":1}'
    )


def test_a_full_body_has_all_members_in_the_order_of_their_names() -> None:
    zeros, ones = "00" * 32, "ff" * 32
    key = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
    assert entry.encode_body(FULL).decode() == (
        '{"actor":"44444444-4444-4444-8444-444444444444","actor_role":"headteacher","causation":"caused",'
        '"command":"33333333-3333-4333-8333-333333333333","correlation":"together",'
        '"data":{"discovered_on":"2026-09-14"},"format":1,"on_behalf_of":"66666666-6666-4666-8666-666666666666",'
        f'"prev":"{"0f" * 32}","reason":"reason","school":"900001","sealed":['
        f'{{"commitment":"{zeros}","key":"{key}","part":"narrative"}},'
        f'{{"commitment":"{ones}","key":"{key}","part":"reason"}}],'
        '"stream":"22222222-2222-4222-8222-222222222222","trust":"11111111-1111-4111-8111-111111111111",'
        '"type":"incident.reported.v1","version":2}'
    )


_payloads = st.dictionaries(
    st.text(st.characters(min_codepoint=1, max_codepoint=127), max_size=6),
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**54), 2**54) | st.text(max_size=9) | st.floats(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=6,
    ),
    max_size=4,
)
_lines = st.none() | st.text(max_size=4)
_sealed = st.lists(
    st.builds(SealedEntry, st.text("abz.~ é", max_size=3), st.uuids(), st.binary(min_size=31, max_size=32)), max_size=3
).map(tuple)


@given(
    st.builds(
        Body,
        trust=st.uuids(),
        stream=st.uuids(),
        version=st.integers(0, 3) | st.integers(),
        type=st.text(max_size=9),
        command=st.uuids(),
        actor=st.uuids(),
        actor_role=st.text(max_size=9),
        data=_payloads,
        prev=st.sampled_from(["", "ab" * 32, "AB" * 32]),
        school=_lines,
        on_behalf_of=st.none() | st.uuids(),
        reason=st.sampled_from([None, "reason", "other"]),
        causation=_lines,
        correlation=_lines,
        sealed=_sealed,
    )
)
def test_the_quick_writer_gives_the_same_bytes_and_the_same_refusals(body: Body) -> None:
    def outcome(write) -> bytes | str:  # type: ignore[no-untyped-def] # either writer
        try:
            return write(body)  # type: ignore[no-any-return] # as above
        except (EntryError, CanonicalError) as error:
            return f"{type(error).__name__}: {error}"

    plain = outcome(entry.encode_body)

    assert outcome(write_fast) == plain
    if isinstance(plain, bytes):
        assert entry.decode_body(plain) == body


@pytest.mark.parametrize("part", ["", "a b", "é", "\x7f", "a\n"])
def test_the_quick_writer_refuses_the_names_of_parts_that_the_plain_one_refuses(part: str) -> None:
    body = FIRST._replace(sealed=(SealedEntry(part, KEY, bytes(32)),))

    for write in (entry.encode_body, write_fast):
        with pytest.raises(EntryError, match=r"^sealed\[0\]\.part must be printable ASCII without spaces$"):
            write(body)


class _Inner(msgspec.Struct, kw_only=True, omit_defaults=True):
    aspect: str | None = None
    nature: str


class _Data(msgspec.Struct, kw_only=True, omit_defaults=True):
    about: tuple[UUID, ...]
    count: int
    day: date | None = None
    inner: tuple[_Inner, ...]
    truth: bool
    words: str | None = None


@given(
    st.builds(
        _Data,
        about=st.lists(st.uuids(), max_size=2).map(tuple),
        count=st.integers(-(2**53), 2**53),
        day=st.none() | st.dates(),
        inner=st.lists(
            st.builds(_Inner, aspect=st.none() | st.text(max_size=3), nature=st.text(max_size=9)), max_size=2
        ).map(tuple),
        truth=st.booleans(),
        words=st.none() | st.text(max_size=9) | st.sampled_from(["\0", "\\u0000", "\ud800"]),
    )
)
def test_a_struct_is_written_as_the_members_it_holds(data: _Data) -> None:
    members: dict[str, JSON] = {
        "about": [str(one) for one in data.about],
        "count": data.count,
        "inner": [
            {"nature": one.nature} if one.aspect is None else {"nature": one.nature, "aspect": one.aspect}
            for one in data.inner
        ],
        "truth": data.truth,
    }
    if data.day is not None:
        members["day"] = data.day.isoformat()
    if data.words is not None:
        members["words"] = data.words

    def outcome(write) -> bytes | str:  # type: ignore[no-untyped-def] # either writer
        try:
            return write()  # type: ignore[no-any-return] # as above
        except CanonicalError as error:
            return str(error)

    plain = outcome(lambda: entry.encode_body(FULL._replace(data=members)))

    assert outcome(lambda: write_fast(FULL, data)) == plain


@pytest.mark.parametrize("body", [FIRST, FULL], ids=["first", "full"])
def test_a_body_reads_back_whole(body: Body) -> None:
    assert entry.decode_body(entry.encode_body(body)) == body
    assert write_fast(body) == entry.encode_body(body)


@pytest.mark.parametrize("write", [entry.encode_body, write_fast], ids=["plain", "fast"])
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"version": 0}, "version must be an integer from 1 to 2^32 - 1"),
        ({"version": 2**32}, "version must be an integer from 1 to 2^32 - 1"),
        ({"version": True}, "version must be an integer from 1 to 2^32 - 1"),
        ({"prev": ""}, "prev must be 64 lower-case hex digits after version 1"),
        ({"prev": "AB" * 32}, "prev must be 64 lower-case hex digits after version 1"),
        ({"prev": "ab" * 32 + "\n"}, "prev must be 64 lower-case hex digits after version 1"),
        ({"version": 1}, "prev must be empty at version 1"),
        ({"type": ""}, "type must be text of at least one character"),
        ({"actor_role": ""}, "actor_role must be text of at least one character"),
        ({"school": ""}, "school must be text of at least one character"),
        ({"causation": ""}, "causation must be text of at least one character"),
        ({"correlation": ""}, "correlation must be text of at least one character"),
        ({"data": []}, "data must be an object"),
        ({"data": {"a": 0.5}}, "data.a: is of type float, which canonical JSON does not have"),
        ({"data": {"a": {"b": "\0"}}}, "data.a.b: holds the character NUL"),
        ({"school": "\ud800"}, "school: holds a lone surrogate"),
        ({"reason": "because"}, 'reason must be "reason", the name of a sealed part of this event'),
        ({"sealed": ()}, 'reason must be "reason", the name of a sealed part of this event'),
        ({"sealed": FULL.sealed[::-1]}, "sealed must be ordered by part, each part once"),
        ({"sealed": FULL.sealed[:1] * 2}, "sealed must be ordered by part, each part once"),
        ({"sealed": (SealedEntry("", KEY, bytes(32)),)}, "sealed[0].part must be printable ASCII without spaces"),
        ({"sealed": (SealedEntry("a b", KEY, bytes(32)),)}, "sealed[0].part must be printable ASCII without spaces"),
        ({"sealed": (SealedEntry("reason", KEY, bytes(31)),)}, "sealed[0].commitment must be 32 bytes"),
    ],
)
def test_a_body_that_breaks_the_format_is_not_written(write, changes, sentence) -> None:  # type: ignore[no-untyped-def] # the values are wrong on purpose
    with pytest.raises((EntryError, CanonicalError)) as refused:
        write(FULL._replace(**changes))

    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda members: members.pop("actor"), "actor is missing"),
        (lambda members: members.update(colour="red"), "body has 1 member(s) that format 1 does not know"),
        (lambda members: members.update(format=2), "format must be 1"),
        (lambda members: members.update(trust="1" * 36), "trust must be a UUID in lower case with hyphens"),
        (lambda members: members.update(stream=str(KEY).upper()), "stream must be a UUID in lower case with hyphens"),
        (lambda members: members.update(command=KEY.hex), "command must be a UUID in lower case with hyphens"),
        (lambda members: members.update(actor=[]), "actor must be a UUID in lower case with hyphens"),
        (lambda members: members.update(on_behalf_of=None), "on_behalf_of must not be null"),
        (lambda members: members.update(reason=None), "reason must not be null"),
        (lambda members: members.update(school=None), "school must not be null"),
        (lambda members: members.update(school=900001), "school must be text of at least one character"),
        (lambda members: members.update(version="2"), "version must be an integer from 1 to 2^32 - 1"),
        (lambda members: members.update(prev=None), "prev must not be null"),
        (lambda members: members.update(data=[]), "data must be an object"),
        (lambda members: members.update(sealed={}), "sealed must be an array"),
        (lambda members: members["sealed"].append(1), "sealed[2] must be an object of commitment, key and part"),
        (lambda members: members["sealed"].reverse(), "sealed must be ordered by part, each part once"),
        (
            lambda members: members["sealed"][0].update(commitment="FF" * 32),
            "sealed[0].commitment must be 64 lower-case hex digits",
        ),
        (
            lambda members: members["sealed"][1].update(key="k"),
            "sealed[1].key must be a UUID in lower case with hyphens",
        ),
        (lambda members: members["sealed"][0].update(part=1), "sealed[0].part must be printable ASCII without spaces"),
        (lambda members: members["sealed"][0].update(x=1), "sealed[0] must be an object of commitment, key and part"),
    ],
)
def test_stored_text_that_breaks_the_format_is_not_read(change, sentence) -> None:  # type: ignore[no-untyped-def] # lambdas
    members = canonical.decode(entry.encode_body(FULL))
    change(members)

    with pytest.raises(EntryError) as refused:
        entry.decode_body(canonical.encode(members))

    assert str(refused.value) == sentence


@pytest.mark.parametrize("other", [True, "1", None, 0])
def test_the_format_is_the_number_one(other: JSON) -> None:
    members = canonical.decode(entry.encode_body(FULL))
    assert isinstance(members, dict)

    with pytest.raises(EntryError, match=r"^format must be 1$"):
        entry.decode_body(canonical.encode({**members, "format": other}))


@pytest.mark.parametrize("text", [b"[]", b"1", b"null", b'""'])
def test_a_body_is_an_object(text: bytes) -> None:
    with pytest.raises(EntryError, match=r"^body must be an object$"):
        entry.decode_body(text)


def test_a_body_that_is_not_canonical_is_not_read() -> None:
    with pytest.raises(CanonicalError, match=r"^is not canonical JSON from byte 1$"):
        entry.decode_body(entry.encode_body(FIRST).replace(b"{", b"{ ", 1))


def test_header_leaf_and_link_are_the_hashes_of_their_labelled_bytes() -> None:
    body = entry.encode_body(FIRST)
    instant = datetime(2026, 9, 14, 8, 30, 0, 7, tzinfo=UTC)

    assert entry.header(17, instant) == b"caseledger/1 17 2026-09-14T08:30:00.000007Z\n"
    assert entry.leaf_hash(17, instant, body) == (
        sha256(b"\x00caseledger/1 17 2026-09-14T08:30:00.000007Z\n" + body).digest()
    )
    assert entry.body_link(body) == sha256(b"caseledger/body/1\n" + body).hexdigest()


@pytest.mark.parametrize("position", [0, -1, 2**53 + 1, True])
def test_a_position_counts_from_one(position: int) -> None:
    with pytest.raises(EntryError, match=r"^position must be an integer from 1 to 2\^53$"):
        entry.header(position, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 9, 14, tzinfo=UTC), "2026-09-14T00:00:00.000000Z"),
        (datetime(2026, 9, 14, 1, tzinfo=timezone(timedelta(hours=1))), "2026-09-14T00:00:00.000000Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000000Z"),
        (datetime.max.replace(tzinfo=UTC), "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_an_instant_has_one_spelling(instant: datetime, text: str) -> None:
    assert entry.format_instant(instant) == text
    assert entry.parse_instant(text) == instant


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_instant_reads_back(instant: datetime) -> None:
    assert entry.parse_instant(entry.format_instant(instant)) == instant


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-14T00:00:00Z",
        "2026-09-14T00:00:00.000Z",
        "2026-09-14T00:00:00.0000000Z",
        "2026-09-14 00:00:00.000000Z",
        "2026-09-14T00:00:00.000000",
        "2026-09-14T00:00:00.000000z",
        "2026-09-14T00:00:00.000000+00:00",
        "0001-01-01T00:00:00.000000+01:00",
        "2026-09-14T24:00:00.000000Z",
        "2026-09-14T23:59:60.000000Z",
        "2026-02-29T00:00:00.000000Z",
        "2026-09-14T00:00:00.000000Z\n",
        "٢026-09-14T00:00:00.000000Z",
        "",
    ],
)
def test_another_spelling_of_an_instant_is_refused(text: str) -> None:
    with pytest.raises(EntryError, match=r"^recorded_at must read YYYY-MM-DDTHH:MM:SS\.ffffffZ$"):
        entry.parse_instant(text)


def test_an_instant_without_time_zone_is_refused() -> None:
    with pytest.raises(EntryError, match=r"^recorded_at must have a time zone$"):
        entry.format_instant(datetime(2026, 9, 14))  # noqa: DTZ001 - the fault under test


def test_refusals_repeat_nothing_of_what_was_submitted() -> None:
    payload: dict[str, JSON] = {"Mrs Canary said": "Canary\0", "note": "Canary"}

    with pytest.raises(CanonicalError) as refused:
        entry.encode_body(FIRST._replace(data=payload))

    assert str(refused.value) == "data.(member): holds the character NUL"
