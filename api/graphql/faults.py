"""How an error leaves GraphQL: with a code and a sentence of ours, and never with a value that was submitted.

What a rule refused keeps its sentence. What the document's author got wrong is told by place and type. Anything else is
"Unexpected error." to the client, and its class and code lines to the log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError
from graphql.validation import ValuesOfCorrectTypeRule

from api.availability import passing_fault
from api.middleware import log_fault
from api.refusals import told
from domain.refusals import Refused

__all__ = [
    "INTERNAL",
    "QuietValues",
    "document_error",
    "field_error",
    "invalid",
    "syntax_error",
    "too_deep",
    "variable_errors",
]

INTERNAL = "INTERNAL_ERROR"

# A token that holds a literal value, as the parser names it in "Unexpected String "...".
_LITERAL = re.compile(r'\b(String|BlockString|Int|Float) (".*"|\'.*\'|\S+)', re.DOTALL)
_VARIABLE = re.compile(r"Variable '\$(\w+)' has invalid value(?: at ((?:\.\w+|\[\d+\])+))?:")
_TOO_MANY_TOKENS = "contains more than"
# What graphql-core says where following nesting, or fragments within fragments, would go too deep for the interpreter.
_TOO_DEEP = ("nested too deeply", "Validation aborted.")


def invalid(message: str, *, code: str = "INVALID_INPUT", error: GraphQLError | None = None) -> GraphQLError:
    """Return an error with a sentence of ours and a code, at the place of `error`."""
    return GraphQLError(
        message,
        nodes=error.nodes if error else None,
        source=error.source if error else None,
        positions=error.positions if error else None,
        path=error.path if error else None,
        extensions={"code": code},
    )


def too_deep() -> GraphQLError:
    """Return the refusal of a document that cannot be followed to its end."""
    return invalid("The document is nested too deeply.", code="QUERY_TOO_LARGE")


def syntax_error(error: GraphQLError, tokens: int) -> GraphQLError:
    """Return what the parser found wrong, without the text of any literal."""
    if not isinstance(error, GraphQLSyntaxError):
        return invalid("The document could not be read.")
    if _TOO_MANY_TOKENS in error.message:
        return invalid(
            f"The document has too many tokens; at most {tokens} are allowed.", code="QUERY_TOO_LARGE", error=error
        )
    if _TOO_DEEP[0] in error.message:
        return too_deep()
    return invalid(_LITERAL.sub(r"\1", error.message), error=error)


class QuietValues(ValuesOfCorrectTypeRule):
    """Reports a literal that does not fit by the type that is expected, not by what was found."""

    def report_error(self, error: GraphQLError) -> None:
        """Replace graphql-core's sentence, which repeats the literal."""
        expected = self.context.get_input_type() or self.context.get_parent_input_type()
        name = f"A value of type {expected} is expected here." if expected else "A value here does not fit its type."
        super().report_error(invalid(name, error=error))


def document_error(error: GraphQLError) -> GraphQLError:
    """Return what validation found wrong, with a code."""
    if error.message == _TOO_DEEP[1]:
        return too_deep()
    return invalid(error.message, code=str((error.extensions or {}).get("code", "INVALID_INPUT")), error=error)


def variable_errors(errors: Iterable[GraphQLError]) -> list[GraphQLError]:
    """Return which variables do not fit, by name and path, without the values."""
    found = []
    for error in errors:
        place = _VARIABLE.match(error.message)
        where = f"${place[1]}{place[2] or ''}" if place else ""
        found.append(invalid(f"The variable {where} does not fit its type.".replace("  ", " "), error=error))
    return found


def field_error(error: GraphQLError) -> GraphQLError:
    """Return an error of execution: a refusal in its own words, anything else masked and logged."""
    original: Any = error.original_error
    if isinstance(original, Refused):
        extensions: dict[str, Any] = {"code": original.code.value}
        if original.clause is not None:
            extensions["clause"] = original.clause
        message, fields = told(original.message, original.fields)
        if fields:
            extensions["fields"] = fields
        masked = invalid(message, error=error)
        masked.extensions = extensions
        return masked
    if original is None or isinstance(original, GraphQLError):
        # graphql-core itself could not fit an argument: its sentence may hold the value.
        code = (error.extensions or {}).get("code")
        if code is not None:
            return invalid(error.message, code=str(code), error=error)
        return invalid("An argument does not fit the type that is expected there.", error=error)
    passing = passing_fault(original)
    if passing is not None:
        log_fault(original, "GraphQL")
        return invalid(passing[1], code=passing[0], error=error)
    log_fault(original, "GraphQL field " + ".".join(str(part) for part in error.path or () if isinstance(part, str)))
    return invalid("Unexpected error.", code=INTERNAL, error=error)
