"""An installation in which there is a canary wherever personal data goes, given by real commands, logs and files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.canaries import Canaries
from tests.e2e.canary_access import give_access
from tests.e2e.canary_access_requests import ask_for_access
from tests.e2e.canary_breaches import give_breach
from tests.e2e.canary_commands import Giver
from tests.e2e.canary_files import hand_in
from tests.e2e.canary_requests import Answer, write
from tests.e2e.killing import Installation
from tests.support.logs import log_row, log_text


@dataclass
class Planted:
    """An installation into which canaries were given, and all that came back."""

    installed: Installation
    texts: Canaries
    names: Canaries
    # What stands in files, and where those are given that were kept.
    contents: Canaries = field(default_factory=lambda: Canaries("bytes"))
    files: list[str] = field(default_factory=list)
    accepted: set[str] = field(default_factory=set)
    cases: list[str] = field(default_factory=list)
    refusals: list[Answer] = field(default_factory=list)
    # What the command line printed, by what was asked of it.
    printed: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, role: str) -> httpx.Response:
        shown = self.installed.shown
        token = {"Authorization": f"Bearer {shown.token(role)}"}
        return httpx.get(shown.address + path, headers=token, timeout=60)


def plant_everything(found: Planted, folder: Path) -> list[Giver]:
    """Give all that is accepted: every sealed field of every command, logs by every road, files; returns who gave."""
    shown = found.installed.shown
    givers = [Giver(shown, found.texts, role) for role in ("trust-lead", "headteacher:900003")]
    givers[0].give_all("900003", "900002")
    give_breach(givers[0], "900003")
    give_access(givers[0], shown, found.texts, "900003")
    givers[1].give_all("900003", "900003")
    import_good_logs(found, folder)
    imported = imported_cases(found)
    found.files = [hand_in(shown, case, found.texts, found.contents) for case in imported[:3]]
    found.accepted = set(found.texts.planted)
    found.cases = [case for giver in givers for case in giver.cases] + imported
    ask_for_access(shown, found.texts, imported[0])
    return givers


def import_good_logs(found: Planted, folder: Path) -> None:
    """Three logs that go in: by the API, in a form of the API, from the command line."""
    shown = found.installed.shown

    def log(name: str) -> bytes:
        rows = (
            log_row(
                reference=f"{name}-{number}",
                poster_name=found.names.plant(f"{name} {number}"),
                url=f"https://social.example/{found.texts.plant(f'{name}.url {number}')}",
                narrative=found.texts.plant(f"{name}.narrative {number}") + " and so on" * 500,
                evidence_note=found.texts.plant(f"{name}.evidence_note {number}"),
            )
            for number in (1, 2)
        )
        return log_text(*rows).encode()

    token = {"Authorization": f"Bearer {shown.token()}"}
    address = f"{shown.address}/v1/imports/e-safety-log"
    csv_type = {"Content-Type": "text/csv"}
    taken = httpx.post(address, content=log("GOOD"), headers=token | csv_type, timeout=60)
    form = {"file": (found.names.plant("the file's name"), log("FORM"), "text/csv")}
    in_form = httpx.post(address, files=form, headers=token, timeout=60)
    for answer in (taken, in_form):
        assert (answer.status_code, answer.json().get("badLines")) == (200, []), answer.text
    imported = shown.run("import-log", str(write(folder, "good.csv", log("LINE"))))
    assert imported.returncode == 0, imported.stderr
    found.printed["good log"] = said(imported)


def imported_cases(found: Planted) -> list[str]:
    query = "query ($x: String!) { cases(filter: {schoolReference: $x}) { nodes { id } } }"
    references = [f"{name}-{number}" for name in ("GOOD", "FORM", "LINE") for number in (1, 2)]
    answers = [found.installed.shown.ask(query, x=reference)["cases"]["nodes"] for reference in references]
    return [case["id"] for [case] in answers]


def said(done: Any) -> str:
    return f"{done.stdout}\n{done.stderr}"
