"""`python -m bench`: every benchmark in one run, on a server of its own, as a table of figures, peers and bars."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg

from bench import appending, importing, loading, monitoring, projecting, proving, sealing, starting, verifying
from bench.ground import own_server
from bench.results import Result, markdown_table, plain_table
from bench.sizes import FULL, QUICK, Sizes
from ledger.embedded import EmbeddedPostgres

BENCHMARKS: dict[str, Callable[[EmbeddedPostgres, Sizes], list[Result]]] = {
    "append": appending.measure,
    "load": loading.measure,
    "project": projecting.measure,
    "monitor": monitoring.measure,
    "seal": sealing.measure,
    "verify": verifying.measure,
    "import": importing.measure,
    "prove": proving.measure,
    "demo": starting.measure,
}
DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"
# What a run replaces in the document stands between these.
BEGIN, END = "<!-- figures: written by python -m bench --write -->", "<!-- end of figures -->"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmarks asked for; 0 whether or not the bars are met, for a machine's noise is no failure."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure against the peers, in one run.")
    parser.add_argument("--quick", action="store_true", help="make everything small: to see that it runs, not to judge")
    parser.add_argument("--write", action="store_true", help=f"write the table into docs/{DOCUMENT.name}")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(BENCHMARKS)}; none: all")
    options = parser.parse_args(argv)
    unknown = [name for name in options.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]}")
    if options.write and (options.quick or options.names):
        parser.error("--write takes a whole run")
    results: list[Result] = []
    with own_server() as server:
        for name in options.names or BENCHMARKS:
            print(f"measuring: {name}", file=sys.stderr, flush=True)
            results += BENCHMARKS[name](server, QUICK if options.quick else FULL)
        conditions = _conditions(server)
    print(f"{plain_table(results)}\n\n{conditions}")
    if options.write:
        before, _, rest = DOCUMENT.read_text().partition(BEGIN)
        after = rest.partition(END)[2]
        DOCUMENT.write_text(f"{before}{BEGIN}\n\n{markdown_table(results)}\n\n{conditions}\n\n{END}{after}")
    return 0


def _conditions(server: EmbeddedPostgres) -> str:
    """What the figures were measured on, as far as it matters to them."""
    with psycopg.connect(server.admin_url("postgres")) as connection:
        version = connection.info.server_version
    load = os.getloadavg()[0]
    return (
        f"PostgreSQL {version // 10_000}.{version % 10_000}, Python {platform.python_version()}, psycopg"
        f" {psycopg.__version__}, {os.cpu_count()} cores, load {load:.1f} at the end of the run."
    )


if __name__ == "__main__":
    sys.exit(main())
