"""What verifiers ask of a trust's ledger: its checkpoints, proofs between any two, and its hashes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from api.rest.endpoints import Endpoints
from api.rest.operations import (
    WHOLE_NUMBER,
    NotANumber,
    Operation,
    number_asked,
    number_parameter,
    whole_number,
)
from domain.permissions import Task
from services.checkpoints import SignedCheckpoint
from services.command_refusals import NotAllowed
from services.commands import Services
from services.proofs import (
    NotInLedger,
    checkpoint_of_size,
    consistency_proof,
    fresh_checkpoint,
    hash_tile,
    inclusion_proof,
    latest_note,
)
from services.scope import Caller

__all__ = ["LEDGER_OPERATIONS", "ledger_routes"]

# As `c2sp.org/tlog-tiles` writes the number of a tile, and its width where it is not full.
_TILE = re.compile(r"((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
MOST_LEVELS: Final = 7
_LEVELS = frozenset(map(str, range(MOST_LEVELS + 1)))


class CheckpointMade(BaseModel):
    """A signed note, to be kept outside the operator's reach, and the key that verifies it."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    size: int
    note: str
    public_key: str = Field(alias="publicKey")


class CheckpointNote(BaseModel):
    """A signed note (C2SP tlog-checkpoint), as text."""


class Inclusion(BaseModel):
    """The audit path of one event; all hashes in hexadecimal."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    position: int
    size: int
    leaf_hash: str = Field(alias="leafHash")
    root: str
    hashes: list[str]


class Consistency(BaseModel):
    """That the ledger of one size begins that of another; all hashes in hexadecimal."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_size: int = Field(alias="from")
    from_root: str = Field(alias="fromRoot")
    to_size: int = Field(alias="to")
    to_root: str = Field(alias="toRoot")
    hashes: list[str]


class Tile(BaseModel):
    """Hashes of 32 bytes each, side by side."""


def _in_path(name: str, description: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


_NOTE = {"text/plain": {"schema": {"type": "string"}}}
_HASHES = {"application/octet-stream": {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}}
_LATEST = Operation(
    method="GET",
    path="/v1/ledger/checkpoint",
    name="latestCheckpoint",
    summary="The last checkpoint of the trust's ledger that was signed, as a note",
    description="Text, to be kept as it is. The first one is signed when it is asked for.",
    answers={200: CheckpointNote},
    content=_NOTE,
    problems=frozenset({403, 404}),
)
_OF_SIZE = Operation(
    method="GET",
    path="/v1/ledger/checkpoints/{size}",
    name="checkpointOfSize",
    summary="The checkpoint of one size, as a note",
    description="Text, to be kept as it is. One of a size that was not signed before is signed now: a ledger has one"
    " text for each size.",
    answers={200: CheckpointNote},
    content=_NOTE,
    problems=frozenset({403, 404}),
    parameters=(_in_path("size", "How many events it covers.", WHOLE_NUMBER),),
)
_MAKE = Operation(
    method="POST",
    path="/v1/ledger/checkpoints",
    name="makeCheckpoint",
    summary="Sign the ledger as it stands",
    description="Repeating it gives the same note until something more is recorded. It takes no body.",
    answers={200: CheckpointMade},
    problems=frozenset({403, 404}),
)
_INCLUSION = Operation(
    method="GET",
    path="/v1/ledger/proofs/inclusion",
    name="proveInclusion",
    summary="That an event stands in the ledger at its position",
    description="RFC 6962, 2.1.1; the index of a leaf is the position less one.",
    answers={200: Inclusion},
    problems=frozenset({403, 404}),
    parameters=(
        number_parameter("position", "The position of the event.", required=True),
        number_parameter("size", "The size of the ledger in which it is proven. Unset: as it stands."),
    ),
)
_CONSISTENCY = Operation(
    method="GET",
    path="/v1/ledger/proofs/consistency",
    name="proveConsistency",
    summary="That the ledger of one size begins that of another",
    description="RFC 6962, 2.1.2.",
    answers={200: Consistency},
    problems=frozenset({403, 404}),
    parameters=(
        number_parameter("from", "The smaller size.", required=True),
        number_parameter("to", "The larger size. Unset: as the ledger stands."),
    ),
)
_TILE_OF_HASHES = Operation(
    method="GET",
    path="/v1/ledger/tile/{level}/{number:path}",
    name="hashTile",
    summary="At most 256 hashes of one level of the tree",
    description="As `c2sp.org/tlog-tiles` has them: `x001/234` is tile 1234, `000.p/17` the first 17 hashes of tile 0.",
    answers={200: Tile},
    content=_HASHES,
    problems=frozenset({403, 404}),
    parameters=(
        _in_path(
            "level",
            "0 for leaves, 1 for roots of 256 leaves, and so on.",
            {"type": "integer", "minimum": 0, "maximum": MOST_LEVELS},
        ),
        _in_path("number", "The number of the tile, and its width where it is not full.", {"type": "string"}),
    ),
)
LEDGER_OPERATIONS = (_LATEST, _OF_SIZE, _MAKE, _INCLUSION, _CONSISTENCY, _TILE_OF_HASHES)


def ledger_routes(endpoints: Endpoints) -> list[Route]:
    """Return the routes."""

    async def verifier(request: Request) -> Caller:
        caller = await endpoints.authenticate(request)
        if not caller.decide(Task.SEE_PROOFS).allowed:
            raise NotAllowed
        return caller

    async def latest(request: Request) -> Response:
        caller = await verifier(request)
        return PlainTextResponse(await endpoints.command(_latest, caller))

    async def of_size(request: Request) -> Response:
        caller = await verifier(request)
        size = whole_number(str(request.path_params["size"]), NotInLedger("size"))
        return PlainTextResponse(await endpoints.read(_of_size, caller, size))

    async def make(request: Request) -> Response:
        caller = await verifier(request)
        made = await endpoints.command(_fresh, caller)
        told = CheckpointMade(size=made.size, note=made.note, publicKey=made.verifier_key.text)
        return JSONResponse(told.model_dump(by_alias=True))

    async def inclusion(request: Request) -> Response:
        caller = await verifier(request)
        position = _needed(request, "position")
        proof = await endpoints.read(_inclusion, caller, position, number_asked(request, "size"))
        return JSONResponse(proof.model_dump(by_alias=True))

    async def consistency(request: Request) -> Response:
        caller = await verifier(request)
        smaller = _needed(request, "from")
        proof = await endpoints.read(_consistency, caller, smaller, number_asked(request, "to"))
        return JSONResponse(proof.model_dump(by_alias=True))

    async def tile(request: Request) -> Response:
        caller = await verifier(request)
        level, number, width = _tile_named(str(request.path_params["level"]), str(request.path_params["number"]))
        hashes = await endpoints.read(_tile, caller, level, number, width)
        return Response(hashes, media_type="application/octet-stream")

    return [
        _LATEST.route(latest),
        _OF_SIZE.route(of_size),
        _MAKE.route(make),
        _INCLUSION.route(inclusion),
        _CONSISTENCY.route(consistency),
        _TILE_OF_HASHES.route(tile),
    ]


def _latest(services: Services, caller: Caller) -> str:
    return latest_note(services.ledger, caller)


def _of_size(services: Services, caller: Caller, size: int) -> str:
    return checkpoint_of_size(services.ledger, caller, size)


def _fresh(services: Services, caller: Caller) -> SignedCheckpoint:
    return fresh_checkpoint(services.ledger, caller)


def _inclusion(services: Services, caller: Caller, position: int, size: int | None) -> Inclusion:
    proof = inclusion_proof(services.ledger, caller, position, size)
    return Inclusion(
        position=proof.position,
        size=proof.size,
        leafHash=proof.leaf.hex(),
        root=proof.root.hex(),
        hashes=[one.hex() for one in proof.hashes],
    )


def _consistency(services: Services, caller: Caller, smaller: int, larger: int | None) -> Consistency:
    proof = consistency_proof(services.ledger, caller, smaller, larger)
    return Consistency.model_validate(
        {
            "from": proof.from_size,
            "fromRoot": proof.from_root.hex(),
            "to": proof.to_size,
            "toRoot": proof.to_root.hex(),
            "hashes": [one.hex() for one in proof.hashes],
        }
    )


def _tile(services: Services, caller: Caller, level: int, number: int, width: int) -> bytes:
    return hash_tile(services.ledger, caller, level, number, width)


def _needed(request: Request, name: str) -> int:
    return whole_number(request.query_params.get(name, ""), NotANumber(name))


def _tile_named(level: str, number: str) -> tuple[int, int, int]:
    match = _TILE.fullmatch(number)
    if match is None or level not in _LEVELS or len(number) > 40:
        raise NotInLedger("tile")
    digits = match[1].replace("x", "").replace("/", "")
    return int(level), int(digits), int(match[2] or 256)
