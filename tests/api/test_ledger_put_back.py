"""A server whose ledger was put back to an earlier state: it says so, and serves again once that is declared."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from api.anchoring import AnchorThread, refuse_put_back
from api.health import Readiness
from ledger.stored_tree import LedgerContradiction
from tests.api.client import Client
from tests.api.verbs import Run, verbs
from tests.support.postgres import DatabaseUrls


@pytest.fixture
def run(
    demo: Client, database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    yield from verbs(demo, database_urls, monkeypatch, capfd)


def test_a_ledger_that_was_put_back_is_not_served_until_that_is_declared(
    run: Run, demo: Client, database_urls: DatabaseUrls
) -> None:
    run("checkpoint")
    with psycopg.connect(database_urls.admin_main) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("DELETE FROM event WHERE trust_id = %s AND position > 100", (demo.trust_id,))
        admin.execute("DELETE FROM checkpoint WHERE trust_id = %s", (demo.trust_id,))
        admin.execute("DELETE FROM checkpoint_handover WHERE trust_id = %s", (demo.trust_id,))
        admin.execute("DELETE FROM ledger_tile WHERE trust_id = %s", (demo.trust_id,))
        admin.execute("DELETE FROM stream_head WHERE trust_id = %s", (demo.trust_id,))
        admin.execute("UPDATE ledger_kept SET size = 0 WHERE trust_id = %s", (demo.trust_id,))
        admin.execute(
            "UPDATE ledger_head h SET position = 100, recorded_at = e.recorded_at FROM event e"
            " WHERE h.trust_id = %s AND e.trust_id = h.trust_id AND e.position = 100",
            (demo.trust_id,),
        )

    status, out, _ = run("check")
    assert status == 1
    assert f"WRONG the ledger of trust {demo.trust_id}: the ledger was known to reach position" in out
    with pytest.raises(LedgerContradiction, match="nothing is signed"):
        refuse_put_back(demo.runtime)
    status, _, said = run("serve", "--port", "0")
    assert status == 1
    assert said.splitlines()[-1].startswith(f"caseledger serve: trust {demo.trust_id}: the ledger was known to reach")
    thread = AnchorThread(demo.runtime, [])
    thread.one_round()
    assert thread.contradicted == {demo.trust_id}
    report = Readiness(demo.runtime, anchoring=thread).report()
    assert (report.ready, report.checks["ledger"]) == (False, "contradicts what was signed")
    answer = demo.http.post("/v1/ledger/checkpoints", headers=demo.headers("auditor"))
    assert (answer.status_code, answer.json()["code"]) == (500, "LEDGER_CONTRADICTED")

    status, note, _ = run("begin-epoch", "--cause", "RESTORED_FROM_BACKUP", "--reason", "The disk failed.")
    assert (status, note.splitlines()[0]) == (0, f"caseledger/{demo.trust_id}/2")
    listed = demo.ask("{ ledger { checkpoints { nodes { origin epoch keyNumber note } } } }", "auditor")
    assert listed["ledger"]["checkpoints"]["nodes"] == [
        {"origin": f"caseledger/{demo.trust_id}/2", "epoch": 2, "keyNumber": 1, "note": note}
    ]
    thread.one_round()
    assert thread.contradicted == frozenset()
    refuse_put_back(demo.runtime)
