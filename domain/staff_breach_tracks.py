"""The three tracks of a staff breach: safeguarding, disciplinary, criminal, each with its own state."""
# ruff: noqa: ARG002 - a change names every field of its event, also those that the present state does not keep

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from domain.aggregate import event
from domain.checks import present, refuse, require_not_future, require_order
from domain.refusals import IdentityTaken, Refused
from domain.sealed import Sealed
from domain.staff_breach_conduct import BreachConduct
from domain.staff_breach_records import DisciplinaryHold, Track
from domain.staff_breach_refusals import TrackOnHold, UnknownHold, WaitsByHoldAlone
from domain.vocabulary import require_code

SAFEGUARDING = "SAFEGUARDING"
DISCIPLINARY = "DISCIPLINARY"
CRIMINAL = "CRIMINAL"


class BreachTracks(BreachConduct):
    """The part of a staff breach that says where each track stands, and whether the disciplinary one has to wait."""

    def _begin_tracks(self) -> None:
        self.tracks: dict[str, Track] = {
            track: Track(track, "NOT_STARTED") for track in (SAFEGUARDING, DISCIPLINARY, CRIMINAL)
        }
        self.holds: dict[UUID, DisciplinaryHold] = {}
        self._state_before_hold = "NOT_STARTED"

    # --- decisions

    def set_track_state(
        self, *, track: str, state: str, set_on: date, today: date, notes: Sealed | None = None
    ) -> None:
        """Say where a track stands; for safeguarding and the criminal process it is never refused."""
        require_code("breach_tracks", track, "track", set_on)
        require_code("track_states", state, "state", set_on)
        if track == DISCIPLINARY:
            refuse(self.bars_late_disciplinary_step())
            refuse(WaitsByHoldAlone if state == "WAITING" else None, "state")
        require_not_future(today, set_on=set_on)
        self._track_set(track=track, state=state, set_on=set_on, notes=present(notes))

    def hold_disciplinary_track(
        self, *, hold_id: UUID, body: str, from_on: date, today: date, notes: Sealed | None = None
    ) -> None:
        """Record that a body told the school to wait with the disciplinary track; safeguarding goes on."""
        refuse(self.bars_late_step())
        if hold_id in self.holds:
            raise IdentityTaken("hold_id")
        require_code("breach_bodies", body, "body", from_on)
        require_not_future(today, from_on=from_on)
        self._held(hold_id=hold_id, body=body, from_on=from_on, notes=present(notes))

    def lift_disciplinary_hold(
        self, *, hold_id: UUID, lifted_on: date, today: date, notes: Sealed | None = None
    ) -> None:
        """Record that the school need not wait any longer."""
        refuse(self.bars_late_step())
        hold = self.holds.get(hold_id)
        if hold is None or hold.lifted_on is not None:
            raise UnknownHold("hold_id")
        require_not_future(today, lifted_on=lifted_on)
        require_order(hold.from_on, lifted_on, "lifted_on")
        self._hold_lifted(hold_id=hold_id, lifted_on=lifted_on, notes=present(notes))

    # --- guards

    def bars_disciplinary_step(self) -> type[Refused] | None:
        """Why the disciplinary track cannot be carried on."""
        return self.bars_step() or (TrackOnHold if self.is_on_hold else None)

    def bars_late_disciplinary_step(self) -> type[Refused] | None:
        """Why a step of the disciplinary track that makes sense on a closed case too cannot be taken."""
        return self.bars_late_step() or (TrackOnHold if self.is_on_hold else None)

    def bars_lifting_hold(self) -> type[Refused] | None:
        """Why there is no hold to lift."""
        return self.bars_late_step() or (None if self.is_on_hold else UnknownHold)

    # --- changes

    @event("TrackSet", topic="staff_breach.track_set.v1")
    def _track_set(self, track: str, state: str, set_on: date, notes: Sealed | None) -> None:
        """It was said where a track stands."""
        self.tracks[track] = Track(track, state)

    @event("Held", topic="staff_breach.disciplinary_track_held.v1")
    def _held(self, hold_id: UUID, body: str, from_on: date, notes: Sealed | None) -> None:
        """A body told the school to wait with the disciplinary track."""
        if not self.is_on_hold:
            self._state_before_hold = self.tracks[DISCIPLINARY].state
        self.holds[hold_id] = DisciplinaryHold(hold_id, body, from_on, None, notes)
        self.tracks[DISCIPLINARY] = Track(DISCIPLINARY, "WAITING")

    @event("HoldLifted", topic="staff_breach.disciplinary_hold_lifted.v1")
    def _hold_lifted(self, hold_id: UUID, lifted_on: date, notes: Sealed | None) -> None:
        """The school need not wait for this body any longer."""
        self.holds[hold_id] = replace(self.holds[hold_id], lifted_on=lifted_on)
        if not self.is_on_hold:
            self.tracks[DISCIPLINARY] = Track(DISCIPLINARY, self._state_before_hold)

    def _start(self, track: str) -> None:
        """A step of a track opens it, where nothing else was said of it."""
        if self.tracks[track].state == "NOT_STARTED":
            self.tracks[track] = Track(track, "OPEN")

    # --- questions

    @property
    def is_on_hold(self) -> bool:
        """Whether a body told the school to wait with the disciplinary track and has not yet said otherwise."""
        return any(hold.lifted_on is None for hold in self.holds.values())
