"""What somebody can do to the archive of a period on its way, and that each of it is found.

The table of a period's archives in docs/auditors.md is written from `ALTERATIONS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest

from services.evidence import remove_files
from tests.ledger.declared_ledger import spelled
from tests.services.archives import (
    ONE,
    OTHER,
    STRANGER,
    Alteration,
    archived_period,
    changed,
    contents,
    found_in,
    taken_apart,
)
from tests.services.exported import a_case
from tests.support.evidence import Desk
from tests.support.ledgers import Trust


@dataclass(frozen=True)
class Enclosed:
    """Two cases with a file each, by their ids in order, and two that are not in the archive.

    One was handed in before the period, one was removed after it. `position` is where it is recorded that the first was
    handed in, `removal` that the other was removed.
    """

    first: UUID
    second: UUID
    earlier: UUID
    removed: UUID
    position: int
    removal: int

    def named(self, text: str) -> str:
        """The text with the ids and positions for their names, as `:first`."""
        for name in ("first", "second", "earlier", "removed", "position", "removal"):
            text = text.replace(f":{name}", str(getattr(self, name)))
        return text


def recorded(trust: Trust, file_id: UUID, what: str) -> tuple[int, datetime]:
    """Where, and when, it is recorded what became of a file."""
    with trust.ledger.trust.connection() as connection:
        row = connection.execute(
            "SELECT position, recorded_at FROM event WHERE trust_id = %s AND type = %s AND position(%s in body) > 0",
            (trust.trust_id, f"incident.{what}.v1", str(file_id).encode()),
        ).fetchone()
    assert row is not None
    return row[0], row[1]


def given(trust: Trust, desk: Desk) -> tuple[Enclosed, bytes]:
    """The archive of a period that holds the files of two cases."""
    case, other_case = a_case(trust), a_case(trust)
    earlier = desk.keeps(trust.lead, case, ONE + b"earlier")
    one = desk.keeps(trust.lead, case, ONE)
    removed = desk.keeps(trust.lead, case, ONE + b"removed")
    other = desk.keeps(trust.lead, other_case, OTHER)
    first, second = sorted((one, other))
    _, since = recorded(trust, one, "file_stored")
    gone = remove_files(desk.services, trust.lead, desk.evidence.store, case_id=case, file_ids=[removed])
    assert gone is None
    removal, until = recorded(trust, removed, "file_removed")
    position, _ = recorded(trust, first, "file_stored")
    archive = archived_period(desk, trust.lead, since, until)
    return Enclosed(first, second, earlier, removed, position, removal), archive


ALTERATIONS: tuple[Alteration[Enclosed], ...] = (
    Alteration(
        "takes a file out",
        contents(lambda held, _: [held[0], held[2]]),
        "files: files/:first: is missing: it was handed in at position :position, and no event says that it was"
        " removed",
    ),
    Alteration(
        "puts a file in",
        contents(lambda held, _: [held[0], (f"files/{STRANGER}", b"%PDF-"), *held[1:]]),
        f"files: files/{STRANGER}: was added: no event that is shown says that it was handed in",
    ),
    Alteration(
        "puts a file in that was handed in before the period",
        contents(lambda held, files: [held[0], *sorted([*held[1:], (f"files/{files.earlier}", ONE + b"earlier")])]),
        "files: files/:earlier: was added: no event that is shown says that it was handed in",
    ),
    Alteration(
        "puts back a file that was removed after the period",
        contents(lambda held, files: [held[0], *sorted([*held[1:], (f"files/{files.removed}", ONE + b"removed")])]),
        "files: files/:removed: was added: position :removal says that it was removed, so that nothing shows what it"
        " must be",
    ),
    Alteration(
        "changes a byte of a file",
        contents(lambda held, _: [held[0], (held[1][0], changed(held[1][1])), held[2]]),
        "files: files/:first: was changed: its bytes are not those that were handed in at position :position",
    ),
    Alteration(
        "cuts the end of a file off",
        contents(lambda held, _: [held[0], (held[1][0], held[1][1][:-1]), held[2]]),
        "files: files/:first: has 88 bytes, and 89 were handed in at position :position",
    ),
    Alteration(
        "puts the files of two cases in each other's place",
        contents(lambda held, _: [held[0], (held[1][0], held[2][1]), (held[2][0], held[1][1])]),
        "files: files/:first: holds the bytes of files/:second, which is of another case",
    ),
    Alteration(
        "cuts the archive off",
        lambda archive, _: archive[:-30],
        "archive: archive: does not end with the list of what it holds, written in the one way there is",
    ),
)


@pytest.mark.parametrize("alteration", ALTERATIONS, ids=lambda one: one.done)
def test_each_alteration_of_the_archive_of_a_period_is_found_and_named(
    trust: Trust, desk: Desk, alteration: Alteration[Enclosed]
) -> None:
    files, archive = given(trust, desk)
    assert found_in(trust.ledger, archive) == "holds"

    altered = alteration.made(archive, files)

    assert altered != archive
    assert found_in(trust.ledger, altered) == files.named(alteration.says)


def test_the_archive_of_a_case_does_not_become_that_of_a_period_nor_the_other_way_round(
    trust: Trust, desk: Desk
) -> None:
    _, archive = given(trust, desk)
    [(name, bundle), *files] = taken_apart(archive)

    altered = spelled([(name, bundle.replace(b"caseledger-period/1", b"caseledger-bundle/3")), *files])

    assert found_in(trust.ledger, altered).startswith("file: bundle: must have exactly the members")
