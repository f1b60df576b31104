"""From a token of a real issuer to a caller: account, trust, role, and everything that takes them away at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.authentication import DevelopmentTokens
from api.bootstrap import Runtime
from api.identity.identities import load_identities
from api.settings import load_settings
from domain.access import Role
from services.accounts import bind_account, find_account, switch_account
from services.case_access_commands import EndAccess, GrantAccess
from services.commands import Command, Recorded
from services.incident_commands import ReportIncident
from services.people import Person, erase, register
from services.register_commands import AppointPerson, RegisterCommand, RegisterRecorded, RevokeRole, run_on_register
from services.registers import join_school, register_trust
from services.running_commands import run
from services.scope import Caller, system_caller
from tests.api.client import Client, Json
from tests.support.issuing import Provider, pair
from tests.support.postgres import DatabaseUrls

KEY = pair("k1", "ES256")
SCHOOL, OTHER = "900001", "900002"
VIEWER = "{ viewer { role person { id } schools { urn } } trust { id } }"


class World:
    """Two trusts that one provider signs people in for, a third of somebody else's, and the server over them."""

    def __init__(self, runtime: Runtime, provider: Provider, http: httpx.Client) -> None:
        self.runtime, self.provider, self.http = runtime, provider, http

    def token(self, subject: str, **claims: Any) -> str:
        now = int(time.time())
        said = {"iss": f"{self.provider.url}/p", "aud": "caseledger", "sub": subject, "iat": now, "exp": now + 60}
        return KEY.sign({**said, "client_id": "web", **claims}, {"typ": "at+jwt"})

    def ask(
        self, subject: str, trust: UUID | str | None = None, role: str | None = None, **claims: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token(subject, **claims)}"}
        headers |= {} if trust is None else {"Caseledger-Trust": str(trust)}
        headers |= {} if role is None else {"Caseledger-Role": role}
        return self.http.post("/graphql", json={"query": VIEWER}, headers=headers)

    def give(self, trust: UUID, command: RegisterCommand) -> None:
        outcome = run_on_register(self.runtime.services(trust), administrator(trust), command)
        assert isinstance(outcome, RegisterRecorded), outcome

    def appoint(self, trust: UUID, person: UUID, role: str, school: str | None = None, **given: Any) -> None:
        command = AppointPerson(command_id=uuid4(), person=person, role=role, school_urn=school, **given)
        self.give(trust, command)

    def somebody(self, subject: str, *trusts: UUID) -> UUID:
        """A person with an account in each of the trusts."""
        person = uuid4()
        for trust in trusts:
            services = self.runtime.services(trust)
            with services.ledger.trust.connection() as connection:
                register(connection, trust, [Person(person, "STAFF")])
            issuer = f"{self.provider.url}/p"
            made = bind_account(
                services, administrator(trust), command_id=uuid4(), issuer=issuer, subject=subject, person_id=person
            )
            assert not hasattr(made, "code"), made
        return person

    def switch(self, trust: UUID, subject: str, *, is_active: bool) -> None:
        issuer = f"{self.provider.url}/p"
        switch_account(
            self.runtime.services(trust),
            administrator(trust),
            command_id=uuid4(),
            issuer=issuer,
            subject=subject,
            is_active=is_active,
        )


def administrator(trust: UUID) -> Caller:
    return Caller(trust, UUID(int=1), Role.ADMIN)


ALDER, BIRCH, CEDAR = (UUID(int=0xABCD00 + number, version=4) for number in (1, 2, 3))


@pytest.fixture(scope="module")
def world(database_urls: DatabaseUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("data")
    with Provider(KEY.public()) as provider:
        issuers = folder / "issuers.toml"
        trusts = ", ".join(f'"{trust}"' for trust in (ALDER, BIRCH))
        issuers.write_text(
            f'[[issuer]]\nname = "p"\nkind = "oidc"\nurl = "{provider.url}/p"\n'
            f'audiences = ["caseledger"]\ntrusts = [{trusts}]\nalgorithms = ["ES256"]\n'
        )
        settings = load_settings(
            data_dir=folder,
            port=0,
            database_url=database_urls.main,
            keys_database_url=database_urls.keys,
            issuers=issuers,
            step_up_kinds=("STAFF_BREACH",),
        )
        with Runtime.open(settings) as runtime:
            for trust in (ALDER, BIRCH, CEDAR):
                ledger = register_trust(runtime.database, runtime.key_store, trust, f"Trust {trust.int % 1000}")
                for urn in (SCHOOL, OTHER):
                    since = date(2024, 9, 1)
                    join_school(ledger, system_caller(trust), urn=urn, name=f"School {urn}", joined_on=since)
            tokens = DevelopmentTokens.load(folder, host="127.0.0.1")
            with Client(runtime, ALDER, identities=load_identities(settings, tokens)) as client:
                yield World(runtime, provider, client.http)


def seen(answer: httpx.Response) -> tuple[str, str, list[str]]:
    """The trust, the role and the schools of an answer."""
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    return data["trust"]["id"], data["viewer"]["role"], [school["urn"] for school in data["viewer"]["schools"]]


def refused(answer: httpx.Response) -> tuple[int, Json]:
    assert "data" not in answer.json()
    return answer.status_code, {
        name: member for name, member in answer.json().items() if name not in ("type", "title", "status")
    }


NO_TRUST = (404, {"detail": "There is no such trust.", "code": "NOT_FOUND"})


def role_needed(*roles: str) -> tuple[int, Json]:
    detail = "Say by Caseledger-Role in which of your roles you act."
    return 403, {"detail": detail, "code": "NOT_ALLOWED", "roles": list(roles)}


def test_who_holds_one_role_in_one_trust_need_not_say_so(world: World) -> None:
    person = world.somebody("head", ALDER)
    world.appoint(ALDER, person, "headteacher", SCHOOL)

    answer = world.ask("head")

    assert seen(answer) == (str(ALDER), "headteacher", [SCHOOL])
    assert answer.json()["data"]["viewer"]["person"]["id"] == str(person)


def test_who_holds_several_roles_says_in_which_they_act(world: World) -> None:
    person = world.somebody("two", ALDER)
    world.appoint(ALDER, person, "governor", SCHOOL)
    world.appoint(ALDER, person, "headteacher", OTHER)

    assert refused(world.ask("two")) == role_needed("governor:900001", "headteacher:900002")
    assert seen(world.ask("two", role="headteacher:900002")) == (str(ALDER), "headteacher", [OTHER])
    assert seen(world.ask("two", role="governor:900001")) == (str(ALDER), "governor", [SCHOOL])


@pytest.mark.parametrize(
    "role", ["headteacher:900001", "trust-lead", "system", "king", "headteacher", "", "investigator:x", "é".encode()]
)
def test_a_role_that_one_does_not_hold_is_answered_as_one_that_never_was(world: World, role: Any) -> None:
    subject = f"clerk {role!r}".encode().hex()
    world.appoint(ALDER, world.somebody(subject, ALDER), "clerk", SCHOOL)

    assert refused(world.ask(subject, role=role)) == role_needed("clerk:900001")


def test_who_serves_several_trusts_says_which(world: World) -> None:
    person = world.somebody("both", ALDER, BIRCH)
    world.appoint(ALDER, person, "auditor")
    world.appoint(BIRCH, person, "trust-lead")

    detail = "You serve several trusts: say by Caseledger-Trust for which one you ask."
    several = {"detail": detail, "code": "INVALID_INPUT", "trusts": [str(ALDER), str(BIRCH)]}
    assert refused(world.ask("both")) == (400, several)
    assert seen(world.ask("both", ALDER))[:2] == (str(ALDER), "auditor")
    assert seen(world.ask("both", BIRCH))[:2] == (str(BIRCH), "trust-lead")
    # A role of the one is none in the other.
    assert refused(world.ask("both", ALDER, "trust-lead")) == role_needed("auditor")


def test_a_trust_that_one_does_not_serve_answers_as_one_that_never_was(world: World) -> None:
    world.appoint(ALDER, world.somebody("one", ALDER), "auditor")

    # Another that the issuer may name, one that it may not, one that there never was, and no trust's name at all.
    answers = [world.ask("one", trust) for trust in (BIRCH, CEDAR, uuid4(), "alder", str(ALDER).upper(), "")]

    assert {answer.content for answer in answers} == {answers[0].content}
    assert {refused(answer)[0] for answer in answers} == {404}
    assert refused(answers[0]) == NO_TRUST
    assert refused(world.ask("nobody at all")) == refused(world.ask("nobody at all", ALDER)) == NO_TRUST


def test_a_trust_named_twice_is_none(world: World) -> None:
    world.appoint(ALDER, world.somebody("twice", ALDER), "auditor")
    headers = [("Authorization", f"Bearer {world.token('twice')}"), *[("Caseledger-Trust", str(ALDER))] * 2]

    assert refused(world.http.post("/graphql", json={"query": VIEWER}, headers=headers)) == NO_TRUST


def test_a_role_that_is_revoked_is_gone_with_the_next_request(world: World) -> None:
    person = world.somebody("revoked", ALDER)
    world.appoint(ALDER, person, "auditor")
    world.appoint(ALDER, person, "dpo")
    assert seen(world.ask("revoked", role="auditor"))[1] == "auditor"

    world.give(ALDER, RevokeRole(command_id=uuid4(), person=person, role="auditor"))

    assert refused(world.ask("revoked", role="auditor")) == role_needed("dpo")
    assert seen(world.ask("revoked"))[1] == "dpo"
    world.give(ALDER, RevokeRole(command_id=uuid4(), person=person, role="dpo"))
    assert refused(world.ask("revoked")) == role_needed()


def test_an_account_that_is_switched_off_is_out_with_the_next_request_and_back_when_it_is_on(world: World) -> None:
    world.appoint(ALDER, world.somebody("left", ALDER), "auditor")
    token = world.token("left")
    headers = {"Authorization": f"Bearer {token}"}
    assert seen(world.http.post("/graphql", json={"query": VIEWER}, headers=headers))[1] == "auditor"

    world.switch(ALDER, "left", is_active=False)

    assert refused(world.http.post("/graphql", json={"query": VIEWER}, headers=headers)) == NO_TRUST
    world.switch(ALDER, "left", is_active=True)
    assert seen(world.http.post("/graphql", json={"query": VIEWER}, headers=headers))[1] == "auditor"


def test_whoever_was_erased_is_out_with_the_next_request_and_their_account_stays_known(world: World) -> None:
    subject, issuer = "erased", f"{world.provider.url}/p"
    person = world.somebody(subject, ALDER, BIRCH)
    for trust in (ALDER, BIRCH):
        world.appoint(trust, person, "auditor")
    assert seen(world.ask(subject, ALDER))[1] == "auditor"
    alder = world.runtime.database.trust(ALDER)
    account = find_account(alder, issuer, subject)
    assert account is not None

    erase(alder, Caller(ALDER, uuid4(), Role.TRUST_LEAD), person)

    assert [refused(world.ask(subject, trust)) for trust in (ALDER, CEDAR)] == [NO_TRUST] * 2
    # Whoever is erased in one trust is somebody in the other.
    assert seen(world.ask(subject)) == seen(world.ask(subject, BIRCH))
    world.switch(ALDER, subject, is_active=False)
    off = replace(account, is_active=False)
    assert find_account(alder, issuer, subject) == off
    world.switch(ALDER, subject, is_active=True)
    assert find_account(alder, issuer, subject) == off
    assert refused(world.ask(subject, ALDER)) == NO_TRUST


def test_an_account_of_another_issuer_with_the_same_subject_is_somebody_else(world: World) -> None:
    person = uuid4()
    services = world.runtime.services(ALDER)
    with services.ledger.trust.connection() as connection:
        register(connection, ALDER, [Person(person, "STAFF")])
    bound: dict[str, Any] = {"command_id": uuid4(), "subject": "same", "person_id": person}
    bind_account(services, administrator(ALDER), issuer="https://elsewhere.example", **bound)
    world.appoint(ALDER, person, "trust-lead")

    assert refused(world.ask("same")) == NO_TRUST


def test_an_appointment_to_come_gives_nothing_yet(world: World) -> None:
    person = world.somebody("to come", ALDER)
    world.appoint(ALDER, person, "auditor", appointed_on=date(2199, 1, 1))

    assert refused(world.ask("to come")) == role_needed()


def test_a_kind_that_asks_for_a_stronger_sign_in_is_not_there_without_one(world: World) -> None:
    world.appoint(ALDER, world.somebody("weak", ALDER), "trust-lead")
    asked = {
        "query": 'mutation { reportStaffBreach(input: {commandId: "%s", schoolUrn: "900001",'
        ' reportedOn: "2026-09-14", source: "ALLEGED" }) { ... on Recorded { case { id } } ... on Refused { code } } }'
    }
    headers = {"Authorization": f"Bearer {world.token('weak', amr=['pwd', 'mfa'])}"}
    made = world.http.post("/graphql", json={"query": asked["query"] % uuid4()}, headers=headers)
    case = made.json()["data"]["reportStaffBreach"]["case"]["id"]
    note = (
        'mutation { addAddendum(input: {commandId: "%s", caseId: "%s", text: "x"}) {'
        " ... on Recorded { position } ... on Refused { code } } }"
    )

    weak = {"Authorization": f"Bearer {world.token('weak', amr=['pwd'])}"}
    refusal = world.http.post("/graphql", json={"query": note % (uuid4(), case)}, headers=weak)
    strong = world.http.post("/graphql", json={"query": note % (uuid4(), case)}, headers=headers)

    assert refusal.json()["data"]["addAddendum"] == {"code": "NOT_FOUND"}
    assert "position" in strong.json()["data"]["addAddendum"]


def test_who_one_is_names_every_trust_and_role_there_is_to_choose_from(world: World) -> None:
    person = world.somebody("chooses", ALDER, BIRCH)
    world.appoint(ALDER, person, "headteacher", SCHOOL)
    world.appoint(ALDER, person, "governor", OTHER)

    answer = world.http.get("/v1/me", headers={"Authorization": f"Bearer {world.token('chooses')}"})
    nobody = world.http.get("/v1/me", headers={"Authorization": f"Bearer {world.token('nobody')}"})

    assert answer.json()["trusts"] == [
        {"trust": str(ALDER), "person": str(person), "roles": ["headteacher:900001", "governor:900002"]},
        {"trust": str(BIRCH), "person": str(person), "roles": []},
    ]
    assert refused(nobody) == NO_TRUST


# --- roles of a single case


def do(world: World, caller: Caller, command: Command) -> Any:
    outcome = run(world.runtime.services(caller.trust_id), caller, command)
    assert isinstance(outcome, Recorded), outcome
    return outcome.case


def an_incident(world: World) -> UUID:
    lead = Caller(ALDER, UUID(int=2), Role.TRUST_LEAD)
    command = ReportIncident(command_id=uuid4(), school_urn=SCHOOL, opened_on=date(2026, 9, 14))
    case_id: UUID = do(world, lead, command).id
    return case_id


def granting(case: UUID, person: UUID, role: str, **given: Any) -> GrantAccess:
    return GrantAccess(command_id=uuid4(), case_id=case, person=person, role=role, reason="To look into it.", **given)


def test_who_was_granted_one_case_acts_in_it_until_it_is_ended_and_nowhere_else(world: World) -> None:
    person, case, other = world.somebody("investigator", ALDER), an_incident(world), an_incident(world)
    lead = Caller(ALDER, UUID(int=2), Role.TRUST_LEAD)
    role = f"investigator:{case}"
    assert refused(world.ask("investigator", role=role)) == role_needed()

    granted = do(world, lead, granting(case, person, "INVESTIGATOR"))

    assert seen(world.ask("investigator", role=role))[1] == "investigator"
    for wrong in (f"investigator:{other}", f"panel:{case}", f"examiner:{case}", f"investigator:{uuid4()}"):
        assert refused(world.ask("investigator", role=wrong)) == role_needed()
    [grant] = granted.access_grants
    do(world, lead, EndAccess(command_id=uuid4(), case_id=case, grant_id=grant, reason="Done."))
    assert refused(world.ask("investigator", role=role)) == role_needed()


def test_who_opened_a_case_in_an_emergency_loses_it_with_the_role_that_let_them(world: World) -> None:
    person, case = world.somebody("dsl", ALDER), an_incident(world)
    world.appoint(ALDER, person, "dsl", SCHOOL)
    world.appoint(ALDER, world.somebody("dpo", ALDER), "dpo")
    headers = {"Authorization": f"Bearer {world.token('dsl')}"}
    asked = {"commandId": str(uuid4()), "caseId": str(case), "reason": "A child may be in danger.", "minutes": 30}

    opened = world.http.post("/v1/emergency-access", json=asked, headers=headers)

    assert (opened.status_code, opened.json()["role"], opened.json()["alerted"]) == (201, f"emergency:{case}", 1)
    assert seen(world.ask("dsl", role=f"emergency:{case}"))[1] == "emergency"
    world.give(ALDER, RevokeRole(command_id=uuid4(), person=person, role="dsl", school_urn=SCHOOL))
    assert refused(world.ask("dsl", role=f"emergency:{case}")) == role_needed()
