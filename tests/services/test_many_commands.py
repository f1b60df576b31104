"""Many commands at once are carried out as each would be by itself, in far fewer transactions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access import Role
from domain.refusals import RefusalCode
from services.case_commands import AddAddendum, MarkDuplicate, MarkNotReportable
from services.command_refusals import CommandIdReused
from services.commands import Command, Recorded, Refusal, new_case_id
from services.incident_commands import RecordItem, ReportIncident
from services.many_commands import run_many
from services.running_commands import run
from services.store import TrustLedger, Work
from tests.support.ledgers import Trust

AWARE = date(2026, 9, 10)


def a_report(**changes: Any) -> ReportIncident:
    given: dict[str, Any] = {"command_id": uuid4(), "school_urn": "900001", "opened_on": AWARE, "summary": "A post."}
    return ReportIncident(**given | changes)


def an_item(case_id: UUID) -> RecordItem:
    return RecordItem(
        command_id=uuid4(), case_id=case_id, platform="TIKTOK", poster_role="PUPIL", discovered_on=AWARE, narrative="!"
    )


def outcomes(trust: Trust, *commands: Command) -> list[Refusal | None]:
    caller = trust.caller(Role.TRUST_LEAD)
    return list(run_many(trust.services, [(caller, command) for command in commands]))


def opened(trust: Trust, report: ReportIncident) -> UUID:
    return new_case_id(trust.trust_id, report.command_id)


@pytest.fixture
def appended(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many commands each transaction carries."""
    counts: list[int] = []
    append = TrustLedger.append

    def counting(ledger: TrustLedger, works: list[Work]) -> Any:
        counts.append(len(works))
        return append(ledger, works)

    monkeypatch.setattr(TrustLedger, "append", counting)
    return counts


def test_commands_on_different_cases_go_into_one_transaction_and_a_next_step_into_the_next(
    trust: Trust, appended: list[int]
) -> None:
    first, second = a_report(), a_report(school_urn="900002")
    items = [an_item(opened(trust, first)), an_item(opened(trust, second))]

    assert outcomes(trust, first, second, *items) == [None, None, None, None]

    assert appended == [2, 2]
    cases: list[Any] = [trust.ledger.load(opened(trust, report)) for report in (first, second)]
    assert [(case.reference, case.version, len(case.items)) for case in cases] == [
        ("INC-2026-000001", 2, 1),
        ("INC-2026-000002", 2, 1),
    ]


def test_each_command_is_found_again_by_its_id(trust: Trust) -> None:
    report = a_report()
    caller = trust.caller(Role.TRUST_LEAD)
    assert list(run_many(trust.services, [(caller, report)])) == [None]
    position, _ = trust.ledger.head()

    assert list(run_many(trust.services, [(caller, report)])) == [None]
    answer = run(trust.services, caller, report)

    assert isinstance(answer, Recorded)
    assert answer.replayed
    assert trust.ledger.head()[0] == position
    reused = replace(report, summary="Something else.")
    [refusal] = run_many(trust.services, [(caller, reused)])
    assert isinstance(refusal, Refusal)
    assert refusal.code == CommandIdReused.code


def test_a_refusal_records_nothing_and_keeps_nobody_else_from_being_recorded(trust: Trust) -> None:
    report, stranger = a_report(), an_item(uuid4())
    lacks_reason = MarkNotReportable(command_id=uuid4(), case_id=trust.do(a_report()).id)

    recorded, unknown, unreasoned = outcomes(trust, report, stranger, lacks_reason)

    assert recorded is None
    assert isinstance(unknown, Refusal)
    assert isinstance(unreasoned, Refusal)
    assert (unknown.code, unreasoned.code) == (RefusalCode.NOT_FOUND, RefusalCode.INVALID_INPUT)
    assert set(trust.ledger.receipts([report.command_id, stranger.command_id, lacks_reason.command_id])) == {
        report.command_id
    }


def test_a_refusal_is_the_one_that_the_command_gets_by_itself(trust: Trust) -> None:
    case = trust.do(a_report())
    given = [
        (trust.caller(Role.DASHBOARD), a_report()),
        (trust.lead, a_report(school_urn="900009")),
        (trust.lead, MarkNotReportable(command_id=uuid4(), case_id=case.id)),
        (trust.lead, AddAddendum(command_id=uuid4(), case_id=case.id, text="", expected_version=1)),
        (trust.lead, AddAddendum(command_id=uuid4(), case_id=case.id, text="Late.", expected_version=7)),
    ]

    for caller, command in given:
        alone = run(trust.services, caller, command)
        assert isinstance(alone, Refusal)
        assert list(run_many(trust.services, [(caller, command)])) == [alone]


def test_two_that_change_the_same_case_are_carried_out_one_after_the_other(trust: Trust) -> None:
    original, copies = trust.do(a_report()), [trust.do(a_report()), trust.do(a_report())]
    marks = [
        MarkDuplicate(command_id=uuid4(), case_id=copy.id, original=original.id, reason="The same post.")
        for copy in copies
    ]
    words = AddAddendum(command_id=uuid4(), case_id=original.id, text="Two more saw it.")

    assert outcomes(trust, *marks, words) == [None, None, None]

    loaded: Any = trust.ledger.load(original.id)
    assert set(loaded.copies) == {copy.id for copy in copies}


def test_whoever_was_overtaken_decides_again(trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
    case = trust.do(a_report())
    overtaking = iter([AddAddendum(command_id=uuid4(), case_id=case.id, text="First.")])
    append = TrustLedger.append

    def overtaken(ledger: TrustLedger, works: list[Work]) -> Any:
        for command in overtaking:
            trust.do(command)
        return append(ledger, works)

    monkeypatch.setattr(TrustLedger, "append", overtaken)

    assert outcomes(trust, AddAddendum(command_id=uuid4(), case_id=case.id, text="Second.")) == [None]

    loaded: Any = trust.ledger.load(case.id)
    assert len(loaded.addenda) == 2


def test_what_is_not_asked_for_is_not_carried_out(trust: Trust) -> None:
    report = a_report()
    then = an_item(opened(trust, report))
    caller = trust.caller(Role.TRUST_LEAD)

    assert next(run_many(trust.services, [(caller, report), (caller, then)])) is None

    assert set(trust.ledger.receipts([report.command_id, then.command_id])) == {report.command_id}
