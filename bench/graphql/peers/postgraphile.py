"""PostGraphile as a peer: our questions in the schema that it makes of the views, and what its answers come down to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bench.graphql.data import LONG_EVENTS, Data
from bench.graphql.peers.node import address_of, installed
from bench.graphql.peers.running import CONNECTIONS, TOLD
from bench.graphql.peers.views import SCHEMA, drop_views, make_views
from bench.graphql.questions import Question, told_case, told_events
from bench.graphql.servers import POSTGRAPHILE, Request, Server, free_port, process, reader_of, wait_until_ready
from domain.monitoring_counts import DEFINITIONS
from ledger.embedded import MAIN_DATABASE, EmbeddedPostgres

_CELLS = "{ nodes { countNumber period value schoolBySchoolUrn { urn name } } }"
_DASHBOARD = f"query ($from: Date!, $to: Date!) {{ dashboard(fromDay: $from, toDay: $to) {_CELLS} }}"
_PAST_DASHBOARD = (
    "query ($from: Date!, $to: Date!, $position: BigInt!)"
    f" {{ dashboard: pastDashboard(fromDay: $from, toDay: $to, atPosition: $position) {_CELLS} }}"
)
_LIST = """
query ($filter: CaseFileFilter!) {
  allCaseFiles(first: 50, orderBy: [OPENED_ON_DESC, CASE_ID_DESC], filter: $filter) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      caseId reference status openedOn
      caseDocumentByCaseId { version }
      schoolBySchoolUrn { urn name }
      eventsByCaseId(first: 1, orderBy: VERSION_DESC) { nodes { type position recordedAt } }
    }
  }
}"""
_HISTORY = f"""
query ($filter: CaseFileFilter!) {{
  allCaseFiles(first: 1, filter: $filter) {{
    nodes {{
      caseId reference
      eventsByCaseId(first: {LONG_EVENTS}, orderBy: VERSION_ASC) {{
        nodes {{ version position type recordedAt data }}
      }}
    }}
  }}
}}"""
# It has no keys, so that it is not asked for texts.
_DOCUMENTS = {"dashboard": _DASHBOARD, "past": _PAST_DASHBOARD, "list": _LIST, "history": _HISTORY}
_COUNTS = {definition.number: definition.count.value for definition in DEFINITIONS}


@contextmanager
def postgraphile(data: Data, server: EmbeddedPostgres, folder: Path, *, bring: bool) -> Iterator[Server]:
    """PostGraphile on the same database, as the application's role. Raises NodeMissing where it cannot be run."""
    command = installed(folder, bring=bring)
    admin_url = server.admin_url(MAIN_DATABASE)
    address, secret = address_of(server.app_url(MAIN_DATABASE))
    reader = reader_of(data.trust_id)
    port = free_port()
    told = {
        "address": address,
        "schema": SCHEMA,
        "trust": str(data.trust_id),
        "connections": CONNECTIONS,
        "port": port,
    }
    environment = {TOLD: json.dumps(told), "PGPASSWORD": secret, "NODE_ENV": "production", "GRAPHILE_ENV": "production"}
    make_views(admin_url)
    try:
        with process(POSTGRAPHILE, command, environment) as running:
            wait_until_ready(running, port, "/")
            yield Server(POSTGRAPHILE, "PostGraphile 5", port, running.pid, partial(_requests, reader), _told)
    finally:
        drop_views(admin_url)


def _requests(reader: Mapping[str, Any], question: Question) -> Sequence[Request]:
    document = _DOCUMENTS.get(question.name)
    if document is None:
        return []
    seen = {"kind": {"in": reader["kinds"]}, "not": {"barred": {"anyEqualTo": reader["person"]}}}
    read = _VARIABLES.get(question.name, _as_given)
    return [
        Request("/graphql", json.dumps({"query": document, "variables": read(given, seen)}).encode())
        for given in question.variables
    ]


def _as_given(given: Mapping[str, Any], _seen: Mapping[str, Any]) -> Mapping[str, Any]:
    return given


def _of_list(given: Mapping[str, Any], seen: Mapping[str, Any]) -> Mapping[str, Any]:
    wanted = given["filter"]
    chosen = {
        "kind": {"in": wanted["kinds"]},
        "status": {"in": wanted["statuses"]},
        "schoolUrn": {"in": wanted["schools"]},
    }
    return {"filter": {"and": [seen, chosen]}}


def _of_case(given: Mapping[str, Any], seen: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"filter": {**seen, "caseId": {"equalTo": given["id"]}}}


_VARIABLES: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, Any]]] = {
    "list": _of_list,
    "history": _of_case,
}


def _told(question: Question, data: Any) -> Any:
    if question.name in ("dashboard", "past"):
        return {
            (
                *(_COUNTS[cell["countNumber"]], cell["schoolBySchoolUrn"]["urn"]),
                *(cell["schoolBySchoolUrn"]["name"], cell["period"]),
            ): cell["value"]
            for cell in data["dashboard"]["nodes"]
        }
    page = data["allCaseFiles"]
    if question.name == "history":
        return told_events(page["nodes"][0]["reference"], page["nodes"][0]["eventsByCaseId"]["nodes"])
    rows = [
        told_case(
            node,
            node["caseDocumentByCaseId"]["version"],
            node["schoolBySchoolUrn"],
            node["eventsByCaseId"]["nodes"][0],
        )
        for node in page["nodes"]
    ]
    return {"total": page["totalCount"], "more": page["pageInfo"]["hasNextPage"], "rows": rows}
