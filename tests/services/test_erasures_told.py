"""What the offline check tells of erasures: whose word it is, by which authority, and that two people decided it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from domain.erasure import Erasure
from ledger.findings import ErasureTold
from ledger.verify import main, verify
from services.export_period import export_period
from services.scope import Caller
from tests.services.erasers import Eraser, told
from tests.services.exported import a_case, exported
from tests.support.ledgers import Trust

LONG_AGO, FAR_OFF = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def positions(trust: Trust, type_: str, stream: UUID) -> list[int]:
    with trust.ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT position FROM event WHERE trust_id = %s AND type = %s AND stream_id = %s ORDER BY position",
            (trust.trust_id, type_, stream),
        ).fetchall()
    return [position for (position,) in rows]


def period(trust: Trust) -> bytes:
    return export_period(trust.ledger, trust.lead, LONG_AGO, FAR_OFF)


def erasures_in(file: bytes) -> tuple[ErasureTold, ...]:
    report = verify(file)
    assert report.ok, report.first_failure
    return report.erasures


def test_the_bundle_of_a_case_says_which_erasure_took_its_texts_and_where_that_stands(
    trust: Trust, eraser: Eraser
) -> None:
    case_id, other = a_case(trust), a_case(trust)
    assert erasures_in(exported(trust, case_id)) == ()

    done = eraser.erase(scope="CASE", case_id=case_id)

    at = positions(trust, "erasure.key_destroyed.v1", done.id)
    [erased] = erasures_in(exported(trust, case_id))
    assert (erased.stream, erased.texts, erased.asked, erased.approved) == (done.id, 4, None, None)
    assert set(erased.positions) <= set(at)
    assert str(erased).endswith("; by which authority, the bundle of that time shows")
    assert erasures_in(exported(trust, other)) == ()


def test_the_bundle_of_a_period_says_by_which_authority_and_that_two_people_decided(
    trust: Trust, eraser: Eraser, lead: Caller, dpo: Caller
) -> None:
    whole, single = a_case(trust), a_case(trust)
    first = eraser.erase(scope="CASE", case_id=whole, authority="COURT_ORDER")
    second = eraser.erase(by=lead, scope="PART", case_id=single, of_version=1, part="summary")

    found = {one.stream: one for one in erasures_in(period(trust))}

    assert found.keys() == {first.id, second.id}
    for erasure, texts, asker, decider, authority in (
        (first, 4, dpo, lead, "COURT_ORDER"),
        (second, 1, lead, dpo, "DATA_SUBJECT_REQUEST"),
    ):
        one = found[erasure.id]
        assert one.texts == texts
        assert one.asked is not None
        assert one.approved is not None
        assert (one.asked[1].authority, one.asked[1].by, one.approved[1].by) == (
            authority,
            asker.person_id,
            decider.person_id,
        )
        [asked], [approved] = (positions(trust, f"erasure.{step}.v1", erasure.id) for step in ("requested", "approved"))
        assert str(one).endswith(
            f"; {authority}, asked for at position {asked}, approved by another person at position {approved}"
        )


def test_an_erasure_that_one_person_asked_for_and_approved_is_called_so(
    trust: Trust, eraser: Eraser, lead: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As somebody would have it who changed the program."""
    asked = eraser.ask(by=lead, scope="CASE", case_id=a_case(trust))
    monkeypatch.setattr(
        Erasure, "approve", lambda self, *, by, on, today: self._approved(approved_by=by, approved_on=on)
    )
    eraser.approve(asked.erasure.id, lead)
    eraser.carry_out(asked.erasure.id)

    [found] = erasures_in(period(trust))

    assert "approved BY THE SAME PERSON at position" in str(found)


def test_an_erasure_that_was_only_asked_for_takes_nothing_and_is_not_told(trust: Trust, eraser: Eraser) -> None:
    eraser.ask(scope="CASE", case_id=a_case(trust))

    assert told(trust, "erasure.requested.v1") != []
    assert erasures_in(period(trust)) == ()


def test_the_command_says_it_in_a_line(
    trust: Trust, eraser: Eraser, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case_id = a_case(trust)
    done = eraser.erase(scope="CASE", case_id=case_id)
    file = tmp_path / "case.json"
    file.write_bytes(exported(trust, case_id))

    assert main([str(file)]) == 0

    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "The bundle holds."
    assert [line for line in said if line.startswith("erased ")] == [
        f"erased {erasures_in(file.read_bytes())[0]}",
    ]
    assert f"4 text(s), as stream {done.id} says" in said[-2]
