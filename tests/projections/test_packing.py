"""Rows packed by hand are to the database what its driver would have sent."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from projections.packing import BEGIN, END, PACKS, packed
from tests.projections.recording import Recording

ONE, OTHER = UUID(int=1), UUID(int=2**128 - 1)
ROWS = [
    (-1, 2**31 - 1, -(2**63), date(1999, 12, 31), OTHER, "é\n", [1, -2], [date(2026, 9, 1)], ["a", ""], [ONE]),
    (None, None, None, None, None, None, [], [], [], []),
]


def test_every_type_arrives_as_it_was(recording: Recording) -> None:
    # given
    columns = ", ".join(f"c{place} {kind}" for place, kind in enumerate(PACKS))
    content = packed([PACKS["uuid"], *PACKS.values()], (ONE,), ROWS)

    # when
    with recording.trust.transaction() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE arrived (owner uuid, {columns}) ON COMMIT DROP".encode())
        with cursor.copy(b"COPY arrived FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(BEGIN + content + END)
        found = cursor.execute(b"SELECT * FROM arrived").fetchall()

    # then
    assert found == [(ONE, *row) for row in ROWS]
