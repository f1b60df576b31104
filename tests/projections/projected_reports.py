"""Monitoring reports of a recording, asked for by somebody in a role once all of it is projected."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from domain.access import Role
from domain.refusals import Refused
from projections.engine import Projector
from projections.monitoring_terms import MonitoringDimension, MonitoringQuery
from tests.projections.readers import reader
from tests.projections.recording import Recording
from tests.projections.reports import report, report_refusals
from tests.support.asking import Json

COUNT, SCHOOL, SOURCE = MonitoringDimension.COUNT, MonitoringDimension.SCHOOL, MonitoringDimension.SOURCE
MONTH, TERM, DAY = MonitoringDimension.MONTH, MonitoringDimension.TERM, MonitoringDimension.DAY
YEAR, PLATFORM = MonitoringDimension.ACADEMIC_YEAR, MonitoringDimension.PLATFORM
YEAR_2026 = MonitoringQuery(first=date(2026, 9, 1), last=date(2027, 8, 31))


def ask(
    recording: Recording,
    role: Role = Role.TRUST_LEAD,
    urn: str | None = None,
    *,
    as_of: Json | None = None,
    **asked: Any,
) -> Json:
    """Project what is recorded, and ask as somebody in a role."""
    Projector(recording.database).catch_up(recording.trust_id)
    who = reader(recording.trust_id, role, urn)
    return report(recording.trust, who, replace(YEAR_2026, **asked), as_of=as_of)


def refused(recording: Recording, **asked: Any) -> Refused:
    """Project what is recorded, and ask what is refused."""
    Projector(recording.database).catch_up(recording.trust_id)
    (found,) = report_refusals(recording.trust, reader(recording.trust_id), replace(YEAR_2026, **asked))
    assert isinstance(found, Refused)
    return found
