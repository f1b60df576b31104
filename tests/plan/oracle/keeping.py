"""How long cases are kept, from the events and what the test wrote down: by the domain, without any row."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec

import policies
from domain.policy import content_hash
from domain.retention import PersonDates, RetentionDue, inputs_of, retention_of, state_of
from domain.retention_facts import covers, measured
from domain.retention_parts import TrustHold
from domain.retention_rules import Adopted, RetentionRule, RetentionTable, parse_table, table_in_force
from tests.plan.oracle.story import Json

if TYPE_CHECKING:
    from tests.plan.oracle.view import View

_PERSONAL = {"LEFT_ON", "PENSION_ON"}
_OVERSEERS = {"trust-lead", "dpo", "auditor"}


def _today() -> date:
    return datetime.now(UTC).astimezone(ZoneInfo("Europe/London")).date()


def _adopted(view: View) -> Adopted | None:
    register = view.story.register
    return None if register is None else table_in_force(register.retention_adoptions, _today())


def _table(view: View) -> RetentionTable:
    adopted = _adopted(view)
    return parse_table(policies.retention_table()) if adopted is None else adopted.table


def _holds(view: View) -> list[TrustHold]:
    register = view.story.register
    return [] if register is None else [one for one in register.holds.values() if not one.is_lifted]


def table_now(view: View) -> Json:
    """The table in force."""
    adopted, table = _adopted(view), _table(view)
    content = policies.retention_table() if adopted is None else adopted.content
    return {
        "id": table.id,
        "version": table.version,
        "sha256": content_hash(content),
        "name": table.name,
        "adoptedOn": _day(None if adopted is None else adopted.adopted_on),
        "disposal": "REVIEW_ONLY" if adopted is None else adopted.disposal,
        "isConfirmed": adopted is not None and adopted.confirmed_by is not None,
        "rules": list(map(_rule, table.rules)),
    }


def holds_now(view: View) -> list[Json] | None:
    """The holds of the trust, for those who oversee what is kept."""
    if view.reader.role not in _OVERSEERS:
        return None
    return [
        {
            **_covering(one),
            "schools": list(one.schools),
            "kinds": list(one.kinds),
            "persons": [view.person(str(person)) for person in one.persons],
            "awareFrom": _day(one.aware_from),
            "awareTo": _day(one.aware_to),
        }
        for one in sorted(_holds(view), key=lambda one: one.hold_id)
        if view.reader.person not in one.persons
    ]


def kept_list(view: View, given: Json) -> Json:
    """A page of how cases are kept."""
    wanted = given["filter"] or {}
    found = []
    for document in view.story.cases().values():
        if not view.sees(document):
            continue
        told = kept_now(view, document["id"])
        days = [day for day in ((told["due"] or {}).get("on"), told["keepUntil"] if told["due"] else None) if day]
        day = max(days) if days else None
        before = wanted.get("dueBefore")
        if (
            _among(wanted, "schools", document["school_urn"])
            and _among(wanted, "kinds", document["kind"])
            and _among(wanted, "states", told["state"])
            and (before is None or (day is not None and day < before.isoformat()))
        ):
            found.append((day or "9999-12-31", document, told))
    found.sort(key=lambda entry: (entry[0], entry[1]["id"]))

    def place(entry: tuple[str, Json, Json]) -> tuple[Any, ...]:
        return (entry[0], entry[1]["id"])

    def node(entry: tuple[str, Json, Json]) -> Json:
        return {"retention": entry[2], "case": lambda _info: view.case(entry[1])}

    return view.connection("retention", found, given["first"], given["after"], place, node)


def kept_now(view: View, case_id: str) -> Json:
    """How a case is kept."""
    story = view.story
    case = story.state(case_id)
    original = case if case.duplicate_of is None else story.state(str(case.duplicate_of))
    facts, today = measured(original), _today()
    days = view.facts.days.get(str(facts.subject), PersonDates())
    due = retention_of(facts, _table(view), today, days)
    holds = [one for one in _holds(view) if covers(one, case) or covers(one, original)]
    on_own_hold = case.is_on_legal_hold or original.is_on_legal_hold
    is_linked = any(_is_open(view, other) for other in _linked(view, case_id))
    review = case.retention_decision
    decision, keep_until = (None, None) if review is None else (review.decision, review.keep_until)
    is_held = on_own_hold or bool(holds) or is_linked
    return {
        "state": state_of(due, decision, keep_until, today, is_held=is_held).value,
        "onOwnHold": on_own_hold,
        "heldByTrust": bool(holds),
        "linkedCaseOpen": is_linked,
        "decision": decision,
        "keepUntil": _day(keep_until),
        "classes": sorted(facts.classes),
        "trustHolds": [
            _covering(one)
            for one in sorted(holds, key=lambda one: one.hold_id)
            if view.reader.person not in one.persons
        ],
        "due": None if due is None else _due(due, opens=view.reader.opens_texts),
    }


def _linked(view: View, case_id: str) -> set[str]:
    documents = view.story.cases()
    forth = {link["case"] for link in documents[case_id]["links"]}
    back = {one["id"] for one in documents.values() if case_id in {link["case"] for link in one["links"]}}
    return (forth | back) - set(map(str, view.hidden))


def _is_open(view: View, case_id: str) -> bool:
    document = view.story.cases().get(case_id)
    return document is not None and document["status"] == "OPEN"


def _covering(one: TrustHold) -> Json:
    return {
        "id": str(one.hold_id),
        "authority": one.authority,
        "placedOn": _day(one.placed_on),
        "reviewOn": _day(one.review_on),
    }


def _due(due: RetentionDue, *, opens: bool) -> Json:
    return {
        "on": _day(due.on),
        "atLeast": _day(due.at_least),
        "missing": list(due.missing),
        "rule": None if due.longest is None else _rule(due.longest.rule),
        "inputs": [
            {"input": name, "day": _day(None if name in _PERSONAL and not opens else day)}
            for name, day in inputs_of(due)
        ],
        "applied": [
            {"on": _day(one.on), "atLeast": _day(one.at_least), "rule": _rule(one.rule)} for one in due.applied
        ],
    }


def _rule(rule: RetentionRule) -> Json:
    told: Json = msgspec.json.decode(msgspec.json.encode(rule))
    return told | {"effectiveFrom": told["effective_from"]}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _among(wanted: Json, name: str, value: Any) -> bool:
    return wanted.get(name) is None or value in wanted[name]
