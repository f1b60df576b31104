"""Where files of evidence lie and who looks through them, as settings say it; and the verb that sweeps."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from api.evidence import open_evidence
from api.settings import SettingsError, load_settings
from ledger.blob_bucket import BucketBlobs
from ledger.blob_store import BlobName, FolderBlobs
from tests.api.client import Client
from tests.api.uploads import upload
from tests.api.verbs import Run


def test_files_lie_in_the_data_folder_unless_another_place_is_set(tmp_path: Path) -> None:
    for place, folder in ((None, tmp_path / "evidence"), (str(tmp_path / "elsewhere"), tmp_path / "elsewhere")):
        evidence = open_evidence(load_settings(data_dir=tmp_path, evidence_store=place))
        name = BlobName(uuid4(), uuid4())
        writer = evidence.store.begin(name)
        writer.commit()

        assert isinstance(evidence.store, FolderBlobs)
        assert (folder / str(name.trust_id) / str(name.file_id)).is_file()


def test_limits_and_the_scanner_are_those_that_are_set(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, evidence_max_bytes=2048, evidence_max_files=3, clamd="/nowhere.sock")
    evidence = open_evidence(settings)
    plain = open_evidence(load_settings(data_dir=tmp_path))

    assert (evidence.most_bytes, evidence.most_files) == (2048, 3)
    assert (plain.most_bytes, plain.most_files) == (100 * 1024 * 1024, 40)
    assert plain.begin_scan().finish() == "NOT_SCANNED"


def test_a_bucket_that_is_set_keeps_them_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        client = boto3.client("s3", endpoint_url=endpoint)
        client.create_bucket(Bucket="evidence")
        settings = load_settings(data_dir=tmp_path, evidence_store="s3://evidence/a/b", evidence_endpoint=endpoint)
        store = open_evidence(settings).store
        file = BlobName(uuid4(), uuid4())
        writer = store.begin(file)
        writer.write(b"sealed")
        writer.commit()

        assert isinstance(store, BucketBlobs)
        assert b"".join(store.read(file)) == b"sealed"
        assert client.list_objects_v2(Bucket="evidence")["Contents"][0]["Key"] == f"a/b/{file.trust_id}/{file.file_id}"
    finally:
        server.stop()


def test_who_keeps_files_in_a_folder_loads_nothing_that_speaks_s3() -> None:
    code = "import sys, api.app, api.evidence; print([one for one in sys.modules if one.startswith('boto')])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ})

    assert run.stdout == "[]\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EVIDENCE_STORE", "https://canary.example/bucket"),
        ("EVIDENCE_STORE", "s3://Canary"),
        ("EVIDENCE_STORE", "s3://"),
        ("EVIDENCE_ENDPOINT", "http://canary.example"),
        ("EVIDENCE_ENDPOINT", "https://user:canary@storage.example"),
        ("EVIDENCE_ENDPOINT", "canary"),
        ("CLAMD", "canary"),
        ("CLAMD", "http://canary:3310"),
        ("EVIDENCE_MAX_BYTES", "12"),
    ],
)
def test_a_wrong_place_is_refused_by_the_name_of_its_variable(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"CASELEDGER_{name}", value)

    with pytest.raises(SettingsError) as refused:
        load_settings()

    assert str(refused.value).startswith(f"CASELEDGER_{name}: ")
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EVIDENCE_STORE", "s3://evidence.example/trusts/a"),
        ("EVIDENCE_ENDPOINT", "https://storage.example:9000"),
        ("EVIDENCE_ENDPOINT", "http://127.0.0.1:9000"),
        ("CLAMD", "/run/clamd.sock"),
        ("CLAMD", "clamd:3310"),
        ("CLAMD", "[::1]:3310"),
    ],
)
def test_a_right_place_is_taken(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"CASELEDGER_{name}", value)

    assert getattr(load_settings(), name.lower()) == value


def test_the_verb_deletes_what_no_case_keeps(run: Run, demo: Client) -> None:
    given = {"commandId": str(uuid4()), "schoolUrn": "900003", "openedOn": "2026-09-14"}
    case_id = demo.command("reportIncident", **given)["case"]["id"]
    kept = upload(demo, case_id)["fileId"]
    folder = demo.runtime.settings.data_dir / "evidence" / str(demo.trust_id)
    long_ago = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    for name in (str(uuid4()), kept, f"{uuid4()}.0.draft"):
        (folder / name).touch()
        os.utime(folder / name, (long_ago, long_ago))

    assert run("sweep-files") == (0, "1 files deleted that no case keeps\n", "")
    assert [path.name for path in folder.iterdir()] == [kept]
