"""What a staff breach is made of: what was done, who was protected and told, and what the procedure decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.sealed import Sealed

# Sanctions that end the employment, and those that are warnings and become spent.
DISMISSALS = frozenset({"DISMISSAL_WITH_NOTICE", "SUMMARY_DISMISSAL"})
WARNINGS = frozenset({"FIRST_WRITTEN_WARNING", "FINAL_WRITTEN_WARNING"})
# What may follow whatever was found.
NO_SANCTIONS = frozenset({"NO_ACTION", "INFORMAL_ADVICE"})


@dataclass(frozen=True, slots=True)
class BreachDetails:
    """What was done, by whom as to role, by which channel and in which circumstances; ages are asked, not kept."""

    intake: str | None = None
    breach_types: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    subject_role: str | None = None
    targets: tuple[str, ...] = ()
    channel: str | None = None
    on_duty: str | None = None
    capacity: str | None = None
    direction: str | None = None
    under18_at_contact: str | None = None
    contact_details: tuple[str, ...] = ()
    responded: bool | None = None
    child_informed: bool | None = None
    intent: str | None = None
    published_by_third_party: bool | None = None
    complaint_valid: bool | None = None
    device: str | None = None
    school_equipment: bool | None = None
    other_policy: Sealed | None = None
    search_purpose: Sealed | None = None


@dataclass(frozen=True, slots=True)
class Employment:
    """At which schools the person works; one employed centrally may work at several (Rivington L30)."""

    schools: tuple[str, ...]
    is_central: bool


@dataclass(frozen=True, slots=True)
class ExceptionConsulted:
    """Whether the register of permissions or family links was consulted, and whether it holds one."""

    exception: str
    found: bool
    consulted_on: date
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class ManagerReport:
    """That the person reported the matter to a manager (Rivington L72)."""

    manager: UUID | None
    reported_on: date
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class BreachInforming:
    """That somebody in a role was told."""

    role: str
    person: UUID | None
    informed_on: date
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class BreachAdvice:
    """Advice that was given to the person (Rivington L46, L60)."""

    advice_id: UUID
    kind: str
    given_on: date
    given_by: UUID | None
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class LaterContact:
    """Contact that went on after advice against it (Rivington L60)."""

    advice_id: UUID
    contact_on: date
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class BreachRequest:
    """That the person was asked to delete material or to leave (Westacre L63); `done` is None until it is known."""

    request_id: UUID
    request: str
    requested_on: date
    done: bool | None
    answered_on: date | None
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class ReasonedNone:
    """That the school decided to do nothing, and why."""

    decided_on: date
    decided_by: UUID | None
    reasons: Sealed


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What somebody disclosed, and who took it in (Westacre L79-81)."""

    disclosure_id: UUID
    source: str
    received_on: date
    received_by: UUID | None
    disclosed_by: UUID | None
    words: Sealed
    policy_reference: Sealed | None


@dataclass(frozen=True, slots=True)
class ThresholdAssessment:
    """Whether the harm threshold may be met, and by which criteria (Keeping children safe in education, part 4)."""

    level: str
    criteria: tuple[str, ...]
    assessed_on: date
    assessed_by: UUID | None
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class BodyContact:
    """That a body outside was contacted or the matter referred to it, and what it advised."""

    contact_id: UUID
    body: str
    contacted_on: date
    contacted_by: UUID | None
    body_name: Sealed | None
    reference: Sealed | None
    reasons: Sealed | None
    advised_on: date | None = None
    suspension: str | None = None
    advice: Sealed | None = None


@dataclass(frozen=True, slots=True)
class DecisionNotToRefer:
    """That the matter is not referred to a body, and why."""

    body: str
    decided_on: date
    decided_by: UUID | None
    reasons: Sealed


@dataclass(frozen=True, slots=True)
class ReportingRestriction:
    """Whether the law forbids naming the teacher (Education Act 2002, s. 141F)."""

    applies: bool
    from_on: date
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class SuspensionDecision:
    """Whether to suspend during the investigation: no finding, and kept apart from any."""

    suspension_id: UUID
    suspended: bool
    decided_on: date
    decided_by: UUID
    alternatives: tuple[str, ...]
    reasons: Sealed
    confirmed_on: date | None = None
    contact_person: UUID | None = None
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class BreachInvestigation:
    """An investigation of the breach."""

    investigation_id: UUID
    investigator: UUID
    started_on: date
    completed_on: date | None
    notes: Sealed | None
    report: Sealed | None


@dataclass(frozen=True, slots=True)
class Interview:
    """That somebody was heard in an investigation."""

    investigation_id: UUID
    side: str
    person: UUID | None
    held_on: date
    accompanied: bool | None
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class BreachFinding:
    """What was found; the last one holds."""

    finding: str
    gross_misconduct: bool
    found_on: date
    found_by: UUID
    reasons: Sealed | None


@dataclass(frozen=True, slots=True)
class DisciplinaryReferral:
    """That the matter was referred to the disciplinary procedure."""

    referred_on: date
    referred_by: UUID | None
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class Hearing:
    """A disciplinary hearing."""

    held_on: date
    chaired_by: UUID | None
    attended: bool
    accompanied: bool | None
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class Sanction:
    """What was decided at the end of the procedure; `set_aside` on appeal."""

    sanction_id: UUID
    sanction: str
    decided_on: date
    decided_by: UUID
    spent_on: date | None
    reasons: Sealed | None
    set_aside: bool = False

    @property
    def is_dismissal(self) -> bool:
        """Whether the employment ends."""
        return self.sanction in DISMISSALS and not self.set_aside

    def is_live_warning(self, on: date) -> bool:
        """Whether it is a warning that is not yet spent on a day."""
        is_spent = self.spent_on is not None and self.spent_on <= on
        return self.sanction in WARNINGS and not self.set_aside and not is_spent


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal against a sanction, decided by somebody else; `result` is None until it is decided."""

    appeal_id: UUID
    sanction_id: UUID
    lodged_on: date
    officer: UUID | None
    result: str | None
    decided_on: date | None
    grounds: Sealed | None
    reasons: Sealed | None


@dataclass(frozen=True, slots=True)
class DisciplinaryHold:
    """That a body told the school to wait with the disciplinary track."""

    hold_id: UUID
    body: str
    from_on: date
    lifted_on: date | None
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class Track:
    """Where one of the three tracks stands."""

    track: str
    state: str
