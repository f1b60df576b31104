"""Asking the product and the oracle the same, and comparing their answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.api.client import Client
from tests.plan.oracle.answers import Answer, Oracle
from tests.plan.oracle.facts import CURSOR, Opaque, list_of
from tests.plan.oracle.sight import Reader

Json = dict[str, Any]
Step = str | int
_MOST_PAGES = 120
# Stands in a document for the cursor with this number: each side is given its own.
PLACEHOLDER = "cursor-number-{}-"


@dataclass
class Cursors:
    """Cursors of the product with the places that the oracle means by them. A cursor is opaque: only that is known."""

    place: dict[str, str] = field(default_factory=dict)
    # Those that documents may use, in an order that does not change.
    known: list[tuple[str, str]] = field(default_factory=list)

    def meet(self, product: object, oracle: str, at: str) -> Iterator[str]:
        """Compare two cursors of the same place; one cursor never means two places."""
        if not isinstance(product, str) or self.place.setdefault(product, oracle) != oracle:
            yield f"{at}: a cursor of another place"

    def keep(self) -> None:
        """Let documents use the cursors met so far."""
        self.known = sorted(self.place.items(), key=lambda pair: pair[1])

    def stand_in(self, cursor: str) -> str:
        """What stands for a cursor of the product's in a document or its variables."""
        self.keep()
        return PLACEHOLDER.format(self.known.index((cursor, self.place[cursor])))

    def of_lists(self) -> dict[str, list[int]]:
        """The numbers of the known cursors by the list in which the oracle gives them."""
        found: dict[str, list[int]] = {}
        for number, (_, place) in enumerate(self.known):
            found.setdefault(list_of(place), []).append(number)
        return found

    def fill(self, given: Any, side: int) -> Any:
        """Put the cursors of one side (0: the product's, 1: the oracle's) into a document or its variables."""
        if isinstance(given, str):
            return re.sub(r"cursor-number-(\d+)-", lambda match: self.known[int(match[1])][side], given)
        if isinstance(given, dict):
            return {name: self.fill(value, side) for name, value in given.items()}
        return [self.fill(value, side) for value in given] if isinstance(given, list) else given


@dataclass
class Trial:
    """The product and the oracle, over the same trust."""

    client: Client
    oracle: Oracle
    cursors: Cursors = field(default_factory=Cursors)

    def differences(self, reader: Reader, query: str, variables: Mapping[str, Any]) -> list[str]:
        """Ask both; where their answers differ, and how. The document must be one that the product answers at all."""
        found = self.differences_unless_too_large(reader, query, variables)
        assert found is not None, f"too large: {query}"
        return found

    def differences_unless_too_large(
        self, reader: Reader, query: str, variables: Mapping[str, Any]
    ) -> list[str] | None:
        """The same; None where the product refuses to answer for the size of the document."""
        product = self.ask_product(reader, query, variables)
        if "data" not in product and product["errors"][0]["extensions"]["code"] == "QUERY_TOO_LARGE":
            return None
        return list(self.compare(product, self.ask_oracle(reader, query, variables)))

    def walk(self, reader: Reader, query: str, path: Sequence[Step]) -> list[str]:
        """Go through a list page by page, by the variable `after`, and ask both for each; where they differ.

        `path` leads to the connection. A list that is not there, or whose pages never end, is as long as it is.
        """
        own, after, met = Trial(self.client, self.oracle), None, 0
        for _ in range(_MOST_PAGES):
            given = {"after": None if after is None else own.cursors.stand_in(after)}
            product = own.ask_product(reader, query, given)
            found = list(own.compare(product, own.ask_oracle(reader, query, given)))
            connection = _at(product.get("data"), path)
            if found or connection is None:
                return found
            met += len(connection["edges"])
            if not connection["pageInfo"]["hasNextPage"]:
                return [] if met == connection["totalCount"] else [f"{met} entries of {connection['totalCount']}"]
            after = connection["pageInfo"]["endCursor"]
        return ["its pages never end"]

    def ask_product(self, reader: Reader, query: str, variables: Mapping[str, Any]) -> Json:
        """The product's answer, as it goes over the wire; what was asked before goes another way through the server."""
        text, again = (
            self.client.send(
                self.cursors.fill(query, 0), reader.token, reader.person, **self.cursors.fill(dict(variables), 0)
            ).text
            for _ in range(2)
        )
        assert again == text
        try:
            answer: Json = json.loads(text)
        except ValueError:
            return {"errors": [{"message": "no JSON", "extensions": {"code": None}}]}
        return answer

    def ask_oracle(self, reader: Reader, query: str, variables: Mapping[str, Any]) -> Answer:
        """The oracle's answer."""
        return self.oracle.answer(reader, self.cursors.fill(query, 1), self.cursors.fill(dict(variables), 1))

    def compare(self, product: Json, oracle: Answer) -> Iterator[str]:
        """Where two answers differ, and how."""
        if "data" not in product:
            yield f"the product executed nothing: {product['errors']}"
            return
        yield from self._same(product["data"], oracle.data, "data")
        # What an error says beside its place and its code is for people.
        given = {(tuple(error.get("path", ())), error["extensions"]["code"]) for error in product.get("errors", ())}
        for path, code in sorted(given - oracle.errors, key=str):
            yield f"{path}: the product says {code}, and the oracle nothing of the kind"
        # Errors below the same null may hide each other; each null has to have one.
        data = product["data"]
        told = {_null_of(data, path) for path, _ in given}
        for path, code in sorted(oracle.errors, key=str):
            if _null_of(data, path) not in told:
                yield f"{path}: the oracle says {code}, and the product nothing"

    def _same(self, product: Any, oracle: Any, at: str) -> Iterator[str]:
        if isinstance(oracle, Opaque):
            if not oracle.is_same(product):
                yield f"{at}: {product!r}, oracle {oracle!r}"
        elif isinstance(oracle, dict) and isinstance(product, dict):
            # Members are compared in their order, which GraphQL prescribes too.
            if list(product) != list(oracle):
                yield f"{at}: members {list(product)}, oracle {list(oracle)}"
            for name in product.keys() & oracle.keys():
                yield from self._same(product[name], oracle[name], f"{at}.{name}")
        elif isinstance(oracle, list) and isinstance(product, list):
            if len(product) != len(oracle):
                yield f"{at}: {len(product)} entries, oracle {len(oracle)}"
            for place, (one, other) in enumerate(zip(product, oracle, strict=False)):
                yield from self._same(one, other, f"{at}[{place}]")
        elif isinstance(oracle, str) and oracle.startswith(CURSOR):
            yield from self.cursors.meet(product, oracle, at)
        elif type(product) is not type(oracle) or product != oracle:
            yield f"{at}: {product!r}, oracle {oracle!r}"


def _at(data: Any, path: Sequence[Step]) -> Any:
    """What is at a path; None where it ends before."""
    for step in path:
        if data is None or (isinstance(step, int) and len(data) <= step):
            return None
        data = data[step]
    return data


def _null_of(data: Any, path: tuple[Step, ...]) -> tuple[Step, ...]:
    """The part of a path that leads to the null which an error left."""
    for length, step in enumerate(path):
        if data is None:
            return path[:length]
        data = data[step]
    return path
