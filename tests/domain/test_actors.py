"""Whether a person or a program recorded an event."""

from __future__ import annotations

import pytest

from domain.actors import IMPORTING, ActorSort, sort_of
from domain.roles import Role
from domain.stored import stored_names


@pytest.mark.parametrize("role", list(Role))
def test_a_person_in_any_role_of_people_is_human(role: Role) -> None:
    expected = ActorSort.SYSTEM if role in (Role.SYSTEM, Role.MIS) else ActorSort.HUMAN
    assert sort_of(role.value, is_program=False, is_imported=False) is expected


def test_a_program_is_none_in_whichever_role_it_acts() -> None:
    assert sort_of("coordinator", is_program=True, is_imported=False) is ActorSort.SYSTEM


def test_what_was_imported_was_decided_by_nobody_here() -> None:
    assert sort_of("headteacher", is_program=False, is_imported=True) is ActorSort.SYSTEM


def test_the_events_that_note_an_import_are_stored_under_the_names_that_are_looked_for() -> None:
    assert set(IMPORTING) == {name for name in stored_names() if name.endswith(".imported.v1")}
