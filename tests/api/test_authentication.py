"""The development issuer: what its tokens carry, and its key."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID

import pytest

from api.authentication import (
    DevelopmentTokens,
    NotLoopback,
    RoleError,
    Unauthenticated,
    default_person,
    parse_role,
)
from api.identity.identities import Identities
from api.identity.signed_in import ClaimedRole
from domain.access import Role
from tests.support.issuing import pair

TRUST = UUID(int=1)
PERSON = UUID(int=2)
NOW = 1_800_000_000


def tokens(now: float = NOW, key: str = "development") -> DevelopmentTokens:
    return DevelopmentTokens(pair(key, "ES256").key, now=lambda: now)  # type: ignore[arg-type]


def claimed(token: str, by: DevelopmentTokens | None = None) -> ClaimedRole | None:
    """What a token claims to whoever accepts the tokens of an issuer."""
    return asyncio.run(Identities(by or tokens(), now=lambda: NOW).identify([f"Bearer {token}"])).claimed


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("trust-lead", ClaimedRole(TRUST, PERSON, "trust-lead", None)),
        ("headteacher:900003", ClaimedRole(TRUST, PERSON, "headteacher", "900003")),
        (f"investigator:{UUID(int=7)}", ClaimedRole(TRUST, PERSON, "investigator", str(UUID(int=7)))),
    ],
)
def test_a_token_says_trust_person_role_and_place(role: str, expected: ClaimedRole) -> None:
    assert claimed(tokens().issue(TRUST, role, hours=1, person_id=PERSON)) == expected


def test_a_token_without_a_person_names_the_same_one_each_time() -> None:
    person = default_person(TRUST, Role.TRUST_LEAD, None)

    for now in (NOW, NOW - 5):
        assert claimed(tokens(now).issue(TRUST, "trust-lead", hours=1)) == ClaimedRole(
            TRUST, person, "trust-lead", None
        )


def test_two_issuers_do_not_accept_the_tokens_of_each_other() -> None:
    with pytest.raises(Unauthenticated):
        claimed(tokens(key="another").issue(TRUST, "auditor", hours=1))


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
    made = DevelopmentTokens.load(tmp_path, host="127.0.0.1")
    token = DevelopmentTokens(made._key, now=lambda: NOW).issue(TRUST, "auditor", hours=1)

    again = DevelopmentTokens.load(tmp_path, host="::1")

    assert claimed(token, again) is not None
    [key_file] = tmp_path.iterdir()
    assert (key_file.name, key_file.stat().st_mode & 0o777) == ("development-issuer.pem", 0o600)


def test_the_key_file_of_former_releases_is_left_alone(tmp_path: Path) -> None:
    former = tmp_path / "development-token.key"
    former.write_bytes(b"k" * 32)

    DevelopmentTokens.load(tmp_path, host="127.0.0.1")

    assert former.read_bytes() == b"k" * 32
    assert sorted(file.name for file in tmp_path.iterdir()) == ["development-issuer.pem", "development-token.key"]


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    DevelopmentTokens.load(tmp_path, host="127.0.0.1")
    [key_file] = tmp_path.iterdir()
    key_file.chmod(0o644)

    with pytest.raises(RuntimeError, match="0600"):
        DevelopmentTokens.load(tmp_path, host="127.0.0.1")


@pytest.mark.parametrize("content", [b"", b"k" * 32, b"-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n"])
def test_a_key_file_that_holds_no_key_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "development-issuer.pem"
    file.write_bytes(content)
    file.chmod(0o600)

    with pytest.raises(RuntimeError, match=r"^development-issuer\.pem in the data folder is not a private key"):
        DevelopmentTokens.load(tmp_path, host="127.0.0.1")


def test_the_development_keys_refuse_to_load_when_other_machines_can_reach_the_server(tmp_path: Path) -> None:
    with pytest.raises(NotLoopback):
        DevelopmentTokens.load(tmp_path, host="0.0.0.0")

    assert list(tmp_path.iterdir()) == []
