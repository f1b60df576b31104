"""The demonstration with its showcase and without, in one folder: what is told once stays, and the figures hold."""

from __future__ import annotations

from tests.e2e.demonstration import Demonstration, demonstration
from tests.e2e.figures import figures
from tests.e2e.test_the_main_job import TOTALS

LIST = '{ ledger { position } cases(filter: { awareFrom: "2026-09-01" }) { totalCount } }'


def _started(shown: Demonstration, *, showcase: bool) -> tuple[int, int, str]:
    """The last position, the cases of the autumn term 2026, and what was printed."""
    shown.start(showcase=showcase)
    answer = shown.ask(LIST)
    assert figures(shown) == {(count,): value for count, value in TOTALS.items()}
    return answer["ledger"]["position"], answer["cases"]["totalCount"], shown.stop()


def test_the_showcase_is_added_to_the_log_once_and_never_taken_out_again() -> None:
    with demonstration() as shown:
        log, none, alone = _started(shown, showcase=False)
        full, cases, told = _started(shown, showcase=True)
        again = _started(shown, showcase=True)
        after, left, kept = _started(shown, showcase=False)

    assert none == 0
    assert "It holds the log alone." in alone
    assert full > log
    assert cases > 200
    assert "The showcase is of the autumn\nterm 2026" in told
    assert (again[0], after, left) == (full, full, cases)
    assert "nothing is ever deleted" in kept
