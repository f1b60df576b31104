"""Faults that a compiler of queries can have, planted one at a time: the comparison with the oracle finds each."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import zip_longest
from types import ModuleType
from typing import Any, NamedTuple

import psycopg
import pytest

from projections import open_complaints
from projections.plan.pages import placed
from projections.visible import Reading
from tests.api.client import Client
from tests.plan.agreement import Cursors, Trial
from tests.plan.documents import Pool
from tests.plan.fixed import AREAS, LISTS
from tests.plan.making import ROLES
from tests.plan.world import World

# What a fault leaves undone is no matter here.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")

Plant = Callable[[pytest.MonkeyPatch], None]


class Fault(NamedTuple):
    """What is done wrong, and the areas in which it has to show."""

    plant: Plant
    areas: tuple[str, ...] = ("lists of cases", "cases")


# --- a source without visibility

# Every condition by which a source leaves out what its reader may not see.
_CONDITIONS = (
    " AND NOT %(person)s = ANY(barred)",
    " AND school_urn = ANY(%(seen_schools)s)",
    " AND readers && %(reads_as)s::uuid[]",
    " AND (kind = ANY(%(whole_kinds)s) OR readers && %(reads_as)s::uuid[])",
    " AND case_id = ANY(%(seen_cases)s::uuid[])",
)


def blind(source: str) -> Plant:
    """A source that gives whatever there is."""

    def plant(monkeypatch: pytest.MonkeyPatch) -> None:
        made = getattr(Reading, source)

        def given(reading: Reading, *of: Any) -> str:
            sees = reading.visibility
            all_of_it = replace(
                sees,
                schools=None,
                own_kinds=(),
                cases=None,
                lists_cases=True,
                opens=("COMPLAINT", "INCIDENT", "STAFF_BREACH"),
                counts_everything=True,
            )
            text: str = made(Reading(all_of_it), *of)
            text = text.replace("kind = ANY(%(seen_kinds)s)", "true")
            return text.replace(" AND NOT %(person)s = ANY(barred)", "")

        monkeypatch.setattr(Reading, source, given)

    return plant


def unconditional(condition: str) -> Plant:
    """All sources without one of the conditions."""

    def plant(monkeypatch: pytest.MonkeyPatch) -> None:
        made = Reading._sees
        monkeypatch.setattr(Reading, "_sees", lambda reading: made(reading).replace(condition, ""))

    return plant


# --- SQL that is written otherwise


def written(name: str, otherwise: Callable[..., str]) -> Plant:
    """A function by which the compiler writes SQL, in every module that uses it, with another one in its place."""

    def plant(monkeypatch: pytest.MonkeyPatch) -> None:
        users = [module for module in _modules() if hasattr(module, name)]
        assert users, f"nothing in the compiler is called {name}"
        for module in users:
            monkeypatch.setattr(module, name, otherwise)

    return plant


def executed(pattern: str, otherwise: str) -> Plant:
    """A piece of the finished statement, wherever it stands in it, with another one in its place."""

    def plant(monkeypatch: pytest.MonkeyPatch) -> None:
        def planting(execute: Callable[..., Any]) -> Callable[..., Any]:
            def executing(cursor: Any, query: Any, *given: Any, **more: Any) -> Any:
                # Only the compiler writes JSON.
                if isinstance(query, bytes) and b"\":' ||" in query:
                    query = re.sub(pattern, otherwise, query.decode()).encode()
                return execute(cursor, query, *given, **more)

            return executing

        for kind in (psycopg.Cursor, psycopg.AsyncCursor):
            monkeypatch.setattr(kind, "execute", planting(kind.execute))

    return plant


def _modules() -> Iterator[ModuleType]:
    return (module for name, module in sorted(sys.modules.items()) if name.startswith("projections.plan."))


def _reversed_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    written("placed", lambda *members: placed(*reversed(members)))(monkeypatch)


def _unescaped_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opened texts that are put into their places as they are."""
    [kind] = {
        kind
        for module in _modules()
        for kind in vars(module).values()
        if isinstance(kind, type) and {"part", "members", "filled"} <= set(dir(kind))
    }

    def filled(hole: Any, state: str, text: str | None) -> str:
        known = {"state": f'"{state}"', "text": "null" if text is None else f'"{text}"', "__typename": '"SealedText"'}
        return "{" + ",".join(f'"{key}":{known[name]}' for key, name in hole.members) + "}"

    monkeypatch.setattr(kind, "filled", filled)


def _complaints_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Complaints as they stand, where a past case is shown."""
    made = open_complaints._as_at
    monkeypatch.setattr(open_complaints, "_as_at", lambda complaints, _position: made(complaints, None))


FIGURES = ("figures", "what lies behind figures", "restatements")
FAULTS = {
    "cases without visibility": Fault(blind("cases")),
    "tallies without visibility": Fault(blind("tallies"), ("lists of cases",)),
    "barred cases in a total": Fault(executed(r"status, -1 FROM", "status, 0 FROM"), ("lists of cases",)),
    "the event before the latest": Fault(executed(r"(\w+\.version) <= (\w+\.version)::int", r"\1 <= \2::int - 1")),
    "few cases in another order": Fault(
        executed(r"(AND NOT \(SELECT coalesce.*?ORDER BY c\d+\.\w+) (?:DESC|ASC)", r"\1"), ()
    ),
    "many cases in another order": Fault(
        executed(r"(AND \(SELECT coalesce(?:(?!ORDER BY).)*ORDER BY c\d+\.\w+) DESC", r"\1 ASC"), ()
    ),
    "few cases one short": Fault(executed(r"(AND NOT \(SELECT coalesce.*?LIMIT )\d+", r"\g<1>1"), ()),
    "many cases one short": Fault(executed(r"(AND \(SELECT coalesce(?:(?!LIMIT).)*LIMIT )\d+", r"\g<1>1"), ()),
    "documents without visibility": Fault(blind("documents")),
    "complaints without visibility": Fault(blind("complaints")),
    "complaints of today for a past case": Fault(_complaints_of_today, ("cases after events",)),
    "breaches without visibility": Fault(blind("breaches"), ("patterns of one person",)),
    "contributions without visibility": Fault(blind("contributions"), FIGURES),
    "openable contributions without visibility": Fault(blind("openable_contributions"), FIGURES),
    "schools without visibility": Fault(blind("schools"), ("the reader, the trust and its schools", *FIGURES)),
    "present schools without visibility": Fault(
        blind("present_schools"), ("the reader, the trust and its schools", *FIGURES)
    ),
    "names for who may not know them": Fault(blind("person")),
    **{f"no source says{condition}": Fault(unconditional(condition)) for condition in _CONDITIONS},
    "no source asks for the kind": Fault(unconditional("kind = ANY(%(seen_kinds)s) AND ")),
    "a text without coalesce": Fault(written("string", lambda given: f"to_json({given})::text")),
    "an id, a date or a code without coalesce": Fault(written("quoted", lambda given: f"""('"' || {given} || '"')""")),
    "a list without coalesce": Fault(written("array_of", lambda given: f"('[' || {given} || ']')")),
    "an object without coalesce": Fault(executed(r"coalesce\((?=\(?\(?SELECT)", "nullif(")),
    "a page without coalesce": Fault(executed(r"coalesce\((?=array_to_string)", "nullif(")),
    "the ends of a page without coalesce": Fault(
        executed(r"""coalesce\((?='"' \|\| translate\(encode\(convert_to\(g\d+\.places)""", "nullif(")
    ),
    "whether there is more without coalesce": Fault(executed(r"coalesce\((?=cardinality)", "nullif(")),
    "a member without coalesce": Fault(executed(r"::text, 'null'\)", "::text, null)"), ("cases", "histories")),
    "an unescaped text": Fault(written("string", lambda given: f"""coalesce('"' || {given} || '"', 'null')""")),
    "an unescaped member": Fault(
        executed(
            r"coalesce\((\(+CASE WHEN \w+\.type = .*? END\)+::text), 'null'\)",
            r"replace(coalesce(\1, 'null'), '\\', '')",
        ),
        ("histories",),
    ),
    "an unescaped opened text": Fault(_unescaped_sealed),
    "a cursor whose members are swapped": Fault(_reversed_cursor, ()),
    "first and last cursor of a page swapped": Fault(executed(r"(\.places)\[1\]", r"\1[2]")),
    "the cursor of the next page's first entry": Fault(executed(r"\[least\(", "[greatest("), ()),
    "a page before the cursor": Fault(executed(r"(, \w+\.case_id\)) < (?=\()", r"\1 > "), ("lists of cases",)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_by_comparing_answers(
    world: World, pool: Pool, trial: Trial, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    fault = FAULTS[name]
    fault.plant(monkeypatch)
    # The application anew: what it compiled before is sound.
    with Client(world.runtime, world.trust_id) as client:
        faulty = Trial(client, trial.oracle, Cursors(dict(trial.cursors.place), list(trial.cursors.known)))
        found = next(_differences(world, pool, faulty, fault), None)
    assert found is not None, "not found, or nothing is written any more into which the fault could be planted"


def _differences(world: World, pool: Pool, trial: Trial, fault: Fault) -> Iterator[str]:
    readers = [world.reader(role) for role in ROLES]
    for together in zip_longest(*(AREAS[area](pool) for area in fault.areas)):
        for document in filter(None, together):
            for reader in readers:
                yield from trial.differences(reader, *document)
    for pages in LISTS.values():
        for reader in readers:
            yield from trial.walk(reader, *pages)
