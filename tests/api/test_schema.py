"""The published contract: as it is committed, described throughout, and answered by plans alone."""

from __future__ import annotations

import inspect

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
)
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.fields.resolver import StrawberryResolver

from api.graphql.declared import AnsweredByPlan
from api.graphql.schema import SCHEMA_FILE, build_schema, printed_schema
from domain.stored import stored_names
from services.catalogue import COMMANDS
from services.commands import OpeningCommand

SCHEMA = build_schema()
CORE = SCHEMA._schema
OWN = {name: kind for name, kind in CORE.type_map.items() if not name.startswith("__")}
BUILT_IN = {"Boolean", "Float", "ID", "Int", "String"}


def test_the_committed_schema_is_the_one_of_the_code() -> None:
    assert SCHEMA_FILE.read_text() == printed_schema()


def test_every_type_field_argument_and_value_is_described() -> None:
    silent: list[str] = []
    for name, kind in OWN.items():
        if name in BUILT_IN:
            continue
        if not kind.description:
            silent.append(name)
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, field in kind.fields.items():
                silent += [f"{name}.{field_name}"] * (not field.description)
                silent += [
                    f"{name}.{field_name}({argument_name})"
                    for argument_name, argument in field.args.items()
                    if not argument.description and name != "Mutation"
                ]
        elif isinstance(kind, GraphQLInputObjectType):
            silent += [f"{name}.{field}" for field, value in kind.fields.items() if not value.description]
        elif isinstance(kind, GraphQLEnumType):
            silent += [f"{name}.{value}" for value, entry in kind.values.items() if not entry.description]
        else:
            assert isinstance(kind, GraphQLUnionType | GraphQLScalarType)

    assert silent == []


def test_every_command_is_a_mutation_that_takes_its_input_and_answers_the_same_union() -> None:
    mutation = CORE.mutation_type
    assert mutation is not None
    shown = {
        name: ({argument: str(given.type) for argument, given in field.args.items()}, str(field.type))
        for name, field in mutation.fields.items()
    }

    assert shown == {name[0].lower() + name[1:]: ({"input": f"{name}Input!"}, "CommandResult!") for name in COMMANDS}


def test_every_command_carries_its_id_and_one_on_a_case_the_version_it_expects() -> None:
    for name in COMMANDS:
        kind = OWN[f"{name}Input"]
        assert isinstance(kind, GraphQLInputObjectType)
        fields = {field: str(value.type) for field, value in kind.fields.items()}
        assert fields["commandId"] == "ID!"
        if not issubclass(COMMANDS[name], OpeningCommand):
            assert (fields["caseId"], fields["expectedVersion"]) == ("ID!", "Int")


def test_every_field_is_answered_by_plan_and_none_by_a_resolver() -> None:
    resolvers = [
        resolver.wrapped_func
        for concrete in SCHEMA.schema_converter.type_map.values()
        if isinstance(concrete.definition, StrawberryObjectDefinition)
        for resolver in (field.base_resolver for field in concrete.definition.fields)
        if isinstance(resolver, StrawberryResolver) and inspect.isfunction(resolver.wrapped_func)
    ]

    # A resolver declares the arguments of a field, and is never called.
    assert len(resolvers) > 40
    for resolver in resolvers:
        with pytest.raises(AnsweredByPlan):
            resolver(*(None for _ in inspect.signature(resolver).parameters))


def test_a_sealed_field_is_never_a_plain_string() -> None:
    sealed = {
        "".join([first, *(word.capitalize() for word in rest)])
        for entry in stored_names().values()
        for first, *rest in (field.split("_") for field in entry.sealed)
    }
    plain = [
        f"{name}.{field_name}"
        for name, kind in OWN.items()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and name not in ("SealedText", "CodeList", "Code")
        for field_name, field in kind.fields.items()
        if field_name in sealed
        and str(field.type).strip("!") == "String"
        # A case's own reference is clear; a platform's reference to a report is not.
        and not (field_name == "reference" and "schoolReference" in kind.fields)
    ]

    assert plain == []
