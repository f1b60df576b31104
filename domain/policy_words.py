"""What a policy pack says, statement by statement, in words that a head reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from domain.facts import DATED_FACTS, FACTS
from domain.policy import PolicyPack
from domain.policy_rules import Clock, ClockUnit, StaffClause, Strength
from domain.step_codes import STEPS
from domain.values import CaseKind
from domain.vocabulary import CODE_LISTS

__all__ = ["Statement", "clock_in_words", "fact_in_words", "kind_in_words", "statements"]

_KINDS = {CaseKind.INCIDENT: "incident", CaseKind.COMPLAINT: "complaint", CaseKind.STAFF_BREACH: "staff breach"}
_UNITS = {
    ClockUnit.SCHOOL_DAY: "school day",
    ClockUnit.WORKING_DAY: "working day",
    ClockUnit.CALENDAR_DAY: "calendar day",
    ClockUnit.CALENDAR_MONTH: "calendar month",
    ClockUnit.HOUR: "hour",
}
_STRENGTHS = {
    Strength.REQUIRED: "the step is refused without it",
    Strength.EXPECTED: "the step is recorded, and a duty is left",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a pack says: `identity` is by what it is known again in another pack.

    `says` are its parts by name, in order; `source` is the clause it rests on.
    """

    section: str
    identity: tuple[object, ...]
    title: str
    says: tuple[tuple[str, str], ...]
    source: str


def statements(pack: PolicyPack) -> Iterator[Statement]:
    """Everything that a pack says, in the order in which a head would read it."""
    yield from _words(pack)
    yield from _school_days(pack)
    review = (("every", clock_in_words(Clock(unit=ClockUnit.CALENDAR_MONTH, amount=pack.review.cycle_months))),)
    yield Statement("Review", (), "Review of the policy", review, pack.review.source)
    for kind in CaseKind:
        yield from _of_kind(pack, kind)
    yield from _stages(pack)
    yield from _staff(pack)


def kind_in_words(kind: CaseKind) -> str:
    """A kind of case as people say it."""
    return _KINDS[kind]


def clock_in_words(clock: Clock) -> str:
    """A length of time as people say it: `1 school day`, `48 hours`."""
    return f"{clock.amount} {_UNITS[clock.unit]}{'' if clock.amount == 1 else 's'}"


def fact_in_words(kind: CaseKind, text: str) -> str:
    """A fact as its definition says it, with the labels of its codes."""
    name, _, codes = text.removeprefix("NOT ").partition(":")
    fact = FACTS[kind][name]
    words = fact.definition.removesuffix(".")
    if fact.codes is not None:
        words += f" ({' or '.join(_label(fact.codes, code) for code in sorted(codes.split('|')))})"
    return f"not so: {words}" if text.startswith("NOT ") else words


def _words(pack: PolicyPack) -> Iterator[Statement]:
    for name, title in (("governing_body", "Governing body"), ("chair", "Its chair"), ("head", "The head")):
        word = getattr(pack.words, name)
        if word is not None:
            yield Statement("Words", (name,), title, (("called", word.word),), word.source)


def _school_days(pack: PolicyPack) -> Iterator[Statement]:
    days = pack.school_days
    if days is not None:
        counted = (("INSET days", days.inset_days), ("unplanned closures", days.closures))
        said = " and ".join(name for name, counts in counted if counts) or "none"
        yield Statement(
            "Deadlines", ("school_days",), "Days without lessons that count", (("days", said),), days.source
        )


def _of_kind(pack: PolicyPack, kind: CaseKind) -> Iterator[Statement]:
    case = kind_in_words(kind)
    for step in pack.steps(kind):
        says = (("heading", step.heading),)
        yield Statement(_section("Ladder of steps for", case), (step.step,), step.step, says, step.source)
    for rule in (rule for rule in pack.rules if rule.kind == kind):
        yield Statement(
            _section("What has to come first in", case),
            (rule.step, frozenset(rule.needs)),
            f"Before: {STEPS[kind][rule.step].title} ({rule.step})",
            _said(
                needs=_facts(kind, rule.needs),
                strength=_STRENGTHS[rule.strength],
                duty=_label("duties", rule.duty) if rule.duty else None,
                text=rule.text,
            ),
            rule.source,
        )
    for duty in pack.duties_of(kind):
        yield Statement(
            _section("Duties of", case),
            (duty.code,),
            f"{_label('duties', duty.code)} ({duty.code})",
            _said(
                when=_facts(kind, duty.when) or "always",
                until=_facts(kind, duty.until),
                closing="not closed while it is owed" if duty.before_closing else "may be closed while it is owed",
                text=duty.text,
            ),
            duty.source,
        )
    for deadline in (deadline for deadline in pack.deadlines if deadline.kind == kind):
        yield Statement(
            _section("Deadlines of", case),
            (deadline.code,),
            f"{_label('deadlines', deadline.code)} ({deadline.code})",
            _said(
                within=clock_in_words(deadline.clock),
                since=DATED_FACTS[kind][deadline.since].definition.removesuffix("."),
                when=_facts(kind, deadline.when) or "always",
                until=_facts(kind, deadline.until),
                text=deadline.text,
            ),
            deadline.source,
        )


def _stages(pack: PolicyPack) -> Iterator[Statement]:
    for stage in pack.complaints.stages:
        yield Statement(
            "Stages of the complaints procedure",
            (stage.code,),
            f"{_label('complaint_stages', stage.code)} ({stage.code})",
            _said(
                form=stage.form.value.lower(),
                heading=stage.heading,
                handlers=", ".join(_label("stage_handlers", code) for code in stage.handlers) or None,
            ),
            stage.source,
        )


def _staff(pack: PolicyPack) -> Iterator[Statement]:
    staff = pack.staff
    if staff.subjects:
        bound = ", ".join(_label("breach_subject_roles", code) for code in staff.subjects)
        yield Statement("Staff code", ("subjects",), "Whom it binds", (("roles", bound),), "")
    if staff.default_severity is not None:
        severity = _label("breach_severities", staff.default_severity)
        says = (("severity", severity),)
        yield Statement("Staff code", ("severity",), "A breach by itself", says, staff.severity_source or "")
    for clause in staff.clauses:
        yield Statement("Staff code", ("clause", clause.id), f"Clause {clause.id}", _clause(clause), clause.source)


def _clause(clause: StaffClause) -> tuple[tuple[str, str], ...]:
    return _said(
        breaches=", ".join(_label("breach_types", code) for code in clause.breach_types),
        strength=clause.strength.value.lower(),
        age="only of those under 18 at the time" if clause.under_18 else None,
        excused=", ".join(_label("breach_exceptions", code) for code in clause.excused_by) or None,
        laws=", ".join(_label("legal_bases", code) for code in clause.legal_bases) or None,
        text=clause.text,
    )


def _section(words: str, case: str) -> str:
    return f"{words} {'an' if case[0] in 'aeiou' else 'a'} {case}"


def _said(**parts: str | None) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, text in parts.items() if text is not None)


def _facts(kind: CaseKind, texts: Iterable[str]) -> str:
    # Facts are all to hold, so their order says nothing.
    return "; ".join(sorted(fact_in_words(kind, text) for text in texts))


def _label(codes: str, code: str) -> str:
    return next(entry.label for entry in CODE_LISTS[codes] if entry.code == code)
