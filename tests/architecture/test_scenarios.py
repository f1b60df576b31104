"""A scenario knows of the product what its user knows: the API, and nothing of the program behind it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = {"api", "domain", "ledger", "migrations", "policies", "projections", "services"}
SCENARIOS = sorted((ROOT / "tests" / "scenarios").glob("test_*.py"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_imports_nothing_of_the_program(path: Path) -> None:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}

    assert {name for name in imported if name.partition(".")[0] in PROGRAM} == set()
    assert {name for name in imported if name.startswith("tests.")} == {"tests.scenarios.school"}
