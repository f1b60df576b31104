"""Who recorded each event, a person or a program, and who knew of a case by it: by tables of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.plan.oracle.readers import sees_readers, told_of
from tests.plan.oracle.story import Event, Json

if TYPE_CHECKING:
    from tests.plan.oracle.view import View


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Events by what follows their kind of case, with the field that holds whoever was told by it, or had a part in it.
_TOLD = _words(
    "assigned.owner access_granted.person access_opened.alerted target_supported.person directed_to_channel.person"
    " legal_consequence_explained.person meeting_held.attendees outcome_communicated.recipient parent_advised.parent"
    " person_informed.person removal_requested.person warning_sent.person findings_issued.recipient"
    " panel_appointed.members.person panel_member_replaced.member.person reported_to_manager.manager"
)
_PART = _words(
    "reported.reported_by received.reported_by received.complainant access_opened.person"
    " correction_requested.requested_by correction_approved.decided_by correction_rejected.decided_by"
    " account_recorded.person action_decided.decided_by conduct_assessed.assessed_by evidence_noted.collected_by"
    " investigation_recorded.investigator removal_confirmed.checked_by refusal_recorded.person"
    " removal_refused.person target_supported.supported_by head_decided.decided_by"
    " investigator_appointed.investigator parties_met.attendees stage_answered.responded_by advice_given.given_by"
    " appeal_decided.officer body_contacted.contacted_by decided_not_to_refer.decided_by"
    " disclosure_recorded.disclosed_by disclosure_recorded.received_by finding_recorded.found_by"
    " harm_threshold_assessed.assessed_by hearing_held.chaired_by interview_held.person"
    " investigation_opened.investigator no_action_decided.decided_by referred_to_disciplinary.referred_by"
    " sanction_imposed.decided_by suspension_decided.decided_by file_stored.stored_by file_stored.collected_by"
    " file_viewed.viewed_by file_exported.exported_by"
)
_WAYS = ("RECORDED", "TOLD", "TOOK_PART", "READ")


def sort_of(view: View, event: Event) -> str:
    """Whether a person or a program recorded an event."""
    body = event.body
    imports = {one.body["command"] for one in view.story.events if one.type.endswith(".imported.v1")}
    is_program = body["actor_role"] in ("system", "mis") or body["actor"] in view.facts.programs
    return "SYSTEM" if is_program or body["command"] in imports else "HUMAN"


def known_by(view: View, events: list[Event], last: Event) -> list[Json]:
    """All who knew of a case by an event, by those that are told."""
    found: dict[tuple[str, str], list[Any]] = {}

    def know(person: str, how: str, since: datetime, position: int, what: set[str]) -> None:
        known = found.setdefault((person, how), [since, position, set()])
        known[2] |= what

    for event in events:
        if event.version <= last.version:
            for person, how in _said(event):
                know(person, how, event.recorded_at, event.position, set())
    case = view.story.cases()[last.stream]
    for entry in view.facts.reads if sees_readers(view, case) else ():
        body = entry["body"]
        if last.stream in body["cases"] and entry["recorded_at"] <= last.recorded_at:
            for person in filter(None, (body["actor"], body.get("on_behalf_of"))):
                know(person, "READ", entry["recorded_at"], entry["position"], told_of(body, last.stream))
    ordered = sorted(found.items(), key=lambda one: (one[1][0], _WAYS.index(one[0][1]), one[1][1], one[0][0]))
    return [
        {
            "person": view.person(person),
            "how": how,
            "since": since.astimezone(UTC).isoformat(),
            "what": [kind for kind in ("LIST", "CASE", "HISTORY", "EXPORT", "PARTS", "LOG") if kind in what],
        }
        for (person, how), (since, _, what) in ordered
    ]


def _said(event: Event) -> Iterator[tuple[str, str]]:
    body, name = event.body, event.type.split(".")[1]
    if body["actor_role"] != "system":
        yield body["actor"], "RECORDED"
    if "on_behalf_of" in body:
        yield body["on_behalf_of"], "RECORDED"
    for path, person in _persons(name, body["data"]):
        if path in _TOLD | _PART:
            yield person, "TOLD" if path in _TOLD else "TOOK_PART"


def _persons(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _persons(f"{path}.{name}", one)
    elif isinstance(value, list):
        for one in value:
            yield from _persons(path, one)
    elif isinstance(value, str) and len(value) == 36:
        yield path, value
