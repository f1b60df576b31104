"""What is said of an item beside its classification, and what may therefore never be kept of it."""

from __future__ import annotations

from typing import Any

import pytest

from domain.refusals import NeverKept, UnknownCode
from domain.sealed import Secret
from tests.domain.incidents import TODAY, named, with_item
from tests.support.scenario import Given

ITEM = named("item")
TAGS: dict[str, Any] = {
    "legal_bases": ("COPYRIGHT", "DATA_PROTECTION"),
    "content_kinds": ("ABUSIVE",),
    "account": "CLAIMED_OFFICIAL",
    "capacity": "UNOFFICIAL",
    "device": "MOBILE_PHONE",
    "private_space": True,
    "in_working_day": True,
    "teacher_directed": False,
    "accidental": False,
}


@pytest.mark.obligation("S1-005", "S1-008", "S1-009", "S1-010", "S1-011", "S1-013", "S2-075", "S2-086", "S2-090")
@pytest.mark.obligation("S4-007", "S4-010", "S4-011", "S4-035", "S0-006")
def test_what_is_said_of_an_item_beside_its_classification_counts_nothing_and_can_be_said_anew() -> None:
    incident = with_item()
    incident.tag_item(item_id=ITEM, **TAGS)
    assert incident.item_tags[ITEM].legal_bases == ("COPYRIGHT", "DATA_PROTECTION")

    Given(incident).when(lambda one: one.tag_item(item_id=ITEM, **TAGS)).then()
    incident.tag_item(item_id=ITEM, device="HANDHELD")

    assert (incident.item_tags[ITEM].device, incident.item_tags[ITEM].legal_bases) == ("HANDHELD", ())


@pytest.mark.parametrize("field", ["legal_bases", "content_kinds", "account", "capacity", "device"])
def test_what_is_said_of_an_item_is_said_in_codes(field: str) -> None:
    value = ("NONSENSE",) if field in ("legal_bases", "content_kinds") else "NONSENSE"
    Given(with_item()).refuses(lambda one: one.tag_item(item_id=ITEM, **{field: value}), UnknownCode, field)


def test_sexual_imagery_of_a_child_is_described_and_never_kept() -> None:
    incident = with_item()
    incident.tag_item(item_id=ITEM, content_kinds=("SEXUAL", "CHILD_SEXUAL_IMAGERY"))
    evidence: dict[str, Any] = {"evidence_id": named("evidence"), "item_id": ITEM, "today": TODAY}
    given = Given(incident)

    given.refuses(lambda one: one.note_evidence(kind="SCREENSHOT", **evidence), NeverKept, "kind")
    given.refuses(lambda one: one.note_evidence(kind="SCREENSHOT", sha256="ab" * 32, **evidence), NeverKept, "sha256")
    given.refuses(lambda one: one.note_evidence(kind="SCREENSHOT", **evidence | {"item_id": None}), NeverKept, "kind")
    incident.note_evidence(kind="DESCRIBED_ONLY", description=Secret("what the pupil said"), **evidence)

    assert [one.kind for one in incident.evidence.values()] == ["DESCRIBED_ONLY"]


def test_what_is_described_only_has_no_file() -> None:
    Given(with_item()).refuses(
        lambda one: one.note_evidence(
            evidence_id=named("evidence"), kind="DESCRIBED_ONLY", sha256="ab" * 32, today=TODAY
        ),
        NeverKept,
        "sha256",
    )
