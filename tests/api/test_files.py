"""Files of evidence over HTTP: handed in by a form as they come, given out as attachments, each look recorded first."""

from __future__ import annotations

import hashlib
import io
import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from PIL import Image

from services.evidence import sweep_orphans
from services.malware_scan import scanner_of
from tests.api.client import Client, Json
from tests.api.reads import Log
from tests.api.uploads import PDF, send_file, upload, uploaded
from tests.support.clamd import FakeClamd
from tests.support.file_samples import EICAR, SAMPLES, image

FILES = """
query($id: ID!, $at: Int) {
  case(id: $id, atLeast: $at) {
    version
    files {
      id kind mediaType byteLength scanned state viewCount exportCount evidenceId
      fileName { state text } fingerprint { state text } storedBy { id }
      custody(first: 10) { totalCount nodes { type actor { role } data } }
    }
  }
}
"""


@pytest.fixture
def case_id(demo: Client) -> str:
    """A new incident."""
    return new_incident(demo)


def new_incident(demo: Client) -> str:
    given = {"commandId": str(uuid4()), "schoolUrn": "900003", "openedOn": "2026-09-14"}
    made: str = demo.command("reportIncident", **given)["case"]["id"]
    return made


def get_file(
    client: Client, case_id: str, file_id: str, role: str = "trust-lead", derivative: str | None = None, **headers: str
) -> httpx.Response:
    return client.http.get(
        f"/v1/cases/{case_id}/files/{file_id}",
        params={} if derivative is None else {"derivative": derivative},
        headers={**client.headers(role), **headers},
    )


def files_of(client: Client, case_id: str, role: str = "trust-lead") -> list[Json]:
    with client.runtime.database.trust(client.trust_id).connection() as connection:
        row = connection.execute("SELECT position FROM ledger_head WHERE trust_id = %s", (client.trust_id,)).fetchone()
    assert row is not None
    found: list[Json] = client.ask(FILES, role, id=case_id, at=row[0])["case"]["files"]
    return found


def stored(client: Client) -> set[str]:
    names = client.runtime.evidence.store.stored(client.trust_id)
    return {str(one.name.file_id) for one in names}


# --- handed in and given out


def test_a_file_is_handed_in_shown_given_out_and_its_custody_told(demo: Client, case_id: str) -> None:
    kept = upload(demo, case_id, name="What he wrote – “here”.pdf")
    answer = get_file(demo, case_id, kept["fileId"], **{"Caseledger-Purpose": "LEGAL"})

    assert kept == {
        "fileId": kept["fileId"],
        "kind": "PDF",
        "mediaType": "application/pdf",
        "byteLength": len(PDF),
        "sha256": hashlib.sha256(PDF).hexdigest(),
        "scanned": "NOT_SCANNED",
        "version": 2,
        "position": kept["position"],
        "replayed": False,
    }
    assert (answer.status_code, answer.content) == (200, PDF)
    sent = {name: answer.headers[name] for name in ("content-type", "content-length", "content-disposition")}
    assert sent == {
        "content-type": "application/pdf",
        "content-length": str(len(PDF)),
        "content-disposition": 'attachment; filename="What he wrote _ _here_.pdf"; '
        "filename*=UTF-8''What%20he%20wrote%20%E2%80%93%20%E2%80%9Chere%E2%80%9D.pdf",
    }
    [file] = files_of(demo, case_id)
    custody = file.pop("custody")
    assert file == {
        "id": kept["fileId"],
        "kind": "PDF",
        "mediaType": "application/pdf",
        "byteLength": len(PDF),
        "scanned": "NOT_SCANNED",
        "state": "STORED",
        "viewCount": 1,
        "exportCount": 0,
        "evidenceId": None,
        "fileName": {"state": "OPEN", "text": "What he wrote – “here”.pdf"},
        "fingerprint": {"state": "OPEN", "text": kept["sha256"]},
        "storedBy": file["storedBy"],
    }
    assert (custody["totalCount"], [one["type"] for one in custody["nodes"]]) == (
        2,
        ["incident.file_stored.v1", "incident.file_viewed.v1"],
    )
    viewed = custody["nodes"][1]
    assert (viewed["actor"], viewed["data"]["purpose"]) == ({"role": "trust-lead"}, "LEGAL")


def test_no_browser_opens_a_file_keeps_it_or_guesses_what_it_is(demo: Client, case_id: str) -> None:
    kept = upload(demo, case_id)
    headers = get_file(demo, case_id, kept["fileId"]).headers

    assert headers["content-disposition"].startswith("attachment; ")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "sandbox" in headers["content-security-policy"].split("; ")
    assert "default-src 'none'" in headers["content-security-policy"]


def test_a_name_cannot_end_the_header_that_bears_it(demo: Client, case_id: str) -> None:
    kept = upload(demo, case_id, name='a"; filename=evil.exe; x=".pdf')
    disposition = get_file(demo, case_id, kept["fileId"]).headers["content-disposition"]

    assert disposition.count('"') == 2
    # A browser sends a quotation mark as %22, and what it sends is the name.
    assert disposition.partition('"')[2].partition('"')[0] == "a_22; filename=evil.exe; x=_22.pdf"


def test_the_look_is_recorded_before_an_answer_and_stands_in_the_log_of_reads(demo: Client, case_id: str) -> None:
    kept = upload(demo, case_id)
    log = Log(demo)
    before = log.position
    get_file(demo, case_id, kept["fileId"])

    [entry] = log.bodies(before)
    assert (entry["opened"], entry["parts"]) == ([case_id], [[case_id, 2, "file_name"], [case_id, 2, "fingerprint"]])


@pytest.mark.parametrize("kind", ["complaint", "breach"])
def test_a_file_of_any_kind_of_case_has_its_custody(demo: Client, kind: str) -> None:
    heads = [{"aboutSchool": True, "aboutStaff": False}]
    made = (
        demo.command(
            "receiveComplaint",
            commandId=str(uuid4()),
            schoolUrn="900003",
            receivedOn="2026-09-14",
            receivedBy="HEADTEACHER",
            means="LETTER",
            heads=heads,
        )
        if kind == "complaint"
        else demo.command(
            "reportStaffBreach",
            commandId=str(uuid4()),
            schoolUrn="900003",
            reportedOn="2026-09-14",
            source="ALLEGED",
            summary="He wrote.",
        )
    )
    kept = upload(demo, made["case"]["id"])
    get_file(demo, made["case"]["id"], kept["fileId"])

    [file] = files_of(demo, made["case"]["id"])
    types = [one["type"].partition(".")[2] for one in file["custody"]["nodes"]]
    assert types == ["file_stored.v1", "file_viewed.v1"]


def test_who_opens_no_words_is_shown_the_file_without_its_name_and_is_not_given_it(demo: Client, case_id: str) -> None:
    kept = upload(demo, case_id)

    [file] = files_of(demo, case_id, "auditor")
    answer = get_file(demo, case_id, kept["fileId"], "auditor")

    withheld = {"state": "WITHHELD", "text": None}
    assert (file["fileName"], file["fingerprint"], answer.status_code) == (withheld, withheld, 403)
    assert files_of(demo, case_id)[0]["viewCount"] == 0


def test_another_range_method_or_derivative_is_not_given(demo: Client, case_id: str) -> None:
    kept = upload(demo, case_id)

    whole = get_file(demo, case_id, kept["fileId"], Range="bytes=0-3")
    assert (whole.status_code, whole.content) == (200, PDF)
    assert get_file(demo, case_id, kept["fileId"], derivative="smaller").status_code == 400
    assert get_file(demo, case_id, kept["fileId"].upper()).status_code == 404
    assert get_file(demo, case_id, str(uuid4())).status_code == 404
    address = f"/v1/cases/{case_id}/files/{kept['fileId']}"
    assert demo.http.delete(address, headers=demo.headers("trust-lead")).status_code == 405


# --- copies without metadata


def test_a_copy_without_metadata_is_given_and_the_original_stays_as_it_was(demo: Client, case_id: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "canary of the place"
    original = image("JPEG", exif=exif)
    kept = upload(demo, case_id, original, name="photo.jpg", declared="image/jpeg")

    copy = get_file(demo, case_id, kept["fileId"], derivative="without-metadata")

    assert copy.status_code == 200
    assert b"canary" in original
    assert b"canary" not in copy.content
    assert Image.open(io.BytesIO(copy.content)).size == (6, 4)
    assert copy.headers["content-length"] == str(len(copy.content))
    assert get_file(demo, case_id, kept["fileId"]).content == original
    [file] = files_of(demo, case_id)
    assert [one["data"].get("derivative") for one in file["custody"]["nodes"]] == [None, True, False]


@pytest.mark.parametrize("code", ["PDF", "HEIC"])
def test_what_is_no_image_that_is_read_here_has_no_copy(demo: Client, case_id: str, code: str) -> None:
    kept = upload(demo, case_id, SAMPLES[code], name=f"e.{code.lower()}", declared="")
    answer = get_file(demo, case_id, kept["fileId"], derivative="without-metadata")

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")
    assert files_of(demo, case_id)[0]["viewCount"] == 0


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


@pytest.mark.parametrize("length", [len(PDF), 26 * 1024 * 1024])
def test_a_damaged_file_is_never_given_as_if_it_were_whole(
    demo: Client, case_id: str, length: int, caplog: pytest.LogCaptureFixture
) -> None:
    kept = upload(demo, case_id, PDF.ljust(length))
    path = demo.runtime.settings.data_dir / "evidence" / str(demo.trust_id) / kept["fileId"]
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)

    if length == len(PDF):
        answer = get_file(demo, case_id, kept["fileId"])
        assert (answer.status_code, answer.json()["fileId"]) == (500, kept["fileId"])
        assert files_of(demo, case_id)[0]["viewCount"] == 0
    else:
        with pytest.raises(httpx.RemoteProtocolError):
            get_file(demo, case_id, kept["fileId"])
    assert any(kept["fileId"] in line for line in caplog.messages)


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


# --- nothing of it anywhere


def test_neither_name_nor_content_stands_in_a_log_or_in_clear_anywhere(
    demo: Client, case_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    content = b"%PDF-1.7\n" + b"canary of the content " * 40
    about = str(uuid4())
    kept = upload(demo, case_id, content, name="canary of the name.pdf", about=about)
    send_file(demo, case_id, b"<html>canary of the content", name="canary of the name.html")
    get_file(demo, case_id, kept["fileId"])
    get_file(demo, case_id, kept["fileId"], "auditor")
    path = demo.runtime.settings.data_dir / "evidence" / str(demo.trust_id) / kept["fileId"]
    sealed = path.read_bytes()

    told = "\n".join(f"{line.getMessage()} {line.exc_text}" for line in caplog.records)
    for canary in ("canary", kept["sha256"]):
        assert canary not in told
        assert canary.encode() not in sealed
        with demo.runtime.database.trust(demo.trust_id).connection() as connection:
            for table in ("event", "case_document", "command", "case_person", "read_entry"):
                found = connection.execute(
                    f"SELECT count(*) FROM {table} AS t WHERE trust_id = %s"
                    " AND position(%s in replace(t::text, '\\', '')) > 0",
                    (demo.trust_id, canary.encode().hex() if table == "event" else canary),
                ).fetchone()
                assert found == (0,), table
    assert UUID(kept["fileId"])


def test_what_is_said_of_a_file_is_held_to_its_form(demo: Client, case_id: str) -> None:
    assert refused(send_file(demo, case_id, collectedOn="yesterday"))[2] == ["collectedOn"]
    assert refused(send_file(demo, case_id, collectedOn="2999-01-01"))[2] == ["collectedOn"]
    assert refused(send_file(demo, case_id, evidenceId=str(uuid4()))) == (404, "NOT_FOUND", ["evidenceId"])
    assert json.loads(send_file(demo, str(uuid4())).text)["code"] == "NOT_FOUND"
