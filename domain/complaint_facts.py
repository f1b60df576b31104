"""What a policy may ask about a complaint."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from domain.fact import DatedFact, Fact, RuledStep

_FORMAL = ("FORMAL", "PANEL")


def _last_of(form: str) -> Callable[[Any], Any]:
    """The stage of a form that was begun last."""

    def found(case: Any) -> Any:
        of_form = [stage for stage in case.stages.values() if stage.form == form]
        return max(of_form, key=attrgetter("started_on"), default=None)

    return found


def _started(name: str, definition: str, form: str) -> DatedFact:
    last = _last_of(form)
    return DatedFact(
        name, definition, lambda case: (found := last(case)) and found.started_on, lambda case: last(case).stage
    )


def _conduct_step(code: str) -> Any:
    return lambda case: any(one.step == code for one in case.conduct_steps)


COMPLAINT_FACTS: tuple[Fact, ...] = (
    Fact("ABOUT_SCHOOL", "A head is about the school.", lambda case: any(h.about_school for h in case.heads.values())),
    Fact("ABOUT_STAFF", "A head is about staff.", lambda case: any(h.about_staff for h in case.heads.values())),
    Fact("ACCOUNT_RECORDED", "One side said what happened.", lambda case: bool(case.accounts)),
    Fact("PROCESS", "It is dealt with by this.", lambda case, code: case.process == code, "complaint_process"),
    Fact("RECEIVED_BY", "This one took it in.", lambda case, code: case.received_by == code, "complaint_receivers"),
    Fact("ACKNOWLEDGED", "Its receipt was acknowledged.", lambda case: case.acknowledgement is not None),
    Fact("STAGE_STARTED", "This stage was begun.", lambda case, code: code in case.stages, "complaint_stages"),
    Fact(
        "STAGE_ANSWERED",
        "This stage was answered.",
        lambda case, code: code in case.stages and not case.stages[code].is_open,
        "complaint_stages",
    ),
    Fact(
        "STAGE_UNRESOLVED",
        "This stage was answered and did not settle the matter.",
        lambda case, code: code in case.stages and case.stages[code].is_unresolved,
        "complaint_stages",
    ),
    Fact("STAGE_OPEN", "A stage waits for its answer.", lambda case: any(one.is_open for one in case.stages.values())),
    Fact("FORMAL_REACHED", "A formal stage or a panel was begun.", lambda case: case.has_reached(*_FORMAL)),
    Fact("PANEL_REACHED", "The stage of the panel was begun.", lambda case: case.has_reached("PANEL")),
    Fact(
        "ESCALATION_WAITS",
        "The complainant asked for the next stage, and it has not begun.",
        lambda case: case.last_stage is not None and case.last_stage.escalated_on is not None,
    ),
    Fact(
        "INVESTIGATOR_APPOINTED",
        "Somebody was asked to look into it.",
        lambda case: any(one.investigators for one in case.stages.values()),
    ),
    Fact("PARTIES_MET", "The parties were met.", lambda case: bool(case.party_meetings)),
    Fact("EXTENDED", "A stage was extended.", lambda case: bool(case.extensions)),
    Fact("PAUSED", "The clock stands still.", lambda case: case.is_paused),
    Fact("PANEL_APPOINTED", "A panel was appointed.", lambda case: bool(case.panel)),
    Fact("HEARING_HELD", "The panel heard the complaint.", lambda case: bool(case.hearings)),
    Fact(
        "FINDINGS_GIVEN",
        "This party was given the findings.",
        lambda case, code: any(one.recipient_role == code for one in case.findings_notices),
        "findings_recipients",
    ),
    Fact("HEADS_DECIDED", "Each head is decided or routed.", lambda case: not case.has_open_heads),
    Fact(
        "HEAD_OUTCOME",
        "A head came to this.",
        lambda case, code: any(head.outcome == code for head in case.heads.values()),
        "head_outcomes",
    ),
    Fact("FOUND_VALID", "A head was found justified, if only in part.", lambda case: case.is_found_valid),
    Fact(
        "ROUTED",
        "It, or a head of it, belongs to this procedure.",
        lambda case, code: any(one.route == code for one in case.routings),
        "complaint_routes",
    ),
    Fact("OUT_OF_SCOPE", "The whole of it belongs to another procedure.", lambda case: case.is_out_of_scope),
    Fact("WITHDRAWAL_ASKED", "The complainant asked to withdraw it.", lambda case: case.withdrawal is not None),
    Fact("WITHDRAWN", "It was withdrawn, confirmed in writing.", lambda case: case.is_withdrawn),
    Fact("ACTION_RECORDED", "It is said what the school did, or nothing.", lambda case: bool(case.actions_taken)),
    Fact(
        "CONDUCT_STEP",
        "This was done about unreasonable conduct.",
        lambda case, code: _conduct_step(code)(case),
        "conduct_steps",
    ),
    Fact("TAGGED", "This is said of it.", lambda case, code: code in case.tags, "complaint_tags"),
    Fact(
        "REFERRED",
        "The matter went to this body.",
        lambda case, code: any(one.body == code for one in case.referrals.values()),
        "external_bodies",
    ),
    Fact("OUTCOME_TOLD", "The outcome as to personal data was told.", lambda case: bool(case.outcomes_told)),
    Fact(
        "COMMISSIONER_NAMED",
        "The complainant was told of the Commissioner.",
        lambda case: any(one.commissioner_named for one in case.outcomes_told),
    ),
)
COMPLAINT_DATES: tuple[DatedFact, ...] = (
    DatedFact("RECEIVED", "The complaint was received.", lambda case: case.received_on),
    _started("FORMAL_STARTED", "A formal stage was begun last.", "FORMAL"),
    _started("PANEL_STARTED", "The stage of the panel was begun.", "PANEL"),
    DatedFact("HEARD", "The panel heard it last.", lambda case: max((h.held_on for h in case.hearings), default=None)),
    DatedFact(
        "STAGE_ANSWERED",
        "A stage was answered last.",
        lambda case: max((one.responded_on for one in case.stages.values() if one.responded_on), default=None),
    ),
    DatedFact(
        "ESCALATION_ASKED",
        "The complainant asked for the next stage last.",
        lambda case: max((one.escalated_on for one in case.stages.values() if one.escalated_on), default=None),
    ),
)
COMPLAINT_STEPS: tuple[RuledStep, ...] = (
    RuledStep("START_STAGE", "Beginning a stage", lambda case: bool(case.stages)),
    RuledStep("WARNING", "A warning about conduct", _conduct_step("WARNING")),
    RuledStep("COMMUNICATION_PLAN", "A communication plan", _conduct_step("COMMUNICATION_PLAN")),
    RuledStep("STOP_RESPONDING", "No further answers", _conduct_step("STOP_RESPONDING")),
)
