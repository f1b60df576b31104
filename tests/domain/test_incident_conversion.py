"""An incident that goes on as a complaint: one, while it is open, on a day that can be."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain.refusals import AlreadyConverted, CaseClosed, DatesOutOfOrder, FutureDate, Refused
from tests.domain.incidents import TODAY, closed, day, named, with_item
from tests.support.scenario import Given

TOMORROW = TODAY + timedelta(days=1)


@pytest.mark.obligation("S2-081", "S4-032")
def test_an_incident_goes_on_as_one_complaint_while_it_is_open() -> None:
    incident = with_item("COMPLAINT:STAFF")
    converting: dict[str, Any] = {"complaint": named("complaint"), "converted_on": day(3)}

    Given(incident).when(lambda one: one.convert_to_complaint(today=TODAY, **converting)).then(
        ("incident.converted.v1", converting)
    )

    Given(incident).refuses(lambda one: one.convert_to_complaint(today=TODAY, **converting), AlreadyConverted)
    Given(closed()).refuses(lambda one: one.convert_to_complaint(today=TODAY, **converting), CaseClosed)


@pytest.mark.parametrize(("on", "because"), [(TOMORROW, FutureDate), (day(-1), DatesOutOfOrder)])
def test_the_day_of_conversion_lies_between_the_opening_and_today(on: date, because: type[Refused]) -> None:
    Given(with_item()).refuses(
        lambda one: one.convert_to_complaint(complaint=named("complaint"), converted_on=on, today=TODAY),
        because,
        "converted_on",
    )
