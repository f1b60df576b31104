"""From a command to the decision of its aggregate: fields pass by name, texts to be sealed as secrets."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, get_type_hints
from uuid import UUID, uuid5

from domain.aggregate import Recordable
from domain.involvement import involved_in
from domain.permissions import Task
from domain.sealed import SealedRef, Secret
from services.command_refusals import NotAllowed, NotFound
from services.commands import CaseCommand, Deciding, Described


@dataclass(frozen=True, kw_only=True)
class CaseDecision(CaseCommand):
    """A command that one decision of the case's aggregate answers.

    Each parameter of the decision is the command's field of that name; `today`, `now` and `by` come from the context.
    The id named by `new_id` derives from the command's, so that a retry names the same thing.
    """

    decision: ClassVar[str]
    new_id: ClassVar[str | None] = None
    # Sealed texts about one person are sealed under that person's key: text field -> field that names the person.
    sealed_under: ClassVar[dict[str, str]] = {}

    def decide(self, case: Any, context: Deciding) -> Sequence[Recordable] | None:
        """Pass the command on to the aggregate. Raises NotFound for a case of a kind that knows no such decision."""
        decision = getattr(case, self.decision, None)
        if decision is None:
            raise NotFound("case_id")
        return decision(**self.arguments(case, context))  # type: ignore[no-any-return]  # other changed cases

    def arguments(self, case: Any, context: Deciding) -> dict[str, Any]:
        """The decision's arguments, by name. Raises NotAllowed for an override that is not the caller's to give."""
        arguments: dict[str, Any] = {}
        for parameter, is_sealed in parameters(getattr(type(case), self.decision)):
            if parameter == "today":
                arguments[parameter] = context.today
            elif parameter == "now":
                arguments[parameter] = context.services.now()
            elif parameter == "by":
                arguments[parameter] = context.caller.person_id
            elif parameter == "policy":
                arguments[parameter] = context.pack_of(case)
            elif parameter == "override":
                arguments[parameter] = self.set_aside(context)
            elif parameter == self.new_id:
                arguments[parameter] = uuid5(self.command_id, parameter)
            elif hasattr(self, parameter):
                value = getattr(self, parameter)
                arguments[parameter] = self.secret(parameter, value) if is_sealed else value
        return arguments

    def set_aside(self, context: Deciding) -> Secret | None:
        """Why a requirement of the policy is set aside, if it is; raises NotAllowed where that is not the caller's."""
        reason: str | None = getattr(self, "override", None)
        if reason is None:
            return None
        if not context.caller.decide(Task.OVERRIDE).allowed:
            raise NotAllowed("override")
        return Secret(reason)

    def secret(self, field: str, text: str | None) -> Secret | None:
        """A text on its way to be sealed, under the key of the person it is about if one is named."""
        if text is None:
            return None
        person: UUID | None = getattr(self, self.sealed_under[field], None) if field in self.sealed_under else None
        return Secret(text, person)


def involved_before(case: Any, context: Deciding) -> frozenset[UUID]:
    """Everybody who had to do with a case from which this one arose, directly or through others."""
    origins = context.services.ledger.load_many(list(context.origins(case.id) - {case.id})).values()
    return frozenset[UUID]().union(*map(involved_in, origins))


OverrideReason = Annotated[
    str | None,
    Described(
        "Why a requirement of the policy is set aside this once; for a headteacher or the trust lead. Stored sealed, "
        "and shown as an override."
    ),
]


@cache
def parameters(decision: Callable[..., Any]) -> tuple[tuple[str, bool], ...]:
    """The names of a decision's parameters, and which of them are texts to be sealed."""
    hints = get_type_hints(decision)
    return tuple(
        (name, any(member in (Secret, SealedRef) for member in _members(hints[name])))
        for name in inspect.signature(decision).parameters
        if name not in ("self", "cls")
    )


def _members(hint: Any) -> tuple[Any, ...]:
    return getattr(hint, "__args__", None) or (hint,)
