"""Asking a trust by GraphQL documents, answered by their plans alone: no server, no tokens, no limits."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import Any

from graphql import DocumentNode, get_operation_ast, parse, validate
from graphql.execution.values import VariableValues, get_variable_values

from api.graphql.schema import build_schema
from domain.access import Visibility
from ledger.database import TrustDatabase
from projections.plan.answering import TextWithHoles, answer
from projections.plan.plans import Plans, Question
from services.clock import now

Json = dict[str, Any]

SCHEMA = build_schema()._schema
PLANS = Plans(SCHEMA)


def ask(trust: TrustDatabase, visibility: Visibility, query: str, **variables: Any) -> Json:
    """The data of an answer in which nothing was refused.

    There need be no keys: a sealed text is shown as the name of its part. Nor is there a role, so no action is allowed.
    """
    return _told(_answered(trust, visibility, query, variables))


def ask_at(trust: TrustDatabase, visibility: Visibility, query: str, at: datetime) -> Json:
    """The same for a question that is asked at an instant."""
    return _told(_answered(trust, visibility, query, {}, at))


def _told(found: TextWithHoles) -> Json:
    assert not found.faults, found.faults
    data: Json = json.loads(found.filled(hole.filled("OPEN", hole.part) for hole in found.holes))
    return data


def refusals(trust: TrustDatabase, visibility: Visibility, query: str, **variables: Any) -> list[Exception]:
    """Why fields of an answer were refused, in their order in the document."""
    return [fault.error for fault in _answered(trust, visibility, query, variables).faults]


def _answered(
    trust: TrustDatabase, visibility: Visibility, query: str, variables: Json, asked_at: datetime | None = None
) -> TextWithHoles:
    document = _valid(query)
    operation = get_operation_ast(document)
    assert operation is not None
    values = get_variable_values(SCHEMA, operation.variable_definitions or (), variables)
    assert isinstance(values, VariableValues), values
    return answer(PLANS, trust, Question(query, document, operation, values, visibility, "", [], asked_at or now()))


@cache
def _valid(query: str) -> DocumentNode:
    document = parse(query)
    assert validate(SCHEMA, document) == []
    return document
