"""What the core projection keeps of a case or a register: one function for each table, the same for every event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from domain.calendars import CalendarSet
from domain.case import Case
from domain.case_deadlines import deadlines
from domain.case_document import case_json
from domain.complaint import Complaint
from domain.counting import Contribution, MonitoringCount
from domain.duties import duties
from domain.incident import Incident
from domain.monitoring_counts import DEFINITIONS
from domain.policy import PolicyPack
from domain.registers import SchoolRegister
from domain.staff_breach import StaffBreach
from projections.changes import CaseRows, Fact

# The numbers of the counts in Libra's list, by which they are stored.
COUNT_NUMBERS: dict[MonitoringCount, int] = {definition.count: definition.number for definition in DEFINITIONS}


# What counting reads of a case, for each kind: the members of the protocols in domain.countable. Items and heads stand
# apart as `pieces`, and `arose_from` is worked out from the links, which are read instead.
_ALL_KINDS = ("school_urn", "mark", "duplicate_of")
READ_BY_COUNTING: dict[str, tuple[str, ...]] = {
    "INCIDENT": _ALL_KINDS,
    "COMPLAINT": (*_ALL_KINDS, "received_on"),
    "STAFF_BREACH": (*_ALL_KINDS, "source", "reported_on", "recorded_on", "counted_at"),
}
PIECES_READ_BY_COUNTING = {"INCIDENT": "items", "COMPLAINT": "heads", "STAFF_BREACH": "links"}
_FOOTPRINTS = {
    kind: (attrgetter(*members), attrgetter(PIECES_READ_BY_COUNTING[kind]))
    for kind, members in READ_BY_COUNTING.items()
}


def footprint(case: Case) -> tuple[Any, ...]:
    """Everything of a case that its own contributions and those of cases arisen from it can depend on.

    While it is equal, no contribution has changed: most events leave it alone, and comparing it is cheap, as items and
    heads that have not changed are the same objects.
    """
    members, pieces = _FOOTPRINTS[case.kind]
    return members(case), tuple(case.links), tuple(pieces(case).values())


def contribution_fact(case_id: UUID, contribution: Contribution) -> Fact:
    """A contribution as a row of its table."""
    return Fact(
        (case_id, contribution.item_id, COUNT_NUMBERS[contribution.count]),
        (
            contribution.discovered_on,
            contribution.posted_on,
            contribution.recorded_on,
            contribution.school_urn,
            contribution.source.value,
            contribution.platform,
            contribution.poster_role,
            contribution.excluded_by,
        ),
    )


class _Piece(NamedTuple):
    """An item, head or breach as the rows know it."""

    item_id: UUID
    platform: str | None
    poster_role: str | None
    discovered_on: date
    posted_on: date | None
    recorded_on: date
    classifications: list[str]
    mark: str | None


def case_rows(
    case: Case,
    pack: PolicyPack | None,
    calendars: Sequence[CalendarSet],
    adds: Iterable[Contribution],
    depends: Iterable[UUID],
    position: int,
) -> CaseRows:
    """The rows of a case by table, those with none left out.

    `pack` is the policy pinned to the case, `calendars` are those that its school set so far; `position` is that of the
    event that changed its rows last.
    """
    due = deadlines(case, pack, calendars)
    owed = duties(case, pack, due)
    pieces = list(_PIECES[case.kind](case))
    rows: CaseRows = {
        "case_file": [
            (
                case.id,
                case.kind.value,
                case.reference,
                case.school_reference,
                case.school_urn,
                case.status.value,
                case.opened_on,
                case.closed_on,
                case.outcome,
                case.owner,
                case.duplicate_of,
                sorted({piece.discovered_on for piece in pieces} or {case.opened_on}),
                sorted({each for piece in pieces for each in piece.classifications}),
                sorted({COUNT_NUMBERS[each.count] for each in adds if each.excluded_by is None}),
                list(dict.fromkeys(duty.code for duty in owed)),
                sorted(case.open_to),
                sorted(case.barred),
            )
        ],
        "case_document": [(case.id, case.version, position, case_json(case, pack, owed, due).decode())],
    }
    if pieces:
        rows["case_item"] = [(case.id, piece.item_id, ordinal, *piece[1:]) for ordinal, piece in enumerate(pieces, 1)]
    if people := dict.fromkeys(_people(case)):
        rows["case_person"] = [(case.id, person, role) for person, role in people]
    if case.barred:
        rows["case_barred"] = [(case.id, person) for person in sorted(case.barred)]
    if case.links:
        rows["case_link"] = [(case.id, other, kind) for other, kind in case.links]
    if depends:
        rows["case_dependency"] = [(case.id, other) for other in sorted(depends)]
    if owed:
        rows["duty"] = [
            (case.id, ordinal, duty.code, duty.item_id, duty.clause) for ordinal, duty in enumerate(owed, 1)
        ]
    if due:
        rows["deadline"] = [
            (case.id, ordinal, one.code, one.standing.value, one.due_on, one.ends) for ordinal, one in enumerate(due, 1)
        ]
    return rows


# The persons that the steps of an incident name: the attribute, the member in each of its entries, the role.
_PEOPLE_OF_STEPS: tuple[tuple[str, Callable[[Any], UUID | None], str], ...] = (
    ("evidence", attrgetter("collected_by"), "COLLECTOR"),
    ("impacts", attrgetter("person"), "AFFECTED"),
    ("investigations", attrgetter("investigator"), "INVESTIGATOR"),
    ("accounts", attrgetter("person"), "ACCOUNT"),
    ("outcome_notices", attrgetter("recipient"), "INFORMED"),
    ("directions", attrgetter("person"), "DIRECTED"),
    ("parent_advice", attrgetter("parent"), "ADVISED"),
    ("supports", attrgetter("person"), "SUPPORTED"),
    ("supports", attrgetter("supported_by"), "SUPPORTER"),
    ("informed", attrgetter("person"), "TOLD"),
    ("legal_explanations", attrgetter("person"), "WARNED"),
    ("warnings", attrgetter("person"), "WARNED"),
    ("refusals", attrgetter("person"), "REFUSED"),
    ("continuations", attrgetter("person"), "CONTINUED"),
    ("legal_actions", attrgetter("person"), "SUED"),
    ("restrictions", attrgetter("person"), "RESTRICTED"),
    ("conduct_assessments", attrgetter("assessed_by"), "ASSESSOR"),
    ("decisions", attrgetter("decided_by"), "DECIDER"),
)


# The same of a staff breach; a member that is one record stands for itself.
_PEOPLE_OF_BREACH: tuple[tuple[str, str, str], ...] = (
    ("manager_reports", "manager", "MANAGER"),
    ("informed", "person", "TOLD"),
    ("advice", "given_by", "ADVISER"),
    ("reasoned_none", "decided_by", "DECIDER"),
    ("disclosures", "received_by", "RECEIVER"),
    ("disclosures", "disclosed_by", "DISCLOSER"),
    ("threshold_assessments", "assessed_by", "ASSESSOR"),
    ("body_contacts", "contacted_by", "CONTACT"),
    ("decisions_not_to_refer", "decided_by", "DECIDER"),
    ("suspensions", "decided_by", "DECIDER"),
    ("suspensions", "contact_person", "CONTACT"),
    ("investigations", "investigator", "INVESTIGATOR"),
    ("interviews", "person", "ACCOUNT"),
    ("findings", "found_by", "FINDER"),
    ("disciplinary_referral", "referred_by", "REFERRER"),
    ("disciplinary_hearings", "chaired_by", "CHAIR"),
    ("sanctions", "decided_by", "DECIDER"),
    ("appeals", "officer", "APPEAL_OFFICER"),
)


def _people(case: Case) -> list[tuple[UUID, str]]:
    """The persons who stand in a case, each with the role in which they do."""
    named: list[tuple[UUID | None, str]] = [(case.owner, "OWNER"), (case.reported_by, "REPORTER")]
    named += [(person, "SUBJECT") for person in case.subjects]
    for correction in case.corrections.values():
        named += [(correction.requested_by, "REQUESTER"), (correction.decided_by, "DECIDER")]
    for grant in case.access_grants.values():
        named += [(grant.person, "LET_IN"), *((person, "ALERTED") for person in grant.alerted)]
    for file in case.files.values():
        named += [(file.about, "SHOWN"), (file.collected_by, "COLLECTOR"), (file.stored_by, "STORER")]
    if isinstance(case, Incident):
        for item in case.items.values():
            named += [(item.poster, "POSTER"), (item.taker, "TAKER")]
            if item.about:
                named += [(person, "ABOUT") for person in item.about]
        for meeting in case.meetings:
            named += [(person, "ATTENDEE") for person in meeting.attendees]
        for attribute, person_of, role in _PEOPLE_OF_STEPS:
            if steps := getattr(case, attribute):
                named += [(person_of(step), role) for step in (steps.values() if isinstance(steps, dict) else steps)]
    elif isinstance(case, StaffBreach):
        for attribute, member, role in _PEOPLE_OF_BREACH:
            named += [(getattr(one, member), role) for one in _records(getattr(case, attribute))]
    elif isinstance(case, Complaint):
        named += _people_of_complaint(case)
    return [(person, role) for person, role in named if person is not None]


def _people_of_complaint(case: Complaint) -> Iterator[tuple[UUID | None, str]]:
    yield case.complainant, "COMPLAINANT"
    for account in case.accounts:
        yield account.person, "ACCOUNT"
    for head in case.heads.values():
        yield head.decided_by, "DECIDER"
        yield from ((person, "ABOUT") for person in head.about)
    for stage in case.stages.values():
        yield stage.responded_by, "RESPONDER"
        yield from ((person, "INVESTIGATOR") for person in stage.investigators)
    for meeting in case.party_meetings:
        yield from ((person, "ATTENDEE") for person in meeting.attendees)
    for member in case.panel:
        yield member.person, "PANEL"
    for notice in case.findings_notices:
        yield notice.recipient, "INFORMED"
    for step in case.conduct_steps:
        yield step.person, "WARNED"


def _records(found: Any) -> Iterable[Any]:
    if isinstance(found, dict):
        return found.values()
    return found if isinstance(found, tuple) else () if found is None else (found,)


def _items(case: Incident) -> Iterator[_Piece]:
    for item in case.items.values():
        yield _Piece(
            item.item_id,
            item.platform,
            item.poster_role,
            item.discovered_on,
            item.posted_on,
            item.recorded_on,
            [f"{given.nature}:{given.target}" for given in item.classifications],
            item.mark and item.mark.value,
        )


def _heads(complaint: Complaint) -> Iterator[_Piece]:
    for head in complaint.heads.values():
        yield _Piece(head.head_id, None, None, complaint.received_on, None, head.recorded_on, [], None)


def _breach(breach: StaffBreach) -> Iterator[_Piece]:
    yield _Piece(breach.id, None, None, breach.reported_on, None, breach.recorded_on, [], None)


_PIECES: dict[str, Callable[[Any], Iterator[_Piece]]] = {
    "INCIDENT": _items,
    "COMPLAINT": _heads,
    "STAFF_BREACH": _breach,
}


def register_facts(register: Any) -> frozenset[tuple[str, Fact]]:
    """What a register says, as rows of the temporal tables by table name; a trust's own register has none yet."""
    return frozenset(_school_facts(register)) if isinstance(register, SchoolRegister) else frozenset()


def _school_facts(register: SchoolRegister) -> Iterator[tuple[str, Fact]]:
    urn = register.urn
    for membership in register.memberships:
        yield "school", Fact((urn, membership.joined_on), (register.name, membership.left_on))
    for year, calendar in register.calendars.items():
        yield "school_calendar", Fact((urn, year), (msgspec.json.encode(calendar).decode(),))
    for adoption in register.adoptions:
        policy = adoption.policy
        yield (
            "school_policy",
            Fact((urn, adoption.adopted_on, policy.pack_id, policy.version), (policy.sha256,)),
        )
