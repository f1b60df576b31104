"""How long cases are kept, as the API lists it: what the domain says of the same cases, whatever they are."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

import msgspec
import pytest

import policies
from domain.access import Role
from domain.case import Case
from domain.refusals import Refused
from domain.registers import TrustRegister
from domain.retention import PersonDates, RetentionDue, inputs_of, retention_of, state_of
from domain.retention_facts import covers, measured
from domain.retention_rules import RetentionRule, parse_table, table_in_force
from domain.sealed import Secret
from domain.values import LONDON, PolicyRef
from domain.vocabulary import CODE_LISTS
from projections.engine import Projector
from projections.generations import rebuild
from tests.domain.kept import content
from tests.projections.examples import SEPTEMBER, breach, complaint, incident, school, trust_with_hold
from tests.projections.projected import rows
from tests.projections.readers import reader
from tests.projections.recording import Recording, named
from tests.support.asking import ask, ask_at

WHY = Secret("Because.")
TODAY = date(2026, 12, 1)
RULE = "id record kinds outcomes needs unless trigger number unit action source edition certainty doubt effectiveFrom"
KEPT = f"""{{ state onOwnHold heldByTrust linkedCaseOpen decision keepUntil classes
  trustHolds {{ id authority placedOn reviewOn }}
  due {{ on atLeast missing rule {{ {RULE} }} inputs {{ input day }} applied {{ on atLeast rule {{ id }} }} }} }}"""
LIST = f"{{ retention(first: 100) {{ totalCount nodes {{ case {{ id }} retention {KEPT} }} }} }}"
# Tables with every trigger, classes, outcomes and rules of a day to come.
OWN = content(
    # As long as the next, which is the more careful one.
    {
        "id": '"TIED"',
        "kinds": '["INCIDENT", "COMPLAINT", "STAFF_BREACH"]',
        "number": "13",
        "unit": '"MONTHS"',
        "action": '"DISPOSE"',
    },
    {"id": '"ALL"', "kinds": '["INCIDENT", "COMPLAINT", "STAFF_BREACH"]', "number": "13", "unit": '"MONTHS"'},
    {"id": '"UPHELD"', "outcomes": '["NOT_UPHELD"]', "number": "2", "action": '"DISPOSE"'},
    {"id": '"LATER"', "number": "9", "effective_from": "2029-09-01"},
    {
        "id": '"BIRTH"',
        "kinds": '["INCIDENT", "COMPLAINT"]',
        "needs": '["CHILD_PROTECTION_FILE"]',
        "trigger": '"DATE_OF_BIRTH"',
        "number": "17",
    },
    {
        "id": '"YEAR"',
        "kinds": '["INCIDENT"]',
        "unless": '["SEXUAL_ABUSE"]',
        "trigger": '"YEAR_RESOLVED"',
        "number": "14",
        "unit": '"MONTHS"',
        "action": '"ARCHIVE"',
    },
    version="own",
)


@dataclass
class Kept:
    """A trust with cases of every sort, and what the registry knows of people."""

    recording: Recording
    register: TrustRegister
    chance: Random
    cases: dict[UUID, Case] = field(default_factory=dict)
    days: dict[UUID, PersonDates] = field(default_factory=dict)

    def add(self, number: int) -> None:
        """One more case, of which this and that has happened; what is refused has not."""
        name = f"case {number}"
        on = SEPTEMBER + timedelta(days=self.chance.randrange(60))
        urn = self.chance.choice(("900001", "900002"))
        match self.chance.choice("ICSS"):
            case "I":
                case: Case = incident(
                    name, self.chance.choice(("RACIST_COMMENT:PUPIL", "COMPLAINT:STAFF")), urn=urn, on=on
                )
            case "C":
                case = complaint(name, "SCHOOL", urn=urn, on=on, complainant=named("parent"))
            case _:
                case = breach(name, urn=urn, on=on, subject=named(f"subject {number % 3}"))
        self.cases[case.id] = case
        for _ in range(self.chance.randrange(5)):
            before = case.version
            try:
                self.happen(case, number)
            except Refused:
                assert case.version == before

    def happen(self, case: Case, number: int) -> None:
        """Something that bears on how the case is kept."""
        chance, later = self.chance, case.opened_on + timedelta(days=self.chance.randrange(20))
        match chance.randrange(10):
            case 0 | 1 | 2:
                outcomes = [code.code for code in CODE_LISTS[case.outcome_list]]
                case.close_as_logged(
                    outcome=chance.choice([*outcomes, None]), closed_on=chance.choice([later, later, None]), today=TODAY
                )
            case 3:
                case.mark_not_reportable(reason=WHY)
            case 4:
                classes = [code.code for code in CODE_LISTS["retention_classes"]]
                case.classify_for_retention(classes=tuple(chance.sample(classes, 2)), reason=WHY, today=TODAY)
            case 5:
                hold = named(f"hold {number}")
                case.place_hold(hold_id=hold, authority="POLICE", review_on=date(2030, 1, 1), reason=WHY, today=TODAY)
                if chance.random() < 0.5:
                    case.lift_hold(hold_id=hold, reason=WHY)
            case 6:
                other = chance.choice(list(self.cases.values()))
                case.link(other=other.id, kind="RELATED")
            case 7:
                original = chance.choice([one for one in self.cases.values() if one.kind == case.kind])
                if case.duplicate_of is None:
                    case.mark_duplicate(original=original, reason=WHY)
            case 8:
                someone = chance.choice([None, named("parent")])
                case.note_texts_erased(erasure_id=named(f"erasure {number}"), person=someone, texts=1)
            case _:
                self.review(case)

    def review(self, case: Case) -> None:
        """Decide what becomes of the record; the days of a decision may lie in the past of a question."""
        choice = self.chance.choice(("KEEP", "ARCHIVE", "DISPOSE"))
        keep_until = date(2027 + self.chance.randrange(4), 2, 28) if choice == "KEEP" else None
        due = retention_of(measured(case), parse_table(policies.retention_table()), date(2200, 1, 1))
        case.review_retention(
            choice=choice,
            table=self.register.retention_adoptions[0].policy,
            due=due,
            is_held=False,
            has_open_link=False,
            keep_until=keep_until,
            notes=WHY,
            today=TODAY if choice == "KEEP" else date(2200, 1, 1),
        )

    # --- the oracle

    def listed(self, today: date, *, opens: bool = True) -> list[dict[str, Any]]:
        """The whole list, as the domain says it."""
        found = [(self.told(case, today, opens=opens), case.id) for case in self.cases.values()]
        return [{"case": {"id": str(case_id)}, "retention": told} for (_, told), case_id in sorted(found, key=_place)]

    def told(self, case: Case, today: date, *, opens: bool) -> tuple[str, dict[str, Any]]:
        """The place of a case in the list, and what is told of it."""
        adopted = table_in_force(self.register.retention_adoptions, today)
        table = parse_table(policies.retention_table()) if adopted is None else adopted.table
        original = self.cases[case.duplicate_of] if case.duplicate_of else case
        facts = measured(original)
        days = self.days.get(facts.subject, PersonDates()) if facts.subject else PersonDates()
        due = retention_of(facts, table, today, days)
        on_own_hold = case.is_on_legal_hold or original.is_on_legal_hold
        holds = [one for one in self.register.holds.values() if covers(one, case) or covers(one, original)]
        is_linked = any(self.is_open(other) for other in self.linked(case))
        review = case.retention_decision
        decision, keep_until = (review.decision, review.keep_until) if review else (None, None)
        is_held, is_gone = on_own_hold or bool(holds) or is_linked, case.is_erased_whole
        state = state_of(due, decision, keep_until, today, is_held=is_held, is_disposed=is_gone)
        days_of = [] if due is None or is_gone else [day for day in (due.on, keep_until) if day is not None]
        place = max(days_of).isoformat() if days_of else "9999-12-31"
        return place, {
            "state": state.value,
            "onOwnHold": on_own_hold,
            "heldByTrust": bool(holds),
            "linkedCaseOpen": is_linked,
            "decision": decision,
            "keepUntil": _day(keep_until),
            "classes": sorted(facts.classes),
            "trustHolds": [
                {
                    "id": str(one.hold_id),
                    "authority": one.authority,
                    "placedOn": _day(one.placed_on),
                    "reviewOn": _day(one.review_on),
                }
                for one in sorted(holds, key=lambda one: one.hold_id)
            ],
            "due": None if due is None else _due(due, opens=opens),
        }

    def linked(self, case: Case) -> set[UUID]:
        return {other for other, _ in case.links} | {
            one.id for one in self.cases.values() if case.id in {other for other, _ in one.links}
        }

    def is_open(self, case_id: UUID) -> bool:
        return not self.cases[case_id].is_closed and self.cases[case_id].mark is None


def _place(found: tuple[tuple[str, Any], UUID]) -> tuple[str, str]:
    return found[0][0], str(found[1])


def _due(due: RetentionDue, *, opens: bool) -> dict[str, Any]:
    personal = {"LEFT_ON", "PENSION_ON"}
    return {
        "on": _day(due.on),
        "atLeast": _day(due.at_least),
        "missing": list(due.missing),
        "rule": None if due.longest is None else _rule(due.longest.rule),
        "inputs": [
            {"input": name, "day": _day(None if name in personal and not opens else day)}
            for name, day in inputs_of(due)
        ],
        "applied": [
            {"on": _day(one.on), "atLeast": _day(one.at_least), "rule": {"id": one.rule.id}} for one in due.applied
        ],
    }


def _rule(rule: RetentionRule) -> dict[str, Any]:
    told = msgspec.json.decode(msgspec.json.encode(rule))
    return {name: told[name if name != "effectiveFrom" else "effective_from"] for name in RULE.split()}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), LONDON)


def a_trust(recording: Recording, seed: int) -> Kept:
    """A trust with some cases, a hold, two tables and days of people."""
    chance = Random(seed)
    kept = Kept(recording, trust_with_hold(recording.trust_id), chance)
    if chance.random() < 0.5:
        kept.register.lift_hold(hold_id=named("hold"), reason=WHY)
    kept.register.place_hold(
        hold_id=named("another hold"),
        authority="LITIGATION",
        review_on=date(2028, 1, 1),
        reason=WHY,
        today=TODAY,
        kinds=("STAFF_BREACH",),
        persons=(named("subject 1"),),
        aware_from=date(2026, 9, 20),
        aware_to=date(2026, 10, 20),
    )
    kept.register.adopt_retention(content=OWN, adopted_on=date(2028, 1, 1), disposal="AUTOMATIC", by=named("lead"))
    for number in range(14):
        kept.add(number)
    recording.record(school(recording.trust_id), school(recording.trust_id, "900002"), kept.register)
    recording.record(*kept.cases.values())
    for number in range(3):
        person = named(f"subject {number}")
        kept.days[person] = PersonDates(
            pension_on=chance.choice((None, date(2034, 2, 28))), left_on=chance.choice((None, date(2031, 8, 31)))
        )
        with recording.trust.connection() as connection:
            connection.execute(
                "INSERT INTO person (trust_id, person_id, kind) VALUES (%s, %s, 'STAFF')", (recording.trust_id, person)
            )
            connection.execute(
                "UPDATE person SET pension_on = %s, left_on = %s WHERE trust_id = %s AND person_id = %s",
                (kept.days[person].pension_on, kept.days[person].left_on, recording.trust_id, person),
            )
    Projector(recording.database).catch_up(recording.trust_id)
    read_marks(kept)
    return kept


def read_marks(kept: Kept) -> None:
    """Give what was decided here the day that the ledger gave it."""
    [(today,)] = rows(kept.recording, "SELECT (now() AT TIME ZONE 'Europe/London')::date")
    for case in kept.cases.values():
        if case.mark is not None:
            case.marked_on = today
    for hold_id, hold in kept.register.holds.items():
        kept.register.holds[hold_id] = replace(hold, placed_on=today)


@pytest.mark.parametrize("seed", range(25))
def test_the_list_is_what_the_domain_says_of_each_case(recording: Recording, seed: int) -> None:
    kept = a_trust(recording, seed)

    for today in (date(2027, 3, 1), date(2027, 12, 31), date(2028, 1, 1), date(2031, 8, 31), date(2060, 1, 1)):
        found = ask_at(recording.trust, reader(recording.trust_id), LIST, noon(today))["retention"]

        expected = kept.listed(today)
        assert [one["case"] for one in found["nodes"]] == [one["case"] for one in expected], today
        for given, wanted in zip(found["nodes"], expected, strict=True):
            assert given == wanted, today
        assert found["totalCount"] == len(expected)


def test_somebody_who_opens_no_texts_is_told_the_day_and_not_the_days_of_anybodys_life(recording: Recording) -> None:
    kept = a_trust(recording, 6)
    officer = reader(recording.trust_id, Role.DPO)

    found = ask_at(recording.trust, officer, LIST, noon(date(2027, 3, 1)))["retention"]["nodes"]

    assert found == kept.listed(date(2027, 3, 1), opens=False)
    assert found != kept.listed(date(2027, 3, 1))


@pytest.mark.parametrize(
    ("given", "is_listed"),
    [
        ('schools: ["900002"]', lambda one: one["case"]["school"]["urn"] == "900002"),
        ("schools: []", lambda _one: False),
        ("kinds: [STAFF_BREACH, COMPLAINT]", lambda one: one["case"]["kind"] in ("STAFF_BREACH", "COMPLAINT")),
        ("states: [NOT_BEGUN]", lambda one: one["retention"]["state"] == "NOT_BEGUN"),
        ("states: [DUE, ON_HOLD]", lambda one: one["retention"]["state"] in ("DUE", "ON_HOLD")),
        (
            'dueBefore: "2031-01-01"',
            lambda one: bool(days := days_of(one["retention"])) and max(days) < "2031-01-01",
        ),
        (
            'kinds: [COMPLAINT], dueBefore: "2050-01-01"',
            lambda one: (
                one["case"]["kind"] == "COMPLAINT"
                and bool(days := days_of(one["retention"]))
                and max(days) < "2050-01-01"
            ),
        ),
    ],
)
def test_a_filter_lets_through_what_it_says(recording: Recording, given: str, is_listed: Any) -> None:
    a_trust(recording, 7)
    shown = "{ nodes { case { id kind school { urn } } retention { state keepUntil due { on } } } totalCount }"
    sees = reader(recording.trust_id)
    at = noon(date(2027, 3, 1))
    everything = ask_at(recording.trust, sees, f"{{ retention(first: 100) {shown} }}", at)["retention"]["nodes"]

    found = ask_at(recording.trust, sees, f"{{ retention(first: 100, filter: {{{given}}}) {shown} }}", at)["retention"]

    expected = [one for one in everything if is_listed(one)]
    assert found == {"nodes": expected, "totalCount": len(expected)}


def days_of(told: dict[str, Any]) -> list[str]:
    return [day for day in ((told["due"] or {}).get("on"), told["keepUntil"]) if day is not None]


@pytest.mark.parametrize("first", [1, 3, 5])
def test_the_pages_of_the_list_are_the_list(recording: Recording, first: int) -> None:
    a_trust(recording, 5)
    sees, at = reader(recording.trust_id), noon(date(2027, 3, 1))
    whole = [one["case"]["id"] for one in ask_at(recording.trust, sees, LIST, at)["retention"]["nodes"]]
    found: list[str] = []
    after = "null"

    while True:
        page = ask_at(
            recording.trust,
            sees,
            f"{{ retention(first: {first}, after: {after}) {{ nodes {{ case {{ id }} }}"
            " pageInfo { endCursor hasNextPage } } }",
            at,
        )["retention"]
        found += [one["case"]["id"] for one in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = f'"{page["pageInfo"]["endCursor"]}"'

    assert found == whole


def test_a_table_that_was_just_adopted_moves_every_day_at_once_and_writes_no_row_of_a_case(
    recording: Recording,
) -> None:
    # given
    case = complaint("C", "SCHOOL")
    case.close_as_logged(outcome="NOT_UPHELD", closed_on=date(2026, 10, 1), today=TODAY)
    register = TrustRegister.register(trust_id=recording.trust_id, name="A trust")
    recording.record(school(recording.trust_id), register, case)
    projector = Projector(recording.database)
    projector.catch_up(recording.trust_id)
    asked = "{ retention { nodes { retention { due { on rule { id } } } } } trust { retentionTable { id adoptedOn } } }"
    sees, at = reader(recording.trust_id), noon(date(2026, 12, 1))
    before = ask_at(recording.trust, sees, asked, at)
    figures = rows(recording, FIGURES)
    written = rows(recording, "SELECT *, xmin FROM case_retention")

    # when
    register.adopt_retention(
        content=content({"number": "1"}), adopted_on=date(2026, 12, 1), disposal="REVIEW_ONLY", by=named("lead")
    )
    recording.record(register)
    projector.catch_up(recording.trust_id)

    # then
    after = ask_at(recording.trust, sees, asked, at)
    assert before == {
        "retention": {"nodes": [{"retention": {"due": {"on": "2029-10-01", "rule": {"id": "COMPLAINT"}}}}]},
        "trust": {"retentionTable": {"id": "shipped", "adoptedOn": None}},
    }
    assert after == {
        "retention": {"nodes": [{"retention": {"due": {"on": "2027-10-01", "rule": {"id": "RULE"}}}}]},
        "trust": {"retentionTable": {"id": "invented", "adoptedOn": "2026-12-01"}},
    }
    assert rows(recording, "SELECT *, xmin FROM case_retention") == written
    assert ask_at(recording.trust, sees, asked, noon(date(2026, 11, 30))) == before
    assert rows(recording, FIGURES) == figures


FIGURES = "SELECT case_id, item_id, count_number, valid_from, valid_to, excluded_by FROM contribution ORDER BY 1, 2, 3"


def test_holds_classes_and_decisions_move_no_figure(recording: Recording) -> None:
    # given
    case = incident("A", "ALLEGATION:STAFF", "COMPLAINT:SCHOOL")
    case.close_as_logged(outcome=None, closed_on=date(2026, 10, 1), today=TODAY)
    recording.record(school(recording.trust_id), case)
    projector = Projector(recording.database)
    projector.catch_up(recording.trust_id)
    before = rows(recording, FIGURES)

    # when
    case.place_hold(hold_id=named("h"), authority="POLICE", review_on=date(2027, 1, 1), reason=WHY, today=TODAY)
    case.lift_hold(hold_id=named("h"), reason=WHY)
    case.classify_for_retention(classes=("SEXUAL_ABUSE",), reason=WHY, today=TODAY)
    due = retention_of(measured(case), parse_table(policies.retention_table()), date(2110, 1, 1))
    case.review_retention(
        choice="DISPOSE",
        table=policy_ref(),
        due=due,
        is_held=False,
        has_open_link=False,
        today=date(2110, 1, 1),
    )
    recording.record(case)
    projector.catch_up(recording.trust_id)

    # then
    assert rows(recording, FIGURES) == before != []
    [told] = ask(recording.trust, reader(recording.trust_id), "{ retention { nodes { retention { state } } } }")[
        "retention"
    ]["nodes"]
    assert told == {"retention": {"state": "DISPOSAL_DECIDED"}}


def policy_ref() -> PolicyRef:
    return PolicyRef("shipped", "2026-11", "ab" * 32)


def test_a_linked_case_that_is_hidden_from_the_reader_holds_nothing_to_that_reader(recording: Recording) -> None:
    closed, about_lead = complaint("C", "SCHOOL"), breach("S", subject=named("lead"))
    closed.close_as_logged(outcome="NOT_UPHELD", closed_on=date(2026, 10, 1), today=TODAY)
    about_lead.link(other=closed.id, kind="AROSE_FROM")
    register = TrustRegister.register(trust_id=recording.trust_id, name="A trust")
    recording.record(school(recording.trust_id), register, closed, about_lead)
    Projector(recording.database).catch_up(recording.trust_id)
    asked = "{ retention(filter: {kinds: [COMPLAINT]}) { nodes { retention { state linkedCaseOpen } } } }"

    found = {
        who: ask(recording.trust, reader(recording.trust_id, person=who), asked)["retention"]["nodes"]
        for who in ("reader", "lead")
    }

    assert found == {
        "reader": [{"retention": {"state": "ON_HOLD", "linkedCaseOpen": True}}],
        "lead": [{"retention": {"state": "RUNNING", "linkedCaseOpen": False}}],
    }


def test_a_hold_that_names_the_reader_is_not_told_to_the_reader(recording: Recording) -> None:
    register = TrustRegister.register(trust_id=recording.trust_id, name="A trust")
    case = complaint("C", "SCHOOL", complainant=named("officer"))
    case.close_as_logged(outcome=None, closed_on=date(2026, 10, 1), today=TODAY)
    register.place_hold(
        hold_id=named("h"),
        authority="POLICE",
        review_on=date(2027, 9, 1),
        reason=WHY,
        today=TODAY,
        persons=(named("officer"),),
    )
    recording.record(school(recording.trust_id), register, case)
    Projector(recording.database).catch_up(recording.trust_id)
    asked = "{ retention { nodes { retention { heldByTrust trustHolds { id } } } } }"

    found = {
        who: ask(recording.trust, reader(recording.trust_id, Role.DPO, person=who), asked)["retention"]["nodes"]
        for who in ("reader", "officer")
    }

    assert found == {
        "reader": [{"retention": {"heldByTrust": True, "trustHolds": [{"id": str(named("h"))}]}}],
        "officer": [{"retention": {"heldByTrust": True, "trustHolds": []}}],
    }


def test_a_rebuild_comes_to_the_same_rows(recording: Recording) -> None:
    a_trust(recording, 11)

    assert rebuild(recording.database, recording.trust_id, verify=True).differences == ()


def test_how_a_case_is_kept_is_told_of_it_now_and_not_of_a_past_moment(recording: Recording) -> None:
    case = incident("A", "COMPLAINT:SCHOOL")
    register = TrustRegister.register(trust_id=recording.trust_id, name="A trust")
    recording.record(school(recording.trust_id), register, case)
    case.close_as_logged(outcome=None, closed_on=date(2026, 10, 1), today=TODAY)
    recording.record(case)
    Projector(recording.database).catch_up(recording.trust_id)
    shown = "{ retention { state due { on } } }"

    found = ask(
        recording.trust,
        reader(recording.trust_id),
        f'{{ now: case(id: "{case.id}") {shown} then: case(id: "{case.id}", asOf: {{position: 4}}) {shown} }}',
    )

    assert found == {
        "now": {"retention": {"state": "RUNNING", "due": {"on": "2033-08-31"}}},
        "then": {"retention": None},
    }
