"""A trust's retention table as data: how long each class of record is kept, from which day, and on whose word.

Published figures disagree, so each rule says where its figure is from, of which edition, how sure it is and what
speaks against it. Tables are kept whole in the ledger, so whatever could once be read must stay readable: later forms
add optional members and never take one away.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from domain.policy import PolicyPackError, key_and_rule
from domain.policy_rules import Code, Member, Text
from domain.values import CaseKind, PolicyRef
from domain.vocabulary import CODE_LISTS

__all__ = [
    "OUTCOME_LISTS",
    "Adopted",
    "Certainty",
    "Disposal",
    "PeriodUnit",
    "RetentionAction",
    "RetentionRule",
    "RetentionTable",
    "Trigger",
    "parse_table",
    "table_in_force",
]

# The list of each kind's outcomes.
OUTCOME_LISTS = {
    CaseKind.INCIDENT: "outcomes",
    CaseKind.COMPLAINT: "complaint_outcomes",
    CaseKind.STAFF_BREACH: "breach_outcomes",
}


class Trigger(StrEnum):
    """From which day a period runs."""

    # The case was closed, or marked as one that does not count.
    RESOLVED = "RESOLVED"
    # The school year in which that was is over: "current year plus".
    YEAR_RESOLVED = "YEAR_RESOLVED"
    # The school learnt of it.
    ALLEGED = "ALLEGED"
    # The last sanction in force was decided.
    SANCTIONED = "SANCTIONED"
    # The person whom the case is about left.
    LEFT_EMPLOYMENT = "LEFT_EMPLOYMENT"
    # That person reaches normal pension age.
    PENSION_AGE = "PENSION_AGE"
    # The child was born.
    DATE_OF_BIRTH = "DATE_OF_BIRTH"


class PeriodUnit(StrEnum):
    """In what a period is given."""

    MONTHS = "MONTHS"
    YEARS = "YEARS"


class RetentionAction(StrEnum):
    """What is to be done when the time is over; what holds on longest decides, and of two as long the first here."""

    REVIEW = "REVIEW"
    ARCHIVE = "ARCHIVE"
    DISPOSE = "DISPOSE"


class Certainty(StrEnum):
    """How sure a figure is."""

    # Read in the source itself.
    VERIFIED = "VERIFIED"
    # Read in what somebody else says of the source.
    SECOND_HAND = "SECOND_HAND"
    # Commonly said, and read in no source.
    ASSUMED = "ASSUMED"


class Disposal(StrEnum):
    """Whether anything is disposed of without a person deciding on the case."""

    REVIEW_ONLY = "REVIEW_ONLY"
    AUTOMATIC = "AUTOMATIC"


class RetentionRule(Member, frozen=True, kw_only=True):
    """How long one class of record is kept: so long after the trigger.

    It applies to cases of these kinds, with one of the outcomes if any are named, that belong to all classes of
    `needs` and to none of `unless`; from `effective_from` on.
    """

    id: Code
    record: Text
    kinds: Annotated[tuple[CaseKind, ...], msgspec.Meta(min_length=1)]
    outcomes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    trigger: Trigger
    number: Annotated[int, msgspec.Meta(ge=0, le=1200)]
    unit: PeriodUnit
    action: RetentionAction
    source: Text
    edition: Text
    certainty: Certainty
    doubt: Text | None = None
    effective_from: date

    @property
    def months(self) -> int:
        """The period in months."""
        return self.number * 12 if self.unit is PeriodUnit.YEARS else self.number


class RetentionTable(Member, frozen=True):
    """One version of one table."""

    format: Literal[1]
    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
    version: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,59}$")]
    name: Text
    effective_from: date
    rules: Annotated[tuple[RetentionRule, ...], msgspec.Meta(min_length=1, max_length=200)]


@lru_cache(maxsize=64)
def parse_table(content: str, file: str = "table") -> RetentionTable:
    """Read a table from TOML; raises PolicyPackError naming the file, the key and the rule."""
    try:
        table = msgspec.convert(tomllib.loads(content), RetentionTable)
    except tomllib.TOMLDecodeError as error:
        raise PolicyPackError(file, "", f"is not TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise PolicyPackError(file, *key_and_rule(str(error))) from None
    _require_sound(table, file)
    return table


def _require_sound(table: RetentionTable, file: str) -> None:
    named: set[str] = set()
    for place, rule in enumerate(table.rules):
        key = f"rules[{place}]"
        if rule.id in named:
            raise PolicyPackError(file, f"{key}.id", "names another rule already")
        named.add(rule.id)
        outcomes = {code.code for kind in rule.kinds for code in CODE_LISTS[OUTCOME_LISTS[kind]]}
        _require_among(file, f"{key}.outcomes", rule.outcomes, outcomes, "is no outcome of these kinds of case")
        classes = {code.code for code in CODE_LISTS["retention_classes"]}
        for name, given in (("needs", rule.needs), ("unless", rule.unless)):
            _require_among(file, f"{key}.{name}", given, classes, "is no code of the list retention_classes")
        if not set(rule.needs).isdisjoint(rule.unless):
            raise PolicyPackError(file, f"{key}.unless", "names a class that the rule needs")
        if rule.certainty is not Certainty.VERIFIED and rule.doubt is None:
            raise PolicyPackError(file, f"{key}.doubt", "is to be said of what is not verified")


def _require_among(file: str, key: str, given: Iterable[str], known: set[str], rule: str) -> None:
    for place, code in enumerate(given):
        if code not in known:
            raise PolicyPackError(file, f"{key}[{place}]", rule)


@dataclass(frozen=True, slots=True)
class Adopted:
    """A trust took up a table: from `adopted_on` it is in force until a later one is. `content` is the table's text.

    `disposal`, of `Disposal`, is what the trust decided about disposing without a person; AUTOMATIC has no effect until
    somebody else than `adopted_by` has confirmed it.
    """

    policy: PolicyRef
    adopted_on: date
    content: str
    disposal: str
    adopted_by: UUID
    confirmed_by: UUID | None = None

    @property
    def table(self) -> RetentionTable:
        """The table that was adopted."""
        return parse_table(self.content)

    @property
    def disposes(self) -> bool:
        """Whether cases are disposed of without a person deciding on each."""
        return self.disposal == Disposal.AUTOMATIC and self.confirmed_by is not None


def table_in_force(adoptions: Sequence[Adopted], on: date) -> Adopted | None:
    """The adoption in force on a day; of two adopted on one day the later recorded one. None: the shipped table is.

    `adoptions` stand in the order of recording.
    """
    adopted = [one for one in adoptions if one.adopted_on <= on]
    # max keeps the first of equals, so the latest recorded has to come first.
    return max(reversed(adopted), key=lambda one: one.adopted_on, default=None)
