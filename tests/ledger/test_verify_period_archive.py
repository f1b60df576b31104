"""The check of the archive of a period: files of several cases, one of them removed after the period, one erased.

What is altered here, and what is said of it, stands among the published test vectors as well.
"""

from __future__ import annotations

import dataclasses
import io
import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ledger import verify
from ledger.bundle import BundledEvent, indices
from ledger.period import Period
from tests.ledger.declared_ledger import PICTURE, SCAN, archive_of, files_of_two_cases
from tests.ledger.test_vectors import second_program

LEDGER = files_of_two_cases()
PERIOD = LEDGER.period(7, 12)
KEY = LEDGER.former.verifier_key
REMOVED, REMOVED_ELSEWHERE, ERASED = LEDGER.recorded[12:15]
LETTER = b"a letter"
HELD = [("picture", PICTURE), ("scan", SCAN), ("letter", LETTER)]
ARCHIVE = archive_of(LEDGER, PERIOD.encode(), HELD)


def report_of(content: bytes) -> verify.Report:
    return verify.verify_archive(io.BytesIO(content), public_key=KEY)


def said(content: bytes) -> str:
    """What the check says of an archive: that it holds, or what is wrong first."""
    failure = report_of(content).first_failure
    return "holds" if failure is None else f"{failure.check}: {failure}"


def named(what: str) -> str:
    return f"files/{LEDGER.uuid(what)}"


def proving(*erasures: BundledEvent) -> Period:
    """The period with other erasures, and the proof of the places made to fit."""
    places = indices((*PERIOD.events, *erasures, *PERIOD.declarations))
    return dataclasses.replace(PERIOD, erasures=erasures, inclusion=tuple(LEDGER.prover()(places)))


def test_it_holds_the_files_handed_in_within_it_and_says_what_became_of_the_others_since() -> None:
    report = report_of(ARCHIVE)

    assert report.ok, report.first_failure
    assert [event.position for event in PERIOD.erasures] == [13, 15]
    assert [one.found for one in report.checks if one.name in ("archive", "file", "erasures", "files")] == [
        "bundle.json and 3 file(s), written in the one way there is",
        "canonical JSON of the form caseledger-period/1",
        "1 key(s) destroyed",
        "3 as handed in, 1 removed, 1 erased",
    ]
    assert [(one.file_id, one.stream, one.state, one.ended_at) for one in report.files] == [
        (LEDGER.uuid("picture"), LEDGER.uuid("case"), "KEPT", None),
        (LEDGER.uuid("scan"), LEDGER.uuid("other"), "KEPT", None),
        (LEDGER.uuid("copy"), LEDGER.uuid("other"), "REMOVED", 13),
        (LEDGER.uuid("note"), LEDGER.uuid("case"), "ERASED", None),
        (LEDGER.uuid("letter"), LEDGER.uuid("case"), "KEPT", None),
    ]


@pytest.mark.parametrize(
    ("first", "last", "files"),
    [
        (1, 6, []),
        (8, 8, [("scan", SCAN)]),
        (9, 9, []),
        (9, 14, [("letter", LETTER)]),
        (13, 16, []),
        (1, 16, HELD),
    ],
)
def test_any_period_has_the_files_that_were_handed_in_within_it(
    first: int, last: int, files: list[tuple[str, bytes]]
) -> None:
    assert said(archive_of(LEDGER, LEDGER.period(first, last).encode(), files)) == "holds"


@dataclass(frozen=True)
class Altered:
    """What was done to the archive, and what the check says of it."""

    done: str
    content: bytes
    says: str


def holding(*files: tuple[str, bytes], period: Period = PERIOD) -> bytes:
    return archive_of(LEDGER, period.encode(), files)


_MISSING = "is missing: it was handed in at position {}, and no event says that it was removed"

ALTERED = (
    Altered(
        "takes a file out of the archive of a period",
        holding(*HELD[:2]),
        f"files: {named('letter')}: {_MISSING.format(12)}",
    ),
    Altered(
        "puts a file that was handed in before into the archive of a period",
        archive_of(LEDGER, LEDGER.period(8, 8).encode(), HELD[:2]),
        f"files: {named('picture')}: was added: no event that is shown says that it was handed in",
    ),
    Altered(
        "changes a byte of a file of a period",
        holding(("picture", PICTURE.replace(b"a", b"A", 1)), *HELD[1:]),
        f"files: {named('picture')}: was changed: its bytes are not those that were handed in at position 7",
    ),
    Altered(
        "cuts the end of a file of a period off",
        holding(("picture", PICTURE[:-1]), *HELD[1:]),
        f"files: {named('picture')}: has 89 bytes, and 90 were handed in at position 7",
    ),
    Altered(
        "puts the files of two cases in each other's place",
        holding(("picture", SCAN), ("scan", PICTURE), HELD[2]),
        f"files: {named('picture')}: holds the bytes of {named('scan')}, which is of another case",
    ),
    Altered(
        "puts two files of one case in each other's place",
        holding(("picture", LETTER), HELD[1], ("letter", PICTURE)),
        f"files: {named('picture')}: holds the bytes of {named('letter')}",
    ),
    Altered(
        "puts back a file that was removed after the period",
        holding(*HELD, ("copy", b"a copy")),
        f"files: {named('copy')}: was added: position 13 says that it was removed, so that nothing shows what it must"
        " be",
    ),
    Altered(
        "puts back a file that was erased after the period",
        holding(*HELD, ("note", b"a note")),
        f"files: {named('note')}: was added: its fingerprint is erased, so that nothing shows what it must be",
    ),
    Altered(
        "leaves out that a file was removed after the period",
        holding(*HELD, period=dataclasses.replace(PERIOD, erasures=(ERASED,))),
        "inclusion: inclusion: events, positions and times do not lead to the root of the checkpoint",
    ),
    Altered(
        "leaves out that a file was removed after the period, and has the proof fit",
        holding(*HELD, period=proving(ERASED)),
        f"files: {named('copy')}: {_MISSING.format(9)}",
    ),
    Altered(
        "takes a file out by an event of another case that names it",
        holding(*HELD[:2], period=proving(REMOVED, REMOVED_ELSEWHERE, ERASED)),
        f"files: {named('letter')}: {_MISSING.format(12)}",
    ),
    Altered(
        "has an event that removes nothing among what was erased",
        holding(*HELD, period=proving(REMOVED, ERASED, LEDGER.recorded[15])),
        "erasures: erasure 3 (position 16): does not record the destruction of a key",
    ),
    Altered(
        "writes something behind the end of the archive of a period",
        ARCHIVE + b"\0",
        "archive: archive: does not end with the list of what it holds, written in the one way there is",
    ),
    Altered(
        "cuts the archive of a period off",
        ARCHIVE[:-40],
        "archive: archive: does not end with the list of what it holds, written in the one way there is",
    ),
)


@pytest.mark.parametrize("altered", ALTERED, ids=lambda one: one.done)
def test_what_was_altered_is_named(altered: Altered) -> None:
    assert said(altered.content) == altered.says


def test_the_bundle_of_a_case_has_removals_among_its_events_alone() -> None:
    places = indices((*LEDGER.events_of("case"), *LEDGER.declared(), REMOVED))
    case = LEDGER.case(erasures=[REMOVED], prove=lambda _: LEDGER.prover()(places))

    failure = verify.verify(case.encode(), public_key=KEY).first_failure

    assert str(failure) == "erasure 1 (position 13): does not record the destruction of a key"


def test_a_flipped_bit_in_any_byte_is_found_and_named() -> None:
    chance = random.Random("archive of a period")
    for byte in range(len(ARCHIVE)):
        altered = bytearray(ARCHIVE)
        altered[byte] ^= 1 << chance.randrange(8)

        assert said(bytes(altered)).count(": ") >= 2, f"byte {byte} was altered unseen"


def test_what_is_cut_anywhere_does_not_hold() -> None:
    for end in range(0, len(ARCHIVE), 23):
        assert said(ARCHIVE[:end]).startswith("archive: ")


def test_a_second_program_finds_the_same(tmp_path: Path) -> None:
    given: dict[str, Any] = {"public_key": KEY.text, "known_checkpoint": None}
    files = {str(one.file_id): one.state for one in report_of(ARCHIVE).files}
    vectors = [{"kind": "archive", "name": "genuine", "hex": ARCHIVE.hex(), "files": files, **given}]
    for altered in ALTERED:
        check = altered.says.partition(":")[0]
        vectors.append(
            {"kind": "forged archive", "name": altered.done, "hex": altered.content.hex(), "check": check, **given}
        )

    code, counts, errors = second_program(vectors, tmp_path)

    assert (code, errors) == (0, "")
    assert json.loads(counts) == {"archive": 1, "forged archive": len(ALTERED)}
