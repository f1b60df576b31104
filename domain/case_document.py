"""The case document: what a list row, a case, a past moment and the answer to a command all show of a case.

It is a pure function of the state, for all three kinds. Sealed texts appear as references alone, `{version, part}`:
whoever may read them opens them afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec

from domain.calendars import CalendarSet
from domain.case import Case
from domain.case_deadlines import CaseDeadline, deadlines
from domain.duties import Duty, duties
from domain.offered import WORD, mask, words_of
from domain.policy import PolicyPack
from domain.sealed import Secret
from domain.staff_breach import StaffBreach
from domain.staff_breach_severity import severity_of
from domain.values import CaseKind, CaseStatus, Imported, Mark, PolicyRef

JSON = dict[str, Any]

# What each kind shows beside the common members; the names are those of its state. A staff breach also shows how it
# counts, which its policy says.
DETAIL: dict[CaseKind, tuple[str, ...]] = {
    CaseKind.INCIDENT: (
        "summary",
        "items",
        "addenda",
        "overrides",
        "evidence",
        "reported_to_headteacher_on",
        "meetings",
        "impacts",
        "investigations",
        "accounts",
        "outcome_notices",
        "directions",
        "parent_advice",
        "platform_reports",
        "supports",
        "informed",
        "legal_explanations",
        "warnings",
        "refusals",
        "continuations",
        "legal_advice",
        "legal_actions",
        "restrictions",
        "referrals",
        "provider_contacts",
        "intake",
        "item_tags",
        "conduct_assessments",
        "defamation_assessments",
        "decisions",
        "converted_to",
        "converted_on",
        "transfers",
        "corrections",
        "closures",
        "access_grants",
        "files",
        "legal_holds",
        "retention_classes",
        "retention_reviews",
    ),
    CaseKind.COMPLAINT: (
        "summary",
        "received_on",
        "received_by",
        "means",
        "complainant",
        "heads",
        "addenda",
        "overrides",
        "accounts",
        "process",
        "acknowledgement",
        "stages",
        "extensions",
        "pauses",
        "party_meetings",
        "panel",
        "panel_appointed_on",
        "hearings",
        "findings_notices",
        "routings",
        "withdrawal",
        "conduct_steps",
        "tags",
        "actions_taken",
        "referrals",
        "enquiries",
        "outcomes_told",
        "transfers",
        "corrections",
        "closures",
        "access_grants",
        "files",
        "legal_holds",
        "retention_classes",
        "retention_reviews",
        "routed_to",
    ),
    CaseKind.STAFF_BREACH: (
        "summary",
        "reported_on",
        "recorded_on",
        "source",
        "subject",
        "concerns_post",
        "addenda",
        "overrides",
        "details",
        "employment",
        "exceptions_consulted",
        "manager_reports",
        "informed",
        "advice",
        "later_contacts",
        "requests",
        "reasoned_none",
        "tracks",
        "holds",
        "disclosures",
        "is_safeguarding_concern",
        "threshold_assessments",
        "body_contacts",
        "decisions_not_to_refer",
        "reporting_restriction",
        "suspensions",
        "investigations",
        "interviews",
        "findings",
        "disciplinary_referral",
        "disciplinary_hearings",
        "sanctions",
        "appeals",
        "counted_at",
        "transfers",
        "corrections",
        "closures",
        "access_grants",
        "files",
        "legal_holds",
        "retention_classes",
        "retention_reviews",
        "routed_to",
    ),
}


class NotRecordedYetError(Exception):
    """A case that holds a text not yet sealed has no document: it must be recorded first."""


class LinkDocument(msgspec.Struct, frozen=True):
    """A link to another case."""

    case: UUID
    kind: str


class CaseDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One case. `detail` holds what the kind adds, such as `items`: JSON values, with lists in the order of recording.

    `offered` and `offered_later` are the two words of the bit mask of `offered.from_mask`; `duties` are what is
    outstanding and `deadlines` what falls due, in order. `measured_at` is the moment of which a case is shown as it
    stood: what was overdue then is told from it.
    """

    id: UUID
    kind: CaseKind
    version: int
    reference: str
    school_reference: str | None
    school_urn: str
    status: CaseStatus
    opened_on: date
    closed_on: date | None
    outcome: str | None
    closed_as_logged: bool
    policy: PolicyRef | None
    owner: UUID | None
    reported_by: UUID | None
    mark: Mark | None
    duplicate_of: UUID | None
    copies: tuple[UUID, ...]
    links: tuple[LinkDocument, ...]
    imported: Imported | None
    offered: int
    duties: tuple[Duty, ...]
    detail: JSON
    # Documents that were written before there were deadlines say nothing of them.
    deadlines: tuple[CaseDeadline, ...] = ()
    measured_at: datetime | None = None
    offered_later: int = 0

    @property
    def mask(self) -> int:
        """What is offered, as one mask."""
        return self.offered | self.offered_later << WORD

    def to_json(self) -> bytes:
        """The document as JSON text, for a read table or an answer."""
        return msgspec.json.encode(self)


def case_document(
    case: Case,
    pack: PolicyPack | None = None,
    calendars: Sequence[CalendarSet] = (),
    measured_at: datetime | None = None,
) -> CaseDocument:
    """Show a case: by the policy pinned to it and the calendars of its school.

    Raises NotRecordedYetError while a text is not sealed.
    """
    due = deadlines(case, pack, calendars)
    return from_json(case_json(case, pack, duties(case, pack, due), due, measured_at))


def case_json(
    case: Case,
    pack: PolicyPack | None,
    owed: tuple[Duty, ...],
    due: tuple[CaseDeadline, ...],
    measured_at: datetime | None = None,
) -> bytes:
    """The document of a case, with its duties and deadlines, as JSON text; raises as `case_document` does.

    The members of the state are written as they are: taking them apart in Python first took four times as long.
    """
    offered, offered_later = words_of(mask(case, pack))
    return _ENCODER.encode(
        CaseDocument(
            id=case.id,
            kind=case.kind,
            version=case.version,
            reference=case.reference,
            school_reference=case.school_reference,
            school_urn=case.school_urn,
            status=case.status,
            opened_on=case.opened_on,
            closed_on=case.closed_on,
            outcome=case.outcome,
            closed_as_logged=case.closed_as_logged,
            policy=case.policy,
            owner=case.owner,
            reported_by=case.reported_by,
            mark=case.mark,
            duplicate_of=case.duplicate_of,
            copies=tuple(case.copies),
            links=tuple([LinkDocument(other, kind) for other, kind in case.links]) if case.links else (),
            imported=case.imported,
            offered=offered,
            offered_later=offered_later,
            duties=owed,
            detail=_detail(case, pack),
            deadlines=due,
            measured_at=measured_at,
        )
    )


def from_json(text: bytes | str) -> CaseDocument:
    """Read a document written by `to_json` or `case_json`; raises msgspec.ValidationError on any other text."""
    return _DECODER.decode(text)


def _detail(case: Case, pack: PolicyPack | None) -> JSON:
    names = DETAIL[case.kind]
    # Records known by their ids are shown as a list, in the order of recording.
    values = [list(value.values()) if type(value) is dict else value for value in _MEMBERS[case.kind](case)]
    detail = dict(zip(names, values, strict=True))
    if isinstance(case, StaffBreach):
        severity = severity_of(case, pack)
        detail["severity"] = None if severity is None else severity.code
        detail["severity_clause"] = None if severity is None else severity.clause
    if case.redactions:
        shown: JSON = _redacted(msgspec.to_builtins(detail, enc_hook=_refuse), case)
        return shown
    return detail


def _redacted(value: Any, case: Case) -> Any:
    """The same with each reference to an erased text leading to the one that stands in its place."""
    if isinstance(value, list):
        return [_redacted(one, case) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"version", "part"}:
        instead = case.in_place_of(value["version"], value["part"])
        return value if instead is None else {"version": instead.version, "part": instead.part}
    return {name: _redacted(one, case) for name, one in value.items()}


def _refuse(value: Any) -> Any:
    """Called for what JSON cannot show: no document may hold a text that is yet to be sealed."""
    if isinstance(value, Secret):
        raise NotRecordedYetError
    raise TypeError(f"a case document cannot show a {type(value).__name__}")


_MEMBERS = {kind: attrgetter(*names) for kind, names in DETAIL.items()}
_ENCODER = msgspec.json.Encoder(enc_hook=_refuse)
_DECODER = msgspec.json.Decoder(CaseDocument)
