"""What every case shares: marks, copies that know their originals, and links."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from domain.case import Case
from domain.refusals import (
    CaseMarked,
    CaseNotMarked,
    DeciderIsSubject,
    DuplicateOfAnotherKind,
    DuplicateOfItself,
    EmptyText,
    LinkCircular,
    LinkedToItself,
    NotLinked,
    OriginalNotCounting,
    OthersAreCopies,
    RefusalCode,
    UnknownCode,
)
from domain.sealed import Secret
from domain.values import CaseKind, CaseStatus, Mark
from tests.domain.incidents import (
    TODAY,
    WHY,
    closed,
    day,
    item,
    marked,
    named,
    reported,
    with_item,
)
from tests.support.scenario import Given

# --- marks


def test_a_copy_points_to_its_original_and_can_be_pointed_elsewhere() -> None:
    incident, first, second = with_item(), reported(case_id=named("first")), reported(case_id=named("second"))

    Given(incident).when(
        lambda one: one.mark_duplicate(original=first, reason=WHY),
        lambda one: one.mark_duplicate(original=first, former=first, reason=WHY),
        lambda one: one.mark_duplicate(original=second, former=first, reason=WHY),
    ).then(
        ("incident.marked_duplicate.v1", {"of": first.id, "reason": WHY}),
        ("incident.marked_duplicate.v1", {"of": second.id, "reason": WHY}),
    )

    assert (incident.status, incident.mark, incident.duplicate_of) == (
        CaseStatus.DUPLICATE,
        Mark.DUPLICATE,
        second.id,
    )
    assert (tuple(first.copies), tuple(second.copies)) == ((), (incident.id,))


def test_a_case_is_no_duplicate_of_itself_nor_of_one_that_does_not_count() -> None:
    incident = with_item()
    refusals = [
        Given(incident).refuses(
            lambda one: one.mark_duplicate(original=incident, reason=WHY), DuplicateOfItself, "original"
        ),
        Given(incident).refuses(
            lambda one: one.mark_duplicate(original=marked(reported(case_id=named("other"))), reason=WHY),
            OriginalNotCounting,
            "original",
        ),
    ]
    assert {refusal.code for refusal in refusals} == {RefusalCode.DUPLICATE_TARGET}


def test_a_case_is_a_duplicate_only_of_its_own_kind() -> None:
    complaint = cast(Case, SimpleNamespace(id=named("complaint"), kind=CaseKind.COMPLAINT, mark=None))

    Given(with_item()).refuses(
        lambda one: one.mark_duplicate(original=complaint, reason=WHY), DuplicateOfAnotherKind, "original"
    )


@pytest.mark.ruling(38)
@pytest.mark.parametrize(
    "mark",
    [
        lambda one: one.mark_duplicate(original=reported(case_id=named("other")), reason=WHY),
        lambda one: one.mark_not_reportable(reason=WHY),
        lambda one: one.mark_recorded_in_error(reason=WHY),
    ],
    ids=["duplicate", "not reportable", "recorded in error"],
)
def test_a_case_that_others_copy_is_not_marked_and_the_copies_are_named(mark: object) -> None:
    assert callable(mark)
    original, copies = with_item(), [reported(case_id=named(name)) for name in ("copy 1", "copy 2")]
    for copy in copies:
        assert copy.mark_duplicate(original=original, reason=WHY) == (original,)

    refusal = Given(original).refuses(mark, OthersAreCopies)

    assert (refusal.code, refusal.cases) == (RefusalCode.DUPLICATE_TARGET, tuple(copy.id for copy in copies))
    assert all(str(copy.id) in refusal.message for copy in copies)

    for copy in copies:
        assert copy.unmark(reason=WHY, original=original) == (original,)
    mark(original)
    assert original.mark is not None


def test_a_copy_leaves_its_original_only_with_the_originals_knowledge() -> None:
    incident, original = with_item(), reported(case_id=named("other"))
    incident.mark_duplicate(original=original, reason=WHY)
    for wrong in (None, reported(case_id=named("third"))):
        with pytest.raises(ValueError, match="has to be given"):
            incident.unmark(reason=WHY, original=wrong)
    assert incident.mark is Mark.DUPLICATE


@pytest.mark.parametrize(
    "decide",
    [
        lambda one, reason: one.mark_duplicate(original=reported(case_id=named("other")), reason=reason),
        lambda one, reason: one.mark_not_reportable(reason=reason),
        lambda one, reason: one.mark_recorded_in_error(reason=reason),
    ],
    ids=["duplicate", "not reportable", "recorded in error"],
)
def test_a_mark_says_why(decide: Any) -> None:
    Given(with_item()).refuses(lambda one: decide(one, Secret("")), EmptyText, "reason")
    Given(with_item()).refuses(lambda one: decide(one, None), EmptyText, "reason")


def test_a_mark_is_taken_off_with_a_reason_and_not_by_whom_the_case_is_about() -> None:
    given = Given(marked(with_item("ALLEGATION:STAFF", about=(named("teacher"),))))
    given.refuses(lambda one: one.unmark(reason=Secret(" ")), EmptyText, "reason")
    given.refuses(lambda one: one.unmark(reason=WHY, by=named("teacher")), DeciderIsSubject)


def test_a_mark_is_removed_before_another_is_set() -> None:
    given = Given(marked())
    given.refuses(lambda one: one.mark_not_reportable(reason=WHY), CaseMarked)
    given.refuses(lambda one: one.mark_recorded_in_error(reason=WHY), CaseMarked)
    given.refuses(lambda one: one.mark_duplicate(original=reported(case_id=named("other")), reason=WHY), CaseMarked)
    given.when(lambda one: one.unmark(reason=WHY), lambda one: one.mark_recorded_in_error(reason=WHY)).then(
        ("incident.unmarked.v1", {"reason": WHY}),
        ("incident.marked_recorded_in_error.v1", {"reason": WHY}),
    )


def test_unmarking_restores_what_the_case_was() -> None:
    incident = closed()
    original = reported(case_id=named("other"))
    incident.mark_duplicate(original=original, reason=WHY)
    incident.unmark(reason=WHY, original=original)

    assert (incident.status, incident.mark, incident.duplicate_of) == (CaseStatus.CLOSED, None, None)
    Given(incident).refuses(lambda one: one.unmark(reason=WHY), CaseNotMarked)


def test_a_marked_case_is_not_carried_on_until_the_mark_is_removed() -> None:
    given = Given(marked())
    given.refuses(lambda one: item(one, "another"), CaseMarked)
    given.refuses(lambda one: one.close(outcome="POST_REMOVED", closed_on=day(9), today=TODAY), CaseMarked)
    given.refuses(lambda one: one.report_to_headteacher(reported_on=day(1), today=TODAY), CaseMarked)


# --- links


def test_a_link_is_made_once_and_taken_away_with_a_reason() -> None:
    incident = with_item()
    Given(incident).when(
        lambda one: one.link(other=named("complaint"), kind="AROSE_FROM"),
        lambda one: one.link(other=named("complaint"), kind="AROSE_FROM"),
        lambda one: one.link(other=named("complaint"), kind="RELATED"),
        lambda one: one.unlink(other=named("complaint"), kind="RELATED", reason=WHY),
    ).then(
        ("incident.linked.v1", {"other": named("complaint"), "kind": "AROSE_FROM"}),
        ("incident.linked.v1", {"other": named("complaint"), "kind": "RELATED"}),
        ("incident.unlinked.v1", {"other": named("complaint"), "kind": "RELATED", "reason": WHY}),
    )
    assert incident.arose_from == (named("complaint"),)


def test_a_link_goes_to_another_case_and_never_in_a_circle() -> None:
    incident = with_item()
    given = Given(incident)
    given.refuses(lambda one: one.link(other=incident.id, kind="RELATED"), LinkedToItself, "other")
    given.refuses(lambda one: one.link(other=named("complaint"), kind="SIMILAR"), UnknownCode, "kind")
    given.refuses(
        lambda one: one.link(other=named("complaint"), kind="AROSE_FROM", origins=frozenset({incident.id})),
        LinkCircular,
        "other",
    )
    given.refuses(lambda one: one.unlink(other=named("complaint"), kind="RELATED"), NotLinked, "other", "kind")
