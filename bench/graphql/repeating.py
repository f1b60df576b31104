"""Our answers asked for again: made again, taken from those that are kept, and not sent to who has them."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.graphql.comparing import Effort
from bench.graphql.data import kept
from bench.graphql.measuring import Figures, Loaded, generator, in_rounds
from bench.graphql.processor import postmaster_of
from bench.graphql.questions import Question
from bench.graphql.servers import Request, Server, ours
from ledger.embedded import MAIN_DATABASE, EmbeddedPostgres

MADE, KEPT, UNCHANGED = "made", "kept", "unchanged"
# An answer with opened texts is never kept and has no tag.
_NEVER = "narratives"


@dataclass(frozen=True, slots=True)
class Repeated:
    """By question, each way of answering again with its figures by round."""

    connections: int
    found: Mapping[str, Mapping[str, list[Figures]]]


def repeat(folder: Path, cases: int, effort: Effort, connections: int) -> Repeated:
    """Measure ours on so many cases."""
    data = kept(folder, cases)
    found: dict[str, Mapping[str, list[Figures]]] = {}
    with (
        EmbeddedPostgres.attach(data.folder) as server,
        generator() as load,
        ours(data) as made,
        ours(data, keeps=True) as keeping,
    ):
        postmaster = postmaster_of(server.admin_url(MAIN_DATABASE))
        for name, question in effort.asked(data).items():
            if name == _NEVER:
                continue
            ways = {MADE: made, KEPT: keeping, UNCHANGED: replace(keeping, requests=_by_tag(keeping))}
            found[name] = in_rounds(
                load,
                question,
                {way: Loaded(asked, postmaster) for way, asked in ways.items()},
                connections=connections,
                rounds=effort.rounds,
                seconds=effort.seconds,
            )
    return Repeated(connections, found)


def _by_tag(server: Server) -> Callable[[Question], Sequence[Request]]:
    """Requests of a client that has every answer, with its tag."""
    return lambda question: [_with_tag(server, _by_get(request)) for request in server.requests(question)]


def _by_get(request: Request) -> Request:
    assert request.body is not None
    asked = json.loads(request.body)
    address = urllib.parse.urlencode({"query": asked["query"], "variables": json.dumps(asked["variables"])})
    return Request(f"{request.path}?{address}", None)


def _with_tag(server: Server, request: Request) -> Request:
    headers = {"Accept": "application/json", **server.headers}
    asked = urllib.request.Request(f"http://127.0.0.1:{server.port}{request.path}", headers=headers)
    with urllib.request.urlopen(asked, timeout=60) as answered:
        return replace(request, headers={"If-None-Match": answered.headers["ETag"]})
