"""PostGraphile: brought by npm into the cache folder with a Node of its own, once; left out where that fails."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

_HERE = Path(__file__).parent
_FILES = ("package.json", "postgraphile.mjs")
_PATIENCE = 600.0


class NodeMissing(RuntimeError):
    """PostGraphile cannot be run here; the message says why."""


def installed(folder: Path, *, bring: bool) -> Sequence[str]:
    """The command that runs PostGraphile from a folder; brings it by npm if it is not there and `bring` says so.

    Raises NodeMissing.
    """
    own = folder / "peers"
    pinned = (_HERE / "package.json").read_text()
    done = own / "installed.json"
    if not done.exists() or done.read_text() != pinned:
        if not bring:
            raise NodeMissing("PostGraphile has not been brought here by a full run yet")
        _bring(own)
        done.write_text(pinned)
    shutil.copy(_HERE / "postgraphile.mjs", own)
    return [str(own / "node_modules" / "node" / "bin" / "node"), str(own / "postgraphile.mjs")]


def _bring(own: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NodeMissing("npm is not installed")
    print("bringing PostGraphile by npm, once", file=sys.stderr, flush=True)
    own.mkdir(parents=True, exist_ok=True)
    shutil.copy(_HERE / "package.json", own)
    _run([npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"], own)
    # The package `node` fetches the program for this machine by a script of its own; no other script is run.
    node = own / "node_modules" / "node"
    _run([shutil.which("node") or "node", "installArchSpecificPackage.js"], node)
    _run([str(node / "bin" / "node"), "--version"], own)


def _run(command: Sequence[str], folder: Path) -> None:
    try:
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NodeMissing(f"{Path(command[0]).name} does not run: {error}") from None
    if ended.returncode:
        raise NodeMissing(f"{Path(command[0]).name} ends with status {ended.returncode}: {ended.stderr[-300:]}")


def address_of(url: str) -> tuple[dict[str, Any], str]:
    """A database's address as the driver of Node wants it, and the password, which it does not read from our file."""
    known = conninfo_to_dict(url)
    secret = Path(str(known["passfile"])).read_text().splitlines()[0].rsplit(":", 1)[1]
    address = {
        "host": known["host"],
        "port": int(str(known["port"])),
        "user": known["user"],
        "database": known["dbname"],
    }
    return json.loads(json.dumps(address)), secret
