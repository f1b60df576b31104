"""Sinks: each takes a checkpoint, gives a receipt that can be checked without us, and says why when it does not."""

from __future__ import annotations

import email
import json
import socket
from collections.abc import Callable, Iterator
from email import policy
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
import pytest
from aiosmtpd.controller import Controller
from moto.server import ThreadedMotoServer

from ledger import tree
from ledger.anchoring.deposits import Deposit, NotDeposited
from ledger.anchoring.folder import FolderSink
from ledger.anchoring.mail import MailServer, MailSink
from ledger.anchoring.object_lock import ObjectLockSink
from ledger.anchoring.timestamp import TimestampSink, verify_timestamp
from ledger.anchoring.witness import WitnessKey, WitnessSink, verify_cosignature
from ledger.checkpoint import CheckpointError
from ledger.verify import verify
from tests.ledger.anchoring_servers import Authority, Witness, answering
from tests.ledger.genuine_case import CONTENT, KEY, LEDGER
from tests.ledger.small_ledger import school_week


def deposit(size: int = 14, ledger: Any = LEDGER) -> Deposit:
    def consistency(known: int) -> list[bytes]:
        return tree.consistency_proof(known, ledger.leaves(size))

    return Deposit(ledger.trust, size, ledger.checkpoint(size), consistency)


def test_a_folder_keeps_each_note_once_and_no_other_of_its_size(tmp_path: Path) -> None:
    sink = FolderSink(tmp_path)

    first, again = sink.deposit(deposit(9)), sink.deposit(deposit(9))
    sink.deposit(deposit(14))

    file = tmp_path / str(LEDGER.trust) / "0000000000000009.note"
    assert first == again
    assert json.loads(first) == {
        "file": f"{LEDGER.trust}/0000000000000009.note",
        "sha256": sha256(file.read_bytes()).hexdigest(),
    }
    assert sorted(one.name for one in file.parent.iterdir()) == ["0000000000000009.note", "0000000000000014.note"]
    assert verify(CONTENT, public_key=KEY, known_checkpoint=file.read_text()).ok
    file.write_text(LEDGER.checkpoint(3))
    with pytest.raises(NotDeposited, match="holds another checkpoint of this size"):
        sink.deposit(deposit(9))


def test_a_folder_that_is_away_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(NotDeposited, match="FileNotFoundError"):
        FolderSink(tmp_path / "share").deposit(deposit())


class Received:
    """A mailbox that says yes, or not."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        if self.answer.startswith("250"):
            self.messages.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return self.answer


@pytest.fixture
def mailbox() -> Iterator[tuple[Received, str]]:
    received = Received()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(received, hostname="127.0.0.1", port=port)
    controller.start()
    yield received, f"smtp://127.0.0.1:{port}"
    controller.stop()


def test_a_checkpoint_comes_by_mail_as_a_file_and_holds_nothing_else(mailbox: tuple[Received, str]) -> None:
    received, address = mailbox
    sink = MailSink("dpo@trust.example", "ledger@trust.example", MailServer(address, plain=True))

    receipt = json.loads(sink.deposit(deposit()))

    [message] = received.messages
    [attached] = message.iter_attachments()
    assert (message["To"], message["From"]) == ("dpo@trust.example", "ledger@trust.example")
    assert message["Message-ID"] == receipt["message_id"]
    assert attached.get_content() == LEDGER.checkpoint().encode()
    assert sha256(LEDGER.checkpoint().encode()).hexdigest() == receipt["sha256"]
    assert "dpo@" not in sink.name


def test_mail_that_is_not_taken_is_no_receipt(mailbox: tuple[Received, str]) -> None:
    received, address = mailbox
    received.answer = "550 no such mailbox"
    with pytest.raises(NotDeposited, match="did not take it: SMTPDataError"):
        MailSink("dpo@trust.example", "l@trust.example", MailServer(address, plain=True)).deposit(deposit())
    # A server elsewhere has to offer TLS.
    with pytest.raises(NotDeposited, match="did not take it: SMTPNotSupportedError"):
        MailSink("dpo@trust.example", "l@trust.example", MailServer(address)).deposit(deposit())
    assert received.messages == []


@pytest.fixture(scope="module")
def storage() -> Iterator[Any]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield boto3.client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        region_name="eu-west-2",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    server.stop()


def test_an_object_under_lock_cannot_be_deleted_before_its_day(storage: Any) -> None:
    place = {"LocationConstraint": "eu-west-2"}
    storage.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True, CreateBucketConfiguration=place)
    sink = ObjectLockSink(storage, "locked", "checkpoints", 30)

    receipt = json.loads(sink.deposit(deposit()))

    found = storage.get_object(Bucket="locked", Key=receipt["key"], VersionId=receipt["version"])
    assert found["Body"].read().decode() == LEDGER.checkpoint()
    assert found["ObjectLockMode"] == "COMPLIANCE"
    with pytest.raises(storage.exceptions.ClientError, match="AccessDenied"):
        storage.delete_object(Bucket="locked", Key=receipt["key"], VersionId=receipt["version"])


def test_a_bucket_that_locks_nothing_gives_no_receipt(storage: Any) -> None:
    storage.create_bucket(Bucket="unlocked", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    for bucket in ("unlocked", "not-there"):
        with pytest.raises(NotDeposited, match=f"s3://{bucket} d(id|oes) not"):
            ObjectLockSink(storage, bucket, "", 30).deposit(deposit())


def test_a_time_stamp_says_that_the_note_was_there_and_holds_for_it_alone() -> None:
    authority = Authority()
    with answering(authority) as address:
        receipt = TimestampSink(address, [authority.root]).deposit(deposit())

    assert verify_timestamp(receipt, LEDGER.checkpoint(), [authority.root]) == "2026-11-22T12:00:00+00:00"
    for note, roots in ((LEDGER.checkpoint(9), [authority.root]), (LEDGER.checkpoint(), [Authority().root])):
        with pytest.raises(Exception, match=r".+"):
            verify_timestamp(receipt, note, roots)


def test_a_time_stamp_of_another_question_or_of_nobody_known_is_no_receipt() -> None:
    authority = Authority()
    authority.nonce_offset = 1
    with answering(authority) as address, pytest.raises(NotDeposited, match="answered another question"):
        TimestampSink(address, [authority.root]).deposit(deposit())
    authority.nonce_offset = 0
    with answering(authority) as address, pytest.raises(NotDeposited, match="gave no time stamp that leads"):
        TimestampSink(address, [Authority().root]).deposit(deposit())
    for status, content, said in ((503, b"", "status 503"), (200, b"nonsense", "gave no time stamp")):
        with answering(always(status, content)) as address, pytest.raises(NotDeposited, match=said):
            TimestampSink(address, [authority.root]).deposit(deposit())


def always(status: int, content: bytes) -> Callable[[str, bytes], tuple[int, str, bytes]]:
    return lambda _path, _content: (status, "text/plain", content)


def a_witness() -> Witness:
    return Witness("witness.example/one", {KEY.name: KEY.public})


def test_a_witness_signs_what_continues_all_that_it_has_seen() -> None:
    witness = a_witness()
    key = WitnessKey.parse(witness.key_line)
    with answering(witness) as address:
        sink = WitnessSink(address, key)
        for size in (3, 3, 9, 14):
            receipt = sink.deposit(deposit(size)).decode()

            assert receipt.startswith(LEDGER.checkpoint(size))
            assert verify_cosignature(receipt, key) > 0
            assert witness.seen[KEY.name][0] == size
    # A note with more signatures than the trust's is one that its reader may have kept.
    assert verify(CONTENT, public_key=KEY, known_checkpoint=receipt).ok
    with pytest.raises(CheckpointError):
        verify_cosignature(LEDGER.checkpoint(), key)
    with pytest.raises(CheckpointError):
        verify_cosignature(receipt.replace("\n14\n", "\n13\n"), key)


def test_a_witness_refuses_another_past_and_one_that_is_shorter() -> None:
    witness = a_witness()
    forged = school_week()
    forged.recorded, forged.bodies = [], []
    for body in LEDGER.bodies:
        forged.add(body if body.version > 1 or "incident" not in body.type else _with_other(body))
    with answering(witness) as address:
        sink = WitnessSink(address, WitnessKey.parse(witness.key_line))
        sink.deposit(deposit(9))

        with pytest.raises(NotDeposited, match="this ledger does not continue the one that it has seen"):
            sink.deposit(deposit(14, forged))
        with pytest.raises(NotDeposited, match="has seen 9 events of this ledger, which has 3"):
            sink.deposit(deposit(3))
        assert witness.seen[KEY.name][0] == 9


def _with_other(body: Any) -> Any:

    return body._replace(data={**body.data, "altered": True})


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((404, b""), "answered with status 404"),
        ((409, b"many"), "does not say which size it knows"),
        ((200, b"\xff"), "gave no signature that holds"),
        ((200, "— witness.example/one AAAAAAAA\n".encode()), "gave no signature that holds"),
        ((200, b"x" * 1_000_001), "the answer is too long"),
    ],
)
def test_a_witness_that_answers_otherwise_gives_no_receipt(answer: tuple[int, bytes], said: str) -> None:
    with answering(always(*answer)) as address, pytest.raises(NotDeposited, match=said):
        WitnessSink(address, WitnessKey.parse(a_witness().key_line)).deposit(deposit())


def test_a_server_that_is_not_there_is_said_so() -> None:
    with answering(lambda _path, _content: (200, "", b"")) as address:
        pass
    with pytest.raises(NotDeposited, match="there was no answer: ConnectError"):
        WitnessSink(address, WitnessKey.parse(a_witness().key_line)).deposit(deposit())


def test_a_key_that_is_none_of_a_witness_is_refused() -> None:
    for text in ("", "a+b", KEY.text, a_witness().key_line[:-4] + "AAA="):
        with pytest.raises(ValueError, match="the key of a witness"):
            WitnessKey.parse(text)
