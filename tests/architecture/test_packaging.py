"""What the wheel holds is what the tree holds, and nobody else owns our names."""

from __future__ import annotations

import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])


def test_every_package_of_the_tree_is_built_checked_and_bound_by_contracts() -> None:
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert found == PACKAGES
    assert set(PROJECT["tool"]["importlinter"]["root_packages"]) == PACKAGES
    assert set(PROJECT["tool"]["mypy"]["files"]) >= PACKAGES
    assert set(PROJECT["tool"]["ruff"]["lint"]["isort"]["known-first-party"]) >= PACKAGES


def test_no_other_distribution_owns_one_of_our_names() -> None:
    owners = packages_distributions()
    assert {name: owners.get(name, ["caseledger"]) for name in PACKAGES} == {name: ["caseledger"] for name in PACKAGES}


def test_every_dependency_has_its_line_of_reason() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text()
    declared = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    names = {entry.split(">")[0].split("[")[0].split("=")[0].split(";")[0].strip() for entry in declared}
    assert {name for name in names if name not in text} == set()
