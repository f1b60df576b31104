"""What verifiers get over HTTP, checked with nothing but the standard library and the formats' text."""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.verify import verify
from tests.api.client import Client
from tests.ledger.anchoring_servers import consistent


def get(demo: Client, path: str, **parameters: Any) -> Any:
    answer = demo.http.get(f"/v1/ledger/{path}", params=parameters, headers=demo.headers("auditor"))
    assert answer.status_code == 200, answer.text
    return answer


def note_of(text: str, key_line: str) -> tuple[str, int, bytes]:
    """Read a signed note as c2sp.org/signed-note says, and check its signature; origin, size and root."""
    name, key_id, encoded = key_line.split("+", 2)
    public = base64.b64decode(encoded)
    assert sha256(name.encode() + b"\n" + public).digest()[:4].hex() == key_id
    assert public[:1] == b"\x01"
    body, _, below = text.rpartition("\n\n")
    body += "\n"
    [line] = below.splitlines()
    dash, signer, signature = line.split(" ")
    assert (dash, signer) == ("—", name)
    decoded = base64.b64decode(signature)
    assert decoded[:4].hex() == key_id
    Ed25519PublicKey.from_public_bytes(public[1:]).verify(decoded[4:], body.encode())
    origin, size, root, *_ = body.split("\n")
    return origin, int(size), base64.b64decode(root)


def root_from_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """RFC 9162, 2.1.3.2, as it is written there."""
    first, second, computed = index, size - 1, leaf
    for node in path:
        assert second
        if first & 1 or first == second:
            computed = sha256(b"\x01" + node + computed).digest()
            while not first & 1 and first:
                first >>= 1
                second >>= 1
        else:
            computed = sha256(b"\x01" + computed + node).digest()
        first >>= 1
        second >>= 1
    assert second == 0
    return computed


@pytest.fixture(scope="module")
def made(demo: Client) -> dict[str, Any]:
    answer = demo.http.post("/v1/ledger/checkpoints", headers=demo.headers("auditor"))
    assert answer.status_code == 200
    return dict(answer.json())


def test_the_latest_checkpoint_is_a_note_that_the_trusts_key_signed(demo: Client, made: dict[str, Any]) -> None:
    origin, size, _ = note_of(made["note"], made["publicKey"])

    assert (origin, size) == (f"caseledger/{demo.trust_id}", made["size"])
    assert made["size"] == demo.ask("{ ledger { position } }")["ledger"]["position"]
    latest = get(demo, "checkpoint")
    assert (latest.text, latest.headers["content-type"]) == (made["note"], "text/plain; charset=utf-8")


def test_any_event_is_proven_in_any_size_and_any_size_continues_any_smaller(demo: Client, made: dict[str, Any]) -> None:
    size = made["size"]
    _, _, root = note_of(made["note"], made["publicKey"])
    for position in (1, 2, size // 3, size - 1, size):
        proof = get(demo, "proofs/inclusion", position=position).json()
        path = [bytes.fromhex(one) for one in proof["hashes"]]
        assert (proof["position"], proof["size"], proof["root"]) == (position, size, root.hex())
        assert root_from_path(bytes.fromhex(proof["leafHash"]), position - 1, size, path) == root
    for smaller in (1, 2, size // 2, size - 1, size):
        note = get(demo, f"checkpoints/{smaller}").text
        _, of_size, old_root = note_of(note, made["publicKey"])
        proof = get(demo, "proofs/consistency", **{"from": smaller}).json()
        path = [bytes.fromhex(one) for one in proof["hashes"]]
        assert (of_size, proof["fromRoot"], proof["toRoot"]) == (smaller, old_root.hex(), root.hex())
        assert consistent(smaller, old_root, size, root, path)
        earlier = get(demo, "proofs/inclusion", position=1, size=smaller).json()
        path = [bytes.fromhex(one) for one in earlier["hashes"]]
        assert root_from_path(bytes.fromhex(earlier["leafHash"]), 0, smaller, path) == old_root


def test_the_hashes_of_the_tree_lead_to_its_root(demo: Client, made: dict[str, Any]) -> None:
    size = made["size"]
    assert size > 256
    leaves = b"".join(
        get(demo, f"tile/0/{number:03}" + ("" if (number + 1) * 256 <= size else f".p/{size % 256}")).content
        for number in range((size + 255) // 256)
    )
    level = [leaves[at : at + 32] for at in range(0, len(leaves), 32)]
    assert len(level) == size
    while len(level) > 1:
        pairs = [sha256(b"\x01" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    assert level[0] == note_of(made["note"], made["publicKey"])[2]
    first = [leaves[at : at + 32] for at in range(0, 256 * 32, 32)]
    while len(first) > 1:
        first = [sha256(b"\x01" + first[at] + first[at + 1]).digest() for at in range(0, len(first), 2)]
    assert get(demo, "tile/1/000.p/1").content == first[0]


@pytest.mark.parametrize(
    ("path", "parameters", "status", "fields"),
    [
        ("proofs/inclusion", {}, 400, ["position"]),
        ("proofs/inclusion", {"position": "0"}, 400, ["position"]),
        ("proofs/inclusion", {"position": "9999999"}, 404, ["position"]),
        ("proofs/inclusion", {"position": "1", "size": "9999999"}, 404, ["size"]),
        ("proofs/inclusion", {"position": "7", "size": "6"}, 404, ["position"]),
        ("proofs/consistency", {"from": "-1"}, 400, ["from"]),
        ("proofs/consistency", {"from": "3", "to": "2"}, 404, ["from"]),
        ("checkpoints/9999999", {}, 404, ["size"]),
        ("checkpoints/01", {}, 404, ["size"]),
        ("tile/0/999", {}, 404, ["tile"]),
        ("tile/0/000.p/257", {}, 404, ["tile"]),
        ("tile/9/000.p/1", {}, 404, ["tile"]),
        ("tile/\N{SUPERSCRIPT TWO}/000.p/1", {}, 404, ["tile"]),
        ("tile/00/000.p/1", {}, 404, ["tile"]),
        ("period", {"since": "0001-01-01T00:00:00+23:59", "until": "2026-09-02T00:00:00Z"}, 400, ["since"]),
        ("tile/0/0000", {}, 404, ["tile"]),
        ("period", {"since": "2026-09-01T00:00:00Z"}, 400, ["until"]),
        ("period", {"since": "2026-09-01", "until": "2026-09-02T00:00:00Z"}, 400, ["since"]),
        ("period", {"since": "2026-09-02T00:00:00Z", "until": "2026-09-01T00:00:00Z"}, 400, ["until"]),
    ],
)
def test_what_there_is_not_is_named(
    demo: Client, path: str, parameters: dict[str, str], status: int, fields: list[str]
) -> None:
    answer = demo.http.get(f"/v1/ledger/{path}", params=parameters, headers=demo.headers("auditor"))

    assert (answer.status_code, answer.json()["fields"]) == (status, fields)


def test_a_period_is_taken_away_and_verifies_and_is_recorded_as_read(demo: Client, made: dict[str, Any]) -> None:
    period = {"since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00+01:00", "continues": 5}
    answer = get(demo, "period", **period)

    known = get(demo, "checkpoints/5").text
    report = verify(answer.content, known_checkpoint=known)
    assert report.ok, report.first_failure
    found = json.loads(answer.content)
    assert len(found["events"]) == made["size"]
    assert answer.headers["content-disposition"] == 'attachment; filename="period-2020-01-01-2099-12-31.bundle.json"'
    reads = demo.ask("{ readLog(first: 1) { nodes { what role } } }", "auditor")["readLog"]["nodes"]
    assert reads[0]["role"] == "auditor"
    assert "EXPORT" in reads[0]["what"]
