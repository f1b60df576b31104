"""What somebody may ask who is shown the cover of a case, and not what stands in it: a witness, who gives an account.

A document that asks for more is refused as a whole, before anything of it is done, so that no argument, filter or count
of it can tell what the fields would. What is not listed here is not theirs, whatever the schema comes to hold.
"""

from __future__ import annotations

from collections.abc import Mapping

from graphql import GraphQLError, GraphQLInputObjectType, GraphQLSchema

from api.graphql.documents import PreparedDocument, Refusals
from domain.refusals import RefusalCode

__all__ = ["CaseCover"]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Enough to know the case by, to see whether it goes on, and to give what one has to give.
_COVER = _names("id reference kind school status openedOn closedOn version allowedActions")
_FIELDS: Mapping[str, frozenset[str]] = {
    "Query": _names("viewer trust schools case codes ledger"),
    **dict.fromkeys(("Case", "Incident", "Complaint", "StaffBreach"), _COVER),
    # What a command of theirs recorded: that it did.
    "Recorded": _names("case position events replayed"),
    "CaseEvent": _names("id position version type recordedAt"),
    "Ledger": _names("position recordedAt projectedThrough publicKey checkpoint"),
}
# What says nothing of any case; a command is decided on by itself.
_WHOLE = _names("Mutation Refused Viewer Trust School Membership Person CodeList Code Checkpoint")
_TYPE_NAME = "__typename"
_MESSAGE = "In this role one is told which case it is, and not what stands in it: the fields named here are not read."


class CaseCover:
    """Knows what of one schema is told to whoever reads the covers of cases alone."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._given = frozenset(
            name for name, kind in schema.type_map.items() if isinstance(kind, GraphQLInputObjectType)
        )

    def check(self, document: PreparedDocument) -> None:
        """Raise `Refusals` naming every field that a document asks for beyond the cover of a case."""
        beyond = sorted(field for field in document.fields if not self.holds(field))
        if beyond:
            raise Refusals(GraphQLError(_MESSAGE, extensions={"code": RefusalCode.NOT_ALLOWED.value, "fields": beyond}))

    def holds(self, field: str) -> bool:
        """Whether a field, such as `Case.status`, is told; fields of inputs are what somebody gives."""
        kind, _, name = field.partition(".")
        if name == _TYPE_NAME or kind in _WHOLE or kind in self._given or kind.startswith("__"):
            return True
        return name in _FIELDS.get(kind, ()) or (kind == "Query" and name.startswith("__"))
