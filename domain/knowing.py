"""Who knew of a case by a moment: by what its events say, and by the log of reads.

An event tells that somebody knew where the person recorded it, was told by it, or had a part in what it records. Every
field of every event that names a person is judged here, once; a test fails for a new one that is not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Any
from uuid import UUID

from domain.reads import ReadKind, told_of_case
from domain.roles import Role
from domain.values import CaseKind

__all__ = ["LEARNING", "NAMED_ONLY", "Happened", "HowKnown", "Knew", "Knowledge", "Seen"]


class HowKnown(StrEnum):
    """How somebody came to know of a case."""

    # The person recorded something in it, or somebody did on the person's behalf.
    RECORDED = "RECORDED"
    # An event says that the person was told: informed, met, asked, advised, warned, let in, given the case.
    TOLD = "TOLD"
    # An event says that the person had a part in what it records: reported, said, decided, looked into it.
    TOOK_PART = "TOOK_PART"
    # An answer of this program told the person of it.
    READ = "READ"


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a case, as far as it says who knew: `told` is its content in clear."""

    position: int
    recorded_at: datetime
    type: str
    actor: UUID
    actor_role: str
    on_behalf_of: UUID | None
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer that told somebody of the case: what it told, and where it stands in the log of reads."""

    position: int
    recorded_at: datetime
    person_id: UUID
    on_behalf_of: UUID | None
    what: tuple[ReadKind, ...]

    @classmethod
    def told(cls, position: int, recorded_at: datetime, body: Mapping[str, Any], case_id: UUID) -> Seen:
        """What an entry of the log of reads, its body taken apart, tells of one of its cases."""
        for_other = body.get("on_behalf_of")
        what = told_of_case(body, str(case_id))
        return cls(position, recorded_at, UUID(body["actor"]), None if for_other is None else UUID(for_other), what)


@dataclass(frozen=True, slots=True)
class Knew:
    """That somebody knew, how, and since when that is on record.

    `position` is that of the event, or of the entry of the log of reads for READ; `what` is what the person had read by
    the moment that was asked for, and empty for the others.
    """

    person_id: UUID
    how: HowKnown
    since: datetime
    position: int
    what: tuple[ReadKind, ...] = ()


_OF_EVERY_KIND: Mapping[str, Mapping[str, HowKnown | None]] = {
    "assigned": {"owner": HowKnown.TOLD},
    "access_granted": {"person": HowKnown.TOLD},
    "access_opened": {"person": HowKnown.TOOK_PART, "alerted": HowKnown.TOLD},
    "correction_requested": {"requested_by": HowKnown.TOOK_PART},
    "correction_approved": {"decided_by": HowKnown.TOOK_PART},
    "correction_rejected": {"decided_by": HowKnown.TOOK_PART},
    "file_stored": {"stored_by": HowKnown.TOOK_PART, "collected_by": HowKnown.TOOK_PART, "about": None},
    "file_viewed": {"viewed_by": HowKnown.TOOK_PART},
    "file_exported": {"exported_by": HowKnown.TOOK_PART},
    "texts_erased": {"person": None},
}
# The events that name somebody, and what that says of whether the person knew; None: nothing. A path leads through
# lists and records, as `members.person`.
_JUDGED: Mapping[str, Mapping[str, HowKnown | None]] = {
    **{f"{kind.value.lower()}.{name}.v1": how for kind in CaseKind for name, how in _OF_EVERY_KIND.items()},
    # Of an incident. Whom it is about, and who posted, need not know what the school has recorded.
    "incident.reported.v1": {"reported_by": HowKnown.TOOK_PART},
    "incident.item_recorded.v1": {"about": None, "poster": None, "taker": None},
    "incident.item_corrected.v1": {"about": None, "poster": None, "taker": None},
    "incident.items_merged.v1": {"about": None},
    "incident.merge_undone.v1": {"about": None},
    "incident.poster_identified.v1": {"poster": None},
    "incident.impact_recorded.v1": {"person": None},
    "incident.continuation_recorded.v1": {"person": None},
    "incident.legal_action_taken.v1": {"person": None},
    "incident.access_restricted.v1": {"person": None},
    "incident.account_recorded.v1": {"person": HowKnown.TOOK_PART},
    "incident.action_decided.v1": {"decided_by": HowKnown.TOOK_PART},
    "incident.conduct_assessed.v1": {"assessed_by": HowKnown.TOOK_PART},
    "incident.evidence_noted.v1": {"collected_by": HowKnown.TOOK_PART},
    "incident.investigation_recorded.v1": {"investigator": HowKnown.TOOK_PART},
    "incident.removal_confirmed.v1": {"checked_by": HowKnown.TOOK_PART},
    "incident.refusal_recorded.v1": {"person": HowKnown.TOOK_PART},
    "incident.removal_refused.v1": {"person": HowKnown.TOOK_PART},
    "incident.target_supported.v1": {"person": HowKnown.TOLD, "supported_by": HowKnown.TOOK_PART},
    "incident.directed_to_channel.v1": {"person": HowKnown.TOLD},
    "incident.legal_consequence_explained.v1": {"person": HowKnown.TOLD},
    # Those asked came or did not: they were asked.
    "incident.meeting_held.v1": {"attendees": HowKnown.TOLD},
    "incident.outcome_communicated.v1": {"recipient": HowKnown.TOLD},
    "incident.parent_advised.v1": {"parent": HowKnown.TOLD},
    "incident.person_informed.v1": {"person": HowKnown.TOLD},
    "incident.removal_requested.v1": {"person": HowKnown.TOLD},
    "incident.warning_sent.v1": {"person": HowKnown.TOLD},
    # Of a complaint.
    "complaint.received.v1": {
        "complainant": HowKnown.TOOK_PART,
        "reported_by": HowKnown.TOOK_PART,
        "heads.about": None,
    },
    "complaint.head_added.v1": {"head.about": None},
    "complaint.subject_named.v1": {"person": None},
    "complaint.conduct_managed.v1": {"person": None},
    "complaint.account_recorded.v1": {"person": HowKnown.TOOK_PART},
    "complaint.head_decided.v1": {"decided_by": HowKnown.TOOK_PART},
    "complaint.investigator_appointed.v1": {"investigator": HowKnown.TOOK_PART},
    "complaint.parties_met.v1": {"attendees": HowKnown.TOOK_PART},
    "complaint.stage_answered.v1": {"responded_by": HowKnown.TOOK_PART},
    "complaint.findings_issued.v1": {"recipient": HowKnown.TOLD},
    "complaint.panel_appointed.v1": {"members.person": HowKnown.TOLD},
    "complaint.panel_member_replaced.v1": {"leaving": None, "member.person": HowKnown.TOLD},
    # Of a staff breach. Whom it is about may not know yet, and must not by any road of this program.
    "staff_breach.reported.v1": {"reported_by": HowKnown.TOOK_PART, "subject": None},
    "staff_breach.subject_named.v1": {"subject": None},
    "staff_breach.advice_given.v1": {"given_by": HowKnown.TOOK_PART},
    "staff_breach.appeal_decided.v1": {"officer": HowKnown.TOOK_PART},
    "staff_breach.body_contacted.v1": {"contacted_by": HowKnown.TOOK_PART},
    "staff_breach.decided_not_to_refer.v1": {"decided_by": HowKnown.TOOK_PART},
    "staff_breach.disclosure_recorded.v1": {"disclosed_by": HowKnown.TOOK_PART, "received_by": HowKnown.TOOK_PART},
    "staff_breach.finding_recorded.v1": {"found_by": HowKnown.TOOK_PART},
    "staff_breach.harm_threshold_assessed.v1": {"assessed_by": HowKnown.TOOK_PART},
    "staff_breach.hearing_held.v1": {"chaired_by": HowKnown.TOOK_PART},
    "staff_breach.interview_held.v1": {"person": HowKnown.TOOK_PART},
    "staff_breach.investigation_opened.v1": {"investigator": HowKnown.TOOK_PART},
    "staff_breach.no_action_decided.v1": {"decided_by": HowKnown.TOOK_PART},
    "staff_breach.referred_to_disciplinary.v1": {"referred_by": HowKnown.TOOK_PART},
    "staff_breach.sanction_imposed.v1": {"decided_by": HowKnown.TOOK_PART},
    "staff_breach.suspension_decided.v1": {"decided_by": HowKnown.TOOK_PART},
    # The contact of a suspended person is told to the person, which does not say that the contact was told why.
    "staff_breach.suspension_confirmed.v1": {"contact_person": None},
    "staff_breach.person_informed.v1": {"person": HowKnown.TOLD},
    "staff_breach.reported_to_manager.v1": {"manager": HowKnown.TOLD},
}
# What each event says by naming somebody, and the names that say nothing of who knew.
LEARNING: Mapping[str, Mapping[str, HowKnown]] = {
    name: said
    for name, fields in _JUDGED.items()
    if (said := {field: how for field, how in fields.items() if how is not None})
}
NAMED_ONLY: Mapping[str, frozenset[str]] = {
    name: silent
    for name, fields in _JUDGED.items()
    if (silent := frozenset(field for field, how in fields.items() if how is None))
}


class Knowledge:
    """Who knew of a case, moment by moment: each person once for each way, with what was read by then.

    `events` and `reads` are each in the order of recording. The program itself knows nothing.
    """

    def __init__(self, events: Iterable[Happened], reads: Iterable[Seen]) -> None:
        """Begin before the first event."""
        self._known: dict[tuple[UUID, HowKnown], Knew] = {}
        self._coming = deque(sorted(chain(_said(events), _read(reads)), key=_in_order))

    @property
    def known(self) -> list[Knew]:
        """All that was known by the moment last asked for, whoever knew first at the head."""
        return sorted(self._known.values(), key=_in_order)

    def until(self, by: datetime | None) -> list[Knew]:
        """Go on to an instant that is no earlier than the last (None: to the end); return what was not known before.

        Somebody who is told for the first time what the person had not read before is new for what that is.
        """
        new: dict[tuple[UUID, HowKnown], Knew] = {}
        while self._coming and (by is None or self._coming[0].since <= by):
            one = self._coming.popleft()
            key = one.person_id, one.how
            known = self._known.get(key)
            more = one.what if known is None else tuple(kind for kind in one.what if kind not in known.what)
            if known is None or more:
                self._known[key] = _with(known or one, more)
                new[key] = _with(new.get(key) or replace(one, what=()), more)
        return sorted(new.values(), key=_in_order)


def _with(known: Knew, what: Iterable[ReadKind]) -> Knew:
    told = {*known.what, *what}
    return replace(known, what=tuple(kind for kind in ReadKind if kind in told))


_PLACE = {how: place for place, how in enumerate(HowKnown)}


def _in_order(one: Knew) -> tuple[datetime, int, int, UUID]:
    return one.since, _PLACE[one.how], one.position, one.person_id


def _said(events: Iterable[Happened]) -> Iterator[Knew]:
    for event in events:
        for person_id, how in _said_by(event):
            yield Knew(person_id, how, event.recorded_at, event.position)


def _read(reads: Iterable[Seen]) -> Iterator[Knew]:
    for seen in reads:
        for person_id in filter(None, (seen.person_id, seen.on_behalf_of)):
            yield Knew(person_id, HowKnown.READ, seen.recorded_at, seen.position, seen.what)


def _said_by(event: Happened) -> Iterator[tuple[UUID, HowKnown]]:
    if event.actor_role != Role.SYSTEM:
        yield event.actor, HowKnown.RECORDED
    if event.on_behalf_of is not None:
        yield event.on_behalf_of, HowKnown.RECORDED
    for path, how in LEARNING.get(event.type, {}).items():
        for person in _at(event.told, path.split(".")):
            yield UUID(person), how


def _at(told: Any, path: Sequence[str]) -> Iterator[str]:
    """Whatever stands at a path, through lists and records."""
    if isinstance(told, list):
        for one in told:
            yield from _at(one, path)
    elif not path:
        if told is not None:
            yield told
    elif isinstance(told, Mapping):
        yield from _at(told.get(path[0]), path[1:])
