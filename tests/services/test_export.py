"""A case leaves the house with all that is needed to check it: complete, continued from earlier checkpoints, sealed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from domain.access import Role
from domain.refusals import Refused
from ledger.checkpoint import verify as verify_note
from ledger.verify import verify
from services.case_commands import AddAddendum
from services.checkpoint_signers import signer
from services.checkpoints import LedgerEmptyError, latest_checkpoint, make_checkpoint
from services.export import export_case
from services.store import TrustLedger
from tests.services.exported import a_case, parts
from tests.support.ledgers import Trust, open_ledger


def test_a_bundle_opens_what_the_reader_may_open_and_verifies(trust: Trust) -> None:
    case_id = a_case(trust)
    a_case(trust)
    for reader, opened in ((trust.lead, True), (trust.caller(Role.AUDITOR), False)):
        bundle = export_case(trust.ledger, reader.visibility, case_id)
        report = verify(bundle, public_key=signer(trust.ledger).verifier_key)
        assert report.ok, report.first_failure
        assert {"text" in part for part in parts(bundle)} == {opened}
        assert (b"bully" in bundle) == opened


def test_a_bundle_without_its_last_event_is_refused(trust: Trust) -> None:
    case_id = a_case(trust)
    content = json.loads(export_case(trust.ledger, trust.lead.visibility, case_id))
    content["events"].pop()
    cut = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    report = verify(cut)
    assert not report.ok
    assert report.first_failure is not None


def test_a_bundle_continues_the_checkpoints_kept_before(trust: Trust) -> None:
    case_id = a_case(trust)
    kept = [make_checkpoint(trust.ledger).note]
    trust.do(AddAddendum(command_id=uuid4(), case_id=case_id, text="More."))
    kept.append(make_checkpoint(trust.ledger).note)
    assert latest_checkpoint(trust.ledger) == kept[-1]
    a_case(trust)
    bundle = export_case(trust.ledger, trust.lead.visibility, case_id)
    for note in kept:
        report = verify(bundle, public_key=signer(trust.ledger).verifier_key, known_checkpoint=note)
        assert report.ok, report.first_failure


def test_the_same_size_has_one_note_and_one_signer(trust: Trust) -> None:
    a_case(trust)
    first, again = make_checkpoint(trust.ledger), make_checkpoint(trust.ledger)
    assert first.note == again.note
    trust.ledger.keys.forget(trust.trust_id)
    checkpoint = verify_note(first.note, signer(trust.ledger).verifier_key)
    assert checkpoint.size == trust.ledger.head()[0] == first.size


def test_a_case_outside_ones_sight_is_not_exported(trust: Trust) -> None:
    case_id = a_case(trust)
    for caller, wanted in ((trust.caller(Role.HEADTEACHER, "900002"), case_id), (trust.lead, uuid4())):
        with pytest.raises(Refused) as refusal:
            export_case(trust.ledger, caller.visibility, wanted)
        assert refusal.value.code == "NOT_FOUND"


def test_a_key_that_is_gone_without_an_event_is_never_called_erased(trust: Trust) -> None:
    case_id = a_case(trust)
    for key_id in trust.ledger.keys.keys_of_case(trust.trust_id, case_id).values():
        trust.ledger.keys.destroy(trust.trust_id, key_id, reason="a mishap", authority="nobody")
    bundle = export_case(trust.ledger, trust.lead.visibility, case_id)
    assert {part.get("state") for part in parts(bundle)} == {"WITHHELD"}
    assert verify(bundle).ok


def test_an_empty_ledger_has_no_checkpoint(trust: Trust, database: Any, tmp_path: Path) -> None:
    empty = TrustLedger(open_ledger(database, uuid4()), trust.ledger.keys)
    with pytest.raises(LedgerEmptyError):
        make_checkpoint(empty)
    assert latest_checkpoint(empty) is None
