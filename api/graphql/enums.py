"""The closed lists of the domain as enumerations of the API, each value with its words.

A member of the domain's enumeration that has no words here stops the program at its start, so that none is published
unexplained.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import strawberry

from domain.actors import ActorSort
from domain.case_actions import CaseAction
from domain.case_deadlines import DUE_SOON_DAYS, DeadlineState
from domain.counting import CountSource
from domain.knowing import HowKnown
from domain.monitoring_counts import DEFINITIONS, MonitoringCount
from domain.reads import ReadKind
from domain.refusals import RefusalCode
from domain.retention import RetentionState
from domain.retention_rules import RetentionAction
from domain.values import CaseKind, CaseStatus, Mark
from ledger.anchoring.deposits import AnchorState
from projections.cases import CaseOrder
from projections.monitoring_terms import CountingUnit, Coverage, DateBasis, MonitoringDimension, ReportScope
from services.catalogue import COMMANDS
from services.people import NameState
from services.sealed_texts import SealedState

__all__ = [
    "ACTION_COMMANDS",
    "ActorSort",
    "AnchorState",
    "CaseAction",
    "CaseKind",
    "CaseOrder",
    "CaseStatus",
    "CountSource",
    "CountingUnit",
    "Coverage",
    "DateBasis",
    "DeadlineState",
    "HowKnown",
    "Mark",
    "MonitoringCount",
    "MonitoringDimension",
    "NameState",
    "ReadKind",
    "RefusalCode",
    "ReportScope",
    "RetentionAction",
    "RetentionState",
    "SealedState",
    "publish",
]


def publish(enum_class: type[Enum], description: str, words: Mapping[str, str]) -> None:
    """Make an enumeration part of the API. Raise `KeyError` for a member without words."""
    strawberry.enum(enum_class, description=description)
    for value in enum_class.__strawberry_definition__.values:  # type: ignore[attr-defined]  # set by the line above
        value.description = words[value.name]


# Which command carries out each action: ADD_ADDENDUM is AddAddendum.
ACTION_COMMANDS: Mapping[CaseAction, str] = {
    action: "".join(word.capitalize() for word in action.value.split("_")) for action in CaseAction
}

publish(
    CaseAction,
    "What can be done with a case; each is the mutation of that name.",
    {action.name: " ".join((COMMANDS[name].__doc__ or "").split()) for action, name in ACTION_COMMANDS.items()},
)
publish(
    MonitoringCount,
    "The eleven counts of Libra's policy.",
    {definition.count.name: f"{definition.title} ({definition.source})." for definition in DEFINITIONS},
)
publish(
    CountSource,
    "Where what is counted was recorded.",
    {
        "ONLINE": "An item of an incident.",
        "COMPLAINT": "A head of a complaint.",
        "STAFF_BREACH": "A breach of the staff code of conduct.",
    },
)
publish(
    CaseKind,
    "The three kinds of case.",
    {
        "INCIDENT": "Something posted or done online.",
        "COMPLAINT": "A matter in the complaints procedure.",
        "STAFF_BREACH": "A breach of the staff code of conduct.",
    },
)
publish(
    CaseStatus,
    "Where a case is in its life; a mark hides whether it is open or closed.",
    {
        "OPEN": "It is being dealt with.",
        "CLOSED": "It is closed, and may be opened again.",
        "DUPLICATE": "It is a copy of another case and counts nothing.",
        "NOT_REPORTABLE": "It never belonged in this record and counts nothing.",
        "RECORDED_IN_ERROR": "It was recorded by mistake and counts nothing.",
    },
)
publish(
    ReadKind,
    "What somebody was told of cases.",
    {
        "LIST": "Cases in a list, or behind a figure.",
        "CASE": "A case by itself.",
        "HISTORY": "Events of a case.",
        "EXPORT": "A case with its history and proofs, as a file.",
        "PARTS": "Sealed texts.",
        "SEARCH": "Cases were looked for, whether or not any were found.",
        "LOG": "Who read what.",
    },
)
publish(
    AnchorState,
    "Whether a place outside has a checkpoint.",
    {
        "RECEIVED": "It has given a receipt for this one.",
        "COVERED": "It has given a receipt for a later one, which continues this one.",
        "WAITING": "It has neither as yet.",
    },
)
publish(
    Mark,
    "Why a case or an item counts nothing, its past included.",
    {
        "DUPLICATE": "It is a copy of another.",
        "NOT_REPORTABLE": "It never belonged in this record.",
        "RECORDED_IN_ERROR": "It was recorded by mistake.",
    },
)
publish(
    SealedState,
    "What a reader gets of a sealed text.",
    {
        "OPEN": "The text is given.",
        "ERASED": "Its key was destroyed: nobody can read it again.",
        "WITHHELD": "It exists, and the reader's role does not open it.",
    },
)
publish(
    NameState,
    "What a reader gets of a person's name.",
    {
        "OPEN": "The name is given.",
        "ERASED": "The person's details were erased.",
        "WITHHELD": "It exists, and the reader's role does not see names.",
        "UNKNOWN": "Nobody has said who it is.",
    },
)
publish(
    RefusalCode,
    "Why something was refused. The same words serve REST and, as `extensions.code`, faults.",
    {
        "NOT_FOUND": "It does not exist, or not for this caller.",
        "NOT_ALLOWED": "The caller's role may not do that.",
        "CONFLICT_OF_INTEREST": "The caller is too close to the case to do that.",
        "VERSION_CONFLICT": "The case has changed since the version that was expected.",
        "COMMAND_ID_REUSED": "The command id was used for another command or by somebody else.",
        "INVALID_INPUT": "A field does not follow its rule.",
        "STEP_PREREQUISITE": "The school's policy requires another step first.",
        "ILLEGAL_STATE": "The case is not in a state that allows it.",
        "DUTIES_OUTSTANDING": "Something that the policy requires has not been done.",
        "PANEL_INVALID": "The panel is not made up as it has to be.",
        "DUPLICATE_TARGET": "The case named as the original cannot be one.",
        "ON_HOLD": "The case is on hold for somebody outside the school.",
        "RETENTION": "The rules for keeping and erasing forbid it.",
        "CALENDAR_MISSING": "A school has no calendar for a year that is asked about.",
        "NOT_A_MEMBER": "The school was not a member of the trust on that day.",
        "QUERY_TOO_LARGE": "More was asked than one answer may hold.",
        "PROJECTION_BEHIND": "The read models have not reached the position that was waited for.",
        "KEYS_UNAVAILABLE": "The keys that open sealed text cannot be reached.",
    },
)
publish(
    MonitoringDimension,
    "By what figures can be told apart. At most one is a period.",
    {
        "COUNT": "The eleven counts.",
        "SCHOOL": "The schools.",
        "SOURCE": "Where it was recorded.",
        "DAY": "The day.",
        "MONTH": "The month.",
        "TERM": "The term, by each school's own calendar.",
        "ACADEMIC_YEAR": "The academic year, from 1 September.",
        "PLATFORM": "The platform, of items.",
        "POSTER_ROLE": "Who posted, by role.",
    },
)
publish(
    CountingUnit,
    "What a figure counts.",
    {
        "ITEMS": "Contributions: items, heads of complaint and breaches; each once where counts are not told apart.",
        "CASES": "Different cases with at least one; not to be added up over periods, counts or schools.",
    },
)
publish(
    DateBasis,
    "Which date decides the period.",
    {
        "DISCOVERED": "The day the school became aware.",
        "POSTED": "The day it was posted; where that is not known, and for other cases, the day of awareness.",
        "RECORDED": "The day it was recorded, in London; for an imported item what the school's log says.",
    },
)
publish(
    Coverage,
    "What a school recorded in the period of a cell, so that a zero can be told from silence.",
    {
        "RECORDED": "At least one thing that concerns the eleven counts.",
        "NIL_RETURN": "Nothing, and the school has said so.",
        "NO_RETURN": "Nothing, and the school has not said so.",
        "NOT_A_MEMBER": "The school was not in the trust on any day of the period.",
    },
)
publish(
    ReportScope,
    "Which cases stand behind figures.",
    {
        "ALL": "Every case of the schools asked for.",
        "VISIBLE": "The cases that the viewer may see, and no others.",
    },
)
publish(
    CaseOrder,
    "How a list of cases stands.",
    {
        "OPENED_NEWEST": "Those opened last come first.",
        "OPENED_OLDEST": "Those opened first come first.",
        "UPDATED_NEWEST": "Those that changed last come first.",
        "REFERENCE": "By reference.",
    },
)
publish(
    DeadlineState,
    "How a deadline stands.",
    {
        "OVERDUE": "Its last day has passed.",
        "DUE_SOON": f"It ends today or within the next {DUE_SOON_DAYS} days.",
        "RUNNING": "It ends later.",
        "PAUSED": "Its clock stands still.",
        "NOT_COMPUTABLE": "The school has no calendar yet for an academic year that it reaches into.",
    },
)
publish(
    ActorSort,
    "Whether an event was recorded by a person who decided so then, or by a program.",
    {
        "HUMAN": "A person.",
        "SYSTEM": "A program: this one, one that acts by a key or as a school's own system, or an import.",
    },
)
publish(
    HowKnown,
    "How somebody came to know of a case.",
    {
        "RECORDED": "The person recorded something in it, or somebody did on the person's behalf.",
        "TOLD": "An event says that the person was told: informed, met, asked, advised, warned, let in.",
        "TOOK_PART": "An event says that the person had a part in it: reported, said, decided, looked into it.",
        "READ": "An answer of this program told the person of it.",
    },
)
publish(
    RetentionState,
    "How the keeping of a case stands today.",
    {
        "NOT_BEGUN": "The case is open: how long it is kept begins with its closing.",
        "RUNNING": "It is to be kept, and its day is known.",
        "DUE": "Its day has come: somebody is to decide what becomes of it.",
        "KEPT": "It was decided to keep it until a later day.",
        "ON_HOLD": "It is held, and nothing of it is disposed of, whatever was decided.",
        "NOT_COMPUTABLE": "Something is not known that its day follows from.",
        "DISPOSAL_DECIDED": "It was decided to dispose of it.",
        "ARCHIVED": "It was decided to keep it for good.",
        "DISPOSED": "Its texts and files were erased; that it was there, and what counts, stays.",
    },
)
publish(
    RetentionAction,
    "What is to be done with a record when its time is over.",
    {
        "REVIEW": "A person decides.",
        "ARCHIVE": "It is kept for good, apart from what is worked with.",
        "DISPOSE": "It is destroyed; by itself only where the trust decided and confirmed that.",
    },
)
