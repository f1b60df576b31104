"""Marks and links change two histories at once, and what they refuse holds also against a race."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

import policies
from domain.access import Role
from domain.items import Classification
from domain.vocabulary import CODE_LISTS
from ledger.reading import read_streams
from services.case_commands import CorrectSchool, LinkCase, MarkDuplicate, MarkNotReportable, UnlinkCase, Unmark
from services.commands import Recorded, Refusal
from services.incident_commands import CloseIncident, RecordItem, ReportIncident
from services.incident_step_commands import CompleteInvestigation, RecordInvestigation
from tests.support.ledgers import Trust, a_trust

AWARE = date(2026, 9, 10)


def an_incident(trust: Trust, school_urn: str = "900001") -> Any:
    return trust.do(ReportIncident(command_id=uuid4(), school_urn=school_urn, opened_on=AWARE))


def duplicate(copy: UUID, original: UUID) -> MarkDuplicate:
    return MarkDuplicate(command_id=uuid4(), case_id=copy, original=original, reason="The same post.")


def not_reportable(case_id: UUID) -> MarkNotReportable:
    return MarkNotReportable(command_id=uuid4(), case_id=case_id, reason="Never was one.")


def types(trust: Trust, case_id: UUID) -> list[str]:
    with trust.ledger.trust.connection() as connection:
        return [row.type for row in read_streams(connection, trust.trust_id, [case_id])]


def test_a_duplicate_is_told_to_both_histories_in_one_append(trust: Trust) -> None:
    copy, original = an_incident(trust), an_incident(trust)
    result = trust.give(duplicate(copy.id, original.id))
    assert result.last_position == result.first_position + 1
    assert types(trust, copy.id)[-1] == "incident.marked_duplicate.v1"
    assert types(trust, original.id)[-1] == "incident.copy_added.v1"


@pytest.mark.ruling(38)
def test_a_case_with_copies_is_not_marked_until_they_are_pointed_elsewhere(trust: Trust) -> None:
    copy, original, other = an_incident(trust), an_incident(trust), an_incident(trust)
    trust.do(duplicate(copy.id, original.id))
    assert trust.refused(not_reportable(original.id)) == ("DUPLICATE_TARGET", ())
    assert str(copy.id) in trust.issued[-1].message  # type: ignore[union-attr]  # a refusal, as just shown
    assert trust.refused(duplicate(original.id, other.id)) == ("DUPLICATE_TARGET", ())
    trust.do(duplicate(copy.id, other.id))
    assert trust.do(not_reportable(original.id)).mark == "NOT_REPORTABLE"
    assert trust.refused(duplicate(copy.id, original.id)) == ("DUPLICATE_TARGET", ("original",))


def test_a_copy_and_its_original_marked_at_the_same_moment_never_leave_a_copy_of_nothing(trust: Trust) -> None:
    for _ in range(8):
        copy, original = an_incident(trust), an_incident(trust)
        commands = [duplicate(copy.id, original.id), not_reportable(original.id)]
        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(trust.give, commands))
        assert sorted(type(result).__name__ for result in results) == ["Recorded", "Refusal"]
        loaded: Any = trust.ledger.load(copy.id)
        after: Any = trust.ledger.load(original.id)
        assert (loaded.mark is None) == (after.mark is not None)


def test_unmarking_a_copy_tells_the_original(trust: Trust) -> None:
    copy, original = an_incident(trust), an_incident(trust)
    trust.do(duplicate(copy.id, original.id))
    assert trust.do(Unmark(command_id=uuid4(), case_id=copy.id, reason="Not the same after all.")).mark is None
    assert types(trust, original.id)[-1] == "incident.copy_removed.v1"
    assert isinstance(trust.give(not_reportable(original.id)), Recorded)


def test_a_duplicate_of_itself_or_of_what_is_not_there_is_refused(trust: Trust) -> None:
    case = an_incident(trust)
    assert trust.refused(duplicate(case.id, case.id)) == ("DUPLICATE_TARGET", ("original",))
    assert trust.refused(duplicate(case.id, uuid4())) == ("NOT_FOUND", ("original",))
    elsewhere = an_incident(trust, "900002")
    head = trust.caller(Role.HEADTEACHER, "900001")
    assert trust.refused(duplicate(case.id, elsewhere.id), head) == ("NOT_FOUND", ("original",))


def test_origins_never_run_in_a_circle(trust: Trust) -> None:
    first, second, third = (an_incident(trust) for _ in range(3))

    def arose(case_id: UUID, origin: UUID) -> LinkCase:
        return LinkCase(command_id=uuid4(), case_id=case_id, other=origin, kind="AROSE_FROM")

    trust.do(arose(second.id, first.id))
    trust.do(arose(third.id, second.id))
    assert trust.refused(arose(first.id, third.id)) == ("ILLEGAL_STATE", ("other",))
    assert trust.refused(arose(first.id, uuid4())) == ("NOT_FOUND", ("other",))
    unlink = UnlinkCase(command_id=uuid4(), case_id=third.id, other=second.id, kind="AROSE_FROM", reason="Wrong case.")
    assert trust.do(unlink).arose_from == ()
    assert trust.do(arose(first.id, third.id)).arose_from == (third.id,)


def test_a_case_moves_to_the_school_it_always_belonged_to(trust: Trust) -> None:
    case = an_incident(trust)

    def correct(urn: str) -> CorrectSchool:
        return CorrectSchool(command_id=uuid4(), case_id=case.id, school_urn=urn, reason="Other school.")

    head = trust.caller(Role.HEADTEACHER, "900001")
    assert trust.refused(correct("900002"), head) == ("NOT_FOUND", ("school_urn",))
    assert trust.refused(correct("999999")) == ("NOT_FOUND", ("school_urn",))
    moved = trust.do(correct("900002"))
    assert (moved.school_urn, moved.opened_at) == ("900002", "900001")
    assert trust.refused(not_reportable(case.id), head) == ("NOT_FOUND", ("case_id",))


@pytest.mark.obligation("S0-011")
def test_the_pinned_policy_decides_what_closing_awaits(trust: Trust, database: Any, keys: Any) -> None:
    strict = a_trust(database, keys, pack=policies.content("sharp-lane"))
    for each, awaits in ((trust, False), (strict, True)):
        case = an_incident(each)
        each.do(
            RecordItem(
                command_id=uuid4(),
                case_id=case.id,
                platform="FACEBOOK",
                poster_role="PARENT",
                discovered_on=AWARE,
                classifications=(Classification("ALLEGATION", "STAFF"),),
            )
        )
        close = CloseIncident(command_id=uuid4(), case_id=case.id, outcome="NO_FURTHER_ACTION", closed_on=AWARE)
        result = each.give(close)
        assert isinstance(result, Refusal) == awaits
        if isinstance(result, Refusal):
            assert result.code == "DUTIES_OUTSTANDING"
            assert result.clause is not None
            assert "L36" in result.clause
            begun = each.do(RecordInvestigation(command_id=uuid4(), case_id=case.id, started_on=AWARE))
            [investigation] = begun.investigations
            each.do(
                CompleteInvestigation(
                    command_id=uuid4(),
                    case_id=case.id,
                    investigation_id=investigation,
                    completed_on=AWARE,
                    finding=CODE_LISTS["findings"][0].code,
                )
            )
            assert each.do(close).status == "CLOSED"
