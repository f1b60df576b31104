"""Generated documents are what the code says, and the example log in the wheel is the one in the tree."""

from __future__ import annotations

import csv
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from api.graphql.schema import SCHEMA_FILE, printed_schema
from api.settings import settings_page

ROOT = Path(__file__).parents[2]


def generator() -> Any:
    spec = spec_from_file_location("generate_docs", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_event_catalogue_is_what_the_code_stores() -> None:
    assert (ROOT / "docs" / "events.md").read_text() == generator().event_catalogue(), "run make docs"


def test_the_settings_reference_is_what_the_code_reads() -> None:
    assert (ROOT / "docs" / "settings.md").read_text() == settings_page(), "run make docs"


def test_the_published_schema_is_what_the_code_serves() -> None:
    assert SCHEMA_FILE.read_text() == printed_schema(), "run make docs"


def test_the_obligations_that_tests_claim_to_show_exist() -> None:
    with (ROOT / "docs" / "obligations.csv").open(newline="") as file:
        known = {row["id"] for row in csv.DictReader(file)}
    claimed = {
        found
        for path in (ROOT / "tests").rglob("*.py")
        for marker in re.findall(r"obligation\(([^)]*)\)", path.read_text())
        for found in re.findall(r"S\d-\d{3}", marker)
    }
    assert claimed - known == set()


def test_every_obligation_of_this_release_is_shown_by_a_test() -> None:
    with (ROOT / "docs" / "obligations.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    wanted = {row["id"] for row in rows if row["level"] == "COUNT"} | {"S2-065", "S2-066"}
    wanted |= {f"S0-{number:03d}" for number in range(4, 33)}
    shown = {
        found
        for path in (ROOT / "tests").rglob("*.py")
        for marker in re.findall(r"obligation\(([^)]*)\)", path.read_text())
        for found in re.findall(r"S\d-\d{3}", marker)
    }
    assert wanted - shown == set()
