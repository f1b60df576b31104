"""A school's policy as data: what a pack may hold, how it is read, and which pack is in force on a day.

A pack is told in our own words and each clause names the lines of the school's policy it rests on. Silence forbids and
requires nothing. Packs are kept whole in the ledger, so whatever could once be read must stay readable: later forms of
a pack add optional members and never take one away.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Literal

import msgspec

from domain.facts import DATED_FACTS, UnknownFact, require_fact
from domain.policy_rules import (
    Complaints,
    DeadlineRule,
    DutyRule,
    Member,
    SchoolDays,
    Source,
    StaffCode,
    StageForm,
    StepRule,
    Strength,
    Text,
)
from domain.step_codes import STEPS
from domain.values import CaseKind, PolicyRef
from domain.vocabulary import CODE_LISTS

# What is said where a text breaks the form of its member; other breaches are worded by msgspec.
_FORMS = {
    "id": "is written in small letters, digits and hyphens, and begins with a letter",
    "version": "is written in letters, digits, dots and hyphens",
    "source": "names lines of the school's policy, such as L58, L58-67 or L58, L60, or a law after LAW",
    **dict.fromkeys(
        ("step", "code", "duty", "since"),
        "is written in capital letters, digits and underscores, and begins with a letter",
    ),
}
_OTHER_FORM = "is a text without spaces at its ends, on one line"


class PolicyPackError(ValueError):
    """A pack cannot be used: the file, the key in it, and the rule it breaks."""

    def __init__(self, file: str, key: str, rule: str) -> None:
        super().__init__(f"{file}: {key}: {rule}" if key else f"{file}: {rule}")
        self.file = file
        self.key = key
        self.rule = rule


class Word(Member, frozen=True):
    """What the school calls somebody."""

    word: Text
    source: Source


class Words(Member, frozen=True):
    """The school's own words for its governing body, that body's chair and its head."""

    governing_body: Word
    chair: Word | None = None
    head: Word | None = None


class Review(Member, frozen=True):
    """How often the policy is to be reviewed, in calendar months."""

    cycle_months: Annotated[int, msgspec.Meta(ge=1, le=120)]
    source: Source


class Clause(Member, frozen=True):
    """What the policy asks for, in our own words."""

    text: Text
    source: Source


class Closing(Member, frozen=True):
    """What must have happened before a case is closed: items of these natures await a record of an investigation."""

    investigation_before_closing: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    text: Text
    source: Source


class Reporting(Member, frozen=True):
    """Who must be told: `to_headteacher` asks that every incident be reported to the headteacher."""

    to_headteacher: Clause | None = None


class LadderStep(Member, frozen=True):
    """One step that the policy names for a kind of case; the steps stand in the policy's order."""

    kind: CaseKind
    step: Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9_]{0,59}$")]
    heading: Text
    source: Source


class PolicyPack(Member, frozen=True):
    """One version of one school's policy.

    `name` is what the school's people call the policy, `school` whose it was first, `seed` the document that the
    sources name lines of.
    """

    format: Literal[1]
    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
    version: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,59}$")]
    name: Text
    school: Text
    seed: Text
    words: Words
    review: Review
    closing: Closing | None = None
    reporting: Reporting = Reporting()
    ladder: tuple[LadderStep, ...] = ()
    rules: tuple[StepRule, ...] = ()
    duties: tuple[DutyRule, ...] = ()
    deadlines: tuple[DeadlineRule, ...] = ()
    school_days: SchoolDays | None = None
    complaints: Complaints = Complaints()
    staff: StaffCode = StaffCode()

    def rules_of(self, kind: CaseKind, step: str) -> tuple[StepRule, ...]:
        """What has to be so before a step of a kind of case."""
        return tuple(rule for rule in self.rules if rule.kind == kind and rule.step == step)

    def duties_of(self, kind: CaseKind) -> tuple[DutyRule, ...]:
        """What a kind of case owes, in the order of the pack."""
        return tuple(rule for rule in (*_of_older_form(self), *self.duties) if rule.kind == kind)

    def clause(self, source: str) -> str:
        """How a clause is cited: the pack, its version, and the lines of the policy."""
        return f"{self.school}, {self.name} ({self.version}), {source.removeprefix('LAW ')}"

    def steps(self, kind: CaseKind) -> tuple[LadderStep, ...]:
        """The steps that the policy names for a kind of case, in its order."""
        return tuple(step for step in self.ladder if step.kind == kind)


@lru_cache(maxsize=64)
def parse_pack(content: str, file: str = "pack") -> PolicyPack:
    """Read a pack from TOML; raises PolicyPackError naming the file, the key and the rule."""
    try:
        pack = msgspec.convert(tomllib.loads(content), PolicyPack)
    except tomllib.TOMLDecodeError as error:
        raise PolicyPackError(file, "", f"is not TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise PolicyPackError(file, *key_and_rule(str(error))) from None
    _require_known_natures(pack, file)
    _require_distinct_steps(pack, file)
    _require_sound_rules(pack, file)
    _require_sound_stages(pack, file)
    _require_sound_staff_code(pack, file)
    return pack


def _require_known_natures(pack: PolicyPack, file: str) -> None:
    natures = {entry.code for entry in CODE_LISTS["natures"]}
    for place, nature in enumerate(pack.closing.investigation_before_closing if pack.closing else ()):
        if nature not in natures:
            raise PolicyPackError(file, f"closing.investigation_before_closing[{place}]", "is no nature of an item")


def _require_distinct_steps(pack: PolicyPack, file: str) -> None:
    seen = set()
    for place, step in enumerate(pack.ladder):
        if (step.kind, step.step) in seen:
            raise PolicyPackError(file, f"ladder[{place}].step", "the ladder of a kind of case names each step once")
        seen.add((step.kind, step.step))


def _require_sound_rules(pack: PolicyPack, file: str) -> None:
    """Every rule speaks of steps, facts and codes that there are."""
    for place, rule in enumerate(pack.rules):
        key = f"rules[{place}]"
        step = STEPS[rule.kind].get(rule.step)
        if step is None:
            raise PolicyPackError(file, f"{key}.step", "is no step of this kind of case")
        if step.never_refused and rule.strength is Strength.REQUIRED:
            raise PolicyPackError(file, f"{key}.strength", "protects somebody, and is never refused: EXPECTED at most")
        _require_facts(file, f"{key}.needs", rule.kind, rule.needs)
        if (rule.duty is None) != (rule.strength is Strength.REQUIRED):
            raise PolicyPackError(file, f"{key}.duty", "is given for what is EXPECTED, and for nothing else")
        if rule.duty is not None:
            _require_codes(file, f"{key}.duty", "duties", [rule.duty])
    for place, duty in enumerate(pack.duties):
        key = f"duties[{place}]"
        _require_codes(file, f"{key}.code", "duties", [duty.code])
        _require_facts(file, f"{key}.when", duty.kind, duty.when)
        _require_facts(file, f"{key}.until", duty.kind, duty.until)
    for place, deadline in enumerate(pack.deadlines):
        key = f"deadlines[{place}]"
        _require_codes(file, f"{key}.code", "deadlines", [deadline.code])
        if deadline.since not in DATED_FACTS[deadline.kind]:
            raise PolicyPackError(file, f"{key}.since", "is no dated fact of this kind of case")
        _require_facts(file, f"{key}.when", deadline.kind, deadline.when)
        _require_facts(file, f"{key}.until", deadline.kind, deadline.until)


def _require_sound_staff_code(pack: PolicyPack, file: str) -> None:
    staff = pack.staff
    _require_codes(file, "staff.subjects", "breach_subject_roles", staff.subjects)
    if staff.default_severity is not None:
        _require_codes(file, "staff.default_severity", "breach_severities", [staff.default_severity])
    if (staff.default_severity is None) != (staff.severity_source is None):
        raise PolicyPackError(file, "staff.severity_source", "stands beside default_severity")
    named = set()
    for place, clause in enumerate(staff.clauses):
        key = f"staff.clauses[{place}]"
        if clause.id in named:
            raise PolicyPackError(file, f"{key}.id", "names another clause already")
        named.add(clause.id)
        _require_codes(file, f"{key}.breach_types", "breach_types", clause.breach_types)
        _require_codes(file, f"{key}.excused_by", "breach_exceptions", clause.excused_by)
        _require_codes(file, f"{key}.legal_bases", "legal_bases", clause.legal_bases)


def _require_sound_stages(pack: PolicyPack, file: str) -> None:
    """Stages stand in the order of the law: informal, formal in writing, panel (SI 2014/3283, Schedule, 33(d)-(f))."""
    order = list(StageForm)
    forms = [order.index(stage.form) for stage in pack.complaints.stages]
    if forms != sorted(forms):
        raise PolicyPackError(file, "complaints.stages", "informal stages come first, then formal ones, a panel last")
    for place, stage in enumerate(pack.complaints.stages):
        key = f"complaints.stages[{place}]"
        _require_codes(file, f"{key}.code", "complaint_stages", [stage.code])
        _require_codes(file, f"{key}.handlers", "stage_handlers", stage.handlers)


def _require_facts(file: str, key: str, kind: CaseKind, texts: Iterable[str]) -> None:
    for place, text in enumerate(texts):
        try:
            require_fact(kind, text)
        except UnknownFact as error:
            raise PolicyPackError(file, f"{key}[{place}]", str(error)) from None


def _require_codes(file: str, key: str, codes: str, given: Iterable[str]) -> None:
    known = {entry.code for entry in CODE_LISTS[codes]}
    for code in given:
        if code not in known:
            raise PolicyPackError(file, key, f"is no code of the list {codes}")


@lru_cache(maxsize=64)
def _of_older_form(pack: PolicyPack) -> tuple[DutyRule, ...]:
    """What packs said of telling the head and of closing before they had duties."""
    found = []
    telling = pack.reporting.to_headteacher
    if telling is not None:
        found.append(
            DutyRule(
                kind=CaseKind.INCIDENT,
                code="REPORT_TO_HEADTEACHER",
                until=("HEADTEACHER_TOLD",),
                text=telling.text,
                source=telling.source,
            )
        )
    closing = pack.closing
    if closing is not None:
        found.append(
            DutyRule(
                kind=CaseKind.INCIDENT,
                code="INVESTIGATE_ALLEGATION",
                when=(f"NATURE:{'|'.join(closing.investigation_before_closing)}",),
                until=("INVESTIGATION_RECORDED",),
                before_closing=True,
                text=closing.text,
                source=closing.source,
            )
        )
    return tuple(found)


def content_hash(content: str) -> str:
    """The SHA-256 of a pack's text in UTF-8, in lower-case hexadecimal: the pack's identity, to the last letter."""
    return sha256(content.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Adoption:
    """A school took up a pack: from `adopted_on` it is in force until a later one is. `content` is the pack's text."""

    policy: PolicyRef
    adopted_on: date
    content: str

    @property
    def pack(self) -> PolicyPack:
        """The pack that was adopted."""
        return parse_pack(self.content)


def in_force(adoptions: Iterable[Adoption], on: date) -> Adoption | None:
    """The adoption in force on a day, review overdue or not; of two adopted on one day the later recorded one.

    `adoptions` stand in the order of recording. None where the school had adopted nothing yet.
    """
    adopted = [adoption for adoption in adoptions if adoption.adopted_on <= on]
    # max keeps the first of equals, so the latest recorded has to come first.
    return max(reversed(adopted), key=lambda adoption: adoption.adopted_on, default=None)


def key_and_rule(problem: str) -> tuple[str, str]:
    """Take msgspec's sentence apart: "Expected `int`, got `str` - at `$.review.cycle_months`"."""
    rule, _, path = problem.partition(" - at `$")
    key = path.rstrip("`").removeprefix(".")
    if named := re.fullmatch(r"Object (contains unknown|missing required) field `(.*)`", rule):
        key = f"{key}.{named[2]}" if key else named[2]
        rule = "no such key" if named[1] == "contains unknown" else "is missing"
    elif rule.startswith("Invalid enum value"):
        rule = "is not one of the values that are known here"
    elif "matching regex" in rule:
        rule = _FORMS.get(key.rpartition(".")[2], _OTHER_FORM)
    return key, rule
