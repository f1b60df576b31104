"""Questions about the schema itself, which the library answers without looking at any data."""

from __future__ import annotations

import msgspec
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    execute,
)
from graphql.execution.values import VariableValues
from graphql.pyutils import Undefined

__all__ = ["answers_about_schema"]


def answers_about_schema(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: VariableValues,
    asked: dict[str, list[FieldNode]],
) -> dict[str, str]:
    """The JSON of each field that asks about the schema, by its key; what they select has been validated."""
    fragments = tuple(node for node in document.definitions if isinstance(node, FragmentDefinitionNode))
    alone = OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=operation.variable_definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(node for nodes in asked.values() for node in nodes)),
    )
    given = {name: source.value for name, source in variables.sources.items() if source.value is not Undefined}
    result = execute(schema, DocumentNode(definitions=(alone, *fragments)), variable_values=given)
    assert isinstance(result, ExecutionResult)
    if result.errors:
        raise result.errors[0]
    assert result.data is not None
    return {key: msgspec.json.encode(value).decode() for key, value in result.data.items()}
