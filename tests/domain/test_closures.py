"""A case that is closed, reopened and closed again still shows each closing."""

from __future__ import annotations

from typing import Any

import pytest

from domain.case_document import case_document
from domain.case_parts import Closure
from domain.sealed import SealedRef
from tests.domain import complaints
from tests.domain.incidents import TODAY, WHY, day, reported, with_item
from tests.domain.recorded import recorded


def of_each_kind() -> list[Any]:
    breach = complaints.reported()
    breach.decide_no_action(decided_on=TODAY, reasons=WHY, today=TODAY)
    return [with_item(), complaints.decided_on(complaints.received(), "UPHELD"), breach]


@pytest.mark.parametrize(
    ("case", "outcomes"),
    list(
        zip(
            of_each_kind(),
            [("WARNING_ISSUED", "POST_REMOVED"), ("RESOLVED_INFORMALLY", "UPHELD"), ("NO_CASE", "ADVICE_GIVEN")],
            strict=True,
        )
    ),
    ids=["incident", "complaint", "breach"],
)
def test_a_case_closed_twice_shows_both_closings(case: Any, outcomes: tuple[str, str]) -> None:
    case.close(outcome=outcomes[0], closed_on=day(20), today=TODAY, notes=WHY)
    case.reopen(reopened_on=day(21), reason=WHY, today=TODAY)
    case.close(outcome=outcomes[1], closed_on=day(22), today=TODAY)

    kept = recorded(case)

    version = kept.version
    assert kept.closures == (
        Closure(
            day(20), outcomes[0], False, SealedRef(version - 2, "notes"), day(21), SealedRef(version - 1, "reason")
        ),
        Closure(day(22), outcomes[1], False, None),
    )
    assert (kept.outcome, kept.closed_on) == (outcomes[1], day(22))
    assert [one["outcome"] for one in case_document(kept).detail["closures"]] == list(outcomes)


def test_a_case_that_is_open_again_shows_how_it_was_closed() -> None:
    incident = reported()
    incident.note_import(file_sha256="0f" * 32, lines=(2,))
    incident.close_as_logged(outcome=None, closed_on=None, today=TODAY)
    incident.reopen(reopened_on=day(21), reason=WHY, today=TODAY)
    assert (incident.outcome, incident.closed_on, incident.closed_as_logged) == (None, None, False)
    assert incident.closures == (Closure(None, None, True, None, day(21), WHY),)
