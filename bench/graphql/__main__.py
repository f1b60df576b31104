"""`python -m bench.graphql`: the GraphQL read API against its peers, on data that is made once and kept."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.graphql.agreeing import Disagreement
from bench.graphql.comparing import Effort, check, compare, grow
from bench.graphql.data import default_folder, kept
from bench.graphql.profiling import profiles
from bench.graphql.questions import NAMES
from bench.graphql.repeating import repeat
from bench.graphql.tables import (
    JUDGED_AT,
    comparison_table,
    conditions,
    functions_table,
    growth_table,
    markdown,
    profile_table,
    repeated_table,
    results,
)
from bench.results import markdown_table, plain_table

DOCUMENT = Path(__file__).parents[2] / "docs" / "performance.md"
_CASES = 200_000
_GROWTH = (10_000, 100_000, 1_000_000)
_CELLS = (
    "In each cell: times the first server's requests, in the same round; requests a second; milliseconds for an answer,"
    " the middle one and the 99th of a hundred; milliseconds of processor time for one request, of the server and of"
    " the database."
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a part of a run found, in words for a terminal and for the document."""

    plain: str
    written: str


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the tables, and write them if asked; 0 whether or not the bars are met."""
    options = _options(argv)
    if options.check:
        return _check(options)
    effort = Effort(options.rounds, options.seconds, options.concurrency, options.questions)
    parts = [name for name in PARTS if options.all or getattr(options, name) is not None]
    for name in parts or ("compare", "again"):
        told = PARTS[name](options, effort)
        print(f"{told.plain}\n", flush=True)
        if options.write:
            write(DOCUMENT, name, told.written)
    return 0


def _check(options: argparse.Namespace) -> int:
    try:
        agreed = check(options.folder, options.cases, bring=options.postgraphile)
    except Disagreement as error:
        print(error, file=sys.stderr)
        return 1
    for name, servers in agreed.items():
        print(f"{name}: {', '.join(servers)} answer alike")
    return 0


def _compare(options: argparse.Namespace, effort: Effort) -> Told:
    found = compare(options.folder, options.cases, effort, bring=options.postgraphile)
    judged = results(found)
    rest = [_CELLS, markdown(comparison_table(found)), conditions(found.data, found.left_out)]
    return Told("\n\n".join([plain_table(judged), *rest]), "\n\n".join([markdown_table(judged), *rest]))


def _again(options: argparse.Namespace, effort: Effort) -> Told:
    data = kept(options.folder, options.cases)
    found = repeat(options.folder, options.cases, effort, min(JUDGED_AT, max(effort.concurrencies)))
    return _alike(markdown(repeated_table(found, data)), conditions(data))


def _growth(options: argparse.Namespace, effort: Effort) -> Told:
    return _alike(markdown(growth_table(grow(options.folder, options.growth or _GROWTH, effort))), conditions())


def _profile(options: argparse.Namespace, effort: Effort) -> Told:
    data = kept(options.folder, options.cases)
    found = profiles(options.folder, options.cases, effort)
    table = markdown(profile_table(found, data))
    return Told(f"{table}\n\n{functions_table(found, data)}\n\n{conditions(data)}", f"{table}\n\n{conditions(data)}")


def _alike(*paragraphs: str) -> Told:
    told = "\n\n".join(paragraphs)
    return Told(told, told)


# By the name of the option that asks for it, which is also that of its place in the document.
PARTS: dict[str, Callable[[argparse.Namespace, Effort], Told]] = {
    "compare": _compare,
    "again": _again,
    "growth": _growth,
    "profile": _profile,
}


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.graphql",
        description="Measure the GraphQL read API against its peers. With no part named: --compare --again.",
    )
    parts = parser.add_argument_group("parts of a run")
    parts.add_argument("--check", action="store_true", help="only see whether all servers answer alike")
    parts.add_argument("--compare", action="store_true", default=None, help="ours and its peers under load")
    parts.add_argument("--again", action="store_true", default=None, help="ours, from memory and by its tags")
    parts.add_argument(
        "--growth",
        type=int,
        nargs="*",
        metavar="CASES",
        help=f"ours on several sizes; none given: {', '.join(map(str, _GROWTH))}",
    )
    parts.add_argument("--profile", action="store_true", default=None, help="where the time of our server goes")
    parts.add_argument("--all", action="store_true", help="all of them but --check")
    parser.add_argument("--folder", type=Path, default=default_folder(), help="where data is kept: %(default)s")
    parser.add_argument("--cases", type=int, default=_CASES, help="how many cases are asked about: %(default)s")
    parser.add_argument("--rounds", type=int, default=3, help="how often each server is loaded: %(default)s")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each time: %(default)s")
    parser.add_argument(
        "--concurrency", type=int, nargs="+", default=[1, JUDGED_AT, 32], help="how many requests at once: %(default)s"
    )
    parser.add_argument("--questions", nargs="+", choices=NAMES, help="measure only some: %(choices)s")
    parser.add_argument(
        "--no-postgraphile", dest="postgraphile", action="store_false", help="do not bring PostGraphile by npm"
    )
    parser.add_argument("--write", action="store_true", help=f"write the tables into docs/{DOCUMENT.name}")
    options = parser.parse_args(argv)
    if options.write and options.questions:
        parser.error("--write takes all questions")
    return options


def write(document: Path, name: str, text: str) -> None:
    """Replace what stands in the document's place of this name. Raises ValueError if it has no such place."""
    begin, end = f"<!-- graphql {name}: written by python -m bench.graphql --write -->", f"<!-- end of {name} -->"
    before, found, rest = document.read_text().partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise ValueError(f"{document.name} has no place for {name}")
    document.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}")


if __name__ == "__main__":
    sys.exit(main())
