"""The table of OWASP ASVS 5.0.0 names tests that there are, and gives a reason for whatever no test shows."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

from docs import asvs_table
from docs.asvs_table import COLUMNS, FILE, STATES, asvs_page, rows

ROOT = Path(__file__).parents[2]
LEAST_SHOWN = 120


@cache
def names_in(file: str) -> frozenset[str]:
    """The names of the tests of a file, which is not run."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = (node.name for node in ast.parse(path.read_text()).body if isinstance(node, kinds))
    return frozenset(name for name in found if name.startswith("test_"))


def faults(given: Sequence[Mapping[str, str]]) -> list[str]:
    """What is wrong with the rows of the table, each by its id."""
    found = []
    ids = [row["id"] for row in given]
    for row in given:
        tests = row["test"].split()
        lost = [test for test in tests if test.partition("::")[2] not in names_in(test.partition("::")[0])]
        wrong = {
            "id": not re.fullmatch(r"[1-9]\d?\.[1-9]\d?\.[1-9]\d?", row["id"]) or ids.count(row["id"]) > 1,
            "level": row["level"] not in ("1", "2", "3"),
            "about": not row["about"].strip(),
            "state": row["state"] not in STATES,
            "no test": row["state"] == "SHOWN" and not tests,
            "no reason": (row["state"] == "SHOWN") == bool(row["reason"].strip()),
            "a test twice": len(set(tests)) < len(tests),
        }
        found += [f"{row['id']}: {what}" for what, is_so in wrong.items() if is_so]
        found += [f"{row['id']}: there is no {test}" for test in lost]
    return found


def test_every_test_of_the_table_is_there_and_every_other_row_has_its_reason() -> None:
    assert FILE.read_text().splitlines()[0] == ",".join(COLUMNS)
    assert faults(rows()) == []


def test_at_least_a_hundred_and_twenty_requirements_are_shown() -> None:
    assert sum(row["state"] == "SHOWN" for row in rows()) >= LEAST_SHOWN


def test_the_rows_stand_in_the_order_of_the_standard() -> None:
    numbers = [tuple(map(int, row["id"].split("."))) for row in rows()]

    assert numbers == sorted(numbers)


def test_the_page_is_the_one_of_the_table() -> None:
    assert (FILE.parent / "asvs.md").read_text() == asvs_page(), "run make docs"
    # A chapter without a title would be left out of the page.
    assert {asvs_table.chapter(row) for row in rows()} == set(range(1, 17))


SOUND = {
    "id": "1.2.4",
    "level": "1",
    "about": "x",
    "test": "tests/architecture/test_asvs.py::test_the_page_is_the_one_of_the_table",
    "state": "SHOWN",
    "reason": "",
}


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({}, []),
        ({"id": "V1.2.4"}, ["V1.2.4: id"]),
        ({"level": "L1"}, ["1.2.4: level"]),
        ({"about": " "}, ["1.2.4: about"]),
        ({"state": "DONE"}, ["1.2.4: state", "1.2.4: no reason"]),
        ({"test": ""}, ["1.2.4: no test"]),
        ({"reason": "Because."}, ["1.2.4: no reason"]),
        ({"state": "PLANNED"}, ["1.2.4: no reason"]),
        ({"state": "PLANNED", "test": "", "reason": "Later."}, []),
        ({"test": "tests/gone.py::test_a"}, ["1.2.4: there is no tests/gone.py::test_a"]),
        (
            {"test": "tests/architecture/test_asvs.py::test_gone"},
            ["1.2.4: there is no tests/architecture/test_asvs.py::test_gone"],
        ),
        (
            {"test": "tests/architecture/test_asvs.py::names_in"},
            ["1.2.4: there is no tests/architecture/test_asvs.py::names_in"],
        ),
    ],
)
def test_a_row_that_is_not_sound_is_found(wrong: dict[str, str], found: list[str]) -> None:
    assert faults([SOUND | wrong]) == found


def test_a_requirement_that_stands_twice_is_found() -> None:
    assert faults([SOUND, SOUND]) == ["1.2.4: id"] * 2
