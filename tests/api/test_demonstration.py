"""What `caseledger demo` shows, asked over HTTP: the figures of the example log and what stands behind each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.api.client import Client
from tests.support.log_counter import COUNTS, Basis, Unit, count_log

LOG = Path(__file__).parents[2] / "examples" / "e_safety_log.csv"
TOTALS = [10, 11, 9, 15, 5, 15, 9, 12, 36, 12, 7]
SCHOOLS = ["900001", "900002", "900003", "900004", "900005"]
RANGE = 'from: "2024-09-01", to: "2026-08-31"'


def test_the_packaged_log_is_the_example_log() -> None:
    assert (LOG.parents[1] / "api" / "demo" / "e_safety_log.csv").read_bytes() == LOG.read_bytes()


def test_the_eleven_totals_are_those_of_the_example_log(demo: Client) -> None:
    report = demo.ask(f"{{ monitoring({RANGE}) {{ scope cells {{ count value }} }} }}")["monitoring"]

    cells = [{"count": count, "value": total} for count, total in zip(COUNTS, TOTALS, strict=True)]
    assert report == {"scope": "ALL", "cells": cells}


@pytest.mark.parametrize("basis", ["DISCOVERED", "POSTED", "RECORDED"])
@pytest.mark.parametrize("unit", ["ITEMS", "CASES"])
def test_every_cell_by_count_school_and_month_equals_an_independent_count(
    demo: Client, unit: Unit, basis: Basis
) -> None:
    query = (
        "query($unit: CountingUnit!, $basis: DateBasis!) {"
        f" monitoring({RANGE}, groupBy: [COUNT, SCHOOL, MONTH], unit: $unit, dateBasis: $basis)"
        " { cells { count school { urn } period value } } }"
    )

    cells = demo.ask(query, unit=unit, basis=basis)["monitoring"]["cells"]

    assert len(cells) == 11 * 5 * 24
    shown = {(cell["count"], cell["school"]["urn"], cell["period"]): cell["value"] for cell in cells if cell["value"]}
    assert shown == count_log(LOG, group_by=("COUNT", "SCHOOL", "MONTH"), unit=unit, basis=basis)


@pytest.mark.parametrize(("unit", "connection"), [("ITEMS", "contributions"), ("CASES", "cases")])
def test_every_figure_is_the_total_of_what_stands_behind_it(demo: Client, unit: str, connection: str) -> None:
    query = (
        f"{{ monitoring({RANGE}, groupBy: [COUNT, SCHOOL], unit: {unit})"
        f" {{ cells {{ value withheld {connection}(first: 1) {{ totalCount }} }} }} }}"
    )

    cells = demo.ask(query)["monitoring"]["cells"]

    assert len(cells) == 55
    assert [cell["value"] for cell in cells] == [cell[connection]["totalCount"] + cell["withheld"] for cell in cells]


def test_all_contributions_of_a_cell_are_listed_page_by_page(demo: Client) -> None:
    query = (
        f"query($after: String) {{ monitoring({RANGE}) {{ cells {{ count contributions(first: 10, after: $after)"
        " { nodes { itemId discoveredOn case { reference } } pageInfo { hasNextPage endCursor } } } } }"
    )
    found: list[Any] = []
    after = None
    while True:
        cells = demo.ask(query, after=after)["monitoring"]["cells"]
        [page] = [cell["contributions"] for cell in cells if cell["count"] == "RACIST_OR_HOMOPHOBIC_COMMENTS"]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]

    assert len({node["itemId"] for node in found}) == len(found) == 36
    assert [node["discoveredOn"] for node in found] == sorted(node["discoveredOn"] for node in found)
    assert all(node["case"]["reference"].startswith("INC-") for node in found)


def test_each_school_is_named_with_its_pack_and_held_to_it(demo: Client) -> None:
    answer = demo.ask("{ schools { urn name } cases(first: 100) { nodes { school { urn } policy { packId } } } }")

    assert [school["urn"] for school in answer["schools"]] == SCHOOLS
    assert [school["name"].partition(" (")[2] for school in answer["schools"]] == [
        "Sharp Lane)",
        "Westacre)",
        "Libra)",
        "Rivington)",
        "Park Hall)",
    ]
    pinned = {(node["school"]["urn"], node["policy"]["packId"]) for node in answer["cases"]["nodes"]}
    assert pinned == set(zip(SCHOOLS, ["sharp-lane", "westacre", "libra", "rivington", "park-hall"], strict=True))


def test_figures_by_term_use_each_schools_calendar(demo: Client) -> None:
    report = demo.ask(f"{{ monitoring({RANGE}, groupBy: [COUNT, TERM]) {{ cells {{ period value }} }} }}")["monitoring"]

    assert list(dict.fromkeys(cell["period"] for cell in report["cells"])) == [
        "2024-autumn",
        "2025-spring",
        "2025-summer",
        "2025-autumn",
        "2026-spring",
        "2026-summer",
    ]
    assert sum(cell["value"] for cell in report["cells"]) == sum(TOTALS)


def test_filling_the_demonstration_again_adds_nothing(demo: Client) -> None:
    from tests.api.client import demonstration

    before = demo.ask("{ ledger { position } }")

    demonstration(demo.runtime)

    assert demo.ask("{ ledger { position } }") == before
