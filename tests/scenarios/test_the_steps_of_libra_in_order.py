"""Parents attack a teacher on Facebook, and the school goes through the steps of Libra's policy in their order.

There are nine (Libra L119-127): the staff are supported, evidence is kept, the parents are met, the posts go, the
meeting comes to an end, the parents hear of the law, the chair meets them, a way forward is found, legal advice is
taken. The chair meets nobody whom the school has not met first without settling the matter (L125).
"""

from __future__ import annotations

import pytest

from tests.scenarios.school import Done, Person, School, a_post, about

FACE_TO_FACE = {"mode": "IN_PERSON", "attended": True}
STEPS = (
    "... on Incident { supports { target supportedOn } evidence { kind collectedOn }"
    " meetings { heldOn roles outcome cause { text } wayForward { text } } items { removal removalOn }"
    " legalExplanations { toRole explainedOn } continuations { continuedOn } legalAdvice { advisedOn } }"
)


def an_attack_on_a_teacher(head: Person) -> tuple[Done, str]:
    case = head.gives("reportIncident", openedOn="2026-09-14", summary="A parent calls a teacher a bully on Facebook.")
    post = head.gives("recordItem", case, **a_post(about("NEGATIVE_COMMENT", "STAFF")))
    return case, post["item_id"]


@pytest.mark.obligation("S2-051")
def test_the_chair_does_not_meet_parents_before_the_school_did(libra: School) -> None:
    head = libra.head
    case, _ = an_attack_on_a_teacher(head)
    with_the_chair = {"roles": ["CHAIR", "PARENT"]} | FACE_TO_FACE

    refusal = head.refused("holdMeeting", case, heldOn="2026-09-21", **with_the_chair)

    assert refusal == {
        "code": "STEP_PREREQUISITE",
        "clause": libra.clause("L125"),
        "message": "The school's policy requires something else first: The chair meets the parents after a first"
        " meeting that did not resolve the matter. (needs: MEETING_UNRESOLVED)",
        "fields": [],
    }
    # A first meeting that settled the matter leaves nothing for the chair.
    head.gives("noteEvidence", case, kind="SCREENSHOT", collectedOn="2026-09-14")
    head.gives(
        "holdMeeting", case, heldOn="2026-09-22", roles=["HEADTEACHER", "PARENT"], outcome="RESOLVED", **FACE_TO_FACE
    )
    assert head.refused("holdMeeting", case, heldOn="2026-09-23", **with_the_chair)["code"] == "STEP_PREREQUISITE"


@pytest.mark.obligation("S2-051")
def test_parents_who_do_not_come_to_the_first_meeting_are_met_by_the_chair(libra: School) -> None:
    head = libra.head
    case, _ = an_attack_on_a_teacher(head)
    head.gives("holdMeeting", case, heldOn="2026-09-18", mode="TELEPHONE", attended=False, roles=["HEADTEACHER"])

    assert head.owes(case)["HOLD_CHAIR_MEETING"] == libra.clause("L125")
    met = head.gives("holdMeeting", case, heldOn="2026-09-25", roles=["CHAIR", "PARENT"], **FACE_TO_FACE)

    assert met.events == ("incident.meeting_held.v1",)
    assert "HOLD_CHAIR_MEETING" not in head.owes(case)


@pytest.mark.obligation(
    "S2-042", "S2-044", "S2-045", "S2-046", "S2-047", "S2-048", "S2-049", "S2-050", "S2-052", "S2-053"
)
def test_the_nine_steps_are_taken_and_each_leaves_nothing_owed(libra: School) -> None:
    head = libra.head
    case, post = an_attack_on_a_teacher(head)
    head.gives("reportToHeadteacher", case, reportedOn="2026-09-14")
    head.gives("assessConduct", case, assessment="UNACCEPTABLE", assessedOn="2026-09-14")
    # L73: the equalities manager sees that incidents that breach the policy are acted on.
    head.gives("informPerson", case, role="EQUALITIES_MANAGER", informedOn="2026-09-14")
    reasons = "A matter for the school."
    head.gives("decideOnAction", case, action="AUTHORITIES", taken=False, decidedOn="2026-09-14", reasons=reasons)
    assert head.owes(case) == {
        "SUPPORT_TARGET": libra.clause("L119, L167"),
        "GATHER_EVIDENCE": libra.clause("L120"),
        "MEET_POSTER": libra.clause("L121"),
        "REQUEST_REMOVAL": libra.clause("L122"),
    }

    # L119: staff are supported. L120: what was posted is established. L121: the parents are met, to learn why.
    head.gives("supportTarget", case, target="STAFF", kind="REASSURANCE", supportedOn="2026-09-14")
    head.gives("noteEvidence", case, kind="SCREENSHOT", itemId=post, collectedOn="2026-09-14")
    cause = "Her son was kept in at lunch."
    head.gives(
        "holdMeeting",
        case,
        heldOn="2026-09-17",
        roles=["HEADTEACHER", "PARENT"],
        cause=cause,
        outcome="NOT_RESOLVED",
        **FACE_TO_FACE,
    )
    # L122: the posts are to go, and the school looks whether they are gone.
    head.gives("requestRemoval", case, itemId=post, requestedOn="2026-09-17")
    assert head.owes(case) == {
        "CONFIRM_REMOVAL": libra.clause("L122"),
        "EXPLAIN_LEGAL_CONSEQUENCE": libra.clause("L124"),
        "HOLD_CHAIR_MEETING": libra.clause("L125"),
    }
    head.gives("confirmRemoval", case, itemId=post, checkedOn="2026-09-18")
    # L124: the parents hear of the law. L125: the chair meets them.
    head.gives("explainLegalConsequence", case, toRole="POSTER", means="LETTER", explainedOn="2026-09-18")
    head.gives(
        "holdMeeting", case, heldOn="2026-09-25", roles=["CHAIR", "PARENT"], outcome="NOT_RESOLVED", **FACE_TO_FACE
    )
    assert head.owes(case) == {"AGREE_WAY_FORWARD": libra.clause("L126")}
    # L126: a way forward. L127: it goes on nevertheless, and legal advice is taken.
    agreed = "Concerns go to the head of year."
    head.gives(
        "holdMeeting",
        case,
        heldOn="2026-09-29",
        roles=["CHAIR", "PARENT"],
        wayForward=agreed,
        outcome="RESOLVED",
        **FACE_TO_FACE,
    )
    head.gives("recordContinuation", case, continuedOn="2026-10-12")
    assert head.owes(case) == {"TAKE_LEGAL_ADVICE": libra.clause("L127")}
    head.gives("takeLegalAdvice", case, advisedOn="2026-10-15")

    assert head.owes(case) == {}
    assert head.reads(case, STEPS) == {
        "supports": [{"target": "STAFF", "supportedOn": "2026-09-14"}],
        "evidence": [{"kind": "SCREENSHOT", "collectedOn": "2026-09-14"}],
        "meetings": [
            {
                "heldOn": "2026-09-17",
                "roles": ["HEADTEACHER", "PARENT"],
                "outcome": "NOT_RESOLVED",
                "cause": {"text": cause},
                "wayForward": None,
            },
            {
                "heldOn": "2026-09-25",
                "roles": ["CHAIR", "PARENT"],
                "outcome": "NOT_RESOLVED",
                "cause": None,
                "wayForward": None,
            },
            {
                "heldOn": "2026-09-29",
                "roles": ["CHAIR", "PARENT"],
                "outcome": "RESOLVED",
                "cause": None,
                "wayForward": {"text": agreed},
            },
        ],
        "items": [{"removal": "REMOVED", "removalOn": "2026-09-18"}],
        "legalExplanations": [{"toRole": "POSTER", "explainedOn": "2026-09-18"}],
        "continuations": [{"continuedOn": "2026-10-12"}],
        "legalAdvice": [{"advisedOn": "2026-10-15"}],
    }


@pytest.mark.obligation("S2-044", "S2-053")
def test_steps_taken_out_of_their_order_are_recorded_and_leave_what_is_missing(libra: School) -> None:
    head = libra.head
    case, _ = an_attack_on_a_teacher(head)

    met = head.gives("holdMeeting", case, heldOn="2026-09-17", roles=["HEADTEACHER", "PARENT"], **FACE_TO_FACE)
    advised = head.gives("takeLegalAdvice", case, advisedOn="2026-09-18")

    assert "GATHER_EVIDENCE" in met.owes
    assert "RECORD_CONTINUATION" in advised.owes
    assert head.owes(case)["RECORD_CONTINUATION"] == libra.clause("L127")
