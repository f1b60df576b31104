"""What a trust has signed, by which key, and who outside has it, as whoever sees proofs is told; and nobody else."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from ledger.anchoring.deposits import Deposit
from ledger.anchoring.folder import FolderSink
from services.anchoring import anchor_ledger
from services.checkpoints import make_checkpoint
from services.ledger_declarations import change_signing_key
from services.scope import system_caller
from services.store import TrustLedger
from tests.api.client import Client, Json
from tests.api.test_access import OPENING, an_input
from tests.api.two_trusts import somebody_of_b

LISTED = "{ ledger { checkpoints { totalCount nodes { size keyNumber note anchors { sink address state } } } } }"
SECRETS = ("caller", "pa55", "k3y", "m0re")
AUTHORITY = "rfc3161:https://caller:pa55@w0rd@authority.example/tsa?key=k3y#m0re"


class Authority:
    """A place whose name was written down with what should not stand in it."""

    name = AUTHORITY

    def deposit(self, _deposit: Deposit) -> bytes:
        return b"taken"


def ledger_of(client: Client) -> TrustLedger:
    return client.runtime.services(client.trust_id).ledger


def listed(client: Client, role: str = "auditor") -> Json:
    found: Json = client.ask(LISTED, role)["ledger"]["checkpoints"]
    return found


def record(client: Client) -> None:
    recorded = client.command("reportIncident", **an_input("ReportIncident", **OPENING["ReportIncident"]))
    assert recorded["__typename"] == "Recorded", recorded


def test_each_checkpoint_is_told_with_its_key_and_with_who_has_it(demo: Client, tmp_path: Path) -> None:
    folder, system = FolderSink(tmp_path), system_caller(demo.trust_id)
    first = anchor_ledger(ledger_of(demo), [folder])
    assert first is not None
    record(demo)
    later = anchor_ledger(ledger_of(demo), [Authority()])
    assert later is not None
    changed = change_signing_key(ledger_of(demo), system, cause="SCHEDULED", reason="Two years have passed.")

    told = listed(demo)

    def anchors(of_folder: str, of_authority: str) -> list[Json]:
        return [
            {"sink": "folder", "address": str(tmp_path), "state": of_folder},
            {"sink": "rfc3161", "address": "https://authority.example/tsa", "state": of_authority},
        ]

    assert [(one["size"], one["keyNumber"], one["anchors"]) for one in told["nodes"]] == [
        (changed.size, 2, anchors("WAITING", "WAITING")),
        (later.size, 1, anchors("WAITING", "RECEIVED")),
        (first.size, 1, anchors("RECEIVED", "COVERED")),
    ]
    assert told["totalCount"] == 3
    assert told["nodes"][0]["note"] == changed.note
    text = demo.send(LISTED, "auditor").text
    assert [one for one in SECRETS if one in text] == []


def test_who_sees_no_proofs_is_told_of_no_checkpoint_but_the_last(demo: Client) -> None:
    make_checkpoint(ledger_of(demo))

    for role in ("dashboard", "governor:900003", "staff:900003", "mis:900003", "hr", "clerk:900003"):
        ledger = demo.ask("{ ledger { checkpoint { size } checkpoints { totalCount } } }", role)["ledger"]
        assert ledger["checkpoint"] is not None
        assert (ledger["checkpoints"] is not None) == (role in ("hr", "clerk:900003")), role


def test_a_witness_is_refused_the_list(demo: Client) -> None:
    assert demo.refuse(LISTED, f"witness:{uuid4()}") == ["NOT_ALLOWED"]


def test_a_new_checkpoint_is_told_though_nothing_was_recorded_since_it_was_asked_for(demo: Client) -> None:
    record(demo)
    before = listed(demo)["totalCount"]

    make_checkpoint(ledger_of(demo))

    count = "{ ledger { checkpoints { totalCount } } }"
    assert demo.ask(count, "auditor")["ledger"]["checkpoints"]["totalCount"] == before + 1
    assert "etag" not in demo.send(count, "auditor").headers


def test_another_trusts_checkpoints_and_places_are_told_to_nobody_of_this_one(demo: Client, tmp_path: Path) -> None:
    of_b = somebody_of_b(demo)
    own = anchor_ledger(ledger_of(of_b), [FolderSink(tmp_path)])
    assert own is not None

    told = listed(of_b)

    assert [(one["size"], one["note"].split("\n")[0]) for one in told["nodes"]] == [
        (own.size, f"caseledger/{of_b.trust_id}")
    ]
    assert [one["address"] for one in told["nodes"][0]["anchors"]] == [str(tmp_path)]
    assert str(of_b.trust_id) not in demo.send(LISTED, "auditor").text


@pytest.mark.parametrize("after", ["nothing", "WyJyZWFkTG9nIiwzXQ"])
def test_a_cursor_of_nothing_or_of_another_list_is_refused(demo: Client, after: str) -> None:
    query = "query($after: String) { ledger { checkpoints(after: $after) { totalCount } } }"
    assert demo.refuse(query, "auditor", after=after) == ["INVALID_INPUT"]
