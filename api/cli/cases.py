"""What verbs about one case have in common: which case is meant, and who asks."""

from __future__ import annotations

from uuid import UUID

from api.bootstrap import Runtime
from domain.access import Role
from projections.cases import case_id_of
from services.command_refusals import NotFound
from services.scope import Caller, system_caller

__all__ = ["asking", "case_named"]


def asking(trust_id: UUID, *, without_texts: bool) -> Caller:
    """Whoever runs the program on its own machine; without texts as an auditor, who has none opened."""
    caller = system_caller(trust_id)
    return Caller(trust_id, caller.person_id, Role.AUDITOR) if without_texts else caller


def case_named(runtime: Runtime, caller: Caller, text: str) -> UUID:
    """The id of a case that is given by its id or reference. Raise `NotFound`."""
    try:
        return UUID(text)
    except ValueError:
        case_id = case_id_of(runtime.database.trust(caller.trust_id), caller.visibility, text)
        if case_id is None:
            raise NotFound("case") from None
        return case_id
