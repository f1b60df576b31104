"""The demonstration from a built environment to its first answer, in an empty data folder and again in a full one."""

from __future__ import annotations

import json
import os
import re
import resource
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from bench.results import Result, in_words
from bench.sizes import Sizes
from ledger.embedded import EmbeddedPostgres


@dataclass(frozen=True, slots=True)
class _Start:
    """Seconds until the first answer, and processor seconds of the program, its database left out, until it ended."""

    seconds: float
    processor: float


_PATIENCE = 120.0
_QUESTION = '{ monitoring(from: "2024-09-01", to: "2026-08-31") { cells { count value } } }'


def measure(_server: EmbeddedPostgres, sizes: Sizes) -> list[Result]:
    """Start the demonstration as `make demo` does, ask it for the eleven counts, and stop it."""
    empty: list[_Start] = []
    full: list[_Start] = []
    server_alone: list[float] = []
    for _ in range(min(sizes.rounds, 3)):
        with tempfile.TemporaryDirectory(prefix="clb-") as folder:
            Path(folder).chmod(0o711)
            server_alone.append(_start_server(Path(folder) / "server"))
            empty.append(_first_answer(Path(folder) / "demo"))
            if sizes.rounds > 1:
                full.append(_first_answer(Path(folder) / "demo"))
    alone = f"making and starting the database alone {in_words(median(server_alone))} s"
    results = [_told("demonstration, from nothing to its first answer", empty, alone, at_most=5)]
    return [*results, _told("demonstration, started again", full, "-")] if full else results


def _told(what: str, starts: Sequence[_Start], peer: str, at_most: float | None = None) -> Result:
    seconds = median(start.seconds for start in starts)
    processor = median(start.processor for start in starts)
    ours = f"{in_words(seconds)} s, processor {in_words(processor)} s"
    return Result(what, ours, peer, seconds, "s", at_most=at_most)


def _start_server(folder: Path) -> float:
    begun = perf_counter()
    with EmbeddedPostgres.attach(folder):
        return perf_counter() - begun


def _first_answer(folder: Path) -> _Start:
    """Seconds from the start of the program until it has answered with eleven counts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "CASELEDGER_DATA_DIR": str(folder)}
    said = folder.with_suffix(".out")
    begun = perf_counter()
    with said.open("w") as out:
        program = subprocess.Popen(
            [Path(sys.executable).with_name("caseledger"), "demo", "--port", str(port)],
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_ready(program, said, port, begun)
        token = _token(said, begun)
        answer = _ask(port, token)
        elapsed = perf_counter() - begun
    finally:
        program.terminate()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        program.wait(30)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    counts = [cell["value"] for cell in answer["data"]["monitoring"]["cells"]]
    if len(counts) != 11 or not sum(counts):
        raise RuntimeError(f"the demonstration answers {counts}")
    return _Start(elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _wait_until_ready(program: subprocess.Popen[bytes], said: Path, port: int, begun: float) -> None:
    while perf_counter() - begun < _PATIENCE:
        if program.poll() is not None:
            raise RuntimeError(f"the demonstration ended with status {program.returncode}: {said.read_text()[-500:]}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            pass
        sleep(0.02)
    raise RuntimeError("the demonstration does not become ready")


def _token(said: Path, begun: float) -> str:
    """The token in what the demonstration prints once it is ready."""
    while perf_counter() - begun < _PATIENCE:
        printed = re.search(r"Bearer (\S+?)'", said.read_text())
        if printed:
            return printed[1]
        sleep(0.02)
    raise RuntimeError("the demonstration prints no token")


def _ask(port: int, token: str) -> dict[str, dict[str, dict[str, list[dict[str, int]]]]]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        json.dumps({"query": _QUESTION}).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)  # type: ignore[no-any-return]
