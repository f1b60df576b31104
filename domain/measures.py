"""What a school does about those concerned: support, warnings, restrictions, advice; and what it says of the matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.sealed import Sealed


@dataclass(frozen=True, slots=True)
class Support:
    """That somebody targeted was supported: how, by whom and when."""

    target: str
    kind: str
    person: UUID | None
    supported_by: UUID | None
    supported_on: date
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class Informing:
    """That somebody in a role was told of the matter."""

    role: str
    person: UUID | None
    informed_on: date
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class LegalExplanation:
    """That somebody was told what the law may mean for further posts."""

    to_role: str
    means: str
    person: UUID | None
    explained_on: date
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class WrittenWarning:
    """A warning in writing; `asks_removal`: it asks for the post to be taken down."""

    person: UUID | None
    sent_on: date
    asks_removal: bool
    reference: Sealed | None
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """That somebody refused to comply with what the school asked."""

    person: UUID | None
    refused_on: date
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class Continuation:
    """That it went on after the school had asked for it to stop; `item_id` is what was posted then, if recorded."""

    person: UUID | None
    item_id: UUID | None
    continued_on: date
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class LegalAdvice:
    """Legal advice that was taken."""

    advised_on: date
    adviser: Sealed | None
    advice: Sealed | None


@dataclass(frozen=True, slots=True)
class LegalAction:
    """Legal action that was taken against somebody."""

    person: UUID | None
    taken_on: date
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class Restriction:
    """A restriction of somebody's access, from one day to another; `consulted`: the person was heard beforehand."""

    restriction_id: UUID
    scope: str
    person: UUID | None
    from_on: date
    until_on: date | None
    review_on: date | None
    consulted: bool
    lifted_on: date | None
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about a possible action, taken or not, among which options, and why."""

    decision_id: UUID
    action: str
    options: tuple[str, ...]
    taken: bool
    decided_on: date
    decided_by: UUID | None
    reasons: Sealed | None


@dataclass(frozen=True, slots=True)
class Referral:
    """A report of the matter to a body outside the school: on which grounds, and what the body answered."""

    referral_id: UUID
    body: str
    grounds: tuple[str, ...]
    referred_on: date
    result: str | None
    answered_on: date | None
    body_name: Sealed | None
    reference: Sealed | None
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class ProviderContact:
    """That the provider of a site or of the internet access was contacted, and what it answered."""

    contact_id: UUID
    provider: str
    item_id: UUID | None
    contacted_on: date
    asks_removal: bool
    result: str | None
    answered_on: date | None
    provider_name: Sealed | None
    reference: Sealed | None
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class Intake:
    """How the school came to know: by which road, from whom by role, and who took it in."""

    source: str
    reporter_role: str | None
    received_by: str | None
    reporter_is_target: bool
    received_on: date


@dataclass(frozen=True, slots=True)
class ConductAssessment:
    """What the school makes of the conduct as a whole, such as unacceptable or illegal."""

    assessment: str
    assessed_on: date
    assessed_by: UUID | None
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class DefamationAssessment:
    """Which of the tests of a defamatory statement an item meets (Park Hall L73-76)."""

    item_id: UUID
    tests: tuple[str, ...]
    serious_harm: bool | None
    assessed_on: date
    notes: Sealed | None


@dataclass(frozen=True, slots=True)
class ItemTags:
    """What else is to be said of an item, beside what counts: law, content, account, device, circumstances."""

    item_id: UUID
    legal_bases: tuple[str, ...]
    content_kinds: tuple[str, ...]
    account: str | None = None
    capacity: str | None = None
    device: str | None = None
    private_space: bool | None = None
    in_working_day: bool | None = None
    teacher_directed: bool | None = None
    accidental: bool | None = None
