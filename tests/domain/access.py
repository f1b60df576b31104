"""Cases into which people were let, for the tests of the domain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.case import Case
from domain.sealed import Secret
from tests.domain import complaints
from tests.domain.complaints import named
from tests.domain.incidents import with_item

AT = datetime(2026, 10, 30, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
WHY = Secret("She has to look into it.")
GRANT: dict[str, Any] = {
    "grant_id": named("grant"),
    "person": named("deputy"),
    "role": "INVESTIGATOR",
    "reason": WHY,
    "now": AT,
}
OPENING: dict[str, Any] = {
    "grant_id": named("emergency"),
    "person": named("opener"),
    "role_held": "hr",
    "minutes": 60,
    "alerted": (named("officer"),),
    "reason": Secret("A child is at risk."),
    "now": AT,
}
REVIEW: dict[str, Any] = {"grant_id": named("emergency"), "was_justified": True, "now": AT + 2 * HOUR}


def cases() -> list[Case]:
    """One case of each kind; of the incident nobody is the target, of the others the teacher is the subject."""
    return [with_item(), complaints.received(complainant=named("mother")), complaints.reported()]


def granted(case: Any, **given: Any) -> Any:
    """The case after somebody was let in."""
    case.grant_access(**GRANT | given)
    return case


def opened(case: Any, **given: Any) -> Any:
    """The case after it was opened in an emergency."""
    case.open_in_emergency(**OPENING | given)
    return case
