"""A grandmother posts a photograph of the nativity play, with other people's children in it: it is no count of Libra's.

Park Hall asks families not to post images of other pupils taken at school events, also in the background (L55). The
incident is recorded and can be found; count 11 is of images of staff alone (Libra L117).
"""

from __future__ import annotations

import pytest

from tests.scenarios.school import School, a_post, about


@pytest.mark.obligation("S4-016", "S4-017")
@pytest.mark.parametrize("who", ["FAMILY_MEMBER", "PARENT", "PUPIL"])
def test_an_image_of_a_pupil_is_recorded_and_found_and_in_none_of_the_eleven(park_hall: School, who: str) -> None:
    head = park_hall.head
    case = head.gives("reportIncident", openedOn="2026-09-14", summary="A photograph of the play.")
    head.gives("recordItem", case, **a_post(about("UNAUTHORISED_IMAGE", "PUPIL"), posterRole=who))

    assert head.counts() == {}
    assert head.finds(natures=["UNAUTHORISED_IMAGE"], targets=["PUPIL"]) == {case.reference}
    assert head.finds(meetsNoCount=True) == {case.reference}


@pytest.mark.obligation("S4-016", "S2-039")
@pytest.mark.parametrize(
    ("who", "counted"),
    [
        ({"posterRole": "PARENT"}, 1),
        ({"posterRole": "CARER"}, 1),
        ({"posterRole": "PUPIL"}, 1),
        ({"posterRole": "FAMILY_MEMBER"}, 0),
        ({"posterRole": "STAFF"}, 0),
        # Who took it decides, where that is known.
        ({"posterRole": "OTHER", "takerRole": "PARENT"}, 1),
        ({"posterRole": "PARENT", "takerRole": "STAFF"}, 0),
    ],
)
def test_an_image_of_staff_counts_where_a_parent_carer_or_pupil_took_it(
    libra: School, who: dict[str, str], counted: int
) -> None:
    head = libra.head
    case = head.gives("reportIncident", openedOn="2026-09-14")
    head.gives("recordItem", case, **a_post(about("UNAUTHORISED_IMAGE", "STAFF"), **who))

    assert head.counts().get("UNAUTHORISED_IMAGES_OF_STAFF", 0) == counted


@pytest.mark.obligation("S4-016")
def test_a_photograph_of_a_teacher_with_pupils_counts_for_the_teacher(libra: School) -> None:
    head = libra.head
    case = head.gives("reportIncident", openedOn="2026-09-14")
    both = (about("UNAUTHORISED_IMAGE", "PUPIL"), about("UNAUTHORISED_IMAGE", "STAFF"))
    head.gives("recordItem", case, **a_post(*both))

    assert head.counts() == {"UNAUTHORISED_IMAGES_OF_STAFF": 1}
    assert head.finds(meetsNoCount=True) == set()
