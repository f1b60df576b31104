"""The base of every aggregate: an event changes the aggregate it belongs to, in its turn, and no other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.domain import DecoratedFuncCaller, OriginatorIDError, OriginatorVersionError
from hypothesis import given, settings

from domain.aggregate import Opening, Recordable, event
from domain.stored import fold, stored_names
from tests.domain.histories import SEEDS, history
from tests.domain.incidents import named

AT = datetime(2026, 10, 14, 23, 30, tzinfo=UTC)


def opened() -> Any:
    return _Diary.open(first="one")


class _Diary(Recordable):
    TOPIC = "diary.v1"

    class Opened(Opening, Recordable.Event):
        TOPIC = "diary.opened.v1"

        first: str

    @event(Opened)
    def __init__(self, first: str) -> None:
        self.lines = [first]

    @classmethod
    def open(cls, first: str) -> _Diary:
        return cls._create(cls.Opened, id=named("diary"), first=first)

    @event("Written", topic="diary.written.v1")
    def write(self, line: str, day: date | None, timestamp: datetime) -> None:
        if line == "refused":
            raise ValueError(line)
        self.lines.append(f"{line} {day} {timestamp:%H:%M}")


def written(stream: UUID, version: int, line: str = "two") -> Any:
    return _Diary.Written(  # type: ignore[attr-defined] # the library makes the class
        originator_id=stream, originator_version=version, timestamp=AT, line=line, day=None
    )


def test_a_change_gets_the_fields_of_its_event_and_the_instant_it_names() -> None:
    diary = opened()

    changed = written(diary.id, 2).mutate(diary)

    assert changed is diary
    assert (diary.lines, diary.version, diary.modified_on) == (["one", "two None 23:30"], 2, AT)


@pytest.mark.parametrize("version", [1, 3])
def test_an_event_out_of_its_turn_is_refused_and_changes_nothing(version: int) -> None:
    diary = opened()

    with pytest.raises(OriginatorVersionError):
        written(diary.id, version).mutate(diary)

    assert (diary.lines, diary.version) == (["one"], 1)


def test_an_event_of_another_stream_is_refused_and_changes_nothing() -> None:
    diary = opened()

    with pytest.raises(OriginatorIDError):
        written(named("another"), 2).mutate(diary)

    assert (diary.lines, diary.version) == (["one"], 1)


def test_a_change_that_fails_leaves_the_version_as_it_was() -> None:
    diary = opened()

    with pytest.raises(ValueError, match="refused"):
        written(diary.id, 2, "refused").mutate(diary)

    assert (diary.version, diary.modified_on) == (1, diary.created_on)


@given(seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_every_history_folds_to_the_state_that_the_library_s_own_way_gives(seed: int) -> None:
    events: Sequence[Any] = history(seed).pending_events

    ours = fold(None, events)
    theirs: Any = events[0].mutate(None)
    for one in events[1:]:
        DecoratedFuncCaller.apply(one, theirs)
        theirs.version, theirs.modified_on = one.originator_version, one.timestamp

    assert vars(ours) == vars(theirs)


def test_no_event_brings_an_apply_of_its_own_which_would_never_be_called() -> None:
    own = {
        name
        for name, entry in stored_names().items()
        if any("apply" in vars(base) for base in entry.event_class.__mro__ if base.__module__.startswith("domain"))
    }

    assert own == set()
