"""Which test shows which obligation is found in the sources of the tests, and told when they run."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.obligations import summary

ROOT = Path(__file__).parents[2]


def marked(folder: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = import_module("docs.obligation_table").tests_by_obligation(folder)
    return found


def test_marks_are_found_without_running_anything(tmp_path: Path) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_one.py").write_text(
        dedent("""
        raise SystemExit("imported")

        @pytest.mark.obligation("S0-001", "S0-002")
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
    assert marked(folder) == {
        "S0-001": ["tests/test_one.py::test_both"],
        "S0-002": ["tests/test_one.py::test_both", "tests/test_one.py::test_some"],
    }


def test_a_mark_that_does_not_name_its_obligation_is_refused(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("@pytest.mark.obligation(*MANY)\ndef test_many(): ...\n")
    with pytest.raises(ValueError, match="line 1: an obligation is named as it is"):
        marked(tmp_path)


def report(test: str, *ids: str) -> Any:
    return SimpleNamespace(nodeid=test, user_properties=[("other", ["S9-999"]), ("obligations", list(ids))])


def test_an_obligation_is_shown_when_all_its_tests_passed() -> None:
    reports = {
        "": [report("a", "S0-003")],
        "passed": [report("a", "S0-001", "S0-002"), report("b[1]", "S0-002")],
        "failed": [report("b[2]", "S0-002")],
        "skipped": [report("c", "S0-004")],
        "deselected": [object()],
    }
    assert list(summary(reports)) == [
        *("S0-001 shown", "    passed a"),
        *("S0-002 NOT SHOWN", "    passed a", "    failed b"),
        *("S0-004 NOT SHOWN", "    skipped c"),
        "1 of 3 obligations shown by the tests that ran",
    ]


def test_choosing_tests_by_their_obligations_lists_these_at_the_end() -> None:
    # The reports come from a process of their own, as they do when many run the tests.
    told = run("-n", "1", "-m", "obligation")
    shown = marked(ROOT / "tests")
    here = {name: tests for name, tests in shown.items() if any("/test_open_complaints.py::" in one for one in tests)}
    assert here
    for name in here:
        assert f"\n{name} shown\n    passed tests/domain/test_open_complaints.py::" in told
    assert f"\n{len(here)} of {len(here)} obligations shown by the tests that ran\n" in told


def test_nothing_is_listed_when_tests_are_chosen_otherwise() -> None:
    assert "obligations" not in run("-n", "0", "--collect-only")


def run(*options: str) -> str:
    """What pytest prints of one file with these options."""
    command = [sys.executable, "-m", "pytest", "-q", *options, "tests/domain/test_open_complaints.py"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout
