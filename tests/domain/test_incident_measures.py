"""What was done about people, who outside was told, and what the school makes of it: recorded whole, or refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from domain.incident import Incident
from domain.refusals import (
    ActionListed,
    CaseClosed,
    CaseMarked,
    DatesOutOfOrder,
    DeciderIsSubject,
    EmptyText,
    FutureDate,
    IdentityTaken,
    Refused,
    RepeatedValue,
    RestrictionLifted,
    UnknownCode,
    UnknownItem,
    UnknownProviderContact,
    UnknownReferral,
    UnknownRestriction,
)
from domain.sealed import Secret
from tests.domain.incidents import AWARE, TODAY, closed, day, item, marked, named, reported, with_item
from tests.support.scenario import Given

NOTES = Secret("what was said")
ITEM = named("item")
TOMORROW = TODAY + timedelta(days=1)

# Each decision with everything that it takes, the event that comes of it, and the day in it.
STEPS: dict[str, tuple[dict[str, Any], str, str]] = {
    "support_target": (
        {
            "target": "STAFF",
            "kind": "REASSURANCE",
            "person": named("teacher"),
            "supported_by": named("head"),
            "supported_on": day(1),
            "notes": NOTES,
        },
        "incident.target_supported.v1",
        "supported_on",
    ),
    "inform_person": (
        {"role": "EQUALITIES_MANAGER", "person": named("manager"), "informed_on": day(1), "notes": NOTES},
        "incident.person_informed.v1",
        "informed_on",
    ),
    "explain_legal_consequence": (
        {
            "to_role": "POSTER",
            "means": "LETTER",
            "person": named("parent"),
            "explained_on": day(2),
            "notes": NOTES,
        },
        "incident.legal_consequence_explained.v1",
        "explained_on",
    ),
    "send_warning": (
        {
            "person": named("parent"),
            "sent_on": day(3),
            "asks_removal": True,
            "reference": Secret("letter 3"),
            "notes": NOTES,
        },
        "incident.warning_sent.v1",
        "sent_on",
    ),
    "record_refusal": (
        {"person": named("parent"), "refused_on": day(4), "notes": NOTES},
        "incident.refusal_recorded.v1",
        "refused_on",
    ),
    "record_continuation": (
        {"person": named("parent"), "item_id": ITEM, "continued_on": day(5), "notes": NOTES},
        "incident.continuation_recorded.v1",
        "continued_on",
    ),
    "take_legal_advice": (
        {"advised_on": day(6), "adviser": Secret("a solicitor"), "advice": Secret("write first")},
        "incident.legal_advice_taken.v1",
        "advised_on",
    ),
    "take_legal_action": (
        {"person": named("parent"), "taken_on": day(7), "notes": NOTES},
        "incident.legal_action_taken.v1",
        "taken_on",
    ),
    "restrict_access": (
        {
            "restriction_id": named("restriction"),
            "scope": "FORUM",
            "person": named("parent"),
            "from_on": day(8),
            "until_on": date(2027, 7, 31),
            "review_on": date(2027, 1, 4),
            "consulted": False,
            "notes": NOTES,
        },
        "incident.access_restricted.v1",
        "from_on",
    ),
    "refer_to_body": (
        {
            "referral_id": named("referral"),
            "body": "POLICE",
            "grounds": ("RACIAL_ELEMENT", "SUSPECTED_CRIME"),
            "referred_on": day(2),
            "body_name": Secret("the county's police"),
            "reference": Secret("crime 17"),
            "notes": NOTES,
        },
        "incident.referred.v1",
        "referred_on",
    ),
    "contact_provider": (
        {
            "contact_id": named("contact"),
            "provider": "INTERNET_SERVICE_PROVIDER",
            "item_id": ITEM,
            "contacted_on": day(2),
            "asks_removal": True,
            "provider_name": Secret("the provider"),
            "reference": Secret("ticket 4"),
            "notes": NOTES,
        },
        "incident.provider_contacted.v1",
        "contacted_on",
    ),
    "note_intake": (
        {
            "source": "SELF_REPORT",
            "reporter_role": "STAFF",
            "received_by": "HEADTEACHER",
            "reporter_is_target": True,
            "received_on": day(0),
        },
        "incident.intake_noted.v1",
        "received_on",
    ),
    "assess_conduct": (
        {"assessment": "ILLEGAL", "assessed_on": day(1), "assessed_by": named("head"), "notes": NOTES},
        "incident.conduct_assessed.v1",
        "assessed_on",
    ),
    "assess_defamation": (
        {
            "item_id": ITEM,
            "tests": ("HATRED_OR_CONTEMPT", "RIDICULED_AT_WORK"),
            "serious_harm": True,
            "assessed_on": day(1),
            "notes": NOTES,
        },
        "incident.defamation_assessed.v1",
        "assessed_on",
    ),
    "decide_on_action": (
        {
            "decision_id": named("decision"),
            "action": "LEGAL_ACTION",
            "options": ("LEGAL_ADVICE", "WARNING_LETTER"),
            "taken": False,
            "decided_on": day(9),
            "decided_by": named("head"),
            "reasons": Secret("the post is gone"),
        },
        "incident.action_decided.v1",
        "decided_on",
    ),
}
# What protects somebody or only says what is known, whatever state the case is in (design D14).
NEVER_REFUSED = {"support_target", "inform_person", "refer_to_body", "contact_provider", "note_intake"}


def taking(name: str, **instead: Any) -> Callable[[Incident], None]:
    values = STEPS[name][0] | instead
    return lambda one: getattr(one, name)(today=TODAY, **values)


@pytest.mark.obligation("S2-042", "S2-071", "S2-010", "S2-018", "S2-050", "S0-036", "S0-034", "S0-035", "S0-043")
@pytest.mark.obligation("S0-041", "S0-037", "S0-038", "S0-039", "S0-040", "S0-042", "S2-009", "S2-093", "S2-094")
@pytest.mark.obligation("S4-029", "S4-033", "S2-070", "S2-011", "S4-036", "S4-037", "S4-038", "S4-039", "S0-044")
@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_recorded_with_everything_that_is_said_of_it(name: str) -> None:
    values, topic, _ = STEPS[name]
    Given(with_item()).when(taking(name)).then((topic, values))


@pytest.mark.parametrize("name", STEPS)
def test_a_step_in_the_future_is_refused(name: str) -> None:
    Given(with_item()).refuses(taking(name, **{STEPS[name][2]: TOMORROW}), FutureDate, STEPS[name][2])


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("support_target", "target", "TEACHER"),
        ("support_target", "kind", "CAKE"),
        ("inform_person", "role", "HEADTEACHER"),  # told by a step of its own
        ("explain_legal_consequence", "to_role", "NEIGHBOUR"),
        ("explain_legal_consequence", "means", "SONG"),
        ("restrict_access", "scope", "MOON"),
        ("refer_to_body", "body", "PIRATES"),
        ("refer_to_body", "grounds", ("RACIAL_ELEMENT", "BOREDOM")),
        ("contact_provider", "provider", "BAKER"),
        ("note_intake", "source", "DREAM"),
        ("note_intake", "reporter_role", "DREAMER"),
        ("note_intake", "received_by", "CAT"),
        ("assess_conduct", "assessment", "FUNNY"),
        ("assess_defamation", "tests", ("TRUE",)),
        ("decide_on_action", "action", "DANCE"),
        ("decide_on_action", "options", ("DANCE",)),
    ],
)
def test_a_code_that_no_list_has_is_refused(name: str, field: str, value: Any) -> None:
    Given(with_item()).refuses(taking(name, **{field: value}), UnknownCode, field)


@pytest.mark.parametrize(
    ("name", "instead", "because", "fields"),
    [
        ("record_continuation", {"item_id": named("nothing")}, UnknownItem, ["item_id"]),
        ("contact_provider", {"item_id": named("nothing")}, UnknownItem, ["item_id"]),
        ("assess_defamation", {"item_id": named("nothing")}, UnknownItem, ["item_id"]),
        ("refer_to_body", {"grounds": ("HATE", "HATE")}, RepeatedValue, ["grounds"]),
        ("restrict_access", {"until_on": day(7)}, DatesOutOfOrder, ["until_on"]),
        ("restrict_access", {"review_on": day(7)}, DatesOutOfOrder, ["review_on"]),
        ("decide_on_action", {"reasons": None}, EmptyText, ["reasons"]),
        ("decide_on_action", {"reasons": Secret("  ")}, EmptyText, ["reasons"]),
        ("decide_on_action", {"options": ("LEGAL_ACTION",)}, ActionListed, ["options"]),
    ],
)
def test_what_cannot_be_is_refused(
    name: str, instead: dict[str, Any], because: type[Refused], fields: list[str]
) -> None:
    Given(with_item()).refuses(taking(name, **instead), because, *fields)


@pytest.mark.obligation("S0-044")
def test_a_decision_to_act_needs_no_reasons_and_one_not_to_act_does() -> None:
    taking("decide_on_action", taken=True, reasons=None)(with_item())


@pytest.mark.parametrize(("incident", "because"), [(closed, CaseClosed), (marked, CaseMarked)])
@pytest.mark.parametrize("name", STEPS)
def test_what_protects_somebody_is_never_refused_and_the_rest_is_on_a_case_that_is_done(
    name: str, incident: Callable[[], Incident], because: type[Refused]
) -> None:
    instead = {"item_id": None} if "item_id" in STEPS[name][0] else {}
    if name in NEVER_REFUSED:
        taking(name, **instead)(incident())
    else:
        Given(incident()).refuses(taking(name), because)


@pytest.mark.parametrize("name", ["restrict_access", "refer_to_body", "contact_provider", "decide_on_action"])
def test_an_id_is_given_once(name: str) -> None:
    incident = with_item()
    taking(name)(incident)
    [field] = [field for field in STEPS[name][0] if field.endswith("_id") and field != "item_id"]
    Given(incident).refuses(taking(name), IdentityTaken, field)


@pytest.mark.obligation("S0-015")
@pytest.mark.parametrize(("name", "field"), [("decide_on_action", "decided_by"), ("assess_conduct", "assessed_by")])
def test_nobody_whom_an_allegation_is_about_decides_or_assesses(name: str, field: str) -> None:
    incident = reported()
    item(incident, classifications=(), about=(named("teacher"),))
    incident.classify_item(item_id=ITEM, classifications=with_item("ALLEGATION:STAFF").items[ITEM].classifications)
    Given(incident).refuses(taking(name, **{field: named("teacher")}), DeciderIsSubject)


# --- answers


@pytest.mark.obligation("S4-029")
def test_a_body_answers_as_often_as_it_likes_and_never_before_it_was_told() -> None:
    incident = with_item()
    given = Given(incident)
    answer: dict[str, Any] = {"referral_id": named("referral"), "result": "ACKNOWLEDGED", "answered_on": day(3)}
    answer["today"] = TODAY
    given.refuses(lambda one: one.record_referral_answer(**answer), UnknownReferral, "referral_id")
    taking("refer_to_body")(incident)

    incident.record_referral_answer(**answer)
    incident.record_referral_answer(**answer | {"result": "ACTION_TAKEN", "answered_on": day(9)})

    [referral] = incident.referrals.values()
    assert (referral.result, referral.answered_on) == ("ACTION_TAKEN", day(9))
    with pytest.raises(DatesOutOfOrder):
        incident.record_referral_answer(**answer)


@pytest.mark.obligation("S0-042")
def test_a_provider_answers_apart_from_the_route_for_abuse() -> None:
    incident = with_item()
    answer: dict[str, Any] = {"contact_id": named("contact"), "result": "REMOVED", "answered_on": day(3)}
    answer["today"] = TODAY
    Given(incident).refuses(lambda one: one.record_provider_answer(**answer), UnknownProviderContact, "contact_id")
    taking("contact_provider")(incident)

    Given(incident).when(lambda one: one.record_provider_answer(**answer, notes=NOTES)).then(
        (
            "incident.provider_answered.v1",
            {"contact_id": named("contact"), "result": "REMOVED", "answered_on": day(3), "notes": NOTES},
        )
    )
    assert incident.platform_reports == {}


@pytest.mark.obligation("S0-041")
def test_a_restriction_is_lifted_once_and_after_it_began_also_on_a_closed_case() -> None:
    incident = with_item()
    lift: dict[str, Any] = {"restriction_id": named("restriction"), "lifted_on": day(20), "today": TODAY}
    given = Given(incident)
    given.refuses(lambda one: one.lift_restriction(**lift), UnknownRestriction, "restriction_id")
    taking("restrict_access")(incident)
    Given(incident).refuses(
        lambda one: one.lift_restriction(**lift | {"lifted_on": day(7)}), DatesOutOfOrder, "lifted_on"
    )
    incident.close(outcome="ACCESS_RESTRICTED", closed_on=day(10), today=TODAY)

    incident.lift_restriction(**lift)

    Given(incident).refuses(lambda one: one.lift_restriction(**lift), RestrictionLifted, "restriction_id")


# --- what is said of the report


def test_intake_that_is_said_again_leaves_no_event_and_one_that_differs_does() -> None:
    incident = with_item()
    taking("note_intake")(incident)
    Given(incident).when(taking("note_intake")).then()
    taking("note_intake", received_on=AWARE, source="STAFF_REPORT")(incident)
    assert incident.intake is not None
    assert incident.intake.source == "STAFF_REPORT"
