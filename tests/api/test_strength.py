"""Which kinds of case are withheld from a sign-in, by what is set."""

from __future__ import annotations

from typing import Any

import pytest

from api.identity.signed_in import SignedIn
from api.identity.strength import is_strong, withheld_kinds
from api.settings import SettingsError, load_settings

NOW = 1_800_000_000


def signed_in(*methods: str, contexts: tuple[str, ...] = (), ago: int | None = None) -> SignedIn:
    return SignedIn(
        issuer="https://login.example",
        subject="head",
        trusts=(),
        client=None,
        methods=frozenset(methods),
        contexts=frozenset(contexts),
        signed_in_at=None if ago is None else NOW - ago,
        issued_at=NOW,
        expires_at=NOW + 60,
    )


def withheld(found: SignedIn, **settings: Any) -> tuple[str, ...]:
    return withheld_kinds(found, load_settings(step_up_kinds="STAFF_BREACH", **settings), NOW)


def test_nothing_is_withheld_unless_it_is_set() -> None:
    assert withheld_kinds(signed_in(), load_settings(), NOW) == ()


def test_the_kinds_that_are_set_are_withheld_in_their_order() -> None:
    settings = load_settings(step_up_kinds="STAFF_BREACH, COMPLAINT")

    assert withheld_kinds(signed_in("pwd"), settings, NOW) == ("STAFF_BREACH", "COMPLAINT")
    assert withheld_kinds(signed_in("pwd", "mfa"), settings, NOW) == ()


@pytest.mark.parametrize(
    ("found", "settings", "strong"),
    [
        (signed_in(), {}, False),
        (signed_in("pwd"), {}, False),
        (signed_in("mfa"), {}, True),
        (signed_in("MFA"), {}, False),
        (signed_in("pwd", "mfa", "otp"), {}, True),
        (signed_in(contexts=("mfa",)), {}, False),
        (signed_in("hwk"), {"step_up_methods": "hwk,fido"}, True),
        (signed_in("mfa"), {"step_up_methods": "hwk,fido"}, False),
        (signed_in(contexts=("p1", "c1")), {"step_up_contexts": "c1"}, True),
        (signed_in(contexts=("p1",)), {"step_up_contexts": "c1"}, False),
        # Either is enough, unless the methods are taken away.
        (signed_in("mfa"), {"step_up_contexts": "c1"}, True),
        (signed_in("mfa"), {"step_up_contexts": "c1", "step_up_methods": ""}, False),
        (signed_in("c1"), {"step_up_contexts": "c1", "step_up_methods": ""}, False),
        (signed_in("mfa", ago=900), {"step_up_max_age_seconds": 900}, True),
        (signed_in("mfa", ago=901), {"step_up_max_age_seconds": 900}, False),
        (signed_in("mfa"), {"step_up_max_age_seconds": 900}, False),
        (signed_in("pwd", ago=0), {"step_up_max_age_seconds": 900}, False),
        (signed_in("mfa", ago=-60), {"step_up_max_age_seconds": 900}, True),
        (signed_in("mfa", ago=-61), {"step_up_max_age_seconds": 900}, False),
        (signed_in(ago=900), {"step_up_max_age_seconds": 900, "step_up_methods": ""}, True),
        (signed_in("mfa", ago=901), {"step_up_max_age_seconds": 900, "step_up_methods": ""}, False),
    ],
)
def test_a_sign_in_is_strong_by_what_it_says_of_itself(found: SignedIn, settings: dict[str, Any], strong: bool) -> None:
    assert is_strong(found, load_settings(**settings), NOW) is strong
    assert withheld(found, **settings) == (() if strong else ("STAFF_BREACH",))


def test_the_settings_are_words_with_commas_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASELEDGER_STEP_UP_KINDS", " STAFF_BREACH,COMPLAINT ,")
    monkeypatch.setenv("CASELEDGER_STEP_UP_METHODS", "hwk")
    monkeypatch.setenv("CASELEDGER_STEP_UP_CONTEXTS", "c1, urn:schools:mfa")

    settings = load_settings()

    assert settings.step_up_kinds == ("STAFF_BREACH", "COMPLAINT")
    assert settings.step_up_methods == ("hwk",)
    assert settings.step_up_contexts == ("c1", "urn:schools:mfa")


def test_a_kind_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASELEDGER_STEP_UP_KINDS", "STAFF_BREACH,canary")

    with pytest.raises(SettingsError, match=r"^CASELEDGER_STEP_UP_KINDS\.1: ") as refused:
        load_settings()

    assert "canary" not in str(refused.value)


def test_kinds_that_nothing_opens_are_refused() -> None:
    with pytest.raises(SettingsError, match="STEP_UP_MAX_AGE_SECONDS is needed because CASELEDGER_STEP_UP_KINDS"):
        load_settings(step_up_kinds="STAFF_BREACH", step_up_methods="")
