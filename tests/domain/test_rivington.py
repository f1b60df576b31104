"""What Rivington's policy asks of breaches by staff, as its pack says it."""

from __future__ import annotations

import pytest

from domain.facts import holds
from domain.policy_rules import ClauseStrength
from domain.staff_breach_severity import clauses_broken, laws_concerned
from tests.domain.breaches import with_details
from tests.domain.countable_cases import figures, numbered
from tests.domain.incidents import with_item
from tests.domain.packs import shipped
from tests.domain.recorded import recorded
from tests.support.scenario import Given

RIVINGTON = shipped("rivington")


@pytest.mark.obligation("S3-020")
def test_contact_with_former_pupils_is_advised_against_and_the_more_so_where_they_were_under_18() -> None:
    of_age, minor, unknown = (
        clauses_broken(with_details(breach_types=("CONTACT_WITH_FORMER_PUPIL",), under18_at_contact=age), RIVINGTON)
        for age in ("NO", "YES", "UNKNOWN")
    )

    assert {(clause.strength, clause.source) for clause in (*of_age, *minor)} == {(ClauseStrength.DISCOURAGED, "L57")}
    assert [clause.under_18 for clause in of_age] == [False]
    assert [clause.under_18 for clause in minor] == [clause.under_18 for clause in unknown] == [False, True]


@pytest.mark.obligation("S3-026")
@pytest.mark.parametrize(("kind", "allegations"), [("AROSE_FROM", 1), ("RELATED", 2)])
def test_an_allegation_is_linked_to_the_breach_that_it_led_to(kind: str, allegations: int) -> None:
    allegation, breach = with_item("ALLEGATION:STAFF"), with_details(breach_types=("CONTACT_WITH_PUPIL",))

    Given(breach).when(lambda one: one.link(other=allegation.id, kind=kind)).then(
        ("staff_breach.linked.v1", {"other": allegation.id, "kind": kind})
    )

    kept = recorded(breach)
    assert list(kept.links) == [(allegation.id, kind)]
    assert holds(kept, f"LINKED:{kind}")
    assert figures(recorded(allegation), kept) == numbered(C1=allegations)


@pytest.mark.obligation("S3-040")
def test_data_on_families_in_a_group_of_staff_break_a_clause_that_concerns_data_protection() -> None:
    breach = with_details(breach_types=("DATA_IN_STAFF_GROUP", "DISREPUTE"), channel="STAFF_GROUP_CHAT")

    broken = clauses_broken(breach, RIVINGTON)

    assert [clause.id for clause in broken] == ["DISREPUTE", "EMPLOYER_DISREPUTE", "STAFF_GROUPS"]
    assert laws_concerned(breach, RIVINGTON) == ("DATA_PROTECTION",)
    assert laws_concerned(with_details(breach_types=("DISREPUTE",)), RIVINGTON) == ()
