"""A member of staff is attacked online and nobody has spoken to them yet: a list finds it.

At Libra staff are supported and reassured that the matter will be looked into (Libra L119), by the headteacher and the
senior managers (L167). The incidents in which that has not been done can be asked for, and none is closed without it.
"""

from __future__ import annotations

import pytest

from tests.scenarios.school import School, a_post, about

WITHOUT_SUPPORT = {"outstanding": ["SUPPORT_TARGET"]}


@pytest.mark.obligation("S2-042", "S2-071")
def test_the_list_names_the_incidents_in_which_staff_were_not_supported(libra: School) -> None:
    head = libra.head
    alone = head.gives("reportIncident", openedOn="2026-09-14", summary="A teacher is called a liar.")
    head.gives("recordItem", alone, **a_post(about("NEGATIVE_COMMENT", "STAFF")))
    supported = head.gives("reportIncident", openedOn="2026-09-14", summary="A teacher is accused of shouting.")
    head.gives("recordItem", supported, **a_post(about("ALLEGATION", "STAFF")))
    of_a_pupil = head.gives("reportIncident", openedOn="2026-09-14", summary="A pupil is teased.")
    head.gives("recordItem", of_a_pupil, **a_post(about("NEGATIVE_COMMENT", "PUPIL")))

    teacher = libra.trust.person("Ms Reed")
    head.gives(
        "supportTarget",
        supported,
        target="STAFF",
        kind="REASSURANCE",
        person=teacher,
        supportedBy=head.id,
        supportedOn="2026-09-15",
    )

    assert head.finds(**WITHOUT_SUPPORT) == {alone.reference}
    assert head.reads(supported, "... on Incident { supports { person { id } supportedBy { id } supportedOn } }") == {
        "supports": [{"person": {"id": teacher}, "supportedBy": {"id": head.id}, "supportedOn": "2026-09-15"}]
    }


@pytest.mark.obligation("S2-042", "S2-071")
def test_support_of_a_pupil_is_not_support_of_the_teacher(libra: School) -> None:
    head = libra.head
    case = head.gives("reportIncident", openedOn="2026-09-14")
    head.gives("recordItem", case, **a_post(about("ALLEGATION", "STAFF"), posterRole="VISITOR"))

    head.gives("supportTarget", case, target="PUPIL", kind="WELL_BEING_CHECK", supportedOn="2026-09-15")
    refusal = head.refused("closeIncident", case, outcome="NO_FURTHER_ACTION", closedOn="2026-09-18")

    assert (refusal["code"], refusal["clause"]) == ("DUTIES_OUTSTANDING", libra.clause("L119, L167"))


@pytest.mark.obligation("S2-042")
def test_support_comes_too_late_for_no_case(libra: School) -> None:
    head = libra.head
    case = head.gives("reportIncident", openedOn="2026-09-14")
    head.gives("recordItem", case, **a_post(about("ALLEGATION", "STAFF"), posterRole="VISITOR"))
    why = "He left the school; nobody could reach him."
    head.gives("closeIncident", case, outcome="NO_FURTHER_ACTION", closedOn="2026-09-18", override=why)
    assert head.finds(**WITHOUT_SUPPORT) == {case.reference}

    libra.coordinator.gives("supportTarget", case, target="STAFF", kind="COUNSELLING", supportedOn="2026-10-02")

    assert head.finds(**WITHOUT_SUPPORT) == set()
