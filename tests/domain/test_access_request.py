"""A request for access: by when it is answered, what is kept back, how it ends, and every refusal on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.access_request import (
    AccessRequest,
    AccessRequestState,
    BundleForm,
    KeptBack,
    Passage,
    access_request_id,
)
from domain.access_request_refusals import (
    AccessClockRunning,
    AccessClockStopped,
    AccessRequestOver,
    ExtendedBefore,
    MonthsOutOfRange,
    NotKeptBack,
    OwnAccessRequest,
    PassageMalformed,
    TooLateToExtend,
    TooLateToStop,
)
from domain.deadlines import Pause
from domain.refusals import DatesOutOfOrder, EmptyText, FutureDate, MalformedValue, Refused, UnknownCode
from domain.sealed import SealedRef, Secret
from tests.domain.complaints import named
from tests.domain.recorded import recorded

PERSON, OFFICER, CASE, FILE = named("person"), named("officer"), named("case"), named("file")
RECEIVED, TODAY = date(2026, 3, 2), date(2026, 12, 1)
HASH = "ab" * 32
WHY = Secret("there is very much of it")
TEXT = Passage(CASE, of_version=3, part="narrative")


def request(**given: Any) -> AccessRequest:
    return AccessRequest.receive(
        **{
            "id": access_request_id(named("trust"), named("command")),
            "person": PERSON,
            "received_on": RECEIVED,
            "received_by": OFFICER,
            "channel": "LETTER",
            "requester": "PERSON",
            "hold": named("hold"),
            "today": TODAY,
            **given,
        }
    )


def stop(one: AccessRequest, on: date, **given: Any) -> None:
    one.stop_clock(**{"cause": "IDENTITY", "stopped_on": on, "today": TODAY, **given})


def extend(one: AccessRequest, **given: Any) -> None:
    on = date(2026, 3, 20)
    one.extend(**{"months": 2, "extended_on": on, "told_on": on, "reason": WHY, "today": TODAY, **given})


def answer(one: AccessRequest, **given: Any) -> None:
    one.answer(
        **{
            "answered_on": date(2026, 3, 30),
            "through": 7,
            "manifest": HASH,
            "by": OFFICER,
            "today": TODAY,
            **given,
        }
    )


def refuse(one: AccessRequest, **given: Any) -> None:
    one.refuse(
        **{
            "ground": "EXCESSIVE",
            "refused_on": date(2026, 3, 30),
            "reason": WHY,
            "by": OFFICER,
            "today": TODAY,
            **given,
        }
    )


# --- what is kept of it


def test_a_request_that_was_answered_late_stays_late() -> None:
    one, other = request(), request()
    answer(one, answered_on=date(2026, 4, 3))
    answer(other, answered_on=date(2026, 4, 2))

    assert (one.is_overdue(TODAY), other.is_overdue(TODAY)) == (True, False)


def test_a_request_is_kept_whole_and_the_words_of_the_person_lie_sealed() -> None:
    one = recorded(request(data_from=date(2025, 9, 1), data_to=date(2026, 2, 1), asked=Secret("all", PERSON)))

    assert (one.id, one.person, one.received_on, one.received_by) == (
        access_request_id(named("trust"), named("command")),
        PERSON,
        RECEIVED,
        OFFICER,
    )
    assert (one.channel, one.requester, one.hold) == ("LETTER", "PERSON", named("hold"))
    assert (one.data_from, one.data_to) == (date(2025, 9, 1), date(2026, 2, 1))
    assert one.asked == SealedRef(1, "asked")
    assert (one.state, one.is_open, one.due.due_on) == (AccessRequestState.OPEN, True, date(2026, 4, 2))


def test_the_clock_stops_and_runs_on_and_the_time_is_extended_once() -> None:
    one = request()
    stop(one, date(2026, 3, 9), asked=Secret("who are you?"))
    assert recorded(one).state is AccessRequestState.CLOCK_STOPPED
    one.resume_clock(resumed_on=date(2026, 3, 18), today=TODAY)
    extend(one, months=1)

    kept = recorded(one)

    assert kept.pauses == (Pause(date(2026, 3, 9), date(2026, 3, 18)),)
    assert (kept.extended_by, kept.told_of_extension_on) == (1, date(2026, 3, 20))
    assert (kept.state, kept.due.ends_on) == (AccessRequestState.OPEN, date(2026, 5, 12))


def test_a_passage_is_kept_back_by_the_last_exemption_until_it_is_given_after_all() -> None:
    one = request()
    one.keep_back(passage=TEXT, exemption="SERIOUS_HARM")
    one.keep_back(passage=TEXT, exemption="THIRD_PARTY", notes=Secret("her name"), instead=Secret("A pupil said so."))
    one.keep_back(passage=Passage(CASE, file=FILE), exemption="LEGAL_PRIVILEGE")
    one.give_after_all(passage=Passage(CASE, file=FILE))

    assert recorded(one).kept_back == {
        TEXT: KeptBack(TEXT, "THIRD_PARTY", SealedRef(3, "notes"), SealedRef(3, "instead"))
    }


@pytest.mark.parametrize(
    ("end", "state", "ended_on"),
    [
        (answer, AccessRequestState.ANSWERED, date(2026, 3, 30)),
        (refuse, AccessRequestState.REFUSED, date(2026, 3, 30)),
        (
            lambda one: one.withdraw(withdrawn_on=date(2026, 3, 5), today=TODAY),
            AccessRequestState.WITHDRAWN,
            date(2026, 3, 5),
        ),
    ],
)
def test_a_request_ends_once_and_nothing_more_is_decided_about_it(
    end: Callable[[AccessRequest], None], state: AccessRequestState, ended_on: date
) -> None:
    one = request()
    one.keep_back(passage=TEXT, exemption="THIRD_PARTY")
    end(one)

    kept = recorded(one)

    assert (kept.state, kept.is_open, kept.ended_on) == (state, False, ended_on)
    later: list[Callable[[AccessRequest], None]] = [
        answer,
        refuse,
        lambda one: one.withdraw(withdrawn_on=TODAY, today=TODAY),
        lambda one: stop(one, date(2026, 3, 9)),
        lambda one: one.resume_clock(resumed_on=TODAY, today=TODAY),
        extend,
        lambda one: one.keep_back(passage=TEXT, exemption="THIRD_PARTY"),
        lambda one: one.give_after_all(passage=TEXT),
        lambda one: one.note_bundle(form=BundleForm.REVIEW, through=7, manifest=HASH, with_files=False, by=OFFICER),
    ]
    for decide in later:
        with pytest.raises(AccessRequestOver):
            decide(kept)


def test_the_answer_is_known_by_its_hash_and_can_be_made_again_when_the_request_is_over() -> None:
    one = request()
    answer(one)
    one.note_bundle(form=BundleForm.ANSWER, through=7, manifest=HASH, with_files=True, by=OFFICER)

    assert (recorded(one).through, recorded(one).manifest) == (7, HASH)


def test_a_request_can_be_answered_or_refused_while_its_clock_stands_still() -> None:
    one, other = request(), request()
    stop(one, date(2026, 3, 9))
    stop(other, date(2026, 3, 9))
    answer(one)
    refuse(other, ground="NOT_IDENTIFIED")

    assert (one.state, other.state) == (AccessRequestState.ANSWERED, AccessRequestState.REFUSED)


# --- what is refused


def paused(last: date | None = None) -> AccessRequest:
    one = request()
    stop(one, date(2026, 3, 9))
    if last is not None:
        one.resume_clock(resumed_on=last, today=TODAY)
    return one


def extended() -> AccessRequest:
    one = request()
    extend(one, months=1)
    return one


LATE = date(2026, 12, 2)
REFUSALS: dict[str, tuple[Callable[[], object], type[Refused], tuple[str, ...]]] = {
    "one's own": (lambda: request(received_by=PERSON), OwnAccessRequest, ("person",)),
    "received tomorrow": (lambda: request(received_on=LATE), FutureDate, ("received_on",)),
    "an unknown way": (lambda: request(channel="PIGEON"), UnknownCode, ("channel",)),
    "an unknown requester": (lambda: request(requester="FRIEND"), UnknownCode, ("requester",)),
    "days that end before they begin": (
        lambda: request(data_from=date(2026, 1, 2), data_to=date(2026, 1, 1)),
        DatesOutOfOrder,
        ("data_to",),
    ),
    "stopped twice": (lambda: stop(paused(), date(2026, 3, 10)), AccessClockStopped, ()),
    "stopped for another cause": (lambda: stop(request(), date(2026, 3, 9), cause="HOLIDAY"), UnknownCode, ("cause",)),
    "stopped before it came": (lambda: stop(request(), date(2026, 3, 1)), DatesOutOfOrder, ("stopped_on",)),
    "stopped tomorrow": (lambda: stop(request(), LATE), FutureDate, ("stopped_on",)),
    "stopped within an earlier stop": (
        lambda: stop(paused(date(2026, 3, 18)), date(2026, 3, 17)),
        DatesOutOfOrder,
        ("stopped_on",),
    ),
    "stopped after its day": (lambda: stop(request(), date(2026, 4, 3)), TooLateToStop, ("stopped_on",)),
    "stopped on the Monday after its month ended at a weekend": (
        lambda: stop(request(received_on=date(2026, 1, 31)), date(2026, 3, 2)),
        TooLateToStop,
        ("stopped_on",),
    ),
    "resumed though it runs": (
        lambda: request().resume_clock(resumed_on=date(2026, 3, 9), today=TODAY),
        AccessClockRunning,
        (),
    ),
    "resumed before it stopped": (lambda: paused(date(2026, 3, 8)), DatesOutOfOrder, ("resumed_on",)),
    "resumed tomorrow": (lambda: paused(LATE), FutureDate, ("resumed_on",)),
    "extended by three months": (lambda: extend(request(), months=3), MonthsOutOfRange, ("months",)),
    "extended by none": (lambda: extend(request(), months=0), MonthsOutOfRange, ("months",)),
    "extended after the month": (
        lambda: extend(request(), extended_on=date(2026, 4, 3), told_on=date(2026, 4, 3)),
        TooLateToExtend,
        ("extended_on",),
    ),
    "extended twice": (lambda: extend(extended()), ExtendedBefore, ()),
    "told of it after the month": (lambda: extend(request(), told_on=date(2026, 4, 3)), TooLateToExtend, ("told_on",)),
    "told of it before it was": (lambda: extend(request(), told_on=date(2026, 3, 19)), DatesOutOfOrder, ("told_on",)),
    "extended before it came": (
        lambda: extend(request(), extended_on=date(2026, 3, 1)),
        DatesOutOfOrder,
        ("extended_on",),
    ),
    "extended without a reason": (lambda: extend(request(), reason=Secret(" ")), EmptyText, ("reason",)),
    "an unknown exemption": (
        lambda: request().keep_back(passage=TEXT, exemption="SHAME"),
        UnknownCode,
        ("exemption",),
    ),
    "another exemption without a word": (
        lambda: request().keep_back(passage=TEXT, exemption="OTHER"),
        EmptyText,
        ("notes",),
    ),
    "a text of no event": (
        lambda: request().keep_back(passage=Passage(CASE, part="narrative"), exemption="THIRD_PARTY"),
        PassageMalformed,
        ("version",),
    ),
    "a file of an event": (
        lambda: request().keep_back(passage=Passage(CASE, of_version=1, file=FILE), exemption="THIRD_PARTY"),
        PassageMalformed,
        ("file_id",),
    ),
    "words in place of a record": (
        lambda: request().keep_back(passage=Passage(CASE), exemption="THIRD_PARTY", instead=Secret("x")),
        PassageMalformed,
        ("instead",),
    ),
    "given after all what is given": (lambda: request().give_after_all(passage=TEXT), NotKeptBack, ()),
    "answered before it came": (
        lambda: answer(request(), answered_on=date(2026, 3, 1)),
        DatesOutOfOrder,
        ("answered_on",),
    ),
    "answered tomorrow": (lambda: answer(request(), answered_on=LATE), FutureDate, ("answered_on",)),
    "answered with something": (lambda: answer(request(), manifest="that"), MalformedValue, ("manifest",)),
    "refused for no ground": (lambda: refuse(request(), ground="BUSY"), UnknownCode, ("ground",)),
    "refused without a reason": (lambda: refuse(request(), reason=Secret("")), EmptyText, ("reason",)),
    "refused tomorrow": (lambda: refuse(request(), refused_on=LATE), FutureDate, ("refused_on",)),
    "withdrawn before it came": (
        lambda: request().withdraw(withdrawn_on=date(2026, 3, 1), today=TODAY),
        DatesOutOfOrder,
        ("withdrawn_on",),
    ),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_cannot_be_is_refused_by_field(refusal: str) -> None:
    decide, error, fields = REFUSALS[refusal]

    with pytest.raises(error) as caught:
        decide()

    assert type(caught.value) is error
    assert caught.value.fields == fields


def test_the_stream_of_a_request_follows_from_its_command() -> None:
    trust, command = UUID(int=1), UUID(int=2)

    assert access_request_id(trust, command) == access_request_id(trust, command)
    assert access_request_id(trust, command) != access_request_id(UUID(int=3), command)
