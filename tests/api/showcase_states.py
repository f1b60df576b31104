"""What the showcase must have at every school: states of each kind, told from what the API answers about a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

Json = dict[str, Any]

SCHOOLS = {
    "900001": "sharp-lane",
    "900002": "westacre",
    "900003": "libra",
    "900004": "rivington",
    "900005": "park-hall",
}

_OF_EVERY_KIND = """
  __typename id reference status mark outcome closedAsLogged version
  school { urn } imported { fileSha256 } owner { id } duplicateOf { id }
  deadlines { state } outstanding { code clause } overrides { requirement clause } links { kind }
  opened: history(types: ["incident.reopened.v1", "complaint.reopened.v1", "staff_breach.reopened.v1"]) { totalCount }
  unmarked: history(types: ["incident.unmarked.v1", "complaint.unmarked.v1", "staff_breach.unmarked.v1"]) { totalCount }
"""
CASES = (
    "query($kind: CaseKind!, $school: ID!, $after: String) {"
    ' cases(filter: { kinds: [$kind], schools: [$school], awareFrom: "2026-09-01" }, first: 20, after: $after) {'
    " pageInfo { hasNextPage endCursor } nodes {"
    + _OF_EVERY_KIND
    + """
  ... on Incident {
    items { removal classifications { nature } } refusals { refusedOn } continuations { continuedOn }
    legalAdvice { advisedOn } referrals { body } convertedTo { id } meetings { outcome }
  }
  ... on Complaint {
    process acknowledgement { acknowledgedOn } stages { form resolved respondedOn } pauses { resumedOn }
    extensions { untilOn } panel { independent } hearings { heldOn } findingsNotices { recipientRole }
    withdrawal { confirmedOn } routings { route headId }
  }
  ... on StaffBreach {
    details { breachTypes } tracks { track state } thresholdAssessments { level criteria }
    bodyContacts { body advisedOn } suspensions { suspended confirmedOn endedOn } holds { liftedOn }
    investigations { completedOn } findings { finding grossMisconduct } sanctions { sanction setAside }
    routedTo { role because } appeals { result } reasonedNone { decidedOn } advice { kind }
  }
} } }"""
)


class State(NamedTuple):
    """One state, what tells it, and at which schools it must be; `packs` None means at all."""

    kind: str
    name: str
    holds: Callable[[Json], bool]
    packs: tuple[str, ...] | None = None


def _overdue(case: Json) -> bool:
    return {"state": "OVERDUE"} in case["deadlines"]


def _open(case: Json) -> bool:
    return case["status"] == "OPEN" and case["mark"] is None


def _closed(case: Json) -> bool:
    return case["status"] == "CLOSED" and not case["closedAsLogged"]


def _untouched(case: Json) -> bool:
    return _open(case) and not case["opened"]["totalCount"] and not case["links"] and not case["overrides"]


def _last_stage(case: Json) -> Json:
    return case["stages"][-1] if case["stages"] else {}


def _at(case: Json, form: str) -> bool:
    last = _last_stage(case)
    return _open(case) and last.get("form") == form and last["respondedOn"] is None and not case["overrides"]


def _track(case: Json, name: str) -> str:
    [state] = [track["state"] for track in case["tracks"] if track["track"] == name]
    return str(state)


def _of_every_kind(kind: str) -> Iterator[State]:
    for mark in ("NOT_REPORTABLE", "RECORDED_IN_ERROR"):
        yield State(kind, mark, lambda case, mark=mark: case["status"] == case["mark"] == mark)  # type: ignore[misc]
    yield State(kind, "DUPLICATE", lambda case: case["mark"] == "DUPLICATE" and case["duplicateOf"] is not None)
    yield State(kind, "UNMARKED", lambda case: case["mark"] is None and case["unmarked"]["totalCount"] > 0)
    yield State(kind, "REOPENED", lambda case: _open(case) and case["opened"]["totalCount"] > 0)


_HELD_TO_A_LADDER = ("sharp-lane", "westacre", "libra", "park-hall")

STATES = (
    State(
        "INCIDENT",
        "REPORTED_UNCLASSIFIED",
        lambda case: (
            _untouched(case)
            and bool(case["items"])
            and not any(item["classifications"] for item in case["items"])
            and [duty["code"] for duty in case["outstanding"] if duty["code"] == "CLASSIFY_ITEM"] != []
        ),
    ),
    State(
        "INCIDENT",
        "IN_THE_MIDDLE_OF_THE_LADDER",
        lambda case: _open(case) and bool(case["owner"] and case["meetings"]) and bool(case["outstanding"]),
    ),
    State(
        "INCIDENT",
        "OWED_BY_POLICY",
        lambda case: _open(case) and bool(case["meetings"]) and any(duty["clause"] for duty in case["outstanding"]),
        # Rivington's policy is for staff alone and asks nothing of an incident.
        _HELD_TO_A_LADDER,
    ),
    State(
        "INCIDENT",
        "WAITING_FOR_A_REMOVAL",
        lambda case: _open(case) and any(item["removal"] == "REQUESTED" for item in case["items"]),
    ),
    State(
        "INCIDENT",
        "REFUSED_AND_CONTINUED_WITH_LEGAL_ADVICE",
        lambda case: (
            _open(case)
            and bool(case["refusals"] and case["continuations"] and case["legalAdvice"])
            and any(item["removal"] == "REFUSED" for item in case["items"])
        ),
    ),
    State(
        "INCIDENT",
        "REFERRED_TO_THE_POLICE",
        lambda case: _open(case) and any(one["body"] == "POLICE" for one in case["referrals"]),
    ),
    State("INCIDENT", "CONVERTED_TO_A_COMPLAINT", lambda case: case["convertedTo"] is not None),
    State(
        "INCIDENT",
        "CLOSED_WITH_EVERYTHING_DONE",
        lambda case: _closed(case) and not case["outstanding"] and not case["overrides"] and bool(case["outcome"]),
    ),
    State("INCIDENT", "REQUIREMENT_SET_ASIDE", lambda case: bool(case["overrides"]), _HELD_TO_A_LADDER),
    *_of_every_kind("INCIDENT"),
    State(
        "COMPLAINT",
        "RECEIVED",
        lambda case: (
            _untouched(case)
            and case["process"] == "SCHOOL"
            and case["acknowledgement"] is None
            and not case["stages"]
            and case["withdrawal"] is None
        ),
    ),
    State("COMPLAINT", "OVERDUE", _overdue),
    State(
        "COMPLAINT",
        "ACKNOWLEDGED",
        lambda case: (
            _open(case) and case["process"] == "SCHOOL" and case["acknowledgement"] is not None and not case["stages"]
        ),
    ),
    State("COMPLAINT", "AROSE_FROM_AN_INCIDENT", lambda case: {"kind": "AROSE_FROM"} in case["links"]),
    State("COMPLAINT", "AT_AN_INFORMAL_STAGE", lambda case: _at(case, "INFORMAL")),
    State(
        "COMPLAINT",
        "WITH_THE_PHASE_LEADER",
        lambda case: _at(case, "INFORMAL") and len(case["stages"]) == 2,
        ("park-hall",),
    ),
    State("COMPLAINT", "PAUSED", lambda case: _open(case) and any(not one["resumedOn"] for one in case["pauses"])),
    State("COMPLAINT", "AT_THE_FORMAL_STAGE", lambda case: _at(case, "FORMAL")),
    State("COMPLAINT", "EXTENDED", lambda case: _open(case) and bool(case["extensions"])),
    State(
        "COMPLAINT",
        "BEFORE_A_PANEL",
        lambda case: _at(case, "PANEL") and len(case["panel"]) >= 3 and not case["hearings"],
    ),
    State("COMPLAINT", "FINDINGS_GIVEN", lambda case: _open(case) and bool(case["findingsNotices"])),
    State(
        "COMPLAINT",
        "WITHDRAWN",
        lambda case: _closed(case) and case["outcome"] == "WITHDRAWN" and bool(case["withdrawal"]["confirmedOn"]),
    ),
    State(
        "COMPLAINT",
        "OUT_OF_SCOPE",
        lambda case: (
            _closed(case)
            and case["outcome"] == "OUT_OF_SCOPE"
            and any(one["headId"] is None for one in case["routings"])
        ),
    ),
    State(
        "COMPLAINT",
        "ABOUT_PERSONAL_DATA",
        lambda case: case["process"] == "DATA_PROTECTION" and case["acknowledgement"] is not None,
    ),
    State(
        "COMPLAINT",
        "CLOSED_WITH_EVERYTHING_DONE",
        lambda case: _closed(case) and not case["outstanding"] and _last_stage(case).get("resolved") is True,
    ),
    State("COMPLAINT", "REQUIREMENT_SET_ASIDE", lambda case: bool(case["overrides"])),
    *_of_every_kind("COMPLAINT"),
    State(
        "STAFF_BREACH",
        "REPORTED",
        lambda case: (
            _untouched(case)
            and case["routedTo"] is None
            and case["details"] is None
            and not case["thresholdAssessments"]
            and not case["investigations"]
            and not case["bodyContacts"]
        ),
    ),
    State(
        "STAFF_BREACH",
        "LOW_LEVEL_CONCERN",
        lambda case: _open(case) and [one["level"] for one in case["thresholdAssessments"]][-1:] == ["LOW_LEVEL"],
    ),
    State(
        "STAFF_BREACH",
        "HARM_THRESHOLD_MET_WITH_THE_LADO",
        lambda case: (
            _open(case)
            and [one["level"] for one in case["thresholdAssessments"]][-1:] == ["MET"]
            and _track(case, "SAFEGUARDING") == "OPEN"
            and any(one["body"] == "LADO" and one["advisedOn"] for one in case["bodyContacts"])
        ),
    ),
    State(
        "STAFF_BREACH",
        "SUSPENDED",
        lambda case: (
            _open(case)
            and any(one["suspended"] and one["confirmedOn"] and not one["endedOn"] for one in case["suspensions"])
        ),
    ),
    State(
        "STAFF_BREACH",
        "ON_HOLD",
        lambda case: _track(case, "DISCIPLINARY") == "WAITING" and any(not one["liftedOn"] for one in case["holds"]),
    ),
    State(
        "STAFF_BREACH",
        "BEING_INVESTIGATED",
        lambda case: _open(case) and any(not one["completedOn"] for one in case["investigations"]),
    ),
    State(
        "STAFF_BREACH",
        "WITH_A_FINDING",
        lambda case: _open(case) and bool(case["findings"]) and not case["sanctions"],
    ),
    State(
        "STAFF_BREACH",
        "CLOSED_WITH_A_SANCTION",
        lambda case: (
            _closed(case)
            and case["outcome"] == "WRITTEN_WARNING"
            and bool(case["findings"])
            and any(not one["setAside"] for one in case["sanctions"])
        ),
    ),
    State("STAFF_BREACH", "APPEALED", lambda case: any(one["result"] is None for one in case["appeals"])),
    State(
        "STAFF_BREACH",
        "DISMISSED_AFTER_A_FINDING",
        lambda case: (
            _closed(case)
            and case["outcome"] == "DISMISSAL"
            and [one["grossMisconduct"] for one in case["findings"]][-1:] == [True]
        ),
        ("rivington",),
    ),
    State(
        "STAFF_BREACH",
        "CLOSED_WITH_NO_CASE",
        lambda case: (
            _closed(case)
            and case["outcome"] == "NO_CASE"
            and case["reasonedNone"] is not None
            and not case["outstanding"]
        ),
    ),
    State("STAFF_BREACH", "OVERDUE", _overdue),
    State(
        "STAFF_BREACH", "WITH_THE_CHAIR", lambda case: case["routedTo"] == {"role": "CHAIR", "because": "HEADTEACHER"}
    ),
    *_of_every_kind("STAFF_BREACH"),
)

_KIND_OF = {"Incident": "INCIDENT", "Complaint": "COMPLAINT", "StaffBreach": "STAFF_BREACH"}


def missing(cases: Iterable[Json]) -> set[tuple[str, str, str]]:
    """The states, by pack, kind and name, that no case is in which was not imported."""
    shown = {
        (SCHOOLS[case["school"]["urn"]], state.kind, state.name)
        for case in cases
        for state in STATES
        if case["imported"] is None and state.kind == _KIND_OF[case["__typename"]] and state.holds(case)
    }
    wanted = {(pack, state.kind, state.name) for state in STATES for pack in state.packs or SCHOOLS.values()}
    return wanted - shown
