"""`python -m bench.hiding`: how much longer it takes to find a case about oneself and hide it than to find none.

The subject of a breach asks for it by its id and for a case that is not there, in turn, and gives a command on each.
What differs has to be little beside the step at whose end such answers leave (`api.even_answers`, design D15). It is
no row of the table of figures: nothing is to be quick here, only alike.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from graphql import get_operation_ast, parse
from graphql.execution.values import VariableValues, get_variable_values

from api.graphql.schema import build_schema
from bench.ground import fresh_ground, own_server, trust_lead
from projections.engine import Projector
from projections.plan.answering import answer
from projections.plan.plans import Plans, Question
from services.case_commands import AddAddendum
from services.commands import Recorded, Services
from services.running_commands import run
from services.scope import Caller, system_caller
from services.staff_breach_commands import ReportStaffBreach

_PAIRS = 500
_ON = date(2026, 9, 14)


def main() -> int:
    """Print the medians of both, for a read and for a command, and how often the hidden one took longer."""
    with own_server() as server, fresh_ground(server) as ground:
        services = ground.trust()
        lead, system = trust_lead(services.ledger.trust_id), system_caller(services.ledger.trust_id)
        cases = [_breach(services, system, None) for _ in range(200)]
        hidden = _breach(services, system, lead.person_id)
        for case_id in (*cases[:20], *[hidden] * 20):
            run(services, system, AddAddendum(command_id=uuid4(), case_id=case_id, text="Words."))
        Projector(ground.main).catch_up(services.ledger.trust_id)
        ground.settle()
        reads = _reading(services, lead)

        def command(case_id: UUID) -> None:
            run(services, lead, AddAddendum(command_id=uuid4(), case_id=case_id, text="Words."))

        for name, act in (("case(id)", reads), ("addAddendum", command)):
            print(f"{name}: {_compared(act, hidden)}")
    return 0


def _breach(services: Services, by: Caller, subject: UUID | None) -> UUID:
    given: dict[str, Any] = {"school_urn": "900001", "reported_on": _ON, "source": "ALLEGED", "subject": subject}
    recorded = run(services, by, ReportStaffBreach(command_id=uuid4(), **given))
    assert isinstance(recorded, Recorded), recorded
    case_id: UUID = recorded.case.id
    return case_id


def _reading(services: Services, lead: Caller) -> Callable[[UUID], None]:
    schema = build_schema()._schema
    plans = Plans(schema)
    text = "query ($id: ID!) { case(id: $id) { id reference history { totalCount } } }"
    document = parse(text)
    operation = get_operation_ast(document)
    assert operation is not None

    def read(case_id: UUID) -> None:
        values = get_variable_values(schema, operation.variable_definitions or (), {"id": str(case_id)})
        assert isinstance(values, VariableValues)
        now = datetime.now(UTC)
        answer(
            plans,
            services.ledger.trust,
            Question(text, document, operation, values, lead.visibility, lead.role.value, [], now),
        )

    return read


def _compared(act: Callable[[UUID], None], hidden: UUID) -> str:
    of_hidden: list[float] = []
    of_none: list[float] = []
    pairs: Sequence[tuple[UUID, list[float]]] = ()
    for at in range(_PAIRS + 20):
        pairs = ((hidden, of_hidden), (uuid4(), of_none))
        for case_id, taken in pairs if at % 2 else reversed(pairs):
            began = perf_counter()
            act(case_id)
            taken.append(perf_counter() - began)
    longer = sum(one > other for one, other in zip(of_hidden[20:], of_none[20:], strict=True))
    medians = [median(taken[20:]) * 1_000 for taken in (of_hidden, of_none)]
    return (
        f"median {medians[0]:.3f} ms for the hidden case, {medians[1]:.3f} ms for none;"
        f" the hidden one took longer in {longer} of {_PAIRS}"
    )


if __name__ == "__main__":
    sys.exit(main())
