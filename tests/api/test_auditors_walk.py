"""The walk through an audit that docs/auditors.md describes, carried out command by command on the demonstration."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from api.upkeep import carry_out_erasures
from tests.api.client import Client
from tests.services.archives import Alteration
from tests.services.test_archive_tampering import ALTERATIONS
from tests.services.test_period_archive_tampering import ALTERATIONS as ALTERATIONS_OF_PERIODS
from tests.services.test_tampering import TAMPERINGS
from tests.support.postgres import DatabaseUrls

ROOT = Path(__file__).parents[2]
ERASED = "If something was erased"
PAGE = (ROOT / "docs" / "auditors.md").read_text()


def test_every_command_of_the_page_does_what_the_page_says(
    demo: Client, database_urls: DatabaseUrls, tmp_path: Path
) -> None:
    # given: an auditor's folder, and the programs that the page names
    [case] = demo.ask("{ cases(first: 1) { nodes { id reference } } }")["cases"]["nodes"]
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "CASE": case["reference"],
        "CASELEDGER_DATA_DIR": str(demo.runtime.settings.data_dir),
        "CASELEDGER_DATABASE_URL": database_urls.main,
        "CASELEDGER_KEYS_DATABASE_URL": database_urls.keys,
    }
    said: dict[str, str] = {}

    # when
    for title, section in re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S):
        if title == ERASED:
            erase(demo, case["id"])
        for block in re.findall(r"^```sh\n(.*?)^```$", section, re.M | re.S):
            done = subprocess.run(
                ["bash", "-euc", block], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
            )
            assert (done.returncode, done.stderr) == (0, ""), block
            said[title] = said.get(title, "") + done.stdout

    # then
    every = "".join(said.values())
    assert every.count("The bundle holds.") == 6
    assert every.count("continues the known checkpoint of size") + every.count("the known checkpoint itself") == 6
    assert "ok    ledgers: every event, text and hash" in every
    told = [line for line in every.splitlines() if line.startswith("erased ")]
    assert [re.sub("[0-9a-f-]{36}|[0-9]+(, [0-9]+)*", "#", line) for line in told] == [
        "erased # text(s), as stream # says at position(s) #; by which authority, the bundle of that time shows",
        "erased # text(s), as stream # says at position(s) #; COURT_ORDER, asked for at position #,"
        " approved by another person at position #",
    ]
    assert told[0].partition(";")[0] == told[1].partition(";")[0]
    assert "\nerased " in said[ERASED]
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(
        [
            *("trust.key", "kept.note", "caseledger_verify.py", "case.json", "case.zip", "period.json"),
            *("period.zip", "erased.json", "erasures.json"),
        ]
    )


def erase(demo: Client, case_id: str) -> None:
    """What an auditor finds to have happened between two visits."""
    body = {"commandId": str(uuid4()), "scope": "CASE", "caseId": case_id, "authority": "COURT_ORDER", "reason": "It."}
    asked = demo.http.post("/v1/erasures", json=body, headers=demo.headers("dpo"))
    assert asked.status_code == 201, asked.text
    approval = f"/v1/erasures/{asked.json()['erasureId']}/approval"
    demo.http.post(approval, json={"commandId": str(uuid4())}, headers=demo.headers("trust-lead"))
    carry_out_erasures(demo.runtime, demo.trust_id)


def test_the_table_says_of_each_alteration_what_the_tests_saw() -> None:
    rows = re.findall(r"^\| ([a-z].*) \| (.+) \| (.+) \|$", PAGE, re.M)

    assert [tuple(cell.replace("CASE", ":case") for cell in row) for row in rows if row[0] != "what was done"] == [
        (one.done, one.ledger_says, one.bundle_says) for one in TAMPERINGS
    ]


@pytest.mark.parametrize(
    ("heading", "alterations", "positions"),
    [
        ("the check of the archive says |", ALTERATIONS, {":position": "7"}),
        ("the check of a period's archive says |", ALTERATIONS_OF_PERIODS, {":position": "11", ":removal": "14"}),
    ],
    ids=["of a case", "of a period"],
)
def test_the_table_says_of_each_alteration_of_an_archive_what_the_tests_saw(
    heading: str, alterations: Sequence[Alteration[Any]], positions: dict[str, str]
) -> None:
    table = PAGE.partition(heading)[2].partition("\n\n")[0]
    rows = re.findall(r"^\| ([a-z].*) \| (.+) \|$", table, re.M)
    words = {f":{name}": name.upper() for name in ("first", "second", "earlier", "removed")} | positions

    def shown(says: str) -> str:
        for name, word in words.items():
            says = says.replace(name, word)
        return says

    assert rows == [(one.done, shown(one.says)) for one in alterations]
