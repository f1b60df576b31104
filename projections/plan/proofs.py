"""Proofs of the trust's ledger, computed from its stored tree before the statement and shown by it."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg

from ledger.reading import head
from ledger.stored_tree import StoredTree
from projections.plan.reads import number
from projections.plan.selections import Selected
from projections.plan.text import NULL, bare, quoted
from projections.plan.writer import Arguments, Read, Row, Writer
from projections.visible import Reading

__all__ = ["PROOF_READS", "consistency_proof", "inclusion_proof"]

_NONE: Mapping[str, Any] = {"there": False, "first": 0, "size": 0, "one": "", "root": "", "hashes": "[]"}


def inclusion_proof(writer: Writer, selected: Selected, _row: Row) -> str:
    """That the event at a position stands in the ledger of a size, as `Ledger.proof` is asked for it."""
    return _proof(writer, selected, "InclusionProof", _inclusion)


def consistency_proof(writer: Writer, selected: Selected, _row: Row) -> str:
    """That the ledger of one size begins that of another, as `Ledger.consistency` is asked for it."""
    return _proof(writer, selected, "ConsistencyProof", _consistency)


def _proof(writer: Writer, selected: Selected, type_name: str, binder: Any) -> str:
    if not writer.visibility.sees_proofs:
        return NULL
    prefix = writer.bind_reading(selected, binder)
    alias = writer.alias("f")
    shown = writer.object(type_name, selected, Row(alias))
    values = ", ".join(
        f"%({prefix}{name})s::{kind} AS {name}"
        for name, kind in (("there", "boolean"), ("first", "bigint"), ("size", "bigint"))
    )
    texts = ", ".join(f"%({prefix}{name})s::text AS {name}" for name in ("one", "root", "hashes"))
    return f"coalesce((SELECT {shown} FROM (SELECT {values}, {texts}) AS {alias} WHERE {alias}.there), {NULL})"


def _inclusion(given: Arguments, connection: psycopg.Connection[Any], reading: Reading) -> Mapping[str, Any]:
    tree = _tree(connection, reading, given["size"])
    position = tree.size if given["position"] is None else given["position"]
    if not 1 <= position <= tree.size:
        return _NONE
    return _found(position, tree.leaf(position - 1), tree, tree.inclusion(position))


def _consistency(given: Arguments, connection: psycopg.Connection[Any], reading: Reading) -> Mapping[str, Any]:
    tree = _tree(connection, reading, given["to"])
    smaller = 1 if given["from"] is None else given["from"]
    if not 1 <= smaller <= tree.size:
        return _NONE
    return _found(smaller, tree.root(smaller), tree, tree.consistency(smaller))


def _tree(connection: psycopg.Connection[Any], reading: Reading, size: int | None) -> StoredTree:
    """The tree of a size, an empty one where the ledger was never so large."""
    trust_id = reading.visibility.trust_id
    position, _ = head(connection, trust_id)
    asked = position if size is None else size
    return StoredTree(connection, trust_id, asked if 0 < asked <= position else 0)


def _found(first: int, one: bytes, tree: StoredTree, hashes: list[bytes]) -> Mapping[str, Any]:
    listed = ",".join(f'"{hash_.hex()}"' for hash_ in hashes)
    return {
        "there": True,
        "first": first,
        "size": tree.size,
        "one": one.hex(),
        "root": tree.root().hex(),
        "hashes": f"[{listed}]",
    }


def _text(name: str) -> Read:
    return lambda _writer, _selected, row: quoted(f"{row.alias}.{name}")


_HASHES: Read = lambda _writer, _selected, row: bare(f"{row.alias}.hashes")  # noqa: E731 - a declaration
PROOF_READS: Mapping[str, Mapping[str, Read]] = {
    "InclusionProof": {
        "position": number("first"),
        "size": number("size"),
        "leafHash": _text("one"),
        "root": _text("root"),
        "hashes": _HASHES,
    },
    "ConsistencyProof": {
        "from": number("first"),
        "fromRoot": _text("one"),
        "to": number("size"),
        "toRoot": _text("root"),
        "hashes": _HASHES,
    },
}
