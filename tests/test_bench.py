"""Each benchmark runs, however small: what is measured once a month would otherwise rot between."""

from __future__ import annotations

import pytest

from bench.__main__ import BENCHMARKS
from bench.results import HEADINGS, Result, interleaved, paired, plain_table
from bench.sizes import QUICK
from ledger.embedded import EmbeddedPostgres


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_runs_and_tells_figures(postgres: EmbeddedPostgres, name: str) -> None:
    results = BENCHMARKS[name](postgres, QUICK)

    assert results
    assert all(result.figure >= 0 for result in results if result.at_most is None)
    assert all(len(result.cells) == len(HEADINGS) for result in results)


def test_a_bar_is_met_from_the_bar_on() -> None:
    def judged(figure: float, at_least: float | None = None, at_most: float | None = None) -> bool | None:
        return Result("a", "b", "c", figure, "ms", at_least=at_least, at_most=at_most).is_met

    assert [judged(figure, at_least=2) for figure in (1.9, 2, 2.1)] == [False, True, True]
    assert [judged(figure, at_most=2) for figure in (1.9, 2, 2.1)] == [True, True, False]
    assert judged(2) is None


def test_every_subject_is_measured_once_a_round_and_each_comes_first_in_turn() -> None:
    order: list[str] = []

    def subject(name: str) -> float:
        order.append(name)
        return float(len(order))

    found = interleaved(3, {name: lambda name=name: subject(name) for name in "abc"})  # type: ignore[misc]

    assert "".join(order) == "abcbcacab"
    assert found == {"a": [1, 6, 8], "b": [2, 4, 9], "c": [3, 5, 7]}


def test_a_ratio_is_the_median_of_the_rounds_own_ratios() -> None:
    assert paired([10, 30, 8], [5, 10, 8]) == 2


def test_the_table_names_what_missed_its_bar() -> None:
    table = plain_table(
        [Result("quick", "2 ms", "-", 2, "ms", at_most=3), Result("slow", "1,200 ms", "-", 1_234, "ms", at_most=1_000)]
    )

    assert [line.split("  ")[-1].strip() for line in table.splitlines()[2:]] == ["met", "MISSED"]
    assert "1,230 ms" in table
