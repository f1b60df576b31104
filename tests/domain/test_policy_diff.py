"""What differs between two packs is told in words, with the clause of each part."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.policy import PolicyPack, parse_pack
from domain.policy_diff import Difference, Moved, differences, in_words
from domain.policy_rules import Clock, ClockUnit
from domain.policy_words import clock_in_words, fact_in_words, statements
from domain.values import CaseKind
from policies import content, shipped
from tests.domain.packs import example_text

EXAMPLE = parse_pack(example_text())
SHIPPED = {name: parse_pack(content(name)) for name in shipped()}


def edited(old: str, new: str) -> PolicyPack:
    """The example with one passage put differently."""
    text = example_text()
    assert old in text
    return parse_pack(text.replace(old, new, 1))


def told(pack: PolicyPack) -> list[str]:
    """What is told of a pack beside the example, without the two lines that name them."""
    return list(in_words(EXAMPLE, pack))[3:]


def table(beginning: str) -> str:
    """The part of the example that begins so, to its end."""
    text = example_text()
    start = text.index(beginning)
    return text[start : text.find("\n\n", start) % (len(text) + 1)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            'chair = { word = "Chair of Governors", source = "L40" }\n',
            "",
            ["Words", "  removed: Its chair, L40", "    called: Chair of Governors"],
            id="a word removed",
        ),
        pytest.param(
            "cycle_months = 12",
            "cycle_months = 1",
            [
                "Review",
                "  changed: Review of the policy, L3",
                "    every was: 12 calendar months",
                "    every now: 1 calendar month",
            ],
            id="the review",
        ),
        pytest.param(
            'heading = "The school meets those who posted"',
            'heading = "The school meets the parents"',
            [
                "Ladder of steps for an incident",
                "  changed: HOLD_MEETING, L21",
                "    heading was: The school meets those who posted",
                "    heading now: The school meets the parents",
            ],
            id="a step of the ladder",
        ),
        pytest.param(
            'source = "L24"',
            'source = "L25-26"',
            [
                "What has to come first in an incident",
                "  changed: Before: A warning in writing (SEND_WARNING), L25-26",
                "    source was: L24",
                "    source now: L25-26",
            ],
            id="the clause of a rule alone",
        ),
        pytest.param(
            'strength = "EXPECTED"\nduty = "MEET_POSTER"',
            'strength = "REQUIRED"',
            [
                "What has to come first in an incident",
                "  changed: Before: A warning in writing (SEND_WARNING), L24",
                "    strength was: the step is recorded, and a duty is left",
                "    strength now: the step is refused without it",
                "    duty was: Meet who posted",
                "    duty now: not said",
            ],
            id="the strength of a rule",
        ),
        pytest.param(
            'needs = ["MEETING_OFFERED"]',
            'needs = ["NOT MEETING_RESOLVED"]',
            [
                "What has to come first in an incident",
                "  removed: Before: A warning in writing (SEND_WARNING), L24",
                "    needs: A meeting was offered",
                "    strength: the step is recorded, and a duty is left",
                "    duty: Meet who posted",
                "    text: A meeting is offered before a warning is sent.",
                "  added: Before: A warning in writing (SEND_WARNING), L24",
                "    needs: not so: A meeting resolved the matter",
                "    strength: the step is recorded, and a duty is left",
                "    duty: Meet who posted",
                "    text: A meeting is offered before a warning is sent.",
            ],
            id="what a rule needs makes it another rule",
        ),
        pytest.param(
            'when = ["TARGET:STAFF|GOVERNOR"]',
            'when = ["TARGET:STAFF"]',
            [
                "Duties of an incident",
                "  changed: Support the person targeted (SUPPORT_TARGET), L30-32",
                "    when was: An item that counts is about this target (Governor or Staff)",
                "    when now: An item that counts is about this target (Staff)",
            ],
            id="when a duty is owed",
        ),
        pytest.param(
            "before_closing = true\n",
            "",
            [
                "Duties of an incident",
                "  changed: Support the person targeted (SUPPORT_TARGET), L30-32",
                "    closing was: not closed while it is owed",
                "    closing now: may be closed while it is owed",
            ],
            id="whether it is owed before closing",
        ),
        pytest.param(
            'clock = { unit = "SCHOOL_DAY", amount = 15 }',
            'clock = { unit = "WORKING_DAY", amount = 1 }',
            [
                "Deadlines of a complaint",
                "  changed: Answer the complaint (RESPOND_TO_COMPLAINT), L52",
                "    within was: 15 school days",
                "    within now: 1 working day",
            ],
            id="a deadline",
        ),
        pytest.param(
            table("[[complaints.stages]]"),
            "",
            [
                "Stages of the complaints procedure",
                "  removed: Class teacher (CLASS_TEACHER), L50",
                "    form: informal",
                "    heading: The class teacher hears the concern",
                "    handlers: Class teacher",
            ],
            id="a stage removed",
        ),
        pytest.param(
            'subjects = ["EMPLOYEE", "VOLUNTEER"]',
            'subjects = ["EMPLOYEE"]',
            ["Staff code", "  changed: Whom it binds", "    roles was: Employee, Volunteer", "    roles now: Employee"],
            id="whom the staff code binds",
        ),
        pytest.param(
            'under_18 = true\nexcused_by = ["FAMILY_LINK"]',
            'excused_by = ["FAMILY_LINK", "POLICY_ALLOWS"]',
            [
                "Staff code",
                "  changed: Clause NO_CONTACT_WITH_FORMER_PUPILS, L72, L74",
                "    age was: only of those under 18 at the time",
                "    age now: not said",
                "    excused was: Family link",
                "    excused now: Family link, Policy allows",
            ],
            id="a clause of the staff code",
        ),
    ],
)
def test_what_differs_is_told_with_its_clause(old: str, new: str, expected: list[str]) -> None:
    assert told(edited(old, new)) == expected


def test_packs_are_named_and_equal_ones_said_to_be_equal() -> None:
    later = edited('version = "2026-09"', 'version = "2027-01"')
    assert list(in_words(EXAMPLE, later)) == [
        "from beech-lane 2026-09: Social media and complaints (Beech Lane)",
        "to   beech-lane 2027-01: Social media and complaints (Beech Lane)",
        "",
        "The two packs say the same.",
    ]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_pack_does_not_differ_from_itself(name: str) -> None:
    assert differences(SHIPPED[name], SHIPPED[name]) == ()


@pytest.mark.parametrize(("first", "second"), list(permutations(SHIPPED, 2)))
def test_what_one_pack_adds_the_other_removes(first: str, second: str) -> None:
    there = differences(SHIPPED[first], SHIPPED[second])
    back = differences(SHIPPED[second], SHIPPED[first])
    assert there
    assert {turned(one) for one in there} == set(back)


def turned(one: Difference | Moved) -> Difference | Moved:
    return Moved(one.section, one.now, one.was) if isinstance(one, Moved) else Difference(one.now, one.was)


def test_facts_and_codes_in_another_order_are_no_difference() -> None:
    assert differences(EXAMPLE, edited("STAFF|GOVERNOR", "GOVERNOR|STAFF")) == ()
    turned_facts = edited(
        '["NATURE:THREAT_OF_VIOLENCE", "NOT MEETING_RESOLVED"]', '["NOT MEETING_RESOLVED", "NATURE:THREAT_OF_VIOLENCE"]'
    )
    assert differences(EXAMPLE, turned_facts) == ()


def test_steps_in_another_order_are_told_and_duties_are_not() -> None:
    meeting, chair = (
        table('[[ladder]]\nkind = "INCIDENT"\nstep = "HOLD_MEETING"'),
        table('[[ladder]]\nkind = "INCIDENT"\nstep = "HOLD_CHAIR'),
    )
    assert told(edited(f"{meeting}\n\n{chair}", f"{chair}\n\n{meeting}")) == [
        "Ladder of steps for an incident",
        "  order",
        "    was: HOLD_MEETING, HOLD_CHAIR_MEETING",
        "    now: HOLD_CHAIR_MEETING, HOLD_MEETING",
    ]
    one, other = (
        table('[[duties]]\nkind = "INCIDENT"\ncode = "SUPPORT'),
        table('[[duties]]\nkind = "INCIDENT"\ncode = "CONSIDER'),
    )
    assert differences(EXAMPLE, edited(f"{one}\n\n{other}", f"{other}\n\n{one}")) == ()


def test_a_new_step_in_between_moves_no_other() -> None:
    step = '[[ladder]]\nkind = "INCIDENT"\nstep = "GATHER_EVIDENCE"\nheading = "Evidence is kept"\nsource = "L22"\n\n'
    chair = '[[ladder]]\nkind = "INCIDENT"\nstep = "HOLD_CHAIR'
    assert told(edited(chair, step + chair)) == [
        "Ladder of steps for an incident",
        "  added: GATHER_EVIDENCE, L22",
        "    heading: Evidence is kept",
    ]


def test_of_several_duties_of_one_code_the_equal_ones_belong_together() -> None:
    one = table('[[duties]]\nkind = "INCIDENT"\ncode = "CONSIDER')
    earlier = one.replace("THREAT_OF_VIOLENCE", "ILLEGAL_MATERIAL")
    [added] = differences(EXAMPLE, edited(one, f"{earlier}\n\n{one}"))
    assert isinstance(added, Difference)
    assert added.was is None
    assert "Illegal material" in dict(added.statement.says)["when"]
    # The same twice is owed twice.
    [twice] = differences(EXAMPLE, edited(one, f"{one}\n\n{one}"))
    assert twice == Difference(None, next(found for found in statements(EXAMPLE) if found.title.startswith("Consider")))


def test_what_earlier_packs_said_of_telling_the_head_is_what_later_ones_say_as_a_duty() -> None:
    said = 'text = "The head is told."\nsource = "L9"\n\n'
    older = edited("[review]", f"[reporting.to_headteacher]\n{said}[review]")
    duty = '[[duties]]\nkind = "INCIDENT"\ncode = "REPORT_TO_HEADTEACHER"\nuntil = ["HEADTEACHER_TOLD"]\n'
    newer = edited("[[duties]]", f"{duty}{said}[[duties]]")
    assert differences(older, newer) == ()
    assert differences(EXAMPLE, older) != ()


# --- nothing that a pack says can differ unseen

_NAMES = {"format", "id", "version", "name", "school", "seed"}


def leaves(value: Any, *path: str | int) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, *path, key)
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from leaves(part, *path, place)
        yield path
    else:
        yield path


PLAIN: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(EXAMPLE))
# The facts and steps of a rule are those of its kind, so that its kind alone cannot be changed.
_RULED = ("rules", "duties", "deadlines")
LEAVES = [path for path in leaves(PLAIN) if path[0] not in _NAMES and not (path[0] in _RULED and path[-1] == "kind")]


# What may stand at one leaf or another; what cannot be told where it stands is left out.
_OTHERS: tuple[Any, ...] = (
    *("L1", "Otherwise", "STAFF_BREACH", "COMPLAINT", "CLOSE", "CLOSED", "HOUR", "FORMAL", "FORMAL_REVIEW", "REQUIRED"),
    *(
        "EXPECTED",
        "OPENED",
        "TAKE_LEGAL_ADVICE",
        "CONVENE_PANEL",
        "CHAIR",
        "TRUSTEE",
        "GROSS_MISCONDUCT",
        "NAME_OR_LOGO",
    ),
    *("SUBMITTED_WORK", "ASSIGNED", None, 7, True, False, []),
    *([other] for other in ("ASSIGNED", "CHAIR", "TRUSTEE", "NAME_OR_LOGO", "SUBMITTED_WORK", "PRIVACY")),
    {"text": "Otherwise", "source": "L1"},
    {"text": "Otherwise", "source": "L1", "investigation_before_closing": ["ALLEGATION"]},
)


def changes(path: tuple[str | int, ...]) -> Iterator[PolicyPack]:
    """The example with one leaf changed to each other thing that can be told of."""
    for other in _OTHERS:
        plain = msgspec.json.decode(msgspec.json.encode(EXAMPLE))
        part = plain
        for step in path[:-1]:
            part = part[step]
        if part[path[-1]] == other:
            continue
        part[path[-1]] = other
        try:
            pack = msgspec.convert(plain, PolicyPack)
            list(statements(pack))
        except (msgspec.ValidationError, KeyError, StopIteration, RuntimeError):
            continue
        yield pack


@pytest.mark.parametrize("path", LEAVES, ids=lambda path: ".".join(map(str, path)))
def test_whatever_is_changed_shows(path: tuple[str | int, ...]) -> None:
    changed = list(changes(path))
    assert changed, "nothing was tried"
    assert all(differences(EXAMPLE, pack) for pack in changed)


# --- words


@pytest.mark.parametrize(
    ("unit", "amount", "expected"),
    [
        (ClockUnit.SCHOOL_DAY, 1, "1 school day"),
        (ClockUnit.WORKING_DAY, 2, "2 working days"),
        (ClockUnit.CALENDAR_DAY, 30, "30 calendar days"),
        (ClockUnit.CALENDAR_MONTH, 1, "1 calendar month"),
        (ClockUnit.HOUR, 48, "48 hours"),
    ],
)
def test_a_length_of_time_in_words(unit: ClockUnit, amount: int, expected: str) -> None:
    assert clock_in_words(Clock(unit=unit, amount=amount)) == expected


def test_a_fact_in_words() -> None:
    assert fact_in_words(CaseKind.INCIDENT, "EVIDENCE_NOTED") == "Evidence was noted"
    assert fact_in_words(CaseKind.INCIDENT, "NOT POSTER:PARENT|CARER") == (
        "not so: An item that counts was posted by somebody in this role (Carer or Parent)"
    )


@given(st.sampled_from(sorted(SHIPPED)), st.sampled_from(sorted(SHIPPED)))
def test_every_line_is_plain_text(first: str, second: str) -> None:
    assert all("\n" not in line and line == line.rstrip() for line in in_words(SHIPPED[first], SHIPPED[second]))
