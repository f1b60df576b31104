"""Suppression: no small figure is shown, and none can be had from a printed total."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.suppression import hidden


@pytest.mark.ruling(44)
@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ([0, 5, 7], [0, 5, 7]),
        ([3, 5, 7, 0], [None, None, 7, 0]),
        ([3, 2, 7], [None, None, 7]),
        # A total of two hidden figures of 2 says that each is 1; one of 8 may be 4 and 4, or 3 and a larger one.
        ([1, 1, 7, 9], [None, None, None, 9]),
        ([4, 4, 7, 9], [None, None, 7, 9]),
        ([3, 0, 0], [None, None, 0]),
        ([3], [None]),
    ],
)
def test_in_one_line_what_is_below_five_is_hidden_with_what_would_tell_it(
    line: list[int], shown: list[int | None]
) -> None:
    figures = {(place,): value for place, value in enumerate(line)}
    hiding = hidden(figures, 5, [0])
    assert [None if key in hiding else value for key, value in figures.items()] == shown


def test_counts_make_no_line_for_their_sum_is_printed_nowhere() -> None:
    assert hidden({("C1",): 3, ("C2",): 9}, 5, []) == {("C1",)}


tables = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
    lambda size: st.lists(st.integers(0, 12), min_size=size[0] * size[1], max_size=size[0] * size[1]).map(
        lambda values: dict(zip(product(range(size[0]), range(size[1])), values, strict=True))
    )
)


@pytest.mark.ruling(44)
@given(tables, st.integers(2, 6))
def test_no_printed_total_tells_a_hidden_figure(figures: dict[tuple[int, ...], int], below: int) -> None:
    # when
    hiding = hidden(figures, below, [0, 1])

    # then
    assert all(value == 0 or value >= below or key in hiding for key, value in figures.items())
    for place in (0, 1):
        for at in {key[place] for key in figures}:
            line = [key for key in figures if key[place] == at]
            small = [key for key in line if key in hiding]
            total = sum(figures[key] for key in small)
            others_left = len(small) < len(line)
            assert not (small and others_left and (len(small) == 1 or total == len(small)))


@given(tables)
def test_nothing_is_hidden_where_nothing_is_small(figures: dict[tuple[int, ...], int]) -> None:
    assert hidden({key: value * 10 for key, value in figures.items()}, 5, [0, 1]) == frozenset()
