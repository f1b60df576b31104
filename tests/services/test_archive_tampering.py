"""What somebody can do to an archive on its way, or to the files in their store, and that each of it is found.

The table of archives in docs/auditors.md is written from `ALTERATIONS`.
"""

from __future__ import annotations

import random
from zlib import crc32

import pytest

from tests.services.archives import (
    STRANGER,
    Alteration,
    Enclosed,
    archived,
    case_with_files,
    changed,
    contents,
    found_in,
    taken_apart,
)
from tests.support.evidence import Desk
from tests.support.ledgers import Trust

_ALTERED_EVENT = (b"FACEBOOK", b"MY_SPACE")
_LIST = "archive: archive: does not end with the list of what it holds, written in the one way there is"

ALTERATIONS: tuple[Alteration[Enclosed], ...] = (
    Alteration(
        "takes a file out",
        contents(lambda held, _: [held[0], held[2]]),
        "files: files/:first: is missing: it was handed in at position :position, and no event says that it was"
        " removed",
    ),
    Alteration(
        "puts a file in",
        contents(lambda held, _: [held[0], (f"files/{STRANGER}", b"%PDF-"), *held[1:]]),
        f"files: files/{STRANGER}: was added: no event that is shown says that it was handed in",
    ),
    Alteration(
        "puts back a file that was removed",
        contents(lambda held, case: [held[0], *sorted([*held[1:], (f"files/{case.removed}", b"GIF")])]),
        "files: files/:removed: was added: position 10 says that it was removed, so that nothing shows what it must be",
    ),
    Alteration(
        "changes a byte of a file",
        contents(lambda held, _: [held[0], (held[1][0], changed(held[1][1])), held[2]]),
        "files: files/:first: was changed: its bytes are not those that were handed in at position :position",
    ),
    Alteration(
        "cuts the end of a file off",
        contents(lambda held, _: [held[0], (held[1][0], held[1][1][:-1]), held[2]]),
        "files: files/:first: has 88 bytes, and 89 were handed in at position :position",
    ),
    Alteration(
        "puts two files in each other's place",
        contents(lambda held, _: [held[0], (held[1][0], held[2][1]), (held[2][0], held[1][1])]),
        "files: files/:first: holds the bytes of files/:second",
    ),
    Alteration(
        "puts a file in twice",
        contents(lambda held, _: [*held[:2], held[1], held[2]]),
        "archive: files/:first: must not follow files/:first: files stand in the order of their ids, each once",
    ),
    Alteration(
        "calls a file by the name of a place on the reader's machine",
        contents(lambda held, _: [held[0], ("files/../../.profile", held[1][1]), held[2]]),
        "archive: what follows bundle.json: must be a file, called files/ and its id",
    ),
    Alteration(
        "alters an event of the bundle",
        contents(lambda held, _: [(held[0][0], held[0][1].replace(*_ALTERED_EVENT)), *held[1:]]),
        "events: event 2 (position 5): is altered: position, time and body do not have the leaf hash stated",
    ),
    Alteration("writes something behind the end", lambda archive, _: archive + b"\n", _LIST),
    Alteration(
        "hides something between the files and their list",
        lambda archive, _: archive.replace(b"PK\x01\x02", b"hidden" + b"PK\x01\x02", 1),
        _LIST,
    ),
    Alteration("cuts the archive off", lambda archive, _: archive[:-30], _LIST),
)


@pytest.mark.parametrize("alteration", ALTERATIONS, ids=lambda one: one.done)
def test_each_alteration_of_an_archive_is_found_and_named(
    trust: Trust, desk: Desk, alteration: Alteration[Enclosed]
) -> None:
    case = case_with_files(trust, desk)
    archive = archived(desk, trust.lead, case.case_id)
    assert found_in(trust.ledger, archive) == "holds"

    altered = alteration.made(archive, case)

    assert altered != archive
    assert found_in(trust.ledger, altered) == case.named(alteration.says)


@pytest.mark.parametrize(("at", "says"), [(0, "archive: bundle.json"), (1, "files: files/:first")])
def test_a_checksum_that_would_have_programs_call_the_archive_damaged_is_named(
    trust: Trust, desk: Desk, at: int, says: str
) -> None:
    case = case_with_files(trust, desk)
    archive = archived(desk, trust.lead, case.case_id)
    _, content = taken_apart(archive)[at]
    checksum = crc32(content).to_bytes(4, "little")

    altered = archive.replace(checksum, bytes([checksum[0] ^ 1]) + checksum[1:])

    assert found_in(trust.ledger, altered) == case.named(f"{says}: does not have the checksum that the archive states")


def test_no_bit_of_an_archive_can_be_flipped_unseen(trust: Trust, desk: Desk) -> None:
    """Of what is no bundle every bit; the bundle's own are sampled, for each is shown in tests of the bundle."""
    case = case_with_files(trust, desk)
    archive = archived(desk, trust.lead, case.case_id)
    [(_, bundle), *_] = taken_apart(archive)
    begin = archive.index(bundle)
    around = [bit for bit in range(len(archive) * 8) if not begin <= bit // 8 < begin + len(bundle)]
    within = random.Random(400).sample(range(begin * 8, (begin + len(bundle)) * 8), 400)
    checks = set()
    for bit in [*around, *within]:
        changed = bytearray(archive)
        changed[bit // 8] ^= 1 << bit % 8

        said = found_in(trust.ledger, bytes(changed))

        assert said != "holds", f"bit {bit} of the archive was flipped unseen"
        checks.add(said.partition(":")[0])
    assert checks >= {"archive", "files"}


def test_an_archive_cut_anywhere_does_not_hold(trust: Trust, desk: Desk) -> None:
    case = case_with_files(trust, desk)
    archive = archived(desk, trust.lead, case.case_id)

    for end in range(0, len(archive), 37):
        assert found_in(trust.ledger, archive[:end]).startswith("archive: ")
