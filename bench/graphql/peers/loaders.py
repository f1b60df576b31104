"""The usual Strawberry application: resolvers, and a data loader for each relation, over the same tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import strawberry
from fastapi import FastAPI
from psycopg.rows import dict_row
from starlette.concurrency import run_in_threadpool
from strawberry.dataloader import DataLoader
from strawberry.fastapi import BaseContext, GraphQLRouter
from strawberry.scalars import JSON
from strawberry.types import Info as AnyInfo

from bench.graphql.peers.running import Pool, pool, serve, told
from bench.graphql.peers.texts import Texts
from bench.graphql.statements import EVENTS, LIVE_ROWS, SCHOOLS, SEEN, cells
from domain.monitoring_counts import DEFINITIONS, MonitoringCount
from projections.monitoring_terms import MonitoringDimension
from services.sealed_texts import SealedPlace, SealedState
from services.sealed_texts import SealedText as Opened

for _values in (MonitoringCount, MonitoringDimension, SealedState):
    strawberry.enum(_values)
_COUNTS = {definition.number: definition.count for definition in DEFINITIONS}


class _Page(NamedTuple):
    """Which events of a case are asked for."""

    case_id: UUID
    first: int
    types: tuple[str, ...] | None


class Loaders(BaseContext):
    """What one request has asked for: each relation is read once for all that ask at the same moment."""

    def __init__(self, connections: Pool, given: dict[str, Any], texts: Texts) -> None:
        super().__init__()
        self._connections = connections
        self._texts = texts
        self.reader = {"person": given["person"], "kinds": given["kinds"]}
        self.schools: DataLoader[str, School | None] = DataLoader(self._schools)
        self.versions: DataLoader[UUID, int] = DataLoader(self._versions)
        self.events: DataLoader[_Page, list[CaseEvent]] = DataLoader(self._events)
        self.latest: DataLoader[UUID, CaseEvent] = DataLoader(self._latest)
        self.sealed: DataLoader[tuple[UUID, int], list[SealedPart]] = DataLoader(self._sealed)
        self.texts: DataLoader[SealedPlace, Opened] = DataLoader(self._opened)

    async def rows(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of one statement."""
        async with self._connections.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(statement.encode(), parameters, prepare=True)
            return await cursor.fetchall()

    async def _schools(self, urns: list[str]) -> list[School | None]:
        rows = await self.rows(f"SELECT * FROM ({SCHOOLS}) AS school WHERE urn = ANY(%(urns)s)", urns=urns)
        found = {row["urn"]: School(urn=row["urn"], name=row["name"]) for row in rows}
        return [found.get(urn) for urn in urns]

    async def _versions(self, case_ids: list[UUID]) -> list[int]:
        rows = await self.rows(
            "SELECT case_id, document.version FROM case_document AS document JOIN case_file"
            f" USING (trust_id, generation, case_id) WHERE {SEEN} AND case_id = ANY(%(ids)s)",
            ids=case_ids,
            **self.reader,
        )
        found = {row["case_id"]: row["version"] for row in rows}
        return [found[case_id] for case_id in case_ids]

    async def _events(self, pages: list[_Page]) -> list[list[CaseEvent]]:
        alike: dict[tuple[int, tuple[str, ...] | None], list[UUID]] = defaultdict(list)
        for page in pages:
            alike[page.first, page.types].append(page.case_id)
        found: dict[_Page, list[CaseEvent]] = defaultdict(list)
        for (first, types), case_ids in alike.items():
            rows = await self.rows(
                "SELECT happened.* FROM unnest(%(ids)s::uuid[]) AS wanted (case_id) CROSS JOIN LATERAL ("
                f"SELECT * FROM ({EVENTS}) AS event WHERE case_id = wanted.case_id"
                " AND (%(types)s::text[] IS NULL OR type = ANY(%(types)s)) ORDER BY version LIMIT %(first)s"
                ") AS happened ORDER BY happened.case_id, happened.version",
                ids=case_ids,
                types=None if types is None else list(types),
                first=first,
            )
            for row in rows:
                found[_Page(row["case_id"], first, types)].append(CaseEvent(**row))
        return [found[page] for page in pages]

    async def _latest(self, case_ids: list[UUID]) -> list[CaseEvent]:
        rows = await self.rows(
            f"SELECT event.* FROM ({EVENTS}) AS event JOIN case_document AS document USING (case_id, version)"
            f" WHERE {LIVE_ROWS} AND case_id = ANY(%(ids)s)",
            ids=case_ids,
        )
        found = {row["case_id"]: CaseEvent(**row) for row in rows}
        return [found[case_id] for case_id in case_ids]

    async def _sealed(self, places: list[tuple[UUID, int]]) -> list[list[SealedPart]]:
        rows = await self.rows(
            "SELECT stream_id, version, part FROM sealed_part"
            " JOIN unnest(%(ids)s::uuid[], %(versions)s::int[]) AS wanted (stream_id, version)"
            " USING (stream_id, version) ORDER BY part",
            ids=[case_id for case_id, _ in places],
            versions=[version for _, version in places],
        )
        found: dict[tuple[UUID, int], list[SealedPart]] = defaultdict(list)
        for row in rows:
            place = SealedPlace(row["stream_id"], row["version"], row["part"])
            found[row["stream_id"], row["version"]].append(
                SealedPart(part=row["part"], content=SealedText(place=place))
            )
        return [found[place] for place in places]

    async def _opened(self, places: list[SealedPlace]) -> list[Opened]:
        return await run_in_threadpool(self._texts.open, places)


Info = AnyInfo[Loaders, None]


@strawberry.type
class School:
    """A school."""

    urn: strawberry.ID
    name: str


@strawberry.type
class MonitoringCell:
    """A figure."""

    count: MonitoringCount
    period: str
    value: int
    school_urn: strawberry.Private[str]

    @strawberry.field
    async def school(self, info: Info) -> School | None:
        """Its school."""
        return await info.context.schools.load(self.school_urn)


@strawberry.type
class MonitoringReport:
    """The figures."""

    cells: list[MonitoringCell]


@strawberry.type
class SealedText:
    """A sealed text."""

    place: strawberry.Private[SealedPlace]

    @strawberry.field
    async def state(self, info: Info) -> SealedState:
        """Whether it is open."""
        return (await info.context.texts.load(self.place)).state

    @strawberry.field
    async def text(self, info: Info) -> str | None:
        """Its words."""
        return (await info.context.texts.load(self.place)).text


@strawberry.type
class SealedPart:
    """A sealed text in its place."""

    part: str
    content: SealedText


@strawberry.type
class CaseEvent:
    """An event."""

    case_id: strawberry.Private[UUID]
    version: int
    position: int
    type: str
    recorded_at: datetime
    data: JSON

    @strawberry.field
    async def sealed(self, info: Info) -> list[SealedPart]:
        """Its sealed texts."""
        return await info.context.sealed.load((self.case_id, self.version))


@strawberry.type
class CaseEventConnection:
    """A page of events."""

    nodes: list[CaseEvent]


@strawberry.type
class Case:
    """A case."""

    id: strawberry.ID
    reference: str
    status: str
    opened_on: date
    key: strawberry.Private[UUID]
    school_urn: strawberry.Private[str]

    @strawberry.field
    async def version(self, info: Info) -> int:
        """How many events it has."""
        return await info.context.versions.load(self.key)

    @strawberry.field
    async def school(self, info: Info) -> School | None:
        """Its school."""
        return await info.context.schools.load(self.school_urn)

    @strawberry.field
    async def latest_event(self, info: Info) -> CaseEvent:
        """Its last event."""
        return await info.context.latest.load(self.key)

    @strawberry.field
    async def history(self, info: Info, first: int = 100, types: list[str] | None = None) -> CaseEventConnection:
        """Its events."""
        page = _Page(self.key, first, None if types is None else tuple(types))
        return CaseEventConnection(nodes=await info.context.events.load(page))


@strawberry.type
class PageInfo:
    """Where a page stands."""

    has_next_page: bool
    end_cursor: str | None


@strawberry.input
class CaseFilter:
    """Which cases are listed."""

    kinds: list[str]
    statuses: list[str]
    schools: list[strawberry.ID]


@strawberry.input
class AsOf:
    """A past moment."""

    position: int


@strawberry.type
class CaseConnection:
    """A page of cases."""

    nodes: list[Case]
    page_info: PageInfo
    wanted: strawberry.Private[CaseFilter]

    @strawberry.field
    async def total_count(self, info: Info) -> int:
        """How many there are on all pages."""
        rows = await info.context.rows(
            f"SELECT count(*) AS total FROM ({_CHOSEN}) AS case_file", **_chosen(info, self.wanted)
        )
        return int(rows[0]["total"])


_COLUMNS = "case_id, reference, status, opened_on, school_urn"
_CHOSEN = (
    f"SELECT {_COLUMNS} FROM case_file WHERE {SEEN} AND kind = ANY(%(wanted)s) AND status = ANY(%(statuses)s)"
    " AND school_urn = ANY(%(schools)s)"
)


def _chosen(info: Info, wanted: CaseFilter) -> dict[str, Any]:
    return {
        **info.context.reader,
        "wanted": wanted.kinds,
        "statuses": wanted.statuses,
        "schools": [str(urn) for urn in wanted.schools],
    }


def _cases(rows: Iterable[dict[str, Any]]) -> list[Case]:
    return [
        Case(
            id=strawberry.ID(str(row["case_id"])),
            reference=row["reference"],
            status=row["status"],
            opened_on=row["opened_on"],
            key=row["case_id"],
            school_urn=row["school_urn"],
        )
        for row in rows
    ]


@strawberry.type
class Query:
    """The questions."""

    @strawberry.field
    async def monitoring(
        self,
        info: Info,
        from_: Annotated[date, strawberry.argument(name="from")],
        to: date,
        group_by: list[MonitoringDimension],  # noqa: ARG002 - one grouping is all that this peer has
        as_of: AsOf | None = None,
    ) -> MonitoringReport:
        """The figures by count, school and month, whatever is asked."""
        position = None if as_of is None else "%(position)s::bigint"
        rows = await info.context.rows(
            cells("%(first)s::date", "%(last)s::date", position),
            first=from_,
            last=to,
            position=None if as_of is None else as_of.position,
        )
        return MonitoringReport(
            cells=[
                MonitoringCell(
                    count=_COUNTS[row["count_number"]],
                    period=row["period"],
                    value=row["value"],
                    school_urn=row["school_urn"],
                )
                for row in rows
            ]
        )

    @strawberry.field
    async def cases(self, info: Info, filter: CaseFilter, first: int = 50) -> CaseConnection:  # noqa: A002 - our name
        """A page of cases, the newest first."""
        rows = await info.context.rows(
            f"{_CHOSEN} ORDER BY opened_on DESC, case_id DESC LIMIT %(limit)s", **_chosen(info, filter), limit=first + 1
        )
        nodes = _cases(rows[:first])
        last = f"{nodes[-1].opened_on}:{nodes[-1].id}" if nodes else None
        return CaseConnection(
            nodes=nodes, page_info=PageInfo(has_next_page=len(rows) > first, end_cursor=last), wanted=filter
        )

    @strawberry.field
    async def case(self, info: Info, id: strawberry.ID) -> Case | None:  # noqa: A002 - our name
        """One case."""
        rows = await info.context.rows(
            f"SELECT {_COLUMNS} FROM case_file WHERE {SEEN} AND case_id = %(id)s::uuid",
            id=str(id),
            **info.context.reader,
        )
        return next(iter(_cases(rows)), None)


def application(given: dict[str, Any]) -> FastAPI:
    """The application, as Strawberry's documentation puts it together."""
    texts = Texts(given)
    opened: list[Pool] = []

    @asynccontextmanager
    async def living(_app: FastAPI) -> AsyncIterator[None]:
        async with pool(given) as connections:
            opened.append(connections)
            yield

    def context() -> Loaders:
        return Loaders(opened[0], given, texts)

    app = FastAPI(lifespan=living)
    app.include_router(GraphQLRouter(strawberry.Schema(Query), context_getter=context), prefix="/graphql")
    return app


if __name__ == "__main__":
    GIVEN = told()
    serve(application(GIVEN), GIVEN)
