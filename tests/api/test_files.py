"""Files of evidence over HTTP: handed in by a form, given out as attachments, each look recorded first."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import pytest
from PIL import Image

from ledger.verify import verify_archive
from tests.api.client import Client
from tests.api.reads import Log
from tests.api.uploads import PDF, files_of, get_archive, get_file, new_incident, send_file, upload
from tests.services.archives import taken_apart
from tests.support.file_samples import SAMPLES, image


@pytest.fixture
def case_id(demo: Client) -> str:
    """A new incident."""
    return new_incident(demo)


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


# --- with the case, as an archive


def test_a_case_is_given_with_its_files_as_an_archive_that_verifies(demo: Client, case_id: str) -> None:
    kept = upload(demo, case_id)
    log = Log(demo)
    before = log.position

    answer = get_archive(demo, case_id)
    bundle = demo.http.get(f"/v1/cases/{case_id}/bundle?files=false", headers=demo.headers("trust-lead"))

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["content-disposition"] == f'attachment; filename="case-{case_id}.zip"'
    assert taken_apart(answer.content) == [("bundle.json", bundle.content), (f"files/{kept['fileId']}", PDF)]
    report = verify_archive(io.BytesIO(answer.content))
    assert report.ok, report.first_failure
    [file] = files_of(demo, case_id)
    assert (file["exportCount"], file["viewCount"]) == (1, 0)
    entry = log.bodies(before)[0]
    assert (entry["way"], entry["opened"], entry["histories"]) == ("export", [case_id], [case_id])
    assert [case_id, 2, "fingerprint"] in entry["parts"]


def test_who_opens_no_words_takes_the_case_away_without_its_files(demo: Client, case_id: str) -> None:
    upload(demo, case_id)

    answer = get_archive(demo, case_id, "auditor")

    assert [name for name, _ in taken_apart(answer.content)] == ["bundle.json"]
    assert verify_archive(io.BytesIO(answer.content)).checks[-1].found == "0 as handed in, 1 withheld"
    assert files_of(demo, case_id)[0]["exportCount"] == 0


def test_a_case_with_a_damaged_file_is_not_given_as_an_archive(
    demo: Client, case_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    kept = upload(demo, case_id)
    path = demo.runtime.settings.data_dir / "evidence" / str(demo.trust_id) / kept["fileId"]
    path.write_bytes(path.read_bytes()[:-1])

    answer = get_archive(demo, case_id)

    assert (answer.status_code, answer.json()["fileId"]) == (500, kept["fileId"])
    assert any(kept["fileId"] in line for line in caplog.messages)


def test_an_archive_is_asked_for_by_true_alone_and_of_a_case_in_sight(demo: Client, case_id: str) -> None:
    headers = demo.headers("trust-lead")
    wrong = demo.http.get(f"/v1/cases/{case_id}/bundle", params={"files": "yes"}, headers=headers)

    assert (wrong.status_code, wrong.json()["fields"]) == (400, ["files"])
    assert get_archive(demo, case_id, "headteacher:900001").content == get_archive(demo, str(uuid4())).content
    assert get_archive(demo, case_id, "dashboard").status_code in (403, 404)


# --- with a period, as an archive


@pytest.fixture
def since() -> str:
    """From now on, for other tests leave damaged files."""
    return datetime.now(UTC).isoformat()


def get_period(demo: Client, since: str, role: str = "trust-lead", **more: str) -> httpx.Response:
    period = {"since": since, "until": "2100-01-01T00:00:00Z", **more}
    return demo.http.get("/v1/ledger/period", params=period, headers=demo.headers(role))


def test_a_period_is_given_with_its_files_as_an_archive_that_verifies(demo: Client, since: str, case_id: str) -> None:
    kept = upload(demo, case_id)
    log = Log(demo)
    before = log.position

    answer = get_period(demo, since, files="true")
    bundle = get_period(demo, since, files="false")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["content-disposition"] == f'attachment; filename="period-{since[:10]}-2100-01-01.zip"'
    held = taken_apart(answer.content)
    assert held[0] == ("bundle.json", bundle.content)
    assert (f"files/{kept['fileId']}", PDF) in held
    report = verify_archive(io.BytesIO(answer.content))
    assert report.ok, report.first_failure
    assert [file["exportCount"] for file in files_of(demo, case_id)] == [1]
    entry = log.bodies(before)[0]
    assert entry["way"] == "export"
    assert case_id in entry["opened"]
    assert [case_id, 2, "fingerprint"] in entry["parts"]


def test_who_opens_no_words_takes_a_period_away_without_its_files(demo: Client, since: str, case_id: str) -> None:
    upload(demo, case_id)

    answer = get_period(demo, since, "auditor", files="true")

    assert [name for name, _ in taken_apart(answer.content)] == ["bundle.json"]
    assert verify_archive(io.BytesIO(answer.content)).checks[-1].found.startswith("0 as handed in, ")
    assert files_of(demo, case_id)[0]["exportCount"] == 0


def test_a_period_with_a_damaged_file_is_not_given_and_the_archive_is_asked_for_by_true_alone(
    demo: Client, since: str, case_id: str
) -> None:
    kept = upload(demo, case_id)
    path = demo.runtime.settings.data_dir / "evidence" / str(demo.trust_id) / kept["fileId"]
    path.write_bytes(path.read_bytes()[:-1])

    answer, wrong = (get_period(demo, since, files=asked) for asked in ("true", "yes"))
    refused = get_period(demo, since, "hr", files="true")

    assert (answer.status_code, answer.json()["fileId"]) == (500, kept["fileId"])
    assert (wrong.status_code, wrong.json()["fields"]) == (400, ["files"])
    assert (refused.status_code, refused.json()["code"]) == (403, "NOT_ALLOWED")
    assert get_period(demo, since).status_code == 200
    assert files_of(demo, case_id)[0]["exportCount"] == 0


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
