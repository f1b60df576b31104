"""Where the processor time of our own server goes, for each question: by part of the program, and by function."""

from __future__ import annotations

import os
import pstats
import signal
import sysconfig
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.graphql.comparing import Effort
from bench.graphql.data import kept
from bench.graphql.measuring import Figures, Loaded, generator, in_rounds
from bench.graphql.processor import postmaster_of
from bench.graphql.servers import OURS, ours
from ledger.embedded import MAIN_DATABASE, EmbeddedPostgres

_ROOT = str(Path(__file__).parents[2]) + "/"
_LIBRARIES = sysconfig.get_path("purelib") + "/"
_FUNCTIONS = 12
# Loads one after another rather than at once: what a request takes is then not mixed with taking turns.
_CONNECTIONS = 1
# A folder of ours that is more than one part of an answer.
_DEEPER = ("api/graphql", "projections/plan")

_Function = tuple[str, int, str]
_Counted = tuple[int, int, float, float, dict[_Function, tuple[int, int, float, float]]]


@dataclass(frozen=True, slots=True)
class Profile:
    """What a question takes without the profiler, and how that divides with it: shares of one by part and function."""

    figures: Figures
    parts: Sequence[tuple[str, float]]
    functions: Sequence[tuple[str, float]]
    # What `python -m pstats` reads.
    file: Path


def profiles(folder: Path, cases: int, effort: Effort) -> Mapping[str, Profile]:
    """Profile our server on so many cases, one question after another."""
    data = kept(folder, cases)
    apart = folder / "profiles"
    apart.mkdir(exist_ok=True)
    found: dict[str, Profile] = {}
    with (
        EmbeddedPostgres.attach(data.folder) as server,
        generator() as load,
        ours(data) as plain,
    ):
        postmaster = postmaster_of(server.admin_url(MAIN_DATABASE))
        for name, question in effort.asked(data).items():
            only = {OURS: Loaded(plain, postmaster)}
            rounds = in_rounds(
                load, question, only, connections=_CONNECTIONS, rounds=effort.rounds, seconds=effort.seconds
            )
            path = apart / f"{name}.pstats"
            with ours(data, profile=path) as profiled:
                load.load(profiled, question, _CONNECTIONS, 1.0)
                os.kill(profiled.pid, signal.SIGUSR1)
                time.sleep(0.1)
                load.load(profiled, question, _CONNECTIONS, effort.seconds)
            found[name] = _profile(Figures.middle(rounds[OURS]), path)
    return found


def _profile(figures: Figures, path: Path) -> Profile:
    stats: dict[_Function, _Counted] = pstats.Stats(str(path)).stats  # type: ignore[attr-defined]
    parts: Counter[str] = Counter()
    functions: Counter[str] = Counter()
    for function, (_, _, spent, _, callers) in stats.items():
        functions[_with_caller(function, callers)] += spent  # type: ignore[assignment]
        if function[0] != "~":
            parts[_part(function[0])] += spent  # type: ignore[assignment]
            continue
        # A function in C belongs to those who call it.
        for caller, (_, _, theirs, _) in callers.items():
            parts[_part(caller[0])] += theirs  # type: ignore[assignment]
    whole = sum(functions.values()) or 1
    return Profile(figures, _shares(parts, whole), _shares(functions, whole)[:_FUNCTIONS], path)


def _shares(counted: Mapping[str, Any], whole: float) -> list[tuple[str, float]]:
    return sorted(((name, spent / whole) for name, spent in counted.items()), key=lambda each: -each[1])


def _part(file: str) -> str:
    """A package of ours, a library, or Python itself."""
    if file.startswith(_LIBRARIES):
        return file.removeprefix(_LIBRARIES).partition("/")[0]
    if file.startswith(_ROOT):
        folder = file.removeprefix(_ROOT)
        return next((deeper for deeper in _DEEPER if folder.startswith(deeper)), folder.partition("/")[0])
    return "Python"


def _with_caller(function: _Function, callers: Mapping[_Function, tuple[int, int, float, float]]) -> str:
    """A function, and whoever has it take most."""
    others = {caller: theirs for caller, (_, _, theirs, _) in callers.items() if caller != function}
    most = max(others, key=lambda caller: others[caller], default=None)
    return _named(function) if most is None else f"{_named(function)}, called by {_named(most)}"


def _named(function: _Function) -> str:
    file, line, name = function
    if file == "~":
        return name
    short = file.removeprefix(_LIBRARIES).removeprefix(_ROOT).removeprefix(sysconfig.get_path("stdlib") + "/")
    return f"{short}:{line} {name}"
