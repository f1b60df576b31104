"""The oracle itself: every query of the schema, executed by graphql-core over plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from graphql import (
    ExecutionResult,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from domain.vocabulary import CODE_LISTS
from tests.plan.oracle.checkpoints import checkpoints
from tests.plan.oracle.facts import Facts, Refusal
from tests.plan.oracle.keeping import holds_now, kept_list, table_now
from tests.plan.oracle.monitoring import Report, moment, restatements
from tests.plan.oracle.patterns import staff_pattern
from tests.plan.oracle.proofs import consistency, inclusion
from tests.plan.oracle.readers import log_of_reads, read_log
from tests.plan.oracle.sight import Reader
from tests.plan.oracle.story import Json, Story
from tests.plan.oracle.view import View

SDL = Path(__file__).parents[3] / "api" / "graphql" / "schema.graphql"
Path_ = tuple[str | int, ...]


class Answer(NamedTuple):
    """An answer: its data, and every error by its path and code."""

    data: Json | None
    errors: frozenset[tuple[Path_, str]]


class Oracle:
    """Answers questions about one trust, whose ledger it reads once."""

    def __init__(self, story: Story, facts: Facts) -> None:
        self.story, self.facts = story, facts

    def answer(self, reader: Reader, query: str, variables: Mapping[str, Any]) -> Answer:
        """Answer a valid document.

        Where an error makes nothing of what is around it, other errors there need not be told, and which one is told is
        left to chance. So all of them are found by asking again where everything may be null.
        """
        result = self._execute(sdl_schema(), reader, query, variables)
        if not result.errors:
            return Answer(result.data, frozenset())
        everything = self._execute(_nullable(), reader, query, variables)
        errors = [*result.errors, *(everything.errors or ())]
        for error in errors:
            if not isinstance(error.original_error, Refusal):
                raise error
        return Answer(
            result.data,
            frozenset((tuple(error.path or ()), str(getattr(error.original_error, "code", ""))) for error in errors),
        )

    def _execute(
        self, schema: GraphQLSchema, reader: Reader, query: str, variables: Mapping[str, Any]
    ) -> ExecutionResult:
        view = View(self.story, self.facts, sdl_schema(), reader)
        return execute_sync(schema, parse(query), root_value=self._root(view), variable_values=dict(variables))

    def _root(self, view: View) -> dict[str, Callable[..., Any]]:
        return {
            "viewer": lambda _info: _viewer(view),
            "trust": lambda _info: {
                "id": str(self.facts.trust_id),
                "name": self.facts.trust_name,
                "schools": _schools(view),
                "retentionTable": lambda _info: table_now(view),
                "holds": lambda _info: holds_now(view),
            },
            "schools": lambda _info: _schools(view),
            "monitoring": lambda _info, **given: Report(view, given).answer(),
            "restatements": lambda _info, **given: restatements(view, given),
            "cases": lambda _info, **given: view.cases(given),
            "case": lambda _info, **given: _case(view, given),
            "deadlines": lambda _info, **given: view.deadlines(given),
            "duties": lambda _info, **given: view.duties(given),
            "retention": lambda _info, **given: kept_list(view, given),
            "codes": lambda _info, lists: _codes(lists),
            "ledger": lambda _info: self._ledger(view),
            "readLog": lambda _info, **given: read_log(view, given),
            "staffPattern": lambda _info, **given: staff_pattern(view, given["person"]),
        }

    def _ledger(self, view: View) -> Json:
        story, role = self.story, view.reader.role
        note = self.facts.checkpoints[-1] if self.facts.checkpoints else None
        recorded = story.recorded_at(story.position)
        return {
            "position": story.position,
            "recordedAt": None if recorded is None else recorded.astimezone(UTC).isoformat(),
            "projectedThrough": story.position,
            "publicKey": self.facts.public_key,
            "checkpoint": None if note is None else {"size": int(note.splitlines()[1]), "note": note},
            "proof": lambda _info, position=None, size=None: inclusion(story, role, position, size),
            "consistency": lambda _info, to=None, **given: consistency(story, role, given.get("from"), to),
            "checkpoints": lambda _info, **given: checkpoints(view, **given),
            "readLog": log_of_reads(view),
        }


def _viewer(view: View) -> Json:
    reader = view.reader
    return {
        "person": view.person(str(reader.person)),
        "role": reader.role,
        "listsCases": reader.lists_cases,
        "opensSealedText": reader.opens_texts,
        "seesOwnCasesOnly": reader.own_only,
        "schools": _schools(view),
    }


def _schools(view: View) -> list[Json]:
    return [view.school(urn) for urn in view.schools()]


def _case(view: View, given: Json) -> Json | None:
    case_id, reference = given["id"], given["reference"]
    if (case_id is None) == (reference is None):
        raise Refusal
    if reference is not None:
        named = [case["id"] for case in view.story.cases().values() if case["reference"] == reference]
        case_id = named[0] if named else None
    position = moment(view, given["asOf"])
    document = view.seen(case_id)
    if document is not None and position is not None:
        document = view.story.case_at(document["id"], position)
        at = given["asOf"].get("at") or view.story.recorded_at(position)
        document = document and document | {"measured_at": at and at.isoformat()}
    return None if document is None else view.case(document, position)


def _codes(names: list[str] | None) -> list[Json]:
    return [
        {
            "name": name,
            "codes": [
                {
                    "code": code.code,
                    "label": code.label,
                    "definition": code.definition,
                    "activeFrom": code.active_from and code.active_from.isoformat(),
                    "activeTo": code.active_to and code.active_to.isoformat(),
                    "order": code.order,
                }
                for code in CODE_LISTS[name]
            ],
        }
        for name in sorted(CODE_LISTS)
        if names is None or name in names
    ]


@cache
def sdl_schema() -> GraphQLSchema:
    """The schema as it is published, with what its scalars take."""
    schema = build_schema(SDL.read_text())
    readers: dict[str, Callable[[Any], Any]] = {"Date": date.fromisoformat, "DateTime": datetime.fromisoformat}
    for name, read in readers.items():
        # The SDL cannot say it.
        vars(schema.type_map[name]).update(parse_value=read, coerce_input_value=read)
    return schema


@cache
def _nullable() -> GraphQLSchema:
    """The same schema, in which every field may be null: an error then hides no other."""
    schema = build_schema(SDL.read_text())
    for name in ("Date", "DateTime"):
        read = vars(sdl_schema().type_map[name])["parse_value"]
        vars(schema.type_map[name]).update(parse_value=read, coerce_input_value=read)
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not kind.name.startswith("__"):
            for field in kind.fields.values():
                if isinstance(field.type, GraphQLNonNull):
                    field.type = field.type.of_type
    return schema


def is_valid(query: str) -> bool:
    """Whether a document is valid by the published schema."""
    return not validate(sdl_schema(), parse(query))
