"""Who sees what, as a table of its own from the design: sections 6 and 8, D11, D15, D16 and counting rule 11."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

Json = dict[str, Any]

ALL_KINDS = frozenset({"COMPLAINT", "INCIDENT", "STAFF_BREACH"})
_AT_SCHOOLS = frozenset({"COMPLAINT", "INCIDENT"})
_BREACHES = frozenset({"STAFF_BREACH"})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What each role may do of the actions on a case of a kind; ALL: whatever it offers.
ALL = frozenset({"*"})
_WHOLE = dict.fromkeys(ALL_KINDS, ALL)
_HELPS = _words(
    "SUPPORT_TARGET INFORM_PERSON REFER_TO_BODY RECORD_REFERRAL_ANSWER REPORT_TO_PLATFORM RECORD_PLATFORM_ANSWER"
    " CONTACT_PROVIDER RECORD_PROVIDER_ANSWER ADVISE_PARENT"
)
_FOLLOWS = _words("NOTE_EVIDENCE RECORD_ACCOUNT RECORD_IMPACT NOTE_INTAKE")
_PROTECTS = _words(
    "RECORD_DISCLOSURE FLAG_FOR_SAFEGUARDING ASSESS_HARM_THRESHOLD CONTACT_BODY RECORD_BODY_ADVICE"
    " SET_REPORTING_RESTRICTION INFORM_ABOUT_BREACH RECORD_MANAGER_REPORT"
)
_ADDENDUM = _words("ADD_ADDENDUM REQUEST_CORRECTION")
_ANY_CASE = _words("ASSIGN_CASE LINK_CASE UNLINK_CASE") | _ADDENDUM
_TO_BODIES = _words("REFER_TO_BODY RECORD_REFERRAL_ANSWER ROUTE_TO_PROCEDURE")
_CLERK = _words(
    "NAME_SUBJECT ADD_HEAD MEET_PARTIES CHOOSE_PROCESS ACKNOWLEDGE_COMPLAINT START_STAGE APPOINT_INVESTIGATOR"
    " RESPOND_TO_STAGE EXTEND_STAGE REQUEST_ESCALATION PAUSE_CLOCK RESUME_CLOCK APPOINT_PANEL REPLACE_PANEL_MEMBER"
    " HOLD_HEARING ISSUE_FINDINGS REQUEST_WITHDRAWAL CONFIRM_WITHDRAWAL TAG_COMPLAINT RECORD_ACTION_TAKEN"
    " RECORD_ENQUIRY TELL_OUTCOME RECORD_ACCOUNT"
)

_ACTIONS: dict[str, dict[str, frozenset[str]]] = {
    "trust-lead": _WHOLE,
    "alternate": _WHOLE,
    "headteacher": _WHOLE,
    "coordinator": {
        "INCIDENT": ALL,
        "COMPLAINT": ALL,
        "STAFF_BREACH": _ANY_CASE
        | _PROTECTS
        | _words(
            "DECIDE_NOT_TO_REFER NAME_BREACH_SUBJECT NOTE_BREACH_DETAILS NOTE_EMPLOYMENT CONSULT_EXCEPTION"
            " GIVE_BREACH_ADVICE RECORD_LATER_CONTACT ASK_OF_PERSON RECORD_COMPLIANCE"
        ),
    },
    "dsl": {
        "INCIDENT": _ANY_CASE | _HELPS | _FOLLOWS | _words("RECORD_ITEM CLASSIFY_ITEM TAG_ITEM HOLD_MEETING"),
        "COMPLAINT": _ANY_CASE | _TO_BODIES | _words("RECORD_ACCOUNT"),
        "STAFF_BREACH": _PROTECTS | _words("DECIDE_NOT_TO_REFER LINK_CASE") | _ADDENDUM,
    },
    "equalities": {"INCIDENT": _words("INFORM_PERSON SUPPORT_TARGET") | _ADDENDUM},
    "chair": {
        "INCIDENT": _HELPS | _words("HOLD_MEETING RECORD_REFUSAL RECORD_CONTINUATION") | _ADDENDUM,
        "COMPLAINT": ALL,
        "STAFF_BREACH": ALL,
    },
    "governor": dict.fromkeys(ALL_KINDS, _ADDENDUM),
    "clerk": {"COMPLAINT": _ANY_CASE | _TO_BODIES | _CLERK},
    "hr": {"STAFF_BREACH": ALL},
    "investigator": {
        "INCIDENT": _HELPS | _FOLLOWS | _ADDENDUM | _words("COMPLETE_INVESTIGATION RECORD_ITEM"),
        "COMPLAINT": _TO_BODIES | _ADDENDUM | _words("RECORD_ACCOUNT MEET_PARTIES"),
        "STAFF_BREACH": _PROTECTS | _ADDENDUM | _words("RECORD_INTERVIEW COMPLETE_BREACH_INVESTIGATION"),
    },
    "panel": {
        "COMPLAINT": _words(
            "HOLD_HEARING DECIDE_HEAD RESPOND_TO_STAGE ISSUE_FINDINGS REFER_TO_BODY ADD_ADDENDUM REQUEST_CORRECTION"
        )
    },
    "staff": {"INCIDENT": _words("RECORD_ITEM NOTE_EVIDENCE REPORT_TO_HEADTEACHER") | _ADDENDUM},
    "witness": {
        **dict.fromkeys(("INCIDENT", "COMPLAINT"), _words("RECORD_ACCOUNT ADD_ADDENDUM")),
        "STAFF_BREACH": _words("ADD_ADDENDUM"),
    },
    "emergency": {
        "INCIDENT": _HELPS | _FOLLOWS | _ADDENDUM,
        "COMPLAINT": _TO_BODIES | _ADDENDUM,
        "STAFF_BREACH": _PROTECTS | _ADDENDUM,
    },
}
# Who lets people into single cases, judges emergencies and says what is kept: ALL does not stand for these.
_DECIDERS = ("trust-lead", "alternate", "headteacher")
_BY_KIND: dict[str, tuple[str, ...]] = {"INCIDENT": (), "COMPLAINT": ("chair",), "STAFF_BREACH": ("chair", "hr")}
_HOLDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_BY_KIND, ("trust-lead", "alternate", "dpo")),
    "STAFF_BREACH": ("trust-lead", "alternate", "dpo", "hr"),
}
_LETS_IN: dict[str, dict[str, tuple[str, ...]]] = {
    # The data protection officer grants examinations alone.
    "GRANT_ACCESS": {kind: (*_DECIDERS, *more, "dpo") for kind, more in _BY_KIND.items()},
    "END_ACCESS": {kind: (*_DECIDERS, *more, "dpo") for kind, more in _BY_KIND.items()},
    "REVIEW_EMERGENCY_ACCESS": dict.fromkeys(_BY_KIND, ("trust-lead", "alternate", "dpo")),
    **dict.fromkeys(
        ("CLASSIFY_FOR_RETENTION", "REVIEW_RETENTION"), dict.fromkeys(_BY_KIND, ("trust-lead", "alternate", "dpo"))
    ),
    "PLACE_HOLD": _HOLDS,
    "LIFT_HOLD": _HOLDS,
}
# Of a case that was routed past somebody (D15): what stays open to all, and who decides in whose place.
_STAYS = _PROTECTS | _TO_BODIES | _ADDENDUM
_EVERYWHERE = ("CHAIR", "TRUST_LEAD", "ALTERNATE")
_DECIDES = {
    "chair": ("CHAIR",),
    "trust-lead": ("CHAIR", "TRUST_LEAD"),
    **dict.fromkeys(("alternate", "hr", "investigator", "panel", "witness", "dpo"), _EVERYWHERE),
}


@dataclass(frozen=True)
class _Role:
    """`kinds` are seen whole; `own` where the person is named, or where the case was routed to `routed`."""

    kinds: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    lists_cases: bool = True
    opens_texts: bool = True
    counts_all: bool = False
    at_school: bool = False
    in_case: bool = False
    routed: str | None = None


_ROLES = {
    "trust-lead": _Role(ALL_KINDS, counts_all=True),
    "dashboard": _Role(ALL_KINDS, lists_cases=False, opens_texts=False, counts_all=True),
    "auditor": _Role(ALL_KINDS, opens_texts=False, counts_all=True),
    "dpo": _Role(ALL_KINDS, opens_texts=False),
    "admin": _Role(lists_cases=False, opens_texts=False),
    "hr": _Role(_BREACHES),
    "alternate": _Role(own=ALL_KINDS, routed="ALTERNATE"),
    "headteacher": _Role(_AT_SCHOOLS, _BREACHES, at_school=True),
    "coordinator": _Role(_AT_SCHOOLS, _BREACHES, at_school=True),
    "dsl": _Role(_AT_SCHOOLS, _BREACHES, at_school=True),
    "equalities": _Role(frozenset({"INCIDENT"}), at_school=True),
    "chair": _Role(_AT_SCHOOLS, _BREACHES, at_school=True, routed="CHAIR"),
    "governor": _Role(own=ALL_KINDS, at_school=True),
    "clerk": _Role(frozenset({"COMPLAINT"}), at_school=True),
    "staff": _Role(own=frozenset({"INCIDENT"}), at_school=True),
    "mis": _Role(lists_cases=False, opens_texts=False, at_school=True),
    "investigator": _Role(ALL_KINDS, in_case=True),
    "panel": _Role(frozenset({"COMPLAINT"}), in_case=True),
    "witness": _Role(ALL_KINDS, opens_texts=False, in_case=True),
    "examiner": _Role(ALL_KINDS, in_case=True),
    "emergency": _Role(ALL_KINDS, in_case=True),
}


@dataclass(frozen=True)
class Reader:
    """Somebody who asks: a person in a role, such as `headteacher:900003`."""

    token: str
    person: UUID

    @property
    def role(self) -> str:
        """The role without its school or case."""
        return self.token.partition(":")[0]

    @property
    def _place(self) -> str:
        return self.token.partition(":")[2]

    @property
    def _is(self) -> _Role:
        return _ROLES[self.role]

    @property
    def lists_cases(self) -> bool:
        """Whether the role sees cases at all."""
        return self._is.lists_cases

    @property
    def opens_texts(self) -> bool:
        """Whether the role reads sealed texts and names."""
        return self._is.opens_texts

    @property
    def own_only(self) -> bool:
        """Whether the role sees only cases that are the person's own."""
        return bool(self._is.own) and not self._is.kinds

    @property
    def counts_all(self) -> bool:
        """Whether figures are those of the whole trust for this role."""
        return self._is.counts_all

    @property
    def reads_figures(self) -> bool:
        """Whether there are figures for this role at all: without a case there is nothing to count."""
        return self._is.counts_all or self._is.lists_cases

    def sees_school(self, urn: str) -> bool:
        """Whether a school is in sight."""
        return not self._is.at_school or urn == self._place

    def sees(self, case: Json) -> bool:
        """Whether a case, as it stands today, is in sight."""
        role, person = self._is, str(self.person)
        to = case["detail"].get("routed_to")
        is_own = person in named(case) or (to is not None and to["role"] == role.routed)
        return (
            role.lists_cases
            and self.sees_school(case["school_urn"])
            and (not role.in_case or case["id"] == self._place)
            and person not in barred(case)
            and (case["kind"] in role.kinds or (case["kind"] in role.own and is_own))
        )

    def may(self, action: str, kind: str) -> bool:
        """Whether the role may do what a case of a kind offers."""
        if action in _LETS_IN:
            return self.role in _LETS_IN[action][kind]
        actions = _ACTIONS.get(self.role, {}).get(kind, frozenset())
        return actions is ALL or action in actions

    def decides(self, action: str, case: Json) -> bool:
        """Whether the case leaves this to the reader: it may be routed past the role, or an allegation be about him."""
        if case["kind"] == "INCIDENT" and str(self.person) in targets(case):
            return action in _TARGET_MAY
        to = case["detail"].get("routed_to")
        return to is None or action in _STAYS or to["role"] in _DECIDES.get(self.role, ())


# What is left to whom an allegation in an incident is about: to tell, to help, to keep evidence; nothing that decides.
_TARGET_MAY = (
    _HELPS
    | _FOLLOWS
    | _ADDENDUM
    | _words(
        "CONFIRM_REMOVAL DIRECT_TO_CHANNEL EXPLAIN_LEGAL_CONSEQUENCE HOLD_MEETING IDENTIFY_POSTER RECORD_CONTINUATION"
        " RECORD_ITEM RECORD_REFUSAL RECORD_REPOST REFUSE_REMOVAL REPORT_TO_HEADTEACHER REQUEST_REMOVAL TAG_ITEM"
    )
)


def targets(case: Json) -> set[str]:
    """The persons that allegations in an incident are about, of what still counts."""
    alleged = [item for item in case["detail"]["items"] if item["mark"] is None]
    alleged = [item for item in alleged if "ALLEGATION" in {one["nature"] for one in item["classifications"]}]
    return {person for item in alleged for person in item["about"]}


def barred(case: Json) -> set[str]:
    """Who does not see a case by any road: the subject of a breach, the persons complained about (D15)."""
    if case["kind"] == "COMPLAINT":
        return {person for head in case["detail"]["heads"] for person in head["about"]}
    return {case["detail"]["subject"]} - {None} if case["kind"] == "STAFF_BREACH" else set()


def named(case: Json) -> set[str]:
    """Whom a case names as its own: who reported it, runs it, looks into it, decides in it or protects somebody."""
    detail = case["detail"]
    found = [case["reported_by"], case["owner"]]
    if case["kind"] in ("INCIDENT", "STAFF_BREACH"):
        found += [one["investigator"] for one in detail["investigations"]]
    if case["kind"] == "INCIDENT":
        found += [one["person"] for one in detail["supports"] if one["person"] in targets(case)]
    if case["kind"] == "COMPLAINT":
        found += [person for stage in detail["stages"] for person in (*stage["investigators"], stage["responded_by"])]
        found += [head["decided_by"] for head in detail["heads"]]
        found += [member["person"] for member in detail["panel"]]
    if case["kind"] == "STAFF_BREACH":
        found += [one["person"] for one in detail["informed"] if one["role"] in ("DSL", "COORDINATOR", "CHAIR")]
        found += [one["received_by"] for one in detail["disclosures"]]
        found += [one["assessed_by"] for one in detail["threshold_assessments"]]
        found += [one["contacted_by"] for one in detail["body_contacts"]]
        found += [one["chaired_by"] for one in detail["disciplinary_hearings"]]
        found += [one["officer"] for one in detail["appeals"]]
        found += [one["found_by"] for one in detail["findings"]]
        found += [one["decided_by"] for members in _DECIDED for one in detail[members]]
        found += [] if detail["reasoned_none"] is None else [detail["reasoned_none"]["decided_by"]]
    return {person for person in found if person is not None}


_DECIDED = ("decisions_not_to_refer", "suspensions", "sanctions")
