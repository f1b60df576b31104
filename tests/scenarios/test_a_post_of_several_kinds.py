"""One post accuses a teacher, slanders the school and threatens the head: it adds one to each count that it meets.

A post can meet several of Libra's eleven counts (L103-117). It adds one to each, however often it says the same, and
its figure moves when the head sees that it was something else.
"""

from __future__ import annotations

import pytest

from tests.scenarios.school import Person, School, a_post, about

POST = a_post(
    about("ALLEGATION", "STAFF"),
    about("DEFAMATORY_STATEMENT", "SCHOOL"),
    about("THREAT_OF_VIOLENCE", "STAFF"),
    about("RACIST_COMMENT", "STAFF"),
    about("HOMOPHOBIC_COMMENT", "COMMUNITY"),
    about("THREAT_OF_VIOLENCE", "SCHOOL"),
)


@pytest.mark.obligation("S2-041")
def test_it_adds_one_to_each_count_and_no_more(lead: Person, libra: School) -> None:
    head = libra.head
    case = head.gives("reportIncident", openedOn="2026-09-14")
    post = head.gives("recordItem", case, **POST)

    assert lead.counts() == {
        "ALLEGATIONS_ABOUT_STAFF": 1,
        "DEFAMATION_OF_SCHOOL": 1,
        "RACIST_OR_HOMOPHOBIC_COMMENTS": 1,
        "THREATS_OF_VIOLENCE": 1,
    }
    # Without the counts as columns it is one post, not four.
    [month] = lead.figures("period value contributions { totalCount }", groupBy=["MONTH"])
    assert (month["period"], month["value"]) == ("2026-09", 1)

    head.gives(
        "reclassifyItem",
        case,
        itemId=post["item_id"],
        classifications=[about("COMPLAINT", "STAFF"), about("THREAT_OF_VIOLENCE", "STAFF")],
        reason="He complains; he accuses nobody.",
    )
    assert lead.counts() == {"COMPLAINTS_ABOUT_STAFF": 1, "THREATS_OF_VIOLENCE": 1}


@pytest.mark.obligation("S2-041", "S0-025", "S0-026")
def test_racist_and_homophobic_are_one_figure_and_can_be_asked_for_apart(lead: Person, libra: School) -> None:
    head = libra.head
    racist, homophobic = (head.gives("reportIncident", openedOn="2026-09-14") for _ in range(2))
    head.gives("recordItem", racist, **a_post(about("RACIST_COMMENT", "PUPIL")))
    head.gives("recordItem", homophobic, **a_post(about("HOMOPHOBIC_COMMENT", "PUPIL")))

    assert lead.counts() == {"RACIST_OR_HOMOPHOBIC_COMMENTS": 2}
    assert lead.finds(natures=["RACIST_COMMENT"]) == {racist.reference}
    assert lead.finds(natures=["HOMOPHOBIC_COMMENT"]) == {homophobic.reference}
