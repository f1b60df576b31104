"""`caseledger api-key issue|rotate|revoke|list`: the keys by which programs sign in; a new one is printed once."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

from api.bootstrap import Runtime
from api.settings import load_settings
from domain.api_keys import DEFAULT_OVERLAP_DAYS
from domain.scopes import MEANINGS
from services.api_keys import ApiKey, IssuedSecret, issue_key, list_keys, revoke_key, rotate_key
from services.commands import Refusal, Services
from services.scope import Caller, system_caller

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--trust", type=UUID, help="the trust's id; unset: CASELEDGER_TRUST")
    actions = parser.add_subparsers(dest="action", required=True)
    issue = actions.add_parser("issue", help="give a program a key, and print it")
    issue.add_argument("--name", required=True, help="what it is for; no personal data")
    issue.add_argument(
        "--scope",
        action="append",
        required=True,
        choices=[scope.value for scope in MEANINGS],
        help="what it may do at most; may stand several times: "
        + "; ".join(f"{scope.value} ({text})" for scope, text in MEANINGS.items()),
    )
    issue.add_argument("--school", action="append", help="a school it is kept to, by URN; may stand several times")
    issue.add_argument("--person", type=UUID, help="the program, if it is known; unset: a new one, which is printed")
    issue.add_argument("--issuer", help="of the scope scim: `iss` of the tokens of the directory's people")
    issue.add_argument("--tenant", help="of a directory in Entra ID: its tenant")
    rotate = actions.add_parser("rotate", help="issue a key in place of one, and print it; both work for a while")
    rotate.add_argument(
        "--overlap-days", type=int, default=DEFAULT_OVERLAP_DAYS, help=f"unset: {DEFAULT_OVERLAP_DAYS}; at most 30"
    )
    for adding in (issue, rotate):
        adding.add_argument("--expires-on", type=date.fromisoformat, help="its last day; unset: a year from now")
    revoke = actions.add_parser("revoke", help="end a key at once")
    for naming in (rotate, revoke):
        naming.add_argument("--key", required=True, type=UUID, help="the key's id, as `list` prints it")
    actions.add_parser("list", help="print every key there is or was")


def run(arguments: argparse.Namespace) -> int:
    """Do what is asked."""
    settings = load_settings()
    caller = system_caller(arguments.trust or settings.trust)
    with Runtime.open(settings) as runtime:
        return _ACTIONS[arguments.action](runtime.services(caller.trust_id), caller, arguments)


def _issue(services: Services, caller: Caller, arguments: argparse.Namespace) -> int:
    outcome = issue_key(
        services,
        caller,
        command_id=uuid4(),
        name=arguments.name,
        scopes=arguments.scope,
        schools=arguments.school,
        person_id=arguments.person,
        expires_on=arguments.expires_on,
        issuer=arguments.issuer,
        tenant=arguments.tenant,
    )
    return _shown(outcome)


def _rotate(services: Services, caller: Caller, arguments: argparse.Namespace) -> int:
    outcome = rotate_key(
        services,
        caller,
        command_id=uuid4(),
        key_id=arguments.key,
        overlap_days=arguments.overlap_days,
        expires_on=arguments.expires_on,
    )
    return _shown(outcome)


def _revoke(services: Services, caller: Caller, arguments: argparse.Namespace) -> int:
    outcome = revoke_key(services, caller, command_id=uuid4(), key_id=arguments.key)
    if isinstance(outcome, Refusal):
        return _refused(outcome)
    print(_line(outcome))
    return 0


def _list(services: Services, caller: Caller, _arguments: argparse.Namespace) -> int:
    for key in list_keys(services, caller):
        print(_line(key))
    return 0


_ACTIONS: dict[str, Callable[[Services, Caller, argparse.Namespace], int]] = {
    "issue": _issue,
    "rotate": _rotate,
    "revoke": _revoke,
    "list": _list,
}


def _shown(outcome: IssuedSecret | Refusal) -> int:
    """Print the key on standard output, and what is known of it beside."""
    if isinstance(outcome, Refusal):
        return _refused(outcome)
    print(_line(outcome.key), file=sys.stderr)
    print(outcome.text)
    return 0


def _refused(refusal: Refusal) -> int:
    print(f"caseledger api-key: {refusal.message}", file=sys.stderr)
    return 1


def _line(key: ApiKey) -> str:
    used = "never used" if key.last_used_at is None else f"last used {key.last_used_at:%Y-%m-%dT%H:%MZ}"
    ends = f"{'revoked' if key.is_revoked else 'until'} {key.ends_at:%Y-%m-%dT%H:%MZ}"
    schools = "all schools" if key.schools is None else " ".join(key.schools)
    return f"{key.key_id}  program {key.person_id}  {ends}  {used}  {' '.join(key.scopes)}  {schools}  {key.name}"
