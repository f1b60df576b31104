"""`python -m tests.outside`: what programs of others say of a running demonstration.

The audits of the npm package graphql-http, which is brought from the network, and schemathesis on both contracts, as
each role that a token names and as nobody. Run this after a change of how requests are answered over HTTP.
"""

from __future__ import annotations

import argparse
import math
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from api.identity.claimed_roles import SERVED_ROLES
from domain.access import CASE_ROLES, SCHOOL_ROLES, Role
from tests.e2e.demonstration import Demonstration, demonstration
from tests.outside.fuzzing import Contract, fuzz

_HERE = Path(__file__).parent
_SCHOOL = "900003"
# Fields of queries and mutations in the schema of GraphQL, roughly: so many cases one example of each is.
_FIELDS = 135
# No limit of a client, for a fuzzer asks more than any; what they refuse has tests of its own.
_WITHOUT_LIMITS = {f"CASELEDGER_RATE_LIMIT_{name}": "0" for name in ("REQUESTS", "COST", "FAILURES")}


def main() -> int:
    """Run both; 0 when neither found anything."""
    parser = argparse.ArgumentParser(prog="python -m tests.outside", description=__doc__)
    parser.add_argument("--cases", type=int, default=5_000, help="what schemathesis tries at least: %(default)s")
    options = parser.parse_args()
    with demonstration() as started, tempfile.TemporaryDirectory() as folder:
        started.settings |= _WITHOUT_LIMITS
        started.start(showcase=True)
        audits = _audits(Path(folder), f"{started.address}/graphql", started.token())
        cases = _schemathesis(started, Path(folder), options.cases)
    return audits or cases


def _audits(folder: Path, address: str, token: str) -> int:
    for name in ("package.json", "audits.mjs"):
        shutil.copy(_HERE / name, folder)
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        sys.exit("The audits need Node and npm.")
    subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder, check=True)
    return subprocess.run([node, "audits.mjs", address, token], cwd=folder, check=False).returncode


def _schemathesis(started: Demonstration, folder: Path, wanted: int) -> int:
    incident = f'{{ cases(first: 1, filter: {{schools: ["{_SCHOOL}"], kinds: [INCIDENT]}}) {{ nodes {{ id }} }} }}'
    case = started.ask(incident)["cases"]["nodes"][0]["id"]
    examples = max(2, math.ceil(wanted / _FIELDS / len(SERVED_ROLES)))
    contracts: dict[Contract, int] = {"graphql": examples, "openapi": 10 * examples}
    total, failed = 0, 0
    for role in (None, *SERVED_ROLES):
        token = None if role is None else started.token(_named(role, case))
        for contract, most in contracts.items():
            tried = fuzz(started.address, contract, token, folder, examples=most, case=case)
            total, failed = total + tried.cases, failed + (not tried.passed)
            print(f"{contract:8} as {role or 'nobody':13} {tried.cases:5} cases {'ok' if tried.passed else 'FAILED'}")
            if not tried.passed:
                print(tried.printed)
    print(f"{total} cases of schemathesis, {failed} of {2 * len(SERVED_ROLES) + 2} runs failed")
    if total < wanted:
        print(f"fewer than the {wanted} that were asked for")
    return int(failed > 0 or total < wanted)


def _named(role: str, case: str) -> str:
    """Return the role with the place that its token has to name."""
    if Role(role) in SCHOOL_ROLES:
        return f"{role}:{_SCHOOL}"
    return f"{role}:{case}" if Role(role) in CASE_ROLES else role


if __name__ == "__main__":
    sys.exit(main())
