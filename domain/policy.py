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

from domain.values import CaseKind, PolicyRef
from domain.vocabulary import CODE_LISTS

Text = Annotated[str, msgspec.Meta(pattern=r"^\S(.*\S)?$", max_length=500)]
Source = Annotated[str, msgspec.Meta(pattern=r"^L\d+(-\d+)?(, L\d+(-\d+)?)*$")]

# What is said where a text breaks the form of its member; other breaches are worded by msgspec.
_FORMS = {
    "id": "is written in small letters, digits and hyphens, and begins with a letter",
    "version": "is written in letters, digits, dots and hyphens",
    "source": "names lines of the school's policy, such as L58, L58-67 or L58, L60",
    "step": "is written in capital letters, digits and underscores, and begins with a letter",
}
_OTHER_FORM = "is a text without spaces at its ends, on one line"


class PolicyPackError(ValueError):
    """A pack cannot be used: the file, the key in it, and the rule it breaks."""

    def __init__(self, file: str, key: str, rule: str) -> None:
        super().__init__(f"{file}: {key}: {rule}" if key else f"{file}: {rule}")
        self.file = file
        self.key = key
        self.rule = rule


class _Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a pack."""


class Word(_Member, frozen=True):
    """What the school calls somebody."""

    word: Text
    source: Source


class Words(_Member, frozen=True):
    """The school's own words for its governing body, that body's chair and its head."""

    governing_body: Word
    chair: Word | None = None
    head: Word | None = None


class Review(_Member, frozen=True):
    """How often the policy is to be reviewed, in calendar months."""

    cycle_months: Annotated[int, msgspec.Meta(ge=1, le=120)]
    source: Source


class Clause(_Member, frozen=True):
    """What the policy asks for, in our own words."""

    text: Text
    source: Source


class Closing(_Member, frozen=True):
    """What must have happened before a case is closed: items of these natures await a record of an investigation."""

    investigation_before_closing: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    text: Text
    source: Source


class Reporting(_Member, frozen=True):
    """Who must be told: `to_headteacher` asks that every incident be reported to the headteacher."""

    to_headteacher: Clause | None = None


class LadderStep(_Member, frozen=True):
    """One step that the policy names for a kind of case; the steps stand in the policy's order."""

    kind: CaseKind
    step: Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9_]{0,59}$")]
    heading: Text
    source: Source


class PolicyPack(_Member, frozen=True):
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

    @property
    def closing_rules(self) -> ClosingRules | None:
        """The pack's rules for closing a case; None where it has none."""
        if self.closing is None:
            return None
        return ClosingRules(self.closing.investigation_before_closing, self.clause(self.closing.source))

    def clause(self, source: str) -> str:
        """How a clause is cited: the pack, its version, and the lines of the policy."""
        return f"{self.school}, {self.name} ({self.version}), {source}"

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
        raise PolicyPackError(file, *_key_and_rule(str(error))) from None
    _require_known_natures(pack, file)
    _require_distinct_steps(pack, file)
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


def content_hash(content: str) -> str:
    """The SHA-256 of a pack's text in UTF-8, in lower-case hexadecimal: the pack's identity, to the last letter."""
    return sha256(content.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ClosingRules:
    """What a pack says about closing, as a decision reads it: natures that await an investigation, and the clause."""

    investigation_before_closing: tuple[str, ...]
    clause: str


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


def _key_and_rule(problem: str) -> tuple[str, str]:
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
