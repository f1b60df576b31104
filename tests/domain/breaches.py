"""Staff breaches that came about by their own decisions, and decisions on them with inputs that succeed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.sealed import Secret
from domain.staff_breach import StaffBreach
from tests.domain.complaints import TODAY, day, named, reported

WHY = Secret("because of what the child said")
INVESTIGATOR, DECIDER, OFFICER = named("investigator"), named("decider"), named("appeal officer")


def advised(name: str = "advice", **given: Any) -> StaffBreach:
    """A breach about which the person was advised, so that it may be closed."""
    breach = reported(**given)
    breach.give_advice(advice_id=named(name), kind="CONTACT", given_on=day(0), today=TODAY)
    return breach


def investigated(breach: StaffBreach, name: str = "investigation", investigator: UUID = INVESTIGATOR) -> None:
    breach.open_investigation(investigation_id=named(name), investigator=investigator, started_on=day(1), today=TODAY)


def found(breach: StaffBreach, finding: str = "SUBSTANTIATED", *, gross: bool = False, **given: Any) -> None:
    breach.record_finding(
        finding=finding, gross_misconduct=gross, found_on=day(3), found_by=DECIDER, today=TODAY, **given
    )


def sanctioned(
    breach: StaffBreach, sanction: str = "FIRST_WRITTEN_WARNING", name: str = "sanction", **given: Any
) -> None:
    breach.impose_sanction(
        **{
            "sanction_id": named(name),
            "sanction": sanction,
            "decided_on": day(5),
            "decided_by": DECIDER,
            "today": TODAY,
            **given,
        }
    )


def contacted(breach: StaffBreach, body: str = "LADO", name: str = "contact", **given: Any) -> None:
    breach.contact_body(contact_id=named(name), body=body, contacted_on=day(1), reasons=WHY, today=TODAY, **given)


def held(breach: StaffBreach, name: str = "hold") -> None:
    breach.hold_disciplinary_track(hold_id=named(name), body="POLICE", from_on=day(1), today=TODAY)


def suspended(breach: StaffBreach, name: str = "suspension", **given: Any) -> None:
    breach.decide_on_suspension(
        **{
            "suspension_id": named(name),
            "suspended": True,
            "decided_on": day(2),
            "decided_by": DECIDER,
            "reasons": WHY,
            "today": TODAY,
            **given,
        }
    )


def with_details(**details: Any) -> StaffBreach:
    breach = reported()
    breach.note_details(today=TODAY, **details)
    return breach
