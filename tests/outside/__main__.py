"""`python -m tests.outside`: what programs of others say of a running demonstration.

The audits of the npm package graphql-http, and schemathesis. Both are brought from the network, so that no other test
needs them; run this after a change of how GraphQL is answered over HTTP.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.e2e.demonstration import demonstration

_HERE = Path(__file__).parent
_SCHEMATHESIS = "schemathesis==4.32.5"


def main() -> int:
    """Run both; 0 when neither found anything."""
    parser = argparse.ArgumentParser(prog="python -m tests.outside", description=__doc__)
    parser.add_argument("--cases", type=int, default=30, help="what schemathesis tries of each field: %(default)s")
    options = parser.parse_args()
    with demonstration() as started, tempfile.TemporaryDirectory() as folder:
        started.start(showcase=True)
        address, token = f"{started.address}/graphql", started.token()
        audits = _audits(Path(folder), address, token)
        cases = _schemathesis(address, token, options.cases)
    return audits or cases


def _audits(folder: Path, address: str, token: str) -> int:
    for name in ("package.json", "audits.mjs"):
        shutil.copy(_HERE / name, folder)
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        sys.exit("The audits need Node and npm.")
    subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder, check=True)
    return subprocess.run([node, "audits.mjs", address, token], cwd=folder, check=False).returncode


def _schemathesis(address: str, token: str, cases: int) -> int:
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "tool", "run", _SCHEMATHESIS, "run", address, "--header", f"Authorization: Bearer {token}"]
    # Its own check takes every error of GraphQL for a fault, also what a rule refuses.
    command += ["--checks", "nothing_unexpected", "--max-examples", str(cases)]
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "tests.outside.checks", "PYTHONPATH": str(_HERE.parents[1])}
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
