"""A request for access: somebody asks what is held about them, and is answered within a month (UK GDPR, Article 15).

Each request is a stream of its own. It says how the clock ran, what was kept back of the answer and by which exemption,
every time that it was made, and the hash of what was given. What is found stands in none of its events.
"""
# ruff: noqa: ARG002 - a change names every field of its event, also those that the present state does not keep

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID, uuid5

from domain.access_request_clock import AnswerDue, answer_due
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
from domain.aggregate import Opening, Recordable, event
from domain.checks import present, require_not_future, require_order, require_sha256, require_text
from domain.deadlines import Pause
from domain.sealed import Sealed
from domain.vocabulary import require_code

__all__ = ["AccessRequest", "AccessRequestState", "BundleForm", "KeptBack", "Passage", "access_request_id"]

_LONGEST_EXTENSION = 2


class AccessRequestState(StrEnum):
    """How far a request has come."""

    OPEN = "OPEN"
    CLOCK_STOPPED = "CLOCK_STOPPED"
    ANSWERED = "ANSWERED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class BundleForm(StrEnum):
    """In which form what is held is put together: for whoever looks through it, or for the person."""

    REVIEW = "REVIEW"
    ANSWER = "ANSWER"


@dataclass(frozen=True, slots=True)
class Passage:
    """What may be kept back: a whole record, an event of it (a version), a text of that (a part), or a file."""

    case: UUID
    of_version: int | None = None
    part: str | None = None
    file: UUID | None = None


@dataclass(frozen=True, slots=True)
class KeptBack:
    """That a passage is kept back, by which exemption; `instead` is what is given in its place, if anything."""

    passage: Passage
    exemption: str
    notes: Sealed | None
    instead: Sealed | None


def access_request_id(trust_id: UUID, command_id: UUID) -> UUID:
    """The stream of the request that a command receives: a retry cannot receive two."""
    return uuid5(trust_id, f"access-request/{command_id}")


class AccessRequest(Recordable):
    """One request, from the day on which it was received."""

    TOPIC = "access_request.v1"

    class Received(Opening, Recordable.Event):
        """Somebody asked for what is held about a person; their words stand sealed under that person's key."""

        TOPIC = "access_request.received.v1"

        person: UUID
        received_on: date
        received_by: UUID
        channel: str
        requester: str
        data_from: date | None
        data_to: date | None
        hold: UUID
        asked: Sealed | None

    @event(Received)
    def __init__(
        self,
        person: UUID,
        received_on: date,
        received_by: UUID,
        channel: str,
        requester: str,
        data_from: date | None,
        data_to: date | None,
        hold: UUID,
        asked: Sealed | None,
    ) -> None:
        self.person = person
        self.received_on = received_on
        self.received_by = received_by
        self.channel = channel
        self.requester = requester
        self.data_from, self.data_to = data_from, data_to
        self.hold = hold
        self.asked = asked
        self.pauses: tuple[Pause, ...] = ()
        self.extended_by = 0
        self.told_of_extension_on: date | None = None
        self.kept_back: dict[Passage, KeptBack] = {}
        # Every case of which anything was ever to be kept back.
        self.cases_named: frozenset[UUID] = frozenset()
        self.ended: AccessRequestState | None = None
        self.ended_on: date | None = None
        self.ground: str | None = None
        # Of what was given: up to which position of the ledger it was put together, and the hash of its manifest.
        self.through: int | None = None
        self.manifest: str | None = None

    # --- decisions

    @classmethod
    def receive(
        cls,
        *,
        id: UUID,  # noqa: A002 - as the library names it
        person: UUID,
        received_on: date,
        received_by: UUID,
        channel: str,
        requester: str,
        hold: UUID,
        today: date,
        data_from: date | None = None,
        data_to: date | None = None,
        asked: Sealed | None = None,
    ) -> AccessRequest:
        """Receive a request; `data_from` and `data_to` are the days of the data that it asks for, both included.

        `hold` is the hold of the trust that keeps the person's records while it is open (Data Protection Act 2018,
        s. 173). Raises OwnAccessRequest.
        """
        if person == received_by:
            raise OwnAccessRequest("person")
        require_not_future(today, received_on=received_on)
        require_code("access_request_channels", channel, "channel", received_on)
        require_code("access_requesters", requester, "requester", received_on)
        require_order(data_from, data_to, "data_to")
        return cls._create(
            cls.Received,
            id=id,
            person=person,
            received_on=received_on,
            received_by=received_by,
            channel=channel,
            requester=requester,
            data_from=data_from,
            data_to=data_to,
            hold=hold,
            asked=present(asked),
        )

    def stop_clock(self, *, cause: str, stopped_on: date, today: date, asked: Sealed | None = None) -> None:
        """Stop the clock on the day on which the person was asked something without which nobody can answer."""
        self._require_open()
        if self.stopped_since is not None:
            raise AccessClockStopped
        require_code("access_clock_stops", cause, "cause", stopped_on)
        self._require_step(stopped_on, "stopped_on", today)
        # On a working day after months that ended at a weekend nothing is left that could stand still.
        ends_on = self.due.ends_on
        if ends_on is not None and stopped_on > ends_on:
            raise TooLateToStop("stopped_on")
        self._clock_stopped(cause=cause, stopped_on=stopped_on, asked=present(asked))

    def resume_clock(self, *, resumed_on: date, today: date) -> None:
        """Let the clock run on after the day on which the person gave what was asked; that day is left out, too."""
        self._require_open()
        if self.stopped_since is None:
            raise AccessClockRunning
        require_not_future(today, resumed_on=resumed_on)
        require_order(self.stopped_since, resumed_on, "resumed_on")
        self._clock_resumed(resumed_on=resumed_on)

    def extend(self, *, months: int, extended_on: date, told_on: date, reason: Sealed, today: date) -> None:
        """Extend the time by one month or two, for a request that is complex or one of many; the person is told."""
        self._require_open()
        if self.extended_by:
            raise ExtendedBefore
        if not 1 <= months <= _LONGEST_EXTENSION:
            raise MonthsOutOfRange("months")
        require_not_future(today, extended_on=extended_on, told_on=told_on)
        require_order(self.received_on, extended_on, "extended_on")
        require_order(extended_on, told_on, "told_on")
        due_on = self.due.due_on
        if due_on is not None and told_on > due_on:
            raise TooLateToExtend("extended_on" if extended_on > due_on else "told_on")
        require_text("reason", reason)
        self._extended(months=months, extended_on=extended_on, told_on=told_on, reason=reason)

    def keep_back(
        self, *, passage: Passage, exemption: str, notes: Sealed | None = None, instead: Sealed | None = None
    ) -> None:
        """Keep a passage back from the answer, by an exemption; said again it is kept back by the later one.

        `instead` is given in its place: the text without what is exempt. Raises PassageMalformed.
        """
        self._require_open()
        require_code("access_exemptions", exemption, "exemption")
        if exemption == "OTHER":
            require_text("notes", notes)
        _require_passage(passage, instead)
        self._passage_kept_back(passage=passage, exemption=exemption, notes=present(notes), instead=present(instead))

    def give_after_all(self, *, passage: Passage) -> None:
        """Give a passage that was to be kept back."""
        self._require_open()
        if passage not in self.kept_back:
            raise NotKeptBack
        self._passage_released(passage=passage)

    def note_bundle(self, *, form: BundleForm, through: int, manifest: str, with_files: bool, by: UUID) -> None:
        """Record that what is held was put together; for a look only while the request is open."""
        if form is BundleForm.REVIEW:
            self._require_open()
        require_sha256("manifest", manifest)
        self._bundle_made(form=form.value, through=through, manifest=manifest, with_files=with_files, made_by=by)

    def answer(self, *, answered_on: date, through: int, manifest: str, by: UUID, today: date) -> None:
        """Record that the person was given the answer with this manifest."""
        self._require_open()
        self._require_step(answered_on, "answered_on", today)
        require_sha256("manifest", manifest)
        self._answered(answered_on=answered_on, answered_by=by, through=through, manifest=manifest)

    def refuse(self, *, ground: str, refused_on: date, reason: Sealed, by: UUID, today: date) -> None:
        """Record that the request is refused, and that the person was told why."""
        self._require_open()
        require_code("access_refusal_grounds", ground, "ground", refused_on)
        self._require_step(refused_on, "refused_on", today)
        require_text("reason", reason)
        self._refused(ground=ground, refused_on=refused_on, refused_by=by, reason=reason)

    def withdraw(self, *, withdrawn_on: date, today: date) -> None:
        """Record that the person no longer asks."""
        self._require_open()
        self._require_step(withdrawn_on, "withdrawn_on", today)
        self._withdrawn(withdrawn_on=withdrawn_on)

    def _require_open(self) -> None:
        if self.ended is not None:
            raise AccessRequestOver

    def _require_step(self, day: date, field: str, today: date) -> None:
        """Refuse a step that lies in the future, or before what it follows."""
        require_not_future(today, **{field: day})
        require_order(self.received_on, day, field)
        last = self.pauses[-1] if self.pauses else None
        if last is not None:
            require_order(last.last or last.first, day, field)

    # --- changes

    @event("ClockStopped", topic="access_request.clock_stopped.v1")
    def _clock_stopped(self, cause: str, stopped_on: date, asked: Sealed | None) -> None:
        """The person was asked something, and time stands still until they answer."""
        self.pauses = (*self.pauses, Pause(stopped_on))

    @event("ClockResumed", topic="access_request.clock_resumed.v1")
    def _clock_resumed(self, resumed_on: date) -> None:
        """The person answered, and time runs on."""
        self.pauses = (*self.pauses[:-1], replace(self.pauses[-1], last=resumed_on))

    @event("Extended", topic="access_request.extended.v1")
    def _extended(self, months: int, extended_on: date, told_on: date, reason: Sealed) -> None:
        """The time was extended, and the person was told within the first month."""
        self.extended_by = months
        self.told_of_extension_on = told_on

    @event("PassageKeptBack", topic="access_request.passage_kept_back.v1")
    def _passage_kept_back(
        self, passage: Passage, exemption: str, notes: Sealed | None, instead: Sealed | None
    ) -> None:
        """A passage is kept back from the answer by an exemption."""
        self.kept_back[passage] = KeptBack(passage, exemption, notes, instead)
        self.cases_named |= {passage.case}

    @event("PassageReleased", topic="access_request.passage_released.v1")
    def _passage_released(self, passage: Passage) -> None:
        """A passage that was to be kept back is given after all."""
        del self.kept_back[passage]

    @event("BundleMade", topic="access_request.bundle_made.v1")
    def _bundle_made(self, form: str, through: int, manifest: str, with_files: bool, made_by: UUID) -> None:
        """What is held about the person was put together, to be looked through or to be given."""

    @event("Answered", topic="access_request.answered.v1")
    def _answered(self, answered_on: date, answered_by: UUID, through: int, manifest: str) -> None:
        """The person was given the answer; the hash is that of its manifest."""
        self.ended, self.ended_on = AccessRequestState.ANSWERED, answered_on
        self.through, self.manifest = through, manifest

    @event("Refused", topic="access_request.refused.v1")
    def _refused(self, ground: str, refused_on: date, refused_by: UUID, reason: Sealed) -> None:
        """The request was refused, and the person told why."""
        self.ended, self.ended_on = AccessRequestState.REFUSED, refused_on
        self.ground = ground

    @event("Withdrawn", topic="access_request.withdrawn.v1")
    def _withdrawn(self, withdrawn_on: date) -> None:
        """The person no longer asks."""
        self.ended, self.ended_on = AccessRequestState.WITHDRAWN, withdrawn_on

    # --- questions

    @property
    def state(self) -> AccessRequestState:
        """How far the request has come."""
        if self.ended is not None:
            return self.ended
        return AccessRequestState.OPEN if self.stopped_since is None else AccessRequestState.CLOCK_STOPPED

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer; its person's records are held until it has one."""
        return self.ended is None

    @property
    def stopped_since(self) -> date | None:
        """Since when time stands still; None while it runs."""
        last = self.pauses[-1] if self.pauses else None
        return last.first if last is not None and last.last is None else None

    @property
    def due(self) -> AnswerDue:
        """By when it is answered, with what that follows from."""
        return answer_due(self.received_on, self.pauses, self.extended_by)

    def is_overdue(self, today: date) -> bool:
        """Whether it was not, or is not, ended by its day."""
        return self.due.is_overdue(today if self.ended_on is None else self.ended_on)


def _require_passage(passage: Passage, instead: Sealed | None) -> None:
    named_as_text = passage.part is not None
    if named_as_text and passage.of_version is None:
        raise PassageMalformed("version")
    if passage.file is not None and (passage.of_version is not None or named_as_text):
        raise PassageMalformed("file_id")
    if instead is not None and not named_as_text:
        raise PassageMalformed("instead")
