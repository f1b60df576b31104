"""Filling the demonstration trust; each step finds what an earlier run did and does only the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from uuid import UUID

from api.bootstrap import Runtime
from api.demo.schools import ADOPTED_ON, CALENDARS, JOINED_ON, SCHOOLS, TRUST_NAME
from api.demo.showcase.telling import ShowcaseTooEarly, is_told, tell_stories
from api.projecting import bring_up
from services.log_import import ImportReport, import_log
from services.registers import adopt_pack, join_school, register_trust, set_calendar
from services.scope import system_caller

__all__ = ["LOG", "Filled", "fill"]

LOG = files("api") / "demo" / "e_safety_log.csv"

# What is being done, how much of it is done, and of how much if that is known.
Tell = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class Filled:
    """What is in the trust: what came of the log, whether the showcase is there, and why it is not if it cannot be."""

    log: ImportReport
    has_showcase: bool
    showcase_left_out: str | None = None


def fill(runtime: Runtime, trust_id: UUID, tell: Tell, *, showcase: bool) -> Filled:
    """Make the trust with its schools, calendars and packs, import the log, tell the showcase; wait for the figures.

    Nothing is ever taken out again: without `showcase` what an earlier run told stays. Raises ShowcaseRefused.
    """
    ledger = register_trust(runtime.database, runtime.key_store, trust_id, TRUST_NAME)
    caller = system_caller(trust_id)
    for done, school in enumerate(SCHOOLS, start=1):
        join_school(ledger, caller, urn=school.urn, name=school.name, joined_on=JOINED_ON)
        for calendar in CALENDARS:
            set_calendar(
                ledger,
                caller,
                urn=school.urn,
                academic_year=calendar.academic_year,
                terms=calendar.terms,
                holidays=calendar.holidays,
                inset_days=calendar.shifted_by(school.inset_shift),
            )
        pack = (files("policies") / f"{school.pack}.toml").read_text()
        adopt_pack(ledger, caller, urn=school.urn, content=pack, adopted_on=ADOPTED_ON)
        tell("schools", done, len(SCHOOLS))
    with LOG.open("rb") as file:
        report = import_log(
            runtime.services(trust_id),
            caller,
            file,  # type: ignore[arg-type]  # a resource opened in binary mode
            schools=[school.urn for school in SCHOOLS],
            project=lambda position: bring_up(runtime.database, trust_id, position),
            progress=tell,
        )
    services, left_out = runtime.services(trust_id), None
    if showcase:
        try:
            tell_stories(services, lambda done, total: tell("showcase", done, total))
        except ShowcaseTooEarly as error:
            left_out = str(error)
    position, _ = ledger.head()
    bring_up(runtime.database, trust_id, position)
    return Filled(report, is_told(services), left_out)
