"""Generated documents are what the code says, and the example log in the wheel is the one in the tree."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import msgspec

from api.graphql.schema import SCHEMA_FILE, printed_schema
from docs.settings_page import settings_page
from domain.facts import DATED_FACTS, FACTS
from domain.policy import PolicyPack, parse_pack
from domain.policy_rules import ClauseStrength, ClockUnit, StageForm, Strength
from domain.step_codes import STEPS
from tests.domain.packs import example_text

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


def test_what_a_pack_may_say_is_what_the_code_understands() -> None:
    assert (ROOT / "docs" / "policy-facts.md").read_text() == generator().policy_facts(), "run make docs"
    assert (ROOT / "docs" / "retention-table.md").read_text() == generator().retention_page(), "run make docs"


def test_every_code_that_the_facts_and_steps_name_is_on_the_page() -> None:
    page = (ROOT / "docs" / "policy-facts.md").read_text()
    wanted = [*FACTS.values(), *DATED_FACTS.values(), *STEPS.values()]
    names = {name for group in wanted for name in group}
    assert {name for name in names if f"`{name}`" not in page and f"`{name}:CODE`" not in page} == set()
    assert {name for name in re.findall(r"\(#(\w+)\)", page) if f"\n### `{name}`\n" not in page} == set()


def test_the_diagrams_of_states_are_what_the_code_does() -> None:
    assert (ROOT / "docs" / "states.md").read_text() == generator().state_diagrams(), "run make docs"


def test_the_list_of_scenarios_is_what_their_files_begin_with() -> None:
    page = generator().scenario_table()
    assert (ROOT / "docs" / "scenarios.md").read_text() == page, "run make docs"
    assert "|  |" not in page


def test_the_page_on_who_may_do_what_is_what_is_decided() -> None:
    page = generator().permission_page()
    assert (ROOT / "docs" / "security" / "permissions.md").read_text() == page, "run make docs"
    assert len(page.splitlines()) < 400


def test_the_threat_model_names_tests_that_there_are() -> None:
    page = (ROOT / "docs" / "security" / "threat-model.md").read_text()
    there = {
        name for file in (ROOT / "tests").rglob("test_*.py") for name in re.findall(r"def (test_\w+)", file.read_text())
    }
    named = set(re.findall(r"`(test_\w+)`", page))
    assert len(named) > 40
    assert named - there == set()
    files = set(re.findall(r"`(tests/[\w/]+\.py)`", page))
    assert {name for name in files if not (ROOT / name).exists()} == set()


def test_the_tables_of_obligations_and_rulings_are_what_the_tests_are_marked_with() -> None:
    assert (ROOT / "docs" / "obligations.md").read_text() == generator().obligation_table(), "run make docs"
    assert (ROOT / "docs" / "rulings.md").read_text() == generator().ruling_table(), "run make docs"


def test_the_example_of_the_page_on_packs_is_a_sound_pack_that_uses_every_table() -> None:
    pack = parse_pack(example_text(), "docs/how-to/write-a-policy-pack.md")
    empty = [
        name for name, value in msgspec.to_builtins(pack).items() if not value or value == {"to_headteacher": None}
    ]
    # The two forms of earlier packs, which the page names as such.
    assert empty == ["closing", "reporting"]
    assert all((pack.complaints.stages, pack.staff.clauses, pack.staff.subjects, pack.staff.default_severity))


def test_the_page_on_packs_explains_every_table_unit_and_strength() -> None:
    page = (ROOT / "docs" / "how-to" / "write-a-policy-pack.md").read_text().split("## The tables")[1]
    members = [field.name for field in msgspec.structs.fields(PolicyPack)]
    words = [*members, *(str(one) for group in (ClockUnit, Strength, StageForm, ClauseStrength) for one in group)]
    assert [word for word in words if not re.search(rf"\b{word}\b", page)] == []
