"""Settings: typed, refused by name, and documented as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.settings import SettingsError, is_loopback, load_settings
from docs.settings_page import settings_page

ROOT = Path(__file__).parents[2]


def test_the_settings_page_is_the_one_that_the_code_prints() -> None:
    assert (ROOT / "docs" / "settings.md").read_text() == settings_page()


def test_every_setting_is_explained() -> None:
    assert [line for line in settings_page().splitlines() if line.startswith("| `") and line.endswith("| None |")] == []


def test_a_wrong_value_names_the_variable_and_not_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASELEDGER_PORT", "canary-70000")

    with pytest.raises(SettingsError) as refused:
        load_settings()

    assert str(refused.value).startswith("CASELEDGER_PORT: ")
    assert "canary" not in str(refused.value)


def test_a_database_without_a_database_of_keys_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASELEDGER_DATABASE_URL", "postgresql://app:canary@example.invalid/caseledger")

    with pytest.raises(SettingsError, match=r"^CASELEDGER_KEYS_DATABASE_URL is needed"):
        load_settings()


def test_the_password_of_a_database_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "postgresql://app:canary@example.invalid/caseledger?sslmode=verify-full"
    monkeypatch.setenv("CASELEDGER_DATABASE_URL", address)
    monkeypatch.setenv("CASELEDGER_KEYS_DATABASE_URL", address)

    assert "canary" not in repr(load_settings())


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.4", False),
        ("caseledger.example", False),
        ("", False),
    ],
)
def test_only_a_loopback_address_is_one(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
