"""`POST /v1/imports/e-safety-log`: what came of each line, in the roles that may, and in either form."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.client import Client, Json

HEADER = (
    "reference,school_urn,discovered_on,posted_on,recorded_on,platform,url,poster_role,poster_name,classifications,"
    "protected_characteristics,narrative,evidence_note,removal,outcome,closed_on,status,duplicate_of\n"
)


def row(reference: str, *, urn: str = "900003", day: str = "2026-09-10", nature: str = "NEGATIVE_COMMENT") -> str:
    return f"{reference},{urn},{day},,,FACEBOOK,,PARENT,A. Canary,{nature}:STAFF,,Some words.,,,,,OPEN,\n"


def send(demo: Client, content: str | bytes, role: str = "trust-lead") -> httpx.Response:
    headers = demo.headers(role) | {"Content-Type": "text/csv"}
    return demo.http.post("/v1/imports/e-safety-log", content=content, headers=headers)


def test_good_lines_go_in_and_bad_ones_are_named(demo: Client) -> None:
    log = (
        HEADER
        + row("REST-1")
        + row("REST-2", urn="999999")
        + row("REST-3", day="31/02/2026")
        + row("REST-4", nature="X")
    )

    answer = send(demo, log)

    report = answer.json()
    assert answer.status_code == 200
    assert (report["rows"], report["cases"], report["items"], report["known"]) == (4, 1, 1, 0)
    assert [(bad["line"], bad["column"], bad["rule"]) for bad in report["badLines"]] == [
        (3, "school_urn", "SCHOOL_UNKNOWN"),
        (4, "discovered_on", "DATE_IMPOSSIBLE"),
        (5, "classifications", "NATURE_UNKNOWN"),
    ]
    assert all(bad["message"] for bad in report["badLines"])
    assert "Canary" not in answer.text


def test_the_figures_include_what_was_imported_when_the_answer_comes(demo: Client) -> None:
    query = (
        '{ monitoring(from: "2026-09-01", to: "2026-09-30") { position cells { count value } }'
        ' cases(filter: { schoolReference: "REST-5" }) { nodes { items: history { totalCount } } } }'
    )
    before = demo.ask(query)["monitoring"]["cells"][6]["value"]

    report = send(demo, HEADER + row("REST-5")).json()

    answer = demo.ask(query)
    assert answer["monitoring"]["cells"][6]["value"] == before + 1
    assert answer["monitoring"]["position"] >= report["lastPosition"]
    assert len(answer["cases"]["nodes"]) == 1


def test_a_second_run_adds_nothing_and_names_what_changed(demo: Client) -> None:
    send(demo, HEADER + row("REST-6") + row("REST-7"))

    again = send(demo, HEADER + row("REST-6") + row("REST-7", day="2026-09-11")).json()

    assert (again["cases"], again["known"], again["firstPosition"]) == (0, 1, None)
    assert [(line["line"], line["rule"]) for line in again["changedLines"]] == [(3, "ROW_CHANGED")]


def test_a_form_with_one_file_is_taken_too(demo: Client) -> None:
    files: Any = {"file": ("log.csv", HEADER + row("REST-8"), "text/csv")}

    answer = demo.http.post("/v1/imports/e-safety-log", files=files, headers=demo.headers("trust-lead"))

    assert (answer.status_code, answer.json()["cases"]) == (200, 1)


@pytest.mark.parametrize(
    ("wrong", "files"),
    [
        ("another field", {"log": ("log.csv", HEADER, "text/csv")}),
        ("two files", [("file", ("a.csv", HEADER, "text/csv")), ("file", ("b.csv", HEADER, "text/csv"))]),
        ("no file", {"file": (None, "text")}),
    ],
)
def test_a_form_of_another_shape_is_a_problem(demo: Client, wrong: str, files: Any) -> None:
    answer = demo.http.post("/v1/imports/e-safety-log", files=files, headers=demo.headers("trust-lead"))

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")


def test_another_content_type_is_refused(demo: Client) -> None:
    headers = demo.headers("trust-lead") | {"Content-Type": "application/json"}

    assert demo.http.post("/v1/imports/e-safety-log", content="{}", headers=headers).status_code == 415


@pytest.mark.parametrize("role", ["auditor", "dashboard", "staff:900003"])
def test_who_may_not_import_changes_nothing(demo: Client, role: str) -> None:
    before = demo.ask("{ ledger { position } }")

    answer = send(demo, HEADER + row("REST-9"), role)

    assert (answer.status_code, answer.json()["code"]) == (403, "NOT_ALLOWED")
    assert answer.headers["content-type"] == "application/problem+json"
    assert demo.ask("{ ledger { position } }") == before


def test_a_headteacher_imports_the_log_of_one_school(demo: Client) -> None:
    report: Json = send(demo, HEADER + row("REST-10") + row("REST-11", urn="900001"), "headteacher:900003").json()

    assert report["cases"] == 1
    assert [(bad["line"], bad["rule"]) for bad in report["badLines"]] == [(3, "SCHOOL_UNKNOWN")]


@pytest.mark.parametrize(
    ("wrong", "content", "rule"), [("empty", b"", "FILE_EMPTY"), ("no log", b"a,b\n1,2\n", "HEADER_MISSING")]
)
def test_a_file_that_is_no_log_is_told_in_the_report(demo: Client, wrong: str, content: bytes, rule: str) -> None:
    report = send(demo, content).json()

    assert report["cases"] == 0
    assert report["badLines"][0]["rule"] == rule


def test_a_file_beyond_the_limit_is_refused(demo: Client) -> None:
    assert send(demo, HEADER + row("REST-12") * 20_000).status_code == 413
