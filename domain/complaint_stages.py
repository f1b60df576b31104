"""By which process and stages a complaint goes: acknowledged, each stage begun in its order, answered, escalated."""
# ruff: noqa: ARG002 - a change names every field of its event, also those that the present state does not keep

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from domain import deadlines
from domain.aggregate import event
from domain.checks import present, refuse, require_not_future, require_order, require_text
from domain.complaint_heads import ComplaintHeads
from domain.complaint_ladder import clause_of, place_of, stages_of
from domain.complaint_parts import Acknowledgement, Enquiry, Extension, OutcomeTold, Pause, Stage
from domain.complaint_refusals import (
    AlreadyAcknowledged,
    AnswerNotInWriting,
    ClockRunning,
    ClockStopped,
    NoStagesInProcess,
    NothingToEscalate,
    ProcessUnderWay,
    StageNotInProcedure,
    StageNotOpen,
    StagePassed,
    StageStillOpen,
)
from domain.policy import PolicyPack
from domain.policy_rules import ComplaintStage, StageForm
from domain.refusals import PrerequisiteMissing, Refused
from domain.sealed import Sealed
from domain.vocabulary import require_code

START_STAGE = "START_STAGE"
DATA_PROTECTION = "DATA_PROTECTION"


class ComplaintStages(ComplaintHeads):
    """The part of a complaint that goes from stage to stage."""

    def _begin_stages(self) -> None:
        self.process = "SCHOOL"
        self.acknowledgement: Acknowledgement | None = None
        self.stages: dict[str, Stage] = {}  # in the order they were begun
        self.extensions: tuple[Extension, ...] = ()
        self.pauses: tuple[Pause, ...] = ()
        # Of a complaint about personal data, which has no stages.
        self.enquiries: tuple[Enquiry, ...] = ()
        self.outcomes_told: tuple[OutcomeTold, ...] = ()

    # --- decisions

    def choose_process(self, *, process: str, by: UUID | None = None) -> None:
        """Say by which process it is dealt with: the school's stages, or that for personal data (DUAA 2025, s. 103)."""
        refuse(self.bars_choosing_process())
        self.require_impartial(by)
        require_code("complaint_process", process, "process")
        if process != self.process:
            self._process_chosen(process=process)

    def acknowledge_complaint(
        self, *, acknowledged_on: date, means: str, today: date, notes: Sealed | None = None
    ) -> None:
        """Record that the complainant was told that the complaint had come."""
        refuse(self.bars_acknowledging())
        require_code("complaint_means", means, "means", acknowledged_on)
        require_not_future(today, acknowledged_on=acknowledged_on)
        require_order(self.received_on, acknowledged_on, "acknowledged_on")
        self._acknowledged(acknowledged_on=acknowledged_on, means=means, notes=present(notes))

    def start_stage(
        self,
        *,
        stage: str,
        started_on: date,
        today: date,
        policy: PolicyPack | None = None,
        override: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Begin a stage: the one before it was answered and did not settle the matter (Park Hall L63; para 33)."""
        refuse(self.bars_starting_stage())
        self.require_impartial(by)
        require_code("complaint_stages", stage, "stage", started_on)
        place = place_of(stage, policy)
        if place is None:
            raise StageNotInProcedure("stage")
        if place <= self._furthest(policy):
            raise StagePassed("stage")
        require_not_future(today, started_on=started_on)
        require_order(self.received_on, started_on, "started_on")
        require_order(self.last_stage.responded_on if self.last_stage else None, started_on, "started_on")
        begun = stages_of(policy)[place]
        lacking = self._lacking_before(place, policy)
        if lacking and override is None:
            raise self._out_of_turn(begun, policy, lacking)
        for need in lacking:
            self._set_aside(START_STAGE, need, clause_of(begun, policy), override)
        self.require_step(START_STAGE, policy, override)
        self._stage_started(stage=stage, form=begun.form.value, started_on=started_on)

    def appoint_investigator(
        self, *, investigator: UUID, appointed_on: date, today: date, by: UUID | None = None
    ) -> None:
        """Say who looks into the matter in the stage that is open."""
        stage = self._open_stage()
        self.require_impartial(by)
        require_not_future(today, appointed_on=appointed_on)
        require_order(stage.started_on, appointed_on, "appointed_on")
        self._require_impartial("investigator", investigator)
        self._require_off_panel("investigator", investigator)
        if investigator not in stage.investigators:
            self._investigator_appointed(stage=stage.stage, investigator=investigator, appointed_on=appointed_on)

    def respond_to_stage(
        self,
        *,
        resolved: bool,
        in_writing: bool,
        responded_on: date,
        today: date,
        responded_by: UUID | None = None,
        response: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Answer the stage that is open, resolved or not; a formal one in writing (SI 2014/3283, para 33(e))."""
        refuse(self.bars_responding())
        stage = self._open_stage()
        require_not_future(today, responded_on=responded_on)
        require_order(stage.started_on, responded_on, "responded_on")
        if stage.form != StageForm.INFORMAL and not in_writing:
            raise AnswerNotInWriting("in_writing")
        self.require_impartial(by)
        self._require_impartial("responded_by", responded_by)
        self._stage_answered(
            stage=stage.stage,
            resolved=resolved,
            in_writing=in_writing,
            responded_on=responded_on,
            responded_by=responded_by,
            response=present(response),
        )

    def extend_stage(
        self,
        *,
        until_on: date,
        extended_on: date,
        complainant_told: bool,
        reason: Sealed,
        today: date,
        by: UUID | None = None,
    ) -> None:
        """Say that the stage that is open is answered later, until when and why."""
        stage = self._open_stage()
        self.require_impartial(by)
        require_not_future(today, extended_on=extended_on)
        require_order(stage.started_on, extended_on, "extended_on")
        require_order(extended_on, until_on, "until_on")
        require_text("reason", reason)
        self._stage_extended(
            stage=stage.stage,
            until_on=until_on,
            extended_on=extended_on,
            complainant_told=complainant_told,
            reason=reason,
        )

    def request_escalation(self, *, requested_on: date, today: date) -> None:
        """Record that the complainant asks for the next stage."""
        refuse(self.bars_escalating())
        last = self.last_stage
        assert last is not None
        require_not_future(today, requested_on=requested_on)
        require_order(last.responded_on, requested_on, "requested_on")
        self._escalation_requested(stage=last.stage, requested_on=requested_on)

    def pause_clock(self, *, paused_on: date, reason: Sealed, today: date, by: UUID | None = None) -> None:
        """Let the clock stand still, such as while the police look into the matter."""
        refuse(self.bars_pausing())
        self.require_impartial(by)
        require_not_future(today, paused_on=paused_on)
        require_order(self.pauses[-1].resumed_on if self.pauses else self.received_on, paused_on, "paused_on")
        require_text("reason", reason)
        self._clock_paused(paused_on=paused_on, reason=reason)

    def resume_clock(self, *, resumed_on: date, reason: Sealed, today: date, by: UUID | None = None) -> None:
        """Let the clock run again."""
        refuse(self.bars_resuming())
        self.require_impartial(by)
        require_not_future(today, resumed_on=resumed_on)
        require_order(self.pauses[-1].paused_on, resumed_on, "resumed_on")
        require_text("reason", reason)
        self._clock_resumed(resumed_on=resumed_on, reason=reason)

    def _open_stage(self) -> Stage:
        refuse(self.bars_stage_step())
        assert self.last_stage is not None
        return self.last_stage

    def _furthest(self, pack: PolicyPack | None) -> int:
        """At which place of the procedure the last stage stands; -1 before the first."""
        places = [place_of(code, pack) for code in self.stages]
        return max((place for place in places if place is not None), default=-1)

    def _lacking_before(self, place: int, pack: PolicyPack | None) -> tuple[str, ...]:
        """What is missing before the stage at a place: that the one before it was concluded unresolved."""
        if place == 0:
            return ()
        before: ComplaintStage = stages_of(pack)[place - 1]
        held = self.stages.get(before.code)
        return () if held is not None and held.is_unresolved else (f"STAGE_UNRESOLVED:{before.code}",)

    @staticmethod
    def _out_of_turn(stage: ComplaintStage, policy: PolicyPack | None, needs: tuple[str, ...]) -> PrerequisiteMissing:
        return PrerequisiteMissing(stage.heading, clause=clause_of(stage, policy), needs=needs)

    # --- guards

    def bars_choosing_process(self) -> type[Refused] | None:
        """Why the process cannot be changed any more."""
        begun = self.stages or self.enquiries or self.outcomes_told
        return self.bars_step() or (ProcessUnderWay if begun else None)

    def bars_acknowledging(self) -> type[Refused] | None:
        """Why the complaint is not acknowledged."""
        return self.bars_step() or (AlreadyAcknowledged if self.acknowledgement else None)

    def bars_starting_stage(self) -> type[Refused] | None:
        """Why no stage can be begun, whatever the policy."""
        if self.process == DATA_PROTECTION:
            return self.bars_step() or NoStagesInProcess
        last = self.last_stage
        return self.bars_step() or (StageStillOpen if last and last.is_open else None)

    def bars_by_policy(self, step: str, policy: PolicyPack | None) -> Refused | None:
        """Why the policy rules a step out now; a stage waits for the one before it."""
        if step == START_STAGE:
            place, stages = self._furthest(policy) + 1, stages_of(policy)
            if place == len(stages):
                return StagePassed()
            if lacking := self._lacking_before(place, policy):
                return self._out_of_turn(stages[place], policy, lacking)
        return super().bars_by_policy(step, policy)

    def bars_stage_step(self) -> type[Refused] | None:
        """Why there is no stage to work on."""
        last = self.last_stage
        return self.bars_step() or (None if last and last.is_open else StageNotOpen)

    def bars_responding(self) -> type[Refused] | None:
        """Why the stage cannot be answered."""
        return self.bars_stage_step()

    def bars_escalating(self) -> type[Refused] | None:
        """Why no further stage can be asked for."""
        last = self.last_stage
        is_possible = last and not last.is_open and last.escalated_on is None and last.form != StageForm.PANEL
        return self.bars_step() or (None if is_possible else NothingToEscalate)

    def bars_pausing(self) -> type[Refused] | None:
        """Why the clock cannot be stopped."""
        return self.bars_step() or (ClockStopped if self.is_paused else None)

    def bars_resuming(self) -> type[Refused] | None:
        """Why the clock cannot be set running."""
        return self.bars_step() or (None if self.is_paused else ClockRunning)

    # --- changes

    @event("ProcessChosen", topic="complaint.process_chosen.v1")
    def _process_chosen(self, process: str) -> None:
        """It was settled by which process the complaint is dealt with."""
        self.process = process

    @event("Acknowledged", topic="complaint.acknowledged.v1")
    def _acknowledged(self, acknowledged_on: date, means: str, notes: Sealed | None) -> None:
        """The complainant was told that the complaint had come."""
        self.acknowledgement = Acknowledgement(acknowledged_on, means, notes)

    @event("StageStarted", topic="complaint.stage_started.v1")
    def _stage_started(self, stage: str, form: str, started_on: date) -> None:
        """A stage was begun."""
        self.stages[stage] = Stage(stage, form, started_on)

    @event("InvestigatorAppointed", topic="complaint.investigator_appointed.v1")
    def _investigator_appointed(self, stage: str, investigator: UUID, appointed_on: date) -> None:
        """Somebody was asked to look into the matter."""
        held = self.stages[stage]
        self.stages[stage] = replace(held, investigators=(*held.investigators, investigator))

    @event("StageAnswered", topic="complaint.stage_answered.v1")
    def _stage_answered(
        self,
        stage: str,
        resolved: bool,
        in_writing: bool,
        responded_on: date,
        responded_by: UUID | None,
        response: Sealed | None,
    ) -> None:
        """A stage was answered."""
        self.stages[stage] = replace(
            self.stages[stage],
            resolved=resolved,
            in_writing=in_writing,
            responded_on=responded_on,
            responded_by=responded_by,
            response=response,
        )

    @event("StageExtended", topic="complaint.stage_extended.v1")
    def _stage_extended(
        self, stage: str, until_on: date, extended_on: date, complainant_told: bool, reason: Sealed
    ) -> None:
        """A stage is to be answered later than it should be."""
        self.extensions = (*self.extensions, Extension(stage, extended_on, until_on, complainant_told, reason))

    @event("EscalationRequested", topic="complaint.escalation_requested.v1")
    def _escalation_requested(self, stage: str, requested_on: date) -> None:
        """The complainant asked for the next stage."""
        self.stages[stage] = replace(self.stages[stage], escalated_on=requested_on)

    @event("ClockPaused", topic="complaint.clock_paused.v1")
    def _clock_paused(self, paused_on: date, reason: Sealed) -> None:
        """The clock stands still."""
        self.pauses = (*self.pauses, Pause(paused_on, None, reason, None))

    @event("ClockResumed", topic="complaint.clock_resumed.v1")
    def _clock_resumed(self, resumed_on: date, reason: Sealed) -> None:
        """The clock runs again."""
        last = replace(self.pauses[-1], resumed_on=resumed_on, resumed_because=reason)
        self.pauses = (*self.pauses[:-1], last)

    # --- questions

    @property
    def last_stage(self) -> Stage | None:
        """The stage that was begun last."""
        return next(reversed(self.stages.values()), None)

    @property
    def is_paused(self) -> bool:
        """Whether the clock stands still."""
        return bool(self.pauses) and self.pauses[-1].resumed_on is None

    def has_reached(self, *forms: str) -> bool:
        """Whether a stage of one of the forms was begun."""
        return any(stage.form in forms for stage in self.stages.values())

    @property
    def clock_pauses(self) -> Sequence[deadlines.Pause]:
        """The days that count for no deadline: from that of pausing to the one before that of resuming."""
        return [
            deadlines.Pause(one.paused_on, one.resumed_on and one.resumed_on - timedelta(days=1))
            for one in self.pauses
            if one.resumed_on is None or one.paused_on < one.resumed_on
        ]

    def extensions_of(self, stage: str | None) -> Sequence[deadlines.Extension]:
        """The days that were agreed for a stage instead of the one that the clock gives, in order."""
        return [deadlines.Extension(one.extended_on, one.until_on) for one in self.extensions if one.stage == stage]
