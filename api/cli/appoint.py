"""`caseledger appoint`: give a person a role, or take it away; by it the first administrator is made.

Who holds the machine needs no role for this, and what is done is recorded as done by the program itself.
"""

from __future__ import annotations

import argparse
import sys
from datetime import date
from uuid import UUID, uuid4

from api.bootstrap import Runtime
from api.settings import load_settings
from services.accounts import bind_account, find_account
from services.commands import Refusal, Services
from services.people import NameUse, Person, register
from services.register_commands import AppointPerson, RegisterCommand, RevokeRole, run_on_register
from services.registers import register_trust
from services.scope import Caller, system_caller

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--role", required=True, help="such as admin, or headteacher:900003 for one at a school")
    parser.add_argument("--person", type=UUID, help="the person's id; unset: whoever the account is, or somebody new")
    parser.add_argument("--issuer", help="where the person signs in: the `iss` of their tokens")
    parser.add_argument("--subject", help="what the issuer calls them: `tid/oid` for Entra ID, else `sub`")
    parser.add_argument("--name", help="what somebody new is called")
    parser.add_argument("--from", dest="begins", type=date.fromisoformat, help="the first day; unset: today")
    parser.add_argument("--until", type=date.fromisoformat, help="the last day, if that is known")
    parser.add_argument("--revoke", action="store_true", help="take the role away at once instead")
    parser.add_argument("--trust", type=UUID, help="the trust's id; unset: CASELEDGER_TRUST")
    parser.add_argument("--trust-name", help="register the trust under this name first, if it is not there yet")


def run(arguments: argparse.Namespace) -> int:
    """Appoint, or revoke; print the person's id where somebody new was registered."""
    if (arguments.issuer is None) != (arguments.subject is None):
        return _wrong("--issuer and --subject belong together")
    if arguments.person is None and arguments.subject is None:
        return _wrong("say who by --person, or by --issuer and --subject")
    settings = load_settings()
    trust_id = arguments.trust or settings.trust
    caller = system_caller(trust_id)
    with Runtime.open(settings) as runtime:
        if trust_id not in runtime.trust_ids():
            if arguments.trust_name is None:
                return _wrong("there is no such trust; --trust-name registers it")
            register_trust(runtime.database, runtime.key_store, trust_id, arguments.trust_name)
        services = runtime.services(trust_id)
        person = _person(services, caller, arguments)
        if isinstance(person, Refusal):
            return _refused(person)
        outcome = run_on_register(services, caller, _command(arguments, person))
        if isinstance(outcome, Refusal):
            return _refused(outcome)
    if arguments.person is None:
        print(person)
    return 0


def _command(arguments: argparse.Namespace, person: UUID) -> RegisterCommand:
    role, _, urn = arguments.role.partition(":")
    if arguments.revoke:
        return RevokeRole(command_id=uuid4(), person=person, role=role, school_urn=urn or None)
    return AppointPerson(
        command_id=uuid4(),
        person=person,
        role=role,
        school_urn=urn or None,
        appointed_on=arguments.begins,
        until=arguments.until,
    )


def _person(services: Services, caller: Caller, arguments: argparse.Namespace) -> UUID | Refusal:
    """The person who is meant: registered if new, and bound to the account if one was named."""
    trust = services.ledger.trust
    known = None if arguments.subject is None else find_account(trust, arguments.issuer, arguments.subject)
    person: UUID = arguments.person or (known.person_id if known is not None else uuid4())
    if arguments.subject is None:
        return person
    with trust.transaction() as connection:
        names = {} if arguments.name is None else {NameUse.USUAL: arguments.name}
        register(connection, trust.trust_id, [Person(person, "STAFF", names)])
    bound = bind_account(
        services,
        caller,
        command_id=uuid4(),
        issuer=arguments.issuer,
        subject=arguments.subject,
        person_id=person,
    )
    return bound if isinstance(bound, Refusal) else person


def _wrong(sentence: str) -> int:
    print(f"caseledger appoint: {sentence}", file=sys.stderr)
    return 2


def _refused(refusal: Refusal) -> int:
    print(f"caseledger appoint: {refusal.message}", file=sys.stderr)
    return 1
