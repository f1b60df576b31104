"""Which commands each role may give, as data: by the kind of the case, and outside of any case.

A set names commands by their class, such as `CloseIncident`; EVERY stands for all that there are. Which cases a role
sees is apart (`access`), and so is who decides a case that was routed past somebody (`routing`).
"""

from __future__ import annotations

from collections.abc import Mapping

# All the commands there are, also those to come.
EVERY = None
# Commands that open a case, the import of a log, and changes to what is known of people.
OUTSIDE = "OUTSIDE"
_INCIDENT, _COMPLAINT, _BREACH = "INCIDENT", "COMPLAINT", "STAFF_BREACH"

Commands = frozenset[str] | None

# Letting an auditor open the sealed texts of a case is an action of its own: other people grant it.
GRANT_EXAMINATION = "GrantAccess:EXAMINER"


def _these(*lists: str | frozenset[str]) -> frozenset[str]:
    """Commands given as words in a text, or as sets."""
    return frozenset(name for one in lists for name in (one.split() if isinstance(one, str) else one))


_WHOLE_CASES: Mapping[str, Commands] = dict.fromkeys((_INCIDENT, _COMPLAINT, _BREACH, OUTSIDE), EVERY)
# What whoever sees a case may say of the record.
_REMARKS = _these("AddAddendum RequestCorrection")
_ON_ANY = _these(_REMARKS, "AssignCase LinkCase UnlinkCase")

# What protects somebody or tells a body outside.
_PROTECTS_IN_INCIDENTS = _these(
    "SupportTarget InformPerson ReferToBody RecordReferralAnswer ReportToPlatform RecordPlatformAnswer ContactProvider",
    "RecordProviderAnswer AdviseParent",
)
_PROTECTS_IN_COMPLAINTS = _these("ReferToBody RecordReferralAnswer RouteToProcedure")
_PROTECTS_IN_BREACHES = _these(
    "RecordDisclosure FlagForSafeguarding AssessHarmThreshold ContactBody RecordBodyAdvice DecideNotToRefer",
    "SetReportingRestriction InformAboutBreach RecordManagerReport",
)
# What establishes and keeps what happened, without deciding anything.
_ESTABLISHES_IN_INCIDENTS = _these("NoteEvidence StoreFile RecordAccount RecordImpact NoteIntake")
_ESTABLISHES_IN_BREACHES = _these(
    "NameBreachSubject NoteBreachDetails NoteEmployment ConsultException GiveBreachAdvice RecordLaterContact",
    "AskOfPerson RecordCompliance StoreFile",
)
# What a clerk does for a complaint: everything but decide it.
_ADMINISTERS_COMPLAINTS = _these(
    "NameSubject AddHead MeetParties ChooseProcess AcknowledgeComplaint StartStage AppointInvestigator RespondToStage",
    "ExtendStage RequestEscalation PauseClock ResumeClock AppointPanel ReplacePanelMember HoldHearing IssueFindings",
    "RequestWithdrawal ConfirmWithdrawal TagComplaint RecordActionTaken RecordEnquiry TellOutcome RecordAccount",
    "StoreFile",
)

# The commands by which an incident is decided, which the target of an allegation in it does not give (design D15):
# those that classify, judge, exclude, mark, link, move, restrict, hand on or close. A test holds this to the aggregate.
DECIDES_AN_INCIDENT = _these(
    "ApproveCorrection AssessConduct AssessDefamation AssignCase ClassifyItem CloseIncident CommunicateOutcome",
    "CompleteInvestigation ConvertToComplaint CorrectItem CorrectSchool DecideOnAction ExcludeItem LiftRestriction",
    "LinkCase MarkDuplicate MarkNotReportable MarkRecordedInError MergeItems ReclassifyItem RecordInvestigation",
    "RejectCorrection ReopenIncident RestoreItem RestrictAccess SendWarning SplitItem TakeLegalAction TakeLegalAdvice",
    "TransferCase UnlinkCase Unmark",
    "GrantAccess EndAccess ReviewEmergencyAccess",
    "PlaceHold LiftHold ClassifyForRetention ReviewRetention",
    frozenset({GRANT_EXAMINATION}),
)

# What EVERY does not stand for, by the kind of case: who lets people into single cases, who judges an emergency, and
# who holds a record, says what class it is of and decides whether it is still kept.
_DECIDE_CASES: Mapping[str, frozenset[str]] = {
    _INCIDENT: frozenset({"trust-lead", "alternate", "headteacher", "system"}),
    _COMPLAINT: frozenset({"trust-lead", "alternate", "headteacher", "chair", "system"}),
    _BREACH: frozenset({"trust-lead", "alternate", "headteacher", "chair", "hr", "system"}),
}


def _on_every_kind(*roles: str) -> Mapping[str, frozenset[str]]:
    return dict.fromkeys((_INCIDENT, _COMPLAINT, _BREACH), frozenset(roles))


_HOLD_RECORDS: Mapping[str, frozenset[str]] = {
    **_on_every_kind("trust-lead", "alternate", "dpo", "system"),
    _BREACH: frozenset({"trust-lead", "alternate", "dpo", "hr", "system"}),
}
RESERVED: Mapping[str, Mapping[str, frozenset[str]]] = {
    "GrantAccess": _DECIDE_CASES,
    # Whoever oversees ends what goes too far, in any case.
    "EndAccess": {kind: roles | {"dpo"} for kind, roles in _DECIDE_CASES.items()},
    GRANT_EXAMINATION: _on_every_kind("trust-lead", "dpo", "system"),
    "ReviewEmergencyAccess": _on_every_kind("trust-lead", "alternate", "dpo", "system"),
    "PlaceHold": _HOLD_RECORDS,
    "LiftHold": _HOLD_RECORDS,
    "ClassifyForRetention": _on_every_kind("trust-lead", "alternate", "dpo", "system"),
    "ReviewRetention": _on_every_kind("trust-lead", "alternate", "dpo", "system"),
}

ROLE_COMMANDS: Mapping[str, Mapping[str, Commands]] = {
    "trust-lead": _WHOLE_CASES,
    "headteacher": _WHOLE_CASES,
    "system": _WHOLE_CASES,
    # In the trust lead's place, in the cases that were routed to the alternate.
    "alternate": {_INCIDENT: EVERY, _COMPLAINT: EVERY, _BREACH: EVERY},
    # Runs incidents and complaints; a staff breach is decided by those whom the policies name.
    "coordinator": {
        **_WHOLE_CASES,
        _BREACH: _these(_ON_ANY, _PROTECTS_IN_BREACHES, _ESTABLISHES_IN_BREACHES),
    },
    "dsl": {
        _INCIDENT: _these(
            _ON_ANY, _PROTECTS_IN_INCIDENTS, _ESTABLISHES_IN_INCIDENTS, "RecordItem ClassifyItem TagItem HoldMeeting"
        ),
        _COMPLAINT: _these(_ON_ANY, _PROTECTS_IN_COMPLAINTS, "RecordAccount StoreFile"),
        _BREACH: _these("LinkCase", _REMARKS, _PROTECTS_IN_BREACHES),
        OUTSIDE: _these("ReportIncident ReceiveComplaint ReportStaffBreach"),
    },
    # Prejudice-related incidents are read by the equalities manager, who records having been told, and supports.
    "equalities": {_INCIDENT: _these("InformPerson SupportTarget", _REMARKS)},
    # The further meeting is the chair's (Libra L125); complaints about the head, and the breaches routed to the chair.
    "chair": {
        _INCIDENT: _these(_PROTECTS_IN_INCIDENTS, "HoldMeeting RecordRefusal RecordContinuation", _REMARKS),
        _COMPLAINT: EVERY,
        _BREACH: EVERY,
        OUTSIDE: _these("ReceiveComplaint ReportStaffBreach"),
    },
    "governor": dict.fromkeys((_INCIDENT, _COMPLAINT, _BREACH), _REMARKS),
    "clerk": {
        _COMPLAINT: _these(_ON_ANY, _PROTECTS_IN_COMPLAINTS, _ADMINISTERS_COMPLAINTS),
        OUTSIDE: _these("ReceiveComplaint"),
    },
    "hr": {_BREACH: EVERY, OUTSIDE: _these("ReportStaffBreach")},
    "investigator": {
        _INCIDENT: _these(
            _PROTECTS_IN_INCIDENTS,
            _ESTABLISHES_IN_INCIDENTS,
            "CompleteInvestigation RecordItem",
            _REMARKS,
        ),
        _COMPLAINT: _these(_PROTECTS_IN_COMPLAINTS, "RecordAccount StoreFile MeetParties", _REMARKS),
        _BREACH: _these(_PROTECTS_IN_BREACHES, "RecordInterview CompleteBreachInvestigation StoreFile", _REMARKS)
        - {"DecideNotToRefer"},
    },
    "panel": {_COMPLAINT: _these("HoldHearing DecideHead RespondToStage IssueFindings ReferToBody", _REMARKS)},
    "staff": {
        _INCIDENT: _these("RecordItem NoteEvidence StoreFile ReportToHeadteacher", _REMARKS),
        OUTSIDE: _these("ReportIncident"),
    },
    "witness": {
        **dict.fromkeys((_INCIDENT, _COMPLAINT), _these("RecordAccount AddAddendum")),
        _BREACH: _these("AddAddendum"),
    },
    "examiner": {},
    # Whoever opened a case in an emergency protects and remarks; the case is run by whose it is.
    "emergency": {
        _INCIDENT: _these(_PROTECTS_IN_INCIDENTS, _ESTABLISHES_IN_INCIDENTS, _REMARKS),
        _COMPLAINT: _these(_PROTECTS_IN_COMPLAINTS, _REMARKS),
        _BREACH: _these(_PROTECTS_IN_BREACHES, _REMARKS) - {"DecideNotToRefer"},
    },
    "mis": {OUTSIDE: _these("ReportIncident")},
    "admin": {},
    "dashboard": {},
    "dpo": {},
    "auditor": {},
}
