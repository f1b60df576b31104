"""`caseledger appoint`: who is given a role on the machine, and the first administrator of a trust."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from api.settings import DEMONSTRATION_TRUST
from services.accounts import find_account
from services.authority import Authority
from services.clock import london_date, now
from tests.api.client import Client
from tests.api.verbs import Run


def test_an_appointment_is_recorded_once(run: Run, demo: Client) -> None:
    def position() -> Any:
        return demo.ask("{ ledger { position } }")["ledger"]["position"]

    arguments = ("appoint", "--role", "headteacher:900003", "--person", "00000000-0000-0000-0000-00000000004d")
    before = position()

    assert run(*arguments)[0] == 0
    assert position() == before + 1
    assert run(*arguments)[0] == 0
    assert position() == before + 1
    status, _, err = run("appoint", "--role", "headteacher:999999", "--person", "00000000-0000-0000-0000-00000000004d")
    assert (status, err) == (1, "caseledger appoint: There is no such school. (fields: school_urn)\n")


def test_the_first_administrator_is_made_on_the_machine_with_the_account_they_sign_in_by(
    run: Run, demo: Client
) -> None:
    account = ("--issuer", "https://login.example/v2.0", "--subject", "tenant/object")

    status, out, err = run("appoint", "--role", "admin", *account, "--name", "An Administrator")
    assert (status, err) == (0, "")
    person = UUID(out.strip())
    again = run("appoint", "--role", "dpo", *account, "--until", "2199-07-31")
    taken = run("appoint", "--role", "dpo", *account, "--revoke")

    assert again == taken == (0, out, "")
    trust = demo.runtime.services(DEMONSTRATION_TRUST).ledger.trust
    authority = Authority()
    authority.catch_up(trust)
    assert [one.token for one in authority.held(DEMONSTRATION_TRUST, person, london_date(now()))] == ["admin"]
    known = find_account(trust, "https://login.example/v2.0", "tenant/object")
    assert known is not None
    assert (known.person_id, known.is_active) == (person, True)


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (("--role", "admin"), 2, "say who by --person, or by --issuer and --subject"),
        (("--role", "admin", "--issuer", "x"), 2, "--issuer and --subject belong together"),
        (("--role", "king", "--person", str(UUID(int=5))), 1, "The code is not in the list for this field, or was not"),
        (
            ("--role", "admin", "--person", str(UUID(int=5)), "--trust", str(UUID(int=6))),
            2,
            "there is no such trust; --trust-name registers it",
        ),
        (("--role", "admin", "--person", str(UUID(int=5)), "--revoke"), 1, "The person does not have this role."),
    ],
)
def test_an_appointment_that_cannot_be_is_told(
    run: Run, demo: Client, arguments: tuple[str, ...], status: int, sentence: str
) -> None:
    found, out, err = run("appoint", *arguments)

    assert (found, out) == (status, "")
    assert err.startswith(f"caseledger appoint: {sentence}")


def test_a_trust_begins_with_its_first_administrator(run: Run, demo: Client) -> None:
    trust = str(uuid4())

    arguments = ("appoint", "--role", "admin", "--person", str(UUID(int=5)), "--trust", trust)
    assert run(*arguments, "--trust-name", "A New Trust") == (0, "", "")

    assert UUID(trust) in demo.runtime.trust_ids()
