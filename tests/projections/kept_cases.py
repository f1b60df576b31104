"""A trust whose cases are kept for all sorts of reasons, and the list of it as the domain says it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

import msgspec

import policies
from domain.case import Case
from domain.refusals import Refused
from domain.registers import TrustRegister
from domain.retention import PersonDates, RetentionDue, inputs_of, retention_of, state_of
from domain.retention_facts import covers, measured
from domain.retention_rules import RetentionRule, parse_table, table_in_force
from domain.sealed import Secret
from domain.values import LONDON
from domain.vocabulary import CODE_LISTS
from projections.engine import Projector
from tests.domain.kept import content
from tests.projections.examples import SEPTEMBER, breach, complaint, incident, school, trust_with_hold
from tests.projections.projected import rows
from tests.projections.recording import Recording, named

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
