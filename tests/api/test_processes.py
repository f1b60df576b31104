"""`caseledger serve` as a process of its own: an orderly stop, and a port that is taken."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.postgres import DatabaseUrls

PROGRAM = [sys.executable, "-c", "import sys; from api.cli import main; sys.exit(main())"]
ROOT = Path(__file__).parents[2]


@contextmanager
def serving(urls: DatabaseUrls, data_dir: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CASELEDGER_")}
    settings = {
        "CASELEDGER_DATA_DIR": str(data_dir),
        "CASELEDGER_DATABASE_URL": urls.main,
        "CASELEDGER_KEYS_DATABASE_URL": urls.keys,
    }
    process = subprocess.Popen(
        [*PROGRAM, "serve", "--port", str(port)],
        env={**kept, **settings, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until_ready(process: subprocess.Popen[str], port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/ready").status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise AssertionError(process.communicate()[0])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_stop_finishes_and_says_so(
    database_urls: DatabaseUrls, tmp_path: Path, number: signal.Signals
) -> None:
    port = free_port()
    with serving(database_urls, tmp_path, port) as process:
        wait_until_ready(process, port)

        process.send_signal(number)
        printed, _ = process.communicate(timeout=30)

    assert process.returncode == 0
    assert "Application shutdown complete." in printed
    assert "GET /health/ready 200" in printed


def test_a_port_that_is_taken_ends_the_server_with_a_reason(database_urls: DatabaseUrls, tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        with serving(database_urls, tmp_path, holder.getsockname()[1]) as process:
            printed, _ = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "address already in use" in printed
