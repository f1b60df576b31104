"""The persons who stand in a case, in whatever part: by its own members and by the steps that were taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any
from uuid import UUID

from domain.case import Case
from domain.complaint import Complaint
from domain.incident import Incident
from domain.staff_breach import StaffBreach

__all__ = ["people_of"]

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


def people_of(case: Case) -> list[tuple[UUID, str]]:
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
