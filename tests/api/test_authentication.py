"""Development tokens: what they carry, and that whatever is wrong with one is answered in the same words."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from uuid import UUID

import pytest

from api.authentication import (
    UNAUTHENTICATED,
    DevelopmentTokens,
    Identity,
    NotLoopback,
    RoleError,
    Unauthenticated,
    default_person,
    parse_role,
)
from domain.access import Role

TRUST = UUID(int=1)
PERSON = UUID(int=2)
NOW = 1_800_000_000


def tokens(now: float = NOW, key: bytes = b"k" * 32) -> DevelopmentTokens:
    return DevelopmentTokens(key, now=lambda: now)


def bearer(role: str = "headteacher:900003") -> str:
    return "Bearer " + tokens().issue(TRUST, role, hours=1, person_id=PERSON)


def forged(**changes: object) -> str:
    """A token with other claims under the old signature."""
    prefix, payload, signature = bearer().split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    changed = base64.urlsafe_b64encode(json.dumps(claims | changes).encode()).rstrip(b"=").decode()
    return f"{prefix}.{changed}.{signature}"


def test_a_token_says_trust_person_role_and_school() -> None:
    assert tokens().identify(bearer()) == Identity(TRUST, PERSON, Role.HEADTEACHER, "900003", NOW, NOW + 3600)


def test_a_token_without_a_person_names_the_same_one_each_time() -> None:
    first = tokens().identify("Bearer " + tokens().issue(TRUST, "trust-lead", hours=1))
    second = tokens(NOW + 5).identify("Bearer " + tokens(NOW + 5).issue(TRUST, "trust-lead", hours=1))

    assert first.person_id == second.person_id == default_person(TRUST, Role.TRUST_LEAD, None)


@pytest.mark.parametrize(
    ("wrong", "header"),
    [
        ("nothing", None),
        ("empty", ""),
        ("no scheme", bearer().removeprefix("Bearer ")),
        ("another scheme", bearer().replace("Bearer", "Basic")),
        ("no parts", "Bearer canary"),
        ("a part too many", bearer() + ".x"),
        ("another prefix", bearer().replace("caseledger-dev", "caseledger-pro")),
        ("another role", forged(role="trust-lead", school=None)),
        ("another school", forged(school="900001")),
        ("another trust", forged(trust=str(UUID(int=9)))),
        ("a later end", forged(exp=NOW + 10**6)),
        ("another key", "Bearer " + tokens(key=b"x" * 32).issue(TRUST, "auditor", hours=1)),
        ("ended", "Bearer " + tokens(NOW - 3600).issue(TRUST, "auditor", hours=1)),
        ("issued in the future", "Bearer " + tokens(NOW + 61).issue(TRUST, "auditor", hours=1)),
        ("no signature", bearer().rsplit(".", 1)[0] + "."),
        ("padding added", bearer() + "="),
        ("spare bits in the signature", bearer()[:-1] + chr(ord(bearer()[-1]) ^ 1)),
        ("not ASCII", "Bearer caseledger-dev.é.é"),
        ("too long", "Bearer " + "a" * 5000),
    ],
)
def test_a_wrong_token_is_refused_in_the_same_words(wrong: str, header: str | None) -> None:
    with pytest.raises(Unauthenticated) as refused:
        tokens().identify(header)

    assert str(refused.value) == UNAUTHENTICATED
    assert refused.value.__cause__ is None


def test_every_change_of_one_character_is_refused() -> None:
    good = bearer().removeprefix("Bearer ")
    for place, character in enumerate(good):
        changed = good[:place] + ("A" if character != "A" else "B") + good[place + 1 :]
        with pytest.raises(Unauthenticated):
            tokens().identify("Bearer " + changed)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("trust-lead", (Role.TRUST_LEAD, None)),
        ("dashboard", (Role.DASHBOARD, None)),
        ("auditor", (Role.AUDITOR, None)),
        ("headteacher:900003", (Role.HEADTEACHER, "900003")),
        ("coordinator:900003", (Role.COORDINATOR, "900003")),
        ("staff:900003", (Role.STAFF, "900003")),
        ("mis:900003", (Role.MIS, "900003")),
    ],
)
def test_the_roles_of_this_release_are_served(text: str, expected: tuple[Role, str | None]) -> None:
    assert parse_role(text) == expected


def test_every_role_of_the_design_is_served() -> None:
    whole = ("trust-lead", "alternate", "admin", "dashboard", "hr", "dpo", "auditor")
    at_school = ("headteacher", "coordinator", "dsl", "equalities", "chair", "governor", "clerk", "staff", "mis")
    in_case = ("investigator", "panel", "witness", "examiner", "emergency")
    assert {*whole, *at_school, *in_case} == {role.value for role in Role} - {"system"}

    for name in whole:
        assert parse_role(name) == (Role(name), None)
    for name in at_school:
        assert parse_role(f"{name}:900003") == (Role(name), "900003")
    for name in in_case:
        assert parse_role(f"{name}:{PERSON}") == (Role(name), str(PERSON))


def test_a_token_of_a_role_in_one_case_names_the_case_and_no_school() -> None:
    case = UUID(int=7)
    found = tokens().identify(bearer(f"investigator:{case}"))
    assert found == Identity(TRUST, PERSON, Role.INVESTIGATOR, None, NOW, NOW + 3600, case)


def test_a_token_whose_place_is_of_another_sort_is_refused() -> None:
    # As an older or a faulty issuer with the right key might have signed it.
    signing = tokens()
    claims = {"exp": NOW + 60, "iat": NOW, "person": str(PERSON), "trust": str(TRUST)}
    for wrong in (
        {"role": "trust-lead", "school": None, "case": str(UUID(int=7))},
        {"role": "investigator", "school": str(UUID(int=7))},
        {"role": "headteacher", "school": None, "case": "900003"},
        {"role": "headteacher", "school": "900003", "case": str(UUID(int=7))},
    ):
        payload = base64.urlsafe_b64encode(json.dumps(claims | wrong).encode()).rstrip(b"=").decode()
        signature = base64.urlsafe_b64encode(signing._sign(payload)).rstrip(b"=").decode()
        with pytest.raises(Unauthenticated):
            signing.identify(f"Bearer caseledger-dev.{payload}.{signature}")


@pytest.mark.parametrize(
    "role",
    [
        *("headteacher", "headteacher:", "headteacher:90000", "trust-lead:900001", "system", "x"),
        *("chair", "hr:900001", "admin:900001", "investigator", "investigator:900001", "panel:INC-2026-000001"),
    ],
)
def test_a_role_that_is_none_is_refused(role: str) -> None:
    with pytest.raises(RoleError):
        parse_role(role)


def test_the_key_file_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    token = DevelopmentTokens.load(tmp_path, host="127.0.0.1").issue(TRUST, "auditor", hours=1)

    again = DevelopmentTokens.load(tmp_path, host="::1")

    assert again.identify(f"Bearer {token}").role is Role.AUDITOR
    [key_file] = tmp_path.iterdir()
    assert key_file.stat().st_mode & 0o777 == 0o600


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    DevelopmentTokens.load(tmp_path, host="127.0.0.1")
    [key_file] = tmp_path.iterdir()
    key_file.chmod(0o644)

    with pytest.raises(RuntimeError, match="0600"):
        DevelopmentTokens.load(tmp_path, host="127.0.0.1")


def test_the_development_keys_refuse_to_load_when_other_machines_can_reach_the_server(tmp_path: Path) -> None:
    with pytest.raises(NotLoopback):
        DevelopmentTokens.load(tmp_path, host="0.0.0.0")

    assert list(tmp_path.iterdir()) == []
