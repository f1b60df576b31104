"""Processor time as the system counts it: of a process with all that it started."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

import psycopg

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds_of_tree(root: int) -> float:
    """Processor time of a process and of everything below it, of their ended children too, in seconds."""
    children: dict[int, list[int]] = defaultdict(list)
    spent: dict[int, float] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            told = (folder / "stat").read_text()
        except OSError:
            continue
        # The name stands in brackets and may hold anything; the state and the parent come after it.
        fields = told.rpartition(")")[2].split()
        pid = int(folder.name)
        children[int(fields[1])].append(pid)
        spent[pid] = sum(int(field) for field in fields[11:15]) / _TICKS
    total = 0.0
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        total += spent.get(pid, 0.0)
        waiting += children[pid]
    return total


def postmaster_of(url: str) -> int:
    """The process that all of a database server's processes come from; the server is on this machine."""
    with psycopg.connect(url) as connection:
        told = Path(f"/proc/{connection.info.backend_pid}/stat").read_text()
    return int(told.rpartition(")")[2].split()[1])
