"""The compose file and the image speak of settings and verbs that exist, and hold no password."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from api.cli import VERBS
from api.settings import PREFIX, Settings
from migrations.roles import APPLICATION_ROLE

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if name != "postgres"}


def test_each_process_is_there_with_an_init_and_a_health_check() -> None:
    assert set(SERVICES) == {"postgres", "migrate", "api", "projector"}
    assert all(service["init"] for service in SERVICES.values())
    assert {name for name, service in SERVICES.items() if "healthcheck" not in service} == {"migrate"}


def test_settings_and_verbs_exist() -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert {name for service in OURS.values() for name in service["environment"]} <= known
    assert {service["command"][0] for service in OURS.values()} <= set(VERBS)
    image = (ROOT / "Dockerfile").read_text()
    assert set(re.findall(r"CASELEDGER_[A-Z_]+(?==)", image)) <= known


def test_the_program_connects_as_the_role_that_owns_nothing() -> None:
    for name, service in OURS.items():
        assert f"//{APPLICATION_ROLE}:" in service["environment"]["CASELEDGER_DATABASE_URL"]
        owner = [key for key, value in service["environment"].items() if "//postgres:" in value]
        assert bool(owner) == (name == "migrate")


def test_no_password_is_built_in() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    values = re.findall(r"(?:PASSWORD: |caseledger_app:|postgres:)(\$\{[A-Z_]+:\?)", text)
    assert len(values) == 6


def test_the_image_runs_as_nobody_special_and_from_the_lock() -> None:
    image = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"^USER (\w+)$", image, re.M) == ["caseledger"]
    assert "uv sync --locked --no-dev --no-editable" in image
    copied = set(re.findall(r"^COPY (\w+) \1$", image, re.M))
    assert copied == {path.parent.name for path in ROOT.glob("*/py.typed")}
