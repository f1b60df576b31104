"""Sight ends at the moment that a subject is named (design D15), also while the read models have not heard of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from domain.access import Role
from domain.case import Case
from domain.complaint import Complaint, HeadReceived
from domain.staff_breach import StaffBreach
from projections.engine import Projector
from tests.projections.examples import TODAY, breach, complaint, incident, school
from tests.projections.histories import WHY
from tests.projections.readers import reader
from tests.projections.recording import Recording, named
from tests.support.asking import Json, ask

LOOKS = """
query ($id: ID!, $reference: String!) {
  cases { totalCount nodes { reference } }
  byId: case(id: $id) { reference }
  byReference: case(reference: $reference) { reference }
  past: case(id: $id, asOf: { position: 4 }) { reference }
  monitoring(from: "2026-09-01", to: "2027-08-31", groupBy: [SCHOOL], schools: ["900001"]) {
    cells { value withheld contributions { totalCount nodes { case { reference } } } cases { totalCount } }
  }
  duties { totalCount }
  deadlines { totalCount }
}
"""


@pytest.fixture
def projected(recording: Recording) -> tuple[Recording, dict[str, Case]]:
    """A complaint and a breach that name nobody, and an incident, which the read models know."""
    cases: dict[str, Case] = {
        "complaint": complaint("C", "SCHOOL", on=date(2026, 9, 20)),
        "breach": breach("D", on=date(2026, 9, 21)),
        "incident": incident("A", "ALLEGATION:STAFF"),
    }
    recording.record(school(recording.trust_id), school(recording.trust_id, "900002"))
    recording.record(*cases.values())
    Projector(recording.database).catch_up(recording.trust_id)
    return recording, cases


def names_in_complaint(case: Case) -> None:
    assert isinstance(case, Complaint)
    [head] = case.heads
    case.name_subject(head_id=head, person=named("reader"))


def adds_head(case: Case) -> None:
    assert isinstance(case, Complaint)
    case.add_head(head=HeadReceived(named("head two"), False, True, (named("reader"),)))


def names_in_breach(case: Case) -> None:
    assert isinstance(case, StaffBreach)
    case.name_subject(subject=named("reader"))


def looks(recording: Recording, case: Case, role: Role, urn: str | None = None) -> Json:
    return ask(recording.trust, reader(recording.trust_id, role, urn), LOOKS, id=str(case.id), reference=case.reference)


@pytest.mark.parametrize(
    ("which", "name"),
    [("complaint", names_in_complaint), ("complaint", adds_head), ("breach", names_in_breach)],
)
def test_a_subject_who_was_named_sees_nothing_of_the_case_before_anything_is_projected(
    projected: tuple[Recording, dict[str, Case]], which: str, name: Callable[[Case], None]
) -> None:
    recording, cases = projected
    case = cases[which]
    before = looks(recording, case, Role.TRUST_LEAD)
    assert before["byId"] == before["byReference"] == before["past"] == {"reference": case.reference}

    name(case)
    recording.record(case)
    now = looks(recording, case, Role.TRUST_LEAD)
    Projector(recording.database).catch_up(recording.trust_id)
    later = looks(recording, case, Role.TRUST_LEAD)

    others = [{"reference": other.reference} for key, other in cases.items() if key != which]
    assert (now["byId"], now["byReference"], now["past"]) == (None, None, None)
    assert now["cases"]["totalCount"] == 2
    assert sorted(one["reference"] for one in now["cases"]["nodes"]) == sorted(one["reference"] for one in others)
    assert now["duties"]["totalCount"] < before["duties"]["totalCount"]
    [was], [cell] = before["monitoring"]["cells"], now["monitoring"]["cells"]
    # The trust lead's figures cover everything; what stands behind them and is out of sight is withheld.
    assert (cell["value"], cell["withheld"]) == (was["value"], was["withheld"] + 1)
    assert cell["contributions"]["totalCount"] == was["contributions"]["totalCount"] - 1
    # The read models say the same when they have heard of it, but for what the naming itself changed.
    assert [later[key] for key in ("cases", "byId", "byReference", "past")] == [
        now[key] for key in ("cases", "byId", "byReference", "past")
    ]


def test_somebody_else_who_was_named_takes_nothing_from_the_sight_of_others(
    projected: tuple[Recording, dict[str, Case]],
) -> None:
    recording, cases = projected
    before = looks(recording, cases["breach"], Role.TRUST_LEAD)

    breach_case = cases["breach"]
    assert isinstance(breach_case, StaffBreach)
    breach_case.name_subject(subject=named("somebody else"))
    recording.record(breach_case)

    assert looks(recording, cases["breach"], Role.TRUST_LEAD) == before


@pytest.mark.parametrize("moves", ["transfer", "correct_school"])
def test_a_case_that_moved_is_out_of_the_sight_of_its_former_school_at_once(
    projected: tuple[Recording, dict[str, Case]], moves: str
) -> None:
    recording, cases = projected
    case = cases["incident"]
    before = looks(recording, case, Role.HEADTEACHER, "900001")
    if moves == "transfer":
        case.transfer(school_urn="900002", transferred_on=TODAY, reason=WHY, today=TODAY)
    else:
        case.correct_school(school_urn="900002", reason=WHY)
    recording.record(case)

    now = looks(recording, case, Role.HEADTEACHER, "900001")

    assert before["byId"] == {"reference": case.reference}
    assert (now["byId"], now["byReference"], now["past"]) == (None, None, None)
    assert now["cases"]["totalCount"] == before["cases"]["totalCount"] - 1
    # Whoever sees every school goes on seeing it.
    assert looks(recording, case, Role.TRUST_LEAD)["byId"] == {"reference": case.reference}


def test_what_names_a_case_about_the_reader_is_left_out_before_anything_is_projected(
    projected: tuple[Recording, dict[str, Case]],
) -> None:
    recording, cases = projected
    seen = cases["incident"]
    query = "query ($id: ID!) { case(id: $id) { history { totalCount nodes { type } } latestEvent { type } } }"

    def told() -> Json:
        return ask(recording.trust, reader(recording.trust_id), query, id=str(seen.id))

    before = told()
    # None of these is known to the read models: two that open about the reader, and one of which that is found out.
    on, head = date(2026, 9, 22), HeadReceived(named("E 1"), False, True, (named("reader"),))
    found_out, named_in_time = breach("F", on=on), complaint("G", "SCHOOL", on=on)
    about: list[Case] = [breach("E", on=on, subject=named("reader")), found_out, named_in_time]
    found_out.name_subject(subject=named("reader"))
    named_in_time.add_head(head=head)
    for other in about:
        seen.link(other=other.id, kind="RELATED")
    recording.record(*about, seen)
    now = told()
    Projector(recording.database).catch_up(recording.trust_id)

    assert before == now == told()
