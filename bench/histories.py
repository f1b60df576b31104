"""Incident histories for benchmarks, all of them decided by the incidents themselves and recorded by the services."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import cycle, islice
from pathlib import Path
from uuid import UUID, uuid4, uuid5

from bench.ground import SCHOOLS, trust_lead
from domain.incident import Incident
from domain.items import Classification
from domain.sealed import Secret
from services.commands import Services
from services.log_import import ImportReport, Progress, import_log
from services.store import CommandContext, TrustLedger, Work

COLUMNS = [
    "reference",
    "school_urn",
    "discovered_on",
    "posted_on",
    "recorded_on",
    "platform",
    "url",
    "poster_role",
    "poster_name",
    "classifications",
    "protected_characteristics",
    "narrative",
    "evidence_note",
    "removal",
    "outcome",
    "closed_on",
    "status",
    "duplicate_of",
]
_NATURES = ("ALLEGATION", "COMPLAINT", "DEFAMATORY_STATEMENT", "NEGATIVE_COMMENT", "RACIST_COMMENT", "UNDERAGE_USE")
_TARGETS = ("SCHOOL", "STAFF", "PUPIL", "PARENT")
_PLATFORMS = ("FACEBOOK", "INSTAGRAM", "WHATSAPP", "TIKTOK", "SCHOOL_FORUM")
_POSTERS = ("PARENT", "PUPIL", "FORMER_PUPIL", "UNKNOWN")
_NAMES = ("A. Marsh", "B. Fell", "C. Holm", "D. Tarn", "")
_WORDS = [
    "post",
    "names",
    "a",
    "teacher",
    "and",
    "says",
    "what",
    "was",
    "said",
    "in",
    "the",
    "corridor",
    "after",
    "the",
    "assembly",
    "on",
    "that",
    "day",
]
_FIRST_DAY = date(2024, 9, 2)
_DAYS = 640
TODAY = date(2026, 11, 20)


def write_log(path: Path, rows: int, *, all_open: bool = False) -> None:
    """Write a good log of so many rows, the same each time: one to three rows a case, one case in forty a duplicate.

    With `all_open` every case is open and none is a duplicate, so that it can be carried on.
    """
    chance = random.Random(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        for row in islice(_rows(chance, all_open=all_open), rows):
            writer.writerow(row)


def _rows(chance: random.Random, *, all_open: bool) -> Iterator[dict[str, str]]:
    urns = list(SCHOOLS)
    originals: dict[str, str] = {}
    number = 0
    while True:
        number += 1
        urn = chance.choice(urns)
        opened_on = _FIRST_DAY + timedelta(days=chance.randrange(_DAYS))
        case = {"reference": f"LOG-{number:06d}", "school_urn": urn, "status": "OPEN"}
        fate = 1.0 if all_open else chance.random()
        if fate < 0.025 and urn in originals:
            case |= {"status": "DUPLICATE", "duplicate_of": originals[urn]}
        elif fate < 0.04:
            case |= {"status": "NOT_REPORTABLE"}
        else:
            originals[urn] = case["reference"]
            if fate < 0.8:
                closed_on = opened_on + timedelta(days=chance.randrange(40))
                case |= {"status": "CLOSED", "outcome": "WARNING_ISSUED", "closed_on": closed_on.isoformat()}
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            yield case | _item(chance, opened_on)


def _item(chance: random.Random, discovered_on: date) -> dict[str, str]:
    return {
        "discovered_on": discovered_on.isoformat(),
        "posted_on": (discovered_on - timedelta(days=chance.randrange(9))).isoformat(),
        "recorded_on": (discovered_on + timedelta(days=chance.randrange(3))).isoformat(),
        "platform": chance.choice(_PLATFORMS),
        "url": f"https://social.example/{chance.randrange(16**8):08x}" if chance.random() < 0.6 else "",
        "poster_role": chance.choice(_POSTERS),
        "poster_name": chance.choice(_NAMES),
        "classifications": "; ".join(
            f"{nature}:{chance.choice(_TARGETS)}" for nature in chance.sample(_NATURES, chance.choice((0, 1, 1, 2)))
        ),
        "narrative": " ".join(chance.choices(_WORDS, k=chance.randrange(4, 20))),
        "evidence_note": "screenshot in the folder" if chance.random() < 0.5 else "",
        "removal": chance.choice(("", "", "REQUESTED", "REMOVED", "REFUSED")) if chance.random() < 0.5 else "",
    }


def import_file(
    services: Services,
    path: Path,
    *,
    project: Callable[[int], None] = lambda _position: None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a log as the trust's lead; every row of it must go in."""
    caller = trust_lead(services.ledger.trust_id)
    with path.open("rb") as file:
        report = import_log(services, caller, file, schools=list(SCHOOLS), project=project, progress=progress)
    if report.bad_lines or report.changed_lines:
        raise RuntimeError(f"the generated log is not good: {(report.bad_lines + report.changed_lines)[:3]}")
    return report


def context() -> CommandContext:
    """The envelope of one more command."""
    return CommandContext(uuid4(), uuid4(), "trust-lead", bytes(32))


def open_cases(ledger: TrustLedger, count: int) -> list[UUID]:
    """Open so many incidents, each with a sealed summary and an item, in one append; returns their ids."""
    cases = [_opened(urn) for urn in islice(cycle(SCHOOLS), count)]
    ledger.append([Work(context(), (case,)) for case in cases])
    return [case.id for case in cases]


def _opened(urn: str) -> Incident:
    case = Incident.report(
        case_id=uuid4(),
        reference=f"INC-2026-{uuid4().hex[:6]}",
        school_urn=urn,
        opened_on=date(2026, 9, 14),
        today=TODAY,
        summary=Secret("A post about the school was shown to a teacher."),
    )
    _record_item(case)
    return case


def _record_item(case: Incident) -> None:
    case.record_item(
        item_id=uuid4(),
        platform="FACEBOOK",
        poster_role="PARENT",
        discovered_on=date(2026, 9, 14),
        today=TODAY,
        classifications=(Classification("ALLEGATION", "STAFF"),),
        narrative=Secret("The post says that marking was unfair, and names a teacher."),
        url=Secret("https://social.example/post/1"),
    )


def _assign(case: Incident) -> None:
    case.assign(owner=uuid5(case.id, "owner"))
    case.report_to_headteacher(reported_on=case.opened_on, today=TODAY)


def _reclassify(case: Incident) -> None:
    item = next(iter(case.items.values()))
    if item.classifications:
        case.reclassify_item(
            item_id=item.item_id,
            classifications=(Classification("NEGATIVE_COMMENT", "STAFF"),),
            reason=Secret("It states no fact."),
        )
    else:
        case.classify_item(item_id=item.item_id, classifications=(Classification("COMPLAINT", "SCHOOL"),))


def _meet(case: Incident) -> None:
    case.hold_meeting(
        mode=MEETING_MODE, held_on=case.opened_on, attended=True, today=TODAY, notes=Secret("What was agreed.")
    )


def _add_words(case: Incident) -> None:
    case.add_addendum(text=Secret("The parent rang the office about it."))


def _note_evidence(case: Incident) -> None:
    case.note_evidence(evidence_id=uuid4(), kind="OTHER", today=TODAY, description=Secret("printed page"))


def _close(case: Incident) -> None:
    case.close(outcome="WARNING_ISSUED", closed_on=case.opened_on, today=TODAY)


MEETING_MODE = "IN_PERSON"
STEPS: tuple[Callable[[Incident], None], ...] = (_assign, _reclassify, _meet, _add_words, _note_evidence, _close)


def carry_on(ledger: TrustLedger, case_ids: Sequence[UUID], *, at_once: int = 100) -> None:
    """Take every step with every case: one step with all of them before the next, as a trust works on many at once."""
    for step in STEPS:
        for first in range(0, len(case_ids), at_once):
            cases = list(ledger.load_many(case_ids[first : first + at_once]).values())
            for case in cases:
                step(case)
            ledger.append([Work(context(), (case,)) for case in cases])


def lengthen(ledger: TrustLedger, case_id: UUID, events: int) -> None:
    """Carry a case on until its history has so many events."""
    case = ledger.load(case_id)
    assert isinstance(case, Incident)
    steps = cycle((_add_words, _note_evidence, _meet, _record_item))
    while case.version < events:
        next(steps)(case)
    ledger.append([Work(context(), (case,))])
