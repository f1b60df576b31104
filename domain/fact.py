"""The form of a fact: a pure question about the state of a case, which a policy pack may ask by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Fact:
    """One question about a case; `codes` is the code list of its parameter, None where it takes none."""

    name: str
    definition: str
    holds: Callable[..., bool]
    codes: str | None = None


@dataclass(frozen=True, slots=True)
class DatedFact:
    """The day on which something was so, from which a deadline may run; None while it is not.

    `stage` is the stage of a complaint that it began, where it began one: an extension of that moves the deadline.
    """

    name: str
    definition: str
    day: Callable[[Any], date | None]
    stage: Callable[[Any], str | None] | None = None


@dataclass(frozen=True, slots=True)
class RuledStep:
    """A step that a policy may make something come before; `taken` says whether it was taken.

    What protects somebody is `never_refused`: a policy can only expect something before it (design D14).
    """

    code: str
    title: str
    taken: Callable[[Any], bool]
    never_refused: bool = False
