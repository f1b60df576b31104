"""Checkpoints are handed to every sink once, and one that fails keeps none of the others from theirs."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from ledger.anchoring.deposits import Deposit, NotDeposited
from ledger.anchoring.folder import FolderSink
from ledger.anchoring.witness import WitnessKey, WitnessSink
from ledger.database import Database
from services.anchoring import Anchored, anchor_ledger, receipts
from services.case_commands import AddAddendum
from services.checkpoint_signers import signer
from services.checkpoints import latest_checkpoint, make_checkpoint
from services.store import TrustLedger
from tests.ledger.anchoring_servers import Witness, answering
from tests.services.exported import a_case, exported, found
from tests.support.ledgers import Trust, open_ledger


class Failing:
    name = "failing"

    def __init__(self) -> None:
        self.asked: list[int] = []

    def deposit(self, deposit: Deposit) -> bytes:
        self.asked.append(deposit.size)
        raise NotDeposited("it is away")


def test_each_sink_gets_each_checkpoint_once(trust: Trust, tmp_path: Path) -> None:
    case_id = a_case(trust)
    folder, failing = FolderSink(tmp_path), Failing()

    first = anchor_ledger(trust.ledger, [failing, folder])
    again = anchor_ledger(trust.ledger, [failing, folder])
    trust.do(AddAddendum(command_id=uuid4(), case_id=case_id, text="More."))
    later = anchor_ledger(trust.ledger, [failing, folder])

    away = (("failing", "it is away"),)
    size = trust.ledger.head()[0]
    assert first == Anchored(size - 1, taken=(folder.name,), failed=away)
    assert again == Anchored(size - 1, had=(folder.name,), failed=away)
    assert later == Anchored(size, taken=(folder.name,), failed=away)
    assert failing.asked == [size - 1, size - 1, size]
    [newest] = receipts(trust.ledger)
    assert (newest.size, newest.sink) == (size, folder.name)
    assert folder.file_of(trust.trust_id, size).read_text() == latest_checkpoint(trust.ledger)
    kept = folder.file_of(trust.trust_id, size - 1).read_text()
    assert found(trust.ledger, exported(trust, case_id), kept) == "holds"


def test_a_witness_follows_a_ledger_as_it_grows(trust: Trust) -> None:
    case_id = a_case(trust)
    key = signer(trust.ledger).verifier_key
    witness = Witness("witness.example/one", {key.name: key.public})
    with answering(witness) as address:
        sink = WitnessSink(address, WitnessKey.parse(witness.key_line))
        for _ in range(3):
            anchored = anchor_ledger(trust.ledger, [sink])
            assert anchored is not None
            assert anchored.taken == (sink.name,)
            trust.do(AddAddendum(command_id=uuid4(), case_id=case_id, text="More."))
    assert witness.seen[key.name][0] == trust.ledger.head()[0] - 1


def test_an_empty_ledger_has_nothing_to_hand_out(database: Database, trust: Trust, tmp_path: Path) -> None:
    empty = TrustLedger(open_ledger(database, uuid4()), trust.ledger.keys)
    assert anchor_ledger(empty, [FolderSink(tmp_path)]) is None
    assert list(tmp_path.iterdir()) == []


def test_receipts_of_one_size_and_the_newest_of_each_sink(trust: Trust, tmp_path: Path) -> None:
    case_id = a_case(trust)
    one, two = (tmp_path / name for name in ("one", "two"))
    one.mkdir()
    two.mkdir()
    anchor_ledger(trust.ledger, [FolderSink(one), FolderSink(two)])
    size = make_checkpoint(trust.ledger).size
    trust.do(AddAddendum(command_id=uuid4(), case_id=case_id, text="More."))
    anchor_ledger(trust.ledger, [FolderSink(two)])

    assert [(found.size, found.sink) for found in receipts(trust.ledger)] == [
        (size, f"folder:{one}"),
        (size + 1, f"folder:{two}"),
    ]
    assert [found.sink for found in receipts(trust.ledger, size)] == [f"folder:{one}", f"folder:{two}"]
    assert receipts(trust.ledger, 1) == []
