"""All that was recorded in a period, as one file: nothing in it is left out, and nothing is told that may not be."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access import Role
from domain.refusals import Refused
from ledger.bundle import BundledEvent, WithheldEvent
from ledger.bundle_parsing import parse
from ledger.period import Period
from services import export_period as exporting
from services.case_commands import AddAddendum, LinkCase
from services.checkpoints import make_checkpoint
from services.export_period import export_period
from services.scope import Caller
from services.staff_breach_commands import ReportStaffBreach
from tests.services.exported import AWARE, a_case, found
from tests.support.ledgers import Trust

LONG_AGO, FAR_OFF = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def taken(
    trust: Trust, since: datetime = LONG_AGO, until: datetime = FAR_OFF, caller: Caller | None = None, **more: Any
) -> Period:
    period = parse(export_period(trust.ledger, caller or trust.lead, since, until, **more))
    assert isinstance(period, Period)
    return period


def instants(trust: Trust) -> list[datetime]:
    with trust.ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT recorded_at FROM event WHERE trust_id = %s ORDER BY position", (trust.trust_id,)
        ).fetchall()
    return [at for (at,) in rows]


def say(trust: Trust, case_id: UUID, count: int) -> None:
    for _ in range(count):
        trust.do(AddAddendum(command_id=uuid4(), case_id=case_id, text="More."))


def test_any_period_holds_and_has_the_positions_recorded_in_it(trust: Trust) -> None:
    # given
    case, other = a_case(trust), a_case(trust)
    say(trust, case, 3)
    kept = make_checkpoint(trust.ledger)
    say(trust, other, 3)
    at = [LONG_AGO, *instants(trust), FAR_OFF]
    size = len(at) - 2

    # then
    for first in range(1, size + 2):
        for end in range(first, size + 2):
            if at[first] >= at[end]:
                continue
            period = taken(trust, at[first], at[end], kept=[kept.size])
            assert [event.position for event in period.events] == list(range(first, min(end, size + 1)))
            assert found(trust.ledger, period.encode(), kept.note) == "holds"
    whole = taken(trust, caller=trust.caller(Role.AUDITOR))
    assert (whole.first, whole.last, whole.before, whole.after) == (1, size, "", "")
    assert found(trust.ledger, whole.encode()) == "holds"


def test_a_period_in_which_nothing_was_recorded_says_so_and_proves_it(trust: Trust) -> None:
    a_case(trust)
    at = instants(trust)
    between = (at[2] + timedelta(microseconds=1), at[3])
    for since, until in (between, (LONG_AGO, at[0]), (at[-1] + timedelta(seconds=1), FAR_OFF)):
        period = taken(trust, since, until)

        assert period.events == ()
        assert found(trust.ledger, period.encode()) == "holds"
        lying = dataclasses.replace(period, since=LONG_AGO, until=FAR_OFF)
        assert found(trust.ledger, lying.encode()).startswith("completeness: ")


def test_no_event_can_be_left_out_put_in_or_moved(trust: Trust) -> None:
    case = a_case(trust)
    say(trust, case, 6)
    at = instants(trust)
    period = taken(trust, at[4], at[8])
    one, two, three, four = period.events
    assert found(trust.ledger, period.encode()) == "holds"
    for events, said in (
        ((two, three, four), f"events: position {two.position}: stands where position {one.position} must stand"),
        ((one, two, three), "inclusion: inclusion: events, positions and times do not lead to the root of"),
        ((one, three, four), f"events: position {three.position}: stands where position {two.position} must stand"),
        ((one, two, two, four), f"events: position {two.position}: stands where position {three.position} must stand"),
    ):
        assert found(trust.ledger, dataclasses.replace(period, events=events).encode()).startswith(said)
    later = dataclasses.replace(period, first=period.first + 1, events=(two, three, four))
    assert found(trust.ledger, later.encode()).startswith("inclusion: ")
    for member in ("before", "after"):
        for note, said in (("", "must be there exactly if"), (period.checkpoint, "must be the trust's checkpoint of")):
            changed = dataclasses.replace(period, **{member: note})  # type: ignore[arg-type]  # both are text
            assert found(trust.ledger, changed.encode()).startswith(f"completeness: {member}: {said}")
    wider = dataclasses.replace(period, until=at[9])
    assert found(trust.ledger, wider.encode()) == (
        "completeness: after: says that the event after was recorded in the period, too"
    )
    earlier = dataclasses.replace(period, since=at[3])
    assert found(trust.ledger, earlier.encode()) == (
        "completeness: before: says that the event before was recorded in the period, too"
    )
    assert isinstance(two, BundledEvent)
    altered = two._replace(body=two.body.replace(b"system", b"nobody").replace(b"lead", b"head"))
    assert found(trust.ledger, dataclasses.replace(period, events=(one, altered, three, four)).encode()).startswith(
        f"events: position {two.position}: is altered"
    )


def test_events_of_cases_that_are_not_the_readers_are_withheld_as_a_whole(trust: Trust) -> None:
    # given: a breach about the trust's lead, and an incident that names it
    incident = a_case(trust)
    other_lead = trust.caller(Role.TRUST_LEAD, name="other")
    breach = trust.do(
        ReportStaffBreach(
            command_id=uuid4(),
            school_urn="900001",
            reported_on=AWARE,
            source="ALLEGED",
            subject=trust.lead.person_id,
            summary="Something about the trust lead.",
        ),
        other_lead,
    ).id
    trust.do(LinkCase(command_id=uuid4(), case_id=incident, other=breach, kind="RELATED"), other_lead)

    # when
    mine, theirs, audited = (
        taken(trust, caller=caller) for caller in (trust.lead, other_lead, trust.caller(Role.AUDITOR))
    )

    # then
    def withheld(period: Period) -> int:
        return sum(isinstance(event, WithheldEvent) for event in period.events)

    for period in (mine, theirs, audited):
        assert found(trust.ledger, period.encode()) == "holds"
    assert withheld(theirs) == withheld(audited) == 0
    streams = [json.loads(event.body)["stream"] for event in theirs.shown]
    assert withheld(mine) == streams.count(str(breach)) + 1
    assert str(breach).encode() not in mine.encode()
    assert b"about the trust lead" in theirs.encode()
    assert b"about the trust lead" not in audited.encode()


def test_what_it_tells_and_opens_is_told_to_whoever_records_reads(trust: Trust) -> None:
    cases = {a_case(trust), a_case(trust)}
    opened: set[Any] = set()
    told: set[UUID] = set()
    export_period(trust.ledger, trust.lead, LONG_AGO, FAR_OFF, opened, told)
    assert told == cases
    assert {place.stream_id for place in opened} == cases
    nothing: set[Any] = set()
    export_period(trust.ledger, trust.caller(Role.AUDITOR), LONG_AGO, FAR_OFF, nothing)
    assert nothing == set()


def test_only_whoever_oversees_takes_a_period_away(trust: Trust) -> None:
    a_case(trust)
    for role, school in ((Role.ADMIN, None), (Role.HR, None), (Role.DASHBOARD, None), (Role.HEADTEACHER, "900001")):
        with pytest.raises(Refused) as refused:
            export_period(trust.ledger, trust.caller(role, school), LONG_AGO, FAR_OFF)
        assert refused.value.code == "NOT_ALLOWED"


def test_a_period_ends_after_it_begins_and_is_not_too_large(trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
    a_case(trust)
    with pytest.raises(Refused) as refused:
        export_period(trust.ledger, trust.lead, FAR_OFF, LONG_AGO)
    assert (refused.value.code, refused.value.fields) == ("INVALID_INPUT", ("until",))
    monkeypatch.setattr(exporting, "MOST_EVENTS", len(instants(trust)) - 1)
    with pytest.raises(Refused) as refused:
        export_period(trust.ledger, trust.lead, LONG_AGO, FAR_OFF)
    assert (refused.value.code, refused.value.fields) == ("QUERY_TOO_LARGE", ("since", "until"))
