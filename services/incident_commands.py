"""The commands of an incident: reported, its items recorded and put right, the school's steps, closed.

Each field is described once, here; the API takes its inputs and their descriptions from these classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

from domain.aggregate import Recordable
from domain.incident import Incident
from domain.items import Classification
from domain.sealed import Secret
from services.commands import Deciding, Described, OpeningCommand, decided
from services.decisions import CaseDecision, OverrideReason

ItemId = Annotated[UUID, Described("The item, by its id.")]
Notes = Annotated[str | None, Described("What there is to say about it; stored sealed.")]
Url = Annotated[str | None, Described("Where the post is; stored sealed.")]
Handle = Annotated[str | None, Described("The account that posted; stored sealed.")]
Narrative = Annotated[str | None, Described("What the post says or shows; stored sealed.")]
Description = Annotated[str | None, Described("What is meant where the nature is OTHER; stored sealed.")]
PosterRole = Annotated[str, Described("Who posted, by role: a code of the list poster_roles.")]
Poster = Annotated[UUID | None, Described("The person who posted, where the school knows the person.")]
TakerRole = Annotated[str | None, Described("Who took a photograph, where known: a code of the list poster_roles.")]
Taker = Annotated[UUID | None, Described("The person who took a photograph, where the school knows the person.")]
DiscoveredOn = Annotated[date, Described("The day the school became aware of the item.")]
PostedOn = Annotated[date | None, Described("The day it was posted, where known; not after the day of discovery.")]
Classifications = Annotated[
    tuple[Classification, ...], Described("What the item is and about whom: codes of the lists natures and targets.")
]
Characteristics = Annotated[
    tuple[str, ...], Described("The protected characteristics concerned: codes of the list characteristics.")
]
About = Annotated[tuple[UUID, ...], Described("The persons the item speaks of.")]
_UNDER_POSTER = {"url": "poster", "handle": "poster"}


@dataclass(frozen=True, kw_only=True)
class ReportIncident(OpeningCommand):
    """Report an incident: something posted or done online about the school or its people."""

    reference_kind: ClassVar[str] = "INC"

    school_urn: Annotated[str, Described("The school, by URN.")]
    opened_on: Annotated[date, Described("The day the school became aware; it decides the policy and the period.")]
    school_reference: Annotated[str | None, Described("The school's own reference, if it has one.")] = None
    summary: Annotated[str | None, Described("What happened, in short; stored sealed.")] = None

    def check(self, context: Deciding) -> None:
        """The school is in the caller's sight and was a member of the trust on that day."""
        context.school(self.school_urn, "school_urn", min(self.opened_on, context.today))

    def open(self, case_id: UUID, reference: str, context: Deciding) -> Sequence[Recordable]:
        """An incident held to the policy in force on the day of awareness."""
        school = context.school(self.school_urn, "school_urn", min(self.opened_on, context.today))
        return [
            Incident.report(
                case_id=case_id,
                reference=reference,
                school_urn=self.school_urn,
                opened_on=self.opened_on,
                today=context.today,
                school_reference=self.school_reference,
                policy=school.policy_on(self.opened_on),
                reported_by=context.caller.person_id,
                summary=decided(self.summary),
            )
        ]


@dataclass(frozen=True, kw_only=True)
class IncidentDecision(CaseDecision):
    """A command on an incident."""

    case_kind: ClassVar[str | None] = "INCIDENT"


@dataclass(frozen=True, kw_only=True)
class RecordItem(IncidentDecision):
    """Record one post on one network, message, image or act; likes and shares are none."""

    decision: ClassVar[str] = "record_item"
    new_id: ClassVar[str | None] = "item_id"
    sealed_under: ClassVar[dict[str, str]] = _UNDER_POSTER

    platform: Annotated[str, Described("Where it was posted: a code of the list platforms.")]
    poster_role: PosterRole
    discovered_on: DiscoveredOn
    posted_on: PostedOn = None
    poster: Poster = None
    taker_role: TakerRole = None
    taker: Taker = None
    about: About = ()
    names_individual: Annotated[bool, Described("Whether the post names an individual.")] = False
    classifications: Classifications = ()
    characteristics: Characteristics = ()
    url: Url = None
    handle: Handle = None
    narrative: Narrative = None
    description: Description = None


@dataclass(frozen=True, kw_only=True)
class ClassifyItem(IncidentDecision):
    """Say for the first time what an item is; only what is classified counts."""

    decision: ClassVar[str] = "classify_item"

    item_id: ItemId
    classifications: Classifications
    characteristics: Characteristics = ()
    description: Description = None


@dataclass(frozen=True, kw_only=True)
class ReclassifyItem(IncidentDecision):
    """Replace what was said of an item: its counts move, its past included."""

    decision: ClassVar[str] = "reclassify_item"
    needs_reason: ClassVar[bool] = True

    item_id: ItemId
    classifications: Classifications
    characteristics: Characteristics = ()
    description: Description = None


@dataclass(frozen=True, kw_only=True)
class CorrectItem(IncidentDecision):
    """Correct what was recorded of an item; what is left out stays as it is."""

    decision: ClassVar[str] = "correct_item"
    needs_reason: ClassVar[bool] = True
    sealed_under: ClassVar[dict[str, str]] = _UNDER_POSTER

    item_id: ItemId
    platform: Annotated[str | None, Described("Where it was posted: a code of the list platforms.")] = None
    poster_role: Annotated[str | None, Described("Who posted, by role: a code of the list poster_roles.")] = None
    poster: Poster = None
    taker_role: TakerRole = None
    taker: Taker = None
    about: Annotated[tuple[UUID, ...] | None, Described("The persons the item speaks of.")] = None
    names_individual: Annotated[bool | None, Described("Whether the post names an individual.")] = None
    discovered_on: Annotated[date | None, Described("The day the school became aware of the item.")] = None
    posted_on: PostedOn = None
    url: Url = None
    handle: Handle = None
    narrative: Narrative = None
    description: Description = None
    clear: Annotated[tuple[str, ...], Described("Fields to empty, by their names in the record.")] = ()


@dataclass(frozen=True, kw_only=True)
class ExcludeItem(IncidentDecision):
    """Take one item out of every count, from now on and for its past."""

    decision: ClassVar[str] = "exclude_item"
    needs_reason: ClassVar[bool] = True

    item_id: ItemId
    mark: Annotated[str, Described("Why: a code of the list marks.")]


@dataclass(frozen=True, kw_only=True)
class RestoreItem(IncidentDecision):
    """Let an excluded item count again."""

    decision: ClassVar[str] = "restore_item"
    needs_reason: ClassVar[bool] = True

    item_id: ItemId


@dataclass(frozen=True, kw_only=True)
class MergeItems(IncidentDecision):
    """Say that two items are one post: the first counts nothing any more, and the second gets what it did not have."""

    decision: ClassVar[str] = "merge_items"
    needs_reason: ClassVar[bool] = True

    item_id: Annotated[UUID, Described("The item that is merged, by its id.")]
    into: Annotated[UUID, Described("The item that stands for both from now on, by its id.")]


@dataclass(frozen=True, kw_only=True)
class SplitItem(IncidentDecision):
    """Say that an item is two posts: a new one with the same days and poster takes some of its classifications over."""

    decision: ClassVar[str] = "split_item"
    new_id: ClassVar[str | None] = "new_item_id"
    needs_reason: ClassVar[bool] = True

    item_id: ItemId
    classifications: Annotated[
        tuple[Classification, ...], Described("What the new item takes over; each side keeps at least one.")
    ]
    characteristics: Annotated[
        tuple[str, ...] | None, Described("The characteristics of the new item; all of the old one's if left out.")
    ] = None
    platform: Annotated[str | None, Described("Where, if elsewhere than the old one: a code of platforms.")] = None
    url: Url = None
    handle: Handle = None
    narrative: Narrative = None
    description: Description = None

    def arguments(self, case: Any, context: Deciding) -> dict[str, Any]:
        """The account that posted is sealed under the key of the poster, whom the item knows."""
        arguments = super().arguments(case, context)
        item = case.items.get(self.item_id)
        if item is not None and item.poster is not None:
            for field in _UNDER_POSTER:
                text = arguments[field]
                arguments[field] = None if text is None else Secret(text.text, item.poster)
        return arguments


@dataclass(frozen=True, kw_only=True)
class IdentifyPoster(IncidentDecision):
    """Say who posted an item, once it is known."""

    decision: ClassVar[str] = "identify_poster"

    item_id: ItemId
    poster_role: PosterRole
    poster: Poster = None


@dataclass(frozen=True, kw_only=True)
class CloseIncident(IncidentDecision):
    """Close the incident with its outcome, as the policy pinned to it allows."""

    decision: ClassVar[str] = "close"

    outcome: Annotated[str, Described("What came of it: a code of the list outcomes.")]
    closed_on: Annotated[date, Described("The day it was closed.")]
    notes: Notes = None
    override: OverrideReason = None


@dataclass(frozen=True, kw_only=True)
class ReopenIncident(IncidentDecision):
    """Open a closed incident again."""

    decision: ClassVar[str] = "reopen"
    needs_reason: ClassVar[bool] = True

    reopened_on: Annotated[date, Described("The day it was opened again.")]
