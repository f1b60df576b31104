"""Erasures that were cut short come to the same end, and what was erased stays so after a restore."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.access import Role
from domain.erasure import ErasureState
from ledger.embedded import EmbeddedPostgres
from ledger.key_store import KeyDestroyedError, KeyOwner, KeyStore
from services import erasing, people
from services.checkpoints import make_checkpoint
from services.commands import Services
from services.erasing import carry_out_all
from services.erasing_again import ErasedAgain, erase_again
from services.erasures import list_erasures, see_erasure
from services.ledger_audit import audit_ledger
from services.ledger_declarations import begin_epoch
from services.read_log import ReadEntry, ReadWay, append_read
from services.scope import Caller, system_caller
from services.sealed_texts import SealedPlace, SealedState, open_texts
from tests.services.access import SCHOOL, Overseen
from tests.services.erasers import Eraser, item, name_of, person, texts_left, told
from tests.services.exported import a_case, exported, found
from tests.services.restoring import backup
from tests.support.evidence import Desk
from tests.support.ledgers import Trust
from tests.support.postgres import DatabaseUrls

STEPS = {
    "say_what_goes": erasing._Run,
    "destroy": KeyStore,
    "empty_texts": erasing,
    "remove_their_files": erasing,
    "forget": erasing,
    "complete": erasing._Run,
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_erasure_that_was_cut_short_is_brought_to_the_same_end(
    trust: Trust,
    overseen: Overseen,
    eraser: Eraser,
    desk: Desk,
    lead: Caller,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    moment: str,
) -> None:
    ada, case_id = person(overseen), a_case(trust)
    item(trust, case_id, ada)
    desk.keeps(lead, case_id)
    desk.keeps(lead, case_id, about=ada)
    asked = eraser.ask(scope="TRUST", authority="CONTRACT_ENDED")
    eraser.approve(asked.erasure.id)
    whole = getattr(STEPS[step], step)

    def cut(*given: Any, **named: Any) -> Any:
        if moment == "after":
            whole(*given, **named)
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(STEPS[step], step, cut)
        with pytest.raises(OSError):
            eraser.carry_out(asked.erasure.id)

    assert carry_out_all(eraser.services, eraser.store, backup_days=35) == (
        0 if (step, moment) == ("complete", "after") else 1
    )
    done: Any = eraser.services.ledger.load(asked.erasure.id)
    assert done.state is ErasureState.COMPLETED
    assert (done.done.keys, done.done.files) == (done.extent.keys, done.extent.files)
    assert texts_left(trust) == []
    assert list(eraser.store.stored(lead.trust_id)) == []
    assert name_of(eraser, ada) == "ERASED"
    keys = [one["key"] for one in told(trust, "erasure.key_destroyed.v1")]
    assert len(keys) == len(set(keys)) == done.extent.keys
    assert audit_ledger(trust.ledger) is None


def test_what_was_destroyed_stays_so_in_every_process(overseen: Overseen, eraser: Eraser) -> None:
    case_id = overseen.incident(summary="Words.")
    owner = KeyOwner(case_id)
    key_id = eraser.services.keys.keys_of_case(eraser.lead.trust_id, case_id)[owner]

    eraser.erase(scope="CASE", case_id=case_id)

    assert eraser.services.keys.open(eraser.lead.trust_id, [key_id]) == {key_id: None}
    with pytest.raises(KeyDestroyedError):
        eraser.services.keys.keys_for(eraser.lead.trust_id, [owner])
    assert eraser.services.keys.keys_of_case(eraser.lead.trust_id, case_id) == {owner: key_id}


def test_who_took_copies_is_named_to_be_told(trust: Trust, eraser: Eraser, dpo: Caller) -> None:
    case_id, other = a_case(trust), a_case(trust)
    head = replace(trust.caller(Role.HEADTEACHER, SCHOOL), client="mis")
    for caller, opened in ((trust.lead, case_id), (head, case_id), (head, case_id), (head, other)):
        append_read(trust.ledger, ReadEntry(caller, ReadWay.EXPORT, "executed", opened=frozenset((str(opened),))))
    append_read(trust.ledger, ReadEntry(dpo, ReadWay.QUERY, "executed", opened=frozenset((str(case_id),))))

    seen = see_erasure(eraser.services, dpo, eraser.ask(scope="CASE", case_id=case_id).erasure.id)

    assert seen.remaining == seen.erasure.extent
    assert [(one.person, one.role, one.client, one.copies) for one in seen.recipients] == [
        (head.person_id, "headteacher", "mis", 2),
        (trust.lead.person_id, "trust-lead", None, 1),
    ]


def test_erasures_are_followed_from_position_to_position(overseen: Overseen, eraser: Eraser, dpo: Caller) -> None:
    first = eraser.erase(scope="CASE", case_id=overseen.incident(summary="Words."))
    [seen] = list_erasures(eraser.services, dpo).erasures
    second = eraser.ask(scope="CASE", case_id=overseen.incident(summary="Others."))

    assert (seen.erasure.id, seen.erasure.state) == (first.id, ErasureState.COMPLETED)
    later = list_erasures(eraser.services, dpo, after=seen.position)
    assert [one.erasure.id for one in later.erasures] == [second.erasure.id]
    assert list_erasures(eraser.services, dpo, after=later.position).erasures == []


# --- after a restore


def test_a_restore_brings_back_nothing_that_was_erased(
    trust: Trust,
    overseen: Overseen,
    eraser: Eraser,
    desk: Desk,
    lead: Caller,
    postgres: EmbeddedPostgres,
    database_urls: DatabaseUrls,
) -> None:
    ada, cases = person(overseen), [a_case(trust), a_case(trust), a_case(trust)]
    item(trust, cases[0], ada)
    desk.keeps(lead, cases[0], about=ada)
    make_checkpoint(trust.ledger)
    with backup(postgres, database_urls, trust.ledger) as [restored]:
        eraser.erase(scope="PERSON", person=ada)
        eraser.erase(scope="CASE", case_id=cases[2])
        eraser.erase(by=lead, scope="PART", case_id=cases[1], of_version=1, part="summary")
        lost = make_checkpoint(trust.ledger)
        over = Services(restored, overseen.services.now)

        # Texts stay closed though no event says why; the name and the single text are back.
        assert audit_ledger(restored) is not None
        system = system_caller(trust.trust_id)
        begin_epoch(restored, system, cause="RESTORED_FROM_BACKUP", reason="A disk failed.", known=[lost.note])

        assert erase_again(over, eraser.store) == ErasedAgain(keys=3, texts=1, files=1, people=1)

        assert people.names(restored.trust, lead.visibility, [ada])[ada].state.value == "ERASED"
        places = [SealedPlace(cases[0], 4, "handle"), SealedPlace(cases[1], 1, "summary")]
        found_texts = open_texts(restored, lead.visibility, places)
        assert [found_texts[one].state for one in places] == [SealedState.ERASED, SealedState.ERASED]
        assert audit_ledger(restored) is None
        bundles = [exported(trust, case_id, restored) for case_id in cases]
        assert [found(restored, bundle) for bundle in bundles] == ["holds"] * 3
        assert [restored.load(one).is_erased_whole for one in cases] == [False, False, True]  # type: ignore[union-attr]  # they are there
        assert erase_again(over, eraser.store) == ErasedAgain(0, 0, 0, 0)


def test_where_nothing_was_lost_nothing_is_erased_again(trust: Trust, overseen: Overseen, eraser: Eraser) -> None:
    ada = person(overseen)
    item(trust, overseen.incident(summary="Words."), ada)
    eraser.erase(scope="PERSON", person=ada)
    before = trust.ledger.head()

    assert erase_again(overseen.services, eraser.store) == ErasedAgain(0, 0, 0, 0)
    assert trust.ledger.head() == before
