"""The demonstration as its user starts it: a process of its own, a folder of its own, real HTTP."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
# One for all requests: making a client reads every certificate of the machine.
_HTTP = httpx.Client(verify=False)
CASELEDGER = [sys.executable, "-c", "import sys; from api.cli import main; sys.exit(main())"]


@dataclass
class Demonstration:
    """A data folder on which `caseledger` runs; verbs may run beside it."""

    folder: Path
    port: int
    process: subprocess.Popen[str] | None = None
    tokens: dict[tuple[str, ...], str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CASELEDGER_")}
        return kept | {"CASELEDGER_DATA_DIR": str(self.folder), "PYTHONPATH": str(ROOT)} | self.settings

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one verb to its end."""
        return subprocess.run(
            [*CASELEDGER, *arguments], env=self.environment, capture_output=True, text=True, check=False, timeout=120
        )

    def start(self, seconds: float = 90, *, showcase: bool = False) -> None:
        """Start the demonstration and wait until it is ready: with the log alone, unless the showcase is asked for."""
        chosen = [] if showcase else ["--no-showcase"]
        self.process = subprocess.Popen(
            [*CASELEDGER, "demo", "--port", str(self.port), *chosen],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        until = time.monotonic() + seconds
        while not self.ready():
            assert self.process.poll() is None, self.process.stdout.read() if self.process.stdout else ""
            assert time.monotonic() < until, "the demonstration did not become ready"
            time.sleep(0.1)

    def ready(self) -> bool:
        try:
            return _HTTP.get(f"{self.address}/health/ready", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self) -> str:
        """Stop as Ctrl-C does; returns what was printed."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        printed, _ = self.process.communicate(timeout=60)
        self.process = None
        return printed

    def token(self, role: str = "trust-lead") -> str:
        if (role,) not in self.tokens:
            printed = self.run("token", "--role", role)
            assert printed.returncode == 0, printed.stderr
            self.tokens[role,] = printed.stdout.strip()
        return self.tokens[role,]

    def answer(self, query: str, role: str = "trust-lead", **variables: Any) -> dict[str, Any]:
        """The whole answer to a GraphQL request."""
        response = _HTTP.post(
            f"{self.address}/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {self.token(role)}"},
            timeout=60,
        )
        return response.json()  # type: ignore[no-any-return]  # JSON

    def ask(self, query: str, role: str = "trust-lead", **variables: Any) -> dict[str, Any]:
        """The data of an answer without errors."""
        answer = self.answer(query, role, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]  # type: ignore[no-any-return]  # JSON


@contextmanager
def demonstration() -> Iterator[Demonstration]:
    """A demonstration on an empty folder, not started; whatever it started is stopped at the end."""
    folder = Path(tempfile.mkdtemp(prefix="cld-"))
    # The embedded server runs as a user of its own when the tests run as root.
    folder.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    shown = Demonstration(folder / "d", port)
    try:
        yield shown
    finally:
        if shown.process is not None and shown.process.poll() is None:
            shown.stop()
        shutil.rmtree(folder, ignore_errors=True)
