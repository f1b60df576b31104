"""A member of staff was advised to end an online friendship with a parent, and went on: the record joins the two.

Rivington advises those who are related to families or were their friends before that such contact now contradicts its
policy, and that going on with it risks formal action (L60). Contact after the advice names the advice it followed.
"""

from __future__ import annotations

import pytest

from tests.scenarios.school import School

ADVICE = "... on StaffBreach { advice { id kind givenOn notes { text } } laterContacts { adviceId contactOn } }"


@pytest.mark.obligation("S3-023")
def test_later_contact_names_the_advice_that_it_went_against(rivington: School) -> None:
    lead = rivington.lead
    case = lead.gives("reportStaffBreach", reportedOn="2026-09-14", source="SELF_REPORTED")
    lead.gives("noteBreachDetails", case, breachTypes=["CONTACT_WITH_PARENT"], clauses=["PARENT_AND_PUPIL_CONTACT"])
    risks = "Their friendship is older than her post; it has to rest now."
    on_settings = lead.gives("giveBreachAdvice", case, kind="PRIVACY_SETTINGS", givenOn="2026-09-15")
    advised = lead.gives("giveBreachAdvice", case, kind="CONTACT", givenOn="2026-09-16", notes=risks)

    refusal = lead.refused("recordLaterContact", case, adviceId=on_settings["advice_id"], contactOn="2026-10-05")
    lead.gives("recordLaterContact", case, adviceId=advised["advice_id"], contactOn="2026-10-05")

    assert refusal["message"] == (
        "Contact goes on after advice against contact; this advice was on something else. (fields: adviceId)"
    )
    shown = lead.reads(case, ADVICE)
    assert shown["laterContacts"] == [{"adviceId": advised["advice_id"], "contactOn": "2026-10-05"}]
    [against] = [one for one in shown["advice"] if one["id"] == advised["advice_id"]]
    assert against == {
        "id": advised["advice_id"],
        "kind": "CONTACT",
        "givenOn": "2026-09-16",
        "notes": {"text": risks},
    }


@pytest.mark.obligation("S3-023")
def test_contact_before_the_advice_went_against_none(rivington: School) -> None:
    lead = rivington.lead
    case = lead.gives("reportStaffBreach", reportedOn="2026-09-14", source="SELF_REPORTED")
    other = lead.gives("reportStaffBreach", reportedOn="2026-09-14", source="SELF_REPORTED")
    advised = lead.gives("giveBreachAdvice", case, kind="CONTACT", givenOn="2026-09-16")

    early = lead.refused("recordLaterContact", case, adviceId=advised["advice_id"], contactOn="2026-09-15")
    elsewhere = lead.refused("recordLaterContact", other, adviceId=advised["advice_id"], contactOn="2026-10-05")

    assert (early["code"], early["fields"]) == ("INVALID_INPUT", ["contactOn"])
    assert (elsewhere["code"], elsewhere["fields"]) == ("NOT_FOUND", ["adviceId"])
