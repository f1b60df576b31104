"""The stages of a complaint in order: the policy's own, and the law's where the policy has none of a form."""

from __future__ import annotations

from functools import lru_cache

from domain.policy import PolicyPack
from domain.policy_rules import ComplaintStage, StageForm

# Education (Independent School Standards) Regulations 2014, which bind academies.
_PARAGRAPH = "LAW SI 2014/3283, Schedule, paragraph 33"
LAW_ON_ACTIONS = "SI 2014/3283, Schedule, paragraph 33(j)"
_OF_THE_LAW = {
    stage.form: stage
    for stage in (
        ComplaintStage(
            code="INFORMAL",
            form=StageForm.INFORMAL,
            heading="A complaint is considered informally first.",
            source=f"{_PARAGRAPH}(d)",
        ),
        ComplaintStage(
            code="FORMAL",
            form=StageForm.FORMAL,
            heading="A formal complaint in writing follows where the informal answer did not satisfy.",
            source=f"{_PARAGRAPH}(e)",
        ),
        ComplaintStage(
            code="PANEL",
            form=StageForm.PANEL,
            heading="A panel hears the complaint where the formal answer did not satisfy.",
            source=f"{_PARAGRAPH}(f)",
        ),
    )
}


@lru_cache(maxsize=64)
def stages_of(pack: PolicyPack | None) -> tuple[ComplaintStage, ...]:
    """The stages in order; of each form that the pack does not list, the law's own stage stands."""
    listed = pack.complaints.stages if pack else ()
    return tuple(
        stage
        for form in StageForm
        for stage in (tuple(each for each in listed if each.form is form) or (_OF_THE_LAW[form],))
    )


def place_of(code: str, pack: PolicyPack | None) -> int | None:
    """At which place a stage stands; None where the procedure has no such stage."""
    return next((place for place, stage in enumerate(stages_of(pack)) if stage.code == code), None)


def clause_of(stage: ComplaintStage, pack: PolicyPack | None) -> str:
    """How the clause of a stage is cited: that of the pack, or the law by itself."""
    listed = pack is not None and stage in pack.complaints.stages
    return pack.clause(stage.source) if pack is not None and listed else stage.source.removeprefix("LAW ")
