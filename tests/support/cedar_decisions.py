"""The decisions of `domain.permissions`, asked of policies that were written apart from it, in Cedar.

What stands in `cedar/` is never made from the tables of the program: somebody wrote it a second time. Adding a command
is adding its name to a list in `cedar/permissions.cedarschema`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cedarpy

from domain.permissions import Resource, decide, resources
from domain.roles import Role
from tests.stored.permission_matrix import actions_on

FOLDER = Path(__file__).with_name("cedar")
SCHEMA_TEXT = (FOLDER / "permissions.cedarschema").read_text()
POLICY_TEXT = (FOLDER / "permissions.cedar").read_text()

# What an entity is called in Cedar, by the kind of case.
_TYPES = {None: "Trust", "INCIDENT": "Incident", "COMPLAINT": "Complaint", "STAFF_BREACH": "StaffBreach"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One decision to be taken: who, what, on what."""

    role: Role
    action: str
    resource: Resource


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether Cedar allows, and by which policies (the names in their `@id`), in alphabetical order."""

    allowed: bool
    policies: tuple[str, ...]


def every_cell() -> Iterator[Cell]:
    """Every decision there is: about 47,000."""
    for resource in resources():
        for action in actions_on(resource):
            yield from (Cell(role, action, resource) for role in Role)


def decided_by_cedar(cells: Sequence[Cell], policies: str = POLICY_TEXT) -> list[Answer]:
    """What the policies decide of each cell, in the same order; ValueError names one that they do not understand."""
    asked = [
        {
            "principal": {"type": "Role", "id": cell.role.value},
            "action": {"type": "Action", "id": str(cell.action)},
            "resource": {"type": _TYPES[cell.resource.kind], "id": _id(cell.resource)},
        }
        for cell in cells
    ]
    schema = cedarpy.Schema.from_str(SCHEMA_TEXT)
    entities = cedarpy.Entities.from_json_str(json.dumps([_entity(resource) for resource in resources()]), schema)
    results = cedarpy.is_authorized_batch(asked, cedarpy.PolicySet.from_str(policies), entities, schema)
    return [_answer(cell, result) for cell, result in zip(cells, results, strict=True)]


def differences(cells: Sequence[Cell], answers: Iterable[Answer]) -> list[str]:
    """Where the program decides otherwise than Cedar did, a line for each in words."""
    return [
        f"{cell.role} {cell.action} on {_id(cell.resource)}: "
        f"program {ours.why}, Cedar {'yes' if answer.allowed else 'no'} by {', '.join(answer.policies) or 'no policy'}"
        for cell, answer in zip(cells, answers, strict=True)
        if (ours := decide(cell.role, cell.action, cell.resource)).allowed != answer.allowed
    ]


def actions_in_the_schema() -> set[str]:
    """The actions that the schema tells of, groups of actions left out."""
    without_comments = re.sub(r"//.*", "", SCHEMA_TEXT)
    declared = re.findall(r"\baction\s+([^;]*?)\s+(?:in\s+\[[^\]]*\]\s+)?appliesTo\b", without_comments)
    return {name for names in declared for name in re.findall(r"[\w:-]+", names)}


def _answer(cell: Cell, result: cedarpy.AuthzResult) -> Answer:
    if result.decision is cedarpy.Decision.NoDecision or result.diagnostics.errors:
        raise ValueError(f"{cell.role} {cell.action}: {'; '.join(result.diagnostics.errors)}")
    return Answer(result.allowed, tuple(sorted(result.diagnostics.id_annotations_by_reason.values())))


def _id(resource: Resource) -> str:
    """A resource in words, such as `COMPLAINT named CHAIR`."""
    words = (resource.kind or "TRUST", resource.relation, resource.routed_to, "target" if resource.is_target else None)
    return " ".join(word for word in words if word is not None)


def _entity(resource: Resource) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    if resource.kind is not None:
        attributes["relation"] = {"__entity": {"type": "Relation", "id": resource.relation.value}}
    if resource.kind == "INCIDENT":
        attributes["isTarget"] = resource.is_target
    if resource.routed_to is not None:
        attributes["routedTo"] = {"__entity": {"type": "Rung", "id": resource.routed_to}}
    return {"uid": {"type": _TYPES[resource.kind], "id": _id(resource)}, "attrs": attributes, "parents": []}
