"""The files of a case: handed in, looked at, taken out, removed; and what is never kept (F004, F005, UKCIS 2024)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from domain import vocabulary
from domain.case import Case
from domain.case_document import case_document
from domain.case_files import CaseFile
from domain.file_refusals import FileGone, ImageNeverKept, NotDeclared, TooManyFiles, UnknownEvidence, UnknownFile
from domain.incident import Incident
from domain.involvement import involved_in
from domain.refusals import CaseMarked, EmptyText, FutureDate, IdentityTaken, NeverKept, UnknownCode
from domain.sealed import SealedRef, Secret
from domain.vocabulary_of_files import FILE_KINDS
from tests.domain.access import HOUR, cases
from tests.domain.complaints import TODAY, named
from tests.domain.files import FILE, NAME, SHA256, stored
from tests.domain.incidents import classified, closed, item, marked, reported, with_item
from tests.domain.recorded import MORNING, recorded
from tests.support.scenario import Given

PICTURES = [code for code, kind in FILE_KINDS.items() if kind.family in ("IMAGE", "VIDEO")]
EVIDENCE: dict[str, Any] = {"evidence_id": named("evidence"), "kind": "SCREENSHOT", "today": TODAY}


def kind_of(case: Case) -> str:
    return case.kind.lower()


def _store(given: dict[str, Any], case: Any) -> None:
    case.store_file(**given)


@pytest.mark.parametrize("case", cases(), ids=kind_of)
@pytest.mark.obligation("S2-044")
def test_a_file_its_views_its_exports_and_its_end_are_history_of_every_kind_of_case(case: Any) -> None:
    kind, file_id = kind_of(case), {"file_id": named("file")}

    Given(case).when(
        lambda one: stored(
            one, about=named("pupil"), collected_by=named("teacher"), collected_on=TODAY, by=named("me")
        ),
        lambda one: one.view_file(**file_id, derivative=True, purpose="LEGAL", by=named("head")),
        lambda one: one.export_file(**file_id, by=named("clerk")),
        lambda one: one.remove_file(**file_id, erasure_id=named("erasure")),
        # What is gone is gone once.
        lambda one: one.remove_file(**file_id),
    ).then(
        (
            f"{kind}.file_stored.v1",
            {
                **file_id,
                "kind": "PDF",
                "byte_length": 70_000,
                "scanned": "SCANNED_CLEAN",
                "about": named("pupil"),
                "collected_on": TODAY,
                "collected_by": named("teacher"),
                "stored_by": named("me"),
                "file_name": NAME,
                "fingerprint": SHA256,
            },
        ),
        (
            f"{kind}.file_viewed.v1",
            {**file_id, "derivative": True, "purpose": "LEGAL", "viewed_by": named("head")},
        ),
        (f"{kind}.file_exported.v1", {**file_id, "exported_by": named("clerk")}),
        (f"{kind}.file_removed.v1", {**file_id, "erasure_id": named("erasure")}),
    )


@pytest.mark.parametrize("case", cases(), ids=kind_of)
def test_the_document_shows_a_file_with_its_counts_and_nothing_of_what_is_sealed(case: Any) -> None:
    stored(case, collected_by=named("teacher"), by=named("me"))
    for _ in range(2):
        case.view_file(file_id=named("file"))
    case.export_file(file_id=named("file"))
    before = len(case.pending_events)
    case.remove_file(file_id=named("file"))
    kept = recorded(case, MORNING, MORNING + HOUR, MORNING + 2 * HOUR, MORNING + 3 * HOUR, MORNING + 4 * HOUR)

    [file] = kept.files.values()
    version = kept.version - 4
    assert file == CaseFile(
        file_id=named("file"),
        kind="PDF",
        media_type="application/pdf",
        byte_length=70_000,
        scanned="SCANNED_CLEAN",
        evidence_id=None,
        about=None,
        collected_on=None,
        collected_by=named("teacher"),
        stored_at=MORNING,
        stored_by=named("me"),
        file_name=SealedRef(version, "file_name"),
        fingerprint=SealedRef(version, "fingerprint"),
        state="REMOVED",
        view_count=2,
        export_count=1,
        last_viewed_at=MORNING + 2 * HOUR,
        removed_at=MORNING + 4 * HOUR,
        erasure_id=None,
    )
    [shown] = case_document(kept).detail["files"]
    assert (shown["file_name"], shown["state"]) == ({"version": version, "part": "file_name"}, "REMOVED")
    assert before == version + 3


@pytest.mark.parametrize("case", cases(), ids=kind_of)
def test_nothing_is_taken_up_without_the_declaration_that_it_shows_no_child(case: Any) -> None:
    refused = Given(case).refuses(
        partial(_store, FILE | {"no_indecent_image_of_child": False}), NotDeclared, "no_indecent_image_of_child"
    )

    for word in ("do not look at it", "copy it", "share it", "designated safeguarding lead", "police", "in words"):
        assert word in refused.message


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("nature", ["SEXUAL_MATERIAL", "ILLEGAL_MATERIAL"])
def test_no_picture_is_kept_of_sexual_or_illegal_material_about_a_pupil(kind: str, nature: str) -> None:
    incident = with_item(f"NEGATIVE_COMMENT:PUPIL {nature}:PUPIL")
    incident.note_evidence(**EVIDENCE, item_id=named_item())

    for evidence_id in (None, EVIDENCE["evidence_id"]):
        Given(incident).refuses(
            partial(_store, FILE | {"kind": kind, "evidence_id": evidence_id}), ImageNeverKept, "file"
        )


def named_item() -> Any:
    [item_id] = with_item().items
    return item_id


@pytest.mark.parametrize("kind", sorted(FILE_KINDS.keys() - set(PICTURES)))
def test_what_is_no_picture_is_kept_of_such_material(kind: str) -> None:
    assert stored(with_item("SEXUAL_MATERIAL:PUPIL"), kind=kind).files


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("text", ["SEXUAL_MATERIAL:STAFF", "OBSCENE_MATERIAL:PUPIL", "UNAUTHORISED_IMAGE:PUPIL"])
def test_a_picture_is_kept_of_other_material(kind: str, text: str) -> None:
    assert stored(with_item(text), kind=kind).files


def test_a_picture_of_another_item_of_the_same_incident_is_kept() -> None:
    incident = with_item("SEXUAL_MATERIAL:PUPIL")
    other = item(incident, "other", classifications=classified("NEGATIVE_COMMENT:STAFF"))
    incident.note_evidence(**EVIDENCE, item_id=other)

    assert stored(incident, kind="PNG", evidence_id=EVIDENCE["evidence_id"]).files


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_no_file_at_all_is_kept_where_an_item_is_tagged_as_sexual_imagery_of_a_child(kind: str) -> None:
    incident = with_item()
    incident.tag_item(item_id=named_item(), content_kinds=("CHILD_SEXUAL_IMAGERY",))

    Given(incident).refuses(partial(_store, FILE | {"kind": kind}), ImageNeverKept, "file")


def test_evidence_that_is_described_only_has_no_file() -> None:
    incident = with_item()
    incident.note_evidence(**EVIDENCE | {"kind": "DESCRIBED_ONLY"})

    Given(incident).refuses(partial(_store, FILE | {"evidence_id": named("evidence")}), NeverKept, "evidence_id")


@pytest.mark.parametrize("case", cases(), ids=kind_of)
def test_a_file_is_of_evidence_that_was_noted(case: Any) -> None:
    Given(case).refuses(partial(_store, FILE | {"evidence_id": named("none")}), UnknownEvidence, "evidence_id")


def test_a_file_comes_to_light_when_an_incident_is_closed_and_never_when_it_is_marked() -> None:
    assert stored(closed()).files
    Given(marked()).refuses(partial(_store, FILE), CaseMarked)


def test_what_was_kept_is_looked_at_whatever_became_of_the_case() -> None:
    incident = stored(with_item())
    incident.mark_not_reportable(reason=Secret("No post of ours."))
    incident.view_file(file_id=named("file"))

    assert incident.files[named("file")].view_count == 1


@pytest.mark.parametrize(
    ("wrong", "because", "fields"),
    [
        ({"kind": "EXE"}, UnknownCode, ("kind",)),
        ({"scanned": "PERHAPS"}, UnknownCode, ("scanned",)),
        ({"collected_on": TODAY + timedelta(days=1)}, FutureDate, ("collected_on",)),
        ({"file_name": Secret(" ")}, EmptyText, ("file_name",)),
        ({"fingerprint": Secret("")}, EmptyText, ("fingerprint",)),
    ],
)
def test_a_wrong_input_is_refused_by_its_name(
    wrong: dict[str, Any], because: type[Any], fields: tuple[str, ...]
) -> None:
    Given(with_item()).refuses(partial(_store, FILE | wrong), because, *fields)


@pytest.mark.parametrize(("name", "field"), [("file_kinds", "kind"), ("scan_results", "scanned")])
def test_a_file_is_of_what_was_in_use_on_the_day_it_is_handed_in_whenever_it_was_collected(
    name: str, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    yesterday = TODAY - timedelta(days=1)
    known = vocabulary._BY_CODE[name]
    given = {**FILE, "collected_on": yesterday}

    monkeypatch.setitem(known, FILE[field], replace(known[FILE[field]], active_to=yesterday))
    Given(with_item()).refuses(partial(_store, given), UnknownCode, field)
    monkeypatch.setitem(known, FILE[field], replace(known[FILE[field]], active_from=TODAY, active_to=TODAY))
    assert stored(with_item(), **given).files


def test_a_file_is_taken_up_once_and_a_case_takes_so_many() -> None:
    incident = stored(with_item())
    Given(incident).refuses(partial(_store, FILE), IdentityTaken, "file_id")
    Given(incident).refuses(partial(_store, FILE | {"file_id": named("next"), "most_files": 1}), TooManyFiles)

    # What was removed makes room.
    incident.remove_file(file_id=named("file"))
    assert len(stored(incident, file_id=named("next"), most_files=1).files) == 2


def _look(case: Any) -> None:
    case.view_file(file_id=named("file"))


def _take_out(case: Any) -> None:
    case.export_file(file_id=named("file"))


@pytest.mark.parametrize("decide", [_look, _take_out])
def test_what_is_not_there_or_gone_is_neither_looked_at_nor_taken_out(decide: Any) -> None:
    incident = with_item()
    Given(incident).refuses(decide, UnknownFile, "file_id")

    stored(incident).remove_file(file_id=named("file"))
    Given(incident).refuses(decide, FileGone, "file_id")


def test_a_view_is_for_one_of_the_purposes_that_there_are() -> None:
    incident = stored(with_item())
    Given(incident).refuses(
        lambda one: one.view_file(file_id=named("file"), purpose="NOSINESS"), UnknownCode, "purpose"
    )


def test_who_collected_a_file_has_had_to_do_with_the_case() -> None:
    assert named("teacher") in involved_in(stored(reported(), collected_by=named("teacher")))


def test_a_file_of_a_kind_that_was_named_since_is_still_read() -> None:
    incident = with_item()
    incident._file_stored(  # as an event that a later release wrote
        **{name: value for name, value in FILE.items() if name not in ("today", "no_indecent_image_of_child")}
        | {"kind": "HOLOGRAM", "evidence_id": None, "about": None, "collected_on": None, "collected_by": None}
        | {"stored_by": None}
    )
    kept: Incident = recorded(incident)

    assert kept.files[named("file")].media_type == "application/octet-stream"
