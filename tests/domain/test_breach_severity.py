"""How a breach counts before a finding and after it, by each school's policy, and where its document says so."""

from __future__ import annotations

import pytest

import policies
from domain.case_changes import differences
from domain.case_document import case_document
from domain.policy import PolicyPack, parse_pack
from domain.staff_breach_severity import Severity, severity_of
from tests.domain.breaches import found, with_details
from tests.domain.complaints import reported
from tests.domain.recorded import recorded

SHARP_LANE, WESTACRE, RIVINGTON, PARK_HALL, LIBRA = (
    parse_pack(policies.content(name), name) for name in ("sharp-lane", "westacre", "rivington", "park-hall", "libra")
)
GROSS = Severity("GROSS_MISCONDUCT")


def by_policy(pack: PolicyPack, code: str) -> Severity:
    source = pack.staff.severity_source
    assert source is not None
    return Severity(code, pack.clause(source))


@pytest.mark.parametrize(
    ("pack", "severity", "substantiated"),
    [
        pytest.param(
            SHARP_LANE,
            by_policy(SHARP_LANE, "SERIOUS_DISCIPLINARY_OFFENCE"),
            by_policy(SHARP_LANE, "SERIOUS_DISCIPLINARY_OFFENCE"),
            marks=pytest.mark.obligation("S0-074"),
        ),
        pytest.param(WESTACRE, by_policy(WESTACRE, "GROSS_MISCONDUCT"), None, marks=pytest.mark.obligation("S1-022")),
        pytest.param(
            RIVINGTON,
            by_policy(RIVINGTON, "DISCIPLINARY"),
            by_policy(RIVINGTON, "DISCIPLINARY"),
            marks=pytest.mark.obligation("S3-046"),
        ),
        (PARK_HALL, by_policy(PARK_HALL, "DISCIPLINARY"), by_policy(PARK_HALL, "DISCIPLINARY")),
        (LIBRA, None, None),
        (None, None, None),
    ],
    ids=lambda one: getattr(one, "id", None),
)
def test_the_policy_says_how_a_breach_counts_until_a_finding_says_otherwise(
    pack: PolicyPack | None, severity: Severity | None, substantiated: Severity | None
) -> None:
    breach = reported()
    steps = [severity_of(breach, pack)]
    for finding, gross in (("SUBSTANTIATED", False), ("SUBSTANTIATED", True), ("UNFOUNDED", False)):
        found(breach, finding, gross=gross)
        steps.append(severity_of(breach, pack))

    assert steps == [severity, substantiated, GROSS, None]


def test_what_a_policy_only_discourages_counts_as_nothing_unless_it_is_found_to_be_gross_misconduct() -> None:
    breach = with_details(breach_types=("CONTACT_WITH_PARENT",))
    assert severity_of(breach, SHARP_LANE) is None
    found(breach, gross=True)
    assert severity_of(breach, SHARP_LANE) == GROSS


def test_the_document_says_it_and_no_change_repeats_it() -> None:
    breach = recorded(with_details(breach_types=("RUDE_COMMENT",)))
    before = case_document(breach, WESTACRE)
    found(breach)
    after = case_document(breach, WESTACRE)

    shown = [(one.detail["severity"], one.detail["severity_clause"]) for one in (before, after)]
    assert shown == [("GROSS_MISCONDUCT", by_policy(WESTACRE, "GROSS_MISCONDUCT").clause), (None, None)]
    assert not [field for field, _, _ in differences(before, after) if "everity" in field]
