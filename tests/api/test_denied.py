"""A denied call returns nothing, records nothing but the refusal, and changes nothing: whole tables are compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import product
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from api.bootstrap import Runtime
from api.identity.claimed_roles import SERVED_ROLES
from api.settings import DEMONSTRATION_TRUST
from domain.values import CaseKind
from services.catalogue import COMMANDS
from tests.api.client import Client, Json, demonstration
from tests.api.reads import Log
from tests.api.test_access import BLIND, OPENING, OTHER, SCHOOL, an_input, case_of_school
from tests.api.test_routes import ROWS, called, token_for
from tests.stored.permission_matrix import PATH as PERMISSIONS
from tests.stored.permission_matrix import case_actions
from tests.support.postgres import DatabaseUrls

ROLES = (*BLIND, "auditor", "dpo", f"staff:{SCHOOL}", f"equalities:{SCHOOL}", f"mis:{SCHOOL}")
CONCERNED = UUID(int=88)
# What the officer decides on every case; and what it ends and reviews there, of which there is none in these.
OF_THE_OFFICER = frozenset({"PlaceHold", "LiftHold", "ClassifyForRetention", "ReviewRetention"})
OF_ACCESS = frozenset({"EndAccess", "ReviewEmergencyAccess"})
# The only tables that a denied call may add to: that somebody looked for a case is recorded.
OF_READS = frozenset({"read_head", "read_entry", "read_of_case", "read_checkpoint"})
Tables = dict[str, tuple[int, str]]


def tables(urls: DatabaseUrls) -> Tables:
    """Every table of both databases: how many rows it has, and a digest of all of them."""
    found = {}
    for url in (urls.admin_main, urls.admin_keys):
        with psycopg.connect(url) as connection:
            names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            for (name,) in sorted(names):
                rows = connection.execute(
                    sql.SQL("SELECT t::text FROM {} AS t ORDER BY t::text").format(sql.Identifier(name))
                ).fetchall()
                found[name] = (len(rows), sha256("\n".join(one for (one,) in rows).encode()).hexdigest())
    return found


def changed(before: Tables, after: Tables) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


@pytest.fixture(scope="module")
def quiet(runtime: Runtime) -> Iterator[Client]:
    """The trust with its figures up to date, so that nothing else moves a table; any number of failures is taken."""
    runtime.settings = runtime.settings.model_copy(update={"rate_limit_failures": 0})
    demonstration(runtime)
    with Client(runtime, DEMONSTRATION_TRUST) as client:
        client.ask("{ cases { totalCount } }")
        yield client


def refused(client: Client, name: str, role: str, fields: Json, person: UUID | None = None) -> object:
    """The code with which a command is refused; the whole answer where it is not, or tells more than that."""
    command = name[0].lower() + name[1:]
    query = (
        f"mutation($input: {name}Input!) {{ {command}(input: $input) {{ __typename"
        " ... on Refused { code } ... on Recorded { case { id } } } }"
    )
    answer = client.send(query, role, person, input=fields).json()
    told = (answer.get("data") or {}).get(command) or {}
    return told["code"] if told.keys() == {"__typename", "code"} else answer


def _denied_commands(demo: Client) -> Iterator[tuple[str, str, Json]]:
    hidden, seen = case_of_school(demo, OTHER)["id"], case_of_school(demo, SCHOOL)["id"]
    lookers = ("auditor", "dpo", "dashboard", "admin", f"mis:{SCHOOL}")
    for name in COMMANDS:
        roles = [role for role in ROLES if role != "dpo" or name not in OF_THE_OFFICER]
        for role in roles:
            place = {"schoolUrn": "999999"} if name in OPENING else {"caseId": hidden}
            # The auditor and the officer see every case, and change nothing else of any.
            if name not in OPENING or role in lookers:
                yield name, role, an_input(name, **{**OPENING.get(name, {}), **place})
        if name not in OPENING:
            for role in (role for role in roles if role in lookers):
                yield name, role, an_input(name, caseId=seen)


def test_the_officer_gives_what_is_said_here_and_nothing_else() -> None:
    header, *rows = (line.split("\t") for line in PERMISSIONS.read_text().splitlines())
    given = {row[4] for row in rows if len(row) == len(header) and row[header.index("dpo")] == "yes"}

    assert given & COMMANDS.keys() == OF_THE_OFFICER | OF_ACCESS


def test_no_denied_command_of_any_role_changes_a_row_of_any_table(quiet: Client, database_urls: DatabaseUrls) -> None:
    given = list(_denied_commands(quiet))
    before = tables(database_urls)

    answers = [(name, role, refused(quiet, name, role, fields)) for name, role, fields in given]

    print(f"{len(given)} denied commands")  # noqa: T201
    assert len(given) >= len(COMMANDS) * 10
    assert [one for one in answers if one[2] not in ("NOT_FOUND", "NOT_ALLOWED")] == []
    assert changed(before, tables(database_urls)) == set()


@pytest.fixture(scope="module")
def about_them(quiet: Client) -> Mapping[CaseKind, UUID]:
    """A case of each kind, of which the same person is the subject, or of the incident the target."""
    them = str(CONCERNED)
    given: Mapping[CaseKind, tuple[str, Json]] = {
        CaseKind.INCIDENT: ("ReportIncident", {}),
        CaseKind.STAFF_BREACH: ("ReportStaffBreach", {"subject": them}),
        CaseKind.COMPLAINT: (
            "ReceiveComplaint",
            {"means": "LETTER", "heads": [{"about": [them], "aboutSchool": False, "aboutStaff": True}]},
        ),
    }
    made = {}
    for kind, (name, fields) in given.items():
        begun = quiet.command(name[0].lower() + name[1:], **an_input(name, **OPENING[name], **fields))
        made[kind] = UUID(begun["case"]["id"])
    item = {"about": [them], "classifications": [{"nature": "ALLEGATION", "target": "STAFF"}], "posterRole": "PARENT"}
    recorded = quiet.command("recordItem", **an_input("RecordItem", caseId=str(made[CaseKind.INCIDENT]), **item))
    quiet.ask(f"{{ cases(atLeast: {recorded['position']}) {{ totalCount }} }}")
    return made


def _conflicts(about_them: Mapping[CaseKind, UUID]) -> Iterator[tuple[str, str, Json, str]]:
    """Every command on a case about oneself, as each role that could be given it, and how it is refused."""
    incident = about_them[CaseKind.INCIDENT]
    for kind in (CaseKind.STAFF_BREACH, CaseKind.COMPLAINT):
        for name, role in product(case_actions(kind), sorted(SERVED_ROLES)):
            if name in COMMANDS:
                fields = an_input(name, caseId=str(about_them[kind]))
                yield name, token_for(role, about_them[kind]), fields, "NOT_FOUND"
    header, *rows = (line.split("\t") for line in PERMISSIONS.read_text().splitlines())
    for of, relation, _, is_target, name, *marks in rows:
        if (of, relation, is_target) == ("INCIDENT", "in-place", "target") and name in COMMANDS:
            for role, mark in zip(header[5:], marks, strict=True):
                if role in SERVED_ROLES and mark == "t":
                    fields = an_input(name, caseId=str(incident))
                    yield name, token_for(role, incident), fields, "CONFLICT_OF_INTEREST"


def test_no_command_on_a_case_about_oneself_changes_a_row_of_any_table(
    quiet: Client, about_them: Mapping[CaseKind, UUID], database_urls: DatabaseUrls
) -> None:
    given = list(_conflicts(about_them))
    before = tables(database_urls)

    found = [
        (name, role, refused(quiet, name, role, fields, CONCERNED), expected) for name, role, fields, expected in given
    ]

    print(f"{len(given)} commands in conflict of interest")  # noqa: T201
    assert Counter(expected for *_, expected in found).keys() == {"NOT_FOUND", "CONFLICT_OF_INTEREST"}
    assert len(given) >= 1_000
    assert [one for one in found if one[2] != one[3]] == []
    assert changed(before, tables(database_urls)) == set()


def test_no_denied_operation_changes_a_row_but_of_the_log_of_reads(quiet: Client, database_urls: DatabaseUrls) -> None:
    """Every route of the application, each of which has a row, as each role that it is not for."""
    hidden, seen = (UUID(case_of_school(quiet, urn)["id"]) for urn in (OTHER, SCHOOL))
    denied = [
        (method, path, role)
        for (method, path), row in ROWS.items()
        for role in sorted(SERVED_ROLES)
        if row.may is not None and role not in row.may
    ]
    log = Log(quiet)
    before, read_before = tables(database_urls), log.position

    for method, path, role in denied:
        # Whose role is of a case holds it in another.
        for case_id, own in ((hidden, seen), (seen, hidden)):
            answer = called(quiet, method, path, case_id, quiet.headers(token_for(role, own)))

            assert answer.status_code in (401, 403, 404), (method, path, role, answer.text)
            if method != "HEAD":
                assert set(answer.json()) <= {"type", "title", "status", "detail", "code", "fields", "schemas"}
                assert str(case_id) not in answer.text

    print(f"{len(denied)} denied operations")  # noqa: T201
    assert len(denied) >= 400
    assert changed(before, tables(database_urls)) <= OF_READS
    assert [entry for entry in log.bodies(read_before) if entry["cases"]] == []


def test_a_command_that_is_carried_out_is_seen_in_the_tables(quiet: Client, database_urls: DatabaseUrls) -> None:
    """The control: the comparison has eyes."""
    case_id = case_of_school(quiet, SCHOOL)["id"]
    before = tables(database_urls)

    quiet.command("addAddendum", **an_input("AddAddendum", caseId=case_id))

    assert changed(before, tables(database_urls)) >= {"event", "command", "ledger_head", "sealed_part"}
