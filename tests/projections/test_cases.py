"""The list of cases: each filter, each order, every page, and nothing out of sight."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.access import Role, Visibility
from projections.cases import CaseFilter, CaseOrder, count_cases, find_case, find_cases, list_cases
from projections.engine import Projector
from projections.history import documents_after
from projections.pages import CursorMalformed, PageTooLarge
from tests.projections.examples import TODAY, add_item, breach, complaint, incident, school
from tests.projections.histories import WHY
from tests.projections.readers import reader
from tests.projections.recording import Recording, named


@pytest.fixture
def listed(recording: Recording) -> Recording:
    """Four cases, of all kinds, at two schools."""
    first = incident("A", "ALLEGATION:STAFF NEGATIVE_COMMENT:PUPIL", poster=named("parent"))
    first.assign(owner=named("owner"))
    second = incident("B", "CYBERBULLYING:PUPIL", urn="900002", on=date(2026, 10, 1))
    add_item(second, "B later", on=date(2026, 10, 20))
    second.close(outcome="NO_FURTHER_ACTION", closed_on=date(2026, 10, 30), today=TODAY)
    recording.record(school(recording.trust_id), school(recording.trust_id, "900002"))
    recording.record(first, second, complaint("C", "SCHOOL", on=date(2026, 9, 20)), breach("D", on=date(2026, 9, 21)))
    Projector(recording.database).catch_up(recording.trust_id)
    return recording


def names(recording: Recording, who: Visibility | None = None, **wanted: Any) -> list[str]:
    page = list_cases(
        recording.trust, who or reader(recording.trust_id), CaseFilter(**wanted), order=CaseOrder.REFERENCE
    )
    return [case.document.reference[-1] for case in page.entries]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, "ADBC"),
        ({"schools": ("900002",)}, "B"),
        ({"schools": ()}, ""),
        ({"kinds": ("COMPLAINT", "STAFF_BREACH")}, "CD"),
        ({"statuses": ("CLOSED",)}, "B"),
        ({"natures": ("ALLEGATION", "CYBERBULLYING")}, "AB"),
        ({"targets": ("STAFF",)}, "A"),
        ({"natures": ("ALLEGATION",), "targets": ("PUPIL",)}, ""),
        ({"natures": ("NEGATIVE_COMMENT",), "targets": ("PUPIL",)}, "A"),
        ({"aware_from": date(2026, 9, 20), "aware_to": date(2026, 9, 20)}, "C"),
        ({"aware_from": date(2026, 10, 2), "aware_to": date(2026, 10, 19)}, ""),
        ({"aware_from": date(2026, 10, 20)}, "B"),
        ({"aware_to": date(2026, 9, 14)}, "A"),
        ({"outstanding": ("CLASSIFY_ITEM",)}, "B"),
        ({"owner": named("owner")}, "A"),
        ({"person": named("parent")}, "A"),
        ({"person": named("nobody")}, ""),
        ({"meets_no_count": True}, "B"),
        ({"meets_no_count": False}, "ACD"),
        ({"school_reference": "12"}, ""),
        ({"updated_after_position": 9}, "CD"),
        ({"kinds": ("INCIDENT",), "statuses": ("OPEN",)}, "A"),
    ],
)
def test_a_filter_lets_through_what_it_names(listed: Recording, wanted: dict[str, Any], found: str) -> None:
    assert sorted(names(listed, **wanted)) == sorted(found)
    assert count_cases(listed.trust, reader(listed.trust_id), CaseFilter(**wanted)) == len(found)


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (CaseOrder.OPENED_NEWEST, "BDCA"),
        (CaseOrder.OPENED_OLDEST, "ACDB"),
        (CaseOrder.UPDATED_NEWEST, "DCBA"),
        (CaseOrder.REFERENCE, "CABD"),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 100])
def test_pages_follow_each_other_in_every_order(listed: Recording, order: CaseOrder, found: str, size: int) -> None:
    # when
    seen, after, has_next = "", None, True
    while has_next and len(seen) <= len(found):
        page = list_cases(listed.trust, reader(listed.trust_id), order=order, first=size, after=after)
        seen += "".join(case.document.reference[-1] for case in page.entries)
        after, has_next = page.cursors[-1], page.has_next

    # then
    assert seen == found


@pytest.mark.parametrize("after", ["", "x", "bm90IGpzb24", "WzFd", "é", "W10"])
def test_a_cursor_that_no_list_gave_is_refused(listed: Recording, after: str) -> None:
    with pytest.raises(CursorMalformed):
        list_cases(listed.trust, reader(listed.trust_id), after=after)


def test_a_cursor_of_another_order_is_refused(listed: Recording) -> None:
    cursor = list_cases(listed.trust, reader(listed.trust_id), order=CaseOrder.OPENED_OLDEST).cursors[0]
    with pytest.raises(CursorMalformed):
        list_cases(listed.trust, reader(listed.trust_id), order=CaseOrder.OPENED_NEWEST, after=cursor)


@pytest.mark.parametrize("first", [0, 101])
def test_a_page_has_from_1_to_100_entries(listed: Recording, first: int) -> None:
    with pytest.raises(PageTooLarge):
        list_cases(listed.trust, reader(listed.trust_id), first=first)


@pytest.mark.parametrize(
    ("role", "urn", "person", "found"),
    [
        (Role.TRUST_LEAD, None, "reader", "ABCD"),
        (Role.AUDITOR, None, "reader", "ABCD"),
        (Role.DASHBOARD, None, "reader", ""),
        (Role.HEADTEACHER, "900001", "reader", "AC"),
        (Role.HEADTEACHER, "900002", "reader", "B"),
        (Role.COORDINATOR, "900001", "reader", "AC"),
        (Role.STAFF, "900001", "reporter", "A"),
        (Role.STAFF, "900001", "owner", "A"),
        (Role.STAFF, "900001", "reader", ""),
        (Role.MIS, "900001", "reader", ""),
    ],
)
def test_each_role_sees_its_own_cases_by_every_road(
    listed: Recording, role: Role, urn: str | None, person: str, found: str
) -> None:
    # given
    who = reader(listed.trust_id, role, urn, person)

    # then
    assert sorted(names(listed, who)) == sorted(found)
    assert count_cases(listed.trust, who) == len(found)
    assert set(find_cases(listed.trust, who, [named(name) for name in "ABCD"])) == {named(name) for name in found}
    by_reference = [find_case(listed.trust, who, reference=f"{kind}-2026-{name}") for kind, name in REFERENCES]
    assert "".join(case.document.reference[-1] for case in by_reference if case) == "".join(sorted(found))


REFERENCES = [("INC", "A"), ("INC", "B"), ("CMP", "C"), ("SBR", "D")]


def test_the_subject_of_a_breach_does_not_find_it(recording: Recording) -> None:
    # given
    recording.record(breach("A", subject=named("reader")))
    Projector(recording.database).catch_up(recording.trust_id)

    # then
    assert find_cases(recording.trust, reader(recording.trust_id), [named("A")]) == {}
    assert len(find_cases(recording.trust, reader(recording.trust_id, person="other"), [named("A")])) == 1


def test_the_listed_document_is_the_document_of_the_state(listed: Recording) -> None:
    # when
    rows = find_cases(listed.trust, reader(listed.trust_id), [named(name) for name in "ABCD"])
    folded = documents_after(
        listed.trust, reader(listed.trust_id), {case_id: [row.document.version] for case_id, row in rows.items()}
    )

    # then
    assert {case_id: row.document for case_id, row in rows.items()} == {
        case_id: document for (case_id, _), document in folded.items()
    }


def test_marking_a_case_shows_in_its_status_and_leaves_it_no_duties(listed: Recording) -> None:
    # given
    case = incident("E", "")
    listed.record(case)
    case.mark_not_reportable(reason=WHY)
    listed.record(case)
    Projector(listed.database).catch_up(listed.trust_id)

    # then
    assert names(listed, statuses=("NOT_REPORTABLE",)) == ["E"]
    assert names(listed, statuses=("NOT_REPORTABLE",), outstanding=("CLASSIFY_ITEM",)) == []
