"""The steps of each kind of case that a policy may make something come before, by the code that its pack writes."""

from __future__ import annotations

from collections.abc import Mapping

from domain.complaint_facts import COMPLAINT_STEPS
from domain.fact import RuledStep
from domain.incident_facts import INCIDENT_STEPS
from domain.staff_breach_facts import STAFF_BREACH_STEPS
from domain.values import CaseKind

STEPS: Mapping[CaseKind, Mapping[str, RuledStep]] = {
    kind: {step.code: step for step in (*steps, RuledStep("CLOSE", "Closing the case", lambda case: case.is_closed))}
    for kind, steps in (
        (CaseKind.INCIDENT, INCIDENT_STEPS),
        (CaseKind.COMPLAINT, COMPLAINT_STEPS),
        (CaseKind.STAFF_BREACH, STAFF_BREACH_STEPS),
    )
}
