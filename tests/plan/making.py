"""Making the trust of `tests.plan.world`, who asks about it, and what there is to ask about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import uuid5

import policies
from api.bootstrap import Runtime
from api.projecting import bring_up
from domain.calendars import Term, TermName
from domain.vocabulary import CODE_LISTS
from services.registers import adopt_pack, join_school, leave_school, register_trust, rename_school, set_calendar
from services.scope import Caller, system_caller
from services.store import TrustLedger
from tests.plan.access_happenings import let_in
from tests.plan.documents import Pool
from tests.plan.due_happenings import fall_due
from tests.plan.file_happenings import hand_in
from tests.plan.happenings import happen
from tests.plan.hidden_happenings import speak_of_hidden_cases
from tests.plan.keeping_happenings import keep
from tests.plan.later_happenings import happen_later
from tests.plan.oracle.facts import Facts
from tests.plan.oracle.story import Story
from tests.plan.reading import read_cases, read_meanwhile
from tests.plan.signed_happenings import AUTHORITY, BUCKET, FOLDER, MAIL, WITNESS, change_key, sign
from tests.plan.world import ALDER, BIRCH, CEDAR, DOGWOOD, ELDER, NOW, TRUST, World


def a_world(runtime: Runtime) -> World:
    """Make the trust, with everything recorded and projected."""
    name = 'Beck "Valley" \\ Trust 😀 שלום'
    ledger = register_trust(runtime.database, runtime.key_store, TRUST, name)
    world = World(runtime, ledger, Facts(TRUST, name))
    system = system_caller(TRUST)
    for urn, called in (
        (ALDER, "Alder “Primary”"),
        (BIRCH, "Birch \\ Academy"),
        (CEDAR, "Cedar's 'School'"),
        (DOGWOOD, "Dogwood"),
    ):
        join_school(ledger, system, urn=urn, name=called, joined_on=date(2024, 9, 1))
    for urn, years in ((ALDER, (2024, 2025, 2026)), (BIRCH, (2024, 2025)), (DOGWOOD, (2024, 2025, 2026))):
        for year in years:
            _set_calendar(ledger, system, urn, year)
    adopt_pack(ledger, system, urn=ALDER, content=policies.content("sharp-lane"), adopted_on=date(2024, 9, 1))
    adopt_pack(ledger, system, urn=CEDAR, content=policies.content("libra"), adopted_on=date(2025, 9, 1))
    happen(world)
    sign(world, FOLDER)
    fall_due(world)
    sign(world)
    happen_later(world)
    read_meanwhile(world)
    change_key(world)
    let_in(world)
    sign(world, FOLDER, MAIL, AUTHORITY, WITNESS)
    hand_in(world, "transferred", "breach in hand", "complaint moved")
    world.destroy_keys("complaint moved", "pupil")
    keep(world)
    speak_of_hidden_cases(world)
    leave_school(ledger, system, urn=BIRCH, left_on=date(2026, 3, 31))
    rename_school(ledger, system, urn=CEDAR, name="Cedar שלום e\u0301 renamed 😀", renamed_on=date(2026, 9, 1))
    references = [case["reference"] for case in world.story().cases().values()]
    assert len(references) == len(set(references)), "two cases of the world have one reference"
    position, _ = ledger.head()
    bring_up(runtime.database, TRUST, position)
    sign(world, MAIL, BUCKET)
    read_cases(world)
    return world


def _set_calendar(ledger: TrustLedger, system: Caller, urn: str, year: int) -> None:
    late = int(urn == DOGWOOD)
    set_calendar(
        ledger,
        system,
        urn=urn,
        academic_year=f"{year}-{(year + 1) % 100}",
        terms=(
            Term(TermName.AUTUMN, date(year, 9, 2), date(year, 12, 18)),
            Term(TermName.SPRING, date(year + 1, 1, 4 + 3 * late), date(year + 1, 3, 26)),
            Term(TermName.SUMMER, date(year + 1, 4, 12), date(year + 1, 7, 20)),
        ),
    )


# Who asks: every role, with a second one of each role that sees cases of its own or is barred from some. A witness is
# refused all but the cover of a case before anything is planned, and has a test of its own.
ROLES = (
    "trust-lead",
    "dashboard",
    "auditor",
    f"headteacher:{ALDER}",
    f"headteacher:{CEDAR}",
    f"coordinator:{ALDER}",
    f"coordinator:{BIRCH}",
    f"staff:{ALDER}",
    f"staff:{CEDAR}",
    f"mis:{ALDER}",
    "alternate",
    "admin",
    f"dsl:{ALDER}",
    f"equalities:{ALDER}",
    f"chair:{ALDER}",
    f"governor:{ALDER}",
    f"clerk:{CEDAR}",
    "hr",
    # Of the case that is called so here.
    "investigator:breach in hand",
    "panel:complaint about lead",
    "dpo",
    "examiner:transferred",
    "emergency:breach in hand",
)


def a_pool(world: World, story: Story, cursors: Mapping[str, Sequence[int]]) -> Pool:
    """What documents may ask about: what is there, and now and then what is not."""
    cases = story.cases().values()
    days = {row.DISCOVERED for counted in story.counted for row in counted}
    days |= {row.POSTED for counted in story.counted for row in counted} | {NOW.date()}
    # The ends of periods, so that some are cut.
    edges = {date(2024, 9, 1), date(2025, 8, 31), date(2025, 9, 1), date(2026, 1, 4), date(2026, 3, 31)}
    edges |= {date(2027, 8, 31)}
    instants = [
        moment.isoformat()
        for event in story.events[:: max(1, len(story.events) // 12)]
        for moment in (event.recorded_at, event.recorded_at - timedelta(microseconds=1))
    ]
    return Pool(
        ids=[*sorted(story.cases()), str(uuid5(world.trust_id, "nothing")), "no id"],
        moments=[(case, event.position) for case, events in sorted(story.of_case.items()) for event in events],
        references=[*sorted(case["reference"] for case in cases), "INC-2026-999999", "'\"\\"],
        school_references=sorted({case["school_reference"] for case in cases} - {None}),
        urns=[ALDER, BIRCH, CEDAR, DOGWOOD, ELDER, "999999"],
        persons=[*sorted(world.facts.names), str(world.named(f"staff:{ALDER}")), str(world.named("trust-lead"))],
        dates=[each.isoformat() for each in sorted({*days, *edges})],
        instants=[*instants, "2020-01-01T00:00:00Z", "2099-01-01T00:00:00+01:00"],
        position=story.position,
        types=sorted({event.type for events in story.of_case.values() for event in events}),
        codes={name: [code.code for code in codes] for name, codes in CODE_LISTS.items()}
        | {"duties": sorted({duty["code"] for case in cases for duty in case["duties"]})},
        cursors=cursors,
    )
