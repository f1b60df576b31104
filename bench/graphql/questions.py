"""The questions that every server is asked: documents in our schema, variables, and what an answer comes down to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from bench.graphql.data import LONG_EVENTS, NARRATIVES, Data
from bench.graphql.log import PACKS

NAMES = ("dashboard", "list", "history", "past", "narratives")
_CELLS = "{ cells { count period value school { urn name } } }"
_BY = "groupBy: [COUNT, SCHOOL, MONTH]"
_DASHBOARD = f"query ($from: Date!, $to: Date!) {{ monitoring(from: $from, to: $to, {_BY}) {_CELLS} }}"
_PAST_DASHBOARD = (
    "query ($from: Date!, $to: Date!, $position: Int!)"
    f" {{ monitoring(from: $from, to: $to, {_BY}, asOf: {{position: $position}}) {_CELLS} }}"
)
_LIST = """
query ($filter: CaseFilter!) {
  cases(filter: $filter, first: 50) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      id reference status openedOn version
      school { urn name }
      latestEvent { type position recordedAt }
    }
  }
}"""
_HISTORY = f"""
query ($id: ID!) {{
  case(id: $id) {{
    id reference
    history(first: {LONG_EVENTS}) {{ nodes {{ version position type recordedAt data }} }}
  }}
}}"""
_NARRATIVES = f"""
query ($id: ID!, $types: [String!]!) {{
  case(id: $id) {{
    id reference
    history(first: {NARRATIVES}, types: $types) {{ nodes {{ version sealed {{ part content {{ state text }} }} }} }}
  }}
}}"""
ITEM_RECORDED = "incident.item_recorded.v1"


@dataclass(frozen=True, slots=True)
class Question:
    """One question, asked with several sets of variables in turn; `told` reads the facts from `data` of an answer."""

    name: str
    title: str
    document: str
    variables: Sequence[Mapping[str, Any]]
    told: Callable[[Any], Any]
    # How many facts an answer with everything in it has.
    size: int
    # What the design asks for at concurrency 8: times PostGraphile's requests, and parts of its processor time.
    faster: float | None = None
    part_of_processor: float | None = None


def questions(data: Data) -> dict[str, Question]:
    """All questions about the data of one size."""
    years = [{"from": f"{year}-{month}-01", "to": _year_after(year, month)} for year, month in _YEARS]
    cases = [{"id": str(case_id)} for case_id in data.long_cases]
    cells = len(PACKS) * 12 * 11
    listed = (
        Question("dashboard", "trust dashboard", _DASHBOARD, years, _told_cells, cells, 3.5, 1 / 10),
        Question("list", "list of 50 cases", _LIST, list(_filters()), _told_list, 50, 2.5, 1 / 5),
        Question("history", f"history of {LONG_EVENTS} events", _HISTORY, cases, _told_events, LONG_EVENTS, 2.5, 1 / 3),
        Question(
            "past",
            "trust dashboard as of a past position",
            _PAST_DASHBOARD,
            [{**year, "position": data.past} for year in years],
            _told_cells,
            cells,
        ),
        Question(
            "narratives",
            f"history with {NARRATIVES} opened narratives",
            _NARRATIVES,
            [{**case, "types": [ITEM_RECORDED]} for case in cases],
            _told_texts,
            NARRATIVES,
        ),
    )
    return {question.name: question for question in listed}


_YEARS = ((2023, "09"), (2024, "09"), (2025, "09"), (2024, "04"))


def _year_after(year: int, month: str) -> str:
    last = date(year + 1, int(month), 1).toordinal() - 1
    return date.fromordinal(last).isoformat()


def _filters() -> Sequence[Mapping[str, Any]]:
    """Open incidents of five of the schools, each time of others."""
    urns = list(PACKS)
    chosen = [list(islice(urns, first, None, 4)) for first in range(4)]
    return [{"filter": {"kinds": ["INCIDENT"], "statuses": ["OPEN"], "schools": schools}} for schools in chosen]


def _told_cells(data: Any) -> Any:
    return {
        (cell["count"], cell["school"]["urn"], cell["school"]["name"], cell["period"]): cell["value"]
        for cell in data["monitoring"]["cells"]
    }


def _told_list(data: Any) -> Any:
    page = data["cases"]
    rows = [told_case(node, node["version"], node["school"], node["latestEvent"]) for node in page["nodes"]]
    return {"total": page["totalCount"], "more": page["pageInfo"]["hasNextPage"], "rows": rows}


def told_case(node: Mapping[str, Any], version: int, school: Mapping[str, Any], event: Mapping[str, Any]) -> Any:
    """What a list tells of one case, its latest event last."""
    return (
        *(node["reference"], node["status"], node["openedOn"], version),
        *(school["urn"], school["name"]),
        *(event["type"], int(event["position"]), _instant(event["recordedAt"])),
    )


def _told_events(data: Any) -> Any:
    return told_events(data["case"]["reference"], data["case"]["history"]["nodes"])


def told_events(reference: str, nodes: Sequence[Any]) -> Any:
    """What a history tells."""
    return reference, [
        (node["version"], int(node["position"]), node["type"], _instant(node["recordedAt"]), node["data"])
        for node in nodes
    ]


def _told_texts(data: Any) -> Any:
    return [
        (node["version"], sealed["part"], sealed["content"]["state"], sealed["content"]["text"])
        for node in data["case"]["history"]["nodes"]
        for sealed in node["sealed"]
    ]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
