"""Stores of sealed files: a folder and a bucket keep the same promises."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from ledger import blob_bucket
from ledger.blob_bucket import PART_BYTES, BucketBlobs
from ledger.blob_store import (
    BlobExistsError,
    BlobMissingError,
    BlobName,
    BlobStore,
    BlobStoreUnavailableError,
    FolderBlobs,
)

TRUST, OTHER_TRUST = UUID(int=1), UUID(int=2)
BUCKET = "evidence"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> BucketBlobs:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket=BUCKET)
    # Each test has a place of its own in the bucket.
    return BucketBlobs(BUCKET, f"school/{uuid4()}", endpoint=endpoint)


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "folder":
        return FolderBlobs(tmp_path / "evidence")
    found: BucketBlobs = request.getfixturevalue("bucket")
    return found


def kept(store: BlobStore, content: bytes, trust: UUID = TRUST) -> BlobName:
    name = BlobName(trust, uuid4())
    writer = store.begin(name)
    for at in range(0, len(content), 1_000_000):
        writer.write(content[at : at + 1_000_000])
    writer.commit()
    return name


def read(store: BlobStore, name: BlobName) -> bytes:
    return b"".join(store.read(name))


@pytest.mark.parametrize("length", [0, 1, 70_000, PART_BYTES, 2 * PART_BYTES + 5])
def test_a_file_comes_back_as_it_was_written(store: BlobStore, length: int) -> None:
    content = os.urandom(length)

    name = kept(store, content)

    assert read(store, name) == content
    assert store.holds(name)


def test_a_file_is_not_there_before_it_was_committed_nor_after_it_was_discarded(store: BlobStore) -> None:
    for length in (10, 2 * PART_BYTES):
        name = BlobName(TRUST, uuid4())
        writer = store.begin(name)
        writer.write(bytes(length))
        before = store.holds(name)
        writer.discard()

        assert (before, store.holds(name), list(store.stored(TRUST))) == (False, False, [])


@pytest.mark.parametrize("length", [3, PART_BYTES + 3])
def test_what_was_written_is_never_written_over(store: BlobStore, length: int) -> None:
    name = kept(store, b"the original")
    writer = store.begin(name)
    writer.write(bytes(length))

    with pytest.raises(BlobExistsError):
        writer.commit()
    writer.discard()

    assert read(store, name) == b"the original"


def test_discarding_what_was_committed_changes_nothing(store: BlobStore) -> None:
    name = BlobName(TRUST, uuid4())
    writer = store.begin(name)
    writer.write(b"kept")
    writer.commit()
    writer.discard()

    assert read(store, name) == b"kept"


def test_a_file_that_is_not_there_is_said_to_be_missing_before_any_byte(store: BlobStore) -> None:
    with pytest.raises(BlobMissingError):
        next(store.read(BlobName(TRUST, uuid4())))


def test_deleting_a_file_twice_is_deleting_it_once(store: BlobStore) -> None:
    name = kept(store, b"gone")

    store.delete(name)
    store.delete(name)

    assert not store.holds(name)
    assert list(store.stored(TRUST)) == []


def test_the_files_of_one_trust_are_listed_without_those_of_another(store: BlobStore) -> None:
    begun = datetime.now(UTC) - timedelta(seconds=2)
    names = {kept(store, b"one"), kept(store, b"two")}
    kept(store, b"three", OTHER_TRUST)

    listed = list(store.stored(TRUST))

    assert {one.name for one in listed} == names
    assert all(begun <= one.stored_at <= datetime.now(UTC) + timedelta(seconds=2) for one in listed)


def test_what_was_begun_long_ago_and_never_committed_is_dropped(store: BlobStore) -> None:
    name = BlobName(TRUST, uuid4())
    writer = store.begin(name)
    writer.write(bytes(PART_BYTES + 1))

    # The server of the tests says of every upload that it was begun in 2010.
    store.drop_drafts(TRUST, datetime(2001, 1, 1, tzinfo=UTC))
    store.drop_drafts(OTHER_TRUST, datetime.now(UTC) + timedelta(hours=1))
    left = _drafts(store)
    store.drop_drafts(TRUST, datetime.now(UTC) + timedelta(hours=1))

    assert (left, _drafts(store)) == (1, 0)
    writer.discard()


def _drafts(store: BlobStore) -> int:
    if isinstance(store, BucketBlobs):
        return len(list(store._listed("list_multipart_uploads", "Uploads", TRUST)))
    assert isinstance(store, FolderBlobs)
    return sum(path.name.endswith(".draft") for path, _ in store._files(TRUST))


def test_a_file_in_a_folder_is_flushed_with_its_name_before_it_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    real_fsync, real_link = os.fsync, os.link

    def fsync(descriptor: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        happened.append("folder" if path.is_dir() else "file")
        real_fsync(descriptor)

    def link(source: Path, target: Path) -> None:
        happened.append("named")
        real_link(source, target)

    store = FolderBlobs(tmp_path / "evidence")
    kept(store, b"first")
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "link", link)
    kept(store, b"second")

    assert happened == ["file", "named", "folder"]


def test_a_folder_is_its_owners_alone_and_its_names_are_ids(tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    name = kept(FolderBlobs(folder), b"private")

    file = folder / str(TRUST) / str(name.file_id)
    assert [path.stat().st_mode & 0o777 for path in (folder, folder / str(TRUST), file)] == [0o700, 0o700, 0o600]
    assert [path.name for path in (folder / str(TRUST)).iterdir()] == [str(name.file_id)]


def test_a_folder_that_cannot_be_written_is_said_to_be_unavailable_without_its_path(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("a file where the folder belongs")

    with pytest.raises(BlobStoreUnavailableError) as raised:
        kept(FolderBlobs(tmp_path / "evidence"), b"lost")

    assert str(tmp_path) not in str(raised.value)


@pytest.mark.parametrize("endpoint_of_nobody", ["http://127.0.0.1:9"])
def test_a_bucket_that_cannot_be_reached_is_said_to_be_unavailable(
    bucket: BucketBlobs, endpoint_of_nobody: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blob_bucket, "_PATIENCE", {"connect_timeout": 0.2, "read_timeout": 0.2})
    store = BucketBlobs(BUCKET, endpoint=endpoint_of_nobody)

    with pytest.raises(BlobStoreUnavailableError) as raised:
        kept(store, b"lost")

    assert "127.0.0.1" not in str(raised.value)


def test_a_bucket_that_is_not_there_is_said_to_be_unavailable(bucket: BucketBlobs, endpoint: str) -> None:
    with pytest.raises(BlobStoreUnavailableError):
        kept(BucketBlobs("another", endpoint=endpoint), b"lost")


def test_files_lie_in_a_bucket_under_its_prefix_by_ids_alone(bucket: BucketBlobs, endpoint: str) -> None:
    store = BucketBlobs(BUCKET, "/trusts/", endpoint=endpoint)
    name = kept(store, b"sealed")

    client = boto3.client("s3", endpoint_url=endpoint)
    keys = [one["Key"] for one in client.list_objects_v2(Bucket=BUCKET, Prefix="trusts/")["Contents"]]
    assert keys == [f"trusts/{TRUST}/{name.file_id}"]
