"""Two schools, posts and complaints of many kinds: the eleven figures, what stands behind each, and the same again.

Libra counts eleven things (L107-117). Every figure can be asked for by school, names the posts, heads and breaches that
make it up, and comes out the same when everything is built anew from the events. What is none of the eleven is in none.
"""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.scenarios.school import Done, Json, Person, School, a_post, about

# What is told of each school: who posted what, and the counts that it adds to.
AT_LIBRA = (
    (
        a_post(about("ALLEGATION", "STAFF"), about("NEGATIVE_COMMENT", "STAFF")),
        "ALLEGATIONS_ABOUT_STAFF",
        "NEGATIVE_COMMENTS_ABOUT_STAFF",
    ),
    (
        a_post(about("ALLEGATION", "PUPIL"), about("NEGATIVE_COMMENT", "PUPIL")),
        "ALLEGATIONS_ABOUT_PUPILS",
        "NEGATIVE_COMMENTS_ABOUT_PUPILS",
    ),
    (
        a_post(about("COMPLAINT", "SCHOOL"), about("COMPLAINT", "STAFF")),
        "COMPLAINTS_ABOUT_SCHOOL",
        "COMPLAINTS_ABOUT_STAFF",
    ),
    (a_post(about("DEFAMATORY_STATEMENT", "SCHOOL")), "DEFAMATION_OF_SCHOOL"),
    (
        a_post(about("DEFAMATORY_STATEMENT", "STAFF"), about("THREAT_OF_VIOLENCE", "STAFF")),
        "DEFAMATION_OF_STAFF",
        "THREATS_OF_VIOLENCE",
    ),
    (
        a_post(about("RACIST_COMMENT", "COMMUNITY"), about("HOMOPHOBIC_COMMENT", "STAFF")),
        "RACIST_OR_HOMOPHOBIC_COMMENTS",
    ),
    (a_post(about("UNAUTHORISED_IMAGE", "STAFF"), posterRole="PUPIL"), "UNAUTHORISED_IMAGES_OF_STAFF"),
    (a_post(about("CYBERBULLYING", "PUPIL")),),
)
AT_PARK_HALL = (
    (a_post(about("ALLEGATION", "STAFF"), platform="WHATSAPP"), "ALLEGATIONS_ABOUT_STAFF"),
    (a_post(about("THREAT_OF_VIOLENCE", "GOVERNOR"), posterRole="UNKNOWN"), "THREATS_OF_VIOLENCE"),
    (
        a_post(about("UNAUTHORISED_IMAGE", "STAFF"), posterRole="OTHER", takerRole="CARER"),
        "UNAUTHORISED_IMAGES_OF_STAFF",
    ),
    (a_post(about("UNAUTHORISED_IMAGE", "STAFF"), posterRole="STAFF"),),
    (a_post(about("NEGATIVE_COMMENT", "SCHOOL")),),
)
CELLS = (
    "count school { urn } value withheld cases { totalCount nodes { id } }"
    " contributions { totalCount nodes { caseId itemId source } }"
)
Behind = dict[tuple[str, str], set[tuple[str, str, str]]]


def told(head: Person, posts: tuple[tuple[Json | str, ...], ...], behind: Behind) -> None:
    """Two posts in each incident; what stands behind each figure is written down as it is recorded."""
    cases: list[Done] = []
    for place, (post, *counts) in enumerate(posts):
        if place % 2 == 0:
            cases.append(head.gives("reportIncident", openedOn="2026-09-14"))
        assert isinstance(post, dict)
        item = head.gives("recordItem", cases[-1], **post)["item_id"]
        for count in counts:
            behind[str(count), str(head.school)].add((cases[-1].case, item, "ONLINE"))


@pytest.mark.obligation("S2-029", "S2-030", "S2-031", "S2-032", "S2-033", "S2-034", "S2-035", "S2-036", "S2-037")
@pytest.mark.obligation("S2-038", "S2-039", "S2-040", "S2-041", "S2-016")
def test_each_figure_names_what_it_counts_and_is_the_same_when_built_anew(
    lead: Person, libra: School, park_hall: School
) -> None:
    behind: Behind = defaultdict(set)
    told(libra.head, AT_LIBRA, behind)
    told(park_hall.head, AT_PARK_HALL, behind)
    both = {"aboutSchool": True, "aboutStaff": True}
    letter: Json = {"receivedOn": "2026-09-16", "receivedBy": "HEADTEACHER", "means": "LETTER", "heads": [both]}
    complaint = libra.head.gives("receiveComplaint", **letter)
    [head_of_it] = libra.head.reads(complaint, "... on Complaint { heads { id } }")["heads"]
    for count in ("COMPLAINTS_ABOUT_SCHOOL", "COMPLAINTS_ABOUT_STAFF"):
        behind[count, libra.urn].add((complaint.case, head_of_it["id"], "COMPLAINT"))
    alleged = libra.lead.gives("reportStaffBreach", reportedOn="2026-09-17", source="ALLEGED")
    behind["ALLEGATIONS_ABOUT_STAFF", libra.urn].add((alleged.case, alleged.case, "STAFF_BREACH"))
    libra.lead.gives("reportStaffBreach", reportedOn="2026-09-17", source="SELF_REPORTED")

    def figures() -> list[Json]:
        return lead.figures(CELLS, groupBy=["COUNT", "SCHOOL"], schools=[libra.urn, park_hall.urn])

    first = figures()
    assert len(first) == 11 * 2
    for cell in first:
        place = (cell["count"], cell["school"]["urn"])
        listed = {(one["caseId"], one["itemId"], one["source"]) for one in cell["contributions"]["nodes"]}
        assert listed == behind[place], place
        assert cell["value"] == cell["contributions"]["totalCount"] == len(behind[place])
        assert {node["id"] for node in cell["cases"]["nodes"]} == {case for case, _, _ in behind[place]}
        assert cell["withheld"] == 0
    # Libra's story leaves none of the eleven out.
    assert {count for (count, urn), listed in behind.items() if listed and urn == libra.urn} == {
        cell["count"] for cell in first
    }

    lead.trust.rebuilt()

    assert figures() == first


@pytest.mark.obligation("S2-029", "S2-041")
def test_cases_are_counted_once_however_many_posts_they_hold(lead: Person, libra: School) -> None:
    case = libra.head.gives("reportIncident", openedOn="2026-09-14")
    for _ in range(3):
        libra.head.gives("recordItem", case, **a_post(about("ALLEGATION", "STAFF")))

    assert lead.counts() == {"ALLEGATIONS_ABOUT_STAFF": 3}
    assert lead.counts(unit="CASES") == {"ALLEGATIONS_ABOUT_STAFF": 1}
