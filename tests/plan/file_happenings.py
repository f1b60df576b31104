"""Files of cases of every kind: handed in, given out, taken out, removed; one is about somebody, one is evidence."""

from __future__ import annotations

from typing import Any

from domain.case import Case
from domain.sealed import Secret
from tests.plan.world import NOW, World


def hand_in(world: World, *names: str) -> None:
    """Have files handed in to some cases, and most of what can happen to them happen."""
    for name in names:
        case: Any = world.ledger.load(world.cases[name])
        assert isinstance(case, Case)
        _files(world, case)
        world.record(case)


def _files(world: World, case: Any) -> None:
    noted = next(iter(getattr(case, "evidence", {})), None)
    first, second = world.fresh_id(), world.fresh_id()
    given: dict[str, Any] = {
        "scanned": "SCANNED_CLEAN",
        "no_indecent_image_of_child": True,
        "today": NOW.date(),
        "collected_on": NOW.date(),
        "collected_by": world.named("taker"),
        "by": world.named("clerk"),
    }
    pupil = world.named("pupil")
    case.store_file(
        file_id=first,
        kind="PDF",
        byte_length=70_001,
        file_name=Secret(world.words(), pupil),
        fingerprint=Secret(world.words(), pupil),
        about=pupil,
        evidence_id=noted,
        **given,
    )
    case.store_file(
        file_id=second,
        kind="TXT",
        byte_length=1,
        file_name=Secret(world.words()),
        fingerprint=Secret(world.words()),
        **given,
    )
    for purpose in (None, "LEGAL", None):
        case.view_file(file_id=first, purpose=purpose, by=world.named("chair"))
    case.view_file(file_id=second, derivative=False, by=world.named("clerk"))
    case.export_file(file_id=first, by=world.named("clerk"))
    case.remove_file(file_id=first, erasure_id=world.fresh_id())
