"""Documents about figures, what lies behind them and their restatements, the same in every run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from tests.plan.documents import Document, Pool, adds_up_twice
from tests.plan.selecting import NAMED, documents, everything

RANGE = 'from: "2024-09-01", to: "2027-08-31"'
SHORT = 'from: "2026-08-20", to: "2026-10-10"'


_CELL = "{ count school { urn name } source period platform posterRole value partial coverage suppressed withheld }"
_REPORT = f"{{ position recordedThrough scope excluded {{ mark value }} cells {_CELL} }}"


def figures(pool: Pool) -> Iterator[Document]:
    dimensions = ("COUNT", "SCHOOL", "SOURCE", "MONTH", "TERM", "ACADEMIC_YEAR", "PLATFORM", "POSTER_ROLE")
    periods = {"DAY", "MONTH", "TERM", "ACADEMIC_YEAR"}
    groups: list[Sequence[str]] = [
        *combinations(dimensions, 1),
        *(pair for pair in combinations(dimensions, 2) if not set(pair) <= periods),
        ("MONTH", "SCHOOL"),
        ("PLATFORM", "COUNT", "SOURCE"),
        ("DAY",),
        ("DAY", "SCHOOL"),
    ]
    options = [
        f"unit: {unit}, dateBasis: {basis}"
        for unit in ("ITEMS", "CASES")
        for basis in ("DISCOVERED", "POSTED", "RECORDED")
    ]
    for place, group in enumerate(groups):
        days = SHORT if "DAY" in group else RANGE
        asked = f"{days}, groupBy: [{', '.join(group)}]"
        yield Document(f"{{ monitoring({asked}, {options[place % 6]}) {_REPORT} }}", {})
        yield Document(f"{{ monitoring({asked}, {options[(place + 4) % 6]}) {_REPORT} }}", {})
        hiding = "" if adds_up_twice(group) else f", suppressBelow: {2 + place % 4}"
        yield Document(
            f"{{ monitoring({asked}{hiding}, asOf: {{position: {9 * place % pool.position}}}) {_REPORT} }}",
            {},
        )
    definitions = everything("CountDefinition")
    yield Document(f"{{ monitoring({SHORT}, schools: []) {{ definitions {definitions} cells {_CELL} }} }}", {})
    for more in (
        'groupBy: [SCHOOL], schools: ["900003", "900001", "900003", "999999"]',
        "groupBy: [SOURCE, COUNT], sources: [STAFF_BREACH, COMPLAINT]",
        "groupBy: [SOURCE], sources: []",
        "groupBy: []",
        "groupBy: [MONTH, TERM]",
        "groupBy: [COUNT, COUNT]",
        "suppressBelow: 0",
        "suppressBelow: 101",
        "asOf: {position: -1}",
        "groupBy: [MONTH], schools: []",
        'groupBy: [ACADEMIC_YEAR, SCHOOL], schools: ["900002"]',
    ):
        yield Document(f"{{ monitoring({RANGE}, {more}) {_REPORT} }}", {})
    yield Document(f'{{ monitoring(from: "2026-09-02", to: "2026-09-01") {_REPORT} }}', {})
    for instant in pool.instants[::3]:
        yield Document(f'{{ monitoring({RANGE}, asOf: {{at: "{instant}"}}) {_REPORT} }}', {})


def behind_figures(pool: Pool) -> Iterator[Document]:
    """What lies behind the figures."""
    whole = everything("MonitoringCell", contributions="(first: 20)", cases="(first: 20)", node=NAMED, nodes=NAMED)
    for asked in (
        "unit: ITEMS",
        "unit: CASES, dateBasis: POSTED",
        "groupBy: [SCHOOL], dateBasis: RECORDED",
        "groupBy: [SOURCE], suppressBelow: 3",
        'groupBy: [SCHOOL], schools: ["900001"], sources: [ONLINE, COMPLAINT]',
        f"groupBy: [SOURCE], asOf: {{position: {pool.position // 2}}}",
        "groupBy: [ACADEMIC_YEAR], unit: CASES",
        "groupBy: [POSTER_ROLE]",
        "groupBy: [PLATFORM]",
    ):
        yield Document(f"{{ monitoring({RANGE}, {asked}) {{ cells {whole} }} }}", {})
    paged = "{ totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor } }"
    for behind, others in (("contributions", "contributions"), ("cases", "cell cases")):
        for number in pool.cursors[others][::9]:
            for by in ("COUNT", "SCHOOL"):
                yield Document(
                    f"{{ monitoring({RANGE}, groupBy: [{by}]) {{ cells {{"
                    f' {behind}(first: 2, after: "cursor-number-{number}-") {paged} }} }} }}',
                    {},
                )
    school = everything("School")
    yield from documents(
        f"{{ monitoring({SHORT}, groupBy: [SOURCE], sources: [ONLINE]) {{ cells"
        f" {{ cases(first: 1) {{ nodes {{ ...Whole }} }}"
        f" contributions(first: 5) {{ nodes {{ case {NAMED} school {school} }} }} }} }} }}"
    )


def restatements(pool: Pool) -> Iterator[Document]:
    whole = everything("Restatement")
    last = pool.position
    for asked in (
        "between: {position: 0}",
        f"between: {{position: {last // 3}}}, and: {{position: {2 * last // 3}}}",
        f"between: {{position: {last // 2}}}, and: {{position: {last // 2}}}",
        'between: {position: 0}, schools: ["900001", "900002"]',
        "between: {position: 0}, schools: []",
        f'between: {{at: "{pool.instants[4]}"}}, and: {{at: "{pool.instants[15]}"}}',
        f"between: {{position: {last}}}, and: {{position: 1}}",
        "between: {position: -1}",
    ):
        yield Document(f"{{ restatements({RANGE}, {asked}) {whole} }}", {})
        yield Document(f"{{ restatements({SHORT}, {asked}) {{ position changes {{ count change }} }} }}", {})
    yield Document('{ restatements(from: "2026-09-02", to: "2026-09-01", between: {position: 0}) { position } }', {})
