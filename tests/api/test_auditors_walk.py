"""The walk through an audit that docs/auditors.md describes, carried out command by command on the demonstration."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.api.client import Client
from tests.services.archives import Alteration
from tests.services.test_archive_tampering import ALTERATIONS
from tests.services.test_period_archive_tampering import ALTERATIONS as ALTERATIONS_OF_PERIODS
from tests.services.test_tampering import TAMPERINGS
from tests.support.postgres import DatabaseUrls

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "auditors.md").read_text()


def test_every_command_of_the_page_does_what_the_page_says(
    demo: Client, database_urls: DatabaseUrls, tmp_path: Path
) -> None:
    # given: an auditor's folder, and the programs that the page names
    reference = demo.ask("{ cases(first: 1) { nodes { reference } } }")["cases"]["nodes"][0]["reference"]
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "CASE": reference,
        "CASELEDGER_DATA_DIR": str(demo.runtime.settings.data_dir),
        "CASELEDGER_DATABASE_URL": database_urls.main,
        "CASELEDGER_KEYS_DATABASE_URL": database_urls.keys,
    }
    said = ""

    # when
    for block in re.findall(r"^```sh\n(.*?)^```$", PAGE, re.M | re.S):
        done = subprocess.run(
            ["bash", "-euc", block], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), block
        said += done.stdout

    # then
    assert said.count("The bundle holds.") == 4
    assert said.count("continues the known checkpoint of size") + said.count("the known checkpoint itself") == 4
    assert "ok    ledgers: every event, text and hash" in said
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(
        ["trust.key", "kept.note", "caseledger_verify.py", "case.json", "case.zip", "period.json", "period.zip"]
    )


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
