"""The check of what needs the later formats: a key that changed, a restore, single erasures, periods and archives.

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
from uuid import UUID

import pytest

from ledger import verify
from ledger.bundle import Bundle, BundledEvent, ClosedPart, OpenedPart
from ledger.bundle_parsing import parse
from ledger.checkpoint import VerifierKey
from ledger.period import Period
from tests.ledger.declared_ledger import CHANGED, EPOCH, FIRST_NOTE, PICTURE, SCAN, SIZE, archive_of, declared_year
from tests.ledger.test_vectors import second_program

LEDGER = declared_year()
CASE = LEDGER.case()
WHOLE, MIDDLE, NONE = LEDGER.period(1, SIZE), LEDGER.period(3, 8), LEDGER.period(9, 8)
KEY = LEDGER.signer.verifier_key
FORMER = LEDGER.former.verifier_key
ARCHIVE = archive_of(LEDGER, CASE.encode(), [("picture", PICTURE), ("scan", SCAN)])
GENUINE: dict[str, Bundle | Period] = {
    "case": CASE,
    "whole period": WHOLE,
    "period within": MIDDLE,
    "period without events": NONE,
}


def said(content: bytes, key: VerifierKey | None = FORMER, known: str | None = None) -> str:
    """What the check says of a bundle or an archive: that it holds, or what is wrong first."""
    if content.startswith(b"PK"):
        report = verify.verify_archive(io.BytesIO(content), public_key=key, known_checkpoint=known)
    else:
        report = verify.verify(content, public_key=key, known_checkpoint=known)
    return "holds" if report.first_failure is None else f"{report.first_failure.check}: {report.first_failure}"


# --- what is genuine


@pytest.mark.parametrize("name", GENUINE)
def test_what_is_genuine_holds_for_whoever_knows_either_key_under_either_name(name: str) -> None:
    extract = GENUINE[name]
    names = [LEDGER.named(epoch, former=former).verifier_key for epoch in (1, 2) for former in (True, False)]

    assert parse(extract.encode()) == extract
    assert extract.format == ("caseledger-bundle/3" if name == "case" else "caseledger-period/1")
    assert [said(extract.encode(), key) for key in [*names, None]] == ["holds"] * 5


@pytest.mark.parametrize(("size", "key"), [(FIRST_NOTE, FORMER), (CHANGED, FORMER), (EPOCH, KEY), (SIZE, KEY)])
def test_a_checkpoint_kept_from_any_time_is_continued(size: int, key: VerifierKey) -> None:
    assert said(CASE.encode(), key, LEDGER.note(size)) == "holds"


LOST = LEDGER.note(10)
# Who runs the system proves that it continues all the same what it declares to have lost.
CONTRADICTING = LEDGER.case(consistency=[LEDGER.consistency(one) for one in (CHANGED, 10)])


@pytest.mark.parametrize("case", [CASE, CONTRADICTING], ids=["not continued", "continued all the same"])
def test_what_a_restore_lost_is_said_by_the_event_that_declares_it(case: Bundle) -> None:
    assert said(case.encode(), FORMER, LOST) == (
        "earlier checkpoints: known checkpoint: of size 10 is of epoch 1, which a restore ended: by event 11 the trust"
        " declares (RESTORED) that the ledger reached position 12 and is known to be the same up to 9 alone; what stood"
        " after that is lost, or stands elsewhere. Compare with a checkpoint of at most that size"
    )


def test_the_report_says_what_is_open_erased_and_withheld_and_what_became_of_each_file() -> None:
    report = verify.verify_archive(io.BytesIO(ARCHIVE), public_key=FORMER)

    assert report.ok, report.first_failure
    assert [one.found for one in report.checks] == [
        "bundle.json and 2 file(s), written in the one way there is",
        "canonical JSON of the form caseledger-bundle/3",
        f"another than the one that was given, to be followed from it: {KEY.text}",
        f"signed by {KEY.name} over 16 events",
        "1 key(s) followed; the ledger is in epoch 2",
        "3 earlier size(s) continued; no known checkpoint was given",
        "versions 1 to 10 without a gap, each bound to the one before",
        "1 key(s) destroyed, 1 single part(s) erased",
        "all 14 event(s) stand in the ledger at their positions",
        "version 10 is the last of the case at this checkpoint",
        "6 open, 3 erased, 0 withheld",
        "2 as handed in, 1 removed, 1 erased",
    ]
    assert {file.file_id: file.state for file in report.files} == FILES


FILES: dict[UUID, str] = {
    LEDGER.uuid("picture"): "KEPT",
    LEDGER.uuid("scan"): "KEPT",
    LEDGER.uuid("letter"): "ERASED",
    LEDGER.uuid("copy"): "REMOVED",
}


# --- what is altered


@dataclass(frozen=True)
class Altered:
    """What was done, to which file, with which key known, and what the check says."""

    done: str
    content: bytes
    says: str
    key: VerifierKey = FORMER


def changed(extract: Bundle | Period, **members: Any) -> bytes:
    return dataclasses.replace(extract, **members).encode()


def with_part(version: int, part: ClosedPart | OpenedPart) -> bytes:
    events = list(CASE.shown)
    parts = tuple(part if one.part == part.part else one for one in events[version - 1].parts)
    events[version - 1] = events[version - 1]._replace(parts=parts)
    return changed(CASE, events=tuple(events))


def edited(event: BundledEvent, old: bytes, new: bytes) -> BundledEvent:
    """The event with another body, its leaf made to fit."""
    assert old in event.body
    return BundledEvent.recorded(event.position, event.recorded_at, event.body.replace(old, new), event.parts)


OPENED_EVENT, CHANGED_EVENT, EPOCH_EVENT = CASE.declarations
STRANGER = LEDGER.bytes_of("stranger", 32).hex().encode()
_NO_PROOF = "declarations: handovers: none of the key before shows that it knew of its successor "

ALTERED = (
    Altered(
        "leaves out the declarations", changed(CASE, declarations=()), "public key: public_key: is not the key that"
    ),
    Altered(
        "leaves out the last declaration",
        changed(CASE, declarations=CASE.declarations[:2]),
        "declarations: declarations: do not begin epoch 2, which the checkpoint names",
    ),
    Altered(
        "leaves out a declaration between",
        changed(CASE, declarations=(OPENED_EVENT, EPOCH_EVENT)),
        "declarations: declaration 2 (position 11): does not follow from the declaration before",
    ),
    Altered(
        "puts an event of another stream among the declarations",
        changed(CASE, declarations=(CASE.shown[0], *CASE.declarations)),
        "declarations: declaration 1 (position 2): is not of the stream in which a trust declares",
    ),
    Altered(
        "alters a declaration and its leaf",
        changed(
            CASE,
            declarations=(OPENED_EVENT, CHANGED_EVENT, edited(EPOCH_EVENT, b'"lost_through":12', b'"lost_through":10')),
        ),
        "inclusion: inclusion: events, positions and times do not lead to the root",
    ),
    Altered(
        "has another key named as the one that followed",
        changed(
            CASE,
            declarations=(
                OPENED_EVENT,
                edited(CHANGED_EVENT, KEY.public.hex().encode(), STRANGER),
                EPOCH_EVENT,
            ),
        ),
        "declarations: declaration 3 (position 11): does not follow from the declaration before",
    ),
    Altered("leaves out the handover", changed(CASE, handovers=()), _NO_PROOF),
    Altered(
        "hands over by the key that takes over",
        changed(CASE, handovers=(LEDGER.note(CHANGED, LEDGER.named(1)),)),
        _NO_PROOF,
    ),
    Altered(
        "hands over before the declaration",
        changed(CASE, handovers=(LEDGER.handover(FIRST_NOTE),)),
        _NO_PROOF,
    ),
    Altered(
        "hands over by a ledger that is not continued",
        changed(CASE, handovers=(LEDGER.handover(7),)),
        _NO_PROOF,
    ),
    Altered(
        "gives a stranger's key",
        CASE.encode(),
        "declarations: public_key: is not the key that was given, nor followed from it",
        VerifierKey(FORMER.name, bytes.fromhex(STRANGER.decode())),
    ),
    Altered(
        "calls the checkpoint one of the first epoch",
        changed(CASE, checkpoint=LEDGER.note(SIZE, LEDGER.named(1)), public_key=LEDGER.named(1).verifier_key.text),
        "declarations: declarations: do not begin epoch 1, which the checkpoint names",
    ),
    Altered(
        "calls an erased part withheld",
        with_part(2, ClosedPart("handle", "WITHHELD")),
        "sealed parts: event 2 (position 3), part handle: is called withheld, but it was destroyed at position 9",
    ),
    Altered(
        "calls another part of the same event erased",
        with_part(2, ClosedPart("url", "ERASED")),
        "sealed parts: event 2 (position 3), part url: is called erased, but no event proves that",
    ),
    Altered(
        "calls a part of the same name erased in another event",
        with_part(1, ClosedPart("handle", "ERASED")),
        "sealed parts: event 1 (position 2), part handle: is called erased, but no event proves that",
    ),
    Altered(
        "leaves out who destroyed a key",
        changed(CASE, erasures=()),
        "inclusion: inclusion: events, positions and times do not lead to the root",
    ),
    Altered(
        "calls the file of an older form",
        CASE.encode().replace(b"caseledger-bundle/3", b"caseledger-bundle/2"),
        "file: bundle: must have exactly the members",
    ),
    # Of a period.
    Altered(
        "leaves out the first event of a period",
        changed(MIDDLE, events=MIDDLE.events[1:]),
        "events: position 4: stands where position 3 must stand",
    ),
    Altered(
        "leaves out the last event of a period",
        changed(MIDDLE, events=MIDDLE.events[:-1]),
        "inclusion: inclusion: events, positions and times do not lead to the root",
    ),
    Altered(
        "moves the beginning of a period past its first event",
        changed(MIDDLE, since=LEDGER.instant(4)),
        "events: position 3: was not recorded in the period",
    ),
    Altered(
        "widens a period at its end",
        changed(MIDDLE, until=LEDGER.instant(10)),
        "completeness: after: says that the event after was recorded in the period, too",
    ),
    Altered(
        "widens a period at its beginning",
        changed(MIDDLE, since=LEDGER.instant(2)),
        "completeness: before: says that the event before was recorded in the period, too",
    ),
    Altered(
        "leaves out what stands before a period",
        changed(MIDDLE, before=""),
        "completeness: before: must be there exactly if the first event is not the first of the ledger",
    ),
    Altered(
        "leaves out what stands after a period",
        changed(MIDDLE, after=""),
        "completeness: after: must be there exactly if the last event is not the last of the ledger",
    ),
    Altered(
        "has the former key sign what stands before a period",
        changed(MIDDLE, before=LEDGER.note(2)),
        "completeness: before: note is not signed with this public key",
    ),
    Altered(
        "leaves out that what stands after a period is continued",
        changed(MIDDLE, consistency=MIDDLE.consistency[:-1]),
        "completeness: after: is not continued by the checkpoint",
    ),
    Altered(
        "says that nothing happened in a period",
        changed(LEDGER.period(3, 2), until=LEDGER.instant(9), after=MIDDLE.after, consistency=MIDDLE.consistency),
        "completeness: after: must be the trust's checkpoint of size 3",
    ),
    # Of an archive.
    Altered(
        "takes a file out of an archive",
        archive_of(LEDGER, CASE.encode(), [("picture", PICTURE)]),
        f"files: files/{LEDGER.uuid('scan')}: is missing: it was handed in at position 8",
    ),
    Altered(
        "puts a file into an archive",
        archive_of(LEDGER, CASE.encode(), [("picture", PICTURE), ("scan", SCAN), ("other", b"x")]),
        f"files: files/{LEDGER.uuid('other')}: was added: no event that is shown says that it was handed in",
    ),
    Altered(
        "puts back a file that was removed",
        archive_of(LEDGER, CASE.encode(), [("picture", PICTURE), ("scan", SCAN), ("copy", b"a copy")]),
        f"files: files/{LEDGER.uuid('copy')}: was added: position 14 says that it was removed",
    ),
    Altered(
        "puts back a file that was erased",
        archive_of(LEDGER, CASE.encode(), [("picture", PICTURE), ("scan", SCAN), ("letter", b"a letter")]),
        f"files: files/{LEDGER.uuid('letter')}: was added: its fingerprint is erased",
    ),
    Altered(
        "puts two files in each other's place",
        archive_of(LEDGER, CASE.encode(), [("picture", SCAN), ("scan", PICTURE)]),
        f"files: files/{LEDGER.uuid('picture')}: holds the bytes of files/{LEDGER.uuid('scan')}",
    ),
    Altered(
        "changes a byte of a file in an archive",
        archive_of(LEDGER, CASE.encode(), [("picture", PICTURE.replace(b"a", b"A", 1)), ("scan", SCAN)]),
        f"files: files/{LEDGER.uuid('picture')}: was changed: its bytes are not those",
    ),
    Altered(
        "puts the bundle of a period into an archive",
        archive_of(LEDGER, WHOLE.encode(), []),
        f"files: files/{LEDGER.uuid('picture')}: is missing: it was handed in at position 7",
    ),
    Altered(
        "writes something behind the end of an archive", ARCHIVE + b"\0", "archive: archive: does not end with the"
    ),
)


@pytest.mark.parametrize("altered", ALTERED, ids=lambda one: one.done)
def test_what_was_altered_is_named(altered: Altered) -> None:
    assert said(altered.content, altered.key).startswith(altered.says)


# --- no bit of any of them


def _flipped(content: bytes, bit: int) -> bytes:
    altered = bytearray(content)
    altered[bit // 8] ^= 1 << bit % 8
    return bytes(altered)


@pytest.mark.parametrize(
    ("name", "step"),
    [("case", 1), ("whole period", 5), ("period within", 1), ("period without events", 3), ("archive", 1)],
)
def test_a_flipped_bit_in_any_byte_is_found_and_named(name: str, step: int) -> None:
    content = ARCHIVE if name == "archive" else GENUINE[name].encode()
    chance = random.Random(name)
    for byte in range(0, len(content), step):
        altered = _flipped(content, byte * 8 + chance.randrange(8))
        flipped = said(altered)

        if flipped == "holds":
            assert _tells_of_another_period_truly(altered), f"byte {byte} of the {name} was altered unseen"
        else:
            assert flipped.count(": ") >= 2


def _tells_of_another_period_truly(content: bytes) -> bool:
    """Whether a file has other bounds, at which the next events lie outside as well, and is else what it was."""
    period = parse(content)
    if not isinstance(period, Period):
        return False
    lying_in = [one.position for one in LEDGER.recorded if period.since <= one.recorded_at < period.until]
    return lying_in == [one.position for one in period.events] and any(
        dataclasses.replace(period, since=one.since, until=one.until) == one for one in (WHOLE, MIDDLE, NONE)
    )


def test_a_second_program_finds_the_same_wrong_in_what_was_altered_by_chance(tmp_path: Path) -> None:
    chance = random.Random(16)
    vectors: list[dict[str, Any]] = []
    for name, content in [*((one, extract.encode()) for one, extract in GENUINE.items()), ("archive", ARCHIVE)]:
        for bit in chance.sample(range(len(content) * 8), 150):
            altered = _flipped(content, bit)
            check = said(altered).partition(":")[0]
            is_archive = name == "archive"
            text = {"hex": altered.hex()} if is_archive else {"text": altered.decode(errors="replace")}
            if check == "holds" or not (is_archive or text["text"].encode() == altered):
                continue
            kind = "forged archive" if is_archive else "forged bundle"
            given = {"public_key": FORMER.text, "known_checkpoint": None, "check": check, "name": f"{name}, bit {bit}"}
            vectors.append({"kind": kind, **text, **given})

    code, counts, errors = second_program(vectors, tmp_path)

    assert (code, errors) == (0, "")
    assert sum(json.loads(counts).values()) > 500


@pytest.mark.parametrize("name", [*GENUINE, "archive"])
def test_what_is_cut_or_lengthened_anywhere_is_found(name: str) -> None:
    content = ARCHIVE if name == "archive" else GENUINE[name].encode()
    for end in range(0, len(content), 23):
        assert said(content[:end]) != "holds"
    for more in (b"\n", b"\0", b"PK", b"{}"):
        assert said(content + more) != "holds"
        assert said(more + content) != "holds"


def test_the_command_takes_an_archive_and_says_what_became_of_each_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "case.zip"
    file.write_bytes(ARCHIVE)

    assert verify.main([str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith(("ok    files", "file "))] == [
        "ok    files: 2 as handed in, 1 removed, 1 erased",
        f"file  {LEDGER.uuid('picture')}: as it was handed in",
        f"file  {LEDGER.uuid('scan')}: as it was handed in",
        f"file  {LEDGER.uuid('letter')}: was erased with the person or the case, as an event proves",
        f"file  {LEDGER.uuid('copy')}: was removed, as an event says",
    ]
    assert {
        line.partition(" ")[0] for line in lines[lines.index("ok    files: 2 as handed in, 1 removed, 1 erased") :]
    } == {
        *("ok", "file", "erased", "The"),
    }

    file.write_bytes(ARCHIVE[:-5])
    assert verify.main([str(file)]) == 1
    assert capsys.readouterr().out.splitlines()[0].startswith("WRONG archive: ")
