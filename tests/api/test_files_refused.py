"""Files that are not kept over HTTP, with the reason and nothing left behind; and those that are kept once."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.evidence import sweep_orphans
from services.malware_scan import scanner_of
from tests.api.client import Client
from tests.api.uploads import PDF, files_of, get_file, new_incident, send_file, stored, upload, uploaded
from tests.support.clamd import FakeClamd
from tests.support.file_samples import EICAR, image


@pytest.fixture
def case_id(demo: Client) -> str:
    """A new incident."""
    return new_incident(demo)


# --- refused


def refused(answer: httpx.Response) -> tuple[int, str, list[str]]:
    told = answer.json()
    return answer.status_code, told["code"], told.get("fields", [])


def test_no_file_is_kept_without_the_declaration_and_the_answer_says_what_to_do(demo: Client, case_id: str) -> None:
    before = stored(demo)
    answer = send_file(demo, case_id, noIndecentImageOfChild=False)

    assert refused(answer) == (400, "INVALID_INPUT", ["noIndecentImageOfChild"])
    for words in ("do not look at it", "designated safeguarding lead", "police", "Describe it in words"):
        assert words in answer.json()["detail"]
    assert stored(demo) == before
    missing = send_file(demo, case_id, noIndecentImageOfChild=None)
    assert refused(missing) == (400, "INVALID_INPUT", ["noIndecentImageOfChild"])


def test_a_picture_of_sexual_material_about_a_pupil_is_refused_whatever_is_declared(demo: Client) -> None:
    case_id = new_incident(demo)
    item = {
        "commandId": str(uuid4()),
        "caseId": case_id,
        "platform": "SNAPCHAT",
        "posterRole": "PUPIL",
        "discoveredOn": "2026-09-14",
        "classifications": [{"nature": "SEXUAL_MATERIAL", "target": "PUPIL"}],
    }
    assert demo.command("recordItem", **item)["__typename"] == "Recorded"
    before = stored(demo)

    answer = send_file(demo, case_id, image("PNG"), name="screenshot.png", declared="image/png")

    assert refused(answer) == (400, "INVALID_INPUT", ["file"])
    assert "Describe it in words" in answer.json()["detail"]
    assert stored(demo) == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", {}),
        (b"MZ" + bytes(50), {"name": "photo.png", "declared": "image/png"}),
        (PDF, {"name": "canary.png"}),
        (PDF, {"name": "canary.html"}),
        (PDF, {"declared": "image/png"}),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", {"name": "canary.txt", "declared": "text/plain"}),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_and_not_repeated(
    demo: Client, case_id: str, content: bytes, said: dict[str, Any]
) -> None:
    before = stored(demo)
    answer = send_file(demo, case_id, content, **said)

    assert refused(answer) == (400, "INVALID_INPUT", ["file"])
    assert "canary" not in answer.text
    assert (stored(demo), files_of(demo, case_id)) == (before, [])


def test_a_file_is_as_large_as_is_set_and_no_larger(
    demo: Client, case_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = demo.runtime.evidence.most_bytes
    too_long = PDF.ljust(most + 1)

    assert refused(send_file(demo, case_id, too_long)) == (400, "QUERY_TOO_LARGE", ["file"])
    # What says in advance that it is far too long is not read at all.
    headers = demo.headers("trust-lead") | {
        "Content-Length": str(most + 10**6),
        "Content-Type": "multipart/form-data; boundary=x",
    }
    with socket.create_connection(("127.0.0.1", demo.http.base_url.port or 0), timeout=10) as connection:
        head = f"POST /v1/cases/{case_id}/files HTTP/1.1\r\nHost: localhost\r\n"
        connection.sendall((head + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n").encode())
        assert b" 413 " in connection.recv(200)
    # No other address takes a body of that length.
    assert demo.http.post("/graphql", content=bytes(200_000), headers=demo.headers("trust-lead")).status_code == 413


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [("metadata", (None, "{}", "application/json"))],
        [("file", ("e.pdf", PDF, "application/pdf"))],
        [("file", ("e.pdf", PDF, "application/pdf")), ("metadata", (None, "{}", "application/json"))],
        [("metadata", (None, "no json", "application/json")), ("file", ("e.pdf", PDF, "application/pdf"))],
        [("metadata", (None, "[]", "application/json")), ("file", ("e.pdf", PDF, "application/pdf"))],
        [("metadata", (None, '{"canary": 1}', "application/json")), ("file", ("e.pdf", PDF, "application/pdf"))],
        [("metadata", (None, " " * 20_000, "application/json")), ("file", ("e.pdf", PDF, "application/pdf"))],
        [*uploaded(PDF)["files"], ("file", ("second.pdf", PDF, "application/pdf"))],
        [uploaded(PDF)["files"][0], ("file", (None, "no name", "application/pdf"))],
        [uploaded(PDF)["files"][0], ("upload", ("e.pdf", PDF, "application/pdf"))],
    ],
)
def test_another_form_is_refused_with_nothing_kept(demo: Client, case_id: str, fields: list[Any]) -> None:
    before = stored(demo)
    given = {"files": fields} if fields else {"content": b"--x--\r\n"}
    headers = demo.headers("trust-lead")
    if not fields:
        headers["Content-Type"] = "multipart/form-data; boundary=x"
    answer = demo.http.post(f"/v1/cases/{case_id}/files", headers=headers, **given)

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT"), answer.text
    assert "canary" not in answer.text
    assert stored(demo) == before


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/csv", "multipart/form-data", "multipart/mixed; boundary=x"]
)
def test_another_type_is_not_taken(demo: Client, case_id: str, content_type: str) -> None:
    headers = demo.headers("trust-lead") | {"Content-Type": content_type}

    assert demo.http.post(f"/v1/cases/{case_id}/files", content=b"x", headers=headers).status_code == 415


def test_a_form_that_breaks_off_leaves_nothing(demo: Client, case_id: str) -> None:
    before = stored(demo)
    request = httpx.Request("POST", "http://localhost/", **uploaded(PDF))
    headers = demo.headers("trust-lead") | {"Content-Type": request.headers["content-type"]}
    whole = request.read()
    for length in (10, len(whole) // 2, len(whole) - 4):
        answer = demo.http.post(f"/v1/cases/{case_id}/files", content=whole[:length], headers=headers)
        assert answer.status_code == 400
    assert (stored(demo), _drafts(demo), files_of(demo, case_id)) == (before, [], [])


def test_a_client_that_goes_away_leaves_nothing(demo: Client, case_id: str) -> None:
    before = stored(demo)
    request = httpx.Request("POST", "http://localhost/", **uploaded(PDF.ljust(400_000)))
    whole = request.read()
    head = f"POST /v1/cases/{case_id}/files HTTP/1.1\r\nHost: localhost\r\n"
    headers = demo.headers("trust-lead") | {
        "Content-Type": request.headers["content-type"],
        "Content-Length": str(len(whole)),
    }
    with socket.create_connection(("127.0.0.1", demo.http.base_url.port or 0), timeout=10) as connection:
        connection.sendall((head + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n").encode())
        connection.sendall(whole[:200_000])
    for _ in range(100):
        if not _drafts(demo):
            break
        demo.http.get("/health/live")

    assert (stored(demo), _drafts(demo), files_of(demo, case_id)) == (before, [], [])


def _drafts(client: Client) -> list[Path]:
    return list((client.runtime.settings.data_dir / "evidence").rglob("*.draft"))


# --- once, scanned, damaged


def test_the_same_upload_is_kept_once_and_another_under_its_id_is_refused(demo: Client, case_id: str) -> None:
    words: dict[str, Any] = {"commandId": str(uuid4()), "expectedVersion": 1}
    first = upload(demo, case_id, **words)
    before = stored(demo)

    assert upload(demo, case_id, **words) == {**first, "replayed": True}
    assert refused(send_file(demo, case_id, PDF + b"\n", **words)) == (409, "COMMAND_ID_REUSED", ["commandId"])
    assert refused(send_file(demo, case_id, expectedVersion=1)) == (409, "VERSION_CONFLICT", ["expectedVersion"])
    assert stored(demo) == before
    assert len(files_of(demo, case_id)) == 1


def test_malware_is_refused_and_a_scanner_that_is_away_means_try_again(demo: Client, case_id: str) -> None:
    before, unset = stored(demo), demo.runtime.evidence.begin_scan
    try:
        with FakeClamd() as clamd:
            object.__setattr__(demo.runtime.evidence, "begin_scan", scanner_of(clamd.address))
            infected = send_file(demo, case_id, PDF + EICAR, name="canary.pdf")
            clean = upload(demo, case_id)
        away = send_file(demo, case_id)
    finally:
        object.__setattr__(demo.runtime.evidence, "begin_scan", unset)

    assert refused(infected) == (400, "INVALID_INPUT", ["file"])
    assert "canary" not in infected.text
    assert "Eicar" not in infected.text
    assert clean["scanned"] == "SCANNED_CLEAN"
    assert (away.status_code, away.json()["code"], away.headers["retry-after"]) == (503, "UNAVAILABLE", "5")
    assert stored(demo) == before | {clean["fileId"]}


def test_an_orphan_of_a_crash_is_swept_and_what_is_kept_stays(demo: Client, case_id: str) -> None:
    kept = upload(demo, case_id)
    runtime = demo.runtime
    orphan = runtime.evidence.store.begin(
        next(iter(runtime.evidence.store.stored(demo.trust_id))).name._replace(file_id=uuid4())
    )
    orphan.commit()
    before = stored(demo)

    swept = sweep_orphans(
        runtime.services(demo.trust_id).ledger, runtime.evidence.store, datetime.now(UTC) + timedelta(days=2)
    )

    assert (swept, len(before - stored(demo))) == (1, 1)
    assert get_file(demo, case_id, kept["fileId"]).content == PDF


def test_what_is_said_of_a_file_is_held_to_its_form(demo: Client, case_id: str) -> None:
    assert refused(send_file(demo, case_id, collectedOn="yesterday"))[2] == ["collectedOn"]
    assert refused(send_file(demo, case_id, collectedOn="2999-01-01"))[2] == ["collectedOn"]
    assert refused(send_file(demo, case_id, evidenceId=str(uuid4()))) == (404, "NOT_FOUND", ["evidenceId"])
    assert json.loads(send_file(demo, str(uuid4())).text)["code"] == "NOT_FOUND"
