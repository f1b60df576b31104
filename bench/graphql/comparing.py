"""The comparison: all servers on the data of one size, each question at each concurrency."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.graphql.agreeing import require_agreement
from bench.graphql.data import Data, kept
from bench.graphql.measuring import Figures, Loaded, generator, in_rounds
from bench.graphql.peers.node import NodeMissing
from bench.graphql.peers.postgraphile import postgraphile
from bench.graphql.processor import postmaster_of
from bench.graphql.questions import Question, questions
from bench.graphql.servers import FLOOR_NAME, LOADERS, Server, in_python, ours
from ledger.embedded import MAIN_DATABASE, EmbeddedPostgres


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured; `names` are those of the questions, where not all are asked."""

    rounds: int
    seconds: float
    concurrencies: Sequence[int]
    names: Collection[str] | None = None

    def asked(self, data: Data) -> dict[str, Question]:
        """The questions, by name."""
        return {
            name: question for name, question in questions(data).items() if self.names is None or name in self.names
        }


@dataclass(slots=True)
class Comparison:
    """What was found: by question and concurrency, each server's figures by round; and who was left out, and why."""

    data: Data
    found: dict[tuple[str, int], dict[str, list[Figures]]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def compare(folder: Path, cases: int, effort: Effort, *, bring: bool) -> Comparison:
    """Measure all servers on so many cases. Raises Disagreement before anything is measured."""
    data = kept(folder, cases)
    comparison = Comparison(data)
    with _all_up(data, folder, comparison, bring=bring) as (loaded, postmaster):
        asked = effort.asked(data)
        servers = {
            name: {server: Loaded(loaded[server], postmaster) for server in _agreeing(question, loaded)}
            for name, question in asked.items()
        }
        _measure(comparison, asked, servers, effort)
    return comparison


def check(folder: Path, cases: int, *, bring: bool) -> dict[str, list[str]]:
    """Only see whether all servers answer alike; returns who answers each question."""
    data = kept(folder, cases)
    with _all_up(data, folder, Comparison(data), bring=bring) as (loaded, _):
        return {name: _agreeing(question, loaded) for name, question in questions(data).items()}


@dataclass(frozen=True, slots=True)
class Growth:
    """Ours alone on data of several sizes, one request at a time, by question: each size's figures by round."""

    data: Sequence[Data]
    found: Mapping[str, Mapping[int, list[Figures]]]


def grow(folder: Path, sizes: Sequence[int], effort: Effort) -> Growth:
    """Measure ours on several sizes in turn."""
    made = [kept(folder, cases) for cases in sizes]
    found: dict[str, dict[int, list[Figures]]] = {}
    with ExitStack() as running:
        loaded: dict[int, Loaded] = {}
        for data in made:
            server = running.enter_context(EmbeddedPostgres.attach(data.folder))
            postmaster = postmaster_of(server.admin_url(MAIN_DATABASE))
            loaded[data.cases] = Loaded(running.enter_context(ours(data)), postmaster)
        load = running.enter_context(generator())
        for name in effort.asked(made[0]):
            _tell(f"measuring growth: {name}")
            found[name] = {cases: [] for cases in loaded}
            for turn in range(effort.rounds):
                for place in range(len(made)):
                    data = made[(turn + place) % len(made)]
                    only = {name: loaded[data.cases]}
                    one = in_rounds(load, questions(data)[name], only, connections=1, rounds=1, seconds=effort.seconds)
                    found[name][data.cases] += one[name]
    return Growth(made, found)


@contextmanager
def _all_up(
    data: Data, folder: Path, comparison: Comparison, *, bring: bool
) -> Iterator[tuple[dict[str, Server], int]]:
    with ExitStack() as running:
        server = running.enter_context(EmbeddedPostgres.attach(data.folder))
        starts: list[Callable[[], Server]] = [
            lambda: running.enter_context(ours(data)),
            lambda: running.enter_context(in_python(data, server, FLOOR_NAME)),
            lambda: running.enter_context(in_python(data, server, LOADERS)),
            lambda: running.enter_context(postgraphile(data, server, folder, bring=bring)),
        ]
        loaded: dict[str, Server] = {}
        for start in starts:
            try:
                started = start()
            except NodeMissing as error:
                comparison.left_out.append(f"PostGraphile is left out: {error}")
                _tell(comparison.left_out[-1])
            else:
                loaded[started.name] = started
        yield loaded, postmaster_of(server.admin_url(MAIN_DATABASE))


def _agreeing(question: Question, loaded: Mapping[str, Server]) -> list[str]:
    return require_agreement(question, list(loaded.values()))


def _measure(
    comparison: Comparison,
    asked: Mapping[str, Question],
    servers: Mapping[str, Mapping[str, Loaded]],
    effort: Effort,
) -> None:
    with generator() as load:
        for name, question in asked.items():
            for connections in effort.concurrencies:
                _tell(f"measuring: {name}, {connections} at once")
                comparison.found[name, connections] = in_rounds(
                    load,
                    question,
                    servers[name],
                    connections=connections,
                    rounds=effort.rounds,
                    seconds=effort.seconds,
                )


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
