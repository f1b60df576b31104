"""Who asks what is held about them, and who is erased: the one holds the other, and nothing of the request is left."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from services.access_commands import RefuseAccessRequest, StopAccessClock, WithdrawAccessRequest
from services.erasure_commands import ErasureRecorded
from services.scope import Caller
from tests.services.access import ON
from tests.services.access_worlds import ANSWER, REVIEW, World, everywhere, must, texts_in, unpacked, version_of
from tests.services.erasers import Eraser, code_of

# What was posted or complained of is sealed for the case, as others need to read it: it goes by redactions or with it.
UNDER_THE_KEY_OF_A_CASE = {"own-post", "own-complaint"}


def test_while_a_request_is_open_nothing_of_the_person_is_erased_and_then_its_words_go_too(
    world: World, eraser: Eraser, officer: Caller
) -> None:
    request = world.receive(world.pupil, officer, asked=world.word("asked"))
    must(
        world.give(
            StopAccessClock(
                command_id=uuid4(), request_id=request, cause="CLARIFICATION", stopped_on=ON, asked=world.word("stop")
            ),
            officer,
        )
    )

    assert code_of(eraser.ask(scope="PERSON", person=world.pupil)) == ("ON_HOLD", ())
    assert code_of(eraser.ask(scope="TRUST")) == ("ON_HOLD", ())

    refusal = RefuseAccessRequest(
        command_id=uuid4(), request_id=request, ground="EXCESSIVE", refused_on=ON, reason=world.word("refused")
    )
    must(world.give(refusal, officer))
    asked = eraser.ask(scope="PERSON", person=world.pupil)
    assert isinstance(asked, ErasureRecorded), asked
    eraser.approve(asked.erasure.id)
    done = eraser.carry_out(asked.erasure.id).done

    assert done.texts >= 3
    assert words_of(world, request) == {"ERASED"}


def test_what_was_erased_is_in_no_bundle_that_is_made_afterwards(world: World, eraser: Eraser, officer: Caller) -> None:
    first = world.receive(world.pupil, officer)
    case_id, version, part = version_of(world.made(first, REVIEW, officer), world.words["own-post"])
    must(world.give(WithdrawAccessRequest(command_id=uuid4(), request_id=first, withdrawn_on=ON), officer))
    eraser.erase(scope="PART", case_id=case_id, of_version=version, part=part)

    second = world.receive(world.pupil, officer)
    made = {form: world.made(second, form, officer, with_files=True) for form in (REVIEW, ANSWER)}

    assert {
        form: world.words["own-post"] in everywhere(unpacked(world.archived(one))) for form, one in made.items()
    } == {
        REVIEW: False,
        ANSWER: False,
    }
    assert all(world.words["own-account"] in texts_in(one) for one in made.values())


def test_of_somebody_who_was_erased_only_what_is_sealed_for_a_case_can_be_read(
    world: World, eraser: Eraser, officer: Caller
) -> None:
    about = {name: word for name, word in world.words.items() if name.startswith(("own", "pupil"))}
    eraser.erase(scope="PERSON", person=world.pupil)

    request = world.receive(world.pupil, officer)
    members = unpacked(world.archived(world.made(request, REVIEW, officer, with_files=True)))

    assert {name for name, word in about.items() if word in everywhere(members)} == UNDER_THE_KEY_OF_A_CASE


def words_of(world: World, request: Any) -> set[str]:
    """How the words of a request stand, whosever key seals them."""
    ledger = world.overseen.services.ledger
    owned = ledger.keys.keys_of_case(ledger.trust_id, request)
    states = ledger.keys.states(ledger.trust_id, owned.values())
    return {"ERASED" if state == "DESTROYED" else state for state in states.values()}
