"""Which test shows which obligation and which ruling is found in the sources of the tests, and told when they run."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.shown import MARKS, rows, summary

ROOT = Path(__file__).parents[2]


def marked(mark: str, folder: Path = ROOT / "tests") -> dict[str, list[str]]:
    found: dict[str, list[str]] = import_module("docs.mark_tables").marked_tests(mark, folder)
    return found


def test_marks_are_found_without_running_anything(tmp_path: Path) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_one.py").write_text(
        dedent("""
        raise SystemExit("imported")

        @pytest.mark.obligation("S0-001", "S0-002")
        @pytest.mark.ruling(7)
        def test_both(): ...

        class TestMany:
            @pytest.mark.parametrize("n", [1, pytest.param(2, marks=pytest.mark.obligation("S0-002"))])
            async def test_some(self, n): ...

        def test_none():
            obligation("S0-003")

        @pytest.mark.obligation("S0-004")
        def helper(): ...
        """)
    )
    assert marked("obligation", folder) == {
        "S0-001": ["tests/test_one.py::test_both"],
        "S0-002": ["tests/test_one.py::test_both", "tests/test_one.py::test_some"],
    }
    assert marked("ruling", folder) == {"7": ["tests/test_one.py::test_both"]}


def test_a_mark_that_does_not_name_its_row_is_refused(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("@pytest.mark.obligation(*MANY)\ndef test_many(): ...\n")
    with pytest.raises(ValueError, match="line 1: what the obligation is stands here"):
        marked("obligation", tmp_path)


def test_every_ruling_is_shown_by_a_test() -> None:
    shown = marked("ruling")
    assert rows("ruling") == [str(number) for number in range(1, 49)]
    assert [number for number in rows("ruling") if number not in shown] == []


def test_every_obligation_on_cases_and_counts_is_shown_by_a_test() -> None:
    shown = marked("obligation")
    assert [row for row in rows("obligation") if row not in shown] == []


def test_what_tests_claim_to_show_exists() -> None:
    with (ROOT / "docs" / "obligations.csv").open(newline="") as file:
        known = {"obligation": {row["id"] for row in csv.DictReader(file)}, "ruling": set(rows("ruling"))}
    assert {mark: set(marked(mark)) - known[mark] for mark in MARKS} == {mark: set[str]() for mark in MARKS}


def report(test: str, *ids: str) -> Any:
    properties = [("other", ["S9-999"]), ("ruling", ["12"]), ("obligation", list(ids))]
    return SimpleNamespace(nodeid=test, user_properties=properties)


def test_a_row_is_shown_when_all_its_tests_passed_and_one_of_which_none_ran_is_told_too() -> None:
    reports = {
        "": [report("a", "S0-003")],
        "passed": [report("a", "S0-001", "S0-002", "S0-009"), report("b[1]", "S0-002")],
        "failed": [report("b[2]", "S0-002")],
        "skipped": [report("c", "S0-004")],
        "deselected": [object()],
    }
    assert list(summary("obligation", ["S0-001", "S0-003", "S0-002", "S0-004"], reports)) == [
        *("S0-001 shown", "    passed a"),
        *("S0-003 NOT SHOWN", "    no test of it ran"),
        *("S0-002 NOT SHOWN", "    passed a", "    failed b"),
        *("S0-004 NOT SHOWN", "    skipped c"),
        *("S0-009 shown", "    passed a"),
        "2 of 5 obligations shown by the tests that ran",
    ]


@pytest.mark.parametrize(("mark", "file"), [("obligation", "test_open_complaints"), ("ruling", "test_periods")])
def test_choosing_tests_by_their_marks_lists_every_row_at_the_end(mark: str, file: str) -> None:
    # The reports come from a process of their own, as they do when many run the tests.
    told = run(file, "-n", "1", "-m", mark)
    here = {name for name, tests in marked(mark).items() if any(f"/{file}.py::" in one for one in tests)}
    assert here
    for name in rows(mark):
        if name in here:
            assert f"\n{name} shown\n    passed tests/domain/{file}.py::" in told
        else:
            assert f"\n{name} NOT SHOWN\n    no test of it ran\n" in told
    assert f"\n{len(here)} of {len({*rows(mark), *here})} {mark}s shown by the tests that ran\n" in told


def test_nothing_is_listed_when_tests_are_chosen_otherwise() -> None:
    told = run("test_open_complaints", "-n", "0", "--collect-only")
    assert [mark for mark in MARKS if f"{mark}s" in told] == []


def run(file: str, *options: str) -> str:
    """What pytest prints of one file with these options."""
    command = [sys.executable, "-m", "pytest", "-q", *options, f"tests/domain/{file}.py"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout
