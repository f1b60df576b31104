"""Policy packs: what is refused and how, what is in force, and what the five shipped packs say."""

from __future__ import annotations

from datetime import date

import pytest

import policies
from domain.policy import (
    Adoption,
    PolicyPackError,
    content_hash,
    in_force,
    parse_pack,
)
from domain.policy_rules import DutyRule
from domain.values import CaseKind, PolicyRef

PACK = """
format = 1
id = "invented"
version = "2024-09"
name = "Online conduct"
school = "Invented"
seed = "invented.txt"

[words]
governing_body = { word = "Trustees", source = "L1" }

[review]
cycle_months = 12
source = "L2-3, L5"

[closing]
investigation_before_closing = ["ALLEGATION"]
text = "Allegations are looked into."
source = "L7"

[reporting.to_headteacher]
text = "The head is told."
source = "L8"

[[ladder]]
kind = "INCIDENT"
step = "HOLD_MEETING"
heading = "A meeting is held"
source = "L9"
"""


def adoption(version: str, adopted_on: date) -> Adoption:
    return Adoption(PolicyRef("invented", version, content_hash(version)), adopted_on, PACK)


def test_a_sound_pack_is_read() -> None:
    pack = parse_pack(PACK)

    assert (pack.id, pack.version, pack.name, pack.review.cycle_months) == ("invented", "2024-09", "Online conduct", 12)
    assert pack.words.governing_body.word == "Trustees"
    assert [(duty.code, duty.before_closing, duty.source) for duty in pack.duties_of(CaseKind.INCIDENT)] == [
        ("REPORT_TO_HEADTEACHER", False, "L8"),
        ("INVESTIGATE_ALLEGATION", True, "L7"),
    ]
    assert [step.step for step in pack.steps(CaseKind.INCIDENT)] == ["HOLD_MEETING"]
    assert pack.steps(CaseKind.COMPLAINT) == ()


@pytest.mark.parametrize(
    ("written", "instead", "key", "rule"),
    [
        ('id = "invented"', "", "id", "is missing"),
        ('id = "invented"', 'id = "Invented!"', "id", "is written in small letters, digits and hyphens"),
        ('id = "invented"', "id = 3", "id", "Expected `str`, got `int`"),
        ("format = 1", "format = 2", "format", "is not one of the values that are known here"),
        ("format = 1", 'format = 1\ncolour = "red"', "colour", "no such key"),
        ('version = "2024-09"', 'version = "2024 09"', "version", "is written in letters, digits, dots and hyphens"),
        ('name = "Online conduct"', 'name = " "', "name", "is a text without spaces at its ends"),
        ('name = "Online conduct"', f'name = "{"x" * 501}"', "name", "length <= 500"),
        ("cycle_months = 12", 'cycle_months = "12"', "review.cycle_months", "Expected `int`, got `str`"),
        ("cycle_months = 12", "cycle_months = 0", "review.cycle_months", ">= 1"),
        ("cycle_months = 12", "cycle_months = 12\ndays = 3", "review.days", "no such key"),
        ('source = "L2-3, L5"', "", "review.source", "is missing"),
        ('source = "L2-3, L5"', 'source = "page 2"', "review.source", "names lines of the school's policy"),
        ('source = "L2-3, L5"', 'source = ""', "review.source", "names lines of the school's policy"),
        (', source = "L1"', "", "words.governing_body.source", "is missing"),
        ('source = "L7"', "", "closing.source", "is missing"),
        ('["ALLEGATION"]', "[]", "closing.investigation_before_closing", "length >= 1"),
        ('["ALLEGATION"]', '["ALLEGATIONS"]', "closing.investigation_before_closing[0]", "is no nature of an item"),
        ('source = "L8"', "", "reporting.to_headteacher.source", "is missing"),
        ('kind = "INCIDENT"', 'kind = "QUARREL"', "ladder[0].kind", "is not one of the values that are known here"),
        ('step = "HOLD_MEETING"', 'step = "hold meeting"', "ladder[0].step", "is written in capital letters"),
        ('source = "L9"', "", "ladder[0].source", "is missing"),
        ("[review]", "[review", "", "is not TOML"),
    ],
)
def test_a_pack_that_breaks_a_rule_is_refused_by_file_key_and_rule(
    written: str, instead: str, key: str, rule: str
) -> None:
    assert PACK.count(written) == 1

    with pytest.raises(PolicyPackError) as refusal:
        parse_pack(PACK.replace(written, instead), "invented.toml")

    assert (refusal.value.file, refusal.value.key) == ("invented.toml", key)
    assert rule in refusal.value.rule
    assert str(refusal.value).startswith("invented.toml: ")


def test_the_error_of_a_pack_reads_as_file_key_and_rule() -> None:
    with pytest.raises(PolicyPackError) as within:
        parse_pack(PACK.replace("format = 1", ""), "invented.toml")
    with pytest.raises(PolicyPackError) as as_a_whole:
        parse_pack("= 1", "invented.toml")

    assert str(within.value) == "invented.toml: format: is missing"
    assert str(as_a_whole.value).startswith("invented.toml: is not TOML: ")


def test_a_step_named_twice_for_one_kind_of_case_is_refused() -> None:
    step = PACK[PACK.index("[[ladder]]") :]

    with pytest.raises(PolicyPackError) as refusal:
        parse_pack(PACK + step)

    assert refusal.value.key == "ladder[1].step"
    assert parse_pack(PACK + step.replace('"INCIDENT"', '"COMPLAINT"')).ladder[1].kind == CaseKind.COMPLAINT


def test_what_a_pack_leaves_out_it_neither_asks_for_nor_forbids() -> None:
    silent = parse_pack(PACK[: PACK.index("[closing]")])

    assert (silent.closing, silent.reporting.to_headteacher, silent.ladder) == (None, None, ())
    assert [silent.duties_of(kind) for kind in CaseKind] == [(), (), ()]


def test_the_identity_of_a_pack_is_its_text_to_the_last_letter() -> None:
    # computed with sha256sum over the same bytes
    assert content_hash("é\n") == "edd3a863872a04239eb29ad4bc12fc892b3d4ae57cc7e786a3697816f8e141c2"
    assert content_hash(PACK) != content_hash(PACK + "\n")


FIRST, SECOND = adoption("1", date(2024, 9, 1)), adoption("2", date(2025, 9, 1))


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2024, 8, 31), None),
        (date(2024, 9, 1), FIRST),
        (date(2025, 8, 31), FIRST),
        (date(2025, 9, 1), SECOND),
        (date(2035, 1, 1), SECOND),  # long overdue for review and still in force
    ],
)
def test_the_latest_pack_adopted_by_a_day_is_in_force_on_it(on: date, expected: Adoption | None) -> None:
    assert in_force((FIRST, SECOND), on) == expected
    assert in_force((SECOND, FIRST), on) == expected


def test_of_two_packs_adopted_on_one_day_the_later_recorded_is_in_force() -> None:
    again = adoption("3", SECOND.adopted_on)

    assert in_force((FIRST, SECOND, again), date(2026, 1, 1)) == again
    assert in_force((again, SECOND), date(2026, 1, 1)) == SECOND


def test_an_adoption_keeps_the_pack_itself() -> None:
    assert FIRST.pack == parse_pack(PACK)


def test_the_five_schools_packs_and_one_for_all_others_are_shipped() -> None:
    assert policies.shipped() == ("libra", "park-hall", "rivington", "sharp-lane", "trust-standard", "westacre")
    with pytest.raises(KeyError):
        policies.content("../pyproject")


@pytest.mark.parametrize("name", policies.shipped())
def test_a_shipped_pack_is_sound_and_called_by_its_file(name: str) -> None:
    assert parse_pack(policies.content(name), f"{name}.toml").id == name


def test_the_packs_differ_where_the_schools_policies_do() -> None:
    packs = {name: parse_pack(policies.content(name)) for name in policies.shipped()}

    assert {name: pack.words.governing_body.word for name, pack in packs.items()} == {
        "libra": "Directors",
        "park-hall": "Local Governing Body",
        "rivington": "Governing Body",
        "sharp-lane": "Governors",
        "trust-standard": "Trustees",
        "westacre": "Governors",
    }
    assert {name: pack.review.cycle_months for name, pack in packs.items()} == {
        "libra": 12,
        "park-hall": 12,
        "rivington": 12,
        "sharp-lane": 36,
        "trust-standard": 12,
        "westacre": 6,
    }


@pytest.mark.obligation("S0-011")
def test_sharp_lane_alone_asks_for_an_investigation_before_an_allegation_is_closed() -> None:
    asked = {name: _duty(name, "INVESTIGATE_ALLEGATION") for name in policies.shipped()}

    duty = asked.pop("sharp-lane")
    assert duty is not None
    assert (duty.when, duty.until, duty.before_closing, duty.source) == (
        ("NATURE:ALLEGATION",),
        ("INVESTIGATION_RECORDED",),
        True,
        "L36",
    )
    assert set(asked.values()) == {None}


def _duty(name: str, code: str) -> DutyRule | None:
    found = parse_pack(policies.content(name)).duties_of(CaseKind.INCIDENT)
    return next((duty for duty in found if duty.code == code), None)


@pytest.mark.obligation("S2-066")
def test_libra_alone_asks_that_every_incident_be_reported_to_the_headteacher() -> None:
    asked = {name: parse_pack(policies.content(name)).reporting.to_headteacher for name in policies.shipped()}

    clause = asked.pop("libra")
    assert clause is not None
    assert clause.source == "L151"
    assert set(asked.values()) == {None}


@pytest.mark.parametrize(
    ("name", "kind", "steps"),
    [
        (
            "libra",
            CaseKind.INCIDENT,
            [
                ("SUPPORT_TARGET", "L119"),
                ("GATHER_EVIDENCE", "L120"),
                ("HOLD_MEETING", "L121"),
                ("REQUEST_REMOVAL", "L122"),
                ("SETTLE_AT_MEETING", "L123"),
                ("EXPLAIN_LEGAL_CONSEQUENCE", "L124"),
                ("HOLD_CHAIR_MEETING", "L125"),
                ("AGREE_WAY_FORWARD", "L126"),
                ("TAKE_LEGAL_ADVICE", "L127"),
            ],
        ),
        (
            "sharp-lane",
            CaseKind.INCIDENT,
            [
                ("REPORT_TO_PLATFORM", "L58"),
                ("REQUEST_REMOVAL", "L58"),
                ("HOLD_MEETING", "L58"),
                ("CONSIDER_LEGAL_ADVICE", "L60-62"),
                ("SEND_WARNING", "L63"),
                ("CONTACT_POLICE", "L64"),
                ("RESTRICT_ACCESS", "L65"),
                ("CONTACT_PROVIDER", "L66"),
                ("TAKE_LEGAL_ACTION", "L67"),
            ],
        ),
        (
            "park-hall",
            CaseKind.COMPLAINT,
            [("RAISE_WITH_CLASS_TEACHER", "L63"), ("RAISE_WITH_PHASE_LEADER", "L63")],
        ),
        (
            "westacre",
            CaseKind.STAFF_BREACH,
            [
                ("RECORD_DISCLOSURE", "L79-81"),
                ("REFER_TO_LADO", "L83"),
                ("CONSIDER_SUSPENSION", "L85"),
                ("REFER_TO_DISCIPLINARY", "L57"),
            ],
        ),
        (
            "rivington",
            CaseKind.STAFF_BREACH,
            [
                ("GIVE_ADVICE", "L46, L60"),
                ("REFER_TO_DISCIPLINARY", "L80"),
                ("FIND_GROSS_MISCONDUCT", "L80"),
                ("DISMISS", "L80"),
            ],
        ),
    ],
)
def test_a_pack_names_the_steps_of_its_policy_in_order(name: str, kind: CaseKind, steps: list[tuple[str, str]]) -> None:
    assert [(step.step, step.source) for step in parse_pack(policies.content(name)).steps(kind)] == steps
