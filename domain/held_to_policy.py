"""How a case is held to its school's policy: a step waits for what the policy requires first, or it is set aside."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence

from domain.aggregate import Recordable, event
from domain.checks import require_text
from domain.deadlines import Extension, Pause
from domain.facts import missing
from domain.policy import PolicyPack
from domain.policy_rules import StepRule, Strength
from domain.refusals import PrerequisiteMissing, Refused
from domain.sealed import Sealed
from domain.values import CaseKind, Override


class HeldToPolicy(Recordable):
    """What is done step by step under a policy, and remembers which of its requirements were set aside, and why."""

    def _begin_requirements(self) -> None:
        self.overrides: tuple[Override, ...] = ()

    # --- decisions

    def require_step(self, step: str, policy: PolicyPack | None, override: Sealed | None = None) -> None:
        """Refuse a step before which the policy requires something that is not there; to be asked last.

        With a reason the requirement is set aside this once, and the record says so (design D14).
        """
        for rule, lacking in tuple(self.lacking(step, policy)):
            refusal = PrerequisiteMissing.of(rule, lacking, policy)
            if override is None:
                raise refusal
            for need in lacking:
                self._set_aside(step, need, refusal.clause, override)

    def _set_aside(self, step: str, requirement: str, clause: str | None, reason: Sealed | None) -> None:
        require_text("override", reason)
        assert reason is not None
        self._requirement_overridden(step=step, requirement=requirement, clause=clause, override=reason)

    # --- guards

    def bars_by_policy(self, step: str, policy: PolicyPack | None) -> Refused | None:
        """Why the policy rules a step out now, unless it is set aside."""
        return next((PrerequisiteMissing.of(rule, facts, policy) for rule, facts in self.lacking(step, policy)), None)

    def lacking(self, step: str, policy: PolicyPack | None) -> Iterator[tuple[StepRule, tuple[str, ...]]]:
        """The rules of the policy that require something before a step, each with the facts that are not there."""
        for rule in policy.rules_of(self.kind, step) if policy else ():
            if rule.strength is Strength.REQUIRED and (facts := missing(self, rule.needs)):
                yield rule, facts

    # --- changes

    @event("RequirementOverridden", topic="*.requirement_overridden.v1")
    def _requirement_overridden(self, step: str, requirement: str, clause: str | None, override: Sealed) -> None:
        """Something that the policy requires before a step was set aside, with a reason: a fact or a duty."""
        self.overrides = (*self.overrides, Override(step, requirement, clause, override))

    # --- questions

    @property
    @abstractmethod
    def kind(self) -> CaseKind:
        """Which of the three kinds the case is."""

    @property
    def clock_pauses(self) -> Sequence[Pause]:
        """The days that count for no deadline."""
        return ()

    def extensions_of(self, _stage: str | None) -> Sequence[Extension]:
        """The days that were agreed for a stage instead of the one that the clock gives, in order."""
        return ()
