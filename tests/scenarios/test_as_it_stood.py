"""In November somebody asks what the school knew in September: the case and the figures as they stood then.

Libra keeps a log of all its incidents from which nothing can be taken away (L150). Every case can be seen as after each
of its events and as at any moment, and so can the figures; what came later changes none of it.
"""

from __future__ import annotations

import pytest

from tests.scenarios.school import Person, School, a_post, about

STATE = "version status outcome ... on Incident { items { classifications { nature } removal } }"
AT_A_MOMENT = f"query($id: ID!, $moment: AsOf!) {{ case(id: $id, asOf: $moment) {{ {STATE} }} }}"
EVENTS = f"history {{ nodes {{ type position recordedAt caseAfter {{ {STATE} }} }} }}"


@pytest.mark.obligation("S2-065")
def test_a_case_is_seen_as_it_was_after_each_of_its_events(libra: School) -> None:
    head = libra.head
    case = head.gives("reportIncident", openedOn="2026-09-14")
    post = head.gives("recordItem", case, **a_post(about("ALLEGATION", "STAFF"), posterRole="VISITOR"))["item_id"]
    head.gives("requestRemoval", case, itemId=post, requestedOn="2026-09-15")
    reason = "An opinion, no allegation."
    head.gives("reclassifyItem", case, itemId=post, classifications=[about("NEGATIVE_COMMENT", "STAFF")], reason=reason)
    head.gives("confirmRemoval", case, itemId=post, checkedOn="2026-09-16")
    head.gives("supportTarget", case, target="STAFF", kind="REASSURANCE", supportedOn="2026-09-16")
    head.gives("closeIncident", case, outcome="POST_REMOVED", closedOn="2026-09-17")

    events = head.reads(case, EVENTS)["history"]["nodes"]

    seen = [
        (
            event["type"].split(".")[1],
            event["caseAfter"]["status"],
            [(item["classifications"][0]["nature"], item["removal"]) for item in event["caseAfter"]["items"]],
        )
        for event in events
    ]
    accused, rude = "ALLEGATION", "NEGATIVE_COMMENT"
    assert seen == [
        ("reported", "OPEN", []),
        ("item_recorded", "OPEN", [(accused, None)]),
        ("removal_requested", "OPEN", [(accused, "REQUESTED")]),
        ("item_reclassified", "OPEN", [(rude, "REQUESTED")]),
        ("removal_confirmed", "OPEN", [(rude, "REMOVED")]),
        ("target_supported", "OPEN", [(rude, "REMOVED")]),
        ("closed", "CLOSED", [(rude, "REMOVED")]),
    ]
    for event in events:
        for moment in ({"position": event["position"]}, {"at": event["recordedAt"]}):
            assert head.asks(AT_A_MOMENT, id=case.case, moment=moment)["case"] == event["caseAfter"]
    assert head.asks(AT_A_MOMENT, id=case.case, moment={"position": case.position - 1}) == {"case": None}


@pytest.mark.obligation("S2-065")
def test_the_figures_of_then_are_still_the_figures_of_then(lead: Person, libra: School) -> None:
    head = libra.head
    case = head.gives("reportIncident", openedOn="2026-09-14")
    first = head.gives("recordItem", case, **a_post(about("ALLEGATION", "STAFF")))
    second = head.gives("recordItem", case, **a_post(about("ALLEGATION", "STAFF"), about("RACIST_COMMENT", "STAFF")))
    head.gives("excludeItem", case, itemId=first["item_id"], mark="DUPLICATE", reason="Shared, not posted anew.")
    head.gives("markNotReportable", case, reason="It was about another school.")

    assert lead.counts() == {}
    assert lead.counts(asOf={"position": first.position}) == {"ALLEGATIONS_ABOUT_STAFF": 1}
    assert lead.counts(asOf={"position": second.position}) == {
        "ALLEGATIONS_ABOUT_STAFF": 2,
        "RACIST_OR_HOMOPHOBIC_COMMENTS": 1,
    }
    assert lead.counts(asOf={"position": second.position + 1}) == {
        "ALLEGATIONS_ABOUT_STAFF": 1,
        "RACIST_OR_HOMOPHOBIC_COMMENTS": 1,
    }
    lead.trust.rebuilt()
    assert lead.counts(asOf={"position": first.position}) == {"ALLEGATIONS_ABOUT_STAFF": 1}
