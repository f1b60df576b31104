"""Schemathesis against a running server, on one of its contracts and as one caller."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from api.graphql.schema import SCHEMA_FILE
from api.rest.contract import printed_openapi

__all__ = ["Contract", "Tried", "fuzz"]

Contract = Literal["graphql", "openapi"]

_HERE = Path(__file__).parent
_GENERATED = re.compile(r"([\d,]+) generated")


@dataclass(frozen=True)
class Tried:
    """What came of one run: the cases that were sent, and what was printed if one of them failed."""

    cases: int
    passed: bool
    printed: str


def fuzz(address: str, contract: Contract, token: str | None, folder: Path, *, examples: int, case: str = "") -> Tried:
    """Send requests made from a contract; `examples` are the most for each operation that it has.

    `token` None: as nobody. `case` is the id of one that is there. `folder` takes the contract and what is found.
    """
    if contract == "graphql":
        location, base = SCHEMA_FILE, f"{address}/graphql"
    else:
        location, base = folder / "openapi.json", address
        location.write_text(printed_openapi())
    program = [sys.executable, "-c", "import sys; from schemathesis.cli import schemathesis; sys.exit(schemathesis())"]
    command = [*program, "--no-color", "--config-file", str(_HERE / "schemathesis.toml"), "run", str(location)]
    command += ["--url", base, "--max-examples", str(examples), "--seed", "1", "--continue-on-failure"]
    if token is not None:
        command += ["--header", f"Authorization: Bearer {token}"]
    if contract == "graphql":
        # Its own check of GraphQL takes every error for a fault, also what a rule refuses; ours does not.
        command += ["--checks", "nothing_unexpected"]
    given = {"SCHEMATHESIS_HOOKS": "tests.outside.checks", "PYTHONPATH": str(_HERE.parents[1])}
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | given | {"CASELEDGER_OUTSIDE_CASE": case},
        capture_output=True,
        text=True,
        check=False,
    )
    found = _GENERATED.search(done.stdout)
    cases = int(found[1].replace(",", "")) if found else 0
    return Tried(cases, done.returncode == 0, done.stdout + done.stderr)
