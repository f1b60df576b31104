"""The list of cases: each filter, each order, every page, and nothing out of sight."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from domain.access import Role, Visibility
from domain.case_document import CaseDocument
from projections.cases import CaseOrder, case_id_of
from projections.engine import Projector
from projections.pages import CursorMalformed
from projections.past_cases import documents_after
from projections.visible import Reading
from tests.projections.examples import TODAY, add_item, breach, complaint, incident, school
from tests.projections.histories import WHY
from tests.projections.readers import reader
from tests.projections.recording import Recording, named
from tests.support.asking import Json, ask, refusals

CASES = """
query ($filter: CaseFilter, $orderBy: CaseOrder!, $first: Int! = 50, $after: String) {
  cases(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    totalCount nodes { reference } pageInfo { hasNextPage endCursor }
  }
}
"""
BY_ID = "query ($id: ID!) { case(id: $id) { id reference } }"
BY_REFERENCE = "query ($reference: String!) { case(reference: $reference) { id reference } }"
REFERENCES = {"A": "INC-2026-A", "B": "INC-2026-B", "C": "CMP-2026-C", "D": "SBR-2026-D"}


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


def page(
    recording: Recording, who: Visibility | None = None, order: CaseOrder = CaseOrder.REFERENCE, **asked: Any
) -> Json:
    """A page of the cases in sight of the trust lead, or of somebody else."""
    found: Json = ask(recording.trust, who or reader(recording.trust_id), CASES, orderBy=order.value, **asked)["cases"]
    return found


def names(page: Json) -> str:
    """The last letters of the references of a page."""
    return "".join(case["reference"][-1] for case in page["nodes"])


def case_by(recording: Recording, who: Visibility, query: str, **name: str) -> Json | None:
    """What is shown of the case with an id or a reference, if it is in sight."""
    found: Json | None = ask(recording.trust, who, query, **name)["case"]
    return found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, "ADBC"),
        ({"schools": ["900002"]}, "B"),
        ({"schools": []}, ""),
        ({"kinds": ["COMPLAINT", "STAFF_BREACH"]}, "CD"),
        ({"statuses": ["CLOSED"]}, "B"),
        ({"natures": ["ALLEGATION", "CYBERBULLYING"]}, "AB"),
        ({"targets": ["STAFF"]}, "A"),
        ({"natures": ["ALLEGATION"], "targets": ["PUPIL"]}, ""),
        ({"natures": ["NEGATIVE_COMMENT"], "targets": ["PUPIL"]}, "A"),
        ({"awareFrom": "2026-09-20", "awareTo": "2026-09-20"}, "C"),
        ({"awareFrom": "2026-10-02", "awareTo": "2026-10-19"}, ""),
        ({"awareFrom": "2026-10-20"}, "B"),
        ({"awareTo": "2026-09-14"}, "A"),
        ({"outstanding": ["CLASSIFY_ITEM"]}, "B"),
        ({"owner": str(named("owner"))}, "A"),
        ({"person": str(named("parent"))}, "A"),
        ({"person": str(named("nobody"))}, ""),
        ({"meetsNoCount": True}, "B"),
        ({"meetsNoCount": False}, "ACD"),
        ({"schoolReference": "12"}, ""),
        ({"updatedAfterPosition": 9}, "CD"),
        ({"kinds": ["INCIDENT"], "statuses": ["OPEN"]}, "A"),
    ],
)
def test_a_filter_lets_through_what_it_names(listed: Recording, wanted: dict[str, Any], found: str) -> None:
    answer = page(listed, filter=wanted)
    assert (sorted(names(answer)), answer["totalCount"]) == (sorted(found), len(found))


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
        answer = page(listed, order=order, first=size, after=after)
        seen += names(answer)
        after, has_next = answer["pageInfo"]["endCursor"], answer["pageInfo"]["hasNextPage"]

    # then
    assert seen == found


@pytest.mark.parametrize("after", ["", "x", "bm90IGpzb24", "WzFd", "é", "W10"])
def test_a_cursor_that_no_list_gave_is_refused(listed: Recording, after: str) -> None:
    (refusal,) = refusals(listed.trust, reader(listed.trust_id), CASES, orderBy="OPENED_NEWEST", after=after)
    assert isinstance(refusal, CursorMalformed)


def test_a_cursor_of_another_order_is_refused(listed: Recording) -> None:
    after = page(listed, order=CaseOrder.OPENED_OLDEST)["pageInfo"]["endCursor"]
    (refusal,) = refusals(listed.trust, reader(listed.trust_id), CASES, orderBy="OPENED_NEWEST", after=after)
    assert isinstance(refusal, CursorMalformed)


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

    # when
    answer = page(listed, who)
    by_id = {name: case_by(listed, who, BY_ID, id=str(named(name))) for name in REFERENCES}
    by_reference = {
        name: case_by(listed, who, BY_REFERENCE, reference=reference) for name, reference in REFERENCES.items()
    }
    ids = {name: case_id_of(listed.trust, who, reference) for name, reference in REFERENCES.items()}

    # then
    assert (sorted(names(answer)), answer["totalCount"]) == (sorted(found), len(found))
    assert by_id == by_reference
    assert by_id == {
        name: {"id": str(named(name)), "reference": reference} if name in found else None
        for name, reference in REFERENCES.items()
    }
    assert ids == {name: named(name) if name in found else None for name in REFERENCES}


def test_the_subject_of_a_breach_does_not_find_it(recording: Recording) -> None:
    # given
    recording.record(breach("A", subject=named("reader")))
    Projector(recording.database).catch_up(recording.trust_id)

    # when
    subject, other = (
        case_by(recording, reader(recording.trust_id, person=person), BY_ID, id=str(named("A")))
        for person in ("reader", "other")
    )

    # then
    assert (subject, other) == (None, {"id": str(named("A")), "reference": "SBR-2026-A"})


def test_the_listed_document_is_the_document_of_the_state(listed: Recording) -> None:
    # given
    reading = Reading(reader(listed.trust_id))

    # when
    with listed.trust.connection() as connection:
        kept = connection.execute(
            reading.statement(f"SELECT case_id, version, document FROM {reading.documents()} AS kept").encode(),
            reading.parameters,
        ).fetchall()
    folded = documents_after(
        listed.trust, reader(listed.trust_id), {case_id: [version] for case_id, version, _ in kept}
    )

    # then
    assert {(case_id, version) for case_id, version, _ in kept} == {
        (named("A"), 3),
        (named("B"), 4),
        (named("C"), 1),
        (named("D"), 1),
    }
    assert {
        (case_id, version): msgspec.json.decode(document, type=CaseDocument) for case_id, version, document in kept
    } == {place: msgspec.structs.replace(document, measured_at=None) for place, document in folded.items()}


def test_marking_a_case_shows_in_its_status_and_leaves_it_no_duties(listed: Recording) -> None:
    # given
    case = incident("E", "")
    listed.record(case)
    case.mark_not_reportable(reason=WHY)
    listed.record(case)
    Projector(listed.database).catch_up(listed.trust_id)

    # then
    assert names(page(listed, filter={"statuses": ["NOT_REPORTABLE"]})) == "E"
    assert names(page(listed, filter={"statuses": ["NOT_REPORTABLE"], "outstanding": ["CLASSIFY_ITEM"]})) == ""
