"""The figures of a running demonstration, asked over HTTP."""

from __future__ import annotations

from typing import Any

from tests.e2e.demonstration import ROOT, Demonstration

LOG = ROOT / "examples" / "e_safety_log.csv"
RANGE = {"from": "2024-09-01", "to": "2026-08-31"}

MONITORING = """
query ($from: Date!, $to: Date!, $by: [MonitoringDimension!]!, $unit: CountingUnit!, $basis: DateBasis!, $asOf: AsOf) {
  monitoring(from: $from, to: $to, groupBy: $by, unit: $unit, dateBasis: $basis, asOf: $asOf) {
    position scope cells { count school { urn } period value partial coverage }
  }
}
"""


def figures(
    shown: Demonstration,
    by: tuple[str, ...] = ("COUNT",),
    unit: str = "ITEMS",
    basis: str = "DISCOVERED",
    as_of: dict[str, Any] | None = None,
) -> dict[tuple[str, ...], int]:
    """The cells that are not zero, keyed by the values of the dimensions."""
    report = shown.ask(MONITORING, by=list(by), unit=unit, basis=basis, asOf=as_of, **RANGE)["monitoring"]
    keys = {
        "COUNT": lambda cell: cell["count"],
        "SCHOOL": lambda cell: cell["school"]["urn"],
        "MONTH": lambda cell: cell["period"],
    }
    assert all(cell["value"] is not None for cell in report["cells"])
    return {tuple(keys[one](cell) for one in by): cell["value"] for cell in report["cells"] if cell["value"]}
