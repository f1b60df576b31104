"""What a trust decides about keeping records: its table, whether anything goes by itself, and what it holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.policy import content_hash
from domain.refusals import DatesOutOfOrder, EmptyText, IdentityTaken, Refused, RepeatedValue, UnknownCode
from domain.registers import TrustRegister
from domain.retention_facts import covers
from domain.retention_parts import TrustHold
from domain.retention_refusals import (
    AdoptedTooEarly,
    ConfirmedByProposer,
    HoldOfEverything,
    LegalHoldOver,
    NothingToConfirm,
    ReviewPassed,
    TableUnusable,
    UnknownLegalHold,
)
from domain.retention_rules import Adopted
from domain.sealed import SealedRef, Secret
from domain.values import PolicyRef
from tests.domain import incidents
from tests.domain.complaints import TODAY, day, named, received
from tests.domain.kept import content
from tests.domain.recorded import recorded

TRUST = UUID("3f6c0b52-6c0e-4a36-9b7e-6a2f1b1d9e01")
OFFICER, LEAD = named("officer"), named("lead")
ONE, TWO = content({}), content({"number": "5"}, version="2")
WHY = Secret("the inquiry asked for it")
REVIEW_ON = date(2027, 4, 1)


def register() -> TrustRegister:
    return TrustRegister.register(trust_id=TRUST, name="A trust")


def adopt(trust: TrustRegister, table: str = ONE, **given: Any) -> TrustRegister:
    trust.adopt_retention(
        **{"content": table, "adopted_on": date(2026, 9, 1), "disposal": "REVIEW_ONLY", "by": OFFICER, **given}
    )
    return trust


def test_a_table_is_kept_whole_with_its_hash_and_who_adopted_it() -> None:
    trust = recorded(adopt(register()))

    policy = PolicyRef("invented", "1", content_hash(ONE))
    assert trust.retention_adoptions == (Adopted(policy, date(2026, 9, 1), ONE, "REVIEW_ONLY", OFFICER),)


def test_the_table_in_force_adopted_again_changes_nothing_and_with_another_disposal_it_does() -> None:
    trust = adopt(adopt(register()), adopted_on=date(2026, 10, 1))
    assert len(trust.retention_adoptions) == 1

    adopt(trust, disposal="AUTOMATIC")

    assert [one.disposal for one in trust.retention_adoptions] == ["REVIEW_ONLY", "AUTOMATIC"]


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"content": "rules = ["}, TableUnusable),
        ({"content": content({"number": "-1"})}, TableUnusable),
        ({"disposal": "AT_ONCE"}, UnknownCode),
        ({"adopted_on": date(2026, 8, 31)}, AdoptedTooEarly),
    ],
)
def test_a_table_that_cannot_be_used_is_not_adopted(given: dict[str, Any], refused: type[Refused]) -> None:
    trust = register()

    with pytest.raises(refused):
        adopt(trust, **given)

    assert trust.retention_adoptions == ()


def test_a_table_that_is_refused_names_the_key_and_the_rule() -> None:
    with pytest.raises(TableUnusable) as caught:
        adopt(register(), content({"number": "-1"}))

    assert caught.value.message == "The retention table cannot be used. (rules[0].number: Expected `int` >= 0)"


def test_disposal_is_automatic_only_once_another_person_has_confirmed_it() -> None:
    trust = adopt(register(), disposal="AUTOMATIC")
    assert [one.disposes for one in trust.retention_adoptions] == [False]

    with pytest.raises(ConfirmedByProposer):
        trust.confirm_automatic_disposal(on=TODAY, by=OFFICER)
    trust.confirm_automatic_disposal(on=TODAY, by=LEAD)

    assert [(one.disposes, one.confirmed_by) for one in recorded(trust).retention_adoptions] == [(True, LEAD)]
    with pytest.raises(NothingToConfirm):
        trust.confirm_automatic_disposal(on=TODAY, by=LEAD)


def test_there_is_nothing_to_confirm_of_a_table_that_leaves_it_to_people() -> None:
    for trust in (register(), adopt(register())):
        with pytest.raises(NothingToConfirm):
            trust.confirm_automatic_disposal(on=TODAY, by=LEAD)


def test_a_new_table_begins_without_confirmation() -> None:
    trust = adopt(register(), disposal="AUTOMATIC")
    trust.confirm_automatic_disposal(on=TODAY, by=LEAD)

    adopt(trust, TWO, adopted_on=date(2026, 10, 1), disposal="AUTOMATIC")

    assert [one.disposes for one in trust.retention_adoptions] == [True, False]


# --- holds


def hold(trust: TrustRegister, **given: Any) -> TrustRegister:
    trust.place_hold(
        **{
            "hold_id": named("hold"),
            "authority": "STATUTORY_INQUIRY",
            "review_on": REVIEW_ON,
            "reason": WHY,
            "today": TODAY,
            "schools": ("900001",),
            **given,
        }
    )
    return trust


def test_a_hold_of_the_trust_is_placed_and_lifted_and_stands_for_ever() -> None:
    trust = hold(register(), kinds=("COMPLAINT", "INCIDENT"), persons=(named("teacher"),), aware_from=day(0))
    trust.lift_hold(hold_id=named("hold"), reason=WHY)

    assert recorded(trust).holds == {
        named("hold"): TrustHold(
            hold_id=named("hold"),
            placed_on=date(2026, 9, 14),
            schools=("900001",),
            kinds=("COMPLAINT", "INCIDENT"),
            persons=(named("teacher"),),
            aware_from=day(0),
            aware_to=None,
            authority="STATUTORY_INQUIRY",
            review_on=REVIEW_ON,
            reason=SealedRef(2, "reason"),
            is_lifted=True,
            lifted_because=SealedRef(3, "reason"),
        )
    }


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"schools": ()}, HoldOfEverything),
        ({"authority": "SOMEBODY"}, UnknownCode),
        ({"kinds": ("CASE",)}, UnknownCode),
        ({"schools": ("900001", "900001")}, RepeatedValue),
        ({"aware_from": day(2), "aware_to": day(1)}, DatesOutOfOrder),
        ({"review_on": TODAY}, ReviewPassed),
        ({"reason": Secret(" ")}, EmptyText),
    ],
)
def test_a_hold_that_says_too_little_or_contradicts_itself_is_refused(
    given: dict[str, Any], refused: type[Refused]
) -> None:
    trust = register()

    with pytest.raises(refused):
        hold(trust, **given)

    assert trust.holds == {}


def test_a_hold_of_the_trust_is_lifted_once() -> None:
    trust = hold(register())

    with pytest.raises(IdentityTaken):
        hold(trust)
    with pytest.raises(UnknownLegalHold):
        trust.lift_hold(hold_id=named("another"), reason=WHY)
    trust.lift_hold(hold_id=named("hold"), reason=WHY)
    with pytest.raises(LegalHoldOver):
        trust.lift_hold(hold_id=named("hold"), reason=WHY)


NOWHERE: dict[str, Any] = {"schools": ()}


@pytest.mark.parametrize(
    ("scope", "is_held"),
    [
        ({"schools": ("900001",)}, True),
        ({"schools": ("900002", "900001")}, True),
        ({"schools": ("900002",)}, False),
        ({**NOWHERE, "kinds": ("COMPLAINT",)}, True),
        ({**NOWHERE, "kinds": ("INCIDENT", "STAFF_BREACH")}, False),
        ({**NOWHERE, "persons": (named("teacher"),)}, True),
        ({**NOWHERE, "persons": (named("parent"),)}, True),
        ({**NOWHERE, "persons": (named("somebody else"),)}, False),
        ({**NOWHERE, "aware_from": day(0), "aware_to": day(0)}, True),
        ({**NOWHERE, "aware_from": day(1)}, False),
        ({**NOWHERE, "aware_to": day(-1)}, False),
        # All that is named has to be so.
        ({"schools": ("900001",), "kinds": ("INCIDENT",)}, False),
        ({"schools": ("900001",), "kinds": ("COMPLAINT",), "aware_to": day(3)}, True),
    ],
)
def test_a_hold_covers_a_case_that_meets_every_limit(scope: dict[str, Any], is_held: bool) -> None:
    complaint = received(complainant=named("parent"))

    [placed] = hold(register(), **scope).holds.values()

    assert covers(placed, complaint) is is_held


def test_a_hold_that_was_lifted_covers_nothing() -> None:
    trust = hold(register())
    trust.lift_hold(hold_id=named("hold"), reason=WHY)

    assert not covers(trust.holds[named("hold")], received())


def test_a_hold_on_a_school_covers_a_case_that_moved_away_from_it() -> None:
    complaint = received()
    complaint.transfer(school_urn="900002", transferred_on=day(5), reason=WHY, today=TODAY)

    covered = [
        covers(next(iter(hold(register(), schools=(urn,)).holds.values())), complaint)
        for urn in ("900001", "900002", "900003")
    ]

    assert covered == [True, True, False]


def test_a_hold_on_days_covers_an_incident_by_any_item_of_it() -> None:
    incident = incidents.reported()
    incidents.item(incident, discovered_on=incidents.day(9))

    held = [
        covers(next(iter(hold(register(), schools=(), aware_from=on, aware_to=on).holds.values())), incident)
        for on in (incidents.day(0), incidents.day(5), incidents.day(9))
    ]

    assert held == [True, False, True]


def test_what_the_trust_decided_replays_to_the_same() -> None:
    trust = hold(adopt(register(), disposal="AUTOMATIC"))
    trust.confirm_automatic_disposal(on=TODAY, by=LEAD)

    once = recorded(trust, datetime(2026, 10, 30, 9, tzinfo=UTC))

    assert once.retention_adoptions == trust.retention_adoptions
    assert once.holds.keys() == trust.holds.keys()
