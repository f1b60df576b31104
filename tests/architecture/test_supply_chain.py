"""What is built in is what the lock names, from one index and by its hash; the list of it can be had as a bill."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LOCK: dict[str, Any] = tomllib.loads((ROOT / "uv.lock").read_text())
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
INDEX = "https://pypi.org/simple"
OURS = "caseledger"
SOUND = "sha256:" + "0" * 64


def wrong(lock: dict[str, Any]) -> list[str]:
    """The packages of a lock that could come from elsewhere, or be other files than those that were locked."""
    found = []
    for package in lock["package"]:
        if package["name"] == OURS:
            found += [] if package["source"] == {"editable": "."} else [OURS]
            continue
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        is_sound = package["source"] == {"registry": INDEX} and files
        if not is_sound or not all(re.fullmatch(r"sha256:[0-9a-f]{64}", file.get("hash", "")) for file in files):
            found.append(package["name"])
    return found


def test_every_package_is_locked_by_hash_from_one_index() -> None:
    assert len(LOCK["package"]) > 50
    assert wrong(LOCK) == []
    # Nor does the project name a second index, which could answer for a name of the first.
    assert not {"index", "extra-index-url", "find-links", "sources"} & set(PROJECT.get("tool", {}).get("uv", {}))


@pytest.mark.parametrize(
    "package",
    [
        {
            "name": "a",
            "source": {"registry": "https://index.example/simple"},
            "wheels": [{"hash": "sha256:" + "0" * 64}],
        },
        {"name": "a", "source": {"git": "https://code.example/a"}},
        {"name": "a", "source": {"registry": INDEX}, "wheels": [{"url": "x"}]},
        {"name": "a", "source": {"registry": INDEX}, "wheels": [{"hash": "md5:0"}]},
        {"name": "a", "source": {"registry": INDEX}},
        {"name": OURS, "source": {"registry": INDEX}},
    ],
)
def test_a_package_that_could_be_another_is_found(package: dict[str, Any]) -> None:
    assert wrong({"package": [package]}) == [package["name"]]


def test_the_name_of_the_program_is_refused_by_the_index() -> None:
    """So that nobody publishes it by mistake."""
    assert "Private :: Do Not Upload" in PROJECT["project"]["classifiers"]


def test_the_bill_of_materials_names_every_package_that_is_built_in() -> None:
    makefile = (ROOT / "Makefile").read_text()
    [command] = re.findall(r"^\t\$\(UV\) (export .*cyclonedx1\.5.*) > \S+$", makefile, re.M)
    uv = Path(sys.executable).with_name("uv")
    made = subprocess.run(
        [uv, *command.split(), "--offline"],
        cwd=ROOT,
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        capture_output=True,
        text=True,
        check=True,
    )
    bill = json.loads(made.stdout)

    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    named = {component["name"]: component["version"] for component in bill["components"]}
    locked = {package["name"]: package["version"] for package in LOCK["package"]}
    assert all(locked[name] == version for name, version in named.items())
    needed = {re.split(r"[\[<>=; ]", entry, maxsplit=1)[0] for entry in PROJECT["project"]["dependencies"]}
    assert needed - set(named) == set()
    assert not {"pytest", "hypothesis", "mypy", "schemathesis"} & set(named)


def test_no_test_and_no_example_is_built_in() -> None:
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    there = {path.relative_to(ROOT).as_posix() for name in packages for path in (ROOT / name).rglob("*.py")}

    assert not set(packages) & {"tests", "bench", "examples", "docs"}
    assert [name for name in there if re.search(r"(^|/)(test_\w+|conftest|\w+_test)\.py$|/tests?/", name)] == []
    imports = re.compile(r"^\s*(from|import) (tests|bench|docs|pytest|hypothesis|schemathesis|unittest)\b", re.M)
    assert [name for name in sorted(there) if imports.search((ROOT / name).read_text())] == []
