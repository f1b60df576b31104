"""Another key signs from a day on: what the former signed still holds, and who knows it comes to trust the next."""

from __future__ import annotations

import dataclasses
from uuid import uuid4

import pytest

from domain.access import Role
from domain.ledger_register import SameKey
from domain.refusals import Refused
from ledger.bundle import Bundle
from ledger.bundle_parsing import parse
from ledger.checkpoint import VerifierKey
from ledger.key_store import KeyDestroyedError
from ledger.verify import verify
from services.case_commands import AddAddendum
from services.checkpoint_signers import ledger_register, private_key, signer
from services.checkpoints import make_checkpoint
from services.ledger_declarations import change_signing_key
from services.read_log import ReadEntry, ReadWay, append_read, audit_reads, make_read_checkpoint
from services.scope import system_caller
from tests.services.exported import a_case, exported, found
from tests.support.ledgers import Trust


def change_key(trust: Trust, cause: str = "SCHEDULED") -> VerifierKey:
    change_signing_key(trust.ledger, system_caller(trust.trust_id), cause=cause, reason="Two years have passed.")
    return signer(trust.ledger).verifier_key


def check(bundle: bytes, key: VerifierKey, known: str | None = None) -> str:
    report = verify(bundle, public_key=key, known_checkpoint=known)
    return "holds" if report.first_failure is None else str(report.first_failure)


def test_who_knows_a_former_key_follows_it_to_the_one_that_signs(trust: Trust) -> None:
    # given
    case_id = a_case(trust)
    first = signer(trust.ledger).verifier_key
    kept = make_checkpoint(trust.ledger)

    # when
    second, third = change_key(trust), change_key(trust, "STAFF_CHANGE")
    trust.do(AddAddendum(command_id=uuid4(), case_id=case_id, text="Later."))
    bundle = exported(trust, case_id, since=kept.size)

    # then
    assert len({first, second, third}) == 3
    assert [check(bundle, key) for key in (first, second, third)] == ["holds"] * 3
    assert check(bundle, first, kept.note) == "holds"
    # Who relies on a later key has no reason to believe what the first one signed.
    assert check(bundle, second, kept.note) == "known checkpoint: note is not signed with this public key"
    report = verify(bundle, public_key=first, known_checkpoint=kept.note)
    assert [one.found for one in report.checks[1:4]] == [
        f"another than the one that was given, to be followed from it: {third.text}",
        f"signed by {third.name} over {make_checkpoint(trust.ledger).size} events",
        "2 key(s) followed; the ledger is in epoch 1",
    ]


def test_the_former_key_is_destroyed_once_it_has_handed_over(trust: Trust) -> None:
    a_case(trust)
    first = signer(trust.ledger).verifier_key
    change_key(trust)

    trust.ledger.keys.forget(trust.trust_id)
    with pytest.raises(KeyDestroyedError):
        private_key(trust.ledger, 1)
    register = ledger_register(trust.ledger)
    assert register is not None
    assert (register.key_number, register.former_keys) == (2, (first.public.hex(),))


def test_a_key_that_no_former_key_vouches_for_is_refused(trust: Trust) -> None:
    case_id = a_case(trust)
    first = signer(trust.ledger).verifier_key
    change_key(trust)
    trust.do(AddAddendum(command_id=uuid4(), case_id=case_id, text="Later."))
    bundle = parse(exported(trust, case_id))
    assert isinstance(bundle, Bundle)

    without = dataclasses.replace(bundle, handovers=())
    unproven = dataclasses.replace(bundle, consistency=())
    foreign = dataclasses.replace(bundle, handovers=(bundle.checkpoint,))
    for forged in (without, unproven, foreign):
        assert check(forged.encode(), first).startswith("handovers: none of the key before shows that it knew of its")
    undeclared = dataclasses.replace(bundle, declarations=(), handovers=())
    assert check(undeclared.encode(), first) == "public_key: is not the key that was given"
    cut = dataclasses.replace(bundle, declarations=bundle.declarations[:1])
    assert check(cut.encode(), first) == "public_key: is not the one that the declarations end with"
    other = dataclasses.replace(bundle, declarations=bundle.declarations[1:])
    assert check(other.encode(), first) == (
        f"declaration 1 (position {bundle.declarations[1].position}): does not follow from the declaration before"
    )


def test_what_the_former_key_signed_is_continued_and_the_log_of_reads_too(trust: Trust) -> None:
    case_id = a_case(trust)
    append_read(trust.ledger, ReadEntry(trust.lead, ReadWay.QUERY, "executed", opened=frozenset({str(case_id)})))
    kept = make_read_checkpoint(trust.ledger)
    assert kept is not None
    change_key(trust)
    append_read(trust.ledger, ReadEntry(trust.lead, ReadWay.QUERY, "executed", opened=frozenset({str(case_id)})))
    later = make_read_checkpoint(trust.ledger)
    assert later is not None

    assert audit_reads(trust.ledger, [kept, later]) is None
    assert found(trust.ledger, exported(trust, case_id)) == "holds"


def test_only_the_program_itself_declares_and_it_says_why(trust: Trust) -> None:
    a_case(trust)
    for caller in (trust.lead, trust.caller(Role.ADMIN), trust.caller(Role.DPO)):
        with pytest.raises(Refused) as refused:
            change_signing_key(trust.ledger, caller, cause="SCHEDULED", reason="Because.")
        assert refused.value.code == "NOT_ALLOWED"
    system = system_caller(trust.trust_id)
    for cause, reason, field in (("SCHEDULED", " ", "reason"), ("WHIM", "Because.", "cause")):
        with pytest.raises(Refused) as refused:
            change_signing_key(trust.ledger, system, cause=cause, reason=reason)
        assert refused.value.fields == (field,)
    register = ledger_register(trust.ledger)
    assert register is None


def test_the_key_that_signs_is_not_its_own_successor(trust: Trust) -> None:
    a_case(trust)
    change_key(trust)
    register = ledger_register(trust.ledger)
    assert register is not None
    for key in (register.signed_by, *register.former_keys):
        with pytest.raises(SameKey):
            register.change_key(present=key, cause="SCHEDULED")
