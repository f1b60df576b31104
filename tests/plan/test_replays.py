"""Every case of the awkward trust replayed: each step is what the API says of the event, and leads to the live case."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

import pytest

from api.replay.asked import Asked
from api.replay.printed import replay_as_pdf
from api.replay.table import replay_as_csv
from api.replay.text import replay_as_text
from api.replay.told_as_json import replay_as_json
from domain.access import Visibility, visibility
from domain.case import Case
from domain.case_changes import members
from domain.case_document import case_document
from domain.refusals import Refused
from domain.roles import Role
from domain.veil import document_without
from services.checkpoints import make_checkpoint
from services.pinned import calendars_of, pack_of
from services.replay import Replay, Step, WithheldStep, replay
from services.sealed_texts import SealedState
from services.sight import hidden_from
from services.store import TrustLedger
from tests.plan.agreement import Trial
from tests.plan.world import ALDER, CEDAR, World

# Who takes cases away, and sees them differently.
TAKERS = ("trust-lead", "auditor", f"headteacher:{ALDER}", f"headteacher:{CEDAR}", "hr")
QUERY = """
query($id: ID!) {
  case(id: $id) {
    history(first: 100) {
      totalCount
      nodes { version position type recordedAt leafHash data actor { role sort person { id } onBehalfOf { id } }
              changes { field before after } knownBy { how since what person { id name } } }
    }
  }
}
"""


@lru_cache(maxsize=len(TAKERS))
def _taken(ledger: TrustLedger, cases: tuple[str, ...], seen: Visibility) -> dict[UUID, Replay]:
    found = {}
    for case_id in map(UUID, cases):
        try:
            found[case_id] = replay(ledger, seen, case_id, all_who_knew=True)
        except Refused:
            continue
    return found


def taken(world: World, role: str) -> dict[UUID, Replay]:
    """Every case that somebody in a role may take away, replayed."""
    kind, _, urn = role.partition(":")
    seen = visibility(world.trust_id, world.reader(role).person, Role(kind), urn or None)
    return _taken(world.ledger, tuple(world.story().cases()), seen)


def steps(found: Replay) -> list[Step]:
    return [step for step in found.steps if isinstance(step, Step)]


@pytest.mark.parametrize("role", TAKERS)
def test_each_step_says_of_its_event_what_the_api_says(trial: Trial, world: World, role: str) -> None:
    told: list[Any] = []
    for case_id, found in taken(world, role).items():
        reader = world.reader(role)
        answer = trial.client.ask(QUERY, role, reader.person, id=str(case_id))["case"]["history"]
        assert answer["totalCount"] == len(steps(found))
        for node, step in zip(answer["nodes"], steps(found), strict=False):
            told.append(step)
            assert {
                "version": step.version,
                "position": step.position,
                "type": step.type,
                "leafHash": step.leaf.hex(),
                "data": dict(step.told),
                "actor": {
                    "role": step.actor_role,
                    "sort": step.sort.value,
                    "person": {"id": str(step.actor.person_id)},
                    "onBehalfOf": None if step.on_behalf_of is None else {"id": str(step.on_behalf_of.person_id)},
                },
                "changes": [{"field": one.field, "before": one.before, "after": one.after} for one in step.changes],
            } == {name: value for name, value in node.items() if name not in ("knownBy", "recordedAt")}
            assert [
                {
                    "how": one.how.value,
                    "what": [kind.value for kind in one.what],
                    "id": str(one.person.person_id),
                }
                for one in step.knew
            ] == [{"how": one["how"], "what": one["what"], "id": one["person"]["id"]} for one in node["knownBy"]]
    assert len(told) > 20


@pytest.mark.parametrize("role", TAKERS)
def test_the_changes_lead_from_state_to_state_and_to_the_case_as_it_stands(world: World, role: str) -> None:
    withheld, every = 0, [UUID(one) for one in world.story().cases()]
    hidden = hidden_from(world.ledger, world.reader(role).person, every)
    for case_id, found in taken(world, role).items():
        state: dict[str, Any] = {}
        state_known = True
        for step in found.steps:
            if isinstance(step, WithheldStep):
                withheld += 1
                state_known = False
                continue
            if not state_known:
                # What a withheld event did shows in the state of the next alone: that the case was marked.
                before = _undone(step)
                assert {name for name in {*before, *state} if before.get(name) != state.get(name)} <= {"status", "mark"}
                state, state_known = before, True
            for change in step.changes:
                assert state.pop(change.field, None) == change.before
                if change.after is not None:
                    state[change.field] = change.after
            assert state == step.state
        case = world.ledger.load(case_id)
        assert isinstance(case, Case)
        document = case_document(case, pack_of(world.ledger, case), calendars_of(world.ledger, case))
        assert state == members(document_without(document, hidden))
    # Both are the subject of a case that others name.
    assert (withheld > 0) == (role in ("trust-lead", f"headteacher:{ALDER}"))


def _undone(step: Step) -> dict[str, Any]:
    """The state before a step, by its changes."""
    before = dict(step.state) | {one.field: one.before for one in step.changes}
    return {name: value for name, value in before.items() if value is not None}


@pytest.mark.parametrize("role", TAKERS[:2])
def test_every_case_is_written_in_every_form(world: World, role: str) -> None:
    checkpoint = make_checkpoint(world.ledger)
    for found in taken(world, role).values():
        states = {part.text.state for step in steps(found) for part in step.parts}
        assert role != "auditor" or states <= {SealedState.WITHHELD, SealedState.ERASED}
        for content in (
            replay_as_text(found).encode(),
            replay_as_csv(found),
            replay_as_json(found, Asked(all_who_knew=True), checkpoint),
        ):
            assert content.decode()
        assert replay_as_pdf(found, Asked(), checkpoint).startswith(b"%PDF-")
