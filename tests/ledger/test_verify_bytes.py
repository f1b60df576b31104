"""The offline check of any bytes at all, and the command that runs it."""

from __future__ import annotations

import copy
import dataclasses
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import canonical, tree, verify
from ledger.canonical import JSON
from ledger.verify import Failure
from tests.ledger.genuine_case import BUNDLE, CONTENT, DOCUMENT, KEY, LEDGER, found


def test_ten_thousand_flipped_bits_are_each_found_and_named() -> None:
    chance = random.Random(10_000)
    checks = set()
    for bit in chance.sample(range(len(CONTENT) * 8), 10_000):
        changed = bytearray(CONTENT)
        changed[bit // 8] ^= 1 << bit % 8

        report = verify.verify(bytes(changed), public_key=KEY)

        assert not report.ok, f"bit {bit} of the bundle was flipped unseen"
        assert report.first_failure is not None
        assert report.first_failure.place
        assert report.first_failure.problem
        checks.add(report.first_failure.check)
    # Of a trust that has declared nothing there is nothing to be wrong.
    assert checks == set(verify.CHECKS) - {"declarations"}


def test_flipped_bits_are_found_with_no_key_given() -> None:
    chance = random.Random(500)
    for bit in chance.sample(range(len(CONTENT) * 8), 500):
        changed = bytearray(CONTENT)
        changed[bit // 8] ^= 1 << bit % 8

        assert not verify.verify(bytes(changed)).ok, f"bit {bit} of the bundle was flipped unseen"


def test_a_file_cut_or_lengthened_anywhere_is_found() -> None:
    for end in range(0, len(CONTENT), 41):
        assert not verify.verify(CONTENT[:end]).ok
    for more in (b"\n", b" ", b"\0", b"{}"):
        assert not verify.verify(CONTENT + more).ok
        assert not verify.verify(more + CONTENT).ok


@given(st.binary(max_size=200))
def test_no_bytes_make_the_check_raise(content: bytes) -> None:
    report = verify.verify(content)

    assert report.first_failure is not None
    assert report.first_failure.check == "file"


_STRANGE: list[JSON] = [None, True, 0, -1, 2**53, "", "\n\n", "x" * 64, "0" * 64, [], {}, [[]], {"key": "x"}]


@given(st.randoms(use_true_random=False), st.sampled_from(_STRANGE))
def test_no_value_in_any_place_makes_the_check_raise(chance: random.Random, strange: JSON) -> None:
    document = copy.deepcopy(DOCUMENT)
    place = document
    while True:
        at = chance.choice(sorted(place) if isinstance(place, dict) else range(len(place)))
        if not isinstance(place[at], dict | list) or not place[at] or chance.random() < 0.2:
            break
        place = place[at]
    original = place[at]
    place[at] = strange

    report = verify.verify(canonical.encode(document), known_checkpoint=LEDGER.checkpoint(9))

    assert report.ok is (canonical.encode(original) == canonical.encode(strange))


@pytest.mark.parametrize("size", [2**53, 10**15])
def test_a_ledger_of_any_size_is_checked_at_once(size: int) -> None:
    # The signer of a bundle is not trusted by the program that reads it: sizes must cost nothing.
    text = BUNDLE.checkpoint.replace("\n14\n", f"\n{size}\n").split("\n\n")[0] + "\n"
    bundle = dataclasses.replace(BUNDLE, checkpoint=f"{text}\n{LEDGER.signer.signature_line(text)}", consistency=())

    assert found(bundle).startswith("inclusion: ")


def test_the_command_says_what_it_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, key, note = tmp_path / "case.json", tmp_path / "trust.key", tmp_path / "kept.note"
    file.write_bytes(CONTENT)
    key.write_text(KEY.text + "\n")
    note.write_text(LEDGER.checkpoint(9))

    assert verify.main([str(file), "--key", str(key), "--checkpoint", str(note)]) == 0
    said = capsys.readouterr().out.splitlines()

    assert [line.partition(" ")[0] for line in said] == [*["ok"] * 10, "erased", "The"]
    assert said[4] == "ok    earlier checkpoints: continues the known checkpoint of size 9"
    assert said[-1] == "The bundle holds."


def test_the_command_names_the_first_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "case.json"
    file.write_bytes(dataclasses.replace(BUNDLE, events=BUNDLE.shown[1:]).encode())

    assert verify.main([str(file)]) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "WRONG events: event 1 (position 3): has version 2 where 1 must stand",
        "The bundle does not hold. Nothing after the first fault was checked.",
    ]


def test_the_command_says_which_file_it_cannot_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, key = tmp_path / "case.json", tmp_path / "trust.key"
    file.write_bytes(CONTENT)
    key.write_bytes(b"\xff")

    assert verify.main([str(tmp_path / "none.json")]) == 2
    assert "none.json" in capsys.readouterr().err
    assert verify.main([str(file), "--key", str(key)]) == 2
    assert capsys.readouterr().err.startswith("caseledger verify: ")


def test_the_check_needs_neither_database_nor_anything_else_of_the_product() -> None:
    program = (
        "import sys, ledger.verify\n"
        "foreign = {'msgspec', 'psycopg', 'psycopg_pool', 'sqlalchemy', 'eventsourcing', 'domain', 'services', 'api'}\n"
        "print(sorted(foreign & {name.partition('.')[0] for name in sys.modules}))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert run.stdout == "[]\n"


def test_a_failure_reads_as_a_sentence() -> None:
    assert str(Failure("events", "event 4 (position 17)", "is of another case")) == (
        "event 4 (position 17): is of another case"
    )


def test_the_small_ledger_is_the_tree_that_its_checkpoint_signs() -> None:
    assert tree.root(LEDGER.leaves()) == LEDGER.consistency(14).root
