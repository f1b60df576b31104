"""What was found as tables: the bars, every question under every load, and the growth."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.graphql.comparing import Comparison, Growth
from bench.graphql.data import Data
from bench.graphql.measuring import Figures
from bench.graphql.profiling import Profile
from bench.graphql.questions import questions
from bench.graphql.repeating import KEPT, MADE, UNCHANGED, Repeated
from bench.graphql.servers import FLOOR_NAME, LOADERS, OURS, POSTGRAPHILE
from bench.results import Result, in_words, paired

JUDGED_AT = 8
# Shares of a profile below this are left out.
_WORTH_TELLING = 0.01
_PEERS = {
    POSTGRAPHILE: "PostGraphile 5",
    FLOOR_NAME: "fixed SQL, bare ASGI",
    LOADERS: "resolvers with data loaders",
}


def results(comparison: Comparison) -> list[Result]:
    """The figures that have bars, at concurrency 8 or the highest that was measured."""
    at_once = judged_at(comparison)
    told: list[Result] = []
    for question in questions(comparison.data).values():
        if (question.name, at_once) not in comparison.found:
            continue
        found = comparison.found[question.name, at_once]
        peer = POSTGRAPHILE if POSTGRAPHILE in found else LOADERS
        barred = peer == POSTGRAPHILE
        mine, theirs = found[OURS], found[peer]
        of = f"{question.title}, {at_once} at once"
        told.append(
            Result(
                f"{of}: requests",
                f"{in_words(_rate(mine))}/s",
                f"{_PEERS[peer]} {in_words(_rate(theirs))}/s",
                paired([one.rate for one in mine], [one.rate for one in theirs]),
                "x",
                at_least=question.faster if barred else None,
            )
        )
        ours, others = (median(one.processor for one in each) for each in (mine, theirs))
        told.append(
            Result(
                f"{of}: the server's processor time for one",
                f"{in_words(ours)} ms",
                f"{_PEERS[peer]} {in_words(others)} ms",
                paired([one.processor for one in mine], [max(one.processor, 1e-6) for one in theirs]),
                "x",
                at_most=question.part_of_processor if barred else None,
            )
        )
    if ("past", at_once) not in comparison.found or ("dashboard", at_once) not in comparison.found:
        return told
    past, live = comparison.found["past", at_once][OURS], comparison.found["dashboard", at_once][OURS]
    told.append(
        Result(
            f"trust dashboard as of a past position, {at_once} at once, to the live one",
            f"{in_words(median(one.p50 for one in past))} ms",
            f"live {in_words(median(one.p50 for one in live))} ms",
            paired([one.p50 for one in past], [one.p50 for one in live]),
            "x",
            at_most=2,
        )
    )
    return told


def judged_at(comparison: Comparison) -> int:
    """How many requests at once the bars are about."""
    measured = [connections for _, connections in comparison.found]
    return JUDGED_AT if JUDGED_AT in measured else max(measured)


def _rate(rounds: Sequence[Figures]) -> float:
    return median(one.rate for one in rounds)


def comparison_table(comparison: Comparison) -> list[tuple[str, ...]]:
    """A row for each question and concurrency, a column for each server, with headings."""
    base = next(
        (name for name in (POSTGRAPHILE, LOADERS) if any(name in found for found in comparison.found.values())), OURS
    )
    names = [base, OURS, *(name for name in (FLOOR_NAME, LOADERS) if name != base)]
    titles = {**_PEERS, OURS: "ours"}
    rows = [("question", "at once", "answer", *(titles[name] for name in names))]
    asked = questions(comparison.data)
    for (name, connections), found in comparison.found.items():
        size = f"{in_words(found[OURS][-1].size / 1_000)} kB"
        cells = [_cell(found, server, base) for server in names]
        rows.append((asked[name].title, str(connections), size, *cells))
    return rows


def _cell(found: Mapping[str, list[Figures]], name: str, base: str) -> str:
    if name not in found:
        return "-"
    middle = Figures.middle(found[name])
    rate = f"{in_words(middle.rate)}/s"
    if name != base and base in found:
        times = paired([one.rate for one in found[name]], [one.rate for one in found[base]])
        rate = f"{in_words(times)} x, {rate}"
    return f"{rate}; {_costs(middle)}"


def _costs(middle: Figures) -> str:
    times = f"{in_words(middle.p50)} / {in_words(middle.p99)} ms"
    return f"{times}; {in_words(middle.processor)} + {in_words(middle.database)} ms"


def growth_table(growth: Growth) -> list[tuple[str, ...]]:
    """A row for each question, a column for each size, with headings."""
    sizes = [f"{data.cases:,} cases, {data.events:,} events" for data in growth.data]
    rows = [("question, one at a time", *sizes)]
    asked = questions(growth.data[0])
    for name, found in growth.found.items():
        middles = [Figures.middle(found[data.cases]) for data in growth.data]
        rows.append(
            (
                asked[name].title,
                *(_costs(one) for one in middles),
            )
        )
    return rows


def repeated_table(repeated: Repeated, data: Data) -> list[tuple[str, ...]]:
    """A row for each question, a column for each way to answer it again, with headings."""
    rows: list[tuple[str, ...]] = [
        (f"ours, {repeated.connections} at once", "made again", "from memory", "unchanged (304)")
    ]
    asked = questions(data)
    for name, found in repeated.found.items():
        cells = [_cell(found, way, MADE) for way in (MADE, KEPT, UNCHANGED)]
        rows.append((asked[name].title, *cells))
    return rows


def profile_table(profiles: Mapping[str, Profile], data: Data) -> list[tuple[str, ...]]:
    """A row for each part of the program, a column for each question: milliseconds of the server's processor time."""
    asked = questions(data)
    rows = [("part", *(asked[name].title for name in profiles))]
    rows.append(("all", *(f"{in_words(profile.figures.processor)} ms" for profile in profiles.values())))
    shares = [dict(profile.parts) for profile in profiles.values()]
    parts = sorted({part for one in shares for part in one}, key=lambda part: -sum(one.get(part, 0) for one in shares))
    for part in parts:
        told = [one.get(part, 0.0) for one in shares]
        if max(told) < _WORTH_TELLING:
            continue
        times = [share * profile.figures.processor for share, profile in zip(told, profiles.values(), strict=True)]
        rows.append((part, *(f"{time:.3f}" for time in times)))
    return rows


def functions_table(profiles: Mapping[str, Profile], data: Data) -> str:
    """For each question the functions that take most, as shares of the server's processor time, under the profiler."""
    asked = questions(data)
    blocks = [
        "\n".join(
            [
                f"{asked[name].title} ({profile.file}):",
                *(f"  {share:6.1%}  {function}" for function, share in profile.functions),
            ]
        )
        for name, profile in profiles.items()
    ]
    return "\n\n".join(blocks)


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Rows, the first of them headings, as a table of a document."""
    lines = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def conditions(data: Data | None = None, left_out: Sequence[str] = ()) -> str:
    """What the figures were measured on, and when."""
    processors = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    machine = f"{os.cpu_count()} cores ({processors[0]})" if processors else f"{os.cpu_count()} cores"
    told = [
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {machine}, Python {platform.python_version()},"
        f" load {os.getloadavg()[0]:.1f} at the end of the run."
    ]
    if data is not None:
        told.append(f"Over {data.cases:,} cases and {data.events:,} events.")
    told += [f"{left}." for left in left_out]
    return " ".join(told)
