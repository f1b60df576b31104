"""The servers: how each is started, told what to answer, asked, and stopped."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from api.authentication import DevelopmentTokens, default_person
from api.settings import PREFIX
from bench.graphql.data import Data
from bench.graphql.peers.running import TOLD
from bench.graphql.profiled import PROFILE
from bench.graphql.questions import Question
from bench.graphql.statements import FLOOR
from domain.access import Role, visibility
from ledger.embedded import KEYS_DATABASE, MAIN_DATABASE, EmbeddedPostgres

_PATIENCE = 60.0
OURS, FLOOR_NAME, LOADERS, POSTGRAPHILE = "ours", "floor", "loaders", "postgraphile"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it goes over the wire, without the head that is the same for all; without a body it is a GET."""

    path: str
    body: bytes | None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: what it is asked for a question (nothing: it cannot answer it), and how it is understood."""

    name: str
    title: str
    port: int
    pid: int
    requests: Callable[[Question], Sequence[Request]]
    told: Callable[[Question, Any], Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    def ask(self, request: Request) -> Any:
        """`data` of the answer to one request. Raises RuntimeError for any error in it."""
        headers = {"Content-Type": "application/json", "Accept": "application/json", **self.headers, **request.headers}
        sent = urllib.request.Request(f"http://127.0.0.1:{self.port}{request.path}", request.body, headers)
        try:
            with urllib.request.urlopen(sent, timeout=_PATIENCE) as answered:
                answer = json.load(answered)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{self.name} answers {error.code}: {error.read()[:500]!r}") from None
        if answer.get("errors"):
            raise RuntimeError(f"{self.name} answers with errors: {str(answer['errors'])[:500]}")
        return answer["data"]


def reader_of(trust_id: UUID) -> dict[str, Any]:
    """Who asks every server: the trust's lead, who sees every school and opens texts."""
    person = default_person(trust_id, Role.TRUST_LEAD, None)
    return {"person": str(person), "kinds": list(visibility(trust_id, person, Role.TRUST_LEAD, None).kinds)}


def in_our_words(question: Question) -> list[Request]:
    """The requests of a server that has our schema."""
    return [Request("/graphql", _body(question, variables)) for variables in question.variables]


def _body(question: Question, variables: Mapping[str, Any]) -> bytes:
    return json.dumps({"query": question.document, "variables": variables}).encode()


def _to_the_floor(question: Question) -> list[Request]:
    if question.name not in FLOOR:
        return []
    return [Request(f"/{question.name}", json.dumps({"variables": given}).encode()) for given in question.variables]


def _as_asked(question: Question, answered: Any) -> Any:
    return question.told(answered)


@contextmanager
def ours(data: Data, *, keeps: bool = False, profile: Path | None = None) -> Iterator[Server]:
    """The real application, with its tokens, as `caseledger serve` starts it.

    Nothing is recorded, so it has no projector; it would rebuild what an earlier state of this code derived. It writes
    no line for each request, as its peers do not, and keeps no answers unless `keeps` says so. `profile` is where it
    writes what its functions took, once it ends.
    """
    port = free_port()
    tokens = DevelopmentTokens.load(data.folder, host="127.0.0.1")
    token = tokens.issue(data.trust_id, Role.TRUST_LEAD.value, hours=24)
    told = {"CASELEDGER_DATA_DIR": str(data.folder), "CASELEDGER_LOG_LEVEL": "WARNING"}
    told["CASELEDGER_PROJECTOR"] = "false"
    # One client asks as much as it can: it is counted as any other is, and never has had enough.
    told |= {f"CASELEDGER_RATE_LIMIT_{name}": "1000000000000" for name in ("REQUESTS", "COST")}
    if not keeps:
        told["CASELEDGER_RESPONSE_CACHE_BYTES"] = "0"
    command = [str(Path(sys.executable).with_name("caseledger"))]
    if profile is not None:
        command = [sys.executable, "-m", "bench.graphql.profiled"]
        told[PROFILE] = str(profile)
    with process("ours", [*command, "serve", "--port", str(port)], told) as running:
        wait_until_ready(running, port, "/health/ready")
        yield Server(OURS, "ours", port, running.pid, in_our_words, _as_asked, {"Authorization": f"Bearer {token}"})


@contextmanager
def in_python(data: Data, server: EmbeddedPostgres, name: str) -> Iterator[Server]:
    """One of the peers that we wrote."""
    port = free_port()
    given = {
        **reader_of(data.trust_id),
        "trust": str(data.trust_id),
        "url": server.app_url(MAIN_DATABASE),
        "keys_url": server.app_url(KEYS_DATABASE),
        "folder": str(data.folder),
        "port": port,
    }
    command = [sys.executable, "-m", f"bench.graphql.peers.{name}"]
    with process(name, command, {TOLD: json.dumps(given)}) as running:
        wait_until_ready(running, port, "/")
        requests = _to_the_floor if name == FLOOR_NAME else in_our_words
        title = "fixed SQL" if name == FLOOR_NAME else "resolvers with data loaders"
        yield Server(name, title, port, running.pid, requests, _as_asked)


@dataclass(frozen=True, slots=True)
class Running:
    """A process, and where it says what is wrong."""

    name: str
    process: subprocess.Popen[bytes]
    said: Path

    @property
    def pid(self) -> int:
        """Its number."""
        return self.process.pid


@contextmanager
def process(name: str, command: Sequence[str], told: Mapping[str, str]) -> Iterator[Running]:
    """A server in a process of its own, ended afterwards."""
    with ExitStack() as leaving:
        folder = Path(leaving.enter_context(tempfile.TemporaryDirectory()))
        said = folder / "said"
        out = leaving.enter_context(said.open("wb"))
        # What is set for a server of one's own is not meant for these.
        around = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        running = subprocess.Popen(
            command, env={**around, **told}, cwd=Path(__file__).parents[2], stdout=out, stderr=subprocess.STDOUT
        )
        try:
            yield Running(name, running, said)
        finally:
            running.terminate()
            try:
                running.wait(15)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


def wait_until_ready(running: Running, port: int, path: str) -> None:
    """Return once a server answers below 500 at a path. Raises RuntimeError if it ends or takes too long."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if running.process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5):
                return
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"{running.name} does not become ready: {running.said.read_text(errors='replace')[-1500:]}")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
