"""After everything that can be erased was: proofs hold, the figures stand, and nothing personal is left anywhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from ledger.checkpoint import VerifierKey
from ledger.embedded import MAIN_DATABASE, EmbeddedPostgres
from ledger.verify import verify
from tests.e2e.canaries import Canaries, files_with, tables_with
from tests.e2e.canary_planting import Planted, plant_everything, said
from tests.e2e.killing import filled_folder, installation

FIGURES = """
{
  monitoring(from: "2020-09-01", to: "2027-08-31", groupBy: [COUNT, SCHOOL]) {
    cells { count school { urn } value } excluded { mark value }
  }
  cases(first: 1) { totalCount }
}
"""


@dataclass
class Erased:
    """An installation before and after its trust was erased."""

    planted: Planted
    public_key: VerifierKey
    checkpoint: str
    figures: Any
    erasure: Any

    def get(self, path: str, role: str = "trust-lead") -> httpx.Response:
        return self.planted.get(path, role)


def post(planted: Planted, path: str, role: str, **body: Any) -> Any:
    shown = planted.installed.shown
    given = {"commandId": str(uuid4()), **body}
    token = {"Authorization": f"Bearer {shown.token(role)}"}
    answer = httpx.post(shown.address + path, json=given, headers=token, timeout=60)
    assert answer.status_code in (200, 201, 202), answer.text
    return answer.json()


def prepare_redaction(planted: Planted) -> None:
    """Write words that are to stand in place of others, which wait for an approval that does not come."""
    history = "query ($id: ID!) { case(id: $id) { history(first: 100) { nodes { version sealed { part } } } } }"
    [*_, case] = planted.cases
    events = planted.installed.shown.ask(history, id=case)["case"]["history"]["nodes"]
    version, part = next((one["version"], one["sealed"][0]["part"]) for one in events if one["sealed"])
    place = {"caseId": case, "ofVersion": version, "part": part}
    words = planted.texts.plant("RequestErasure.redactions")
    why = planted.texts.plant("RequestErasure.reason of a part")
    redactions = [place | {"text": words}]
    post(
        planted,
        "/v1/erasures",
        "trust-lead",
        scope="PART",
        **place,
        authority="OTHER",
        reason=why,
        redactions=redactions,
    )


def projected(planted: Planted) -> None:
    """Wait until the figures have come as far as the ledger."""
    with (
        EmbeddedPostgres.attach(planted.installed.shown.folder) as server,
        psycopg.connect(server.admin_url(MAIN_DATABASE), autocommit=True) as admin,
    ):
        until = time.monotonic() + 60
        while time.monotonic() < until:
            row = admin.execute(
                "SELECT bool_and(p.position >= h.position) FROM projection p JOIN ledger_head h USING (trust_id)"
                " WHERE p.name = 'core' AND p.live"
            ).fetchone()
            if row == (True,):
                return
            time.sleep(0.1)
    raise AssertionError("the figures did not come as far as the ledger")


def write_and_switch(planted: Planted) -> None:
    """Have the server write everything to disk and begin another file of its log."""
    with (
        EmbeddedPostgres.attach(planted.installed.shown.folder) as server,
        psycopg.connect(server.admin_url("postgres"), autocommit=True) as admin,
    ):
        for _ in range(2):
            admin.execute("SELECT pg_switch_wal()")
            admin.execute("CHECKPOINT")


@pytest.fixture(scope="module")
def erased(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Erased]:
    settings = {"CASELEDGER_LOG_LEVEL": "DEBUG"}
    with filled_folder() as pattern, installation(pattern, settings=settings) as installed:
        planted = Planted(installed, Canaries("kanarie"), Canaries("persona"))
        plant_everything(planted, tmp_path_factory.mktemp("logs"))
        made = post(planted, "/v1/ledger/checkpoints", "trust-lead")
        projected(planted)
        figures = planted.installed.shown.ask(FIGURES)

        prepare_redaction(planted)
        asked = post(
            planted,
            "/v1/erasures",
            "dpo",
            scope="TRUST",
            authority="CONTRACT_ENDED",
            reason=planted.texts.plant("RequestErasure.reason"),
        )
        post(planted, f"/v1/erasures/{asked['erasureId']}/approval", "trust-lead")
        until = time.monotonic() + 120
        while (told := planted.get(f"/v1/erasures/{asked['erasureId']}", "dpo").json())["state"] != "COMPLETED":
            assert time.monotonic() < until, told
            time.sleep(0.2)
        projected(planted)
        write_and_switch(planted)
        yield Erased(planted, VerifierKey.parse(made["publicKey"]), made["note"], figures, told)


def test_all_of_it_is_erased(erased: Erased) -> None:
    before, done = erased.erasure["extent"], erased.erasure["done"]
    assert {name: done[name] for name in ("cases", "keys", "texts", "files")} == {
        name: before[name] for name in ("cases", "keys", "texts", "files")
    }
    assert done["files"] == len(erased.planted.files)
    assert done["texts"] > len(erased.planted.accepted)


def test_every_bundle_verifies_against_the_checkpoint_that_was_kept_before(erased: Erased) -> None:
    size = erased.checkpoint.splitlines()[1]
    for case in erased.planted.cases:
        bundle = erased.get(f"/v1/cases/{case}/bundle?continues={size}", "auditor")
        report = verify(bundle.content, public_key=erased.public_key, known_checkpoint=erased.checkpoint)
        assert report.first_failure is None, report.first_failure
        assert b'"OPEN"' not in bundle.content
    checked = erased.planted.installed.shown.run("check", "--ledger")
    assert checked.returncode == 0, said(checked)


def test_the_figures_stand_and_a_rebuild_gives_the_same(erased: Erased) -> None:
    assert erased.planted.installed.shown.ask(FIGURES) == erased.figures
    rebuilt = erased.planted.installed.shown.run("rebuild", "--all", "--verify")
    assert rebuilt.returncode == 0, said(rebuilt)
    assert erased.planted.installed.shown.ask(FIGURES) == erased.figures


def every(planted: Planted) -> tuple[Canaries, ...]:
    return planted.texts, planted.names, planted.contents


def test_no_table_holds_a_text_or_a_name(erased: Erased) -> None:
    folder = erased.planted.installed.shown.folder
    assert [tables_with(one, folder) for one in every(erased.planted)] == [{}, {}, {}]


def test_no_file_holds_one(erased: Erased) -> None:
    """Tables, indexes, the log of changes, the server's log, the evidence and what else lies in the data folder."""
    installed = erased.planted.installed
    found = [files_with(one, installed.shown.folder, installed.temporary) for one in every(erased.planted)]
    assert found == [{}, {}, {}]
    assert [path for path in (installed.shown.folder / "evidence").rglob("*") if path.is_file()] == []
    assert [one.places_in(installed.said.read_bytes()) for one in every(erased.planted)] == [[], [], []]


def test_nothing_that_leaves_afterwards_holds_one(erased: Erased) -> None:
    period = "since=2020-01-01T00:00:00Z&until=2099-01-01T00:00:00Z"
    paths = [f"/v1/ledger/period?{period}", f"/v1/ledger/period?{period}&files=true"]
    paths += [f"/v1/cases/{case}/bundle" for case in erased.planted.cases]
    paths += [f"/v1/cases/{case}/history?format={form}" for case in erased.planted.cases for form in ("json", "csv")]
    answers = {path: erased.get(path) for path in paths}

    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 200} == {}
    left = b"".join(answer.content for answer in answers.values())
    assert [one.places_in(left) for one in every(erased.planted)] == [[], [], []]
    gone = [erased.get(file) for file in erased.planted.files]
    assert [(answer.status_code, answer.json()["code"]) for answer in gone] == [(422, "RETENTION")] * len(gone)
