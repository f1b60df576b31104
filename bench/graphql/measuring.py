"""Loading one server at a time, in rounds: how quickly it answers, and what that costs the processor."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from statistics import median, quantiles
from typing import Self

from bench.graphql.loads import Answered, Load, Unanswered, generate, message
from bench.graphql.processor import seconds_of_tree
from bench.graphql.questions import Question
from bench.graphql.servers import Server

_WARM_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Figures:
    """One server under one load: requests a second, milliseconds for an answer and of processor time for one."""

    rate: float
    p50: float
    p99: float
    processor: float
    database: float
    size: int

    @classmethod
    def middle(cls, rounds: Sequence[Self]) -> Self:
        """The median of each figure over the rounds."""
        return cls(
            median(one.rate for one in rounds),
            median(one.p50 for one in rounds),
            median(one.p99 for one in rounds),
            median(one.processor for one in rounds),
            median(one.database for one in rounds),
            rounds[-1].size,
        )


class Generator:
    """The process that makes the load."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def load(self, server: Server, question: Question, connections: int, seconds: float) -> Answered:
        """Load a server. Raises Unanswered."""
        messages = [
            message(request.path, request.body, {**server.headers, **request.headers})
            for request in server.requests(question)
        ]
        self._pipe.send(Load(server.port, messages, connections, seconds))
        answered = self._pipe.recv()
        if isinstance(answered, str):
            raise Unanswered(f"{server.name}, {question.name}, {connections} at once: {answered}")
        assert isinstance(answered, Answered)
        return answered


@contextmanager
def generator() -> Iterator[Generator]:
    """A process that makes load, ended afterwards."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=generate, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Generator(ours)
    finally:
        ours.close()
        process.join(5)
        process.kill()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A server, and the process that its database's processes come from."""

    server: Server
    postmaster: int


def in_rounds(
    load: Generator,
    question: Question,
    loaded: Mapping[str, Loaded],
    *,
    connections: int,
    rounds: int,
    seconds: float,
) -> dict[str, list[Figures]]:
    """Load each server once a round, another one first each time."""
    found: dict[str, list[Figures]] = {name: [] for name in loaded}
    names = list(loaded)
    for name in names:
        load.load(loaded[name].server, question, connections, min(seconds, _WARM_SECONDS))
    for turn in range(rounds):
        for place in range(len(names)):
            name = names[(turn + place) % len(names)]
            found[name].append(_once(load, question, loaded[name], connections, seconds))
    return found


def _once(load: Generator, question: Question, loaded: Loaded, connections: int, seconds: float) -> Figures:
    before = seconds_of_tree(loaded.server.pid), seconds_of_tree(loaded.postmaster)
    answered = load.load(loaded.server, question, connections, seconds)
    after = seconds_of_tree(loaded.server.pid), seconds_of_tree(loaded.postmaster)
    number = len(answered.times)
    times = sorted(time * 1_000 for time in answered.times)
    return Figures(
        number / answered.elapsed,
        median(times),
        quantiles(times, n=100, method="inclusive")[98] if number > 1 else times[0],
        (after[0] - before[0]) / number * 1_000,
        (after[1] - before[1]) / number * 1_000,
        answered.size,
    )
